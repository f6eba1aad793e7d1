/* type_plain.c: numbers, and where values of all types lie in a struct.
 *
 * Most values are numbers or texts, so what is done to each of them is a switch; the
 * other types are their codecs' business. */
#include "types/plain.h"

#include <string.h>

/* 4714-11-24 BC, the first day of both, counted from 1970. */
#define FIRST_DAY         (-2451545 + EPOCH_DAYS)
#define FIRST_MICROSECOND (INT64_C(-211813488000000000) + EPOCH_MICROSECONDS)

/* 5874897-12-31, the last day, counted from 1970. */
#define LAST_DAY (2145031948 + EPOCH_DAYS)

/* -- In a struct ------------------------------------------------------------------- */

size_t type_size(const struct orm_column *c)
{
    return type_rows[c->type].size;
}

union orm_value type_value(const struct orm_column *c, const void *at)
{
    return plain_value(c, at);
}

void type_store(const struct orm_column *c, void *at, union orm_value v)
{
    plain_store(c->type, at, v);
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
