/* on_update.h: what the database does to other rows when an UPDATE changes what they
 * refer to: a unique column that a `to:` names, and through it keys that are made of
 * it. */
#ifndef RUNTIME_ON_UPDATE_H
#define RUNTIME_ON_UPDATE_H

#include "objects/relate.h"

/* True if rows change with the columns that the slot refers to. */
static inline bool ref_follows(const struct orm_to_one *ref)
{
    return !ref->reverse && ref->on_update >= ORM_CASCADE;
}

/* Whether others refer to the column. */
bool on_update_is_followed(
    const struct orm_session *s, const struct orm_model *m, unsigned column);

/* Before a column takes another value: what the database has there is remembered, if
 * others refer to it.  False, here and below: memory is out, and recorded. */
bool on_update_note(struct orm_object *o, unsigned column);

/* Before a flush is compiled: mapped objects follow on_update, so that what is written
 * behind the UPDATEs finds their rows. */
bool on_update_begin(struct orm_session *s);

/* Nothing was written: they are as they were.  All was written. */
void on_update_take_back(struct orm_session *s);
void on_update_end(struct orm_session *s);

/* What is noted is not to be written. */
void on_update_forget(struct orm_session *s);

#endif
