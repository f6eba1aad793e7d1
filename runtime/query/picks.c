/* picks.c: what orm_select() was asked to pick. */
#include "query/picks.h"

#include "objects/relate.h"

/* -- Aggregates -------------------------------------------------------------------- */

static const struct aggregate counts = {ORM_INT8, "", ""};

/* A sum of whole numbers is one, and an error of the server where it is too large. */
static const struct aggregate sums[ORM_TYPE_COUNT] = {
    [ORM_INT2] = {ORM_INT8, "", ""},
    [ORM_INT4] = {ORM_INT8, "", ""},
    [ORM_INT8] = {ORM_INT8, "", "::bigint"},
    [ORM_FLOAT4] = {ORM_FLOAT8, "::double precision", ""},
    [ORM_FLOAT8] = {ORM_FLOAT8, "", ""},
    [ORM_DECIMAL] = {ORM_DECIMAL, "", ""},
    [ORM_NUMERIC] = {ORM_NUMERIC, "", ""},
    [ORM_INTERVAL] = {ORM_INTERVAL, "", ""},
};

static const struct aggregate averages[ORM_TYPE_COUNT] = {
    [ORM_INT2] = {ORM_FLOAT8, "", "::double precision"},
    [ORM_INT4] = {ORM_FLOAT8, "", "::double precision"},
    [ORM_INT8] = {ORM_FLOAT8, "", "::double precision"},
    [ORM_FLOAT4] = {ORM_FLOAT8, "::double precision", ""},
    [ORM_FLOAT8] = {ORM_FLOAT8, "", ""},
    [ORM_DECIMAL] = {ORM_FLOAT8, "", "::double precision"},
    [ORM_NUMERIC] = {ORM_FLOAT8, "", "::double precision"},
    [ORM_INTERVAL] = {ORM_INTERVAL, "", ""},
};

/* The least and the greatest keep their type. */
static const struct aggregate ends[ORM_TYPE_COUNT] = {
    [ORM_INT2] = {ORM_INT2, "", ""},
    [ORM_INT4] = {ORM_INT4, "", ""},
    [ORM_INT8] = {ORM_INT8, "", ""},
    [ORM_FLOAT4] = {ORM_FLOAT4, "", ""},
    [ORM_FLOAT8] = {ORM_FLOAT8, "", ""},
    [ORM_DECIMAL] = {ORM_DECIMAL, "", ""},
    [ORM_NUMERIC] = {ORM_NUMERIC, "", ""},
    [ORM_DATE] = {ORM_DATE, "", ""},
    [ORM_TIME] = {ORM_TIME, "", ""},
    [ORM_TIMESTAMP] = {ORM_TIMESTAMP, "", ""},
    [ORM_TIMESTAMPTZ] = {ORM_TIMESTAMPTZ, "", ""},
    [ORM_INTERVAL] = {ORM_INTERVAL, "", ""},
    [ORM_ENUM] = {ORM_ENUM, "", ""},
    [ORM_TEXT] = {ORM_TEXT, "", ""},
    [ORM_VARCHAR] = {ORM_VARCHAR, "", "::character varying"},
    [ORM_CHAR] = {ORM_CHAR, "", ""},
    [ORM_INET] = {ORM_INET, "", ""},
    [ORM_CIDR] = {ORM_CIDR, "", "::cidr"},
};

static const struct {
    const char *name;
    const struct aggregate *of; /* by the column's type; NULL: the same for all */
} aggregates[] = {
    [ORM_PICK_ROWS] = {"count", NULL},
    [ORM_PICK_COUNT] = {"count", NULL},
    [ORM_PICK_COUNT_DISTINCT] = {"count", NULL},
    [ORM_PICK_SUM] = {"sum", sums},
    [ORM_PICK_AVG] = {"avg", averages},
    [ORM_PICK_MIN] = {"min", ends},
    [ORM_PICK_MAX] = {"max", ends},
};

/* -- One pick ---------------------------------------------------------------------- */

bool pick_refuse(struct orm_session *s, const struct picked *p, const char *why)
{
    const bool of_column = p->as.field != NULL;
    return error_set_field(
        &s->error, ORM_INVALID, p->model, of_column ? &p->as : NULL, "%s", why);
}

bool pick_is_comparable(const struct picked *p)
{
    return (p->as.type == ORM_ARRAY ? p->as.element : p->as.type) != ORM_JSON;
}

static const struct orm_model *model_at(
    struct orm_session *s, const struct orm_model *m, const struct orm_pick *pick)
{
    for (unsigned i = 0; i < ORM_ORDER_VIA && pick->via[i]; i++) {
        if (pick->via[i] > m->to_one_count) {
            error_set_field(&s->error, ORM_INVALID, m, NULL,
                "a pick by way of a relation that the model does not have");
            return NULL;
        }
        m = m->to_ones[pick->via[i] - 1u].target;
    }
    return m;
}

static bool read_aggregate(struct orm_session *s, struct picked *p)
{
    const unsigned what = p->pick.what;
    const struct aggregate *of = aggregates[what].of;
    p->how = of ? of[p->as.type] : counts;
    if (!p->how.type || (of == ends && type_is_of_extension(&p->as)))
        return error_set_field(&s->error, ORM_INVALID, p->model, &p->as,
            "PostgreSQL has no %s() of %s", aggregates[what].name, type_name(&p->as));
    if (what == ORM_PICK_COUNT_DISTINCT && !pick_is_comparable(p))
        return pick_refuse(s, p, "json cannot be compared, and so not be distinct");
    if (of != ends) {
        const struct orm_column column = p->as;
        p->as = (struct orm_column){.name = column.name,
            .field = column.field,
            .length = p->how.type == ORM_DECIMAL ? 18 : 0,
            .scale = p->how.type == ORM_DECIMAL ? column.scale : 0,
            .type = p->how.type};
    }
    if (of)
        p->as.flags |= ORM_COLUMN_NULLABLE; /* of no values */
    return true;
}

