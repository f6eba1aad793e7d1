/* parse_column.c: what only a plain column can be: generated, numbered, counted, dated,
 * lazy, filled by the server; and what is SQL about it.
 *
 * What may not stand together is in the tables. */
#include "keys.h"

#include "names.h"
#include "sql.h"
#include "types.h"

#include <string.h>

#define AT(member) offsetof(struct field_keys, member)

static const struct node *key_at(const struct draft_field *f, size_t offset)
{
    return *(const struct node *const *)(const void *)((const char *)&f->keys + offset);
}

/* Whether the key says something: `lazy: false` does not. */
static const struct node *said(const struct draft_field *f, size_t offset)
{
    const struct node *n = key_at(f, offset);
    return n && (offset == AT(fallback) || !is_word(n, "false")) ? n : NULL;
}

/* ---- what excludes what ---- */

/* Where a value comes from: from one of these at most. */
static const size_t sources[] = {
    AT(fallback), AT(generated), AT(identity), AT(version), AT(created), AT(updated)};

#define ALWAYS_THERE "it always has a value: delete optional:"
#define READ_ANYWAY  "what it becomes is known without: delete server_filled:"
#define SMALL        "it is always needed: delete lazy:"

static const struct {
    size_t one, other;
    const char *why;
} exclusive[] = {
    {AT(optional), AT(identity), ALWAYS_THERE},
    {AT(optional), AT(version), ALWAYS_THERE},
    {AT(optional), AT(created), ALWAYS_THERE},
    {AT(optional), AT(updated), ALWAYS_THERE},
    {AT(server_filled), AT(generated), READ_ANYWAY},
    {AT(server_filled), AT(identity), READ_ANYWAY},
    {AT(server_filled), AT(version), READ_ANYWAY},
    {AT(server_filled), AT(created), READ_ANYWAY},
    {AT(server_filled), AT(updated), READ_ANYWAY},
    {AT(lazy), AT(identity), SMALL},
    {AT(lazy), AT(version), SMALL},
    {AT(lazy), AT(created), SMALL},
    {AT(lazy), AT(updated), SMALL},
    {AT(unique), AT(version), "each row counts for itself: delete unique:"},
};

/* At the later of the two, with a note at the other. */
static bool check_pair(struct draft *d, const char *where, const struct draft_field *f,
    size_t one, size_t other, const char *why)
{
    const struct node *a = said(f, one), *b = said(f, other);
    if (!a || !b)
        return true;
    const struct place p = a->key->place, q = b->key->place;
    const bool swap = p.line != q.line ? p.line > q.line : p.column > q.column;
    const struct node *first = swap ? b : a, *second = swap ? a : b;
    diag_error(d->diag, ERR_EXCLUSIVE, second->key->place, "%shas both %s: and %s:; %s",
        where, first->key->text, second->key->text, why);
    diag_note(d->diag, first->key->place, "%s: is here", first->key->text);
    return false;
}

static bool check_exclusive(
    struct draft *d, const char *where, const struct draft_field *f)
{
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
        for (size_t j = 0; j < i; j++)
            if (!check_pair(d, where, f, sources[j], sources[i],
                    "keep the one that its value comes from"))
                return false;
    for (size_t i = 0; i < sizeof exclusive / sizeof *exclusive; i++)
        if (!check_pair(
                d, where, f, exclusive[i].one, exclusive[i].other, exclusive[i].why))
            return false;
    return true;
}

/* ---- what belongs to which type ---- */

static bool is_integer(enum type t)
{
    return t == TYPE_INT2 || t == TYPE_INT4 || t == TYPE_INT8;
}

static bool is_counter(enum type t)
{
    return t == TYPE_INT4 || t == TYPE_INT8;
}

static bool is_moment(enum type t)
{
    return t == TYPE_TIMESTAMPTZ;
}

static const struct {
    size_t key;
    bool (*suits)(enum type t);
    const char *wants;
} typed[] = {
    {AT(identity), is_integer, "an identity is int2, int4 or int8"},
    {AT(version), is_counter, "a version is int4 or int8"},
    {AT(created), is_moment, "a moment is timestamptz"},
    {AT(updated), is_moment, "a moment is timestamptz"},
    {AT(collation), type_has_collation, "only texts have a collation"},
};

