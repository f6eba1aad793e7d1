/* sql_parse.c: the only file that knows libpg_query: PostgreSQL's own grammar, and the
 * tree that it makes of a text.
 *
 * An expression is parsed as `SELECT (expression)`, and the tree must be a SELECT of
 * one column and nothing else.  The tree comes as JSON, in which every node is an
 * object under the name of its kind: { "ColumnRef": { "fields": [...], "location": 8 }
 * }. */
#include "sql.h"

#include <jansson.h>
#include <pg_query.h>
#include <string.h>

static const char before[] = "SELECT (";
static const char after[] = ")";

struct walk {
    struct arena *arena;
    enum sql_kind kind;
    const char *table;
    size_t lead; /* bytes in front of the text that is looked at */
    struct sql_columns *columns;
    struct sql_problem problem;
};

static void complain(struct walk *w, const json_t *node, const char *what)
{
    const json_int_t at = json_integer_value(json_object_get(node, "location"));
    if (!w->problem.what)
        w->problem =
            (struct sql_problem){what, (size_t)at > w->lead ? (size_t)at - w->lead : 0};
}

/* ---- kinds of nodes ---- */

/* The last of a list of Strings; NULL: it ends in a star. */
static const char *last_name(const json_t *names, size_t *count)
{
    *count = json_array_size(names);
    const json_t *last = json_array_get(names, *count ? *count - 1 : 0);
    return json_string_value(json_object_get(json_object_get(last, "String"), "sval"));
}

static void meet_column(struct walk *w, const json_t *node)
{
    size_t parts;
    const json_t *fields = json_object_get(node, "fields");
    const char *name = last_name(fields, &parts);
    const json_t *first = json_object_get(json_array_get(fields, 0), "String");
    const char *owner =
        parts > 1 ? json_string_value(json_object_get(first, "sval")) : NULL;
    if (w->kind == SQL_QUERY)
        return;
    if (!name) {
        complain(w, node, "name one column instead of *");
    } else if (w->kind == SQL_DEFAULT) {
        complain(w, node,
            arena_printf(w->arena,
                "\"%.60s\" would be a column, and a default sees none; a text is "
                "written '%.60s'",
                name, name));
    } else if (w->kind == SQL_DOMAIN && (parts > 1 || strcmp(name, "value") != 0)) {
        complain(w, node, "what is checked is called value, and there are no columns");
    } else if (parts > 2 || (owner && w->table && strcmp(owner, w->table) != 0)) {
        complain(w, node, "it sees the columns of its own table only");
    } else if (w->kind != SQL_DOMAIN) {
        const json_int_t at = json_integer_value(json_object_get(node, "location"));
        struct sql_columns *c = w->columns;
        if ((c->count & (c->count - 1)) == 0) { /* full: its room is a power of two */
            struct sql_column *more =
                arena_array(w->arena, c->count ? 2 * c->count : 1, sizeof *more);
            if (c->count)
                memcpy(more, c->at, c->count * sizeof *more);
            c->at = more;
        }
        c->at[c->count++] = (struct sql_column){
            arena_copy(w->arena, name, strlen(name)), (size_t)at - w->lead};
    }
}

static bool is_one_of(const char *name, const char *const *names)
{
    while (*names && strcmp(*names, name) != 0)
        names++;
    return *names;
}

static void meet_call(struct walk *w, const json_t *node)
{
    static const char *const aggregates[] = {"array_agg", "avg", "bit_and", "bit_or",
        "bool_and", "bool_or", "count", "every", "json_agg", "jsonb_agg", "max", "min",
        "range_agg", "string_agg", "sum", NULL};
    static const char *const changing[] = {"clock_timestamp", "gen_random_uuid", "now",
        "nextval", "random", "statement_timestamp", "timeofday",
        "transaction_timestamp", "txid_current", NULL};
    size_t parts;
    const char *name = last_name(json_object_get(node, "funcname"), &parts);
    if (w->kind == SQL_QUERY || !name)
        return;
    if (json_object_get(node, "over"))
        complain(w, node, "a window function sees other rows, and here is only one");
    else if (is_one_of(name, aggregates))
        complain(w, node,
            arena_printf(w->arena, "%s() sees other rows, and here is only one", name));
    else if (w->kind == SQL_FIXED && is_one_of(name, changing))
        complain(w, node,
            arena_printf(w->arena,
                "%s() gives something else each time, and here only IMMUTABLE "
                "functions can stand",
                name));
}

