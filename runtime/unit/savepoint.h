/* savepoint.h: for flight.c, which sends them, and stream.c, which goes behind them. */
#ifndef RUNTIME_SAVEPOINT_H
#define RUNTIME_SAVEPOINT_H

#include "session/session.h"

/* Whether SAVEPOINT or RELEASE is to travel with the next flight. */
static inline bool savepoint_waits(const struct orm_session *s)
{
    return s->released ||
           (s->savepoint_count && !s->savepoints[s->savepoint_count - 1].sent);
}

/* The server is told to roll back, and none is to be sent before; or the transaction
 * begins anew, and they are. */
static inline void savepoint_set_sent(struct orm_session *s, bool sent)
{
    s->released = 0;
    for (size_t i = 0; i < s->savepoint_count; i++)
        s->savepoints[i].sent = sent;
}

#endif
