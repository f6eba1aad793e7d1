/* view_query.c: what can be asked of a model's columns, and given to them: lines of
 * macros. */
#include "view_parts.h"

#include "buffer.h"
#include "cname.h"
#include "ctypes.h"

#include <stdlib.h>
#include <string.h>

/* type_of(), without the blank. */
static void add_type(struct buffer *b, const struct field *f)
{
    char *type = type_of(f);
    const size_t len = strlen(type);

    buffer_printf(b, ", %.*s", (int)(len - (type[len - 1] == ' ')), type);
    free(type);
}

/* What makes a condition of an item or of a value in the range, and how it is passed.
 */
static void add_element(struct buffer *b, const struct field *f)
{
    const struct field element = c_element(f);
    const struct c_type *t = c_type_of(&element);

    buffer_printf(b, ", orm_cond_%s", t->value);
    add_type(b, &element);
    if (!t->zero)
        buffer_puts(b, " const *");
}

/* What makes a change, and what it is made of. */
static void add_value(struct buffer *b, const struct field *f)
{
    const struct c_type *t = c_type_of(f);

    buffer_printf(b, ", orm_change_%s", t->value);
    add_type(b, f);
    if (!t->zero)
        buffer_puts(b, " const *");
}

static void put_family(
    struct view *v, const struct field *f, enum c_family family, const struct names *n)
{
    const struct c_family_row *row = &c_families[family];
    char *upper = column_upper(f);
    struct buffer arguments = {0};

    buffer_printf(&arguments, "%s, %s_%s, %s", n->c, n->c, c_stem(f, family), upper);
    if (row->takes == TAKES_VALUE)
        add_value(&arguments, f);
    else if (row->takes != TAKES_NOTHING)
        add_type(&arguments, f);
    if (row->takes == TAKES_SUM)
        buffer_printf(&arguments, ", %s", c_type_of(f)->sum);
    if (row->takes == TAKES_ELEMENT)
        add_element(&arguments, f);
    begin_item(v);
    put(v, "macro", row->macro);
    put(v, "arguments", arguments.at);
    end_item(v);
    buffer_free(&arguments);
    free(upper);
}

void put_families(struct view *v, const struct model *m, const struct names *n)
{
    begin_list(v);
    for (size_t i = 0; i < m->field_count; i++) {
        enum c_family families[FAMILY_COUNT];
        const size_t count = c_families_of(&m->fields[i], families);
        for (size_t k = 0; k < count; k++)
            put_family(v, &m->fields[i], families[k], n);
    }
    end_list(v, "families");
}
