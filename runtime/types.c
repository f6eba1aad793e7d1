/* types.c: codecs.  One row per type in `types`, one arm per storage in each switch.
 *
 * Binary forms as in the server's *_send and *_recv functions. */
#include "types.h"

#include <stdio.h>
#include <string.h>

/* Between PostgreSQL's epoch, 2000-01-01, and ours. */
#define EPOCH_DAYS         10957
#define EPOCH_MICROSECONDS INT64_C(946684800000000)

/* 4714-11-24 BC, the first day of both, counted from 1970. */
#define FIRST_DAY         (-2451545 + EPOCH_DAYS)
#define FIRST_MICROSECOND (INT64_C(-211813488000000000) + EPOCH_MICROSECONDS)

/* 5874897-12-31, the last day, counted from 1970. */
#define LAST_DAY (2145031948 + EPOCH_DAYS)

static const struct {
    const char *yaml;
    const char *sql; /* as in the server's messages */
    struct type_oids oids;
    int length; /* on the wire; -1: any */
} types[] = {
    [ORM_BOOL] = {"bool", "boolean", {16, 1000}, 1},
    [ORM_INT2] = {"int2", "smallint", {21, 1005}, 2},
    [ORM_INT4] = {"int4", "integer", {23, 1007}, 4},
    [ORM_INT8] = {"int8", "bigint", {20, 1016}, 8},
    [ORM_FLOAT4] = {"float4", "real", {700, 1021}, 4},
    [ORM_FLOAT8] = {"float8", "double precision", {701, 1022}, 8},
    [ORM_TEXT] = {"text", "text", {25, 1009}, -1},
    [ORM_VARCHAR] = {"varchar", "character varying", {1043, 1015}, -1},
    [ORM_DATE] = {"date", "date", {1082, 1182}, 4},
    [ORM_TIMESTAMPTZ] = {"timestamptz", "timestamp with time zone", {1184, 1185}, 8},
    [ORM_ENUM] = {"enum", "enum", {0, 0}, -1},
};

struct type_oids type_oids(const struct orm_column *c, const struct enum_oids *enums)
{
    return c->type == ORM_ENUM
               ? enums->oids[numbers_find(&enums->numbers, c->enumeration)]
               : types[c->type].oids;
}

const char *type_name(const struct orm_column *c)
{
    return c->type == ORM_ENUM ? c->enumeration->name : types[c->type].yaml;
}

const char *type_name_of_oid(uint32_t oid)
{
    static _Thread_local char unknown[32];
    for (size_t i = 1; i < sizeof types / sizeof *types; i++)
        if (types[i].oids.oid == oid && oid)
            return types[i].sql;
    snprintf(unknown, sizeof unknown, "type %u", oid);
    return unknown;
}

/* -- In a struct ------------------------------------------------------------------- */

union orm_value type_get(const struct orm_column *c, const struct orm_object *o)
{
    const char *at = (const char *)o + c->offset;
    switch (c->type) {
    case ORM_BOOL:
        return (union orm_value){.integer = *(const bool *)at};
    case ORM_INT2:
        return (union orm_value){.integer = *(const int16_t *)(const void *)at};
    case ORM_INT4:
    case ORM_DATE:
    case ORM_ENUM:
        return (union orm_value){.integer = *(const int32_t *)(const void *)at};
    case ORM_INT8:
    case ORM_TIMESTAMPTZ:
        return (union orm_value){.integer = *(const int64_t *)(const void *)at};
    case ORM_FLOAT4:
        return (union orm_value){.real = (double)*(const float *)(const void *)at};
    case ORM_FLOAT8:
        return (union orm_value){.real = *(const double *)(const void *)at};
    default:
        return (union orm_value){.text = *(const char *const *)(const void *)at};
    }
}

