/* to_many_owners.c: whose the rows of a relation are.
 *
 * Each row tells by the key of its owner, or, where targets come once each, by the keys
 * of all its owners: an array per column of the key. */
#include "relations/to_many_rows.h"

#include "load/row_cells.h"

#include <string.h>

/* -- Places ------------------------------------------------------------------------ */

static size_t address_hash(const struct orm_object *o)
{
    return (size_t)(((uintptr_t)o >> 4) * UINT64_C(0x9e3779b97f4a7c15) >> 32);
}

/* The owner of a row is found by its key; this leads on to its place. */
bool owners_place(struct orm_session *s, struct many_rows *m)
{
    size_t size = 4;
    while (size < m->count * 2)
        size *= 2;
    m->places = arena_get(&s->scratch, size * sizeof *m->places);
    if (!m->places)
        return session_nomem(s);
    memset(m->places, 0, size * sizeof *m->places);
    m->place_mask = size - 1;
    for (size_t i = 0; i < m->count; i++) {
        size_t at = address_hash(m->owners[i]) & m->place_mask;
        while (m->places[at])
            at = (at + 1) & m->place_mask;
        m->places[at] = (uint32_t)(i + 1);
    }
    return true;
}

static size_t place_of(const struct follow *l, const union orm_value *key)
{
    struct idmap *asked = &((struct follow *)(uintptr_t)l)->keys.seen;
    const struct orm_object *o = key_is_number(l->keys.columns)
                                     ? idmap_find_number(asked, key->integer)
                                     : key_find(asked, l->keys.columns, key);
    const struct many_rows *m = l->lists;
    if (!o)
        return NO_OWNER;
    size_t at = address_hash(o) & m->place_mask;
    while (m->owners[m->places[at] - 1] != o)
        at = (at + 1) & m->place_mask;
    return m->places[at] - 1;
}

/* -- One owner for each row -------------------------------------------------------- */

/* The column of the result that holds part `i` of the owner's key. */
static size_t owner_column(const struct orm_to_many *rel, unsigned i)
{
    return rel->kind == ORM_MANY_REVERSE ? rel->target->to_ones[rel->ref].columns[i]
                                         : model_eager_count(rel->target) + i;
}

static const struct orm_column *key_column(const struct follow *l, unsigned i)
{
    return &l->many->owner->columns[l->keys.columns.at[i]];
}

static bool check_columns(struct orm_session *s, const struct follow *l)
{
    const struct pg_result *r = l->rows.result;
    const struct orm_model *owner = l->many->owner;
    for (unsigned i = 0; i < l->keys.columns.count; i++) {
        const struct orm_column *key = key_column(l, i);
        const struct type_oids oids = type_oids(key, s->enums);
        const size_t column = owner_column(l->many, i);
        const bool there = pg_columns(r) > column;
        const uint32_t is = there ? pg_column_type(r, column) : 0;
        if (there && is == (l->once ? oids.array_oid : oids.oid))
            continue;
        return error_set(&s->error, ORM_DRIFT,
            "%s.%s: the column that refers to %s has %s, the YAML says %s; migrate the "
            "table or generate again",
            owner->name, l->many->name, owner->name,
            there ? type_name_of_oid(is) : "no value", type_name(key));
    }
    return true;
}

static bool refuse_row(struct orm_session *s, const struct follow *l)
{
    return error_set(&s->error, ORM_DRIFT, "%s.%s: a row without %s",
        l->many->owner->name, l->many->name,
        l->once ? "an array of its owners" : "an owner");
}

static bool decode_part(struct orm_session *s, const struct follow *l, unsigned i,
    struct pg_cell cell, union orm_value *part)
{
    const struct orm_column *column = key_column(l, i);
    if (type_is_number(column))
        return cell_number(l->many->owner, column, cell, &part->integer, &s->error);
    if (!type_check(l->many->owner, column, cell, &s->error))
        return false;
    *part = key_in_cell(column, cell);
    return true;
}

