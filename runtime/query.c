/* query.c: from conditions to SQL.
 *
 * One walk over the query writes three things at once: the shape, the parameters, and
 * the SQL text.  Text is written only when the shape is new; values go to parameters
 * only, so the text is a function of the shape. */
#include "query.h"

#include "flight.h"
#include "load.h"
#include "object.h"
#include "relate.h"

#include <stddef.h>

/* -- Operators --------------------------------------------------------------------- */

enum operand {
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
} operators[] = {
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
} brackets[] = {
    [ORM_ANY_OF] = {"(", " OR "},
    [ORM_ALL_OF] = {"(", " AND "},
    [ORM_NONE_OF] = {"NOT (", " OR "},
};

#define MAX_DEPTH ORM_QUERY_WHERE
/* A value per condition, or a key; the owner's key, the limits. */
#define MAX_VALUES (ORM_QUERY_WHERE * KEY_COLUMNS_MOST + KEY_COLUMNS_MOST + 2)

struct compiler {
    struct orm_session *s;
    const struct orm_model *m;
    bool writes_sql;
    uint32_t types[MAX_VALUES];
    int value_count;
    unsigned depth;
    uint16_t open[MAX_DEPTH];  /* the operators of the open brackets */
    bool first[MAX_DEPTH + 1]; /* no element yet, per depth */
};

static void text(struct compiler *c, const char *sql)
{
    if (c->writes_sql)
        buffer_text(&c->s->sql, sql);
}

static void identifier(struct compiler *c, const char *name)
{
    if (c->writes_sql)
        buffer_identifier(&c->s->sql, name);
}

static void column(struct compiler *c, unsigned i)
{
    text(c, "t.");
    identifier(c, c->m->columns[i].name);
}

static void placeholder(struct compiler *c, uint32_t type)
{
    c->types[c->value_count++] = type;
    if (c->writes_sql) {
        buffer_text(&c->s->sql, "$");
        buffer_number(&c->s->sql, (uint64_t)c->value_count);
    }
}

static void value(struct compiler *c, const struct orm_column *col, union orm_value v)
{
    if (col->type == ORM_ARRAY) {
        const struct orm_column item = type_element(col);
        params_add_array(&c->s->params, col, v, type_oids(&item, c->s->enums).oid);
    } else {
        params_add(&c->s->params, col, v);
    }
    placeholder(c, type_oids(col, c->s->enums).oid);
}

static void number(struct compiler *c, unsigned n)
{
    params_add_int8(&c->s->params, n);
    placeholder(c, 20);
}

/* -- Conditions -------------------------------------------------------------------- */

static void separate(struct compiler *c)
{
    if (!c->first[c->depth])
        text(c, c->depth ? brackets[c->open[c->depth - 1]].between : " AND ");
    c->first[c->depth] = false;
}

static bool refuse(struct compiler *c, const char *why)
{
    return error_set_field(&c->s->error, ORM_INVALID, c->m, NULL, "%s", why);
}

static bool open_bracket(struct compiler *c, uint16_t op)
{
    separate(c);
    text(c, brackets[op].open);
    c->open[c->depth++] = op;
    c->first[c->depth] = true;
    return true;
}

static bool close_bracket(struct compiler *c)
{
    if (!c->depth)
        return refuse(
            c, "an end() in the query has no any_of(), all_of() or none_of()");
    /* No alternative is false, no demand is true. */
    if (c->first[c->depth])
        text(c, c->open[c->depth - 1] == ORM_ALL_OF ? "true" : "false");
    c->depth--;
    text(c, ")");
    return true;
}