static void meet_clock(struct walk *w, const json_t *node)
{
    if (w->kind == SQL_FIXED)
        complain(w, node,
            "this gives something else each time, and here only IMMUTABLE functions "
            "can stand");
}

static void meet_subquery(struct walk *w, const json_t *node)
{
    if (w->kind != SQL_QUERY)
        complain(w, node, "a subquery, which PostgreSQL does not take here");
}

static void meet_default(struct walk *w, const json_t *node)
{
    complain(w, node, "DEFAULT stands for a value only in INSERT and UPDATE");
}

static void meet_write(struct walk *w, const json_t *node)
{
    complain(w, node, "it changes rows, and what defines a view only reads");
}

static const struct {
    const char *kind;
    void (*meet)(struct walk *w, const json_t *node);
} meetings[] = {
    {"ColumnRef", meet_column},
    {"DeleteStmt", meet_write},
    {"FuncCall", meet_call},
    {"InsertStmt", meet_write},
    {"SetToDefault", meet_default},
    {"SQLValueFunction", meet_clock},
    {"SubLink", meet_subquery},
    {"UpdateStmt", meet_write},
};

static void walk(struct walk *w, json_t *node)
{
    const char *kind;
    json_t *inner;
    size_t i;
    if (json_is_array(node))
        json_array_foreach(node, i, inner) walk(w, inner);
    if (!json_is_object(node))
        return;
    json_object_foreach(node, kind, inner)
    {
        for (i = 0; i < sizeof meetings / sizeof *meetings; i++)
            if (strcmp(meetings[i].kind, kind) == 0)
                meetings[i].meet(w, inner);
        walk(w, inner);
    }
}

/* ---- the text as a whole ---- */

static struct sql_problem check_tree(struct walk *w, json_t *tree)
{
    const json_t *statements = json_object_get(tree, "stmts");
    const json_t *only = json_object_get(json_array_get(statements, 0), "stmt");
    json_t *select = json_object_get(only, "SelectStmt");
    if (json_array_size(statements) != 1)
        return (struct sql_problem){"it is more than one statement", 0};
    if (!select)
        return (struct sql_problem){"it is another statement", 0};
    if (json_object_get(select, "intoClause"))
        return (struct sql_problem){"SELECT INTO makes a table; leave INTO out", 0};
    /* Besides the columns: limitOption and op, which every SELECT has. */
    const bool is_bare = json_object_size(select) == 3 &&
                         json_array_size(json_object_get(select, "targetList")) == 1;
    if (w->kind != SQL_QUERY && !is_bare)
        return (struct sql_problem){"it is more than an expression", 0};
    walk(w, select);
    return w->problem;
}

/* Counted in characters from 1, as PostgreSQL does; in bytes from 0. */
static size_t byte_of(const char *text, int character)
{
    size_t at = 0;
    for (; character > 1 && text[at]; character--)
        do
            at++;
        while (((unsigned char)text[at] & 0xc0) == 0x80);
    return at;
}

static struct sql_problem syntax_error(
    const struct walk *w, const char *whole, size_t length, const PgQueryError *e)
{
    const size_t at = byte_of(whole, e->cursorpos);
    if (at >= w->lead + length)
        return (struct sql_problem){"it ends too early", length};
    return (struct sql_problem){
        arena_printf(w->arena, "%s", e->message), at > w->lead ? at - w->lead : 0};
}

struct sql_problem sql_problem(struct arena *a, const char *text, enum sql_kind kind,
    const char *table, struct sql_columns *columns)
{
    const bool is_wrapped = kind != SQL_QUERY;
    struct walk w = {.arena = a,
        .kind = kind,
        .table = table,
        .lead = is_wrapped ? strlen(before) : 0,
        .columns = columns};
    const char *whole =
        is_wrapped ? arena_printf(a, "%s%s%s", before, text, after) : text;
    PgQueryParseResult parsed = pg_query_parse(whole);
    struct sql_problem problem = {"it is nested too deep", 0};
    if (parsed.error) {
        problem = syntax_error(&w, whole, strlen(text), parsed.error);
    } else {
        json_t *tree = json_loads(parsed.parse_tree, 0, NULL);
        if (tree)
            problem = check_tree(&w, tree);
        json_decref(tree);
    }
    pg_query_free_parse_result(parsed);
    return problem;
}
