/* random_yaml.c: schemas that use what the language has, in any combination, and that
 * ormgen must take.
 *
 * What is drawn is remembered as far as other things depend on it: which fields there
 * are, what they are called in SQL and what an index can make of them. */
#include "lines.h"

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

/* What is drawn for a column of a type. */
static const struct type_words {
    const char *type;
    bool text;    /* takes lower(), like and a collation */
    bool number;  /* takes + and > 0 */
    bool in_hash; /* and so in equality */
    bool in_brin;
    bool key;
    const char *literals[4];
    const char *expressions[3];
} types[] = {
    {"bool", .in_hash = true, .literals = {"true", "false"}, .expressions = {"1 = 1"}},
    {"int2", .number = true, .in_hash = true, .in_brin = true, .key = true,
        .literals = {"-32768", "0", "7"}, .expressions = {"1 + 1"}},
    {"int", .number = true, .in_hash = true, .in_brin = true, .key = true,
        .literals = {"2147483647", "-1"}, .expressions = {"length('abc')"}},
    {"int8", .number = true, .in_hash = true, .in_brin = true, .key = true,
        .literals = {"-9223372036854775808", "12"}, .expressions = {"1 + 2"}},
    {"float4", .number = true, .in_hash = true, .in_brin = true,
        .literals = {"1.5", "NaN", "-Infinity", "2e10"}, .expressions = {"1.5"}},
    {"float8", .number = true, .in_hash = true, .in_brin = true,
        .literals = {"0.1", "Infinity", "-2.5e-30"}, .expressions = {"random()"}},
    {"text", .text = true, .in_hash = true, .in_brin = true, .key = true,
        .literals = {"\"it's\"", "\"\"", "\"a\\\\b\""}, .expressions = {"'a' || 'b'"}},
    {"varchar(12)", .text = true, .in_hash = true, .in_brin = true, .key = true,
        .literals = {"brief", "\"'\""}, .expressions = {"upper('x')"}},
    {"date", .in_hash = true, .in_brin = true,
        .literals = {"2024-02-29", "infinity", "0001-01-01"},
        .expressions = {"current_date"}},
    {"timestamptz", .in_hash = true, .in_brin = true,
        .literals = {"2026-02-28T12:00:00Z", "-infinity"}, .expressions = {"now()"}},
};

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

static unsigned count_of(const char *const *list, unsigned room)
{
    unsigned n = 0;
    while (n < room && list[n])
        n++;
    return n;
}

static void put_doc(struct buffer *out, const char *lead, const char *end)
{
    if (!one_in(4))
        return;
    buffer_puts(out, lead);
    put_quoted(out, ANY(texts));
    buffer_puts(out, end);
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
    if (one_in(3))
        buffer_printf(
            out, ", default: %s", t->literals[below(count_of(t->literals, 4))]);
    else if (one_in(4))
        buffer_printf(out, ", default: { sql: \"%s\" }",
            t->expressions[below(count_of(t->expressions, 3))]);
}

static void put_plain_field(struct buffer *out, struct drawn_field *f, bool is_key)
{
    const struct type_words *t = &ANY(types);
    while (is_key && !t->key)
        t = &ANY(types);
    f->type = t;
    if (!is_key && one_in(8)) {
        f->type = NULL;
        buffer_puts(out, "{ enum: [one, Two, three]");
        if (one_in(3))
            buffer_puts(out, ", default: Two");
    } else {
        buffer_printf(out, "{ type: \"%s\"", t->type);
        if (!is_key)
            put_default(out, t);
    }
    f->optional = !is_key && one_in(3);
    f->unique = !is_key && one_in(5);
    buffer_puts(out, f->optional ? ", optional: true" : "");
    buffer_puts(out, f->unique ? ", unique: true" : "");
    put_column_name(out, f);
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
    buffer_puts(out, "    fields:\n");
    for (unsigned i = 0; i < m->field_count; i++) {
        struct drawn_field *f = &m->fields[i];
        f->name = format("f%u_%c", i, (char)('a' + (char)below(26)));
        f->column = format("%s", f->name);
        buffer_printf(out, "      %s: ", f->name);
        if (i == 0 && m->has_key) {
            put_plain_field(out, f, true);
        } else if (i > 0 && one_in(9)) {
            f->is_many = true;
            buffer_printf(out, "{ many: %s }\n", w->models[below(w->model_count)].name);
        } else if (one_in(4)) {
            put_ref(w, model, f);
        } else {
            put_plain_field(out, f, false);
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

static bool any(const struct drawn_field *f)
{
    (void)f;
    return true;
}

static bool has_brin(const struct drawn_field *f)
{
    return f->is_ref || (f->type && f->type->in_brin);
}

static bool is_text(const struct drawn_field *f)
{
    return f->type && f->type->text;
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
    const unsigned count = draw_fields(m, 2 + below(2), any, f);
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
    const struct drawn_field *f[3];
    const bool hash = one_in(2);
    const unsigned count = draw_fields(m, hash ? 1 : 2, any, f);
    if (count == 0 || !one_in(4))
        return;
    buffer_printf(
        out, "    exclude:\n      - { using: %s, on: {", hash ? "hash" : "btree");
    for (unsigned i = 0; i < count; i++)
        buffer_printf(out, "%s %s: \"=\"", i > 0 ? "," : "", f[i]->name);
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
    else if (f->type && strcmp(f->type->type, "text") == 0 && one_in(3)) {
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
    const unsigned all = draw_fields(m, 1 + below(4), any, f);
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
        {"hash", 1, false, any},
        {"brin", 3, false, has_brin},
        {"spgist", 1, true, is_text},
    };
    const unsigned method = below(3);
    const struct drawn_field *f[3], *more[1];
    const unsigned count =
        draw_fields(m, methods[method].most, methods[method].fits, f);
    if (count == 0)
        return;
    buffer_printf(out, "      - { using: %s, on: ", methods[method].name);
    put_list(out, "[", f, count);
    if (methods[method].include && draw_fields(m, 1, any, more) == 1 && more[0] != f[0])
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
