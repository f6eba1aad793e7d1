/* follow_once.c: when each target of a join table comes once, with the keys of all its
 * owners, and not once for each of them.
 *
 * A thousand books have three thousand tags, which are two hundred: those rows cost the
 * server, libpq and us less.  But where few targets repeat, the server only has the
 * work of gathering.  So it is asked for when the session has seen that they repeat: of
 * each relation it keeps from how many owners on the lists hold each target twice. */
#include "relations/follow.h"

#include "query/query.h"

/* Two statements of one relation must be prepared: fewer rows do not repay that. */
#define LISTED_LEAST 200

static uint32_t *once_from(const struct orm_session *s, const struct orm_to_many *rel)
{
    return &session_model(s, rel->owner)->once_from[rel - rel->owner->to_manys];
}

/* A key whose values in an array are all of one length, and look as they do alone. */
static bool has_plain_keys(const struct follow *l)
{
    const struct key_columns k = many_owner_columns(l->many);
    for (unsigned i = 0; i < k.count; i++) {
        const unsigned type = k.model->columns[k.at[i]].type;
        if (type != ORM_INT2 && type != ORM_INT4 && type != ORM_INT8 &&
            type != ORM_UUID)
            return false;
    }
    return true;
}

/* What has a query is left to the server's own order of things: its conditions may
 * leave so little that it should begin with them. */
static bool can_come_once(const struct follow *l)
{
    return l->many && l->many->kind == ORM_MANY_JOIN && !l->query && has_plain_keys(l);
}

/* As many as there may be, if a query is to tell. */
static size_t count_owners(const struct follow *l)
{
    const struct orm_query *q = l->chosen_by ? l->chosen_by->conditions : NULL;
    const size_t most = q && q->limit ? q->limit : SIZE_MAX;
    return l->chosen_by ? most : l->keys.count;
}

bool follow_wants_once(const struct orm_session *s, const struct follow *l)
{
    if (!can_come_once(l))
        return false;
    const uint32_t from = *once_from(s, l->many);
    return from && count_owners(l) >= from;
}

void follow_learn_once(
    struct orm_session *s, const struct follow *l, size_t targets, size_t listed)
{
    if (!can_come_once(l))
        return;
    uint32_t *from = once_from(s, l->many);
    const size_t owners = l->keys.count;
    if (listed >= LISTED_LEAST && listed >= 2 * targets)
        *from = (uint32_t)((2 * owners * targets + listed - 1) / listed);
    else if (owners >= *from)
        *from = 0;
}
