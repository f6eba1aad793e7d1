/* sqlname.c: the names that PostgreSQL would choose, spelt out. */
#include "sqlname.h"
#include "buffer.h"

#include <stdarg.h>
#include <stdint.h>
#include <string.h>

static uint32_t fnv32(const char *s)
{
    uint32_t hash = 2166136261u;
    for (; *s; s++)
        hash = (hash ^ (unsigned char)*s) * 16777619u;
    return hash;
}

/* Takes what was joined so far and makes it fit. */
static char *fit(struct buffer *name)
{
    if (name->len > SQL_NAME_MAX) {
        const uint32_t hash = fnv32(name->at);
        size_t len = SQL_NAME_MAX - strlen("_12345678");
        while (((unsigned char)name->at[len] & 0xc0) == 0x80)
            len--;
        name->len = len;
        buffer_printf(name, "_%08x", hash);
    }
    return name->at;
}

char *derived_sql_name(const char *part, ...)
{
    struct buffer name = {0};
    va_list parts;

    buffer_puts(&name, part);
    va_start(parts, part);
    for (const char *p; (p = va_arg(parts, const char *)) != NULL;) {
        buffer_putc(&name, '_');
        buffer_puts(&name, p);
    }
    va_end(parts);
    return fit(&name);
}

char *sql_pkey(const char *table)
{
    return derived_sql_name(table, "pkey", (char *)NULL);
}

char *sql_fkey(const char *table, const char *column)
{
    return derived_sql_name(table, column, "fkey", (char *)NULL);
}

char *sql_unique(const char *table, const char *column)
{
    return derived_sql_name(table, column, "key", (char *)NULL);
}

char *sql_sequence(const char *table, const char *column)
{
    return derived_sql_name(table, column, "seq", (char *)NULL);
}

char *sql_column_index(const char *table, const char *column)
{
    return derived_sql_name(table, column, "idx", (char *)NULL);
}

static void add_part(struct buffer *name, const struct index_part *p)
{
    buffer_printf(name, "_%s", p->field ? p->field->column : "expr");
}

char *sql_index(const struct model *m, const struct index *x)
{
    struct buffer name = {0};

    if (x->name)
        return format("%s", x->name);
    buffer_puts(&name, m->table);
    for (size_t i = 0; i < x->part_count; i++)
        add_part(&name, &x->parts[i]);
    for (size_t i = 0; i < x->include_count; i++)
        buffer_printf(&name, "_%s", x->include[i]->column);
    buffer_puts(&name, "_idx");
    return fit(&name);
}

char *sql_unique_over(const struct model *m, const struct unique *u)
{
    struct buffer name = {0};

    if (u->name)
        return format("%s", u->name);
    buffer_puts(&name, m->table);
    for (size_t i = 0; i < u->field_count; i++)
        buffer_printf(&name, "_%s", u->fields[i]->column);
    buffer_puts(&name, "_key");
    return fit(&name);
}

char *sql_exclusion(const struct model *m, const struct exclusion *e)
{
    struct buffer name = {0};

    if (e->name)
        return format("%s", e->name);
    buffer_puts(&name, m->table);
    for (size_t i = 0; i < e->part_count; i++)
        add_part(&name, &e->parts[i]);
    buffer_puts(&name, "_excl");
    return fit(&name);
}

const char *sql_schema_of(const struct schema *s, const struct enumeration *e)
{
    for (size_t m = 0; m < s->model_count; m++)
        for (size_t f = 0; f < s->models[m].field_count; f++)
            if (s->models[m].fields[f].enumeration == e)
                return s->models[m].schema;
    return "public";
}

/* Whether rows are found by `f` in it: all rows, and in the order of `f`. */
static bool serves(const struct index *x, const struct field *f)
{
    return strcmp(x->method, "btree") == 0 && !x->where && x->parts[0].field == f &&
           !x->parts[0].ops && !x->parts[0].collation;
}

bool sql_needs_index(const struct ref *r)
{
    const struct model *m = r->model;

    if (m->view_sql || r->unique || r->field->unique || r->field->key)
        return false;
    for (size_t i = 0; i < m->unique_count; i++)
        if (m->uniques[i].fields[0] == r->field)
            return false;
    for (size_t i = 0; i < m->index_count; i++)
        if (serves(&m->indexes[i], r->field))
            return false;
    return true;
}
