/* parse_field.c: one entry of fields:, be it a column, a ref or a many.
 *
 * A field with a mistake is `broken`: it keeps its name, and nothing else is said of
 * it. */
#include "keys.h"

#include "sql.h"
#include "suggest.h"

#include <string.h>

/* ---- keys ---- */

#define RELATION_VALUE "a relation has the value that the program gives it"

#define AT(member) offsetof(struct field_keys, member)
enum {
    ALL_KINDS = FIELD_COLUMN | FIELD_REF | FIELD_MANY | FIELD_REVERSE,
    WITH_COLUMN = FIELD_COLUMN | FIELD_REF,
    RELATIONS = FIELD_REF | FIELD_MANY
};

const struct key field_keys[] = {
    {"type", SHAPE_TEXT, AT(type), FIELD_COLUMN,
        "a relation takes its type from the key it refers to"},
    {"enum", SHAPE_LIST, AT(enumeration), FIELD_COLUMN,
        "a relation takes its type from the key it refers to"},
    {"array", SHAPE_BOOL, AT(array), FIELD_COLUMN,
        "it makes an array of an enum:; a list of rows is many:"},
    {"ref", SHAPE_TEXT, AT(ref), FIELD_REF, ""},
    {"many", SHAPE_TEXT, AT(many), FIELD_MANY, ""},
    {"optional", SHAPE_BOOL, AT(optional), WITH_COLUMN, "a list may always be empty"},
    {"unique", SHAPE_BOOL, AT(unique), WITH_COLUMN,
        "it makes a ref one-to-one; a list has no column"},
    {"default", SHAPE_ANY, AT(fallback), WITH_COLUMN, "a list has no column"},
    {"doc", SHAPE_TEXT, AT(doc), ALL_KINDS, NULL},
    {"column", SHAPE_TEXT, AT(column), WITH_COLUMN,
        "a list has no column; table: names the join table"},
    {"reverse", SHAPE_TEXT, AT(reverse), RELATIONS,
        "it names the other side of a ref: or many:"},
    {"columns", SHAPE_LIST, AT(columns), FIELD_REF,
        "it names the columns of a ref; column: names one"},
    {"to", SHAPE_TEXT, AT(to), FIELD_REF, "it belongs to a ref:"},
    {"on_delete", SHAPE_TEXT, AT(on_delete), FIELD_REF, "it belongs to a ref:"},
    {"on_update", SHAPE_TEXT, AT(on_update), FIELD_REF, "it belongs to a ref:"},
    {"deferrable", SHAPE_TEXT, AT(deferrable), FIELD_REF, "it belongs to a ref:"},
    {"through", SHAPE_TEXT, AT(through), FIELD_MANY,
        "it names the model that joins the two sides of a many:"},
    {"via", SHAPE_LIST, AT(via), FIELD_MANY,
        "it names the two refs of a many: with through:"},
    {"table", SHAPE_TEXT, AT(table), FIELD_MANY,
        "it names the join table of a many:; column: names a column"},
    {"order", SHAPE_LIST, AT(order), FIELD_MANY,
        "it orders the list of a many:; of a ref's other side, reverse_order: does"},
    {"reverse_order", SHAPE_LIST, AT(reverse_order), RELATIONS,
        "it orders the list that reverse: names"},
    {"fetch", SHAPE_TEXT, AT(fetch), FIELD_MANY,
        "it says how the list of a many: is loaded; of a ref's other side, "
        "reverse_fetch: does"},
    {"reverse_fetch", SHAPE_TEXT, AT(reverse_fetch), RELATIONS,
        "it says how the list is loaded that reverse: names"},
    {"max_keys", SHAPE_TEXT, AT(max_keys), FIELD_MANY,
        "it says how many lists of a many: are loaded at once; of a ref's other side, "
        "reverse_max_keys: does"},
    {"reverse_max_keys", SHAPE_TEXT, AT(reverse_max_keys), RELATIONS,
        "it says how many of the lists that reverse: names are loaded at once"},
    {"with", SHAPE_LIST, AT(with), RELATIONS,
        "it names what is loaded together with a relation"},
    {"reverse_with", SHAPE_LIST, AT(reverse_with), RELATIONS,
        "it names what is loaded together with the relation that reverse: names"},
    {"reverse_of", SHAPE_TEXT, AT(reverse_of), FIELD_REVERSE, ""},
    {"file", SHAPE_TEXT, AT(file), FIELD_REVERSE,
        "it says in which file the relation of reverse_of: is"},
    {"generated", SHAPE_TEXT, AT(generated), FIELD_COLUMN, RELATION_VALUE},
    {"identity", SHAPE_TEXT, AT(identity), FIELD_COLUMN, RELATION_VALUE},
    {"check", SHAPE_TEXT, AT(check), FIELD_COLUMN,
        "a condition on a relation stands in the model's checks:"},
    {"collation", SHAPE_TEXT, AT(collation), FIELD_COLUMN,
        "a relation takes its type from the key it refers to"},
    {"was", SHAPE_TEXT, AT(was), WITH_COLUMN, "a list has no column"},
    {"version", SHAPE_BOOL, AT(version), FIELD_COLUMN, RELATION_VALUE},
    {"created", SHAPE_BOOL, AT(created), FIELD_COLUMN, RELATION_VALUE},
    {"updated", SHAPE_BOOL, AT(updated), FIELD_COLUMN, RELATION_VALUE},
    {"lazy", SHAPE_BOOL, AT(lazy), FIELD_COLUMN,
        "a relation is not loaded before it is asked for anyway"},
    {"server_filled", SHAPE_LIST, AT(server_filled), FIELD_COLUMN, RELATION_VALUE},
    {0},
};
#undef AT

