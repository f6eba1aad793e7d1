/* to_many.h: lists of relations. */
#ifndef RUNTIME_TO_MANY_H
#define RUNTIME_TO_MANY_H

#include "objects/list.h"

/* How many owners' lists come in one statement at most, unless the relation's
 * `max_keys` says otherwise. */
#define MANY_OWNERS_MOST 10000

/* The list of a relation's slot: from memory once it is loaded.  The first owner of a
 * group that is asked loads alone, the second for all that are left.  NULL: the error
 * is recorded. */
const void *to_many_list(struct orm_session *s, struct orm_manager *m);

#endif
