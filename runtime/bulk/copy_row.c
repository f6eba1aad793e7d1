/* copy_row.c: one row on its way into a COPY.
 *
 * All rows of a COPY have the same columns, and it knows no default for a single row.
 */
#include "bulk/copy_row.h"

#include "write/batch.h"

static bool is_given(const struct orm_object *row, unsigned column)
{
    return bit_is_set(object_changed_bits(row), column) ||
           row->model->columns[column].flags & COLUMN_IS_OURS;
}

static bool refuse(const struct orm_object *row, const struct orm_column *column,
    uint64_t number, const char *why)
{
    return error_set_field(&object_session(row)->error, ORM_INVALID, row->model, column,
        "row %llu of the load: %s", (unsigned long long)number, why);
}

unsigned copy_row_choose(const struct orm_object *row, uint8_t *columns)
{
    unsigned width = 0;
    for (unsigned i = 0; i < row->model->column_count; i++) {
        const struct orm_column *c = &row->model->columns[i];
        const bool given = is_given(row, i);
        bit_put(columns, i, given);
        width += given;
        if (!given && !column_may_be_unset(c))
            return refuse(row, c, 1, "required, but never set");
    }
    if (!width)
        refuse(row, NULL, 1, "nothing is set");
    return width;
}

bool copy_row_fits(
    const struct orm_object *row, const uint8_t *columns, uint64_t number)
{
    for (unsigned i = 0; i < row->model->column_count; i++) {
        const struct orm_column *c = &row->model->columns[i];
        const bool given = is_given(row, i);
        const bool may_be_null =
            c->flags & ORM_COLUMN_NULLABLE && !(c->flags & ORM_COLUMN_DEFAULT);
        if (given == bit_is_set(columns, i) || (!given && may_be_null))
            continue;
        return refuse(row, c, number,
            given ? "set, but not in the first row: all rows set what that sets"
            : column_may_be_unset(c)
                ? "not set, as in the first row; COPY has no default for one row"
                : "required, but never set");
    }
    return true;
}

/* An array says what type its items have: here it is known. */
static void write_array(const struct orm_column *c, union orm_value v,
    const struct enum_oids *enums, struct buffer *to)
{
    enum {
        DIMENSIONS_AND_NULLS = 8
    };
    const size_t at = to->length + DIMENSIONS_AND_NULLS;
    const struct orm_column item = type_element(c);
    type_encode(c, v, to);
    buffer_patch_int32(to, at, type_oids(&item, enums).oid);
}

static void write_value(
    const struct orm_object *row, unsigned column, struct buffer *to)
{
    const struct orm_session *s = object_session(row);
    const struct orm_column *c = &row->model->columns[column];
    const bool ours = c->flags & COLUMN_IS_OURS;
    if (!ours && bit_is_set(object_null_bits(row), column)) {
        buffer_int32(to, UINT32_MAX);
        return;
    }
    const size_t at = to->length;
    buffer_int32(to, 0);
    if (c->type == ORM_ARRAY)
        write_array(c, object_value(row, column), s->enums, to);
    else
        type_encode(c, ours ? batch_set_value(s, c) : object_value(row, column), to);
    buffer_patch_int32(to, at, (uint32_t)(to->length - at - 4));
}

void copy_row_write(const struct orm_object *row, const uint8_t *columns,
    unsigned width, struct buffer *to)
{
    buffer_int16(to, (uint16_t)width);
    for (unsigned i = 0; i < row->model->column_count; i++)
        if (bit_is_set(columns, i))
            write_value(row, i, to);
}
