/* alias.c: what plans brought under a name. */
#include "objects/alias.h"

#include "base/memory.h"
#include "objects/list.h"
#include "objects/scope.h"

#include <string.h>

struct alias_entry {
    const struct orm_object *owner; /* NULL: an empty place */
    const void *relation;
    const char *alias;
    const void *value;
    bool is_list;
    bool forgotten;
};

/* What a rollback puts back. */
struct alias_past {
    struct orm_scope *scope; /* NULL: it ended */
    struct alias_entry was;
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

/* -- Going back -------------------------------------------------------------------- */

static bool reserve_past(struct orm_session *s, size_t more)
{
    return !s->mark ||
           memory_grow(&s->alias_pasts, &s->alias_past_capacity,
               s->alias_past_count + more, sizeof *s->alias_pasts) ||
           session_nomem(s);
}

/* There is room. */
static void note_past(struct orm_scope *scope, struct alias_entry was)
{
    struct orm_session *s = scope->session;
    if (s->mark)
        s->alias_pasts[s->alias_past_count++] = (struct alias_past){scope, was};
}

static void put_back(const struct alias_past *p)
{
    struct alias_table *t = p->scope ? &p->scope->aliases : NULL;
    if (!t || !t->capacity)
        return;
    struct alias_entry *e = find(t, p->was.owner, p->was.relation, p->was.alias);
    if (!e->owner && (p->was.forgotten || (t->count + 1) * 4 > t->capacity * 3))
        return;
    t->count += !e->owner;
    *e = p->was;
}

void alias_go_back(struct orm_session *s, size_t count)
{
    while (s->alias_past_count > count)
        put_back(&s->alias_pasts[--s->alias_past_count]);
}

/* -- Putting ----------------------------------------------------------------------- */

bool alias_reserve(struct orm_scope *scope, size_t more)
{
    if (!reserve_past(scope->session, more))
        return false;
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
    t.crosses = old.crosses;
    scope->aliases = t;
    if (!old.capacity) {
        scope->aliased = scope->session->aliased;
        scope->session->aliased = scope;
    }
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

static bool is_list(const struct orm_object *owner, const void *relation)
{
    const struct orm_model *m = owner->model;
    return (uintptr_t)relation >= (uintptr_t)m->to_manys &&
           (uintptr_t)relation < (uintptr_t)(m->to_manys + m->to_many_count);
}

/* Calls `test` for all that an entry shows, until it is true. */
static bool shows_any(const struct alias_entry *e, const struct orm_scope *scope,
    bool (*test)(const struct orm_object *o, const struct orm_scope *scope))
{
    if (!e->value)
        return false;
    if (!e->is_list)
        return test(e->value, scope);
    for (size_t i = 0; i < list_length(e->value); i++)
        if (test(list_item(e->value, i), scope))
            return true;
    return false;
}

static bool may_leave_before(const struct orm_object *o, const struct orm_scope *scope)
{
    return !scope_holds(o->scope, scope);
}

static bool is_of(const struct orm_object *o, const struct orm_scope *scope)
{
    return o->scope == scope;
}

void alias_put(struct orm_scope *scope, const struct orm_object *owner,
    const void *relation, const char *alias, const void *value)
{
    struct alias_table *t = &scope->aliases;
    struct alias_entry *e = find(t, owner, relation, alias);
    struct alias_entry now = {
        owner, relation, alias, NULL, is_list(owner, relation), true};
    note_past(scope, e->owner ? *e : now);
    t->count += !e->owner;
    now.value = value;
    now.forgotten = false;
    *e = now;
    if (scope->session->has_scopes && !t->crosses)
        t->crosses =
            may_leave_before(owner, scope) || shows_any(e, scope, may_leave_before);
}

/* What was loaded last comes first. */
static const struct alias_entry *look_up(
    const struct orm_object *owner, const void *relation, const char *alias)
{
    const struct orm_scope *at = object_session(owner)->aliased;
    for (; at; at = at->aliased) {
        const struct alias_entry *e = find(&at->aliases, owner, relation, alias);
        if (e->owner && !e->forgotten)
            return e;
    }
    return NULL;
}

/* -- Forgetting -------------------------------------------------------------------- */

void alias_forget(const struct orm_object *owner)
{
    struct orm_session *s = object_session(owner);
    for (struct orm_scope *at = s->aliased; at; at = at->aliased)
        for (size_t i = 0; i < at->aliases.capacity; i++) {
            struct alias_entry *e = &at->aliases.entries[i];
            if (e->owner != owner || e->forgotten)
                continue;
            if (reserve_past(s, 1))
                note_past(at, *e);
            e->forgotten = true;
        }
}

void alias_forget_all(struct orm_session *s)
{
    for (struct orm_scope *at = s->aliased, *next; at; at = next) {
        next = at->aliased;
        at->aliases = (struct alias_table){0};
        at->aliased = NULL;
    }
    s->aliased = NULL;
    s->alias_past_count = 0;
}

static bool is_shown(const struct alias_entry *e, const struct orm_scope *ends)
{
    return is_of(e->owner, ends) || shows_any(e, ends, is_of);
}

static void forget_past(const struct orm_scope *ends)
{
    struct orm_session *s = ends->session;
    for (size_t i = 0; i < s->alias_past_count; i++) {
        struct alias_past *p = &s->alias_pasts[i];
        if (p->scope == ends)
            p->scope = NULL;
        else if (p->scope && !p->was.forgotten)
            p->was.forgotten = is_shown(&p->was, ends);
    }
}

static void forget_shown(struct alias_table *t, const struct orm_scope *ends)
{
    for (size_t i = 0; t->crosses && i < t->capacity; i++) {
        struct alias_entry *e = &t->entries[i];
        if (e->owner && !e->forgotten)
            e->forgotten = is_shown(e, ends);
    }
}

void alias_end(struct orm_scope *scope)
{
    forget_past(scope);
    struct orm_scope **at = &scope->session->aliased;
    while (*at && *at != scope)
        at = &(*at)->aliased;
    if (*at)
        *at = scope->aliased;
    scope->aliases = (struct alias_table){0};
    scope->aliased = NULL;
    for (struct orm_scope *other = scope->session->aliased; other;
         other = other->aliased)
        forget_shown(&other->aliases, scope);
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
