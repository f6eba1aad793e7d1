/* ctypes.c: what a type of the schema is in C. */
#include "ctypes.h"

const struct c_type c_types[TYPE_COUNT] = {
    [TYPE_BOOL] = {"bool", "false", "ORM_BOOL", "integer", OPS_SAME},
    [TYPE_INT2] = {"int16_t", "0", "ORM_INT2", "integer", OPS_ORDERED},
    [TYPE_INT4] = {"int32_t", "0", "ORM_INT4", "integer", OPS_ORDERED},
    [TYPE_INT8] = {"int64_t", "0", "ORM_INT8", "integer", OPS_ORDERED},
    [TYPE_FLOAT4] = {"float", "0", "ORM_FLOAT4", "real", OPS_ORDERED},
    [TYPE_FLOAT8] = {"double", "0", "ORM_FLOAT8", "real", OPS_ORDERED},
    [TYPE_TEXT] = {"const char *", "\"\"", "ORM_TEXT", "text", OPS_TEXT},
    [TYPE_VARCHAR] = {"const char *", "\"\"", "ORM_VARCHAR", "text", OPS_TEXT},
    [TYPE_DATE] = {"orm_date", "0", "ORM_DATE", "integer", OPS_ORDERED},
    [TYPE_TIMESTAMPTZ] = {"orm_time", "0", "ORM_TIMESTAMPTZ", "integer", OPS_ORDERED},
    [TYPE_ENUM] = {NULL, "0", "ORM_ENUM", "integer", OPS_SAME},
};

const struct c_op c_ops[] = {
    {OP_EQ, "eq", "ORM_EQ"},
    {OP_NE, "ne", "ORM_NE"},
    {OP_ORDER, "lt", "ORM_LT"},
    {OP_ORDER, "le", "ORM_LE"},
    {OP_ORDER, "gt", "ORM_GT"},
    {OP_ORDER, "ge", "ORM_GE"},
    {OP_LIKE, "like", "ORM_LIKE"},
};
const size_t c_op_count = sizeof c_ops / sizeof *c_ops;

unsigned c_ops_of(const struct field *f)
{
    return f->ref ? OPS_SAME : c_types[f->type].ops;
}

const char *c_question(const struct field *f)
{
    return f->ref && f->ref->column_count == 1 ? f->ref->name : f->name;
}
