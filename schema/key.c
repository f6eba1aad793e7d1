/* key.c: the words of `key:` and `to:`: which fields identify a row, and which column a
 * reference names instead. */
#include "resolve.h"

#include "types.h"

#include <string.h>

/* ---- the words of key: ---- */

static const char *types_of_keys(struct draft *d)
{
    const char *list = NULL, *last = NULL;
    for (enum type t = 0; t < TYPE_COUNT; t++) {
        if (!type_info(t)->can_be_key)
            continue;
        list = !last   ? NULL
               : !list ? last
                       : arena_printf(d->arena, "%s, %s", list, last);
        last = type_info(t)->yaml;
    }
    return arena_printf(d->arena, "%s or %s", list, last);
}

/* "is json, for which PostgreSQL has no =; `what` is bool, int2 or ..." */
static const char *type_problem(struct draft *d, enum type t, const char *what)
{
    const struct type_info *type = type_info(t);
    return arena_printf(d->arena, "is %s%s%s; %s is %s", type->yaml,
        type->why_no_key ? ", " : "", type->why_no_key ? type->why_no_key : "", what,
        types_of_keys(d));
}

/* An extension's type may spell equal values differently, as citext does. */
static bool is_of_extension(const struct draft_field *f)
{
    return f->user && !f->user->is_domain;
}

const char *trait_problem(const struct traits *t)
{
    return t->lazy
               ? "is lazy, and what identifies a row is always loaded: delete lazy: "
                 "there"
           : t->generated ? "is generated, so it is not known before its row is written"
           : t->version   ? "is a version, and changes with every update"
           : t->created || t->updated ? "is set by the runtime when its row is written"
           : t->filled_on_insert || t->filled_on_update
               ? "is filled by the server, so it is not known before its row is written"
               : NULL;
}

static const char *part_problem(
    struct draft *d, const struct draft_model *m, const struct draft_field *f)
{
    if (f->kind == FIELD_MANY)
        return "is a list and has no column";
    if (f->kind == FIELD_COLUMN && !type_info(f->type)->can_be_key)
        return type_problem(d, f->type, "a key");
    if (f->kind == FIELD_COLUMN && is_of_extension(f))
        return "has a type of an extension, where equal values may be spelt "
               "differently; "
               "a key has one spelling";
    if (f->optional)
        return "is optional; a key always has a value: delete optional: there";
    if (f->kind == FIELD_COLUMN && f->unique && m->key->kind == NODE_TEXT)
        return "is unique as a key anyway; delete unique: there";
    const char *trait = trait_problem(&f->traits);
    if (trait)
        return trait;
    if (f->default_kind == DEFAULT_LITERAL)
        return "has a default, which would give every row the same key; delete "
               "default: there, or write { sql: ... }";
    return NULL;
}

/* NULL: it cannot be one, which is reported. */
static struct draft_field *find_part(
    struct draft *d, const struct draft_model *m, const struct node *n)
{
    const char *name = shown(d, m->name);
    if (n->kind != NODE_TEXT) {
        diag_error(d->diag, ERR_SHAPE, n->place,
            "%s: key must be the name of a field, or a list of them", name);
        return NULL;
    }
    struct draft_field *f = find_field(
        d, arena_printf(d->arena, "%s: key: ", name), m, n, FIELD_COLUMN | FIELD_REF);
    if (!f || f->broken || (f->kind == FIELD_REF && !f->target))
        return NULL;
    const char *problem = part_problem(d, m, f);
    if (!problem)
        return f;
    diag_error(d->diag, ERR_KEY, n->place, "%s: key: \"%s\" %s", name,
        shown(d, f->name), problem);
    diag_note(d->diag, f->place, "\"%s\" is declared here", shown(d, f->name));
    return NULL;
}

/* Keys are taken before rows are sent: of one column at most. */
static bool is_made(const struct draft_field *f)
{
    return f->default_kind == DEFAULT_SQL;
}

static bool add_part(struct draft *d, struct draft_model *m, const struct node *n)
{
    struct draft_field *f = find_part(d, m, n);
    if (!f)
        return false;
    for (size_t i = 0; i < m->key_part_count; i++)
        if (m->key_parts[i] == f) {
            diag_error(d->diag, ERR_KEY, n->place,
                "%s: key: \"%s\" is named twice; delete one", shown(d, m->name),
                shown(d, f->name));
            return false;
        }
    for (size_t i = 0; i < m->key_part_count; i++)
        if (is_made(m->key_parts[i]) && is_made(f)) {
            diag_error(d->diag, ERR_KEY, n->place,
                "%s: key: the server makes \"%s\" already, and can make one part of a "
                "key; delete default: of one",
                shown(d, m->name), shown(d, m->key_parts[i]->name));
            diag_note(d->diag, f->place, "\"%s\" is declared here", shown(d, f->name));
            return false;
        }
    m->key_parts[m->key_part_count++] = f;
    return true;
}

static bool read_key(struct draft *d, struct draft_model *m)
{
    const struct node *key = m->key;
    const bool is_list = key->kind == NODE_LIST;
    if (is_list && !key->count) {
        diag_error(d->diag, ERR_KEY, key->place,
            "%s: a key has one field at least; leave out key: for one that the server "
            "makes",
            shown(d, m->name));
        return false;
    }
    m->key_parts =
        arena_array(d->arena, is_list ? key->count : 1, sizeof *m->key_parts);
    if (!is_list)
        return add_part(d, m, key);
    bool right = true;
    for (const struct node *n = key->first; n; n = n->next)
        right = add_part(d, m, n) && right;
    return right;
}

/* ---- to: ---- */

static struct draft_field *find_to(struct draft *d, const struct draft_field *f)
{
    const struct node *n = f->keys.to;
    const struct draft_model *m = f->target;
    const char *where = arena_printf(d->arena, "%s: to: ", place_name(d, f));
    if (!m->key && !strmap_get(&m->by_name, n->text) && strcmp(n->text, "id") == 0) {
        diag_error(d->diag, ERR_REF, n->place,
            "%s\"id\" is the key, which a reference refers to anyway; delete to:",
            where);
        return NULL;
    }
    struct draft_field *to = find_field(d, where, m, n, FIELD_COLUMN);
    if (!to || to->broken)
        return NULL;
    const char *problem = NULL;
    if (to->kind != FIELD_COLUMN)
        problem = "is a relation; to: names a column";
    else if (m->key_part_count == 1 && m->key_parts[0] == to)
        problem = "is the key, which a reference refers to anyway; delete to:";
    else if (!to->unique)
        problem = "is not unique, so a reference could mean several rows; add unique: "
                  "true there";
    else if (!type_info(to->type)->can_be_key)
        problem = type_problem(d, to->type, "what is referred to");
    else if (is_of_extension(to))
        problem = "has a type of an extension, where equal values may be spelt "
                  "differently";
    else
        problem = trait_problem(&to->traits);
    if (!problem)
        return to;
    diag_error(
        d->diag, ERR_REF, n->place, "%s\"%s\" %s", where, shown(d, to->name), problem);
    diag_note(d->diag, to->place, "\"%s\" is declared here", shown(d, to->name));
    return NULL;
}

/* ---- all models ---- */

void resolve_keys(struct draft *d)
{
    for (struct draft_model *m = d->models; m < d->models + d->model_count; m++)
        if (m->key && !read_key(d, m))
            m->key_broken = true;
    for (struct draft_model *m = d->models; m < d->models + d->model_count; m++)
        for (struct draft_field *f = m->fields; f < m->fields + m->field_count; f++)
            if (f->keys.to && f->target && f->kind == FIELD_REF)
                f->to = find_to(d, f);
}
