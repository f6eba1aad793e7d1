/* manager.c: what can be asked of a table or a relation. */
#include "relations/manager.h"

#include "load/load.h"
#include "objects/alias.h"
#include "objects/fetch.h"
#include "objects/relate.h"
#include "objects/scope.h"
#include "objects/slot.h"
#include "objects/undo.h"
#include "query/language.h"
#include "query/query.h"
#include "relations/chunked.h"
#include "relations/plan.h"
#include "relations/to_many.h"
#include "session/flight.h"

struct orm_manager *orm_table(struct orm_session *s, const struct orm_model *model)
{
    if (!s)
        return NULL;
    const struct numbered *known = numbers_at(&s->numbers, model);
    if (known)
        return &s->models[known->number].table;
    error_set(&s->error, ORM_INVALID,
        "%s: no model of the session's schema, %s; open the session with the schema of "
        "a file that includes it",
        model->name, s->schema->name);
    return NULL;
}

/* -- Lists ------------------------------------------------------------------------- */

const void *manager_empty_list(struct orm_manager *m)
{
    return m ? session_model(manager_session(m), manager_relation(m)->target)->empty
             : list_none();
}

const void *manager_take(struct orm_group *g, struct plan *plan,
    const struct orm_model *m, struct orm_object **objects, size_t count)
{
    struct path *path = g->path;
    const void *list = list_make(path->scope, m, objects, count);
    group_form(g, objects, count);
    if (plan)
        plan_take(path->scope->session, plan, path, objects, count);
    return list;
}

/* The list of a query's rows; with plans, their root takes the objects. */
static const void *list_of_rows(struct orm_manager *manager, struct path *path,
    struct plan *plan, const struct pg_result *r, const uint16_t *at)
{
    struct orm_scope *scope = path->scope;
    struct orm_session *s = scope->session;
    const struct orm_model *m = manager_relation(manager)->target;
    const size_t rows = pg_rows(r);
    const struct joins *joins = plan ? &plan->joined : &join_none;
    struct orm_object **objects = arena_get(&s->scratch, (rows + 1) * sizeof *objects);
    const void *list = NULL;
    struct orm_group *g = group_begin(path);
    if (!objects || !g) {
        session_nomem(s);
    } else if (plan_reserve(s, plan, rows)) {
        group_want(path, rows);
        list_want(scope, rows);
        if (at ? load_rows_at(scope, m, r, at, objects, g)
               : join_load(scope, joins, m, r, objects, g))
            list = manager_take(g, plan, m, objects, rows);
    }
    arena_clear(&s->scratch);
    return list;
}

const void *manager_list(struct orm_manager *manager, enum orm_fetch fetch,
    const struct pg_result *r, const uint16_t *at)
{
    struct orm_scope *scope = manager_scope(manager);
    struct path *path = path_of_query(scope, fetch);
    if (!path)
        return session_nomem(scope->session), NULL;
    return list_of_rows(manager, path, NULL, r, at);
}

/* Sends a compiled query.  NULL: the error is recorded. */
static const struct pg_result *ask(struct orm_session *s, const struct query *q)
{
    const struct orm_model *model = manager_relation(q->manager)->target;
    struct pg_statement *st = s->error.code ? NULL : query_compile(s, q);
    if (st && query_locks(q))
        orm_begin(s);
    const struct pg_result *r = st ? flight_one(s, model, st) : NULL;
    if (st && !r && q->conditions)
        language_blame(s, model, q->conditions);
    return r;
}

/* The plans of a query, or NULL: it has none, or the error is recorded. */
static struct plan *plans_of(struct orm_session *s, const struct orm_model *m,
    const struct orm_query *q, struct path *path)
{
    const bool any = q && !q->overfull && plan_is_any(q->with);
    struct plan *p = any ? plan_make(s, m, q->with) : NULL;
    if (!p || plan_join(p, path))
        return p;
    plan_end(s, p);
    return NULL;
}

/* What is locked is to be read as it is now, not as a snapshot has it. */
static bool asks_at_once(const struct plan *plan, const struct orm_query *q)
{
    return plan && q->one_flight && !q->lock;
}

static const void *find_rows(
    struct orm_session *s, const struct query *q, struct path *path, struct plan *plan)
{
    const struct pg_result *r =
        asks_at_once(plan, q->conditions) ? plan_ask(plan, q) : ask(s, q);
    const void *list = r ? list_of_rows(q->manager, path, plan, r, NULL) : NULL;
    flight_end(s);
    return list;
}

