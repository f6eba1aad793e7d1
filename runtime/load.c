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
#include "undo.h"

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
    const struct pg_result *r, size_t first, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (!load_check_type(s, m, i, r, first + i))
            return false;
    struct model_state *state = session_model(s, m);
    state->verified = count > state->verified ? count : state->verified;
    return true;
}

static bool check_width(
    struct orm_session *s, const struct pg_result *r, size_t columns)
{
    return pg_columns(r) == columns ||
           error_set(&s->error, ORM_LOST,
               "the server broke the protocol: %zu columns instead of %zu",
               pg_columns(r), columns);
}

bool load_check_table(
    struct orm_session *s, const struct orm_model *m, const struct pg_result *r)
{
    return check_width(s, r, m->column_count) &&
           check_columns(s, m, r, 0, m->column_count);
}

/* -- First pass -------------------------------------------------------------------- */

/* In the loop over all cells a call of its own would be felt. */
static inline bool check_cell(struct orm_session *s, const struct orm_model *m,
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

bool load_check_cell_as(struct orm_session *s, const struct orm_model *m,
    const struct orm_column *c, struct pg_cell cell, size_t *bytes)
{
    return check_cell(s, m, c, cell, bytes);
}

bool load_check_cell(struct orm_session *s, const struct orm_model *m, unsigned column,
    struct pg_cell cell, size_t *bytes)
{
    return check_cell(s, m, &m->columns[column], cell, bytes);
}

static bool check_cells(struct orm_session *s, const struct orm_model *m,
    const struct pg_cell *cells, size_t *bytes)
{
    const unsigned count = model_eager_count(m);
    for (unsigned i = 0; i < count; i++)
        if (!check_cell(s, m, &m->columns[i], cells[i], bytes))
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

/* A new object with the row's values, mapped.  NULL: memory is out. */
static struct orm_object *make_fresh(struct orm_scope *scope, const struct orm_model *m,
    const struct pg_cell *cells, size_t text_bytes)
{
    struct orm_session *s = scope->session;
    struct idmap *map = &session_model(s, m)->map;
    struct orm_object *o = idmap_reserve(map, 1) ? object_make(scope, m) : NULL;
    if (!o || !arena_reserve(&scope->arena, text_bytes))
        return NULL;
    const unsigned eager = model_eager_count(m);
    for (unsigned i = 0; i < eager; i++)
        load_cell(o, i, cells[i]);
    if (m->lazy_count)
        object_unload(o);
    o->stamp = s->stamp;
    o->state = OBJECT_MAPPED | OBJECT_FRESH;
    key_insert(map, key_of_model(m), o);
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
        if (!undo_note_load(s, o))
            return NULL;
        scope_want(o->scope, text_bytes);
        return o;
    }
    o = make_fresh(scope, m, cells, text_bytes);
    if (!o)
        session_nomem(s);
    return o;
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

static void read_row(const struct load_result *l, size_t row)
{
    if (!l->at)
        pg_row(l->result, row, l->cells);
    for (size_t i = 0; l->at && i < l->columns; i++)
        l->cells[i] = pg_value(l->result, row, l->at[i]);
}

/* A row that came twice made one fresh object. */
static void publish(
    const struct load_result *l, size_t row, const struct load_source *from)
{
    const struct orm_session *s = l->scope->session;
    struct orm_object *o = from->objects[row];
    if (o->state & OBJECT_FRESH) {
        o->state &= ~OBJECT_FRESH;
        return;
    }
    if (o->stamp > s->stamp)
        return; /* the row is older: of a cursor */
    read_row(l, row);
    fill_again(o, l->cells + from->first);
    o->stamp = s->stamp;
    o->state &= ~OBJECT_EXPIRED;
}

/* -- Both -------------------------------------------------------------------------- */

static bool has_row(const struct load_source *from, const struct pg_cell *cells)
{
    return !from->outer || cells[from->first + from->model->key[0]].data;
}

static bool claim_row(const struct load_result *l, size_t row)
{
    const struct pg_cell *cells = l->cells;
    for (size_t i = 0; i < l->source_count; i++) {
        const struct load_source *from = &l->sources[i];
        if (!has_row(from, cells))
            continue;
        from->objects[row] = claim(l->scope, from->model, cells + from->first);
        if (!from->objects[row])
            return false;
    }
    return true;
}

/* Whether the columns are what they must be, by type. */
static bool check_result(const struct load_result *l)
{
    struct orm_session *s = l->scope->session;
    bool fits = l->at || check_width(s, l->result, l->columns);
    for (unsigned i = 0; fits && l->at && i < l->columns; i++)
        fits = load_check_type(s, l->sources->model, i, l->result, l->at[i]);
    for (size_t i = 0; fits && !l->at && i < l->source_count; i++)
        fits = check_columns(s, l->sources[i].model, l->result, l->sources[i].first,
            model_eager_count(l->sources[i].model));
    return fits;
}

static bool begin_claim(struct load_result *l)
{
    struct orm_session *s = l->scope->session;
    if (!check_result(l))
        return false;
    s->loads++;
    const size_t rows = pg_rows(l->result);
    l->cells = arena_get(&s->scratch, l->columns * sizeof *l->cells);
    if (!l->cells)
        return session_nomem(s);
    for (size_t i = 0; i < l->source_count; i++) {
        const struct load_source *from = &l->sources[i];
        if (!from->outer && !idmap_reserve(&session_model(s, from->model)->map, rows))
            return session_nomem(s);
        memset(from->objects, 0, rows * sizeof(struct orm_object *));
    }
    return true;
}

bool load_claim(struct load_result *l)
{
    if (!begin_claim(l))
        return false;
    for (size_t row = 0; row < pg_rows(l->result); row++) {
        read_row(l, row);
        if (!claim_row(l, row)) {
            load_disclaim(l);
            return false;
        }
    }
    return true;
}

void load_disclaim(struct load_result *l)
{
    for (size_t i = 0; i < l->source_count; i++)
        for (size_t row = 0; row < pg_rows(l->result); row++) {
            struct orm_object *o = l->sources[i].objects[row];
            if (!o || !(o->state & OBJECT_FRESH))
                continue;
            object_unmap(o);
            o->state = OBJECT_GONE;
        }
}

void load_publish(struct load_result *l)
{
    for (size_t i = 0; i < l->source_count; i++)
        for (size_t row = 0; row < pg_rows(l->result); row++)
            if (l->sources[i].objects[row])
                publish(l, row, &l->sources[i]);
}

bool load_through(struct load_result *l)
{
    struct orm_session *s = l->scope->session;
    if (!load_claim(l)) {
        scope_want_nothing(s);
        return false;
    }
    if (!scope_reserve(s)) {
        load_disclaim(l);
        return session_nomem(s);
    }
    load_publish(l);
    return true;
}

static bool load_alone(
    struct load_result *l, const struct orm_model *m, struct orm_object **objects)
{
    struct load_source from = {.model = m, .objects = objects};
    l->sources = &from;
    l->source_count = 1;
    return load_through(l);
}

bool load_rows(struct orm_scope *scope, const struct orm_model *m,
    const struct pg_result *r, size_t more, struct orm_object **objects)
{
    struct load_result l = {
        .scope = scope, .result = r, .columns = model_eager_count(m) + more};
    return load_alone(&l, m, objects);
}

bool load_rows_at(struct orm_scope *scope, const struct orm_model *m,
    const struct pg_result *r, const uint16_t *at, struct orm_object **objects)
{
    struct load_result l = {
        .scope = scope, .result = r, .columns = model_eager_count(m), .at = at};
    return load_alone(&l, m, objects);
}
