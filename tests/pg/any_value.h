/* any_value.h: values of whatever type a column has: made at random, set, and written
 * as SQL writes them. */
#ifndef TESTS_ANY_VALUE_H
#define TESTS_ANY_VALUE_H

#include <types/types.h>

/* A value that the column's type holds; the arena owns what it points to. */
union orm_value any_value(
    const struct orm_column *c, uint64_t *random, struct arena *a);

/* Calls the setter that generated code calls for the column. */
void any_set(struct orm_object *o, unsigned column, union orm_value v);

/* As a literal of SQL says it. */
void any_print(const struct orm_column *c, union orm_value v, struct buffer *to);

#endif
