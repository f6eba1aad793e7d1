/* group.c: peers.  The rules are told in group.h. */
#include "objects/group.h"

#include "objects/fetch.h"
#include "objects/report.h"
#include "objects/scope.h"

#include <string.h>

struct way *path_way(
    struct orm_session *s, struct path *path, const struct orm_model *m)
{
    if (!path)
        return report_root(s, m);
    if (!path->way)
        path->way = report_root(s, m);
    return path->way;
}

static struct path *find_child(struct path *parent, const void *relation)
{
    for (struct path *p = parent ? parent->children : NULL; p; p = p->sibling)
        if (p->relation == relation)
            return p;
    return NULL;
}

static struct path *add_child(
    struct orm_scope *scope, struct path *parent, const void *relation)
{
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

struct path *path_child(
    struct orm_scope *scope, struct path *parent, const void *relation)
{
    struct path *p = find_child(parent, relation);
    if (!p)
        p = add_child(scope, parent, relation);
    if (scope->session->reports && p && !p->way && parent)
        p->way = report_beyond(scope->session, parent->way, relation);
    return p;
}

struct path *path_of_query(struct orm_scope *scope, enum orm_fetch fetch)
{
    struct path *p = path_child(scope, NULL, NULL);
    if (p)
        p->fetch = fetch;
    return p;
}

/* Loops nest a few levels deep. */
#define SAME_LEVELS 8

static struct path *copy_path(
    struct orm_scope *scope, const struct path *old, unsigned levels)
{
    struct path *p = arena_get(&scope->arena, sizeof *p);
    if (!p)
        return NULL;
    *p = *old;
    p->scope = scope;
    p->children = p->sibling = NULL;
    for (const struct path *child = old->children; levels && child;
         child = child->sibling) {
        struct path *copy = copy_path(scope, child, levels - 1);
        if (!copy)
            continue;
        copy->sibling = p->children;
        p->children = copy;
    }
    return p;
}

struct path *path_again(struct orm_scope *scope, const struct path *old)
{
    return old ? copy_path(scope, old, SAME_LEVELS) : path_child(scope, NULL, NULL);
}

struct path *path_beyond(const struct orm_object *o, const void *relation)
{
    const enum orm_fetch fetch = object_fetch(o);
    struct path *parent = path_of(o);
    /* Found again by a smaller result it has its mode, and still its larger group. */
    const bool apart = parent && parent->fetch != fetch;
    struct path *p = path_child(o->scope, apart ? NULL : parent, relation);
    if (!p)
        return NULL;
    p->fetch = fetch;
    struct orm_session *s = object_session(o);
    if (s->reports && !p->way)
        p->way = report_beyond(s, path_way(s, parent, o->model), relation);
    return p;
}

struct orm_group *group_begin(struct path *path)
{
    struct orm_group *g = arena_get(&path->scope->arena, sizeof *g);
    if (g)
        *g = (struct orm_group){.path = path};
    return g;
}

void group_enter(struct orm_group *g, struct orm_object *o)
{
    object_set_fetch(o, g->path->fetch);
    o->group = g;
    o->at = (uint32_t)g->size++;
}

void group_want(const struct path *path, size_t count)
{
    scope_want(path->scope, count * sizeof(struct orm_object *) + ARENA_ALIGN);
}

void group_leave(struct orm_object *o)
{
    struct orm_group *g = o->group;
    if (g && g->members) {
        g->members[o->at] = NULL;
        g->live--;
    }
    o->group = NULL;
}

/* Each once, in order, to the front, with the path's mode; they stay marked, and are in
 * no group that is only begun.  Objects of a large result are far from the processor:
 * what is done to each is done in as few rounds as can be. */
static size_t mark_each_once(
    const struct orm_group *g, struct orm_object **objects, size_t count)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        struct orm_object *o = objects[i];
        if (o->state & OBJECT_SEEN)
            continue;
        object_set_fetch(o, g->path->fetch);
        o->state |= OBJECT_SEEN;
        if (o->group == g)
            o->group = NULL;
        objects[n++] = o;
    }
    return n;
}

/* What a query yields the program has got. */
static void report_yield(
    struct path *path, struct orm_object *const *objects, size_t count)
{
    struct orm_session *s = path->scope->session;
    for (size_t i = 0; !path->relation && i < count; i++)
        report_seen(s, objects[i]);
    if (count)
        path_way(s, path, objects[0]->model);
}

static void take_places(struct orm_group *g, size_t count)
{
    struct orm_scope *scope = g->path->scope;
    g->members = arena_get(&scope->arena, count * sizeof *g->members);
    if (scope->outer) {
        g->next = scope->groups;
        scope->groups = g;
    }
}

static void move(struct orm_group *g, struct orm_object *o)
{
    /* Else a list of peers of its owner would give each of them a first look again. */
    if (o->group)
        g->path->asked |= o->group->path->asked;
    group_leave(o);
    o->group = g;
    o->at = (uint32_t)g->size;
    g->members[g->size++] = o;
}

static void move_all(
    struct orm_group *g, struct orm_object *const *objects, size_t count)
{
    const bool makes_one = count > 1;
    if (makes_one)
        take_places(g, count);
    g->size = 0;
    for (size_t i = 0; i < count; i++) {
        struct orm_object *o = objects[i];
        o->state &= ~OBJECT_SEEN;
        if (makes_one && !(o->group && o->group->live > count))
            move(g, o);
    }
}

size_t group_form(struct orm_group *g, struct orm_object **objects, size_t count)
{
    /* Then each is new and came once, in this order: none is touched again. */
    const bool have_entered = count > 1 && g->size == count;
    if (!have_entered)
        count = mark_each_once(g, objects, count);
    if (g->path->scope->session->reports)
        report_yield(g->path, objects, count);
    if (have_entered) {
        take_places(g, count);
        memcpy(g->members, objects, count * sizeof *objects);
    } else {
        move_all(g, objects, count);
    }
    g->live = g->size;
    return count;
}
