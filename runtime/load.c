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
#include "scope.h"
#include "slot.h"

#include <string.h>

static void first_columns(
    struct orm_session *s, const struct orm_model *m, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        buffer_text(&s->sql, i ? ", t." : "t.");
        buffer_identifier(&s->sql, m->columns[i].name);
    }
}

void load_columns(struct orm_session *s, const struct orm_model *m)
{
    first_columns(s, m, model_eager_count(m));
}

void load_from(struct orm_session *s, const struct orm_model *m)
{
    buffer_text(&s->sql, " FROM ");
    buffer_table(&s->sql, m->schema, m->table);
    buffer_text(&s->sql, " AS t");
}

void load_select(struct orm_session *s, const struct orm_model *m)
{
    buffer_text(&s->sql, "SELECT ");
    load_columns(s, m);
    load_from(s, m);
}

struct pg_statement *load_whole_statement(
    struct orm_session *s, const struct orm_model *m)
{
    if (!m->lazy_count)
        return load_statement(s, key_of_model(m), LOAD_ANY);
    shape_begin(s, 'D', m);
    struct pg_statement *st = shape_known(s);
    if (st)
        return st;
    buffer_text(&s->sql, "SELECT ");
    first_columns(s, m, m->column_count);
    load_from(s, m);
    static const uint32_t none[1];
    return shape_make(s, none, 0, false);
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

bool load_check_type_as(struct orm_session *s, const struct orm_model *m,
    const struct orm_column *c, const struct pg_result *r, size_t at)
{
    const uint32_t wanted = type_oids(c, s->enums).oid;
    const uint32_t is = pg_column_type(r, at);
    return (is == wanted && wanted) || error_set_field(&s->error, ORM_DRIFT, m, c,
                                           "the table has %s, the YAML says %s; "
                                           "migrate the table or generate again",
                                           type_name_of_oid(is), type_name(c));
}

bool load_check_type(struct orm_session *s, const struct orm_model *m, unsigned column,
    const struct pg_result *r, size_t at)
{
    return load_check_type_as(s, m, &m->columns[column], r, at);
}

static bool check_columns(struct orm_session *s, const struct orm_model *m,
    const struct pg_result *r, unsigned count, size_t more)
{
    if (pg_columns(r) != count + more)
        return error_set(&s->error, ORM_LOST,
            "the server broke the protocol: %zu columns instead of %zu", pg_columns(r),
            count + more);
    for (unsigned i = 0; i < count; i++)
        if (!load_check_type(s, m, i, r, i))
            return false;
    struct model_state *state = session_model(s, m);
    state->verified = count > state->verified ? count : state->verified;
    return true;
}

/* Whether the result's columns are those of an ordinary load, by type, and `more` after
 * them. */
static bool check_eager_columns(struct orm_session *s, const struct orm_model *m,
    const struct pg_result *r, size_t more)
{
    return check_columns(s, m, r, model_eager_count(m), more);
}

bool load_check_table(
    struct orm_session *s, const struct orm_model *m, const struct pg_result *r)
{
    return check_columns(s, m, r, m->column_count, 0);
}

/* -- First pass -------------------------------------------------------------------- */

bool load_check_cell_as(struct orm_session *s, const struct orm_model *m,
    const struct orm_column *c, struct pg_cell cell, size_t *bytes)
{
    if (!cell.data)
        return c->flags & ORM_COLUMN_NULLABLE ||
               error_set_field(&s->error, ORM_DRIFT, m, c,
                   "the table holds a null, the YAML does not say optional: true");
    if (!type_check(m, c, cell, &s->error))
        return false;
    if (!type_is_number(c))
        *bytes += type_room(c, cell);
    return true;
}

bool load_check_cell(struct orm_session *s, const struct orm_model *m, unsigned column,
    struct pg_cell cell, size_t *bytes)
{
    return load_check_cell_as(s, m, &m->columns[column], cell, bytes);
}

static bool check_cells(struct orm_session *s, const struct orm_model *m,
    const struct pg_cell *cells, size_t *bytes)
{
    const unsigned count = model_eager_count(m);
    for (unsigned i = 0; i < count; i++)
        if (!load_check_cell(s, m, i, cells[i], bytes))
            return false;
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

void load_cell(struct orm_object *o, unsigned column, struct pg_cell cell)
{
    const struct orm_column *c = &o->model->columns[column];
    bit_put(object_null_bits(o), column, !cell.data);
    if (!cell.data)
        type_put(c, o, type_zero(c));
    else
        type_take(c, (char *)o + c->offset, cell, &o->scope->arena);
}

/* A new object with the row's values, mapped; there is room in the map.  NULL: memory
 * is out. */
static struct orm_object *make_fresh(struct orm_scope *scope, const struct orm_model *m,
    const struct pg_cell *cells, size_t text_bytes)
{
    struct orm_session *s = scope->session;
    struct orm_object *o = object_make(scope, m);
    if (!o || !arena_reserve(&scope->arena, text_bytes))
        return NULL;
    const unsigned eager = model_eager_count(m);
    for (unsigned i = 0; i < eager; i++)
        load_cell(o, i, cells[i]);
    if (m->lazy_count)
        object_unload(o);
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

/* The mapped object of a row, whose scope wants the text that the second pass may copy,
 * or a fresh one.  NULL: the error is recorded. */
static struct orm_object *claim(
    struct orm_scope *scope, const struct orm_model *m, const struct pg_cell *cells)
{
    struct orm_session *s = scope->session;
    size_t text_bytes = 0;
    if (!check_cells(s, m, cells, &text_bytes))
        return NULL;
    struct orm_object *o = find_row(s, m, cells);
    if (o) {
        scope_want(o->scope, text_bytes);
        return o;
    }
    o = make_fresh(scope, m, cells, text_bytes);
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

/* The version that the program's changes were made to stays until they are written: if
 * the row has another by now, they must not overwrite it. */
static bool is_base_of_changes(const struct orm_object *o, unsigned column)
{
    return o->model->columns[column].flags & ORM_COLUMN_VERSION &&
           o->state & OBJECT_QUEUED;
}

/* Clean columns take the row's values, changed ones keep theirs.  An equal text is not
 * copied again. */
static void fill_again(struct orm_object *o, const struct pg_cell *cells)
{
    const struct orm_model *m = o->model;
    const unsigned eager = model_eager_count(m);
    for (unsigned i = 0; i < eager; i++) {
        if (bit_is_set(object_changed_bits(o), i) || is_equal(o, i, cells[i]) ||
            is_base_of_changes(o, i))
            continue;
        load_cell(o, i, cells[i]);
        object_reset_slots_of(o, i);
    }
}

/* Where rows have the model's columns. */
struct cells {
    const struct pg_result *r;
    const uint16_t *at; /* one by one; NULL: first */
    unsigned count;
};

static void take_row(const struct cells *from, size_t row, struct pg_cell *cells)
{
    if (!from->at)
        pg_row(from->r, row, cells);
    for (unsigned i = 0; from->at && i < from->count; i++)
        cells[i] = pg_value(from->r, row, from->at[i]);
}

/* A row that came twice made one fresh object. */
static void publish(struct orm_session *s, const struct cells *from, size_t row,
    struct pg_cell *cells, struct orm_object *o)
{
    if (o->state & OBJECT_FRESH) {
        o->state &= ~OBJECT_FRESH;
        return;
    }
    if (o->stamp > s->stamp)
        return; /* the row is older: of a cursor */
    take_row(from, row, cells);
    fill_again(o, cells);
    o->stamp = s->stamp;
    o->state &= ~OBJECT_EXPIRED;
}

/* -- Both -------------------------------------------------------------------------- */

static bool claim_rows(struct orm_scope *scope, const struct orm_model *m,
    const struct cells *from, struct pg_cell *cells, struct orm_object **objects)
{
    struct orm_session *s = scope->session;
    const size_t rows = pg_rows(from->r);
    if (!idmap_reserve(&session_model(s, m)->map, rows))
        return session_nomem(s);
    size_t claimed = 0;
    for (; claimed < rows; claimed++) {
        take_row(from, claimed, cells);
        objects[claimed] = claim(scope, m, cells);
        if (!objects[claimed])
            break;
    }
    if (claimed == rows && !scope_reserve(s))
        session_nomem(s);
    if (s->error.code)
        disclaim(objects, claimed);
    return !s->error.code;
}

/* The columns' types are those of the model, if `fits`. */
static bool load(struct orm_scope *scope, const struct orm_model *m, bool fits,
    const struct cells *from, struct orm_object **objects)
{
    struct orm_session *s = scope->session;
    const size_t count = from->at ? from->count : pg_columns(from->r);
    struct pg_cell *cells = fits ? arena_get(&s->scratch, count * sizeof *cells) : NULL;
    if (fits && !cells)
        session_nomem(s);
    if (!cells || !claim_rows(scope, m, from, cells, objects)) {
        scope_want_nothing(s);
        return false;
    }
    for (size_t i = 0; i < pg_rows(from->r); i++)
        publish(s, from, i, cells, objects[i]);
    return true;
}

bool load_rows(struct orm_scope *scope, const struct orm_model *m,
    const struct pg_result *r, size_t more, struct orm_object **objects)
{
    const struct cells from = {.r = r};
    const bool fits = check_eager_columns(scope->session, m, r, more);
    return load(scope, m, fits, &from, objects);
}

bool load_rows_at(struct orm_scope *scope, const struct orm_model *m,
    const struct pg_result *r, const uint16_t *at, struct orm_object **objects)
{
    const struct cells from = {r, at, model_eager_count(m)};
    bool fits = true;
    for (unsigned i = 0; fits && i < from.count; i++)
        fits = load_check_type(scope->session, m, i, r, at[i]);
    return load(scope, m, fits, &from, objects);
}
