/* change_all_sql.c: UPDATE and DELETE of all rows that a query matches.
 *
 * Conditions stand in the statement itself.  Where only some of the rows are meant, or
 * these in an order, they are found and locked first, once:
 *
 *     WITH k AS MATERIALIZED (SELECT t.id ... LIMIT $1 FOR UPDATE OF t)
 *     UPDATE book AS t SET ... FROM k WHERE t.id = k.id */
#include "bulk/change_all.h"

#include "objects/object.h"
#include "query/condition.h"
#include "query/related.h"
#include "write/change.h"
#include "write/on_update.h"
#include "write/write.h"

#include <math.h>
#include <string.h>

static const struct orm_query *query_of(const struct change_all *a)
{
    static const struct orm_query none;
    return a->rows.conditions ? a->rows.conditions : &none;
}

/* -- What is refused --------------------------------------------------------------- */

static bool refuse(struct compiler *c, const struct orm_column *column, const char *why)
{
    return error_set_field(&c->s->error, ORM_INVALID, c->at.model, column, "%s", why);
}

static const char *misplaced(const struct orm_query *q)
{
    if (q->overfull)
        return "the query has more conditions, orders or plans than it has room for";
    if (q->after)
        return "a query for rows that change has no `after`; it may have a limit";
    if (q->distinct || q->distinct_on[0].column)
        return "a query for rows that change has no `distinct`: each row changes once";
    for (size_t i = 0; i < ORM_QUERY_WITH; i++)
        if (q->with[i].kind)
            return "a query for rows that change loads nothing: it has no `with`";
    return NULL;
}

/* Why the column keeps its value, or NULL. */
static const char *why_fixed(
    const struct orm_session *s, const struct orm_model *m, unsigned column)
{
    if (key_has_column(key_of_model(m), column))
        return "the key of a row does not change";
    if (m->columns[column].flags & COLUMN_IS_OURS)
        return "it is set with every change, by the runtime alone";
    if (on_update_is_followed(s, m, column))
        return "other rows refer to it: change the objects, and what refers to them "
               "follows";
    return NULL;
}

static bool is_numeric(const struct orm_column *column)
{
    return type_family(column) == ORM_NUMERIC;
}

static bool is_float(const struct orm_column *column)
{
    return column->type == ORM_FLOAT4 || column->type == ORM_FLOAT8;
}

/* -- Changes ----------------------------------------------------------------------- */

/* The changes of a statement that is being written. */
struct setting {
    struct compiler *c;
    const struct change_all *all;
    const struct orm_model *model;
    bool any;
};

/* `"pages" = `, if the column may be set and was not yet. */
static bool begin_column(struct setting *w, unsigned column)
{
    const struct orm_column *col = &w->model->columns[column];
    const char *why = why_fixed(w->c->s, w->model, column);
    if (!why && bit_is_set(w->all->columns, column))
        why = "it is changed twice";
    if (why)
        return refuse(w->c, col, why);
    bit_put(w->all->columns, column, true);
    compile_text(w->c, w->any ? ", " : " SET ");
    compile_identifier(w->c, col->name);
    compile_text(w->c, " = ");
    w->any = true;
    return true;
}

static bool set_value(
    struct setting *w, const struct orm_column *col, const struct orm_change *change)
{
    if (!type_accepts(w->model, col, change->value, &w->c->s->error))
        return false;
    compile_value(w->c, col, change->value);
    return true;
}

static bool set_null(struct setting *w, const struct orm_column *col)
{
    if (!(col->flags & ORM_COLUMN_NULLABLE))
        return refuse(w->c, col, "required; it can be changed but not cleared");
    compile_text(w->c, "NULL");
    return true;
}

static bool set_column(
    struct setting *w, const struct orm_column *col, const struct orm_change *change)
{
    if (change->other >= w->model->column_count)
        return refuse(w->c, col, "takes the value of a column that the model lacks");
    const struct orm_column *other = &w->model->columns[change->other];
    if (col->type != other->type || col->element != other->element ||
        col->named != other->named)
        return error_set_field(&w->c->s->error, ORM_INVALID, w->model, col,
            "a column of %s cannot take the value of %s.%s, which is %s",
            type_name(col), w->model->name, other->field, type_name(other));
    compile_column(w->c, w->c->at, change->other);
    return true;
}

static bool add(struct setting *w, unsigned column, const struct orm_change *change)
{
    const struct orm_column *col = &w->model->columns[column];
    if (!is_numeric(col))
        return refuse(w->c, col, "only numbers are added to");
    compile_column(w->c, w->c->at, column);
    compile_text(w->c, change->kind == ORM_CHANGE_PLUS ? " + " : " - ");
    return set_value(w, col, change);
}

