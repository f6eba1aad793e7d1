/* explain.h: what a code means, with an example of the mistake and of its remedy. */
#ifndef CODEGEN_EXPLAIN_H
#define CODEGEN_EXPLAIN_H

#include "buffer.h"
#include "diag_codes.h"

#include <stdbool.h>

/* "E012", and what people make of it: "e012", "E12", "12".  ERR_END: there is none. */
enum diag_code explain_find(const char *name);

/* The section of docs/errors.md; false if it has none for this code. */
bool explain_text(enum diag_code code, struct buffer *out);

#endif
