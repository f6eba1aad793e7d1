/* random_yaml.c: schemas that use what the language has, in any combination, and that
 * ormgen must take.
 *
 * What is drawn is remembered as far as other things depend on it: which fields there
 * are, what they are called in SQL and what an index can make of them. */
#include "index_method.h"
#include "lines.h"
#include "literals.h"
#include "types.h"

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
    const char *expression;
} types[] = {
    {TYPE_BOOL, "bool", .expression = "1 = 1"},
    {TYPE_INT2, "int2", .number = true, .expression = "1 + 1"},
    {TYPE_INT4, "int", .number = true, .expression = "length('abc')"},
    {TYPE_INT8, "int8", .number = true, .expression = "1 + 2"},
    {TYPE_FLOAT4, "float4", .number = true, .expression = "1.5"},
    {TYPE_FLOAT8, "float8", .number = true, .expression = "random()"},
    {TYPE_DECIMAL, "numeric(18,6)", .number = true, .expression = "1.5"},
    {TYPE_NUMERIC, "numeric", .number = true, .expression = "1 / 3.0"},
    {TYPE_NUMERIC, "numeric(40,9)", .number = true, .expression = "0.5"},
    {TYPE_TEXT, "text", .text = true, .expression = "'a' || 'b'"},
    {TYPE_VARCHAR, "varchar(12)", .text = true, .expression = "upper('x')"},
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
    bool to_implicit; /* key: of one column, a number */
    bool optional;
    bool unique;
    bool is_generated;
    bool is_late; /* not there when the rest of its row is */
    bool is_wide; /* more than one column */
};

