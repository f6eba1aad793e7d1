/* list.h: the lists that programs hold.
 *
 * A list never changes once it is made.  A slot lets go of its list when a change
 * concerns it (list_drop) and remembers that it had one: then it reloads alone. */
#ifndef RUNTIME_LIST_H
#define RUNTIME_LIST_H

#include "session.h"

/* Bytes that list_make() takes from the arena. */
size_t list_cost(size_t count);

/* NULL: no memory; cannot be when
 * memory; cannot be when list_cost() was reserved. */
const void *list_make(struct orm_session *s, const struct orm_model *m,
    struct orm_object *const *objects, size_t count);

size_t list_length(const void *list);
struct orm_object *list_item(const void *list, size_t i);

/* The slot's list, NULL if it has none or must reload. */
const void *list_of(struct orm_session *s, struct orm_manager *m);

/* True if the slot was never loaded. */
static inline bool list_is_unloaded(const struct orm_manager *m)
{
    return m->list == NULL;
}

void list_drop(struct orm_manager *m);

#endif
