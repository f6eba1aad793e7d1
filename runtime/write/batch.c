/* batch.c: what a statement of a flush writes, and its parameters. */
#include "write/batch.h"
#include "session/flight.h"

bool batch_server_fills(const struct orm_object *o, unsigned column)
{
    const unsigned flags = o->model->columns[column].flags;
    const unsigned fills =
        ORM_COLUMN_DEFAULT | ORM_COLUMN_IDENTITY | ORM_COLUMN_FILLED_ON_INSERT;
    return flags & fills && !(flags & COLUMN_IS_OURS) &&
           !bit_is_set(object_changed_bits(o), column) &&
           bit_is_set(object_null_bits(o), column);
}

bool batch_returns(const struct batch *b, unsigned column)
{
    const unsigned flags = b->model->columns[column].flags;
    switch (b->kind) {
    case BATCH_INSERT:
        return flags & ORM_COLUMN_FILLED_ON_INSERT || !bit_is_set(b->columns, column);
    case BATCH_TIE:
    case BATCH_UPDATE:
        return flags & ORM_COLUMN_FILLED_ON_UPDATE;
    default:
        return false;
    }
}

bool batch_masks(const struct batch *b, unsigned column)
{
    return b->is_masked && bit_is_set(b->columns, column) &&
           !(b->model->columns[column].flags &
               (ORM_COLUMN_VERSION | ORM_COLUMN_UPDATED));
}

bool batch_returns_any(const struct batch *b)
{
    for (unsigned i = 0; i < b->model->column_count; i++)
        if (batch_returns(b, i))
            return true;
    return false;
}

bool batch_defers(const struct orm_object *o, const struct orm_to_one *ref)
{
    if (!(o->state & OBJECT_NEW) || !ref->clears || !relate_is_to_new(o, ref))
        return false;
    /* While a flush is under way, the stamp of a new object is its batch. */
    return (*object_slot(o, ref))->stamp > o->stamp;
}

bool batch_is_guarded(const struct batch *b)
{
    return b->kind == BATCH_TIE || b->kind == BATCH_UPDATE || b->kind == BATCH_UNTIE ||
           b->kind == BATCH_DELETE;
}

/* -- Parameters -------------------------------------------------------------------- */

struct arrays {
    uint32_t *types;
    int count;
};

/* Whether some reference makes the column null. */
static bool is_cleared(const struct orm_model *m, unsigned column)
{
    for (unsigned i = 0; i < m->to_one_count; i++)
        if (ref_clears(&m->to_ones[i], column))
            return true;
    return false;
}

/* Whether the column is null until what it refers to is there. */
static bool waits(const struct orm_object *o, unsigned column)
{
    for (unsigned i = 0; i < o->model->to_one_count; i++) {
        const struct orm_to_one *ref = &o->model->to_ones[i];
        if (ref_clears(ref, column) && batch_defers(o, ref))
            return true;
    }
    return false;
}

/* A column that the runtime sets is written without being set in memory before: that
 * follows when all is written.  An UPDATE and a DELETE compare the old version. */
static bool is_set_now(const struct batch *b, const struct orm_column *c)
{
    return c->flags & COLUMN_IS_OURS &&
           (batch_inserts(b) || !(c->flags & ORM_COLUMN_VERSION));
}

union orm_value batch_set_value(const struct orm_session *s, const struct orm_column *c)
{
    const bool counts = c->flags & ORM_COLUMN_VERSION;
    return (union orm_value){.integer = counts ? 1 : s->flush_time};
}

static void add_column(
    struct orm_session *s, struct batch *b, unsigned column, struct arrays *a)
{
    const struct orm_column *c = &b->model->columns[column];
    const struct type_oids oids = type_bulk_oids(c, s->enums);
    const bool may_wait = b->kind == BATCH_INSERT && is_cleared(b->model, column);
    const bool is_key = key_has_column(key_of_model(b->model), column);
    const bool masks = batch_masks(b, column);
    params_array_begin(&b->params, oids.oid);
    for (size_t i = 0; i < b->count; i++) {
        const struct orm_object *o = b->objects[i];
        const bool later = may_wait && waits(o, column);
        const bool unties = b->kind == BATCH_UNTIE && !is_key;
        if (is_set_now(b, c))
            params_array_add(&b->params, c, batch_set_value(s, c));
        else if (later || unties || bit_is_set(object_null_bits(o), column) ||
                 (masks && !bit_is_set(object_changed_bits(o), column)))
            params_array_add_null(&b->params);
        else
            params_array_add(&b->params, c, type_get(c, o));
    }
    params_array_end(&b->params);
    a->types[a->count++] = oids.array_oid;
}