struct drawn_model {
    char name[16];
    unsigned
        key_count;   /* fields that are the key, the first ones; 0: the implicit one */
    bool is_counted; /* one of them is a version */
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

/* btree_gist and btree_gin, in some of the schemas. */
static bool has_extensions;

/* Whether an index of this kind can be on it. */
static bool takes(const struct drawn_field *f, const char *method)
{
    /* What refers to a key of our own may be of any type that a key has. */
    if (f->is_ref && !f->to_implicit)
        return strcmp(method, "btree") == 0 || strcmp(method, "hash") == 0;
    struct field field = {.type = f->is_ref ? TYPE_INT8 : TYPE_ENUM};
    if (f->type) {
        field.type = f->type->type;
        field.element = f->type->element;
    }
    const enum takes t = index_takes(index_method(method), &field);
    return !f->is_many && (t == TAKES || (t == TAKES_WITH_EXTENSION && has_extensions));
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

/* A column that is computed from one before it; false: none is like it. */
static bool put_generated(
    struct buffer *out, const struct drawn_model *m, struct drawn_field *f)
{
    for (const struct drawn_field *g = m->fields; g < f; g++) {
        if (g->type != f->type || g->is_generated || g->is_many)
            continue;
        struct buffer sql = {0};
        buffer_printf(&sql, f->type->text ? "lower(\"%s\")" : "\"%s\"", g->column);
        buffer_puts(out, ", generated: ");
        put_quoted(out, sql.at);
        buffer_free(&sql);
        f->is_generated = true;
        return true;
    }
    return false;
}

/* What only one of these says: where the values of a column come from. */
static void put_source(struct buffer *out, struct drawn_model *m, struct drawn_field *f)
{
    const struct type_words *t = f->type;
    const bool is_counter = t->type == TYPE_INT4 || t->type == TYPE_INT8;
    f->optional = one_in(3);
    if (is_counter && one_in(6) && !m->is_counted) {
        buffer_puts(out, ", version: true");
        m->is_counted = true;
        f->optional = false;
        f->is_generated = true; /* as far as others are concerned */
    } else if ((is_counter || t->type == TYPE_INT2) && one_in(6)) {
        buffer_printf(out, ", identity: %s", one_in(2) ? "true" : "always");
        f->is_late = true;
        f->optional = false;
    } else if (t->type == TYPE_TIMESTAMPTZ && one_in(3)) {
        buffer_puts(out, one_in(2) ? ", created: true" : ", updated: true");
        f->is_late = true;
        f->optional = false;
    } else if (!one_in(3) || !put_generated(out, m, f)) {
        put_default(out, t);
        f->is_late = one_in(5);
        if (f->is_late)
            buffer_puts(
                out, one_in(2) ? ", lazy: true" : ", server_filled: [insert, update]");
    }
}

static void put_condition_on(struct buffer *sql, const struct drawn_field *f);

static void put_own_check(struct buffer *out, const struct drawn_field *f)
{
    struct buffer sql = {0};
    if (!one_in(5))
        return;
    put_condition_on(&sql, f);
    buffer_puts(out, ", check: ");
    put_quoted(out, sql.at);
    buffer_free(&sql);
}

static void put_plain_field(
    struct buffer *out, struct drawn_model *m, struct drawn_field *f, bool is_key)
{
    f->type = &ANY(types);
    while (is_key && !type_info(f->type->type)->can_be_key)
        f->type = &ANY(types);
    if (one_in(8)) {
        f->type = NULL;
        f->optional = !is_key && one_in(3);
        buffer_puts(out, "{ enum: [one, Two, three]");
        if (!is_key && one_in(3))
            buffer_puts(out, ", default: Two");
    } else {
        buffer_printf(out, "{ type: \"%s\"", f->type->yaml);
        if (!is_key)
            put_source(out, m, f);
        if (f->type->text && one_in(4))
            buffer_puts(out, ", collation: C");
    }
    f->unique =
        !is_key && !f->is_generated && !f->is_late && takes(f, "btree") && one_in(5);
    buffer_puts(out, f->optional ? ", optional: true" : "");
    buffer_puts(out, f->unique ? ", unique: true" : "");
    put_column_name(out, f);
    put_doc(out, ", doc: ", "");
    put_own_check(out, f);
    if (one_in(9))
        buffer_printf(out, ", was: old_%s", f->name);
    buffer_puts(out, " }\n");
}

static void put_action(struct buffer *out, const char *when, bool may_be_null)
{
    static const char *const actions[] = {"no_action", "restrict", "cascade"};
    if (one_in(2))
        buffer_printf(out, ", %s: %s", when,
            may_be_null && one_in(3) ? "set_null" : ANY(actions));
}

static void put_deferrable(struct buffer *out)
{
    if (one_in(3))
        buffer_printf(out, ", deferrable: %s", one_in(2) ? "true" : "deferred");
}

/* A field of the target that is unique and no relation, or NULL. */
static const struct drawn_field *other_key(const struct drawn_model *m)
{
    for (unsigned i = m->key_count; i < m->field_count; i++)
        if (m->fields[i].unique && m->fields[i].type &&
            type_info(m->fields[i].type->type)->can_be_key)
            return &m->fields[i];
    return NULL;
}

static void put_columns(struct buffer *out, const struct drawn_field *f, unsigned count)
{
    buffer_printf(out, ", columns: [%s", f->column);
    for (unsigned i = 2; i <= count; i++)
        buffer_printf(out, ", %s_%u", f->column, i);
    buffer_putc(out, ']');
}

static void put_ref(
    struct drawing *w, unsigned model, struct drawn_field *f, bool is_key)
{
    /* Forward and to itself only where it may be null: no required circles. */
    const unsigned target = is_key ? below(model) : below(w->model_count);
    const struct drawn_model *to = &w->models[target];
    const struct drawn_field *other =
        target < model && !is_key && one_in(2) ? other_key(to) : NULL;
    struct buffer *out = w->out;
    f->is_ref = true;
    f->to_implicit = !to->key_count;
    f->optional = !is_key && (target >= model || one_in(2));
    f->unique = !is_key && one_in(5);
    free(f->column);
    f->column = format("%s_%s", f->name, other ? other->name : "id");
    buffer_printf(out, "{ ref: %s", to->name);
    if (other)
        buffer_printf(out, ", to: %s", other->name);
    buffer_puts(out, f->optional ? ", optional: true" : "");
    buffer_puts(out, f->unique ? ", unique: true" : "");
    put_action(out, "on_delete", f->optional);
    put_action(out, "on_update", f->optional);
    put_deferrable(out);
    f->is_wide = to->key_count > 1 && !other;
    if (f->is_wide)
        put_columns(out, f, to->key_count);
    else
        put_column_name(out, f);
    put_doc(out, ", doc: ", "");
    buffer_puts(out, " }\n");
}

static void put_fields(struct drawing *w, unsigned model)
{
    struct drawn_model *m = &w->models[model];
    struct buffer *out = w->out;
    buffer_puts(out, "    fields:\n");
    for (unsigned i = 0; i < m->field_count; i++) {
        struct drawn_field *f = &m->fields[i];
        f->name = format("f%u_%c", i, (char)('a' + (char)below(26)));
        f->column = format("%s", f->name);
        buffer_printf(out, "      %s: ", f->name);
        const bool is_key = i < m->key_count;
        if (is_key && i == 0 && m->key_count > 1 && model > 0 &&
            w->models[0].key_count < 2 && one_in(3)) {
            put_ref(w, 1, f, true); /* to the first model, whose key is one column */
        } else if (is_key) {
            put_plain_field(out, m, f, true);
        } else if (i > 0 && one_in(9)) {
            f->is_many = true;
            buffer_printf(out, "{ many: %s }\n", w->models[below(w->model_count)].name);
        } else if (one_in(4)) {
            put_ref(w, model, f, false);
        } else {
            put_plain_field(out, m, f, false);
        }
    }
}

/* ---- SQL ---- */

static void put_sql_column(struct buffer *out, const struct drawn_field *f)
{
    buffer_printf(out, "\"%s\"", f->column);
}

static void put_condition_on(struct buffer *sql, const struct drawn_field *f)
{
    put_sql_column(sql, f);
    if (f->type && f->type->number)
        buffer_puts(sql, one_in(2) ? " > 0" : " + 1 < 12");
    else if (f->type && f->type->text)
        buffer_puts(sql, one_in(2) ? " <> 'it''s; --'" : " > ''");
    else
        buffer_puts(sql, " IS NOT NULL");
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
        put_condition_on(&sql, f);
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

static bool in_hash(const struct drawn_field *f)
{
    return !f->is_wide && takes(f, "hash");
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

static void put_uniques(struct buffer *out, const struct drawn_model *m)
{
    const struct drawn_field *f[4];
    const unsigned all = draw_fields(m, 2 + below(3), in_btree, f);
    const unsigned count = all > 2 && one_in(3) ? 2 : all;
    if (count < 2 || !one_in(2))
        return;
    buffer_puts(out, "    unique:\n      - { on: ");
    put_list(out, "[", f, count);
    if (all > count)
        put_list(out, ", include: [", f + count, all - count);
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
    const struct {
        const char *name;
        unsigned most;
        bool (*fits)(const struct drawn_field *f);
        const char *operator;
    } ways[] = {
        {"hash", 1, in_hash, "="},
        {"btree", 2, in_btree, "="},
        {"spgist", 1, in_spgist, "="},
        {"gist", 2, in_gist, has_extensions ? "=" : "&&"},
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
        {"hash", 1, false, in_hash},
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
    if (one_in(5)) {
        buffer_puts(w->out, "    schema: ");
        put_quoted(w->out, ANY(sql_names));
        buffer_putc(w->out, '\n');
    }
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
    for (unsigned i = 0; i < m->key_count; i++)
        buffer_printf(out, "%s%s", i > 0 ? ", " : "    key: [", m->fields[i].name);
    buffer_puts(out, m->key_count > 0 ? "]\n" : "");
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
    has_extensions = one_in(8);
    if (has_extensions)
        buffer_puts(out, "extensions: [btree_gin, btree_gist]\n");
    buffer_puts(out, "models:\n");
    w.model_count = 1 + below(MOST_MODELS);
    for (unsigned i = 0; i < w.model_count; i++) {
        struct drawn_model *m = &w.models[i];
        snprintf(m->name, sizeof m->name, "m%u_%c", i, (char)('a' + (char)below(26)));
        m->field_count = 1 + below(MOST_FIELDS);
        m->key_count =
            one_in(2) ? 0 : 1 + below(m->field_count < 3 ? m->field_count : 3);
    }
    for (unsigned i = 0; i < w.model_count; i++)
        put_model(&w, i);
    for (unsigned i = 0; i < w.model_count; i++)
        for (unsigned k = 0; k < w.models[i].field_count; k++) {
            free(w.models[i].fields[k].name);
            free(w.models[i].fields[k].column);
        }
}
