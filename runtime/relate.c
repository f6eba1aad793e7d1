/* relate.c: what relations have in common. */
#include "relate.h"
#include "identity.h"

#include <stddef.h>

void key_set_begin(struct orm_session *s, struct key_set *k, const struct orm_column *c)
{
    *k = (struct key_set){.column = c};
    params_clear(&s->params);
    params_array_begin(&s->params, type_oids(c, s->enums).oid);
}

bool key_set_add(struct orm_session *s, struct key_set *k, struct orm_object *o)
{
    const union orm_value v = type_get(k->column, o);
    const struct idmap_key key = object_map_key(k->column, v);
    if (idmap_find(&k->seen, key, k->column->offset))
        return true;
    if (!idmap_reserve(&k->seen, 1))
        return session_nomem(s);
    idmap_insert(&k->seen, key, o);
    params_array_add(&s->params, k->column, v);
    k->count++;
    return true;
}

bool key_set_end(struct orm_session *s)
{
    params_array_end(&s->params);
    return params_finish(&s->params, &s->error);
}

void key_set_free(struct key_set *k)
{
    idmap_free(&k->seen);
}

struct orm_session *manager_session(struct orm_manager *m)
{
    if (m->relation->kind != ORM_MANY_TABLE)
        return object_session(manager_owner(m));
    return (
        (struct model_state *)(void *)((char *)m - offsetof(struct model_state, table)))
        ->session;
}

const struct orm_to_one *relate_slot_of(const struct orm_model *m, unsigned column)
{
    for (unsigned i = 0; i < m->to_one_count; i++)
        if (!m->to_ones[i].reverse && m->to_ones[i].column == column)
            return &m->to_ones[i];
    return NULL;
}

struct orm_object *relate_target(
    const struct orm_object *o, const struct orm_to_one *ref)
{
    struct orm_object *target = *object_slot(o, ref);
    if (target || bit_is_set(object_null_bits(o), ref->column) ||
        ref->target_column != ref->target->key)
        return target;
    return object_find_any(
        object_session(o), ref->target, object_value(o, ref->column));
}

/* The other end of the slot itself. */
static void drop_inverse(
    const struct orm_object *o, const struct orm_to_one *ref, struct orm_object *target)
{
    const struct orm_model *m = target->model;
    if (ref->inverse == ORM_NO_INVERSE)
        return;
    if (!ref->unique) {
        list_drop(object_manager(target, &m->to_manys[ref->inverse]));
        return;
    }
    struct orm_object **back = object_slot(target, &m->to_ones[ref->inverse]);
    if (*back == o)
        *back = NULL;
    bit_put(object_missing_bits(target), ref->inverse, false);
}

/* Whether rows of the join model show in this list of what their slot `ref` points to.
 */
static bool is_joined_by(const struct orm_to_many *many, const struct orm_model *join,
    const struct orm_to_one *ref)
{
    return many->through == join && &join->to_ones[many->through_owner] == ref;
}

/* Lists of the target that `o` joins it to others by. */
static void drop_joined(
    const struct orm_object *o, const struct orm_to_one *ref, struct orm_object *target)
{
    for (unsigned i = 0; i < target->model->to_many_count; i++) {
        const struct orm_to_many *many = &target->model->to_manys[i];
        if (is_joined_by(many, o->model, ref))
            list_drop(object_manager(target, many));
    }
}

void relate_touch(struct orm_object *o, const struct orm_to_one *ref)
{
    if (session_model(object_session(o), o->model)->is_through) {
        relate_touch_all(o);
        return;
    }
    struct orm_object *target = relate_target(o, ref);
    if (target)
        drop_inverse(o, ref, target);
}

void relate_touch_all(struct orm_object *o)
{
    for (unsigned i = 0; i < o->model->to_one_count; i++) {
        const struct orm_to_one *ref = &o->model->to_ones[i];
        struct orm_object *target = ref->reverse ? NULL : relate_target(o, ref);
        if (!target)
            continue;
        drop_inverse(o, ref, target);
        drop_joined(o, ref, target);
    }
}

static void note(struct orm_object *target, unsigned slot, struct orm_object *o)
{
    list_note(object_manager(target, &target->model->to_manys[slot]), o, true);
}

void relate_show(struct orm_object *o, const struct orm_to_one *ref)
{
    relate_touch(o, ref);
    struct orm_object *target = *object_slot(o, ref);
    if (!target || !(target->state & OBJECT_NEW))
        return;
    if (ref->inverse != ORM_NO_INVERSE && !ref->unique)
        note(target, ref->inverse, o);
    for (unsigned i = 0; i < target->model->to_many_count; i++)
        if (is_joined_by(&target->model->to_manys[i], o->model, ref))
            note(target, i, o);
}
