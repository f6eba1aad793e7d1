/* view.c: models that are views: what is only read has no constraints, no defaults and
 * nothing that the server or the runtime would do when it is written. */
#include "view.h"

#include "sql.h"

#include <string.h>

struct view_keys {
    const struct node *sql;
    const struct node *materialized;
};

const struct key view_keys[] = {
    {"sql", SHAPE_TEXT, offsetof(struct view_keys, sql), 0, NULL},
    {"materialized", SHAPE_BOOL, offsetof(struct view_keys, materialized), 0, NULL},
    {0},
};

static void refuse(
    struct draft *d, const char *where, const struct node *n, const char *why)
{
    if (n)
        diag_error(
            d->diag, ERR_VIEW, n->key->place, "%s%s: %s", where, n->key->text, why);
}

/* What a field of a table may say and one of a view may not. */
static const char *const of_tables[] = {"unique", "default", "generated", "identity",
    "check", "version", "created", "updated", "server_filled", "on_delete", "on_update",
    "deferrable", "was"};

static void check_field(
    struct draft *d, const struct draft_model *m, const struct node *field)
{
    const char *where = arena_printf(
        d->arena, "%s.%s: ", shown(d, m->name), shown(d, field->key->text));
    if (field->kind != NODE_MAP)
        return;
    for (const struct node *n = field->first; n; n = n->next)
        for (size_t i = 0; i < sizeof of_tables / sizeof *of_tables; i++)
            if (strcmp(of_tables[i], n->key->text) == 0)
                refuse(d, where, n, "a view is only read; delete it");
}

void parse_view(struct draft *d, const char *where, const struct node *n,
    struct model_parts *parts, struct draft_model *m)
{
    struct view_keys keys = {0};
    const char *inside = arena_printf(d->arena, "%sview: ", where);
    m->is_view = true;
    if (take_keys(d, inside, n, view_keys, &keys) && !keys.sql)
        diag_error(d->diag, ERR_MISSING, n->place, "%sof what? Add sql: with a SELECT",
            inside);
    if (keys.sql && check_sql(d, inside, keys.sql, SQL_QUERY, NULL))
        m->view_sql = keys.sql->text;
    m->materialized = is_true(keys.materialized);
    if (!m->key)
        diag_error(d->diag, ERR_VIEW, n->key->place,
            "%sa view needs key:, the field that tells its rows apart", where);
    refuse(d, where, parts->unique, "a view has no constraints; delete it");
    refuse(d, where, parts->checks, "a view has no constraints; delete it");
    refuse(d, where, parts->exclude, "a view has no constraints; delete it");
    parts->unique = parts->checks = parts->exclude = NULL;
    if (!m->materialized) {
        refuse(d, where, parts->indexes,
            "a view has no indexes; delete them, or make it materialized: true");
        parts->indexes = NULL;
    }
    for (const struct node *f = parts->fields ? parts->fields->first : NULL; f;
         f = f->next)
        check_field(d, m, f);
}

void check_joins_of_views(struct draft *d)
{
    for (struct draft_model *m = d->models; m < d->models + d->model_count; m++)
        for (struct draft_field *f = m->fields; f < m->fields + m->field_count; f++) {
            const bool joins = f->kind == FIELD_MANY && f->target && !f->keys.through;
            if (joins && (m->is_view || f->target->is_view))
                diag_error(d->diag, ERR_VIEW, f->place,
                    "%s.%s: a join table would refer to the view \"%s\", which no "
                    "foreign key can; name a model with the two refs with through:",
                    shown(d, m->name), shown(d, f->name),
                    m->is_view ? m->name : f->target->name);
        }
}
