/* lost_test.c: no server, a server that goes away, a server that keeps us waiting. */
#include "chaos.h"
#include "fakepg.h"
#include "library_test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1000 + (double)t.tv_nsec / 1e6;
}

/* A slow machine may be late by this much, in milliseconds; never early. */
#define MARGIN 300

static void assert_took(double since, double least, double most)
{
    const double ms = now() - since;
    if (ms < least - 5 || ms > most + MARGIN)
        fail_msg("took %.0f ms, not %.0f to %.0f", ms, least, most);
}

/* Whatever is asked of it, a failed session gives nothing and sends nothing. */
static void assert_dead(struct orm_session *s)
{
    const uint64_t statements = orm_statements(s);
    const uint64_t waits = orm_round_trips(s);
    assert_int_equal(book_all(book_table(s))->len, 0);
    assert_null(book_get(book_table(s), 1));
    assert_int_equal(book_count(book_table(s), NULL), 0);
    struct book *b = book_new(book_table(s));
    assert_non_null(b);
    book_set_title(b, "dropped");
    assert_false(orm_flush(s));
    assert_false(orm_commit(s));
    assert_false(orm_end(s));
    assert_false(orm_ok(s));
    assert_int_equal(orm_statements(s), statements);
    assert_int_equal(orm_round_trips(s), waits);
}

/* -- Connecting -------------------------------------------------------------------- */

static void bad_conninfo_gives_a_failed_session(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "nonsense",
        "host=/nonexistent/directory",
        "host=127.0.0.1 port=0",
        "host=127.0.0.1 port=99999",
        "postgresql://[::1",
        "no_such_option=1",
        "host='unterminated",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct orm_session *s = orm_open(bad[i], &library_schema);
        assert_non_null(s);
        assert_false(orm_ok(s));
        assert_failed(
            s, orm_status(s) == ORM_INVALID ? ORM_INVALID : ORM_LOST, NULL, NULL);
        assert_int_equal(orm_last_error(s)->outcome, ORM_NOT_STARTED);
        assert_dead(s);
        orm_rollback(s);
        assert_false(orm_ok(s));
        orm_close(s);
    }
}

static void password_is_never_in_the_message(void **state)
{
    (void)state;
    static const char *const secret[] = {
        "host=/nonexistent password=hunter2",
        "postgresql://me:hunter2@127.0.0.1:1/db?connect_timeout=2",
        "postgresql://me:hunter2@127.0.0.1:bad/db",
        "password=hunter2 no_such_option=hunter2",
    };
    for (size_t i = 0; i < sizeof secret / sizeof secret[0]; i++) {
        struct orm_session *s = orm_open(secret[i], &library_schema);
        assert_false(orm_ok(s));
        if (strstr(orm_message(s), "hunter2"))
            fail_msg("the password is in: %s", orm_message(s));
        orm_close(s);
    }
}

static void refused_connection_is_lost_at_once(void **state)
{
    (void)state;
    /* A port that nobody listens on: one that was ours a moment ago. */
    struct sockaddr_in here = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&here, sizeof here), 0);
    assert_int_equal(
        getsockname(fd, (struct sockaddr *)&here, &(socklen_t){sizeof here}), 0);
    const double start = now();
    struct orm_session *s = orm_open(
        db_conninfo_by(db, "127.0.0.1", ntohs(here.sin_port), NULL), &library_schema);
    assert_took(start, 0, 100);
    assert_failed(s, ORM_LOST, NULL, NULL);
    assert_dead(s);
    orm_close(s);
    close(fd);
}

static void unknown_database_and_user_are_said(void **state)
{
    (void)state;
    struct orm_session *s = orm_open(
        db_conninfo_by(db, NULL, 0, "dbname=no_such_database"), &library_schema);
    assert_failed(s, ORM_LOST, NULL, NULL);
    assert_non_null(strstr(orm_message(s), "no_such_database"));
    orm_close(s);
}

