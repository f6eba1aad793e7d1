/* list.h: the lists that programs hold.
 *
 * A list never changes once it is made.  A slot lets go of its list when a change
 * concerns it (list_drop) and remembers that it had one: then it reloads alone.
 *
 * The slot of an owner that is not in the database yet has notes instead: what the
 * program linked to it, in order.  Its list is made of them when it is asked for. */
#ifndef RUNTIME_LIST_H
#define RUNTIME_LIST_H

#include "objects/object.h"

/* What list_make() takes is to be reserved by the next scope_reserve(). */
void list_want(struct orm_scope *scope, size_t count);

/* NULL: no memory; cannot be when room was reserved. */
const void *list_make(struct orm_scope *scope, const struct orm_model *m,
    struct orm_object *const *objects, size_t count);

/* What stands for a list when there is no session. */
const void *list_none(void);

size_t list_length(const void *list);
struct orm_object *list_item(const void *list, size_t i);

/* A struct X_list that a program may have made of its own: a pointer and a length, read
 * by their bytes. */
struct given_list {
    const char *items;
    size_t length;
};
struct given_list list_given(const void *list);
struct orm_object *list_given_item(struct given_list list, size_t i);

/* The slot's list, NULL if it has none or must reload. */
const void *list_of(struct orm_session *s, struct orm_manager *m);

/* True if the slot of a saved owner was never loaded. */
static inline bool list_is_unloaded(const struct orm_manager *m)
{
    return m->holds == &manager_relation(m)->unloaded;
}

/* True if the slot of a saved owner has a list. */
bool list_is_loaded(const struct orm_manager *m);

void list_drop(struct orm_manager *m);

/* It is loaded again with its peers', as if it never was. */
void list_unload(struct orm_manager *m);

/* The scope ends: a list that shows one of its objects is unloaded.  The slot is the
 * owner's, or that of a copy of it. */
void list_forget(
    struct orm_object *owner, struct orm_manager *m, const struct orm_scope *ends);

/* A change linked `o` to the slot, or unlinked it: the list is dropped, and an unsaved
 * owner notes it.  For a join model `o` is its object. */
void list_note(struct orm_manager *m, struct orm_object *o, bool linked);

/* One note of an unsaved owner, the first when `after` is NULL; NULL at the end. */
struct list_note {
    struct list_note *next;
    struct orm_object *object;
    bool linked;
};
const struct list_note *list_next_note(
    const struct orm_manager *m, const struct list_note *after);
size_t list_note_count(const struct orm_manager *m);

/* What was loaded, or made of the notes. */
void list_keep(struct orm_manager *m, const void *list);

/* The memory of all notes of an object. */
void list_visit_notes(const struct orm_object *o,
    void (*visit)(void *arg, const void *memory), void *arg);

/* The object is saved or gone: its slots keep what was made of their notes. */
void list_end_notes(struct orm_object *o);

#endif
