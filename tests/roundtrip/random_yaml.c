/* random_yaml.c: schemas that use what the language has, in any combination, and that
 * ormgen must take.
 *
 * What is drawn is remembered as far as other things depend on it: which fields there
 * are, what they are called in SQL and what an index can make of them. */
#include "index_method.h"
#include "lines.h"
#include "literals.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_MODELS = 4,
    MOST_FIELDS = 8
};

/* ---- chance ---- */

static uint64_t state;

static unsigned below(unsigned n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)(state >> 33) % n;
}

static bool one_in(unsigned n)
{
    return below(n) == 0;
}

#define ANY(list) list[below(sizeof list / sizeof *(list))]

/* ---- words ---- */

static const char *const texts[] = {"It's \"so\"", "a|b", "$$ $1", "-- no comment",
    "/* nor this */", "two\nlines", "\\ back\\slash", "äöü 日本", "100%", "'; --"};

/* Names that only SQL sees: any text of one line. */
static const char *const sql_names[] = {"select", "Mixed Case", "wörter", "a-b", "it's",
    "x;y", "group", "percent%s", "col$1", "sp ace",
    "so long a name that what is put behind it must be cüt off"};

/* In the double quotes of YAML. */
static void put_quoted(struct buffer *out, const char *text)
{
    buffer_putc(out, '"');
    for (; *text; text++)
        if (*text == '\n')
            buffer_puts(out, "\\n");
        else
            buffer_printf(
                out, "%s%c", *text == '"' || *text == '\\' ? "\\" : "", *text);
    buffer_putc(out, '"');
}

/* ---- types ---- */

/* What is drawn for a column of a type; its literals are those of literals.h. */
static const struct type_words {
    enum type type;
    const char *yaml;
    enum type element; /* of an array */
    bool text;         /* takes lower(), a collation and other operator classes */
    bool number;       /* takes + and > */
    bool key;
    const char *expression;
} types[] = {
    {TYPE_BOOL, "bool", .expression = "1 = 1"},
    {TYPE_INT2, "int2", .number = true, .key = true, .expression = "1 + 1"},
    {TYPE_INT4, "int", .number = true, .key = true, .expression = "length('abc')"},
    {TYPE_INT8, "int8", .number = true, .key = true, .expression = "1 + 2"},
    {TYPE_FLOAT4, "float4", .number = true, .expression = "1.5"},
    {TYPE_FLOAT8, "float8", .number = true, .expression = "random()"},
    {TYPE_DECIMAL, "numeric(18,6)", .number = true, .expression = "1.5"},
    {TYPE_NUMERIC, "numeric", .number = true, .expression = "1 / 3.0"},
    {TYPE_NUMERIC, "numeric(40,9)", .number = true, .expression = "0.5"},
    {TYPE_TEXT, "text", .text = true, .key = true, .expression = "'a' || 'b'"},
    {TYPE_VARCHAR, "varchar(12)", .text = true, .key = true,
        .expression = "upper('x')"},
    {TYPE_CHAR, "char(3)", .expression = "'x'"},
    {TYPE_BYTEA, "bytea", .expression = "decode('00ff', 'hex')"},
    {TYPE_UUID, "uuid", .expression = "gen_random_uuid()"},
    {TYPE_DATE, "date", .expression = "current_date"},
    {TYPE_TIME, "time", .expression = "localtime"},
    {TYPE_TIMESTAMP, "timestamp", .expression = "localtimestamp"},
    {TYPE_TIMESTAMPTZ, "timestamptz", .expression = "now()"},
    {TYPE_INTERVAL, "interval", .expression = "'1 day'"},
    {TYPE_JSON, "json", .expression = "'{}'"},
    {TYPE_JSONB, "jsonb", .expression = "'[]'"},
    {TYPE_INET, "inet", .expression = "inet_client_addr()"},
    {TYPE_CIDR, "cidr", .expression = "'10.0.0.0/8'"},
    {TYPE_MACADDR, "macaddr", .expression = "'08:00:2b:01:02:03'"},
    {TYPE_INT4RANGE, "int4range", .expression = "int4range(1, 2)"},
    {TYPE_NUMRANGE, "numrange", .expression = "'empty'"},
    {TYPE_DATERANGE, "daterange", .expression = "'(,)'"},
    {TYPE_TSTZRANGE, "tstzrange", .expression = "tstzrange(now(), null)"},
    {TYPE_INT8MULTIRANGE, "int8multirange", .expression = "'{}'"},
    {TYPE_TSMULTIRANGE, "tsmultirange", .expression = "tsmultirange()"},
    {TYPE_ARRAY, "int4[]", TYPE_INT4, .expression = "array[1, 2]"},
    {TYPE_ARRAY, "text[]", TYPE_TEXT, .expression = "'{}'"},
    {TYPE_ARRAY, "numeric(6,2)[]", TYPE_DECIMAL, .expression = "'{}'"},
    {TYPE_ARRAY, "timestamptz[]", TYPE_TIMESTAMPTZ, .expression = "'{}'"},
};

