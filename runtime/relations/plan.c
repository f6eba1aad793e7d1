/* plan.c: the levels of a tree of plans, each in one round trip.
 *
 * What needs no statement (all is loaded, or mapped) is settled at once, and its own
 * plans join the level.  A to-one relation waits for the next flight if a list of the
 * same model is in this one: its rows may be among those. */
#include "relations/plan.h"

#include "objects/fetch.h"
#include "objects/scope.h"
#include "relations/plan_tree.h"

/* -- Making it --------------------------------------------------------------------- */

struct plan *plan_make(struct orm_session *s, const struct orm_model *m,
    const struct orm_plan with[ORM_QUERY_WITH])
{
    struct plan *root = plan_begin(s, m);
    if (!root || plan_read(s, root, with, ORM_QUERY_WITH))
        return root;
    plan_end(s, root);
    return NULL;
}

bool plan_is_any(const struct orm_plan with[ORM_QUERY_WITH])
{
    for (size_t i = 0; i < ORM_QUERY_WITH; i++)
        if (with[i].kind != ORM_PLAN_NONE)
            return true;
    return false;
}

/* Where a page begins may have to be loaded first, with plans of its own. */
void plan_end(struct orm_session *s, const struct plan *root)
{
    for (struct plan *p = root ? root->first : NULL; p; p = p->next)
        follow_free(&p->follow);
    if (root && !--s->plans_open)
        arena_clear(&s->planning);
}

/* -- Paths and joins --------------------------------------------------------------- */

static bool take_path(struct plan *p, struct orm_scope *scope)
{
    const void *relation =
        p->follow.ref ? (const void *)p->follow.ref : (const void *)p->follow.many;
    if (!p->path)
        p->path = path_child(scope, p->parent->path, relation);
    if (p->path && p->fetch)
        p->path->fetch = p->fetch;
    return p->path || session_nomem(scope->session);
}

static size_t count_joins(const struct plan *p)
{
    size_t n = 0;
    for (const struct plan *child = p->first; child; child = child->next)
        if (child->joins)
            n += 1 + count_joins(child);
    return n;
}

static bool add_joins(
    struct plan *p, size_t from, struct joins *to, struct orm_scope *scope)
{
    for (struct plan *child = p->first; child; child = child->next) {
        if (!child->joins)
            continue;
        if (!take_path(child, scope))
            return false;
        const size_t at = to->count++;
        to->all[at] = (struct join){.ref = child->follow.ref,
            .slot = child->follow.slot,
            .from = from,
            .path = child->path};
        if (!add_joins(child, at, to, scope))
            return false;
    }
    return true;
}

/* What comes in the statement that brings `p`. */
static bool join(struct plan *p, struct orm_scope *scope)
{
    struct orm_session *s = scope->session;
    const size_t n = count_joins(p);
    p->joined = (struct joins){0};
    if (!n)
        return true;
    p->joined.all = arena_get(&s->planning, n * sizeof *p->joined.all);
    return p->joined.all ? add_joins(p, JOIN_OF_ROWS, &p->joined, scope)
                         : session_nomem(s);
}

bool plan_join(struct plan *root, struct path *path)
{
    root->path = path;
    return join(root, path->scope);
}

/* -- One relation ------------------------------------------------------------------ */

static size_t count_targets(struct orm_session *s, const struct plan *p)
{
    const struct follow *l = &p->follow;
    if (l->alias)
        return l->row_count;
    if (l->ref)
        return l->owner_count;
    size_t n = 0;
    for (size_t i = 0; i < l->owner_count; i++) {
        const void *list = list_of(s, object_manager(l->owners[i], l->many));
        n += list ? list_length(list) : 0;
    }
    return n;
}

static void add_object(struct plan *p, struct orm_object *o)
{
    if (!o || o->state & OBJECT_SEEN)
        return;
    o->state |= OBJECT_SEEN;
    p->objects[p->count++] = o;
}

static void add_targets(struct orm_session *s, struct plan *p, size_t rows)
{
    const struct follow *l = &p->follow;
    for (size_t i = 0; l->alias && i < rows; i++)
        add_object(p, l->targets[i]);
    for (size_t i = 0; !l->alias && i < l->owner_count; i++) {
        if (l->ref) {
            add_object(p, *object_slot(l->owners[i], l->ref));
            continue;
        }
        const void *list = list_of(s, object_manager(l->owners[i], l->many));
        for (size_t k = 0; list && k < list_length(list); k++)
            add_object(p, list_item(list, k));
    }
}

static void clear_seen(const struct plan *p)
{
    for (size_t i = 0; i < p->count; i++)
        p->objects[i]->state &= ~OBJECT_SEEN;
}

/* All that the relation leads to now, whenever it was loaded: for the plans below. */
static bool gather(struct orm_session *s, struct plan *p)
{
    if (!p->first)
        return true;
    const size_t most = count_targets(s, p);
    p->objects = arena_get(&s->planning, (most + 1) * sizeof *p->objects);
    if (!p->objects)
        return session_nomem(s);
    add_targets(s, p, most);
    clear_seen(p);
    return true;
}

bool plan_prepare(struct orm_scope *scope, struct plan *p)
{
    struct follow *l = &p->follow;
    if (!take_path(p, scope) || !join(p, scope))
        return false;
    l->scope = scope;
    l->path = p->path;
    l->joins = &p->joined;
    return true;
}

static bool collect(struct orm_scope *scope, struct plan *p)
{
    struct follow *l = &p->follow;
    if (!plan_prepare(scope, p))
        return false;
    l->owners = p->parent->objects;
    l->owner_count = p->parent->count;
    return follow_collect(scope->session, l);
}

/* -- Levels ------------------------------------------------------------------------ */