static void server_that_refuses_is_heard(void **state)
{
    (void)state;
    struct fakepg *fake = fakepg_start(&(struct fakepg_script){.lie = FAKEPG_REFUSES});
    struct orm_session *s = orm_open(fakepg_conninfo(fake), &library_schema);
    assert_failed(s, ORM_LOST, NULL, NULL);
    assert_non_null(strstr(orm_message(s), "too many clients"));
    assert_true(orm_last_error(s)->retryable);
    orm_close(s);
    fakepg_stop(fake);
}

static void silent_server_is_given_up_after_connect_timeout(void **state)
{
    (void)state;
    static const enum fakepg_lie silences[] = {FAKEPG_SILENT, FAKEPG_SILENT_STARTUP};
    for (int i = 0; i < 2; i++) {
        struct fakepg *fake = fakepg_start(&(struct fakepg_script){.lie = silences[i]});
        char conninfo[512];
        snprintf(
            conninfo, sizeof conninfo, "%s connect_timeout=1", fakepg_conninfo(fake));
        const double start = now();
        struct orm_session *s = orm_open(conninfo, &library_schema);
        assert_took(start, 1000, 1000);
        assert_failed(s, ORM_TIMEOUT, NULL, NULL);
        assert_int_equal(orm_last_error(s)->outcome, ORM_NOT_STARTED);
        assert_dead(s);
        orm_close(s);
        fakepg_stop(fake);
    }
}

static void greetings_that_lie_fail_cleanly(void **state)
{
    (void)state;
    static const enum fakepg_lie lies[] = {
        FAKEPG_HANGS_UP, FAKEPG_WANTS_PASSWORD, FAKEPG_GARBAGE_FIRST};
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        struct fakepg *fake = fakepg_start(&(struct fakepg_script){.lie = lies[i]});
        struct orm_session *s = orm_open(fakepg_conninfo(fake), &library_schema);
        assert_failed(s, ORM_LOST, NULL, NULL);
        orm_close(s);
        fakepg_stop(fake);
    }
}

static void reset_finds_a_server_that_came_up(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct chaos *proxy = chaos_start(PQhost(db), atoi(PQport(db)));
    chaos_next(proxy, (struct chaos_rule){.end = CHAOS_FIN});
    struct orm_session *s = orm_open(
        db_conninfo_by(db, "127.0.0.1", chaos_port(proxy), NULL), &library_schema);
    assert_failed(s, ORM_LOST, NULL, NULL);
    orm_reset(s);
    assert_fine(s);
    assert_string_equal(book_title(book_get(book_table(s), 1)), "book 1");
    close_library(s);
    chaos_stop(proxy);
}

/* -- Going away -------------------------------------------------------------------- */

static void terminate_others(PGconn *by)
{
    PGresult *r =
        PQexec(by, "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
                   " where datname = current_database() and pid <> pg_backend_pid()"
                   " and backend_type = 'client backend'"
                   " and application_name = 'victim'");
    PQclear(r);
}

static struct orm_session *open_victim(const char *more)
{
    char settings[256];
    snprintf(settings, sizeof settings, "application_name=victim %s", more ? more : "");
    struct orm_session *s =
        orm_open(db_conninfo_by(db, NULL, 0, settings), &library_schema);
    assert_fine(s);
    return s;
}

static void termination_between_statements_is_lost(void **state)
{
    (void)state;
    arrange_library(db, 2, 2);
    struct orm_session *s = open_victim(NULL);
    const struct book_list *books = book_find(book_table(s), &books_by_id);
    struct book *b = books->items[0];
    terminate_others(db);
    /* A required reference is never NULL, so that a lost connection aborts nobody. */
    assert_string_equal(author_name(book_author(b)), "");
    assert_int_equal(author_id(book_author(b)), 0);
    assert_failed(s, ORM_LOST, NULL, NULL);
    assert_int_equal(orm_last_error(s)->outcome, ORM_NOT_STARTED);
    assert_true(orm_last_error(s)->retryable);
    assert_int_equal(book_author_state(b), ORM_REF_UNLOADED);
    assert_int_equal(books->len, 4);
    assert_string_equal(book_title(b), "book 1");
    assert_dead(s);

    orm_rollback(s);
    assert_failed(s, ORM_LOST, NULL, NULL);
    assert_string_equal(book_title(b), "book 1");

    orm_reset(s);
    assert_fine(s);
    assert_int_equal(author_id(book_author(book_get(book_table(s), 1))), 1);
    close_library(s);
}

