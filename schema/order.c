/* order.c: which model comes before which.
 *
 * Models that refer to each other in circles form components (Tarjan's algorithm, with
 * a stack of its own: a chain of references may be as long as the file).  Components
 * come out referenced ones first; inside of one, required references rule and optional
 * ones yield. */
#include "draft.h"

#include <string.h>

struct graph {
    const struct schema *s;
    bool required_only;
    size_t *component; /* per model, from 1 in order of completion; 0: not yet known */
    size_t count;
};

/* A row can be there before the one that it refers to. */
static bool may_wait(const struct ref *r)
{
    return r->optional || !r->constrained;
}

static size_t index_of(const struct graph *g, const struct model *m)
{
    return (size_t)(m - g->s->models);
}

struct visit {
    size_t number; /* 0: never visited */
    size_t low;
    size_t caller;
    size_t next_ref;
};

static void find_component(struct graph *g, size_t start, struct visit *visits,
    size_t *numbers, size_t *stack, size_t *stacked)
{
    const size_t none = (size_t)-1;
    visits[start] = (struct visit){++*numbers, *numbers, none, 0};
    stack[(*stacked)++] = start;
    for (size_t at = start; at != none;) {
        struct visit *v = &visits[at];
        const struct model *m = &g->s->models[at];
        if (v->next_ref < m->ref_count) {
            const struct ref *r = &m->refs[v->next_ref++];
            if (g->required_only && may_wait(r))
                continue;
            const size_t to = index_of(g, r->target);
            if (!visits[to].number) {
                visits[to] = (struct visit){++*numbers, *numbers, at, 0};
                stack[(*stacked)++] = to;
                at = to;
            } else if (!g->component[to] && visits[to].number < v->low) {
                v->low = visits[to].number;
            }
            continue;
        }
        if (v->low == v->number) {
            g->count++;
            size_t top;
            do {
                top = stack[--*stacked];
                g->component[top] = g->count;
            } while (top != at);
        }
        if (v->caller != none && v->low < visits[v->caller].low)
            visits[v->caller].low = v->low;
        at = v->caller;
    }
}

static void find_components(struct arena *a, struct graph *g)
{
    const size_t n = g->s->model_count;
    struct visit *visits = arena_array(a, n, sizeof *visits);
    size_t *stack = arena_array(a, n, sizeof *stack);
    size_t numbers = 0, stacked = 0;
    g->component = arena_array(a, n, sizeof *g->component);
    for (size_t i = 0; i < n; i++)
        if (!visits[i].number)
            find_component(g, i, visits, &numbers, stack, &stacked);
}

/* ---- circles of required references ---- */

static const struct ref *next_in_circle(const struct graph *g, const struct model *m)
{
    for (size_t i = 0; i < m->ref_count; i++) {
        const struct ref *r = &m->refs[i];
        if (!may_wait(r) && r->target != m &&
            g->component[index_of(g, r->target)] == g->component[index_of(g, m)])
            return r;
    }
    return NULL;
}

static void report_self_references(struct draft *d, const struct model *m)
{
    for (size_t i = 0; i < m->ref_count; i++)
        if (!may_wait(&m->refs[i]) && m->refs[i].target == m)
            diag_error(d->diag, ERR_REQUIRED_CYCLE, m->refs[i].place,
                "%s.%s: required, and refers to its own model, so no row could ever be "
                "the first; add optional: true",
                m->name, m->refs[i].name);
}

static void report_circle(
    struct draft *d, const struct graph *g, const struct model *start)
{
    /* From the start to where the walk bites itself: that model is on a circle. */
    const size_t n = g->s->model_count;
    bool *seen = arena_array(d->arena, n, sizeof *seen);
    const struct model *m = start;
    for (; !seen[index_of(g, m)]; m = next_in_circle(g, m)->target)
        seen[index_of(g, m)] = true;

    enum {
        SHOWN = 8
    };
    const struct model *from = m;
    const struct ref *first = next_in_circle(g, from), *r = first;
    const char *path = arena_printf(d->arena, "%s.%s", from->name, r->name);
    size_t length = 1;
    for (m = r->target; m != from; m = r->target) {
        r = next_in_circle(g, m);
        if (++length <= SHOWN)
            path = arena_printf(d->arena, "%s -> %s.%s", path, m->name, r->name);
    }
    diag_error(d->diag, ERR_REQUIRED_CYCLE, first->place,
        "%s.%s: required references in a circle, so no row could ever be the first; "
        "add optional: true to one of them: %s -> %s%s",
        from->name, first->name, path, length > SHOWN ? "... -> " : "", from->name);
    for (m = first->target; m != from; m = r->target) {
        r = next_in_circle(g, m);
        diag_note(d->diag, r->place, "%s.%s is here", m->name, r->name);
    }
}

static void check_circles(struct draft *d, const struct schema *s)
{
    struct graph g = {.s = s, .required_only = true};
    find_components(d->arena, &g);
    bool *told = arena_array(d->arena, g.count + 1, sizeof *told);
    for (size_t i = 0; i < s->model_count; i++) {
        report_self_references(d, &s->models[i]);
        bool *here = &told[g.component[i]];
        if (*here || !next_in_circle(&g, &s->models[i]))
            continue;
        *here = true;
        report_circle(d, &g, &s->models[i]);
    }
}

/* ---- ranks ---- */

/* Whether all that `m` refers to has its place, or at least what it cannot do without.
 */
static bool is_ready(
    const struct graph *g, const struct model *m, const bool *placed, bool optional_too)
{
    for (size_t i = 0; i < m->ref_count; i++) {
        const struct ref *r = &m->refs[i];
        if (r->target != m && (optional_too || !may_wait(r)) &&
            !placed[index_of(g, r->target)])
            return false;
    }
    return true;
}

static struct model *next_model(const struct graph *g, struct model **models,
    const size_t count, const bool *placed)
{
    for (int optional_too = 1; optional_too >= 0; optional_too--)
        for (size_t i = 0; i < count; i++)
            if (!placed[index_of(g, models[i])] &&
                is_ready(g, models[i], placed, optional_too))
                return models[i];
    return NULL;
}

void order_models(struct draft *d, struct schema *s)
{
    const size_t before = diag_count(d->diag);
    check_circles(d, s);
    if (diag_count(d->diag) > before)
        return;

    struct graph g = {.s = s};
    find_components(d->arena, &g);
    size_t *starts = arena_array(d->arena, g.count + 2, sizeof *starts);
    for (size_t i = 0; i < s->model_count; i++)
        starts[g.component[i] + 1]++;
    for (size_t c = 1; c <= g.count + 1; c++)
        starts[c] += starts[c - 1];
    size_t *fill = arena_array(d->arena, g.count + 2, sizeof *fill);
    struct model **grouped =
        arena_array(d->arena, s->model_count, sizeof(struct model *));
    for (size_t i = 0; i < s->model_count; i++) {
        const size_t c = g.component[i];
        grouped[starts[c] + fill[c]++] = &s->models[i];
    }

    s->by_dependency =
        arena_array(d->arena, s->model_count, sizeof(const struct model *));
    bool *placed = arena_array(d->arena, s->model_count, sizeof *placed);
    size_t rank = 0;
    for (size_t c = 1; c <= g.count; c++)
        for (size_t i = 0; i < fill[c]; i++) {
            struct model *m = next_model(&g, grouped + starts[c], fill[c], placed);
            placed[index_of(&g, m)] = true;
            m->rank = rank;
            s->by_dependency[rank++] = m;
        }
}
