/* upsert.c: which drafts a flight resolves, what waits for them, and their batches. */
#include "upsert.h"

#include "link.h"
#include "scope.h"
#include "slot.h"

#include <string.h>

/* -- What waits -------------------------------------------------------------------- */

/* Null is like no other null: then the row is new. */
static bool may_be_there(const struct upsert *u)
{
    const struct orm_object *o = u->draft;
    const struct key_columns by = upsert_columns(o->model, u->by);
    for (unsigned i = 0; i < by.count; i++) {
        bool comes = !bit_is_set(object_null_bits(o), by.at[i]);
        for (unsigned r = 0; !comes && r < o->model->to_one_count; r++) {
            const struct orm_to_one *ref = &o->model->to_ones[r];
            comes = relate_is_to_new(o, ref) &&
                    key_has_column(ref_columns(o->model, ref), by.at[i]);
        }
        if (!comes)
            return false;
    }
    return true;
}

static bool refers_to_unknown(const struct orm_object *o)
{
    for (unsigned i = 0; i < o->model->to_one_count; i++)
        if (relate_is_to_new(o, &o->model->to_ones[i]) &&
            (*object_slot(o, &o->model->to_ones[i]))->state &
                (OBJECT_DRAFT | OBJECT_HELD))
            return true;
    return false;
}

/* The row may be one that a draft turns out to be: then the draft's values come first,
 * and the changes that the program made to the row stay. */
static bool may_be_a_drafts(const struct flush *p, const struct orm_object *o)
{
    if (o->state & (OBJECT_NEW | OBJECT_DELETED | OBJECT_FORMER))
        return false;
    for (size_t i = 0; i < p->upsert_count; i++)
        if (p->upserts[i].draft->model == o->model)
            return true;
    return false;
}

static void hold(struct flush *p)
{
    const struct orm_session *s = p->s;
    for (bool more = true; more;) {
        more = false;
        for (size_t i = 0; i < s->change_count; i++) {
            struct orm_object *o = s->changes[i];
            if (o->state & (OBJECT_GONE | OBJECT_HELD) || !refers_to_unknown(o))
                continue;
            o->state |= OBJECT_HELD;
            p->held_count++;
            more = true;
        }
    }
}

static void hold_updates(struct flush *p)
{
    const struct orm_session *s = p->s;
    for (size_t i = 0; i < s->change_count; i++) {
        struct orm_object *o = s->changes[i];
        if (o->state & (OBJECT_GONE | OBJECT_HELD) || !may_be_a_drafts(p, o))
            continue;
        o->state |= OBJECT_HELD;
        p->held_count++;
    }
}

static bool is_unknown(const struct orm_object *o)
{
    return o->state & OBJECT_DRAFT || (o->state & OBJECT_NEW && o->state & OBJECT_HELD);
}

/* Pairs with what is not written yet are no links of this flight. */
static bool hold_links(struct flush *p)
{
    struct orm_session *s = p->s;
    p->held_links = arena_get(&s->scratch, (s->link_count + 1) * sizeof *p->held_links);
    if (!p->held_links)
        return session_nomem(s);
    const size_t count = s->link_count;
    link_forget(s);
    for (size_t i = 0; i < count; i++)
        if (is_unknown(s->links[i].owner) || is_unknown(s->links[i].target))
            p->held_links[p->held_link_count++] = s->links[i];
        else
            link_again(s, s->links[i]);
    p->held_count += p->held_link_count;
    return true;
}

/* Drafts that wait for no other. */
static void take_free(struct flush *p)
{
    const struct orm_session *s = p->s;
    for (size_t i = 0; i < s->upsert_count; i++) {
        struct orm_object *o = s->upserts[i].draft;
        if ((o->state & (OBJECT_DRAFT | OBJECT_HELD)) != OBJECT_DRAFT)
            continue;
        o->at = (uint32_t)p->upsert_count; /* it has no place in a group yet */
        p->drafts[p->upsert_count] = o;
        p->upserts[p->upsert_count++] = s->upserts[i];
    }
}

bool upsert_begin(struct flush *p)
{
    struct orm_session *s = p->s;
    if (!s->upsert_count)
        return true;
    const size_t most = s->upsert_count;
    p->upserts = arena_get(&s->scratch, most * sizeof *p->upserts);
    p->drafts = arena_get(&s->scratch, most * sizeof(struct orm_object *));
    if (!p->upserts || !p->drafts)
        return session_nomem(s);
    for (size_t i = 0; i < most; i++)
        if (!(s->upserts[i].draft->state & OBJECT_GONE) && may_be_there(&s->upserts[i]))
            s->upserts[i].draft->state |= OBJECT_DRAFT;
    hold(p);
    take_free(p);
    if (p->held_count && !p->upsert_count)
        return error_set_field(&s->error, ORM_INVALID, s->upserts[0].draft->model, NULL,
            "drafts of rows that may be there refer to each other; flush between");
    hold_updates(p);
    return hold_links(p);
}

/* -- Batches ----------------------------------------------------------------------- */

static void columns_to_upsert(const struct orm_object *o, uint64_t *bits)
{
    memcpy(
        bits, object_changed_bits(o), ORM_WORDS(o->model->column_count) * sizeof *bits);
}

