/* to_many.c: lists of relations.
 *
 * A loop over owners costs three statements and a single look never pulls in what
 * nobody reads: the first owner asked loads alone, the second for all remaining peers.
 * "Alone" is allowed once per path (group.h), so nested loops do not multiply. */
#include "relations/to_many.h"

#include "objects/fetch.h"
#include "relations/plan.h"
#include "session/due.h"

/* -- Whose lists ------------------------------------------------------------------- */

/* Asked for the first time, so its list may come with the others'. */
static bool joins_in(struct orm_object *o, const struct orm_to_many *rel)
{
    return o && object_is_live(o) && !(o->state & OBJECT_NEW) &&
           list_is_unloaded(object_manager(o, rel));
}

/* True if this owner is to be asked without its peers. */
static bool goes_alone(struct orm_object *owner, const struct orm_to_many *rel)
{
    struct path *path = path_of(owner);
    if (!path || !joins_in(owner, rel) || rel->fetch == ORM_FETCH_ONE ||
        fetch_mode(owner) == ORM_FETCH_ONE)
        return true;
    if (rel->fetch == ORM_FETCH_PEERS)
        return false;
    const size_t i = (size_t)(rel - owner->model->to_manys);
    const uint64_t bit = UINT64_C(1) << (i % 64);
    if (path->asked & bit)
        return false;
    path->asked |= bit;
    return true;
}

/* The peers that were not asked yet, as many as the relation's `max_keys` allows: from
 * the owner on, in the order of the result, then from its beginning. */
static bool choose_peers(
    struct orm_session *s, struct follow *l, const struct orm_object *owner)
{
    const struct orm_group *g = owner->group;
    const size_t most = l->many->max_keys ? l->many->max_keys : MANY_OWNERS_MOST;
    struct orm_object **owners = arena_get(&s->scratch, g->size * sizeof *owners);
    if (!owners)
        return session_nomem(s);
    l->owners = owners;
    for (size_t i = 0; i < g->size && l->owner_count < most; i++) {
        struct orm_object *o = g->members[(owner->at + i) % g->size];
        if (joins_in(o, l->many))
            owners[l->owner_count++] = o;
    }
    return true;
}

static bool load_lists(
    struct orm_session *s, struct orm_object *owner, const struct orm_to_many *rel)
{
    struct follow l = {.model = rel->owner,
        .many = rel,
        .scope = owner->scope,
        .path = path_beyond(owner, rel),
        .asked = owner,
        .owners = &owner,
        .owner_count = 1};
    if (!l.path)
        return session_nomem(s);
    if (!goes_alone(owner, rel)) {
        l.owner_count = 0;
        if (!choose_peers(s, &l, owner))
            return false;
    }
    return rel->with_count ? plan_load_slots(s, &l) : follow_load(s, &l);
}

/* -- Owners that are not saved ----------------------------------------------------- */

/* The object that a noted change links to the owner now, or NULL. */
static struct orm_object *linked_by(const struct orm_to_many *rel,
    const struct orm_object *owner, struct orm_object *noted)
{
    if (!object_is_live(noted))
        return NULL;
    if (rel->kind == ORM_MANY_REVERSE)
        return *object_slot(noted, &rel->target->to_ones[rel->ref]) == owner ? noted
                                                                             : NULL;
    if (!rel->through)
        return noted;
    const struct orm_to_one *refs = rel->through->to_ones;
    return *object_slot(noted, &refs[rel->through_owner]) == owner
               ? *object_slot(noted, &refs[rel->through_target])
               : NULL;
}

/* Each linked object once, where it was linked first and not unlinked since. */
static size_t read_notes(const struct orm_manager *m, struct orm_object **found)
{
    struct orm_object *owner = manager_owner((struct orm_manager *)(uintptr_t)m);
    size_t n = 0;
    for (const struct list_note *note = NULL;
         (note = list_next_note(m, note)) != NULL;) {
        struct orm_object *o = linked_by(manager_relation(m), owner, note->object);
        if (!o || (o->state & OBJECT_SEEN) == (note->linked ? OBJECT_SEEN : 0))
            continue;
        o->state ^= OBJECT_SEEN;
        found[n++] = o;
    }
    /* What was linked and unlinked stands twice or more, and is not seen at the end. */
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (found[i]->state & OBJECT_SEEN) {
            found[i]->state &= ~OBJECT_SEEN;
            found[kept++] = found[i];
        }
    return kept;
}

static const void *list_in_memory(struct orm_session *s, struct orm_manager *m)
{
    const size_t most = list_note_count(m) + 1;
    struct orm_object **found = arena_get(&s->scratch, most * sizeof *found);
    const void *list =
        found ? list_make(manager_owner(m)->scope, manager_relation(m)->target, found,
                    read_notes(m, found))
              : NULL;
    arena_clear(&s->scratch);
    if (!list)
        session_nomem(s);
    else
        list_keep(m, list);
    return list;
}

const void *to_many_list(struct orm_session *s, struct orm_manager *m)
{
    const struct orm_to_many *rel = manager_relation(m);
    struct orm_object *owner = manager_owner(m);
    const void *list = list_of(s, m);
    if (list)
        return list;
    if (s->error.code || !object_is_live(owner))
        return NULL;
    if (owner->state & OBJECT_NEW)
        return list_in_memory(s, m);
    if (!fetch_allows(owner, rel->name, FETCH_RELATION) ||
        (due_in_relation(s, rel) && !due_before_reading(s)) ||
        !load_lists(s, owner, rel))
        return NULL;
    return list_of(s, m);
}
