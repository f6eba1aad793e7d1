/* ddl_table.c: CREATE TABLE, and the comments on a table and its columns. */
#include "ddl_parts.h"
#include "quote.h"
#include "sqlname.h"

#include <stdlib.h>

static void put_column(struct buffer *out, const struct field *f)
{
    quote_sql_name(out, f->column);
    buffer_putc(out, ' ');
    put_type(out, f);
    put_collation(out, f);
    if (f->identity) {
        char *sequence = sql_sequence(f->model->table, f->column);
        buffer_printf(out, " GENERATED %s AS IDENTITY (SEQUENCE NAME ",
            f->traits.identity_always ? "ALWAYS" : "BY DEFAULT");
        put_name(out, f->model->schema, sequence);
        buffer_putc(out, ')');
        free(sequence);
    }
    if (!f->optional && !f->identity)
        buffer_puts(out, " NOT NULL");
    if (f->default_kind == DEFAULT_LITERAL || f->default_kind == DEFAULT_SQL)
        put_default(out, f);
    if (f->traits.generated)
        buffer_printf(out, " GENERATED ALWAYS AS (%s) STORED", f->traits.generated);
}

static void put_unique_columns(const struct model *m, struct buffer *out)
{
    for (size_t i = 0; i < m->field_count; i++) {
        const struct field *f = &m->fields[i];
        if (!f->unique)
            continue;
        buffer_puts(out, ",\n    ");
        put_constraint(out, sql_unique(m->table, f->column));
        buffer_puts(out, " UNIQUE ");
        put_columns(out, &f->column, 1);
    }
    for (size_t i = 0; i < m->ref_count; i++) {
        const struct ref *r = &m->refs[i];
        if (!sql_needs_unique(r))
            continue;
        buffer_puts(out, ",\n    ");
        put_constraint(out, sql_ref_unique(r));
        buffer_puts(out, " UNIQUE ");
        put_fields(out, r->fields, r->column_count);
    }
}

static void put_column_checks(const struct model *m, struct buffer *out)
{
    for (size_t i = 0; i < m->field_count; i++) {
        const struct field *f = &m->fields[i];
        if (!f->traits.check)
            continue;
        buffer_puts(out, ",\n    ");
        put_constraint(out, sql_check(m->table, f->column));
        buffer_printf(out, " CHECK (%s)", f->traits.check);
    }
}

void create_table(const struct model *m, struct buffer *out)
{
    buffer_puts(out, "\nCREATE TABLE ");
    put_table(out, m);
    buffer_puts(out, " (\n");
    for (size_t i = 0; i < m->field_count; i++) {
        buffer_puts(out, "    ");
        put_column(out, &m->fields[i]);
        buffer_puts(out, ",\n");
    }
    buffer_puts(out, "    ");
    put_constraint(out, sql_pkey(m->table));
    buffer_puts(out, " PRIMARY KEY ");
    put_key(out, m);
    put_unique_columns(m, out);
    put_column_checks(m, out);
    put_constraints(m, out);
    put_foreign_keys(m, out);
    buffer_puts(out, "\n);\n");
}

static void put_comment(struct buffer *out, const char *doc)
{
    buffer_puts(out, " IS ");
    quote_sql_text(out, doc);
    buffer_puts(out, ";\n");
}

void comment_on(const struct model *m, struct buffer *out)
{
    if (m->doc) {
        buffer_printf(out, "COMMENT ON %s ",
            !m->view_sql      ? "TABLE"
            : m->materialized ? "MATERIALIZED VIEW"
                              : "VIEW");
        put_table(out, m);
        put_comment(out, m->doc);
    }
    for (size_t i = 0; i < m->field_count; i++) {
        const struct field *f = &m->fields[i];
        const char *doc = f->doc ? f->doc : f->ref ? f->ref->doc : NULL;
        if (!doc)
            continue;
        buffer_puts(out, "COMMENT ON COLUMN ");
        put_table(out, m);
        buffer_putc(out, '.');
        quote_sql_name(out, f->column);
        put_comment(out, doc);
    }
}
