/* keys.c: a map against the table of its keys, and help with keys that are in none. */
#include "keys.h"

#include "names.h"
#include "suggest.h"

#include <string.h>

const char *what_is(const struct node *n)
{
    return n->kind == NODE_MAP    ? "a map"
           : n->kind == NODE_LIST ? "a list"
           : n->length == 0       ? "empty"
                                  : "a text";
}

bool is_word(const struct node *n, const char *word)
{
    return n->kind == NODE_TEXT && !n->quoted && strcmp(n->text, word) == 0;
}

bool is_nothing(const struct node *n)
{
    return n->kind == NODE_TEXT && !n->quoted && n->length == 0;
}

/* "true" for what people write for it, and likewise "false"; NULL: neither. */
static const char *truth_meant(const char *text)
{
    static const char *const meant[][2] = {{"yes", "true"}, {"on", "true"},
        {"y", "true"}, {"1", "true"}, {"True", "true"}, {"TRUE", "true"},
        {"no", "false"}, {"off", "false"}, {"n", "false"}, {"0", "false"},
        {"False", "false"}, {"FALSE", "false"}, {"true", "true"}, {"false", "false"}};
    for (size_t i = 0; i < sizeof meant / sizeof *meant; i++)
        if (strcmp(meant[i][0], text) == 0)
            return meant[i][1];
    return NULL;
}

struct place value_place(const struct node *n)
{
    return is_nothing(n) && n->key ? n->key->place : n->place;
}

static bool has_shape(const struct node *n, enum shape shape)
{
    switch (shape) {
    case SHAPE_TEXT:
        return n->kind == NODE_TEXT;
    case SHAPE_BOOL:
        return is_word(n, "true") || is_word(n, "false");
    case SHAPE_MAP:
        return n->kind == NODE_MAP;
    case SHAPE_LIST:
        return n->kind == NODE_LIST;
    case SHAPE_ANY:
        break;
    }
    return true;
}

static bool check_shape(
    struct draft *d, const char *where, const struct key *k, const struct node *n)
{
    static const char *const wanted[] = {[SHAPE_TEXT] = "a text",
        [SHAPE_BOOL] = "true or false",
        [SHAPE_MAP] = "a map, name: value",
        [SHAPE_LIST] = "a list, [one, two]"};
    if (!is_nothing(n) && has_shape(n, k->shape))
        return true;

    const bool is_text = n->kind == NODE_TEXT;
    const char *meant = is_text ? truth_meant(n->text) : NULL;
    if (is_nothing(n))
        diag_error(d->diag, ERR_SHAPE, value_place(n),
            "%s%s has no value; give it one or delete it", where, k->name);
    else if (k->shape == SHAPE_BOOL && meant && n->quoted)
        diag_error(d->diag, ERR_SHAPE, n->place,
            "%s%s is true or false, and in quotes this is a text; write %s", where,
            k->name, meant);
    else if (k->shape == SHAPE_BOOL && meant)
        diag_error(d->diag, ERR_SHAPE, n->place,
            "%s%s is true or false, and nothing else; write %s", where, k->name, meant);
    else if (k->shape == SHAPE_BOOL && is_text)
        diag_error(d->diag, ERR_SHAPE, n->place,
            "%s%s must be true or false, not \"%s\"", where, k->name,
            shown(d, n->text));
    else
        diag_error(d->diag, ERR_SHAPE, n->place, "%s%s must be %s, and is %s", where,
            k->name, wanted[k->shape], what_is(n));
    return false;
}

const struct key *find_key(const struct key *keys, const char *name)
{
    for (const struct key *k = keys; k->name; k++)
        if (strcmp(k->name, name) == 0)
            return k;
    return NULL;
}

/* What other tools call a key of ours, or what needs another place or is not there. */
static const struct {
    const char *name;
    const char *hint;
} foreign_keys[] = {
    {"comment", "write doc:"},
    {"description", "write doc:"},
    {"foreign_key", "write ref: and the model's name"},
    {"has_many", "write many: and the model's name"},
    {"index", "write indexes: beside fields:, as [{ on: [name] }]"},
    {"length", "write type: varchar(n)"},
    {"max_length", "write type: varchar(n)"},
    {"not_null", "a field is required unless optional: true"},
    {"null", "write optional: true"},
    {"nullable", "write optional: true"},
    {"order_by", "write order: and fields, as [published desc, title]"},
    {"pk", "write key: and this field's name, beside fields:"},
    {"primary_key", "write key: and this field's name, beside fields:"},
    {"references", "write ref: and the model's name"},
    {"required", "a field is required unless optional: true"},
    {"size", "write type: varchar(n)"},
    {"values", "write enum: and the list of labels"},
};

