/* pg_connect.c: how a connection begins and ends, whose it is, and what it says of
 * itself. */
#include "wire/pg_inner.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/process.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* -- Whose it is ------------------------------------------------------------------- */

static _Thread_local char here;

/* A child of fork() has its parent's socket, and must not say a word on it. */
static bool is_inherited(const struct pg *c)
{
    return c->process != process_id();
}

void pg_adopt(struct pg *c)
{
    if (c)
        c->thread = &here;
}

bool pg_may_use(const struct pg *c, struct orm_error *e)
{
    if (c && c->conn && is_inherited(c))
        return error_set(e, ORM_INVALID,
            "the connection is that of process %ld, which this one is a child of; "
            "orm_reset() makes one of its own",
            (long)c->process);
    if (c && c->thread != &here)
        return error_set(e, ORM_INVALID,
            "the session is used by another thread than before; orm_adopt() and "
            "orm_reset() hand it over");
    return pg_alive(c) || error_set(e, ORM_LOST, "the connection is lost");
}

/* -- Connecting -------------------------------------------------------------------- */

/* Notices are the server's talk; a flood of them must cost nothing.  What it says when
 * it leaves while nothing is asked of it comes as one, too. */
static void hear_notice(void *arg, const PGresult *said)
{
    struct pg *c = arg;
    const char *severity = PQresultErrorField(said, PG_DIAG_SEVERITY_NONLOCALIZED);
    const char *state = PQresultErrorField(said, PG_DIAG_SQLSTATE);
    const char *primary = PQresultErrorField(said, PG_DIAG_MESSAGE_PRIMARY);
    if (!severity || strcmp(severity, "FATAL") != 0 || !state)
        return;
    error_set(&c->farewell, ORM_LOST, "the connection is lost: %s",
        primary ? primary : "the server gave no reason");
    error_copy(c->farewell.sqlstate, sizeof c->farewell.sqlstate, state);
}

static bool finish_connecting(PGconn *conn, int64_t deadline, struct orm_error *e)
{
    PostgresPollingStatusType next = PGRES_POLLING_WRITING;
    for (;;) {
        if (PQstatus(conn) == CONNECTION_BAD || next == PGRES_POLLING_FAILED)
            return error_set(e, ORM_LOST, "cannot connect: %s", PQerrorMessage(conn));
        if (next == PGRES_POLLING_OK)
            return true;
        if (!pg_wait_for(
                conn, next == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline))
            return error_set(e, ORM_TIMEOUT, "cannot connect: no answer in time");
        next = PQconnectPoll(conn);
    }
}

bool pg_check_settings(
    PGconn *conn, struct orm_error *e, enum orm_code code, const char *what)
{
    static const struct {
        const char *name, *value;
    } needed[] = {
        {"client_encoding", "UTF8"},
        {"standard_conforming_strings", "on"},
        {"integer_datetimes", "on"},
    };
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        const char *value = PQparameterStatus(conn, needed[i].name);
        if (!value || strcmp(value, needed[i].value) != 0)
            return error_set(e, code, "%s %s=%s; ormgen needs %s", what, needed[i].name,
                value ? value : "(unknown)", needed[i].value);
    }
    return true;
}

/* libpq's own timeout works in its blocking calls only. */
int64_t pg_connect_deadline(const char *conninfo, int64_t deadline)
{
    int64_t seconds = 10;
    PQconninfoOption *parsed = conninfo ? PQconninfoParse(conninfo, NULL) : NULL;
    const char *given = getenv("PGCONNECT_TIMEOUT");
    for (const PQconninfoOption *o = parsed; o && o->keyword; o++)
        if (strcmp(o->keyword, "connect_timeout") == 0 && o->val)
            given = o->val;
    const long wanted = given ? strtol(given, NULL, 10) : 0;
    if (wanted > 0)
        seconds = wanted;
    PQconninfoFree(parsed);

    const int64_t latest = clock_now() + seconds * 1000;
    return deadline < latest ? deadline : latest;
}

struct pg *pg_connect(const char *conninfo, int64_t deadline, struct orm_error *e)
{
    /* What stands before dbname is a default, what stands after it is not to be
     * changed. gssencmode: libgssapi crashes when memory is out. */
    const char *const keywords[] = {"gssencmode", "fallback_application_name",
        "tcp_user_timeout", "dbname", "client_encoding", NULL};
    const char *const values[] = {
        "disable", "ormgen", "30000", conninfo ? conninfo : "", "UTF8", NULL};

    struct pg *c = memory_get_zeroed(sizeof *c);
    if (!c) {
        error_nomem(e);
        return NULL;
    }
    c->process = process_id();
    pg_adopt(c);
    c->conn = PQconnectStartParams(keywords, values, 1);
    if (!c->conn) {
        error_nomem(e);
        goto fail;
    }
    PQsetNoticeReceiver(c->conn, hear_notice, c);
    if (!finish_connecting(c->conn, deadline, e)) {
        e->retryable = true;
        goto fail;
    }
    if (!pg_check_settings(c->conn, e, ORM_REFUSED, "the server has"))
        goto fail;
    c->encoding = PQclientEncoding(c->conn);
    if (PQsetnonblocking(c->conn, 1) != 0) {
        error_set(e, ORM_LOST, "cannot connect: %s", PQerrorMessage(c->conn));
        goto fail;
    }
    for (int i = 0; i < MAX_PARAMS; i++)
        c->binary[i] = 1;
    c->round_trips = 1;
    return c;

fail:
    pg_close(c);
    return NULL;
}

/* PQfinish() takes leave of the server, which would end the parent's session. */
static void let_go(struct pg *c)
{
    const int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nowhere < 0 || dup2(nowhere, PQsocket(c->conn)) < 0)
        close(PQsocket(c->conn));
    if (nowhere >= 0)
        close(nowhere);
}

void pg_hang_up(struct pg *c)
{
    if (c->conn && is_inherited(c))
        let_go(c);
    PQfinish(c->conn);
    c->conn = NULL;
}

void pg_close(struct pg *c)
{
    if (!c)
        return;
    pg_hang_up(c);
    memory_free(c);
}

bool pg_alive(const struct pg *c)
{
    return c && c->conn && !is_inherited(c) && PQstatus(c->conn) == CONNECTION_OK;
}

bool pg_transaction_failed(const struct pg *c)
{
    return pg_alive(c) && PQtransactionStatus(c->conn) == PQTRANS_INERROR;
}

bool pg_in_transaction(const struct pg *c)
{
    return pg_transaction_failed(c) ||
           (pg_alive(c) && PQtransactionStatus(c->conn) == PQTRANS_INTRANS);
}

bool pg_settle(struct pg *c)
{
    if (!pg_alive(c))
        return false;
    /* Twice: the end comes behind what was said before it. */
    if (PQconsumeInput(c->conn) && PQconsumeInput(c->conn) && !PQisBusy(c->conn)) {
        PGresult *unexpected = PQgetResult(c->conn);
        if (!unexpected && !c->farewell.code)
            return pg_alive(c);
        PQclear(unexpected);
    }
    pg_hang_up(c);
    return false;
}

const char *pg_options(const struct pg *c)
{
    const char *options = PQoptions(c->conn);
    return options ? options : "";
}

uint64_t pg_round_trips(const struct pg *c)
{
    return c ? c->round_trips : 0;
}

const char *pg_user(const struct pg *c)
{
    return c->conn ? PQuser(c->conn) : "";
}