static bool decode_key(
    struct orm_session *s, const struct follow *l, size_t row, union orm_value *key)
{
    for (unsigned i = 0; i < l->keys.columns.count; i++) {
        const struct pg_cell cell =
            pg_value(l->rows.result, row, owner_column(l->many, i));
        if (!cell.data)
            return refuse_row(s, l);
        if (!decode_part(s, l, i, cell, &key[i]))
            return false;
    }
    return true;
}

/* Of the row that is next. */
static void add_owner(const struct follow *l, const union orm_value *key)
{
    struct many_rows *m = l->lists;
    const size_t place = place_of(l, key);
    m->owner_of[m->listed++] = place;
    if (place != NO_OWNER)
        m->lengths[place]++;
}

static bool find_one_each(struct orm_session *s, const struct follow *l)
{
    union orm_value key[KEY_COLUMNS_MOST];
    for (size_t row = 0; row < l->row_count; row++) {
        if (!decode_key(s, l, row, key))
            return false;
        add_owner(l, key);
    }
    return true;
}

/* -- Several owners for each row --------------------------------------------------- */

/* Its arrays.  Keys of which one part is there more often than another are a lie. */
static bool open_row(struct orm_session *s, const struct follow *l, size_t row,
    struct array_items *parts)
{
    for (unsigned i = 0; i < l->keys.columns.count; i++) {
        const struct pg_cell cell =
            pg_value(l->rows.result, row, owner_column(l->many, i));
        const uint32_t oid = type_oids(key_column(l, i), s->enums).oid;
        if (!array_open(cell, oid, &parts[i]) || parts[i].count != parts[0].count)
            return refuse_row(s, l);
    }
    return true;
}

/* How many owners there are is known before any is looked for. */
static bool count_owners(struct orm_session *s, const struct follow *l, size_t *sum)
{
    struct many_rows *m = l->lists;
    struct array_items parts[KEY_COLUMNS_MOST];
    m->owners_of = arena_get(&s->scratch, (l->row_count + 1) * sizeof *m->owners_of);
    if (!m->owners_of)
        return session_nomem(s);
    *sum = 0;
    for (size_t row = 0; row < l->row_count; row++) {
        if (!open_row(s, l, row, parts))
            return false;
        m->owners_of[row] = parts[0].count;
        *sum += parts[0].count;
    }
    return true;
}

static bool decode_next_key(struct orm_session *s, const struct follow *l,
    struct array_items *parts, union orm_value *key)
{
    struct pg_cell cell;
    for (unsigned i = 0; i < l->keys.columns.count; i++) {
        if (!array_next(&parts[i], &cell))
            return refuse_row(s, l);
        if (!decode_part(s, l, i, cell, &key[i]))
            return false;
    }
    return true;
}

static bool find_several_each(struct orm_session *s, const struct follow *l)
{
    struct array_items parts[KEY_COLUMNS_MOST];
    union orm_value key[KEY_COLUMNS_MOST];
    for (size_t row = 0; row < l->row_count; row++) {
        if (!open_row(s, l, row, parts))
            return false;
        for (size_t n = parts[0].count; n--;) {
            if (!decode_next_key(s, l, parts, key))
                return false;
            add_owner(l, key);
        }
        for (unsigned i = 0; i < l->keys.columns.count; i++)
            if (!array_ends(&parts[i]))
                return refuse_row(s, l);
    }
    return true;
}

/* -- Both -------------------------------------------------------------------------- */

static bool take_room(struct orm_session *s, struct many_rows *m, size_t listed)
{
    m->owner_of = arena_get(&s->scratch, (listed + 1) * sizeof *m->owner_of);
    m->lengths = arena_get(&s->scratch, (m->count + 1) * sizeof *m->lengths);
    if (!m->owner_of || !m->lengths)
        return session_nomem(s);
    memset(m->lengths, 0, (m->count + 1) * sizeof *m->lengths);
    return true;
}

bool owners_find(struct orm_session *s, struct follow *l)
{
    size_t listed = l->row_count;
    l->lists->listed = 0;
    return check_columns(s, l) && (!l->once || count_owners(s, l, &listed)) &&
           take_room(s, l->lists, listed) &&
           (l->once ? find_several_each(s, l) : find_one_each(s, l));
}
