/* upsert.c: which drafts a flight resolves, what waits for them, and their batches. */
#include "bulk/upsert.h"

#include "objects/scope.h"
#include "objects/slot.h"
#include "write/hooks.h"
#include "write/link.h"

#include <string.h>

struct upsert *upsert_of(const struct orm_session *s, const struct orm_object *draft)
{
    const uint64_t i = draft->stamp & ~UPSERT_STAMP;
    const bool is_there = draft->stamp & UPSERT_STAMP && i < s->upsert_count;
    return is_there && s->upserts[i].draft == draft ? &s->upserts[i] : NULL;
}

/* By the flush under way, once its answers are there. */
static bool is_resolved(const struct orm_object *o)
{
    return (o->state & (OBJECT_DRAFT | OBJECT_HELD)) == OBJECT_DRAFT;
}

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
    for (size_t i = 0; i < p->draft_count; i++)
        if (p->drafts[i]->model == o->model)
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
    for (size_t i = 0; i < s->upsert_count; i++)
        if (is_resolved(s->upserts[i].draft))
            p->drafts[p->draft_count++] = s->upserts[i].draft;
}

bool upsert_begin(struct flush *p)
{
    struct orm_session *s = p->s;
    if (!s->upsert_count)
        return true;
    p->drafts = arena_get(&s->scratch, s->upsert_count * sizeof(struct orm_object *));
    if (!p->drafts)
        return session_nomem(s);
    for (size_t i = 0; i < s->upsert_count; i++)
        if (!(s->upserts[i].draft->state & OBJECT_GONE) && may_be_there(&s->upserts[i]))
            s->upserts[i].draft->state |= OBJECT_DRAFT;
    hold(p);
    take_free(p);
    if (p->held_count && !p->draft_count)
        return error_set_field(&s->error, ORM_INVALID, s->upserts[0].draft->model, NULL,
            "new objects whose rows may be there refer to each other; flush between");
    hold_updates(p);
    return hold_links(p);
}

/* -- Batches ----------------------------------------------------------------------- */

static void columns_to_upsert(const struct orm_object *o, uint8_t *bits)
{
    memcpy(bits, object_changed_bits(o), ORM_BYTES(o->model->column_count));
}

/* What it inserts follows from what was set. */
static bool complete(struct flush *p, struct batch *b, const struct upsert *u)
{
    const struct orm_model *m = b->model;
    uint8_t *inserted = arena_get(&p->s->scratch, ORM_BYTES(m->column_count));
    if (!inserted)
        return session_nomem(p->s);
    memset(inserted, 0, ORM_BYTES(m->column_count));
    for (unsigned i = 0; i < m->column_count; i++)
        bit_put(inserted, i, !batch_server_fills(b->objects[0], i));
    b->upserted = b->columns;
    b->columns = inserted;
    b->by = u->by;
    b->keeps = u->keeps;
    return true;
}

static bool is_like(const struct upsert *a, const struct upsert *b)
{
    return a->draft->model == b->draft->model && a->by == b->by && a->keeps == b->keeps;
}

/* The drafts from the first on that are like it, each once. */
static bool add_batches_like(struct flush *p, size_t first, struct orm_object **chosen)
{
    const struct upsert *u = upsert_of(p->s, p->drafts[first]);
    size_t n = 0;
    for (size_t i = first; i < p->draft_count; i++) {
        struct orm_object *o = p->drafts[i];
        if (!is_like(upsert_of(p->s, o), u) || o->state & OBJECT_SEEN)
            continue;
        o->state |= OBJECT_SEEN;
        chosen[n++] = o;
    }
    const struct batch all = {
        .model = u->draft->model, .by = u->by, .objects = chosen, .count = n};
    struct batch **made = p->last;
    if (!upsert_check_twins(p, &all) ||
        !flush_group(p, BATCH_UPSERT, all.model, chosen, n, columns_to_upsert))
        return false;
    for (struct batch *b = *made; b; b = b->next)
        if (!complete(p, b, u))
            return false;
    return true;
}

bool upsert_add_batches(struct flush *p)
{
    if (!p->draft_count)
        return true;
    struct orm_object **chosen =
        arena_get(&p->s->scratch, p->draft_count * sizeof(struct orm_object *));
    bool good = chosen || session_nomem(p->s);
    for (unsigned m = 0; good && m < p->s->schema->model_count; m++)
        for (size_t i = 0; good && i < p->draft_count; i++)
            if (p->drafts[i]->model == p->s->schema->models[m] &&
                !(p->drafts[i]->state & OBJECT_SEEN))
                good = add_batches_like(p, i, chosen);
    for (size_t i = 0; i < p->draft_count; i++)
        p->drafts[i]->state &= ~OBJECT_SEEN;
    return good;
}

/* -- Afterwards -------------------------------------------------------------------- */

void upsert_end(struct orm_object *draft)
{
    relate_touch_all(draft);
    list_end_notes(draft);
    draft->state &= ~(OBJECT_NEW | OBJECT_QUEUED);
    draft->state |= OBJECT_GONE;
}

/* The row that a resolved draft turned out to be. */
static struct orm_object *row_of(const struct orm_session *s, struct orm_object *o)
{
    const struct upsert *u = is_resolved(o) ? upsert_of(s, o) : NULL;
    return u && u->row ? u->row : o;
}

static void refer_to_row(
    const struct orm_session *s, struct orm_object *o, const struct orm_to_one *ref)
{
    struct orm_object *draft = *object_slot(o, ref);
    if (ref->reverse || !draft || !is_resolved(draft))
        return;
    struct orm_object *row = row_of(s, draft);
    if (row != draft) {
        scope_keep_for(row, o->scope);
        slot_put(o, ref, row);
    }
    flush_copy_key(o, ref);
    relate_show(o, ref);
}

static void return_links(struct flush *p)
{
    for (size_t i = 0; i < p->held_link_count; i++) {
        struct link l = p->held_links[i];
        l.owner = row_of(p->s, l.owner);
        l.target = row_of(p->s, l.target);
        link_again(p->s, l);
    }
}

static void tell(struct orm_session *s, const struct upsert *u)
{
    if (u->became)
        *u->became = u->row;
    if (!u->row) /* its answer was not good */
        upsert_end(u->draft);
    else if (s->has_hooks)
        hooks_note(s, u->row, u->row == u->draft ? ORM_AFTER_INSERT : ORM_AFTER_UPDATE);
}

static void end_marks(struct flush *p)
{
    struct orm_session *s = p->s;
    size_t left = 0;
    for (size_t i = 0; i < s->upsert_count; i++) {
        struct orm_object *o = s->upserts[i].draft;
        if (o->state & OBJECT_HELD) {
            o->stamp = UPSERT_STAMP | left;
            s->upserts[left++] = s->upserts[i];
        }
        if (o->state & OBJECT_GONE)
            o->stamp = s->stamp;
        o->state &= ~OBJECT_DRAFT;
    }
    s->upsert_count = left;
    for (size_t i = 0; i < s->change_count; i++)
        s->changes[i]->state &= ~OBJECT_HELD;
}

void upsert_settle(struct flush *p)
{
    struct orm_session *s = p->s;
    if (!s->upsert_count)
        return;
    for (size_t i = 0; i < s->upsert_count; i++)
        if (is_resolved(s->upserts[i].draft))
            tell(s, &s->upserts[i]);
    for (size_t i = 0; i < s->change_count; i++)
        for (unsigned r = 0; r < s->changes[i]->model->to_one_count; r++)
            refer_to_row(s, s->changes[i], &s->changes[i]->model->to_ones[r]);
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
