/* sql.c: SQL of the schema's against the grammar and the columns of its model. */
#include "sql.h"

#include "suggest.h"

#include <string.h>
#include <strings.h>

static const char *const wanted[] = {
    [SQL_DEFAULT] = "one SQL expression",
    [SQL_CHECK] = "one SQL expression",
    [SQL_FIXED] = "one SQL expression",
    [SQL_DOMAIN] = "one SQL expression",
    [SQL_QUERY] = "one SELECT",
};

static bool is_column(const struct model *m, const char *name)
{
    for (size_t i = 0; i < m->field_count; i++)
        if (strcmp(m->fields[i].column, name) == 0)
            return true;
    return strcmp(name, m->table) == 0 || strcmp(name, "tableoid") == 0;
}

static void report_column(struct draft *d, const char *where, struct place at,
    const struct model *m, const char *name)
{
    struct suggestion s = {.wanted = name};
    for (size_t i = 0; i < m->field_count; i++) {
        const struct field *f = &m->fields[i];
        if (strcasecmp(f->column, name) == 0) {
            diag_error(d->diag, ERR_NO_FIELD, at,
                "%sno column \"%s\"; SQL makes capitals small unless the name is "
                "quoted: write \"%s\" with double quotes",
                where, shown(d, name), f->column);
            return;
        }
        if (strcmp(f->yaml, name) == 0) {
            diag_error(d->diag, ERR_NO_FIELD, at,
                "%sno column \"%s\"; in SQL the field is called \"%s\"", where,
                shown(d, name), f->column);
            return;
        }
        suggest_offer(&s, f->column);
    }
    if (s.best)
        diag_error(d->diag, ERR_NO_FIELD, at,
            "%s%s has no column \"%s\"; did you mean \"%s\"?", where, m->name,
            shown(d, name), s.best);
    else
        diag_error(d->diag, ERR_NO_FIELD, at,
            "%s%s has no column \"%s\"; a text is written in single quotes", where,
            m->name, shown(d, name));
}

bool check_sql(struct draft *d, const char *where, const struct node *n,
    enum sql_kind kind, const struct model *m)
{
    struct sql_columns columns = {0};
    struct sql_problem p = sql_text_problem(n->text, kind);
    if (!p.what)
        p = sql_problem(d->arena, n->text, kind, m ? m->table : NULL, &columns);
    if (p.what) {
        diag_error(d->diag, ERR_SQL, scalar_place(d->diag, n, p.offset), "%snot %s: %s",
            where, wanted[kind], p.what);
        return false;
    }
    bool right = true;
    for (size_t i = 0; m && i < columns.count; i++)
        if (!is_column(m, columns.at[i].name)) {
            report_column(d, where, scalar_place(d->diag, n, columns.at[i].offset), m,
                columns.at[i].name);
            right = false;
        }
    return right;
}
