/* check_expr.h: which checks can be decided without the server, and how. */
#ifndef SCHEMA_CHECK_EXPR_H
#define SCHEMA_CHECK_EXPR_H

#include "model.h"

/* Each takes its operands from a stack and leaves its result there. */
enum check_op {
    CHECK_COLUMN,
    CHECK_NUMBER, /* also a bool, a label's index, a day: as columns have them */
    CHECK_REAL,
    CHECK_TEXT,
    CHECK_EQ,
    CHECK_LT,
    CHECK_LE,
    CHECK_GT,
    CHECK_GE,
    CHECK_SAME, /* IS NOT DISTINCT FROM */
    CHECK_AND,
    CHECK_OR,
    CHECK_NOT,
    CHECK_IS_NULL,
    CHECK_IS_TRUE,
    CHECK_IS_FALSE,
    CHECK_ADD,
    CHECK_SUB,
    CHECK_MUL,
    CHECK_DIV,
    CHECK_MOD,
    CHECK_NEG,
    CHECK_LENGTH,
    CHECK_COUNT_NULLS /* of the last `number` operands */
};

struct check_step {
    enum check_op op;
    const struct field *field; /* of a column */
    long long number;
    unsigned scale;   /* of a number: digits after the point */
    unsigned bytes;   /* of arithmetic: of its type; 0: numeric */
    const char *text; /* of a text; of a number or a real, its digits */
};

#define CHECK_STEPS_MOST 250
#define CHECK_DEPTH_MOST 32 /* of the stack, as the runtime has it */

struct check_program {
    size_t count;
    struct check_step steps[CHECK_STEPS_MOST];
    size_t depth; /* of the stack, behind the last step */
    size_t used;
    char texts[2000];
};

/* The condition in SQL, over columns of `m`.  False: something of it is left to the
 * server, because we do not read it or could not decide as the server does. */
bool check_compile(const struct model *m, const char *sql, struct check_program *p);

#endif
