/* types.c: the table of types, one row for each, and what is alike for all of them.
 *
 * Numbers are done in type_plain.c, all else by its codec, in the other files type_*.c.
 * Binary forms are those of the server's *_send and *_recv functions. */
#include "types/codec.h"

#include <stdio.h>
#include <string.h>

static codec_print print_bool, print_float, print_label;

const struct type_row type_rows[ORM_TYPE_COUNT] = {
    [ORM_BOOL] = {"bool", "boolean", {16, 1000}, 1, 1, 0, NULL, print_bool},
    [ORM_INT2] = {"int2", "smallint", {21, 1005}, 2, 2, 0, NULL, print_integer},
    [ORM_INT4] = {"int4", "integer", {23, 1007}, 4, 4, 0, NULL, print_integer},
    [ORM_INT8] = {"int8", "bigint", {20, 1016}, 8, 8, 0, NULL, print_integer},
    [ORM_FLOAT4] = {"float4", "real", {700, 1021}, 4, 4, 0, NULL, print_float},
    [ORM_FLOAT8] = {"float8", "double precision", {701, 1022}, 8, 8, 0, NULL,
        print_float},
    [ORM_DECIMAL] = {"numeric", "numeric", {1700, 1231}, -1, 8, 0, NULL, print_decimal},
    [ORM_DATE] = {"date", "date", {1082, 1182}, 4, 4, 0, NULL, print_date},
    [ORM_TIME] = {"time", "time without time zone", {1083, 1183}, 8, 8, 0, NULL,
        print_time},
    [ORM_TIMESTAMP] = {"timestamp", "timestamp without time zone", {1114, 1115}, 8, 8,
        0, NULL, print_timestamp},
    [ORM_TIMESTAMPTZ] = {"timestamptz", "timestamp with time zone", {1184, 1185}, 8, 8,
        0, NULL, print_timestamptz},
    [ORM_ENUM] = {"enum", "enum", {0, 0}, -1, 4, 0, NULL, print_label},

    [ORM_TEXT] = {"text", "text", {25, 1009}, -1, sizeof(char *), 0, &codec_text,
        print_text},
    [ORM_VARCHAR] = {"varchar", "character varying", {1043, 1015}, -1, sizeof(char *),
        0, &codec_text, print_text},
    [ORM_CHAR] = {"char", "bpchar", {1042, 1014}, -1, sizeof(char *), 0, &codec_char,
        print_text},
    [ORM_NUMERIC] = {"numeric", "numeric", {1700, 1231}, -1, sizeof(char *), 0,
        &codec_numeric, print_text},
    [ORM_JSON] = {"json", "json", {114, 199}, -1, sizeof(char *), 0, &codec_json,
        print_text},
    [ORM_JSONB] = {"jsonb", "jsonb", {3802, 3807}, -1, sizeof(char *), 0, &codec_jsonb,
        print_text},

    [ORM_BYTEA] = {"bytea", "bytea", {17, 1001}, -1, sizeof(struct orm_bytes), 0,
        &codec_bytea, print_bytea},
    [ORM_UUID] = {"uuid", "uuid", {2950, 2951}, 16, sizeof(struct orm_uuid), 0,
        &codec_uuid, print_uuid},
    [ORM_INTERVAL] = {"interval", "interval", {1186, 1187}, 16,
        sizeof(struct orm_interval), 0, &codec_interval, print_interval},
    [ORM_INET] = {"inet", "inet", {869, 1041}, -1, sizeof(struct orm_inet), 0,
        &codec_inet, print_inet},
    [ORM_CIDR] = {"cidr", "cidr", {650, 651}, -1, sizeof(struct orm_inet), 0,
        &codec_inet, print_inet},
    [ORM_MACADDR] = {"macaddr", "macaddr", {829, 1040}, 6, sizeof(struct orm_macaddr),
        0, &codec_macaddr, print_macaddr},
    [ORM_ARRAY] = {"array", "array", {0, 0}, -1, sizeof(struct orm_int4_array), 0,
        &codec_array, print_array},

#define RANGE(kind, name, c, oid, array, multi_oid, multi_array)                       \
    [ORM_##kind##_RANGE] = {name "range", name "range", {oid, array}, -1,              \
        sizeof(struct orm_##c##_range), ORM_##kind, &codec_range, NULL},               \
    [ORM_##kind##_MULTIRANGE] = {name "multirange", name "multirange",                 \
        {multi_oid, multi_array}, -1, sizeof(struct orm_##c##_multirange),             \
        ORM_##kind##_RANGE, &codec_multirange, NULL}
    RANGE(INT4, "int4", int4, 3904, 3905, 4451, 6150),
    RANGE(INT8, "int8", int8, 3926, 3927, 4536, 6157),
    RANGE(NUMERIC, "num", numeric, 3906, 3907, 4532, 6151),
    RANGE(DATE, "date", date, 3912, 3913, 4535, 6155),
    RANGE(TIMESTAMP, "ts", timestamp, 3908, 3909, 4533, 6152),
    RANGE(TIMESTAMPTZ, "tstz", time, 3910, 3911, 4534, 6153),
#undef RANGE
};

struct type_oids type_oids(const struct orm_column *c, const struct enum_oids *enums)
{
    if (c->type == ORM_ARRAY) {
        const struct orm_column item = type_element(c);
        return (struct type_oids){.oid = type_oids(&item, enums).array_oid};
    }
    return c->named ? enums->oids[numbers_find(&enums->numbers, c->named)]
                    : type_rows[c->type].oids;
}

struct type_oids type_bulk_oids(
    const struct orm_column *c, const struct enum_oids *enums)
{
    return c->type == ORM_ARRAY ? type_rows[ORM_TEXT].oids : type_oids(c, enums);
}

/* numeric.c's numeric_typmod_scale(); of times it is the digits themselves. */
bool type_rounds(const struct orm_column *c, int32_t typmod)
{
    const int32_t scale = ((typmod - 4) & 0x7ff) - (((typmod - 4) & 0x400) << 1);
    const bool is_number = c->type == ORM_DECIMAL || c->type == ORM_NUMERIC;
    const bool is_time = c->type >= ORM_TIME && c->type <= ORM_TIMESTAMPTZ;
    if (typmod < 0)
        return false;
    return (is_number && (!c->length || scale < c->scale)) || (is_time && typmod < 6);
}

const char *type_name(const struct orm_column *c)
{
    const unsigned type = c->type == ORM_ARRAY ? c->element : c->type;
    return type == ORM_ENUM ? c->named->name : type_rows[type].yaml;
}

void type_sql(const struct orm_column *c, struct buffer *sql)
{
    const unsigned type = c->type == ORM_ARRAY ? c->element : c->type;
    if (c->named)
        buffer_table(sql, c->named->schema, c->named->name);
    else
        buffer_text(sql, type_rows[type].sql);
    if (c->type == ORM_ARRAY)
        buffer_text(sql, "[]");
}

const char *type_name_of_oid(uint32_t oid)
{
    static _Thread_local char unknown[32];
    for (size_t i = 1; i < ORM_TYPE_COUNT; i++) {
        if (type_rows[i].oids.oid == oid && oid)
            return type_rows[i].sql;
        if (type_rows[i].oids.array_oid == oid && oid) {
            snprintf(unknown, sizeof unknown, "%s[]", type_rows[i].sql);
            return unknown;
        }
    }
    snprintf(unknown, sizeof unknown, "type %u", oid);
    return unknown;
}

struct orm_column type_element(const struct orm_column *c)
{
    struct orm_column element = *c;
    element.type = c->type == ORM_ARRAY ? c->element : type_rows[c->type].element;
    return element;
}

enum orm_type type_family(const struct orm_column *c)
{
    switch (c->type) {
    case ORM_INT2:
    case ORM_INT4:
    case ORM_INT8:
    case ORM_FLOAT4:
    case ORM_FLOAT8:
    case ORM_DECIMAL:
    case ORM_NUMERIC:
        return ORM_NUMERIC;
    case ORM_TEXT:
    case ORM_VARCHAR:
    case ORM_CHAR:
        return ORM_TEXT;
    case ORM_DATE:
    case ORM_TIMESTAMP:
        return ORM_TIMESTAMP;
    case ORM_INET:
    case ORM_CIDR:
        return ORM_INET;
    default:
        return c->type;
    }
}

/* -- Comparing and copying ----------------------------------------------------------
 */

/* Values that are stored as bytes of one spelling are compared as such. */
static bool equal_on_the_wire(
    const struct orm_column *c, union orm_value a, union orm_value b)
{
    struct buffer bytes = {0};
    type_encode(c, a, &bytes);
    const size_t half = bytes.length;
    type_encode(c, b, &bytes);
    const bool equal = !bytes.failed && bytes.length == 2 * half &&
                       (!half || memcmp(bytes.data, bytes.data + half, half) == 0);
    buffer_free(&bytes);
    return equal;
}

bool type_equal(const struct orm_column *c, union orm_value a, union orm_value b)
{
    if (c->type == ORM_FLOAT4 || c->type == ORM_FLOAT8)
        /* By bits: NaN equals itself, 0 and -0 differ. */
        return memcmp(&a.real, &b.real, sizeof a.real) == 0;
    if (type_is_number(c))
        return a.integer == b.integer;
    /* What may be a key must not take memory: without it a row would not be found. */
    if (c->type == ORM_UUID)
        return memcmp(a.data, b.data, sizeof(struct orm_uuid)) == 0;
    if (type_is_text(c) && strcmp(a.text, b.text) == 0)
        return true;
    return c->type != ORM_TEXT && c->type != ORM_VARCHAR && equal_on_the_wire(c, a, b);
}

bool type_copy(const struct orm_column *c, union orm_value *v, struct arena *a)
{
    struct buffer bytes = {0};
    type_encode(c, *v, &bytes);
    buffer_add(&bytes, "", 1); /* an empty value has an address, too */
    const struct pg_cell cell = {bytes.data, (int)bytes.length - 1};
    void *at = NULL;
    if (!bytes.failed && arena_reserve(a, type_room(c, cell) + type_rows[c->type].size +
                                              ARENA_ALIGN - 1))
        at = arena_get(a, type_rows[c->type].size);
    if (at) {
        type_take(c, at, cell, a);
        *v = type_value(c, at);
    }
    buffer_free(&bytes);
    return at;
}

/* -- On the wire ------------------------------------------------------------------ */

bool codec_lies(const struct orm_model *m, const struct orm_column *c,
    struct orm_error *e, const char *what)
{
    return error_set_field(
        e, ORM_DRIFT, m, c, "the server sent %s for a value of %s", what, type_name(c));
}

size_t type_room(const struct orm_column *c, struct pg_cell cell)
{
    return type_is_number(c) ? 0 : type_rows[c->type].codec->room(c, cell);
}

void type_take(
    const struct orm_column *c, void *at, struct pg_cell cell, struct arena *a)
{
    if (type_is_number(c))
        type_store(c, at, type_decode(c, cell));
    else
        type_rows[c->type].codec->take(c, at, cell, a);
}

static bool is_text_cell(const char *have, struct pg_cell cell)
{
    return strncmp(have, cell.data, (size_t)cell.length) == 0 &&
           have[cell.length] == '\0';
}

bool type_is_cell(const struct orm_column *c, union orm_value v, struct pg_cell cell)
{
    if (type_is_number(c))
        return type_equal(c, v, type_decode(c, cell));
    while (c->type == ORM_CHAR && cell.length && cell.data[cell.length - 1] == ' ')
        cell.length--;
    if (c->type == ORM_TEXT || c->type == ORM_VARCHAR || c->type == ORM_CHAR)
        return is_text_cell(v.text, cell);
    struct buffer bytes = {0};
    type_encode(c, v, &bytes);
    const bool equal =
        !bytes.failed && bytes.length == (size_t)cell.length &&
        (!bytes.length || memcmp(bytes.data, cell.data, bytes.length) == 0);
    buffer_free(&bytes);
    return equal;
}

bool codec_given(const struct orm_model *m, const struct orm_column *c,
    union orm_value v, struct orm_error *e)
{
    return v.data || error_set_field(e, ORM_INVALID, m, c,
                         "NULL is no value; clear the field, or ask with is_null");
}

bool codec_any(const struct orm_model *m, const struct orm_column *c,
    struct pg_cell cell, struct orm_error *e)
{
    (void)m, (void)c, (void)cell, (void)e;
    return true;
}

size_t codec_no_room(const struct orm_column *c, struct pg_cell cell)
{
    (void)c, (void)cell;
    return 0;
}

size_t codec_begin(struct buffer *to)
{
    buffer_int32(to, 0);
    return to->length;
}

void codec_end(struct buffer *to, size_t at)
{
    buffer_patch_int32(to, at - 4, (uint32_t)(to->length - at));
}

/* -- As text ----------------------------------------------------------------------- */

void type_print(const struct orm_column *c, union orm_value v, struct buffer *to)
{
    type_rows[c->type].print(c, v, to);
}

void print_integer(const struct orm_column *c, union orm_value v, struct buffer *to)
{
    (void)c;
    if (v.integer < 0)
        buffer_text(to, "-");
    buffer_number(to, v.integer < 0 ? 0 - (uint64_t)v.integer : (uint64_t)v.integer);
}

static void print_bool(const struct orm_column *c, union orm_value v, struct buffer *to)
{
    (void)c;
    buffer_text(to, v.integer ? "true" : "false");
}

static void print_label(
    const struct orm_column *c, union orm_value v, struct buffer *to)
{
    buffer_text(to, c->named->labels[v.integer]);
}

/* printf() puts in what the program's locale has for a decimal point. */
static void print_float(
    const struct orm_column *c, union orm_value v, struct buffer *to)
{
    char text[40];
    if (v.real != v.real || v.real - v.real != 0) {
        buffer_text(to, v.real != v.real ? "NaN"
                        : v.real < 0     ? "-Infinity"
                                         : "Infinity");
        return;
    }
    snprintf(text, sizeof text, "%.*e", c->type == ORM_FLOAT4 ? 8 : 16, v.real);
    const size_t whole = strcspn(text, "0123456789") + 1;
    const char *part = text + whole + strcspn(text + whole, "0123456789");
    buffer_add(to, text, whole);
    buffer_text(to, ".");
    buffer_text(to, part);
}
