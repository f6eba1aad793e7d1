/* operator.c: conditions on a column, one row of a table for each operator. */
#include "query/operator.h"

#include <string.h>

/* -- The table --------------------------------------------------------------------- */

enum operand {
    UNKNOWN, /* no operator of columns */
    NO_OPERAND,
    A_VALUE, /* of the column's type */
    TWO_VALUES,
    SOME_VALUES,
    A_TEXT,
    A_PATTERN, /* the same, without wildcards of its own */
    AN_ELEMENT /* an item of the array, a value in the range */
};

/* Kinds of types. */
enum {
    SAME = 1, /* knows when two values are equal */
    WORDS = 2,
    ARRAYS = 4,
    RANGES = 8,
    OBJECTS = 16, /* jsonb */
    ADDRESSES = 32,
    ALL = 64
};

static const struct operator
{
    const char *name;
    enum operand operand;
    unsigned of; /* kinds of types */
    const char *symbol, *folded;
    const char *before, *after; /* of the operand */
    bool of_columns;            /* one can be compared with another column */
}
operators[ORM_OP_COUNT] = {
    [ORM_EQ] = {"eq", A_VALUE, SAME, "=", "=", "", "", true},
    [ORM_NE] = {"ne", A_VALUE, SAME, "<>", "<>", "", "", true},
    [ORM_LT] = {"lt", A_VALUE, SAME, "<", "<", "", "", true},
    [ORM_LE] = {"le", A_VALUE, SAME, "<=", "<=", "", "", true},
    [ORM_GT] = {"gt", A_VALUE, SAME, ">", ">", "", "", true},
    [ORM_GE] = {"ge", A_VALUE, SAME, ">=", ">=", "", "", true},
    [ORM_BETWEEN] = {"between", TWO_VALUES, SAME, ">=", ">=", "", "", false},
    [ORM_IN] = {"in", SOME_VALUES, SAME, "=", "=", "ANY (", ")", false},
    [ORM_LIKE] = {"like", A_TEXT, WORDS, "~~", "~~*", "", "", true},
    [ORM_ILIKE] = {"ilike", A_TEXT, WORDS, "~~*", "~~*", "", "", true},
    [ORM_STARTS_WITH] = {"starts_with", A_PATTERN, WORDS, "~~", "~~*", "", "%", false},
    [ORM_ENDS_WITH] = {"ends_with", A_PATTERN, WORDS, "~~", "~~*", "%", "", false},
    [ORM_HAS_TEXT] = {"contains", A_PATTERN, WORDS, "~~", "~~*", "%", "%", false},
    [ORM_REGEX] = {"regex", A_TEXT, WORDS, "~", "~*", "", "", true},
    [ORM_SEARCH] = {"search", A_TEXT, WORDS, "@@", "@@",
        "websearch_to_tsquery('simple', ", ")", false},
    [ORM_CONTAINS] = {"contains", A_VALUE, ARRAYS | RANGES | OBJECTS, "@>", NULL, "",
        "", true},
    [ORM_CONTAINED_BY] = {"contained_by", A_VALUE, ARRAYS | RANGES | OBJECTS, "<@",
        NULL, "", "", true},
    [ORM_OVERLAPS] = {"overlaps", A_VALUE, ARRAYS | RANGES, "&&", NULL, "", "", true},
    [ORM_WITHIN] = {"contained_by", A_VALUE, ADDRESSES, "<<=", NULL, "", "", true},
    /* As GIN indexes know it. */
    [ORM_HAS] = {"has", AN_ELEMENT, ARRAYS, "@>", NULL, "ARRAY[", "]", true},
    [ORM_HAS_VALUE] = {"has", AN_ELEMENT, RANGES, "@>", NULL, "", "", true},
    [ORM_LEFT_OF] = {"left_of", A_VALUE, RANGES, "<<", NULL, "", "", true},
    [ORM_RIGHT_OF] = {"right_of", A_VALUE, RANGES, ">>", NULL, "", "", true},
    [ORM_ADJACENT] = {"adjacent", A_VALUE, RANGES, "-|-", NULL, "", "", true},
    [ORM_HAS_KEY] = {"has_key", A_TEXT, OBJECTS, "?", NULL, "", "", false},
    [ORM_HAS_PATH] = {"has_path", A_TEXT, OBJECTS, "@?", NULL, "CAST(", " AS jsonpath)",
        false},
    [ORM_TRUE_PATH] = {"true_path", A_TEXT, OBJECTS, "@@", NULL, "CAST(",
        " AS jsonpath)", false},
    [ORM_IS_NULL] = {"is_null", NO_OPERAND, ALL, NULL, NULL, " IS NULL", "", false},
    [ORM_NOT_NULL] = {"not_null", NO_OPERAND, ALL, NULL, NULL, " IS NOT NULL", "",
        false},
};

