/* row_cells.h: from the cells of a row to an object: what loading does most.
 *
 * Numbers are read while they are checked; everything else stays in its cell until the
 * object takes it. */
#ifndef RUNTIME_ROW_CELLS_H
#define RUNTIME_ROW_CELLS_H

#include "objects/object.h"

/* Whether a cell can be the column's value; `bytes` grows by what it takes of an arena.
 * A null is none where the YAML does not say optional: true. */
bool cell_check(const struct orm_model *m, const struct orm_column *c,
    struct pg_cell cell, size_t *bytes, struct orm_error *e);

/* The same of a row's cells, for the first `count` columns of a model; `values` get the
 * numbers. */
bool cells_check(const struct orm_model *m, unsigned count, const struct pg_cell *cells,
    union orm_value *values, size_t *bytes, struct orm_error *e);

/* They become the values of a blank object, for whom the arena has room. */
void cells_take(struct orm_object *o, unsigned count, const struct pg_cell *cells,
    const union orm_value *values, struct arena *a);

#endif
