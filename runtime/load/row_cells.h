/* row_cells.h: from the cells of a row to an object: what loading does most. */
#ifndef RUNTIME_ROW_CELLS_H
#define RUNTIME_ROW_CELLS_H

#include "objects/object.h"

/* Whether a cell can be the column's value; `bytes` grows by what it takes of an arena.
 * A null is none where the YAML does not say optional: true. */
bool cell_check(const struct orm_model *m, const struct orm_column *c,
    struct pg_cell cell, size_t *bytes, struct orm_error *e);

/* The number in a cell; of a null that may be, nothing is read. */
bool cell_number(const struct orm_model *m, const struct orm_column *c,
    struct pg_cell cell, int64_t *number, struct orm_error *e);

/* cell_check() of a row's cells, for the first `count` columns of a model. */
bool cells_check(const struct orm_model *m, unsigned count, const struct pg_cell *cells,
    size_t *bytes, struct orm_error *e);

/* The same, and they become the values of a blank object.  False: the error is
 * recorded, and some are. */
bool cells_take(struct orm_object *o, unsigned count, const struct pg_cell *cells,
    struct arena *a, struct orm_error *e);

#endif
