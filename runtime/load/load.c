/* load.c: from rows to objects, in two passes.
 *
 * The first looks at every cell and takes all memory.  A row that is new becomes an
 * object at once, in the map but marked as fresh; the second pass fills the objects
 * that were there before, and cannot fail.  If the first does, the fresh ones leave the
 * map again: a bad value, a dropped connection or a failed allocation leaves every
 * object as it was. */
#include "load/load.h"

#include "load/row_cells.h"
#include "objects/object.h"
#include "objects/scope.h"
#include "objects/slot.h"
#include "objects/undo.h"
#include "session/flight.h"

#include <string.h>

/* -- Columns ----------------------------------------------------------------------- */

bool load_check_type_as(struct orm_session *s, const struct orm_model *m,
    const struct orm_column *c, const struct pg_result *r, size_t at)
{
    const uint32_t wanted = type_oids(c, s->enums).oid;
    const uint32_t is = pg_column_type(r, at);
    if (is != wanted || !wanted)
        return error_set_field(&s->error, ORM_DRIFT, m, c,
            "the table has %s, the YAML says %s; migrate the table or generate again",
            type_name_of_oid(is), type_name(c));
    return m->read_only || !type_rounds(c, pg_column_typmod(r, at)) ||
           error_set_field(&s->error, ORM_DRIFT, m, c,
               "the table has fewer digits after the point, and would round what is "
               "written; migrate the table or generate again");
}

bool load_check_type(struct orm_session *s, const struct orm_model *m, unsigned column,
    const struct pg_result *r, size_t at)
{
    return load_check_type_as(s, m, &m->columns[column], r, at);
}

bool load_has_witness(const struct model_state *state)
{
    const struct pg_statement *st = state->witness;
    return st && st->prepared && strcmp(st->name, state->witness_name) == 0;
}

static void note_verified(
    struct model_state *state, const struct pg_result *r, unsigned count)
{
    if (count < state->verified ||
        (count == state->verified && load_has_witness(state)))
        return;
    state->verified = count;
    state->witness = flight_source(state->session, r);
    if (state->witness)
        memcpy(state->witness_name, state->witness->name, sizeof state->witness_name);
}

