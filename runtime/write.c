/* write.c: the unit of work: from recorded changes to one flight, and back.
 *
 * Inserts go first, referenced models before referring ones, then updates, links and
 * deletes, children first: PostgreSQL checks foreign keys as each statement ends.  Rows
 * of one model that are written alike make one statement (batch.h).  BEGIN and COMMIT
 * travel in the same flight, always written out: not every server takes a pipeline for
 * a transaction.  Memory changes only after the whole flight has succeeded. */
#include "write.h"

#include "batch.h"
#include "flight.h"
#include "identity.h"
#include "keys.h"
#include "link.h"
#include "load.h"
#include "undo.h"

#include <string.h>

struct plan {
    struct orm_session *s;
    struct orm_object **news, **updates, **deletes;
    size_t new_count, update_count, delete_count;
    struct batch *first, **last;
    uint64_t batch_count;
};

/* -- What there is to do ----------------------------------------------------------- */

static bool sort_out(struct plan *p)
{
    struct orm_session *s = p->s;
    const size_t size = (s->change_count + 1) * sizeof *p->news;
    p->news = arena_get(&s->scratch, size);
    p->updates = arena_get(&s->scratch, size);
    p->deletes = arena_get(&s->scratch, size);
    if (!p->news || !p->updates || !p->deletes)
        return session_nomem(s);
    for (size_t i = 0; i < s->change_count; i++) {
        struct orm_object *o = s->changes[i];
        if (o->state & OBJECT_GONE)
            continue;
        if (o->state & OBJECT_NEW)
            p->news[p->new_count++] = o;
        else if (o->state & OBJECT_DELETED)
            p->deletes[p->delete_count++] = o;
        else if (object_has_changes(o))
            p->updates[p->update_count++] = o;
    }
    return true;
}

static bool check_required(struct orm_session *s, const struct orm_object *o)
{
    for (unsigned i = 0; i < o->model->column_count; i++) {
        const struct orm_column *c = &o->model->columns[i];
        const unsigned filled =
            ORM_COLUMN_NULLABLE | ORM_COLUMN_DEFAULT | ORM_COLUMN_IDENTITY;
        if (bit_is_set(object_null_bits(o), i) && !(c->flags & filled))
            return error_set_field(
                &s->error, ORM_INVALID, o->model, c, "required, but never set");
    }
    return true;
}

/* A slot that the program filled must not point to what is, or will be, no row. */
static bool check_targets(struct orm_session *s, const struct orm_object *o)
{
    for (unsigned i = 0; i < o->model->to_one_count; i++) {
        const struct orm_to_one *ref = &o->model->to_ones[i];
        const struct orm_object *target = *object_slot(o, ref);
        if (ref->reverse || !target ||
            !bit_is_set(object_changed_bits(o), ref->column) ||
            !(target->state & (OBJECT_GONE | OBJECT_DELETED)))
            continue;
        return error_set_field(&s->error, ORM_INVALID, o->model,
            &o->model->columns[ref->column], "the %s it refers to was deleted",
            target->model->name);
    }
    return true;
}

static bool check(const struct plan *p)
{
    for (size_t i = 0; i < p->new_count; i++)
        if (!check_required(p->s, p->news[i]) || !check_targets(p->s, p->news[i]))
            return false;
    for (size_t i = 0; i < p->update_count; i++)
        if (!check_targets(p->s, p->updates[i]))
            return false;
    return true;
}

/* New targets have their keys now: the columns that refer to them take it over.  Or
 * give it up again. */
static void copy_keys(struct orm_object **objects, size_t count, bool back)
{
    for (size_t n = 0; n < count; n++) {
        struct orm_object *o = objects[n];
        for (unsigned i = 0; i < o->model->to_one_count; i++) {
            const struct orm_to_one *ref = &o->model->to_ones[i];
            const struct orm_object *target = *object_slot(o, ref);
            if (ref->reverse || !target || !(target->state & OBJECT_NEW))
                continue;
            const struct orm_column *c = &o->model->columns[ref->column];
            type_put(
                c, o, back ? type_zero(c) : object_value(target, ref->target_column));
        }
    }
}

