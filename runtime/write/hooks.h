/* hooks.h: functions of the program's own, called about objects that are written. */
#ifndef RUNTIME_HOOKS_H
#define RUNTIME_HOOKS_H

#include "objects/object.h"

/* Before a flush: they may refuse it, and change what it writes.  False: the error is
 * recorded, and nothing may be sent. */
bool hooks_before_flush(struct orm_session *s);

/* The object was written, by a flush whose hooks_before_flush() was good. */
void hooks_note(struct orm_session *s, struct orm_object *o, enum orm_event event);

/* All is in memory as it is in the database. */
void hooks_after_flush(struct orm_session *s);

/* The transaction has ended, what it wrote has not left its scope yet. */
void hooks_after_end(struct orm_session *s, enum orm_event event);

/* Those noted since there were so many are as if they were never written. */
void hooks_after_return(struct orm_session *s, size_t count);

/* Objects go, or nobody knows what became of them. */
void hooks_forget(struct orm_session *s);

/* False, and an error, inside of a hook. */
bool hooks_allow(struct orm_session *s, const char *call);

void hooks_free(struct orm_session *s);

#endif
