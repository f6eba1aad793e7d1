/* fit.h: whether the tables of a schema belong together. */
#ifndef RUNTIME_FIT_H
#define RUNTIME_FIT_H

#include "session/session.h"

/* Looks at every relation, and notes which models are join tables.  False: the error is
 * recorded. */
bool fit_check(struct orm_session *s);

#endif