/* -- Batches ----------------------------------------------------------------------- */

static struct batch *add_batch(
    struct plan *p, enum batch_kind kind, const struct orm_model *m)
{
    struct batch *b = arena_get(&p->s->scratch, sizeof *b);
    if (!b) {
        session_nomem(p->s);
        return NULL;
    }
    *b = (struct batch){.kind = kind, .model = m, .number = ++p->batch_count};
    *p->last = b;
    p->last = &b->next;
    return b;
}

/* What an object's statement writes; `bits` has a word per 64 columns. */
typedef void columns_of(const struct orm_object *o, uint64_t *bits);

static void columns_to_insert(const struct orm_object *o, uint64_t *bits)
{
    for (unsigned i = 0; i < o->model->column_count; i++)
        bit_put(bits, i, !batch_server_fills(o, i));
}

static void columns_to_update(const struct orm_object *o, uint64_t *bits)
{
    memcpy(
        bits, object_changed_bits(o), ORM_WORDS(o->model->column_count) * sizeof *bits);
}

static void columns_deferred(const struct orm_object *o, uint64_t *bits)
{
    for (unsigned i = 0; i < o->model->to_one_count; i++)
        if (batch_defers(o, &o->model->to_ones[i]))
            bit_put(bits, o->model->to_ones[i].column, true);
}

/* The batch since `first` that writes these columns. */
static struct batch *find_batch(struct batch *first, const uint64_t *bits, size_t size)
{
    for (struct batch *b = first; b; b = b->next)
        if (memcmp(b->columns, bits, size) == 0)
            return b;
    return NULL;
}

/* Makes one batch per set of columns of the model's objects in the list. */
static bool group_by_columns(struct plan *p, enum batch_kind kind,
    const struct orm_model *m, struct orm_object **objects, size_t count,
    columns_of *columns)
{
    const size_t size = ORM_WORDS(m->column_count) * sizeof(uint64_t);
    struct batch **first = p->last;
    uint64_t *bits = arena_get(&p->s->scratch, size);
    struct batch **of = arena_get(&p->s->scratch, (count + 1) * sizeof *of);
    if (!bits || !of)
        return session_nomem(p->s);

    for (size_t i = 0; i < count; i++) {
        if (objects[i]->model != m)
            continue;
        memset(bits, 0, size);
        columns(objects[i], bits);
        struct batch *b = find_batch(*first, bits, size);
        if (!b) {
            uint64_t *kept = arena_get(&p->s->scratch, size);
            b = kept ? add_batch(p, kind, m) : NULL;
            if (!b)
                return session_nomem(p->s);
            b->columns = memcpy(kept, bits, size);
        }
        b->count++;
        of[i] = b;
    }
    for (struct batch *b = *first; b; b = b->next) {
        b->objects = arena_get(&p->s->scratch, b->count * sizeof *b->objects);
        if (!b->objects)
            return session_nomem(p->s);
        b->count = 0;
    }
    for (size_t i = 0; i < count; i++) {
        if (objects[i]->model != m)
            continue;
        of[i]->objects[of[i]->count++] = objects[i];
        if (kind == BATCH_INSERT)
            objects[i]->stamp = of[i]->number;
    }
    return true;
}

/* How many objects of each model are in the list. */
static size_t *count_models(struct plan *p, struct orm_object **objects, size_t count)
{
    const unsigned models = p->s->schema->model_count;
    size_t *n = arena_get(&p->s->scratch, models * sizeof *n);
    if (!n) {
        session_nomem(p->s);
        return NULL;
    }
    memset(n, 0, models * sizeof *n);
    for (size_t i = 0; i < count; i++)
        n[objects[i]->model->index]++;
    return n;
}

