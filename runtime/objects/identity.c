/* identity.c: in a session, one row is one object. */
#include "objects/identity.h"

#include "objects/group.h"
#include "objects/report.h"
#include "objects/undo.h"

#include <stdio.h>
#include <string.h>

void key_read(struct key_columns k, const struct orm_object *o, union orm_value *values)
{
    for (unsigned i = 0; i < k.count; i++)
        values[i] = object_value(o, k.at[i]);
}

static int describe_part(
    const struct orm_column *c, union orm_value v, char *to, size_t size)
{
    if (type_is_text(c))
        return snprintf(to, size, "\"%s\"", v.text ? v.text : "");
    if (!type_is_number(c) && c->type != ORM_UUID)
        return snprintf(to, size, "...");
    char room[64]; /* the longest is a label, of 48 bytes */
    struct buffer text = {.data = room, .capacity = sizeof room};
    type_print(c, v, &text);
    return snprintf(to, size, "%.*s", (int)text.length, text.data);
}

bool key_is_accepted(
    const struct orm_model *m, const union orm_value *key, struct orm_error *e)
{
    for (unsigned i = 0; i < m->key_count; i++)
        if (!type_accepts(m, &m->columns[m->key[i]], key[i], e))
            return false;
    return true;
}

const char *columns_describe(
    struct key_columns k, const union orm_value *values, char *to, size_t size)
{
    const struct orm_column *columns = k.model->columns;
    if (k.count == 1) {
        describe_part(&columns[k.at[0]], values[0], to, size);
        return to;
    }
    size_t at = 0;
    for (unsigned i = 0; i < k.count && at + 1 < size; i++) {
        at += (size_t)snprintf(to + at, size - at, i ? ", " : "(");
        if (at + 1 < size)
            at +=
                (size_t)describe_part(&columns[k.at[i]], values[i], to + at, size - at);
    }
    if (at + 1 < size)
        snprintf(to + at, size - at, ")");
    return to;
}

const char *key_describe(
    const struct orm_model *m, const union orm_value *key, char *to, size_t size)
{
    return columns_describe(key_of_model(m), key, to, size);
}

union orm_value key_in_cell(const struct orm_column *c, struct pg_cell cell)
{
    return c->type == ORM_UUID ? (union orm_value){.data = cell.data}
                               : type_decode(c, cell);
}

/* -- Maps -------------------------------------------------------------------------- */

/* What is looked for in a map, when a hash does not tell all. */
struct wanted {
    struct idmap_key key; /* first: found again from it */
    struct key_columns columns;
    const union orm_value *values;
};

static bool fits(const struct idmap_key *key, const struct orm_object *o)
{
    const struct wanted *w = (const void *)key;
    for (unsigned i = 0; i < w->columns.count; i++) {
        const struct orm_column *c = &o->model->columns[w->columns.at[i]];
        if (!type_equal(c, type_get(c, o), w->values[i]))
            return false;
    }
    return true;
}

static uint64_t part_hash(const struct orm_column *c, union orm_value v)
{
    if (type_is_number(c))
        return (uint64_t)v.integer;
    return type_is_text(c) ? idmap_hash(v.text, strlen(v.text))
                           : idmap_hash(v.data, sizeof(struct orm_uuid));
}

uint64_t key_hash(struct key_columns k, const union orm_value *values)
{
    uint64_t hash = part_hash(&k.model->columns[k.at[0]], values[0]);
    for (unsigned i = 1; i < k.count; i++)
        hash = idmap_join(hash, part_hash(&k.model->columns[k.at[i]], values[i]));
    return hash;
}

struct orm_object *key_find(
    struct idmap *map, struct key_columns k, const union orm_value *values)
{
    if (key_is_number(k))
        return idmap_find_number(map, values[0].integer);
    const struct wanted w = {{key_hash(k, values), fits}, k, values};
    return idmap_find(map, &w.key);
}

/* Apart, so that a number needs no room for all these. */
struct orm_object *key_find_like_several(struct idmap *map, struct key_columns theirs,
    const struct orm_object *o, struct key_columns ours)
{
    union orm_value values[KEY_COLUMNS_MOST];
    key_read(ours, o, values);
    return key_find(map, theirs, values);
}

static uint64_t hash_of_several(struct key_columns k, const struct orm_object *o)
{
    union orm_value values[KEY_COLUMNS_MOST];
    key_read(k, o, values);
    return key_hash(k, values);
}

static uint64_t hash_in(struct key_columns k, const struct orm_object *o)
{
    return key_is_number(k) ? (uint64_t)object_value(o, k.at[0]).integer
                            : hash_of_several(k, o);
}

void key_insert(struct idmap *map, struct key_columns k, struct orm_object *o)
{
    idmap_insert(map, hash_in(k, o), o);
}

struct orm_object *object_find_any(
    const struct orm_session *s, const struct orm_model *m, const union orm_value *key)
{
    return key_find(&session_model(s, m)->map, key_of_model(m), key);
}

struct orm_object *object_find(
    const struct orm_session *s, const struct orm_model *m, const union orm_value *key)
{
    struct orm_object *o = object_find_any(s, m, key);
    return o && !(o->state & OBJECT_EXPIRED) ? o : NULL;
}

void object_map(struct orm_object *o)
{
    key_insert(
        &session_model(object_session(o), o->model)->map, key_of_model(o->model), o);
    o->state |= OBJECT_MAPPED;
}

void object_leave_map(struct orm_object *o)
{
    struct orm_session *s = object_session(o);
    if (o->state & OBJECT_MAPPED) {
        const struct key_columns k = key_of_model(o->model);
        idmap_remove(&session_model(s, o->model)->map, hash_in(k, o), o);
    }
    if (s->reports)
        report_forget(s, o);
    o->state &= ~OBJECT_MAPPED;
}

void object_unmap(struct orm_object *o)
{
    object_leave_map(o);
    group_leave(o);
}

void object_map_anew(struct orm_object *o)
{
    union orm_value key[KEY_COLUMNS_MOST];
    object_leave_map(o);
    key_read(key_of_model(o->model), o, key);
    struct orm_object *old = object_find_any(object_session(o), o->model, key);
    if (old) {
        undo_note(old);
        object_unmap(old);
        old->state |= OBJECT_GONE;
    }
    object_map(o);
}
