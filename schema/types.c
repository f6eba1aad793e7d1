/* types.c: the table of types. */
#include "types.h"

#include "literal.h"

#include <string.h>

/* To follow "is float8, ". */
#define WHY_SPELT "where equal values may be spelt differently, as "
#define WHY_MANY  "which is many values"

#define RANGE(type, name, example)                                                     \
    [TYPE_##type##RANGE] = {.yaml = name "range",                                      \
        .sql = name "range",                                                           \
        .why_no_key = WHY_MANY,                                                        \
        .has_no_arrays = true,                                                         \
        .wants =                                                                       \
            "a range with its bounds in order, as \"[" example ")\", or \"empty\"",    \
        .holds = holds_range},                                                         \
    [TYPE_##type##MULTIRANGE] = {.yaml = name "multirange",                            \
        .sql = name "multirange",                                                      \
        .why_no_key = WHY_MANY,                                                        \
        .has_no_arrays = true,                                                         \
        .wants = "ranges with their bounds in order, as \"{[" example ")}\"",          \
        .holds = holds_multirange}

static const struct type_info infos[TYPE_COUNT] = {
    [TYPE_BOOL] = {.yaml = "bool",
        .sql = "boolean",
        .can_be_key = true,
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
        .why_no_key = WHY_SPELT "0 and -0",
        .wants = "a number that float4 holds, as 1.5, 2e10, NaN or Infinity",
        .holds = holds_float},
    [TYPE_FLOAT8] = {.yaml = "float8",
        .sql = "double precision",
        .why_no_key = WHY_SPELT "0 and -0",
        .wants = "a number that float8 holds, as 1.5, 2e10, NaN or Infinity",
        .holds = holds_float},
    [TYPE_NUMERIC] = {.yaml = "numeric",
        .sql = "numeric",
        .why_no_key = WHY_SPELT "1.5 and 1.50",
        .detail = DETAIL_PRECISION,
        .wants = "a number that its numeric holds, as -12.50 or NaN",
        .holds = holds_numeric},
    [TYPE_DECIMAL] = {.yaml = "numeric",
        .sql = "numeric",
        .why_no_key = WHY_SPELT "1.5 and 1.50",
        .detail = DETAIL_PRECISION,
        .wants = "a number that its numeric holds, as -12.50 or NaN",
        .holds = holds_numeric},
    [TYPE_TEXT] = {.yaml = "text",
        .sql = "text",
        .can_be_key = true,
        .wants = "a text",
        .holds = holds_text},
    [TYPE_VARCHAR] = {.yaml = "varchar",
        .sql = "varchar",
        .catalogue = "character varying",
        .detail = DETAIL_LENGTH,
        .can_be_key = true,
        .wants = "short enough for its varchar",
        .holds = holds_text},
    [TYPE_CHAR] = {.yaml = "char",
        .sql = "char",
        .why_no_key = WHY_SPELT "'a' and 'a '",
        .catalogue = "character",
        .detail = DETAIL_LENGTH,
        .wants = "short enough for its char",
        .holds = holds_text},
    [TYPE_BYTEA] = {.yaml = "bytea",
        .sql = "bytea",
        .wants = "bytes in hexadecimal, as \"\\x00ff\"",
        .holds = holds_bytea},
    [TYPE_UUID] = {.yaml = "uuid",
        .sql = "uuid",
        .can_be_key = true,
        .wants = "a uuid, as 0190a6bc-8f35-7cde-b7b1-1f2e3d4c5b6a",
        .holds = holds_uuid},
    [TYPE_DATE] = {.yaml = "date",
        .sql = "date",
        .can_be_key = true,
        .wants = "a day that exists, as 2026-02-28, or infinity or -infinity",
        .holds = holds_date},
    [TYPE_TIME] = {.yaml = "time",
        .sql = "time",
        .catalogue = "time without time zone",
        .can_be_key = true,
        .wants = "a time of day, as 23:59:59.5",
        .holds = holds_time},
    [TYPE_TIMESTAMP] = {.yaml = "timestamp",
        .sql = "timestamp",
        .catalogue = "timestamp without time zone",
        .can_be_key = true,
        .wants = "a day and time without a zone, as 2026-02-28T12:00:00, or infinity "
                 "or -infinity",
        .holds = holds_timestamp},
    [TYPE_TIMESTAMPTZ] = {.yaml = "timestamptz",
        .sql = "timestamptz",
        .catalogue = "timestamp with time zone",
        .can_be_key = true,
        .wants =
            "a time with its zone, as 2026-02-28T12:00:00Z, or infinity or -infinity",
        .holds = holds_timestamptz},
    [TYPE_INTERVAL] = {.yaml = "interval",
        .sql = "interval",
        .why_no_key = WHY_SPELT "1 day and 24 hours",
        .wants = "a length of time, as \"1 year 2 months\" or \"90 minutes\"",
        .holds = holds_interval},
    [TYPE_JSON] = {.yaml = "json",
        .sql = "json",
        .why_no_key = "for which PostgreSQL has no =",
        .wants = "JSON, as \"{}\"",
        .holds = holds_json},
    [TYPE_JSONB] = {.yaml = "jsonb",
        .sql = "jsonb",
        .why_no_key = WHY_SPELT "1 and 1.0",
        .wants = "JSON, as \"{}\"",
        .holds = holds_json},
    [TYPE_INET] = {.yaml = "inet",
        .sql = "inet",
        .wants = "an address, as 192.168.0.1 or 2001:db8::1/64",
        .holds = holds_inet},
    [TYPE_CIDR] = {.yaml = "cidr",
        .sql = "cidr",
        .wants = "a network, as 10.0.0.0/8: no bit is set behind the prefix",
        .holds = holds_inet},
    [TYPE_MACADDR] = {.yaml = "macaddr",
        .sql = "macaddr",
        .wants = "a hardware address, as 08:00:2b:01:02:03",
        .holds = holds_macaddr},
    RANGE(INT4, "int4", "1,5"),
    RANGE(INT8, "int8", "1,5"),
    RANGE(NUM, "num", "0.5,1"),
    RANGE(DATE, "date", "2026-01-01,2026-02-01"),
    RANGE(TS, "ts", "2026-01-01T00:00,2026-02-01T00:00"),
    RANGE(TSTZ, "tstz", "2026-01-01T00:00Z,2026-02-01T00:00Z"),
    [TYPE_ENUM] = {.yaml = "enum",
        .can_be_key = true,
        .wants = "one of its labels",
        .holds = holds_label},
    [TYPE_ARRAY] = {.yaml = "array",
        .why_no_key = WHY_MANY,
        .has_no_arrays = true,
        .wants = "a list, as [] or [one, two]",
        .holds = holds_nothing},
};