/* A factor may have a part behind the point, whatever the column is. */
static bool multiply(
    struct setting *w, unsigned column, const struct orm_change *change)
{
    const struct orm_column *col = &w->model->columns[column];
    const struct orm_column real = {.field = col->field, .type = ORM_FLOAT8};
    const struct orm_column digits = {.field = col->field, .type = ORM_NUMERIC};
    const bool by_digits = col->type == ORM_NUMERIC;
    if (!is_numeric(col))
        return refuse(w->c, col, "only numbers are multiplied");
    if (!by_digits && !isfinite(change->value.real))
        return refuse(w->c, col, "a factor is a finite number");
    compile_column(w->c, w->c->at, column);
    compile_text(w->c, is_float(col) || by_digits ? " * " : " * CAST(");
    if (!set_value(w, by_digits ? &digits : &real, change))
        return false;
    compile_text(w->c, is_float(col) || by_digits ? "" : " AS numeric)");
    return true;
}

static bool change_column(struct setting *w, const struct orm_change *change)
{
    const unsigned column = change->column;
    if (column >= w->model->column_count)
        return compile_refuse(
            w->c, "a change of a column that the model does not have");
    const struct orm_column *col = &w->model->columns[column];
    if (!begin_column(w, column))
        return false;
    switch (change->kind) {
    case ORM_CHANGE_TO:
        return set_value(w, col, change);
    case ORM_CHANGE_TO_NULL:
        return set_null(w, col);
    case ORM_CHANGE_TO_COLUMN:
        return set_column(w, col, change);
    case ORM_CHANGE_TIMES:
        return multiply(w, column, change);
    default:
        return add(w, column, change);
    }
}

/* -- Changes of references --------------------------------------------------------- */

static bool refuse_ref(struct setting *w, const struct orm_to_one *ref,
    enum orm_code code, const char *why)
{
    return error_set_named(&w->c->s->error, code, w->model, ref->name, "%s", why);
}

static bool check_target(
    struct setting *w, const struct orm_to_one *ref, const struct orm_object *to)
{
    if (!to)
        return refuse_ref(
            w, ref, ORM_INVALID, "NULL is no object to refer to; there is to_null()");
    if (to->model != ref->target)
        return refuse_ref(w, ref, ORM_INVALID, "the object is of another model");
    if (to->state & OBJECT_PLACEHOLDER || object_session(to) != w->c->s)
        return refuse_ref(
            w, ref, ORM_OTHER_SESSION, "the object belongs to another session");
    if (to->state & (OBJECT_GONE | OBJECT_DELETED))
        return refuse_ref(w, ref, ORM_INVALID, "the object was deleted or rolled back");
    if (!(to->state & OBJECT_NEW) && key_is_null(ref_target_columns(ref), to))
        return refuse_ref(
            w, ref, ORM_INVALID, "the object has no value to refer to it by");
    return true;
}

/* The slot's columns get the object's key, or null. */
static bool change_ref(struct setting *w, const struct orm_change *change)
{
    const struct orm_model *m = w->model;
    if (change->column >= m->to_one_count || m->to_ones[change->column].reverse)
        return compile_refuse(w->c, "a change of a slot that the model does not have");
    const struct orm_to_one *ref = &m->to_ones[change->column];
    const struct orm_object *to = change->value.object;
    const bool none = change->kind == ORM_CHANGE_TO_NONE;
    if (!none && !check_target(w, ref, to))
        return false;
    if (none && !ref->clears)
        return refuse_ref(
            w, ref, ORM_INVALID, "required; it can be changed but not cleared");
    for (unsigned i = 0; i < ref->count; i++) {
        const struct orm_column *col = &m->columns[ref->columns[i]];
        if (none && !ref_clears(ref, ref->columns[i]))
            continue;
        if (!begin_column(w, ref->columns[i]))
            return false;
        if (!none)
            compile_value(w->c, col, object_value(to, ref->target_columns[i]));
        else if (!set_null(w, col))
            return false;
    }
    return true;
}

static bool change(struct setting *w, const struct orm_change *change)
{
    shape_add(w->c->s, (unsigned)change->kind << 16 | change->column);
    shape_add(w->c->s, change->other);
    switch (change->kind) {
    case ORM_CHANGE_TO_OBJECT:
    case ORM_CHANGE_TO_NONE:
        return change_ref(w, change);
    default:
        return change->kind < ORM_CHANGE_KIND_COUNT
                   ? change_column(w, change)
                   : compile_refuse(w->c, "a change that there is not");
    }
}

/* What the runtime sets in every row that it changes. */
static void set_ours(struct setting *w)
{
    for (unsigned i = 0; i < w->model->column_count; i++) {
        const struct orm_column *col = &w->model->columns[i];
        if (!(col->flags & (ORM_COLUMN_VERSION | ORM_COLUMN_UPDATED)))
            continue;
        bit_put(w->all->columns, i, true);
        compile_text(w->c, ", ");
        compile_identifier(w->c, col->name);
        compile_text(w->c, " = ");
        if (col->flags & ORM_COLUMN_VERSION) {
            compile_column(w->c, w->c->at, i);
            compile_text(w->c, " + 1");
        } else {
            compile_value(w->c, col, (union orm_value){.integer = w->c->s->flush_time});
        }
    }
}

