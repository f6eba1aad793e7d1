/* shown.c: slots and lists that show objects of other scopes.
 *
 * An object of an outer scope is noted in the scope of what it shows.  Scopes of which
 * none is inside the other, as those of two streams, are a crossing: the session notes
 * both objects.  Without memory for a note, what is shown is kept instead. */
#include "objects/shown.h"

#include "base/memory.h"
#include "objects/list.h"

static bool lend(struct orm_object *to, struct orm_scope *scope)
{
    if (scope->loans && scope->loans->object == to)
        return true;
    struct loan *loan = arena_get(&scope->arena, sizeof *loan);
    if (!loan)
        return false;
    *loan = (struct loan){scope->loans, to};
    scope->loans = loan;
    return true;
}

static bool cross(struct orm_object *shows, struct orm_object *shown)
{
    struct orm_session *s = object_session(shows);
    if (!memory_grow(&s->crossings, &s->crossing_capacity, s->crossing_count + 1,
            sizeof *s->crossings))
        return false;
    s->crossings[s->crossing_count++] = (struct crossing){shows, shown};
    return true;
}

void scope_note_shown(struct orm_object *o, struct orm_object *shown)
{
    if (scope_holds(shown->scope, o->scope))
        return;
    const bool noted =
        scope_holds(o->scope, shown->scope) ? lend(o, shown->scope) : cross(o, shown);
    if (!noted)
        scope_keep_for(shown, o->scope);
}

void shown_forget_in(
    struct orm_object *o, struct orm_object *as, const struct orm_scope *ends)
{
    for (unsigned i = 0; i < o->model->to_one_count; i++) {
        struct orm_object **slot = object_slot(as, &o->model->to_ones[i]);
        if (*slot && (*slot)->scope == ends)
            *slot = NULL;
        else if (*slot)
            scope_show(o, *slot);
    }
    for (unsigned i = 0; i < o->model->to_many_count; i++)
        list_forget(o, object_manager(as, &o->model->to_manys[i]), ends);
}

void shown_forget(struct orm_object *o, const struct orm_scope *ends)
{
    shown_forget_in(o, o, ends);
}

static void forget_crossings(struct orm_scope *ends)
{
    struct orm_session *s = ends->session;
    const size_t count = s->crossing_count;
    size_t left = 0;
    for (size_t i = 0; i < count; i++) {
        const struct crossing c = s->crossings[i];
        if (c.shows->scope == ends)
            continue;
        if (c.shown->scope == ends)
            shown_forget(c.shows, ends); /* may note others, behind `count` */
        else if (!scope_holds(c.shown->scope, c.shows->scope))
            s->crossings[left++] = c;
    }
    for (size_t i = count; i < s->crossing_count; i++)
        s->crossings[left++] = s->crossings[i];
    s->crossing_count = left;
}

static void set_seen(struct orm_object *o, bool seen)
{
    o->state = seen ? o->state | OBJECT_SEEN : o->state & ~OBJECT_SEEN;
}

void shown_mark_lent(const struct orm_scope *ends, bool seen)
{
    const struct orm_session *s = ends->session;
    for (const struct loan *loan = ends->loans; loan; loan = loan->older)
        set_seen(loan->object, seen);
    for (size_t i = 0; i < s->crossing_count; i++)
        if (s->crossings[i].shown->scope == ends)
            set_seen(s->crossings[i].shows, seen);
}

void shown_forget_lent(struct orm_scope *ends)
{
    for (struct loan *loan = ends->loans; loan; loan = loan->older)
        shown_forget(loan->object, ends);
    if (ends->session->crossing_count)
        forget_crossings(ends);
}
