/* ctypes.h: what a type of the schema is in C.  One row per type. */
#ifndef CODEGEN_CTYPES_H
#define CODEGEN_CTYPES_H

#include "model.h"

enum op {
    OP_EQ = 1,
    OP_NE = 2,
    OP_ORDER = 4, /* lt le gt ge */
    OP_LIKE = 8,
    OPS_SAME = OP_EQ | OP_NE,
    OPS_ORDERED = OPS_SAME | OP_ORDER,
    OPS_TEXT = OPS_ORDERED | OP_LIKE
};

struct c_type {
    const char *c;     /* as a parameter or result; NULL: the field's enum */
    const char *zero;  /* what reads when there is no value */
    const char *orm;   /* enum orm_type */
    const char *value; /* the member of union orm_value, and the calls' last word */
    unsigned ops;
};

extern const struct c_type c_types[TYPE_COUNT];

/* One row per condition that a column may have: book_pages_ge, ORM_GE. */
struct c_op {
    unsigned of; /* enum op */
    const char *name;
    const char *orm;
};

extern const struct c_op c_ops[];
extern const size_t c_op_count;

/* The conditions that make sense for `f`.  A reference is equal or it is not. */
unsigned c_ops_of(const struct field *f);

/* What has_, clear_ and is_null ask about: the relation, if the column alone holds it.
 */
const char *c_question(const struct field *f);

#endif
