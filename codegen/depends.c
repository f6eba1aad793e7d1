/* depends.c: the files that a run has read. */
#include "depends.h"
#include "buffer.h"

#include <stdlib.h>
#include <string.h>

void depends_on(struct depends *d, const char *path)
{
    if (!d)
        return;
    for (size_t i = 0; i < d->count; i++)
        if (strcmp(d->paths[i], path) == 0)
            return;
    d->paths = must(realloc(d->paths, (d->count + 1) * sizeof *d->paths));
    d->paths[d->count++] = format("%s", path);
}

void depends_free(struct depends *d)
{
    for (size_t i = 0; i < d->count; i++)
        free(d->paths[i]);
    free(d->paths);
    *d = (struct depends){0};
}
