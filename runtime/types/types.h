/* types.h: the values of columns: in a struct, on the wire, and the checks between.
 *
 * A value is a number, a text, or a struct, by its place in enum orm_type.  Numbers are
 * in union orm_value themselves; for a text or a struct it points to it. */
#ifndef RUNTIME_TYPES_H
#define RUNTIME_TYPES_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/numbers.h"
#include "wire/pg.h"

/* What the server calls a type; enums have theirs from the catalogue, per connection.
 */
struct type_oids {
    uint32_t oid;
    uint32_t array_oid;
};

struct enum_oids {
    struct numbers numbers;
    const struct orm_named_type **enums; /* by number */
    struct type_oids *oids;
    size_t count;
};

/* `enums` is needed for columns that are one. */
struct type_oids type_oids(const struct orm_column *c, const struct enum_oids *enums);

/* What its values are in the arrays that bulk statements take.  unnest() would flatten
 * arrays of arrays: there an array travels as its text, to be cast by the statement. */
struct type_oids type_bulk_oids(
    const struct orm_column *c, const struct enum_oids *enums);

/* Whether a column with the catalogue's `typmod` rounds values that ours hold. */
bool type_rounds(const struct orm_column *c, int32_t typmod);

/* "bigint" for 20; "type 12345" for what we do not know, in a static buffer. */
const char *type_name_of_oid(uint32_t oid);

/* "int8": how the YAML calls it; of arrays, their items. */
const char *type_name(const struct orm_column *c);

/* The type as SQL writes it: "bigint", "public"."book_genre", text[]. */
void type_sql(const struct orm_column *c, struct buffer *sql);

static inline bool type_is_number(const struct orm_column *c)
{
    return c->type < ORM_TEXT;
}

static inline bool type_is_text(const struct orm_column *c)
{
    return c->type >= ORM_TEXT && c->type < ORM_BYTEA;
}

static inline bool type_is_of_extension(const struct orm_column *c)
{
    return c->named && c->type != ORM_ENUM && c->type != ORM_ARRAY;
}

/* Arrays, ranges and multiranges are made of values of another type. */
static inline bool type_is_made_of(const struct orm_column *c)
{
    return c->type >= ORM_ARRAY;
}

/* A column of what an array, a range or a multirange is made of. */
struct orm_column type_element(const struct orm_column *c);

/* The type that stands for all whose values can be compared with its own. */
enum orm_type type_family(const struct orm_column *c);

/* -- In a struct ------------------------------------------------------------------- */

/* Bytes of a value in a struct or an array. */
size_t type_size(const struct orm_column *c);

/* The value at an address.  A struct is pointed to. */
union orm_value type_value(const struct orm_column *c, const void *at);

/* A text is kept as a pointer, and so is what a struct points to. */
void type_store(const struct orm_column *c, void *at, union orm_value v);

static inline union orm_value type_get(
    const struct orm_column *c, const struct orm_object *o)
{
    return type_value(c, (const char *)o + c->offset);
}

static inline void type_put(
    const struct orm_column *c, struct orm_object *o, union orm_value v)
{
    type_store(c, (char *)o + c->offset, v);
}

/* Zero of its kind: "" for texts. */
union orm_value type_zero(const struct orm_column *c);

bool type_equal(const struct orm_column *c, union orm_value a, union orm_value b);

/* Whether the column's type can hold `v`; else the error says why not. */
bool type_accepts(const struct orm_model *m, const struct orm_column *c,
    union orm_value v, struct orm_error *e);

/* A copy of an accepted text or struct and all it points to, as the server would give
 * it back.  False: memory is out. */
bool type_copy(const struct orm_column *c, union orm_value *v, struct arena *a);

/* -- On the wire ------------------------------------------------------------------- */

/* The items of an array without nulls, one after another: what a statement of ours
 * gathers. */
struct array_items {
    struct pg_cell cell;
    int at;
    size_t count;
};

/* False: it is null, or no array of one dimension of this type, or says that it has
 * more items than there can be in so many bytes. */
bool array_open(struct pg_cell cell, uint32_t oid, struct array_items *items);

/* False: it is null, or the array is cut short. */
bool array_next(struct array_items *items, struct pg_cell *item);

/* Whether nothing is left after the last. */
bool array_ends(const struct array_items *items);

/* Appends the binary form, without its length.  `v` must be accepted. */
void type_encode(const struct orm_column *c, union orm_value v, struct buffer *to);

/* Appends the text form, as any server reads it, whatever its settings. */
void type_print(const struct orm_column *c, union orm_value v, struct buffer *to);

/* Whether the bytes are a value of the type: length, bounds, label.  A null is checked
 * by the caller. */
bool type_check(const struct orm_model *m, const struct orm_column *c,
    struct pg_cell cell, struct orm_error *e);

/* Of a checked cell: a number, or a text or varchar, which points into the cell and has
 * no NUL at its end. */
union orm_value type_decode(const struct orm_column *c, struct pg_cell cell);

/* What type_take() of a checked cell needs of an arena at most, for what is no number.
 */
size_t type_room(const struct orm_column *c, struct pg_cell cell);

/* Stores a checked cell's value at an address; the arena has room. */
void type_take(
    const struct orm_column *c, void *at, struct pg_cell cell, struct arena *a);

/* Whether a value is what a checked cell says. */
bool type_is_cell(const struct orm_column *c, union orm_value v, struct pg_cell cell);

#endif