static unsigned kinds_of(const struct orm_column *col)
{
    switch (col->type) {
    case ORM_JSON:
        return ALL;
    case ORM_TEXT:
    case ORM_VARCHAR:
    case ORM_CHAR:
        return ALL | SAME | WORDS;
    case ORM_JSONB:
        return ALL | SAME | OBJECTS;
    case ORM_INET:
    case ORM_CIDR:
        return ALL | SAME | ADDRESSES;
    case ORM_ARRAY:
        return col->element == ORM_JSON ? ALL : ALL | SAME | ARRAYS;
    default:
        return col->type > ORM_ARRAY ? ALL | SAME | RANGES : ALL | SAME;
    }
}

/* A column of what the column is compared with. */
static struct orm_column operand_of(
    const struct orm_column *col, const struct operator* op)
{
    struct orm_column operand = *col;
    if (op->operand == A_TEXT || op->operand == A_PATTERN)
        operand = (struct orm_column){.field = col->field, .type = ORM_TEXT};
    while (op->operand == AN_ELEMENT && type_is_made_of(&operand))
        operand = type_element(&operand);
    return operand;
}

/* -- What is refused --------------------------------------------------------------- */

/* A condition that is being looked at. */
struct comparison {
    const struct orm_cond *cond;
    const struct operator* op;
    const struct orm_column *col, *other;
    struct orm_column operand;
    const char *cast; /* of the column, where the operator needs another type */
    bool folds;
};

static bool refuse(struct clause *w, const struct orm_column *col, const char *why)
{
    return error_set_field(&w->c->s->error, ORM_INVALID, w->at.model, col, "%s", why);
}

/* An array or a range is what it is down to the item. */
static bool are_comparable(const struct orm_column *a, const struct orm_column *b)
{
    if (a->named != b->named)
        return false;
    return type_is_made_of(a) || type_is_made_of(b)
               ? a->type == b->type && a->element == b->element
               : type_family(a) == type_family(b);
}

static bool check_other(struct clause *w, struct comparison *k)
{
    const struct orm_model *m = w->at.model;
    if (k->cond->other >= m->column_count)
        return refuse(w, k->col, "is compared with a column that the model lacks");
    k->other = &m->columns[k->cond->other];
    if (!k->op->of_columns)
        return error_set_field(&w->c->s->error, ORM_INVALID, m, k->col,
            "%s compares with a value, not with %s.%s", k->op->name, m->name,
            k->other->field);
    const bool is_item = k->op->operand == AN_ELEMENT;
    if (are_comparable(&k->operand, k->other) &&
        (!is_item || k->operand.type == k->other->type))
        return true;
    return error_set_field(&w->c->s->error, ORM_INVALID, m, k->col,
        "%s of a column of %s%s cannot be compared with %s.%s, which is %s%s",
        k->op->name, type_name(k->col), k->col->type == ORM_ARRAY ? "[]" : "", m->name,
        k->other->field, type_name(k->other), k->other->type == ORM_ARRAY ? "[]" : "");
}

/* The server would say it without the field's name. */
static bool check_pattern(struct clause *w, const struct comparison *k)
{
    const char *text = k->cond->value.text;
    size_t escapes = 0;
    for (size_t n = strlen(text); n && text[n - 1] == '\\'; n--)
        escapes++;
    return escapes % 2 == 0 ||
           refuse(w, k->col,
               "the pattern ends in a backslash, which stands for nothing; double it");
}

static bool check_values(struct clause *w, const struct comparison *k)
{
    const struct orm_model *m = w->at.model;
    struct orm_error *e = &w->c->s->error;
    const char *at = k->cond->value.data;
    const size_t count = k->cond->upper.count, size = type_size(k->col);
    if (k->col->type == ORM_ARRAY)
        return refuse(w, k->col, "in takes no arrays; ask for each with any_of");
    if (!at && count)
        return error_set_field(
            e, ORM_INVALID, m, k->col, "%zu values at the address NULL", count);
    for (size_t i = 0; i < count; i++)
        if (!type_accepts(m, k->col, type_value(k->col, at + i * size), e))
            return false;
    return true;
}

static bool check_operand(struct clause *w, struct comparison *k)
{
    const struct orm_model *m = w->at.model;
    struct orm_error *e = &w->c->s->error;
    if (k->cond->flags & ORM_COND_COLUMN)
        return check_other(w, k);
    switch (k->op->operand) {
    case NO_OPERAND:
        return true;
    case SOME_VALUES:
        return check_values(w, k);
    case TWO_VALUES:
        return type_accepts(m, &k->operand, k->cond->value, e) &&
               type_accepts(m, &k->operand, k->cond->upper, e);
    default:
        return type_accepts(m, &k->operand, k->cond->value, e) &&
               ((k->cond->op != ORM_LIKE && k->cond->op != ORM_ILIKE) ||
                   check_pattern(w, k));
    }
}

static bool check(struct clause *w, struct comparison *k)
{
    const struct orm_model *m = w->at.model;
    const struct orm_cond *cond = k->cond;
    if (cond->op >= ORM_OP_COUNT || operators[cond->op].operand == UNKNOWN)
        return compile_refuse(w->c, "a condition that there is not");
    if (cond->column >= m->column_count)
        return compile_refuse(
            w->c, "a condition on a column that the model does not have");
    k->op = &operators[cond->op];
    k->col = &m->columns[cond->column];
    k->operand = operand_of(k->col, k->op);
    k->folds = cond->flags & ORM_COND_FOLD;
    if (!(k->op->of & kinds_of(k->col)))
        return error_set_field(&w->c->s->error, ORM_INVALID, m, k->col,
            "%s is no condition on a column of %s%s", k->op->name, type_name(k->col),
            k->col->type == ORM_ARRAY ? "[]" : "");
    if (k->folds && !(kinds_of(k->col) & WORDS && k->op->folded))
        return refuse(w, k->col,
            "capitals can be ignored only where texts are compared with texts");
    return check_operand(w, k);
}

