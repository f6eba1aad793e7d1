/* plan_tree.h: the plans of a query as a tree. */
#ifndef RUNTIME_PLAN_TREE_H
#define RUNTIME_PLAN_TREE_H

#include "relations/plan.h"

/* The root.  NULL, and false below: the error is recorded. */
struct plan *plan_begin(struct orm_session *s, const struct orm_model *m);

/* Adds `count` plans to it, and theirs.  What they read is flushed. */
bool plan_read(struct orm_session *s, struct plan *root, const struct orm_plan *with,
    size_t count);

#endif
