/* scope.h: what is loaded belongs to a scope, and goes with it.
 *
 * Scopes form a tree: the session's own is the outermost.  An object lies in a block of
 * one arena for life; `o->scope` says how long that is.  orm_keep() sets it to the
 * scope outside; when the scope ends, the blocks of whatever lives on go there whole.
 *
 * A slot never outlives what it points to.  An object may show (in a slot or a list)
 * what is of its own scope or of one around it.  For all else scope_show() takes a
 * note, and at the end of the shorter scope the slot is unloaded again. */
#ifndef RUNTIME_SCOPE_H
#define RUNTIME_SCOPE_H

#include "objects/object.h"

/* -- Beginning and ending ---------------------------------------------------------- */

/* A scope that is not the current one: of a stream. */
void scope_begin_in(struct orm_scope *scope, struct orm_scope *outer);

/* And the current one. */
void scope_end_current(struct orm_session *s);

/* What was not kept leaves the map and its group, and its memory is freed; what is not
 * written, or may be rolled back, is held inside `live`, the outer scope or one around
 * it.  It does not fail, and the scope can be used again. */
void scope_end(struct orm_scope *scope, struct orm_scope *live);

/* The unit of work is over: what only waited for that goes. */
void scope_settle(struct orm_session *s);

/* All of them, with all objects; the session's own goes on. */
void scope_drop_all(struct orm_session *s);

/* -- Objects ----------------------------------------------------------------------- */

/* Room for an object of the scope; NULL: memory is out. */
void *scope_get_object(struct orm_scope *scope, size_t size);

/* Whether `inner` is `outer`, or inside it. */
static inline bool scope_holds(
    const struct orm_scope *outer, const struct orm_scope *inner)
{
    while (inner && inner != outer)
        inner = inner->outer;
    return inner != NULL;
}

/* `o` is to live as long as what belongs to `scope`. */
void scope_keep_for(struct orm_object *o, const struct orm_scope *scope);

/* A slot or a list of `o` shows `shown` now. */
void scope_note_shown(struct orm_object *o, struct orm_object *shown);
static inline void scope_show(struct orm_object *o, struct orm_object *shown)
{
    if (shown->scope != o->scope && shown->scope->outer)
        scope_note_shown(o, shown);
}

/* -- Room in several arenas at once ------------------------------------------------ */
/* What a result brings may go to many objects, each with its own scope.  First each
 * scope is told what it will need, then all of it is reserved, then all is filled in.
 */

void scope_want(struct orm_scope *scope, size_t bytes);

/* Reserves what was wanted since the last time.  False: memory is out. */
bool scope_reserve(struct orm_session *s);

/* Instead of that, when nothing will be filled in. */
void scope_want_nothing(struct orm_session *s);

#endif
