/* source.h: the YAML file of a command line, by its name and as a checked schema. */
#ifndef CODEGEN_SOURCE_H
#define CODEGEN_SOURCE_H

#include "depends.h"
#include "schema.h"

/* "blog" of "dir/blog.yaml", or NULL after a message: the base name becomes part of
 * file names, comments and a macro.  To be freed. */
char *source_base(const char *path);

/* The folder that holds it.  To be freed. */
char *source_directory(const char *path);

/* Reads and checks one file, and adds those that it includes to `d`, which may be NULL.
 * Unless the result is EXIT_OK, a message was printed and `*s` is NULL. */
int source_read(
    const char *path, const char *base, struct depends *d, struct schema **s);

#endif
