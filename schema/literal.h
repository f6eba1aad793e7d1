/* literal.h: whether a type holds a literal, in the words of the table in types.c. */
#ifndef SCHEMA_LITERAL_H
#define SCHEMA_LITERAL_H

#include "model.h"

typedef bool holds(const struct field *f, const char *text);

/* literal.c */
holds holds_bool, holds_integer, holds_float, holds_numeric, holds_text, holds_date,
    holds_time, holds_timestamp, holds_timestamptz, holds_interval, holds_label,
    holds_nothing;

/* literal_bytes.c */
holds holds_bytea, holds_uuid, holds_inet, holds_macaddr;

/* literal_json.c */
holds holds_json;

/* literal_range.c */
holds holds_range, holds_multirange;

#endif
