/* params.h: the binary parameters of one statement.
 *
 * All bytes lie in one buffer; pointers into it are made when it is complete. */
#ifndef RUNTIME_PARAMS_H
#define RUNTIME_PARAMS_H

#include "types/types.h"

struct params {
    struct buffer bytes;
    int count;
    size_t capacity;
    size_t *offsets;
    const char **values;
    int *lengths;
    uint32_t *types;    /* where they were told */
    size_t array_count; /* where the open array's element count stands, and so far */
    uint32_t array_length;
};

void params_clear(struct params *p);
void params_free(struct params *p);

void params_add(struct params *p, const struct orm_column *c, union orm_value v);

/* Of an array: what type its items have is not known to the column. */
void params_add_array(struct params *p, const struct orm_column *c, union orm_value v,
    uint32_t element_oid);
void params_add_int8(struct params *p, int64_t v);
void params_add_null(struct params *p);
void params_add_text(struct params *p, const char *text);

/* A pattern of LIKE for what has `text` in it, between wildcards or nothing. */
void params_add_pattern(
    struct params *p, const char *before, const char *text, const char *after);

/* The oid of the type of the last one. */
void params_type(struct params *p, uint32_t oid);

/* A one-dimensional array of type_bulk_oids(): begin, the elements, end. */
void params_array_begin(struct params *p, uint32_t element_oid);
void params_array_add(struct params *p, const struct orm_column *c, union orm_value v);
void params_array_add_null(struct params *p);
void params_array_end(struct params *p);

/* "unnest($1, $2, ...)": arrays as rows. */
void params_unnest(struct buffer *sql, unsigned count);

/* Makes the pointers.  False when memory was out or a value is too long for the wire.
 */
bool params_finish(struct params *p, struct orm_error *e);

#endif
