/* get_many.c: objects by many keys, in the order of the keys.
 *
 * What the map has is not asked for; the rest costs one statement.  As all loads by key
 * it never flushes. */
#include "load/load.h"
#include "objects/fetch.h"
#include "objects/relate.h"
#include "objects/scope.h"
#include "session/flight.h"

/* Keys as the program has them: in an array of anything. */
struct many {
    struct orm_manager *manager;
    struct orm_session *s;
    const struct orm_model *model;
    const char *keys;
    size_t stride;
    const size_t *offsets; /* of a key's parts */
    size_t count;
    struct orm_object **objects; /* by key; NULL: there is none */
    size_t found;
};

static void read_key(const struct many *m, size_t i, union orm_value *key)
{
    for (unsigned k = 0; k < m->model->key_count; k++)
        key[k] = type_value(&m->model->columns[m->model->key[k]],
            m->keys + i * m->stride + m->offsets[k]);
}

static bool accepts_keys(const struct many *m)
{
    union orm_value key[KEY_COLUMNS_MOST];
    for (size_t i = 0; i < m->count; i++) {
        read_key(m, i, key);
        if (!key_is_accepted(m->model, key, &m->s->error))
            return false;
    }
    return true;
}

/* Looks all up.  The number of those that are not there, or expired. */
static size_t look_up(struct many *m)
{
    union orm_value key[KEY_COLUMNS_MOST];
    size_t lacking = 0;
    for (size_t i = 0; i < m->count; i++) {
        read_key(m, i, key);
        m->objects[i] = object_find(m->s, m->model, key);
        lacking += !m->objects[i];
    }
    return lacking;
}

/* -- The whole table --------------------------------------------------------------- */

static bool put_lacking(const struct many *m)
{
    struct params *p = &m->s->params;
    union orm_value key[KEY_COLUMNS_MOST];
    params_clear(p);
    for (unsigned k = 0; k < m->model->key_count; k++) {
        const struct orm_column *c = &m->model->columns[m->model->key[k]];
        params_array_begin(p, type_oids(c, m->s->enums).oid);
        for (size_t i = 0; i < m->count; i++) {
            read_key(m, i, key);
            if (!m->objects[i])
                params_array_add(p, c, key[k]);
        }
        params_array_end(p);
    }
    return params_finish(p, &m->s->error);
}

static bool take_rows(const struct many *m, const struct pg_result *r)
{
    struct orm_object **rows =
        arena_get(&m->s->scratch, (pg_rows(r) + 1) * sizeof *rows);
    return rows ? load_rows(m->s->scope, m->model, r, 0, rows, NULL)
                : session_nomem(m->s);
}

static bool load_lacking(struct many *m)
{
    struct orm_session *s = m->s;
    if (!put_lacking(m))
        return false;
    struct pg_statement *st = load_statement(s, key_of_model(m->model), LOAD_ANY);
    const struct pg_result *r = st ? flight_one(s, m->model, st) : NULL;
    const bool good = r && take_rows(m, r);
    flight_end(s);
    if (good)
        look_up(m);
    return good;
}

/* -- A relation -------------------------------------------------------------------- */

static bool belongs(
    const struct orm_object *o, const struct orm_to_one *ref, struct orm_object *owner)
{
    if (*object_slot(o, ref) || owner->state & OBJECT_NEW)
        return *object_slot(o, ref) == owner;
    for (unsigned i = 0; i < ref->count; i++) {
        const unsigned ours = ref->columns[i], theirs = ref->target_columns[i];
        if (bit_is_set(object_null_bits(o), ours) ||
            !type_equal(&owner->model->columns[theirs], object_value(owner, theirs),
                object_value(o, ours)))
            return false;
    }
    return true;
}

static void leave_out_others(struct many *m)
{
    const struct orm_to_many *rel = manager_relation(m->manager);
    struct orm_object *owner = manager_owner(m->manager);
    for (size_t i = 0; i < m->count; i++)
        if (m->objects[i] &&
            !belongs(m->objects[i], &rel->target->to_ones[rel->ref], owner))
            m->objects[i] = NULL;
}

static void mark(const void *list, bool seen)
{
    for (size_t i = 0; i < list_length(list); i++)
        if (seen)
            list_item(list, i)->state |= OBJECT_SEEN;
        else
            list_item(list, i)->state &= ~OBJECT_SEEN;
}

/* Which rows are joined to the owner its list knows. */
static void leave_out_unlisted(struct many *m, const void *list)
{
    mark(list, true);
    for (size_t i = 0; i < m->count; i++)
        if (m->objects[i] && !(m->objects[i]->state & OBJECT_SEEN))
            m->objects[i] = NULL;
    mark(list, false);
}

/* -- The whole --------------------------------------------------------------------- */

static size_t leave_out_missing(const struct many *m, struct orm_object **found)
{
    size_t n = 0;
    for (size_t i = 0; i < m->count; i++)
        if (m->objects[i] && object_is_live(m->objects[i]))
            found[n++] = m->objects[i];
    return n;
}

static const void *list_found(struct many *m)
{
    struct orm_session *s = m->s;
    const size_t n = leave_out_missing(m, m->objects);
    struct path *path = path_of_query(s->scope, ORM_FETCH_DEFAULT);
    struct orm_group *g = path ? group_begin(path) : NULL;
    if (g) {
        list_want(s->scope, n);
        group_want(path, n);
    }
    if (!g || !scope_reserve(s)) {
        session_nomem(s);
        return NULL;
    }
    const void *list = list_make(s->scope, m->model, m->objects, n);
    group_form(g, m->objects, n);
    return list;
}

static const void *find_many(struct many *m)
{
    struct orm_session *s = m->s;
    const enum orm_many_kind kind = manager_relation(m->manager)->kind;
    const void *joined = kind == ORM_MANY_JOIN ? orm_all(m->manager) : NULL;
    m->objects = arena_get(&s->scratch, (m->count + 1) * sizeof *m->objects);
    if (!m->objects)
        session_nomem(s);
    if (s->error.code || (look_up(m) && !joined && !load_lacking(m)))
        return NULL;
    if (joined)
        leave_out_unlisted(m, joined);
    if (kind == ORM_MANY_REVERSE)
        leave_out_others(m);
    return list_found(m);
}

const void *orm_get_many(struct orm_manager *manager, const void *keys, size_t stride,
    const size_t *offsets, size_t count)
{
    if (!manager)
        return list_none();
    struct orm_session *s = manager_session(manager);
    const struct orm_model *model = manager_relation(manager)->target;
    struct many m = {.manager = manager,
        .s = s,
        .model = model,
        .keys = keys,
        .stride = stride,
        .offsets = offsets,
        .count = count};
    const void *list =
        count && !s->error.code && accepts_keys(&m) ? find_many(&m) : NULL;
    arena_clear(&s->scratch);
    return list ? fetch_give_list(s, list) : session_model(s, model)->empty;
}
