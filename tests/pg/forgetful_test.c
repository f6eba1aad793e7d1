/* forgetful_test.c: a server that forgets prepared statements and settings between any
 * two calls, and tables that are altered all the time. */
#include "library_test.h"

#include <pthread.h>
#include <stdatomic.h>

static int group_setup(void **state)
{
    db_group_setup(state);
    db_exec(db,
        "create function forget() returns text language plpgsql as $$ declare n text;"
        " begin for n in select name from pg_prepared_statements"
        " where statement !~ 'forget' loop execute format('deallocate %%I', n);"
        " end loop; execute 'reset all'; return ''; end $$");
    return 0;
}

/* As DISCARD ALL does, which cannot run in a pipeline; but for its own statement. */
static void forget(struct orm_session *s)
{
    tag_from_sql(s, ORM_RAW("select 99::int8 as id, public.forget() as name"), NULL, 0);
    assert_fine(s);
}

/* -- Between any two calls --------------------------------------------------------- */

static const struct book_query by_id = {.order = {{{.column = BOOK_ID + 1}}}};

static void load_all(struct orm_session *s)
{
    const struct book_list *books = book_find(book_table(s), &by_id);
    assert_true(!orm_ok(s) || books->len >= 4);
}

static void load_one(struct orm_session *s)
{
    author_get(author_table(s), 2);
}

static void follow(struct orm_session *s)
{
    orm_each(struct book, b, book_find(book_table(s), &by_id)) {
        (void)book_shelf(b);
        tag_all(book_tags(b));
    }
}

static void count(struct orm_session *s)
{
    const struct book_query q = {.where = {book_pages_ge(102)}};
    book_count(book_table(s), &q);
}

static void insert_and_update(struct orm_session *s)
{
    struct book *b = book_first(book_table(s), &by_id);
    if (!b)
        return;
    struct shelf *shelf = shelf_new(shelf_table(s));
    shelf_set_place(shelf, "new");
    book_set_pages(b, book_pages(b) + 1);
    book_set_shelf(b, shelf);
}

static bool may_commit(struct orm_session *s)
{
    return !orm_ok(s) || orm_flush(s) || !orm_ok(s);
}

static void flush(struct orm_session *s)
{
    assert_true(may_commit(s));
}

static void (*const steps[])(struct orm_session *s) = {
    load_all, load_one, follow, count, insert_and_update, flush, count, flush};

#define STEPS (sizeof steps / sizeof *steps)

/* Every statement was prepared before. */
static struct orm_session *open_prepared(void)
{
    arrange_library(db, 2, 2);
    struct orm_session *s = open_library();
    for (size_t i = 0; i < STEPS; i++)
        steps[i](s);
    assert_true(orm_commit(s));
    forget(s);
    for (size_t i = 0; i < STEPS; i++)
        steps[i](s);
    assert_true(orm_commit(s));
    return s;
}

static void forgotten_statements_are_prepared_again(void **state)
{
    (void)state;
    for (size_t at = 0; at <= STEPS; at++) {
        db_truncate(db);
        struct orm_session *s = open_prepared();
        const long long pages = db_number(db, "select pages from book where id = 1");
        for (size_t i = 0; i < STEPS && steps[i] != flush; i++) {
            if (i == at)
                forget(s);
            steps[i](s);
            assert_fine(s);
        }
        if (at >= STEPS - 1)
            forget(s);
        assert_true(orm_commit(s));
        assert_int_equal(
            db_number(db, "select pages from book where id = 1"), pages + 1);
        close_library(s);
    }
}

static void forgotten_in_a_transaction_is_a_conflict_once(void **state)
{
    (void)state;
    unsigned conflicts = 0;
    for (size_t at = 0; at < STEPS; at++) {
        db_truncate(db);
        struct orm_session *s = open_prepared();
        const long long pages = db_number(db, "select pages from book where id = 1");
        orm_begin(s);
        for (size_t i = 0; i < STEPS && orm_ok(s); i++) {
            if (i == at)
                forget(s);
            steps[i](s);
        }
        if (!orm_ok(s)) {
            conflicts++;
            assert_failed(s, ORM_CONFLICT, NULL, NULL);
            assert_true(orm_last_error(s)->retryable);
            assert_int_equal(orm_last_error(s)->outcome, ORM_ROLLED_BACK);
        }
        orm_rollback(s);
        assert_int_equal(db_number(db, "select pages from book where id = 1"), pages);
        for (size_t i = 0; i < STEPS; i++)
            steps[i](s);
        assert_true(orm_commit(s));
        assert_int_equal(
            db_number(db, "select pages from book where id = 1"), pages + 1);
        close_library(s);
    }
    assert_true(conflicts >= 5);
}