static const char *literal_of(const struct type_words *t)
{
    for (size_t i = 0; i < sizeof literals / sizeof *literals; i++) {
        const struct literals *l = &literals[i];
        unsigned count = 0;
        while (count < sizeof l->good / sizeof *l->good && l->good[count])
            count++;
        if (l->type == t->type && count > 0)
            return l->good[below(count)];
    }
    return NULL;
}

/* ---- what is drawn ---- */

struct drawn_field {
    char *name;
    char *column;
    const struct type_words *type; /* NULL: an enum or a ref */
    bool is_many;
    bool is_ref;
    bool optional;
    bool unique;
};

struct drawn_model {
    char name[16];
    bool has_key;
    unsigned field_count;
    struct drawn_field fields[MOST_FIELDS];
};

struct drawing {
    struct buffer *out;
    unsigned model_count;
    struct drawn_model models[MOST_MODELS];
};

static void put_doc(struct buffer *out, const char *lead, const char *end)
{
    if (!one_in(4))
        return;
    buffer_puts(out, lead);
    put_quoted(out, ANY(texts));
    buffer_puts(out, end);
}

/* Whether an index of this kind can be on it. */
static bool takes(const struct drawn_field *f, const char *method)
{
    struct field field = {.type = f->is_ref ? TYPE_INT8 : TYPE_ENUM};
    if (f->type) {
        field.type = f->type->type;
        field.element = f->type->element;
    }
    return !f->is_many && index_takes(index_method(method), &field) == TAKES;
}

/* ---- fields ---- */

static void put_column_name(struct buffer *out, struct drawn_field *f)
{
    if (!one_in(4))
        return;
    free(f->column);
    f->column = format("%s %s", f->name, ANY(sql_names));
    buffer_puts(out, ", column: ");
    put_quoted(out, f->column);
}

static void put_default(struct buffer *out, const struct type_words *t)
{
    const char *literal = literal_of(t);
    if (literal && one_in(3)) {
        buffer_puts(out, ", default: ");
        put_quoted(out, literal);
    } else if (one_in(4)) {
        buffer_puts(out, ", default: { sql: ");
        put_quoted(out, t->expression);
        buffer_puts(out, " }");
    }
}

/* Whether the column is of a kind that has its values from elsewhere than the program:
 * then it has no default and is not optional. */
static bool put_source(struct buffer *out, const struct type_words *t, bool *counted)
{
    static const char *const identities[] = {"true", "always"};
    const bool whole =
        t->type == TYPE_INT2 || t->type == TYPE_INT4 || t->type == TYPE_INT8;

    if (whole && one_in(6))
        buffer_printf(out, ", identity: %s", ANY(identities));
    else if (whole && t->type != TYPE_INT2 && !*counted && one_in(6))
        buffer_puts(out, ", version: true"), *counted = true;
    else if (t->type == TYPE_TIMESTAMPTZ && one_in(2))
        buffer_puts(out, one_in(2) ? ", created: true" : ", updated: true");
    else if (whole && one_in(6))
        buffer_puts(out, ", generated: 1 + 1");
    else if (t->type == TYPE_TEXT && one_in(6))
        buffer_puts(out, ", generated: \"'a' || 'b'\"");
    else
        return false;
    return true;
}

static void put_check(struct buffer *out, const struct drawn_field *f)
{
    if (!one_in(6))
        return;
    buffer_puts(out, ", check: ");
    char *quoted = format("\"%s\" IS NOT NULL", f->column);
    put_quoted(out, quoted);
    free(quoted);
}

