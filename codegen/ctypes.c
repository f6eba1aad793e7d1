/* ctypes.c: what a type of the schema is in C. */
#include "ctypes.h"

#define OPS_TEXT  (OPS_ORDERED | OP_LIKE)
#define OPS_ARRAY (OPS_SAME | OP_CONTAINS | OP_CONTAINED_BY | OP_OVERLAPS | OP_HAS)
#define OPS_RANGE                                                                      \
    (OPS_SAME | OP_CONTAINS | OP_CONTAINED_BY | OP_OVERLAPS | OP_HAS_VALUE)
#define OPS_JSONB   (OPS_SAME | OP_CONTAINS | OP_HAS_KEY)
#define OPS_ADDRESS (OPS_ORDERED | OP_WITHIN)

/* Structs have no zero, and are handed over by address. */
#define STRUCT(name) "struct " name, NULL

#define RANGES(schema, runtime, c, bound)                                              \
    [TYPE_##schema##RANGE] = {STRUCT("orm_" c "_range"), "ORM_" runtime "_RANGE",      \
        "data", NULL, OPS_RANGE, bound},                                               \
    [TYPE_##schema##MULTIRANGE] = {STRUCT("orm_" c "_multirange"),                     \
        "ORM_" runtime "_MULTIRANGE", "data", NULL, OPS_RANGE, bound}

static const struct c_type c_types[TYPE_COUNT] = {
    [TYPE_BOOL] = {"bool", "false", "ORM_BOOL", "integer", "bool", OPS_SAME, 0},
    [TYPE_INT2] = {"int16_t", "0", "ORM_INT2", "integer", "int2", OPS_ORDERED, 0},
    [TYPE_INT4] = {"int32_t", "0", "ORM_INT4", "integer", "int4", OPS_ORDERED, 0},
    [TYPE_INT8] = {"int64_t", "0", "ORM_INT8", "integer", "int8", OPS_ORDERED, 0},
    [TYPE_FLOAT4] = {"float", "0", "ORM_FLOAT4", "real", "float4", OPS_ORDERED, 0},
    [TYPE_FLOAT8] = {"double", "0", "ORM_FLOAT8", "real", "float8", OPS_ORDERED, 0},
    [TYPE_NUMERIC] = {"const char *", "\"\"", "ORM_NUMERIC", "text", "text",
        OPS_ORDERED, 0},
    [TYPE_DECIMAL] = {"int64_t", "0", "ORM_DECIMAL", "integer", "int8", OPS_ORDERED, 0},
    [TYPE_TEXT] = {"const char *", "\"\"", "ORM_TEXT", "text", "text", OPS_TEXT, 0},
    [TYPE_VARCHAR] = {"const char *", "\"\"", "ORM_VARCHAR", "text", "text", OPS_TEXT,
        0},
    [TYPE_CHAR] = {"const char *", "\"\"", "ORM_CHAR", "text", "text", OPS_TEXT, 0},
    [TYPE_BYTEA] = {STRUCT("orm_bytes"), "ORM_BYTEA", "data", "bytes", OPS_ORDERED, 0},
    [TYPE_UUID] = {STRUCT("orm_uuid"), "ORM_UUID", "data", "uuid", OPS_ORDERED, 0},
    [TYPE_DATE] = {"orm_date", "0", "ORM_DATE", "integer", "int4", OPS_ORDERED, 0},
    [TYPE_TIME] = {"orm_clock", "0", "ORM_TIME", "integer", "int8", OPS_ORDERED, 0},
    [TYPE_TIMESTAMP] = {"orm_timestamp", "0", "ORM_TIMESTAMP", "integer", "int8",
        OPS_ORDERED, 0},
    [TYPE_TIMESTAMPTZ] = {"orm_time", "0", "ORM_TIMESTAMPTZ", "integer", "int8",
        OPS_ORDERED, 0},
    [TYPE_INTERVAL] = {STRUCT("orm_interval"), "ORM_INTERVAL", "data", "interval",
        OPS_ORDERED, 0},
    [TYPE_JSON] = {"const char *", "\"\"", "ORM_JSON", "text", "text", 0, 0},
    [TYPE_JSONB] = {"const char *", "\"\"", "ORM_JSONB", "text", "text", OPS_JSONB, 0},
    [TYPE_INET] = {STRUCT("orm_inet"), "ORM_INET", "data", "inet", OPS_ADDRESS, 0},
    [TYPE_CIDR] = {STRUCT("orm_inet"), "ORM_CIDR", "data", "inet", OPS_ADDRESS, 0},
    [TYPE_MACADDR] = {STRUCT("orm_macaddr"), "ORM_MACADDR", "data", "macaddr",
        OPS_ORDERED, 0},
    RANGES(INT4, "INT4", "int4", TYPE_INT4),
    RANGES(INT8, "INT8", "int8", TYPE_INT8),
    RANGES(NUM, "NUMERIC", "numeric", TYPE_NUMERIC),
    RANGES(DATE, "DATE", "date", TYPE_DATE),
    RANGES(TS, "TIMESTAMP", "timestamp", TYPE_TIMESTAMP),
    RANGES(TSTZ, "TIMESTAMPTZ", "time", TYPE_TIMESTAMPTZ),
    [TYPE_ENUM] = {NULL, "0", "ORM_ENUM", "integer", NULL, OPS_SAME, 0},
    [TYPE_ARRAY] = {NULL, NULL, "ORM_ARRAY", "data", NULL, OPS_ARRAY, 0},
};

