/* query.c: the objects that match, how many they are, whether there is one. */
#include "query/query.h"

#include "load/load.h"
#include "query/join.h"
#include "query/page.h"
#include "query/related.h"

/* A struct X_query has the layout of struct orm_query, and is read as bytes are: it is
 * a type of its own. */
static const struct orm_query *query_of(const struct query *q)
{
    static const struct orm_query none;
    return q->conditions ? q->conditions : &none;
}

static const struct joins *joins_of(const struct query *q)
{
    return q->joins ? q->joins : &join_none;
}

/* Not only how many there are. */
static bool yields_rows(const struct query *q)
{
    return q->kind == QUERY_OBJECTS || q->kind == QUERY_KEYS || q->kind == QUERY_PART;
}

/* -- Order ------------------------------------------------------------------------- */

struct orders {
    const struct orm_order *at;
    size_t count;
};

/* Without an order of its own a query on a relation has the relation's. */
static struct orders orders_of(const struct query *q)
{
    const struct orm_to_many *rel = manager_relation(q->manager);
    const struct orm_query *own = query_of(q);
    for (size_t i = 0; i < ORM_QUERY_ORDER; i++)
        if (own->order[i].column || own->order[i].pick)
            return (struct orders){own->order, ORM_QUERY_ORDER};
    return (struct orders){rel->order, rel->order_count};
}

/* Rows that are cut off are cut off in a certain order: the key comes last.  Where only
 * their number is wanted they have an order if a page begins in it. */
static bool sort(
    struct compiler *c, const struct query *q, struct via *via, struct ordering *o)
{
    const struct orm_query *own = query_of(q);
    const bool rows = yields_rows(q);
    const struct orders orders = orders_of(q);
    via_begin(via, c, c->at);
    order_begin(o, via, 0);
    if (!order_add_distinct(c, o, own->distinct_on, ORM_QUERY_DISTINCT) ||
        ((rows || own->after) && !order_add(c, o, orders.at, orders.count)))
        return false;
    if (own->after ||
        (rows && (manager_relation(q->manager)->kind != ORM_MANY_TABLE || q->limit ||
                     own->limit || own->offset || o->distinct)))
        order_add_key(c, o);
    return true;
}

/* Whether the order decides which rows there are. */
static bool is_cut(const struct query *q, const struct ordering *o)
{
    const struct orm_query *own = query_of(q);
    return q->limit || own->limit || own->offset || o->distinct;
}

/* -- Locks ------------------------------------------------------------------------- */

static const char *const locks[] = {
    [ORM_LOCK_NONE] = "",
    [ORM_FOR_UPDATE] = " FOR UPDATE OF t",
    [ORM_FOR_NO_KEY_UPDATE] = " FOR NO KEY UPDATE OF t",
    [ORM_FOR_SHARE] = " FOR SHARE OF t",
    [ORM_FOR_KEY_SHARE] = " FOR KEY SHARE OF t",
};
static const char *const lockeds[] = {
    [ORM_LOCKED_WAIT] = "",
    [ORM_LOCKED_SKIP] = " SKIP LOCKED",
    [ORM_LOCKED_FAIL] = " NOWAIT",
};

static enum orm_lock lock_of(const struct query *q)
{
    const enum orm_lock own = query_of(q)->lock;
    return q->kind == QUERY_KEYS && !own ? ORM_FOR_UPDATE : own;
}

static bool check_lock(struct compiler *c, const struct query *q)
{
    const struct orm_query *own = query_of(q);
    if ((size_t)own->lock >= sizeof locks / sizeof *locks ||
        (size_t)own->locked >= sizeof lockeds / sizeof *lockeds)
        return compile_refuse(c, "a lock that there is not");
    if (own->locked && !lock_of(q))
        return compile_refuse(
            c, "`locked` says what to do about locks, but the query has no `lock`");
    if (own->lock && !yields_rows(q))
        return compile_refuse(
            c, "a query with a lock is for find and first: a number cannot be locked");
    if (own->lock && c->at.model->read_only)
        return compile_refuse(c, "the rows of a view cannot be locked");
    return true;
}

static bool lock(struct compiler *c, const struct query *q, const struct ordering *o)
{
    const enum orm_lock lock = lock_of(q);
    const enum orm_locked locked = query_of(q)->locked;
    if (lock && o->distinct)
        return compile_refuse(
            c, "a query with `distinct_on` locks nothing: PostgreSQL cannot do both");
    shape_add(c->s, (unsigned)lock << 8 | (unsigned)locked);
    compile_text(c, locks[lock]);
    compile_text(c, lockeds[locked]);
    return true;
}

/* -- The whole --------------------------------------------------------------------- */

static void declare(struct compiler *c, unsigned cursor)
{
    shape_add(c->s, cursor);
    if (!cursor || !c->writes_sql)
        return;
    buffer_text(&c->s->sql, "DECLARE orm_");
    buffer_number(&c->s->sql, cursor);
    buffer_text(&c->s->sql, " NO SCROLL CURSOR FOR ");
}

