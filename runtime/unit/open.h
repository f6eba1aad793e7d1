/* open.h: what is asked when a session begins, and again when it was not true any more.
 */
#ifndef RUNTIME_OPEN_H
#define RUNTIME_OPEN_H

#include "session/session.h"

/* Outside of a transaction, after ORM_DRIFT: a type that was made anew has another oid.
 * A failure is recorded. */
void open_look_up_types(struct orm_session *s);

#endif
