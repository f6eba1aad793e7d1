/* page.h: the rows that come behind an object in an order. */
#ifndef RUNTIME_PAGE_H
#define RUNTIME_PAGE_H

#include "query/condition.h"
#include "query/order.h"

/* Before the query is compiled: loads of the object what its place in the order is made
 * of and is not in memory.  False: the error is recorded. */
bool page_load(struct orm_session *s, const struct orm_order *orders, size_t count,
    const struct orm_object *after);

/* An element.  The order leaves no two rows equal, or these are wanted together. */
bool page_after(
    struct clause *w, const struct ordering *o, const struct orm_object *last);

#endif
