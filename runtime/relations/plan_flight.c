/* plan_flight.c: a query and the first level of its plans in one round trip.
 *
 * Whose relations they are is not known yet, so their statements choose them as the
 * query does, by its own text.  All must see one state of the database, or a row that
 * one of them chooses and the other does not would look as if it led to nothing: so
 * they travel in a transaction of their own, which is REPEATABLE READ, or in one that
 * is.  Where neither can be, the level comes later, by keys. */
#include "query/language.h"
#include "relations/plan.h"
#include "session/flight.h"
#include "unit/snapshot.h"

static bool may_come(const struct plan *p)
{
    return !p->joins && !follow_is_limited(&p->follow);
}

static bool add_level(struct plan *root, struct orm_scope *scope, const struct query *q)
{
    struct orm_session *s = scope->session;
    size_t items = 1;
    for (struct plan *p = root->first; p; p = p->next) {
        struct follow *l = &p->follow;
        if (!may_come(p))
            continue;
        l->chosen_by = q;
        l->item = items++;
        struct pg_statement *st =
            plan_prepare(scope, p) ? follow_statement(s, l) : NULL;
        const struct params *params = st ? follow_keep_params(s, l->item) : NULL;
        if (!params || !flight_add(s, st, params))
            return false;
    }
    return true;
}

static void blame(struct orm_session *s, const struct plan *root, size_t item)
{
    const struct orm_model *m = root->model;
    for (const struct plan *p = root->first; p; p = p->next)
        if (p->follow.chosen_by && p->follow.item == item)
            m = follow_target(&p->follow);
    session_blame(s, m);
}

static void take(struct orm_session *s, struct plan *root)
{
    for (struct plan *p = root->first; p; p = p->next)
        if (p->follow.chosen_by)
            p->follow.arrived = flight_keep(s, p->follow.item);
}

/* The query is the flight's first item. */
static bool fly(
    struct plan *root, const struct query *q, struct pg_statement *st, bool own)
{
    struct orm_session *s = root->path->scope->session;
    const struct params *params = follow_keep_params(s, 0);
    size_t failed = 0;
    if (!params || !flight_begin(s) || !flight_add(s, st, params) ||
        !add_level(root, root->path->scope, q) || (own && !flight_command(s, "COMMIT")))
        return false;
    if (flight_land(s, &failed)) {
        take(s, root);
        return true;
    }
    blame(s, root, failed);
    return false;
}

static const struct pg_result *send(
    struct plan *root, const struct query *q, struct pg_statement *st)
{
    struct orm_session *s = root->path->scope->session;
    bool own;
    if (!snapshot_begin(s, &own))
        return s->error.code ? NULL : flight_one(s, root->model, st);
    const bool landed = fly(root, q, st, own);
    if (own)
        snapshot_end(s, landed);
    return landed ? flight_result(s, 0) : NULL;
}

/* What did not arrive is asked for by keys. */
static void forget_query(struct plan *root)
{
    for (struct plan *p = root->first; p; p = p->next)
        p->follow.chosen_by = NULL;
}

const struct pg_result *plan_ask(struct plan *root, const struct query *q)
{
    struct orm_session *s = root->path->scope->session;
    struct pg_statement *st = s->error.code ? NULL : query_compile(s, q);
    if (!st)
        return NULL;
    statement_hold(&s->statements);
    const struct pg_result *r = send(root, q, st);
    statement_release(&s->statements);
    forget_query(root);
    if (!r && q->conditions)
        language_blame(s, root->model, q->conditions);
    return r;
}
