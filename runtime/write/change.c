/* change.c: changes are recorded here and written by write.c.
 *
 * A column that was never given is null in a new object, whatever the model says of it:
 * the flush finds what is missing by that. */
#include "write/change.h"

#include "base/memory.h"
#include "objects/relate.h"
#include "objects/scope.h"
#include "objects/slot.h"
#include "objects/undo.h"
#include "write/on_update.h"

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

bool change_is_written(struct orm_session *s, const struct orm_model *m)
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
        return error_set_object(&s->error, ORM_INVALID, o, NULL,
            "%s was deleted or rolled back and cannot be changed",
            object_describe(o, name, sizeof name));
    }
    if (!change_is_written(s, o->model))
        return false;
    return object_is_row(o) || (undo_note(o) && queue(s, o));
}

static void put_one(struct orm_object *o, unsigned column, const union orm_value *v)
{
    const struct orm_column *c = &o->model->columns[column];
    object_reset_slots_of(o, column);
    type_put(c, o, v ? *v : type_zero(c));
    bit_put(object_null_bits(o), column, !v);
    bit_put(object_changed_bits(o), column, true);
    object_set_loaded(o, column);
}

/* All relations that one of the columns holds: of a shared column there are several. */
static void touch_relations_of(
    struct orm_object *o, const uint16_t *columns, unsigned n)
{
    for (unsigned i = 0; i < o->model->to_one_count; i++) {
        const struct orm_to_one *ref = &o->model->to_ones[i];
        const struct key_columns ours = ref_columns(o->model, ref);
        bool held = false;
        for (unsigned k = 0; k < n; k++)
            held = held || key_has_column(ours, columns[k]);
        if (held && !ref->reverse)
            relate_touch(o, ref);
    }
}

/* Puts values, or nulls, and drops on both ends what they make untrue. */
static bool put_all(struct orm_object *o, const uint16_t *columns, unsigned n,
    const union orm_value *values)
{
    const bool shows = !object_is_row(o);
    for (unsigned i = 0; i < n; i++)
        if (!on_update_note(o, columns[i]))
            return false;
    if (shows)
        touch_relations_of(o, columns, n);
    for (unsigned i = 0; i < n; i++)
        put_one(o, columns[i], values ? &values[i] : NULL);
    if (shows)
        touch_relations_of(o, columns, n);
    return true;
}

static void put(struct orm_object *o, unsigned column, const union orm_value *v)
{
    const uint16_t columns[] = {(uint16_t)column};
    put_all(o, columns, 1, v);
}

/* -- Columns ----------------------------------------------------------------------- */

/* True if setting `v` would change nothing.  A new object is given every value. */
static bool is_same(const struct orm_object *o, unsigned column, union orm_value v)
{
    if (bit_is_set(object_null_bits(o), column) || !object_is_loaded(o, column))
        return false;
    for (unsigned i = 0; i < o->model->to_one_count; i++) {
        const struct orm_to_one *ref = &o->model->to_ones[i];
        if (relate_is_to_new(o, ref) &&
            key_has_column(ref_columns(o->model, ref), column))
            return false;
    }
    const struct orm_column *c = &o->model->columns[column];
    return type_equal(c, type_get(c, o), v);
}

static bool may_set(struct orm_object *o, unsigned column)
{
    if (!key_has_column(key_of_model(o->model), column) ||
        o->state & (OBJECT_NEW | OBJECT_PLACEHOLDER))
        return true;
    return error_set_object(&object_session(o)->error, ORM_INVALID, o,
        &o->model->columns[column],
        "the key of a saved row does not change; make a new row and delete this one");
}

static bool accepts(struct orm_object *o, const struct orm_column *c, union orm_value v)
{
    struct orm_error *e = &object_session(o)->error;
    if (type_accepts(o->model, c, v, e))
        return true;
    e->object = o;
    return false;
}

void change_set(struct orm_object *o, unsigned column, union orm_value v)
{
    struct orm_session *s = object_session(o);
    const struct orm_column *c = &o->model->columns[column];
    if (s->error.code || !accepts(o, c, v) || is_same(o, column, v) ||
        !may_set(o, column) || !begin(o))
        return;
    if (type_is_number(c) || type_copy(c, &v, &o->scope->arena))
        put(o, column, &v);
    else
        session_nomem(s);
}

void orm_set_integer(struct orm_object *o, unsigned column, int64_t value)
{
    change_set(o, column, (union orm_value){.integer = value});
}

void orm_set_real(struct orm_object *o, unsigned column, double value)
{
    change_set(o, column, (union orm_value){.real = value});
}

void orm_set_text(struct orm_object *o, unsigned column, const char *value)
{
    change_set(o, column, (union orm_value){.text = value});
}

void orm_set_data(struct orm_object *o, unsigned column, const void *value)
{
    change_set(o, column, (union orm_value){.data = value});
}

void orm_set_null(struct orm_object *o, unsigned column)
{
    struct orm_session *s = object_session(o);
    const struct orm_column *c = &o->model->columns[column];
    if (s->error.code)
        return;
    if (!(c->flags & ORM_COLUMN_NULLABLE)) {
        error_set_object(&s->error, ORM_INVALID, o, c,
            "required; it can be changed but not cleared");
        return;
    }
    const bool is_null =
        bit_is_set(object_null_bits(o), column) && object_is_loaded(o, column);
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
        return error_set_object(&s->error, ORM_OTHER_SESSION, o, c,
            "the %s belongs to another session", to->model->name);
    if (to->state & (OBJECT_GONE | OBJECT_DELETED))
        return error_set_object(&s->error, ORM_INVALID, o, c,
            "the %s was deleted or rolled back", to->model->name);
    if (object_is_row(to))
        return error_set_field(&s->error, ORM_INVALID, o->model, c,
            "the %s is a row that is being loaded, and no object", to->model->name);
    if (object_is_row(o) && to->state & OBJECT_NEW)
        return error_set_field(&s->error, ORM_UNSAVED, o->model, c,
            "the %s is not in the database yet; make it before the load begins",
            to->model->name);
    return true;
}

