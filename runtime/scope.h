/* scope.h: what is loaded belongs to a scope, and goes with it. */
#ifndef RUNTIME_SCOPE_H
#define RUNTIME_SCOPE_H

#include "session.h"

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
