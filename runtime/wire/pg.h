/* pg.h: one connection to PostgreSQL, as the rest of the runtime sees it.
 *
 * Everything travels in flights: a list of items sent in one pipeline, answered in one
 * round trip.  All I/O is non-blocking under one absolute deadline.  The results of a
 * flight are complete before any of them is looked at, so a connection cut in the
 * middle changes nothing.  Only pg.c and the files named after it know libpq. */
#ifndef RUNTIME_PG_H
#define RUNTIME_PG_H

#include "base/error.h"

struct pg;
struct pg_result; /* libpq's own: PGresult */

/* A prepared statement.  Its name is a hash of its text and types: two sessions behind
 * one pooler can share it, and never run each other's. */
struct pg_statement {
    char name[36];
    const char *sql;
    const char *model;     /* that it is about, or "" */
    const uint32_t *types; /* oids of the parameters */
    int type_count;
    bool prepared;
    bool preparing; /* in the flight that is under way */
    bool counted;   /* by orm_statements() */
};

struct pg_item {
    struct pg_statement *statement; /* or NULL: `command`, without parameters */
    const char *command;
    const char *const *values; /* binary; NULL is null */
    const int *lengths;
    bool guards; /* describes what was seen before: if that has changed, it fails */
    bool describe_only;       /* prepare and tell the columns, do not run */
    bool prepares;            /* set by the flight */
    struct pg_result *result; /* filled by the flight; pg_drop() frees them */
};

/* What would mend a prepared statement that the server and we see differently. */
enum pg_remedy {
    PG_NO_REMEDY,
    PG_PREPARE_AGAIN, /* the server does not know it (26000) */
    PG_RENAME,   /* its result type changed (0A000): prepare it under another name */
    PG_USE_AS_IS /* the server has it already (42P05); names are content hashes */
};

/* How a flight failed. */
struct pg_failure {
    size_t item;      /* the first that failed; the number of items: none did */
    size_t sent;      /* items that may have reached the server */
    bool server_said; /* an ErrorResponse came: the server did not do it */
    enum pg_remedy remedy;
};

/* What the server's last error was about; "" for what it did not tell. */
struct pg_said {
    char sqlstate[6];
    char schema[64];
    char table[64];
    char column[64];
    char detail[2048]; /* as it was said; "" also if it is longer */
};

/* The moment by which a connection must be made: connect_timeout seconds from now, as
 * in `conninfo` or PGCONNECT_TIMEOUT, else 10; not after `deadline`. */
int64_t pg_connect_deadline(const char *conninfo, int64_t deadline);

/* Never blocks past `deadline` (clock_now()'s scale).  NULL: `e` has the reason. */
struct pg *pg_connect(const char *conninfo, int64_t deadline, struct orm_error *e);
void pg_close(struct pg *c);

/* Whether it is alive and quiet, as far as is known without asking: takes in what came
 * while nothing was expected, and sees that the server has gone. */
bool pg_settle(struct pg *c);

/* What `options` of the conninfo or PGOPTIONS say. */
const char *pg_options(const struct pg *c);

/* Ends the connection; pg_round_trips() still tells. */
void pg_hang_up(struct pg *c);

/* The calling thread is the one that uses it from now on. */
void pg_adopt(struct pg *c);

/* Whether the connection can still be used. */
bool pg_alive(const struct pg *c);

/* Whether a transaction is open there, failed or not, and whether it has failed;
 * nothing may be under way. */
bool pg_in_transaction(const struct pg *c);
bool pg_transaction_failed(const struct pg *c);

/* Sends all items and waits for all answers.  False: `e` and `failure` say why and no
 * result is kept but those of items before the first failure; after a lost connection
 * or a deadline the connection is closed. */
bool pg_fly(struct pg *c, struct pg_item *items, size_t count, int64_t deadline,
    struct orm_error *e, struct pg_failure *failure);

const struct pg_said *pg_said(const struct pg *c);

void pg_drop(struct pg_item *items, size_t count);
void pg_drop_result(struct pg_result *r);

/* The two halves of a flight.  Between them the connection carries nothing else. */
bool pg_send(struct pg *c, struct pg_item *items, size_t count, struct orm_error *e,
    struct pg_failure *failure);
bool pg_receive(struct pg *c, struct pg_item *items, size_t count, int64_t deadline,
    struct orm_error *e, struct pg_failure *failure);

uint64_t pg_round_trips(const struct pg *c);

/* The role that it connected as. */
const char *pg_user(const struct pg *c);

/* -- COPY ... FROM STDIN ----------------------------------------------------------- */
/* Between the first and the last the connection carries nothing else.  Each returns
 * false when it failed, and `e` says why; if the connection can still be used it is as
 * between flights then, also after the second: its failure ends the COPY. */

bool pg_copy_begin(
    struct pg *c, const char *command, int64_t deadline, struct orm_error *e);
bool pg_copy_send(struct pg *c, const char *bytes, size_t length, int64_t deadline,
    struct orm_error *e);

/* The result.  NULL also when `why`, which makes the server drop all rows, is given.
 * `row` is the one that the server refused, from 1 on; 0: it did not tell. */
struct pg_result *pg_copy_end(struct pg *c, const char *why, int64_t deadline,
    struct orm_error *e, uint64_t *row);

/* -- Results ----------------------------------------------------------------------- */

size_t pg_rows(const struct pg_result *r);
size_t pg_columns(const struct pg_result *r);
uint32_t pg_column_type(const struct pg_result *r, size_t column);

/* What the type is limited to, as the catalogue has it; -1: nothing. */
int32_t pg_column_typmod(const struct pg_result *r, size_t column);

const char *pg_column_name(const struct pg_result *r, size_t column);

/* Rows that an INSERT made, or that another statement changed. */
size_t pg_affected(const struct pg_result *r);

/* The command tag, as "COMMIT". */
const char *pg_tag(const struct pg_result *r);

/* As libpq does, a zero byte follows the data. */
struct pg_cell {
    const char *data; /* NULL: null */
    int length;
};

/* All cells of a row. */
void pg_row(const struct pg_result *r, size_t row, struct pg_cell *cells);
struct pg_cell pg_value(const struct pg_result *r, size_t row, size_t column);

#endif
