/* query.c: the objects that match, how many they are, whether there is one. */
#include "query.h"

#include "condition.h"
#include "load.h"
#include "object.h"

#include <stddef.h>

/* -- Order and limits -------------------------------------------------------------- */

static void order_by(struct compiler *c, unsigned i, bool descending, bool *first)
{
    compile_text(c, *first ? " ORDER BY " : ", ");
    *first = false;
    compile_column(c, c->at, i);
    if (descending)
        compile_text(c, " DESC");
}

static bool is_ordered(const struct orm_order *orders, size_t count, unsigned column)
{
    for (size_t i = 0; i < count; i++)
        if (orders[i].column == column + 1)
            return true;
    return false;
}

/* Rows that are cut off are cut off in a certain order: the key comes last. */
static bool order(
    struct compiler *c, const struct orm_order *orders, size_t count, bool by_key)
{
    bool first = true;
    for (size_t i = 0; i < count; i++) {
        if (!orders[i].column)
            continue;
        const unsigned col = orders[i].column - 1u;
        if (col >= c->at.model->column_count)
            return compile_refuse(
                c, "an order by a column that the model does not have");
        shape_add(c->s, col << 1 | orders[i].descending);
        order_by(c, col, orders[i].descending, &first);
    }
    shape_add(c->s, UINT32_MAX - by_key);
    for (unsigned i = 0; by_key && i < c->at.model->key_count; i++)
        if (!is_ordered(orders, count, c->at.model->key[i]))
            order_by(c, c->at.model->key[i], false, &first);
    return true;
}

static void cut(struct compiler *c, unsigned limit, unsigned offset)
{
    shape_add(c->s, (limit != 0) | (unsigned)(offset != 0) << 1);
    if (limit) {
        compile_text(c, " LIMIT ");
        compile_number(c, limit);
    }
    if (offset) {
        compile_text(c, " OFFSET ");
        compile_number(c, offset);
    }
}

/* -- The whole --------------------------------------------------------------------- */

/* A struct X_query has the layout of struct orm_query, and is read as bytes are: it is
 * a type of its own. */
static const struct orm_query *query_of(const struct query *q)
{
    return q->conditions;
}

/* Without an order of its own a query on a relation has the relation's. */
static bool has_order(const struct orm_query *own)
{
    for (size_t i = 0; own && i < ORM_QUERY_ORDER; i++)
        if (own->order[i].column)
            return true;
    return false;
}

static void select_what(struct compiler *c, enum query_kind kind)
{
    if (kind != QUERY_OBJECTS) {
        compile_text(c, kind == QUERY_COUNT ? "SELECT count(*) FROM (SELECT 1 FROM "
                                            : "SELECT EXISTS (SELECT 1 FROM ");
        compile_table(c, c->at);
    } else if (c->writes_sql) {
        load_select(c->s, c->at.model);
    }
}
static bool walk(struct compiler *c, const void *query)
{
    const struct query *q = query;
    const struct orm_query *own = query_of(q);
    const struct orm_to_many *rel = q->manager->relation;
    const unsigned limit = q->limit ? q->limit : own ? own->limit : 0;
    const unsigned offset = own ? own->offset : 0;
    const bool rows = q->kind == QUERY_OBJECTS;

    shape_add(c->s, rel->kind);
    shape_add(c->s, (unsigned)session_number(c->s, rel->owner));
    shape_add(c->s, rel->offset);
    select_what(c, q->kind);
    struct clause where;
    clause_begin(&where, c, c->at, " WHERE ");
    if (!clause_owner(&where, q->manager) ||
        (own && !clause_conditions(&where, own->where)))
        return false;
    const bool has_own = has_order(own);
    const size_t count = has_own ? ORM_QUERY_ORDER : rel->order_count;
    const bool by_key = rows && (rel->kind != ORM_MANY_TABLE || limit || offset);
    if (!order(c, has_own ? own->order : rel->order, rows ? count : 0, by_key))
        return false;
    cut(c, limit, offset);
    if (!rows)
        compile_text(c, q->kind == QUERY_COUNT ? ") AS counted" : ")");
    return true;
}

struct pg_statement *query_compile(struct orm_session *s, const struct query *q)
{
    const struct orm_model *m = q->manager->relation->target;
    if (!query_of(q) || !query_of(q)->overfull)
        return compile(s, (char)q->kind, m, walk, q);
    error_set_field(&s->error, ORM_INVALID, m, NULL,
        "the query has more than %d conditions", ORM_QUERY_WHERE);
    return NULL;
}

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
