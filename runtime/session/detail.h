/* detail.h: what the server tells of a row that it refused, in the DETAIL of its error.
 */
#ifndef RUNTIME_DETAIL_H
#define RUNTIME_DETAIL_H

#include "objects/identity.h"

/* Whether the server writes values of the column as we do, whatever its settings. */
bool detail_prints_alike(const struct orm_column *c);

/* "7, text".  False if the server may write it in another way, or memory is out. */
bool detail_put_values(
    struct buffer *to, const struct orm_object *o, struct key_columns k);

/* Whether it is about a key that the object has in these columns.  `room` is the
 * caller's, to be freed. */
bool detail_has_values(struct buffer *room, const struct orm_object *o,
    struct key_columns k, const char *detail);

/* The last that has them: rows are written in order, so it is the second of two.  The
 * first is in `other`. */
struct orm_object *detail_find(struct orm_object *const *objects, size_t count,
    struct key_columns k, const char *detail, struct orm_object **other);

/* The mapped object that has them. */
struct orm_object *detail_find_mapped(
    const struct orm_session *s, struct key_columns k, const char *detail);

/* Whether it shows a row that has the object's key and all that was written of it, in
 * whatever order; what the server changes of it on its way is not looked at. */
bool detail_is_row(struct buffer *room, const struct orm_object *o,
    const uint8_t *written, const char *detail);

#endif