/* What it inserts follows from what was set. */
static bool complete(struct flush *p, struct batch *b, const struct upsert *u)
{
    const struct orm_model *m = b->model;
    uint64_t *inserted =
        arena_get(&p->s->scratch, ORM_WORDS(m->column_count) * sizeof *inserted);
    if (!inserted)
        return session_nomem(p->s);
    memset(inserted, 0, ORM_WORDS(m->column_count) * sizeof *inserted);
    for (unsigned i = 0; i < m->column_count; i++)
        bit_put(inserted, i, !batch_server_fills(b->objects[0], i));
    b->upserted = b->columns;
    b->columns = inserted;
    b->by = u->by;
    b->keeps = u->keeps;
    for (size_t i = 0; i < b->count; i++)
        b->objects[i]->stamp = b->number;
    return true;
}

static bool is_like(const struct upsert *a, const struct upsert *b)
{
    return a->draft->model == b->draft->model && a->by == b->by && a->keeps == b->keeps;
}

/* The drafts from the first on that are like it, each once. */
static bool add_batches_like(struct flush *p, size_t first, struct orm_object **chosen)
{
    const struct upsert *u = &p->upserts[first];
    size_t n = 0;
    for (size_t i = first; i < p->upsert_count; i++) {
        if (!is_like(&p->upserts[i], u) || p->upserts[i].draft->state & OBJECT_SEEN)
            continue;
        chosen[n++] = p->upserts[i].draft;
        chosen[n - 1]->state |= OBJECT_SEEN;
    }
    const struct batch all = {
        .model = u->draft->model, .by = u->by, .objects = chosen, .count = n};
    struct batch **made = p->last;
    if (!upsert_check_twins(p, &all))
        return false;
    if (!flush_group(p, BATCH_UPSERT, u->draft->model, chosen, n, columns_to_upsert))
        return false;
    for (struct batch *b = *made; b; b = b->next)
        if (!complete(p, b, u))
            return false;
    return true;
}

static void unmark(const struct flush *p)
{
    for (size_t i = 0; i < p->upsert_count; i++)
        p->upserts[i].draft->state &= ~OBJECT_SEEN;
}

bool upsert_add_batches(struct flush *p)
{
    if (!p->upsert_count)
        return true;
    struct orm_object **chosen =
        arena_get(&p->s->scratch, p->upsert_count * sizeof(struct orm_object *));
    if (!chosen)
        return session_nomem(p->s);
    bool good = true;
    for (unsigned m = 0; good && m < p->s->schema->model_count; m++)
        for (size_t i = 0; good && i < p->upsert_count; i++) {
            const struct orm_object *o = p->upserts[i].draft;
            if (o->model == p->s->schema->models[m] && !(o->state & OBJECT_SEEN))
                good = add_batches_like(p, i, chosen);
        }
    unmark(p);
    return good;
}

/* -- Afterwards -------------------------------------------------------------------- */

void upsert_end(struct orm_object *draft)
{
    relate_touch_all(draft);
    list_end_notes(draft);
    draft->state &= ~(OBJECT_NEW | OBJECT_QUEUED | OBJECT_UPSERT);
    draft->state |= OBJECT_GONE;
}

static bool is_resolved(const struct orm_object *o)
{
    return (o->state & (OBJECT_DRAFT | OBJECT_HELD)) == OBJECT_DRAFT;
}

/* The row that a draft in the slot turned out to be. */
static void refer_to_row(
    struct flush *p, struct orm_object *o, const struct orm_to_one *ref)
{
    struct orm_object *draft = *object_slot(o, ref);
    struct orm_object *row =
        draft && is_resolved(draft) ? p->upserts[draft->at].row : NULL;
    if (ref->reverse || !row)
        return;
    if (row != draft) {
        scope_keep_for(row, o->scope);
        slot_put(o, ref, row);
    }
    flush_copy_key(o, ref);
    relate_show(o, ref);
}

static struct orm_object *row_of(const struct flush *p, struct orm_object *o)
{
    return is_resolved(o) && p->upserts[o->at].row ? p->upserts[o->at].row : o;
}

static void return_links(struct flush *p)
{
    for (size_t i = 0; i < p->held_link_count; i++) {
        struct link l = p->held_links[i];
        l.owner = row_of(p, l.owner);
        l.target = row_of(p, l.target);
        link_again(p->s, l);
    }
}

static void end_marks(struct flush *p)
{
    struct orm_session *s = p->s;
    size_t left = 0;
    for (size_t i = 0; i < s->upsert_count; i++) {
        struct orm_object *o = s->upserts[i].draft;
        if (o->state & OBJECT_HELD)
            s->upserts[left++] = s->upserts[i];
        o->state &= ~OBJECT_DRAFT;
    }
    s->upsert_count = left;
    for (size_t i = 0; i < s->change_count; i++)
        s->changes[i]->state &= ~OBJECT_HELD;
}

void upsert_settle(struct flush *p)
{
    const struct orm_session *s = p->s;
    if (!s->upsert_count)
        return;
    for (size_t i = 0; i < p->upsert_count; i++) {
        struct upsert *u = &p->upserts[i];
        if (!u->row) /* its answer was not good */
            upsert_end(u->draft);
        if (u->became)
            *u->became = u->row;
    }
    for (size_t i = 0; i < s->change_count; i++)
        for (unsigned r = 0; r < s->changes[i]->model->to_one_count; r++)
            refer_to_row(p, s->changes[i], &s->changes[i]->model->to_ones[r]);
    return_links(p);
    end_marks(p);
}

void upsert_take_back(struct flush *p)
{
    struct orm_session *s = p->s;
    for (size_t i = 0; i < p->held_link_count; i++)
        link_again(s, p->held_links[i]);
    for (size_t i = 0; i < s->upsert_count; i++)
        s->upserts[i].draft->state &= ~OBJECT_DRAFT;
    for (size_t i = 0; i < s->change_count; i++)
        s->changes[i]->state &= ~OBJECT_HELD;
}
