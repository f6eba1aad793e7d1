/* pg.c: flights over libpq.
 *
 * A flight is a Parse for each statement the server has not seen, a Bind/Execute for
 * each item, and one Sync; its answers come in that order (libpq, "Pipeline Mode").
 * What is one message to libpq goes without pipeline mode: the same bytes travel, and
 * libpq makes no result of their end.  Reading goes on while writing, so a server that
 * blocks on its own output never blocks us. */
#include "wire/pg_inner.h"

#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

/* -- Waiting ----------------------------------------------------------------------- */

bool pg_wait_for(PGconn *conn, short events, int64_t deadline)
{
    for (;;) {
        int wait = -1;
        if (deadline != CLOCK_NEVER) {
            const int64_t left = deadline - clock_now();
            if (left <= 0)
                return false;
            wait = left > 3600000 ? 3600000 : (int)left;
        }
        struct pollfd fd = {.fd = PQsocket(conn), .events = events};
        const int n = poll(&fd, 1, wait);
        if (n > 0 || (n < 0 && errno != EINTR))
            return true;
    }
}

/* When libpq has no memory for the result that ends a pipeline it says so in its error
 * message and stays busy for ever (fe-protocol3.c of libpq 15): a message that grows
 * while we wait is a lost connection. */
enum pg_wait pg_wait_for_result(PGconn *conn, int64_t deadline)
{
    const size_t said = strlen(PQerrorMessage(conn));
    if (!PQisBusy(conn)) /* it parses, and may run out of memory */
        return PG_WAIT_OK;
    for (;;) {
        const int unsent = PQflush(conn);
        if (unsent < 0)
            return PG_WAIT_LOST;
        if (!PQisBusy(conn))
            return PG_WAIT_OK;
        if (strlen(PQerrorMessage(conn)) > said)
            return PG_WAIT_LOST;
        if (!pg_wait_for(conn, unsent ? POLLIN | POLLOUT : POLLIN, deadline))
            return PG_WAIT_TIMEOUT;
        if (!PQconsumeInput(conn))
            return PG_WAIT_LOST;
    }
}

/* -- Sending ----------------------------------------------------------------------- */

static bool in_pipeline(const struct pg *c)
{
    return PQpipelineStatus(c->conn) != PQ_PIPELINE_OFF;
}

bool pg_set_pipeline(struct pg *c, bool on)
{
    if (on == in_pipeline(c))
        return true;
    return on ? PQenterPipelineMode(c->conn) : PQexitPipelineMode(c->conn);
}

static bool is_one_message(const struct pg_item *items, size_t count)
{
    return count == 1 && (!items->statement || items->statement->prepared);
}

static bool send_item(struct pg *c, struct pg_item *item)
{
    struct pg_statement *st = item->statement;
    if (!st)
        return PQsendQueryParams(c->conn, item->command, 0, NULL, NULL, NULL, NULL, 1);
    item->prepares = !st->prepared && !st->preparing;
    if (item->prepares) {
        st->preparing = true;
        if (!PQsendPrepare(c->conn, st->name, st->sql, st->type_count, st->types))
            return false;
    }
    if (item->describe_only)
        return PQsendDescribePrepared(c->conn, st->name);
    return PQsendQueryPrepared(
        c->conn, st->name, st->type_count, item->values, item->lengths, c->binary, 1);
}

/* -- Receiving --------------------------------------------------------------------- */

/* An error that the server did not send: the connection, or memory, was lost inside
 * libpq, and nothing may follow. */
static bool is_libpqs_own(const PGresult *r)
{
    return PQresultStatus(r) == PGRES_FATAL_ERROR &&
           !PQresultErrorField(r, PG_DIAG_SQLSTATE);
}

/* Until the next result, or the NULL that stands for none. */
static bool await_result(struct pg *c, int64_t deadline, struct orm_error *e)
{
    switch (pg_wait_for_result(c->conn, deadline)) {
    case PG_WAIT_OK:
        return true;
    case PG_WAIT_TIMEOUT:
        return error_set(
            e, ORM_TIMEOUT, "the deadline passed before the server answered");
    default:
        return pg_lost(c, e);
    }
}

/* The NULL behind each result of a pipeline. */
static bool take_null(struct pg *c, int64_t deadline, struct orm_error *e)
{
    if (!await_result(c, deadline, e))
        return false;
    PGresult *more = PQgetResult(c->conn);
    PQclear(more);
    return !more ||
           error_set(e, ORM_LOST, "the server broke the protocol: one result too many");
}

static bool is_end(const PGresult *r)
{
    return PQresultStatus(r) == PGRES_PIPELINE_SYNC;
}

/* One result.  NULL: `e` says why.  Without memory libpq may lose one, and the end
 * comes too early. */
static PGresult *take_result(struct pg *c, int64_t deadline, struct orm_error *e)
{
    if (!await_result(c, deadline, e))
        return NULL;
    PGresult *r = PQgetResult(c->conn);
    if (!r)
        pg_lost(c, e);
    if (!r || is_libpqs_own(r) || is_end(r) || !in_pipeline(c) ||
        take_null(c, deadline, e))
        return r;
    /* What the server did say before it went away is worth keeping. */
    if (PQresultErrorField(r, PG_DIAG_SQLSTATE))
        return r;
    PQclear(r);
    return NULL;
}

