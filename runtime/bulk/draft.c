/* draft.c: new objects whose row may be there already. */
#include "base/memory.h"
#include "bulk/upsert.h"
#include "load/load.h"
#include "objects/fetch.h"
#include "session/flight.h"
#include "write/member.h"
#include "write/write.h"

#include <string.h>

/* -- What may be one --------------------------------------------------------------- */

static bool check_draft(
    struct orm_session *s, const struct orm_object *o, const char *verb)
{
    char name[128];
    if (object_session(o) != s)
        return error_set(&s->error, ORM_OTHER_SESSION,
            "%s(): the %s belongs to another session", verb, o->model->name);
    if (!(o->state & OBJECT_NEW) || object_is_row(o))
        return error_set_field(&s->error, ORM_INVALID, o->model, NULL,
            "%s() takes a new object, made with %s_new(); %s %s", verb, o->model->name,
            object_describe(o, name, sizeof name),
            object_is_live(o) ? "is a row: set its fields"
                              : "was deleted or rolled back");
    return !upsert_of(s, o) ||
           error_set_field(&s->error, ORM_INVALID, o->model, NULL,
               "%s(): this new %s waits for its row already", verb, o->model->name);
}

/* Whether rows can be told apart by it. */
static bool check_by(
    struct orm_session *s, const struct orm_model *m, unsigned by, const char *verb)
{
    if (by < 1 || by > m->constraint_count)
        return error_set_field(&s->error, ORM_INVALID, m, NULL,
            "%s(): constraint %u is none of the model's %u", verb, by,
            (unsigned)m->constraint_count);
    const struct orm_constraint *c = upsert_constraint(m, by);
    if (c->kind != ORM_BY_KEY && c->kind != ORM_UNIQUE)
        return error_set_field(&s->error, ORM_INVALID, m, NULL,
            "%s(): many rows may agree on \"%s\"; a key or a unique constraint tells "
            "which row it is",
            verb, c->name);
    for (unsigned i = 0; i < c->count; i++)
        if (m->columns[c->columns[i]].type == ORM_ARRAY)
            return error_set_field(&s->error, ORM_INVALID, m,
                &m->columns[c->columns[i]], "%s() cannot tell rows apart by an array",
                verb);
    return !c->partial ||
           error_set_field(&s->error, ORM_INVALID, m, NULL,
               "%s(): \"%s\" is unique for some rows only, is over expressions or is "
               "deferrable; PostgreSQL cannot decide by it whether a row is there",
               verb, c->name);
}

/* What the server makes it makes for a new row. */
static bool check_given(
    struct orm_session *s, const struct orm_object *o, unsigned by, const char *verb)
{
    const struct key_columns k = upsert_columns(o->model, by);
    for (unsigned i = 0; i < k.count; i++)
        if (batch_server_fills(o, k.at[i]))
            return error_set_field(&s->error, ORM_INVALID, o->model,
                &o->model->columns[k.at[i]],
                "%s() looks for the row by it, so it is to be set before", verb);
    return true;
}

/* On a relation, the draft belongs to the owner. */
static bool join(struct orm_manager *m, struct orm_object *o, const char *verb)
{
    const struct orm_to_many *rel = manager_relation(m);
    if (rel->kind == ORM_MANY_TABLE)
        return true;
    struct orm_object *owner = member_owner(m, verb);
    if (!owner)
        return false;
    struct orm_session *s = object_session(owner);
    if (rel->through)
        return error_set_field(&s->error, ORM_INVALID, rel->target, NULL,
            "%s() cannot make a %s for %s.%s; ask %s_table() and make the %s with "
            "%s_new()",
            verb, rel->through->name, rel->owner->name, rel->name, rel->target->name,
            rel->through->name, rel->through->name);
    if (!member_may_join(s, rel, owner, o))
        return false;
    member_join(s, rel, owner, o);
    return !s->error.code;
}

