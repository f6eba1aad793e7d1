/* plan_tree.c: the plans of a query as a tree. */
#include "relations/plan_tree.h"

#include "session/due.h"

#include <stdio.h>
#include <string.h>

struct reader {
    struct orm_session *s;
    struct plan *root;
    bool waits; /* for a flush */
};

static bool read_all(struct reader *r, struct plan *parent, const struct orm_plan *with,
    size_t count, unsigned depth);

/* -- Messages ---------------------------------------------------------------------- */

static const char *name_of(const struct plan *p)
{
    return p->follow.ref ? p->follow.ref->name : p->follow.many->name;
}

/* book.author.books */
static void describe(const struct plan *p, char *to, size_t size)
{
    if (!p->parent) {
        snprintf(to, size, "%s", p->model->name);
        return;
    }
    describe(p->parent, to, size);
    const size_t end = strlen(to);
    snprintf(to + end, size - end, ".%s", name_of(p));
}

static bool refuse(
    struct reader *r, const struct plan *p, enum orm_code code, const char *why)
{
    char path[200];
    if (!p->parent)
        return error_set_field(&r->s->error, code, p->model, NULL, "%s", why);
    if (!p->parent->parent)
        return error_set_named(
            &r->s->error, code, p->parent->model, name_of(p), "%s", why);
    describe(p, path, sizeof path);
    return error_set_named(&r->s->error, code, p->parent->model, name_of(p),
        "in the plan %s: %s", path, why);
}

/* -- One plan ---------------------------------------------------------------------- */

static bool has_orders(const struct orm_order *orders, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (orders[i].column || orders[i].pick)
            return true;
    return false;
}

static bool has_conditions(const struct orm_query *q)
{
    for (size_t i = 0; i < ORM_QUERY_WHERE; i++)
        if (q->where[i].op != ORM_NONE)
            return true;
    return false;
}

/* Whether it says which rows, and not only what comes with them. */
bool plan_chooses(const struct orm_query *q)
{
    return has_conditions(q) || has_orders(q->order, ORM_QUERY_ORDER) || q->limit ||
           q->offset;
}

/* What has no meaning per owner. */
static bool check_query(
    struct reader *r, const struct plan *p, const struct orm_query *q)
{
    if (q->overfull)
        return refuse(r, p, ORM_INVALID,
            "the plan's query is overfull: too many conditions, orders or plans");
    if (q->after || q->lock || q->locked || q->distinct ||
        has_orders(q->distinct_on, ORM_QUERY_DISTINCT))
        return refuse(r, p, ORM_INVALID,
            "a plan's query has conditions, order, limit, offset, with and fetch; "
            "`after`, `lock` and distinct are for queries");
    if (q->fetch & ORM_CHUNKS)
        return refuse(r, p, ORM_INVALID,
            "only the query itself has rows in chunks; leave ORM_CHUNKS out of its "
            "plans' queries");
    if ((unsigned)q->fetch > ORM_FETCH_RAISE)
        return refuse(r, p, ORM_INVALID, "the plan's query has no fetch mode there is");
    if (p->follow.ref && (q->limit || q->offset))
        return refuse(r, p, ORM_INVALID,
            "leads to one object: there is nothing to limit in a plan of it");
    if (!p->follow.alias && plan_chooses(q))
        return refuse(r, p, ORM_INVALID,
            p->joins ? "a join brings what there is; a plan that chooses has an alias "
                       "and a statement of its own: with_..._as()"
                     : "a relation holds all there is; a plan that filters, sorts or "
                       "limits has an alias: with_..._as()");
    return true;
}

static bool is_field(const struct orm_model *m, const char *name)
{
    for (unsigned i = 0; i < m->column_count; i++)
        if (!strcmp(m->columns[i].field, name))
            return true;
    for (unsigned i = 0; i < m->to_one_count; i++)
        if (!strcmp(m->to_ones[i].name, name))
            return true;
    for (unsigned i = 0; i < m->to_many_count; i++)
        if (!strcmp(m->to_manys[i].name, name))
            return true;
    return false;
}

static bool check_alias(struct reader *r, const struct plan *p)
{
    const char *alias = p->follow.alias;
    if (!alias)
        return true;
    if (!*alias)
        return refuse(r, p, ORM_INVALID, "an alias is a name, not \"\"");
    if (!is_field(p->parent->model, alias))
        return true;
    char path[200];
    describe(p, path, sizeof path);
    return error_set(&r->s->error, ORM_PLAN_CONFLICT,
        "%s: the alias \"%s\" is a field of %s; choose another name", path, alias,
        p->parent->model->name);
}

/* The relation that a plan names. */
static bool find_relation(struct reader *r, const struct plan *parent,
    const struct orm_plan *from, struct plan *p)
{
    const struct orm_model *m = parent->model;
    const bool one = from->kind == ORM_PLAN_TO_ONE || from->kind == ORM_PLAN_JOIN;
    p->follow = (struct follow){.model = m, .alias = from->alias};
    if (one && from->relation < m->to_one_count) {
        p->follow.slot = from->relation;
        p->follow.ref = &m->to_ones[from->relation];
        p->model = p->follow.ref->target;
    } else if (from->kind == ORM_PLAN_TO_MANY && from->relation < m->to_many_count) {
        p->follow.many = &m->to_manys[from->relation];
        p->model = p->follow.many->target;
    } else {
        return refuse(r, parent, ORM_INVALID,
            "a plan of a relation that the model does not have");
    }
    p->joins = from->kind == ORM_PLAN_JOIN && !from->alias;
    return true;
}

