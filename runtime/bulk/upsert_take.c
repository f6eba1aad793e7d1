/* upsert_take.c: rows that were upserted, matched to their drafts by the columns of the
 * constraint, never by their order. */
#include "bulk/upsert.h"

#include "load/load.h"
#include "objects/scope.h"
#include "objects/slot.h"
#include "objects/undo.h"
#include "write/returned.h"

#include <string.h>

struct taker {
    struct flush *flush;
    const struct batch *batch;
    const struct pg_result *result;
    struct key_columns by;
    size_t at[KEY_COLUMNS_MOST]; /* where a row has them */
    struct idmap drafts;         /* by them */
    struct pg_cell *cells;       /* of a row */
    size_t columns;              /* so many */
    struct orm_object **of;      /* the draft of each row */
};

/* -- Drafts by their constraint ---------------------------------------------------- */

/* Zero where equal values may have different bytes: comparing tells. */
static uint64_t hash_value(const struct orm_column *c, union orm_value v, size_t length)
{
    if (c->type == ORM_TEXT || c->type == ORM_VARCHAR)
        return idmap_hash(v.text, length);
    if (c->type == ORM_UUID)
        return idmap_hash(v.data, sizeof(struct orm_uuid));
    const bool real = c->type == ORM_FLOAT4 || c->type == ORM_FLOAT8;
    return type_is_number(c) && !real ? (uint64_t)v.integer : 0;
}

static uint64_t hash_draft(const struct taker *t, const struct orm_object *o)
{
    uint64_t hash = 0;
    for (unsigned i = 0; i < t->by.count; i++) {
        const struct orm_column *c = &o->model->columns[t->by.at[i]];
        const union orm_value v = type_get(c, o);
        hash = idmap_join(hash, hash_value(c, v, type_is_text(c) ? strlen(v.text) : 0));
    }
    return hash;
}

static uint64_t hash_row(const struct taker *t)
{
    uint64_t hash = 0;
    for (unsigned i = 0; i < t->by.count; i++) {
        const struct orm_column *c = &t->batch->model->columns[t->by.at[i]];
        const struct pg_cell cell = t->cells[t->at[i]];
        const bool decodes = type_is_number(c) || c->type == ORM_TEXT ||
                             c->type == ORM_VARCHAR || c->type == ORM_UUID;
        const union orm_value none = {0};
        hash = idmap_join(hash,
            hash_value(c, decodes ? key_in_cell(c, cell) : none, (size_t)cell.length));
    }
    return hash;
}

struct wanted {
    struct idmap_key key; /* first: found again from it */
    const struct taker *taker;
    const struct orm_object *like; /* or NULL: like the row */
};

static bool fits(const struct idmap_key *key, const struct orm_object *o)
{
    const struct wanted *w = (const void *)key;
    const struct taker *t = w->taker;
    for (unsigned i = 0; i < t->by.count; i++) {
        const struct orm_column *c = &o->model->columns[t->by.at[i]];
        const union orm_value v = type_get(c, o);
        if (w->like ? !type_equal(c, v, type_get(c, w->like))
                    : !type_is_cell(c, v, t->cells[t->at[i]]))
            return false;
    }
    return true;
}

static struct orm_object *find_like(struct taker *t, const struct orm_object *o)
{
    const struct wanted w = {{hash_draft(t, o), fits}, t, o};
    return idmap_find(&t->drafts, &w.key);
}

static struct orm_object *find_draft(struct taker *t)
{
    const struct wanted w = {{hash_row(t), fits}, t, NULL};
    return idmap_find(&t->drafts, &w.key);
}

static bool collect(struct taker *t)
{
    if (!idmap_reserve(&t->drafts, t->batch->count))
        return session_nomem(t->flush->s);
    for (size_t i = 0; i < t->batch->count; i++)
        idmap_insert(
            &t->drafts, hash_draft(t, t->batch->objects[i]), t->batch->objects[i]);
    return true;
}

