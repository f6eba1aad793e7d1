/* write.c: the unit of work: one flight, and back to memory.
 *
 * BEGIN and COMMIT travel in the flight, always written out: not every server takes a
 * pipeline for a transaction.  Memory changes only after the whole flight has
 * succeeded. */
#include "write/write.h"

#include "bulk/upsert.h"
#include "load/load.h"
#include "objects/undo.h"
#include "session/due.h"
#include "session/flight.h"
#include "unit/outcome.h"
#include "write/cascade.h"
#include "write/flush.h"
#include "write/hooks.h"
#include "write/link.h"
#include "write/on_update.h"
#include "write/returned.h"

#include <string.h>

/* -- The flight -------------------------------------------------------------------- */

/* The transaction ends; all else that the flight did is in its results. */
static bool end(struct flush *p)
{
    struct orm_session *s = p->s;
    const struct pg_result *last = flight_result(s, p->batch_count + p->guard_count);
    if (!s->resolves)
        return outcome_is_committed(s, last);
    const bool good = outcome_commit(s, last);
    if (!good)
        flush_explain(p, p->batch_count);
    return good;
}

/* Rows are known to be new or changed by now, and their locks keep the tables as they
 * are: one that was altered since it was compared with its model makes the flight fail,
 * before a value is taken for one of another type. */
static bool add_guards(struct flush *p)
{
    struct orm_session *s = p->s;
    s->flushes++;
    for (const struct batch *b = p->first; b; b = b->next) {
        struct model_state *state = session_model(s, b->model);
        if (b->kind == BATCH_LINK || b->kind == BATCH_UNLINK ||
            b->kind == BATCH_DELETE || state->guarded == s->flushes ||
            !load_has_witness(state))
            continue;
        state->guarded = s->flushes;
        p->guard_count++;
        if (!flight_guard(s, state->witness))
            return false;
    }
    return true;
}

static bool send(struct flush *p, bool commit)
{
    struct orm_session *s = p->s;
    if (p->first && s->transaction == TX_NONE) {
        s->transaction = TX_WANTED;
        s->flush_began = true;
    }
    bool good = flight_begin(s);
    for (const struct batch *b = p->first; good && b; b = b->next)
        good = flight_add(s, b->statement, &b->params);
    good = good && add_guards(p);
    if (good && commit)
        good = s->resolves ? outcome_add_ticket(s) : flight_command(s, "COMMIT");
    size_t failed = 0;
    if (good && !flight_land(s, &failed)) {
        flush_explain(p, failed);
        good = false;
    }
    return good && (!commit || end(p));
}

/* -- Back to memory ---------------------------------------------------------------- */

/* Rows of a join model that an unlink deleted. */
static void forget_unlinked(
    struct orm_session *s, const struct batch *b, const struct pg_result *r)
{
    const struct orm_model *m = b->relation->through;
    struct orm_error ignored = {0};
    for (size_t row = 0; m && row < pg_rows(r); row++) {
        bool right = pg_columns(r) >= m->key_count;
        for (unsigned i = 0; right && i < m->key_count; i++) {
            const struct pg_cell cell = pg_value(r, row, i);
            right = cell.data && type_check(m, &m->columns[m->key[i]], cell, &ignored);
        }
        struct orm_object *o = right ? returned_object(s, m, r, row) : NULL;
        if (!o)
            continue;
        undo_note(o);
        relate_touch_all(o);
        object_unmap(o);
        o->state |= OBJECT_GONE;
        session_model(s, m)->deletions++;
    }
}

/* What the runtime set in the rows is so in the objects, too. */
static void take_over(struct orm_session *s, const struct batch *b)
{
    if (b->kind != BATCH_INSERT && b->kind != BATCH_UPDATE)
        return;
    for (unsigned i = 0; i < b->model->column_count; i++) {
        const struct orm_column *c = &b->model->columns[i];
        if (!(c->flags & COLUMN_IS_OURS) || !bit_is_set(b->columns, i))
            continue;
        const bool counts = b->kind == BATCH_UPDATE && c->flags & ORM_COLUMN_VERSION;
        for (size_t n = 0; n < b->count; n++) {
            struct orm_object *o = b->objects[n];
            union orm_value v = counts ? type_get(c, o) : batch_set_value(s, c);
            v.integer += counts;
            type_put(c, o, v);
            bit_put(object_null_bits(o), i, false);
        }
    }
}

static void settle(struct orm_object *o, uint64_t stamp)
{
    object_clear_changes(o);
    list_end_notes(o);
    o->state &= ~(OBJECT_NEW | OBJECT_QUEUED | OBJECT_KEYED);
    o->stamp = stamp;
}

