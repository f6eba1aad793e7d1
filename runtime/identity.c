/* identity.c: in a session, one row is one object. */
#include "identity.h"

#include "group.h"

#include <string.h>

struct idmap_key object_map_key(const struct orm_column *column, union orm_value v)
{
    return type_is_text(column) ? idmap_text(v.text, strlen(v.text))
                                : idmap_integer(v.integer);
}

struct orm_object *object_find_any(
    const struct orm_session *s, const struct orm_model *m, union orm_value key)
{
    const struct orm_column *column = &m->columns[m->key];
    return idmap_find(
        &session_model(s, m)->map, object_map_key(column, key), column->offset);
}

struct orm_object *object_find(
    const struct orm_session *s, const struct orm_model *m, union orm_value key)
{
    struct orm_object *o = object_find_any(s, m, key);
    return o && !(o->state & OBJECT_EXPIRED) ? o : NULL;
}

static struct idmap_key key_of(const struct orm_object *o)
{
    return object_map_key(
        &o->model->columns[o->model->key], object_value(o, o->model->key));
}

void object_map(struct orm_object *o)
{
    idmap_insert(&session_model(object_session(o), o->model)->map, key_of(o), o);
    o->state |= OBJECT_MAPPED;
}

void object_unmap(struct orm_object *o)
{
    if (o->state & OBJECT_MAPPED)
        idmap_remove(&session_model(object_session(o), o->model)->map, key_of(o), o);
    o->state &= ~OBJECT_MAPPED;
    group_leave(o);
}
