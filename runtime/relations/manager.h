/* manager.h: from rows to the list that a program gets. */
#ifndef RUNTIME_MANAGER_H
#define RUNTIME_MANAGER_H

#include "session/session.h"

struct path;
struct plan;

/* The rows' objects, peers of each other.  The model's columns are the first of the
 * result, or `at` these places.  NULL: the error is recorded, and no object changed. */
const void *manager_list(struct orm_manager *manager, enum orm_fetch fetch,
    const struct pg_result *r, const uint16_t *at);

/* The same of rows that were published: what list_want(), group_want() and
 * plan_reserve() saw to is filled in.  `plan` is the root of the query's plans, or
 * NULL.
 */
const void *manager_take(struct orm_group *g, struct plan *plan,
    const struct orm_model *m, struct orm_object **objects, size_t count);

/* What stands for a list when nothing came. */
const void *manager_empty_list(struct orm_manager *m);

#endif
