/* outcome.c: what became of a transaction whose COMMIT nobody answered.
 *
 * Who is to know has the transaction's number before COMMIT is sent, and asks for its
 * state on a new connection (PostgreSQL manual, "Transaction ID and Snapshot
 * Information Functions").  A number says nothing to another server, nor to the same
 * on another timeline, so both are compared. */
#include "unit/outcome.h"

#include "base/clock.h"
#include "session/flight.h"

#include <string.h>

/* The server answers ROLLBACK where it cannot commit.  Any other answer than COMMIT
 * means that we have lost count of its answers, and know nothing. */
bool outcome_is_committed(struct orm_session *s, const struct pg_result *r)
{
    const char *tag = pg_tag(r);
    if (strcmp(tag, "COMMIT") == 0)
        return true;
    if (strcmp(tag, "ROLLBACK") == 0) {
        error_set(
            &s->error, ORM_REFUSED, "the transaction had failed and was rolled back");
        s->error.outcome = ORM_ROLLED_BACK;
    } else {
        error_set(&s->error, ORM_LOST,
            "the server broke the protocol: COMMIT was answered with \"%s\"", tag);
        s->error.outcome = ORM_UNKNOWN;
        pg_hang_up(s->pg);
    }
    s->transaction = TX_NONE;
    return false;
}

/* -- Tickets ----------------------------------------------------------------------- */

/* Its cluster, and its timeline. */
#define SERVER                                                                         \
    "pg_catalog.concat((SELECT system_identifier FROM "                                \
    "pg_catalog.pg_control_system()), ' ', CASE WHEN "                                 \
    "pg_catalog.pg_is_in_recovery() THEN '' ELSE "                                     \
    "pg_catalog.\"left\"(pg_catalog.pg_walfile_name("                                  \
    "pg_catalog.pg_current_wal_lsn()), 8) END)"

struct ticket {
    char id[24]; /* "": nothing was written */
    char server[64];
};

bool outcome_add_ticket(struct orm_session *s)
{
    static const uint32_t none[1];
    const struct params *no_params = &(struct params){0};
    shape_begin(s, 'T', NULL);
    struct pg_statement *st = shape_known(s);
    if (!st) {
        buffer_text(&s->sql,
            "SELECT pg_catalog.pg_current_xact_id_if_assigned()::text, " SERVER);
        st = shape_make(s, none, 0, false);
    }
    return flight_add(s, st, no_params);
}

static void copy(char *to, size_t size, const struct pg_result *r, size_t column)
{
    const struct pg_cell cell = pg_rows(r) == 1 && pg_columns(r) == 2
                                    ? pg_value(r, 0, column)
                                    : (struct pg_cell){NULL, 0};
    error_copy(to, size, cell.data ? cell.data : "");
}

/* -- Asking ------------------------------------------------------------------------ */

enum says {
    SAYS_NOTHING,
    SAYS_LATER, /* it still runs, or the server does not */
    SAYS_COMMITTED,
    SAYS_ABORTED
};

static enum says read_answer(const struct pg_result *r, const struct ticket *t)
{
    char status[16], server[sizeof t->server];
    copy(status, sizeof status, r, 0);
    copy(server, sizeof server, r, 1);
    if (strcmp(server, t->server) != 0)
        return SAYS_NOTHING;
    return strcmp(status, "committed") == 0     ? SAYS_COMMITTED
           : strcmp(status, "aborted") == 0     ? SAYS_ABORTED
           : strcmp(status, "in progress") == 0 ? SAYS_LATER
                                                : SAYS_NOTHING;
}

static enum says ask(struct pg *c, const struct ticket *t, int64_t deadline)
{
    static const uint32_t types[] = {25};
    struct pg_statement st = {.name = "", /* so it can be prepared again */
        .sql = "SELECT pg_catalog.pg_xact_status($1::pg_catalog.xid8), " SERVER,
        .model = "",
        .types = types,
        .type_count = 1};
    const char *const values[] = {t->id};
    const int lengths[] = {(int)strlen(t->id)};
    struct pg_item item = {.statement = &st, .values = values, .lengths = lengths};
    struct orm_error e = {0};
    struct pg_failure failure;
    enum says says = SAYS_LATER;
    if (pg_fly(c, &item, 1, deadline, &e, &failure))
        says = read_answer(item.result, t);
    else if (pg_alive(c))
        says = SAYS_NOTHING; /* the number is too old, or from the future */
    pg_drop(&item, 1);
    return says;
}

#define FIRST_PAUSE   5 /* milliseconds */
#define LONGEST_PAUSE 200

static enum says find_out(struct orm_session *s, const struct ticket *t)
{
    const int64_t deadline = s->deadline == CLOCK_NEVER
                                 ? pg_connect_deadline(s->conninfo, CLOCK_NEVER)
                                 : s->deadline;
    struct pg *c = NULL;
    enum says says = SAYS_LATER;
    for (int64_t pause = FIRST_PAUSE; says == SAYS_LATER && clock_now() < deadline;
         pause = pause < LONGEST_PAUSE ? pause * 2 : pause) {
        struct orm_error e = {0};
        if (!pg_alive(c)) {
            pg_close(c);
            c = pg_connect(s->conninfo, deadline, &e);
        }
        says = c ? ask(c, t, deadline) : SAYS_LATER;
        const int64_t left = deadline - clock_now();
        if (says == SAYS_LATER && left > 0)
            clock_sleep(pause < left ? pause : left);
    }
    s->round_trips += pg_round_trips(c);
    pg_close(c);
    return says;
}

static bool resolve(struct orm_session *s, const struct ticket *t)
{
    const enum says says = *t->id ? find_out(s, t) : SAYS_ABORTED;
    s->error.outcome = says == SAYS_ABORTED ? ORM_ROLLED_BACK : ORM_UNKNOWN;
    s->error.retryable = says == SAYS_ABORTED;
    if (says == SAYS_COMMITTED)
        error_clear(&s->error);
    return says == SAYS_COMMITTED;
}

bool outcome_commit(struct orm_session *s, const struct pg_result *ticket)
{
    struct ticket t;
    copy(t.id, sizeof t.id, ticket, 0);
    copy(t.server, sizeof t.server, ticket, 1);

    struct pg_item item = {.command = "COMMIT"};
    struct pg_failure failure;
    bool good = pg_fly(s->pg, &item, 1, s->deadline, &s->error, &failure);
    const bool is_done = item.result && strcmp(pg_tag(item.result), "COMMIT") == 0;
    if (good) {
        good = outcome_is_committed(s, item.result);
    } else if (is_done) {
        error_clear(&s->error); /* only what follows is missing */
        good = true;
    } else if (failure.server_said) {
        s->error.outcome = ORM_ROLLED_BACK;
        s->error.retryable = s->error.code == ORM_CONFLICT;
    } else {
        good = resolve(s, &t);
    }
    pg_drop(&item, 1);
    return good;
}

void orm_set_resolve_outcome(struct orm_session *s, bool on)
{
    if (s)
        s->resolves = on;
}
