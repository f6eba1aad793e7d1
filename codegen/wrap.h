/* wrap.h: breaks the lines that names made too long, where clang-format would. */
#ifndef CODEGEN_WRAP_H
#define CODEGEN_WRAP_H

#include "text.h"

/* Knows the shapes that our templates make, and no more. */
void wrap(const char *source, struct text *out);

#endif
