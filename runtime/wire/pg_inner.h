/* pg_inner.h: what the files share that know libpq: pg.c and those named after it. */
#ifndef RUNTIME_PG_INNER_H
#define RUNTIME_PG_INNER_H

#include "wire/pg.h"

#include <libpq-fe.h>
#include <sys/types.h>

/* PostgreSQL's limit on columns, and so on the parameters we send. */
#define MAX_PARAMS 1664

struct pg {
    PGconn *conn;       /* NULL once closed */
    pid_t process;      /* that connected */
    const void *thread; /* that uses it, by the address of its own `here` */
    uint64_t round_trips;
    int encoding;              /* UTF8, as libpq numbers it */
    struct orm_error farewell; /* of the server, once it has left */
    struct pg_said said;
    int binary[MAX_PARAMS]; /* all 1: the format of every parameter */
};

/* False, and an error: it is lost, or that of another process or thread. */
bool pg_may_use(const struct pg *c, struct orm_error *e);

/* Nothing may be under way.  False: the connection is lost. */
bool pg_set_pipeline(struct pg *c, bool on);

/* What our SQL and codecs take for granted.  False: the error ends in how it is. */
bool pg_check_settings(
    PGconn *conn, struct orm_error *e, enum orm_code code, const char *what);

enum pg_wait {
    PG_WAIT_OK,
    PG_WAIT_TIMEOUT,
    PG_WAIT_LOST
};

/* Waits until the socket is ready for `events`.  False at the deadline. */
bool pg_wait_for(PGconn *conn, short events, int64_t deadline);

/* Until the next PQgetResult() will not block; sends what is still to be sent. */
enum pg_wait pg_wait_for_result(PGconn *conn, int64_t deadline);

/* Records it, and returns false. */
bool pg_lost(struct pg *c, struct orm_error *e);

/* What the server said. */
void pg_fail_by_result(
    struct pg *c, const PGresult *r, struct orm_error *e, struct pg_failure *failure);

#endif
