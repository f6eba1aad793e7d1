/* to_one.c: object slots.
 *
 * A slot that points somewhere is read inline, by the generated getter.  A NULL slot
 * comes here: it has no key, or its row is known to be missing, or it is loaded now,
 * for all peers at once.  Loading by key never flushes. */
#include "relations/to_one.h"

#include "objects/fetch.h"
#include "objects/slot.h"
#include "objects/undo.h"
#include "relations/plan.h"
#include "session/due.h"

#include <string.h>

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
void to_one_wire(struct orm_object *o, unsigned slot, struct orm_object *target)
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

/* -- Many slots -------------------------------------------------------------------- */

bool to_one_waits(const struct orm_object *o, unsigned slot)
{
    return o && object_is_live(o) && slot_state(o, slot) == ORM_REF_UNLOADED;
}

/* The map does not know what a query would choose: under an alias all are asked. */
static bool is_wanted(const struct follow *l, const struct orm_object *o)
{
    if (!l->alias)
        return to_one_waits(o, l->slot);
    return o && object_is_live(o) && !(o->state & OBJECT_NEW) && has_key(o, l->ref);
}

/* A target that is mapped will be a peer of what is loaded. */
static void ask_unless_mapped(
    struct orm_session *s, struct follow *l, struct orm_object *first)
{
    struct orm_object *target = l->alias ? NULL : find_mapped(s, first, l->ref);
    if (target) {
        l->mapped[l->mapped_count++] = target;
        return;
    }
    key_set_ask(&l->keys, first);
    first->state |= OBJECT_SEEN;
}

/* Many owners have one key: what it leads to is looked up for the first of them. */
static bool find_firsts(struct orm_session *s, struct follow *l)
{
    for (size_t i = 0; i < l->owner_count; i++) {
        struct orm_object *o = l->owners[i];
        l->firsts[i] = NULL;
        if (!is_wanted(l, o))
            continue;
        l->firsts[i] = key_set_first(s, &l->keys, o);
        if (!l->firsts[i])
            return false;
        if (l->firsts[i] == o && !(o->state & OBJECT_SEEN))
            ask_unless_mapped(s, l, o);
        l->waiting += l->firsts[i]->state & OBJECT_SEEN ? 1 : 0;
    }
    return true;
}

/* The keys of targets that are not mapped. */
static bool collect(struct orm_session *s, struct follow *l)
{
    const size_t size = (l->owner_count + 1) * sizeof(struct orm_object *);
    l->mapped_count = l->waiting = 0;
    l->mapped = arena_get(&s->scratch, size);
    l->firsts = arena_get(&s->scratch, size);
    if (!l->mapped || !l->firsts)
        return session_nomem(s);
    if (!key_set_begin(s, &l->keys, ref_columns(l->model, l->ref), l->owner_count))
        return false;
    const bool good = find_firsts(s, l);
    for (size_t i = 0; i < l->keys.count; i++)
        l->keys.objects[i]->state &= ~OBJECT_SEEN;
    l->must_ask = l->keys.count > 0;
    return good;
}

static bool note(struct orm_session *s, struct follow *l)
{
    for (size_t i = 0; i < l->owner_count; i++)
        if (to_one_waits(l->owners[i], l->slot) && !undo_note_load(s, l->owners[i]))
            return false;
    for (size_t i = 0; l->ref->unique && i < l->mapped_count; i++)
        if (!undo_note_load(s, l->mapped[i]))
            return false;
    return true;
}

/* Rows are looked up by the columns that the reference names: in the map if those are
 * the key and all rows are wanted, else in an index. */
static bool needs_index(const struct follow *l)
{
    return l->alias || !ref_is_by_key(l->ref);
}

static bool take_room(struct orm_session *s, struct follow *l, size_t rows)
{
    const size_t most = l->mapped_count + rows;
    l->targets = arena_get(&s->scratch, (most + 1) * sizeof *l->targets);
    l->group = group_begin(l->path);
    if (!l->group || !l->targets ||
        (needs_index(l) && !idmap_reserve(&l->by_columns, rows)))
        return session_nomem(s);
    memcpy(l->targets, l->mapped, l->mapped_count * sizeof *l->targets);
    group_want(l->path, most);
    return !l->alias || follow_take_alias(l, l->owner_count);
}

static bool claim(struct orm_session *s, struct follow *l)
{
    const bool asks = l->asks == l;
    return take_room(s, l, l->row_count) &&
           (!asks || follow_claim(s, l, l->targets + l->mapped_count,
                         model_eager_count(l->ref->target)));
}

