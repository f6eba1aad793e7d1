/* related.c: conditions on related rows.
 *
 * Objects are compared by their keys.  A query of the other model becomes an EXISTS
 * over its table, in which it can have conditions on related rows of its own. */
#include "query/related.h"

#include "objects/relate.h"

/* -- Objects ----------------------------------------------------------------------- */

static bool refuse_ref(
    struct clause *w, const struct orm_to_one *ref, enum orm_code code, const char *why)
{
    const struct orm_column named = {.field = ref->name};
    return error_set_field(&w->c->s->error, code, w->at.model, &named, "%s", why);
}

/* The slot that a condition is about.  NULL: the error is recorded. */
static const struct orm_to_one *slot_of(struct clause *w, const struct orm_cond *cond)
{
    const struct orm_model *m = w->at.model;
    if (cond->column < m->to_one_count)
        return &m->to_ones[cond->column];
    compile_refuse(w->c, "a condition on a relation that the model does not have");
    return NULL;
}

/* Whether the object's key can be asked for; an unsaved one has it after a flush. */
static bool check_object(
    struct clause *w, const struct orm_to_one *ref, const struct orm_object *o)
{
    if (!o)
        return refuse_ref(
            w, ref, ORM_INVALID, "NULL is no object to compare with; ask with is_null");
    if (o->model != ref->target)
        return refuse_ref(
            w, ref, ORM_INVALID, "the object to compare with is of another model");
    if (object_session(o) != w->c->s)
        return refuse_ref(w, ref, ORM_OTHER_SESSION,
            "the object to compare with belongs to another session");
    if (o->state & (OBJECT_GONE | OBJECT_PLACEHOLDER) ||
        (o->state & OBJECT_NEW && !(o->state & OBJECT_QUEUED)))
        return refuse_ref(
            w, ref, ORM_UNSAVED, "the object to compare with is not in the database");
    w->c->waits = w->c->waits || o->state & OBJECT_NEW;
    return true;
}

/* Our columns have the values that the object has in its own.  If it has none nothing
 * can refer to it: where ours have values that is false, else as unknown as ever. */
static void columns_are(struct clause *w, const uint16_t *ours,
    struct key_columns theirs, const struct orm_object *o)
{
    const bool none = key_is_null(theirs, o);
    shape_add(w->c->s, none);
    compile_text(w->c, theirs.count > 1 ? "(" : "");
    for (unsigned i = 0; i < theirs.count; i++) {
        const unsigned their = theirs.at[i];
        compile_text(w->c, !i ? "" : none ? " OR " : " AND ");
        compile_column(w->c, w->at, ours[i]);
        compile_text(w->c, none ? " <> " : " = ");
        if (none)
            compile_column(w->c, w->at, ours[i]);
        else
            compile_value(w->c, &theirs.model->columns[their], object_value(o, their));
    }
    compile_text(w->c, theirs.count > 1 ? ")" : "");
}

bool related_is(struct clause *w, const struct orm_cond *cond)
{
    const struct orm_to_one *ref = slot_of(w, cond);
    if (!ref || !check_object(w, ref, cond->value.object))
        return false;
    clause_element_begin(w, cond->flags);
    columns_are(w, ref->columns, ref_target_columns(ref), cond->value.object);
    clause_element_end(w, cond->flags);
    return true;
}

/* The values that the objects have in a column, as a parameter. */
static void column_of_list(
    struct clause *w, struct key_columns theirs, unsigned i, struct given_list list)
{
    struct params *p = &w->c->s->params;
    const struct orm_column *col = &theirs.model->columns[theirs.at[i]];
    const struct type_oids oids = type_oids(col, w->c->s->enums);
    params_array_begin(p, oids.oid);
    for (size_t n = 0; n < list.length; n++)
        if (!key_is_null(theirs, list_given_item(list, n)))
            params_array_add(p, col, type_get(col, list_given_item(list, n)));
    params_array_end(p);
    compile_placeholder(w->c, oids.array_oid);
}

