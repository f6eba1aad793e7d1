/* lazy.c: columns that ordinary loads leave out.
 *
 * The first getter that is asked loads the column for all peers that lack it, in one
 * statement by key; as all loads by key it never flushes.  A value that the program has
 * set is loaded already: nothing overwrites it. */
#include "load/load.h"
#include "objects/fetch.h"
#include "objects/relate.h"
#include "objects/scope.h"
#include "objects/undo.h"
#include "session/flight.h"

static bool lacks(const struct orm_object *o, unsigned column)
{
    return o && object_is_live(o) && !object_is_loaded(o, column);
}

static struct pg_statement *statement(
    struct orm_session *s, struct key_columns key, unsigned column)
{
    uint32_t types[KEY_COLUMNS_MOST];
    shape_begin(s, 'L', key.model);
    shape_add(s, column);
    struct pg_statement *st = shape_known(s);
    if (st)
        return st;
    buffer_text(&s->sql, "SELECT ");
    for (unsigned i = 0; i < key.count; i++) {
        const struct orm_column *c = &key.model->columns[key.at[i]];
        types[i] = type_oids(c, s->enums).array_oid;
        buffer_text(&s->sql, "t.");
        buffer_identifier(&s->sql, c->name);
        buffer_text(&s->sql, ", ");
    }
    buffer_text(&s->sql, "t.");
    buffer_identifier(&s->sql, key.model->columns[column].name);
    load_from(s, key.model);
    load_where_any(s, key);
    return shape_make(s, types, (int)key.count, true);
}

/* The peers of `o` that lack the column. */
static bool collect(
    struct orm_session *s, struct key_set *k, struct orm_object *o, unsigned column)
{
    const struct orm_group *g = fetch_mode(o) == ORM_FETCH_ONE ? NULL : o->group;
    k->objects = arena_get(&s->scratch, (g ? g->size : 1) * sizeof *k->objects);
    if (!k->objects)
        return session_nomem(s);
    if (!g)
        k->objects[k->count++] = o;
    for (size_t i = 0; g && i < g->size; i++)
        if (lacks(g->members[i], column))
            k->objects[k->count++] = g->members[i];
    return true;
}

static struct orm_object *find_row(struct orm_session *s, struct key_columns key,
    const struct pg_result *r, size_t row)
{
    struct pg_cell cells[KEY_COLUMNS_MOST];
    for (unsigned i = 0; i < key.count; i++)
        cells[i] = pg_value(r, row, i);
    return load_find(s, key.model, cells);
}

static bool check(struct orm_session *s, struct key_columns key, unsigned column,
    const struct pg_result *r)
{
    const struct orm_model *m = key.model;
    if (pg_columns(r) != key.count + 1u)
        return error_set(&s->error, ORM_LOST,
            "the server broke the protocol: %zu columns instead of %u", pg_columns(r),
            key.count + 1);
    for (unsigned i = 0; i < key.count; i++)
        if (!load_check_type(s, m, key.at[i], r, i))
            return false;
    if (!load_check_type(s, m, column, r, key.count))
        return false;
    for (size_t row = 0; row < pg_rows(r); row++) {
        size_t of_key = 0, bytes = 0;
        for (unsigned i = 0; i < key.count; i++)
            if (!load_check_cell(s, m, key.at[i], pg_value(r, row, i), &of_key))
                return false;
        if (!load_check_cell(s, m, column, pg_value(r, row, key.count), &bytes))
            return false;
        struct orm_object *o = find_row(s, key, r, row);
        if (!lacks(o, column))
            continue;
        if (!undo_note_load(s, o))
            return false;
        scope_want(o->scope, bytes);
    }
    return true;
}

static void fill(struct orm_session *s, struct key_columns key, unsigned column,
    const struct pg_result *r, size_t row)
{
    struct orm_object *o = find_row(s, key, r, row);
    if (!lacks(o, column))
        return;
    load_cell(o, column, pg_value(r, row, key.count));
    object_set_loaded(o, column);
}

static bool load(struct orm_session *s, struct orm_object *asked, unsigned column)
{
    const struct key_columns key = key_of_model(asked->model);
    struct key_set keys = {.columns = key};
    if (!collect(s, &keys, asked, column) || !key_set_end(s, &keys))
        return false;
    struct pg_statement *st = statement(s, key, column);
    const struct orm_column *c = &asked->model->columns[column];
    struct way *way = fetch_column_way(asked, c);
    fetch_begin(asked, c->field, way, keys.count);
    const struct pg_result *r = st ? flight_one(s, asked->model, st) : NULL;
    fetch_end(s);
    if (!r)
        return false;
    if (!check(s, key, column, r)) {
        scope_want_nothing(s);
        return false;
    }
    if (!scope_reserve(s))
        return session_nomem(s);
    for (size_t row = 0; row < pg_rows(r); row++)
        fill(s, key, column, r, row);
    fetch_rows(s, way, NULL, pg_rows(r));
    return true;
}

void orm_load_lazy(struct orm_object *o, unsigned column)
{
    if (!lacks(o, column))
        return;
    struct orm_session *s = object_session(o);
    if (s->error.code ||
        !fetch_allows(o, o->model->columns[column].field, FETCH_COLUMN))
        return;
    const bool good = load(s, o, column);
    flight_end(s);
    arena_clear(&s->scratch);
    char name[128];
    if (good && lacks(o, column))
        error_set_object(&s->error, ORM_STALE, o, &o->model->columns[column],
            "%s is not in the table any more", object_describe(o, name, sizeof name));
}
