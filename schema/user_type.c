/* user_type.c: `types:` of a file: names for domains, which come out as CREATE DOMAIN,
 * and for types of extensions, which the database has already.
 *
 * The runtime reads and writes both as the type that they are (`is`): a domain has the
 * binary form of what it is made of, and an extension's type must have that of `is`. */
#include "keys.h"

#include "names.h"
#include "sql.h"
#include "types.h"

#include <string.h>

struct type_words {
    const struct node *is;
    const struct node *sql;
    const struct node *domain;
    const struct node *check;
};

const struct key type_keys[] = {
    {"is", SHAPE_TEXT, offsetof(struct type_words, is), 0, NULL},
    {"sql", SHAPE_TEXT, offsetof(struct type_words, sql), 0, NULL},
    {"domain", SHAPE_TEXT, offsetof(struct type_words, domain), 0, NULL},
    {"check", SHAPE_TEXT, offsetof(struct type_words, check), 0, NULL},
    {0},
};

/* One of our types, as a field would have it. */
static bool parse_base(
    struct draft *d, const char *where, const struct node *n, struct draft_field *base)
{
    *base = (struct draft_field){0};
    if (!parse_type(d, where, n, base))
        return false;
    if (base->type != TYPE_ARRAY)
        return true;
    diag_error(d->diag, ERR_NO_TYPE, n->place,
        "%sname the type of one value; a field makes the array: \"name[]\"", where);
    return false;
}

/* "citext" stands in the schema public, "ext.citext" in ext. */
static bool parse_sql_name(
    struct draft *d, const char *where, const struct node *n, struct user_type *t)
{
    const char *dot = strchr(n->text, '.');
    t->schema = dot ? arena_copy(d->arena, n->text, (size_t)(dot - n->text)) : "public";
    t->sql = dot ? dot + 1 : n->text;
    const char *problem = sql_name_problem(t->sql);
    if (!problem)
        problem = sql_name_problem(t->schema);
    if (problem)
        diag_error(d->diag, ERR_SQL_NAME, n->place, "%ssql \"%s\" %s", where,
            shown(d, n->text), problem);
    return !problem;
}

static bool parse_domain(struct draft *d, const char *where,
    const struct type_words *keys, const struct draft_field *is, struct user_type *t)
{
    struct draft_field base;
    if (!parse_base(d, where, keys->domain, &base))
        return false;
    const bool is_text =
        is->type == TYPE_TEXT && (base.type == TYPE_VARCHAR || base.type == TYPE_CHAR);
    if (base.type != is->type && !is_text) {
        diag_error(d->diag, ERR_NO_TYPE, keys->domain->place,
            "%sa domain of %s cannot be read as %s; say the same in is:", where,
            type_info(base.type)->yaml, type_info(is->type)->yaml);
        return false;
    }
    t->is_domain = true;
    t->type = base.type;
    t->length = base.length;
    t->scale = base.scale;
    t->check = keys->check ? keys->check->text : NULL;
    return !keys->check || check_sql(d, arena_printf(d->arena, "%scheck: ", where),
                               keys->check, SQL_DOMAIN, NULL);
}

static bool is_free_name(struct draft *d, const struct node *n)
{
    if (!check_name(d, "", "type", n))
        return false;
    if (type_by_name(n->text) == TYPE_COUNT)
        return true;
    diag_error(d->diag, ERR_CLASH, n->place,
        "%s: there is a type of this name; choose another", n->text);
    return false;
}

static void parse_user_type(
    struct draft *d, struct draft_file *f, const struct node *n, struct user_type *t)
{
    const char *where = arena_printf(d->arena, "%s: ", shown(d, n->key->text));
    struct type_words keys = {0};
    struct draft_field is;
    *t = (struct user_type){.name = n->key->text,
        .place = n->key->place,
        .schema = f->sql_schema,
        .sql = n->key->text};
    t->broken = true;
    if (n->kind != NODE_MAP) {
        diag_error(d->diag, ERR_SHAPE, value_place(n),
            "%smust be a map, as { is: text, sql: citext }, and is %s", where,
            what_is(n));
        return;
    }
    const bool right =
        take_keys(d, where, n, type_keys, &keys) && is_free_name(d, n->key);
    if (!right)
        return;
    if (!keys.is || !keys.sql == !keys.domain) {
        diag_error(d->diag, ERR_MISSING, t->place,
            "%sneeds is:, the type it is read as, and one of sql:, its name in the "
            "database, and domain:, the type that it narrows",
            where);
        return;
    }
    if (keys.check && !keys.domain) {
        diag_error(d->diag, ERR_MISPLACED_KEY, keys.check->key->place,
            "%scheck belongs to a domain; the database has this type already", where);
        return;
    }
    if (!parse_base(d, where, keys.is, &is))
        return;
    t->type = is.type;
    t->length = is.length;
    t->scale = is.scale;
    t->broken = keys.domain ? !parse_domain(d, where, &keys, &is, t)
                            : !parse_sql_name(d, where, keys.sql, t);
}

void parse_user_types(struct draft *d, struct draft_file *f, const struct node *map)
{
    f->types.arena = d->arena;
    f->user_type_count = 0;
    if (!map)
        return;
    f->user_types = arena_array(d->arena, map->count, sizeof *f->user_types);
    for (const struct node *n = map->first; n; n = n->next) {
        struct user_type *t = &f->user_types[f->user_type_count++];
        parse_user_type(d, f, n, t);
        strmap_add(&f->types, t->name, t);
    }
}

void fill_user_types(struct draft *d, struct schema *s)
{
    size_t count = 0;
    for (size_t i = 0; i < d->file_count; i++)
        count += d->files[i]->user_type_count;
    s->user_types = arena_array(d->arena, count, sizeof *s->user_types);
    for (size_t i = 0; i < d->file_count; i++)
        for (size_t k = 0; k < d->files[i]->user_type_count; k++)
            s->user_types[s->user_type_count++] = &d->files[i]->user_types[k];
}