const struct c_op c_ops[] = {
    {OP_EQ, "eq", "ORM_EQ", OPERAND_SAME},
    {OP_NE, "ne", "ORM_NE", OPERAND_SAME},
    {OP_ORDER, "lt", "ORM_LT", OPERAND_SAME},
    {OP_ORDER, "le", "ORM_LE", OPERAND_SAME},
    {OP_ORDER, "gt", "ORM_GT", OPERAND_SAME},
    {OP_ORDER, "ge", "ORM_GE", OPERAND_SAME},
    {OP_LIKE, "like", "ORM_LIKE", OPERAND_SAME},
    {OP_CONTAINS, "contains", "ORM_CONTAINS", OPERAND_SAME},
    {OP_CONTAINED_BY, "contained_by", "ORM_CONTAINED_BY", OPERAND_SAME},
    {OP_OVERLAPS, "overlaps", "ORM_OVERLAPS", OPERAND_SAME},
    {OP_WITHIN, "contained_by", "ORM_WITHIN", OPERAND_SAME},
    {OP_HAS, "has", "ORM_HAS", OPERAND_ELEMENT},
    {OP_HAS_VALUE, "has", "ORM_HAS_VALUE", OPERAND_ELEMENT},
    {OP_HAS_KEY, "has_key", "ORM_HAS_KEY", OPERAND_TEXT},
};
const size_t c_op_count = sizeof c_ops / sizeof *c_ops;

const struct c_type *c_type_of(const struct field *f)
{
    return &c_types[f->type];
}

struct field c_operand(const struct field *f, enum c_operand operand)
{
    struct field of = *f;
    if (operand == OPERAND_TEXT)
        of.type = TYPE_TEXT;
    else if (operand == OPERAND_ELEMENT)
        of.type = f->type == TYPE_ARRAY ? f->element : c_types[f->type].bound;
    return of;
}

const struct c_type *c_element_of(const struct field *f)
{
    return &c_types[f->element];
}

bool c_is_sorted(const struct field *f)
{
    return c_types[f->type == TYPE_ARRAY ? f->element : f->type].ops & OP_EQ;
}

unsigned c_ops_of(const struct field *f)
{
    if (f->ref)
        return OPS_SAME;
    return c_is_sorted(f) ? c_types[f->type].ops : 0;
}

const char *c_question(const struct field *f)
{
    return f->ref && f->ref->column_count == 1 ? f->ref->name : f->name;
}

bool c_is_looked_up(const struct field *f)
{
    return f->user && (!f->user->is_domain || f->type == TYPE_ARRAY);
}
