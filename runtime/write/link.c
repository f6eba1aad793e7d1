/* link.c: pairs of join tables.
 *
 * A pair is recorded from the end that comes first in the schema, whichever end was
 * asked, so that equal pairs are recorded alike. */
#include "write/link.h"

#include "base/memory.h"

#include <stdlib.h>

static bool comes_first(const struct orm_session *s, const struct orm_to_many *a,
    const struct orm_to_many *b)
{
    const size_t left = session_number(s, a->owner),
                 right = session_number(s, b->owner);
    return left != right ? left < right : a->offset < b->offset;
}

/* The end under which pairs of the relation are recorded. */
static const struct orm_to_many *recorded_as(
    const struct orm_session *s, const struct orm_to_many *rel)
{
    const struct orm_to_many *inverse = join_inverse(rel);
    return inverse && comes_first(s, inverse, rel) ? inverse : rel;
}

/* There is room. */
void link_again(struct orm_session *s, struct link l)
{
    s->links[s->link_count++] = l;
    l.owner->state |= OBJECT_LINKED;
    l.target->state |= OBJECT_LINKED;
}

bool link_record(struct orm_session *s, const struct orm_to_many *rel,
    struct orm_object *owner, struct orm_object *target, bool add)
{
    if (!memory_grow(&s->links, &s->link_capacity, s->link_count + 1, sizeof *s->links))
        return session_nomem(s);
    const struct orm_to_many *inverse = join_inverse(rel);
    const bool turned = recorded_as(s, rel) != rel;
    link_again(s, (struct link){
                      .relation = recorded_as(s, rel),
                      .owner = turned ? target : owner,
                      .target = turned ? owner : target,
                      .add = add,
                  });
    list_note(object_manager(owner, rel), target, add);
    if (inverse)
        list_note(object_manager(target, inverse), owner, add);
    return !s->error.code;
}

void link_forget(struct orm_session *s)
{
    for (size_t i = 0; i < s->link_count; i++) {
        s->links[i].owner->state &= ~OBJECT_LINKED;
        s->links[i].target->state &= ~OBJECT_LINKED;
    }
    s->link_count = 0;
}

/* -- Collapsing -------------------------------------------------------------------- */

static int order(uintptr_t a, uintptr_t b)
{
    return (a > b) - (a < b);
}

static int by_pair(const void *left, const void *right)
{
    const struct link *a = left, *b = right;
    int c = order((uintptr_t)a->relation, (uintptr_t)b->relation);
    c = c ? c : order((uintptr_t)a->owner, (uintptr_t)b->owner);
    c = c ? c : order((uintptr_t)a->target, (uintptr_t)b->target);
    return c ? c : order(a->sequence, b->sequence);
}

static int by_work(const void *left, const void *right)
{
    const struct link *a = left, *b = right;
    int c = order((uintptr_t)a->relation, (uintptr_t)b->relation);
    c = c ? c : order(a->add, b->add);
    return c ? c : order(a->sequence, b->sequence);
}

static bool same_pair(const struct link *a, const struct link *b)
{
    return a->relation == b->relation && a->owner == b->owner && a->target == b->target;
}

void link_collapse(struct orm_session *s)
{
    if (!s->link_count)
        return;
    for (size_t i = 0; i < s->link_count; i++)
        s->links[i].sequence = i;
    qsort(s->links, s->link_count, sizeof *s->links, by_pair);
    size_t n = 0;
    for (size_t i = 0; i < s->link_count; i++)
        if (i + 1 == s->link_count || !same_pair(&s->links[i], &s->links[i + 1]))
            s->links[n++] = s->links[i];
    s->link_count = n;
    qsort(s->links, s->link_count, sizeof *s->links, by_work);
}
