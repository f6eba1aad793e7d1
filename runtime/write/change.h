/* change.h: changes are recorded here and written by write.c. */
#ifndef RUNTIME_CHANGE_H
#define RUNTIME_CHANGE_H

#include "objects/object.h"

/* False, and an error, for a view. */
bool change_is_written(struct orm_session *s, const struct orm_model *m);

/* A new object in the unit of work.  NULL: memory is out, and recorded. */
struct orm_object *change_make(struct orm_session *s, const struct orm_model *m);

/* A new object gets the values that the program makes. */
bool change_make_uuids(struct orm_session *s, struct orm_object *o);

/* As the setters: a value that lies anywhere. */
void change_set(struct orm_object *o, unsigned column, union orm_value v);

/* Whether the slot may be set to `to`; else the error says why not. */
bool change_may_refer(
    struct orm_object *o, const struct orm_to_one *ref, const struct orm_object *to);

#endif
