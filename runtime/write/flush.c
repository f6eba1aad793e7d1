/* flush.c: from recorded changes to batches. */
#include "write/flush.h"

#include "base/clock.h"
#include "bulk/upsert.h"
#include "write/check.h"
#include "write/keys.h"
#include "write/link.h"
#include "write/on_update.h"

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
        if (o->state & (OBJECT_GONE | OBJECT_HELD | OBJECT_DRAFT))
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
            return error_set_object(
                &s->error, ORM_INVALID, o, c, "required, but never set");
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
        return error_set_object(&s->error, ORM_INVALID, o,
            &o->model->columns[ref->columns[0]], "the %s it refers to was deleted",
            target->model->name);
    }
    return true;
}

static bool check(const struct flush *p)
{
    for (size_t i = 0; i < p->new_count; i++)
        if (!check_required(p->s, p->news[i]) || !check_targets(p->s, p->news[i]) ||
            !check_row(p->s, p->news[i]))
            return false;
    for (size_t i = 0; i < p->draft_count; i++)
        if (!check_required(p->s, p->drafts[i]) || !check_targets(p->s, p->drafts[i]))
            return false;
    for (size_t i = 0; i < p->update_count; i++)
        if (!check_targets(p->s, p->updates[i]) || !check_row(p->s, p->updates[i]))
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
void flush_copy_key(struct orm_object *o, const struct orm_to_one *ref)
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
                flush_copy_key(o, &o->model->to_ones[i]);
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
    copy_keys(p->drafts, p->draft_count, NULL);
    copy_keys(p->updates, p->update_count, NULL);
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
    if (!upsert_begin(p) || !sort_out(p) || !check(p) ||
        !keys_take(p->s, p->news, p->new_count))
        return false;
    copy_all_keys(p);
    if (!on_update_begin(p->s))
        return false;
    if (p->s->former_count)
        copy_all_keys(p);
    p->s->flush_time = clock_wall();
    return flush_find_ahead(p) && flush_order(p) && compile(p);
}

void flush_take_back(struct flush *p)
{
    upsert_take_back(p);
    on_update_take_back(p->s);
    keys_give_back(p->s, p->news, p->new_count);
    copy_all_keys(p);
}

void flush_free(struct flush *p)
{
    for (struct batch *b = p->first; b; b = b->next)
        params_free(&b->params);
}
