/* connection_test.c: what a connection is set to when it begins, what it notices later,
 * and whose it is: of one process, and of one thread at a time. */
#include "library_test.h"

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

static struct orm_session *open_with(const char *settings)
{
    struct orm_session *s =
        orm_open(db_conninfo_by(db, NULL, 0, settings), &library_schema);
    assert_fine(s);
    return s;
}

/* -- What it is set to ------------------------------------------------------------- */

static const char *setting(struct orm_session *s, const char *name)
{
    const struct orm_param p[] = {orm_text(name)};
    const struct tag_list *list = tag_from_sql(s,
        ORM_RAW("select 1::int8 as id, pg_catalog.current_setting($1) as name"), p, 1);
    assert_fine(s);
    return tag_name(list->items[0]);
}

static const char *const limits[][2] = {
    {"statement_timeout", "1h"},
    {"lock_timeout", "30s"},
    {"idle_in_transaction_session_timeout", "10min"},
    {"client_connection_check_interval", "10s"},
    {"search_path", "pg_catalog, pg_temp"},
    {"client_encoding", "UTF8"},
};

static void server_does_not_wait_for_ever(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        assert_string_equal(setting(s, limits[i][0]), limits[i][1]);
    close_library(s);
}

static void conninfo_overrides_limits_one_by_one(void **state)
{
    (void)state;
    struct orm_session *s =
        open_with("options='-c statement_timeout=0 -c lock_timeout=7s'");
    assert_string_equal(setting(s, "statement_timeout"), "0");
    assert_string_equal(setting(s, "lock_timeout"), "7s");
    assert_string_equal(setting(s, "idle_in_transaction_session_timeout"), "10min");
    close_library(s);
    s = open_with("options='--lock-timeout=0 -c deadlock_timeout=2s'");
    assert_string_equal(setting(s, "lock_timeout"), "0");
    close_library(s);
    s = open_with("options='-c deadlock_timeout=1'");
    assert_string_equal(setting(s, "lock_timeout"), "30s");
    close_library(s);
}

static void limits_of_the_database_are_left_alone(void **state)
{
    (void)state;
    const char *name = db_text(db, "select current_database()");
    db_exec(db, "alter database \"%s\" set statement_timeout = '2h'", name);
    struct orm_session *s = open_library();
    assert_string_equal(setting(s, "statement_timeout"), "2h");
    assert_string_equal(setting(s, "lock_timeout"), "30s");
    close_library(s);
    db_exec(db, "alter database \"%s\" set statement_timeout = 0", name);
    s = open_library();
    assert_string_equal(setting(s, "statement_timeout"), "0");
    assert_string_equal(setting(s, "lock_timeout"), "30s");
    close_library(s);
    db_exec(db, "alter database \"%s\" reset statement_timeout", name);
}

static void limits_hold_after_reset_and_reconnection(void **state)
{
    (void)state;
    struct orm_session *s = open_with("application_name=victim");
    orm_reset(s);
    assert_string_equal(setting(s, "lock_timeout"), "30s");
    db_exec(db, "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
                " where application_name = 'victim' and datname = current_database()");
    orm_reset(s);
    assert_string_equal(setting(s, "lock_timeout"), "30s");
    close_library(s);
}

static void lock_that_is_not_given_is_a_conflict(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_with("options='-c lock_timeout=20'");
    struct book *b = book_get(book_table(s), 1);
    PGconn *other = db_connect();
    db_exec(other, "begin; select * from book for update");
    book_set_pages(b, 1);
    assert_false(orm_commit(s));
    assert_failed(s, ORM_CONFLICT, "book", NULL);
    assert_string_equal(orm_last_error(s)->sqlstate, "55P03");
    assert_true(orm_last_error(s)->retryable);
    assert_int_equal(orm_last_error(s)->outcome, ORM_ROLLED_BACK);
    db_exec(other, "rollback");
    PQfinish(other);
    orm_rollback(s);
    assert_int_equal(book_pages(b), 101);
    book_set_pages(b, 1);
    assert_true(orm_commit(s));
    close_library(s);
}

static void statement_that_runs_too_long_is_stopped(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_with("options='-c statement_timeout=30'");
    struct book *b = book_get(book_table(s), 1);
    tag_from_sql(
        s, ORM_RAW("select 1::int8 as id, pg_sleep(10)::text as name"), NULL, 0);
    assert_failed(s, ORM_TIMEOUT, NULL, NULL);
    assert_string_equal(orm_last_error(s)->sqlstate, "57014");
    assert_string_equal(book_title(b), "book 1");
    orm_rollback(s);
    assert_int_equal(book_all(book_table(s))->len, 1);
    close_library(s);
}

