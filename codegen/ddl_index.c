/* ddl_index.c: the indexes that a model asks for, and those that its references need.
 */
#include "ddl_parts.h"
#include "quote.h"
#include "sqlname.h"

#include <string.h>

static const char *const sql_nulls[] = {
    [NULLS_UNSAID] = "",
    [NULLS_FIRST] = " NULLS FIRST",
    [NULLS_LAST] = " NULLS LAST",
};

static void put_part(struct buffer *out, const struct index_part *p)
{
    if (p->field)
        quote_sql_name(out, p->field->column);
    else
        buffer_printf(out, "(%s)", p->sql);
    if (p->collation) {
        buffer_puts(out, " COLLATE ");
        quote_sql_name(out, p->collation);
    }
    if (p->ops) {
        buffer_putc(out, ' ');
        quote_sql_name(out, p->ops);
    }
    buffer_printf(out, "%s%s", p->descending ? " DESC" : "", sql_nulls[p->nulls]);
    if (p->operator)
        buffer_printf(out, " WITH %s", p->operator);
}

void put_using(struct buffer *out, const char *method, const struct index_part *parts,
    size_t count)
{
    if (strcmp(method, "btree") != 0)
        buffer_printf(out, " USING %s", method);
    for (size_t i = 0; i < count; i++) {
        buffer_puts(out, i > 0 ? ", " : " (");
        put_part(out, &parts[i]);
    }
    buffer_putc(out, ')');
}

void put_include(struct buffer *out, const struct field *const *fields, size_t count)
{
    if (!count)
        return;
    buffer_puts(out, " INCLUDE ");
    put_fields(out, fields, count);
}

static void create_index(
    const struct model *m, const struct index *x, struct buffer *out)
{
    buffer_printf(out, "CREATE %sINDEX ", x->unique ? "UNIQUE " : "");
    put_own_name(out, sql_index(m, x));
    buffer_puts(out, " ON ");
    put_table(out, m);
    put_using(out, x->method, x->parts, x->part_count);
    put_include(out, x->include, x->include_count);
    buffer_puts(out, x->nulls_not_distinct ? " NULLS NOT DISTINCT" : "");
    if (x->where)
        buffer_printf(out, " WHERE (%s)", x->where);
    buffer_puts(out, ";\n");
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
