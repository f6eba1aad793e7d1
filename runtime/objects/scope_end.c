/* scope_end.c: what the end of a scope means for what was loaded in it.
 *
 * It costs in proportion to the scope, and what it needs memory for it can do without:
 * kept objects that get no new group are alone, blocks that cannot be told apart all
 * live on. */
#include "objects/scope.h"

#include "base/memory.h"
#include "objects/alias.h"
#include "objects/group.h"
#include "objects/identity.h"
#include "objects/list.h"
#include "objects/shown.h"
#include "objects/undo.h"

#include <string.h>

/* Before each object, but those of the session's own scope. */
struct scope_entry {
    struct scope_entry *older;
};
#define ENTRY_SIZE sizeof(struct scope_entry)
_Static_assert(ENTRY_SIZE % ARENA_ALIGN == 0, "objects behind it are aligned");

static struct orm_object *object_of(struct scope_entry *e)
{
    return (struct orm_object *)(void *)((char *)e + ENTRY_SIZE);
}

static void push(struct scope_entry **list, struct scope_entry *e)
{
    e->older = *list;
    *list = e;
}

void *scope_get_object(struct orm_scope *scope, size_t size)
{
    if (!scope->outer)
        return arena_get(&scope->arena, size);
    struct scope_entry *e = arena_get(&scope->arena, ENTRY_SIZE + size);
    if (!e)
        return NULL;
    push(&scope->objects, e);
    return object_of(e);
}

struct ending {
    struct orm_scope *scope;
    struct orm_scope *live;   /* holds what waits for commit or rollback */
    struct scope_entry *left; /* objects that live on */
    struct scope_entry *gone;
};

/* -- Who lives on ------------------------------------------------------------------ */

static bool waits(const struct orm_object *o)
{
    return o->state & (OBJECT_NEW | OBJECT_DELETED | OBJECT_QUEUED | OBJECT_UNDO |
                          OBJECT_KEYED | OBJECT_LINKED);
}

/* What is held in `live`; without memory `live` itself keeps it. */
static struct orm_scope *held_in(struct orm_scope *live)
{
    if (!live->held && (live->held = memory_get(sizeof *live->held)) != NULL) {
        scope_begin_in(live->held, live);
        live->held->first_undo = 0;
        live->held->began = 0; /* what it holds may be older */
    }
    return live->held ? live->held : live;
}

/* What stays in the scope is what goes. */
static void sort_out(struct ending *e)
{
    for (struct scope_entry *entry = e->scope->objects, *older; entry; entry = older) {
        older = entry->older;
        struct orm_object *o = object_of(entry);
        if (o->scope == e->scope && waits(o)) {
            undo_leave_scope(o);
            o->scope = held_in(e->live);
        }
        if (o->scope == e->scope) {
            object_unmap(o);
            o->state = OBJECT_GONE;
            push(&e->gone, entry);
        } else {
            push(&e->left, entry);
        }
    }
}

/* -- Groups ------------------------------------------------------------------------ */

/* Those who are left of a group are peers in the outer scope. */
static void move_group(struct orm_group *g, struct orm_scope *to)
{
    struct orm_session *s = to->session;
    const enum orm_fetch fetch = g->path->fetch;
    struct orm_object **left = arena_get(&s->scratch, (g->live + 1) * sizeof *left);
    size_t count = 0;
    for (size_t i = 0; i < g->size; i++) {
        struct orm_object *o = g->members[i];
        if (!o)
            continue;
        group_leave(o);
        if (left)
            left[count++] = o;
    }
    struct path *path = count > 1 ? path_of_query(to, fetch) : NULL;
    struct orm_group *formed = path ? group_begin(path) : NULL;
    if (formed) {
        group_want(path, count);
        if (scope_reserve(s))
            group_form(formed, left, count);
    }
    arena_clear(&s->scratch);
}

static void move_groups(struct orm_scope *ends)
{
    struct orm_group *g = ends->groups;
    ends->groups = NULL;
    for (; g; g = g->next)
        move_group(g, ends->outer);
}

/* -- Memory ------------------------------------------------------------------------ */

static struct arena *heir_of(const struct ending *e, const struct orm_object *o)
{
    return o->scope == e->live->held ? &e->live->held->arena : &e->scope->outer->arena;
}

struct claims {
    struct arena_will will;
    struct arena *heir;
};

static void claim(void *arg, const void *memory)
{
    struct claims *c = arg;
    arena_claim(&c->will, memory, c->heir);
}

