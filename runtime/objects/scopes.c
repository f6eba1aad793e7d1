/* scopes.c: what programs say of scopes. */
#include "base/memory.h"
#include "objects/scope.h"
#include "relations/stream.h"

void orm_scope_begin(struct orm_session *s)
{
    if (!s)
        return;
    struct orm_scope *scope = memory_get(sizeof *scope);
    if (!scope) {
        s->scopes_missed++;
        session_nomem(s);
        return;
    }
    scope_begin_in(scope, s->scope);
    s->scope = scope;
}

void orm_scope_end(struct orm_session *s)
{
    if (!s)
        return;
    struct orm_scope *scope = s->scope;
    if (s->scopes_missed) {
        s->scopes_missed--;
    } else if (!scope->outer) {
        error_set(&s->error, ORM_INVALID,
            "orm_scope_end: no scope is open; orm_reset() ends those that are");
    } else {
        stream_leave(s, scope);
        scope_end_current(s);
    }
}

void orm_keep(struct orm_object *o)
{
    if (o && !(o->state & OBJECT_PLACEHOLDER) && o->scope->outer)
        scope_keep_for(o, o->scope->outer);
}
