/* select.c: from picks to a statement.
 *
 * What is grouped or distinct can be ordered by what is picked only: such orders name
 * the column of the result by its number. */
#include "select.h"

#include "condition.h"
#include "load.h"
#include "object.h"
#include "relate.h"
#include "via.h"
#include "write.h"

struct writer {
    struct compiler *c;
    const struct selection *sel;
    struct via via;
};

/* -- What is picked ---------------------------------------------------------------- */

static bool is_by_numbers(const struct selection *sel)
{
    return sel->is_grouped || (sel->query && sel->query->distinct);
}

/* " = ", between columns of two tables. */
static void columns_match(struct compiler *c, struct source ours, const uint16_t *our,
    struct source theirs, const uint16_t *their, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        compile_text(c, i ? " AND " : "");
        compile_column(c, ours, our[i]);
        compile_text(c, " = ");
        compile_column(c, theirs, their[i]);
    }
}

static void count_reverse(
    struct compiler *c, struct source owner, const struct orm_to_many *rel)
{
    const struct source target = compile_source(c, rel->target);
    const struct key_columns keyed = many_owner_columns(rel);
    compile_text(c, "(SELECT count(*) FROM ");
    compile_table(c, target);
    compile_text(c, " WHERE ");
    columns_match(c, target, rel->target->to_ones[rel->ref].columns, owner, keyed.at,
        keyed.count);
    compile_text(c, ")");
}

/* A join model may have several rows for two objects; a list shows each once. */
static void count_joined(
    struct compiler *c, struct source owner, const struct orm_to_many *rel)
{
    const struct orm_join_end *ours = &rel->owner_end, *theirs = &rel->target_end;
    compile_text(c, "(SELECT count(DISTINCT (");
    for (unsigned i = 0; i < theirs->count; i++) {
        compile_text(c, i ? ", j." : "j.");
        compile_identifier(c, theirs->columns[i]);
    }
    compile_text(c, ")) FROM ");
    if (c->writes_sql)
        buffer_table(&c->s->sql, rel->join_schema, rel->join_table);
    for (unsigned i = 0; i < ours->count; i++) {
        compile_text(c, i ? " AND j." : " AS j WHERE j.");
        compile_identifier(c, ours->columns[i]);
        compile_text(c, " = ");
        compile_column(c, owner, ours->key[i]);
    }
    compile_text(c, ")");
}

static void aggregate(
    struct compiler *c, const struct picked *p, struct source at, const char *opening)
{
    compile_text(c, opening);
    compile_column(c, at, p->pick->column);
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
    if (!via_reach(&w->via, p->pick->via, &at))
        return false;
    switch (p->pick->what) {
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
    case ORM_PICK_RELATED: {
        const struct orm_to_many *rel = &p->model->to_manys[p->pick->column];
        (rel->kind == ORM_MANY_JOIN ? count_joined : count_reverse)(c, at, rel);
        break;
    }
    default:
        compile_column(c, at, p->pick->column);
    }
    return true;
}