static struct taker taker_of(struct flush *p, const struct batch *b)
{
    return (struct taker){
        .flush = p, .batch = b, .by = upsert_columns(b->model, b->by)};
}

/* -- Twins ------------------------------------------------------------------------- */

static bool refuse_twins(struct taker *t, const struct orm_object *o)
{
    union orm_value values[KEY_COLUMNS_MOST];
    char shown[96] = "";
    key_read(t->by, o, values);
    /* Of other columns the value may be nobody's to read. */
    if (key_columns_equal(t->by, key_of_model(o->model)))
        columns_describe(t->by, values, shown, sizeof shown);
    return error_set_object(&t->flush->s->error, ORM_INVALID, o,
        &o->model->columns[t->by.at[0]],
        "two new objects of one flush are the same %s%s%s; keep one of them, or flush "
        "in between",
        o->model->name, *shown ? " " : "", shown);
}

bool upsert_check_twins(struct flush *p, const struct batch *b)
{
    struct taker t = taker_of(p, b);
    bool good = idmap_reserve(&t.drafts, b->count) || session_nomem(p->s);
    for (size_t i = 0; good && i < b->count; i++)
        if (find_like(&t, b->objects[i]))
            good = refuse_twins(&t, b->objects[i]);
        else
            idmap_insert(&t.drafts, hash_draft(&t, b->objects[i]), b->objects[i]);
    idmap_free(&t.drafts);
    return good;
}

/* -- Checking ---------------------------------------------------------------------- */

/* Eager columns stand where the model has them, lazy ones of the constraint behind. */
static bool check_width(struct taker *t)
{
    const struct orm_model *m = t->batch->model;
    const unsigned eager = model_eager_count(m);
    struct orm_session *s = t->flush->s;
    t->columns = eager;
    for (unsigned column = 0; column < m->column_count; column++)
        for (unsigned i = 0; i < t->by.count; i++)
            if (t->by.at[i] == column)
                t->at[i] = column < eager ? column : t->columns++;
    if (pg_columns(t->result) != t->columns)
        return error_set_field(&s->error, ORM_LOST, m, NULL,
            "the server broke the protocol: %zu columns instead of %zu",
            pg_columns(t->result), t->columns);
    if (!returned_check_count(s, t->batch, t->result))
        return false;
    for (unsigned i = 0; i < eager; i++)
        if (!load_check_type(s, m, i, t->result, i))
            return false;
    for (unsigned i = 0; i < t->by.count; i++)
        if (!load_check_type(s, m, t->by.at[i], t->result, t->at[i]))
            return false;
    return true;
}

/* The object that has, or will have, the row's values. */
static struct orm_object *row_object(const struct taker *t, struct orm_object *draft)
{
    const struct orm_model *m = t->batch->model;
    struct pg_cell key[KEY_COLUMNS_MOST];
    for (unsigned i = 0; i < m->key_count; i++)
        key[i] = t->cells[m->key[i]];
    struct orm_object *mapped = load_find(t->flush->s, m, key);
    return mapped ? mapped : draft;
}

static bool check_row(struct taker *t, size_t row)
{
    struct orm_session *s = t->flush->s;
    const struct orm_model *m = t->batch->model;
    size_t bytes = 0, ignored = 0;
    pg_row(t->result, row, t->cells);
    for (unsigned i = 0; i < model_eager_count(m); i++)
        if (!load_check_cell(s, m, i, t->cells[i], &bytes))
            return false;
    for (unsigned i = 0; i < t->by.count; i++)
        if (!load_check_cell(s, m, t->by.at[i], t->cells[t->at[i]], &ignored))
            return false;
    struct orm_object *draft = find_draft(t);
    if (!draft || draft->state & OBJECT_SEEN)
        return error_set_field(&s->error, ORM_REFUSED, m, &m->columns[t->by.at[0]],
            "a row came back that no draft is for; does a trigger change it?");
    draft->state |= OBJECT_SEEN;
    t->of[row] = draft;
    struct orm_object *o = row_object(t, draft);
    scope_want(o->scope, bytes);
    return o == draft || undo_note(o);
}

