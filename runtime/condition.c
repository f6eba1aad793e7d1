/* condition.c: from conditions to SQL. */
#include "condition.h"

#include "object.h"
#include "relate.h"

/* -- Operators --------------------------------------------------------------------- */

enum operand {
    UNKNOWN, /* no operator of columns */
    NO_OPERAND,
    A_VALUE, /* of the column's type */
    A_TEXT,
    AN_ELEMENT /* an item of the array, a value in the range */
};

static const struct {
    enum operand operand;
    const char *symbol; /* the operator; NULL: `before` says it all */
    const char *before; /* what stands before the operand */
    const char *after;
} operators[ORM_OP_COUNT] = {
    [ORM_EQ] = {A_VALUE, "=", "", ""},
    [ORM_NE] = {A_VALUE, "<>", "", ""},
    [ORM_LT] = {A_VALUE, "<", "", ""},
    [ORM_LE] = {A_VALUE, "<=", "", ""},
    [ORM_GT] = {A_VALUE, ">", "", ""},
    [ORM_GE] = {A_VALUE, ">=", "", ""},
    [ORM_LIKE] = {A_TEXT, "~~", "", ""}, /* LIKE; may be longer than any value */
    [ORM_CONTAINS] = {A_VALUE, "@>", "", ""},
    [ORM_CONTAINED_BY] = {A_VALUE, "<@", "", ""},
    [ORM_OVERLAPS] = {A_VALUE, "&&", "", ""},
    [ORM_WITHIN] = {A_VALUE, "<<=", "", ""},
    [ORM_HAS] = {AN_ELEMENT, "@>", "ARRAY[", "]"}, /* as GIN indexes know it */
    [ORM_HAS_VALUE] = {AN_ELEMENT, "@>", "", ""},
    [ORM_HAS_KEY] = {A_TEXT, "?", "", ""},
    [ORM_IS_NULL] = {NO_OPERAND, NULL, " IS NULL", ""},
    [ORM_NOT_NULL] = {NO_OPERAND, NULL, " IS NOT NULL", ""},
};

/* Brackets: what opens them and what stands between their elements. */
static const struct {
    const char *open, *between;
} brackets[ORM_OP_COUNT] = {
    [ORM_ANY_OF] = {"(", " OR "},
    [ORM_ALL_OF] = {"(", " AND "},
    [ORM_NONE_OF] = {"NOT (", " OR "},
};

/* -- Elements ---------------------------------------------------------------------- */

void clause_begin(
    struct clause *w, struct compiler *c, struct source at, const char *opening)
{
    w->c = c;
    w->at = at;
    w->opening = opening;
    w->depth = 0;
    w->first[0] = true;
}

void clause_element(struct clause *w)
{
    if (w->first[w->depth])
        compile_text(w->c, w->depth ? "" : w->opening);
    else
        compile_text(
            w->c, w->depth ? brackets[w->open[w->depth - 1]].between : " AND ");
    w->first[w->depth] = false;
}

static bool open_bracket(struct clause *w, uint16_t op)
{
    clause_element(w);
    compile_text(w->c, brackets[op].open);
    w->open[w->depth++] = op;
    w->first[w->depth] = true;
    return true;
}

static bool close_bracket(struct clause *w)
{
    if (!w->depth)
        return compile_refuse(
            w->c, "an end() in the query has no any_of(), all_of() or none_of()");
    /* No alternative is false, no demand is true. */
    if (w->first[w->depth])
        compile_text(w->c, w->open[w->depth - 1] == ORM_ALL_OF ? "true" : "false");
    w->depth--;
    compile_text(w->c, ")");
    return true;
}

/* -- Relations --------------------------------------------------------------------- */

void clause_columns_are(struct clause *w, const uint16_t *ours,
    struct key_columns theirs, const struct orm_object *o)
{
    const bool none = key_is_null(theirs, o); /* which nothing can refer to */
    clause_element(w);
    shape_add(w->c->s, none);
    if (none) {
        compile_text(w->c, "false");
        return;
    }
    compile_text(w->c, theirs.count > 1 ? "(" : "");
    for (unsigned i = 0; i < theirs.count; i++) {
        const unsigned their = theirs.at[i];
        compile_text(w->c, i ? " AND " : "");
        compile_column(w->c, w->at, ours[i]);
        compile_text(w->c, " = ");
        compile_value(w->c, &theirs.model->columns[their], object_value(o, their));
    }
    compile_text(w->c, theirs.count > 1 ? ")" : "");
}

/* The slot holds the object: our columns have its key. */
static bool is_object(struct clause *w, const struct orm_cond *cond)
{
    const struct orm_model *m = w->at.model;
    struct orm_error *e = &w->c->s->error;
    if (cond->column >= m->to_one_count)
        return compile_refuse(
            w->c, "a condition on a relation that the model does not have");
    const struct orm_to_one *ref = &m->to_ones[cond->column];
    const struct orm_column *ours = &m->columns[ref->columns[0]];
    const struct orm_object *o = cond->value.object;
    if (!o)
        return error_set_field(e, ORM_INVALID, m, ours,
            "NULL is no object to compare with; ask with is_null");
    if (object_session(o) != w->c->s)
        return error_set_field(e, ORM_OTHER_SESSION, m, ours,
            "the object to compare with belongs to another session");
    if (o->state & (OBJECT_NEW | OBJECT_GONE | OBJECT_PLACEHOLDER))
        return error_set_field(e, ORM_UNSAVED, m, ours,
            "the object to compare with is not in the database; flush it first");
    clause_columns_are(w, ref->columns, ref_target_columns(ref), o);
    return true;
}

