/* any_value.c: see any_value.h. */
#include "any_value.h"
#include "unit.h"

#include <math.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static uint64_t below(uint64_t *random, uint64_t n)
{
    return unit_random(random) % n;
}

static int64_t between(uint64_t *random, int64_t low, int64_t high)
{
    const uint64_t span = (uint64_t)high - (uint64_t)low;
    const uint64_t offset =
        span == UINT64_MAX ? unit_random(random) : below(random, span + 1);
    return (int64_t)((uint64_t)low + offset);
}

/* -- Numbers ----------------------------------------------------------------------- */

/* The ends of each type, and the values between them that mean something else. */
static const struct {
    int64_t low, high;
    int64_t special[2];
    int special_count;
} integers[] = {
    [ORM_BOOL] = {0, 1, {0}, 0},
    [ORM_INT2] = {INT16_MIN, INT16_MAX, {0}, 0},
    [ORM_INT4] = {INT32_MIN, INT32_MAX, {0}, 0},
    [ORM_INT8] = {INT64_MIN, INT64_MAX, {0}, 0},
    [ORM_DATE] = {-2440588, 2145042905, {ORM_DATE_INFINITY, ORM_DATE_MINUS_INFINITY},
        2},
    [ORM_TIME] = {0, INT64_C(86400000000), {0}, 0},
    [ORM_TIMESTAMP] = {INT64_C(-210866803200000000), INT64_MAX - 1,
        {ORM_TIME_INFINITY, ORM_TIME_MINUS_INFINITY}, 2},
    [ORM_TIMESTAMPTZ] = {INT64_C(-210866803200000000), INT64_MAX - 1,
        {ORM_TIME_INFINITY, ORM_TIME_MINUS_INFINITY}, 2},
};

static int64_t any_integer(const struct orm_column *c, uint64_t *random)
{
    const uint64_t kind = below(random, 16);
    if (kind == 0)
        return integers[c->type].low;
    if (kind == 1)
        return integers[c->type].high;
    if (kind == 2 && integers[c->type].special_count)
        return integers[c->type].special[below(random, 2)];
    if (kind < 8 && integers[c->type].low < -1000)
        return between(random, -1000, 1000);
    return between(random, integers[c->type].low, integers[c->type].high);
}

static double any_real(const struct orm_column *c, uint64_t *random)
{
    static const double special[] = {0, -0.0, NAN, INFINITY, -INFINITY, 0.1, -1};
    if (below(random, 4) == 0)
        return special[below(random, COUNT(special))];
    for (;;) {
        const uint64_t bits = unit_random(random);
        const uint32_t half = (uint32_t)bits;
        double value;
        float single;
        memcpy(&value, &bits, sizeof value);
        memcpy(&single, &half, sizeof single);
        if (c->type == ORM_FLOAT4)
            value = (double)single;
        if (isfinite(value))
            return value;
    }
}

static int64_t any_decimal(const struct orm_column *c, uint64_t *random)
{
    int64_t limit = 1;
    for (unsigned digits = (unsigned)below(random, c->length + 1u); digits; digits--)
        limit *= 10;
    return below(random, 20) ? between(random, 1 - limit, limit - 1) : ORM_DECIMAL_NAN;
}

/* -- Texts ------------------------------------------------------------------------- */

static char *any_digits(char *to, uint64_t *random, uint64_t count)
{
    for (; count; count--)
        *to++ = (char)('0' + below(random, below(random, 3) ? 10 : 1));
    return to;
}

static const char *any_numeric(
    const struct orm_column *c, uint64_t *random, struct arena *a)
{
    const uint64_t whole = below(random, c->length ? c->length - c->scale + 1u : 60);
    const uint64_t part = below(random, c->length ? c->scale + 1u : 60);
    char *text = arena_bytes(a, whole + part + 4), *to = text;
    if (below(random, 20) == 0)
        return "NaN";
    if (!c->length && below(random, 20) == 0)
        return below(random, 2) ? "Infinity" : "-Infinity";
    if (below(random, 2))
        *to++ = '-';
    if (whole == 0)
        *to++ = '0';
    to = any_digits(to, random, whole);
    if (part) {
        *to++ = '.';
        to = any_digits(to, random, part);
    }
    *to = '\0';
    return text;
}

enum {
    UNLIMITED = 40
};

/* Up to `most` characters (words, if unlimited), many of which something might take for
 * its own. */
static const char *any_text(uint64_t *random, uint64_t most, struct arena *a)
{
    static const char *const characters[] = {"a", "Z", " ", "\"", "'", "\\", "{", "}",
        ",", "NULL", "\n", "\t", "(", ")", "$1", ";", "--", "\x01", "\x7f", "\xc3\xbc",
        "\xe6\x97\xa5", "\xf0\x9f\x93\x9a"};
    uint64_t count = below(random, most + 1);
    char *text = arena_bytes(a, 4 * count + 1), *to = text;
    for (; count; count--) {
        const char *one = characters[below(random, COUNT(characters))];
        const size_t length = most != UNLIMITED && one[0] > 0 ? 1 : strlen(one);
        memcpy(to, one, length);
        to += length;
    }
    *to = '\0';
    return text;
}

