/* messages.h: programs that fail, each with the message of its own. */
#ifndef TESTS_MESSAGES_H
#define TESTS_MESSAGES_H

#include "pgtest.h"
#include "sessions.h"

#include "errors.orm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct message {
    const char *name;
    void (*make)(struct orm_session *s); /* leaves it failed */
};

#define SAYS(f)                                                                        \
    {                                                                                  \
#f, f                                                                          \
    }

/* Each ends with one without a name. */
extern const struct message messages_of_objects[], messages_of_values[],
    messages_of_queries[], messages_of_lazy_loads[], messages_of_sessions[],
    messages_of_writing[], messages_of_stale_rows[], messages_of_refusals[],
    messages_of_drift[];

/* -- What they begin with ---------------------------------------------------------- */

struct author *ann(struct orm_session *s);
struct author *cid(struct orm_session *s); /* a new one */
struct book *one(struct orm_session *s);
struct note *note(struct orm_session *s);

/* It must fail. */
void commit(struct orm_session *s);

#endif
