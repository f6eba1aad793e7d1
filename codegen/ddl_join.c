/* ddl_join.c: the tables that join the two sides of a many-to-many relation. */
#include "ddl_parts.h"
#include "quote.h"
#include "sqlname.h"

static void put_end_columns(struct buffer *out, const struct join_end *end)
{
    for (size_t i = 0; i < end->column_count; i++) {
        buffer_puts(out, "    ");
        quote_sql_name(out, end->columns[i]);
        buffer_putc(out, ' ');
        put_type(out, end->fields[i]);
        put_collation(out, end->fields[i]);
        buffer_puts(out, " NOT NULL,\n");
    }
}

static void put_names(struct buffer *out, const struct join_end *end)
{
    for (size_t i = 0; i < end->column_count; i++) {
        buffer_puts(out, i > 0 ? ", " : "");
        quote_sql_name(out, end->columns[i]);
    }
}

static void put_end_key(struct buffer *out, const struct many *j,
    const struct join_end *end, const struct model *side)
{
    buffer_puts(out, ",\n    ");
    put_constraint(out, sql_join_fkey(j, end));
    buffer_puts(out, " FOREIGN KEY ");
    put_columns(out, end->columns, end->column_count);
    buffer_puts(out, " REFERENCES ");
    put_table(out, side);
    buffer_putc(out, ' ');
    put_fields(out, end->fields, end->column_count);
    buffer_puts(out, " ON DELETE CASCADE");
}

void create_join_table(const struct many *j, struct buffer *out)
{
    buffer_puts(out, "\nCREATE TABLE ");
    put_name(out, j->model->schema, j->join_table);
    buffer_puts(out, " (\n");
    put_end_columns(out, &j->owner_end);
    put_end_columns(out, &j->target_end);
    buffer_puts(out, "    ");
    put_constraint(out, sql_pkey(j->join_table));
    buffer_puts(out, " PRIMARY KEY (");
    put_names(out, &j->owner_end);
    buffer_puts(out, ", ");
    put_names(out, &j->target_end);
    buffer_putc(out, ')');
    put_end_key(out, j, &j->owner_end, j->model);
    put_end_key(out, j, &j->target_end, j->target);
    buffer_puts(out, "\n);\nCREATE INDEX ");
    put_own_name(out, sql_join_index(j, &j->target_end));
    buffer_puts(out, " ON ");
    put_name(out, j->model->schema, j->join_table);
    buffer_putc(out, ' ');
    put_columns(out, j->target_end.columns, j->target_end.column_count);
    buffer_puts(out, ";\n");
}
