/* watch.h: what the program hears of statements: orm_on_statement(). */
#ifndef RUNTIME_WATCH_H
#define RUNTIME_WATCH_H

#include "base/clock.h"
#include "session/session.h"

/* When a flight begins, if somebody listens; else 0. */
static inline int64_t watch_begin(const struct orm_session *s)
{
    return s->watch.seen ? clock_monotonic() : 0;
}

/* All answers are in, or as many as will come, of items that went out. */
void watch_end(struct orm_session *s, const struct pg_item *items, size_t sent,
    int64_t began, bool retried);

/* False: the listener itself asks for a flight, and that is recorded. */
bool watch_allows(struct orm_session *s);

#endif
