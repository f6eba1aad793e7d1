/* slot.h: what slots hold is forgotten when it is no longer true. */
#ifndef RUNTIME_SLOT_H
#define RUNTIME_SLOT_H

#include "objects/object.h"

/* The slot shows `target`. */
void slot_put(
    struct orm_object *o, const struct orm_to_one *ref, struct orm_object *target);

/* The column is given another value, or a slot its object: forgets what the slots that
 * hang on the column hold. */
void object_reset_slots_of(struct orm_object *o, unsigned column);

/* All slots: back to unloaded, lists to dropped. */
void object_reset_all_slots(struct orm_object *o);

/* Slots and lazy columns of all objects forget what they hold, and all are expired. */
void object_distrust(struct orm_session *s);

#endif