static const void *find_with(
    struct orm_manager *m, const void *conditions, unsigned limit, struct path *path)
{
    struct orm_session *s = path->scope->session;
    struct plan *plan = plans_of(s, manager_relation(m)->target, conditions, path);
    struct query q = {.kind = QUERY_OBJECTS,
        .manager = m,
        .conditions = conditions,
        .limit = limit,
        .joins = plan ? &plan->joined : NULL};
    const void *list = s->error.code           ? NULL
                       : chunked_is_wanted(&q) ? chunked_find(s, &q, path, plan)
                                               : find_rows(s, &q, path, plan);
    const bool good = list && (!plan || plan_run(plan, path->scope));
    plan_end(s, plan);
    return good ? list : NULL;
}

static const void *find(struct orm_manager *m, const void *conditions, unsigned limit)
{
    struct orm_session *s = manager_session(m);
    enum orm_fetch fetch;
    if (s->error.code || !fetch_of_query(m, conditions, &fetch))
        return manager_empty_list(m);
    struct path *path = path_of_query(manager_scope(m), fetch);
    const void *list = path ? find_with(m, conditions, limit, path) : NULL;
    if (!path)
        session_nomem(s);
    return list ? list : manager_empty_list(m);
}

static bool is_slot(const struct orm_manager *m)
{
    return manager_relation(m)->kind != ORM_MANY_TABLE;
}

const void *orm_find(struct orm_manager *m, const void *query)
{
    if (!m)
        return list_none();
    return query || !is_slot(m) ? find(m, query, 0) : orm_all(m);
}

const void *orm_all(struct orm_manager *m)
{
    if (!m)
        return list_none();
    if (!is_slot(m))
        return find(m, NULL, 0);
    struct orm_session *s = manager_session(m);
    const void *list = fetch_give_list(s, to_many_list(s, m));
    return list ? list : manager_empty_list(m);
}

/* The list that answers without the server, or NULL. */
static const void *list_at_hand(struct orm_manager *m, const void *query)
{
    if (!is_slot(m) || query)
        return NULL;
    struct orm_session *s = manager_session(m);
    return manager_owner(m)->state & OBJECT_NEW ? to_many_list(s, m) : list_of(s, m);
}

struct orm_object *orm_first(struct orm_manager *m, const void *query)
{
    if (!m)
        return NULL;
    const void *loaded = list_at_hand(m, query);
    const void *list = loaded ? loaded : find(m, query, 1);
    return list_length(list) ? list_item(list, 0) : NULL;
}

/* -- Numbers ----------------------------------------------------------------------- */

/* The one number of a one-row answer. */
static size_t ask_number(
    struct orm_manager *m, const void *conditions, enum query_kind kind)
{
    struct orm_session *s = manager_session(m);
    const struct orm_column column = {
        .type = kind == QUERY_COUNT ? ORM_INT8 : ORM_BOOL, .field = "count"};
    const struct query q = {.kind = kind, .manager = m, .conditions = conditions};
    const struct pg_result *r = ask(s, &q);
    size_t n = 0;
    if (r && (pg_rows(r) != 1 || pg_columns(r) != 1 || !pg_value(r, 0, 0).data))
        error_set(&s->error, ORM_LOST, "the server broke the protocol: no number came");
    else if (r && type_check(manager_relation(m)->target, &column, pg_value(r, 0, 0),
                      &s->error))
        n = (size_t)type_decode(&column, pg_value(r, 0, 0)).integer;
    flight_end(s);
    return n;
}

size_t orm_count(struct orm_manager *m, const void *query)
{
    if (!m)
        return 0;
    const void *list = list_at_hand(m, query);
    return list ? list_length(list) : ask_number(m, query, QUERY_COUNT);
}

bool orm_exists(struct orm_manager *m, const void *query)
{
    if (!m)
        return false;
    const void *list = list_at_hand(m, query);
    return list ? list_length(list) != 0 : ask_number(m, query, QUERY_EXISTS) != 0;
}

/* -- By key ------------------------------------------------------------------------ */

/* The objects of a relation with this key: one, or none. */
static const void *find_by_key(struct orm_manager *m, const union orm_value *key)
{
    const struct orm_model *model = manager_relation(m)->target;
    struct orm_query q = {0};
    for (unsigned i = 0; i < model->key_count; i++)
        q.where[i] =
            (struct orm_cond){.op = ORM_EQ, .column = model->key[i], .value = key[i]};
    return find(m, &q, 0);
}

