/* object.c: one object. */
#include "object.h"

#include "group.h"
#include "list.h"

#include <stdio.h>
#include <string.h>

/* -- Bit sets ------------------------------------------------------------------------
 */

bool object_has_changes(const struct orm_object *o)
{
    const uint64_t *bits = object_changed_bits(o);
    for (unsigned i = 0; i < ORM_WORDS(o->model->column_count); i++)
        if (bits[i])
            return true;
    return false;
}

void object_clear_changes(struct orm_object *o)
{
    memset(object_changed_bits(o), 0,
        ORM_WORDS(o->model->column_count) * sizeof(uint64_t));
}

/* -- Columns and slots ---------------------------------------------------------------
 */

struct idmap_key object_map_key(const struct orm_column *column, union orm_value v)
{
    return type_is_text(column) ? idmap_text(v.text, strlen(v.text))
                                : idmap_integer(v.integer);
}

void object_reset_slots_of(struct orm_object *o, unsigned column)
{
    const struct orm_model *m = o->model;
    for (unsigned i = 0; i < m->to_one_count; i++) {
        if (m->to_ones[i].column != column)
            continue;
        *object_slot(o, &m->to_ones[i]) = NULL;
        bit_put(object_missing_bits(o), i, false);
    }
    if (column == m->key)
        for (unsigned i = 0; i < m->to_many_count; i++)
            list_drop(object_manager(o, &m->to_manys[i]));
}

void object_reset_all_slots(struct orm_object *o)
{
    const struct orm_model *m = o->model;
    for (unsigned i = 0; i < m->to_one_count; i++) {
        if (!m->to_ones[i].reverse &&
            bit_is_set(object_changed_bits(o), m->to_ones[i].column))
            continue; /* what the program linked stays */
        *object_slot(o, &m->to_ones[i]) = NULL;
        bit_put(object_missing_bits(o), i, false);
    }
    for (unsigned i = 0; i < m->to_many_count; i++)
        list_drop(object_manager(o, &m->to_manys[i]));
}

/* -- Memory and the map --------------------------------------------------------------
 */

static void make_blank(
    struct orm_object *o, struct orm_scope *scope, const struct orm_model *m)
{
    memset(o, 0, m->size);
    o->model = m;
    o->scope = scope;
    for (unsigned i = 0; i < m->column_count; i++)
        if (type_is_text(&m->columns[i]))
            type_put(&m->columns[i], o, type_zero(&m->columns[i]));
    for (unsigned i = 0; i < m->to_many_count; i++)
        object_manager(o, &m->to_manys[i])->relation = &m->to_manys[i];
}

struct orm_object *object_make(struct orm_session *s, const struct orm_model *m)
{
    struct orm_object *o = arena_get(&s->scope.arena, m->size);
    if (o)
        make_blank(o, &s->scope, m);
    return o;
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

/* Placeholders lie one after another, made at orm_open(), blank until they are needed.
 */
struct orm_object *object_placeholder(struct orm_session *s, const struct orm_model *m)
{
    char *at = s->placeholders;
    for (unsigned i = 0; i < m->index; i++)
        at += s->schema->models[i]->size;
    struct orm_object *o = (struct orm_object *)(void *)at;
    make_blank(o, &s->scope, m);
    o->state = OBJECT_PLACEHOLDER;
    return o;
}

const char *object_describe(const struct orm_object *o, char *to, size_t size)
{
    const struct orm_column *key = &o->model->columns[o->model->key];
    if (o->state & OBJECT_NEW)
        snprintf(to, size, "new %s", o->model->name);
    else if (type_is_text(key))
        snprintf(to, size, "%s \"%s\"", o->model->name, type_get(key, o).text);
    else
        snprintf(
            to, size, "%s %lld", o->model->name, (long long)type_get(key, o).integer);
    return to;
}
