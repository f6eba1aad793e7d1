/* statements_test.c: a program sees what it sends, and how the server would find it. */
#include "library_test.h"

/* The last statements that the session told of. */
static struct {
    struct orm_statement of;
    char sql[1024], shape[40], model[64];
} told[16];
static size_t told_count;

static void listen(void *arg, const struct orm_statement *statement)
{
    assert_ptr_equal(arg, &told_count);
    assert_in_range(told_count, 0, 15);
    told[told_count].of = *statement;
    snprintf(told[told_count].sql, sizeof told->sql, "%s", statement->sql);
    snprintf(told[told_count].shape, sizeof told->shape, "%s", statement->shape);
    snprintf(told[told_count++].model, sizeof told->model, "%s", statement->model);
}

static struct orm_session *open_listening(void)
{
    arrange_library(db, 3, 4);
    struct orm_session *s = open_library();
    told_count = 0;
    orm_on_statement(s, listen, &told_count);
    return s;
}

static void every_statement_is_told_with_what_came_of_it(void **state)
{
    (void)state;
    struct orm_session *s = open_listening();
    const struct book_query q = {.where = {book_pages_gt(105)}};
    orm_each(struct book, b, book_find(book_table(s), &q))
        assert_non_null(book_author(b));
    assert_int_equal(told_count, 2);
    assert_string_equal(told[0].model, "book");
    assert_string_equal(told[1].model, "author");
    assert_int_equal(strncmp(told[0].sql, "SELECT ", 7), 0);
    assert_non_null(strstr(told[0].sql, "FROM \"public\".\"book\""));
    assert_int_equal(told[0].of.rows, 7);
    assert_int_equal(told[1].of.rows, 2);
    assert_in_range(told[1].of.bytes, 2 * (8 + 8), 2 * (8 + 8 + 8));
    for (size_t i = 0; i < told_count; i++) {
        assert_true(told[i].of.counted);
        assert_false(told[i].of.failed || told[i].of.retried);
        assert_true(told[i].of.microseconds > 0);
    }
    assert_string_not_equal(told[0].shape, told[1].shape);
    assert_int_equal(spent(s), 2);
    close_library(s);
}

static void equal_shapes_have_equal_names(void **state)
{
    (void)state;
    struct orm_session *s = open_listening();
    for (int32_t i = 0; i < 2; i++) {
        const struct book_query q = {.where = {book_pages_gt(i)}};
        book_count(book_table(s), &q);
    }
    assert_int_equal(told_count, 2);
    assert_string_equal(told[0].shape, told[1].shape);
    assert_string_equal(told[0].sql, told[1].sql);
    close_library(s);
}

static void changes_are_told_with_the_rows_they_change(void **state)
{
    (void)state;
    struct orm_session *s = open_listening();
    for (int i = 0; i < 5; i++)
        author_set_name(author_new(author_table(s)), "new");
    assert_true(orm_commit(s));
    size_t inserts = 0, counted = 0;
    for (size_t i = 0; i < told_count; i++) {
        counted += told[i].of.counted;
        if (strncmp(told[i].sql, "INSERT", 6) != 0)
            continue;
        inserts++;
        assert_int_equal(told[i].of.rows, 5);
        assert_string_equal(told[i].model, "author");
    }
    assert_int_equal(inserts, 1);
    assert_int_equal(counted, spent(s));
    close_library(s);
}

static void failures_and_second_tries_are_told(void **state)
{
    (void)state;
    struct orm_session *s = open_listening();
    /* The result type of a known statement changes: it is prepared again. */
    author_all(author_table(s));
    db_exec(db, "alter table author alter name type varchar(20)");
    told_count = 0;
    author_all(author_table(s));
    assert_failed(s, ORM_DRIFT, "author", "name");
    assert_int_equal(told_count, 1);
    assert_true(told[0].of.retried);
    assert_false(told[0].of.failed);
    orm_rollback(s);
    db_exec(db, "alter table author rename to writer");
    told_count = 0;
    author_count(author_table(s), NULL);
    assert_int_equal(told_count, 1);
    assert_true(told[0].of.failed);
    assert_int_equal(told[0].of.rows, 0);
    db_exec(db, "alter table writer rename to author;"
                "alter table author alter name type text");
    orm_close(s);
}

static void nobody_is_told_once_the_listener_is_gone(void **state)
{
    (void)state;
    struct orm_session *s = open_listening();
    orm_on_statement(s, NULL, NULL);
    author_all(author_table(s));
    assert_int_equal(told_count, 0);
    orm_on_statement(NULL, listen, &told_count);
    close_library(s);
}

static void ask_inside(void *arg, const struct orm_statement *statement)
{
    (void)statement;
    assert_true(orm_statements(arg) > 0); /* looking is allowed */
    assert_int_equal(author_all(author_table(arg))->len, 0);
}

static void listener_that_asks_the_session_is_refused(void **state)
{
    (void)state;
    arrange_library(db, 3, 4);
    struct orm_session *s = open_library();
    orm_on_statement(s, ask_inside, s);
    author_count(author_table(s), NULL);
    assert_failed(s, ORM_INVALID, NULL, NULL);
    assert_int_equal(spent(s), 1);
    orm_close(s);
}

