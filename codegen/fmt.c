/* fmt.c: `ormgen fmt`: YAML files as we write them. */
#include "buffer.h"
#include "report.h"
#include "run.h"
#include "text_file.h"
#include "yaml_layout.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int fail(const char *path)
{
    fprintf(stderr, "ormgen: %s: %s\n", path, strerror(errno));
    return EXIT_ENVIRONMENT;
}

static bool is_standard_input(const char *path)
{
    return strcmp(path, "-") == 0;
}

/* In one step, with the permissions that the file has: never half of it. */
static bool replace(const char *path, const struct buffer *text)
{
    char *real = realpath(path, NULL); /* behind links */
    char *temporary = real ? format("%s.XXXXXX", real) : NULL;
    struct stat st;
    bool good = false;
    int fd = -1;

    if (real && stat(real, &st) == 0 && (fd = mkstemp(temporary)) >= 0) {
        FILE *f = must(fdopen(fd, "wb"));
        good = fwrite(buffer_of(text), 1, text->len, f) == text->len &&
               fflush(f) == 0 && fchmod(fd, st.st_mode & 07777) == 0 && fsync(fd) == 0;
        const int why = errno;
        good = fclose(f) == 0 && good && rename(temporary, real) == 0;
        if (!good) {
            errno = why ? why : errno;
            unlink(temporary);
        }
    }
    free(temporary);
    free(real);
    return good;
}

static int put(const struct arguments *a, const char *path, const struct buffer *before,
    const struct buffer *after)
{
    const bool same = before->len == after->len &&
                      memcmp(buffer_of(before), buffer_of(after), after->len) == 0;

    if (a->check) {
        if (!same)
            puts(path);
        return same ? EXIT_OK : EXIT_DIFFERENCES;
    }
    if (is_standard_input(path))
        fwrite(buffer_of(after), 1, after->len, stdout);
    else if (!same && !replace(path, after))
        return fail(path);
    return EXIT_OK;
}

static int format_one(const struct arguments *a, const char *path, struct report *r)
{
    struct buffer before = {0}, after = {0};
    int status = EXIT_OK;

    if (!text_file(path, &before)) {
        status = fail(path);
    } else {
        struct diag *d = diag_new();
        switch (yaml_layout(path, buffer_of(&before), before.len, d, &after)) {
        case LAYOUT_DONE:
            status = put(a, path, &before, &after);
            break;
        case LAYOUT_REFUSED:
            report_add(r, d);
            status = EXIT_SCHEMA;
            break;
        case LAYOUT_BROKEN:
            fprintf(stderr,
                "ormgen: internal error: %s is left as it is, since it would change "
                "its "
                "meaning\n",
                path);
            status = EXIT_INTERNAL;
            break;
        }
        diag_free(d);
    }
    buffer_free(&before);
    buffer_free(&after);
    return status;
}

int run_fmt(const struct arguments *a)
{
    struct report *r = report_open(a);
    int status = EXIT_OK;

    for (size_t i = 0; i < a->file_count; i++) {
        const int one = format_one(a, a->files[i], r);
        if (one > status)
            status = one;
    }
    report_close(r);
    const int printed = flush_stdout();
    return status > printed ? status : printed;
}
