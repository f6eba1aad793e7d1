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

char *sql_index(const struct model *m, const struct index *i)
{
    struct buffer name = {0};

    buffer_puts(&name, m->table);
    for (size_t n = 0; n < i->field_count; n++)
        buffer_printf(&name, "_%s", i->fields[n]->column);
    buffer_puts(&name, "_idx");
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

bool sql_needs_index(const struct ref *r)
{
    const struct model *m = r->model;

    if (r->unique || r->field->unique || r->field->key)
        return false;
    for (size_t i = 0; i < m->index_count; i++)
        if (m->indexes[i].fields[0] == r->field)
            return false;
    return true;
}
