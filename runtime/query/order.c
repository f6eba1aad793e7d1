/* order.c: from orders to ORDER BY. */
#include "query/order.h"

void order_begin(struct ordering *o, struct via *via, unsigned picks)
{
    o->via = via;
    o->count = o->distinct = 0;
    o->picks = picks;
}

static bool is_sorted_by(const struct ordering *o, const struct sort *sort)
{
    for (unsigned i = 0; i < o->count; i++)
        if (o->sorts[i].at.alias == sort->at.alias &&
            o->sorts[i].column == sort->column &&
            o->sorts[i].position == sort->position)
            return true;
    return false;
}

static bool refuse(const struct compiler *c, struct source at,
    const struct orm_column *column, const char *why)
{
    return error_set_field(&c->s->error, ORM_INVALID, at.model, column, "%s", why);
}

static bool is_sortable(const struct orm_column *col)
{
    return (col->type == ORM_ARRAY ? col->element : col->type) != ORM_JSON;
}

static bool find_column(struct compiler *c, const struct ordering *o,
    const struct orm_order *order, struct sort *sort)
{
    if (order->column == ORM_TOO_FAR)
        return compile_refuse(
            c, "an order by a column that is more than 3 relations away");
    if (!via_reach(o->via, order->via, &sort->at))
        return false;
    const struct orm_model *m = sort->at.model;
    sort->column = (uint16_t)(order->column - 1);
    if (sort->column >= m->column_count)
        return refuse(
            c, sort->at, NULL, "an order by a column that the model does not have");
    const struct orm_column *col = &m->columns[sort->column];
    if (!is_sortable(col))
        return refuse(c, sort->at, col, "json has no order; sort by another column");
    sort->via = order->via;
    sort->has_nulls = order->via[0] || col->flags & ORM_COLUMN_NULLABLE;
    return true;
}

static bool find_pick(
    struct compiler *c, const struct ordering *o, unsigned pick, struct sort *sort)
{
    sort->at = c->at;
    sort->position = (uint16_t)pick;
    sort->has_nulls = true;
    return pick <= o->picks ||
           compile_refuse(c, "an order by a pick that the query does not have");
}

static bool add(struct compiler *c, struct ordering *o, const struct orm_order *order)
{
    struct sort sort = {.descending = order->descending};
    if (order->nulls > ORM_NULLS_LAST)
        return compile_refuse(c, "an order whose nulls are neither first nor last");
    shape_add(c->s, (unsigned)order->column << 16 | (unsigned)order->nulls << 1 |
                        order->descending);
    shape_add(c->s, order->pick);
    if (order->column ? !find_column(c, o, order, &sort)
                      : !find_pick(c, o, order->pick, &sort))
        return false;
    sort.nulls_first = order->nulls == ORM_NULLS_DEFAULT
                           ? order->descending
                           : order->nulls == ORM_NULLS_FIRST;
    if (!is_sorted_by(o, &sort))
        o->sorts[o->count++] = sort;
    return true;
}

bool order_add(struct compiler *c, struct ordering *o, const struct orm_order *orders,
    size_t count)
{
    if (count > ORDER_LONGEST)
        return compile_refuse(c, "an order by more than 32 columns");
    for (size_t i = 0; i < count; i++)
        if ((orders[i].column || orders[i].pick) && !add(c, o, &orders[i]))
            return false;
    shape_add(c->s, UINT32_MAX);
    return true;
}

bool order_add_distinct(struct compiler *c, struct ordering *o,
    const struct orm_order *orders, size_t count)
{
    const bool good = order_add(c, o, orders, count);
    o->distinct = o->count;
    return good;
}

void order_add_key(struct compiler *c, struct ordering *o)
{
    static const uint16_t here[ORM_ORDER_VIA] = {0};
    const struct orm_model *m = c->at.model;
    shape_add(c->s, UINT32_MAX - 1);
    for (unsigned i = 0; i < m->key_count; i++) {
        const struct sort sort = {.at = c->at, .column = m->key[i], .via = here};
        if (!is_sorted_by(o, &sort))
            o->sorts[o->count++] = sort;
    }
}

static void write_expression(struct compiler *c, const struct sort *sort)
{
    if (!sort->position)
        compile_column(c, sort->at, sort->column);
    else if (c->writes_sql)
        buffer_number(&c->s->sql, sort->position);
}

void order_write_distinct(struct compiler *c, const struct ordering *o)
{
    for (unsigned i = 0; i < o->distinct; i++) {
        compile_text(c, i ? ", " : "DISTINCT ON (");
        write_expression(c, &o->sorts[i]);
    }
    compile_text(c, o->distinct ? ") " : "");
}

/* Nulls are spoken of only where there may be some: an index serves the order then. */
void order_write(struct compiler *c, const struct ordering *o)
{
    for (unsigned i = 0; i < o->count; i++) {
        const struct sort *sort = &o->sorts[i];
        compile_text(c, i ? ", " : " ORDER BY ");
        write_expression(c, sort);
        compile_text(c, sort->descending ? " DESC" : "");
        if (sort->has_nulls && sort->nulls_first != sort->descending)
            compile_text(c, sort->nulls_first ? " NULLS FIRST" : " NULLS LAST");
    }
}
