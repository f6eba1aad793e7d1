/* undo.c: rollback in memory.
 *
 * An object is copied whole before its first change, so going back is copying back;
 * only its place in a group stays as it is now.  What a flush wrote may have been read
 * again by others inside the transaction: then slots everywhere forget what they hold,
 * and objects that were filled since are expired. */
#include "undo.h"

#include "alias.h"
#include "group.h"
#include "identity.h"
#include "link.h"
#include "list.h"
#include "memory.h"
#include "object.h"
#include "on_update.h"
#include "relate.h"
#include "slot.h"

#include <string.h>

bool undo_note(struct orm_object *o)
{
    struct orm_session *s = object_session(o);
    if (o->state & OBJECT_UNDO)
        return true;
    if (!memory_grow(&s->undos, &s->undo_capacity, s->undo_count + 1, sizeof *s->undos))
        return session_nomem(s);
    void *copy = NULL;
    if (!(o->state & OBJECT_NEW)) {
        copy = arena_get(&s->undo_arena, o->model->size);
        if (!copy)
            return session_nomem(s);
        memcpy(copy, o, o->model->size);
    }
    s->undos[s->undo_count++] = (struct undo){o, copy};
    o->state |= OBJECT_UNDO;
    return true;
}

static void forget_unwritten(struct orm_session *s)
{
    for (size_t i = 0; i < s->change_count; i++)
        s->changes[i]->state &= ~OBJECT_QUEUED;
    s->change_count = 0;
    link_forget(s);
    on_update_forget(s);
    for (unsigned i = 0; i < s->schema->model_count; i++)
        s->models[i].unwritten = 0;
}

void undo_forget(struct orm_session *s)
{
    for (size_t i = 0; i < s->undo_count; i++)
        s->undos[i].object->state &= ~OBJECT_UNDO;
    s->undo_count = 0;
    s->undos_are_loose = false;
    arena_clear(&s->undo_arena);
}

/* An object made in the unit of work that is rolled back. */
static void detach(struct orm_object *o)
{
    relate_touch_all(o);
    list_end_notes(o);
    object_unmap(o);
    for (unsigned i = 0; i < o->model->key_count; i++) {
        const struct orm_column *key = &o->model->columns[o->model->key[i]];
        if (key->flags & ORM_COLUMN_IDENTITY)
            type_put(key, o, type_zero(key));
    }
    o->state = OBJECT_GONE;
}

static bool has_key_of(const struct orm_object *o, const struct orm_object *other)
{
    for (unsigned i = 0; i < o->model->key_count; i++) {
        const unsigned key = o->model->key[i];
        if (!type_equal(&o->model->columns[key], object_value(o, key),
                object_value(other, key)))
            return false;
    }
    return true;
}

/* What others show of the object as it is, and of what it was, is asked for again. */
static void touch_both(struct orm_object *o, struct orm_object *was)
{
    if (o->state & OBJECT_DELETED)
        relate_touch_all(was);
    for (unsigned i = 0; i < o->model->to_one_count; i++) {
        const struct orm_to_one *ref = &o->model->to_ones[i];
        if (ref->reverse || !relate_is_changed(o, ref))
            continue;
        relate_touch(o, ref);
        relate_touch(was, ref);
    }
}

static void restore(struct orm_object *o, struct orm_object *copy)
{
    copy->scope = o->scope; /* the one that it was made in may be over */
    if (object_session(o)->undos_are_loose)
        object_reset_all_slots(copy);
    touch_both(o, copy);
    struct idmap *map = &session_model(object_session(o), o->model)->map;
    if (o->state & OBJECT_MAPPED && !has_key_of(o, copy))
        object_leave_map(o);
    const bool is_mapped = o->state & OBJECT_MAPPED;
    struct orm_group *group = o->group;
    const uint32_t at = o->at;

    memcpy(o, copy, o->model->size);
    o->group = group;
    o->at = at;
    o->state &= ~OBJECT_QUEUED;
    if (!is_mapped && o->state & OBJECT_MAPPED) {
        o->state &= ~OBJECT_MAPPED;
        if (idmap_reserve(map, 1))
            object_map(o);
        else
            o->state |= OBJECT_GONE;
    }
}

void undo_all(struct orm_session *s)
{
    forget_unwritten(s);
    alias_forget_all(s);
    while (s->undo_count) {
        const struct undo *u = &s->undos[--s->undo_count];
        if (u->copy)
            restore(u->object, u->copy);
        else
            detach(u->object);
    }
    s->undos_are_loose = false;
    arena_clear(&s->undo_arena);
    if (s->transaction == TX_WROTE)
        object_distrust(s, s->began);
}