/* -- What it notices --------------------------------------------------------------- */

static void check_poisoned(const char *name, const char *value, const char *message)
{
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    struct book *b = book_get(book_table(s), 1);
    const struct orm_param p[] = {orm_text(name), orm_text(value)};
    const struct tag_list *list = tag_from_sql(s,
        ORM_RAW("select 1::int8 as id, pg_catalog.set_config($1, $2, false) as name"),
        p, 2);
    assert_int_equal(list->len, 0);
    assert_failed(s, ORM_LOST, NULL, NULL);
    assert_string_equal(orm_message(s), message);
    assert_string_equal(book_title(b), "book 1");
    orm_rollback(s);
    assert_failed(s, ORM_LOST, NULL, NULL);
    orm_reset(s);
    assert_string_equal(book_title(book_get(book_table(s), 1)), "book 1");
    close_library(s);
}

static void another_encoding_ends_the_connection(void **state)
{
    (void)state;
    check_poisoned("client_encoding", "SJIS",
        "the connection is given up: it has client_encoding=SJIS; ormgen needs UTF8");
}

static void other_strings_end_the_connection(void **state)
{
    (void)state;
    check_poisoned("standard_conforming_strings", "off",
        "the connection is given up: it has standard_conforming_strings=off; ormgen "
        "needs on");
}

/* A trigger changes the encoding: COMMIT's answer came, and says what became of it. */
static void commit_that_was_answered_is_committed_all_the_same(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    db_exec(db,
        "create function poison() returns trigger language plpgsql as $$ begin"
        " perform set_config('client_encoding', 'LATIN1', false); return new; end $$;"
        "create trigger poison before update on book for each row"
        " execute function poison()");
    struct orm_session *s = open_library();
    book_set_pages(book_get(book_table(s), 1), 5);
    assert_true(orm_commit(s));
    assert_int_equal(db_number(db, "select pages from book"), 5);
    assert_int_equal(book_all(book_table(s))->len, 0);
    assert_failed(s, ORM_LOST, NULL, NULL);
    orm_close(s);
    db_exec(db, "drop function poison cascade");
}

/* -- Processes --------------------------------------------------------------------- */

/* What a child says. */
static bool is_true_in_child(bool (*says)(struct orm_session *s), struct orm_session *s)
{
    fflush(NULL);
    const pid_t child = fork();
    if (child == 0)
        _exit(says(s) ? 0 : 1);
    int status = 0;
    return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) &&
           WEXITSTATUS(status) == 0;
}

static void assert_in_child(bool (*says)(struct orm_session *s), struct orm_session *s)
{
    assert_true(is_true_in_child(says, s));
}

static bool asks_and_is_refused(struct orm_session *s)
{
    const bool reads = strcmp(book_title(book_get(book_table(s), 1)), "book 1") == 0;
    const bool nothing = book_all(book_table(s))->len == 0;
    const bool refused = orm_status(s) == ORM_INVALID &&
                         strstr(orm_message(s), "which this one is a child of");
    orm_rollback(s);
    return reads && nothing && refused && !orm_ok(s);
}

static bool has_a_child_that_is_refused(struct orm_session *s)
{
    (void)s;
    struct orm_session *own = open_library();
    const bool reads = strcmp(book_title(book_get(book_table(own), 1)), "book 1") == 0;
    const bool refused = is_true_in_child(asks_and_is_refused, own);
    const bool works = book_all(book_table(own))->len == 1 && orm_ok(own);
    orm_close(own);
    return reads && refused && works;
}

static bool closes(struct orm_session *s)
{
    orm_close(s);
    return true;
}

static bool resets_and_works(struct orm_session *s)
{
    orm_reset(s);
    struct book *b = book_get(book_table(s), 1);
    book_set_pages(b, book_pages(b) + 1);
    const bool good = orm_commit(s);
    orm_close(s);
    return good;
}

static void child_cannot_use_its_parents_connection(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    struct book *b = book_get(book_table(s), 1);
    book_set_pages(b, 5);
    assert_true(orm_flush(s));
    assert_in_child(asks_and_is_refused, s);
    assert_true(orm_commit(s));
    assert_int_equal(db_number(db, "select pages from book"), 5);
    close_library(s);
}

static void childs_connection_is_not_its_childs(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    assert_true(orm_ok(s));
    assert_in_child(has_a_child_that_is_refused, s);
    close_library(s);
}

static void child_that_resets_has_a_connection_of_its_own(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    struct book *b = book_get(book_table(s), 1);
    orm_begin(s);
    assert_int_equal(book_count(book_table(s), NULL), 1);
    assert_in_child(resets_and_works, s);
    assert_int_equal(db_number(db, "select pages from book"), 102);
    book_refresh(b);
    assert_int_equal(book_pages(b), 102);
    assert_true(orm_end(s));
    close_library(s);
}