void type_put(const struct orm_column *c, struct orm_object *o, union orm_value v)
{
    void *at = (char *)o + c->offset;
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
    case ORM_TIMESTAMPTZ:
        *(int64_t *)at = v.integer;
        break;
    case ORM_FLOAT4:
        *(float *)at = (float)v.real;
        break;
    case ORM_FLOAT8:
        *(double *)at = v.real;
        break;
    default:
        *(const char **)at = v.text;
    }
}

union orm_value type_zero(const struct orm_column *c)
{
    if (type_is_text(c))
        return (union orm_value){.text = ""};
    if (c->type == ORM_FLOAT4 || c->type == ORM_FLOAT8)
        return (union orm_value){.real = 0};
    return (union orm_value){.integer = 0};
}

bool type_equal(const struct orm_column *c, union orm_value a, union orm_value b)
{
    switch (c->type) {
    case ORM_TEXT:
    case ORM_VARCHAR:
        return strcmp(a.text, b.text) == 0;
    case ORM_FLOAT4:
    case ORM_FLOAT8:
        /* By bits: NaN equals itself, 0 and -0 differ. */
        return memcmp(&a.real, &b.real, sizeof a.real) == 0;
    default:
        return a.integer == b.integer;
    }
}

/* -- What a type can hold ---------------------------------------------------------- */

/* Characters of valid UTF-8 as PostgreSQL defines it (RFC 3629); -1 if it is not. */
static int64_t count_characters(const char *text)
{
    int64_t n = 0;
    for (const unsigned char *p = (const unsigned char *)text; *p; n++) {
        if (*p < 0x80) {
            p++;
            continue;
        }
        const int more = *p >= 0xf0 ? 3 : *p >= 0xe0 ? 2 : 1;
        const unsigned char low = *p == 0xe0 ? 0xa0 : *p == 0xf0 ? 0x90 : 0x80;
        const unsigned char high = *p == 0xed ? 0x9f : *p == 0xf4 ? 0x8f : 0xbf;
        if (*p < 0xc2 || *p > 0xf4 || p[1] < low || p[1] > high)
            return -1;
        for (int i = 2; i <= more; i++)
            if ((p[i] & 0xc0) != 0x80)
                return -1;
        p += more + 1;
    }
    return n;
}

static bool accepts_text(const struct orm_model *m, const struct orm_column *c,
    const char *text, struct orm_error *e)
{
    if (!text)
        return error_set_field(e, ORM_INVALID, m, c,
            "NULL is no value; clear the field, or ask with is_null");
    const int64_t characters = count_characters(text);
    if (characters < 0)
        return error_set_field(e, ORM_RANGE, m, c, "the text is not valid UTF-8");
    if (c->type == ORM_VARCHAR && characters > c->length)
        return error_set_field(e, ORM_RANGE, m, c,
            "%lld characters; varchar(%u) holds %u", (long long)characters,
            (unsigned)c->length, (unsigned)c->length);
    return true;
}

bool type_accepts(const struct orm_model *m, const struct orm_column *c,
    union orm_value v, struct orm_error *e)
{
    int64_t low, high;
    switch (c->type) {
    case ORM_TEXT:
    case ORM_VARCHAR:
        return accepts_text(m, c, v.text, e);
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
        low = 0, high = c->enumeration->label_count - 1;
        break;
    case ORM_DATE:
        if (v.integer == ORM_DATE_INFINITY || v.integer == ORM_DATE_MINUS_INFINITY)
            return true;
        low = FIRST_DAY, high = LAST_DAY;
        break;
    case ORM_TIMESTAMPTZ:
        if (v.integer == ORM_TIME_MINUS_INFINITY)
            return true;
        low = FIRST_MICROSECOND, high = INT64_MAX;
        break;
    default:
        return true;
    }
    if (v.integer < low || v.integer > high)
        return error_set_field(e, ORM_RANGE, m, c, "%lld is not a value of %s",
            (long long)v.integer, type_name(c));
    return true;
}

/* -- On the wire ------------------------------------------------------------------- */

