/* diag.h: the mistakes found in a file and in those that it names: collected, then
 * printed in the order of the files.
 *
 * Report what is wrong and go on: people fix ten mistakes as easily as one.  The first
 * 20 are kept; the rest is counted. */
#ifndef SCHEMA_DIAG_H
#define SCHEMA_DIAG_H

#include "diag_codes.h"
#include "model.h"

#include <stdio.h>

struct diag;

struct diag *diag_new(void);
void diag_free(struct diag *d);

/* What messages about a file begin with.  Its number, for places in it: 0, 1, ... */
unsigned diag_file(struct diag *d, const char *path);

/* The path of a file, or NULL behind the last one.  All that were looked for are here,
 * those that could not be read, too. */
const char *diag_path(const struct diag *d, unsigned file);

/* What stands in the latest file, to be quoted. */
void diag_text(struct diag *d, const char *text, size_t size);

/* A place without a line speaks of the file as a whole.
 * Say the thing, what is wrong with it and what to do, on one line: "book.pages: ...".
 */
__attribute__((format(printf, 4, 5))) void diag_error(
    struct diag *d, enum diag_code code, struct place at, const char *format, ...);

/* Something was copied from where it is written to where it is used: the number that
 * places in the copy carry.  A mistake in one is shown with a note at `at`; one that
 * was reported before, in what is written or in another copy, is not reported again. */
unsigned diag_use(struct diag *d, struct place at, const char *note);

/* A second place of the mistake reported last: where the other one is. */
__attribute__((format(printf, 3, 4))) void diag_note(
    struct diag *d, struct place at, const char *format, ...);

/* All of them, printed or not. */
size_t diag_count(const struct diag *d);

/* Whether a mistake at this place would be kept: ask before long work on its message.
 */
bool diag_wants(const struct diag *d, struct place at);

/* The text from a place on; NULL: there is none. */
const char *diag_source(const struct diag *d, struct place at, size_t *size);

/* As gcc prints them, and as it does on a terminal. */
void diag_print(const struct diag *d, FILE *out);
void diag_print_coloured(const struct diag *d, FILE *out);

/* -- For other formats ------------------------------------------------------------- */

/* One mistake, or a note on one, with the path of the file that it is in. */
struct diag_message {
    const char *path;
    struct place at;
    const char *text; /* to be shown by text_show(): it may quote anything */
};

/* Those that are kept, in the order of their files and places: 0 .. diag_kept() - 1. */
size_t diag_kept(const struct diag *d);
enum diag_code diag_mistake(const struct diag *d, size_t index, struct diag_message *m);

/* As if it had not been found. */
void diag_drop(struct diag *d, size_t index);

/* The notes on a mistake; false behind the last one. */
bool diag_note_of(
    const struct diag *d, size_t index, size_t note, struct diag_message *m);

#endif