/* -- Writing ----------------------------------------------------------------------- */

/* The search path has the server's own operators; those of an extension's type stand
 * where the type does. */
void operator_write(
    struct compiler *c, const struct orm_column *col, const char *symbol)
{
    if (!symbol)
        return;
    compile_text(c, " ");
    if (type_is_of_extension(col)) {
        compile_text(c, "OPERATOR(");
        compile_identifier(c, col->named->schema);
        compile_text(c, ".");
    }
    compile_text(c, symbol);
    compile_text(c, type_is_of_extension(col) ? ") " : " ");
}

/* lower() makes a text of whatever text it gets. */
static bool lowers(const struct comparison *k)
{
    return k->folds && strcmp(k->op->symbol, k->op->folded) == 0 &&
           k->cond->op != ORM_ILIKE && k->cond->op != ORM_SEARCH;
}

static void write_operator(
    struct clause *w, const struct comparison *k, const char *symbol)
{
    static const struct orm_column text = {.type = ORM_TEXT};
    const bool own = !lowers(k) && k->cond->op != ORM_SEARCH;
    operator_write(w->c, own ? k->col : &text, symbol);
}

/* What a column is to the operator: in C, char(n) has no blanks at its end. */
static void write_column(struct clause *w, const struct comparison *k, unsigned column)
{
    const struct orm_column *col = &w->at.model->columns[column];
    const bool pads = col->type == ORM_CHAR && k->op->of == WORDS;
    compile_text(w->c, lowers(k) ? "lower(" : "");
    compile_text(w->c, pads ? "CAST(" : "");
    compile_column(w->c, w->at, column);
    compile_text(w->c, pads ? " AS text)" : "");
    compile_text(w->c, lowers(k) ? ")" : "");
}

static void write_left(struct clause *w, const struct comparison *k)
{
    compile_text(w->c, k->cond->op == ORM_SEARCH ? "to_tsvector('simple', " : "");
    write_column(w, k, k->cond->column);
    compile_text(w->c, k->cond->op == ORM_SEARCH ? ")" : "");
}

static void write_value(
    struct clause *w, const struct comparison *k, union orm_value value)
{
    compile_text(w->c, lowers(k) ? "lower(" : "");
    compile_value(w->c, &k->operand, value);
    compile_text(w->c, lowers(k) ? ")" : "");
}

static void write_values(struct clause *w, const struct comparison *k)
{
    struct params *p = &w->c->s->params;
    const struct type_oids oids = type_oids(k->col, w->c->s->enums);
    const char *at = k->cond->value.data;
    params_array_begin(p, oids.oid);
    for (size_t i = 0; i < k->cond->upper.count; i++)
        params_array_add(p, k->col, type_value(k->col, at + i * type_size(k->col)));
    params_array_end(p);
    compile_text(w->c, lowers(k) ? "SELECT lower(v) FROM unnest(" : "");
    compile_placeholder(w->c, oids.array_oid);
    compile_text(w->c, lowers(k) ? ") AS v" : "");
}

static void write_pattern(struct clause *w, const struct comparison *k)
{
    params_add_pattern(
        &w->c->s->params, k->op->before, k->cond->value.text, k->op->after);
    compile_placeholder(w->c, type_oids(&k->operand, w->c->s->enums).oid);
}

static void write_operand(struct clause *w, const struct comparison *k)
{
    if (k->op->operand == A_PATTERN) {
        write_pattern(w, k);
        return;
    }
    compile_text(w->c, k->op->before);
    if (k->other)
        write_column(w, k, k->cond->other);
    else if (k->op->operand == SOME_VALUES)
        write_values(w, k);
    else if (k->op->operand != NO_OPERAND)
        write_value(w, k, k->cond->value);
    compile_text(w->c, k->op->after);
}

bool operator_condition(struct clause *w, const struct orm_cond *cond)
{
    struct comparison k = {.cond = cond};
    if (!check(w, &k))
        return false;
    const bool two = k.op->operand == TWO_VALUES;
    shape_add(w->c->s, cond->flags & ORM_COND_COLUMN ? cond->other + 1u : 0);
    clause_element_begin(w, cond->flags);
    compile_text(w->c, two ? "(" : "");
    write_left(w, &k);
    write_operator(w, &k, k.folds ? k.op->folded : k.op->symbol);
    write_operand(w, &k);
    if (two) {
        compile_text(w->c, " AND ");
        write_left(w, &k);
        write_operator(w, &k, "<=");
        write_value(w, &k, cond->upper);
        compile_text(w->c, ")");
    }
    clause_element_end(w, cond->flags);
    return true;
}
