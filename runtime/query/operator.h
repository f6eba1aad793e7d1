/* operator.h: conditions on a column. */
#ifndef RUNTIME_OPERATOR_H
#define RUNTIME_OPERATOR_H

#include "query/condition.h"

/* A comparison, as an element.  False: the column or its type has none such, or cannot
 * hold the value; the error is recorded. */
bool operator_condition(struct clause *w, const struct orm_cond *cond);

/* " = ", or as the column's type has it. */
void operator_write(
    struct compiler *c, const struct orm_column *col, const char *symbol);

#endif