struct level {
    struct orm_scope *scope;
    struct plan **ready; /* whose owners are there; lists come first */
    size_t ready_count;
    struct plan **flight;
    struct follow **follows; /* theirs */
    size_t flight_count;
    struct plan **later;
    size_t later_count;
};

static bool begin(struct level *v, const struct plan *root)
{
    struct arena *a = &v->scope->session->planning;
    v->ready = arena_get(a, root->size * sizeof *v->ready);
    v->flight = arena_get(a, root->size * sizeof *v->flight);
    v->follows = arena_get(a, root->size * sizeof *v->follows);
    v->later = arena_get(a, root->size * sizeof *v->later);
    return (v->ready && v->flight && v->follows && v->later) ||
           session_nomem(v->scope->session);
}

static void make_ready(struct level *v, struct plan *p)
{
    for (struct plan *child = p->first; child; child = child->next)
        if (p->count)
            v->ready[v->ready_count++] = child;
}

static bool brings_list(const struct plan *p)
{
    return p->follow.many != NULL;
}

/* Lists before single objects, which may be among them. */
static struct plan *take_ready(struct level *v)
{
    size_t at = v->ready_count - 1;
    for (size_t i = 0; i < v->ready_count; i++)
        if (brings_list(v->ready[i])) {
            at = i;
            break;
        }
    struct plan *p = v->ready[at];
    v->ready[at] = v->ready[--v->ready_count];
    return p;
}

static bool may_come_with_list(const struct level *v, const struct plan *p)
{
    if (p->follow.arrived || p->follow.alias || !follow_is_by_key(&p->follow))
        return false;
    for (size_t i = 0; i < v->flight_count; i++)
        if (brings_list(v->flight[i]) && v->flight[i]->model == p->model)
            return true;
    return false;
}

/* Settles it, or puts it into this flight or a later one. */
static bool dispatch(struct level *v, struct plan *p)
{
    struct orm_session *s = v->scope->session;
    if (!collect(v->scope, p)) {
        follow_free(&p->follow);
        return false;
    }
    if (p->follow.must_ask && !may_come_with_list(v, p)) {
        v->follows[v->flight_count] = &p->follow;
        v->flight[v->flight_count++] = p;
        return true;
    }
    bool good = true;
    if (p->follow.must_ask) {
        v->later[v->later_count++] = p;
    } else {
        good = follow_settle(s, &p->follow) && gather(s, p);
        if (good)
            make_ready(v, p);
    }
    follow_free(&p->follow);
    return good;
}

static bool fly(struct level *v)
{
    struct orm_session *s = v->scope->session;
    bool good = !v->flight_count || follow_fly(s, v->follows, v->flight_count);
    for (size_t i = 0; good && i < v->flight_count; i++)
        good = gather(s, v->flight[i]);
    return good;
}

static bool run_level(struct level *v)
{
    struct orm_session *s = v->scope->session;
    bool good = true;
    while (good && v->ready_count)
        good = dispatch(v, take_ready(v));
    good = good && fly(v);
    for (size_t i = 0; i < v->flight_count; i++) {
        if (good)
            make_ready(v, v->flight[i]);
        follow_free(&v->flight[i]->follow);
    }
    while (v->later_count)
        v->ready[v->ready_count++] = v->later[--v->later_count];
    v->flight_count = 0;
    flight_end(s);
    arena_clear(&s->scratch);
    return good;
}

bool plan_run(struct plan *root, struct orm_scope *scope)
{
    struct level v = {.scope = scope};
    if (!begin(&v, root))
        return false;
    make_ready(&v, root);
    while (v.ready_count)
        if (!run_level(&v))
            return false;
    return true;
}

/* -- For objects at hand ----------------------------------------------------------- */

bool plan_reserve(struct orm_session *s, const struct plan *root, size_t count)
{
    const size_t size = (count + 1) * sizeof *root->objects + ARENA_ALIGN;
    return !root || arena_reserve(&s->planning, size) || session_nomem(s);
}

bool plan_take(struct orm_session *s, struct plan *root, struct path *path,
    struct orm_object *const *objects, size_t count)
{
    root->path = path;
    root->count = 0;
    root->objects = arena_get(&s->planning, (count + 1) * sizeof *root->objects);
    if (!root->objects)
        return session_nomem(s);
    for (size_t i = 0; i < count; i++)
        add_object(root, objects[i]);
    clear_seen(root);
    return true;
}

bool plan_load(struct orm_scope *scope, struct path *path,
    struct orm_object *const *objects, size_t count, const struct orm_model *m,
    const struct orm_plan *with, size_t plans)
{
    struct orm_session *s = scope->session;
    struct plan *root = plan_begin(s, m);
    const bool good = root && plan_take(s, root, path, objects, count) &&
                      plan_read(s, root, with, plans) && plan_run(root, scope);
    plan_end(s, root);
    return good;
}

bool plan_load_slots(struct orm_session *s, const struct follow *l)
{
    const struct orm_plan itself =
        l->ref ? orm_plan_of(ORM_PLAN_TO_ONE, l->slot, NULL, NULL)
               : orm_plan_of(ORM_PLAN_TO_MANY, (unsigned)(l->many - l->model->to_manys),
                     NULL, NULL);
    struct plan *root = plan_begin(s, l->model);
    bool good = root && plan_take(s, root, NULL, l->owners, l->owner_count) &&
                plan_read(s, root, &itself, 1);
    if (good) {
        root->first->path = l->path;
        struct follow told = *l;
        told.waiting = l->owner_count;
        follow_begin(&told);
        good = plan_run(root, l->scope);
        fetch_end(s);
    }
    plan_end(s, root);
    return good;
}
