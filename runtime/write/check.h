/* check.h: checks of the schema that need no server. */
#ifndef RUNTIME_CHECK_H
#define RUNTIME_CHECK_H

#include "session/session.h"

/* Whether the object's row, as it is about to be written, violates none of the checks
 * that we can decide; else the error is what the server would say. */
bool check_row(struct orm_session *s, struct orm_object *o);

/* Whether what the object holds is certain to be refused: not if the check is null, or
 * cannot be told. */
bool check_is_violated(const struct orm_object *o, const struct orm_check *check);

#endif
