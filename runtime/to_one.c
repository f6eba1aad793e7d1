/* to_one.c: object slots.
 *
 * A slot that points somewhere is read inline, by the generated getter.  A NULL slot
 * comes here: it has no key, or its row is known to be missing, or it is loaded now,
 * for all peers at once.  Loading by key never flushes. */
#include "flight.h"
#include "identity.h"
#include "load.h"
#include "relate.h"

/* -- One slot ---------------------------------------------------------------------- */

static bool has_key(const struct orm_object *o, const struct orm_to_one *ref)
{
    if (bit_is_set(object_null_bits(o), ref->column))
        return false;
    return !(ref->reverse && o->state & OBJECT_NEW);
}

enum orm_ref orm_ref_state(const struct orm_object *o, unsigned slot)
{
    if (!o)
        return ORM_REF_NULL;
    const struct orm_to_one *ref = &o->model->to_ones[slot];
    if (*object_slot(o, ref))
        return ORM_REF_LOADED;
    if (!has_key(o, ref))
        return ORM_REF_NULL;
    return bit_is_set(object_missing_bits(o), slot) ? ORM_REF_MISSING
                                                    : ORM_REF_UNLOADED;
}

/* Links the two ends as far as the other is still open. */
static void wire(struct orm_object *o, unsigned slot, struct orm_object *target)
{
    const struct orm_to_one *ref = &o->model->to_ones[slot];
    *object_slot(o, ref) = target;
    bit_put(object_missing_bits(o), slot, false);
    if (!ref->unique || ref->inverse == ORM_NO_INVERSE)
        return;
    struct orm_object **back =
        object_slot(target, &target->model->to_ones[ref->inverse]);
    if (!*back) {
        *back = o;
        bit_put(object_missing_bits(target), ref->inverse, false);
    }
}

static bool refers_to_key(const struct orm_to_one *ref)
{
    return ref->target_column == ref->target->key;
}

/* The target if it is in the map. */
static struct orm_object *find_mapped(
    struct orm_session *s, const struct orm_object *o, const struct orm_to_one *ref)
{
    struct orm_object *target =
        refers_to_key(ref) ? object_find(s, ref->target, object_value(o, ref->column))
                           : NULL;
    return target && object_is_live(target) ? target : NULL;
}

/* -- A group ----------------------------------------------------------------------- */

struct flock {
    struct orm_object *alone; /* stands for the group when there is none */
    struct orm_object **members;
    size_t count;
};

static struct flock flock_of(struct orm_object *const *o)
{
    struct orm_group *g = (*o)->group;
    if (g)
        return (struct flock){.members = g->members, .count = g->size};
    return (struct flock){.members = (struct orm_object **)(uintptr_t)o, .count = 1};
}

static bool waits(const struct orm_object *o, unsigned slot)
{
    return o && object_is_live(o) && orm_ref_state(o, slot) == ORM_REF_UNLOADED;
}

/* -- Loading ----------------------------------------------------------------------- */

struct load {
    struct orm_session *s;
    const struct orm_to_one *ref;
    unsigned slot;
    struct flock flock;
    struct path *path;
    struct key_set keys;
    struct orm_object **targets; /* mapped ones first, then those that were loaded */
    size_t mapped;
    size_t loaded;
    struct idmap by_column; /* of the loaded, when the slot refers to another column */
};

/* Rows of a reverse slot hold our key. */
static void wire_by_their_column(struct load *l, const struct orm_model *m)
{
    for (size_t i = l->mapped; i < l->mapped + l->loaded; i++) {
        struct orm_object *target = l->targets[i];
        struct orm_object *owner =
            object_find_any(l->s, m, object_value(target, l->ref->target_column));
        if (owner && waits(owner, l->slot))
            wire(owner, l->slot, target);
    }
}

static void wire_by_our_column(struct load *l)
{
    const struct orm_model *target_model = l->ref->target;
    const struct orm_column *theirs = &target_model->columns[l->ref->target_column];
    for (size_t i = 0; i < l->flock.count; i++) {
        struct orm_object *o = l->flock.members[i];
        if (!waits(o, l->slot))
            continue;
        const union orm_value key = object_value(o, l->ref->column);
        struct orm_object *target =
            refers_to_key(l->ref) ? object_find(l->s, target_model, key)
                                  : idmap_find(&l->by_column,
                                        object_map_key(theirs, key), theirs->offset);
        if (target)
            wire(o, l->slot, target);
    }
}