/* Our columns have the values that the object has in its own. */
static void columns_are(struct compiler *c, const uint16_t *ours,
    struct key_columns theirs, const struct orm_object *o)
{
    const bool none = key_is_null(theirs, o); /* which nothing can refer to */
    shape_add(c->s, none);
    if (none) {
        text(c, "false");
        return;
    }
    text(c, theirs.count > 1 ? "(" : "");
    for (unsigned i = 0; i < theirs.count; i++) {
        text(c, i ? " AND " : "");
        column(c, ours[i]);
        text(c, " = ");
        value(c, &theirs.model->columns[theirs.at[i]], object_value(o, theirs.at[i]));
    }
    text(c, theirs.count > 1 ? ")" : "");
}

/* The slot holds the object: our columns have its key. */
static bool is_object(struct compiler *c, const struct orm_cond *cond)
{
    if (cond->column >= c->m->to_one_count)
        return refuse(c, "a condition on a relation that the model does not have");
    const struct orm_to_one *ref = &c->m->to_ones[cond->column];
    const struct orm_column *ours = &c->m->columns[ref->columns[0]];
    const struct orm_object *o = cond->value.object;
    if (!o)
        return error_set_field(&c->s->error, ORM_INVALID, c->m, ours,
            "NULL is no object to compare with; ask with is_null");
    if (object_session(o) != c->s)
        return error_set_field(&c->s->error, ORM_OTHER_SESSION, c->m, ours,
            "the object to compare with belongs to another session");
    if (o->state & (OBJECT_NEW | OBJECT_GONE | OBJECT_PLACEHOLDER))
        return error_set_field(&c->s->error, ORM_UNSAVED, c->m, ours,
            "the object to compare with is not in the database; flush it first");
    separate(c);
    columns_are(c, ref->columns, ref_target_columns(ref), o);
    return true;
}

/* The search path has the server's own operators; those of an extension's type stand
 * where the type does. */
