/* compare.h: what a run would write against what is there; nothing is written. */
#ifndef CODEGEN_COMPARE_H
#define CODEGEN_COMPARE_H

#include "output.h"

/* --check: prints a unified diff from what is there to what should be.  The result is
 * an exit code, EXIT_DIFFERENCES if there are any. */
int compare_outputs(const struct outputs *list);

/* --dry-run: says what would become of each file. */
int preview_outputs(const struct outputs *list);

#endif