static bool read_having(struct orm_session *s, struct picked *p)
{
    const struct orm_pick *pick = &p->pick;
    const unsigned op = pick->having & ~ORM_HAVING_REAL;
    if (!pick->having)
        return true;
    if (!pick_is_aggregate(pick) && pick->what != ORM_PICK_RELATED)
        return pick_refuse(
            s, p, "having() compares what is counted or summed up; use a condition");
    if (op < ORM_EQ || op > ORM_GE)
        return pick_refuse(s, p, "having() compares by ORM_EQ to ORM_GE");
    if (!type_is_number(&p->as))
        return pick_refuse(s, p, "having() compares numbers, and this is none");
    return true;
}

static bool read_column(struct orm_session *s, struct picked *p)
{
    const struct orm_pick *pick = &p->pick;
    p->as = (struct orm_column){.type = ORM_INT8};
    if (pick->what == ORM_PICK_ROWS)
        p->as.field = "count(*)";
    if (pick->what == ORM_PICK_ROWS || pick->what == ORM_PICK_OBJECT)
        return true;
    if (pick->what == ORM_PICK_RELATED) {
        if (pick->column >= p->model->to_many_count)
            return pick_refuse(s, p, "a pick of a list that the model does not have");
        p->as.field = p->model->to_manys[pick->column].name;
        return true;
    }
    if (pick->column >= p->model->column_count)
        return pick_refuse(s, p, "a pick of a column that the model does not have");
    p->as = p->model->columns[pick->column];
    if (pick->via[0])
        p->as.flags |= ORM_COLUMN_NULLABLE;
    return true;
}

static bool read_pick(struct orm_session *s, const struct selection *sel,
    struct picked *p, const struct orm_pick *pick)
{
    *p = (struct picked){.pick = *pick, .model = sel->model, .how = counts};
    if (pick->what > ORM_PICK_RELATED)
        return pick_refuse(s, p, "a pick of nothing that there is");
    p->model = model_at(s, sel->model, pick);
    if (!p->model || !read_column(s, p))
        return false;
    if (!pick->into)
        return pick_refuse(s, p, "a pick into NULL; it takes a variable's address");
    if (pick->what == ORM_PICK_OBJECT && pick->via[0])
        return pick_refuse(s, p,
            "the picked object is not of the queried model; pick its columns, or load "
            "it with a plan");
    return (!pick_is_aggregate(pick) || read_aggregate(s, p)) && read_having(s, p);
}

/* -- All of them ------------------------------------------------------------------- */

static size_t count_picks(const struct orm_pick *picks)
{
    size_t n = 0;
    while (picks && n <= PICKS_MOST && picks[n].what != ORM_PICK_NONE)
        n++;
    return n;
}

static bool fits(struct orm_session *s, const struct selection *sel)
{
    const bool is_distinct = sel->query->distinct;
    for (size_t i = 0; i < sel->count; i++) {
        const struct picked *p = &sel->picks[i];
        const unsigned what = p->pick.what;
        if (what == ORM_PICK_OBJECT && sel->is_grouped)
            return pick_refuse(s, p,
                "an object beside aggregates; pick columns, by which they are grouped");
        if (what == ORM_PICK_OBJECT && is_distinct)
            return pick_refuse(s, p, "distinct rows have columns, and no objects");
        if (what == ORM_PICK_RELATED && sel->is_grouped)
            return pick_refuse(s, p,
                "the number of related rows beside aggregates; ask in two queries");
        if (what == ORM_PICK_VALUE && (sel->is_grouped || is_distinct) &&
            !pick_is_comparable(p))
            return pick_refuse(
                s, p, "json cannot be compared, and so not be grouped or distinct");
    }
    return true;
}

/* An object's columns come first. */
static void place(struct selection *sel)
{
    size_t at = sel->has_object ? model_eager_count(sel->model) : 0;
    for (size_t i = 0; i < sel->count; i++)
        sel->picks[i].at = sel->picks[i].pick.what == ORM_PICK_OBJECT ? 0 : at++;
    sel->columns = at;
}

bool picks_read(
    struct orm_session *s, struct selection *sel, const struct orm_pick *picks)
{
    sel->count = count_picks(picks);
    if (!sel->count || sel->count > PICKS_MOST)
        return error_set_field(&s->error, ORM_INVALID, sel->model, NULL,
            sel->count ? "more than %d picks" : "no picks, of at most %d", PICKS_MOST);
    sel->picks =
        arena_get(&manager_scope(sel->manager)->arena, sel->count * sizeof *sel->picks);
    if (!sel->picks)
        return session_nomem(s);
    for (size_t i = 0; i < sel->count; i++) {
        if (!read_pick(s, sel, &sel->picks[i], &picks[i]))
            return false;
        sel->is_grouped |= pick_is_aggregate(&picks[i]);
        sel->has_object |= picks[i].what == ORM_PICK_OBJECT;
    }
    place(sel);
    return fits(s, sel);
}
