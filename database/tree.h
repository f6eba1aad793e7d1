/* tree.h: whole directories, copied and removed. */
#ifndef ORMGEN_TREE_H
#define ORMGEN_TREE_H

#include <stdbool.h>

/* Copies the files and directories below `from` to `to`, which must not exist. */
bool tree_copy(const char *from, const char *to);

/* Removes `path` and all below it, as far as it can: what is gone already is no error,
 * and a file that somebody adds meanwhile stays, with its directory. */
void tree_remove(const char *path);

#endif
