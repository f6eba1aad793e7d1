/* on_update.c: the database follows on_update; memory does the same.
 *
 * What a row referred to is told by the value that the database has, so that one is
 * kept while another waits to be written.  Rows that take a new value may be referred
 * to by it themselves: they are followed in their turn. */
#include "write/on_update.h"

#include "base/memory.h"
#include "objects/slot.h"
#include "objects/undo.h"

#include <string.h>

/* Of references to rows that refer themselves: as deep as a key's can be. */
#define DEEPEST 32

/* -- Remembering ------------------------------------------------------------------- */

static bool is_followed_by(
    const struct orm_model *m, const struct orm_model *target, unsigned column)
{
    for (unsigned i = 0; i < m->to_one_count; i++) {
        const struct orm_to_one *ref = &m->to_ones[i];
        if (!ref->reverse && ref->target == target &&
            key_has_column(ref_target_columns(ref), column))
            return true;
    }
    return false;
}

bool on_update_is_followed(
    const struct orm_session *s, const struct orm_model *m, unsigned column)
{
    for (unsigned i = 0; i < s->schema->model_count; i++)
        if (is_followed_by(s->schema->models[i], m, column))
            return true;
    return false;
}

bool on_update_note(struct orm_object *o, unsigned column)
{
    struct orm_session *s = object_session(o);
    const struct orm_column *c = &o->model->columns[column];
    if (o->state & OBJECT_NEW || !session_model(s, o->model)->is_followed ||
        bit_is_set(object_null_bits(o), column) ||
        bit_is_set(object_changed_bits(o), column) ||
        !on_update_is_followed(s, o->model, column))
        return true;
    union orm_value v = object_value(o, column);
    if ((!type_is_number(c) && !type_copy(c, &v, &o->scope->arena)) ||
        !memory_grow(
            &s->formers, &s->former_capacity, s->former_count + 1, sizeof *s->formers))
        return session_nomem(s);
    s->formers[s->former_count++] = (struct former){o, (uint16_t)column, v};
    o->state |= OBJECT_FORMER;
    return true;
}

/* What the database has now. */
static union orm_value former_value(
    const struct orm_session *s, const struct orm_object *o, unsigned column)
{
    const size_t count = o->state & OBJECT_FORMER ? s->former_count : 0;
    for (size_t i = 0; i < count; i++)
        if (s->formers[i].object == o && s->formers[i].column == column)
            return s->formers[i].value;
    return object_value(o, column);
}

/* -- Following --------------------------------------------------------------------- */

static void put_null(struct orm_object *o, unsigned column)
{
    const struct orm_column *c = &o->model->columns[column];
    type_put(c, o, type_zero(c));
    bit_put(object_null_bits(o), column, true);
}

/* A text of its own: the two may live in different scopes. */
static bool put_from(struct orm_object *o, unsigned column,
    const struct orm_object *target, unsigned from)
{
    const struct orm_column *c = &o->model->columns[column];
    union orm_value v = object_value(target, from);
    if (bit_is_set(object_null_bits(target), from)) {
        put_null(o, column);
        return true;
    }
    if (!type_is_number(c) && !type_copy(c, &v, &o->scope->arena))
        return session_nomem(object_session(o));
    type_put(c, o, v);
    bit_put(object_null_bits(o), column, false);
    return true;
}

/* The server alone knows a default, and what a trigger or an expression makes. */
static bool is_unknown_after(const struct orm_object *o, const struct orm_to_one *ref)
{
    bool unknown = ref->on_update == ORM_SET_DEFAULT;
    for (unsigned i = 0; i < o->model->column_count; i++)
        unknown = unknown || o->model->columns[i].flags & ORM_COLUMN_FILLED_ON_UPDATE;
    return unknown;
}

static bool take_on(const struct followed *f)
{
    struct orm_object *o = f->object;
    const struct orm_to_one *ref = f->ref;
    struct orm_object *linked = *object_slot(o, ref);
    for (unsigned i = 0; i < ref->count; i++) {
        object_reset_slots_of(o, ref->columns[i]);
        if (ref->on_update == ORM_CASCADE &&
            !put_from(o, ref->columns[i], f->target, ref->target_columns[i]))
            return false;
        if (ref->on_update == ORM_SET_NULL)
            put_null(o, ref->columns[i]);
    }
    if (ref->on_update == ORM_CASCADE && !key_is_null(ref_columns(o->model, ref), o))
        *object_slot(o, ref) = linked;
    if (is_unknown_after(o, ref))
        o->state |= OBJECT_EXPIRED;
    return true;
}

/* -- Finding ----------------------------------------------------------------------- */

/* A row, and the columns of it that change. */
struct source_of {
    struct orm_object *object;
    struct key_columns columns;
    unsigned depth;
};

static bool touches(const struct source_of *w, const struct orm_to_one *ref)
{
    for (unsigned i = 0; i < w->columns.count; i++)
        if (key_has_column(ref_target_columns(ref), w->columns.at[i]))
            return true;
    return false;
}

/* Whether the row refers to the other by what the database has.  What the program set
 * is written behind, and stays. */
