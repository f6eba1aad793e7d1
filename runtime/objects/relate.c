/* relate.c: what relations have in common. */
#include "objects/relate.h"

#include "objects/undo.h"

bool key_set_begin(
    struct orm_session *s, struct key_set *k, struct key_columns columns, size_t most)
{
    *k = (struct key_set){.columns = columns};
    k->objects = arena_get(&s->scratch, (most + 1) * sizeof *k->objects);
    return k->objects || session_nomem(s);
}

struct orm_object *key_set_first(
    struct orm_session *s, struct key_set *k, struct orm_object *o)
{
    struct orm_object *first = key_find_like(&k->seen, k->columns, o, k->columns);
    if (first)
        return first;
    if (!idmap_reserve(&k->seen, 1))
        return session_nomem(s), NULL;
    key_insert(&k->seen, k->columns, o);
    return o;
}

bool key_set_add(struct orm_session *s, struct key_set *k, struct orm_object *o)
{
    const struct orm_object *first = key_set_first(s, k, o);
    if (first == o)
        key_set_ask(k, o);
    return first != NULL;
}

void key_set_values(const struct key_set *k, unsigned i, struct params *to)
{
    const struct orm_column *c = &k->columns.model->columns[k->columns.at[i]];
    for (size_t n = 0; n < k->count; n++)
        params_array_add(to, c, type_get(c, k->objects[n]));
}

bool key_set_end(struct orm_session *s, const struct key_set *k)
{
    params_clear(&s->params);
    for (unsigned i = 0; i < k->columns.count; i++) {
        const struct orm_column *c = &k->columns.model->columns[k->columns.at[i]];
        params_array_begin(&s->params, type_oids(c, s->enums).oid);
        key_set_values(k, i, &s->params);
        params_array_end(&s->params);
    }
    return params_finish(&s->params, &s->error);
}

void key_set_free(struct key_set *k)
{
    idmap_free(&k->seen);
}

struct orm_session *manager_session(struct orm_manager *m)
{
    if (manager_relation(m)->kind != ORM_MANY_TABLE)
        return object_session(manager_owner(m));
    return table_state(m)->session;
}

struct orm_scope *manager_scope(struct orm_manager *m)
{
    const struct orm_object *owner = manager_owner(m);
    return owner ? owner->scope : manager_session(m)->scope;
}

struct key_columns many_owner_columns(const struct orm_to_many *many)
{
    if (many->kind == ORM_MANY_JOIN)
        return (struct key_columns){
            many->owner, many->owner_end.key, many->owner_end.count};
    return ref_target_columns(&many->target->to_ones[many->ref]);
}

bool relate_is_to_new(const struct orm_object *o, const struct orm_to_one *ref)
{
    const struct orm_object *target = *object_slot(o, ref);
    return !ref->reverse && target && target->state & OBJECT_NEW;
}

bool relate_is_changed(const struct orm_object *o, const struct orm_to_one *ref)
{
    for (unsigned i = 0; i < ref->count; i++)
        if (bit_is_set(object_changed_bits(o), ref->columns[i]))
            return true;
    return false;
}

struct orm_object *relate_target(
    const struct orm_object *o, const struct orm_to_one *ref)
{
    struct orm_object *target = *object_slot(o, ref);
    const struct key_columns ours = ref_columns(o->model, ref);
    if (target || key_is_null(ours, o) || !ref_is_by_key(ref))
        return target;
    return key_find_like(&session_model(object_session(o), ref->target)->map,
        ref_target_columns(ref), o, ours);
}

static void drop_list(struct orm_manager *m)
{
    if (list_is_loaded(m))
        undo_note(manager_owner(m));
    list_drop(m);
}

static void drop_back(
    const struct orm_object *o, struct orm_object *target, unsigned slot)
{
    struct orm_object **back = object_slot(target, &target->model->to_ones[slot]);
    const bool shows = *back == o;
    if (!shows && !bit_is_set(object_missing_bits(target), slot))
        return;
    undo_note(target);
    if (shows)
        *back = NULL;
    bit_put(object_missing_bits(target), slot, false);
}

/* The other end of the slot itself. */
static void drop_inverse(
    const struct orm_object *o, const struct orm_to_one *ref, struct orm_object *target)
{
    const struct orm_model *m = target->model;
    if (ref->inverse == ORM_NO_INVERSE)
        return;
    if (ref->unique)
        drop_back(o, target, ref->inverse);
    else
        drop_list(object_manager(target, &m->to_manys[ref->inverse]));
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
            drop_list(object_manager(target, many));
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
