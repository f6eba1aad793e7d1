/* load.c: from rows to objects, in two passes.
 *
 * The first looks at every cell and takes all memory.  A row whose key the map does not
 * know becomes an object at once; the second pass fills the objects that were there
 * before, and cannot fail.  If the first does, the new ones leave the map again: a bad
 * value, a dropped connection or a failed allocation leaves every object as it was.
 *
 * So most rows are looked at once, and their objects, too: by the second pass, those of
 * a large result are far from the processor again. */
#include "load/load.h"

#include "load/row_cells.h"
#include "objects/object.h"
#include "objects/scope.h"
#include "objects/slot.h"
#include "objects/undo.h"

#include <string.h>

/* -- First pass -------------------------------------------------------------------- */

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
    int64_t number;          /* the key, if it is one number */
    struct idmap_slot *slot; /* where the object is to be then */
};

/* Apart from find_row(), so that one number needs no room for all these. */
static bool find_by_several(const struct arrival *a, struct orm_object **found)
{
    const struct orm_model *m = a->of->model;
    union orm_value key[KEY_COLUMNS_MOST];
    size_t bytes = 0;
    for (unsigned i = 0; i < m->key_count; i++) {
        const struct orm_column *c = &m->columns[m->key[i]];
        const struct pg_cell cell = a->cells[m->key[i]];
        if (!cell_check(m, c, cell, &bytes, &a->of->session->error))
            return false;
        key[i] = key_in_cell(c, cell);
    }
    *found = key_find(&a->of->map, key_of_model(m), key);
    return true;
}

/* The mapped object of the row, or NULL.  False: the key is none. */
static bool find_row(struct arrival *a, struct orm_object **found)
{
    if (!a->of->is_by_number)
        return find_by_several(a, found);
    const struct orm_model *m = a->of->model;
    const unsigned key = m->key[0];
    if (!cell_number(
            m, &m->columns[key], a->cells[key], &a->number, &a->of->session->error))
        return false;
    a->slot = idmap_slot_of(&a->of->map, a->number);
    *found = a->slot->object;
    return true;
}

/* Under the key that find_row() did not find. */
static void map_new(const struct arrival *a, struct orm_object *o)
{
    if (a->slot)
        idmap_fill(&a->of->map, a->slot, a->number, o);
    else
        key_insert(&a->of->map, key_of_model(a->of->model), o);
    o->state |= OBJECT_MAPPED;
}

/* A new object with the row's values, mapped.  NULL: the error is recorded. */
static struct orm_object *make(const struct arrival *a, struct orm_group *peers)
{
    const struct orm_model *m = a->of->model;
    struct orm_session *s = a->of->session;
    struct orm_object *o = object_make_of(a->scope, a->of);
    if (!o)
        return session_nomem(s), NULL;
    if (!cells_take(o, model_eager_count(m), a->cells, &a->scope->arena, &s->error)) {
        o->state = OBJECT_GONE;
        return NULL;
    }
    if (m->lazy_count)
        object_unload(o);
    o->stamp = s->stamp;
    map_new(a, o);
    if (peers)
        group_enter(peers, o);
    return o;
}

/* Of rows that are not their object's first, there or in an earlier row. */
static bool note_found(struct load_result *l, struct load_source *from, size_t row)
{
    if (!from->found) {
        const size_t size = ORM_BYTES(l->row_count);
        from->found = arena_get(&l->scope->session->scratch, size);
        if (!from->found)
            return session_nomem(l->scope->session);
        memset(from->found, 0, size);
    }
    bit_put(from->found, (unsigned)row, true);
    return true;
}

/* What is as new as the row has its values: it was made of it, or the row came more
 * than once.  What is newer has seen more than a cursor has. */
static bool is_as_new(const struct orm_session *s, const struct orm_object *o)
{
    return o->stamp >= s->stamp;
}