static void columns_are_of_list(struct clause *w, const uint16_t *ours,
    struct key_columns theirs, struct given_list list)
{
    struct compiler *c = w->c;
    compile_text(c, theirs.count > 1 ? "(" : "");
    for (unsigned i = 0; i < theirs.count; i++) {
        compile_text(c, i ? ", " : "");
        compile_column(c, w->at, ours[i]);
    }
    compile_text(c, theirs.count > 1 ? ") IN (SELECT * FROM unnest(" : " = ANY (");
    for (unsigned i = 0; i < theirs.count; i++) {
        compile_text(c, i ? ", " : "");
        column_of_list(w, theirs, i, list);
    }
    compile_text(c, theirs.count > 1 ? "))" : ")");
}

bool related_is_one_of(struct clause *w, const struct orm_cond *cond)
{
    const struct orm_to_one *ref = slot_of(w, cond);
    if (!ref)
        return false;
    if (!cond->value.data)
        return refuse_ref(w, ref, ORM_INVALID, "NULL is no list to look in");
    const struct given_list list = list_given(cond->value.data);
    for (size_t i = 0; i < list.length; i++)
        if (!check_object(w, ref, list_given_item(list, i)))
            return false;
    clause_element_begin(w, cond->flags);
    columns_are_of_list(w, ref->columns, ref_target_columns(ref), list);
    clause_element_end(w, cond->flags);
    return true;
}

/* -- Queries ----------------------------------------------------------------------- */

/* Whether there is such a row has nothing to do with an order; with the rest it has,
 * and EXISTS has no word for it. */
static const char *misplaced(const struct orm_query *q)
{
    if (q->limit || q->offset)
        return "a query in a condition has no limit and no offset";
    if (q->after)
        return "a query in a condition has no page: `after` is of the outer one";
    if (q->lock)
        return "a query in a condition locks nothing: `lock` is of the outer one";
    for (size_t i = 0; i < ORM_QUERY_WITH; i++)
        if (q->with[i].kind)
            return "a query in a condition loads nothing: `with` is of the outer one";
    if (q->overfull)
        return "a query in a condition has more conditions than it has room for";
    return NULL;
}

/* The conditions of a query on the table `at`, behind those that join it. */
static bool conditions_of(
    struct compiler *c, struct source at, const struct orm_query *q)
{
    static const struct orm_cond none[ORM_QUERY_WHERE];
    const struct source outer = c->at;
    const char *wrong = q ? misplaced(q) : NULL;
    c->at = at;
    if (c->depth == COMPILE_DEPTH)
        wrong = "queries lie in each other more than 32 deep";
    struct clause inner;
    clause_begin(&inner, c, at, " AND ");
    c->depth++;
    const bool good =
        !c->s->error.code && (wrong ? compile_refuse(c, wrong)
                                    : clause_conditions(&inner, q ? q->where : none));
    c->depth--;
    c->at = outer;
    return good;
}

/* Two tables have the same values in some of their columns. */
static void columns_meet(struct compiler *c, struct source a, const uint16_t *in_a,
    struct source b, const uint16_t *in_b, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        compile_text(c, i ? " AND " : "");
        compile_column(c, a, in_a[i]);
        compile_text(c, " = ");
        compile_column(c, b, in_b[i]);
    }
}

/* The same for one end of a join table. */
static void end_meets(struct compiler *c, struct source join,
    const struct orm_join_end *end, struct source at)
{
    for (unsigned i = 0; i < end->count; i++) {
        compile_text(c, i ? " AND " : "");
        compile_column_named(c, join, end->columns[i]);
        compile_text(c, " = ");
        compile_column(c, at, end->key[i]);
    }
}

bool related_matches(struct clause *w, const struct orm_cond *cond)
{
    const struct orm_to_one *ref = slot_of(w, cond);
    if (!ref)
        return false;
    const struct source target = compile_source(w->c, ref->target);
    clause_element_begin(w, cond->flags);
    compile_text(w->c, "EXISTS (SELECT 1 FROM ");
    compile_table(w->c, target);
    compile_text(w->c, " WHERE ");
    columns_meet(w->c, target, ref->target_columns, w->at, ref->columns, ref->count);
    if (!conditions_of(w->c, target, cond->value.data))
        return false;
    compile_text(w->c, ")");
    clause_element_end(w, cond->flags);
    return true;
}

