/* ddl_type.c: types, those that columns have and those that are made for them, and
 * defaults, which are written by type. */
#include "ddl_parts.h"
#include "quote.h"
#include "sqlname.h"

#include <string.h>

static const char *const sql_types[TYPE_COUNT] = {
    [TYPE_BOOL] = "boolean",
    [TYPE_INT2] = "smallint",
    [TYPE_INT4] = "integer",
    [TYPE_INT8] = "bigint",
    [TYPE_FLOAT4] = "real",
    [TYPE_FLOAT8] = "double precision",
    [TYPE_TEXT] = "text",
    [TYPE_VARCHAR] = "varchar",
    [TYPE_DATE] = "date",
    [TYPE_TIMESTAMPTZ] = "timestamptz",
};

void create_type(
    const struct schema *s, const struct enumeration *e, struct buffer *out)
{
    buffer_puts(out, "\nCREATE TYPE ");
    put_name(out, sql_schema_of(s, e), e->name);
    buffer_puts(out, " AS ENUM (");
    for (size_t i = 0; i < e->label_count; i++) {
        if (i > 0)
            buffer_puts(out, ", ");
        quote_sql_text(out, e->labels[i]);
    }
    buffer_puts(out, ");\n");
}

void put_type(struct buffer *out, const struct field *f)
{
    if (f->type == TYPE_ENUM)
        put_name(out, f->model->schema, f->enumeration->name);
    else
        buffer_puts(out, sql_types[f->type]);
    if (f->type == TYPE_VARCHAR)
        buffer_printf(out, "(%u)", f->length);
}

/* Stands in SQL as it is written; "007" is a text, not a number. */
static bool is_plain(const struct field *f)
{
    const char *digits = f->default_text + (*f->default_text == '-');

    if (f->type == TYPE_BOOL)
        return true;
    return f->type >= TYPE_INT2 && f->type <= TYPE_FLOAT8 && *digits &&
           digits[strspn(digits, "0123456789.")] == '\0';
}

void put_default(struct buffer *out, const struct field *f)
{
    const char *text = f->default_text;

    buffer_puts(out, " DEFAULT ");
    if (f->default_kind == DEFAULT_SQL)
        buffer_printf(out, "(%s)", text);
    else if (is_plain(f))
        buffer_puts(out, text);
    else
        quote_sql_text(out, text);
}