/* All but what waits for another flight, and drafts, whose rows are yet to be read. */
static void settle_all(struct orm_session *s)
{
    size_t left = 0;
    for (unsigned i = 0; i < s->schema->model_count; i++)
        s->models[i].unwritten = 0;
    for (size_t i = 0; i < s->change_count; i++) {
        struct orm_object *o = s->changes[i];
        if (o->state & OBJECT_HELD) {
            s->changes[left++] = o;
            session_model(s, o->model)->unwritten++;
        } else if (!(o->state & OBJECT_DRAFT))
            settle(o, s->stamp);
    }
    s->change_count = left;
}

static void note(
    struct flush *p, struct orm_object *const *objects, size_t count, enum orm_event e)
{
    for (size_t i = 0; i < count; i++)
        hooks_note(p->s, objects[i], e);
}

static void note_all(struct flush *p)
{
    note(p, p->news, p->new_count, ORM_AFTER_INSERT);
    note(p, p->updates, p->update_count, ORM_AFTER_UPDATE);
    note(p, p->deletes, p->delete_count, ORM_AFTER_DELETE);
}

/* -- The whole --------------------------------------------------------------------- */

/* By a key that the program gave others may have been made to refer to it, unseen. */
static void map_new(struct orm_object *o)
{
    const struct orm_model *m = o->model;
    object_map_anew(o);
    if (m->columns[m->key[0]].flags & ORM_COLUMN_IDENTITY)
        return;
    for (unsigned i = 0; i < m->to_many_count; i++)
        list_drop(object_manager(o, &m->to_manys[i]));
}

static bool publish(struct flush *p)
{
    struct orm_session *s = p->s;
    if (p->delete_count)
        cascade_follow(s, (struct new_objects){p->news, p->new_count});
    settle_all(s);
    /* What had one of these keys is gone, or they could not have been written. */
    for (size_t i = 0; i < p->new_count; i++)
        if (!(p->news[i]->state & OBJECT_GONE))
            map_new(p->news[i]);
    on_update_end(s);
    link_forget(s);
    due_is_done(s);
    if (s->has_hooks)
        note_all(p);
    if (p->first)
        undo_after_write(s);

    bool good = true;
    size_t item = 0;
    for (const struct batch *b = p->first; b; b = b->next, item++) {
        const struct pg_result *r = flight_result(s, item);
        if (b->kind == BATCH_UNLINK)
            forget_unlinked(s, b, r);
        else if (b->kind == BATCH_UPSERT)
            good = upsert_take(p, b, r) && good;
        else if (b->objects) {
            take_over(s, b);
            good = returned_take(s, b, r) && good;
        }
    }
    upsert_settle(p);
    return good;
}

static bool check_counts(const struct flush *p)
{
    size_t item = 0;
    for (const struct batch *b = p->first; b; b = b->next, item++)
        if (!returned_check_count(p->s, b, flight_result(p->s, item)))
            return false;
    return true;
}

static bool write_all(struct flush *p, bool commit)
{
    struct orm_session *s = p->s;
    const bool good = flush_make(p);
    const bool last = commit && !p->held_count;
    const bool ends = last && s->transaction >= TX_OPEN;
    if (!good || ((p->first || ends) && !send(p, last)) ||
        (!last && !check_counts(p))) {
        flush_take_back(p);
        return false;
    }
    s->undo_rests = last;
    const bool published = publish(p);
    s->undo_rests = false;
    if (!published && last)
        s->error.outcome = ORM_COMMITTED;
    return published;
}

/* What an open transaction has written goes with any failure of a flush. */
static void settle_outcome(struct orm_session *s)
{
    if (s->error.outcome == ORM_NOT_STARTED && s->transaction >= TX_OPEN)
        s->error.outcome = ORM_ROLLED_BACK;
}

/* One flight.  True in `more`: some of it waits for what this one found out. */
static bool write_now(struct orm_session *s, bool commit, bool *more)
{
    struct flush p = {.s = s};
    p.last = &p.first;
    statement_hold(&s->statements);
    const bool good = write_all(&p, commit);
    *more = p.held_count != 0;
    statement_release(&s->statements);
    flush_free(&p);
    flight_end(s);
    arena_clear(&s->scratch);
    return good;
}

static bool write_all_rounds(struct orm_session *s, bool commit)
{
    bool good = true, more = true;
    while (good && more)
        good = write_now(s, commit, &more);
    s->flush_failed = !good;
    return good;
}

bool write_changes(struct orm_session *s, bool commit)
{
    if (s->error.code || !hooks_allow(s, "orm_flush"))
        return false;
    const bool is_first = s->transaction < TX_OPEN;
    s->altered = false;
    bool good = hooks_before_flush(s) && write_all_rounds(s, commit);
    s->flush_failed = !good;
    /* This time the tables are compared before. */
    if (!good && s->altered && is_first && orm_retry(s))
        good = write_all_rounds(s, commit);
    if (!good)
        settle_outcome(s);
    else if (!commit)
        hooks_after_flush(s);
    return good;
}
