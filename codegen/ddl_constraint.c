/* ddl_constraint.c: what else a table promises of its rows, within CREATE TABLE. */
#include "ddl_parts.h"
#include "sqlname.h"

static const char *const sql_deferrable[] = {
    [DEFERRABLE_NO] = "",
    [DEFERRABLE_YES] = " DEFERRABLE",
    [DEFERRABLE_INITIALLY] = " DEFERRABLE INITIALLY DEFERRED",
};

void put_deferrable(struct buffer *out, enum deferrable deferrable)
{
    buffer_puts(out, sql_deferrable[deferrable]);
}

static void put_unique(
    struct buffer *out, const struct model *m, const struct unique *u)
{
    put_constraint(out, sql_unique_over(m, u));
    buffer_printf(
        out, " UNIQUE %s", u->nulls_not_distinct ? "NULLS NOT DISTINCT " : "");
    put_fields(out, u->fields, u->field_count);
    put_include(out, u->include, u->include_count);
    put_deferrable(out, u->deferrable);
}

static void put_exclusion(
    struct buffer *out, const struct model *m, const struct exclusion *e)
{
    put_constraint(out, sql_exclusion(m, e));
    buffer_puts(out, " EXCLUDE");
    put_using(out, e->method, e->parts, e->part_count);
    if (e->where)
        buffer_printf(out, " WHERE (%s)", e->where);
    put_deferrable(out, e->deferrable);
}

void put_constraints(const struct model *m, struct buffer *out)
{
    for (size_t i = 0; i < m->unique_count; i++) {
        buffer_puts(out, ",\n    ");
        put_unique(out, m, &m->uniques[i]);
    }
    for (size_t i = 0; i < m->check_count; i++) {
        buffer_puts(out, ",\n    ");
        put_constraint(out, format("%s", m->checks[i].name));
        buffer_printf(out, " CHECK (%s)", m->checks[i].sql);
    }
    for (size_t i = 0; i < m->exclusion_count; i++) {
        buffer_puts(out, ",\n    ");
        put_exclusion(out, m, &m->exclusions[i]);
    }
}
