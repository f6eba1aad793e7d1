/* templates.c: `ormgen templates export`: the templates as files. */
#include "buffer.h"
#include "embedded.h"
#include "run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int fail(const char *path)
{
    fprintf(stderr, "ormgen: %s: %s\n", path, strerror(errno));
    return EXIT_ENVIRONMENT;
}

/* Never over a file that is there: it may have been changed. */
static int export(const char *directory, const struct embedded *t)
{
    char *path = format("%s/%s.tmpl", directory, t->name);
    FILE *f = fopen(path, "wbx");
    int status = EXIT_OK;

    const bool written = f && fputs(t->text, f) != EOF;
    if (!f || fclose(f) != 0 || !written)
        status = fail(path);
    free(path);
    return status;
}

int run_templates(const struct arguments *a)
{
    const char *directory = a->files[1];
    int status = EXIT_OK;

    if (strcmp(a->files[0], "export") != 0)
        return usage_error(a->verb, "no verb \"%s\"; there is export", a->files[0]);
    if (mkdir(directory, 0777) != 0 && errno != EEXIST)
        return fail(directory);
    for (const struct embedded *t = templates; t->name && status == EXIT_OK; t++)
        status = export(directory, t);
    return status;
}
