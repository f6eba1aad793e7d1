/* identity.h: in a session, one row is one object.
 *
 * A key is the values of some columns of a model, in order: of those that identify a
 * row, or of others by which its rows are looked up.  The bytes decide: two texts that
 * a collation takes for one are two keys. */
#ifndef RUNTIME_IDENTITY_H
#define RUNTIME_IDENTITY_H

#include "objects/object.h"

/* PostgreSQL's limit for the columns of an index. */
#define KEY_COLUMNS_MOST 32

/* Columns of a model by which its objects are told apart. */
struct key_columns {
    const struct orm_model *model;
    const uint16_t *at;
    unsigned count;
};

static inline struct key_columns key_of_model(const struct orm_model *m)
{
    return (struct key_columns){m, m->key, m->key_count};
}

static inline bool key_columns_equal(struct key_columns a, struct key_columns b)
{
    if (a.model != b.model || a.count != b.count)
        return false;
    for (unsigned i = 0; i < a.count; i++)
        if (a.at[i] != b.at[i])
            return false;
    return true;
}

static inline bool key_has_column(struct key_columns k, unsigned column)
{
    for (unsigned i = 0; i < k.count; i++)
        if (k.at[i] == column)
            return true;
    return false;
}

/* One number: in a map its value is its hash, which tells all. */
static inline bool key_is_number(struct key_columns k)
{
    return k.count == 1 && type_is_number(&k.model->columns[k.at[0]]);
}

/* The values in `o`; `values` has room for KEY_COLUMNS_MOST. */
void key_read(
    struct key_columns k, const struct orm_object *o, union orm_value *values);

/* Whether one of the columns is null. */
static inline bool key_is_null(struct key_columns k, const struct orm_object *o)
{
    for (unsigned i = 0; i < k.count; i++)
        if (bit_is_set(object_null_bits(o), k.at[i]))
            return true;
    return false;
}

/* The value of a checked cell of a key: a text or a uuid stays where the cell has it.
 */
union orm_value key_in_cell(const struct orm_column *c, struct pg_cell cell);

/* Whether the model's key can have the values; else the error says why not. */
bool key_is_accepted(
    const struct orm_model *m, const union orm_value *key, struct orm_error *e);

/* 7, "text", or (7, "text"), for messages. */
const char *key_describe(
    const struct orm_model *m, const union orm_value *key, char *to, size_t size);

const char *columns_describe(
    struct key_columns k, const union orm_value *values, char *to, size_t size);

/* -- Maps -------------------------------------------------------------------------- */

/* The object of a map by these columns that has the values. */
struct orm_object *key_find(
    struct idmap *map, struct key_columns k, const union orm_value *values);

uint64_t key_hash(struct key_columns k, const union orm_value *values);

/* Under its own values; room must be reserved. */
void key_insert(struct idmap *map, struct key_columns k, struct orm_object *o);

/* The object of a map by `theirs` that has there what `o` has in `ours`.  Inline, for
 * loops over all owners of a relation. */
struct orm_object *key_find_like_several(struct idmap *map, struct key_columns theirs,
    const struct orm_object *o, struct key_columns ours);
static inline struct orm_object *key_find_like(struct idmap *map,
    struct key_columns theirs, const struct orm_object *o, struct key_columns ours)
{
    return key_is_number(theirs)
               ? idmap_find_number(map, object_value(o, ours.at[0]).integer)
               : key_find_like_several(map, theirs, o, ours);
}

/* The mapped object with this key; NULL also for what is expired. */
struct orm_object *object_find(
    const struct orm_session *s, const struct orm_model *m, const union orm_value *key);

/* The same, expired or not. */
struct orm_object *object_find_any(
    const struct orm_session *s, const struct orm_model *m, const union orm_value *key);

void object_map(struct orm_object *o);   /* room must be reserved */
void object_unmap(struct orm_object *o); /* and out of its group */

/* Before its key changes: out of the map only. */
void object_leave_map(struct orm_object *o);

/* Mapped in place of what had its key, whose row must be gone. */
void object_map_anew(struct orm_object *o);

#endif
