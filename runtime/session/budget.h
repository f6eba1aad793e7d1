/* budget.h: the number of statements that a test expects. */
#ifndef RUNTIME_BUDGET_H
#define RUNTIME_BUDGET_H

#include "session/session.h"

/* Before the flight is sent: false if it has a statement too many, which is recorded.
 */
bool budget_allows(struct orm_session *s, const struct pg_item *items, size_t count);

#endif