static uint64_t big_endian(const char *data, int size)
{
    uint64_t v = 0;
    for (int i = 0; i < size; i++)
        v = v << 8 | (unsigned char)data[i];
    return v;
}

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
        buffer_int64(to, (uint64_t)v.integer);
        break;
    case ORM_DATE:
        if (v.integer != ORM_DATE_INFINITY && v.integer != ORM_DATE_MINUS_INFINITY)
            v.integer -= EPOCH_DAYS;
        buffer_int32(to, (uint32_t)v.integer);
        break;
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
    case ORM_ENUM:
        buffer_text(to, c->enumeration->labels[v.integer]);
        break;
    default:
        buffer_text(to, v.text);
    }
}

/* The index of a label, or -1. */
static int64_t label_index(const struct orm_enum *e, struct pg_cell cell)
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
    const int wanted = types[c->type].length;
    if (cell.length < 0 || (wanted >= 0 && cell.length != wanted))
        return error_set_field(e, ORM_DRIFT, m, c,
            "the server sent %d bytes; a value of %s has %d", cell.length, type_name(c),
            wanted);

    switch (c->type) {
    case ORM_TEXT:
    case ORM_VARCHAR:
        if (memchr(cell.data, '\0', (size_t)cell.length))
            return error_set_field(
                e, ORM_RANGE, m, c, "the server sent a text with a NUL in it");
        return true;
    case ORM_ENUM:
        if (memchr(cell.data, '\0', (size_t)cell.length) ||
            label_index(c->enumeration, cell) < 0)
            return error_set_field(e, ORM_DRIFT, m, c,
                "the database has the label \"%.*s\", the YAML does not; add it and "
                "generate again",
                cell.length, cell.data);
        return true;
    case ORM_BOOL:
        if ((unsigned char)cell.data[0] > 1)
            return error_set_field(
                e, ORM_DRIFT, m, c, "the server sent a bool that is neither 0 nor 1");
        return true;
    case ORM_TIMESTAMPTZ: {
        const int64_t t = (int64_t)big_endian(cell.data, 8);
        if (t != INT64_MAX && t >= INT64_MAX - EPOCH_MICROSECONDS)
            return error_set_field(e, ORM_RANGE, m, c,
                "the time is past the year 294246, the last that orm_time holds");
        return true;
    }
    case ORM_DATE: {
        const int32_t d = (int32_t)(uint32_t)big_endian(cell.data, 4);
        if (d != INT32_MAX && d >= INT32_MAX - EPOCH_DAYS)
            return error_set_field(
                e, ORM_RANGE, m, c, "the server sent no possible date");
        return true;
    }
    default:
        return true;
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
        v.integer = (int16_t)(uint16_t)big_endian(cell.data, 2);
        break;
    case ORM_INT4:
        v.integer = (int32_t)(uint32_t)big_endian(cell.data, 4);
        break;
    case ORM_INT8:
        v.integer = (int64_t)big_endian(cell.data, 8);
        break;
    case ORM_DATE:
        v.integer = (int32_t)(uint32_t)big_endian(cell.data, 4);
        if (v.integer != ORM_DATE_INFINITY && v.integer != ORM_DATE_MINUS_INFINITY)
            v.integer += EPOCH_DAYS;
        break;
    case ORM_TIMESTAMPTZ:
        v.integer = (int64_t)big_endian(cell.data, 8);
        if (v.integer != ORM_TIME_INFINITY && v.integer != ORM_TIME_MINUS_INFINITY)
            v.integer += EPOCH_MICROSECONDS;
        break;
    case ORM_FLOAT4:
        bits32 = (uint32_t)big_endian(cell.data, 4);
        memcpy(&single, &bits32, sizeof single);
        v.real = (double)single;
        break;
    case ORM_FLOAT8:
        bits64 = big_endian(cell.data, 8);
        memcpy(&v.real, &bits64, sizeof v.real);
        break;
    case ORM_ENUM:
        v.integer = label_index(c->enumeration, cell);
        break;
    default:
        v.text = cell.data;
    }
    return v;
}
