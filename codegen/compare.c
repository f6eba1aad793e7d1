/* compare.c: what a run would write against what is there; nothing is written. */
#include "compare.h"
#include "diff.h"
#include "look.h"
#include "run.h"

#include <stdio.h>

static int compare(const struct output *o)
{
    struct buffer there = {0}, diff = {0};
    const enum found found = look(o, &there);

    if (found == FOUND_NOTHING || found == FOUND_OTHER || found == FOUND_FOREIGN) {
        const struct text old = {
            .label = found == FOUND_NOTHING ? "/dev/null" : o->path,
            .at = buffer_of(&there),
            .len = there.len,
        };
        const struct text new = {
            .label = o->path,
            .at = buffer_of(&o->content),
            .len = o->content.len,
        };
        diff_unified(old, new, &diff);
        fwrite(buffer_of(&diff), 1, diff.len, stdout);
        fprintf(stderr, "ormgen: %s %s\n", o->path,
            found == FOUND_NOTHING ? "is missing" : "is not what its schema makes");
    }
    buffer_free(&there);
    buffer_free(&diff);
    return found == FOUND_SAME      ? EXIT_OK
           : found == FOUND_FAILURE ? EXIT_ENVIRONMENT
                                    : EXIT_DIFFERENCES;
}

int compare_outputs(const struct outputs *list)
{
    int status = EXIT_OK;

    for (size_t i = 0; i < list->count; i++) {
        const int one = compare(&list->at[i]);
        if (one > status)
            status = one;
    }
    if (status == EXIT_DIFFERENCES)
        fputs("Try: the same without --check\n", stderr);
    const int printed = flush_stdout();
    return printed == EXIT_OK ? status : printed;
}

int preview_outputs(const struct outputs *list)
{
    static const char *const would[] = {
        [FOUND_NOTHING] = "would be made",
        [FOUND_SAME] = "would stay as it is",
        [FOUND_OTHER] = "would be replaced",
    };
    int status = EXIT_OK;

    for (size_t i = 0; i < list->count; i++) {
        const struct output *o = &list->at[i];
        struct buffer there = {0};
        const enum found found = look(o, &there);
        buffer_free(&there);
        if (found == FOUND_FOREIGN)
            output_is_foreign(o);
        if (found == FOUND_FOREIGN || found == FOUND_FAILURE)
            status = EXIT_ENVIRONMENT;
        else
            printf("%s %s\n", o->path, would[found]);
    }
    const int printed = flush_stdout();
    return printed == EXIT_OK ? status : printed;
}
