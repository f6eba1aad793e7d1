/* row_cells.c: from the cells of a row to an object.
 *
 * The loop over all cells of a result is here: each is looked at once, and what is done
 * to it is inline for numbers and texts, which most cells are. */
#include "load/row_cells.h"

#include "types/plain.h"

/* -- Numbers ----------------------------------------------------------------------- */

static bool has_length(const struct orm_column *c, struct pg_cell cell)
{
    const int wanted = type_rows[c->type].length;
    return wanted < 0 ? cell.length >= 0 : cell.length == wanted;
}

static bool refuse_length(const struct orm_model *m, const struct orm_column *c,
    struct pg_cell cell, struct orm_error *e)
{
    return error_set_field(e, ORM_DRIFT, m, c,
        "the server sent %d bytes; a value of %s has %d", cell.length, type_name(c),
        type_rows[c->type].length);
}

/* The index of a label, or -1. */
static int64_t label_index(const struct orm_named_type *e, struct pg_cell cell)
{
    for (uint16_t i = 0; i < e->label_count; i++)
        if (strncmp(e->labels[i], cell.data, (size_t)cell.length) == 0 &&
            e->labels[i][cell.length] == '\0')
            return i;
    return -1;
}

static bool read_label(
    const struct orm_column *c, struct pg_cell cell, union orm_value *v)
{
    v->integer =
        memchr(cell.data, '\0', (size_t)cell.length) ? -1 : label_index(c->named, cell);
    return v->integer >= 0;
}

static OFTEN bool read_date(struct pg_cell cell, union orm_value *v)
{
    v->integer = (int32_t)wire32(cell.data);
    if (v->integer == ORM_DATE_INFINITY || v->integer == ORM_DATE_MINUS_INFINITY)
        return true;
    v->integer += EPOCH_DAYS;
    return v->integer < INT32_MAX;
}

static OFTEN bool read_time(struct pg_cell cell, union orm_value *v)
{
    v->integer = (int64_t)wire64(cell.data);
    if (v->integer == ORM_TIME_INFINITY || v->integer == ORM_TIME_MINUS_INFINITY)
        return true;
    if (v->integer >= INT64_MAX - EPOCH_MICROSECONDS)
        return false;
    v->integer += EPOCH_MICROSECONDS;
    return true;
}

static OFTEN bool read_real(unsigned type, struct pg_cell cell, union orm_value *v)
{
    float single;
    const bool is_single = type == ORM_FLOAT4;
    const uint32_t bits32 = is_single ? wire32(cell.data) : 0;
    const uint64_t bits64 = is_single ? 0 : wire64(cell.data);
    memcpy(&v->real, &bits64, sizeof v->real);
    memcpy(&single, &bits32, sizeof single);
    if (is_single)
        v->real = (double)single;
    return true;
}

/* The number in a cell.  False: it is none of the type, and refuse_number() says why.
 * The type is the column's: who knows it gets its branch alone. */
static OFTEN bool read_number(
    unsigned type, const struct orm_column *c, struct pg_cell cell, union orm_value *v)
{
    switch (type) {
    case ORM_BOOL:
        v->integer = (unsigned char)cell.data[0];
        return cell.length == 1 && v->integer <= 1;
    case ORM_INT2:
        if (cell.length != 2)
            return false;
        v->integer = (int16_t)wire16(cell.data);
        return true;
    case ORM_INT4:
        if (cell.length != 4)
            return false;
        v->integer = (int32_t)wire32(cell.data);
        return true;
    case ORM_INT8:
        if (cell.length != 8)
            return false;
        v->integer = (int64_t)wire64(cell.data);
        return true;
    case ORM_DATE:
        return cell.length == 4 && read_date(cell, v);
    case ORM_TIME:
        if (cell.length != 8)
            return false;
        v->integer = (int64_t)wire64(cell.data);
        return v->integer >= 0 && v->integer <= DAY_MICROSECONDS;
    case ORM_TIMESTAMP:
    case ORM_TIMESTAMPTZ:
        return cell.length == 8 && read_time(cell, v);
    case ORM_FLOAT4:
        return cell.length == 4 && read_real(ORM_FLOAT4, cell, v);
    case ORM_FLOAT8:
        return cell.length == 8 && read_real(ORM_FLOAT8, cell, v);
    case ORM_DECIMAL:
        return decimal_read(c, cell, &v->integer);
    default:
        return cell.length >= 0 && read_label(c, cell, v);
    }
}

SELDOM static bool refuse_number(const struct orm_model *m, const struct orm_column *c,
    struct pg_cell cell, struct orm_error *e)
{
    if (!has_length(c, cell))
        return refuse_length(m, c, cell, e);
    switch (c->type) {
    case ORM_BOOL:
        return codec_lies(m, c, e, "neither 0 nor 1");
    case ORM_DATE:
        return error_set_field(e, ORM_RANGE, m, c, "the server sent no possible date");
    case ORM_TIME:
        return codec_lies(m, c, e, "no time of a day");
    case ORM_TIMESTAMP:
    case ORM_TIMESTAMPTZ:
        return error_set_field(e, ORM_RANGE, m, c,
            "the time is past the year 294246, the last that orm_time holds");
    case ORM_DECIMAL:
        return decimal_refuse(m, c, cell, e);
    default:
        return error_set_field(e, ORM_DRIFT, m, c,
            "the database has the label \"%.*s\", the YAML does not; add it and "
            "generate again",
            cell.length, cell.data);
    }
}

