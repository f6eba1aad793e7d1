/* returned.c: what the server filled in while it wrote rows goes into their objects,
 * found by their keys.  All is checked, and all memory taken, before one changes. */
#include "write/returned.h"

#include "load/load.h"
#include "objects/scope.h"
#include "objects/slot.h"

/* One cell that the server filled in. */
static bool check_cell(struct orm_session *s, const struct orm_model *m,
    unsigned column, const struct pg_result *r, size_t row, size_t at, size_t *bytes)
{
    const struct orm_column *c = &m->columns[column];
    const struct pg_cell cell = pg_value(r, row, at);
    if (pg_column_type(r, at) != type_oids(c, s->enums).oid ||
        (!cell.data && !(c->flags & ORM_COLUMN_NULLABLE)))
        return error_set_field(&s->error, ORM_DRIFT, m, c,
            "what the server filled in is not a value of %s", type_name(c));
    if (!cell.data)
        return true;
    if (!type_check(m, c, cell, &s->error))
        return false;
    *bytes += type_room(c, cell);
    return true;
}

/* The key, then the columns. */
static bool check_returned(
    struct orm_session *s, const struct batch *b, const struct pg_result *r)
{
    const struct orm_model *m = b->model;
    size_t wanted = m->key_count + (size_t)batch_is_guarded(b);
    for (unsigned i = 0; i < m->column_count; i++)
        wanted += batch_returns(b, i);
    if (pg_columns(r) != wanted)
        return error_set_field(&s->error, ORM_LOST, m, NULL,
            "the server broke the protocol: %zu columns instead of %zu", pg_columns(r),
            wanted);
    for (size_t row = 0; row < pg_rows(r); row++) {
        size_t at = 0, bytes = 0;
        for (unsigned i = 0; i < m->key_count; i++)
            if (!check_cell(s, m, m->key[i], r, row, at++, &bytes))
                return false;
        for (unsigned i = 0; i < m->column_count; i++)
            if (batch_returns(b, i) && !check_cell(s, m, i, r, row, at++, &bytes))
                return false;
        const struct orm_object *o = returned_object(s, m, r, row);
        if (o)
            scope_want(o->scope, bytes);
    }
    return true;
}

struct orm_object *returned_object(struct orm_session *s, const struct orm_model *m,
    const struct pg_result *r, size_t row)
{
    struct pg_cell key[KEY_COLUMNS_MOST];
    for (unsigned i = 0; i < m->key_count; i++)
        key[i] = pg_value(r, row, i);
    return load_find(s, m, key);
}

static void fill_returned(
    struct orm_session *s, const struct batch *b, const struct pg_result *r, size_t row)
{
    const struct orm_model *m = b->model;
    struct orm_object *o = returned_object(s, m, r, row);
    if (!o)
        return;
    size_t at = m->key_count;
    for (unsigned i = 0; i < m->column_count; i++)
        if (batch_returns(b, i)) {
            load_cell(o, i, pg_value(r, row, at++));
            object_set_loaded(o, i);
            if (b->kind != BATCH_INSERT)
                object_reset_slots_of(o, i);
        }
}

bool returned_check_count(
    struct orm_session *s, const struct batch *b, const struct pg_result *r)
{
    return !batch_inserts(b) || pg_affected(r) == b->count ||
           error_set_field(&s->error, ORM_REFUSED, b->model, NULL,
               "%zu of %zu new rows are in the table; a trigger or a rule dropped the "
               "others",
               pg_affected(r), b->count);
}

bool returned_take(
    struct orm_session *s, const struct batch *b, const struct pg_result *r)
{
    if (!returned_check_count(s, b, r))
        return false;
    if (!batch_returns_any(b))
        return true;
    if (!check_returned(s, b, r)) {
        scope_want_nothing(s);
        return false;
    }
    if (!scope_reserve(s))
        return session_nomem(s);
    for (size_t row = 0; row < pg_rows(r); row++)
        fill_returned(s, b, r, row);
    return true;
}
