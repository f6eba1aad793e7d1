/* flush.c: from recorded changes to batches. */
#include "flush.h"

#include "clock.h"
#include "keys.h"
#include "link.h"
#include "on_update.h"

#include <string.h>

/* -- What there is to do ----------------------------------------------------------- */

static bool sort_out(struct flush *p)
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
        if (bit_is_set(object_null_bits(o), i) && !column_may_be_unset(c))
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
        if (ref->reverse || !target || !relate_is_changed(o, ref) ||
            !(target->state & (OBJECT_GONE | OBJECT_DELETED)))
            continue;
        return error_set_field(&s->error, ORM_INVALID, o->model,
            &o->model->columns[ref->columns[0]], "the %s it refers to was deleted",
            target->model->name);
    }
    return true;
}

static bool check(const struct flush *p)
{
    for (size_t i = 0; i < p->new_count; i++)
        if (!check_required(p->s, p->news[i]) || !check_targets(p->s, p->news[i]))
            return false;
    for (size_t i = 0; i < p->update_count; i++)
        if (!check_targets(p->s, p->updates[i]))
            return false;
    return true;
}

/* Whether what the slot's columns refer to may have been unknown, or another, when they
 * were set. */
static bool is_behind(const struct orm_object *o, const struct orm_to_one *ref)
{
    const bool may_have_changed = object_session(o)->former_count && !ref->reverse &&
                                  *object_slot(o, ref) && relate_is_changed(o, ref);
    return relate_is_to_new(o, ref) || may_have_changed;
}

/* A new target's key is known now, or not any more: the columns that refer to it take
 * it over.  A column of our own key, too, unless the target is one of us: what such a
 * tree shares, as a tenant's number, is each row's own. */
static void copy_key(struct orm_object *o, const struct orm_to_one *ref)
{
    const struct orm_object *target = *object_slot(o, ref);
    const bool is_self = ref->target == o->model;
    for (unsigned i = 0; i < ref->count; i++) {
        const unsigned from = ref->target_columns[i];
        if (is_self && key_has_column(key_of_model(o->model), ref->columns[i]))
            continue;
        const struct orm_column *c = &o->model->columns[ref->columns[i]];
        type_put(c, o,
            bit_is_set(object_null_bits(target), from) ? type_zero(c)
                                                       : object_value(target, from));
    }
}

static void copy_keys(
    struct orm_object **objects, size_t count, struct orm_model const *m)
{
    for (size_t n = 0; n < count; n++) {
        struct orm_object *o = objects[n];
        for (unsigned i = 0; i < o->model->to_one_count; i++)
            if ((!m || o->model == m) && is_behind(o, &o->model->to_ones[i]))
                copy_key(o, &o->model->to_ones[i]);
    }
}

/* Whether the model's key is made of references. */
static bool has_derived_key(const struct orm_model *m)
{
    for (unsigned i = 0; i < m->to_one_count; i++)
        for (unsigned k = 0; k < m->to_ones[i].count; k++)
            if (!m->to_ones[i].reverse &&
                key_has_column(key_of_model(m), m->to_ones[i].columns[k]))
                return true;
    return false;
}

/* Keys made of references come first, those of referenced models before others. */
static void copy_all_keys(const struct flush *p)
{
    for (unsigned i = 0; i < p->s->schema->model_count; i++)
        if (has_derived_key(p->s->schema->models[i]))
            copy_keys(p->news, p->new_count, p->s->schema->models[i]);
    copy_keys(p->news, p->new_count, NULL);
    copy_keys(p->updates, p->update_count, NULL);
}

/* -- Batches ----------------------------------------------------------------------- */

static struct batch *add_batch(
    struct flush *p, enum batch_kind kind, const struct orm_model *m)
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

static void put_flagged(const struct orm_model *m, unsigned flags, uint64_t *bits)
{
    for (unsigned i = 0; i < m->column_count; i++)
        if (m->columns[i].flags & flags)
            bit_put(bits, i, true);
}

static void columns_to_update(const struct orm_object *o, uint64_t *bits)
{
    memcpy(
        bits, object_changed_bits(o), ORM_WORDS(o->model->column_count) * sizeof *bits);
    put_flagged(o->model, ORM_COLUMN_VERSION | ORM_COLUMN_UPDATED, bits);
}

static void columns_to_delete(const struct orm_object *o, uint64_t *bits)
{
    put_flagged(o->model, ORM_COLUMN_VERSION, bits);
}

/* The columns that become null with the reference. */
static void put_cleared(const struct orm_to_one *ref, uint64_t *bits)
{
    for (unsigned i = 0; i < ref->count; i++)
        if (ref->clears >> i & 1)
            bit_put(bits, ref->columns[i], true);
}

static void columns_deferred(const struct orm_object *o, uint64_t *bits)
{
    for (unsigned i = 0; i < o->model->to_one_count; i++)
        if (batch_defers(o, &o->model->to_ones[i]))
            put_cleared(&o->model->to_ones[i], bits);
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
static bool group_by_columns(struct flush *p, enum batch_kind kind,
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

static bool add_updates_of(struct flush *p, enum batch_kind kind,
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
static bool add_some_updates(struct flush *p, enum batch_kind kind,
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
    const struct orm_session *s = object_session(o);
    if (ref->reverse || ref->on_delete == ORM_SET_NULL ||
        session_number(s, ref->target) <= session_number(s, o->model) || !ref->clears)
        return false;
    const struct orm_object *target = relate_target(o, ref);
    return target && target->state & OBJECT_DELETED;
}

static void columns_tied(const struct orm_object *o, uint64_t *bits)
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
static bool add_deletes(struct flush *p)
{
    if (!add_some_updates(
            p, BATCH_UNTIE, p->deletes, p->delete_count, has_tied, columns_tied))
        return false;
    const size_t *counts = count_models(p, p->deletes, p->delete_count);
    for (unsigned i = p->s->schema->model_count; counts && i--;)
        if (counts[i] && !group_by_columns(p, BATCH_DELETE, p->s->schema->models[i],
                             p->deletes, p->delete_count, columns_to_delete))
            return false;
    return counts != NULL;
}

/* -- The whole --------------------------------------------------------------------- */

static bool compile(struct flush *p)
{
    for (struct batch *b = p->first; b; b = b->next)
        if (!batch_compile(p->s, b))
            return false;
    return true;
}

bool flush_make(struct flush *p)
{
    if (!sort_out(p) || !check(p) || !keys_take(p->s, p->news, p->new_count))
        return false;
    copy_all_keys(p);
    if (!on_update_begin(p->s))
        return false;
    if (p->s->former_count)
        copy_all_keys(p);
    p->s->flush_time = clock_wall();
    return add_first_updates(p) && add_inserts(p) && add_updates(p) && add_links(p) &&
           add_deletes(p) && compile(p);
}

void flush_take_back(struct flush *p)
{
    on_update_take_back(p->s);
    keys_give_back(p->s, p->news, p->new_count);
    copy_all_keys(p);
}

void flush_free(struct flush *p)
{
    for (struct batch *b = p->first; b; b = b->next)
        params_free(&b->params);
}