/* NULL: the error is recorded. */
static struct upsert *record(
    struct orm_manager *m, unsigned by, struct orm_object *draft, const char *verb)
{
    if (!m || !draft)
        orm_abort_null(verb);
    struct orm_session *s = manager_session(m);
    const struct orm_model *model = manager_relation(m)->target;
    if (s->error.code || draft->state & OBJECT_PLACEHOLDER ||
        !check_draft(s, draft, verb) || !check_by(s, model, by, verb))
        return NULL;
    if (!memory_grow(&s->upserts, &s->upsert_capacity, s->upsert_count + 1,
            sizeof *s->upserts)) {
        session_nomem(s);
        return NULL;
    }
    if (!join(m, draft, verb) || !check_given(s, draft, by, verb))
        return NULL;
    draft->stamp = UPSERT_STAMP | s->upsert_count;
    struct upsert *u = &s->upserts[s->upsert_count++];
    *u = (struct upsert){.draft = draft, .by = by};
    return u;
}

void orm_upsert(struct orm_manager *m, unsigned by, struct orm_object *draft)
{
    record(m, by, draft, "upsert");
}

/* -- Get or create ----------------------------------------------------------------- */

/* Whether a look at the database tells: nothing that waits to be written can be the row
 * or change what to look for. */
static bool may_look(const struct orm_session *s, const struct upsert *u)
{
    const struct orm_object *o = u->draft;
    const struct key_columns by = upsert_columns(o->model, u->by);
    if (session_model(s, o->model)->unwritten > 1 || key_is_null(by, o))
        return false;
    for (unsigned i = 0; i < o->model->to_one_count; i++)
        if (relate_is_to_new(o, &o->model->to_ones[i]))
            return false;
    return true;
}

/* NULL: there is no such row, or the error is recorded. */
static struct orm_object *look(struct orm_session *s, const struct upsert *u)
{
    const struct orm_model *m = u->draft->model;
    const struct key_columns by = upsert_columns(m, u->by);
    union orm_value values[KEY_COLUMNS_MOST];
    struct pg_statement *st = load_statement(s, by, LOAD_ONE);
    key_read(by, u->draft, values);
    params_clear(&s->params);
    for (unsigned i = 0; i < by.count; i++)
        params_add(&s->params, &m->columns[by.at[i]], values[i]);
    const struct pg_result *r =
        st && params_finish(&s->params, &s->error) ? flight_one(s, m, st) : NULL;
    struct orm_object *row = NULL;
    if (r && pg_rows(r) > 1)
        error_set_field(&s->error, ORM_DRIFT, m, &m->columns[by.at[0]],
            "%zu rows have what \"%s\" says one has; is it there?", pg_rows(r),
            upsert_constraint(m, u->by)->name);
    else if (r && pg_rows(r) == 1 && !load_rows(s->scope, m, r, 0, &row, NULL))
        row = NULL;
    flight_end(s);
    arena_clear(&s->scratch);
    return row;
}

/* As if it had never been made. */
static void drop(struct orm_session *s, struct orm_object *draft)
{
    size_t left = 0;
    for (size_t i = 0; i < s->change_count; i++)
        if (s->changes[i] != draft)
            s->changes[left++] = s->changes[i];
    s->change_count = left;
    session_model(s, draft->model)->unwritten--;
    s->upsert_count--;
    upsert_end(draft);
}

/* The draft is the last that was recorded.  Who inserts the row in the meantime has
 * made it: then that one is taken. */
static struct orm_object *create(struct orm_session *s, size_t at)
{
    struct orm_object *draft = s->upserts[at].draft;
    struct orm_object *row = draft;
    s->upserts[at].keeps = true;
    s->upserts[at].became = &row;
    const bool good = write_changes(s, false);
    for (size_t i = 0; i < s->upsert_count; i++)
        if (s->upserts[i].became == &row)
            s->upserts[i].became = NULL;
    return good ? row : NULL;
}

struct orm_object *orm_get_or_create(
    struct orm_manager *m, unsigned by, struct orm_object *draft)
{
    struct upsert *u = record(m, by, draft, "get_or_create");
    struct orm_session *s = manager_session(m);
    struct orm_object *row = u && may_look(s, u) ? look(s, u) : NULL;
    if (row)
        drop(s, draft);
    else if (u && !s->error.code)
        row = create(s, s->upsert_count - 1);
    return row ? fetch_give(s, row)
               : object_placeholder(s, manager_relation(m)->target);
}
