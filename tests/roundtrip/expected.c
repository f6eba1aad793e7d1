/* expected.c: what a schema should have made, straight from the model: another reading
 * of it than ddl_*.c has, so that the two can be compared by way of a server. */
#include "lines.h"
#include "sqlname.h"
#include "types.h"

#include <stdlib.h>
#include <string.h>

/* -- Pieces ------------------------------------------------------------------------ */

static void put_doc(struct buffer *out, const char *doc)
{
    if (!doc)
        return;
    buffer_putc(out, '|');
    for (; *doc; doc++)
        if (*doc == '\n')
            buffer_puts(out, "\\n");
        else
            buffer_putc(out, *doc);
}

static void put_own(struct buffer *out, char *name)
{
    buffer_printf(out, "|%s", name);
    free(name);
}

static void put_head(struct buffer *out, const char *kind, const struct model *m)
{
    buffer_printf(out, "%s|%s|%s", kind, m->schema, m->table);
}

static void put_plain(struct buffer *out, const char *sql)
{
    put_plain_sql(out, sql, strlen(sql));
}

static void put_where(struct buffer *out, const char *where)
{
    buffer_puts(out, "|where=");
    if (where)
        put_plain(out, where);
}

static void put_names(
    struct buffer *out, const struct field *const *fields, size_t count)
{
    for (size_t i = 0; i < count; i++)
        buffer_printf(out, "%s\"%s\"", i > 0 ? "," : "|", fields[i]->column);
}

static const char *const deferred[] = {
    [DEFERRABLE_NO] = "|at once\n",
    [DEFERRABLE_YES] = "|deferrable\n",
    [DEFERRABLE_INITIALLY] = "|deferred\n",
};

static const char *nulls(bool alike)
{
    return alike ? "|nulls alike" : "|nulls differ";
}

static void put_type_name(struct buffer *out, const struct field *f)
{
    const bool is_array = f->type == TYPE_ARRAY;
    const enum type type = is_array ? f->element : f->type;
    const struct type_info *t = type_info(type);

    if (f->user)
        buffer_printf(out, "|%s.%s", f->user->schema, f->user->sql);
    else if (type == TYPE_ENUM)
        buffer_printf(out, "|enum %s.%s", f->enumeration->schema, f->enumeration->name);
    else
        buffer_printf(out, "|%s", t->catalogue ? t->catalogue : t->sql);
    if (f->length && !f->user && t->detail == DETAIL_PRECISION)
        buffer_printf(out, "(%u,%u)", f->length, f->scale);
    else if (f->length && !f->user)
        buffer_printf(out, "(%u)", f->length);
    buffer_puts(out, is_array ? "[]" : "");
}

static void put_collation(struct buffer *out, const struct field *f)
{
    buffer_puts(out, f->traits.collation ? f->traits.collation : "");
}

/* -- Lines ------------------------------------------------------------------------- */

static void expect_column(const struct field *f, size_t number, struct buffer *out)
{
    const char *doc = f->doc ? f->doc : f->ref ? f->ref->doc : NULL;

    put_head(out, "column", f->model);
    buffer_printf(out, "|%zu|%s", number, f->column);
    put_type_name(out, f);
    buffer_printf(out,
        "|%s|identity=%s|collation=", f->optional ? "optional" : "required",
        f->traits.identity_always ? "a"
        : f->identity             ? "d"
                                  : "");
    put_collation(out, f);
    put_doc(out, doc);
    buffer_putc(out, '\n');
    if (f->default_kind == DEFAULT_LITERAL || f->default_kind == DEFAULT_SQL) {
        put_head(out, "default", f->model);
        buffer_printf(out, "|%s\n", f->column);
    }
    if (f->traits.generated) {
        put_head(out, "generated", f->model);
        buffer_printf(out, "|%s|", f->column);
        put_plain(out, f->traits.generated);
        buffer_putc(out, '\n');
    }
    if (f->traits.check) {
        put_head(out, "check", f->model);
        put_own(out, sql_check(f->model->table, f->column));
        buffer_putc(out, '|');
        put_plain(out, f->traits.check);
        buffer_putc(out, '\n');
    }
    if (f->identity) {
        buffer_printf(out, "sequence|%s", f->model->schema);
        put_own(out, sql_sequence(f->model->table, f->column));
        buffer_printf(
            out, "|%s|%s|%s\n", f->model->table, f->column, type_info(f->type)->sql);
    }
    if (f->unique) {
        put_head(out, "unique", f->model);
        put_own(out, sql_unique(f->model->table, f->column));
        buffer_printf(out, "|\"%s\"|nulls differ|at once\n", f->column);
    }
}

