/* group.c: peers.  The rules are told in group.h. */
#include "group.h"

#include "fetch.h"
#include "scope.h"

struct path *path_child(
    struct orm_scope *scope, struct path *parent, const void *relation)
{
    if (parent)
        for (struct path *p = parent->children; p; p = p->sibling)
            if (p->relation == relation)
                return p;
    if (parent)
        scope = parent->scope;
    struct path *p = arena_get(&scope->arena, sizeof *p);
    if (!p)
        return NULL;
    *p = (struct path){.scope = scope, .relation = relation};
    if (parent) {
        p->fetch = parent->fetch;
        p->sibling = parent->children;
        parent->children = p;
    }
    return p;
}

struct path *path_of_query(struct orm_scope *scope, enum orm_fetch fetch)
{
    struct path *p = path_child(scope, NULL, NULL);
    if (p)
        p->fetch = fetch;
    return p;
}

struct path *path_beyond(const struct orm_object *o, const void *relation)
{
    const enum orm_fetch fetch = object_fetch(o);
    struct path *parent = path_of(o);
    /* Found again by a smaller result it has its mode, and still its larger group. */
    const bool apart = parent && parent->fetch != fetch;
    struct path *p = path_child(o->scope, apart ? NULL : parent, relation);
    if (p)
        p->fetch = fetch;
    return p;
}

void group_want(const struct path *path, size_t count)
{
    scope_want(path->scope,
        sizeof(struct orm_group) + count * sizeof(struct orm_object *) + ARENA_ALIGN);
}

void group_leave(struct orm_object *o)
{
    if (!o->group)
        return;
    o->group->members[o->at] = NULL;
    o->group->live--;
    o->group = NULL;
}

/* Each once, in order, to the front. */
static size_t make_distinct(struct orm_object **objects, size_t count)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        if (!(objects[i]->state & OBJECT_SEEN)) {
            objects[i]->state |= OBJECT_SEEN;
            objects[n++] = objects[i];
        }
    for (size_t i = 0; i < n; i++)
        objects[i]->state &= ~OBJECT_SEEN;
    return n;
}

void group_form(struct path *path, struct orm_object **objects, size_t count)
{
    count = make_distinct(objects, count);
    for (size_t i = 0; i < count; i++)
        object_set_fetch(objects[i], path->fetch);
    if (count < 2)
        return;
    struct orm_group *g =
        arena_get(&path->scope->arena, sizeof *g + count * sizeof(struct orm_object *));
    *g = (struct orm_group){.path = path};
    for (size_t i = 0; i < count; i++) {
        struct orm_object *o = objects[i];
        if (o->group && o->group->live > count)
            continue;
        group_leave(o);
        o->group = g;
        o->at = (uint32_t)g->size;
        g->members[g->size++] = o;
    }
    g->live = g->size;
}