static void hundred_children_that_close_do_not_disturb_a_busy_parent(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    for (int i = 0; i < 100; i++) {
        struct book *b = book_get(book_table(s), 1);
        book_set_pages(b, i);
        if (i % 2)
            assert_true(orm_flush(s));
        assert_in_child(i % 3 ? closes : asks_and_is_refused, s);
        assert_true(orm_commit(s));
    }
    assert_int_equal(db_number(db, "select pages from book"), 99);
    close_library(s);
}

/* A stream has a FETCH under way while the child closes. */
static void child_that_closes_leaves_a_stream_alone(void **state)
{
    (void)state;
    arrange_library(db, 5, 4);
    struct orm_session *s = open_library();
    struct book_chunks *chunks = book_stream(book_table(s), NULL, 6);
    size_t rows = 0;
    for (;;) {
        const struct book_list *chunk = book_chunk(chunks);
        if (!chunk->len)
            break;
        rows += chunk->len;
        assert_in_child(closes, s);
    }
    assert_int_equal(rows, 20);
    close_library(s);
}

static bool rolls_back_and_closes(struct orm_session *s)
{
    orm_rollback(s);
    return closes(s);
}

static void child_that_closes_leaves_a_load_alone(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    struct shelf_load *load = shelf_load_begin(shelf_table(s));
    shelf_set_place(shelf_load_row(load), "one");
    assert_in_child(rolls_back_and_closes, s);
    shelf_set_place(shelf_load_row(load), "two");
    assert_int_equal(shelf_load_end(load), 2);
    assert_true(orm_commit(s));
    assert_int_equal(db_number(db, "select count(*) from shelf"), 2);
    close_library(s);
}

/* -- Threads ----------------------------------------------------------------------- */

static void *use(void *arg)
{
    struct orm_session *s = arg;
    book_all(book_table(s));
    return NULL;
}

static void *adopt_and_use(void *arg)
{
    orm_adopt(arg);
    return use(arg);
}

static void *reset_and_use(void *arg)
{
    orm_reset(arg);
    return use(arg);
}

static void *read_memory(void *arg)
{
    struct book *b = book_get(book_table(arg), 1);
    assert_string_equal(book_title(b), "book 1");
    return NULL;
}

static void in_thread(void *(*does)(void *), struct orm_session *s)
{
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, does, s), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
}

static void another_thread_is_refused(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    struct book *b = book_get(book_table(s), 1);
    in_thread(read_memory, s);
    assert_fine(s);
    const uint64_t waits = orm_round_trips(s);
    in_thread(use, s);
    assert_failed(s, ORM_INVALID, NULL, NULL);
    assert_string_equal(orm_message(s),
        "the session is used by another thread than before; orm_adopt() and "
        "orm_reset() hand it over");
    assert_int_equal(orm_round_trips(s), waits);
    assert_string_equal(book_title(b), "book 1");
    orm_rollback(s);
    assert_int_equal(book_all(book_table(s))->len, 1);
    close_library(s);
}

static void session_goes_from_thread_to_thread(void **state)
{
    (void)state;
    static void *(*const hand_over[])(void *) = {adopt_and_use, reset_and_use};
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    for (int i = 0; i < 2; i++) {
        in_thread(hand_over[i], s);
        assert_fine(s);
        orm_adopt(s);
        use(s);
        assert_fine(s);
    }
    orm_adopt(NULL);
    close_library(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(server_does_not_wait_for_ever),
        DB_TEST(conninfo_overrides_limits_one_by_one),
        DB_TEST(limits_of_the_database_are_left_alone),
        DB_TEST(limits_hold_after_reset_and_reconnection),
        DB_TEST(lock_that_is_not_given_is_a_conflict),
        DB_TEST(statement_that_runs_too_long_is_stopped),
        DB_TEST(another_encoding_ends_the_connection),
        DB_TEST(other_strings_end_the_connection),
        DB_TEST(commit_that_was_answered_is_committed_all_the_same),
        DB_TEST(child_cannot_use_its_parents_connection),
        DB_TEST(childs_connection_is_not_its_childs),
        DB_TEST(child_that_resets_has_a_connection_of_its_own),
        DB_TEST(hundred_children_that_close_do_not_disturb_a_busy_parent),
        DB_TEST(child_that_closes_leaves_a_stream_alone),
        DB_TEST(child_that_closes_leaves_a_load_alone),
        DB_TEST(another_thread_is_refused),
        DB_TEST(session_goes_from_thread_to_thread),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
