/* change_all.c: rows that a query matches change or go, and memory follows.
 *
 * If no object of the model is mapped the statement tells how many rows there were and
 * no more.  Else it answers with their keys and what changed.  All of that is checked,
 * and all memory taken, before one object changes. */
#include "bulk/change_all.h"

#include "base/clock.h"
#include "bulk/sweep.h"
#include "load/load.h"
#include "objects/relate.h"
#include "objects/scope.h"
#include "objects/slot.h"
#include "objects/undo.h"
#include "query/language.h"
#include "session/flight.h"
#include "write/cascade.h"
#include "write/change.h"
#include "write/hooks.h"
#include "write/returned.h"

/* PostgreSQL's limit is 1,600. */
#define MOST_COLUMNS 1664

static const struct orm_model *model_of(const struct change_all *a)
{
    return manager_relation(a->rows.manager)->target;
}

/* -- The answer -------------------------------------------------------------------- */

static bool check_types(
    struct orm_session *s, const struct change_all *a, const struct pg_result *r)
{
    const struct orm_model *m = model_of(a);
    size_t wanted = m->key_count;
    for (unsigned i = 0; i < m->column_count; i++)
        wanted += change_all_returns(a, i);
    if (pg_columns(r) != wanted)
        return error_set_field(&s->error, ORM_LOST, m, NULL,
            "the server broke the protocol: %zu columns instead of %zu", pg_columns(r),
            wanted);
    size_t at = 0;
    for (unsigned i = 0; i < m->key_count; i++)
        if (!load_check_type(s, m, m->key[i], r, at++))
            return false;
    for (unsigned i = 0; i < m->column_count; i++)
        if (change_all_returns(a, i) && !load_check_type(s, m, i, r, at++))
            return false;
    return true;
}

static bool check_row(struct orm_session *s, const struct change_all *a,
    const struct pg_result *r, size_t row, size_t *bytes)
{
    const struct orm_model *m = model_of(a);
    size_t at = 0;
    for (unsigned i = 0; i < m->key_count; i++)
        if (!load_check_cell(s, m, m->key[i], pg_value(r, row, at++), bytes))
            return false;
    *bytes = 0; /* a key is there already */
    for (unsigned i = 0; i < m->column_count; i++)
        if (change_all_returns(a, i) &&
            !load_check_cell(s, m, i, pg_value(r, row, at++), bytes))
            return false;
    return true;
}

/* The first pass.  `mapped` counts the rows that have objects. */
static bool claim(struct orm_session *s, const struct change_all *a,
    const struct pg_result *r, size_t *mapped)
{
    for (size_t row = 0; row < pg_rows(r); row++) {
        size_t bytes = 0;
        if (!check_row(s, a, r, row, &bytes))
            return false;
        struct orm_object *o = returned_object(s, model_of(a), r, row);
        if (!o)
            continue;
        if (!undo_note(o))
            return false;
        scope_want(o->scope, bytes);
        ++*mapped;
    }
    return true;
}

/* What is lazy was not asked for: it loads again. */
static void fill(struct orm_object *o, const struct change_all *a,
    const struct pg_result *r, size_t row)
{
    const struct orm_model *m = o->model;
    const unsigned eager = model_eager_count(m);
    size_t at = m->key_count;
    bool lazy = false;
    for (unsigned i = 0; i < m->column_count; i++) {
        if (change_all_returns(a, i))
            load_cell_again(o, i, pg_value(r, row, at++));
        lazy = lazy || (i >= eager && bit_is_set(a->columns, i));
    }
    if (lazy)
        object_unload(o);
    o->stamp = object_session(o)->stamp;
}

static void remove(struct orm_object *o)
{
    relate_touch_all(o);
    session_model(object_session(o), o->model)->deletions++;
    o->state |= OBJECT_DELETED;
}

/* The second pass. */
static void publish(
    struct orm_session *s, const struct change_all *a, const struct pg_result *r)
{
    for (size_t row = 0; row < pg_rows(r); row++) {
        struct orm_object *o = returned_object(s, model_of(a), r, row);
        if (o && a->changes)
            fill(o, a, r, row);
        else if (o)
            remove(o);
    }
}

