/* look.h: what is there where an output goes. */
#ifndef CODEGEN_LOOK_H
#define CODEGEN_LOOK_H

#include "output.h"

#include <stdbool.h>

enum found {
    FOUND_NOTHING,
    FOUND_SAME,
    FOUND_OTHER,
    FOUND_FOREIGN, /* other, and not ours to replace */
    FOUND_FAILURE  /* a message was printed */
};

/* What is there now, and how it compares with `o`. */
enum found look(const struct output *o, struct buffer *there);

/* The same in an open directory. */
enum found look_in(int directory, const struct output *o, struct buffer *there);

/* Prints what is wrong with a file; returns false. */
bool output_fails(const struct output *o, const char *what);

/* The same, of a file that is not ours to replace. */
bool output_is_foreign(const struct output *o);

#endif
