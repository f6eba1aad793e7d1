/* to_many.h: lists of relations. */
#ifndef RUNTIME_TO_MANY_H
#define RUNTIME_TO_MANY_H

#include "list.h"

/* The list of a relation's slot: from memory once it is loaded.  The first owner of a
 * group that is asked loads alone, the second for all that are left.  NULL: the error
 * is recorded. */
const void *to_many_list(struct orm_session *s, struct orm_manager *m);

#endif
