/* cells.h: any bytes as a value of any type, met as the runtime meets what comes from a
 * server: refused, or read without a byte too many and into the room that was taken. */
#ifndef TESTS_CELLS_H
#define TESTS_CELLS_H

#include <types/types.h>

/* The n-th of all columns there can be, below 2 * ORM_TYPE_COUNT: each type, and arrays
 * of each.  False: there is none. */
bool cell_column(unsigned n, struct orm_column *c);

/* Aborts if the bytes do harm; true if they are a value. */
bool cell_meet(const struct orm_column *c, const void *bytes, size_t size);

#endif
