/* chunked.h: a large result in parts, for find(). */
#ifndef RUNTIME_CHUNKED_H
#define RUNTIME_CHUNKED_H

#include "query/query.h"
#include "relations/plan.h"

/* Whether the query wants its rows like this. */
static inline bool chunked_is_wanted(const struct query *q)
{
    const struct orm_query *own = q->conditions;
    return own && !q->limit && own->fetch & ORM_CHUNKS;
}

/* The list of all rows; `plan` as manager_take() has it.  NULL: the error is recorded,
 * and no object changed. */
const void *chunked_find(
    struct orm_session *s, struct query *q, struct path *path, struct plan *plan);

#endif
