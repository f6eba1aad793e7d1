/* symbols.h: every name that comes out, in one table.
 *
 * Two origins must not make the same name, in C or in SQL, and none may take a name of
 * the language's or of the C library's.  Such names are reported, never changed. */
#ifndef CODEGEN_SYMBOLS_H
#define CODEGEN_SYMBOLS_H

#include "diag.h"
#include "model.h"

/* Reports to `d`.  `base` is the file's name without folder and ending. */
void symbols_check(const struct schema *s, const char *base, struct diag *d);

#endif
