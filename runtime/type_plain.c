/* type_plain.c: numbers, and where values of all types lie in a struct.
 *
 * Most cells are numbers or texts, so what is done to each of them is a switch here;
 * the other types are their codecs' business. */
#include "codec.h"

#include <string.h>

/* 4714-11-24 BC, the first day of both, counted from 1970. */
#define FIRST_DAY         (-2451545 + EPOCH_DAYS)
#define FIRST_MICROSECOND (INT64_C(-211813488000000000) + EPOCH_MICROSECONDS)

/* 5874897-12-31, the last day, counted from 1970. */
#define LAST_DAY (2145031948 + EPOCH_DAYS)

#define DAY_MICROSECONDS INT64_C(86400000000)

/* -- In a struct ------------------------------------------------------------------- */

size_t type_size(const struct orm_column *c)
{
    return type_rows[c->type].size;
}

union orm_value type_value(const struct orm_column *c, const void *at)
{
    switch (c->type) {
    case ORM_BOOL:
        return (union orm_value){.integer = *(const bool *)at};
    case ORM_INT2:
        return (union orm_value){.integer = *(const int16_t *)at};
    case ORM_INT4:
    case ORM_DATE:
    case ORM_ENUM:
        return (union orm_value){.integer = *(const int32_t *)at};
    case ORM_INT8:
    case ORM_DECIMAL:
    case ORM_TIME:
    case ORM_TIMESTAMP:
    case ORM_TIMESTAMPTZ:
        return (union orm_value){.integer = *(const int64_t *)at};
    case ORM_FLOAT4:
        return (union orm_value){.real = (double)*(const float *)at};
    case ORM_FLOAT8:
        return (union orm_value){.real = *(const double *)at};
    case ORM_TEXT:
    case ORM_VARCHAR:
    case ORM_CHAR:
    case ORM_NUMERIC:
    case ORM_JSON:
    case ORM_JSONB:
        return (union orm_value){.text = *(const char *const *)at};
    default:
        return (union orm_value){.data = at};
    }
}

void type_store(const struct orm_column *c, void *at, union orm_value v)
{
    switch (c->type) {
    case ORM_BOOL:
        *(bool *)at = v.integer != 0;
        break;
    case ORM_INT2:
        *(int16_t *)at = (int16_t)v.integer;
        break;
    case ORM_INT4:
    case ORM_DATE:
    case ORM_ENUM:
        *(int32_t *)at = (int32_t)v.integer;
        break;
    case ORM_INT8:
    case ORM_DECIMAL:
    case ORM_TIME:
    case ORM_TIMESTAMP:
    case ORM_TIMESTAMPTZ:
        *(int64_t *)at = v.integer;
        break;
    case ORM_FLOAT4:
        *(float *)at = (float)v.real;
        break;
    case ORM_FLOAT8:
        *(double *)at = v.real;
        break;
    case ORM_TEXT:
    case ORM_VARCHAR:
    case ORM_CHAR:
    case ORM_NUMERIC:
    case ORM_JSON:
    case ORM_JSONB:
        *(const char **)at = v.text;
        break;
    default:
        memcpy(at, v.data, type_rows[c->type].size);
    }
}

union orm_value type_zero(const struct orm_column *c)
{
    static const union {
        struct orm_inet inet;
        struct orm_int8_range range;
        struct orm_int4_array array;
    } nothing;
    if (c->type == ORM_FLOAT4 || c->type == ORM_FLOAT8)
        return (union orm_value){.real = 0};
    if (type_is_number(c))
        return (union orm_value){.integer = 0};
    if (type_is_text(c))
        return (union orm_value){.text = ""};
    return (union orm_value){.data = &nothing};
}

/* -- What a type can hold ---------------------------------------------------------- */

bool type_accepts(const struct orm_model *m, const struct orm_column *c,
    union orm_value v, struct orm_error *e)
{
    int64_t low, high;
    switch (c->type) {
    case ORM_BOOL:
        low = 0, high = 1;
        break;
    case ORM_INT2:
        low = INT16_MIN, high = INT16_MAX;
        break;
    case ORM_INT4:
        low = INT32_MIN, high = INT32_MAX;
        break;
    case ORM_ENUM:
        low = 0, high = c->named->label_count - 1;
        break;
    case ORM_DATE:
        if (v.integer == ORM_DATE_INFINITY || v.integer == ORM_DATE_MINUS_INFINITY)
            return true;
        low = FIRST_DAY, high = LAST_DAY;
        break;
    case ORM_TIME:
        low = 0, high = DAY_MICROSECONDS;
        break;
    case ORM_TIMESTAMP:
    case ORM_TIMESTAMPTZ:
        if (v.integer == ORM_TIME_MINUS_INFINITY)
            return true;
        low = FIRST_MICROSECOND, high = INT64_MAX;
        break;
    case ORM_DECIMAL:
        if (v.integer == ORM_DECIMAL_NAN)
            return true;
        high = decimal_power(c->length) - 1, low = -high;
        break;
    case ORM_INT8:
    case ORM_FLOAT4:
    case ORM_FLOAT8:
        return true;
    default:
        return type_rows[c->type].codec->accepts(m, c, v, e);
    }
    if (v.integer >= low && v.integer <= high)
        return true;
    if (c->type == ORM_DECIMAL)
        return error_set_field(e, ORM_RANGE, m, c,
            "%lld is not a value of numeric(%u,%u), which is scaled by 10^%u",
            (long long)v.integer, (unsigned)c->length, (unsigned)c->scale,
            (unsigned)c->scale);
    return error_set_field(e, ORM_RANGE, m, c, "%lld is not a value of %s",
        (long long)v.integer, type_name(c));
}

/* -- On the wire ------------------------------------------------------------------- */

