/* ddl_join.c: the tables that join the two sides of a many-to-many relation. */
#include "ddl_parts.h"
#include "quote.h"
#include "sqlname.h"

void create_join_table(const struct many *j, struct buffer *out)
{
    const char *columns[] = {j->owner_column, j->target_column};
    const struct model *ends[] = {j->model, j->target};

    buffer_puts(out, "\nCREATE TABLE ");
    put_name(out, j->model->schema, j->join_table);
    buffer_puts(out, " (\n");
    for (size_t i = 0; i < 2; i++) {
        buffer_puts(out, "    ");
        quote_sql_name(out, columns[i]);
        buffer_putc(out, ' ');
        put_type(out, ends[i]->key);
        buffer_puts(out, " NOT NULL,\n");
    }
    buffer_puts(out, "    ");
    put_constraint(out, sql_pkey(j->join_table));
    buffer_puts(out, " PRIMARY KEY ");
    put_columns(out, columns, 2);
    for (size_t i = 0; i < 2; i++) {
        buffer_puts(out, ",\n    ");
        put_constraint(out, sql_fkey(j->join_table, columns[i]));
        buffer_puts(out, " FOREIGN KEY ");
        put_columns(out, &columns[i], 1);
        buffer_puts(out, " REFERENCES ");
        put_table(out, ends[i]);
        buffer_putc(out, ' ');
        put_columns(out, &ends[i]->key->column, 1);
        buffer_puts(out, " ON DELETE CASCADE");
    }
    buffer_puts(out, "\n);\nCREATE INDEX ");
    put_own_name(out, sql_column_index(j->join_table, columns[1]));
    buffer_puts(out, " ON ");
    put_name(out, j->model->schema, j->join_table);
    buffer_putc(out, ' ');
    put_columns(out, &columns[1], 1);
    buffer_puts(out, ";\n");
}