/* Of what becomes null, only what is not all is told. */
static void put_cleared(struct buffer *out, const struct ref *r)
{
    size_t cleared = 0;

    for (size_t i = 0; i < r->column_count; i++)
        cleared += r->clears[i];
    if (r->on_delete != ACTION_SET_NULL || cleared == r->column_count)
        return;
    for (size_t i = 0, n = 0; i < r->column_count; i++)
        if (r->clears[i])
            buffer_printf(out, "%s\"%s\"", n++ > 0 ? "," : "|", r->fields[i]->column);
}

static void expect_reference(const struct ref *r, struct buffer *out)
{
    static const char action[] = {
        [ACTION_NO_ACTION] = 'a',
        [ACTION_RESTRICT] = 'r',
        [ACTION_CASCADE] = 'c',
        [ACTION_SET_NULL] = 'n',
        [ACTION_SET_DEFAULT] = 'd',
    };
    put_head(out, "reference", r->model);
    put_own(out, sql_fkey(r));
    put_names(out, r->fields, r->column_count);
    buffer_printf(out, "|%s|%s", r->target->schema, r->target->table);
    put_names(out, r->target_fields, r->column_count);
    buffer_printf(out, "|delete=%c", action[r->on_delete]);
    put_cleared(out, r);
    buffer_printf(
        out, "|update=%c|match=s%s", action[r->on_update], deferred[r->deferrable]);
}

static void expect_ref(const struct ref *r, struct buffer *out)
{
    if (r->constrained)
        expect_reference(r, out);
    if (sql_needs_unique(r)) {
        put_head(out, "unique", r->model);
        put_own(out, sql_ref_unique(r));
        put_names(out, r->fields, r->column_count);
        buffer_puts(out, "|nulls differ|at once\n");
    }
    if (sql_needs_index(r)) {
        put_head(out, "index", r->model);
        put_own(out, sql_ref_index(r));
        buffer_puts(out, "|btree|any|nulls differ");
        put_names(out, r->fields, r->column_count);
        buffer_puts(out, "|where=\n");
    }
}

static void put_part(struct buffer *out, const struct index_part *p)
{
    if (p->field)
        buffer_printf(out, "\"%s\"", p->field->column);
    else
        put_plain(out, p->sql);
    /* The server leaves out the column's own. */
    const char *own = p->field ? p->field->traits.collation : NULL;
    if (p->collation && !(own && strcmp(own, p->collation) == 0))
        buffer_printf(out, " collate %s", p->collation);
    if (p->ops)
        buffer_printf(out, " %s", p->ops);
    if (p->operator)
        buffer_printf(out, " %s", p->operator);
    if (p->descending)
        buffer_puts(out, " desc");
    if (p->nulls == NULLS_FIRST || (p->descending && p->nulls == NULLS_UNSAID))
        buffer_puts(out, " nulls first");
}

static void put_parts(struct buffer *out, const struct index_part *parts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        buffer_putc(out, i > 0 ? ',' : '|');
        put_part(out, &parts[i]);
    }
}

static void put_include(
    struct buffer *out, const struct field *const *fields, size_t count)
{
    for (size_t i = 0; i < count; i++)
        buffer_printf(out, "%s\"%s\"", i > 0 ? "," : "|include ", fields[i]->column);
}

static void expect_index(
    const struct model *m, const struct index *x, struct buffer *out)
{
    put_head(out, "index", m);
    put_own(out, sql_index(m, x));
    buffer_printf(out, "|%s|%s%s", x->method, x->unique ? "unique" : "any",
        nulls(x->nulls_not_distinct));
    put_parts(out, x->parts, x->part_count);
    put_include(out, x->include, x->include_count);
    put_where(out, x->where);
    buffer_putc(out, '\n');
}

static void expect_constraints(const struct model *m, struct buffer *out)
{
    for (size_t i = 0; i < m->unique_count; i++) {
        const struct unique *u = &m->uniques[i];
        put_head(out, "unique", m);
        put_own(out, sql_unique_over(m, u));
        put_names(out, u->fields, u->field_count);
        put_include(out, u->include, u->include_count);
        buffer_printf(
            out, "%s%s", nulls(u->nulls_not_distinct), deferred[u->deferrable]);
    }
    for (size_t i = 0; i < m->check_count; i++) {
        put_head(out, "check", m);
        buffer_printf(out, "|%s|", m->checks[i].name);
        put_plain(out, m->checks[i].sql);
        buffer_putc(out, '\n');
    }
    for (size_t i = 0; i < m->exclusion_count; i++) {
        const struct exclusion *e = &m->exclusions[i];
        put_head(out, "exclude", m);
        put_own(out, sql_exclusion(m, e));
        buffer_printf(out, "|%s", e->method);
        put_parts(out, e->parts, e->part_count);
        put_where(out, e->where);
        buffer_puts(out, deferred[e->deferrable]);
    }
}

