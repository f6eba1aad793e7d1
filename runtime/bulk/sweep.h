/* sweep.h: what memory shows of rows that came, changed or went without their objects.
 *
 * Nobody knows which rows these were, so whatever could show one of them loads again.
 */
#ifndef RUNTIME_SWEEP_H
#define RUNTIME_SWEEP_H

#include "objects/object.h"

/* Lists and slots that rows of the model show in, by one of these columns (bits; NULL:
 * by any). */
void sweep_relations(
    struct orm_session *s, const struct orm_model *m, const uint8_t *columns);

/* The same after rows were inserted: what they were missed by is asked for again. */
void sweep_inserted(struct orm_session *s, const struct orm_model *m);

/* And after rows were deleted: objects of models that the database cascades into are
 * expired. */
void sweep_deleted(struct orm_session *s, const struct orm_model *m);

#endif
