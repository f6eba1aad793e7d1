/* cascade.c: the database follows on_delete; memory does the same. */
#include "cascade.h"

#include "relate.h"
#include "slot.h"
#include "undo.h"

static void clear(struct orm_object *o, const struct orm_to_one *ref)
{
    for (unsigned i = 0; i < ref->count; i++) {
        const unsigned column = ref->columns[i];
        const struct orm_column *c = &o->model->columns[column];
        if (!ref_clears(ref, column))
            continue;
        object_reset_slots_of(o, column);
        bit_put(object_null_bits(o), column, true);
        type_put(c, o, type_zero(c));
    }
}

/* The row that `o` refers to was deleted: the database has followed on_delete. */
static bool follow(struct orm_object *o, const struct orm_to_one *ref)
{
    undo_note(o);
    *object_slot(o, ref) = NULL;
    switch (ref->on_delete) {
    case ORM_CASCADE:
        o->state |= OBJECT_DELETED;
        return true;
    case ORM_SET_NULL:
        clear(o, ref);
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
            if (ref->reverse) {
                undo_note(o);
                *object_slot(o, ref) = NULL;
            } else if (follow(o, ref)) {
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

void cascade_follow(struct orm_session *s)
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
