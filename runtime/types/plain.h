/* plain.h: where values lie in a struct, inline for the loops over all cells. */
#ifndef RUNTIME_PLAIN_H
#define RUNTIME_PLAIN_H

#include "types/codec.h"

#include <string.h>

static OFTEN union orm_value plain_value(const struct orm_column *c, const void *at)
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

static OFTEN void plain_store(unsigned type, void *at, union orm_value v)
{
    switch (type) {
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
        memcpy(at, v.data, type_rows[type].size);
    }
}

#endif
