/* pg.c: flights over libpq.
 *
 * A flight is a Parse for each statement the server has not seen, a Bind/Execute for
 * each item, and one Sync; its answers come in that order (libpq, "Pipeline Mode").
 * What is one message to libpq goes without pipeline mode: the same bytes travel, and
 * libpq makes no result of their end.  Reading goes on while writing, so a server that
 * blocks on its own output never blocks us. */
#include "wire/pg_inner.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/process.h"
#include "wire/sqlstate.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
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

/* What our SQL and codecs take for granted.  False: the error ends in how it is. */
static bool check_settings(
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
    if (!check_settings(c->conn, e, ORM_REFUSED, "the server has"))
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

/* -- Failures ---------------------------------------------------------------------- */

static void copy_field(char *to, size_t size, const PGresult *r, int which)
{
    const char *text = PQresultErrorField(r, which);
    error_copy(to, size, text ? text : "");
}

static void keep_said(struct pg_said *said, const PGresult *r)
{
    copy_field(said->sqlstate, sizeof said->sqlstate, r, PG_DIAG_SQLSTATE);
    copy_field(said->schema, sizeof said->schema, r, PG_DIAG_SCHEMA_NAME);
    copy_field(said->table, sizeof said->table, r, PG_DIAG_TABLE_NAME);
    copy_field(said->column, sizeof said->column, r, PG_DIAG_COLUMN_NAME);
    const char *detail = PQresultErrorField(r, PG_DIAG_MESSAGE_DETAIL);
    const bool fits = detail && strlen(detail) < sizeof said->detail;
    snprintf(said->detail, sizeof said->detail, "%s", fits ? detail : "");
}

void pg_fail_by_result(
    struct pg *c, const PGresult *r, struct orm_error *e, struct pg_failure *failure)
{
    const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
    const char *severity = PQresultErrorField(r, PG_DIAG_SEVERITY_NONLOCALIZED);
    const char *primary = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
    const char *routine = PQresultErrorField(r, PG_DIAG_SOURCE_FUNCTION);
    const bool fatal = severity && strcmp(severity, "ERROR") != 0;

    if (!state) {
        error_set(e, ORM_LOST, "the connection failed: %s", PQresultErrorMessage(r));
        return;
    }
    failure->server_said = !fatal;
    if (strcmp(state, "26000") == 0)
        failure->remedy = PG_PREPARE_AGAIN;
    else if (strcmp(state, "42P05") == 0)
        failure->remedy = PG_USE_AS_IS;
    else if (strcmp(state, "0A000") == 0 && routine &&
             strcmp(routine, "RevalidateCachedQuery") == 0)
        failure->remedy = PG_RENAME;

    enum orm_code code = code_of_sqlstate(state);
    if (strcmp(state, "XX000") == 0 && primary &&
        strstr(primary, "lookup failed for type"))
        code = ORM_DRIFT; /* it was made anew, and has another oid */
    if (e->code)
        return;
    error_set(e, code, "%s", primary ? primary : "the server gave no reason");
    error_copy(e->sqlstate, sizeof e->sqlstate, state);
    copy_field(e->constraint, sizeof e->constraint, r, PG_DIAG_CONSTRAINT_NAME);
    copy_field(e->hint, sizeof e->hint, r, PG_DIAG_MESSAGE_HINT);
    copy_field(e->detail, sizeof e->detail, r, PG_DIAG_MESSAGE_DETAIL);
    keep_said(&c->said, r);
}

/* -- Receiving --------------------------------------------------------------------- */

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

bool pg_lost(struct pg *c, struct orm_error *e)
{
    if (c->farewell.code && !e->code) {
        *e = c->farewell;
        return false;
    }
    const char *why = PQerrorMessage(c->conn);
    return error_set(e, ORM_LOST, "the connection is lost: %s",
        why && *why ? why : "the server closed it");
}

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
        (may_be_poisoned(c, items, count) && !check_settings(c->conn, e, ORM_LOST,
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

const struct pg_said *pg_said(const struct pg *c)
{
    return &c->said;
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

/* -- Results ----------------------------------------------------------------------- */

size_t pg_rows(const struct pg_result *r)
{
    return (size_t)PQntuples(r);
}

size_t pg_columns(const struct pg_result *r)
{
    return (size_t)PQnfields(r);
}

uint32_t pg_column_type(const struct pg_result *r, size_t column)
{
    return PQftype(r, (int)column);
}

int32_t pg_column_typmod(const struct pg_result *r, size_t column)
{
    return PQfmod(r, (int)column);
}

const char *pg_column_name(const struct pg_result *r, size_t column)
{
    return PQfname(r, (int)column);
}

size_t pg_affected(const struct pg_result *r)
{
    return (size_t)strtoull(PQcmdTuples((PGresult *)(uintptr_t)r), NULL, 10);
}

const char *pg_tag(const struct pg_result *r)
{
    return PQcmdStatus((PGresult *)(uintptr_t)r);
}

/* libpq checks row and column in each of its calls: two will do for most cells. */
static OFTEN struct pg_cell cell_at(const struct pg_result *r, int row, int column)
{
    const struct pg_cell cell = {
        PQgetvalue(r, row, column), PQgetlength(r, row, column)};
    return !cell.length && PQgetisnull(r, row, column) ? (struct pg_cell){NULL, 0}
                                                       : cell;
}

struct pg_cell pg_value(const struct pg_result *r, size_t row, size_t column)
{
    return cell_at(r, (int)row, (int)column);
}

void pg_row(const struct pg_result *r, size_t row, struct pg_cell *cells)
{
    const int columns = PQnfields(r);
    for (int i = 0; i < columns; i++)
        cells[i] = cell_at(r, (int)row, i);
}
