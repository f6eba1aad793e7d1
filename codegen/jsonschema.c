/* jsonschema.c: `ormgen jsonschema`: the language as JSON Schema (draft-07), for
 * editors.
 *
 * Which keys there are is what the tables of schema/ say.  language.json says how their
 * values look, where that is more than their shape; what it says of a key that is in no
 * table is left out.  `keys` there is the name of a table, and becomes properties. */
#include "buffer.h"
#include "embedded.h"
#include "keys.h"
#include "run.h"
#include "types.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void set(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, must(value)) != 0)
        must(NULL);
}

static void append(json_t *list, json_t *value)
{
    if (json_array_append_new(list, must(value)) != 0)
        must(NULL);
}

/* -- Keys -------------------------------------------------------------------------- */

static json_t *of_shape(enum shape shape)
{
    switch (shape) {
    case SHAPE_TEXT:
        return json_pack("{s:s}", "$ref", "#/definitions/text");
    case SHAPE_BOOL:
        return json_pack("{s:s}", "type", "boolean");
    case SHAPE_MAP:
        return json_pack("{s:s}", "type", "object");
    case SHAPE_LIST:
        return json_pack("{s:s}", "type", "array");
    case SHAPE_ANY:
        break;
    }
    return json_object();
}

static json_t *keys_of_kind(const struct key *keys, unsigned kind)
{
    json_t *names = must(json_array());
    for (const struct key *k = keys; k->name; k++)
        if (k->kinds & kind)
            append(names, json_string(k->name));
    return names;
}

/* Exactly one key says what a field is; the others go with that. */
static void add_kinds(json_t *object, const struct key *keys)
{
    json_t *one_of = must(json_array());
    json_t *all_of = must(json_array());

    for (const struct field_kind_key *f = field_kind_keys; f->key; f++) {
        append(one_of, json_pack("{s:[s]}", "required", f->key));
        append(all_of,
            json_pack("{s:{s:[s]}, s:{s:{s:o}}}", "if", "required", f->key, "then",
                "propertyNames", "enum", keys_of_kind(keys, (unsigned)f->kind)));
    }
    set(object, "oneOf", one_of);
    set(object, "allOf", all_of);
}

static const struct key *find_table(const char *name)
{
    for (const struct key_table *t = key_tables; t->name; t++)
        if (strcmp(t->name, name) == 0)
            return t->keys;
    return NULL;
}

static void add_keys(json_t *object, const char *table)
{
    const struct key *keys = find_table(table);
    json_t *described = json_incref(json_object_get(object, "properties"));
    json_t *properties = must(json_object());

    if (!keys) /* nothing of the kind can be written */
        set(object, "not", json_object());
    if (keys && strcmp(table, "field") == 0)
        add_kinds(object, keys);
    for (const struct key *k = keys; k && k->name; k++) {
        json_t *value = json_object_get(described, k->name);
        set(properties, k->name, value ? json_incref(value) : of_shape(k->shape));
    }
    set(object, "properties", properties);
    set(object, "additionalProperties", json_false());
    json_object_del(object, "keys"); /* with the text that `table` is */
    json_decref(described);
}

static void fill(json_t *value)
{
    const char *key;
    json_t *inner;
    size_t i;

    if (json_is_object(value)) {
        const char *table = json_string_value(json_object_get(value, "keys"));
        if (table)
            add_keys(value, table);
        json_object_foreach(value, key, inner) fill(inner);
    } else if (json_is_array(value)) {
        json_array_foreach(value, i, inner) fill(inner);
    }
}

/* -- Types ------------------------------------------------------------------------- */

static void put_type_name(
    json_t *names, struct buffer *pattern, const char *name, bool alone)
{
    if (alone)
        append(names, json_string(name));
    buffer_printf(pattern, "%s%s", pattern->len ? "|" : "", name);
}

/* Those that stand alone, for an editor to offer, and all with what may follow them. */
static json_t *type_schema(void)
{
    json_t *names = must(json_array());
    struct buffer pattern = {0};

    for (enum type t = 0; t < TYPE_COUNT; t++) {
        const struct type_info *info = type_info(t);
        const bool alone = info->detail != DETAIL_LENGTH;
        if (t == TYPE_ENUM || t == TYPE_ARRAY || type_by_name(info->yaml) != t)
            continue;
        put_type_name(names, &pattern, info->yaml, alone);
        if (info->alias)
            put_type_name(names, &pattern, info->alias, alone);
    }
    char *whole = format("^(%s)(\\([0-9, ]+\\))?(\\[\\])?$", pattern.at);
    /* The last are names of `types:`, which stand elsewhere in the file. */
    json_t *schema = json_pack("{s:[{s:o}, {s:s, s:s}, {s:s, s:s}]}", "anyOf", "enum",
        names, "type", "string", "pattern", whole, "type", "string", "pattern",
        "^[A-Za-z][A-Za-z0-9_]*(\\[\\])?$");
    free(whole);
    buffer_free(&pattern);
    return schema;
}

int run_jsonschema(const struct arguments *a)
{
    json_error_t why;
    json_t *schema = json_loads(embedded_text(texts, "language"), 0, &why);

    (void)a;
    if (!schema) {
        fprintf(stderr, "ormgen: internal error: language.json:%d: %s\n", why.line,
            why.text);
        return EXIT_INTERNAL;
    }
    fill(schema);
    set(json_object_get(schema, "definitions"), "type", type_schema());
    json_dumpf(schema, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(schema);
    return flush_stdout();
}
