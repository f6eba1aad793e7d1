/* violation.h: which of the rows of a flush the server refused. */
#ifndef RUNTIME_VIOLATION_H
#define RUNTIME_VIOLATION_H

#include "session/blame.h"
#include "write/batch.h"

/* After a flush that the server refused: session_blame() with the objects it is about.
 * `b` is the batch that failed; NULL: COMMIT did. */
void violation_explain(struct orm_session *s, const struct batch *b);

/* The object of the batch with the key, as SQL writes it: 7 or (7, text).  NULL if not
 * exactly one has it. */
struct orm_object *violation_of_key(const struct batch *b, const char *key);

#endif
