/* copy_row.h: one row on its way into a COPY. */
#ifndef RUNTIME_COPY_ROW_H
#define RUNTIME_COPY_ROW_H

#include "objects/object.h"

/* What the first row sets is what is written in all rows: into `columns`, bits.  0: it
 * lacks something, the error is recorded. */
unsigned copy_row_choose(const struct orm_object *row, uint8_t *columns);

/* Whether a later row, the `number`th, can be written so; else the error says why not.
 */
bool copy_row_fits(
    const struct orm_object *row, const uint8_t *columns, uint64_t number);

/* Appends it in COPY's binary format. */
void copy_row_write(const struct orm_object *row, const uint8_t *columns,
    unsigned width, struct buffer *to);

#endif
