/* flush_order.c: the batches of a flush, in the order that foreign keys want. */
#include "write/flush.h"

#include "bulk/upsert.h"
#include "write/link.h"

#include <string.h>

/* -- Columns ----------------------------------------------------------------------- */

static void columns_to_insert(const struct orm_object *o, uint8_t *bits)
{
    for (unsigned i = 0; i < o->model->column_count; i++)
        bit_put(bits, i, !batch_server_fills(o, i));
}

static void put_flagged(const struct orm_model *m, unsigned flags, uint8_t *bits)
{
    for (unsigned i = 0; i < m->column_count; i++)
        if (m->columns[i].flags & flags)
            bit_put(bits, i, true);
}

static void columns_to_update(const struct orm_object *o, uint8_t *bits)
{
    memcpy(bits, object_changed_bits(o), ORM_BYTES(o->model->column_count));
    put_flagged(o->model, ORM_COLUMN_VERSION | ORM_COLUMN_UPDATED, bits);
}

static void columns_to_delete(const struct orm_object *o, uint8_t *bits)
{
    put_flagged(o->model, ORM_COLUMN_VERSION, bits);
}

/* The columns that become null with the reference. */
static void put_cleared(const struct orm_to_one *ref, uint8_t *bits)
{
    for (unsigned i = 0; i < ref->count; i++)
        if (ref->clears >> i & 1)
            bit_put(bits, ref->columns[i], true);
}

static void columns_deferred(const struct orm_object *o, uint8_t *bits)
{
    for (unsigned i = 0; i < o->model->to_one_count; i++)
        if (batch_defers(o, &o->model->to_ones[i]))
            put_cleared(&o->model->to_ones[i], bits);
}

/* -- In order ---------------------------------------------------------------------- */

/* How many objects of each model are in the list. */
static size_t *count_models(struct flush *p, struct orm_object **objects, size_t count)
{
    const unsigned models = p->s->schema->model_count;
    size_t *n = arena_get(&p->s->scratch, models * sizeof *n);
    if (!n) {
        session_nomem(p->s);
        return NULL;
    }
    memset(n, 0, models * sizeof *n);
    for (size_t i = 0; i < count; i++)
        n[session_number(p->s, objects[i]->model)]++;
    return n;
}

static bool add_inserts(struct flush *p)
{
    const size_t *counts = count_models(p, p->news, p->new_count);
    for (unsigned i = 0; counts && i < p->s->schema->model_count; i++) {
        const struct orm_model *m = p->s->schema->models[i];
        if (counts[i] && (!flush_group(p, BATCH_INSERT, m, p->news, p->new_count,
                              columns_to_insert) ||
                             !idmap_reserve(&p->s->models[i].map, counts[i])))
            return session_nomem(p->s);
    }
    return counts != NULL;
}

static bool has_deferred(const struct orm_object *o)
{
    for (unsigned i = 0; i < o->model->to_one_count; i++)
        if (batch_defers(o, &o->model->to_ones[i]))
            return true;
    return false;
}

static bool add_updates_of(struct flush *p, enum batch_kind kind,
    struct orm_object **objects, size_t count, flush_columns *columns)
{
    const size_t *counts = count_models(p, objects, count);
    for (unsigned i = 0; counts && i < p->s->schema->model_count; i++)
        if (counts[i] &&
            !flush_group(p, kind, p->s->schema->models[i], objects, count, columns))
            return false;
    return counts != NULL;
}

/* Updates of those objects of the list that need one. */
static bool add_some_updates(struct flush *p, enum batch_kind kind,
    struct orm_object **objects, size_t count, bool (*needs)(const struct orm_object *),
    flush_columns *columns)
{
    struct orm_object **chosen =
        arena_get(&p->s->scratch, (count + 1) * sizeof *chosen);
    if (!chosen)
        return session_nomem(p->s);
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        if (needs(objects[i]))
            chosen[n++] = objects[i];
    return add_updates_of(p, kind, chosen, n, columns);
}