static void put_plain_field(
    struct buffer *out, struct drawn_field *f, bool is_key, bool *counted)
{
    const struct type_words *t = &ANY(types);
    while (is_key && !t->key)
        t = &ANY(types);
    f->type = t;
    bool sourced = false;
    if (!is_key && one_in(8)) {
        f->type = NULL;
        buffer_puts(out, "{ enum: [one, Two, three]");
        if (one_in(3))
            buffer_puts(out, ", default: Two");
    } else {
        buffer_printf(out, "{ type: \"%s\"", t->yaml);
        sourced = !is_key && put_source(out, t, counted);
        if (!is_key && !sourced)
            put_default(out, t);
        if (t->text && one_in(6))
            buffer_puts(out, ", collation: C");
        if (!is_key && !sourced && one_in(6))
            buffer_puts(out, ", lazy: true");
        if (!is_key && !sourced && one_in(9))
            buffer_puts(out, ", server_filled: [insert]");
    }
    f->optional = !is_key && !sourced && one_in(3);
    f->unique = !is_key && !sourced && takes(f, "btree") && one_in(5);
    buffer_puts(out, f->optional ? ", optional: true" : "");
    buffer_puts(out, f->unique ? ", unique: true" : "");
    put_column_name(out, f);
    put_check(out, f);
    put_doc(out, ", doc: ", "");
    buffer_puts(out, " }\n");
}

static void put_ref(struct drawing *w, unsigned model, struct drawn_field *f)
{
    static const char *const actions[] = {"no_action", "restrict", "cascade"};
    const unsigned target = below(w->model_count);
    /* Forward and to itself only where it may be null: no required circles. */
    f->is_ref = true;
    f->optional = target >= model || one_in(2);
    f->unique = one_in(5);
    free(f->column);
    f->column = format("%s_id", f->name);
    buffer_printf(w->out, "{ ref: %s", w->models[target].name);
    buffer_puts(w->out, f->optional ? ", optional: true" : "");
    buffer_puts(w->out, f->unique ? ", unique: true" : "");
    if (one_in(2))
        buffer_printf(w->out, ", on_delete: %s",
            f->optional && one_in(3) ? "set_null" : ANY(actions));
    put_column_name(w->out, f);
    put_doc(w->out, ", doc: ", "");
    buffer_puts(w->out, " }\n");
}

static void put_fields(struct drawing *w, unsigned model)
{
    struct drawn_model *m = &w->models[model];
    struct buffer *out = w->out;
    bool counted = false;
    buffer_puts(out, "    fields:\n");
    for (unsigned i = 0; i < m->field_count; i++) {
        struct drawn_field *f = &m->fields[i];
        f->name = format("f%u_%c", i, (char)('a' + (char)below(26)));
        f->column = format("%s", f->name);
        buffer_printf(out, "      %s: ", f->name);
        if (i == 0 && m->has_key) {
            put_plain_field(out, f, true, &counted);
        } else if (i > 0 && one_in(9)) {
            f->is_many = true;
            buffer_printf(out, "{ many: %s }\n", w->models[below(w->model_count)].name);
        } else if (one_in(4)) {
            put_ref(w, model, f);
        } else {
            put_plain_field(out, f, false, &counted);
        }
    }
}

/* ---- SQL ---- */

static void put_sql_column(struct buffer *out, const struct drawn_field *f)
{
    buffer_printf(out, "\"%s\"", f->column);
}

/* A condition on the row that reads back as it is written. */
static void put_condition(struct buffer *out, const struct drawn_model *m)
{
    struct buffer sql = {0};
    for (unsigned i = 0; i < 1 + below(2); i++) {
        const struct drawn_field *f = &m->fields[below(m->field_count)];
        if (f->is_many)
            f = &m->fields[0];
        buffer_puts(&sql, i > 0 ? " AND " : "");
        put_sql_column(&sql, f);
        if (f->type && f->type->number)
            buffer_puts(&sql, one_in(2) ? " > 0" : " + 1 < 12");
        else if (f->type && f->type->text)
            buffer_puts(&sql, one_in(2) ? " <> 'it''s; --'" : " > ''");
        else
            buffer_puts(&sql, " IS NOT NULL");
    }
    put_quoted(out, sql.at);
    buffer_free(&sql);
}

/* ---- indexes and constraints ---- */

/* Up to `most` different fields that have columns; how many were found. */
static unsigned draw_fields(const struct drawn_model *m, unsigned most,
    bool (*fits)(const struct drawn_field *f), const struct drawn_field **found)
{
    unsigned count = 0;
    for (unsigned tries = 0; tries < 12 && count < most; tries++) {
        const struct drawn_field *f = &m->fields[below(m->field_count)];
        bool is_new = !f->is_many && fits(f);
        for (unsigned i = 0; i < count; i++)
            is_new = is_new && found[i] != f;
        if (is_new)
            found[count++] = f;
    }
    return count;
}

