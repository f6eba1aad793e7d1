/* outcome.h: what became of a transaction whose COMMIT nobody answered. */
#ifndef RUNTIME_OUTCOME_H
#define RUNTIME_OUTCOME_H

#include "session/session.h"

/* Whether the answer to COMMIT is that it is done; else the error is recorded. */
bool outcome_is_committed(struct orm_session *s, const struct pg_result *r);

/* The last statement before COMMIT asks by what the outcome can be found out. */
bool outcome_add_ticket(struct orm_session *s);

/* Commits; `ticket` is its answer.  False: the error is recorded, and its outcome is
 * unknown only if the server could not tell either. */
bool outcome_commit(struct orm_session *s, const struct pg_result *ticket);

#endif