/* What stands behind the last result: that of the Sync, which has no NULL, or without a
 * pipeline the NULL. */
static bool take_end(struct pg *c, int64_t deadline, struct orm_error *e)
{
    if (!await_result(c, deadline, e))
        return false;
    PGresult *r = PQgetResult(c->conn);
    const bool ends = in_pipeline(c) ? is_end(r) : !r;
    if (!ends && (!r || is_libpqs_own(r)))
        pg_lost(c, e);
    PQclear(r);
    return ends || error_set(e, ORM_LOST,
                       "the server broke the protocol: no end of the flight");
}

/* True for a success of the kind that was asked for, in the format that was. */
static bool is_good(const PGresult *r, bool describes)
{
    const ExecStatusType status = PQresultStatus(r);
    if (describes || status != PGRES_TUPLES_OK)
        return status == PGRES_COMMAND_OK;
    return PQbinaryTuples(r) || !PQnfields(r);
}

/* Takes one expected answer.  False: it is not a success; the flight goes on to the
 * sync unless the connection is gone. */
static PGresult *expect(struct pg *c, bool describes, int64_t deadline,
    struct orm_error *e, struct pg_failure *failure)
{
    PGresult *r = take_result(c, deadline, e);
    if (!r) {
        pg_hang_up(c);
        return NULL;
    }
    if (is_good(r, describes))
        return r;
    switch (PQresultStatus(r)) {
    case PGRES_FATAL_ERROR:
        pg_fail_by_result(c, r, e, failure);
        if (!failure->server_said)
            pg_hang_up(c);
        break;
    case PGRES_PIPELINE_ABORTED:
        break;
    default:
        error_set(e, ORM_LOST, "the server broke the protocol: %s",
            PQresStatus(PQresultStatus(r)));
        pg_hang_up(c);
    }
    PQclear(r);
    return NULL;
}

/* libpq looks settings up by name, which costs as much as a row.  Values are at stake
 * when the encoding changes; literals, when a text is parsed. */
static bool may_be_poisoned(
    const struct pg *c, const struct pg_item *items, size_t count)
{
    bool parses = false;
    for (size_t i = 0; i < count; i++)
        parses = parses || items[i].prepares || !items[i].statement;
    return parses || PQclientEncoding(c->conn) != c->encoding;
}

static void receive(struct pg *c, struct pg_item *items, size_t count, int64_t deadline,
    struct orm_error *e, struct pg_failure *failure)
{
    for (size_t i = 0; i < count && c->conn; i++) {
        bool good = true;
        if (items[i].prepares) {
            PGresult *r = expect(c, true, deadline, e, failure);
            good = items[i].statement->prepared = r != NULL;
            PQclear(r);
        }
        if (c->conn)
            items[i].result = expect(c, items[i].describe_only, deadline, e, failure);
        if ((!good || !items[i].result) && failure->item == count)
            failure->item = i;
    }
    if (!c->conn)
        return;
    if (!take_end(c, deadline, e) ||
        (may_be_poisoned(c, items, count) && !pg_check_settings(c->conn, e, ORM_LOST,
                                                 "the connection is given up: it has")))
        pg_hang_up(c);
}

bool pg_send(struct pg *c, struct pg_item *items, size_t count, struct orm_error *e,
    struct pg_failure *failure)
{
    *failure = (struct pg_failure){.item = count};
    for (size_t i = 0; i < count; i++)
        items[i].result = NULL;
    if (!pg_may_use(c, e)) {
        failure->item = 0;
        return false;
    }
    const bool pipeline = !is_one_message(items, count);
    bool sent = pg_set_pipeline(c, pipeline);
    while (sent && failure->sent < count)
        sent = send_item(c, &items[failure->sent++]);
    if (sent && (!pipeline || PQpipelineSync(c->conn)) && PQflush(c->conn) >= 0)
        return true;
    failure->item = 0;
    PQconsumeInput(c->conn); /* the server may have said why */
    pg_lost(c, e);
    pg_hang_up(c);
    return false;
}

bool pg_receive(struct pg *c, struct pg_item *items, size_t count, int64_t deadline,
    struct orm_error *e, struct pg_failure *failure)
{
    if (!pg_alive(c))
        return error_set(e, ORM_LOST, "the connection is lost");
    c->round_trips++;
    receive(c, items, count, deadline, e, failure);
    return !e->code;
}

bool pg_fly(struct pg *c, struct pg_item *items, size_t count, int64_t deadline,
    struct orm_error *e, struct pg_failure *failure)
{
    const bool good = pg_send(c, items, count, e, failure) &&
                      pg_receive(c, items, count, deadline, e, failure);
    for (size_t i = 0; i < count; i++)
        if (items[i].statement)
            items[i].statement->preparing = false;
    return good;
}

void pg_drop_result(struct pg_result *r)
{
    PQclear(r);
}

void pg_drop(struct pg_item *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        PQclear(items[i].result);
        items[i].result = NULL;
    }
}
