/* shown.h: slots and lists that show objects of other scopes. */
#ifndef RUNTIME_SHOWN_H
#define RUNTIME_SHOWN_H

#include "objects/scope.h"

/* An object of an outer scope shows one of ours. */
struct loan {
    struct loan *older;
    struct orm_object *object;
};

/* Objects that stay in the scope that ends are about to go: the slots and lists of `o`
 * that show one are unloaded, and what they show else is noted again. */
void shown_forget(struct orm_object *o, const struct orm_scope *ends);

/* The same for a copy of it. */
void shown_forget_in(
    struct orm_object *o, struct orm_object *as, const struct orm_scope *ends);

/* The same for all that a note tells of. */
void shown_forget_lent(struct orm_scope *ends);

/* Marks them as seen, or not. */
void shown_mark_lent(const struct orm_scope *ends, bool seen);

#endif
