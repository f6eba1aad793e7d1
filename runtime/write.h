/* write.h: the unit of work. */
#ifndef RUNTIME_WRITE_H
#define RUNTIME_WRITE_H

#include "session.h"

/* Writes all that is recorded, with COMMIT in the same flight if asked.  False: the
 * error is recorded and memory is as before. */
bool write_changes(struct orm_session *s, bool commit);

/* Whether a model's table, or a relation's join table, has unwritten changes. */
bool write_is_due(const struct orm_session *s, const struct orm_model *m);
bool write_is_due_to_join(const struct orm_session *s, const struct orm_to_many *rel);

/* Flushes if a table that the relation (or the whole table) is read from has unwritten
 * changes. */
bool write_before_reading(struct orm_session *s, const struct orm_to_many *rel);

#endif
