/* object.c: one object. */
#include "objects/identity.h"
#include "objects/scope.h"

#include <stdio.h>
#include <string.h>

/* -- Bit sets ---------------------------------------------------------------------- */

bool object_has_changes(const struct orm_object *o)
{
    const uint8_t *bits = object_changed_bits(o);
    for (unsigned i = 0; i < ORM_BYTES(o->model->column_count); i++)
        if (bits[i])
            return true;
    return false;
}

void object_clear_changes(struct orm_object *o)
{
    memset(object_changed_bits(o), 0, ORM_BYTES(o->model->column_count));
}

void object_unload(struct orm_object *o)
{
    const struct orm_model *m = o->model;
    const unsigned eager = model_eager_count(m);
    for (unsigned i = eager; i < m->column_count; i++) {
        if (bit_is_set(object_changed_bits(o), i))
            continue;
        type_put(&m->columns[i], o, type_zero(&m->columns[i]));
        bit_put(object_null_bits(o), i, true);
        bit_put(object_unloaded_bits(o), i - eager, true);
    }
}

/* -- Memory ------------------------------------------------------------------------ */

void object_blank(
    struct orm_object *o, struct orm_scope *scope, const struct orm_model *m)
{
    memset(o, 0, m->size);
    o->model = m;
    o->scope = scope;
    for (unsigned i = 0; i < m->column_count; i++)
        if (type_is_text(&m->columns[i]))
            type_put(&m->columns[i], o, type_zero(&m->columns[i]));
    for (unsigned i = 0; i < m->to_many_count; i++)
        object_manager(o, &m->to_manys[i])->holds = &m->to_manys[i].unloaded;
}

void object_prepare(struct model_state *of)
{
    object_blank((struct orm_object *)(uintptr_t)of->blank, NULL, of->model);
}

struct orm_object *object_make_of(struct orm_scope *scope, const struct model_state *of)
{
    struct orm_object *o = scope_get_object(scope, of->model->size);
    if (o) {
        memcpy(o, of->blank, of->model->size);
        o->scope = scope;
    }
    return o;
}

struct orm_object *object_make(struct orm_scope *scope, const struct orm_model *m)
{
    return object_make_of(scope, session_model(scope->session, m));
}

/* Memory for it was taken at orm_open(); it is blank until it is needed. */
struct orm_object *object_placeholder(struct orm_session *s, const struct orm_model *m)
{
    struct orm_object *o =
        (struct orm_object *)(void *)session_model(s, m)->placeholder;
    object_blank(o, &s->own, m);
    o->state = OBJECT_PLACEHOLDER;
    return o;
}

const char *object_describe(const struct orm_object *o, char *to, size_t size)
{
    if (o->state & OBJECT_NEW) {
        snprintf(to, size, "new %s", o->model->name);
        return to;
    }
    union orm_value key[KEY_COLUMNS_MOST];
    char values[96];
    key_read(key_of_model(o->model), o, key);
    snprintf(to, size, "%s %s", o->model->name,
        key_describe(o->model, key, values, sizeof values));
    return to;
}
