/* load.c: from rows to objects, in two passes.
 *
 * The first looks at every cell and takes all memory.  A row that is new becomes an
 * object at once, in the map but marked as fresh; the second pass fills the objects
 * that were there before, and cannot fail.  If the first does, the fresh ones leave the
 * map again: a bad value, a dropped connection or a failed allocation leaves every
 * object as it was. */
#include "load.h"

#include "flight.h"
#include "object.h"
#include "slot.h"

#include <string.h>

void load_columns(struct orm_session *s, const struct orm_model *m)
{
    for (unsigned i = 0; i < m->column_count; i++) {
        buffer_text(&s->sql, i ? ", t." : "t.");
        buffer_identifier(&s->sql, m->columns[i].name);
    }
}

void load_select(struct orm_session *s, const struct orm_model *m)
{
    buffer_text(&s->sql, "SELECT ");
    load_columns(s, m);
    buffer_text(&s->sql, " FROM ");
    buffer_table(&s->sql, m->schema, m->table);
    buffer_text(&s->sql, " AS t");
}

static void where_one(struct orm_session *s, struct key_columns k)
{
    for (unsigned i = 0; i < k.count; i++) {
        buffer_text(&s->sql, i ? " AND t." : " WHERE t.");
        buffer_identifier(&s->sql, k.model->columns[k.at[i]].name);
        buffer_text(&s->sql, " = $");
        buffer_number(&s->sql, i + 1);
    }
}

void load_where_any(struct orm_session *s, struct key_columns k)
{
    for (unsigned i = 0; i < k.count; i++) {
        buffer_text(&s->sql, i ? ", t." : k.count == 1 ? " WHERE t." : " WHERE (t.");
        buffer_identifier(&s->sql, k.model->columns[k.at[i]].name);
    }
    if (k.count == 1) {
        buffer_text(&s->sql, " = ANY($1)");
        return;
    }
    buffer_text(&s->sql, ") IN (SELECT * FROM ");
    params_unnest(&s->sql, k.count);
    buffer_text(&s->sql, ")");
}

struct pg_statement *load_statement(
    struct orm_session *s, struct key_columns k, enum load_match match)
{
    uint32_t types[KEY_COLUMNS_MOST];
    shape_begin(s, 'K', k.model);
    shape_add(s, match);
    for (unsigned i = 0; i < k.count; i++) {
        const struct type_oids oids = type_oids(&k.model->columns[k.at[i]], s->enums);
        types[i] = match == LOAD_ONE ? oids.oid : oids.array_oid;
        shape_add(s, k.at[i]);
    }
    struct pg_statement *st = shape_known(s);
    if (st)
        return st;
    load_select(s, k.model);
    if (match == LOAD_ONE)
        where_one(s, k);
    else
        load_where_any(s, k);
    return shape_make(s, types, (int)k.count, true);
}

bool load_check_columns(struct orm_session *s, const struct orm_model *m,
    const struct pg_result *r, size_t more)
{
    if (pg_columns(r) != m->column_count + more)
        return error_set(&s->error, ORM_LOST,
            "the server broke the protocol: %zu columns instead of %zu", pg_columns(r),
            m->column_count + more);
    for (unsigned i = 0; i < m->column_count; i++) {
        const struct orm_column *c = &m->columns[i];
        const uint32_t wanted = type_oids(c, s->enums).oid;
        const uint32_t is = pg_column_type(r, i);
        if (is != wanted || !wanted)
            return error_set_field(&s->error, ORM_DRIFT, m, c,
                "the table has %s, the YAML says %s; migrate the table or generate "
                "again",
                type_name_of_oid(is), type_name(c));
    }
    session_model(s, m)->verified = true;
    return true;
}

/* -- First pass -------------------------------------------------------------------- */

static bool check_cells(struct orm_session *s, const struct orm_model *m,
    const struct pg_cell *cells, size_t *text_bytes)
{
    for (unsigned i = 0; i < m->column_count; i++) {
        const struct orm_column *c = &m->columns[i];
        if (!cells[i].data) {
            if (!(c->flags & ORM_COLUMN_NULLABLE))
                return error_set_field(&s->error, ORM_DRIFT, m, c,
                    "the table holds a null, the YAML does not say optional: true");
            continue;
        }
        if (!type_check(m, c, cells[i], &s->error))
            return false;
        if (!type_is_number(c))
            *text_bytes += type_room(c, cells[i]);
    }
    return true;
}

struct orm_object *load_find(
    const struct orm_session *s, const struct orm_model *m, const struct pg_cell *key)
{
    union orm_value values[KEY_COLUMNS_MOST];
    for (unsigned i = 0; i < m->key_count; i++)
        values[i] = key_in_cell(&m->columns[m->key[i]], key[i]);
    return object_find_any(s, m, values);
}

void load_cell(
    struct orm_session *s, struct orm_object *o, unsigned column, struct pg_cell cell)
{
    const struct orm_column *c = &o->model->columns[column];
    bit_put(object_null_bits(o), column, !cell.data);
    if (!cell.data)
        type_put(c, o, type_zero(c));
    else
        type_take(c, (char *)o + c->offset, cell, &s->scope.arena);
}

