/* ddl_type.c: types, those that columns have and those that are made for them, and
 * defaults, which are written by type. */
#include "ddl.h"
#include "ddl_parts.h"
#include "quote.h"
#include "sqlname.h"
#include "types.h"

#include <string.h>

void create_type(const struct enumeration *e, struct buffer *out)
{
    buffer_puts(out, "\nCREATE TYPE ");
    put_name(out, e->schema, e->name);
    buffer_puts(out, " AS ENUM (");
    for (size_t i = 0; i < e->label_count; i++) {
        if (i > 0)
            buffer_puts(out, ", ");
        quote_sql_text(out, e->labels[i]);
    }
    buffer_puts(out, ");\n");
}

/* What stands in brackets behind the type, if anything. */
static void put_detail(struct buffer *out, const struct field *f, enum type type)
{
    if (!f->length)
        return;
    if (type_info(type)->detail == DETAIL_PRECISION)
        buffer_printf(out, "(%u,%u)", f->length, f->scale);
    else
        buffer_printf(out, "(%u)", f->length);
}

void put_type(struct buffer *out, const struct field *f)
{
    const bool is_array = f->type == TYPE_ARRAY;
    const enum type type = is_array ? f->element : f->type;

    if (f->user)
        put_name(out, f->user->schema, f->user->sql);
    else if (type == TYPE_ENUM)
        put_name(out, f->enumeration->schema, f->enumeration->name);
    else
        buffer_puts(out, type_info(type)->sql);
    if (!f->user)
        put_detail(out, f, type);
    if (is_array)
        buffer_puts(out, "[]");
}

void put_collation(struct buffer *out, const struct field *f)
{
    if (!f->traits.collation)
        return;
    buffer_puts(out, " COLLATE ");
    quote_sql_name(out, f->traits.collation);
}

void create_domain(const struct user_type *t, struct buffer *out)
{
    const struct field base = {.type = t->type, .length = t->length, .scale = t->scale};

    buffer_puts(out, "\nCREATE DOMAIN ");
    put_name(out, t->schema, t->sql);
    buffer_puts(out, " AS ");
    put_type(out, &base);
    if (t->check)
        buffer_printf(out, " CHECK (%s)", t->check);
    buffer_puts(out, ";\n");
}

/* Stands in SQL as it is written; "007" is a text, not a number, and -0 as a number is
 * 0, which a float tells apart. */
static bool is_plain(const struct field *f)
{
    const bool is_negative = *f->default_text == '-';
    const char *digits = f->default_text + is_negative;

    if (f->type == TYPE_BOOL)
        return true;
    if (is_negative && (f->type == TYPE_FLOAT4 || f->type == TYPE_FLOAT8))
        return false;
    return f->type >= TYPE_INT2 && f->type <= TYPE_DECIMAL && *digits &&
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

void ddl_default_value(const struct field *f, struct buffer *out)
{
    buffer_printf(out, "CAST((%s) AS ", f->default_text);
    put_type(out, f);
    buffer_putc(out, ')');
}
