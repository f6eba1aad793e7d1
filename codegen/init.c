/* init.c: `ormgen init`: a first schema, to be changed. */
#include "buffer.h"
#include "embedded.h"
#include "names.h"
#include "run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void replace_all(struct buffer *out, const char *text, const char *name)
{
    for (const char *at; (at = strchr(text, '@')); text = at + strlen("@NAME@")) {
        buffer_add(out, text, (size_t)(at - text));
        buffer_printf(out, strncmp(at, "@FILE@", 6) == 0 ? "%s.yaml" : "%s", name);
    }
    buffer_puts(out, text);
}

/* Over nothing that is there. */
static int write_new(const char *path, const struct buffer *text)
{
    FILE *f = fopen(path, "wx");
    if (!f && errno == EEXIST) {
        fprintf(stderr,
            "ormgen: %s is there, and is left as it is; give another name: ormgen init "
            "NAME\n",
            path);
        return EXIT_ENVIRONMENT;
    }
    const bool written = f && fputs(buffer_of(text), f) != EOF;
    if (!f || fclose(f) != 0 || !written) {
        fprintf(stderr, "ormgen: %s: %s\n", path, strerror(errno));
        return EXIT_ENVIRONMENT;
    }
    printf("Wrote %s.  Next: ormgen generate %s\n", path, path);
    return flush_stdout();
}

int run_init(const struct arguments *a)
{
    const char *name = a->file_count ? a->files[0] : "blog";
    const char *problem = name_problem(name);
    if (problem)
        return usage_error(a->verb, "the name \"%s\" %s", name, problem);

    struct buffer text = {0};
    char *path = format("%s.yaml", name);
    replace_all(&text, embedded_text(texts, "init"), name);
    const int status = write_new(path, &text);
    buffer_free(&text);
    free(path);
    return status;
}
