/* pg_copy.c: COPY ... FROM STDIN over libpq, which has no pipeline mode for it.
 *
 * What was handed over is sent before more is: memory does not grow.  If the server
 * refuses a row it says so at once, but libpq tells at the end; until then the server
 * drops what comes. */
#include "wire/pg_inner.h"

#include "base/clock.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

/* The connection is of no use any more: nobody knows where in the COPY it is. */
static bool give_up(struct pg *c, enum pg_wait w, struct orm_error *e)
{
    if (w == PG_WAIT_TIMEOUT)
        error_set(e, ORM_TIMEOUT, "the deadline passed before the rows were sent");
    else
        pg_lost(c, e);
    pg_hang_up(c);
    return false;
}

static PGresult *next_result(struct pg *c, int64_t deadline, struct orm_error *e)
{
    const enum pg_wait w = pg_wait_for_result(c->conn, deadline);
    if (w == PG_WAIT_OK)
        return PQgetResult(c->conn);
    give_up(c, w, e);
    return NULL;
}

/* The result that counts, all behind it dropped.  NULL: lost. */
static PGresult *last_result(struct pg *c, int64_t deadline, struct orm_error *e)
{
    PGresult *r = next_result(c, deadline, e);
    while (c->conn) {
        PGresult *more = next_result(c, deadline, e);
        if (!more)
            break;
        PQclear(more);
    }
    if (r && c->conn)
        return r;
    if (c->conn)
        give_up(c, PG_WAIT_LOST, e);
    if (r && PQresultErrorField(r, PG_DIAG_SQLSTATE))
        return r; /* what the server said before it went away */
    PQclear(r);
    return NULL;
}

static void fail(struct pg *c, PGresult *r, struct orm_error *e)
{
    struct pg_failure failure = {0};
    if (r && PQresultStatus(r) == PGRES_FATAL_ERROR)
        pg_fail_by_result(c, r, e, &failure);
    else if (r)
        error_set(e, ORM_LOST, "the server broke the protocol: %s",
            PQresStatus(PQresultStatus(r)));
    if (!failure.server_said && c->conn)
        pg_hang_up(c);
    PQclear(r);
}

bool pg_copy_begin(
    struct pg *c, const char *command, int64_t deadline, struct orm_error *e)
{
    if (!pg_may_use(c, e))
        return false;
    if (!pg_set_pipeline(c, false) || !PQsendQuery(c->conn, command))
        return give_up(c, PG_WAIT_LOST, e);
    c->round_trips++;
    const enum pg_wait w = pg_wait_for_result(c->conn, deadline);
    if (w != PG_WAIT_OK)
        return give_up(c, w, e);
    PGresult *r = PQgetResult(c->conn);
    if (r && PQresultStatus(r) == PGRES_COPY_IN) {
        PQclear(r);
        return true;
    }
    PQclear(last_result(c, deadline, e));
    fail(c, r, e);
    return false;
}

static enum pg_wait send_all(PGconn *conn, int64_t deadline)
{
    int unsent;
    while ((unsent = PQflush(conn)) > 0) {
        if (!pg_wait_for(conn, POLLIN | POLLOUT, deadline))
            return PG_WAIT_TIMEOUT;
        if (!PQconsumeInput(conn))
            return PG_WAIT_LOST;
    }
    return unsent == 0 ? PG_WAIT_OK : PG_WAIT_LOST;
}

bool pg_copy_send(struct pg *c, const char *bytes, size_t length, int64_t deadline,
    struct orm_error *e)
{
    if (!pg_may_use(c, e))
        return false;
    enum pg_wait w = PG_WAIT_LOST;
    if (PQputCopyData(c->conn, bytes, (int)length) == 1)
        w = send_all(c->conn, deadline);
    if (w == PG_WAIT_LOST)
        PQconsumeInput(c->conn); /* the server may have said why */
    return w == PG_WAIT_OK || give_up(c, w, e);
}

/* "COPY book, line 3, column pages": a line is a row. */
static uint64_t row_of(const PGresult *r)
{
    const char *context = PQresultErrorField(r, PG_DIAG_CONTEXT);
    const char *copy = context ? strstr(context, "COPY ") : NULL;
    const char *line = copy ? strstr(copy, ", line ") : NULL;
    return line ? strtoull(line + strlen(", line "), NULL, 10) : 0;
}

struct pg_result *pg_copy_end(
    struct pg *c, const char *why, int64_t deadline, struct orm_error *e, uint64_t *row)
{
    *row = 0;
    if (!pg_may_use(c, e))
        return NULL;
    c->round_trips++;
    if (PQputCopyEnd(c->conn, why) != 1) {
        give_up(c, PG_WAIT_LOST, e);
        return NULL;
    }
    PGresult *r = last_result(c, deadline, e);
    if (r && PQresultStatus(r) == PGRES_COMMAND_OK && !why)
        return r;
    if (r)
        *row = row_of(r);
    fail(c, r, e);
    return NULL;
}