static bool index_by_column(struct load *l)
{
    if (l->ref->reverse || refers_to_key(l->ref))
        return true;
    if (!idmap_reserve(&l->by_column, l->loaded))
        return session_nomem(l->s);
    const struct orm_column *theirs = &l->ref->target->columns[l->ref->target_column];
    for (size_t i = l->mapped; i < l->mapped + l->loaded; i++)
        idmap_insert(&l->by_column,
            object_map_key(theirs, type_get(theirs, l->targets[i])), l->targets[i]);
    return true;
}

/* What waits still has no row. */
static void mark_missing(const struct load *l)
{
    for (size_t i = 0; i < l->flock.count; i++)
        if (waits(l->flock.members[i], l->slot))
            bit_put(object_missing_bits(l->flock.members[i]), l->slot, true);
}

static bool take_rows(
    struct load *l, const struct orm_model *m, const struct pg_result *r)
{
    l->loaded = pg_rows(r);
    struct orm_object **all =
        arena_get(&l->s->scratch, (l->mapped + l->loaded + 1) * sizeof *all);
    if (!all)
        return session_nomem(l->s);
    for (size_t i = 0; i < l->mapped; i++)
        all[i] = l->targets[i];
    l->targets = all;
    if (!load_rows(l->s, l->ref->target, r, 0, all + l->mapped,
            group_cost(l->mapped + l->loaded)) ||
        !index_by_column(l))
        return false;

    if (l->ref->reverse)
        wire_by_their_column(l, m);
    else
        wire_by_our_column(l);
    mark_missing(l);
    group_form(l->s, l->path, all, l->mapped + l->loaded);
    return true;
}

static bool ask_for_keys(struct load *l, const struct orm_model *m)
{
    if (!key_set_end(l->s))
        return false;
    struct pg_statement *st =
        load_statement(l->s, l->ref->target, l->ref->target_column, LOAD_ANY);
    const struct pg_result *r = flight_one(l->s, l->ref->target, st);
    const bool good = r && take_rows(l, m, r);
    flight_end(l->s);
    return good;
}

/* Fills the slots whose target is mapped, without a statement, and collects the keys of
 * the others.  Mapped targets are peers of what will be loaded. */
static bool collect(struct load *l)
{
    for (size_t i = 0; i < l->flock.count; i++) {
        struct orm_object *o = l->flock.members[i];
        if (!waits(o, l->slot))
            continue;
        struct orm_object *target = find_mapped(l->s, o, l->ref);
        if (target) {
            wire(o, l->slot, target);
            l->targets[l->mapped++] = target;
        } else if (!key_set_add(l->s, &l->keys, o)) {
            return false;
        }
    }
    return true;
}

static bool load_targets(struct orm_session *s, struct orm_object *asked, unsigned slot)
{
    const struct orm_model *m = asked->model;
    struct load l = {
        .s = s,
        .ref = &m->to_ones[slot],
        .slot = slot,
        .flock = flock_of(&asked),
    };
    l.path = path_child(s, path_of(asked), l.ref);
    l.targets = arena_get(&s->scratch, l.flock.count * sizeof *l.targets);
    if (!l.path || !l.targets)
        return session_nomem(s);

    key_set_begin(s, &l.keys, &m->columns[l.ref->column]);
    const bool good = collect(&l) && (!l.keys.count || ask_for_keys(&l, m));
    idmap_free(&l.by_column);
    key_set_free(&l.keys);
    arena_clear(&s->scratch);
    return good;
}

/* -- The call ---------------------------------------------------------------------- */

/* What stands for a required object when the session has failed. */
static struct orm_object *stand_in(
    struct orm_session *s, const struct orm_object *o, const struct orm_to_one *ref)
{
    const bool required =
        !ref->reverse && !(o->model->columns[ref->column].flags & ORM_COLUMN_NULLABLE);
    return required ? object_placeholder(s, ref->target) : NULL;
}

struct orm_object *orm_load_ref(struct orm_object *o, unsigned slot)
{
    if (!o)
        return NULL;
    struct orm_session *s = object_session(o);
    const struct orm_to_one *ref = &o->model->to_ones[slot];
    struct orm_object **at = object_slot(o, ref);
    if (*at)
        return *at;
    if (o->state & OBJECT_PLACEHOLDER)
        return stand_in(s, o, ref);
    if (!has_key(o, ref) || o->state & OBJECT_GONE)
        return NULL;

    struct orm_object *target = find_mapped(s, o, ref);
    if (target) {
        wire(o, slot, target);
        return target;
    }
    if (bit_is_set(object_missing_bits(o), slot))
        return NULL;
    if (s->error.code || !load_targets(s, o, slot))
        return stand_in(s, o, ref);
    return *at;
}