/* -- The tree ---------------------------------------------------------------------- */

static bool equal_texts(const char *a, const char *b)
{
    return a == b || (a && b && !strcmp(a, b));
}

static struct plan *find_same(struct plan *parent, const struct plan *wanted)
{
    for (struct plan *p = parent->first; p; p = p->next)
        if (p->follow.ref == wanted->follow.ref &&
            p->follow.many == wanted->follow.many &&
            equal_texts(p->follow.alias, wanted->follow.alias))
            return p;
    return NULL;
}

/* Queries are the same if they make the same statement with the same parameters. */
static bool merge(struct reader *r, struct plan *p, const struct plan *again)
{
    bool same = true;
    if (p->follow.alias && !follow_is_same(r->s, &p->follow, &again->follow, &same))
        return false;
    if (p->fetch != again->fetch && p->fetch && again->fetch)
        same = false;
    p->fetch = p->fetch ? p->fetch : again->fetch;
    p->joins = p->joins || again->joins;
    if (same)
        return true;
    char path[200];
    describe(p, path, sizeof path);
    return error_set(&r->s->error, ORM_PLAN_CONFLICT,
        "%s%s%s%s: planned twice, with different queries; give each an alias of its "
        "own",
        path, p->follow.alias ? " as \"" : "", p->follow.alias ? p->follow.alias : "",
        p->follow.alias ? "\"" : "");
}

static struct plan *append(struct reader *r, struct plan *parent, const struct plan *p)
{
    if (r->root->size == PLAN_MOST) {
        refuse(r, p, ORM_INVALID, "one relation too many: a query plans 256 at most");
        return NULL;
    }
    struct plan *kept = arena_get(&r->s->planning, sizeof *kept);
    if (!kept)
        return session_nomem(r->s), NULL;
    *kept = *p;
    r->root->size++;
    struct plan **at = &parent->first;
    while (*at)
        at = &(*at)->next;
    return *at = kept;
}

/* Relations that name each other in their `with:` would never end. */
static bool is_below_itself(const struct plan *p)
{
    for (const struct plan *up = p->parent; up; up = up->parent)
        if (up->follow.ref == p->follow.ref && up->follow.many == p->follow.many)
            return true;
    return false;
}

static bool add_defaults(struct reader *r, struct plan *p, unsigned depth)
{
    const struct orm_to_one *ref = p->follow.ref;
    const struct orm_to_many *many = p->follow.many;
    if (is_below_itself(p))
        return true;
    return ref ? read_all(r, p, ref->with, ref->with_count, depth)
               : read_all(r, p, many->with, many->with_count, depth);
}

static bool add_new(
    struct reader *r, struct plan *parent, struct plan **p, unsigned depth)
{
    bool waits;
    if (!follow_waits(r->s, &(*p)->follow, &waits))
        return false;
    r->waits = r->waits || waits;
    *p = append(r, parent, *p);
    return *p && add_defaults(r, *p, depth + 1);
}

static bool read_one(
    struct reader *r, struct plan *parent, const struct orm_plan *from, unsigned depth)
{
    const struct orm_query *q = from->query;
    struct plan made = {.parent = parent}, *p = &made;
    if (!find_relation(r, parent, from, p))
        return false;
    if (depth > COMPILE_DEPTH)
        return refuse(r, p, ORM_INVALID, "plans are nested deeper than 32 levels");
    if (!check_alias(r, p) || (q && !check_query(r, p, q)))
        return false;
    p->fetch = q ? q->fetch : ORM_FETCH_DEFAULT;
    p->follow.query = p->follow.alias ? q : NULL;
    struct plan *same = find_same(parent, p);
    if (same ? !merge(r, same, p) : !add_new(r, parent, &p, depth))
        return false;
    return !q || read_all(r, same ? same : p, q->with, ORM_QUERY_WITH, depth + 1);
}

static bool read_all(struct reader *r, struct plan *parent, const struct orm_plan *with,
    size_t count, unsigned depth)
{
    for (size_t i = 0; i < count; i++)
        if (with[i].kind != ORM_PLAN_NONE && !read_one(r, parent, &with[i], depth))
            return false;
    return true;
}

struct plan *plan_begin(struct orm_session *s, const struct orm_model *m)
{
    if (s->error.code)
        return NULL;
    struct plan *root = arena_get(&s->planning, sizeof *root);
    if (!root)
        return session_nomem(s), NULL;
    *root = (struct plan){.model = m, .size = 1};
    s->plans_open++;
    return root;
}

bool plan_read(
    struct orm_session *s, struct plan *root, const struct orm_plan *with, size_t count)
{
    struct reader r = {.s = s, .root = root};
    return read_all(&r, root, with, count, 0) && (!r.waits || due_before_reading(s));
}
