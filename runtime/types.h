/* types.h: the values of columns: in a struct, on the wire, and the checks between. */
#ifndef RUNTIME_TYPES_H
#define RUNTIME_TYPES_H

#include "buffer.h"
#include "error.h"
#include "numbers.h"
#include "pg.h"

/* What the server calls a type; enums have theirs from the catalogue, per connection.
 */
struct type_oids {
    uint32_t oid;
    uint32_t array_oid;
};

struct enum_oids {
    struct numbers numbers;
    const struct orm_enum **enums; /* by number */
    struct type_oids *oids;
    size_t count;
};

/* `enums` is needed for columns that are one. */
struct type_oids type_oids(const struct orm_column *c, const struct enum_oids *enums);

/* "bigint" for 20; "type 12345" for what we do not know, in a static buffer. */
const char *type_name_of_oid(uint32_t oid);

/* "int8": how the YAML calls it. */
const char *type_name(const struct orm_column *c);

/* -- In a struct ------------------------------------------------------------------- */

union orm_value type_get(const struct orm_column *c, const struct orm_object *o);

/* A text is kept as a pointer. */
void type_put(const struct orm_column *c, struct orm_object *o, union orm_value v);

/* Zero of its kind: "" for texts. */
union orm_value type_zero(const struct orm_column *c);

static inline bool type_is_text(const struct orm_column *c)
{
    return c->type == ORM_TEXT || c->type == ORM_VARCHAR;
}
bool type_equal(const struct orm_column *c, union orm_value a, union orm_value b);

/* Whether the column's type can hold `v`; else the error says why not. */
bool type_accepts(const struct orm_model *m, const struct orm_column *c,
    union orm_value v, struct orm_error *e);

/* -- On the wire ------------------------------------------------------------------- */

/* Appends the binary form, without its length.  `v` must be accepted. */
void type_encode(const struct orm_column *c, union orm_value v, struct buffer *to);

/* Whether the bytes are a value of the type: length, bounds, label.  A null is checked
 * by the caller. */
bool type_check(const struct orm_model *m, const struct orm_column *c,
    struct pg_cell cell, struct orm_error *e);

/* Of a checked cell.  A text points into the cell and has no NUL at its end. */
union orm_value type_decode(const struct orm_column *c, struct pg_cell cell);

#endif
