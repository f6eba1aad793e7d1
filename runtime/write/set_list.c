/* set_list.c: a relation that is to show exactly some objects.
 *
 * What it shows now is loaded, if it is not at hand, and only the difference is
 * recorded, after all of it was found possible. */
#include "relations/to_many.h"
#include "session/due.h"
#include "write/member.h"

/* The difference; both in scratch memory. */
struct moves {
    struct orm_object **joining, **leaving;
    size_t join_count, leave_count;
};

static bool check_items(
    struct orm_session *s, const struct orm_to_many *rel, struct given_list given)
{
    for (size_t i = 0; i < given.length; i++) {
        const struct orm_object *o = list_given_item(given, i);
        if (!o)
            return error_set_named(&s->error, ORM_INVALID, rel->owner, rel->name,
                "item %zu of %zu to be set is NULL", i + 1, given.length);
        if (!member_is_sound(s, rel, o))
            return false;
    }
    return true;
}

/* What the database will show once all is written that is recorded. */
static const void *list_shown(struct orm_session *s, struct orm_manager *m)
{
    const bool asks = !(manager_owner(m)->state & OBJECT_NEW);
    const bool may_lack = s->is_behind || !list_of(s, m);
    if (asks && may_lack && due_in_relation(s, manager_relation(m)) && !s->write(s))
        return NULL;
    return to_many_list(s, m);
}

/* Each object of the two lists once, if it is not in both.  Marks tell them apart, and
 * are gone afterwards. */
static void compare(struct moves *v, struct given_list given, const void *shown)
{
    size_t n = 0;
    for (size_t i = 0; i < given.length; i++) {
        struct orm_object *o = list_given_item(given, i);
        if (!(o->state & OBJECT_SEEN))
            v->joining[n++] = o;
        o->state |= OBJECT_SEEN;
    }
    for (size_t i = 0; i < list_length(shown); i++) {
        struct orm_object *o = list_item(shown, i);
        if (!(o->state & OBJECT_SEEN))
            v->leaving[v->leave_count++] = o;
        o->state &= ~OBJECT_SEEN;
    }
    for (size_t i = 0; i < n; i++) {
        struct orm_object *o = v->joining[i];
        if (o->state & OBJECT_SEEN)
            v->joining[v->join_count++] = o;
        o->state &= ~OBJECT_SEEN;
    }
}

static bool may_move(struct orm_session *s, const struct orm_to_many *rel,
    const struct orm_object *owner, const struct moves *v)
{
    for (size_t i = 0; i < v->leave_count; i++)
        if (!member_may_leave(s, rel, owner, v->leaving[i]))
            return false;
    for (size_t i = 0; i < v->join_count; i++)
        if (!member_may_join(s, rel, owner, v->joining[i]))
            return false;
    return true;
}

static void move(struct orm_session *s, const struct orm_to_many *rel,
    struct orm_object *owner, const struct moves *v)
{
    for (size_t i = 0; i < v->leave_count; i++)
        member_leave(s, rel, owner, v->leaving[i]);
    for (size_t i = 0; i < v->join_count; i++)
        member_join(s, rel, owner, v->joining[i]);
}

static void set(struct orm_manager *m, struct given_list given, const char *verb)
{
    struct orm_object *owner = member_owner(m, verb);
    if (!owner)
        return;
    struct orm_session *s = object_session(owner);
    const struct orm_to_many *rel = manager_relation(m);
    const void *shown = check_items(s, rel, given) ? list_shown(s, m) : NULL;
    if (!shown)
        return;
    struct moves v = {
        .joining = arena_get(&s->scratch, (given.length + 1) * sizeof *v.joining),
        .leaving = arena_get(&s->scratch, (list_length(shown) + 1) * sizeof *v.leaving),
    };
    if (!v.joining || !v.leaving) {
        session_nomem(s);
    } else {
        compare(&v, given, shown);
        if (may_move(s, rel, owner, &v))
            move(s, rel, owner, &v);
    }
    arena_clear(&s->scratch);
}

void orm_set(struct orm_manager *m, const void *list)
{
    if (!m || !list)
        orm_abort_null("set");
    set(m, list_given(list), "set");
}

void orm_clear(struct orm_manager *m)
{
    if (!m)
        orm_abort_null("clear");
    set(m, (struct given_list){0}, "clear");
}
