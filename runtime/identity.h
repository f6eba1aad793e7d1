/* identity.h: in a session, one row is one object. */
#ifndef RUNTIME_IDENTITY_H
#define RUNTIME_IDENTITY_H

#include "object.h"

/* The value's key in a map of objects that keep it in `column`. */
struct idmap_key object_map_key(const struct orm_column *column, union orm_value v);

/* The mapped object with this key; NULL also for what is expired. */
struct orm_object *object_find(
    const struct orm_session *s, const struct orm_model *m, union orm_value key);

/* The same, expired or not. */
struct orm_object *object_find_any(
    const struct orm_session *s, const struct orm_model *m, union orm_value key);

void object_map(struct orm_object *o);   /* room must be reserved */
void object_unmap(struct orm_object *o); /* and out of its group */

#endif