/* Whatever in it looks like an address of ours is taken for one: texts, arrays, lists.
 * A number that looks so by chance keeps a block too long, and nothing worse. */
static void claim_words(struct claims *c, const void *object, size_t size)
{
    for (size_t at = 0; at + sizeof(void *) <= size; at += sizeof(void *)) {
        const void *word;
        memcpy(&word, (const char *)object + at, sizeof word);
        claim(c, word);
    }
}

static void claim_object(struct claims *c, const struct orm_object *o)
{
    claim(c, o);
    claim_words(c, o, o->model->size);
    list_visit_notes(o, claim, c);
}

static void mark_left(const struct ending *e, bool seen)
{
    for (struct scope_entry *entry = e->left; entry; entry = entry->older)
        if (seen)
            object_of(entry)->state |= OBJECT_SEEN;
        else
            object_of(entry)->state &= ~OBJECT_SEEN;
}

/* What a rollback gives back does not show what goes now. */
static void forget_past(const struct ending *e)
{
    const struct orm_session *s = e->scope->session;
    if (!s->undo_count)
        return;
    mark_left(e, true);
    shown_mark_lent(e->scope, true);
    for (size_t i = 0; i < s->undo_count; i++) {
        const struct undo *u = &s->undos[i];
        if (u->copy && u->object->state & OBJECT_SEEN)
            shown_forget_in(u->object, u->copy, e->scope);
    }
    shown_mark_lent(e->scope, false);
    mark_left(e, false);
}

/* What a rollback gives back to those who are left, and what the database has of them.
 */
static void claim_past(const struct ending *e, struct claims *c)
{
    const struct orm_session *s = e->scope->session;
    size_t i = e->scope->unit == s->unit ? e->scope->first_undo : 0;
    mark_left(e, true);
    for (; i < s->undo_count; i++) {
        const struct undo *u = &s->undos[i];
        if (!u->copy || !(u->object->state & OBJECT_SEEN))
            continue;
        c->heir = heir_of(e, u->object);
        claim_words(c, u->copy, u->object->model->size);
    }
    for (size_t f = 0; f < s->former_count; f++) {
        const struct orm_object *o = s->formers[f].object;
        c->heir = heir_of(e, o);
        if (o->state & OBJECT_SEEN)
            claim(c, s->formers[f].value.data);
    }
    mark_left(e, false);
}

static void share_out(const struct ending *e)
{
    struct orm_session *s = e->scope->session;
    struct arena arena = e->scope->arena;
    e->scope->arena = (struct arena){.waiting = arena.waiting};
    for (struct scope_entry *entry = e->gone; ARENA_POISONS && entry;
         entry = entry->older)
        arena_poison(object_of(entry), object_of(entry)->model->size);
    if (!e->left) {
        arena_free(&arena);
        return;
    }
    struct claims c;
    arena_will_make(&c.will, &arena, &s->own.arena);
    for (struct scope_entry *entry = e->left; entry; entry = entry->older) {
        c.heir = heir_of(e, object_of(entry));
        claim_object(&c, object_of(entry));
    }
    claim_past(e, &c);
    for (struct loan *loan = e->scope->loans; loan; loan = loan->older) {
        c.heir = &loan->object->scope->arena; /* it may share a key's text */
        claim_words(&c, loan->object, loan->object->model->size);
    }
    arena_share_out(&arena, &c.will);
}

/* -- The whole --------------------------------------------------------------------- */

static void hand_over(struct ending *e)
{
    for (struct scope_entry *entry = e->left, *older; entry; entry = older) {
        older = entry->older;
        struct orm_object *o = object_of(entry);
        struct orm_scope *outer = e->scope->outer;
        if (o->scope == e->live->held)
            push(&e->live->held->objects, entry);
        else if (outer->outer)
            push(&outer->objects, entry);
    }
}

void scope_end(struct orm_scope *scope, struct orm_scope *live)
{
    struct ending e = {.scope = scope, .live = live};
    sort_out(&e);
    struct orm_error *error = &scope->session->error;
    if (error->object && error->object->scope == scope)
        error->object = NULL;
    move_groups(scope);
    forget_past(&e);
    shown_forget_lent(scope);
    alias_end(scope);
    for (struct scope_entry *entry = e.left; entry; entry = entry->older)
        shown_forget(object_of(entry), scope);
    share_out(&e);
    blocks_settle(&scope->session->blocks);
    hand_over(&e);
    scope->objects = NULL;
    scope->loans = NULL;
}