/* The target's key is in the join table beside the owner's. */
static void is_joined(
    struct clause *w, const struct orm_to_many *rel, const struct orm_object *owner)
{
    const struct orm_join_end *ours = &rel->owner_end, *theirs = &rel->target_end;
    struct compiler *c = w->c;
    clause_element(w);
    for (unsigned i = 0; i < theirs->count; i++) {
        compile_text(c, i ? ", " : theirs->count > 1 ? "(" : "");
        compile_column(c, w->at, theirs->key[i]);
    }
    compile_text(c, theirs->count > 1 ? ") IN (SELECT j." : " IN (SELECT j.");
    for (unsigned i = 0; i < theirs->count; i++) {
        compile_text(c, i ? ", j." : "");
        compile_identifier(c, theirs->columns[i]);
    }
    compile_text(c, " FROM ");
    if (c->writes_sql)
        buffer_table(&c->s->sql, rel->join_schema, rel->join_table);
    for (unsigned i = 0; i < ours->count; i++) {
        compile_text(c, i ? " AND j." : " AS j WHERE j.");
        compile_identifier(c, ours->columns[i]);
        compile_text(c, " = ");
        compile_value(
            c, &rel->owner->columns[ours->key[i]], object_value(owner, ours->key[i]));
    }
    compile_text(c, ")");
}

bool clause_owner(struct clause *w, struct orm_manager *manager)
{
    const struct orm_to_many *rel = manager->relation;
    const struct orm_object *owner = manager_owner(manager);
    if (!owner)
        return true;
    if (owner->state & (OBJECT_NEW | OBJECT_GONE))
        return error_set(&w->c->s->error, ORM_UNSAVED,
            "%s.%s: the owner is not in the database; flush it first", rel->owner->name,
            rel->name);
    if (rel->kind == ORM_MANY_REVERSE)
        clause_columns_are(
            w, rel->target->to_ones[rel->ref].columns, many_owner_columns(rel), owner);
    else
        is_joined(w, rel, owner);
    return true;
}

/* -- Columns ----------------------------------------------------------------------- */

/* The search path has the server's own operators; those of an extension's type stand
 * where the type does. */
static void operator(
    struct compiler *c, const struct orm_column *col, const char *symbol)
{
    if (!symbol)
        return;
    compile_text(c, " ");
    if (type_is_of_extension(col)) {
        compile_text(c, "OPERATOR(");
        compile_identifier(c, col->enumeration->schema);
        compile_text(c, ".");
    }
    compile_text(c, symbol);
    compile_text(c, type_is_of_extension(col) ? ") " : " ");
}

/* A column of what the column is compared with. */
static struct orm_column operand_like(const struct orm_column *col, enum operand kind)
{
    struct orm_column operand = *col;
    if (kind == A_TEXT)
        operand = (struct orm_column){.field = col->field, .type = ORM_TEXT};
    while (kind == AN_ELEMENT && type_is_made_of(&operand))
        operand = type_element(&operand);
    return operand;
}

static bool compare(struct clause *w, const struct orm_cond *cond)
{
    struct compiler *c = w->c;
    const struct orm_model *m = w->at.model;
    const enum operand kind =
        cond->op < ORM_OP_COUNT ? operators[cond->op].operand : UNKNOWN;
    if (cond->column >= m->column_count || kind == UNKNOWN)
        return compile_refuse(c, "a condition that the model does not have");
    const struct orm_column *col = &m->columns[cond->column];
    const struct orm_column operand = operand_like(col, kind);
    if (kind != NO_OPERAND && !type_accepts(m, &operand, cond->value, &c->s->error))
        return false;
    clause_element(w);
    compile_column(c, w->at, cond->column);
    operator(c, col, operators[cond->op].symbol);
    compile_text(c, operators[cond->op].before);
    if (kind != NO_OPERAND)
        compile_value(c, &operand, cond->value);
    compile_text(c, operators[cond->op].after);
    return true;
}

static bool condition(struct clause *w, const struct orm_cond *cond)
{
    shape_add(w->c->s, (unsigned)cond->op << 16 | cond->column);
    switch (cond->op) {
    case ORM_ANY_OF:
    case ORM_ALL_OF:
    case ORM_NONE_OF:
        return open_bracket(w, cond->op);
    case ORM_END:
        return close_bracket(w);
    case ORM_IS:
        return is_object(w, cond);
    default:
        return compare(w, cond);
    }
}

bool clause_conditions(struct clause *w, const struct orm_cond *where)
{
    for (size_t i = 0; i < ORM_QUERY_WHERE; i++)
        if (where[i].op != ORM_NONE && !condition(w, &where[i]))
            return false;
    if (w->depth)
        return compile_refuse(
            w->c, "the query's any_of(), all_of() or none_of() has no end()");
    return true;
}
