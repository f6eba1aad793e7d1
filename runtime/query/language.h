/* language.h: conditions in a language that only the server reads. */
#ifndef RUNTIME_LANGUAGE_H
#define RUNTIME_LANGUAGE_H

#include "session/session.h"

/* After a failed flight: if it was a regular expression or a JSON path that the server
 * could not read, the error becomes ORM_INVALID and names the column it was about. */
void language_blame(
    struct orm_session *s, const struct orm_model *m, const struct orm_query *q);

#endif
