/* copy.h: rows that are loaded by COPY, without objects. */
#ifndef RUNTIME_COPY_H
#define RUNTIME_COPY_H

#include "session/session.h"

/* The load that is open, if one is, ends, and the server drops its rows. */
void copy_give_up(struct orm_session *s, const char *why);

/* The memory of all loads. */
void copy_free_all(struct orm_session *s);

#endif