static bool set_all(struct compiler *c, const struct change_all *a)
{
    struct setting w = {.c = c, .all = a, .model = c->at.model};
    memset(a->columns, 0, ORM_BYTES(w.model->column_count));
    for (size_t i = 0; i < ORM_CHANGES; i++)
        if (a->changes->set[i].kind && !change(&w, &a->changes->set[i]))
            return false;
    set_ours(&w);
    return true;
}

/* -- Rows -------------------------------------------------------------------------- */

/* Not all rows that match, or not in any order. */
static bool is_cut(const struct orm_query *q)
{
    bool sorted = false;
    for (size_t i = 0; i < ORM_QUERY_ORDER; i++)
        sorted = sorted || q->order[i].column || q->order[i].pick;
    return sorted || q->limit || q->offset || q->lock || q->locked;
}

static bool which(struct compiler *c, const struct change_all *a)
{
    struct clause where;
    clause_begin(&where, c, c->at, " WHERE ");
    return related_owner(&where, a->rows.manager) &&
           clause_conditions(&where, query_of(a)->where);
}

static void which_of_keys(struct compiler *c, bool deletes)
{
    const struct key_columns key = key_of_model(c->at.model);
    compile_text(c, deletes ? " USING k WHERE " : " FROM k WHERE ");
    for (unsigned i = 0; i < key.count; i++) {
        compile_text(c, i ? " AND " : "");
        compile_column(c, c->at, key.at[i]);
        compile_text(c, " = k.");
        compile_identifier(c, key.model->columns[key.at[i]].name);
    }
}

bool change_all_answers(const struct orm_session *s, const struct change_all *a)
{
    return session_model(s, manager_relation(a->rows.manager)->target)->map.count != 0;
}

/* An object that takes the row's version has to take the rest, too: it would pass for
 * the row as it is. */
static bool takes_version(const struct orm_model *m, unsigned column)
{
    bool versioned = false;
    for (unsigned i = 0; i < m->column_count; i++)
        versioned = versioned || m->columns[i].flags & ORM_COLUMN_VERSION;
    return versioned && !key_has_column(key_of_model(m), column);
}

bool change_all_returns(const struct change_all *a, unsigned column)
{
    const struct orm_model *m = manager_relation(a->rows.manager)->target;
    return a->changes && column < model_eager_count(m) &&
           (bit_is_set(a->columns, column) || takes_version(m, column) ||
               m->columns[column].flags & ORM_COLUMN_FILLED_ON_UPDATE);
}

static void returning(struct compiler *c, const struct change_all *a)
{
    const struct orm_model *m = c->at.model;
    for (unsigned i = 0; i < m->key_count; i++) {
        compile_text(c, i ? ", " : " RETURNING ");
        compile_column(c, c->at, m->key[i]);
    }
    for (unsigned i = 0; i < m->column_count; i++)
        if (change_all_returns(a, i)) {
            compile_text(c, ", ");
            compile_column(c, c->at, i);
        }
}

/* -- The whole --------------------------------------------------------------------- */

static void shape_rows(struct compiler *c, const struct change_all *a, bool cut)
{
    const struct orm_to_many *rel = manager_relation(a->rows.manager);
    const bool answers = change_all_answers(c->s, a);
    shape_add(c->s,
        (unsigned)cut | (unsigned)answers << 1 | (unsigned)(a->changes != NULL) << 2);
    shape_add(c->s, rel->kind);
    shape_add(c->s, (unsigned)session_number(c->s, rel->owner));
    shape_add(c->s, rel->offset);
}

static bool walk(struct compiler *c, const void *what)
{
    const struct change_all *a = what;
    const char *wrong = misplaced(query_of(a));
    const bool cut = is_cut(query_of(a));
    if (wrong)
        return compile_refuse(c, wrong);
    c->waits = c->waits || c->s->change_count || c->s->link_count;
    shape_rows(c, a, cut);
    compile_text(c, cut ? "WITH k AS MATERIALIZED (" : "");
    if (cut && !query_write(c, &a->rows))
        return false;
    compile_text(c, cut ? ") " : "");
    compile_text(c, a->changes ? "UPDATE " : "DELETE FROM ");
    compile_table(c, c->at);
    if (a->changes && !set_all(c, a))
        return false;
    if (cut)
        which_of_keys(c, !a->changes);
    else if (!which(c, a))
        return false;
    if (change_all_answers(c->s, a))
        returning(c, a);
    return true;
}

/* What is recorded comes before it, even where queries do not flush. */
struct pg_statement *change_all_compile(
    struct orm_session *s, const struct change_all *a)
{
    const struct orm_model *m = manager_relation(a->rows.manager)->target;
    bool waits;
    if (!compile_waits(s, 'A', m, walk, a, &waits) ||
        (waits && !write_changes(s, false)))
        return NULL;
    return compile_unflushed(s, 'A', m, walk, a);
}