static const struct orm_column mask_column = {.type = ORM_INT8};

/* Of the masked columns from `first` on, which one changes; `next` is the first that is
 * not in the mask. */
static uint64_t mask_of(
    const struct batch *b, const struct orm_object *o, unsigned first, unsigned *next)
{
    uint64_t mask = 0;
    unsigned bit = 0, i = first;
    for (; i < b->model->column_count && bit < BATCH_MASK_BITS; i++)
        if (batch_masks(b, i))
            mask |= (uint64_t)bit_is_set(object_changed_bits(o), i) << bit++;
    *next = i;
    return mask;
}

static void add_masks(struct orm_session *s, struct batch *b, struct arrays *a)
{
    const struct type_oids oids = type_oids(&mask_column, s->enums);
    for (unsigned first = 0, next = 0; first < b->model->column_count; first = next) {
        params_array_begin(&b->params, oids.oid);
        for (size_t i = 0; i < b->count; i++) {
            const uint64_t mask = mask_of(b, b->objects[i], first, &next);
            params_array_add(
                &b->params, &mask_column, (union orm_value){.integer = (int64_t)mask});
        }
        params_array_end(&b->params);
        a->types[a->count++] = oids.array_oid;
    }
}

static void add_link_end(
    struct orm_session *s, struct batch *b, bool owner, struct arrays *a)
{
    const struct orm_to_many *rel = b->relation;
    const struct orm_model *m = owner ? rel->owner : rel->target;
    const struct orm_join_end *end = owner ? &rel->owner_end : &rel->target_end;
    for (unsigned k = 0; k < end->count; k++) {
        const struct orm_column *c = &m->columns[end->key[k]];
        const struct type_oids oids = type_oids(c, s->enums);
        params_array_begin(&b->params, oids.oid);
        for (size_t i = 0; i < b->count; i++) {
            const struct link *l = &b->links[i];
            params_array_add(&b->params, c, type_get(c, owner ? l->owner : l->target));
        }
        params_array_end(&b->params);
        a->types[a->count++] = oids.array_oid;
    }
}

static void add_params(struct orm_session *s, struct batch *b, struct arrays *a)
{
    if (b->links) {
        add_link_end(s, b, true, a);
        add_link_end(s, b, false, a);
        return;
    }
    for (unsigned i = 0; !batch_inserts(b) && i < b->model->key_count; i++)
        add_column(s, b, b->model->key[i], a);
    for (unsigned i = 0; i < b->model->column_count; i++)
        if (bit_is_set(b->columns, i))
            add_column(s, b, i, a);
    if (b->is_masked)
        add_masks(s, b, a);
}

/* -- The whole --------------------------------------------------------------------- */

/* The key, the columns and their masks, or both ends of links, and the guard's count.
 */
static size_t most_params(const struct batch *b)
{
    const size_t columns = b->model->column_count;
    return columns + columns / BATCH_MASK_BITS + 2u * KEY_COLUMNS_MOST + 2;
}

bool batch_compile(struct orm_session *s, struct batch *b)
{
    struct arrays a = {
        .types = arena_get(&s->scratch, most_params(b) * sizeof *a.types)};
    if (!a.types)
        return session_nomem(s);
    add_params(s, b, &a);
    const int arrays = a.count;
    if (batch_is_guarded(b)) {
        params_add_int8(&b->params, (int64_t)b->count);
        a.types[a.count++] = 20;
    }
    if (!params_finish(&b->params, &s->error))
        return false;

    shape_begin(s, 'W', b->model);
    shape_add(s, b->kind);
    shape_add(s, b->is_masked);
    shape_add(s, b->relation ? b->relation->offset : 0);
    shape_add(s, b->by);
    shape_add(s, b->keeps);
    if (b->columns)
        buffer_add(&s->shape, b->columns, ORM_BYTES(b->model->column_count));
    if (b->upserted)
        buffer_add(&s->shape, b->upserted, ORM_BYTES(b->model->column_count));
    b->statement = shape_known(s);
    if (!b->statement) {
        batch_write(&s->sql, b, arrays);
        b->statement = shape_make(s, a.types, a.count, true);
    }
    return b->statement != NULL;
}
