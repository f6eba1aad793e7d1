/* member.c: making objects of a table or a relation; adding to relations and removing.
 */
#include "write/member.h"

#include "objects/fetch.h"
#include "objects/scope.h"
#include "write/change.h"
#include "write/link.h"

/* -- Who may ----------------------------------------------------------------------- */

bool member_is_sound(
    struct orm_session *s, const struct orm_to_many *rel, const struct orm_object *o)
{
    if (o->state & OBJECT_PLACEHOLDER)
        return false;
    if (object_session(o) != s)
        return error_set(&s->error, ORM_OTHER_SESSION,
            "%s.%s: the %s belongs to another session", rel->owner->name, rel->name,
            o->model->name);
    if (!object_is_live(o))
        return error_set(&s->error, ORM_INVALID,
            "%s.%s: the %s was deleted or rolled back", rel->owner->name, rel->name,
            o->model->name);
    if (object_is_row(o))
        return error_set(&s->error, ORM_INVALID,
            "%s.%s: the %s is a row that is being loaded, and no object",
            rel->owner->name, rel->name, o->model->name);
    return true;
}

struct orm_object *member_owner(struct orm_manager *m, const char *verb)
{
    struct orm_session *s = manager_session(m);
    struct orm_object *owner = manager_owner(m);
    if (s->error.code)
        return NULL;
    if (owner)
        return member_is_sound(s, manager_relation(m), owner) ? owner : NULL;
    error_set_field(&s->error, ORM_INVALID, manager_relation(m)->target, NULL,
        "%s() is for relations; rows of the whole table are made by new() and gone "
        "by delete()",
        verb);
    return NULL;
}

/* The column of a join model that stands between a pair and its row, or NULL. */
static const struct orm_column *also_required(const struct orm_to_many *rel)
{
    const struct orm_model *m = rel->through;
    for (unsigned i = 0; i < m->column_count; i++) {
        const struct orm_column *c = &m->columns[i];
        const bool given =
            key_has_column(ref_columns(m, &m->to_ones[rel->through_owner]), i) ||
            key_has_column(ref_columns(m, &m->to_ones[rel->through_target]), i);
        if (!given && !column_may_be_unset(c))
            return c;
    }
    return NULL;
}

static bool may_join_through(struct orm_session *s, const struct orm_to_many *rel)
{
    const struct orm_column *c = also_required(rel);
    return !c ||
           error_set_field(&s->error, ORM_INVALID, rel->through, c,
               "%s.%s cannot add: this is required too; make the %s with %s_new()",
               rel->owner->name, rel->name, rel->through->name, rel->through->name);
}

bool member_may_join(struct orm_session *s, const struct orm_to_many *rel,
    const struct orm_object *owner, struct orm_object *o)
{
    if (!member_is_sound(s, rel, o))
        return false;
    if (rel->kind == ORM_MANY_REVERSE)
        return change_may_refer(o, &rel->target->to_ones[rel->ref], owner);
    return !rel->through || may_join_through(s, rel);
}

/* Whether the object shows in the owner's list because it refers to that. */
static bool refers(const struct orm_to_many *rel, const struct orm_object *owner,
    const struct orm_object *o)
{
    return relate_target(o, &rel->target->to_ones[rel->ref]) == owner;
}

bool member_may_leave(struct orm_session *s, const struct orm_to_many *rel,
    const struct orm_object *owner, const struct orm_object *o)
{
    if (rel->kind != ORM_MANY_REVERSE || !refers(rel, owner, o))
        return true;
    const struct orm_to_one *ref = &rel->target->to_ones[rel->ref];
    return ref->clears ||
           error_set_field(&s->error, ORM_INVALID, rel->target,
               &rel->target->columns[ref->columns[0]],
               "required: it cannot be removed from %s.%s; set another %s or delete it",
               rel->owner->name, rel->name, rel->owner->name);
}

/* -- Joining and leaving ----------------------------------------------------------- */

static void join_through(struct orm_session *s, const struct orm_to_many *rel,
    struct orm_object *owner, struct orm_object *o)
{
    struct orm_object *join = change_make(s, rel->through);
    if (!join)
        return;
    orm_set_ref(join, rel->through_owner, owner);
    orm_set_ref(join, rel->through_target, o);
}

void member_join(struct orm_session *s, const struct orm_to_many *rel,
    struct orm_object *owner, struct orm_object *o)
{
    scope_keep_for(o, owner->scope);
    if (rel->kind == ORM_MANY_REVERSE)
        orm_set_ref(o, rel->ref, owner);
    else if (rel->through)
        join_through(s, rel, owner, o);
    else
        link_record(s, rel, owner, o, true);
}

/* Join objects that were made in this unit of work are unmade. */
static void unmake_joins(struct orm_session *s, const struct orm_to_many *rel,
    const struct orm_object *owner, const struct orm_object *o)
{
    const struct orm_to_one *refs = rel->through->to_ones;
    if (!session_model(s, rel->through)->unwritten)
        return;
    for (size_t i = 0; i < s->change_count; i++) {
        struct orm_object *join = s->changes[i];
        if (join->model == rel->through && join->state & OBJECT_NEW &&
            *object_slot(join, &refs[rel->through_owner]) == owner &&
            *object_slot(join, &refs[rel->through_target]) == o)
            orm_delete(join);
    }
}

void member_leave(struct orm_session *s, const struct orm_to_many *rel,
    struct orm_object *owner, struct orm_object *o)
{
    if (rel->kind == ORM_MANY_REVERSE) {
        if (refers(rel, owner, o))
            orm_set_ref(o, rel->ref, NULL);
        return;
    }
    if (rel->through)
        unmake_joins(s, rel, owner, o);
    if (!rel->through || !((owner->state | o->state) & OBJECT_NEW))
        link_record(s, rel, owner, o, false);
}

/* -- The calls --------------------------------------------------------------------- */

void orm_add(struct orm_manager *m, struct orm_object *o)
{
    if (!m || !o)
        orm_abort_null("add");
    struct orm_object *owner = member_owner(m, "add");
    if (owner && member_may_join(object_session(owner), manager_relation(m), owner, o))
        member_join(object_session(owner), manager_relation(m), owner, o);
}

void orm_remove(struct orm_manager *m, struct orm_object *o)
{
    if (!m || !o)
        orm_abort_null("remove");
    struct orm_object *owner = member_owner(m, "remove");
    struct orm_session *s = owner ? object_session(owner) : NULL;
    if (owner && member_is_sound(s, manager_relation(m), o) &&
        member_may_leave(s, manager_relation(m), owner, o))
        member_leave(s, manager_relation(m), owner, o);
}

struct orm_object *orm_new(struct orm_manager *m)
{
    if (!m)
        orm_abort_null("new");
    struct orm_session *s = manager_session(m);
    const struct orm_model *model = manager_relation(m)->target;
    struct orm_object *o = s->error.code ? NULL : change_make(s, model);
    if (o && manager_relation(m)->kind != ORM_MANY_TABLE) {
        object_set_fetch(o, object_fetch(manager_owner(m)));
        orm_add(m, o);
    }
    return o && !s->error.code ? o : object_placeholder(s, model);
}
