/* scope.c: what is loaded belongs to a scope, and goes with it. */
#include "scope.h"

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
