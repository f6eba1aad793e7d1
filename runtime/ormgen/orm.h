/* orm.h: everything a program calls.  Generated headers include it for you.
 *
 * One session is one connection and everything loaded through it.  Use a session, and
 * every object it gave you, from one thread at a time.  Sessions share nothing.
 *
 * Lifetime: objects, lists and strings belong to their session.  They stay valid until
 * orm_reset() or orm_close(), or until their scope or chunk ends; nothing is freed one
 * by one.  Strings passed in are copied.
 *
 * Queries: a function that takes a `const` object reads memory only.  Without `const`
 * it may run a statement, for all objects that arrived together.
 *
 * Errors: the first failure stays on the session.  From then on reads return nothing
 * and writes are dropped, until orm_rollback() or orm_reset().  So a unit of work needs
 * one check, at its gate: orm_commit() if it wrote, orm_end() if it only read, orm_ok()
 * before an effect outside the database.
 */
#ifndef ORM_H
#define ORM_H

#include <ormgen/orm_query.h>

#ifdef __cplusplus
extern "C" {
#endif

struct orm_model;
struct orm_object;
struct orm_schema;
struct orm_session;

/* -- Errors ------------------------------------------------------------------------ */

/* What went wrong, by remedy. */
enum orm_code {
    ORM_OK,
    ORM_NOMEM,      /* memory is out: nothing was changed; free some and roll back */
    ORM_LOST,       /* no connection, or it went away: orm_reset() connects again */
    ORM_TIMEOUT,    /* the deadline passed: orm_reset() with a new one */
    ORM_CONFLICT,   /* serialization or deadlock: roll back and run the unit again */
    ORM_CONSTRAINT, /* the database refused a row: book_violated() tells by what */
    ORM_STALE,   /* a row is gone, or not in the version it was loaded in: load again */
    ORM_REFUSED, /* the server rejected a statement: permission, or a bug of ours */
    ORM_DRIFT,   /* the table is not what the YAML says: migrate, or generate again */
    ORM_NOT_FOUND, /* `require` found no row */
    ORM_UNSAVED, /* the database was asked about an object that it does not have yet */
    ORM_INVALID, /* the model does not allow the value or the call */
    ORM_PLAN_CONFLICT, /* two plans want different things in one place */
    ORM_FETCH_RAISED,  /* a lazy load that ORM_FETCH_RAISE forbids: plan it */
    ORM_STREAM_ENDED,  /* a chunk was asked of a stream that is over */
    ORM_BUDGET,        /* a statement more than orm_expect_statements() allows */
    ORM_RANGE, /* a value that its type cannot hold, from the server or the program */
    ORM_OTHER_SESSION /* objects of two sessions met */
};

/* What is known about the transaction that an error ended. */
enum orm_outcome {
    ORM_NOT_STARTED, /* nothing had been written */
    ORM_ROLLED_BACK, /* the database is as it was before the transaction */
    ORM_COMMITTED,   /* written; the error came afterwards */
    ORM_UNKNOWN      /* COMMIT was sent and no answer came: ask the database */
};

struct orm_error {
    enum orm_code code;
    enum orm_outcome outcome;
    bool retryable;      /* the same unit of work may succeed on a fresh session */
    char sqlstate[6];    /* "" unless the server said so */
    char model[64];      /* "" when no model is concerned */
    char field[64];      /* "" when no field is concerned */
    char constraint[64]; /* "" unless ORM_CONSTRAINT */
    char message[512];   /* one line, no newline */

    const struct orm_model *of; /* the model concerned, or NULL */
    struct orm_object *object;  /* the one concerned, where that is certain, or NULL;
                                   valid as long as its objects are */
    unsigned violated;          /* for book_violated() */
    char statement[36];         /* its shape, as in struct orm_statement, or "" */
    char hint[256];             /* what may help, or "" */
    char detail[256]; /* what else the server said, or "": it holds values of rows */
};

/* -- Sessions ---------------------------------------------------------------------- */

/* Connects.  `conninfo` is libpq's (keywords or URI, copied); NULL takes the PG*
 * variables.  Gives up after connect_timeout seconds, 10 unless `conninfo` or
 * PGCONNECT_TIMEOUT says otherwise.  Returns NULL only when memory is out; otherwise a
 * session, perhaps already failed.  Every call below accepts NULL. */
ORM_EXPORT struct orm_session *orm_open(
    const char *conninfo, const struct orm_schema *schema);

/* Rolls back what is open, closes the connection, frees the session and all it holds.
 */
ORM_EXPORT void orm_close(struct orm_session *s);

/* Rolls back, frees every object, clears the error; keeps the connection, or makes anew
 * one that is lost or that the server has closed meanwhile: the top of a request loop.
 * A child of fork() gets a connection of its own, and leaves its parent's alone. */
ORM_EXPORT void orm_reset(struct orm_session *s);

/* The calling thread uses the session from now on; another thread that did must be done
 * with it.  A thread that talks to the server through a session that is not its own is
 * refused (ORM_INVALID); what is in memory may be read.  orm_reset() adopts, too, so
 * that sessions can go from thread to thread between units of work. */
ORM_EXPORT void orm_adopt(struct orm_session *s);

/* Opens a transaction; no statement of its own, it travels with the next one.  Without
 * it reads run in autocommit and the first flush opens one. */
ORM_EXPORT void orm_begin(struct orm_session *s);

enum orm_isolation {
    ORM_ISOLATION_DEFAULT, /* as the server is set */
    ORM_READ_COMMITTED,
    ORM_REPEATABLE_READ,
    ORM_SERIALIZABLE
};

/* A parameter of the server for one transaction, as SET LOCAL sets it: a timeout, or
 * what policies of row-level security look at. */
struct orm_setting {
    const char *name;
    const char *value;
};

struct orm_begin_options {
    enum orm_isolation isolation;
    bool read_only;
    bool deferrable; /* serializable and read only: waits until it can never conflict */
    const struct orm_setting *settings;
    size_t setting_count;
};

/* Opens a transaction with options, which are copied; NULL is orm_begin().  Settings
 * travel in the same round trip as BEGIN; one that the server refuses fails that.  An
 * error (ORM_INVALID) when a transaction is open: its options cannot change any more.
 */
ORM_EXPORT void orm_begin_with(
    struct orm_session *s, const struct orm_begin_options *options);

struct orm_transaction_options {
    struct orm_begin_options begin;
    unsigned attempts;     /* 0: 5 */
    unsigned milliseconds; /* for all of them together; 0: no limit of its own */
};

/* Runs `work` in a transaction and commits.  What was loaded before is asked for again
 * when `work` asks for it, so that it decides on what is there now.  Where the server
 * found a conflict with another transaction (SQLSTATE 40001, 40P01), everything is
 * rolled back and forgotten, as by orm_reset(), and `work` runs again after a pause
 * that grows: so it must take all objects it uses from the session, and have no effect
 * outside of the database.  True: committed.  False: `work` returned false and all is
 * rolled back, without an error; or the session has the error.  It is one for the
 * outermost transaction: an error (ORM_INVALID) when one is open or changes wait to be
 * written.  `options` may be NULL. */
ORM_EXPORT bool orm_transaction(struct orm_session *s,
    bool (*work)(struct orm_session *s, void *arg), void *arg,
    const struct orm_transaction_options *options) ORM_CHECKED;

/* Writes new, changed and deleted objects and leaves the transaction open.  False if
 * this or anything before it failed: then no object was marked as written. */
ORM_EXPORT bool orm_flush(struct orm_session *s) ORM_CHECKED;

/* Flushes and commits in one round trip; in two if keys are needed, or a table is
 * written that this connection has not read yet (it is compared with its model first).
 * False if this or anything before it failed: then orm_last_error() tells the outcome.
 */
ORM_EXPORT bool orm_commit(struct orm_session *s) ORM_CHECKED;

/* Whether a query that reads what has unwritten changes flushes first; it does unless
 * this says otherwise.  Off, queries read the database as it is.  Returns the mode
 * before; orm_reset() keeps it. */
ORM_EXPORT bool orm_set_autoflush(struct orm_session *s, bool on);

/* Whether commits find out what became of them when the connection is lost before
 * COMMIT is answered; off by default.  They take the transaction's number along, which
 * costs one round trip more, and ask for it on a new connection until the deadline, or
 * 10 seconds: orm_commit() returns true if it is committed, and the outcome is
 * ORM_ROLLED_BACK, to be tried again, if it is not.  It is still ORM_UNKNOWN where the
 * server does not answer in time or is another one by then. */
ORM_EXPORT void orm_set_resolve_outcome(struct orm_session *s, bool on);

/* Ends a unit of work that only read: true if nothing failed.  Unwritten changes are an
 * error (ORM_UNSAVED); an open transaction is ended. */
ORM_EXPORT bool orm_end(struct orm_session *s) ORM_CHECKED;

/* True if nothing failed so far: before an effect outside the database. */
ORM_EXPORT bool orm_ok(const struct orm_session *s) ORM_CHECKED;

/* Rolls back the database and memory: new objects are detached (they read on, and are
 * not written), changed and deleted ones are as they were when the unit began.  Clears
 * the error unless the connection is lost. */
ORM_EXPORT void orm_rollback(struct orm_session *s);

/* A place in the transaction to go back to.  Flushes, then marks: what is recorded
 * belongs to what is outside.  Opens a transaction if none is open.  Savepoints nest,
 * to 4,095; SAVEPOINT travels with the next statement. */
ORM_EXPORT void orm_savepoint(struct orm_session *s);

/* Flushes and ends the innermost savepoint; what was written since belongs to what is
 * outside.  False if this or anything before it failed: then the savepoint is open
 * still, for orm_rollback_to().  orm_commit() releases all that are open. */
ORM_EXPORT bool orm_release(struct orm_session *s) ORM_CHECKED;

/* The database and memory are as they were at the innermost savepoint, which ends;
 * objects that were loaded first since then are expired.  Clears an error that came
 * since then, unless the connection is lost or the transaction is over. */
ORM_EXPORT void orm_rollback_to(struct orm_session *s);

/* After a failed flush or commit that was the transaction's first: rolls back the
 * database and keeps the changes in memory, as they were before the flush, so that it
 * can be tried again when the reason is gone; connects again if the connection is lost.
 * Clears the error; streams end.  False: the transaction had written before, or what
 * became of it is unknown, or the error is none of a flush, and only orm_rollback()
 * helps; or there is no connection yet, and it can be called again. */
ORM_EXPORT bool orm_retry(struct orm_session *s) ORM_CHECKED;

/* -- Scopes ------------------------------------------------------------------------ */

/* What is loaded or made from now on belongs to a scope, up to the matching
 * orm_scope_end(): then it is freed, and is in no map, group, slot or list any more.
 * What is loaded through an object belongs to that object's scope, wherever it is
 * asked.  Objects that are not written yet, or that the open transaction has written,
 * live until it is committed or rolled back.  Scopes nest; those that are open at
 * orm_reset() or orm_close() end there. */
ORM_EXPORT void orm_scope_begin(struct orm_session *s);
ORM_EXPORT void orm_scope_end(struct orm_session *s);

/* Every call on `s` returns within `milliseconds` from now, with ORM_TIMEOUT if need
 * be; 0 lifts the deadline.  A statement cut off costs the connection.  (Name
 * resolution inside libpq is the one wait that is not covered.) */
ORM_EXPORT void orm_set_deadline(struct orm_session *s, unsigned milliseconds);

ORM_EXPORT enum orm_code orm_status(const struct orm_session *s);

/* One line, no newline; "" when all is well.  Valid until the next call on `s`. */
ORM_EXPORT const char *orm_message(const struct orm_session *s);

/* Never NULL; code ORM_OK when all is well.  Valid until the next call on `s`. */
ORM_EXPORT const struct orm_error *orm_last_error(const struct orm_session *s);

/* Whether messages end in what else the server said: which values met, or what the row
 * held.  Off at first, since messages go into logs; orm_reset() keeps it. */
ORM_EXPORT void orm_show_details(struct orm_session *s, bool on);

/* The name of a code, as written above: "ORM_LOST". */
ORM_EXPORT const char *orm_code_name(enum orm_code code);

/* SELECT, INSERT, UPDATE and DELETE statements sent so far; not BEGIN, COMMIT, the
 * taking of keys, or what the session asks for itself. */
ORM_EXPORT uint64_t orm_statements(const struct orm_session *s);

/* How often the session waited for the server. */
ORM_EXPORT uint64_t orm_round_trips(const struct orm_session *s);

/* -- Lazy loads -------------------------------------------------------------------- */

/* How what is not loaded comes when a getter asks for it, from now on, for objects
 * whose query names no `.fetch`.  Returns the mode before, so that a part of a program
 * can set its own and put the other back; orm_reset() keeps it.
 *
 * ORM_FETCH_RAISE forbids to-one getters, orm_all() on relations and lazy columns to
 * ask the server.  What is loaded, null, missing or in the identity map is given, and
 * find, first, count, get and plans ask as ever. */
ORM_EXPORT enum orm_fetch orm_set_fetch(struct orm_session *s, enum orm_fetch mode);

/* `fn` is called before each lazy load: which field, and for how many objects.  It must
 * not use the session.  NULL ends that. */
ORM_EXPORT void orm_on_lazy(struct orm_session *s,
    void (*fn)(void *arg, const char *model, const char *field, size_t peers),
    void *arg);

#define ORM_UNLIMITED UINT64_MAX

/* For tests: from now on at most so many statements, as orm_statements() counts them,
 * those of a flush too.  One more is refused before it is sent: the error ORM_BUDGET,
 * which names it, and what asked for it if a getter did.  ORM_UNLIMITED lifts it;
 * orm_reset() does not. */
ORM_EXPORT void orm_expect_statements(struct orm_session *s, uint64_t most);

/* Counts lazy loads from now on, or no longer.  Off at first, when it costs next to
 * nothing. */
ORM_EXPORT void orm_set_report(struct orm_session *s, bool on);

/* What was counted, a line for each way from a query to a field: lazy loads, the
 * objects that they were for, the rows that came, those that no getter and no list has
 * given the program since, and the plan by which one round trip would do.  As text, and
 * as JSON. Valid until the next call of either, or orm_close(). */
ORM_EXPORT const char *orm_report(struct orm_session *s);
ORM_EXPORT const char *orm_report_json(struct orm_session *s);

/* A statement that was sent, and what came of it. */
struct orm_statement {
    const char *sql;
    const char *shape;     /* a hash, the name of the prepared statement */
    const char *model;     /* "" when it is about none */
    size_t rows;           /* that came, or that it changed */
    size_t bytes;          /* of their values */
    uint64_t microseconds; /* of the round trip that it was part of */
    bool retried; /* the server had forgotten it, or another of the same round trip */
    bool failed;
    bool counted; /* by orm_statements() */
};

/* Called after each round trip, once for each of its statements, also for those that
 * the session asks for itself; not for BEGIN and its like.  It may not ask the session
 * for anything, and what it is given is good during the call. */
typedef void orm_statement_seen(void *arg, const struct orm_statement *statement);

/* NULL: nobody listens any more. */
ORM_EXPORT void orm_on_statement(
    struct orm_session *s, orm_statement_seen *seen, void *arg);

/* -- Hooks ------------------------------------------------------------------------- */

/* When X_on_event() has a function of the program's called, with the object. */
enum orm_event {
    /* Of a flush, before anything is sent; false refuses it. */
    ORM_BEFORE_INSERT,
    ORM_BEFORE_UPDATE,
    ORM_BEFORE_DELETE,
    /* When it was good; of a commit, after that. */
    ORM_AFTER_INSERT,
    ORM_AFTER_UPDATE,
    ORM_AFTER_DELETE,
    /* Once for each object that the transaction had written. */
    ORM_AFTER_COMMIT,
    ORM_AFTER_ROLLBACK
};

/* -- Does the database fit? -------------------------------------------------------- */

enum orm_difference_kind {
    ORM_DIFFERS_TABLE = 1, /* there is none */
    ORM_DIFFERS_VIEW,      /* where a table should be */
    ORM_DIFFERS_COLUMN,    /* there is none */
    ORM_DIFFERS_TYPE,
    ORM_DIFFERS_NULL,  /* allowed or not */
    ORM_DIFFERS_EXTRA, /* a column that the YAML has not, and no row can do without */
    ORM_DIFFERS_DEFAULT,
    ORM_DIFFERS_IDENTITY,
    ORM_DIFFERS_GENERATED,
    ORM_DIFFERS_LABEL, /* of an enum */
    ORM_DIFFERS_KEY,   /* nothing keeps it unique */
    ORM_DIFFERS_UNIQUE,
    ORM_DIFFERS_CHECK,     /* or an exclusion: there is none of the name */
    ORM_DIFFERS_REFERENCE, /* no foreign key */
    ORM_DIFFERS_ACTION,    /* ON DELETE, ON UPDATE */
    ORM_DIFFERS_PRIVILEGE
};

/* Between the schema that the program was generated from and the database. */
struct orm_difference {
    enum orm_difference_kind kind;
    const char *model;
    const char *field; /* "" when it is about the table */
    const char *expected;
    const char *found;   /* "" when it is missing */
    const char *message; /* one line, with the remedy */
};

/* Compares all tables of the session's schema with what the database's catalogue says,
 * in one round trip that orm_statements() does not count, and reads no rows: for the
 * start of a program.  Calls `fn`, which may be NULL, for each difference, which is
 * valid during the call.  Returns how many there are; 0 with an error on the session,
 * which is then the only one, when it could not ask. */
ORM_EXPORT size_t orm_verify(struct orm_session *s,
    void (*fn)(void *arg, const struct orm_difference *d), void *arg);

/* -- Lists ------------------------------------------------------------------------- */

/* Visits a list in order: orm_each(struct book, b, book_all(m)) { ... }
 * `list` is evaluated once; break and continue work as in any for. */
#define orm_each(type, var, list)                                                      \
    for (type *const *var##_at = (list)->items, *var; (var = *var##_at) != NULL;       \
         var##_at++)

#ifdef __cplusplus
}
#endif
#endif
