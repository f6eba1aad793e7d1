/* to_one.c: object slots.
 *
 * A slot that points somewhere is read inline, by the generated getter.  A NULL slot
 * comes here: it has no key, or its row is known to be missing, or it is loaded now,
 * for all peers at once.  Loading by key never flushes. */
#include "fetch.h"
#include "flight.h"
#include "load.h"
#include "relate.h"
#include "slot.h"
#include "write.h"

/* -- One slot ---------------------------------------------------------------------- */

static bool has_key(const struct orm_object *o, const struct orm_to_one *ref)
{
    if (ref->reverse && o->state & OBJECT_NEW)
        return false;
    return !key_is_null(ref_columns(o->model, ref), o);
}

static enum orm_ref slot_state(const struct orm_object *o, unsigned slot)
{
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
    slot_put(o, ref, target);
    bit_put(object_missing_bits(o), slot, false);
    if (!ref->unique || ref->inverse == ORM_NO_INVERSE)
        return;
    const struct orm_to_one *back = &target->model->to_ones[ref->inverse];
    if (!*object_slot(target, back)) {
        slot_put(target, back, o);
        bit_put(object_missing_bits(target), ref->inverse, false);
    }
}

/* The target if it is in the map. */
static struct orm_object *find_mapped(
    struct orm_session *s, const struct orm_object *o, const struct orm_to_one *ref)
{
    if (!ref_is_by_key(ref))
        return NULL;
    struct orm_object *target = key_find_like(&session_model(s, ref->target)->map,
        ref_target_columns(ref), o, ref_columns(o->model, ref));
    const bool fresh = target && !(target->state & OBJECT_EXPIRED);
    return fresh && object_is_live(target) ? target : NULL;
}

enum orm_ref orm_ref_state(const struct orm_object *o, unsigned slot)
{
    if (!o)
        return ORM_REF_NULL;
    struct orm_session *s = object_session(o);
    const struct orm_to_one *ref = &o->model->to_ones[slot];
    const enum orm_ref state = slot_state(o, slot);
    return state == ORM_REF_UNLOADED && fetch_leaves_empty(s, ref) &&
                   find_mapped(s, o, ref)
               ? ORM_REF_LOADED
               : state;
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
    if (g && fetch_mode(*o) != ORM_FETCH_ONE)
        return (struct flock){.members = g->members, .count = g->size};
    return (struct flock){.members = (struct orm_object **)(uintptr_t)o, .count = 1};
}

static bool waits(const struct orm_object *o, unsigned slot)
{
    return o && object_is_live(o) && slot_state(o, slot) == ORM_REF_UNLOADED;
}

/* -- Loading ----------------------------------------------------------------------- */

struct load {
    struct orm_session *s;
    struct orm_scope *scope; /* of who is asked: what is loaded belongs to it */
    const struct orm_to_one *ref;
    unsigned slot;
    struct orm_object *asked;
    struct flock flock;
    size_t waiting; /* of them: for whom a key is asked for */
    struct path *path;
    struct key_set keys;
    struct orm_object **targets; /* mapped ones first, then those that were loaded */
    size_t mapped;
    size_t loaded;
    struct idmap
        by_columns; /* when no key tells who belongs to whom: who is looked up */
};

static void take(struct load *l, struct orm_object *o, struct orm_object *target)
{
    if (o == l->asked || !fetch_leaves_empty(l->s, l->ref))
        wire(o, l->slot, target);
}

/* The object whose `theirs` have the values that `o` has in `ours`. */
static struct orm_object *counterpart(struct load *l, const struct orm_object *o,
    struct key_columns ours, struct key_columns theirs)
{
    struct idmap *map = key_columns_equal(theirs, key_of_model(theirs.model))
                            ? &session_model(l->s, theirs.model)->map
                            : &l->by_columns;
    return key_find_like(map, theirs, o, ours);
}

/* Rows of a reverse slot hold our key. */
static void wire_by_their_columns(struct load *l, struct key_columns ours)
{
    const struct key_columns theirs = ref_target_columns(l->ref);
    for (size_t i = l->mapped; i < l->mapped + l->loaded; i++) {
        struct orm_object *target = l->targets[i];
        struct orm_object *owner = counterpart(l, target, theirs, ours);
        if (owner && waits(owner, l->slot) && object_is_live(target))
            wire(owner, l->slot, target);
    }
}

static void wire_by_our_columns(struct load *l, struct key_columns ours)
{
    const struct key_columns theirs = ref_target_columns(l->ref);
    for (size_t i = 0; i < l->flock.count; i++) {
        struct orm_object *o = l->flock.members[i];
        if (!waits(o, l->slot))
            continue;
        struct orm_object *target = counterpart(l, o, ours, theirs);
        if (target && !(target->state & OBJECT_EXPIRED) && object_is_live(target))
            take(l, o, target);
    }
}

/* Before rows become objects: room for those that will be looked up. */
static bool reserve_index(struct load *l, struct key_columns looked_up)
{
    const size_t most = l->ref->reverse ? l->keys.count : l->loaded;
    return key_columns_equal(looked_up, key_of_model(looked_up.model)) ||
           idmap_reserve(&l->by_columns, most) || session_nomem(l->s);
}

