/* colour.h: whether output is coloured. */
#ifndef CODEGEN_COLOUR_H
#define CODEGEN_COLOUR_H

#include <stdbool.h>
#include <stdio.h>

/* `when` is "always", "never", "auto" or NULL for that.  Auto asks NO_COLOR first, then
 * CLICOLOR_FORCE, then whether `out` is a terminal that can do it. */
bool colour_wanted(const char *when, FILE *out);

#endif
