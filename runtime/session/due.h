/* due.h: what is recorded and not written yet, met by who wants to read. */
#ifndef RUNTIME_DUE_H
#define RUNTIME_DUE_H

#include "session/session.h"

/* Whether a model's table, or a relation's join table, has unwritten changes. */
bool due_in(const struct orm_session *s, const struct orm_model *m);
bool due_in_join(const struct orm_session *s, const struct orm_to_many *rel);

/* Whether a table that the relation (or the whole table) is read from has. */
bool due_in_relation(const struct orm_session *s, const struct orm_to_many *rel);

/* Whether readers leave it so. */
static inline bool due_stays(const struct orm_session *s)
{
    return s->reads_as_is || s->in_hook;
}

/* A reader found that changes are due: they are written, unless that stays.  False: the
 * error is recorded. */
bool due_before_reading(struct orm_session *s);

/* They are written now: what was read without them is asked for again. */
void due_is_done(struct orm_session *s);

#endif
