/* returned.h: what the server filled in while it wrote rows. */
#ifndef RUNTIME_RETURNED_H
#define RUNTIME_RETURNED_H

#include "write/batch.h"

/* Whether all new rows of a statement that succeeded are in the table. */
bool returned_check_count(
    struct orm_session *s, const struct batch *b, const struct pg_result *r);

/* Of a statement that succeeded.  False: its rows are not what was asked for, or memory
 * is out; it is recorded. */
bool returned_take(
    struct orm_session *s, const struct batch *b, const struct pg_result *r);

/* The mapped object of a row that begins with a checked key. */
struct orm_object *returned_object(struct orm_session *s, const struct orm_model *m,
    const struct pg_result *r, size_t row);

#endif