/* A new object with the row's values, mapped; there is room in the map.  NULL: memory
 * is out. */
static struct orm_object *make_fresh(struct orm_session *s, const struct orm_model *m,
    const struct pg_cell *cells, size_t text_bytes)
{
    struct orm_object *o = object_make(s, m);
    if (!o || !arena_reserve(&s->scope.arena, text_bytes))
        return NULL;
    for (unsigned i = 0; i < m->column_count; i++)
        load_cell(s, o, i, cells[i]);
    o->stamp = s->stamp;
    o->state = OBJECT_MAPPED | OBJECT_FRESH;
    key_insert(&session_model(s, m)->map, key_of_model(m), o);
    return o;
}

/* Apart from find_row(), so that one number needs no room for all these. */
static struct orm_object *find_by_several(
    struct orm_session *s, const struct orm_model *m, const struct pg_cell *cells)
{
    union orm_value key[KEY_COLUMNS_MOST];
    for (unsigned i = 0; i < m->key_count; i++)
        key[i] = key_in_cell(&m->columns[m->key[i]], cells[m->key[i]]);
    return object_find_any(s, m, key);
}

static struct orm_object *find_row(
    struct orm_session *s, const struct orm_model *m, const struct pg_cell *cells)
{
    if (!key_is_number(key_of_model(m)))
        return find_by_several(s, m, cells);
    const union orm_value number =
        type_decode(&m->columns[m->key[0]], cells[m->key[0]]);
    return object_find_any(s, m, &number);
}

/* The mapped object of a row, or a fresh one.  Adds the text that the second pass may
 * copy to `later_bytes`.  NULL: the error is recorded. */
static struct orm_object *claim(struct orm_session *s, const struct orm_model *m,
    const struct pg_cell *cells, size_t *later_bytes)
{
    size_t text_bytes = 0;
    if (!check_cells(s, m, cells, &text_bytes))
        return NULL;
    struct orm_object *o = find_row(s, m, cells);
    if (o) {
        *later_bytes += text_bytes;
        return o;
    }
    o = make_fresh(s, m, cells, text_bytes);
    if (!o)
        session_nomem(s);
    return o;
}

/* The fresh ones of the first `count` objects are none again. */
static void disclaim(struct orm_object **objects, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (objects[i]->state & OBJECT_FRESH) {
            object_unmap(objects[i]);
            objects[i]->state = OBJECT_GONE;
        }
}

/* -- Second pass ------------------------------------------------------------------- */

static bool is_equal(const struct orm_object *o, unsigned i, struct pg_cell cell)
{
    const struct orm_column *c = &o->model->columns[i];
    const bool null = bit_is_set(object_null_bits(o), i);
    if (null || !cell.data)
        return null && !cell.data;
    return type_is_cell(c, type_get(c, o), cell);
}

/* Clean columns take the row's values, changed ones keep theirs.  An equal text is not
 * copied again. */
static void fill_again(
    struct orm_session *s, struct orm_object *o, const struct pg_cell *cells)
{
    const struct orm_model *m = o->model;
    for (unsigned i = 0; i < m->column_count; i++) {
        if (bit_is_set(object_changed_bits(o), i) || is_equal(o, i, cells[i]))
            continue;
        load_cell(s, o, i, cells[i]);
        object_reset_slots_of(o, i);
    }
}

/* A row that came twice made one fresh object. */
static void publish(struct orm_session *s, const struct pg_result *r, size_t row,
    struct pg_cell *cells, struct orm_object *o)
{
    if (o->state & OBJECT_FRESH) {
        o->state &= ~OBJECT_FRESH;
        return;
    }
    if (o->stamp <= s->stamp) {
        pg_row(r, row, cells);
        fill_again(s, o, cells);
    }
    o->stamp = s->stamp;
    o->state &= ~OBJECT_EXPIRED;
}

/* -- Both -------------------------------------------------------------------------- */

static bool claim_rows(struct orm_session *s, const struct orm_model *m,
    const struct pg_result *r, struct pg_cell *cells, struct orm_object **objects,
    size_t extra)
{
    if (!idmap_reserve(&session_model(s, m)->map, pg_rows(r)))
        return session_nomem(s);
    const size_t rows = pg_rows(r);
    size_t claimed = 0, later_bytes = 0;
    for (; claimed < rows; claimed++) {
        pg_row(r, claimed, cells);
        objects[claimed] = claim(s, m, cells, &later_bytes);
        if (!objects[claimed])
            break;
    }
    if (claimed == rows && !arena_reserve(&s->scope.arena, later_bytes + extra))
        session_nomem(s);
    if (s->error.code)
        disclaim(objects, claimed);
    return !s->error.code;
}

bool load_rows(struct orm_session *s, const struct orm_model *m,
    const struct pg_result *r, size_t more, struct orm_object **objects, size_t extra)
{
    if (!load_check_columns(s, m, r, more))
        return false;
    struct pg_cell *cells = arena_get(&s->scratch, pg_columns(r) * sizeof *cells);
    if (!cells)
        return session_nomem(s);
    if (!claim_rows(s, m, r, cells, objects, extra))
        return false;
    for (size_t i = 0; i < pg_rows(r); i++)
        publish(s, r, i, cells, objects[i]);
    return true;
}
