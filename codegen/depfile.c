/* depfile.c: which files a run's outputs were made of, as make and ninja read it.
 *
 * The two agree on blanks, "#", "$" and ":".  A "%" means something to make left of the
 * colon only; ninja never takes its backslash away, but does not look there either. */
#include "depfile.h"

#include <stdio.h>
#include <string.h>

static void add_path(struct buffer *out, const char *path, bool is_target)
{
    size_t backslashes = 0;

    for (const char *p = path; *p; p++) {
        if (*p == ' ' || *p == '#' || (*p == '%' && is_target)) {
            for (; backslashes > 0; backslashes--)
                buffer_putc(out, '\\'); /* what stands before these counts double */
            buffer_putc(out, '\\');
        } else if (*p == ':') {
            buffer_putc(out, '\\');
        } else if (*p == '$') {
            buffer_putc(out, '$');
        }
        backslashes = *p == '\\' ? backslashes + 1 : 0;
        buffer_putc(out, *p);
    }
}

static bool can_be_written(const char *path)
{
    if (!strpbrk(path, "\n\r\t"))
        return true;
    fprintf(stderr,
        "ormgen: a depfile cannot name a file with a tab or a line break: %s\n", path);
    return false;
}

bool depfile_write(const char *const *targets, size_t target_count,
    const struct depends *d, size_t main_count, struct buffer *out)
{
    for (size_t i = 0; i < target_count; i++) {
        if (!can_be_written(targets[i]))
            return false;
        if (i > 0)
            buffer_putc(out, ' ');
        add_path(out, targets[i], true);
    }
    buffer_putc(out, ':');
    for (size_t i = 0; i < d->count; i++) {
        if (!can_be_written(d->paths[i]))
            return false;
        buffer_puts(out, " \\\n  ");
        add_path(out, d->paths[i], false);
    }
    buffer_putc(out, '\n');

    /* A file that is gone makes the outputs old; without a rule make would stop there.
     */
    for (size_t i = main_count; i < d->count; i++) {
        buffer_putc(out, '\n');
        add_path(out, d->paths[i], true);
        buffer_puts(out, ":\n");
    }
    return true;
}