static struct orm_session *leaving;

static void leave(void *arg, const struct orm_statement *statement)
{
    (void)statement;
    ++*(int *)arg;
    orm_on_statement(leaving, NULL, NULL);
}

static void listener_may_leave_while_it_is_called(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    int calls = 0;
    leaving = open_library();
    orm_on_statement(leaving, leave, &calls);
    author_all(author_table(leaving));
    author_all(author_table(leaving));
    assert_int_equal(calls, 1);
    close_library(leaving);
}

/* -- Explain ----------------------------------------------------------------------- */

static void explain_tells_the_plan_of_the_same_statement(void **state)
{
    (void)state;
    arrange_library(db, 3, 4);
    struct orm_session *s = open_library();
    const struct book_query q = {
        .where = {book_title_eq("book 1")}, .order = {book_id_asc()}, .limit = 5};
    const char *plan = book_explain(book_table(s), &q);
    assert_fine(s);
    assert_non_null(strstr(plan, "Limit"));
    assert_non_null(strstr(plan, "book 1")); /* the value itself, not $1 */
    assert_non_null(strchr(plan, '\n'));
    assert_int_equal(spent(s), 0); /* nothing was selected */
    assert_int_equal(book_find(book_table(s), &q)->len, 1);
    const char *whole = book_explain(book_table(s), NULL);
    assert_non_null(strstr(whole, "Seq Scan on book"));
    struct author *a = author_get(author_table(s), 1);
    assert_non_null(strstr(book_explain(author_books(a), NULL), "author_id = "));
    close_library(s);
}

static void explain_of_a_wrong_query_says_nothing(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    struct book_query q = {.where = {book_end()}};
    assert_string_equal(book_explain(book_table(s), &q), "");
    assert_failed(s, ORM_INVALID, "book", NULL);
    assert_string_equal(book_explain(book_table(s), NULL), "");
    assert_string_equal(book_explain(NULL, NULL), "");
    assert_int_equal(waited(s), 0);
    orm_close(s);
}

/* -- The server's end -------------------------------------------------------------- */

/* As many shapes as there are sets of ten conditions. */
static void run_many_shapes(struct orm_session *s)
{
    for (unsigned set = 0; set < 1024; set++) {
        struct book_query q = {.limit = 1};
        for (unsigned i = 0; i < 10; i++)
            if (set >> i & 1)
                book_where(&q, i % 2 ? book_pages_gt(1) : book_title_ge("a"));
            else
                book_where(&q, i % 2 ? book_pages_lt(1) : book_title_le("a"));
        book_exists(book_table(s), &q);
    }
}

/* What the server keeps for the session, itself not counted. */
static int count_prepared(struct orm_session *s)
{
    const struct author_list *list = author_from_sql(s,
        ORM_RAW("select 1::bigint as id, null::text as email, (select"
                " count(*) from pg_prepared_statements)::text as name"),
        NULL, 0);
    assert_fine(s);
    orm_expire((struct orm_object *)list->items[0]);
    return atoi(author_name(list->items[0]));
}

static void statements_that_left_the_cache_leave_the_server(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    for (int i = 0; i < 2; i++) {
        orm_begin(s);
        run_many_shapes(s);
        assert_true(count_prepared(s) > 1000); /* not in a transaction */
        orm_rollback(s);
        assert_in_range(count_prepared(s), 200, 257);
    }
    close_library(s);
}

static void server_that_has_forgotten_them_does_no_harm(void **state)
{
    (void)state;
    db_exec(db, "create function public.forget() returns text language plpgsql as"
                " $$begin deallocate all; return 'done'; end$$");
    struct orm_session *s = open_library();
    orm_begin(s);
    run_many_shapes(s);
    author_from_sql(s,
        ORM_RAW("select 1::bigint as id, null::text as email,"
                " public.forget() as name"),
        NULL, 0);
    orm_rollback(s);
    assert_fine(s);
    assert_in_range(count_prepared(s), 0, 1);
    author_set_name(author_new(author_table(s)), "a");
    assert_true(orm_commit(s));
    close_library(s);
    db_exec(db, "drop function public.forget()");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(every_statement_is_told_with_what_came_of_it),
        DB_TEST(equal_shapes_have_equal_names),
        DB_TEST(changes_are_told_with_the_rows_they_change),
        DB_TEST(failures_and_second_tries_are_told),
        DB_TEST(nobody_is_told_once_the_listener_is_gone),
        DB_TEST(listener_that_asks_the_session_is_refused),
        DB_TEST(listener_may_leave_while_it_is_called),
        DB_TEST(explain_tells_the_plan_of_the_same_statement),
        DB_TEST(explain_of_a_wrong_query_says_nothing),
        DB_TEST(statements_that_left_the_cache_leave_the_server),
        DB_TEST(server_that_has_forgotten_them_does_no_harm),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