static bool plan_inserts(struct plan *p)
{
    const size_t *counts = count_models(p, p->news, p->new_count);
    for (unsigned i = 0; counts && i < p->s->schema->model_count; i++) {
        const struct orm_model *m = p->s->schema->models[i];
        if (counts[i] && (!group_by_columns(p, BATCH_INSERT, m, p->news, p->new_count,
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

static bool plan_updates_of(struct plan *p, enum batch_kind kind,
    struct orm_object **objects, size_t count, columns_of *columns)
{
    const size_t *counts = count_models(p, objects, count);
    for (unsigned i = 0; counts && i < p->s->schema->model_count; i++)
        if (counts[i] && !group_by_columns(
                             p, kind, p->s->schema->models[i], objects, count, columns))
            return false;
    return counts != NULL;
}

/* Updates of those objects of the list that need one. */
static bool plan_some_updates(struct plan *p, enum batch_kind kind,
    struct orm_object **objects, size_t count, bool (*needs)(const struct orm_object *),
    columns_of *columns)
{
    struct orm_object **chosen =
        arena_get(&p->s->scratch, (count + 1) * sizeof *chosen);
    if (!chosen)
        return session_nomem(p->s);
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        if (needs(objects[i]))
            chosen[n++] = objects[i];
    return plan_updates_of(p, kind, chosen, n, columns);
}

static bool plan_updates(struct plan *p)
{
    return plan_some_updates(p, BATCH_UPDATE, p->news, p->new_count, has_deferred,
               columns_deferred) &&
           plan_updates_of(
               p, BATCH_UPDATE, p->updates, p->update_count, columns_to_update);
}

static bool is_row(const struct orm_object *o)
{
    return !(o->state & (OBJECT_GONE | OBJECT_DELETED));
}

/* Pairs are sorted by relation, removals first. */
static bool plan_links(struct plan *p)
{
    struct orm_session *s = p->s;
    link_collapse(s);
    size_t n = 0;
    for (size_t i = 0; i < s->link_count; i++)
        if (is_row(s->links[i].owner) && is_row(s->links[i].target))
            s->links[n++] = s->links[i];
    s->link_count = n;

    for (size_t i = 0; i < n;) {
        const struct link *l = &s->links[i];
        struct batch *b =
            add_batch(p, l->add ? BATCH_LINK : BATCH_UNLINK, l->relation->owner);
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
    if (ref->reverse || ref->on_delete == ORM_ON_DELETE_SET_NULL ||
        ref->target->index <= o->model->index ||
        !(o->model->columns[ref->column].flags & ORM_COLUMN_NULLABLE))
        return false;
    const struct orm_object *target = relate_target(o, ref);
    return target && target->state & OBJECT_DELETED;
}

static void columns_tied(const struct orm_object *o, uint64_t *bits)
{
    for (unsigned i = 0; i < o->model->to_one_count; i++)
        if (is_tied(o, &o->model->to_ones[i]))
            bit_put(bits, o->model->to_ones[i].column, true);
}

static bool has_tied(const struct orm_object *o)
{
    for (unsigned i = 0; i < o->model->to_one_count; i++)
        if (is_tied(o, &o->model->to_ones[i]))
            return true;
    return false;
}

static void no_columns(const struct orm_object *o, uint64_t *bits)
{
    (void)o;
    (void)bits;
}

/* Children first. */
static bool plan_deletes(struct plan *p)
{
    if (!plan_some_updates(
            p, BATCH_UNTIE, p->deletes, p->delete_count, has_tied, columns_tied))
        return false;
    const size_t *counts = count_models(p, p->deletes, p->delete_count);
    for (unsigned i = p->s->schema->model_count; counts && i--;)
        if (counts[i] && !group_by_columns(p, BATCH_DELETE, p->s->schema->models[i],
                             p->deletes, p->delete_count, no_columns))
            return false;
    return counts != NULL;
}

/* -- The flight -------------------------------------------------------------------- */

static bool compile(struct plan *p)
{
    for (struct batch *b = p->first; b; b = b->next)
        if (!batch_compile(p->s, b))
            return false;
    return true;
}

/* The guard's error becomes what it means. */
static void explain_stale(struct orm_session *s, const struct batch *b)
{
    const char *key = strstr(s->error.message, BATCH_STALE);
    if (!key || !batch_is_guarded(b))
        return;
    char shown[64];
    error_copy(shown, sizeof shown, key + strlen(BATCH_STALE));
    shown[strcspn(shown, "\"")] = '\0';
    const enum orm_outcome outcome = s->error.outcome;
    error_clear(&s->error);
    error_set_field(&s->error, ORM_STALE, b->model, NULL,
        "the row with %s %s is not there any more; nothing was written",
        b->model->columns[b->model->key].field, shown);
    s->error.outcome = outcome;
}

static void explain(const struct plan *p, size_t failed)
{
    const struct batch *b = p->first;
    for (size_t i = 0; b && i < failed; i++)
        b = b->next;
    if (!b)
        return;
    session_blame(p->s, b->model);
    explain_stale(p->s, b);
}

/* The server answers ROLLBACK where it cannot commit.  Any other answer than COMMIT
 * means that we have lost count of its answers, and know nothing. */
static bool check_committed(struct orm_session *s, const struct pg_result *r)
{
    const char *tag = pg_tag(r);
    if (strcmp(tag, "COMMIT") == 0)
        return true;
    if (strcmp(tag, "ROLLBACK") == 0) {
        error_set(
            &s->error, ORM_REFUSED, "the transaction had failed and was rolled back");
        s->error.outcome = ORM_ROLLED_BACK;
    } else {
        error_set(&s->error, ORM_LOST,
            "the server broke the protocol: COMMIT was answered with \"%s\"", tag);
        s->error.outcome = ORM_UNKNOWN;
        pg_hang_up(s->pg);
    }
    s->transaction = TX_NONE;
    return false;
}

static bool send(struct plan *p, bool commit)
{
    struct orm_session *s = p->s;
    if (p->first && s->transaction == TX_NONE)
        s->transaction = TX_WANTED;
    bool good = flight_begin(s);
    for (const struct batch *b = p->first; good && b; b = b->next)
        good = flight_add(s, b->statement, &b->params);
    if (good && commit)
        good = flight_command(s, "COMMIT");
    size_t failed = 0;
    if (good && !flight_land(s, &failed)) {
        explain(p, failed);
        good = false;
    }
    return good && (!commit || check_committed(s, flight_result(s, p->batch_count)));
}

/* -- Back to memory ---------------------------------------------------------------- */

/* One cell that the server filled in. */
static bool check_cell(struct orm_session *s, const struct orm_model *m,
    unsigned column, const struct pg_result *r, size_t row, size_t at, size_t *bytes)
{
    const struct orm_column *c = &m->columns[column];
    const struct pg_cell cell = pg_value(r, row, at);
    if (pg_column_type(r, at) != type_oids(c, s->enums).oid ||
        (!cell.data && !(c->flags & ORM_COLUMN_NULLABLE)))
        return error_set_field(&s->error, ORM_DRIFT, m, c,
            "what the server filled in is not a value of %s", type_name(c));
    *bytes += (size_t)cell.length + 1;
    return !cell.data || type_check(m, c, cell, &s->error);
}

/* The key, then the columns that were left out. */
static bool check_returned(struct orm_session *s, const struct batch *b,
    const struct pg_result *r, size_t *bytes)
{
    const struct orm_model *m = b->model;
    for (size_t row = 0; row < pg_rows(r); row++) {
        size_t at = 0;
        if (!check_cell(s, m, m->key, r, row, at++, bytes))
            return false;
        for (unsigned i = 0; i < m->column_count; i++)
            if (!bit_is_set(b->columns, i) &&
                (at >= pg_columns(r) || !check_cell(s, m, i, r, row, at++, bytes)))
                return false;
    }
    return true;
}

static void fill_returned(
    struct orm_session *s, const struct batch *b, const struct pg_result *r, size_t row)
{
    const struct orm_model *m = b->model;
    struct orm_object *o = load_find(s, m, pg_value(r, row, 0));
    if (!o)
        return;
    size_t at = 1;
    for (unsigned i = 0; i < m->column_count; i++)
        if (!bit_is_set(b->columns, i))
            load_cell(s, o, i, pg_value(r, row, at++));
}

static bool take_returned(
    struct orm_session *s, const struct batch *b, const struct pg_result *r)
{
    size_t bytes = 0;
    if (!pg_rows(r))
        return true;
    if (!check_returned(s, b, r, &bytes))
        return false;
    if (!arena_reserve(&s->scope.arena, bytes))
        return session_nomem(s);
    for (size_t row = 0; row < pg_rows(r); row++)
        fill_returned(s, b, r, row);
    return true;
}

/* Rows of a join model that an unlink deleted. */
static void forget_unlinked(
    struct orm_session *s, const struct batch *b, const struct pg_result *r)
{
    const struct orm_model *m = b->relation->through;
    struct orm_error ignored = {0};
    for (size_t row = 0; m && row < pg_rows(r); row++) {
        const struct pg_cell cell = pg_value(r, row, 0);
        struct orm_object *o = NULL;
        if (cell.data && type_check(m, &m->columns[m->key], cell, &ignored))
            o = load_find(s, m, cell);
        if (!o)
            continue;
        undo_note(o);
        relate_touch_all(o);
        object_unmap(o);
        o->state |= OBJECT_GONE;
        session_model(s, m)->deletions++;
    }
}

/* A row of that key was mapped before and is gone from the table, or it could not have
 * been inserted. */
static void map_new(struct orm_object *o)
{
    struct orm_object *old =
        object_find_any(object_session(o), o->model, object_value(o, o->model->key));
    if (old) {
        object_unmap(old);
        old->state |= OBJECT_GONE;
    }
    object_map(o);
}

static void settle(struct orm_object *o, uint64_t stamp)
{
    object_clear_changes(o);
    list_end_notes(o);
    o->state &= ~(OBJECT_NEW | OBJECT_QUEUED | OBJECT_KEYED);
    o->stamp = stamp;
}

/* -- What the database did to others ----------------------------------------------- */

/* The row that `o` refers to was deleted: the database has followed on_delete. */
static bool follow(struct orm_object *o, const struct orm_to_one *ref)
{
    undo_note(o);
    *object_slot(o, ref) = NULL;
    switch (ref->on_delete) {
    case ORM_ON_DELETE_CASCADE:
        o->state |= OBJECT_DELETED;
        return true;
    case ORM_ON_DELETE_SET_NULL:
        bit_put(object_null_bits(o), ref->column, true);
        type_put(&o->model->columns[ref->column], o,
            type_zero(&o->model->columns[ref->column]));
        return false;
    default:
        o->state |= OBJECT_EXPIRED;
        return false;
    }
}

/* Objects of a model whose targets are deleted.  True if that deleted more. */
static bool follow_deletes_of(struct orm_session *s, const struct orm_model *m)
{
    const struct idmap *map = &session_model(s, m)->map;
    bool more = false;
    for (unsigned r = 0; r < m->to_one_count; r++) {
        const struct orm_to_one *ref = &m->to_ones[r];
        if (!session_model(s, ref->target)->deletions)
            continue;
        for (size_t i = 0; i < map->capacity; i++) {
            struct orm_object *o = map->slots[i].object;
            if (!o || o->state & OBJECT_DELETED)
                continue;
            struct orm_object *target =
                ref->reverse ? *object_slot(o, ref) : relate_target(o, ref);
            if (!target || !(target->state & (OBJECT_DELETED | OBJECT_GONE)))
                continue;
            if (ref->reverse)
                *object_slot(o, ref) = NULL;
            else if (follow(o, ref)) {
                session_model(s, m)->deletions++;
                more = true;
            }
        }
    }
    return more;
}

static void remove_deleted(struct orm_session *s, const struct orm_model *m)
{
    struct idmap *map = &session_model(s, m)->map;
    for (size_t i = 0; i < map->capacity;) {
        struct orm_object *o = map->slots[i].object;
        if (o && o->state & OBJECT_DELETED) {
            object_unmap(o); /* another may move into this place */
            o->state = (o->state & ~OBJECT_DELETED) | OBJECT_GONE;
        } else {
            i++;
        }
    }
}

static void follow_deletes(struct orm_session *s)
{
    bool more = true;
    while (more) {
        more = false;
        for (unsigned i = 0; i < s->schema->model_count; i++)
            more |= follow_deletes_of(s, s->schema->models[i]);
    }
    for (unsigned i = 0; i < s->schema->model_count; i++)
        if (s->models[i].deletions)
            remove_deleted(s, s->schema->models[i]);
}

/* -- The whole --------------------------------------------------------------------- */

static bool publish(struct plan *p)
{
    struct orm_session *s = p->s;
    if (p->delete_count)
        follow_deletes(s);
    for (size_t i = 0; i < s->change_count; i++)
        settle(s->changes[i], s->stamp);
    for (size_t i = 0; i < p->new_count; i++)
        map_new(p->news[i]);
    for (unsigned i = 0; i < s->schema->model_count; i++)
        s->models[i].unwritten = 0;
    s->change_count = 0;
    s->link_count = 0;
    if (p->first && s->transaction == TX_OPEN)
        s->transaction = TX_WROTE;

    bool good = true;
    size_t item = 0;
    for (const struct batch *b = p->first; b; b = b->next, item++) {
        const struct pg_result *r = flight_result(s, item);
        if (b->kind == BATCH_INSERT)
            good = take_returned(s, b, r) && good;
        else if (b->kind == BATCH_UNLINK)
            forget_unlinked(s, b, r);
    }
    return good;
}

static bool prepare(struct plan *p)
{
    if (!sort_out(p) || !check(p) || !keys_take(p->s, p->news, p->new_count))
        return false;
    copy_keys(p->news, p->new_count, false);
    copy_keys(p->updates, p->update_count, false);
    return plan_inserts(p) && plan_updates(p) && plan_links(p) && plan_deletes(p) &&
           compile(p);
}

static void take_back(struct plan *p)
{
    copy_keys(p->news, p->new_count, true);
    copy_keys(p->updates, p->update_count, true);
    keys_give_back(p->s, p->news, p->new_count);
}

static bool write_all(struct plan *p, bool commit)
{
    struct orm_session *s = p->s;
    const bool good = prepare(p);
    const bool ends = commit && s->transaction >= TX_OPEN;
    if (!good || ((p->first || ends) && !send(p, commit))) {
        take_back(p);
        return false;
    }
    const bool published = publish(p);
    if (!published)
        s->error.outcome = commit ? ORM_COMMITTED : ORM_NOT_STARTED;
    return published;
}

bool write_changes(struct orm_session *s, bool commit)
{
    if (s->error.code)
        return false;
    struct plan p = {.s = s};
    p.last = &p.first;
    const bool good = write_all(&p, commit);
    for (struct batch *b = p.first; b; b = b->next)
        params_free(&b->params);
    flight_end(s);
    arena_clear(&s->scratch);
    return good;
}

bool write_before_reading(struct orm_session *s, const struct orm_to_many *rel)
{
    const bool joined =
        rel->kind == ORM_MANY_JOIN &&
        (s->link_count || (rel->through && session_model(s, rel->through)->unwritten));
    const bool waits = joined || session_model(s, rel->target)->unwritten;
    return !waits || write_changes(s, false);
}