const struct type_info *type_info(enum type t)
{
    return &infos[t];
}

bool type_has_collation(enum type t)
{
    return t == TYPE_TEXT || t == TYPE_VARCHAR || t == TYPE_CHAR;
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
    {"binary", "write bytea"},
    {"blob", "write bytea"},
    {"boolean", "write bool"},
    {"bytes", "write bytea"},
    {"character", "write char(n), varchar(n) or text"},
    {"character varying", "write varchar(n), or text without limit"},
    {"datetime", "write timestamptz"},
    {"dec", "write numeric(10,2), or numeric for any number of digits"},
    {"decimal", "write numeric(10,2), or numeric for any number of digits"},
    {"double", "write float8"},
    {"double precision", "write float8"},
    {"duration", "write interval"},
    {"float", "write float8, or float4 for half the size and precision"},
    {"guid", "write uuid"},
    {"hstore", "write jsonb"},
    {"int16", "write int2: the number counts bytes"},
    {"int32", "write int4: the number counts bytes"},
    {"int64", "write int8: the number counts bytes"},
    {"integer", "write int4"},
    {"list", "write the type of its items and [], as \"text[]\""},
    {"long", "write int8"},
    {"money", "write numeric(12,2)"},
    {"number", "write numeric(10,2), int4 or float8"},
    {"real", "write float4"},
    {"serial", "the key is made by the server unless key: names another"},
    {"short", "write int2"},
    {"smallint", "write int2"},
    {"str", "write text"},
    {"string", "write text"},
    {"time with time zone", "write time: a zone has no meaning without a day"},
    {"time without time zone", "write time"},
    {"timestamp with time zone", "write timestamptz"},
    {"timestamp without time zone", "write timestamp"},
    {"timetz", "write time: a zone has no meaning without a day"},
};

const char *type_hint(const char *name)
{
    for (size_t i = 0; i < sizeof hints / sizeof *hints; i++)
        if (strcmp(hints[i].name, name) == 0)
            return hints[i].hint;
    return NULL;
}