/* Rows that others refer to by what changes: what is new refers to it by the new value,
 * so these go first, if they do not refer to what is new themselves. */
static bool goes_first(const struct orm_object *o)
{
    for (unsigned i = 0; i < o->model->to_one_count; i++)
        if (relate_is_to_new(o, &o->model->to_ones[i]))
            return false;
    return o->state & OBJECT_FORMER;
}

static bool goes_later(const struct orm_object *o)
{
    return !goes_first(o);
}

static bool add_first_updates(struct flush *p)
{
    return !p->s->former_count || add_some_updates(p, BATCH_UPDATE, p->updates,
                                      p->update_count, goes_first, columns_to_update);
}

static bool add_updates(struct flush *p)
{
    return add_some_updates(
               p, BATCH_TIE, p->news, p->new_count, has_deferred, columns_deferred) &&
           add_some_updates(p, BATCH_UPDATE, p->updates, p->update_count, goes_later,
               columns_to_update);
}

static bool is_row(const struct orm_object *o)
{
    return !(o->state & (OBJECT_GONE | OBJECT_DELETED));
}

/* Pairs are sorted by relation, removals first. */
static bool add_links(struct flush *p)
{
    struct orm_session *s = p->s;
    link_collapse(s);
    const size_t count = s->link_count;
    link_forget(s);
    for (size_t i = 0; i < count; i++)
        if (is_row(s->links[i].owner) && is_row(s->links[i].target))
            link_again(s, s->links[i]);
    const size_t n = s->link_count;

    for (size_t i = 0; i < n;) {
        const struct link *l = &s->links[i];
        struct batch *b =
            flush_add_batch(p, l->add ? BATCH_LINK : BATCH_UNLINK, l->relation->owner);
        if (!b)
            return false;
        b->relation = l->relation;
        b->links = l;
        for (;
             i < n && s->links[i].relation == l->relation && s->links[i].add == l->add;
             i++)
            b->count++;
    }
    return true;
}

/* True if the row that the slot refers to is deleted by an earlier statement than that
 * of `o`, in the same flush. */
static bool is_tied(const struct orm_object *o, const struct orm_to_one *ref)
{
    const struct orm_session *s = object_session(o);
    if (ref->reverse || ref->on_delete == ORM_SET_NULL ||
        session_number(s, ref->target) <= session_number(s, o->model) || !ref->clears)
        return false;
    const struct orm_object *target = relate_target(o, ref);
    return target && target->state & OBJECT_DELETED;
}

static void columns_tied(const struct orm_object *o, uint8_t *bits)
{
    for (unsigned i = 0; i < o->model->to_one_count; i++)
        if (is_tied(o, &o->model->to_ones[i]))
            put_cleared(&o->model->to_ones[i], bits);
}

static bool has_tied(const struct orm_object *o)
{
    for (unsigned i = 0; i < o->model->to_one_count; i++)
        if (is_tied(o, &o->model->to_ones[i]))
            return true;
    return false;
}

/* Children first. */
static bool add_deletes(struct flush *p, struct orm_object **objects, size_t count)
{
    if (!count)
        return true;
    if (!add_some_updates(p, BATCH_UNTIE, objects, count, has_tied, columns_tied))
        return false;
    const size_t *counts = count_models(p, objects, count);
    for (unsigned i = p->s->schema->model_count; counts && i--;)
        if (counts[i] && !flush_group(p, BATCH_DELETE, p->s->schema->models[i], objects,
                             count, columns_to_delete))
            return false;
    return counts != NULL;
}

bool flush_order(struct flush *p)
{
    const size_t ahead = p->ahead_count;
    if (!add_deletes(p, p->deletes, ahead))
        return false;
    p->ahead_batches = p->batch_count;
    return add_first_updates(p) && add_inserts(p) && upsert_add_batches(p) &&
           add_updates(p) && add_links(p) &&
           add_deletes(p, p->deletes + ahead, p->delete_count - ahead);
}
