/* relate.h: what relations have in common: lists of keys, and what a change of one end
 * means for the slots of the other. */
#ifndef RUNTIME_RELATE_H
#define RUNTIME_RELATE_H

#include "objects/group.h"
#include "objects/identity.h"
#include "objects/list.h"
#include "objects/object.h"

/* What some columns of objects hold, each row of values once: the parameters of
 * load_where_any(). */
struct key_set {
    struct idmap seen;
    struct key_columns columns;
    struct orm_object **objects; /* that have them, in scratch memory */
    size_t count;
};

/* Of at most `most` objects; free the set after use.  False, here and below: memory is
 * out, and recorded. */
bool key_set_begin(
    struct orm_session *s, struct key_set *k, struct key_columns columns, size_t most);
bool key_set_add(struct orm_session *s, struct key_set *k, struct orm_object *o);

/* The first object that had the key, which is not asked for by that.  NULL: memory is
 * out, and recorded. */
struct orm_object *key_set_first(
    struct orm_session *s, struct key_set *k, struct orm_object *o);
static inline void key_set_ask(struct key_set *k, struct orm_object *first)
{
    k->objects[k->count++] = first;
}

/* Appends the values of column `i` to an array that is being written. */
void key_set_values(const struct key_set *k, unsigned i, struct params *to);

/* Writes `s->params`, an array per column. */
bool key_set_end(struct orm_session *s, const struct key_set *k);
void key_set_free(struct key_set *k);

/* An object that relations can be asked of: in the database, or about to be. */
static inline bool object_is_live(const struct orm_object *o)
{
    return !(o->state & (OBJECT_DELETED | OBJECT_GONE | OBJECT_PLACEHOLDER));
}

struct orm_session *manager_session(struct orm_manager *m);

/* What is asked of a relation belongs to its owner's scope. */
struct orm_scope *manager_scope(struct orm_manager *m);

/* The other end of a join relation; NULL if none was generated. */
static inline const struct orm_to_many *join_inverse(const struct orm_to_many *many)
{
    return many->inverse == ORM_NO_INVERSE ? NULL
                                           : &many->target->to_manys[many->inverse];
}

/* -- The columns of relations ------------------------------------------------------ */

/* Ours and theirs of a slot of `m`. */
static inline struct key_columns ref_columns(
    const struct orm_model *m, const struct orm_to_one *ref)
{
    return (struct key_columns){m, ref->columns, ref->count};
}

static inline struct key_columns ref_target_columns(const struct orm_to_one *ref)
{
    return (struct key_columns){ref->target, ref->target_columns, ref->count};
}

/* True if the slot refers to its target by the target's key. */
static inline bool ref_is_by_key(const struct orm_to_one *ref)
{
    return key_columns_equal(ref_target_columns(ref), key_of_model(ref->target));
}

/* Whether the column becomes null with the reference. */
static inline bool ref_clears(const struct orm_to_one *ref, unsigned column)
{
    for (unsigned i = 0; i < ref->count; i++)
        if (ref->columns[i] == column && ref->clears >> i & 1)
            return true;
    return false;
}

/* The owner's columns that the rows of a list hold: its key, or what `to:` names. */
struct key_columns many_owner_columns(const struct orm_to_many *many);

/* -- Two ends ---------------------------------------------------------------------- */

/* True if the slot holds what is not in the database yet. */
bool relate_is_to_new(const struct orm_object *o, const struct orm_to_one *ref);

/* True if one of the slot's columns has a value that is not written yet. */
bool relate_is_changed(const struct orm_object *o, const struct orm_to_one *ref);

/* What `o` refers to through a forward slot, as far as it is in memory. */
struct orm_object *relate_target(
    const struct orm_object *o, const struct orm_to_one *ref);

/* Before and after `o` changes what it refers to: what its targets show of it is
 * dropped. */
void relate_touch(struct orm_object *o, const struct orm_to_one *ref);
void relate_touch_all(struct orm_object *o);

/* After the slot was set: as relate_touch, and an unsaved target notes `o` for its
 * lists. */
void relate_show(struct orm_object *o, const struct orm_to_one *ref);

#endif
