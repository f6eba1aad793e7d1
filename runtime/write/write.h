/* write.h: the unit of work. */
#ifndef RUNTIME_WRITE_H
#define RUNTIME_WRITE_H

#include "session/session.h"

/* Writes all that is recorded, with COMMIT in the same flight if asked.  False: the
 * error is recorded and memory is as before. */
bool write_changes(struct orm_session *s, bool commit);

#endif
