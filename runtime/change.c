/* change.c: changes are recorded here and written by write.c.
 *
 * A column that was never given is null in a new object, whatever the model says of it:
 * the flush finds what is missing by that. */
#include "change.h"

#include "memory.h"
#include "relate.h"
#include "slot.h"
#include "undo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void orm_abort_null(const char *accessor)
{
    fprintf(stderr, "%s: called on NULL\n", accessor);
    abort();
}

/* -- Recording --------------------------------------------------------------------- */

static bool queue(struct orm_session *s, struct orm_object *o)
{
    if (o->state & OBJECT_QUEUED)
        return true;
    if (!memory_grow(
            &s->changes, &s->change_capacity, s->change_count + 1, sizeof *s->changes))
        return session_nomem(s);
    s->changes[s->change_count++] = o;
    session_model(s, o->model)->unwritten++;
    o->state |= OBJECT_QUEUED;
    return true;
}

/* False, and an error, for a view. */
static bool is_written(struct orm_session *s, const struct orm_model *m)
{
    return !m->read_only ||
           error_set_field(&s->error, ORM_INVALID, m, NULL,
               "a view is only read; change the tables that it is made of");
}

/* True if `o` may be changed now; then it is in the unit of work. */
static bool begin(struct orm_object *o)
{
    struct orm_session *s = object_session(o);
    if (s->error.code || o->state & OBJECT_PLACEHOLDER)
        return false;
    if (o->state & (OBJECT_GONE | OBJECT_DELETED)) {
        char name[128];
        return error_set_field(&s->error, ORM_INVALID, o->model, NULL,
            "%s was deleted or rolled back and cannot be changed",
            object_describe(o, name, sizeof name));
    }
    if (!is_written(s, o->model))
        return false;
    return undo_note(o) && queue(s, o);
}

/* Puts the value, or null, and drops on both ends what it makes untrue. */
static void put(struct orm_object *o, unsigned column, const union orm_value *v)
{
    const struct orm_column *c = &o->model->columns[column];
    const struct orm_to_one *ref = relate_slot_of(o->model, column);
    if (ref)
        relate_touch(o, ref);
    object_reset_slots_of(o, column);
    type_put(c, o, v ? *v : type_zero(c));
    bit_put(object_null_bits(o), column, !v);
    bit_put(object_changed_bits(o), column, true);
    if (ref)
        relate_touch(o, ref);
}

/* -- Columns ----------------------------------------------------------------------- */

/* True if setting `v` would change nothing.  A new object is given every value. */
static bool is_same(const struct orm_object *o, unsigned column, union orm_value v)
{
    if (bit_is_set(object_null_bits(o), column))
        return false;
    const struct orm_to_one *ref = relate_slot_of(o->model, column);
    const struct orm_object *linked = ref ? *object_slot(o, ref) : NULL;
    if (linked && linked->state & OBJECT_NEW)
        return false;
    const struct orm_column *c = &o->model->columns[column];
    return type_equal(c, type_get(c, o), v);
}

static bool may_set(struct orm_object *o, unsigned column)
{
    if (column != o->model->key || o->state & (OBJECT_NEW | OBJECT_PLACEHOLDER))
        return true;
    return error_set_field(&object_session(o)->error, ORM_INVALID, o->model,
        &o->model->columns[column],
        "the key of a saved row does not change; make a new row and delete this one");
}

static void set(struct orm_object *o, unsigned column, union orm_value v)
{
    struct orm_session *s = object_session(o);
    const struct orm_column *c = &o->model->columns[column];
    if (s->error.code || !type_accepts(o->model, c, v, &s->error) ||
        is_same(o, column, v) || !may_set(o, column) || !begin(o))
        return;
    if (type_is_number(c) || type_copy(c, &v, &s->scope.arena))
        put(o, column, &v);
    else
        session_nomem(s);
}

void orm_set_integer(struct orm_object *o, unsigned column, int64_t value)
{
    set(o, column, (union orm_value){.integer = value});
}

void orm_set_real(struct orm_object *o, unsigned column, double value)
{
    set(o, column, (union orm_value){.real = value});
}

void orm_set_text(struct orm_object *o, unsigned column, const char *value)
{
    set(o, column, (union orm_value){.text = value});
}

void orm_set_data(struct orm_object *o, unsigned column, const void *value)
{
    set(o, column, (union orm_value){.data = value});
}

void orm_set_null(struct orm_object *o, unsigned column)
{
    struct orm_session *s = object_session(o);
    const struct orm_column *c = &o->model->columns[column];
    if (s->error.code)
        return;
    if (!(c->flags & ORM_COLUMN_NULLABLE)) {
        error_set_field(&s->error, ORM_INVALID, o->model, c,
            "required; it can be changed but not cleared");
        return;
    }
    const bool is_null = bit_is_set(object_null_bits(o), column);
    if ((!is_null || o->state & OBJECT_NEW) && begin(o))
        put(o, column, NULL);
}

/* -- Object slots ------------------------------------------------------------------ */

/* True if `to` can be referred to from `o`. */
static bool may_link(
    const struct orm_object *o, const struct orm_column *c, const struct orm_object *to)
{
    struct orm_session *s = object_session(o);
    if (to->state & OBJECT_PLACEHOLDER)
        return false;
    if (object_session(to) != s)
        return error_set_field(&s->error, ORM_OTHER_SESSION, o->model, c,
            "the %s belongs to another session", to->model->name);
    if (to->state & (OBJECT_GONE | OBJECT_DELETED))
        return error_set_field(&s->error, ORM_INVALID, o->model, c,
            "the %s was deleted or rolled back", to->model->name);
    return true;
}

void orm_set_ref(struct orm_object *o, unsigned slot, struct orm_object *to)
{
    struct orm_session *s = object_session(o);
    const struct orm_to_one *ref = &o->model->to_ones[slot];
    const struct orm_column *c = &o->model->columns[ref->column];
    if (!to) {
        orm_set_null(o, ref->column);
        return;
    }
    if (s->error.code || !may_link(o, c, to))
        return;
    const bool saved = !(to->state & OBJECT_NEW);
    const union orm_value key =
        saved ? object_value(to, ref->target_column) : type_zero(c);
    const bool linked =
        *object_slot(o, ref) == to || (saved && is_same(o, ref->column, key));
    if (!linked) {
        if (!begin(o))
            return;
        put(o, ref->column, &key);
    }
    *object_slot(o, ref) = to;
    if (!linked)
        relate_show(o, ref);
    if (ref->unique && ref->inverse != ORM_NO_INVERSE)
        *object_slot(to, &to->model->to_ones[ref->inverse]) = o;
}

/* -- Making and deleting ----------------------------------------------------------- */

struct orm_object *change_make(struct orm_session *s, const struct orm_model *m)
{
    if (!is_written(s, m))
        return NULL;
    struct orm_object *o = object_make(s, m);
    if (!o) {
        session_nomem(s);
        return NULL;
    }
    o->state = OBJECT_NEW;
    memset(object_null_bits(o), 0xff, ORM_WORDS(m->column_count) * sizeof(uint64_t));
    return undo_note(o) && queue(s, o) ? o : NULL;
}

void orm_delete(struct orm_object *o)
{
    if (!o)
        return;
    struct orm_session *s = object_session(o);
    if (s->error.code || !object_is_live(o))
        return;
    if (!begin(o))
        return;
    relate_touch_all(o);
    session_model(s, o->model)->deletions++;
    if (o->state & OBJECT_NEW) {
        list_end_notes(o);
        o->state = (o->state & ~OBJECT_NEW) | OBJECT_GONE;
    } else
        o->state |= OBJECT_DELETED;
}