static bool take_rows(struct orm_session *s, const struct change_all *a,
    const struct pg_result *r, size_t *mapped)
{
    if (!check_types(s, a, r) || !claim(s, a, r, mapped)) {
        scope_want_nothing(s);
        return false;
    }
    if (!scope_reserve(s))
        return session_nomem(s);
    publish(s, a, r);
    return true;
}

/* Memory follows what the statement did to `rows` rows. */
static bool follow(struct orm_session *s, const struct change_all *a,
    const struct pg_result *r, size_t rows)
{
    size_t mapped = 0;
    if (pg_columns(r) && !take_rows(s, a, r, &mapped))
        return false;
    if (mapped && !a->changes)
        cascade_follow(s, (struct new_objects){NULL, 0});
    if (rows && a->changes)
        sweep_relations(s, model_of(a), a->columns);
    else if (rows > mapped)
        sweep_deleted(s, model_of(a));
    return true;
}

/* -- The whole --------------------------------------------------------------------- */

static size_t run(struct orm_session *s, const struct change_all *a)
{
    const struct orm_model *m = model_of(a);
    s->flush_time = clock_wall();
    struct pg_statement *st = change_all_compile(s, a);
    if (st)
        orm_begin(s);
    const struct pg_result *r = st ? flight_one(s, m, st) : NULL;
    if (st && !r && a->rows.conditions)
        language_blame(s, m, a->rows.conditions);
    if (!r)
        return 0;
    undo_after_write(s);
    const size_t rows = pg_affected(r);
    const bool good = follow(s, a, r, rows);
    flight_end(s);
    arena_clear(&s->scratch);
    return good ? rows : 0;
}

/* True if all rows of the manager may be meant. */
static bool is_meant(
    struct orm_session *s, const struct orm_manager *m, const void *query)
{
    if (s->error.code)
        return false;
    const struct orm_model *model = manager_relation(m)->target;
    return hooks_allow(s, "update_all and delete_all") && change_is_written(s, model) &&
           (query || manager_relation(m)->kind != ORM_MANY_TABLE ||
               error_set_field(&s->error, ORM_INVALID, model, NULL,
                   "no query, and so the whole table? That is what an empty query "
                   "says: "
                   "&(struct %s_query){0}",
                   model->name));
}

static bool has_changes(const struct orm_changes *changes)
{
    for (size_t i = 0; changes && i < ORM_CHANGES; i++)
        if (changes->set[i].kind)
            return true;
    return false;
}

static size_t change_all(
    struct orm_manager *m, const void *query, const struct orm_changes *changes)
{
    uint8_t columns[ORM_BYTES(MOST_COLUMNS)];
    const struct change_all a = {
        .rows = {.kind = QUERY_KEYS, .manager = m, .conditions = query},
        .changes = changes,
        .columns = columns};
    return run(manager_session(m), &a);
}

size_t orm_update_all(struct orm_manager *m, const void *query, const void *changes)
{
    const struct orm_changes *what = changes;
    if (!m || !is_meant(manager_session(m), m, query))
        return 0;
    struct orm_error *e = &manager_session(m)->error;
    if (what && what->overfull)
        error_set_field(e, ORM_INVALID, manager_relation(m)->target, NULL,
            "more than %d changes", ORM_CHANGES);
    return !e->code && has_changes(what) ? change_all(m, query, what) : 0;
}

size_t orm_delete_all(struct orm_manager *m, const void *query)
{
    return m && is_meant(manager_session(m), m, query) ? change_all(m, query, NULL) : 0;
}

void orm_change_also(void *changes, struct orm_change change)
{
    struct orm_changes *c = changes;
    size_t end = ORM_CHANGES;
    while (end && !c->set[end - 1].kind)
        end--;
    if (end < ORM_CHANGES)
        c->set[end] = change;
    else
        c->overfull = true;
}
