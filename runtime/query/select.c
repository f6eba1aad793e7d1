/* select.c: from picks to a statement.
 *
 * What is grouped or distinct can be ordered by what is picked only: such orders name
 * the column of the result by its number. */
#include "query/select.h"

#include "load/load.h"
#include "query/order.h"
#include "query/related.h"

struct writer {
    struct compiler *c;
    const struct selection *sel;
    struct via via;
};

/* -- What is picked ---------------------------------------------------------------- */

static bool is_by_numbers(const struct selection *sel)
{
    return sel->is_grouped || sel->query->distinct;
}

static void aggregate(
    struct compiler *c, const struct picked *p, struct source at, const char *opening)
{
    compile_text(c, opening);
    compile_column(c, at, p->pick.column);
    compile_text(c, p->how.values);
    compile_text(c, ")");
    compile_text(c, p->how.result);
}

/* The server tells a sum that does not fit; any other decimal does. */
static void sum(struct compiler *c, const struct picked *p, struct source at)
{
    aggregate(c, p, at, "sum(");
    if (p->as.type != ORM_DECIMAL || !c->writes_sql)
        return;
    compile_text(c, "::numeric(18,");
    buffer_number(&c->s->sql, p->as.scale);
    compile_text(c, ")");
}

static bool expression(struct writer *w, const struct picked *p)
{
    struct compiler *c = w->c;
    struct source at;
    if (!via_reach(&w->via, p->pick.via, &at))
        return false;
    switch (p->pick.what) {
    case ORM_PICK_ROWS:
        compile_text(c, "count(*)");
        break;
    case ORM_PICK_COUNT:
        aggregate(c, p, at, "count(");
        break;
    case ORM_PICK_COUNT_DISTINCT:
        aggregate(c, p, at, "count(DISTINCT ");
        break;
    case ORM_PICK_SUM:
        sum(c, p, at);
        break;
    case ORM_PICK_AVG:
        aggregate(c, p, at, "avg(");
        break;
    case ORM_PICK_MIN:
        aggregate(c, p, at, "min(");
        break;
    case ORM_PICK_MAX:
        aggregate(c, p, at, "max(");
        break;
    case ORM_PICK_RELATED:
        related_count(c, at, &p->model->to_manys[p->pick.column]);
        break;
    default:
        compile_column(c, at, p->pick.column);
    }
    return true;
}

static bool select_list(struct writer *w)
{
    const struct selection *sel = w->sel;
    const bool is_distinct = sel->query->distinct;
    shape_add(w->c->s, (unsigned)is_distinct);
    compile_text(w->c, is_distinct ? "SELECT DISTINCT " : "SELECT ");
    if (sel->has_object && w->c->writes_sql)
        load_columns(w->c->s, sel->model);
    for (size_t i = 0; i < sel->count; i++) {
        const struct picked *p = &sel->picks[i];
        shape_add(w->c->s, (unsigned)p->pick.what << 16 | p->pick.column);
        if (p->pick.what == ORM_PICK_OBJECT)
            continue;
        compile_text(w->c, p->at ? ", " : "");
        if (!expression(w, p))
            return false;
    }
    return true;
}

/* -- Which rows and groups --------------------------------------------------------- */

static bool compare_bound(struct writer *w, const struct picked *p)
{
    static const char *const symbols[] = {[ORM_EQ] = " = ",
        [ORM_NE] = " <> ",
        [ORM_LT] = " < ",
        [ORM_LE] = " <= ",
        [ORM_GT] = " > ",
        [ORM_GE] = " >= "};
    static const struct orm_column real = {.type = ORM_FLOAT8, .field = "having"};
    const struct orm_pick *pick = &p->pick;
    const bool is_real = pick->having & ORM_HAVING_REAL;
    const bool to_real = p->as.type == ORM_FLOAT4 || p->as.type == ORM_FLOAT8;
    union orm_value bound = pick->bound;
    if (to_real && !is_real)
        bound.real = (double)pick->bound.integer;
    const struct orm_column *as = is_real || to_real ? &real : &p->as;
    if (!type_accepts(p->model, as, bound, &w->c->s->error))
        return false;
    shape_add(w->c->s, pick->having);
    if (!expression(w, p))
        return false;
    compile_text(w->c, symbols[pick->having & ~ORM_HAVING_REAL]);
    compile_value(w->c, as, bound);
    return true;
}

static bool where(struct writer *w)
{
    const struct selection *sel = w->sel;
    struct clause clause;
    clause_begin(&clause, w->c, w->c->at, " WHERE ");
    if (!related_owner(&clause, sel->manager) ||
        !clause_conditions(&clause, sel->query->where))
        return false;
    for (size_t i = 0; i < sel->count; i++) {
        const struct picked *p = &sel->picks[i];
        if (!p->pick.having || p->pick.what != ORM_PICK_RELATED)
            continue;
        clause_element(&clause);
        if (!compare_bound(w, p))
            return false;
    }
    return true;
}

static void group_by(struct writer *w)
{
    const char *between = " GROUP BY ";
    for (size_t i = 0; w->sel->is_grouped && i < w->sel->count; i++) {
        if (w->sel->picks[i].pick.what != ORM_PICK_VALUE)
            continue;
        compile_text(w->c, between);
        if (w->c->writes_sql)
            buffer_number(&w->c->s->sql, w->sel->picks[i].at + 1);
        between = ", ";
    }
}

static bool having(struct writer *w)
{
    const char *between = " HAVING ";
    for (size_t i = 0; i < w->sel->count; i++) {
        const struct picked *p = &w->sel->picks[i];
        if (!p->pick.having || p->pick.what == ORM_PICK_RELATED)
            continue;
        compile_text(w->c, between);
        if (!compare_bound(w, p))
            return false;
        between = " AND ";
    }
    return true;
}

