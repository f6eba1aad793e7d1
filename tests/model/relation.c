/* relation.c: adding to relations and removing. */
#include "ops.h"

#include <stdio.h>
#include <string.h>

/* -- Adding and removing ----------------------------------------------------------- */

static bool tie_has_through(const struct thing *owner, const struct thing *t)
{
    for (size_t i = 0; i < w.now.tie_count; i++)
        if (w.now.ties[i].through && w.now.ties[i].owner == at(owner) &&
            w.now.ties[i].target == at(t))
            return true;
    return false;
}

static void tie(
    struct thing *owner, const struct orm_to_many *rel, struct thing *t, bool add)
{
    const bool turned = pair_is_turned(rel);
    w.now.ties[w.now.tie_count++] = (struct tie){.owner = turned ? at(t) : at(owner),
        .target = turned ? at(owner) : at(t),
        .add = add,
        .through = (uint8_t)(rel->through ? number_of(rel->through) : 0)};
}

void add_model(struct thing *owner, const struct orm_to_many *rel, struct thing *t)
{
    if (rel->kind == ORM_MANY_REVERSE) {
        link_either(t, rel->ref, owner);
    } else if (!rel->through) {
        tie(owner, rel, t, true);
    } else {
        struct thing *join = new_thing(number_of(rel->through), NULL);
        link_model(join, rel->through_owner, owner);
        link_model(join, rel->through_target, t);
    }
}

static void remove_joins(
    struct thing *owner, const struct orm_to_many *rel, struct thing *t)
{
    for (unsigned i = 0; i < THINGS; i++) {
        struct thing *join = &w.now.things[i];
        if (join->is == IS_NEW && models[join->model] == rel->through &&
            join->to[rel->through_owner] == at(owner) &&
            join->to[rel->through_target] == at(t))
            join->is = join->o ? IS_GONE : IS_NOTHING, join->touched = true;
    }
    if (owner->is != IS_NEW && t->is != IS_NEW)
        tie(owner, rel, t, false);
}

static bool is_target(
    const struct thing *t, const struct orm_to_many *rel, const struct thing *owner)
{
    const struct orm_to_one *ref = &rel->target->to_ones[rel->ref];
    return t->to[rel->ref] == at(owner) ||
           (t->to[rel->ref] == NOBODY && owner->is == IS_CLEAN &&
               ref_hits(ref, t->v, owner->v));
}

void remove_model(struct thing *owner, const struct orm_to_many *rel, struct thing *t)
{
    if (rel->kind == ORM_MANY_JOIN && rel->through)
        remove_joins(owner, rel, t);
    else if (rel->kind == ORM_MANY_JOIN)
        tie(owner, rel, t, false);
    else if (is_target(t, rel, owner))
        unset_model(t, rel->ref);
}

void op_add(void)
{
    struct thing *owner = any_thing(ANY_MODEL, LIVE);
    if (!owner || !models[owner->model]->to_many_count)
        return;
    const struct orm_to_many *rel =
        &models[owner->model]->to_manys[chance(models[owner->model]->to_many_count)];
    struct thing *t = any_thing(number_of(rel->target), LIVE);
    const bool reverse = rel->kind == ORM_MANY_REVERSE;
    const struct orm_to_one *ref = reverse ? &rel->target->to_ones[rel->ref] : NULL;
    if (!t || w.now.tie_count == TIES || (ref && is_key_of_row(t, ref)) ||
        (rel->through && (!has_room(number_of(rel->through)) ||
                             is_mourned(number_of(rel->through)))))
        return;
    const bool add = chance(2);
    const bool refused = !add && ref && !ref->clears && is_target(t, rel, owner);
    if (add && rel->through && (tie_has_through(owner, t) || tie_has_through(t, owner)))
        return;
    say("%s %s.%s, %s\n", add ? "add" : "remove", thing_name(owner), rel->name,
        thing_name(t));
    struct call c = call_begin();
    if (add)
        orm_add(object_manager(owner->o, rel), t->o);
    else
        orm_remove(object_manager(owner->o, rel), t->o);
    if (!call_end(&c, refused ? BIT(ORM_INVALID) : 0, "add"))
        return;
    must(!refused, "%s was removed", thing_name(t));
    if (add)
        add_model(owner, rel, t);
    else
        remove_model(owner, rel, t);
}
