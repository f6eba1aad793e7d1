/* crash_test.c: the server is killed, with -9, and comes up again by itself. */
#include "library_test.h"

#include <signal.h>
#include <sys/types.h>
#include <time.h>

/* All of its sessions end with one of them, and it recovers. */
static void kill_server(struct orm_session *s)
{
    const struct tag_list *list = tag_from_sql(s,
        ORM_RAW("select pg_backend_pid()::int8 as id, 'the victim' as name"), NULL, 0);
    assert_fine(s);
    const pid_t victim = (pid_t)tag_id(list->items[0]);
    assert_true(victim > 1);
    assert_int_equal(kill(victim, SIGKILL), 0);
}

/* Each failure on the way is that of a server which is not there, or starts up. */
static void wait_for_server(struct orm_session *s)
{
    for (int tries = 0; tries < 3000; tries++) {
        orm_reset(s);
        if (orm_ok(s))
            return;
        assert_failed(s, ORM_LOST, NULL, NULL);
        assert_true(orm_last_error(s)->retryable);
        assert_int_equal(orm_last_error(s)->outcome, ORM_NOT_STARTED);
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
    fail_msg("the server is not back after 30 s: %s", orm_message(s));
}

static void db_connect_again(void)
{
    PQfinish(db);
    db = db_connect();
}

static void server_that_crashes_and_recovers_is_found_again(void **state)
{
    db_exec(db, "set synchronous_commit = on"); /* or the crash takes it, too */
    arrange_library(db, 1, 2);
    struct orm_session *s = open_library(), *other = open_library();
    struct book *b = book_get(book_table(s), 1);
    struct book *theirs = book_get(book_table(other), 1);
    book_set_pages(b, 7);
    assert_true(orm_flush(s));
    kill_server(s);

    assert_false(orm_commit(s));
    assert_failed(s, ORM_LOST, NULL, NULL);
    assert_int_not_equal(orm_last_error(s)->outcome, ORM_COMMITTED);
    assert_string_equal(book_title(b), "book 1");
    orm_rollback(s);
    assert_int_equal(book_pages(b), 101);

    /* It ends a moment later. */
    for (int tries = 0; tries < 3000 && book_all(book_table(other))->len; tries++)
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    assert_failed(other, ORM_LOST, NULL, NULL);
    assert_int_equal(orm_last_error(other)->outcome, ORM_NOT_STARTED);
    assert_string_equal(book_title(theirs), "book 1");

    wait_for_server(s);
    wait_for_server(other);
    db_connect_again();
    *state = db;
    assert_int_equal(db_number(db, "select pages from book where id = 1"), 101);
    book_set_pages(book_get(book_table(s), 1), 8);
    assert_true(orm_commit(s));
    assert_int_equal(book_pages(book_get(book_table(other), 1)), 8);
    close_library(s);
    close_library(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(server_that_crashes_and_recovers_is_found_again),
    };
    return cmocka_run_group_tests(tests, db_group_setup, NULL);
}
