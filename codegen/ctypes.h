/* ctypes.h: what a type of the schema is in C.  One row per type. */
#ifndef CODEGEN_CTYPES_H
#define CODEGEN_CTYPES_H

#include "model.h"

enum op {
    OP_EQ = 1,
    OP_NE = 2,
    OP_ORDER = 4, /* lt le gt ge */
    OP_LIKE = 8,
    OP_CONTAINS = 16,
    OP_CONTAINED_BY = 32,
    OP_OVERLAPS = 64,
    OP_WITHIN = 128,    /* of addresses: in that network */
    OP_HAS = 256,       /* an array that item */
    OP_HAS_VALUE = 512, /* a range that value */
    OP_HAS_KEY = 1024,
    OPS_SAME = OP_EQ | OP_NE,
    OPS_ORDERED = OPS_SAME | OP_ORDER
};

struct c_type {
    const char *c;     /* as a parameter or result; NULL: made per field */
    const char *zero;  /* what reads when there is no value; NULL: a struct of zeros */
    const char *orm;   /* enum orm_type */
    const char *value; /* the member of union orm_value, and the calls' last word */
    const char *array; /* arrays of it are struct orm_%s_array; NULL: made per field */
    unsigned ops;
    enum type bound; /* of a range */
};

const struct c_type *c_type_of(const struct field *f);

/* Of an array: its items. */
const struct c_type *c_element_of(const struct field *f);

/* What a condition compares with. */
enum c_operand {
    OPERAND_SAME,    /* a value of the column's type */
    OPERAND_ELEMENT, /* an item of the array, a value in the range */
    OPERAND_TEXT
};

/* One row per condition that a column may have: book_pages_ge, ORM_GE. */
struct c_op {
    unsigned of; /* enum op */
    const char *name;
    const char *orm;
    enum c_operand operand;
};

extern const struct c_op c_ops[];
extern const size_t c_op_count;

/* The conditions that make sense for `f`.  A reference is equal or it is not. */
unsigned c_ops_of(const struct field *f);

/* What has_, clear_ and is_null ask about: the relation, if the column alone holds it.
 */
const char *c_question(const struct field *f);

/* A column like `f` that has the operand's type. */
struct field c_operand(const struct field *f, enum c_operand operand);

/* Whether a connection must ask for the oid of the column's type.  What comes of a
 * domain is called by what it is made of; its array is not. */
bool c_is_looked_up(const struct field *f);

/* Whether the database can tell which of two values comes first. */
bool c_is_sorted(const struct field *f);

#endif
