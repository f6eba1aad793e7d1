/* ctypes.h: what a type of the schema is in C.  One row per type. */
#ifndef CODEGEN_CTYPES_H
#define CODEGEN_CTYPES_H

#include "model.h"

/* What can be asked of a column, and given to it: macros of ormgen/orm_conditions.h and
 * ormgen/orm_changes.h. */
enum c_family {
    NO_CONDITIONS,
    INTEGER_KEYS, /* equal or not */
    TEXT_KEYS,
    DATA_KEYS,
    INTEGERS,
    REALS,
    DIGITS,
    DATA,
    TEXTS,
    ADDRESSES,
    ARRAYS,
    RANGES,
    JSONBS,
    NULLS,
    PLAIN_PICKS,
    DISTINCT_PICKS,
    SORTED_PICKS,
    NUMBER_PICKS,
    INTERVAL_PICKS,
    PLAIN_CHANGES,
    NUMBER_CHANGES,
    DIGITS_CHANGES,
    NULL_CHANGES,
    FAMILY_COUNT
};

struct c_family_row {
    const char *macro;
    const char *names; /* what its functions end in, behind the column: "eq ne in" */
    enum {
        TAKES_NOTHING,
        TAKES_TYPE,
        TAKES_ELEMENT, /* and what makes a condition of one element, and its type */
        TAKES_SUM,     /* and the type of a sum */
        TAKES_VALUE    /* what makes a change of a value, and how that is passed */
    } takes;
};

extern const struct c_family_row c_families[FAMILY_COUNT];

struct c_type {
    const char *c;     /* as a parameter or result; NULL: made per field */
    const char *zero;  /* what reads when there is no value; NULL: a struct of zeros */
    const char *orm;   /* enum orm_type */
    const char *value; /* the member of union orm_value, and the calls' last word */
    const char *array; /* arrays of it are struct orm_%s_array; NULL: made per field */
    enum c_family conditions;
    bool has_extremes; /* a least and a greatest value, for the server */
    const char *sum;   /* what a sum of it is in C, or NULL */
    enum type bound;   /* of a range */
};

const struct c_type *c_type_of(const struct field *f);

/* Of its member, in bytes: 1, 2, 4 or 8. */
unsigned c_alignment(const struct field *f);

/* Of an array: its items. */
const struct c_type *c_element_of(const struct field *f);

/* The families of `f`, in the order in which they come out. */
size_t c_families_of(const struct field *f, enum c_family into[FAMILY_COUNT]);

/* What stands between the model and the family's names: the field, or the relation. */
const char *c_stem(const struct field *f, enum c_family family);

/* What has_, clear_ and is_null ask about: the relation, if the column alone holds it.
 */
const char *c_question(const struct field *f);

/* A column like `f` of what is in it: an item of the array, a value in the range. */
struct field c_element(const struct field *f);

/* Whether a connection must ask for the oid of the column's type.  What comes of a
 * domain is called by what it is made of; its array is not. */
bool c_is_looked_up(const struct field *f);

/* Whether the relation's columns can be changed in many rows: they are no key. */
bool c_is_changeable(const struct ref *r);

/* Whether the database can tell which of two values comes first. */
bool c_is_sorted(const struct field *f);

#endif
