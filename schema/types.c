/* types.c: the table of types, and which literals each of them holds.
 *
 * A literal is checked here so that CREATE TABLE cannot fail on it, and strictly: what
 * one reader would take for octal and another for decimal is refused. */
#include "types.h"

#include "text.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static bool is_infinity(const char *text)
{
    return strcmp(text, "infinity") == 0 || strcmp(text, "-infinity") == 0;
}

static size_t count_digits(const char *text)
{
    return strspn(text, "0123456789");
}

static bool holds_bool(const struct field *f, const char *text)
{
    (void)f;
    return strcmp(text, "true") == 0 || strcmp(text, "false") == 0;
}

static bool holds_integer(const struct field *f, const char *text)
{
    static const int64_t largest[TYPE_COUNT] = {
        [TYPE_INT2] = INT16_MAX, [TYPE_INT4] = INT32_MAX, [TYPE_INT8] = INT64_MAX};
    const char *digits = text + (*text == '-');
    const size_t count = count_digits(digits);
    if (count == 0 || digits[count] || (*digits == '0' && (count > 1 || *text == '-')))
        return false;
    errno = 0;
    const long long value = strtoll(text, NULL, 10);
    return errno == 0 && value <= largest[f->type] && value >= -largest[f->type] - 1;
}

static bool holds_float(const struct field *f, const char *text)
{
    static const char *const special[] = {"NaN", "Infinity", "-Infinity"};
    for (size_t i = 0; i < sizeof special / sizeof *special; i++)
        if (strcmp(text, special[i]) == 0)
            return true;

    const char *s = text + (*text == '-');
    const size_t whole = count_digits(s);
    if (whole == 0 || (*s == '0' && whole > 1))
        return false;
    bool is_zero = strspn(s, "0.") == strcspn(s, "eE");
    s += whole;
    if (*s == '.') {
        const size_t part = count_digits(s + 1);
        if (part == 0)
            return false;
        s += 1 + part;
    }
    if (*s == 'e' || *s == 'E') {
        s += 1 + (s[1] == '-' || s[1] == '+');
        const size_t exponent = count_digits(s);
        if (exponent == 0)
            return false;
        s += exponent;
    }
    if (*s)
        return false;
    const double value =
        f->type == TYPE_FLOAT4 ? (double)strtof(text, NULL) : strtod(text, NULL);
    return isfinite(value) && (value != 0 || is_zero);
}

static bool holds_text(const struct field *f, const char *text)
{
    return f->type != TYPE_VARCHAR || text_characters(text, strlen(text)) <= f->length;
}

/* `count` digits at *s as a number, which must be in range; moves on. */
static bool take_number(const char **s, size_t count, int least, int most, int *number)
{
    *number = 0;
    for (size_t i = 0; i < count; i++) {
        if (!isdigit((unsigned char)(*s)[i]))
            return false;
        *number = *number * 10 + ((*s)[i] - '0');
    }
    *s += count;
    return *number >= least && *number <= most;
}

static bool take(const char **s, char c)
{
    const bool there = **s == c;
    *s += there;
    return there;
}

static bool take_date(const char **s)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year, month, day;
    if (!take_number(s, 4, 1, 9999, &year) || !take(s, '-') ||
        !take_number(s, 2, 1, 12, &month) || !take(s, '-') ||
        !take_number(s, 2, 1, 31, &day))
        return false;
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= days[month - 1] + (month == 2 && leap);
}

static bool holds_date(const struct field *f, const char *text)
{
    (void)f;
    return is_infinity(text) || (take_date(&text) && !*text);
}

static bool take_zone(const char **s)
{
    int number;
    if (take(s, 'Z'))
        return true;
    if (!take(s, '+') && !take(s, '-'))
        return false;
    return take_number(s, 2, 0, 14, &number) &&
           (!take(s, ':') || take_number(s, 2, 0, 59, &number));
}

static bool holds_time(const struct field *f, const char *text)
{
    (void)f;
    int number;
    if (is_infinity(text))
        return true;
    if (!take_date(&text) || (!take(&text, 'T') && !take(&text, ' ')) ||
        !take_number(&text, 2, 0, 23, &number) || !take(&text, ':') ||
        !take_number(&text, 2, 0, 59, &number))
        return false;
    if (take(&text, ':')) {
        if (!take_number(&text, 2, 0, 59, &number))
            return false;
        if (take(&text, '.')) {
            const size_t count = count_digits(text);
            if (count < 1 || count > 6)
                return false;
            text += count;
        }
    }
    return take_zone(&text) && !*text;
}

