/* relate.h: what relations have in common: lists of keys, and what a change of one end
 * means for the slots of the other. */
#ifndef RUNTIME_RELATE_H
#define RUNTIME_RELATE_H

#include "group.h"
#include "list.h"
#include "object.h"

/* `column` of objects, each value once: the parameter of "= ANY($1)". */
struct key_set {
    struct idmap seen;
    const struct orm_column *column;
    size_t count;
};

/* Starts `s->params` with an array; free the set after use. */
void key_set_begin(
    struct orm_session *s, struct key_set *k, const struct orm_column *c);

/* False: memory is out, and recorded. */
bool key_set_add(struct orm_session *s, struct key_set *k, struct orm_object *o);
bool key_set_end(struct orm_session *s);
void key_set_free(struct key_set *k);

/* An object that relations can be asked of: in the database, or about to be. */
static inline bool object_is_live(const struct orm_object *o)
{
    return !(o->state & (OBJECT_DELETED | OBJECT_GONE | OBJECT_PLACEHOLDER));
}

struct orm_session *manager_session(struct orm_manager *m);

/* The other end of a join relation; NULL if none was generated. */
static inline const struct orm_to_many *join_inverse(const struct orm_to_many *many)
{
    return many->inverse == ORM_NO_INVERSE ? NULL
                                           : &many->target->to_manys[many->inverse];
}

/* The forward slot that a column is the key of, or NULL. */
const struct orm_to_one *relate_slot_of(const struct orm_model *m, unsigned column);

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