static bool select_list(struct writer *w)
{
    const struct selection *sel = w->sel;
    const bool is_distinct = sel->query && sel->query->distinct;
    shape_add(w->c->s, (unsigned)is_distinct);
    compile_text(w->c, is_distinct ? "SELECT DISTINCT " : "SELECT ");
    if (sel->has_object && w->c->writes_sql)
        load_columns(w->c->s, sel->model);
    for (size_t i = 0; i < sel->count; i++) {
        const struct picked *p = &sel->picks[i];
        shape_add(w->c->s, (unsigned)p->pick->what << 16 | p->pick->column);
        if (p->pick->what == ORM_PICK_OBJECT)
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
    const struct orm_pick *pick = p->pick;
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
    if (!clause_owner(&clause, sel->manager) ||
        (sel->query && !clause_conditions(&clause, sel->query->where)))
        return false;
    for (size_t i = 0; i < sel->count; i++) {
        const struct picked *p = &sel->picks[i];
        if (!p->pick->having || p->pick->what != ORM_PICK_RELATED)
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
        if (w->sel->picks[i].pick->what != ORM_PICK_VALUE)
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
        if (!p->pick->having || p->pick->what == ORM_PICK_RELATED)
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

/* The result's column that an order names or means; NULL: none. */
static const struct picked *picked_by(
    const struct selection *sel, const struct orm_order *o)
{
    if (o->pick)
        return o->pick <= sel->count ? &sel->picks[o->pick - 1u] : NULL;
    for (size_t i = 0; i < sel->count; i++)
        if (is_same_column(sel->picks[i].pick, o))
            return &sel->picks[i];
    return NULL;
}

static bool order_by_number(struct writer *w, const struct orm_order *o)
{
    const struct picked *p = picked_by(w->sel, o);
    if (!p)
        return compile_refuse(
            w->c, o->pick ? "an order by a pick that there is not"
                          : "rows that are grouped or distinct are ordered by what is "
                            "picked, and this order is by another column");
    if (p->pick->what == ORM_PICK_OBJECT)
        return compile_refuse(w->c, "an order by a picked object; it takes a column");
    if (!pick_is_comparable(p))
        return pick_refuse(
            w->c->s, p, "json cannot be compared, and so not be ordered");
    shape_add(w->c->s, (unsigned)p->at);
    if (w->c->writes_sql)
        buffer_number(&w->c->s->sql, p->at + 1);
    return true;
}

static bool order_by_column(struct writer *w, const struct orm_order *o)
{
    struct source at;
    if (!via_reach(&w->via, o->via, &at))
        return false;
    if (o->column > at.model->column_count)
        return compile_refuse(
            w->c, "an order by a column that the model does not have");
    shape_add(w->c->s, o->column - 1u);
    compile_column(w->c, at, o->column - 1u);
    return true;
}

static bool order_by(struct writer *w, const struct orm_order *o, bool *first)
{
    static const char *const nulls[] = {"", " NULLS FIRST", " NULLS LAST"};
    if (!o->column && !o->pick)
        return true;
    if (o->nulls > ORM_NULLS_LAST)
        return compile_refuse(w->c, "an order with nulls neither first nor last");
    const bool by_number = o->pick || is_by_numbers(w->sel);
    shape_add(
        w->c->s, 1u | (unsigned)o->descending << 1 | o->nulls << 2u | by_number << 4u);
    compile_text(w->c, *first ? " ORDER BY " : ", ");
    *first = false;
    if (!(by_number ? order_by_number : order_by_column)(w, o))
        return false;
    compile_text(w->c, o->descending ? " DESC" : "");
    compile_text(w->c, nulls[o->nulls]);
    return true;
}

/* Rows that are cut off are cut off in a certain order. */
static bool order_by_all(struct writer *w, bool *first)
{
    const struct selection *sel = w->sel;
    bool good = true;
    if (!is_by_numbers(sel))
        for (unsigned i = 0; good && i < sel->model->key_count; i++) {
            const struct orm_order key = orm_order_by(sel->model->key[i], false);
            good = order_by(w, &key, first);
        }
    else
        for (size_t i = 0; good && i < sel->count; i++) {
            struct orm_order pick = orm_order_by(0, false);
            pick.pick = (uint16_t)(i + 1);
            if (!sel->is_grouped || sel->picks[i].pick->what == ORM_PICK_VALUE)
                good = order_by(w, &pick, first);
        }
    return good;
}

static bool order(struct writer *w)
{
    const struct orm_query *q = w->sel->query;
    const struct orm_to_many *rel = w->sel->manager->relation;
    const bool is_cut = q && (q->limit || q->offset);
    bool first = true;
    for (size_t i = 0; q && i < ORM_QUERY_ORDER; i++)
        if (!order_by(w, &q->order[i], &first))
            return false;
    for (size_t i = 0; first && !is_by_numbers(w->sel) && i < rel->order_count; i++)
        if (!order_by(w, &rel->order[i], &first))
            return false;
    shape_add(w->c->s, (unsigned)is_cut);
    const bool of_list = rel->kind != ORM_MANY_TABLE && !is_by_numbers(w->sel);
    return (!is_cut && !of_list) || order_by_all(w, &first);
}

static void cut(struct writer *w)
{
    const struct orm_query *q = w->sel->query;
    shape_add(w->c->s, q ? (q->limit != 0) | (unsigned)(q->offset != 0) << 1 : 0);
    if (q && q->limit) {
        compile_text(w->c, " LIMIT ");
        compile_number(w->c, q->limit);
    }
    if (q && q->offset) {
        compile_text(w->c, " OFFSET ");
        compile_number(w->c, q->offset);
    }
}

/* -- The whole --------------------------------------------------------------------- */

/* Joins are written before what stands behind them is: whatever needs one is met here
 * first. */
static bool collect(struct writer *w)
{
    const struct selection *sel = w->sel;
    struct source at;
    for (size_t i = 0; i < sel->count; i++)
        if (!via_reach(&w->via, sel->picks[i].pick->via, &at))
            return false;
    for (size_t i = 0; sel->query && i < ORM_QUERY_ORDER; i++)
        if (!via_reach(&w->via, sel->query->order[i].via, &at))
            return false;
    return true;
}

static bool walk(struct compiler *c, const void *selection)
{
    struct writer w = {.c = c, .sel = selection};
    const struct orm_to_many *rel = w.sel->manager->relation;
    via_begin(&w.via, c, c->at);
    shape_add(c->s, rel->kind);
    shape_add(c->s, (unsigned)session_number(c->s, rel->owner));
    shape_add(c->s, rel->offset);
    if (!collect(&w) || !select_list(&w))
        return false;
    compile_text(c, " FROM ");
    compile_table(c, c->at);
    via_joins(&w.via);
    if (!where(&w))
        return false;
    group_by(&w);
    if (!having(&w) || !order(&w))
        return false;
    cut(&w);
    return true;
}

/* What means nothing for rows. */
static const char *misplaced(const struct selection *sel)
{
    const struct orm_query *q = sel->query;
    if (!q)
        return NULL;
    if (q->overfull)
        return "the query has more conditions, orders or plans than it has room for";
    for (size_t i = 0; i < ORM_QUERY_WITH; i++)
        if (q->with[i].kind != ORM_PLAN_NONE)
            return "rows have no relations to load; the plans belong to a query of "
                   "objects";
    for (size_t i = 0; i < ORM_QUERY_DISTINCT; i++)
        if (q->distinct_on[i].column)
            return "picked rows are distinct as a whole, not on some columns";
    if (q->after)
        return "pages behind an object are for queries of objects";
    if (q->lock)
        return "rows are locked by queries of objects";
    return NULL;
}

struct pg_statement *select_compile(struct orm_session *s, const struct selection *sel)
{
    const char *why = misplaced(sel);
    if (!why)
        return compile(s, 'R', sel->model, walk, sel);
    error_set_field(&s->error, ORM_INVALID, sel->model, NULL, "%s", why);
    return NULL;
}

bool select_flush(struct orm_session *s, const struct selection *sel)
{
    if (!write_before_reading(s, sel->manager->relation))
        return false;
    for (size_t i = 0; i < sel->count; i++) {
        const struct picked *p = &sel->picks[i];
        if (!via_flush(s, sel->model, p->pick->via) ||
            (p->pick->what == ORM_PICK_RELATED &&
                !write_before_reading(s, &p->model->to_manys[p->pick->column])))
            return false;
    }
    for (size_t i = 0; sel->query && i < ORM_QUERY_ORDER; i++)
        if (!via_flush(s, sel->model, sel->query->order[i].via))
            return false;
    return true;
}