/* -- One cell ---------------------------------------------------------------------- */

/* Text as it is. */
static OFTEN bool is_plain(const struct orm_column *c)
{
    return c->type == ORM_TEXT || c->type == ORM_VARCHAR;
}

/* Of what is no number. */
static OFTEN bool check_other(const struct orm_model *m, const struct orm_column *c,
    struct pg_cell cell, struct orm_error *e)
{
    if (is_plain(c) && cell.length >= 0)
        return !memchr(cell.data, '\0', (size_t)cell.length) ||
               text_check(m, c, cell, e);
    if (!has_length(c, cell))
        return refuse_length(m, c, cell, e);
    return type_rows[c->type].codec->check(m, c, cell, e);
}

bool type_check(const struct orm_model *m, const struct orm_column *c,
    struct pg_cell cell, struct orm_error *e)
{
    union orm_value v;
    if (!type_is_number(c))
        return check_other(m, c, cell, e);
    return read_number(c->type, c, cell, &v) || refuse_number(m, c, cell, e);
}

union orm_value type_decode(const struct orm_column *c, struct pg_cell cell)
{
    union orm_value v = {.text = cell.data};
    if (type_is_number(c))
        read_number(c->type, c, cell, &v);
    return v;
}

static OFTEN bool check_null(
    const struct orm_model *m, const struct orm_column *c, struct orm_error *e)
{
    return c->flags & ORM_COLUMN_NULLABLE ||
           error_set_field(e, ORM_DRIFT, m, c,
               "the table holds a null, the YAML does not say optional: true");
}

bool cell_check(const struct orm_model *m, const struct orm_column *c,
    struct pg_cell cell, size_t *bytes, struct orm_error *e)
{
    if (!cell.data)
        return check_null(m, c, e);
    if (!type_check(m, c, cell, e))
        return false;
    if (!type_is_number(c))
        *bytes += type_room(c, cell);
    return true;
}

bool cell_number(const struct orm_model *m, const struct orm_column *c,
    struct pg_cell cell, int64_t *number, struct orm_error *e)
{
    union orm_value v;
    if (!cell.data)
        return check_null(m, c, e);
    if (!read_number(c->type, c, cell, &v))
        return refuse_number(m, c, cell, e);
    *number = v.integer;
    return true;
}

/* -- A row ------------------------------------------------------------------------- */

bool cells_check(const struct orm_model *m, unsigned count, const struct pg_cell *cells,
    size_t *bytes, struct orm_error *e)
{
    for (unsigned i = 0; i < count; i++)
        if (!cell_check(m, &m->columns[i], cells[i], bytes, e))
            return false;
    return true;
}

/* A cell that is not null, on its way to its place in an object. */
struct taking {
    const struct orm_model *model;
    const struct orm_column *column;
    struct pg_cell cell;
    void *at;
    struct arena *arena;
    struct orm_error *error;
};

static OFTEN bool take_number(unsigned type, const struct taking *t)
{
    union orm_value v;
    if (!read_number(type, t->column, t->cell, &v))
        return refuse_number(t->model, t->column, t->cell, t->error);
    plain_store(type, t->at, v);
    return true;
}

static OFTEN bool take_text(const struct taking *t)
{
    if (!check_other(t->model, t->column, t->cell, t->error))
        return false;
    const size_t length = (size_t)t->cell.length;
    char *text = arena_bytes(t->arena, length + 1);
    if (!text)
        return error_nomem(t->error);
    memcpy(text, t->cell.data, length);
    text[length] = '\0';
    *(const char **)t->at = text;
    return true;
}

static bool take_other(const struct taking *t)
{
    if (type_is_number(t->column))
        return take_number(t->column->type, t);
    if (!check_other(t->model, t->column, t->cell, t->error))
        return false;
    if (!arena_reserve(t->arena, type_room(t->column, t->cell)))
        return error_nomem(t->error);
    type_take(t->column, t->at, t->cell, t->arena);
    return true;
}

/* One question for the type, and behind it all that is to be done. */
static OFTEN bool take(const struct taking *t)
{
    switch (t->column->type) {
    case ORM_BOOL:
        return take_number(ORM_BOOL, t);
    case ORM_INT4:
        return take_number(ORM_INT4, t);
    case ORM_INT8:
        return take_number(ORM_INT8, t);
    case ORM_DATE:
        return take_number(ORM_DATE, t);
    case ORM_TIMESTAMPTZ:
        return take_number(ORM_TIMESTAMPTZ, t);
    case ORM_FLOAT8:
        return take_number(ORM_FLOAT8, t);
    case ORM_DECIMAL:
        return take_number(ORM_DECIMAL, t);
    case ORM_TEXT:
    case ORM_VARCHAR:
        return take_text(t);
    default:
        return take_other(t);
    }
}

bool cells_take(struct orm_object *o, unsigned count, const struct pg_cell *cells,
    struct arena *a, struct orm_error *e)
{
    struct taking t = {.model = o->model, .arena = a, .error = e};
    for (unsigned i = 0; i < count; i++) {
        t.column = &t.model->columns[i];
        t.cell = cells[i];
        t.at = (char *)o + t.column->offset;
        if (t.cell.data ? !take(&t) : !check_null(t.model, t.column, e))
            return false;
        if (!t.cell.data)
            bit_put(object_null_bits(o), i, true);
    }
    return true;
}