struct attempts {
    size_t at;
    unsigned count;
};

static bool work(struct orm_session *s, void *arg)
{
    struct attempts *attempts = arg;
    attempts->count++;
    for (size_t i = 0; i < STEPS && orm_ok(s); i++) {
        if (i == attempts->at && attempts->count == 1)
            forget(s);
        steps[i](s);
    }
    return true;
}

static void orm_transaction_runs_again_over_a_forgetful_server(void **state)
{
    (void)state;
    for (size_t at = 0; at < STEPS; at++) {
        db_truncate(db);
        struct orm_session *s = open_prepared();
        const long long pages = db_number(db, "select pages from book where id = 1");
        struct attempts attempts = {.at = at};
        if (!orm_transaction(s, work, &attempts, NULL))
            fail_msg("at %zu: %s", at, orm_message(s));
        assert_true(attempts.count <= 2);
        assert_int_equal(
            db_number(db, "select pages from book where id = 1"), pages + 1);
        close_library(s);
    }
}

/* -- Tables that are altered all the time ------------------------------------------ */

#define UNITS 150

static atomic_bool over;

static void *alter_tables(void *arg)
{
    static const char *const alterations[] = {
        "alter table book add extra int",
        "alter table book alter pages type bigint",
        "create index if not exists stormy on book (pages)",
        "alter table book alter pages type int",
        "alter table shelf alter place type varchar(20)",
        "drop index if exists stormy",
        "alter table book drop extra",
        "alter table shelf alter place type varchar(12)",
        "alter table book alter genre type text",
        "alter table book alter genre type book_genre using genre::book_genre",
    };
    const size_t count = sizeof alterations / sizeof *alterations;
    PGconn *own = arg;
    /* To the end of the list: then the tables are as they were. */
    for (size_t i = 0; i % count || !atomic_load(&over); i++)
        PQclear(PQexec(own, alterations[i % count]));
    return NULL;
}

static void storm_unit(struct orm_session *s, int unit)
{
    if (unit % 2)
        orm_begin(s);
    struct book *b = book_get(book_table(s), 1);
    if (b)
        book_refresh(b);
    follow(s);
    if (!b || !orm_ok(s))
        return;
    assert_int_equal(book_id(b), 1);
    assert_string_equal(book_title(b), "book 1");
    book_set_pages(b, book_pages(b) + 1);
}

static void storm_of_alterations_never_gives_a_wrong_value(void **state)
{
    (void)state;
    arrange_library(db, 2, 2);
    PGconn *own = db_connect();
    db_exec(own, "set deadlock_timeout = '20ms'");
    struct orm_session *s = open_library();
    atomic_store(&over, false);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, alter_tables, own), 0);
    long long committed = 0;
    for (int unit = 0; unit < UNITS; unit++) {
        storm_unit(s, unit);
        if (orm_ok(s) && orm_commit(s)) {
            committed++;
            continue;
        }
        const enum orm_code code = orm_status(s);
        if (code != ORM_CONFLICT && code != ORM_DRIFT)
            fail_msg("%s: %s", orm_code_name(code), orm_message(s));
        assert_int_not_equal(orm_last_error(s)->outcome, ORM_COMMITTED);
        orm_rollback(s);
        assert_fine(s);
    }
    atomic_store(&over, true);
    pthread_join(thread, NULL);
    PQfinish(own);
    assert_int_equal(
        db_number(db, "select pages from book where id = 1"), 101 + committed);
    storm_unit(s, 0);
    assert_true(orm_commit(s));
    print_message("%lld of %d committed\n", committed, UNITS);
    assert_true(committed > 0);
    close_library(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(forgotten_statements_are_prepared_again),
        DB_TEST(forgotten_in_a_transaction_is_a_conflict_once),
        DB_TEST(orm_transaction_runs_again_over_a_forgetful_server),
        DB_TEST(storm_of_alterations_never_gives_a_wrong_value),
    };
    return cmocka_run_group_tests(tests, group_setup, db_group_teardown);
}