static bool holds_label(const struct field *f, const char *text)
{
    for (size_t i = 0; i < f->enumeration->label_count; i++)
        if (strcmp(f->enumeration->labels[i], text) == 0)
            return true;
    return false;
}

static const struct type_info infos[TYPE_COUNT] = {
    [TYPE_BOOL] = {.yaml = "bool",
        .sql = "boolean",
        .wants = "true or false",
        .holds = holds_bool},
    [TYPE_INT2] = {.yaml = "int2",
        .sql = "smallint",
        .can_be_key = true,
        .wants = "a whole number from -32768 to 32767",
        .holds = holds_integer},
    [TYPE_INT4] = {.yaml = "int4",
        .alias = "int",
        .sql = "integer",
        .can_be_key = true,
        .wants = "a whole number from -2147483648 to 2147483647",
        .holds = holds_integer},
    [TYPE_INT8] = {.yaml = "int8",
        .sql = "bigint",
        .can_be_key = true,
        .wants = "a whole number from -9223372036854775808 to 9223372036854775807",
        .holds = holds_integer},
    [TYPE_FLOAT4] = {.yaml = "float4",
        .sql = "real",
        .wants = "a number that float4 holds, as 1.5, 2e10, NaN or Infinity",
        .holds = holds_float},
    [TYPE_FLOAT8] = {.yaml = "float8",
        .sql = "double precision",
        .wants = "a number that float8 holds, as 1.5, 2e10, NaN or Infinity",
        .holds = holds_float},
    [TYPE_TEXT] = {.yaml = "text",
        .sql = "text",
        .can_be_key = true,
        .wants = "a text",
        .holds = holds_text},
    [TYPE_VARCHAR] = {.yaml = "varchar",
        .sql = "character varying",
        .has_length = true,
        .can_be_key = true,
        .wants = "short enough for its varchar",
        .holds = holds_text},
    [TYPE_DATE] = {.yaml = "date",
        .sql = "date",
        .wants = "a day that exists, as 2026-02-28, or infinity or -infinity",
        .holds = holds_date},
    [TYPE_TIMESTAMPTZ] = {.yaml = "timestamptz",
        .sql = "timestamp with time zone",
        .wants =
            "a time with its zone, as 2026-02-28T12:00:00Z, or infinity or -infinity",
        .holds = holds_time},
    [TYPE_ENUM] = {.yaml = "enum", .wants = "one of its labels", .holds = holds_label},
};

const struct type_info *type_info(enum type t)
{
    return &infos[t];
}

bool type_has_collation(enum type t)
{
    return t == TYPE_TEXT || t == TYPE_VARCHAR;
}

enum type type_by_name(const char *name)
{
    for (enum type t = 0; t < TYPE_COUNT; t++)
        if (strcmp(infos[t].yaml, name) == 0 ||
            (infos[t].alias && strcmp(infos[t].alias, name) == 0))
            return t;
    return TYPE_COUNT;
}

static const struct {
    const char *name;
    const char *hint;
} hints[] = {
    {"bigint", "write int8"},
    {"bigserial", "the key is made by the server unless key: names another"},
    {"boolean", "write bool"},
    {"char", "write varchar(n) or text"},
    {"character", "write varchar(n) or text"},
    {"datetime", "write timestamptz"},
    {"double", "write float8"},
    {"float", "write float8, or float4 for half the size and precision"},
    {"int16", "write int2: the number counts bytes"},
    {"int32", "write int4: the number counts bytes"},
    {"int64", "write int8: the number counts bytes"},
    {"integer", "write int4"},
    {"long", "write int8"},
    {"real", "write float4"},
    {"serial", "the key is made by the server unless key: names another"},
    {"short", "write int2"},
    {"smallint", "write int2"},
    {"str", "write text"},
    {"string", "write text"},
    {"timestamp", "write timestamptz: without a zone, a time has no meaning"},
};

const char *type_hint(const char *name)
{
    for (size_t i = 0; i < sizeof hints / sizeof *hints; i++)
        if (strcmp(hints[i].name, name) == 0)
            return hints[i].hint;
    return NULL;
}

bool type_is_missing(const char *name)
{
    static const char *const missing[] = {"bytea", "decimal", "inet", "interval",
        "json", "jsonb", "numeric", "time", "uuid"};
    for (size_t i = 0; i < sizeof missing / sizeof *missing; i++)
        if (strcmp(missing[i], name) == 0)
            return true;
    return false;
}