void type_encode(const struct orm_column *c, union orm_value v, struct buffer *to)
{
    uint32_t bits32;
    uint64_t bits64;
    float single;
    switch (c->type) {
    case ORM_BOOL:
        buffer_add(to, v.integer ? "\1" : "\0", 1);
        break;
    case ORM_INT2:
        buffer_int16(to, (uint16_t)v.integer);
        break;
    case ORM_INT4:
        buffer_int32(to, (uint32_t)v.integer);
        break;
    case ORM_INT8:
    case ORM_TIME:
        buffer_int64(to, (uint64_t)v.integer);
        break;
    case ORM_DATE:
        if (v.integer != ORM_DATE_INFINITY && v.integer != ORM_DATE_MINUS_INFINITY)
            v.integer -= EPOCH_DAYS;
        buffer_int32(to, (uint32_t)v.integer);
        break;
    case ORM_TIMESTAMP:
    case ORM_TIMESTAMPTZ:
        if (v.integer != ORM_TIME_INFINITY && v.integer != ORM_TIME_MINUS_INFINITY)
            v.integer -= EPOCH_MICROSECONDS;
        buffer_int64(to, (uint64_t)v.integer);
        break;
    case ORM_FLOAT4:
        single = (float)v.real;
        memcpy(&bits32, &single, sizeof bits32);
        buffer_int32(to, bits32);
        break;
    case ORM_FLOAT8:
        memcpy(&bits64, &v.real, sizeof bits64);
        buffer_int64(to, bits64);
        break;
    case ORM_DECIMAL:
        decimal_encode(c, v.integer, to);
        break;
    case ORM_ENUM:
        buffer_text(to, c->named->labels[v.integer]);
        break;
    case ORM_TEXT:
    case ORM_VARCHAR:
        buffer_text(to, v.text);
        break;
    default:
        type_rows[c->type].codec->encode(c, v, to);
    }
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

bool type_check(const struct orm_model *m, const struct orm_column *c,
    struct pg_cell cell, struct orm_error *e)
{
    const int wanted = type_rows[c->type].length;
    if (cell.length < 0 || (wanted >= 0 && cell.length != wanted))
        return error_set_field(e, ORM_DRIFT, m, c,
            "the server sent %d bytes; a value of %s has %d", cell.length, type_name(c),
            wanted);

    switch (c->type) {
    case ORM_INT2:
    case ORM_INT4:
    case ORM_INT8:
    case ORM_FLOAT4:
    case ORM_FLOAT8:
        return true;
    case ORM_ENUM:
        if (memchr(cell.data, '\0', (size_t)cell.length) ||
            label_index(c->named, cell) < 0)
            return error_set_field(e, ORM_DRIFT, m, c,
                "the database has the label \"%.*s\", the YAML does not; add it and "
                "generate again",
                cell.length, cell.data);
        return true;
    case ORM_BOOL:
        return (unsigned char)cell.data[0] <= 1 ||
               codec_lies(m, c, e, "neither 0 nor 1");
    case ORM_TIMESTAMP:
    case ORM_TIMESTAMPTZ: {
        const int64_t t = (int64_t)wire64(cell.data);
        if (t != INT64_MAX && t >= INT64_MAX - EPOCH_MICROSECONDS)
            return error_set_field(e, ORM_RANGE, m, c,
                "the time is past the year 294246, the last that orm_time holds");
        return true;
    }
    case ORM_DATE: {
        const int32_t d = (int32_t)wire32(cell.data);
        if (d != INT32_MAX && d >= INT32_MAX - EPOCH_DAYS)
            return error_set_field(
                e, ORM_RANGE, m, c, "the server sent no possible date");
        return true;
    }
    case ORM_TIME:
        return wire64(cell.data) <= DAY_MICROSECONDS ||
               codec_lies(m, c, e, "no time of a day");
    case ORM_DECIMAL:
        return decimal_check(m, c, cell, e);
    default:
        return type_rows[c->type].codec->check(m, c, cell, e);
    }
}

union orm_value type_decode(const struct orm_column *c, struct pg_cell cell)
{
    uint32_t bits32;
    uint64_t bits64;
    float single;
    union orm_value v = {.integer = 0};
    switch (c->type) {
    case ORM_BOOL:
        v.integer = cell.data[0];
        break;
    case ORM_INT2:
        v.integer = (int16_t)wire16(cell.data);
        break;
    case ORM_INT4:
        v.integer = (int32_t)wire32(cell.data);
        break;
    case ORM_INT8:
    case ORM_TIME:
        v.integer = (int64_t)wire64(cell.data);
        break;
    case ORM_DATE:
        v.integer = (int32_t)wire32(cell.data);
        if (v.integer != ORM_DATE_INFINITY && v.integer != ORM_DATE_MINUS_INFINITY)
            v.integer += EPOCH_DAYS;
        break;
    case ORM_TIMESTAMP:
    case ORM_TIMESTAMPTZ:
        v.integer = (int64_t)wire64(cell.data);
        if (v.integer != ORM_TIME_INFINITY && v.integer != ORM_TIME_MINUS_INFINITY)
            v.integer += EPOCH_MICROSECONDS;
        break;
    case ORM_FLOAT4:
        bits32 = wire32(cell.data);
        memcpy(&single, &bits32, sizeof single);
        v.real = (double)single;
        break;
    case ORM_FLOAT8:
        bits64 = wire64(cell.data);
        memcpy(&v.real, &bits64, sizeof v.real);
        break;
    case ORM_DECIMAL:
        v.integer = decimal_decode(c, cell);
        break;
    case ORM_ENUM:
        v.integer = label_index(c->named, cell);
        break;
    default:
        v.text = cell.data;
    }
    return v;
}
