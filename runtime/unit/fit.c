/* fit.c: whether the tables of a schema belong together.
 *
 * They point into each other by number, also over the borders of files: a file that was
 * generated before another changed has numbers that mean something else by now.  Here
 * that is found out, before anything is asked. */
#include "unit/fit.h"

#include "write/on_update.h"

static bool refuse(
    struct orm_session *s, const struct orm_model *m, const char *name, const char *why)
{
    return error_set(&s->error, ORM_INVALID,
        "%s.%s: %s; run ormgen on all files of the schema %s again", m->name, name, why,
        s->schema->name);
}

static bool is_known(const struct orm_session *s, const struct orm_model *m)
{
    return session_number(s, m) != NO_NUMBER;
}

static bool is_to_one(const struct orm_model *m, unsigned i, const struct orm_model *to)
{
    return i < m->to_one_count && m->to_ones[i].target == to;
}

static bool is_to_many(
    const struct orm_model *m, unsigned i, const struct orm_model *to)
{
    return i < m->to_many_count && m->to_manys[i].target == to;
}

static bool check_to_one(
    struct orm_session *s, const struct orm_model *m, const struct orm_to_one *ref)
{
    if (!is_known(s, ref->target))
        return refuse(s, m, ref->name, "refers to a model that the schema has not");
    const bool shown =
        ref->inverse == ORM_NO_INVERSE ||
        (ref->reverse || ref->unique ? is_to_one(ref->target, ref->inverse, m)
                                     : is_to_many(ref->target, ref->inverse, m));
    if (ref_follows(ref) || (!ref->reverse && !ref_is_by_key(ref)))
        session_model(s, ref->target)->is_followed = true;
    return shown || refuse(s, m, ref->name, "the other side is another relation");
}

static bool check_to_many(
    struct orm_session *s, const struct orm_model *m, const struct orm_to_many *many)
{
    if (!is_known(s, many->target) || (many->through && !is_known(s, many->through)))
        return refuse(s, m, many->name, "refers to a model that the schema has not");
    bool good = many->kind != ORM_MANY_REVERSE || is_to_one(many->target, many->ref, m);
    if (many->kind == ORM_MANY_JOIN && many->inverse != ORM_NO_INVERSE)
        good = is_to_many(many->target, many->inverse, m);
    if (many->through) {
        good = good && is_to_one(many->through, many->through_owner, m) &&
               is_to_one(many->through, many->through_target, many->target);
        session_model(s, many->through)->is_through = true;
    }
    return good || refuse(s, m, many->name, "the other side is another relation");
}

bool fit_check(struct orm_session *s)
{
    bool good = true;
    for (unsigned i = 0; i < s->schema->model_count; i++) {
        const struct orm_model *m = s->schema->models[i];
        for (unsigned k = 0; good && k < m->to_one_count; k++)
            good = check_to_one(s, m, &m->to_ones[k]);
        for (unsigned k = 0; good && k < m->to_many_count; k++)
            good = check_to_many(s, m, &m->to_manys[k]);
    }
    return good;
}
