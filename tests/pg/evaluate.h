/* evaluate.h: what a query means, worked out in C on objects in memory. */
#ifndef TESTS_EVALUATE_H
#define TESTS_EVALUATE_H

#include <ormgen/orm_model.h>

/* Whether the object matches all conditions of the query, as SQL sees it. */
bool evaluate(struct orm_object *o, const struct orm_query *q);

/* Below 0, 0, above 0: in which order the two come, by the orders alone. */
int evaluate_order(struct orm_object *a, struct orm_object *b,
    const struct orm_order *orders, size_t count);

#endif
