/* broken_test.c: the server ends the connection at each step of a unit of work, for
 * each of its reasons; what is known is said, and the next unit works. */
#include "library_test.h"

#include <time.h>

static struct orm_session *open_victim(const char *more)
{
    char settings[256];
    snprintf(settings, sizeof settings, "application_name=victim %s", more);
    struct orm_session *s =
        orm_open(db_conninfo_by(db, NULL, 0, settings), &library_schema);
    assert_fine(s);
    return s;
}

static void terminate_victim(void)
{
    db_text(db, "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
                " where application_name = 'victim' and datname = current_database()");
}

/* -- At each step ------------------------------------------------------------------ */

static struct book *kept;

static void load(struct orm_session *s)
{
    kept = book_get(book_table(s), 1);
}

static void follow(struct orm_session *s)
{
    if (kept)
        tag_all(book_tags(kept));
    (void)s;
}

static void change(struct orm_session *s)
{
    if (kept)
        book_set_pages(kept, book_pages(kept) + 1);
    if (orm_ok(s))
        shelf_set_place(shelf_new(shelf_table(s)), "new");
}

static void flush(struct orm_session *s)
{
    if (!orm_flush(s))
        assert_false(orm_ok(s));
}

static void count(struct orm_session *s)
{
    book_count(book_table(s), NULL);
}

static void (*const steps[])(struct orm_session *s) = {
    load, follow, count, change, flush, count, change, flush};

#define STEPS (sizeof steps / sizeof *steps)

static bool run(struct orm_session *s, size_t dies_at)
{
    kept = NULL;
    for (size_t i = 0; i < STEPS; i++) {
        if (i == dies_at)
            terminate_victim();
        steps[i](s);
    }
    if (dies_at == STEPS)
        terminate_victim();
    return orm_commit(s);
}

static void assert_knows_what_happened(struct orm_session *s, size_t at)
{
    const struct orm_error *e = orm_last_error(s);
    assert_failed(s, ORM_LOST, NULL, NULL);
    assert_string_equal(e->sqlstate, "57P01");
    assert_non_null(strstr(e->message, "terminating connection"));
    if (at == STEPS) /* COMMIT may have been on its way */
        assert_int_not_equal(e->outcome, ORM_COMMITTED);
    else
        assert_int_equal(e->outcome, at <= 4 ? ORM_NOT_STARTED : ORM_ROLLED_BACK);
}

static void unit_that_loses_its_server_is_undone_and_said_so(void **state)
{
    (void)state;
    for (size_t at = 0; at <= STEPS; at++) {
        db_truncate(db);
        arrange_library(db, 1, 2);
        struct orm_session *s = open_victim("");
        assert_false(run(s, at));
        assert_knows_what_happened(s, at);
        if (kept)
            assert_string_equal(book_title(kept), "book 1");
        orm_rollback(s);
        assert_failed(s, ORM_LOST, NULL, NULL);
        if (kept)
            assert_int_equal(book_pages(kept), 101);
        assert_int_equal(db_number(db, "select pages from book where id = 1"), 101);

        orm_reset(s);
        assert_fine(s);
        assert_true(run(s, STEPS + 1));
        assert_int_equal(db_number(db, "select pages from book where id = 1"), 103);
        assert_int_equal(
            db_number(db, "select count(*) from shelf where place = 'new'"), 2);
        close_library(s);
    }
}

static void orm_retry_writes_over_a_new_connection(void **state)
{
    (void)state;
    arrange_library(db, 1, 2);
    struct orm_session *s = open_victim("");
    load(s);
    change(s);
    terminate_victim();
    assert_false(orm_flush(s));
    assert_failed(s, ORM_LOST, NULL, NULL);
    assert_true(orm_retry(s));
    assert_true(orm_commit(s));
    assert_int_equal(db_number(db, "select pages from book where id = 1"), 102);
    close_library(s);
}

/* -- For each reason --------------------------------------------------------------- */