/* Asks the server for one row; loads by key never flush.  NULL: there is none, or the
 * error is recorded. */
static struct orm_object *load_by_key(
    struct orm_session *s, const struct orm_model *m, const union orm_value *key)
{
    struct pg_statement *st = load_statement(s, key_of_model(m), LOAD_ONE);
    params_clear(&s->params);
    for (unsigned i = 0; i < m->key_count; i++)
        params_add(&s->params, &m->columns[m->key[i]], key[i]);
    const struct pg_result *r =
        st && params_finish(&s->params, &s->error) ? flight_one(s, m, st) : NULL;
    struct orm_object *row = NULL;
    if (r && pg_rows(r) > 1)
        error_set(&s->error, ORM_LOST, "the server broke the protocol: a key twice");
    else if (r && pg_rows(r) == 1 && !load_rows(s->scope, m, r, 0, &row, NULL))
        row = NULL;
    flight_end(s);
    arena_clear(&s->scratch);
    return row;
}

static struct orm_object *get_by_any_way(
    struct orm_manager *m, const union orm_value *key)
{
    struct orm_session *s = manager_session(m);
    const struct orm_model *model = manager_relation(m)->target;
    if (s->error.code || !key_is_accepted(model, key, &s->error))
        return NULL;
    if (is_slot(m)) {
        const void *list = find_by_key(m, key);
        return list_length(list) ? list_item(list, 0) : NULL;
    }
    struct orm_object *o = object_find(s, model, key);
    if (!o)
        o = load_by_key(s, model, key);
    return o && object_is_live(o) ? fetch_give(s, o) : NULL;
}

/* By a number that has an object, of a table: a loop over keys should cost what a hash
 * table costs.  NULL: find out in another way.  A number that the key cannot be is
 * never mapped. */
static inline struct orm_object *get_at_once(struct orm_manager *m, int64_t number,
    struct orm_object *(*look)(struct idmap *map, int64_t number))
{
    struct model_state *of = is_slot(m) ? NULL : table_state(m);
    if (!of || !of->is_by_number || of->session->error.code || of->session->reports)
        return NULL;
    struct orm_object *o = look(&of->map, number);
    return o && !(o->state & OBJECT_EXPIRED) && object_is_live(o) ? o : NULL;
}

/* Behind orm_get(), which keeps no register for what comes after a call. */
SELDOM static struct orm_object *get_further(
    struct orm_manager *m, const union orm_value *key)
{
    if (!m)
        return NULL;
    struct orm_object *o = get_at_once(m, key->integer, idmap_find_number);
    return o ? o : get_by_any_way(m, key);
}

struct orm_object *orm_get(struct orm_manager *m, const union orm_value *key)
{
    struct orm_object *o = m ? get_at_once(m, key->integer, idmap_find_at_home) : NULL;
    return o ? o : get_further(m, key);
}

struct orm_object *orm_require(struct orm_manager *m, const union orm_value *key)
{
    if (!m)
        orm_abort_null("require");
    struct orm_session *s = manager_session(m);
    const struct orm_model *model = manager_relation(m)->target;
    struct orm_object *o = orm_get(m, key);
    if (o || s->error.code)
        return o ? o : object_placeholder(s, model);
    char shown[96];
    error_set_field(&s->error, ORM_NOT_FOUND, model,
        model->key_count == 1 ? &model->columns[model->key[0]] : NULL, "no row has %s",
        key_describe(model, key, shown, sizeof shown));
    return object_placeholder(s, model);
}

/* -- One object -------------------------------------------------------------------- */

void orm_refresh(struct orm_object *o)
{
    if (!o)
        return;
    struct orm_session *s = object_session(o);
    const struct orm_model *m = o->model;
    if (s->error.code || !object_is_live(o) || o->state & OBJECT_NEW)
        return;
    union orm_value key[KEY_COLUMNS_MOST];
    key_read(key_of_model(m), o, key);
    if (load_by_key(s, m, key) == o) {
        object_reset_all_slots(o);
        object_unload(o);
        alias_forget(o);
        return;
    }
    char name[128];
    error_set_object(&s->error, ORM_STALE, o, NULL, "%s is not in the table any more",
        object_describe(o, name, sizeof name));
}

void orm_expire(struct orm_object *o)
{
    if (!o || !object_is_live(o) || o->state & OBJECT_NEW ||
        !undo_note_load(object_session(o), o))
        return;
    object_reset_all_slots(o);
    object_unload(o);
    o->state |= OBJECT_EXPIRED;
}