static void fill_index(struct follow *l, size_t rows)
{
    const struct key_columns theirs = ref_target_columns(l->ref);
    for (size_t i = 0; needs_index(l) && i < rows; i++) {
        struct orm_object *target = l->targets[l->mapped_count + i];
        if (object_is_live(target) && !key_is_null(theirs, target))
            key_insert(&l->by_columns, theirs, target);
    }
}

static void keep_all(struct follow *l)
{
    const struct key_columns ours = ref_columns(l->model, l->ref);
    const struct key_columns theirs = ref_target_columns(l->ref);
    for (size_t i = 0; i < l->owner_count; i++) {
        struct orm_object *o = l->owners[i];
        if (o)
            follow_keep(l, o,
                is_wanted(l, o) ? key_find_like(&l->by_columns, theirs, o, ours)
                                : NULL);
    }
}

static bool is_left_empty(
    struct orm_session *s, const struct follow *l, const struct orm_object *o)
{
    return l->asked && o != l->asked && fetch_leaves_empty(s, l->ref);
}

/* The first that has a key was wired before. */
static struct orm_object *find_target(
    struct orm_session *s, struct follow *l, const struct orm_object *o, size_t i)
{
    const bool leaves_some = l->asked && fetch_leaves_empty(s, l->ref);
    if (l->firsts[i] && l->firsts[i] != o && !leaves_some)
        return *object_slot(l->firsts[i], l->ref);
    const struct key_columns theirs = ref_target_columns(l->ref);
    struct orm_object *target = key_find_like(
        needs_index(l) ? &l->by_columns : &session_model(s, theirs.model)->map, theirs,
        o, ref_columns(l->model, l->ref));
    const bool is_there =
        target && !(target->state & OBJECT_EXPIRED) && object_is_live(target);
    return is_there ? target : NULL;
}

/* The row may be missing because the program has deleted it: a rollback takes that
 * back. */
static void put_missing(struct orm_session *s, struct orm_object *o, unsigned slot)
{
    if (s->undo_count)
        undo_note(o);
    bit_put(object_missing_bits(o), slot, true);
}

/* What waits still has no row. */
static void wire_all(struct orm_session *s, struct follow *l)
{
    for (size_t i = 0; i < l->owner_count; i++) {
        struct orm_object *o = l->owners[i];
        if (!to_one_waits(o, l->slot))
            continue;
        struct orm_object *target = find_target(s, l, o, i);
        if (!target)
            put_missing(s, o, l->slot);
        else if (!is_left_empty(s, l, o))
            to_one_wire(o, l->slot, target);
    }
}

static void publish(struct orm_session *s, struct follow *l)
{
    const size_t rows = l->row_count;
    fill_index(l, rows);
    if (l->alias)
        keep_all(l);
    else
        wire_all(s, l);
    follow_wire_joins(l);
    if (l->asked)
        fetch_rows(s, l->path->way, l->targets + l->mapped_count, rows);
    if (l->group)
        group_form(l->group, l->targets, l->mapped_count + rows);
}

const struct follow_steps to_one_steps = {collect, note, claim, publish};

/* The slots of all peers, or of one object that has none. */
static bool load_targets(struct orm_session *s, struct orm_object *asked, unsigned slot)
{
    const struct orm_model *m = asked->model;
    const struct orm_group *peers =
        fetch_mode(asked) == ORM_FETCH_ONE ? NULL : asked->group;
    struct follow l = {
        .model = m,
        .ref = &m->to_ones[slot],
        .slot = slot,
        .asked = asked,
        .owners = peers ? peers->members : &asked,
        .owner_count = peers ? peers->size : 1,
        .scope = asked->scope,
        .path = path_beyond(asked, &m->to_ones[slot]),
    };
    if (!l.path)
        return session_nomem(s);
    return l.ref->with_count ? plan_load_slots(s, &l) : follow_load(s, &l);
}

/* -- The call ---------------------------------------------------------------------- */

/* What stands for a required object when the session has failed. */
static struct orm_object *stand_in(struct orm_session *s, const struct orm_to_one *ref)
{
    return !ref->reverse && !ref->clears ? object_placeholder(s, ref->target) : NULL;
}

/* Loads by key need no flush: what waits has its key, or none. */
static bool is_due(const struct orm_session *s, const struct orm_to_one *ref)
{
    return ref->reverse ? due_in(s, ref->target)
                        : s->former_count && !ref_is_by_key(ref);
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
        if (undo_note_load(s, o) && undo_note_load(s, target))
            to_one_wire(o, slot, target);
        return target;
    }
    if (bit_is_set(object_missing_bits(o), slot))
        return NULL;
    if (!s->error.code && is_due(s, ref)) {
        if (!due_before_reading(s))
            return stand_in(s, ref);
        if (!is_due(s, ref))
            return load_ref(s, o, slot);
    }
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
