/* source.h: the YAML file of a command line, by its name and as a checked schema. */
#ifndef CODEGEN_SOURCE_H
#define CODEGEN_SOURCE_H

#include "depends.h"
#include "report.h"
#include "schema.h"

/* "blog" of "dir/blog.yaml", or NULL after a message: the base name becomes part of
 * file names, comments and a macro.  To be freed. */
char *source_base(const char *path);

/* The folder that holds it.  To be freed. */
char *source_directory(const char *path);

/* Reads and checks one file, with names in C by the rule `names`, or NULL; adds those
 * that it includes to `d`, which may be NULL.  Its mistakes go to the report, all else
 * to standard error; `*s` is NULL then. */
int source_read(const char *path, const char *base, const char *names, struct report *r,
    struct depends *d, struct schema **s);

#endif
