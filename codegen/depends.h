/* depends.h: the files that a run has read: what a depfile lists, and what is watched.
 */
#ifndef CODEGEN_DEPENDS_H
#define CODEGEN_DEPENDS_H

#include <stddef.h>

struct depends {
    char **paths; /* each once, in the order of reading */
    size_t count;
};

/* `path` as it was opened; NULL for `d` is fine. */
void depends_on(struct depends *d, const char *path);

void depends_free(struct depends *d);

#endif
