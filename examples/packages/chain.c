/* chain.c: the longest chain of dependencies.
 *
 * They run in circles, so a chain's links are the strongly connected components, found
 * by Tarjan's algorithm; without recursion, since a crafted file must not exhaust the
 * stack. */
#include "walk.h"

#include <stdlib.h>

/* Dependencies run in circles, so a chain's links are the strongly connected components
 * (Tarjan's algorithm, without recursion: a crafted file must not exhaust the stack).
 */
struct chains {
    struct walk *w;
    const struct package_list *all;
    size_t *order;     /* per package: when it was first seen, from 1 */
    size_t *low;       /* the oldest that it reaches on the stack */
    size_t *component; /* from 1; 0 while on the stack or unseen */
    size_t *next;      /* its next dependency to look at */
    size_t *path;      /* the packages being visited, outermost first */
    size_t *stack;
    size_t *length; /* per component: links of its longest chain */
    size_t *below;  /* per component: the next link, or 0 */
    size_t *member; /* per component: a package of it */
    size_t *size;
    size_t path_len, stack_len, seen, component_count;
};

static void enter(struct chains *c, size_t i)
{
    c->order[i] = c->low[i] = ++c->seen;
    c->path[c->path_len++] = i;
    c->stack[c->stack_len++] = i;
}

/* The next dependency of package `i` that leads to a package at hand, or NOWHERE. */
static size_t next_target(struct chains *c, size_t i)
{
    const struct dependency_list *list = dependencies_of(c->w, c->all->items[i]);
    while (c->next[i] < list->len) {
        struct dependency *d = list->items[c->next[i]++];
        if (!is_needed(d))
            continue;
        struct package *target = target_of(c->w, d);
        if (is_present(target))
            return index_of(c->all, target);
    }
    return NOWHERE;
}

/* Takes the component that began with `i` off the stack and measures its longest chain.
 */
static void close_component(struct chains *c, size_t i)
{
    const size_t k = ++c->component_count;
    const size_t end = c->stack_len;
    c->member[k] = i;
    do {
        const size_t member = c->stack[--c->stack_len];
        c->component[member] = k;
        c->size[k]++;
    } while (c->stack[c->stack_len] != i);
    for (size_t s = c->stack_len; s < end; s++) {
        const size_t member = c->stack[s];
        c->next[member] = 0;
        for (size_t t; (t = next_target(c, member)) != NOWHERE;) {
            const size_t to = c->component[t];
            if (to != k && c->length[to] > c->length[k]) {
                c->length[k] = c->length[to];
                c->below[k] = to;
            }
        }
    }
    c->length[k]++;
}

static void visit(struct chains *c, size_t from)
{
    enter(c, from);
    while (c->path_len > 0) {
        const size_t i = c->path[c->path_len - 1];
        const size_t t = next_target(c, i);
        if (t != NOWHERE && c->order[t] == 0) {
            enter(c, t);
        } else if (t != NOWHERE) {
            if (c->component[t] == 0 && c->order[t] < c->low[i])
                c->low[i] = c->order[t];
        } else {
            c->path_len--;
            if (c->path_len > 0) {
                const size_t above = c->path[c->path_len - 1];
                if (c->low[i] < c->low[above])
                    c->low[above] = c->low[i];
            }
            if (c->low[i] == c->order[i])
                close_component(c, i);
        }
    }
}

static void print_chain(const struct chains *c)
{
    size_t best = 0;
    for (size_t k = 1; k <= c->component_count; k++)
        if (c->length[k] > c->length[best])
            best = k;
    fprintf(c->w->out, "    %zu links:", c->length[best]);
    for (size_t k = best; k; k = c->below[k]) {
        fprintf(c->w->out, "%s %s", k == best ? "" : " >",
            package_name(c->all->items[c->member[k]]));
        if (c->size[k] > 1)
            fprintf(c->w->out, " (and %zu more in a circle)", c->size[k] - 1);
    }
    fputc('\n', c->w->out);
}

void longest_chain(struct walk *w)
{
    struct chains c = {.w = w, .all = all_packages(w)};
    size_t **const arrays[] = {&c.order, &c.low, &c.component, &c.next, &c.path,
        &c.stack, &c.length, &c.below, &c.member, &c.size};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        *arrays[i] = new_array(c.all->len, sizeof(size_t));
    for (size_t i = 0; i < c.all->len; i++) {
        w->rows += dependencies_of(w, c.all->items[i])->len;
        if (is_present(c.all->items[i]) && c.order[i] == 0)
            visit(&c, i);
    }
    print_chain(&c);
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        free(*arrays[i]);
}