/* As jsonb gives them back. */
static const char *any_json(uint64_t *random)
{
    static const char *const samples[] = {"{}", "[]", "null", "true", "-1.50", "\"\"",
        "\"a \\\"quoted\\\" \\\\ one\"", "[1, 2, [3, {\"a\": null}]]",
        "{\"a\": {\"b\": [\"{\", \"}\", \",\"]}}", "\"\xc3\xbc \xf0\x9f\x93\x9a\"",
        "{\"\": 0, \"NULL\": \"NULL\"}", "[[], {}, [[]]]"};
    return samples[below(random, COUNT(samples))];
}

/* -- Structs ----------------------------------------------------------------------- */

static void any_bytes(uint64_t *random, void *to, size_t length)
{
    for (size_t i = 0; i < length; i++)
        ((unsigned char *)to)[i] =
            (unsigned char)below(random, below(random, 4) ? 256 : 1);
}

static void any_inet(const struct orm_column *c, uint64_t *random, struct orm_inet *to)
{
    memset(to, 0, sizeof *to);
    to->family = below(random, 2) ? 4 : 6;
    const unsigned bits = to->family == 4 ? 32 : 128;
    to->prefix = (uint8_t)(below(random, 2) ? bits : below(random, bits + 1));
    any_bytes(random, to->address, bits / 8);
    for (unsigned bit = to->prefix; c->type == ORM_CIDR && bit < bits; bit++)
        to->address[bit / 8] &= (uint8_t) ~(1u << (7 - bit % 8));
}

static void any_interval(uint64_t *random, struct orm_interval *to)
{
    static const struct orm_interval ends[] = {{0, 0, 0},
        {INT64_MAX, INT32_MAX, INT32_MAX},
        {INT64_MIN + 1, INT32_MIN + 1, INT32_MIN + 1}, {-1, 1, -1}, {1, -1, 1},
        {INT64_C(-3600000000), 0, 0}};
    *to = ends[below(random, COUNT(ends))];
    if (below(random, 4))
        *to = (struct orm_interval){
            between(random, -(INT64_C(1) << 50), INT64_C(1) << 50),
            (int32_t)between(random, -100000, 100000),
            (int32_t)between(random, -100000, 100000)};
}

static void any_array(
    const struct orm_column *c, uint64_t *random, struct arena *a, void *to)
{
    const struct orm_column item = type_element(c);
    const size_t len = below(random, 3) ? below(random, 6) : 0;
    char *items = arena_get(a, len * type_size(&item) + 1);
    bool *nulls = (bool *)arena_bytes(a, len + 1);
    for (size_t i = 0; i < len; i++) {
        nulls[i] = below(random, 4) == 0;
        const union orm_value v =
            nulls[i] ? type_zero(&item) : any_value(&item, random, a);
        type_store(&item, items + i * type_size(&item), v);
    }
    const struct orm_int4_array view = {
        (const int32_t *)(void *)items, below(random, 2) ? nulls : NULL, len};
    memcpy(to, &view, sizeof view);
    for (size_t i = 0; i < len && !view.nulls; i++)
        if (nulls[i])
            type_store(
                &item, items + i * type_size(&item), any_value(&item, random, a));
}

/* A range of `bound` whose bounds lie in [from, from + 100]. */
static void any_range_from(const struct orm_column *range, int64_t from,
    uint64_t *random, struct arena *a, char *to)
{
    const struct orm_column bound = type_element(range);
    const size_t size = type_size(&bound);
    int64_t ends[2] = {from + (int64_t)below(random, 50)};
    ends[1] = ends[0] + (int64_t)below(random, 50);
    memset(to, 0, type_size(range));
    for (size_t i = 0; i < 2; i++) {
        union orm_value v = {.integer = ends[i]};
        if (bound.type == ORM_NUMERIC) {
            char *text = arena_bytes(a, 40);
            snprintf(text, 40, "%lld.25", (long long)ends[i]);
            v.text = text;
        }
        type_store(&bound, to + i * size, v);
    }
    ((uint8_t *)to)[2 * size] = (uint8_t)(below(random, 4) * ORM_LOWER_IN);
}

static void any_range(
    const struct orm_column *c, uint64_t *random, struct arena *a, char *to)
{
    const struct orm_column bound = type_element(c);
    any_range_from(c, (int64_t)below(random, 100000), random, a, to);
    if (below(random, 3) == 0) {
        static const uint8_t bounds[] = {ORM_EMPTY, ORM_NO_LOWER, ORM_NO_UPPER,
            ORM_NO_LOWER | ORM_NO_UPPER, ORM_NO_LOWER | ORM_UPPER_IN,
            ORM_NO_UPPER | ORM_LOWER_IN};
        ((uint8_t *)to)[2 * type_size(&bound)] = bounds[below(random, COUNT(bounds))];
    }
}

