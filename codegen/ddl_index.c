/* ddl_index.c: the indexes that a model asks for, and those that its references need.
 */
#include "ddl_parts.h"
#include "quote.h"
#include "sqlname.h"

static void create_index(
    const struct model *m, const struct index *x, struct buffer *out)
{
    buffer_printf(out, "CREATE %sINDEX ", x->unique ? "UNIQUE " : "");
    put_own_name(out, sql_index(m, x));
    buffer_puts(out, " ON ");
    put_table(out, m);
    for (size_t i = 0; i < x->field_count; i++) {
        buffer_puts(out, i > 0 ? ", " : " (");
        quote_sql_name(out, x->fields[i]->column);
        if (x->descending[i])
            buffer_puts(out, " DESC");
    }
    buffer_puts(out, ");\n");
}

static void create_ref_index(const struct ref *r, struct buffer *out)
{
    buffer_puts(out, "CREATE INDEX ");
    put_own_name(out, sql_ref_index(r));
    buffer_puts(out, " ON ");
    put_table(out, r->model);
    buffer_putc(out, ' ');
    put_fields(out, r->fields, r->column_count);
    buffer_puts(out, ";\n");
}

void create_indexes(const struct model *m, struct buffer *out)
{
    for (size_t i = 0; i < m->index_count; i++)
        create_index(m, &m->indexes[i], out);
    for (size_t i = 0; i < m->ref_count; i++)
        if (sql_needs_index(&m->refs[i]))
            create_ref_index(&m->refs[i], out);
}