const struct field_kind_key field_kind_keys[] = {
    {"type", FIELD_COLUMN, "plain column"},
    {"enum", FIELD_COLUMN, "plain column"},
    {"ref", FIELD_REF, "ref"},
    {"many", FIELD_MANY, "many"},
    {"reverse_of", FIELD_REVERSE, "reverse_of"},
    {0},
};
#define KINDS (sizeof field_kind_keys / sizeof *field_kind_keys - 1)

struct default_keys {
    const struct node *sql;
    const struct node *uuid;
};

const struct key default_keys[] = {
    {"sql", SHAPE_TEXT, offsetof(struct default_keys, sql), 0, NULL},
    {"uuid", SHAPE_TEXT, offsetof(struct default_keys, uuid), 0, NULL},
    {0},
};

/* ---- fields ---- */

/* { uuid: v7 }: the program makes them, in the order of time. */
static bool parse_uuid_default(struct draft *d, const char *where,
    const struct default_keys *keys, struct draft_field *f)
{
    const struct node *n = keys->uuid;
    const char *problem = keys->sql ? "the server makes a value or the program does; "
                                      "keep sql: or uuid:"
                          : !is_word(n, "v7")
                              ? "v7 is the only kind that is made; for another "
                                "write { sql: gen_random_uuid() }"
                          : f->kind != FIELD_COLUMN || f->type != TYPE_UUID
                              ? "only a field of type uuid has one"
                              : NULL;
    if (problem) {
        diag_error(d->diag, ERR_DEFAULT, n->place, "%suuid: %s", where, problem);
        return false;
    }
    f->default_kind = DEFAULT_UUID7;
    f->default_text = n->text;
    return true;
}

static bool parse_default(struct draft *d, const char *where, struct draft_field *f)
{
    const struct node *n = f->keys.fallback;
    if (!n)
        return true;
    f->default_place = n->place;
    if (n->kind == NODE_TEXT) {
        f->default_kind = DEFAULT_LITERAL;
        f->default_text = n->text;
        return true; /* whether the type holds it is known when references are */
    }
    if (n->kind == NODE_LIST && f->type == TYPE_ARRAY)
        return parse_array_default(d, where, n, f);
    if (n->kind == NODE_LIST) {
        diag_error(d->diag, ERR_SHAPE, n->place,
            "%sdefault must be a value or { sql: expression }, and is a list", where);
        return false;
    }
    struct default_keys keys = {0};
    const char *inside = arena_printf(d->arena, "%sdefault: ", where);
    if (!take_keys(d, inside, n, default_keys, &keys))
        return false;
    if (keys.uuid)
        return parse_uuid_default(d, inside, &keys, f);
    if (!keys.sql) {
        diag_error(d->diag, ERR_MISSING, n->place,
            "%sno expression; write { sql: now() }", inside);
        return false;
    }
    f->default_kind = DEFAULT_SQL;
    f->default_text = keys.sql->text;
    f->default_place = keys.sql->place;
    return check_sql(d, inside, keys.sql, SQL_DEFAULT, NULL);
}

/* The key that says what the field is.  NULL: there is none, or there are two, which
 * say different things. */