static void session_that_idled_too_long_is_lost(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_victim("options='-c idle_session_timeout=20'");
    load(s);
    db_wait_until_gone(db, "victim");
    assert_int_equal(book_all(book_table(s))->len, 0);
    assert_failed(s, ORM_LOST, NULL, NULL);
    assert_string_equal(orm_last_error(s)->sqlstate, "57P05");
    assert_non_null(
        strstr(orm_message(s), "terminating connection due to idle-session timeout"));
    assert_string_equal(book_title(kept), "book 1");
    orm_reset(s);
    assert_int_equal(book_all(book_table(s))->len, 1);
    close_library(s);
}

static void reset_finds_out_that_the_session_idled_too_long(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_victim("options='-c idle_session_timeout=20'");
    db_wait_until_gone(db, "victim");
    orm_reset(s);
    assert_fine(s);
    assert_int_equal(book_all(book_table(s))->len, 1);
    close_library(s);
}

static void transaction_that_idled_too_long_is_rolled_back(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s =
        open_victim("options='-c idle_in_transaction_session_timeout=20'");
    load(s);
    book_set_pages(kept, 1);
    assert_true(orm_flush(s));
    db_wait_until_gone(db, "victim");
    assert_false(orm_commit(s));
    assert_failed(s, ORM_LOST, NULL, NULL);
    assert_string_equal(orm_last_error(s)->sqlstate, "25P03");
    assert_int_not_equal(orm_last_error(s)->outcome, ORM_COMMITTED);
    assert_true(
        orm_last_error(s)->retryable || orm_last_error(s)->outcome == ORM_UNKNOWN);
    orm_rollback(s);
    assert_int_equal(book_pages(kept), 101);
    assert_int_equal(db_number(db, "select pages from book"), 101);
    orm_reset(s);
    close_library(s);
}

static void too_many_connections_may_be_fewer_later(void **state)
{
    (void)state;
    char role[100], settings[200];
    strcpy(role, db_text(db, "select 'crowd_of_' || current_database()"));
    db_exec(db, "create role \"%s\" login connection limit 0", role);
    snprintf(settings, sizeof settings, "user=%s", role);
    struct orm_session *s =
        orm_open(db_conninfo_by(db, NULL, 0, settings), &library_schema);
    assert_failed(s, ORM_LOST, NULL, NULL);
    assert_non_null(strstr(orm_message(s), "too many connections"));
    assert_true(orm_last_error(s)->retryable);
    assert_int_equal(orm_last_error(s)->outcome, ORM_NOT_STARTED);
    orm_reset(s);
    assert_failed(s, ORM_LOST, NULL, NULL);
    db_exec(db, "alter role \"%s\" connection limit 1", role);
    orm_reset(s);
    close_library(s);
    db_wait_until_gone(db, "ormgen");
    db_exec(db, "drop role \"%s\"", role);
}

static void primary_that_became_read_only_refuses_and_goes_on(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_victim("");
    load(s);
    const struct orm_begin_options options = {.read_only = true};
    orm_begin_with(s, &options);
    book_set_pages(kept, 1);
    assert_false(orm_commit(s));
    assert_failed(s, ORM_REFUSED, "book", NULL);
    assert_string_equal(orm_last_error(s)->sqlstate, "25006");
    assert_int_equal(orm_last_error(s)->outcome, ORM_ROLLED_BACK);
    orm_rollback(s);
    assert_int_equal(book_pages(kept), 101);
    book_set_pages(kept, 2);
    assert_true(orm_commit(s));
    close_library(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(unit_that_loses_its_server_is_undone_and_said_so),
        DB_TEST(orm_retry_writes_over_a_new_connection),
        DB_TEST(session_that_idled_too_long_is_lost),
        DB_TEST(reset_finds_out_that_the_session_idled_too_long),
        DB_TEST(transaction_that_idled_too_long_is_rolled_back),
        DB_TEST(too_many_connections_may_be_fewer_later),
        DB_TEST(primary_that_became_read_only_refuses_and_goes_on),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