static void fill_index(struct load *l, struct key_columns looked_up)
{
    if (!l->by_columns.capacity)
        return;
    struct orm_object **objects =
        l->ref->reverse ? l->keys.objects : l->targets + l->mapped;
    const size_t count = l->ref->reverse ? l->keys.count : l->loaded;
    for (size_t i = 0; i < count; i++)
        if (!key_is_null(looked_up, objects[i]))
            key_insert(&l->by_columns, looked_up, objects[i]);
}

/* What waits still has no row. */
static void mark_missing(const struct load *l)
{
    for (size_t i = 0; i < l->flock.count; i++) {
        struct orm_object *o = l->flock.members[i];
        const bool left = fetch_leaves_empty(l->s, l->ref);
        if (waits(o, l->slot) && !(left && find_mapped(l->s, o, l->ref)))
            bit_put(object_missing_bits(o), l->slot, true);
    }
}

static bool take_rows(
    struct load *l, struct key_columns ours, const struct pg_result *r)
{
    const struct key_columns looked_up =
        l->ref->reverse ? ours : ref_target_columns(l->ref);
    l->loaded = pg_rows(r);
    struct orm_object **all =
        arena_get(&l->s->scratch, (l->mapped + l->loaded + 1) * sizeof *all);
    if (!all)
        return session_nomem(l->s);
    for (size_t i = 0; i < l->mapped; i++)
        all[i] = l->targets[i];
    l->targets = all;
    if (!reserve_index(l, looked_up))
        return false;
    group_want(l->path, l->mapped + l->loaded);
    if (!load_rows(l->scope, l->ref->target, r, 0, all + l->mapped))
        return false;
    fill_index(l, looked_up);
    if (l->ref->reverse)
        wire_by_their_columns(l, ours);
    else
        wire_by_our_columns(l, ours);
    mark_missing(l);
    fetch_rows(l->s, l->path->way, all + l->mapped, l->loaded);
    group_form(l->path, all, l->mapped + l->loaded);
    return true;
}

static bool ask_for_keys(struct load *l, struct key_columns ours)
{
    if (!key_set_end(l->s, &l->keys))
        return false;
    fetch_begin(l->asked, l->ref->name, l->path->way, l->waiting);
    struct pg_statement *st =
        load_statement(l->s, ref_target_columns(l->ref), LOAD_ANY);
    const struct pg_result *r = flight_one(l->s, l->ref->target, st);
    const bool good = r && take_rows(l, ours, r);
    flight_end(l->s);
    fetch_end(l->s);
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
            take(l, o, target);
            l->targets[l->mapped++] = target;
            continue;
        }
        l->waiting++;
        if (!key_set_add(l->s, &l->keys, o))
            return false;
    }
    return true;
}

static bool load_targets(struct orm_session *s, struct orm_object *asked, unsigned slot)
{
    const struct orm_model *m = asked->model;
    struct load l = {
        .s = s,
        .scope = asked->scope,
        .ref = &m->to_ones[slot],
        .slot = slot,
        .asked = asked,
        .flock = flock_of(&asked),
    };
    l.path = path_beyond(asked, l.ref);
    l.targets = arena_get(&s->scratch, l.flock.count * sizeof *l.targets);
    if (!l.path || !l.targets)
        return session_nomem(s);

    const struct key_columns ours = ref_columns(m, l.ref);
    const bool good = key_set_begin(s, &l.keys, ours, l.flock.count) && collect(&l) &&
                      (!l.keys.count || ask_for_keys(&l, ours));
    idmap_free(&l.by_columns);
    key_set_free(&l.keys);
    arena_clear(&s->scratch);
    return good;
}

/* -- The call ---------------------------------------------------------------------- */

/* What stands for a required object when the session has failed. */
static struct orm_object *stand_in(struct orm_session *s, const struct orm_to_one *ref)
{
    return !ref->reverse && !ref->clears ? object_placeholder(s, ref->target) : NULL;
}

static struct orm_object *load_ref(
    struct orm_session *s, struct orm_object *o, unsigned slot)
{
    const struct orm_to_one *ref = &o->model->to_ones[slot];
    struct orm_object **at = object_slot(o, ref);
    if (*at)
        return *at;
    if (o->state & OBJECT_PLACEHOLDER)
        return stand_in(s, ref);
    if (!has_key(o, ref) || o->state & OBJECT_GONE)
        return NULL;

    struct orm_object *target = find_mapped(s, o, ref);
    if (target) {
        wire(o, slot, target);
        return target;
    }
    if (bit_is_set(object_missing_bits(o), slot))
        return NULL;
    if (s->former_count && !ref_is_by_key(ref))
        return write_changes(s, false) ? orm_load_ref(o, slot) : stand_in(s, ref);
    if (s->error.code || !fetch_allows(o, ref->name, FETCH_RELATION) ||
        !load_targets(s, o, slot))
        return stand_in(s, ref);
    return *at;
}

struct orm_object *orm_load_ref(struct orm_object *o, unsigned slot)
{
    if (!o)
        return NULL;
    struct orm_session *s = object_session(o);
    return fetch_give(s, load_ref(s, o, slot));
}