static const struct node *find_kind(struct draft *d, const char *where,
    const struct node *map, bool keys_right, struct draft_field *f)
{
    const struct node *first = NULL;
    for (const struct node *n = map->first; n; n = n->next)
        for (size_t i = 0; i < KINDS; i++) {
            if (strcmp(field_kind_keys[i].key, n->key->text) != 0)
                continue;
            if (!first) {
                first = n;
                f->kind = field_kind_keys[i].kind;
                continue;
            }
            diag_error(d->diag, ERR_EXCLUSIVE, n->key->place,
                "%shas both %s: and %s:; keep the one that it is", where,
                first->key->text, n->key->text);
            diag_note(d->diag, first->key->place, "%s: is here", first->key->text);
            return NULL;
        }
    if (!first && keys_right)
        diag_error(d->diag, ERR_MISSING, f->place,
            "%swhat is it? It needs one of type:, enum:, ref:, many:, value: or "
            "reverse_of:",
            where);
    return first;
}

static bool check_kinds(
    struct draft *d, const char *where, const struct node *map, enum field_kind kind)
{
    const char *what = NULL;
    for (size_t i = 0; i < KINDS; i++)
        if (field_kind_keys[i].kind == kind)
            what = field_kind_keys[i].what;
    bool right = true;
    for (const struct node *n = map->first; n; n = n->next) {
        const struct key *k = find_key(field_keys, n->key->text);
        if (!k || k->kinds & kind)
            continue;
        diag_error(d->diag, ERR_MISPLACED_KEY, n->key->place,
            "%s%s does not belong to a %s: %s", where, k->name, what, k->needs);
        right = false;
    }
    return right;
}

static bool parse_field_map(
    struct draft *d, const char *where, const struct node *map, struct draft_field *f)
{
    struct field_keys *k = &f->keys;
    const bool keys_right = take_keys(d, where, map, field_keys, k);
    const struct node *kind = find_kind(d, where, map, keys_right, f);
    /* A kind that could not be read must not make the rest look wrong. */
    const bool kind_read =
        k->type || k->enumeration || k->ref || k->many || k->reverse_of;
    if (!kind || !kind_read)
        return false;
    bool right = check_kinds(d, where, map, f->kind) && keys_right;

    f->optional = is_true(k->optional);
    f->unique = is_true(k->unique);
    const bool typed = (!k->type || parse_type(d, where, k->type, f)) &&
                       (!k->enumeration || parse_enum(d, where, k->enumeration, f));
    right = typed && right;
    if (typed && f->kind == FIELD_COLUMN)
        right = parse_array_key(d, where, f) && right;
    if (typed || (k->fallback && k->fallback->kind != NODE_LIST))
        right = parse_default(d, where, f) && right;
    right = (f->kind != FIELD_REF || parse_ref(d, where, f)) &&
            (f->kind == FIELD_MANY || !typed || parse_column(d, where, f)) && right;
    if (k->reverse && strcmp(k->reverse->text, "none") != 0) {
        f->reverse = k->reverse->text;
        right = check_name(d, where, "reverse", k->reverse) && right;
    }
    if (k->column)
        sql_name(d, where, k->column);
    if (k->table)
        sql_name(d, where, k->table);
    if (k->via && !k->through && f->kind == FIELD_MANY) {
        diag_error(d->diag, ERR_THROUGH, k->via->key->place,
            "%svia names the two refs of a join model; name that with through:", where);
        right = false;
    }
    right = check_loading(d, where, f) && right;
    if (k->reverse_of && !k->file) {
        diag_error(d->diag, ERR_MISSING, f->place,
            "%sin which file is %s? Add file: with its path", where,
            shown(d, k->reverse_of->text));
        right = false;
    }
    if (k->table && k->through) {
        diag_error(d->diag, ERR_EXCLUSIVE, k->table->key->place,
            "%sthe join table is that of \"%s\"; delete table:", where,
            shown(d, k->through->text));
        right = false;
    }
    return right;
}

void parse_field(
    struct draft *d, struct draft_model *m, const struct node *n, struct draft_field *f)
{
    f->owner = m;
    f->name = n->key->text;
    f->place = n->key->place;
    f->kind = FIELD_COLUMN;
    const char *where =
        arena_printf(d->arena, "%s.%s: ", shown(d, m->name), shown(d, f->name));
    const bool named = check_name(d, "", "field", n->key);
    bool right;
    if (n->kind == NODE_MAP) {
        right = parse_field_map(d, where, n, f);
    } else if (n->kind == NODE_TEXT && !is_nothing(n)) {
        right = parse_type(d, where, n, f);
    } else {
        diag_error(d->diag, ERR_SHAPE, value_place(n),
            "%smust be a type or a map, as \"text\" or { type: text, unique: true }, "
            "and is %s",
            where, what_is(n));
        right = false;
    }
    f->broken = !right || !named;
}
