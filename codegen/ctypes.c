/* ctypes.c: what a type of the schema is in C. */
#include "ctypes.h"

/* Structs have no zero, and are handed over by address. */
#define STRUCT(name) "struct " name, NULL

#define RANGE_TYPES(schema, runtime, c, of)                                            \
    [TYPE_##schema##RANGE] = {STRUCT("orm_" c "_range"), "ORM_" runtime "_RANGE",      \
        "data", NULL, RANGES, .bound = of},                                            \
    [TYPE_##schema##MULTIRANGE] = {STRUCT("orm_" c "_multirange"),                     \
        "ORM_" runtime "_MULTIRANGE", "data", NULL, RANGES, .bound = of}

/* Whose values have a least and a greatest one for the server, and what sums are. */
#define NEITHER       .sum = NULL
#define EXTREMES      .has_extremes = true
#define SUMS_TO(type) EXTREMES, .sum = type

static const struct c_type c_types[TYPE_COUNT] = {
    [TYPE_BOOL] = {"bool", "false", "ORM_BOOL", "integer", "bool", INTEGER_KEYS,
        NEITHER},
    [TYPE_INT2] = {"int16_t", "0", "ORM_INT2", "integer", "int2", INTEGERS,
        SUMS_TO("int64_t")},
    [TYPE_INT4] = {"int32_t", "0", "ORM_INT4", "integer", "int4", INTEGERS,
        SUMS_TO("int64_t")},
    [TYPE_INT8] = {"int64_t", "0", "ORM_INT8", "integer", "int8", INTEGERS,
        SUMS_TO("int64_t")},
    [TYPE_FLOAT4] = {"float", "0", "ORM_FLOAT4", "real", "float4", REALS,
        SUMS_TO("double")},
    [TYPE_FLOAT8] = {"double", "0", "ORM_FLOAT8", "real", "float8", REALS,
        SUMS_TO("double")},
    [TYPE_NUMERIC] = {"const char *", "\"\"", "ORM_NUMERIC", "text", "text", DIGITS,
        SUMS_TO("const char *")},
    [TYPE_DECIMAL] = {"int64_t", "0", "ORM_DECIMAL", "integer", "int8", INTEGERS,
        SUMS_TO("int64_t")},
    [TYPE_TEXT] = {"const char *", "\"\"", "ORM_TEXT", "text", "text", TEXTS, EXTREMES},
    [TYPE_VARCHAR] = {"const char *", "\"\"", "ORM_VARCHAR", "text", "text", TEXTS,
        EXTREMES},
    [TYPE_CHAR] = {"const char *", "\"\"", "ORM_CHAR", "text", "text", TEXTS, EXTREMES},
    [TYPE_BYTEA] = {STRUCT("orm_bytes"), "ORM_BYTEA", "data", "bytes", DATA, NEITHER},
    [TYPE_UUID] = {STRUCT("orm_uuid"), "ORM_UUID", "data", "uuid", DATA, NEITHER},
    [TYPE_DATE] = {"orm_date", "0", "ORM_DATE", "integer", "int4", INTEGERS, EXTREMES},
    [TYPE_TIME] = {"orm_clock", "0", "ORM_TIME", "integer", "int8", INTEGERS, EXTREMES},
    [TYPE_TIMESTAMP] = {"orm_timestamp", "0", "ORM_TIMESTAMP", "integer", "int8",
        INTEGERS, EXTREMES},
    [TYPE_TIMESTAMPTZ] = {"orm_time", "0", "ORM_TIMESTAMPTZ", "integer", "int8",
        INTEGERS, EXTREMES},
    [TYPE_INTERVAL] = {STRUCT("orm_interval"), "ORM_INTERVAL", "data", "interval", DATA,
        EXTREMES},
    [TYPE_JSON] = {"const char *", "\"\"", "ORM_JSON", "text", "text", NO_CONDITIONS,
        NEITHER},
    [TYPE_JSONB] = {"const char *", "\"\"", "ORM_JSONB", "text", "text", JSONBS,
        NEITHER},
    [TYPE_INET] = {STRUCT("orm_inet"), "ORM_INET", "data", "inet", ADDRESSES, EXTREMES},
    [TYPE_CIDR] = {STRUCT("orm_inet"), "ORM_CIDR", "data", "inet", ADDRESSES, EXTREMES},
    [TYPE_MACADDR] = {STRUCT("orm_macaddr"), "ORM_MACADDR", "data", "macaddr", DATA,
        NEITHER},
    RANGE_TYPES(INT4, "INT4", "int4", TYPE_INT4),
    RANGE_TYPES(INT8, "INT8", "int8", TYPE_INT8),
    RANGE_TYPES(NUM, "NUMERIC", "numeric", TYPE_NUMERIC),
    RANGE_TYPES(DATE, "DATE", "date", TYPE_DATE),
    RANGE_TYPES(TS, "TIMESTAMP", "timestamp", TYPE_TIMESTAMP),
    RANGE_TYPES(TSTZ, "TIMESTAMPTZ", "time", TYPE_TIMESTAMPTZ),
    [TYPE_ENUM] = {NULL, "0", "ORM_ENUM", "integer", NULL, INTEGER_KEYS, EXTREMES},
    [TYPE_ARRAY] = {NULL, NULL, "ORM_ARRAY", "data", NULL, ARRAYS, NEITHER},
};

