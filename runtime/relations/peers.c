/* peers.c: peers as the program wishes them. */
#include "objects/fetch.h"
#include "objects/relate.h"
#include "objects/scope.h"

static bool is_peer(const struct orm_object *o)
{
    return o && object_is_live(o);
}

/* All of one session; NULL: none, or the error is recorded. */
static struct orm_session *session_of(const struct orm_model *m, struct given_list list)
{
    struct orm_session *s = NULL;
    for (size_t i = 0; i < list.length; i++) {
        const struct orm_object *o = list_given_item(list, i);
        if (!is_peer(o))
            continue;
        if (s && object_session(o) != s) {
            error_set_field(&s->error, ORM_OTHER_SESSION, m, NULL,
                "a group of objects of two sessions; a group is one session's");
            return NULL;
        }
        s = object_session(o);
    }
    return s;
}

/* The mode that all have; else the session's counts. */
static enum orm_fetch mode_of(struct orm_object *const *objects, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (object_fetch(objects[i]) != object_fetch(objects[0]))
            return ORM_FETCH_DEFAULT;
    return count ? object_fetch(objects[0]) : ORM_FETCH_DEFAULT;
}

static bool form(
    struct orm_session *s, struct orm_object **objects, struct given_list list)
{
    size_t count = 0;
    for (size_t i = 0; i < list.length; i++)
        if (is_peer(list_given_item(list, i)))
            objects[count++] = list_given_item(list, i);
    struct path *path = path_of_query(s->scope, mode_of(objects, count));
    struct orm_group *g = path ? group_begin(path) : NULL;
    if (!g)
        return false;
    group_want(path, count);
    if (!scope_reserve(s))
        return false;
    for (size_t i = 0; i < count; i++)
        group_leave(objects[i]);
    group_form(g, objects, count);
    return true;
}

void orm_group_list(const struct orm_model *model, const void *list)
{
    if (!list)
        return;
    const struct given_list given = list_given(list);
    struct orm_session *s = session_of(model, given);
    if (!s || s->error.code)
        return;
    struct orm_object **objects =
        arena_get(&s->scratch, (given.length + 1) * sizeof *objects);
    if (!objects || !form(s, objects, given))
        session_nomem(s);
    arena_clear(&s->scratch);
}