/* -- In which order ---------------------------------------------------------------- */

static bool is_same_column(const struct orm_pick *p, const struct orm_order *o)
{
    bool same = p->what == ORM_PICK_VALUE && p->column + 1u == o->column;
    for (unsigned i = 0; same && i < ORM_ORDER_VIA; i++) {
        same = p->via[i] == o->via[i];
        if (!p->via[i])
            break;
    }
    return same;
}

/* What an order names or means; NULL: nothing. */
static const struct picked *picked_by(
    const struct selection *sel, const struct orm_order *o)
{
    if (o->pick)
        return o->pick <= sel->count ? &sel->picks[o->pick - 1u] : NULL;
    for (size_t i = 0; i < sel->count; i++)
        if (is_same_column(&sel->picks[i].pick, o))
            return &sel->picks[i];
    return NULL;
}

/* The order as order.h takes it, with a number of a column of the result. */
static bool by_number(
    struct writer *w, const struct orm_order *o, struct orm_order *numbered)
{
    *numbered = *o;
    if (!o->pick && (!o->column || !is_by_numbers(w->sel)))
        return true;
    const struct picked *p = picked_by(w->sel, o);
    if (!p)
        return compile_refuse(
            w->c, o->pick ? "an order by a pick that the query does not have"
                          : "rows that are grouped or distinct are ordered by what is "
                            "picked, and this order is by another column");
    if (p->pick.what == ORM_PICK_OBJECT)
        return compile_refuse(w->c, "an order by a picked object; it takes a column");
    if (!pick_is_comparable(p))
        return pick_refuse(w->c->s, p, "json has no order; sort by another pick");
    numbered->column = 0;
    numbered->pick = (uint16_t)(p->at + 1);
    return true;
}

static bool order_by(
    struct writer *w, struct ordering *o, const struct orm_order *orders, size_t count)
{
    struct orm_order numbered[ORDER_LONGEST];
    for (size_t i = 0; i < count && i < ORDER_LONGEST; i++)
        if (!by_number(w, &orders[i], &numbered[i]))
            return false;
    return order_add(w->c, o, numbered, count);
}

/* What makes rows that are grouped or distinct differ. */
static bool order_by_picks(struct writer *w, struct ordering *o)
{
    struct orm_order orders[ORDER_LONGEST] = {0};
    size_t n = 0;
    for (size_t i = 0; i < w->sel->count && n < ORDER_LONGEST; i++)
        if (!pick_is_aggregate(&w->sel->picks[i].pick))
            orders[n++].pick = (uint16_t)(w->sel->picks[i].at + 1);
    return order_add(w->c, o, orders, n);
}

/* Rows that are cut off are cut off in a certain order. */
static bool order(struct writer *w, struct ordering *o)
{
    const struct orm_query *q = w->sel->query;
    const struct orm_to_many *rel = manager_relation(w->sel->manager);
    const bool numbers = is_by_numbers(w->sel);
    const bool is_cut = q->limit || q->offset;
    order_begin(o, &w->via, (unsigned)w->sel->columns);
    if (!order_by(w, o, q->order, ORM_QUERY_ORDER))
        return false;
    if (!o->count && !numbers && !order_add(w->c, o, rel->order, rel->order_count))
        return false;
    if (numbers)
        return !is_cut || order_by_picks(w, o);
    if (is_cut || rel->kind != ORM_MANY_TABLE)
        order_add_key(w->c, o);
    return true;
}

/* -- The whole --------------------------------------------------------------------- */

/* Joins are written before what stands behind them is. */
static bool collect(struct writer *w)
{
    const struct selection *sel = w->sel;
    struct source at;
    for (size_t i = 0; i < sel->count; i++)
        if (!via_reach(&w->via, sel->picks[i].pick.via, &at))
            return false;
    return true;
}

/* What means nothing for rows. */
static const char *misplaced(const struct orm_query *q)
{
    if (q->overfull)
        return "the query has more conditions, orders or plans than it has room for";
    for (size_t i = 0; i < ORM_QUERY_WITH; i++)
        if (q->with[i].kind != ORM_PLAN_NONE)
            return "rows have no relations to load; plans are for queries of objects";
    for (size_t i = 0; i < ORM_QUERY_DISTINCT; i++)
        if (q->distinct_on[i].column)
            return "picked rows are distinct as a whole: `distinct`";
    if (q->after)
        return "pages behind an object are for queries of objects";
    if (q->lock)
        return "rows are locked by queries of objects";
    return NULL;
}

static bool walk(struct compiler *c, const void *selection)
{
    struct writer w = {.c = c, .sel = selection};
    const struct orm_to_many *rel = manager_relation(w.sel->manager);
    const char *wrong = misplaced(w.sel->query);
    struct ordering o;
    if (wrong)
        return compile_refuse(c, wrong);
    via_begin(&w.via, c, c->at);
    shape_add(c->s, rel->kind);
    shape_add(c->s, (unsigned)session_number(c->s, rel->owner));
    shape_add(c->s, rel->offset);
    if (!collect(&w) || !order(&w, &o) || !select_list(&w))
        return false;
    compile_text(c, " FROM ");
    compile_table(c, c->at);
    via_joins(&w.via);
    if (!where(&w))
        return false;
    group_by(&w);
    if (!having(&w))
        return false;
    order_write(c, &o);
    compile_cut(c, w.sel->query->limit, w.sel->query->offset);
    return true;
}

struct pg_statement *select_compile(struct orm_session *s, const struct selection *sel)
{
    return compile(s, 'R', sel->model, walk, sel);
}
