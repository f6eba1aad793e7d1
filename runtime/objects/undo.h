/* undo.h: what a rollback needs to make memory as it was: when the unit of work began,
 * or at a savepoint.
 *
 * What the program changes is noted always.  What is loaded is noted from the first
 * write of a transaction on, and after a savepoint: only then can it be what nobody
 * else ever sees. */
#ifndef RUNTIME_UNDO_H
#define RUNTIME_UNDO_H

#include "objects/object.h"

/* Before the first change of an object in a unit of work or after a savepoint, and when
 * one is made.  False: memory is out, and recorded. */
bool undo_note(struct orm_object *o);

/* Before something loaded is put into an object or one of its slots.  What is as new as
 * the mark was not there before it: a rollback unloads it. */
bool undo_note_older(struct orm_object *o);
static inline bool undo_note_load(struct orm_session *s, struct orm_object *o)
{
    return o->stamp >= s->mark || undo_note_older(o);
}

/* The flight that just landed wrote. */
void undo_after_write(struct orm_session *s);

/* An object of a scope that began after the mark, though its values may be older, is
 * about to leave the scope. */
void undo_leave_scope(struct orm_object *o);

/* -- Savepoints -------------------------------------------------------------------- */

#define SAVEPOINTS_MOST 4095

/* The last of session.savepoints is where we are now; nothing is unwritten. */
void undo_mark(struct orm_session *s, struct savepoint *p);

/* It is gone, and what was done since belongs to what is outside. */
void undo_release(struct orm_session *s, const struct savepoint *p);

/* All is as it was then, and it is gone. */
void undo_to(struct orm_session *s, const struct savepoint *p);

/* -- The whole unit of work -------------------------------------------------------- */

/* It is over and stays. */
void undo_forget(struct orm_session *s);

/* All is as it was when it began; what it made is detached, and what is not written
 * forgotten. */
void undo_all(struct orm_session *s);

#endif
