/* breaks.c: what would no longer work without one package.
 *
 * Whatever needs what is gone, and has no alternative left, goes too, until nothing
 * more does.  Versions are not compared. */
#include "walk.h"

#include <stdlib.h>
#include <string.h>

struct removal {
    struct walk *w;
    const struct package_list *all;
    size_t *gone; /* per package: 1 if so */
    size_t *queue;
    size_t queued;
};

static bool is_left(const struct removal *r, struct package *p)
{
    const size_t i = index_of(r->all, p);
    return i != NOWHERE && is_present(p) && !r->gone[i];
}

/* The target itself, or something that provides it. */
static bool is_met(const struct removal *r, struct dependency *d)
{
    struct package *target = target_of(r->w, d);
    if (is_left(r, target))
        return true;
    orm_each(struct dependency, provider, dependents_of(r->w, target))
        if (dependency_kind(provider) == DEPENDENCY_KIND_PROVIDES &&
            is_left(r, owner_of(r->w, provider)))
            return true;
    return false;
}

/* Whether any alternative of the clause that `broken` is one of is left. */
static bool is_clause_met(
    const struct removal *r, struct package *p, const struct dependency *broken)
{
    orm_each(struct dependency, d, dependencies_of(r->w, p))
        if (dependency_kind(d) == dependency_kind(broken) &&
            dependency_clause(d) == dependency_clause(broken) && is_met(r, d))
            return true;
    return false;
}

static void take_away(struct removal *r, struct package *p)
{
    const size_t i = index_of(r->all, p);
    r->gone[i] = 1;
    r->queue[r->queued++] = i;
}

/* Takes away who needs `target` and has nothing else. */
static void take_away_dependents(struct removal *r, struct package *target)
{
    orm_each(struct dependency, d, dependents_of(r->w, target)) {
        struct package *p = owner_of(r->w, d);
        r->w->rows++;
        if (is_needed(d) && is_left(r, p) && !is_clause_met(r, p, d))
            take_away(r, p);
    }
}

void what_would_break(struct walk *w)
{
    struct removal r = {.w = w, .all = all_packages(w)};
    struct package *first = NULL;
    orm_each(struct package, p, r.all)
        if (!first && is_present(p) && strcmp(package_name(p), w->without) == 0)
            first = p;
    if (!first) {
        fprintf(w->out, "    there is no %s\n", w->without);
        return;
    }
    r.gone = new_array(r.all->len, sizeof(size_t));
    r.queue = new_array(r.all->len, sizeof(size_t));
    take_away(&r, first);
    for (size_t at = 0; at < r.queued; at++) {
        struct package *p = r.all->items[r.queue[at]];
        take_away_dependents(&r, p);
        orm_each(struct dependency, d, dependencies_of(w, p))
            if (dependency_kind(d) == DEPENDENCY_KIND_PROVIDES)
                take_away_dependents(&r, target_of(w, d));
    }
    fprintf(w->out, "    without %s, %zu others", w->without, r.queued - 1);
    for (size_t i = 1; i < r.queued && i <= 5; i++)
        fprintf(w->out, "%s %s", i == 1 ? ":" : ",",
            package_name(r.all->items[r.queue[i]]));
    fprintf(w->out, "%s\n", r.queued > 6 ? ", ..." : "");
    free(r.gone);
    free(r.queue);
}
