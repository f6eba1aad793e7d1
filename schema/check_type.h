/* check_type.h: what the parts of a check are, and which of them can be compared. */
#ifndef SCHEMA_CHECK_TYPE_H
#define SCHEMA_CHECK_TYPE_H

#include "check_expr.h"

/* Those before CHECK_IS_REAL are whole numbers and numeric. */
enum check_class {
    CHECK_IS_INT2,
    CHECK_IS_INT4,
    CHECK_IS_INT8,
    CHECK_IS_NUMERIC,
    CHECK_IS_REAL, /* float4 and float8 */
    CHECK_IS_BOOL,
    CHECK_IS_CHARACTERS, /* text and varchar, equal when their bytes are */
    CHECK_IS_COLLATED,   /* where a collation may have another opinion */
    CHECK_IS_LABEL,
    CHECK_IS_DATE,
    CHECK_IS_TIME,
    CHECK_IS_TIMESTAMP,
    CHECK_IS_TIMESTAMPTZ,
    CHECK_IS_LITERAL, /* in quotes: of the type of what it is compared with */
    CHECK_IS_OTHER    /* null or not is all we can tell */
};

/* The value that the steps since `from` make. */
struct check_part {
    enum check_class of;
    const struct enumeration *labels;
    size_t from;
};

struct check_part check_part_of(const struct field *f, size_t from);

static inline bool check_is_number(struct check_part a)
{
    return a.of < CHECK_IS_REAL;
}

/* Makes the two comparable, by changing what is a literal.  `sorts`: for more than
 * equality. */
bool check_match(struct check_program *p, struct check_part a, struct check_part b,
    size_t b_end, bool sorts);

#endif