static void select_part(struct compiler *c, struct key_columns part)
{
    for (unsigned i = 0; i < part.count; i++) {
        compile_text(c, i ? ", " : "");
        compile_column(c, c->at, part.at[i]);
    }
}

static void select_what(
    struct compiler *c, const struct query *q, const struct ordering *o)
{
    const enum query_kind kind = q->kind;
    compile_text(c, yields_rows(q)        ? "SELECT "
                    : kind == QUERY_COUNT ? "SELECT count(*) FROM (SELECT "
                                          : "SELECT EXISTS (SELECT ");
    order_write_distinct(c, o);
    if (kind == QUERY_KEYS)
        select_part(c, key_of_model(c->at.model));
    else if (kind == QUERY_PART)
        select_part(c, q->part);
    else if (kind != QUERY_OBJECTS)
        compile_text(c, "1");
    else if (c->writes_sql)
        load_columns(c->s, c->at.model);
    join_columns(c, joins_of(q));
    compile_text(c, " FROM ");
    compile_table(c, c->at);
    via_joins(o->via);
}

static bool which(struct compiler *c, const struct query *q, const struct ordering *o)
{
    struct clause where;
    clause_begin(&where, c, c->at, " WHERE ");
    return related_owner(&where, q->manager) &&
           clause_conditions(&where, query_of(q)->where) &&
           page_after(&where, o, query_of(q)->after);
}

/* What did not fit. */
static bool refuse_overfull(struct compiler *c, const struct orm_query *own)
{
    const char *what = "plans";
    int most = ORM_QUERY_WITH;
    if (own->where[ORM_QUERY_WHERE - 1].op)
        what = "conditions", most = ORM_QUERY_WHERE;
    else if (own->order[ORM_QUERY_ORDER - 1].column)
        what = "orders", most = ORM_QUERY_ORDER;
    return error_set_field(&c->s->error, ORM_INVALID, c->at.model, NULL,
        "the query has more than %d %s", most, what);
}

bool query_write(struct compiler *c, const struct query *q)
{
    const struct orm_query *own = query_of(q);
    const struct orm_to_many *rel = manager_relation(q->manager);
    struct via via;
    struct ordering o;
    if (own->overfull)
        return refuse_overfull(c, own);
    shape_add(c->s, rel->kind);
    shape_add(c->s, (unsigned)session_number(c->s, rel->owner));
    shape_add(c->s, rel->offset);
    if (!check_lock(c, q) || !sort(c, q, &via, &o) || !join_reach(joins_of(q), &via))
        return false;
    declare(c, q->cursor);
    select_what(c, q, &o);
    if (!which(c, q, &o))
        return false;
    if (yields_rows(q) && (q->kind != QUERY_PART || is_cut(q, &o)))
        order_write(c, &o);
    compile_cut(c, q->limit ? q->limit : own->limit, own->offset);
    if (!lock(c, q, &o))
        return false;
    if (!yields_rows(q))
        compile_text(c, q->kind == QUERY_COUNT ? ") AS counted" : ")");
    return true;
}

static bool walk(struct compiler *c, const void *query)
{
    return query_write(c, query);
}

bool query_locks(const struct query *q)
{
    return query_of(q)->lock != ORM_LOCK_NONE;
}

struct pg_statement *query_compile(struct orm_session *s, const struct query *q)
{
    const struct orm_query *own = query_of(q);
    const struct orders orders = orders_of(q);
    if (own->after &&
        (!page_load(s, own->distinct_on, ORM_QUERY_DISTINCT, own->after) ||
            !page_load(s, orders.at, orders.count, own->after)))
        return NULL;
    return compile(s, (char)q->kind, manager_relation(q->manager)->target, walk, q);
}

/* -- Building at run time ---------------------------------------------------------- */

void orm_where(void *query, struct orm_cond cond)
{
    struct orm_query *q = query;
    size_t end = ORM_QUERY_WHERE;
    while (end && q->where[end - 1].op == ORM_NONE)
        end--;
    if (end < ORM_QUERY_WHERE)
        q->where[end] = cond;
    else
        q->overfull = true;
}

void orm_sort(void *query, struct orm_order order)
{
    struct orm_query *q = query;
    size_t end = ORM_QUERY_ORDER;
    while (end && !q->order[end - 1].column && !q->order[end - 1].pick)
        end--;
    if (end < ORM_QUERY_ORDER)
        q->order[end] = order;
    else
        q->overfull = true;
}

void orm_with(void *query, struct orm_plan plan)
{
    struct orm_query *q = query;
    size_t end = ORM_QUERY_WITH;
    while (end && !q->with[end - 1].kind)
        end--;
    if (end < ORM_QUERY_WITH)
        q->with[end] = plan;
    else
        q->overfull = true;
}