/* FROM and WHERE of the rows in a to-many relation of `at`. */
static void from_many(struct compiler *c, struct source at,
    const struct orm_to_many *many, struct source target)
{
    compile_table(c, target);
    if (many->kind == ORM_MANY_REVERSE) {
        const struct orm_to_one *ref = &many->target->to_ones[many->ref];
        compile_text(c, " WHERE ");
        columns_meet(c, target, ref->columns, at, ref->target_columns, ref->count);
        return;
    }
    const struct source join = compile_join_source(c, many);
    compile_text(c, " JOIN ");
    compile_join_table(c, many, join);
    compile_text(c, " ON ");
    end_meets(c, join, &many->target_end, target);
    compile_text(c, " WHERE ");
    end_meets(c, join, &many->owner_end, at);
}

bool related_some(struct clause *w, const struct orm_cond *cond)
{
    const struct orm_model *m = w->at.model;
    if (cond->column >= m->to_many_count)
        return compile_refuse(
            w->c, "a condition on a relation that the model does not have");
    const struct orm_to_many *many = &m->to_manys[cond->column];
    const struct source target = compile_source(w->c, many->target);
    clause_element_begin(w, cond->flags);
    compile_text(w->c, "EXISTS (SELECT 1 FROM ");
    from_many(w->c, w->at, many, target);
    if (!conditions_of(w->c, target, cond->value.data))
        return false;
    compile_text(w->c, ")");
    clause_element_end(w, cond->flags);
    return true;
}

/* A join model may have several rows for two objects; a list shows each once. */
void related_count(struct compiler *c, struct source at, const struct orm_to_many *many)
{
    const struct source target = compile_source(c, many->target);
    const bool repeats = many->kind == ORM_MANY_JOIN && many->through;
    compile_text(c, repeats ? "(SELECT count(DISTINCT (" : "(SELECT count(*");
    for (unsigned i = 0; repeats && i < many->target->key_count; i++) {
        compile_text(c, i ? ", " : "");
        compile_column(c, target, many->target->key[i]);
    }
    compile_text(c, repeats ? ")) FROM " : ") FROM ");
    from_many(c, at, many, target);
    compile_text(c, ")");
}

/* -- The owner of a slot ----------------------------------------------------------- */

/* The target's key is in the join table beside the owner's. */
static void is_joined(
    struct clause *w, const struct orm_to_many *rel, const struct orm_object *owner)
{
    const struct orm_join_end *ours = &rel->owner_end, *theirs = &rel->target_end;
    struct compiler *c = w->c;
    const struct source join = compile_join_source(c, rel);
    for (unsigned i = 0; i < theirs->count; i++) {
        compile_text(c, i ? ", " : theirs->count > 1 ? "(" : "");
        compile_column(c, w->at, theirs->key[i]);
    }
    compile_text(c, theirs->count > 1 ? ") IN (SELECT " : " IN (SELECT ");
    for (unsigned i = 0; i < theirs->count; i++) {
        compile_text(c, i ? ", " : "");
        compile_column_named(c, join, theirs->columns[i]);
    }
    compile_text(c, " FROM ");
    compile_join_table(c, rel, join);
    for (unsigned i = 0; i < ours->count; i++) {
        compile_text(c, i ? " AND " : " WHERE ");
        compile_column_named(c, join, ours->columns[i]);
        compile_text(c, " = ");
        compile_value(
            c, &rel->owner->columns[ours->key[i]], object_value(owner, ours->key[i]));
    }
    compile_text(c, ")");
}

bool related_owner(struct clause *w, struct orm_manager *manager)
{
    const struct orm_to_many *rel = manager_relation(manager);
    const struct orm_object *owner = manager_owner(manager);
    if (!owner)
        return true;
    clause_element(w);
    if (rel->kind == ORM_MANY_JOIN)
        is_joined(w, rel, owner);
    else
        columns_are(
            w, rel->target->to_ones[rel->ref].columns, many_owner_columns(rel), owner);
    const bool comes = w->c->waits && owner->state & OBJECT_QUEUED;
    if (owner->state & OBJECT_GONE || (owner->state & OBJECT_NEW && !comes))
        return error_set(&w->c->s->error, ORM_UNSAVED,
            "%s.%s: the owner is not in the database; flush it first", rel->owner->name,
            rel->name);
    return true;
}
