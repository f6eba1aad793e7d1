/* scope.c: scopes begin and end; scope_end.c has what that means for objects. */
#include "objects/scope.h"

#include "base/memory.h"
#include "objects/alias.h"
#include "objects/undo.h"

/* -- Beginning and ending ---------------------------------------------------------- */

void scope_begin_in(struct orm_scope *scope, struct orm_scope *outer)
{
    *scope = (struct orm_scope){
        .session = outer->session,
        .outer = outer,
        .arena.waiting = &outer->session->blocks,
        .began = outer->session->stamp,
        .unit = outer->session->unit,
        .first_undo = outer->session->undo_count,
    };
    scope->session->has_scopes = true;
}

/* What waits on goes to what is held in `live`. */
static void end_held(struct orm_scope *scope, struct orm_scope *live)
{
    struct orm_scope *held = scope->held;
    if (!held)
        return;
    scope->held = NULL;
    scope_end(held, live);
    memory_free(held);
}

void scope_end_current(struct orm_session *s)
{
    struct orm_scope *scope = s->scope;
    s->scope = scope->outer;
    end_held(scope, scope->outer);
    scope_end(scope, scope->outer);
    memory_free(scope);
}

void scope_settle(struct orm_session *s)
{
    s->unit++;
    for (struct orm_scope *scope = s->scope; scope; scope = scope->outer)
        end_held(scope, scope);
}

static void drop(struct orm_scope *scope)
{
    if (scope->held)
        arena_free(&scope->held->arena);
    memory_free(scope->held);
    scope->held = NULL;
}

void scope_drop_all(struct orm_session *s)
{
    alias_forget_all(s);
    for (struct orm_scope *scope = s->scope, *outer; scope != &s->own; scope = outer) {
        outer = scope->outer;
        drop(scope);
        arena_free(&scope->arena);
        memory_free(scope);
    }
    drop(&s->own);
    arena_clear(&s->own.arena);
    s->own.loans = NULL;
    s->own.groups = NULL;
    s->scope = &s->own;
    s->scopes_missed = 0;
    s->crossing_count = 0;
}

/* -- Keeping ----------------------------------------------------------------------- */

void scope_keep_for(struct orm_object *o, const struct orm_scope *scope)
{
    if (o->state & OBJECT_PLACEHOLDER)
        return;
    while (!scope_holds(o->scope, scope)) {
        undo_leave_scope(o);
        o->scope = o->scope->outer;
    }
}

/* -- Room in several arenas at once ------------------------------------------------ */

void scope_want(struct orm_scope *scope, size_t bytes)
{
    if (!bytes)
        return;
    if (!scope->wanted) {
        scope->wants = scope->session->wanting;
        scope->session->wanting = scope;
    }
    scope->wanted += bytes;
}

bool scope_reserve(struct orm_session *s)
{
    bool good = true;
    for (struct orm_scope *scope = s->wanting; scope; scope = scope->wants) {
        good = arena_reserve(&scope->arena, scope->wanted) && good;
        scope->wanted = 0;
    }
    s->wanting = NULL;
    return good;
}

void scope_want_nothing(struct orm_session *s)
{
    for (struct orm_scope *scope = s->wanting; scope; scope = scope->wants)
        scope->wanted = 0;
    s->wanting = NULL;
}