/* The second pass will fill it: its scope wants the text that may be copied. */
static bool claim_found(
    struct load_result *l, const struct arrival *a, struct orm_object *o)
{
    const struct orm_model *m = a->of->model;
    struct orm_session *s = a->of->session;
    size_t bytes = 0;
    if (!cells_check(m, model_eager_count(m), a->cells, &bytes, &s->error) ||
        !undo_note_load(s, o))
        return false;
    scope_want(o->scope, bytes);
    l->found++;
    return true;
}

/* The object of a row, new or mapped before.  NULL: the error is recorded. */
static struct orm_object *claim(
    struct load_result *l, struct load_source *from, size_t row)
{
    struct orm_session *s = l->scope->session;
    struct arrival a = {
        .scope = l->scope, .of = from->of, .cells = l->cells + from->first};
    struct orm_object *o;
    if (!idmap_reserve(&a.of->map, 1))
        return session_nomem(s), NULL;
    if (!find_row(&a, &o))
        return NULL;
    if (!o)
        return make(&a, from->peers);
    const bool good =
        note_found(l, from, row) && (is_as_new(s, o) || claim_found(l, &a, o));
    return good ? o : NULL;
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

static void publish(
    const struct load_result *l, size_t row, const struct load_source *from)
{
    const struct orm_session *s = l->scope->session;
    struct orm_object *o = from->objects[row];
    if (is_as_new(s, o))
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
        struct load_source *from = &l->sources[i];
        if (!has_row(from, cells))
            continue;
        from->objects[row] = claim(l, from, row);
        if (!from->objects[row])
            return false;
    }
    return true;
}

/* Whether the columns are what they must be, by type. */
static bool check_result(const struct load_result *l)
{
    struct orm_session *s = l->scope->session;
    bool fits = l->at || load_check_width(s, l->result, l->columns);
    for (unsigned i = 0; fits && l->at && i < l->columns; i++)
        fits = load_check_type(s, l->sources->model, i, l->result, l->at[i]);
    for (size_t i = 0; fits && !l->at && i < l->source_count; i++)
        fits = load_check_columns(s, l->sources[i].model, l->result,
            l->sources[i].first, model_eager_count(l->sources[i].model));
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
    if (!l->cells)
        return session_nomem(s);
    for (size_t i = 0; i < l->source_count; i++) {
        struct load_source *from = &l->sources[i];
        from->of = session_model(s, from->model);
        from->found = NULL;
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

static bool is_found(const struct load_source *from, size_t row)
{
    return from->found && bit_is_set(from->found, (unsigned)row);
}

void load_disclaim(struct load_result *l)
{
    for (size_t i = 0; i < l->source_count; i++)
        for (size_t row = 0; row < l->row_count; row++) {
            struct orm_object *o = l->sources[i].objects[row];
            if (!o || is_found(&l->sources[i], row))
                continue;
            object_unmap(o);
            o->state = OBJECT_GONE;
        }
}

void load_publish(struct load_result *l)
{
    for (size_t i = 0; i < l->source_count; i++)
        for (size_t row = 0; l->sources[i].found && row < l->row_count; row++)
            if (is_found(&l->sources[i], row))
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

static bool load_alone(struct load_result *l, const struct orm_model *m,
    struct orm_object **objects, struct orm_group *peers)
{
    struct load_source from = {.model = m, .objects = objects, .peers = peers};
    l->sources = &from;
    l->source_count = 1;
    return load_through(l);
}

bool load_rows(struct orm_scope *scope, const struct orm_model *m,
    const struct pg_result *r, size_t more, struct orm_object **objects,
    struct orm_group *peers)
{
    struct load_result l = {
        .scope = scope, .result = r, .columns = model_eager_count(m) + more};
    return load_alone(&l, m, objects, peers);
}

bool load_rows_at(struct orm_scope *scope, const struct orm_model *m,
    const struct pg_result *r, const uint16_t *at, struct orm_object **objects,
    struct orm_group *peers)
{
    struct load_result l = {
        .scope = scope, .result = r, .columns = model_eager_count(m), .at = at};
    return load_alone(&l, m, objects, peers);
}