static void termination_before_the_commit_is_rolled_back(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_victim(NULL);
    struct book *b = book_get(book_table(s), 1);
    book_set_pages(b, 1);
    assert_true(orm_flush(s));
    terminate_others(db);
    assert_null(book_get(book_table(s), 99));
    assert_failed(s, ORM_LOST, NULL, NULL);
    assert_int_equal(orm_last_error(s)->outcome, ORM_ROLLED_BACK);
    assert_int_equal(db_number(db, "select pages from book"), 101);
    orm_rollback(s);
    assert_int_equal(book_pages(b), 101);
    orm_reset(s);
    assert_fine(s);
    close_library(s);
}

/* The backend was gone before COMMIT was sent; we cannot know, and must not claim. */
static void termination_found_at_the_commit_is_not_committed(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_victim(NULL);
    struct book *b = book_get(book_table(s), 1);
    book_set_pages(b, 1);
    terminate_others(db);
    assert_false(orm_commit(s));
    assert_failed(s, ORM_LOST, NULL, NULL);
    assert_int_not_equal(orm_last_error(s)->outcome, ORM_COMMITTED);
    assert_int_equal(db_number(db, "select pages from book"), 101);
    orm_close(s);
}

static void *terminate_later(void *arg)
{
    nanosleep(&(struct timespec){.tv_nsec = 150000000}, NULL);
    terminate_others(arg);
    return NULL;
}

static void termination_during_a_statement_is_lost(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_victim(NULL);
    struct book *b = book_get(book_table(s), 1);
    PGconn *killer = db_connect();
    db_exec(db, "begin; lock table book");
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, terminate_later, killer), 0);
    assert_int_equal(book_all(book_table(s))->len, 0);
    assert_failed(s, ORM_LOST, NULL, NULL);
    assert_string_equal(orm_last_error(s)->sqlstate, "57P01");
    assert_string_equal(book_title(b), "book 1");
    pthread_join(thread, NULL);
    db_exec(db, "rollback");
    PQfinish(killer);
    orm_reset(s);
    assert_fine(s);
    close_library(s);
}

/* -- Waiting ----------------------------------------------------------------------- */

static void deadline_holds_while_a_lock_is_waited_for(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_victim(NULL);
    struct book *b = book_get(book_table(s), 1);
    db_exec(db, "begin; lock table book");
    const double start = now();
    orm_set_deadline(s, 200);
    assert_int_equal(book_all(book_table(s))->len, 0);
    assert_took(start, 200, 200);
    assert_failed(s, ORM_TIMEOUT, NULL, NULL);
    assert_int_equal(orm_last_error(s)->outcome, ORM_NOT_STARTED);
    assert_string_equal(book_title(b), "book 1");
    const double then = now();
    assert_dead(s);
    orm_rollback(s);
    assert_took(then, 0, 10);
    db_exec(db, "rollback");

    orm_set_deadline(s, 5000);
    orm_reset(s);
    assert_fine(s);
    assert_int_equal(book_all(book_table(s))->len, 1);
    close_library(s);
}

static void deadline_during_a_commit_leaves_the_outcome_open(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_victim(NULL);
    struct book *b = book_get(book_table(s), 1);
    book_set_pages(b, 1);
    db_exec(db, "begin; lock table book");
    orm_set_deadline(s, 200);
    const double start = now();
    assert_false(orm_commit(s));
    assert_took(start, 200, 200);
    assert_failed(s, ORM_TIMEOUT, NULL, NULL);
    const enum orm_outcome outcome = orm_last_error(s)->outcome;
    db_exec(db, "rollback");
    orm_close(s);
    db_wait_until_gone(db, "victim");
    const long long pages = db_number(db, "select pages from book");
    assert_int_not_equal(outcome, ORM_COMMITTED);
    if (outcome != ORM_UNKNOWN)
        assert_int_equal(pages, 101);
}