static const char *foreign_key_hint(const char *name)
{
    for (size_t i = 0; i < sizeof foreign_keys / sizeof *foreign_keys; i++)
        if (strcmp(foreign_keys[i].name, name) == 0)
            return foreign_keys[i].hint;
    return NULL;
}

static const char *list_keys(struct draft *d, const struct key *keys)
{
    const char *list = keys->name;
    for (const struct key *k = keys + 1; k->name; k++)
        list = arena_printf(d->arena, "%s, %s", list, k->name);
    return list;
}

static void report_unknown_key(
    struct draft *d, const char *where, const struct node *key, const struct key *keys)
{
    struct suggestion s = {.wanted = key->text};
    if (diag_wants(d->diag, key->place))
        for (const struct key *k = keys; k->name; k++)
            suggest_offer(&s, k->name);
    const bool of_field = find_key(keys, "many") != NULL;
    const char *hint = of_field ? foreign_key_hint(key->text) : NULL;
    const char *name = shown(d, key->text);
    if (hint)
        diag_error(d->diag, ERR_UNKNOWN_KEY, key->place, "%sunknown key \"%s\"; %s",
            where, name, hint);
    else if (strchr(name, ')') && !strchr(name, '('))
        diag_error(d->diag, ERR_UNKNOWN_KEY, key->place,
            "%sunknown key \"%s\": between braces a comma ends a word; put all of it "
            "in "
            "quotes, as \"numeric(10,2)\"",
            where, name);
    else if (s.best)
        diag_error(d->diag, ERR_UNKNOWN_KEY, key->place,
            "%sunknown key \"%s\"; did you mean \"%s\"?", where, name, s.best);
    else if (!diag_wants(d->diag, key->place))
        diag_error(d->diag, ERR_UNKNOWN_KEY, key->place, "unknown key");
    else
        diag_error(d->diag, ERR_UNKNOWN_KEY, key->place,
            "%sunknown key \"%s\"; known here: %s", where, name, list_keys(d, keys));
}

bool take_keys(struct draft *d, const char *where, const struct node *map,
    const struct key *keys, void *values)
{
    bool right = true;
    for (const struct node *n = map->first; n; n = n->next) {
        const struct key *k = find_key(keys, n->key->text);
        if (k && check_shape(d, where, k, n)) {
            memcpy((char *)values + k->offset, &n, sizeof n);
            continue;
        }
        if (!k)
            report_unknown_key(d, where, n->key, keys);
        right = false;
    }
    return right;
}

/* ---- words ---- */

bool is_true(const struct node *n)
{
    return n && is_word(n, "true");
}

bool check_name(
    struct draft *d, const char *where, const char *what, const struct node *n)
{
    const char *problem = name_problem(n->text);
    if (problem)
        diag_error(d->diag, ERR_NAME, value_place(n), "%s%s \"%s\" %s%s", where, what,
            shown(d, n->text), problem,
            strcmp(what, "model") == 0 ? "; rename it: table: can keep this name in SQL"
            : strcmp(what, "field") == 0
                ? "; rename it: column: can keep this name in SQL"
                : "");
    return !problem;
}

const char *sql_name(struct draft *d, const char *where, const struct node *n)
{
    const char *problem = sql_name_problem(n->text);
    if (problem)
        diag_error(d->diag, ERR_SQL_NAME, n->place, "%s%s \"%s\" %s", where,
            n->key->text, shown(d, n->text), problem);
    return n->text;
}

const char *shown(const struct draft *d, const char *text)
{
    enum {
        MOST = 60
    };
    size_t length = strlen(text);
    if (length <= MOST)
        return text;
    for (length = MOST; ((unsigned char)text[length] & 0xc0) == 0x80; length--)
        ;
    return arena_printf(d->arena, "%.*s...", (int)length, text);
}
