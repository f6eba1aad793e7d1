/* report.h: a run's mistakes, in the format that was asked for. */
#ifndef CODEGEN_REPORT_H
#define CODEGEN_REPORT_H

#include "diag.h"

#include <stdbool.h>
#include <stdio.h>

struct arguments;
struct report;

/* As --format and --color say.  Text goes to standard error, as a compiler's does, and
 * what programs read to standard output, never in colour. */
struct report *report_open(const struct arguments *a);

/* The mistakes of one file, if there are any. */
void report_add(struct report *r, struct diag *d);

/* Writes what is left to write, and frees the report. */
void report_close(struct report *r);

#endif
