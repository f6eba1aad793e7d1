/* ddl_fkey.c: foreign keys.  They stand in CREATE TABLE where the table that they refer
 * to is made before; those that close a cycle are added when all tables are there. */
#include "ddl_parts.h"
#include "sqlname.h"

static const char *const sql_on_delete[] = {
    [ON_DELETE_NO_ACTION] = "",
    [ON_DELETE_RESTRICT] = " ON DELETE RESTRICT",
    [ON_DELETE_CASCADE] = " ON DELETE CASCADE",
    [ON_DELETE_SET_NULL] = " ON DELETE SET NULL",
    [ON_DELETE_SET_DEFAULT] = " ON DELETE SET DEFAULT",
};

static void put_foreign_key(struct buffer *out, const struct ref *r)
{
    put_constraint(out, sql_fkey(r->model->table, r->field->column));
    buffer_puts(out, " FOREIGN KEY ");
    put_columns(out, &r->field->column, 1);
    buffer_puts(out, " REFERENCES ");
    put_table(out, r->target);
    buffer_putc(out, ' ');
    put_columns(out, &r->target_field->column, 1);
    buffer_puts(out, sql_on_delete[r->on_delete]);
}

static bool closes_a_cycle(const struct ref *r)
{
    return r->target->rank > r->model->rank;
}

void put_foreign_keys(const struct model *m, struct buffer *out)
{
    for (size_t i = 0; i < m->ref_count; i++) {
        if (!m->refs[i].constrained || closes_a_cycle(&m->refs[i]))
            continue;
        buffer_puts(out, ",\n    ");
        put_foreign_key(out, &m->refs[i]);
    }
}

void close_cycles(const struct model *m, struct buffer *out)
{
    for (size_t i = 0; i < m->ref_count; i++) {
        const struct ref *r = &m->refs[i];
        if (!r->constrained || !closes_a_cycle(r))
            continue;
        buffer_puts(out, "\nALTER TABLE ");
        put_table(out, m);
        buffer_puts(out, " ADD ");
        put_foreign_key(out, r);
        buffer_puts(out, ";\n");
    }
}