static bool check_rows(struct taker *t)
{
    struct orm_session *s = t->flush->s;
    const size_t rows = pg_rows(t->result);
    t->cells = arena_get(&s->scratch, t->columns * sizeof *t->cells);
    t->of = arena_get(&s->scratch, (rows + 1) * sizeof(struct orm_object *));
    bool good = (t->cells && t->of) || session_nomem(s);
    for (size_t i = 0; good && i < rows; i++)
        good = check_row(t, i);
    for (size_t i = 0; i < t->batch->count; i++)
        t->batch->objects[i]->state &= ~OBJECT_SEEN;
    return good;
}

/* -- Taking ------------------------------------------------------------------------ */

/* Lists that show it by what it refers to are asked for again. */
static void touch(struct orm_object *o, const struct batch *b)
{
    for (unsigned i = 0; i < o->model->to_one_count; i++) {
        const struct orm_to_one *ref = &o->model->to_ones[i];
        for (unsigned k = 0; k < ref->count && !ref->reverse; k++)
            if (bit_is_set(b->upserted, ref->columns[k]))
                relate_touch(o, ref);
    }
}

static void become_row(struct taker *t, struct orm_object *draft)
{
    struct orm_session *s = t->flush->s;
    list_end_notes(draft);
    object_unload(draft);
    object_clear_changes(draft);
    draft->state &= ~(OBJECT_NEW | OBJECT_QUEUED);
    load_fill(draft, t->cells);
    draft->stamp = s->stamp;
    object_map(draft);
}

/* The row's version counts what was just written, and no more: changes that the program
 * made to it before are to what it was then. */
static void take_version(struct orm_object *row, const struct pg_cell *cells)
{
    for (unsigned i = 0; i < model_eager_count(row->model); i++) {
        const struct orm_column *c = &row->model->columns[i];
        if (!(c->flags & ORM_COLUMN_VERSION) || !cells[i].data)
            continue;
        const union orm_value written = type_decode(c, cells[i]);
        if (written.integer == type_get(c, row).integer + 1)
            type_put(c, row, written);
    }
}

static void give_values(struct taker *t, struct orm_object *row)
{
    touch(row, t->batch);
    load_fill(row, t->cells);
    if (!t->batch->keeps)
        take_version(row, t->cells);
    row->stamp = t->flush->s->stamp;
    row->state &= ~OBJECT_EXPIRED;
    touch(row, t->batch);
}

/* Lazy columns are not in the answer: what was set is what the row has now. */
static void give_lazy(const struct taker *t, struct orm_object *row)
{
    for (unsigned i = model_eager_count(row->model); i < row->model->column_count; i++)
        if (bit_is_set(t->batch->upserted, i) &&
            !bit_is_set(object_changed_bits(row), i)) {
            type_put(&row->model->columns[i], row, type_zero(&row->model->columns[i]));
            bit_put(object_null_bits(row), i, true);
            bit_put(object_unloaded_bits(row), i - model_eager_count(row->model), true);
        }
}

static void take_row(struct taker *t, size_t i)
{
    struct orm_object *draft = t->of[i];
    pg_row(t->result, i, t->cells);
    struct orm_object *row = row_object(t, draft);
    upsert_of(t->flush->s, draft)->row = row;
    if (row == draft) {
        become_row(t, draft);
        return;
    }
    give_values(t, row);
    give_lazy(t, row);
    upsert_end(draft);
}

bool upsert_take(struct flush *p, const struct batch *b, const struct pg_result *r)
{
    struct orm_session *s = p->s;
    struct taker t = taker_of(p, b);
    t.result = r;
    bool good = check_width(&t) && collect(&t) && check_rows(&t);
    idmap_free(&t.drafts);
    if (!good) {
        scope_want_nothing(s);
        return false;
    }
    if (!idmap_reserve(&session_model(s, b->model)->map, b->count) || !scope_reserve(s))
        return session_nomem(s);
    for (size_t i = 0; i < b->count; i++)
        take_row(&t, i);
    return true;
}
