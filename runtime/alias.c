/* alias.c: what plans brought under a name. */
#include "alias.h"

#include "list.h"

#include <string.h>

struct alias_entry {
    const struct orm_object *owner; /* NULL: an empty place */
    const void *relation;
    const char *alias;
    const void *value;
    bool forgotten;
};

static size_t hash_of(
    const struct orm_object *owner, const void *relation, const char *alias)
{
    uint64_t h = idmap_hash(alias, strlen(alias));
    h = idmap_join(h, (uint64_t)(uintptr_t)owner);
    return (size_t)idmap_join(h, (uint64_t)(uintptr_t)relation);
}

/* The entry, or the empty place where it would be.  The table is not full. */
static struct alias_entry *find(const struct alias_table *t,
    const struct orm_object *owner, const void *relation, const char *alias)
{
    size_t i = hash_of(owner, relation, alias) & (t->capacity - 1);
    for (; t->entries[i].owner; i = (i + 1) & (t->capacity - 1)) {
        const struct alias_entry *e = &t->entries[i];
        if (e->owner == owner && e->relation == relation && !strcmp(e->alias, alias))
            break;
    }
    return &t->entries[i];
}

bool alias_reserve(struct orm_scope *scope, size_t more)
{
    const struct alias_table old = scope->aliases;
    struct alias_table t = {.capacity = old.capacity ? old.capacity : 16};
    while ((old.count + more) * 4 > t.capacity * 3)
        t.capacity *= 2;
    if (t.capacity == old.capacity)
        return true;
    t.entries = arena_get(&scope->arena, t.capacity * sizeof *t.entries);
    if (!t.entries)
        return session_nomem(scope->session);
    memset(t.entries, 0, t.capacity * sizeof *t.entries);
    for (size_t i = 0; i < old.capacity; i++) {
        const struct alias_entry *e = &old.entries[i];
        if (!e->owner || e->forgotten)
            continue;
        *find(&t, e->owner, e->relation, e->alias) = *e;
        t.count++;
    }
    scope->aliases = t;
    return true;
}

const char *alias_name(struct orm_scope *scope, const char *alias)
{
    const size_t size = strlen(alias) + 1;
    char *copy = arena_bytes(&scope->arena, size);
    if (!copy)
        return session_nomem(scope->session), NULL;
    return memcpy(copy, alias, size);
}

void alias_put(struct orm_scope *scope, const struct orm_object *owner,
    const void *relation, const char *alias, const void *value)
{
    struct alias_entry *e = find(&scope->aliases, owner, relation, alias);
    scope->aliases.count += !e->owner;
    *e = (struct alias_entry){owner, relation, alias, value, false};
}

/* What was loaded last: the current scope's before an outer one's. */
static const struct alias_entry *look_up(
    const struct orm_object *owner, const void *relation, const char *alias)
{
    for (const struct orm_scope *at = object_session(owner)->scope; at;
         at = at->outer) {
        if (!at->aliases.count)
            continue;
        const struct alias_entry *e = find(&at->aliases, owner, relation, alias);
        if (e->owner && !e->forgotten)
            return e;
    }
    return NULL;
}

void alias_forget(const struct orm_object *owner)
{
    for (struct orm_scope *at = object_session(owner)->scope; at; at = at->outer)
        for (size_t i = 0; i < at->aliases.capacity; i++)
            at->aliases.entries[i].forgotten |= at->aliases.entries[i].owner == owner;
}

void alias_forget_all(struct orm_session *s)
{
    for (struct orm_scope *at = s->scope; at; at = at->outer)
        at->aliases = (struct alias_table){0};
}

/* -- The calls --------------------------------------------------------------------- */

static const void *read_alias(const struct orm_object *o, const void *relation,
    const char *name, const char *alias)
{
    struct orm_session *s = object_session(o);
    if (s->error.code || o->state & OBJECT_PLACEHOLDER)
        return NULL;
    const struct alias_entry *e = alias ? look_up(o, relation, alias) : NULL;
    if (e)
        return e->value;
    char shown[128];
    error_set_named(&s->error, ORM_INVALID, o->model, name,
        "nothing was loaded as \"%s\" for %s; plan it: .with = {%s_with_%s_as(\"%s\", "
        "&query)}",
        alias ? alias : "", object_describe(o, shown, sizeof shown), o->model->name,
        name, alias ? alias : "...");
    return NULL;
}

struct orm_object *orm_object_as(
    const struct orm_object *o, unsigned slot, const char *alias)
{
    if (!o)
        return NULL;
    const struct orm_to_one *ref = &o->model->to_ones[slot];
    return (struct orm_object *)(uintptr_t)read_alias(o, ref, ref->name, alias);
}

const void *orm_list_as(const struct orm_object *o, unsigned many, const char *alias)
{
    if (!o)
        return list_none();
    const struct orm_to_many *rel = &o->model->to_manys[many];
    const void *list = read_alias(o, rel, rel->name, alias);
    return list ? list : session_model(object_session(o), rel->target)->empty;
}