static bool check_types(struct draft *d, const char *where, const struct draft_field *f)
{
    if (!f->keys.type && !f->keys.enumeration)
        return true;
    for (size_t i = 0; i < sizeof typed / sizeof *typed; i++) {
        const struct node *n = said(f, typed[i].key);
        if (!n || typed[i].suits(f->type))
            continue;
        diag_error(d->diag, ERR_COLUMN, n->key->place, "%s%s: the type is %s, and %s",
            where, n->key->text, type_info(f->type)->yaml, typed[i].wants);
        return false;
    }
    return true;
}

/* ---- values ---- */

static bool parse_identity(struct draft *d, const char *where, struct draft_field *f)
{
    const struct node *n = f->keys.identity;
    if (!n || is_word(n, "false"))
        return true;
    f->traits.identity_always = is_word(n, "always");
    f->identity = f->traits.identity_always || is_word(n, "true");
    if (!f->identity)
        diag_error(d->diag, ERR_SHAPE, n->place,
            "%sidentity is true, for numbers that the program may choose as well, or "
            "always, for the server's alone; not \"%s\"",
            where, shown(d, n->text));
    return f->identity;
}

static bool parse_server_filled(
    struct draft *d, const char *where, struct draft_field *f)
{
    const struct node *list = f->keys.server_filled;
    if (!list)
        return true;
    for (const struct node *n = list->first; n; n = n->next) {
        bool *when = is_word(n, "insert")   ? &f->traits.filled_on_insert
                     : is_word(n, "update") ? &f->traits.filled_on_update
                                            : NULL;
        if (when && !*when) {
            *when = true;
            continue;
        }
        diag_error(d->diag, ERR_SHAPE, n->place,
            "%sserver_filled names when a trigger sets the column: [insert], [update] "
            "or [insert, update]",
            where);
        return false;
    }
    if (!list->count)
        diag_error(d->diag, ERR_SHAPE, list->place,
            "%sserver_filled is empty; write when a trigger sets the column: [insert], "
            "[update] or both",
            where);
    return list->count != 0;
}

/* So that rows of others count and are dated as well. */
static void give_default(struct draft_field *f, const struct node *n,
    enum default_kind kind, const char *sql)
{
    f->default_kind = kind;
    f->default_text = sql;
    f->default_place = n->place;
}

static bool parse_collation(struct draft *d, const char *where, struct draft_field *f)
{
    const struct node *n = f->keys.collation;
    if (!n)
        return true;
    f->traits.collation = n->text;
    sql_name(d, where, n);
    return true;
}

static bool parse_was(struct draft *d, const char *where, struct draft_field *f)
{
    if (f->keys.was)
        f->traits.was = sql_name(d, where, f->keys.was);
    return true;
}

bool parse_column(struct draft *d, const char *where, struct draft_field *f)
{
    const struct field_keys *k = &f->keys;
    struct traits *t = &f->traits;
    if (f->kind != FIELD_COLUMN)
        return parse_was(d, where, f);
    t->generated = k->generated ? k->generated->text : NULL;
    t->check = k->check ? k->check->text : NULL;
    t->version = is_true(k->version);
    t->created = is_true(k->created);
    t->updated = is_true(k->updated);
    t->lazy = is_true(k->lazy);
    const bool right = check_exclusive(d, where, f) && check_types(d, where, f);
    if (right && t->version)
        give_default(f, k->version, DEFAULT_LITERAL, "1");
    if (right && t->created)
        give_default(f, k->created, DEFAULT_SQL, "now()");
    if (right && t->updated)
        give_default(f, k->updated, DEFAULT_SQL, "now()");
    return parse_identity(d, where, f) && parse_server_filled(d, where, f) &&
           parse_collation(d, where, f) && parse_was(d, where, f) && right;
}

/* ---- what needs the other columns ---- */