static void operator(
    struct compiler *c, const struct orm_column *col, const char *symbol)
{
    if (!symbol)
        return;
    text(c, " ");
    if (type_is_of_extension(col)) {
        text(c, "OPERATOR(");
        identifier(c, col->enumeration->schema);
        text(c, ".");
    }
    text(c, symbol);
    text(c, type_is_of_extension(col) ? ") " : " ");
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

static bool compare(struct compiler *c, const struct orm_cond *cond)
{
    if (cond->column >= c->m->column_count || cond->op >= ORM_ANY_OF)
        return refuse(c, "a condition that the model does not have");
    const enum operand kind = operators[cond->op].operand;
    const struct orm_column operand = operand_like(&c->m->columns[cond->column], kind);
    if (kind && !type_accepts(c->m, &operand, cond->value, &c->s->error))
        return false;
    separate(c);
    column(c, cond->column);
    operator(c, &c->m->columns[cond->column], operators[cond->op].symbol);
    text(c, operators[cond->op].before);
    if (kind)
        value(c, &operand, cond->value);
    text(c, operators[cond->op].after);
    return true;
}

static bool condition(struct compiler *c, const struct orm_cond *cond)
{
    shape_add(c->s, (unsigned)cond->op << 16 | cond->column);
    switch (cond->op) {
    case ORM_ANY_OF:
    case ORM_ALL_OF:
    case ORM_NONE_OF:
        return open_bracket(c, cond->op);
    case ORM_END:
        return close_bracket(c);
    case ORM_IS:
        return is_object(c, cond);
    default:
        return compare(c, cond);
    }
}

static bool conditions(struct compiler *c, const struct orm_cond *where)
{
    for (size_t i = 0; i < ORM_QUERY_WHERE; i++)
        if (where[i].op != ORM_NONE && !condition(c, &where[i]))
            return false;
    if (c->depth)
        return refuse(c, "the query's any_of(), all_of() or none_of() has no end()");
    return true;
}

/* -- The owner of a relation ------------------------------------------------------- */

/* The target's key is in the join table beside the owner's. */
static void joined_condition(
    struct compiler *c, const struct orm_to_many *rel, const struct orm_object *owner)
{
    const struct orm_join_end *ours = &rel->owner_end, *theirs = &rel->target_end;
    for (unsigned i = 0; i < theirs->count; i++) {
        text(c, i ? ", " : theirs->count > 1 ? "(" : "");
        column(c, theirs->key[i]);
    }
    text(c, theirs->count > 1 ? ") IN (SELECT j." : " IN (SELECT j.");
    for (unsigned i = 0; i < theirs->count; i++) {
        text(c, i ? ", j." : "");
        identifier(c, theirs->columns[i]);
    }
    text(c, " FROM ");
    if (c->writes_sql)
        buffer_table(&c->s->sql, rel->join_schema, rel->join_table);
    for (unsigned i = 0; i < ours->count; i++) {
        text(c, i ? " AND j." : " AS j WHERE j.");
        identifier(c, ours->columns[i]);
        text(c, " = ");
        value(c, &rel->owner->columns[ours->key[i]], object_value(owner, ours->key[i]));
    }
    text(c, ")");
}

static bool owner_condition(struct compiler *c, struct orm_manager *manager)
{
    const struct orm_to_many *rel = manager->relation;
    const struct orm_object *owner = manager_owner(manager);
    if (!owner)
        return true;
    if (owner->state & (OBJECT_NEW | OBJECT_GONE))
        return error_set(&c->s->error, ORM_UNSAVED,
            "%s.%s: the owner is not in the database; flush it first", rel->owner->name,
            rel->name);
    separate(c);
    if (rel->kind == ORM_MANY_REVERSE)
        columns_are(
            c, rel->target->to_ones[rel->ref].columns, many_owner_columns(rel), owner);
    else
        joined_condition(c, rel, owner);
    return true;
}

/* -- Order and limits -------------------------------------------------------------- */

static void order_by(struct compiler *c, unsigned i, bool descending, bool *first)
{
    text(c, *first ? " ORDER BY " : ", ");
    *first = false;
    column(c, i);
    if (descending)
        text(c, " DESC");
}

static bool is_ordered(const struct orm_order *orders, size_t count, unsigned column)
{
    for (size_t i = 0; i < count; i++)
        if (orders[i].column == column + 1)
            return true;
    return false;
}

/* Rows that are cut off are cut off in a certain order: the key comes last. */
static bool order(
    struct compiler *c, const struct orm_order *orders, size_t count, bool by_key)
{
    bool first = true;
    for (size_t i = 0; i < count; i++) {
        if (!orders[i].column)
            continue;
        const unsigned col = orders[i].column - 1u;
        if (col >= c->m->column_count)
            return refuse(c, "an order by a column that the model does not have");
        shape_add(c->s, col << 1 | orders[i].descending);
        order_by(c, col, orders[i].descending, &first);
    }
    shape_add(c->s, UINT32_MAX - by_key);
    for (unsigned i = 0; by_key && i < c->m->key_count; i++)
        if (!is_ordered(orders, count, c->m->key[i]))
            order_by(c, c->m->key[i], false, &first);
    return true;
}

static void cut(struct compiler *c, unsigned limit, unsigned offset)
{
    shape_add(c->s, (limit != 0) | (unsigned)(offset != 0) << 1);
    if (limit) {
        text(c, " LIMIT ");
        number(c, limit);
    }
    if (offset) {
        text(c, " OFFSET ");
        number(c, offset);
    }
}

/* -- The whole --------------------------------------------------------------------- */

/* A struct X_query is read member by member at the places that struct orm_query says.
 */
static const struct orm_cond *where_of(const void *query)
{
    return query;
}

static const struct orm_order *order_of(const void *query)
{
    const size_t at = offsetof(struct orm_query, order);
    return query ? (const void *)((const char *)query + at) : NULL;
}

/* Without an order of its own a query on a relation has the relation's. */
static bool has_order(const struct orm_order *orders)
{
    for (size_t i = 0; orders && i < ORM_QUERY_ORDER; i++)
        if (orders[i].column)
            return true;
    return false;
}

static unsigned unsigned_at(const void *query, size_t offset)
{
    return query ? *(const unsigned *)(const void *)((const char *)query + offset) : 0;
}

static bool is_overfull(const void *query)
{
    const size_t at = offsetof(struct orm_query, overfull);
    return query && *(const bool *)((const char *)query + at);
}

static void select_what(struct compiler *c, enum query_kind kind)
{
    if (!c->writes_sql)
        return;
    if (kind == QUERY_OBJECTS) {
        load_select(c->s, c->m);
        return;
    }
    text(c, kind == QUERY_COUNT ? "SELECT count(*) FROM (SELECT 1 FROM "
                                : "SELECT EXISTS (SELECT 1 FROM ");
    buffer_table(&c->s->sql, c->m->schema, c->m->table);
    text(c, " AS t");
}

static bool walk(struct compiler *c, const struct query *q)
{
    const unsigned own_limit =
        unsigned_at(q->conditions, offsetof(struct orm_query, limit));
    const unsigned limit = q->limit ? q->limit : own_limit;
    const unsigned offset =
        unsigned_at(q->conditions, offsetof(struct orm_query, offset));
    const bool rows = q->kind == QUERY_OBJECTS;
    const bool related = q->manager->relation->kind != ORM_MANY_TABLE;

    select_what(c, q->kind);
    c->first[0] = true;
    const size_t where_at = c->s->sql.length;
    text(c, " WHERE ");
    const size_t conditions_at = c->s->sql.length;
    if (!owner_condition(c, q->manager) ||
        (q->conditions && !conditions(c, where_of(q->conditions))))
        return false;
    if (c->writes_sql && c->s->sql.length == conditions_at)
        c->s->sql.length = where_at;
    const struct orm_to_many *rel = q->manager->relation;
    const struct orm_order *orders = order_of(q->conditions);
    const bool has_own = has_order(orders);
    const size_t count = has_own ? ORM_QUERY_ORDER : rel->order_count;
    if (!order(c, has_own ? orders : rel->order, rows ? count : 0,
            rows && (related || limit || offset)))
        return false;
    cut(c, limit, offset);
    if (!rows)
        text(c, q->kind == QUERY_COUNT ? ") AS counted" : ")");
    return true;
}

static bool run(
    struct compiler *c, struct orm_session *s, const struct query *q, bool writes_sql)
{
    *c = (struct compiler){
        .s = s, .m = q->manager->relation->target, .writes_sql = writes_sql};
    shape_begin(s, (char)q->kind, c->m);
    shape_add(s, q->manager->relation->kind);
    shape_add(s, (unsigned)session_number(s, q->manager->relation->owner));
    shape_add(s, q->manager->relation->offset);
    params_clear(&s->params);
    return walk(c, q);
}

struct pg_statement *query_compile(struct orm_session *s, const struct query *q)
{
    struct compiler c;
    if (is_overfull(q->conditions)) {
        error_set_field(&s->error, ORM_INVALID, q->manager->relation->target, NULL,
            "the query has more than %d conditions", ORM_QUERY_WHERE);
        return NULL;
    }
    if (!run(&c, s, q, false))
        return NULL;
    struct pg_statement *st = shape_known(s);
    if (!st) {
        if (!run(&c, s, q, true))
            return NULL;
        st = shape_make(s, c.types, c.value_count, true);
    }
    return st && params_finish(&s->params, &s->error) ? st : NULL;
}

void orm_where(void *query, struct orm_cond cond)
{
    struct orm_cond *where = query;
    size_t end = ORM_QUERY_WHERE;
    while (end && where[end - 1].op == ORM_NONE)
        end--;
    if (end < ORM_QUERY_WHERE)
        where[end] = cond;
    else
        *(bool *)((char *)query + offsetof(struct orm_query, overfull)) = true;
}
