/* select.h: from picks to a statement. */
#ifndef RUNTIME_SELECT_H
#define RUNTIME_SELECT_H

#include "query/picks.h"

/* The statement, with its parameters in `s->params`.  NULL: the error is recorded. */
struct pg_statement *select_compile(struct orm_session *s, const struct selection *sel);

#endif
