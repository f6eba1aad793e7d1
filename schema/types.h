/* types.h: what a column can hold.  One row per type; nothing else lists them. */
#ifndef SCHEMA_TYPES_H
#define SCHEMA_TYPES_H

#include "model.h"

/* What stands in brackets behind a type's name. */
enum type_detail {
    DETAIL_NONE,
    DETAIL_LENGTH,   /* (n), in characters */
    DETAIL_PRECISION /* (p) or (p,s), or nothing */
};

struct type_info {
    const char *yaml;
    const char *alias;     /* another name for it, or NULL */
    const char *sql;       /* NULL: made per field (enums, arrays) */
    const char *catalogue; /* what the server calls it if not that */
    enum type_detail detail;
    bool can_be_key;        /* one spelling per value, and cheap to compare */
    const char *why_no_key; /* where there is more to say, to follow "is json, " */
    bool has_no_arrays;     /* of it */
    const char *wants;      /* what a default is, to follow "is not " */
    bool (*holds)(const struct field *f, const char *text); /* literal.h */
};

const struct type_info *type_info(enum type t);

/* Whether values are sorted by a collation. */
bool type_has_collation(enum type t);

/* By name or alias; TYPE_COUNT: there is none. */
enum type type_by_name(const char *name);

/* What people of other schools call one of ours: what to do, to follow the complaint;
 * NULL if we have never heard of it. */
const char *type_hint(const char *name);

#endif
