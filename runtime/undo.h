/* undo.h: what a rollback needs to make memory as it was when the unit of work began.
 */
#ifndef RUNTIME_UNDO_H
#define RUNTIME_UNDO_H

#include "session.h"

/* Before the first change of an object in a unit of work, and when one is made.  False:
 * memory is out, and recorded. */
bool undo_note(struct orm_object *o);

/* The unit of work is over and stays. */
void undo_forget(struct orm_session *s);

/* Gives every object that changed its old content; what is not in the database any more
 * is detached; forgets what is not written. */
void undo_all(struct orm_session *s);

#endif
