/* snapshot.h: statements of one flight that see one state of the database. */
#ifndef RUNTIME_SNAPSHOT_H
#define RUNTIME_SNAPSHOT_H

#include "session/session.h"

/* Whether what is sent now sees it so: in the transaction that is open, or in one of
 * its `own` that BEGIN opens in the same flight; then COMMIT is to be its last. */
bool snapshot_begin(struct orm_session *s, bool *own);

/* The flight's own has ended. */
void snapshot_end(struct orm_session *s, bool landed);

#endif
