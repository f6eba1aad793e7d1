/* ddl_fkey.c: foreign keys.  They stand in CREATE TABLE where the table that they refer
 * to is made before; those that close a cycle are added when all tables are there. */
#include "ddl_parts.h"
#include "quote.h"
#include "sqlname.h"

static const char *const sql_actions[] = {
    [ACTION_RESTRICT] = "RESTRICT",
    [ACTION_CASCADE] = "CASCADE",
    [ACTION_SET_NULL] = "SET NULL",
    [ACTION_SET_DEFAULT] = "SET DEFAULT",
};

/* A column that stays is named by leaving it out. */
static void put_cleared(struct buffer *out, const struct ref *r)
{
    bool all = true, first = true;
    for (size_t i = 0; i < r->column_count; i++)
        all = all && r->clears[i];
    for (size_t i = 0; i < r->column_count && !all; i++) {
        if (!r->clears[i])
            continue;
        buffer_puts(out, first ? " (" : ", ");
        quote_sql_name(out, r->fields[i]->column);
        first = false;
    }
    buffer_puts(out, all ? "" : ")");
}

static void put_foreign_key(struct buffer *out, const struct ref *r)
{
    put_constraint(out, sql_fkey(r));
    buffer_puts(out, " FOREIGN KEY ");
    put_fields(out, r->fields, r->column_count);
    buffer_puts(out, " REFERENCES ");
    put_table(out, r->target);
    buffer_putc(out, ' ');
    put_fields(out, r->target_fields, r->column_count);
    if (r->on_delete != ACTION_NO_ACTION)
        buffer_printf(out, " ON DELETE %s", sql_actions[r->on_delete]);
    if (r->on_delete == ACTION_SET_NULL)
        put_cleared(out, r);
    if (r->on_update != ACTION_NO_ACTION)
        buffer_printf(out, " ON UPDATE %s", sql_actions[r->on_update]);
    put_deferrable(out, r->deferrable);
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