static bool refers(const struct orm_session *s, const struct orm_object *o,
    const struct orm_to_one *ref, const struct orm_object *target)
{
    if (o->state & OBJECT_GONE || relate_is_changed(o, ref) ||
        key_is_null(ref_columns(o->model, ref), o))
        return false;
    for (unsigned i = 0; i < ref->count; i++)
        if (!type_equal(&o->model->columns[ref->columns[i]],
                object_value(o, ref->columns[i]),
                former_value(s, target, ref->target_columns[i])))
            return false;
    return true;
}

static bool add(struct orm_session *s, const struct source_of *w, struct orm_object *o,
    const struct orm_to_one *ref)
{
    void *copy = arena_get(&s->scratch, o->model->size);
    if (!copy || !memory_grow(&s->followed, &s->followed_capacity,
                     s->followed_count + 1, sizeof *s->followed))
        return session_nomem(s);
    if (!undo_note(o))
        return false;
    memcpy(copy, o, o->model->size);
    s->followed[s->followed_count++] =
        (struct followed){o, copy, ref, w->object, w->depth + 1};
    return true;
}

static bool find_among(
    struct orm_session *s, const struct source_of *w, const struct orm_model *m)
{
    const struct idmap *map = &session_model(s, m)->map;
    for (unsigned r = 0; r < m->to_one_count; r++) {
        const struct orm_to_one *ref = &m->to_ones[r];
        if (!ref_follows(ref) || ref->target != w->object->model || !touches(w, ref))
            continue;
        for (size_t i = 0; i < map->capacity; i++) {
            struct orm_object *o = map->slots[i].object;
            if (o && refers(s, o, ref, w->object) && !add(s, w, o, ref))
                return false;
        }
    }
    return true;
}

static bool find(struct orm_session *s, const struct source_of *w)
{
    if (!session_model(s, w->object->model)->is_followed)
        return true;
    for (unsigned i = 0; i < s->schema->model_count; i++)
        if (!find_among(s, w, s->schema->models[i]))
            return false;
    return true;
}

static bool is_changed(const struct former *f)
{
    const struct orm_object *o = f->object;
    return !(o->state & (OBJECT_GONE | OBJECT_DELETED)) &&
           (bit_is_set(object_null_bits(o), f->column) ||
               !type_equal(&o->model->columns[f->column], object_value(o, f->column),
                   f->value));
}

static bool find_all(struct orm_session *s)
{
    for (size_t i = 0; i < s->former_count; i++) {
        const struct former *f = &s->formers[i];
        const struct source_of w = {f->object, {f->object->model, &f->column, 1}, 0};
        if (is_changed(f) && !find(s, &w))
            return false;
    }
    for (size_t i = 0; i < s->followed_count; i++) {
        const struct followed f = s->followed[i];
        const struct source_of w = {
            f.object, ref_columns(f.object->model, f.ref), f.depth};
        if (f.depth < DEEPEST && !find(s, &w))
            return false;
    }
    return true;
}

/* -- The whole --------------------------------------------------------------------- */

static bool is_rekeyed(const struct followed *f)
{
    const struct key_columns key = key_of_model(f->object->model);
    for (unsigned i = 0; i < f->ref->count; i++)
        if (key_has_column(key, f->ref->columns[i]))
            return true;
    return false;
}

/* All leave the map before one comes back: keys may go round. */
static void leave_map(const struct orm_session *s)
{
    for (size_t i = 0; i < s->followed_count; i++)
        if (is_rekeyed(&s->followed[i]))
            object_leave_map(s->followed[i].object);
}

static void return_to_map(const struct orm_session *s)
{
    for (size_t i = 0; i < s->followed_count; i++)
        if (!(s->followed[i].object->state & OBJECT_MAPPED))
            object_map(s->followed[i].object);
}

bool on_update_begin(struct orm_session *s)
{
    if (!s->former_count)
        return true;
    if (!find_all(s))
        return false;
    bool good = true;
    leave_map(s);
    for (size_t i = 0; good && i < s->followed_count; i++)
        good = take_on(&s->followed[i]);
    return_to_map(s);
    return good;
}

void on_update_take_back(struct orm_session *s)
{
    leave_map(s);
    for (size_t i = 0; i < s->followed_count; i++)
        memcpy(s->followed[i].object, s->followed[i].copy,
            s->followed[i].object->model->size);
    for (size_t i = 0; i < s->followed_count; i++)
        if (is_rekeyed(&s->followed[i]))
            s->followed[i].object->state &= ~OBJECT_MAPPED;
    return_to_map(s);
    s->followed_count = 0;
}

void on_update_end(struct orm_session *s)
{
    for (size_t i = 0; i < s->followed_count; i++)
        if (is_rekeyed(&s->followed[i]))
            object_map_anew(s->followed[i].object);
    s->followed_count = 0;
    on_update_forget(s);
}

void on_update_forget(struct orm_session *s)
{
    for (size_t i = 0; i < s->former_count; i++)
        s->formers[i].object->state &= ~OBJECT_FORMER;
    s->former_count = 0;
}
