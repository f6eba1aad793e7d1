/* report.h: a run's mistakes, in the format that was asked for. */
#ifndef CODEGEN_REPORT_H
#define CODEGEN_REPORT_H

#include "diag.h"

#include <stdbool.h>
#include <stdio.h>

struct report;

/* `format` is "text", "json", "sarif" or "github"; NULL is text.  `colour` is for text
 * alone: what programs read is never coloured. */
struct report *report_open(const char *format, FILE *out, bool colour);

/* The mistakes of one file, if there are any. */
void report_add(struct report *r, const struct diag *d);

/* Writes what is left to write, and frees the report. */
void report_close(struct report *r);

#endif
