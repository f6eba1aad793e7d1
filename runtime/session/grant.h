/* grant.h: a privilege that the role lacks, and the statement that gives it. */
#ifndef RUNTIME_GRANT_H
#define RUNTIME_GRANT_H

#include "session/session.h"

/* After a failed statement about `m`, or NULL.  False: it was no matter of privileges,
 * or of what we cannot tell. */
bool grant_tell(struct orm_session *s, const struct orm_model *m);

#endif
