/* prefetch.c: plans for objects at hand. */
#include "objects/fetch.h"
#include "relations/plan.h"

/* All items, in scratch memory; all of the first one's session. */
static struct orm_object **items_of(struct orm_session *s, struct given_list list)
{
    struct orm_object **objects =
        arena_get(&s->scratch, (list.length + 1) * sizeof *objects);
    if (!objects)
        return session_nomem(s), NULL;
    for (size_t i = 0; i < list.length; i++) {
        objects[i] = list_given_item(list, i);
        if (object_session(objects[i]) == s)
            continue;
        error_set(&s->error, ORM_OTHER_SESSION,
            "%s_prefetch: the list has objects of two sessions",
            objects[i]->model->name);
        return NULL;
    }
    return objects;
}

static bool is_only_with(struct orm_session *s, const struct orm_object *o,
    const struct orm_query *q, const char *call)
{
    return !plan_chooses(q) || error_set(&s->error, ORM_INVALID,
                                   "%s_%s: the objects are there; of the query only "
                                   "`with` is read, find() takes the rest",
                                   o->model->name, call);
}

static void load(struct orm_object *first, struct orm_object *const *objects,
    size_t count, const struct orm_query *q)
{
    struct orm_session *s = object_session(first);
    struct path *path = path_of(first);
    if (!path)
        path = path_of_query(first->scope, object_fetch(first));
    if (!path)
        session_nomem(s);
    else
        plan_load(
            first->scope, path, objects, count, first->model, q->with, ORM_QUERY_WITH);
}

void orm_prefetch(const void *list, const void *query)
{
    if (!list || !query)
        return;
    const struct given_list at_hand = list_given(list);
    if (!at_hand.length)
        return;
    struct orm_object *first = list_given_item(at_hand, 0);
    struct orm_session *s = object_session(first);
    struct orm_object **objects = s->error.code ? NULL : items_of(s, at_hand);
    if (objects && is_only_with(s, first, query, "prefetch"))
        load(first, objects, at_hand.length, query);
    arena_clear(&s->scratch);
}

void orm_refresh_with(struct orm_object *o, const void *query)
{
    orm_refresh(o);
    if (!o || !query || object_session(o)->error.code || !object_is_live(o) ||
        o->state & OBJECT_NEW)
        return;
    if (is_only_with(object_session(o), o, query, "refresh_with"))
        load(o, &o, 1, query);
}
