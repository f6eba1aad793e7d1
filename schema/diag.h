/* diag.h: the mistakes found in one file: collected, then printed in its order.
 *
 * Report what is wrong and go on: people fix ten mistakes as easily as one.  The first
 * 20 in the file are kept; the rest is counted. */
#ifndef SCHEMA_DIAG_H
#define SCHEMA_DIAG_H

#include "diag_codes.h"
#include "model.h"

#include <stdio.h>

struct diag;

struct diag *diag_new(void);
void diag_free(struct diag *d);

/* What messages begin with, and the text that they quote.  Both are copied. */
void diag_file(struct diag *d, const char *path);
void diag_text(struct diag *d, const char *text, size_t size);

/* A place without a line speaks of the file as a whole.
 * Say the thing, what is wrong with it and what to do, on one line: "book.pages: ...".
 */
__attribute__((format(printf, 4, 5))) void diag_error(
    struct diag *d, enum diag_code code, struct place at, const char *format, ...);

/* A second place of the mistake reported last: where the other one is. */
__attribute__((format(printf, 3, 4))) void diag_note(
    struct diag *d, struct place at, const char *format, ...);

/* All of them, printed or not. */
size_t diag_count(const struct diag *d);

/* Whether a mistake at this place would be kept: ask before long work on its message.
 */
bool diag_wants(const struct diag *d, struct place at);

void diag_print(const struct diag *d, FILE *out);

#endif
