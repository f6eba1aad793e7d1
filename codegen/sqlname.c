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

/* book_author_id_fkey: the table, columns, and what it is. */
static char *name_of_columns(
    const char *table, const char *const *columns, size_t count, const char *ending)
{
    struct buffer name = {0};

    buffer_puts(&name, table);
    for (size_t i = 0; i < count; i++)
        buffer_printf(&name, "_%s", columns[i]);
    buffer_printf(&name, "_%s", ending);
    return fit(&name);
}

static char *name_of_ref(const struct ref *r, const char *ending)
{
    struct buffer name = {0};

    buffer_puts(&name, r->model->table);
    for (size_t i = 0; i < r->column_count; i++)
        buffer_printf(&name, "_%s", r->fields[i]->column);
    buffer_printf(&name, "_%s", ending);
    return fit(&name);
}

char *sql_fkey(const struct ref *r)
{
    return name_of_ref(r, "fkey");
}

char *sql_ref_unique(const struct ref *r)
{
    return name_of_ref(r, "key");
}

char *sql_ref_index(const struct ref *r)
{
    return name_of_ref(r, "idx");
}

char *sql_join_fkey(const struct many *j, const struct join_end *end)
{
    return name_of_columns(j->join_table, end->columns, end->column_count, "fkey");
}

char *sql_join_index(const struct many *j, const struct join_end *end)
{
    return name_of_columns(j->join_table, end->columns, end->column_count, "idx");
}

char *sql_unique(const char *table, const char *column)
{
    return derived_sql_name(table, column, "key", (char *)NULL);
}

char *sql_check(const char *table, const char *column)
{
    return derived_sql_name(table, column, "check", (char *)NULL);
}

char *sql_sequence(const char *table, const char *column)
{
    return derived_sql_name(table, column, "seq", (char *)NULL);
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
    for (size_t i = 0; i < u->include_count; i++)
        buffer_printf(&name, "_%s", u->include[i]->column);
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

/* True if the first fields of a list are the columns of `r`, in any order. */
static bool leads(const struct ref *r, const struct field *const *fields, size_t count)
{
    if (count < r->column_count)
        return false;
    for (size_t i = 0; i < r->column_count; i++) {
        bool found = false;
        for (size_t k = 0; k < r->column_count; k++)
            found = found || fields[k] == r->fields[i];
        if (!found)
            return false;
    }
    return true;
}

static bool leads_key(const struct ref *r)
{
    for (size_t i = 0; i < r->column_count; i++)
        if (r->fields[i] >= r->model->key + r->column_count)
            return false;
    return r->column_count <= r->model->key_count;
}

bool sql_needs_unique(const struct ref *r)
{
    const bool by_column = r->column_count == 1 && r->fields[0]->unique;
    const bool is_key = leads_key(r) && r->column_count == r->model->key_count;
    return r->unique && !by_column && !is_key && !r->model->view_sql;
}

/* Whether rows are found by the columns of `r` in it: all rows, and in their order. */
static bool serves(const struct index *x, const struct ref *r)
{
    if (strcmp(x->method, "btree") != 0 || x->where || x->part_count < r->column_count)
        return false;
    for (size_t i = 0; i < r->column_count; i++) {
        bool found = false;
        for (size_t k = 0; k < r->column_count; k++)
            found = found || (x->parts[k].field == r->fields[i] && !x->parts[k].ops &&
                                 !x->parts[k].collation);
        if (!found)
            return false;
    }
    return true;
}

bool sql_needs_index(const struct ref *r)
{
    const struct model *m = r->model;

    if (m->view_sql || r->unique || leads_key(r) ||
        (r->column_count == 1 && r->fields[0]->unique))
        return false;
    for (size_t i = 0; i < m->unique_count; i++)
        if (leads(r, m->uniques[i].fields, m->uniques[i].field_count))
            return false;
    for (size_t i = 0; i < m->index_count; i++)
        if (serves(&m->indexes[i], r))
            return false;
    for (const struct ref *other = m->refs; other < r; other++)
        if (other->column_count >= r->column_count && sql_needs_index(other) &&
            leads(r, other->fields, other->column_count))
            return false;
    return true;
}