#define SAME   "eq ne asc desc "
#define KEYS   SAME "in "
#define SORTED KEYS "lt le gt ge between "
#define SETS   SAME "contains contained_by overlaps "

#define COUNTED  "into count_into "
#define DISTINCT COUNTED "distinct_into "
#define EXTREMA  DISTINCT "min_into max_into "

const struct c_family_row c_families[FAMILY_COUNT] = {
    [INTEGER_KEYS] = {"ORM_INTEGER_KEYS", KEYS, TAKES_TYPE},
    [TEXT_KEYS] = {"ORM_TEXT_KEYS", KEYS, TAKES_NOTHING},
    [DATA_KEYS] = {"ORM_DATA_KEYS", KEYS, TAKES_TYPE},
    [INTEGERS] = {"ORM_INTEGER_CONDITIONS", SORTED, TAKES_TYPE},
    [REALS] = {"ORM_REAL_CONDITIONS", SORTED, TAKES_TYPE},
    [DIGITS] = {"ORM_DIGITS_CONDITIONS", SORTED, TAKES_NOTHING},
    [DATA] = {"ORM_DATA_CONDITIONS", SORTED, TAKES_TYPE},
    [TEXTS] = {"ORM_TEXT_CONDITIONS",
        SORTED "like ilike starts_with ends_with contains regex search", TAKES_NOTHING},
    [ADDRESSES] = {"ORM_ADDRESS_CONDITIONS", SORTED "contained_by", TAKES_TYPE},
    [ARRAYS] = {"ORM_ARRAY_CONDITIONS", SETS "has", TAKES_ELEMENT},
    [RANGES] = {"ORM_RANGE_CONDITIONS", SETS "has left_of right_of adjacent",
        TAKES_ELEMENT},
    [JSONBS] = {"ORM_JSONB_CONDITIONS", SAME "contains has_key has_path true_path",
        TAKES_NOTHING},
    [NULLS] = {"ORM_NULL_CONDITIONS", "is_null not_null", TAKES_NOTHING},
    [PLAIN_PICKS] = {"ORM_PLAIN_PICKS", COUNTED, TAKES_TYPE},
    [DISTINCT_PICKS] = {"ORM_DISTINCT_PICKS", DISTINCT, TAKES_TYPE},
    [SORTED_PICKS] = {"ORM_SORTED_PICKS", EXTREMA, TAKES_TYPE},
    [NUMBER_PICKS] = {"ORM_NUMBER_PICKS", EXTREMA "sum_into avg_into", TAKES_SUM},
    [INTERVAL_PICKS] = {"ORM_INTERVAL_PICKS", EXTREMA "sum_into avg_into",
        TAKES_NOTHING},
    [PLAIN_CHANGES] = {"ORM_PLAIN_CHANGES", "to", TAKES_VALUE},
    [NUMBER_CHANGES] = {"ORM_NUMBER_CHANGES", "to plus minus times", TAKES_VALUE},
    [DIGITS_CHANGES] = {"ORM_DIGITS_CHANGES", "to plus minus times", TAKES_NOTHING},
    [NULL_CHANGES] = {"ORM_NULL_CHANGES", "to_null", TAKES_NOTHING},
};