static void check_expressions(struct draft *d, const struct draft_field *f)
{
    const char *where =
        arena_printf(d->arena, "%s.%s: ", shown(d, f->owner->name), shown(d, f->name));
    if (f->keys.generated)
        check_sql(d, arena_printf(d->arena, "%sgenerated: ", where), f->keys.generated,
            SQL_FIXED, f->owner->model);
    if (f->keys.check)
        check_sql(d, arena_printf(d->arena, "%scheck: ", where), f->keys.check,
            SQL_CHECK, f->owner->model);
}

static void check_versions(struct draft *d, const struct draft_model *m)
{
    const struct draft_field *first = NULL;
    for (const struct draft_field *f = m->fields; f < m->fields + m->field_count; f++) {
        if (!f->traits.version)
            continue;
        if (first) {
            diag_error(d->diag, ERR_COLUMN, f->keys.version->key->place,
                "%s.%s: a second version; one counts the updates of a row",
                shown(d, m->name), shown(d, f->name));
            diag_note(d->diag, first->keys.version->key->place, "the first is here");
        }
        first = f;
    }
}

/* ---- old names ---- */

static void report_old_name(struct draft *d, const char *where, const struct node *was,
    struct place other, const char *why)
{
    diag_error(d->diag, ERR_COLUMN, was->place, "%swas: \"%s\" %s", where,
        shown(d, was->text), why);
    if (other.line)
        diag_note(d->diag, other, "that is here");
}

static void check_old_columns(struct draft *d, const struct draft_model *m)
{
    struct strmap olds = {.arena = d->arena};
    for (struct draft_field *f = m->fields; f < m->fields + m->field_count; f++) {
        const struct node *was = f->keys.was;
        if (!was || !f->column_count)
            continue;
        const char *where =
            arena_printf(d->arena, "%s.%s: ", shown(d, m->name), shown(d, f->name));
        const struct draft_field *twin = strmap_add(&olds, was->text, f);
        if (f->column_count > 1)
            report_old_name(d, where, was, (struct place){0},
                "is one name, and this reference has several columns; rename them one "
                "by one as fields of their own");
        else if (strcmp(f->columns[0]->field.column, was->text) == 0)
            report_old_name(d, where, was, (struct place){0},
                "is the name that it has now; delete was:");
        else if (twin)
            report_old_name(d, where, was, twin->keys.was->place,
                "is the old name of another column too; one column cannot become two");
        for (size_t i = 0; i < m->model->field_count; i++) {
            const struct field *c = &m->model->fields[i];
            if (c != f->columns[0]->placed && strcmp(c->column, was->text) == 0)
                report_old_name(d, where, was, c->place,
                    "is a column now, so it cannot have become this one");
        }
    }
}

static const char *table_in(
    struct draft *d, const struct draft_model *m, const char *name)
{
    return arena_printf(d->arena, "%s %s", m->model->schema, name);
}

static void check_old_tables(struct draft *d)
{
    struct strmap olds = {.arena = d->arena}, tables = {.arena = d->arena};
    for (struct draft_model *m = d->models; m < d->models + d->model_count; m++)
        strmap_add(&tables, table_in(d, m, m->table), m);
    for (struct draft_model *m = d->models; m < d->models + d->model_count; m++) {
        if (!m->was)
            continue;
        const char *where = arena_printf(d->arena, "%s: ", shown(d, m->name));
        const struct draft_model *twin =
            strmap_add(&olds, table_in(d, m, m->was->text), m);
        const struct draft_model *now =
            strmap_get(&tables, table_in(d, m, m->was->text));
        if (now == m)
            report_old_name(d, where, m->was, (struct place){0},
                "is the name that its table has now; delete was:");
        else if (now)
            report_old_name(d, where, m->was, now->table_place,
                "is a table now, so it cannot have become this one");
        else if (twin)
            report_old_name(d, where, m->was, twin->was->place,
                "is the old name of another table too; one table cannot become two");
    }
}

void check_columns_of_models(struct draft *d)
{
    for (struct draft_model *m = d->models; m < d->models + d->model_count; m++) {
        for (struct draft_field *f = m->fields; f < m->fields + m->field_count; f++)
            check_expressions(d, f);
        check_versions(d, m);
        check_old_columns(d, m);
    }
    check_old_tables(d);
}