static bool check_columns(struct orm_session *s, const struct orm_model *m,
    const struct pg_result *r, size_t first, unsigned count)
{
    struct model_state *state = session_model(s, m);
    const bool is_known = count <= state->verified;
    for (unsigned i = 0; i < count; i++)
        if (!(is_known && pg_column_type(r, first + i) == state->oids[i]) &&
            !load_check_type(s, m, i, r, first + i))
            return false;
    note_verified(state, r, count);
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

bool load_check_cell_as(struct orm_session *s, const struct orm_model *m,
    const struct orm_column *c, struct pg_cell cell, size_t *bytes)
{
    return cell_check(m, c, cell, bytes, &s->error);
}

bool load_check_cell(struct orm_session *s, const struct orm_model *m, unsigned column,
    struct pg_cell cell, size_t *bytes)
{
    return cell_check(m, &m->columns[column], cell, bytes, &s->error);
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

/* A row of one source on its way to its object. */
struct arrival {
    struct orm_scope *scope;
    struct model_state *of;
    const struct pg_cell *cells;
    union orm_value *values; /* of those that are numbers */
    size_t text_bytes;
    struct idmap_slot *slot; /* where the object is to be, if a number tells */
};

/* The key, if it is not one number. */
static void read_key(const struct arrival *a, union orm_value *key)
{
    const struct orm_model *m = a->of->model;
    for (unsigned i = 0; i < m->key_count; i++)
        key[i] = key_in_cell(&m->columns[m->key[i]], a->cells[m->key[i]]);
}

/* Apart from find_row(), so that one number needs no room for all these. */
static struct orm_object *find_by_several(const struct arrival *a)
{
    union orm_value key[KEY_COLUMNS_MOST];
    read_key(a, key);
    return key_find(&a->of->map, key_of_model(a->of->model), key);
}

static struct orm_object *find_row(struct arrival *a)
{
    if (!a->of->is_by_number)
        return find_by_several(a);
    a->slot = idmap_slot_of(&a->of->map, a->values[a->of->model->key[0]].integer);
    return a->slot->object;
}

/* Under the key that find_row() did not find. */
static void map_fresh(const struct arrival *a, struct orm_object *o)
{
    const struct orm_model *m = a->of->model;
    if (a->slot)
        idmap_fill(&a->of->map, a->slot, a->values[m->key[0]].integer, o);
    else
        key_insert(&a->of->map, key_of_model(m), o);
}

/* A new object with the row's values, mapped.  NULL: memory is out. */
static struct orm_object *make_fresh(const struct arrival *a)
{
    const struct orm_model *m = a->of->model;
    struct arena *arena = &a->scope->arena;
    struct orm_object *o = object_make_of(a->scope, a->of);
    if (!o || !arena_reserve(arena, a->text_bytes))
        return NULL;
    cells_take(o, model_eager_count(m), a->cells, a->values, arena);
    if (m->lazy_count)
        object_unload(o);
    o->stamp = a->of->session->stamp;
    o->state = OBJECT_MAPPED | OBJECT_FRESH;
    map_fresh(a, o);
    return o;
}

/* The mapped object of a row, whose scope wants the text that the second pass may copy,
 * or a fresh one.  NULL: the error is recorded. */
static struct orm_object *claim(struct load_result *l, const struct load_source *from)
{
    struct orm_session *s = l->scope->session;
    struct arrival a = {.scope = l->scope,
        .of = from->of,
        .cells = l->cells + from->first,
        .values = l->values};
    if (!cells_check(from->model, model_eager_count(from->model), a.cells, a.values,
            &a.text_bytes, &s->error))
        return NULL;
    if (!idmap_reserve(&a.of->map, 1))
        return session_nomem(s), NULL;
    struct orm_object *o = find_row(&a);
    if (o && o->state & OBJECT_FRESH)
        return o; /* the row has come before */
    if (o) {
        if (!undo_note_load(s, o))
            return NULL;
        scope_want(o->scope, a.text_bytes);
        l->found++;
        return o;
    }
    o = make_fresh(&a);
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

void load_cell_again(struct orm_object *o, unsigned column, struct pg_cell cell)
{
    if (is_equal(o, column, cell))
        return;
    load_cell(o, column, cell);
    object_reset_slots_of(o, column);
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
void load_fill(struct orm_object *o, const struct pg_cell *cells)
{
    const struct orm_model *m = o->model;
    const unsigned eager = model_eager_count(m);
    for (unsigned i = 0; i < eager; i++)
        if (!bit_is_set(object_changed_bits(o), i) && !is_base_of_changes(o, i))
            load_cell_again(o, i, cells[i]);
}

static void read_row(const struct load_result *l, size_t row)
{
    if (!l->at)
        pg_row(l->result, row, l->cells);
    for (size_t i = 0; l->at && i < l->columns; i++)
        l->cells[i] = pg_value(l->result, row, l->at[i]);
}

/* What is as new as the row has its values: it was made of it, or the row came more
 * than once.  What is newer has seen more than a cursor has. */
static void publish(
    const struct load_result *l, size_t row, const struct load_source *from)
{
    const struct orm_session *s = l->scope->session;
    struct orm_object *o = from->objects[row];
    o->state &= ~OBJECT_FRESH;
    if (o->stamp >= s->stamp)
        return;
    read_row(l, row);
    load_fill(o, l->cells + from->first);
    o->stamp = s->stamp;
    o->state &= ~OBJECT_EXPIRED;
}

/* -- Both -------------------------------------------------------------------------- */

static bool has_row(const struct load_source *from, const struct pg_cell *cells)
{
    return !from->outer || cells[from->first + from->model->key[0]].data;
}

static bool claim_row(struct load_result *l, size_t row)
{
    const struct pg_cell *cells = l->cells;
    for (size_t i = 0; i < l->source_count; i++) {
        const struct load_source *from = &l->sources[i];
        if (!has_row(from, cells))
            continue;
        from->objects[row] = claim(l, from);
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
    const size_t rows = l->row_count = pg_rows(l->result);
    l->found = 0;
    l->cells = arena_get(&s->scratch, l->columns * sizeof *l->cells);
    l->values = arena_get(&s->scratch, l->columns * sizeof *l->values);
    if (!l->cells || !l->values)
        return session_nomem(s);
    for (size_t i = 0; i < l->source_count; i++) {
        struct load_source *from = &l->sources[i];
        from->of = session_model(s, from->model);
        if (!from->outer && !idmap_reserve(&from->of->map, rows))
            return session_nomem(s);
        memset(from->objects, 0, rows * sizeof(struct orm_object *));
    }
    return true;
}

bool load_claim(struct load_result *l)
{
    if (!begin_claim(l))
        return false;
    for (size_t row = 0; row < l->row_count; row++) {
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
        for (size_t row = 0; row < l->row_count; row++) {
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
        for (size_t row = 0; row < l->row_count; row++)
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
