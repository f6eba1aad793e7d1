/* wrap.h: breaks the lines that names made too long, where clang-format would. */
#ifndef CODEGEN_WRAP_H
#define CODEGEN_WRAP_H

#include "buffer.h"

/* Knows the shapes that our templates make, and no more. */
void wrap(const char *source, struct buffer *out);

#endif