/* The columns that become null with the reference do. */
static void clear_ref(struct orm_object *o, const struct orm_to_one *ref)
{
    for (unsigned i = 0; i < ref->count; i++)
        if (!ref->clears || ref->clears >> i & 1)
            orm_set_null(o, ref->columns[i]);
}

static bool is_linked(const struct orm_object *o, const struct orm_to_one *ref,
    const struct orm_object *to, const union orm_value *values)
{
    if (*object_slot(o, ref) == to)
        return true;
    for (unsigned i = 0; i < ref->count; i++)
        if (!is_same(o, ref->columns[i], values[i]))
            return false;
    return !(to->state & OBJECT_NEW);
}

static bool may_set_all(
    struct orm_object *o, const struct orm_to_one *ref, const union orm_value *values)
{
    for (unsigned i = 0; i < ref->count; i++)
        if (!is_same(o, ref->columns[i], values[i]) && !may_set(o, ref->columns[i]))
            return false;
    return true;
}

/* What lies in another scope may go before us. */
static bool copy_values(struct orm_object *o, const struct orm_to_one *ref,
    const struct orm_object *to, union orm_value *values)
{
    for (unsigned i = 0; i < ref->count; i++) {
        const struct orm_column *c = &o->model->columns[ref->columns[i]];
        const bool given = !bit_is_set(object_null_bits(to), ref->target_columns[i]);
        if (given && !type_is_number(c) && !type_copy(c, &values[i], &o->scope->arena))
            return false;
    }
    return true;
}

bool change_may_refer(
    struct orm_object *o, const struct orm_to_one *ref, const struct orm_object *to)
{
    union orm_value values[KEY_COLUMNS_MOST];
    if (!may_link(o, &o->model->columns[ref->columns[0]], to))
        return false;
    key_read(ref_target_columns(ref), to, values);
    return is_linked(o, ref, to, values) || may_set_all(o, ref, values);
}

void orm_set_ref(struct orm_object *o, unsigned slot, struct orm_object *to)
{
    struct orm_session *s = object_session(o);
    const struct orm_to_one *ref = &o->model->to_ones[slot];
    if (!to) {
        clear_ref(o, ref);
        return;
    }
    if (s->error.code || !may_link(o, &o->model->columns[ref->columns[0]], to))
        return;
    union orm_value values[KEY_COLUMNS_MOST];
    key_read(ref_target_columns(ref), to, values); /* of a new one, what is known */
    const bool linked = is_linked(o, ref, to, values);
    const bool shows_back = ref->unique && ref->inverse != ORM_NO_INVERSE;
    if (shows_back && !undo_note(to))
        return;
    if (!linked) {
        if (o->scope != to->scope && !copy_values(o, ref, to, values)) {
            session_nomem(s);
            return;
        }
        if (!may_set_all(o, ref, values) || !begin(o) ||
            !put_all(o, ref->columns, ref->count, values))
            return;
    }
    if (object_is_row(o))
        return; /* of a row that is loaded there are the columns alone */
    if (linked && !undo_note(o)) /* `to` may be gone after a rollback */
        return;
    scope_keep_for(to, o->scope);
    slot_put(o, ref, to);
    if (!linked)
        relate_show(o, ref);
    if (shows_back)
        slot_put(to, &to->model->to_ones[ref->inverse], o);
}

/* -- Making and deleting ----------------------------------------------------------- */

bool change_make_uuids(struct orm_session *s, struct orm_object *o)
{
    for (unsigned i = 0; i < o->model->column_count; i++) {
        const struct orm_column *c = &o->model->columns[i];
        struct orm_uuid made;
        if (!(c->flags & ORM_COLUMN_UUID7))
            continue;
        if (!uuid7_make(&s->uuid7, &made))
            return error_set_object(&s->error, ORM_INVALID, o, c,
                "no uuid: the system gives no random numbers");
        type_put(c, o, (union orm_value){.data = &made});
        bit_put(object_null_bits(o), i, false);
        bit_put(object_changed_bits(o), i, true);
    }
    return true;
}

struct orm_object *change_make(struct orm_session *s, const struct orm_model *m)
{
    if (!change_is_written(s, m))
        return NULL;
    struct orm_object *o = object_make(s->scope, m);
    if (!o) {
        session_nomem(s);
        return NULL;
    }
    o->state = OBJECT_NEW;
    memset(object_null_bits(o), 0xff, ORM_BYTES(m->column_count));
    return undo_note(o) && queue(s, o) && change_make_uuids(s, o) ? o : NULL;
}

void orm_delete(struct orm_object *o)
{
    if (!o)
        return;
    struct orm_session *s = object_session(o);
    if (s->error.code || !object_is_live(o))
        return;
    if (object_is_row(o)) {
        error_set_field(&s->error, ORM_INVALID, o->model, NULL,
            "a row that is being loaded cannot be deleted");
        return;
    }
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
