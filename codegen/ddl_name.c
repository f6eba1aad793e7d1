/* ddl_name.c: names as SQL has them: quoted, and with their schema. */
#include "ddl_parts.h"
#include "quote.h"

#include <stdlib.h>

void put_name(struct buffer *out, const char *schema, const char *name)
{
    quote_sql_name(out, schema);
    buffer_putc(out, '.');
    quote_sql_name(out, name);
}

void put_table(struct buffer *out, const struct model *m)
{
    put_name(out, m->schema, m->table);
}

void put_own_name(struct buffer *out, char *name)
{
    quote_sql_name(out, name);
    free(name);
}

void put_constraint(struct buffer *out, char *name)
{
    buffer_puts(out, "CONSTRAINT ");
    put_own_name(out, name);
}

void put_columns(struct buffer *out, const char *const *columns, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        buffer_puts(out, i > 0 ? ", " : "(");
        quote_sql_name(out, columns[i]);
    }
    buffer_putc(out, ')');
}

void put_fields(struct buffer *out, const struct field *const *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        buffer_puts(out, i > 0 ? ", " : "(");
        quote_sql_name(out, fields[i]->column);
    }
    buffer_putc(out, ')');
}

void put_key(struct buffer *out, const struct model *m)
{
    for (size_t i = 0; i < m->key_count; i++) {
        buffer_puts(out, i > 0 ? ", " : "(");
        quote_sql_name(out, m->key[i].column);
    }
    buffer_putc(out, ')');
}