static void deadline_that_passed_fails_the_next_call_at_once(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    orm_set_deadline(s, 20);
    nanosleep(&(struct timespec){.tv_nsec = 40000000}, NULL);
    const double start = now();
    assert_int_equal(book_all(book_table(s))->len, 0);
    assert_took(start, 0, 5);
    assert_failed(s, ORM_TIMEOUT, NULL, NULL);
    orm_set_deadline(s, 0);
    orm_reset(s);
    assert_fine(s);
    assert_int_equal(book_all(book_table(s))->len, 1);
    close_library(s);
}

static void lifted_deadline_is_gone(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    orm_set_deadline(s, 20);
    orm_set_deadline(s, 0);
    nanosleep(&(struct timespec){.tv_nsec = 40000000}, NULL);
    assert_int_equal(book_all(book_table(s))->len, 1);
    close_library(s);
}

static void deadline_holds_while_connecting_again(void **state)
{
    (void)state;
    struct chaos *proxy = chaos_start(PQhost(db), atoi(PQport(db)));
    struct orm_session *s = orm_open(
        db_conninfo_by(db, "127.0.0.1", chaos_port(proxy), "application_name=victim"),
        &library_schema);
    assert_fine(s);
    terminate_others(db);
    assert_int_equal(book_all(book_table(s))->len, 0);
    assert_failed(s, ORM_LOST, NULL, NULL);
    static const long phases[] = {0, 1, 9, 60, 200};
    for (size_t i = 0; i < sizeof phases / sizeof phases[0]; i++) {
        chaos_next(proxy, (struct chaos_rule){.end = CHAOS_STALL, .after = phases[i]});
        const double start = now();
        orm_set_deadline(s, 200);
        orm_reset(s);
        assert_took(start, 200, 200);
        assert_failed(s, ORM_TIMEOUT, NULL, NULL);
    }
    orm_set_deadline(s, 0);
    orm_reset(s);
    assert_fine(s);
    close_library(s);
    chaos_stop(proxy);
}

static void slow_server_is_no_failure(void **state)
{
    (void)state;
    arrange_library(db, 2, 2);
    struct chaos *proxy = chaos_start(PQhost(db), atoi(PQport(db)));
    chaos_next(proxy, (struct chaos_rule){.dribble = true});
    struct orm_session *s = orm_open(
        db_conninfo_by(db, "127.0.0.1", chaos_port(proxy), NULL), &library_schema);
    orm_each(struct book, b, book_all(book_table(s)))
        assert_non_null(book_author(b));
    book_set_pages(book_get(book_table(s), 1), 1);
    assert_true(orm_commit(s));
    close_library(s);
    chaos_stop(proxy);
}

/* -- The server says no ------------------------------------------------------------ */

static void serialization_failure_is_a_conflict(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s =
        open_victim("options='-c default_transaction_isolation=repeatable\\\\ read'");
    orm_begin(s);
    struct book *b = book_get(book_table(s), 1);
    db_exec(db, "update book set pages = 5");
    book_set_pages(b, 6);
    assert_false(orm_commit(s));
    assert_failed(s, ORM_CONFLICT, NULL, NULL);
    assert_string_equal(orm_last_error(s)->sqlstate, "40001");
    assert_true(orm_last_error(s)->retryable);
    assert_int_equal(orm_last_error(s)->outcome, ORM_ROLLED_BACK);
    orm_rollback(s);
    assert_fine(s);
    orm_reset(s);
    book_set_pages(book_get(book_table(s), 1), 6);
    assert_true(orm_commit(s));
    assert_int_equal(db_number(db, "select pages from book"), 6);
    close_library(s);
}

static void read_only_transaction_is_refused(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s =
        open_victim("options='-c default_transaction_read_only=on'");
    struct book *b = book_get(book_table(s), 1);
    book_set_pages(b, 1);
    assert_false(orm_commit(s));
    assert_failed(s, ORM_REFUSED, "book", NULL);
    assert_string_equal(orm_last_error(s)->sqlstate, "25006");
    assert_int_equal(orm_last_error(s)->outcome, ORM_ROLLED_BACK);
    orm_rollback(s);
    assert_int_equal(book_pages(b), 101);
    close_library(s);
}

