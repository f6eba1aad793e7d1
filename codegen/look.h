/* look.h: what is there where an output goes, for files.c. */
#ifndef CODEGEN_LOOK_H
#define CODEGEN_LOOK_H

#include "files.h"

/* files_look() in an open directory. */
enum found look_at(int directory, const struct output *o, struct buffer *there);

/* Prints why; returns false. */
bool files_fail(const struct output *o, const char *what);

#endif