static bool in_btree(const struct drawn_field *f)
{
    return takes(f, "btree");
}

static bool in_brin(const struct drawn_field *f)
{
    return takes(f, "brin");
}

static bool in_spgist(const struct drawn_field *f)
{
    return takes(f, "spgist");
}

static bool in_gist(const struct drawn_field *f)
{
    return takes(f, "gist");
}

static bool in_gin(const struct drawn_field *f)
{
    return takes(f, "gin");
}

static bool any(const struct drawn_field *f)
{
    (void)f;
    return true;
}

static void put_list(
    struct buffer *out, const char *lead, const struct drawn_field **f, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        buffer_printf(out, "%s%s", i > 0 ? ", " : lead, f[i]->name);
    buffer_putc(out, ']');
}

static void put_deferrable(struct buffer *out)
{
    if (one_in(3))
        buffer_printf(out, ", deferrable: %s", one_in(2) ? "true" : "deferred");
}

static void put_uniques(struct buffer *out, const struct drawn_model *m)
{
    const struct drawn_field *f[3];
    const unsigned count = draw_fields(m, 2 + below(2), in_btree, f);
    if (count < 2 || !one_in(2))
        return;
    buffer_puts(out, "    unique:\n      - { on: ");
    put_list(out, "[", f, count);
    if (one_in(3))
        buffer_puts(out, ", nulls_not_distinct: true");
    put_deferrable(out);
    if (one_in(3))
        buffer_printf(out, ", name: \"%s the unique's name\"", m->name);
    buffer_puts(out, " }\n");
}

static void put_checks(struct buffer *out, const struct drawn_model *m)
{
    if (!one_in(2))
        return;
    buffer_puts(out, "    checks:\n");
    for (unsigned i = 0; i < 1 + below(2); i++) {
        buffer_printf(out, "      check%u: ", i);
        put_condition(out, m);
        buffer_putc(out, '\n');
    }
}

static void put_where(struct buffer *out, const struct drawn_model *m)
{
    if (!one_in(3))
        return;
    buffer_puts(out, ", where: ");
    put_condition(out, m);
}

static void put_exclude(struct buffer *out, const struct drawn_model *m)
{
    static const struct {
        const char *name;
        unsigned most;
        bool (*fits)(const struct drawn_field *f);
        const char *operator;
    } ways[] = {
        {"hash", 1, in_btree, "="},
        {"btree", 2, in_btree, "="},
        {"spgist", 1, in_spgist, "="},
        {"gist", 2, in_gist, "&&"},
    };
    const struct drawn_field *f[2];
    const unsigned way = below(4);
    const unsigned count = draw_fields(m, ways[way].most, ways[way].fits, f);
    if (count == 0 || !one_in(3))
        return;
    buffer_printf(out, "    exclude:\n      - { using: %s, on: {", ways[way].name);
    for (unsigned i = 0; i < count; i++)
        buffer_printf(
            out, "%s %s: \"%s\"", i > 0 ? "," : "", f[i]->name, ways[way].operator);
    buffer_puts(out, " }");
    put_where(out, m);
    put_deferrable(out);
    buffer_puts(out, " }\n");
}

/* One entry of `on`, and whether it is a name alone. */
static void put_part(struct buffer *out, const struct drawn_field *f)
{
    if (f->type && f->type->text && one_in(3))
        buffer_printf(out, "{ field: %s, ops: %s }", f->name,
            one_in(2) ? "text_pattern_ops" : "varchar_pattern_ops");
    else if (f->type && f->type->text && one_in(3))
        buffer_printf(out, "{ field: %s, collation: C }", f->name);
    else if (f->type && f->type->type == TYPE_TEXT && one_in(3)) {
        buffer_puts(out, "{ sql: \"lower(\\\"");
        buffer_printf(out, "%s\\\")\", collation: C }", f->column);
    } else
        buffer_puts(out, f->name);
}

static void put_words(
    struct buffer *out, const char *key, const char *a, const char *b, unsigned count)
{
    if (!one_in(2))
        return;
    for (unsigned i = 0; i < count; i++)
        buffer_printf(out, "%s%s", i > 0 ? ", " : key, one_in(2) ? a : b);
    buffer_putc(out, ']');
}

