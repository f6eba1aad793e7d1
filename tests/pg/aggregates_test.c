/* aggregates_test.c: what is counted and summed up, in groups or at once. */
#include "library_test.h"

/* Three authors with four books each. */
static struct orm_session *open_books(void)
{
    arrange_library(db, 3, 4);
    return open_library();
}

static void aggregates_are_what_the_server_says(void **state)
{
    (void)state;
    struct orm_session *s = open_books();
    db_exec(db, "update book set pages = null where id > 10; update book set genre = "
                "(array['novel', 'poem', 'essay'])[1 + id %% 3]::book_genre");
    int64_t rows_there, pages_there, sum, shelves, genres;
    int32_t least, most;
    double average;
    const char *first, *last;
    enum book_genre genre;
    const struct book_pick picks[] = {book_rows_into(&rows_there),
        book_pages_count_into(&pages_there), book_pages_sum_into(&sum),
        book_pages_min_into(&least), book_pages_max_into(&most),
        book_pages_avg_into(&average), book_title_min_into(&first),
        book_title_max_into(&last), book_shelf_id_distinct_into(&shelves),
        book_genre_distinct_into(&genres), book_genre_max_into(&genre),
        book_picks_end()};
    struct orm_rows *rows = book_select(book_table(s), NULL, picks);
    assert_fine(s);
    assert_int_equal(orm_row_count(rows), 1);
    assert_true(orm_next(rows));
    char ours[256];
    snprintf(ours, sizeof ours, "%lld|%lld|%lld|%d|%d|%.3f|%s|%s|%lld|%lld|%s",
        (long long)rows_there, (long long)pages_there, (long long)sum, (int)least,
        (int)most, average, first, last, (long long)shelves, (long long)genres,
        book_genre_name(genre));
    assert_string_equal(ours,
        db_text(db, "select count(*), count(pages), sum(pages), min(pages), max(pages),"
                    " avg(pages)::numeric(9,3), min(title), max(title),"
                    " count(distinct shelf_id), count(distinct genre), max(genre)"
                    " from book"));
    assert_int_equal(spent(s), 1);
    close_library(s);
}

static void of_no_rows_counts_are_zero_and_the_rest_is_null(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    int64_t rows_there = 7, sum = 7;
    int32_t most = 7;
    double average = 7;
    const char *title = NULL;
    const struct book_pick picks[] = {book_rows_into(&rows_there),
        book_pages_sum_into(&sum), book_pages_max_into(&most),
        book_pages_avg_into(&average), book_title_min_into(&title), book_picks_end()};
    struct orm_rows *rows = book_select(book_table(s), NULL, picks);
    assert_true(orm_next(rows));
    assert_true(rows_there == 0 && sum == 0 && most == 0 && average == 0);
    assert_string_equal(title, "");
    assert_false(orm_is_null(rows, &rows_there));
    assert_true(orm_is_null(rows, &sum) && orm_is_null(rows, &most) &&
                orm_is_null(rows, &average) && orm_is_null(rows, &title));
    assert_false(orm_next(rows));
    close_library(s);
}

static void plain_picks_beside_aggregates_group(void **state)
{
    (void)state;
    struct orm_session *s = open_books();
    db_exec(db,
        "delete from book where id = 5; update book set pages = 1000 where id = "
        "12");
    const char *name;
    int64_t author, books;
    double average;
    const struct book_pick picks[] = {book_rows_into(&books),
        book_of_author(author_name_into(&name)), book_author_id_into(&author),
        book_having_real(book_pages_avg_into(&average), ORM_LT, 200.5),
        book_picks_end()};
    const struct book_query q = {.order = {book_by_pick(0, true)}};
    struct orm_rows *rows = book_select(book_table(s), &q, picks);
    assert_fine(s);
    assert_int_equal(orm_row_count(rows), 2);
    assert_true(orm_next(rows));
    assert_string_equal(name, "author 1");
    assert_true(author == 1 && books == 4 && average == 102.5);
    assert_true(orm_next(rows));
    assert_string_equal(name, "author 2");
    assert_true(author == 2 && books == 3 && average == 107);
    assert_int_equal(spent(s), 1);
    close_library(s);
}

static void groups_are_sorted_and_cut(void **state)
{
    (void)state;
    struct orm_session *s = open_books();
    int64_t author, books;
    const struct book_pick picks[] = {book_author_id_into(&author),
        book_having(book_rows_into(&books), ORM_GE, 4), book_picks_end()};
    const struct book_query page = {.limit = 1, .offset = 1};
    struct orm_rows *rows = book_select(book_table(s), &page, picks);
    assert_true(orm_next(rows));
    assert_int_equal(author, 2);
    const struct book_query last = {.limit = 1, .order = {book_author_id_desc()}};
    rows = book_select(book_table(s), &last, picks);
    assert_true(orm_next(rows));
    assert_int_equal(author, 3);
    close_library(s);
}

static void sum_that_does_not_fit_is_out_of_range(void **state)
{
    (void)state;
    db_exec(db, "insert into ledger (token) values (9223372036854775807), (1)");
    struct orm_session *s = open_library();
    int64_t sum = 5;
    const struct ledger_pick picks[] = {
        ledger_token_sum_into(&sum), ledger_picks_end()};
    assert_null(ledger_select(ledger_table(s), NULL, picks));
    assert_failed(s, ORM_RANGE, "ledger", NULL);
    assert_int_equal(sum, 5);
    orm_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(aggregates_are_what_the_server_says),
        DB_TEST(of_no_rows_counts_are_zero_and_the_rest_is_null),
        DB_TEST(plain_picks_beside_aggregates_group),
        DB_TEST(groups_are_sorted_and_cut),
        DB_TEST(sum_that_does_not_fit_is_out_of_range),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
