/* pgtest.h: what a test says to the database behind the runtime's back.
 *
 * The server is the one of DATABASE_URL, else of the PG* variables: `ormgen dev run`
 * sets both.  Whatever goes wrong here fails the test with the server's words. */
#ifndef TESTS_PGTEST_H
#define TESTS_PGTEST_H

#include <libpq-fe.h>

#if defined(__GNUC__)
#define PGTEST_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define PGTEST_PRINTF(text, first)
#endif

PGconn *db_connect(void);

/* For orm_open(): the same database. */
const char *db_conninfo(void);

/* The same database by another way: through `host` and `port` (a proxy), with `more`
 * settings, either NULL.  Valid for the next seven calls of db_conninfo_by or db_text.
 */
const char *db_conninfo_by(PGconn *on, const char *host, int port, const char *more);

/* One or more commands. */
void db_exec(PGconn *on, const char *sql, ...) PGTEST_PRINTF(2, 3);

/* The answer as text: columns joined by '|', rows by '\n', a null is "-".  Valid for
 * the next seven calls. */
const char *db_text(PGconn *on, const char *sql, ...) PGTEST_PRINTF(2, 3);

long long db_number(PGconn *on, const char *sql, ...) PGTEST_PRINTF(2, 3);

/* Empties every table of the schema `public` and restarts its sequences. */
void db_truncate(PGconn *on);

/* Waits until no other session calls itself `application_name`, for 10 seconds: what a
 * lost session had sent is then either done or undone. */
void db_wait_until_gone(PGconn *on, const char *application_name);

/* cmocka: the group has a connection, and each test begins with empty tables. */
extern PGconn *db;
int db_group_setup(void **state);
int db_group_teardown(void **state);
int db_test_setup(void **state);
#define DB_TEST(f) cmocka_unit_test_setup(f, db_test_setup)

#endif
