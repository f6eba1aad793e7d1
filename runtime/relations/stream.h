/* stream.h: large results in chunks. */
#ifndef RUNTIME_STREAM_H
#define RUNTIME_STREAM_H

#include "session/session.h"

/* The lowest number that no stream's cursor has: names, and so statements, are few. */
unsigned stream_free_cursor(const struct orm_session *s);

/* The transaction is over, and with it every cursor. */
void stream_end_all(struct orm_session *s);

/* A savepoint goes, by which so many were open: what was begun since ends, or belongs
 * to what is outside. */
void stream_end_since(struct orm_session *s, size_t savepoints);
void stream_keep(struct orm_session *s, size_t savepoints);

/* So is the scope: streams that were begun in it give back their chunk. */
void stream_leave(struct orm_session *s, const struct orm_scope *scope);

/* The session is reset or closed. */
void stream_free_all(struct orm_session *s);

#endif