/* In order and apart, as the server keeps them. */
static void any_multirange(
    const struct orm_column *c, uint64_t *random, struct arena *a, void *to)
{
    const struct orm_column range = type_element(c), bound = type_element(&range);
    const size_t len = below(random, 4), size = type_size(&range);
    char *items = arena_get(a, len * size + 1);
    for (size_t i = 0; i < len; i++) {
        any_range_from(&range, (int64_t)i * 1000, random, a, items + i * size);
        ((uint8_t *)items)[i * size + 2 * type_size(&bound)] =
            ORM_LOWER_IN | ORM_UPPER_IN;
    }
    const struct orm_int4_multirange view = {(void *)items, len};
    memcpy(to, &view, sizeof view);
}

/* -- All --------------------------------------------------------------------------- */

union orm_value any_value(const struct orm_column *c, uint64_t *random, struct arena *a)
{
    void *to = arena_get(a, type_size(c));
    memset(to, 0, type_size(c));
    switch (c->type) {
    case ORM_FLOAT4:
    case ORM_FLOAT8:
        return (union orm_value){.real = any_real(c, random)};
    case ORM_DECIMAL:
        return (union orm_value){.integer = any_decimal(c, random)};
    case ORM_ENUM:
        return (union orm_value){
            .integer = (int64_t)below(random, c->named->label_count)};
    case ORM_TEXT:
        return (union orm_value){.text = any_text(random, UNLIMITED, a)};
    case ORM_VARCHAR:
    case ORM_CHAR:
        return (union orm_value){.text = any_text(random, c->length, a)};
    case ORM_NUMERIC:
        return (union orm_value){.text = any_numeric(c, random, a)};
    case ORM_JSON:
    case ORM_JSONB:
        return (union orm_value){.text = any_json(random)};
    case ORM_BYTEA: {
        const struct orm_bytes bytes = {arena_get(a, 41), below(random, 41)};
        any_bytes(random, (void *)(uintptr_t)bytes.data, bytes.len);
        memcpy(to, &bytes, sizeof bytes);
        break;
    }
    case ORM_UUID:
    case ORM_MACADDR:
        any_bytes(random, to, type_size(c));
        break;
    case ORM_INTERVAL:
        any_interval(random, to);
        break;
    case ORM_INET:
    case ORM_CIDR:
        any_inet(c, random, to);
        break;
    case ORM_ARRAY:
        any_array(c, random, a, to);
        break;
    default:
        if (type_is_number(c))
            return (union orm_value){.integer = any_integer(c, random)};
        if (c->type < ORM_INT4_MULTIRANGE)
            any_range(c, random, a, to);
        else
            any_multirange(c, random, a, to);
    }
    return (union orm_value){.data = to};
}

void any_set(struct orm_object *o, unsigned column, union orm_value v)
{
    const struct orm_column *c = &o->model->columns[column];
    if (c->type == ORM_FLOAT4 || c->type == ORM_FLOAT8)
        orm_set_real(o, column, v.real);
    else if (type_is_number(c))
        orm_set_integer(o, column, v.integer);
    else if (type_is_text(c))
        orm_set_text(o, column, v.text);
    else
        orm_set_data(o, column, v.data);
}

/* [1,10) */
static void print_range(const struct orm_column *c, const char *at, struct buffer *to)
{
    const struct orm_column bound = type_element(c);
    const size_t size = type_size(&bound);
    const uint8_t bounds = (uint8_t)at[2 * size];
    if (bounds & ORM_EMPTY) {
        buffer_text(to, "empty");
        return;
    }
    buffer_text(to, bounds & ORM_LOWER_IN ? "[" : "(");
    for (size_t i = 0; i < 2; i++) {
        buffer_text(to, i ? "," : "");
        if (bounds & (i ? ORM_NO_UPPER : ORM_NO_LOWER))
            continue;
        buffer_text(to, "\"");
        type_print(&bound, type_value(&bound, at + i * size), to);
        buffer_text(to, "\"");
    }
    buffer_text(to, bounds & ORM_UPPER_IN ? "]" : ")");
}

void any_print(const struct orm_column *c, union orm_value v, struct buffer *to)
{
    if (c->type < ORM_INT4_RANGE) {
        type_print(c, v, to);
        return;
    }
    if (c->type < ORM_INT4_MULTIRANGE) {
        print_range(c, v.data, to);
        return;
    }
    const struct orm_column range = type_element(c);
    struct orm_int4_multirange view;
    memcpy(&view, v.data, sizeof view);
    buffer_text(to, "{");
    for (size_t i = 0; i < view.len; i++) {
        buffer_text(to, i ? "," : "");
        print_range(&range, (const char *)view.items + i * type_size(&range), to);
    }
    buffer_text(to, "}");
}
