/* flush_ahead.c: which deleted rows go first.
 *
 * Deletes come last, but for rows that still have, in the database, a unique value that
 * a new or changed row takes.  Rows that refer to them and are deleted too go with
 * them.  Anything else that refers to them the server refuses, or cascades into, as it
 * would the other way round refuse the value. */
#include "write/flush.h"

#define AHEAD OBJECT_SEEN

/* Deleted rows of a model by the columns of one of its constraints. */
struct takers {
    struct flush *flush;
    const struct orm_model *model;
    struct key_columns columns;
    struct idmap deleted;
    bool any;
};

/* Whether equal values are one value to the server for certain, and can be looked up.
 */
static bool is_certain(const struct orm_model *m, const struct orm_constraint *c)
{
    bool certain = (c->kind == ORM_BY_KEY || c->kind == ORM_UNIQUE) && !c->partial &&
                   c->count && c->count <= KEY_COLUMNS_MOST;
    for (unsigned i = 0; certain && i < c->count; i++) {
        const struct orm_column *column = &m->columns[c->columns[i]];
        certain =
            type_is_number(column) || type_is_text(column) || column->type == ORM_UUID;
    }
    return certain;
}

static bool has_changed(const struct orm_object *o, struct key_columns k)
{
    for (unsigned i = 0; i < k.count; i++)
        if (bit_is_set(object_changed_bits(o), k.at[i]))
            return true;
    return false;
}

/* What was changed before it was deleted is in the table with values that are not in
 * memory: it goes ahead in any case. */
static bool collect(struct takers *t)
{
    const struct flush *p = t->flush;
    if (!idmap_reserve(&t->deleted, p->delete_count))
        return session_nomem(p->s);
    for (size_t i = 0; i < p->delete_count; i++) {
        struct orm_object *o = p->deletes[i];
        if (o->model != t->model || key_is_null(t->columns, o))
            continue;
        if (has_changed(o, t->columns)) {
            o->state |= AHEAD;
            t->any = true;
        } else if (!key_find_like(&t->deleted, t->columns, o, t->columns))
            key_insert(&t->deleted, t->columns, o);
    }
    return true;
}

/* Whether it gets a value of these columns. */
static bool takes(const struct takers *t, const struct orm_object *o)
{
    return o->model == t->model && !key_is_null(t->columns, o) &&
           (o->state & OBJECT_NEW || has_changed(o, t->columns));
}

static bool anyone_takes(
    const struct takers *t, struct orm_object *const *objects, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (takes(t, objects[i]))
            return true;
    return false;
}

static void meet(struct takers *t, struct orm_object *const *objects, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!takes(t, objects[i]))
            continue;
        struct orm_object *o =
            key_find_like(&t->deleted, t->columns, objects[i], t->columns);
        if (!o)
            continue;
        o->state |= AHEAD;
        t->any = true;
    }
}

static bool mark_by(struct flush *p, const struct orm_model *m,
    const struct orm_constraint *c, bool *any)
{
    struct takers t = {.flush = p, .model = m, .columns = {m, c->columns, c->count}};
    if (!anyone_takes(&t, p->news, p->new_count) &&
        !anyone_takes(&t, p->drafts, p->draft_count) &&
        !anyone_takes(&t, p->updates, p->update_count))
        return true;
    const bool good = collect(&t);
    if (good) {
        meet(&t, p->news, p->new_count);
        meet(&t, p->drafts, p->draft_count);
        meet(&t, p->updates, p->update_count);
    }
    idmap_free(&t.deleted);
    *any = *any || t.any;
    return good;
}

static bool has_deleted(const struct flush *p, const struct orm_model *m)
{
    for (size_t i = 0; i < p->delete_count; i++)
        if (p->deletes[i]->model == m)
            return true;
    return false;
}

static bool refers_ahead(const struct orm_object *o)
{
    for (unsigned i = 0; i < o->model->to_one_count; i++) {
        const struct orm_to_one *ref = &o->model->to_ones[i];
        const struct orm_object *target = ref->reverse ? NULL : relate_target(o, ref);
        if (target && target->state & AHEAD)
            return true;
    }
    return false;
}

static void take_along(const struct flush *p)
{
    for (bool more = true; more;) {
        more = false;
        for (size_t i = 0; i < p->delete_count; i++)
            if (!(p->deletes[i]->state & AHEAD) && refers_ahead(p->deletes[i])) {
                p->deletes[i]->state |= AHEAD;
                more = true;
            }
    }
}

/* To the front of the list. */
static bool part(struct flush *p)
{
    struct orm_object **parted =
        arena_get(&p->s->scratch, p->delete_count * sizeof(struct orm_object *));
    if (!parted)
        return session_nomem(p->s);
    size_t n = 0;
    for (unsigned ahead = 2; ahead--;) {
        for (size_t i = 0; i < p->delete_count; i++)
            if (!(p->deletes[i]->state & AHEAD) == !ahead)
                parted[n++] = p->deletes[i];
        if (ahead)
            p->ahead_count = n;
    }
    p->deletes = parted;
    return true;
}

bool flush_find_ahead(struct flush *p)
{
    bool any = false, good = true;
    const size_t takers = p->new_count + p->draft_count + p->update_count;
    for (unsigned i = 0; takers && p->delete_count && i < p->s->schema->model_count;
         i++) {
        const struct orm_model *m = p->s->schema->models[i];
        if (!session_model(p->s, m)->unwritten || !has_deleted(p, m))
            continue;
        for (unsigned k = 0; good && k < m->constraint_count; k++)
            if (is_certain(m, &m->constraints[k]))
                good = mark_by(p, m, &m->constraints[k], &any);
    }
    if (good && any) {
        take_along(p);
        good = part(p);
    }
    for (size_t i = 0; i < p->delete_count; i++)
        p->deletes[i]->state &= ~AHEAD;
    return good;
}