/* Its columns are found by name, and none of them is required. */
static void expect_view(const struct model *m, struct buffer *out)
{
    put_head(out, "view", m);
    buffer_puts(out, m->materialized ? "|materialized" : "|plain");
    put_doc(out, m->doc);
    buffer_putc(out, '\n');
    for (size_t i = 0; i < m->field_count; i++) {
        const struct field *f = &m->fields[i];
        put_head(out, "shown", m);
        buffer_printf(out, "|%s", f->column);
        put_type_name(out, f);
        put_doc(out, f->doc ? f->doc : f->ref ? f->ref->doc : NULL);
        buffer_putc(out, '\n');
    }
    for (size_t i = 0; i < m->index_count; i++)
        expect_index(m, &m->indexes[i], out);
}

static void expect_model(const struct model *m, struct buffer *out)
{
    if (m->view_sql) {
        expect_view(m, out);
        return;
    }

    put_head(out, "table", m);
    put_doc(out, m->doc);
    buffer_putc(out, '\n');
    for (size_t i = 0; i < m->field_count; i++)
        expect_column(&m->fields[i], i + 1, out);
    put_head(out, "key", m);
    put_own(out, sql_pkey(m->table));
    for (size_t i = 0; i < m->key_count; i++)
        buffer_printf(out, "%s\"%s\"", i > 0 ? "," : "|", m->key[i].column);
    buffer_puts(out, "|at once\n");
    for (size_t i = 0; i < m->ref_count; i++)
        expect_ref(&m->refs[i], out);
    expect_constraints(m, out);
    for (size_t i = 0; i < m->index_count; i++)
        expect_index(m, &m->indexes[i], out);
}

static void put_end_names(struct buffer *out, const struct join_end *end)
{
    for (size_t i = 0; i < end->column_count; i++)
        buffer_printf(out, "%s\"%s\"", i > 0 ? "," : "", end->columns[i]);
}

static void expect_end(const struct many *j, const struct join_end *end,
    const struct model *side, size_t before, struct buffer *out)
{
    const char *schema = j->model->schema, *table = j->join_table;

    for (size_t i = 0; i < end->column_count; i++) {
        buffer_printf(
            out, "column|%s|%s|%zu|%s", schema, table, before + i + 1, end->columns[i]);
        put_type_name(out, end->fields[i]);
        buffer_puts(out, "|required|identity=|collation=");
        put_collation(out, end->fields[i]);
        buffer_putc(out, '\n');
    }
    buffer_printf(out, "reference|%s|%s", schema, table);
    put_own(out, sql_join_fkey(j, end));
    buffer_putc(out, '|');
    put_end_names(out, end);
    buffer_printf(out, "|%s|%s", side->schema, side->table);
    put_names(out, end->fields, end->column_count);
    buffer_puts(out, "|delete=c|update=a|match=s|at once\n");
}

static void expect_join(const struct many *j, struct buffer *out)
{
    const char *schema = j->model->schema, *table = j->join_table;

    buffer_printf(out, "table|%s|%s\n", schema, table);
    expect_end(j, &j->owner_end, j->model, 0, out);
    expect_end(j, &j->target_end, j->target, j->owner_end.column_count, out);
    buffer_printf(out, "key|%s|%s", schema, table);
    put_own(out, sql_pkey(table));
    buffer_putc(out, '|');
    put_end_names(out, &j->owner_end);
    buffer_putc(out, ',');
    put_end_names(out, &j->target_end);
    buffer_puts(out, "|at once\n");
    buffer_printf(out, "index|%s|%s", schema, table);
    put_own(out, sql_join_index(j, &j->target_end));
    buffer_puts(out, "|btree|any|nulls differ|");
    put_end_names(out, &j->target_end);
    buffer_puts(out, "|where=\n");
}

void expect_lines(const struct schema *s, struct buffer *out)
{
    for (size_t i = 0; i < s->extension_count; i++)
        buffer_printf(out, "extension|%s\n", s->extensions[i]);
    for (size_t i = 0; i < s->model_count; i++) {
        const struct model *m = &s->models[i];
        expect_model(m, out);
        for (size_t j = 0; j < m->many_count; j++)
            if (m->manys[j].kind == MANY_JOIN && m->manys[j].declared)
                expect_join(&m->manys[j], out);
    }
    for (size_t i = 0; i < s->enumeration_count; i++) {
        const struct enumeration *e = s->enumerations[i];
        buffer_printf(out, "enum|%s|%s", e->schema, e->name);
        for (size_t k = 0; k < e->label_count; k++)
            buffer_printf(out, "%c%s", k > 0 ? ',' : '|', e->labels[k]);
        buffer_putc(out, '\n');
    }
}
