/* to_one.h: object slots. */
#ifndef RUNTIME_TO_ONE_H
#define RUNTIME_TO_ONE_H

#include "objects/object.h"

/* Whether a slot has a key and nothing is known of its target.  False for NULL. */
bool to_one_waits(const struct orm_object *o, unsigned slot);

/* The slot takes its target; the two ends are linked as far as the other is open. */
void to_one_wire(struct orm_object *o, unsigned slot, struct orm_object *target);

#endif
