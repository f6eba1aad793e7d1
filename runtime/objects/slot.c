/* slot.c: what slots hold is forgotten when it is no longer true. */
#include "objects/slot.h"

#include "objects/relate.h"
#include "objects/scope.h"

void slot_put(
    struct orm_object *o, const struct orm_to_one *ref, struct orm_object *target)
{
    *object_slot(o, ref) = target;
    scope_show(o, target);
}

void object_reset_slots_of(struct orm_object *o, unsigned column)
{
    const struct orm_model *m = o->model;
    for (unsigned i = 0; i < m->to_one_count; i++) {
        if (!key_has_column(ref_columns(m, &m->to_ones[i]), column))
            continue;
        *object_slot(o, &m->to_ones[i]) = NULL;
        bit_put(object_missing_bits(o), i, false);
    }
    for (unsigned i = 0; i < m->to_many_count; i++)
        if (key_has_column(many_owner_columns(&m->to_manys[i]), column))
            list_drop(object_manager(o, &m->to_manys[i]));
}

void object_reset_all_slots(struct orm_object *o)
{
    const struct orm_model *m = o->model;
    for (unsigned i = 0; i < m->to_one_count; i++) {
        if (!m->to_ones[i].reverse && relate_is_changed(o, &m->to_ones[i]))
            continue; /* what the program linked stays */
        *object_slot(o, &m->to_ones[i]) = NULL;
        bit_put(object_missing_bits(o), i, false);
    }
    for (unsigned i = 0; i < m->to_many_count; i++)
        list_drop(object_manager(o, &m->to_manys[i]));
}

void object_distrust(struct orm_session *s)
{
    for (unsigned m = 0; m < s->schema->model_count; m++) {
        const struct idmap *map = &s->models[m].map;
        for (size_t i = 0; i < map->capacity; i++) {
            struct orm_object *o = map->slots[i].object;
            if (!o)
                continue;
            object_reset_all_slots(o);
            object_unload(o);
            o->state |= OBJECT_EXPIRED;
        }
    }
}