static void put_btree(struct buffer *out, const struct drawn_model *m, unsigned number)
{
    const struct drawn_field *f[5];
    const unsigned all = draw_fields(m, 1 + below(4), in_btree, f);
    const unsigned count = all > 1 && one_in(3) ? all - 1 : all;
    if (all == 0)
        return;
    buffer_puts(out, "      - { on: [");
    for (unsigned i = 0; i < count; i++) {
        buffer_puts(out, i > 0 ? ", " : "");
        put_part(out, f[i]);
    }
    buffer_puts(out, "]");
    put_words(out, ", order: [", "asc", "desc", count);
    put_words(out, ", nulls: [", "first", "last", count);
    if (one_in(3)) {
        buffer_puts(out, ", unique: true");
        if (one_in(2))
            buffer_puts(out, ", nulls_not_distinct: true");
    }
    if (all > count)
        put_list(out, ", include: [", f + count, all - count);
    put_where(out, m);
    if (one_in(2))
        buffer_printf(out, ", name: \"%s index no. %u\"", m->name, number);
    buffer_puts(out, " }\n");
}

static void put_other_index(
    struct buffer *out, const struct drawn_model *m, unsigned number)
{
    static const struct {
        const char *name;
        unsigned most;
        bool include;
        bool (*fits)(const struct drawn_field *f);
    } methods[] = {
        {"hash", 1, false, in_btree},
        {"brin", 3, false, in_brin},
        {"spgist", 1, true, in_spgist},
        {"gist", 3, true, in_gist},
        {"gin", 3, false, in_gin},
    };
    const unsigned method = below(5);
    const struct drawn_field *f[3], *more[1];
    const unsigned count =
        draw_fields(m, methods[method].most, methods[method].fits, f);
    if (count == 0)
        return;
    buffer_printf(out, "      - { using: %s, on: ", methods[method].name);
    put_list(out, "[", f, count);
    bool more_fits = methods[method].include && draw_fields(m, 1, any, more) == 1;
    for (unsigned i = 0; i < count; i++)
        more_fits = more_fits && more[0] != f[i];
    if (more_fits)
        put_list(out, ", include: [", more, 1);
    put_where(out, m);
    buffer_printf(out, ", name: %s_other_%u }\n", m->name, number);
}

static void put_indexes(struct buffer *out, const struct drawn_model *m)
{
    struct buffer list = {0};
    for (unsigned i = 0; i < below(4); i++)
        if (one_in(3))
            put_other_index(&list, m, i);
        else
            put_btree(&list, m, i);
    if (list.len > 0)
        buffer_printf(out, "    indexes:\n%s", list.at);
    buffer_free(&list);
}

/* ---- the whole ---- */

static void put_model(struct drawing *w, unsigned model)
{
    struct drawn_model *m = &w->models[model];
    buffer_printf(w->out, "  %s:\n", m->name);
    put_doc(w->out, "    doc: ", "\n");
    if (one_in(3)) {
        buffer_puts(w->out, "    table: ");
        char table[80];
        snprintf(table, sizeof table, "%s %s", m->name, ANY(sql_names));
        put_quoted(w->out, table);
        buffer_putc(w->out, '\n');
    }
    struct buffer fields = {0}, *out = w->out;
    w->out = &fields;
    put_fields(w, model);
    w->out = out;
    if (m->has_key)
        buffer_printf(out, "    key: %s\n", m->fields[0].name);
    buffer_puts(out, fields.at);
    buffer_free(&fields);
    put_uniques(out, m);
    put_checks(out, m);
    put_exclude(out, m);
    put_indexes(out, m);
}

void random_yaml(struct buffer *out, unsigned long long seed)
{
    struct drawing w = {.out = out};
    state = seed * 2654435761u + 88172645463325252u;
    for (int i = 0; i < 8; i++)
        below(2);
    if (one_in(2)) {
        buffer_puts(out, "schema: ");
        put_quoted(out, ANY(sql_names));
        buffer_putc(out, '\n');
    }
    buffer_puts(out, "models:\n");
    w.model_count = 1 + below(MOST_MODELS);
    for (unsigned i = 0; i < w.model_count; i++) {
        struct drawn_model *m = &w.models[i];
        snprintf(m->name, sizeof m->name, "m%u_%c", i, (char)('a' + (char)below(26)));
        m->has_key = one_in(3);
        m->field_count = 1 + below(MOST_FIELDS);
    }
    for (unsigned i = 0; i < w.model_count; i++)
        put_model(&w, i);
    for (unsigned i = 0; i < w.model_count; i++)
        for (unsigned k = 0; k < w.models[i].field_count; k++) {
            free(w.models[i].fields[k].name);
            free(w.models[i].fields[k].column);
        }
}