static void error_raised_by_a_trigger_is_refused_in_one_line(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    db_exec(db,
        "create or replace function nasty() returns trigger language plpgsql as"
        " $$ begin raise exception E'first\\nsecond \\x1b[2J \\r\\x01 third'; end $$;"
        "create trigger nasty before update on book for each row"
        " execute function nasty()");
    struct orm_session *s = open_library();
    book_set_pages(book_get(book_table(s), 1), 1);
    assert_false(orm_commit(s));
    assert_failed(s, ORM_REFUSED, "book", NULL);
    assert_string_equal(orm_last_error(s)->sqlstate, "P0001");
    assert_non_null(strstr(orm_message(s), "first"));
    orm_close(s);
    db_exec(db, "drop function nasty cascade");
}

static void notices_of_a_real_server_are_nobodys_business(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    db_exec(db,
        "create or replace function noisy() returns trigger language plpgsql as"
        " $$ begin for i in 1..20000 loop raise warning 'noise %%', i; end loop;"
        " return new; end $$;"
        "create trigger noisy before update on book for each row"
        " execute function noisy()");
    struct orm_session *s = open_library();
    /* Nothing may be written to standard error either. */
    fflush(stderr);
    const int kept = dup(2);
    FILE *caught = tmpfile();
    assert_non_null(caught);
    dup2(fileno(caught), 2);
    book_set_pages(book_get(book_table(s), 1), 1);
    const bool committed = orm_commit(s);
    dup2(kept, 2);
    close(kept);
    assert_int_equal(lseek(fileno(caught), 0, SEEK_END), 0);
    fclose(caught);
    assert_true(committed);
    close_library(s);
    db_exec(db, "drop function noisy cascade");
}

static void huge_message_is_cut_cleanly(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    db_exec(db, "create or replace function wordy() returns trigger language plpgsql as"
                " $$ begin raise exception '%%', repeat('ä', 5000); end $$;"
                "create trigger wordy before update on book for each row"
                " execute function wordy()");
    struct orm_session *s = open_library();
    book_set_pages(book_get(book_table(s), 1), 1);
    assert_false(orm_commit(s));
    assert_failed(s, ORM_REFUSED, "book", NULL);
    const size_t length = strlen(orm_message(s));
    assert_true(length < sizeof orm_last_error(s)->message);
    /* Not in the middle of a character. */
    assert_int_equal(PQmblen(orm_message(s) + length - 2, 6 /* UTF8 */) == 2 ||
                         (unsigned char)orm_message(s)[length - 1] < 0x80,
        true);
    orm_close(s);
    db_exec(db, "drop function wordy cascade");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(bad_conninfo_gives_a_failed_session),
        DB_TEST(password_is_never_in_the_message),
        DB_TEST(refused_connection_is_lost_at_once),
        DB_TEST(unknown_database_and_user_are_said),
        DB_TEST(server_that_refuses_is_heard),
        DB_TEST(silent_server_is_given_up_after_connect_timeout),
        DB_TEST(greetings_that_lie_fail_cleanly),
        DB_TEST(reset_finds_a_server_that_came_up),
        DB_TEST(termination_between_statements_is_lost),
        DB_TEST(termination_before_the_commit_is_rolled_back),
        DB_TEST(termination_found_at_the_commit_is_not_committed),
        DB_TEST(termination_during_a_statement_is_lost),
        DB_TEST(deadline_holds_while_a_lock_is_waited_for),
        DB_TEST(deadline_during_a_commit_leaves_the_outcome_open),
        DB_TEST(deadline_that_passed_fails_the_next_call_at_once),
        DB_TEST(lifted_deadline_is_gone),
        DB_TEST(deadline_holds_while_connecting_again),
        DB_TEST(slow_server_is_no_failure),
        DB_TEST(serialization_failure_is_a_conflict),
        DB_TEST(read_only_transaction_is_refused),
        DB_TEST(error_raised_by_a_trigger_is_refused_in_one_line),
        DB_TEST(notices_of_a_real_server_are_nobodys_business),
        DB_TEST(huge_message_is_cut_cleanly),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