const struct c_type *c_type_of(const struct field *f)
{
    return &c_types[f->type];
}

unsigned c_alignment(const struct field *f)
{
    static const unsigned char less_than_8[TYPE_COUNT] = {
        [TYPE_BOOL] = 1,
        [TYPE_UUID] = 1,
        [TYPE_INET] = 1,
        [TYPE_CIDR] = 1,
        [TYPE_MACADDR] = 1,
        [TYPE_INT2] = 2,
        [TYPE_INT4] = 4,
        [TYPE_FLOAT4] = 4,
        [TYPE_DATE] = 4,
        [TYPE_ENUM] = 4,
        [TYPE_INT4RANGE] = 4,
        [TYPE_DATERANGE] = 4,
    };
    return less_than_8[f->type] ? less_than_8[f->type] : 8;
}

struct field c_element(const struct field *f)
{
    struct field of = *f;
    of.type = f->type == TYPE_ARRAY ? f->element : c_types[f->type].bound;
    return of;
}

const struct c_type *c_element_of(const struct field *f)
{
    return &c_types[f->element];
}

bool c_is_sorted(const struct field *f)
{
    const enum type type = f->type == TYPE_ARRAY ? f->element : f->type;
    return c_types[type].conditions != NO_CONDITIONS;
}

/* A reference is equal or it is not. */
static enum c_family conditions_of(const struct field *f)
{
    static const enum c_family keys[] = {
        ['i'] = INTEGER_KEYS, ['t'] = TEXT_KEYS, ['d'] = DATA_KEYS};

    if (f->ref)
        return keys[(unsigned char)*c_types[f->type].value];
    return c_types[f->type].conditions;
}

static enum c_family picks_of(const struct field *f)
{
    const struct c_type *t = &c_types[f->type];

    if (f->ref || !t->has_extremes)
        return c_is_sorted(f) ? DISTINCT_PICKS : PLAIN_PICKS;
    if (f->type == TYPE_INTERVAL)
        return INTERVAL_PICKS;
    return t->sum ? NUMBER_PICKS : SORTED_PICKS;
}

/* What has a sum is a number. */
static enum c_family changes_of(const struct field *f)
{
    if (f->ref || !c_types[f->type].sum)
        return PLAIN_CHANGES;
    return f->type == TYPE_NUMERIC ? DIGITS_CHANGES : NUMBER_CHANGES;
}

size_t c_families_of(const struct field *f, enum c_family into[FAMILY_COUNT])
{
    size_t count = 0;

    if (c_is_sorted(f))
        into[count++] = conditions_of(f);
    if (f->optional)
        into[count++] = NULLS;
    into[count++] = picks_of(f);
    if (f->settable && !f->key)
        into[count++] = changes_of(f);
    if (f->settable && !f->key && f->optional && c_question(f) == f->name)
        into[count++] = NULL_CHANGES;
    return count;
}

const char *c_stem(const struct field *f, enum c_family family)
{
    return family == NULLS ? c_question(f) : f->name;
}

const char *c_question(const struct field *f)
{
    return f->ref && f->ref->column_count == 1 ? f->ref->name : f->name;
}

bool c_is_looked_up(const struct field *f)
{
    return f->user && (!f->user->is_domain || f->type == TYPE_ARRAY);
}

bool c_is_changeable(const struct ref *r)
{
    for (size_t i = 0; i < r->column_count; i++)
        if (r->fields[i]->key)
            return false;
    return !r->model->view_sql;
}
