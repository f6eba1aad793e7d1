/* one_flight_test.c: a query and the first level of its plans in one round trip. */
#include "library_test.h"

#define SPENT(statements, waits)                                                       \
    do {                                                                               \
        assert_int_equal(spent(s), statements);                                        \
        assert_int_equal(waited(s), waits);                                            \
    } while (0)

/* Each book's author, shelf and two tags are the right ones, and there. */
static void check_books(struct orm_session *s, const struct book_list *books)
{
    orm_each(struct book, b, books) {
        assert_int_equal(author_id(book_author(b)), book_author_id(b));
        assert_int_equal(shelf_id(book_shelf(b)), book_id(b));
        const struct tag_list *tags = tag_all(book_tags(b));
        assert_int_equal(tags->len, 2);
        assert_true(tag_id(tags->items[0]) < tag_id(tags->items[1]));
        assert_int_equal(
            tag_id(tags->items[0]) + tag_id(tags->items[1]), 5 - (book_id(b) + 2) % 3);
    }
    SPENT(0, 0);
}

static void a_query_and_its_plans_are_one_round_trip(void **state)
{
    (void)state;
    arrange_library(db, 3, 2);
    struct orm_session *s = open_library();
    const struct book_query q = {.where = {book_pages_gt(102)},
        .order = {book_id_asc()},
        .with = {book_with_author(NULL), book_with_shelf(NULL), book_with_tags(NULL)},
        .one_flight = true};
    const struct book_list *books = book_find(book_table(s), &q);
    SPENT(4, 1);
    assert_int_equal(books->len, 4);
    check_books(s, books);
    assert_ptr_equal(book_author(books->items[0]), book_author(books->items[1]));
    close_library(s);
}

static void only_what_the_query_yields_is_loaded(void **state)
{
    (void)state;
    arrange_library(db, 3, 2);
    struct orm_session *s = open_library();
    const struct book_query q = {.order = {book_pages_desc()},
        .with = {book_with_author(NULL), book_with_tags(NULL)},
        .limit = 2,
        .offset = 1,
        .one_flight = true};
    const struct book_list *books = book_find(book_table(s), &q);
    SPENT(3, 1);
    assert_int_equal(books->len, 2);
    assert_int_equal(book_id(books->items[0]), 5);
    assert_int_equal(book_id(books->items[1]), 4);
    orm_each(struct book, b, books)
        assert_int_equal(tag_all(book_tags(b))->len, 2);
    assert_int_equal(author_id(book_author(books->items[0])), 3);
    SPENT(0, 0);
    author_get(author_table(s), 2);
    SPENT(0, 0);
    author_get(author_table(s), 1); /* of no book that was asked for */
    SPENT(1, 1);
    close_library(s);
}

static void what_lies_deeper_costs_a_round_trip_per_level(void **state)
{
    (void)state;
    arrange_library(db, 3, 2);
    struct orm_session *s = open_library();
    const struct book_query of_books = {.with = {book_with_tags(NULL)}};
    const struct author_query q = {
        .with = {author_with_books(&of_books)}, .one_flight = true};
    const struct author_list *authors = author_find(author_table(s), &q);
    SPENT(3, 2);
    orm_each(struct author, a, authors)
        orm_each(struct book, b, book_all(author_books(a)))
            assert_int_equal(tag_all(book_tags(b))->len, 2);
    SPENT(0, 0);
    close_library(s);
}

static void owners_without_rows_have_empty_lists(void **state)
{
    (void)state;
    arrange_library(db, 2, 1);
    db_exec(db, "insert into author (name) values ('idle')");
    struct orm_session *s = open_library();
    const struct author_query q = {.order = {author_id_asc()},
        .with = {author_with_books(NULL)},
        .one_flight = true};
    const struct author_list *authors = author_find(author_table(s), &q);
    SPENT(2, 1);
    assert_int_equal(book_all(author_books(authors->items[0]))->len, 1);
    assert_int_equal(book_all(author_books(authors->items[2]))->len, 0);
    SPENT(0, 0);
    close_library(s);
}

static void so_many_per_owner_come_a_flight_later(void **state)
{
    (void)state;
    arrange_library(db, 3, 3);
    struct orm_session *s = open_library();
    const struct book_query first = {.order = {book_id_asc()}, .limit = 1};
    const struct author_query q = {
        .with = {author_with_books_as("first", &first), author_with_edited(NULL)},
        .one_flight = true};
    const struct author_list *authors = author_find(author_table(s), &q);
    SPENT(3, 2);
    orm_each(struct author, a, authors) {
        const struct book_list *one = author_books_as(a, "first");
        assert_int_equal(one->len, 1);
        assert_int_equal(book_id(one->items[0]), 3 * author_id(a) - 2);
        assert_int_equal(book_all(author_edited(a))->len, 0);
    }
    SPENT(0, 0);
    close_library(s);
}

static void plans_may_choose_under_an_alias(void **state)
{
    (void)state;
    arrange_library(db, 2, 3);
    struct orm_session *s = open_library();
    const struct book_query thick = {.where = {book_pages_gt(103)}};
    const struct author_query q = {.where = {author_name_ne("author 2")},
        .with = {author_with_books_as("thick", &thick)},
        .one_flight = true};
    const struct author_list *authors = author_find(author_table(s), &q);
    SPENT(2, 1);
    assert_int_equal(authors->len, 1);
    assert_int_equal(author_books_as(authors->items[0], "thick")->len, 0);
    SPENT(0, 0);
    close_library(s);
}

static void lists_that_are_loaded_stay(void **state)
{
    (void)state;
    arrange_library(db, 2, 2);
    struct orm_session *s = open_library();
    struct author *one = author_get(author_table(s), 1);
    const struct book_list *held = book_all(author_books(one));
    SPENT(2, 2);
    db_exec(db, "insert into book (title, author_id) values ('late', 1), ('too', 2)");
    const struct author_query q = {.order = {author_id_asc()},
        .with = {author_with_books(NULL)},
        .one_flight = true};
    const struct author_list *authors = author_find(author_table(s), &q);
    SPENT(2, 1);
    assert_ptr_equal(authors->items[0], one);
    assert_ptr_equal(book_all(author_books(one)), held);
    assert_int_equal(book_all(author_books(authors->items[1]))->len, 3);
    SPENT(0, 0);
    close_library(s);
}

static void nothing_found_is_nothing_loaded(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    const struct book_query q = {.where = {book_title_eq("none")},
        .with = {book_with_author(NULL), book_with_tags(NULL)},
        .one_flight = true};
    assert_int_equal(book_find(book_table(s), &q)->len, 0);
    SPENT(3, 1);
    close_library(s);
}

static void on_a_relation_its_owner_chooses_too(void **state)
{
    (void)state;
    arrange_library(db, 2, 2);
    struct orm_session *s = open_library();
    struct author *a = author_get(author_table(s), 2);
    SPENT(1, 1);
    const struct book_query q = {.where = {book_pages_gt(0)},
        .with = {book_with_tags(NULL), book_with_shelf(NULL)},
        .one_flight = true};
    const struct book_list *books = book_find(author_books(a), &q);
    SPENT(3, 1);
    assert_int_equal(books->len, 2);
    orm_each(struct book, b, books)
        assert_int_equal(shelf_id(book_shelf(b)), book_id(b));
    SPENT(0, 0);
    close_library(s);
}

/* -- Transactions ------------------------------------------------------------------ */

static void find_authors(struct orm_session *s)
{
    const struct author_query q = {
        .with = {author_with_books(NULL)}, .one_flight = true};
    orm_each(struct author, a, author_find(author_table(s), &q))
        assert_int_equal(book_all(author_books(a))->len, 2);
}

static void no_transaction_is_left_open(void **state)
{
    (void)state;
    arrange_library(db, 2, 2);
    struct orm_session *s = open_library();
    find_authors(s);
    SPENT(2, 1);
    assert_int_equal(db_number(db, "select count(*) from pg_stat_activity"
                                   " where datname = current_database()"
                                   " and state like 'idle in tr%%'"),
        0);
    struct book *b = book_get(book_table(s), 1);
    book_set_pages(b, 5); /* nor does one stay read only */
    assert_true(orm_commit(s));
    close_library(s);
}

static void a_transaction_of_one_snapshot_needs_none_of_its_own(void **state)
{
    (void)state;
    arrange_library(db, 2, 2);
    struct orm_session *s = open_library();
    orm_begin_with(s, &(struct orm_begin_options){.isolation = ORM_REPEATABLE_READ});
    find_authors(s);
    SPENT(2, 1);
    assert_true(orm_end(s));
    close_library(s);
}

static void where_statements_see_different_states_the_level_comes_later(void **state)
{
    (void)state;
    arrange_library(db, 2, 2);
    struct orm_session *s = open_library();
    orm_begin(s);
    find_authors(s);
    SPENT(2, 2);
    assert_true(orm_end(s));
    close_library(s);
}

static void what_is_not_written_yet_is_flushed_first(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    struct author *a = author_get(author_table(s), 1);
    struct book *made = book_new(author_books(a));
    book_set_title(made, "new");
    spent(s), waited(s);
    find_authors(s);
    assert_int_equal(spent(s), 3);
    assert_ptr_equal(book_all(author_books(a))->items[1], made);
    assert_true(orm_commit(s));
    close_library(s);
}

static void a_failure_leaves_all_as_it_was(void **state)
{
    (void)state;
    arrange_library(db, 2, 2);
    struct orm_session *s = open_library();
    struct author *a = author_get(author_table(s), 1);
    db_exec(db, "alter table book rename to hidden");
    const struct author_query q = {
        .with = {author_with_books(NULL)}, .one_flight = true};
    assert_int_equal(author_find(author_table(s), &q)->len, 0);
    db_exec(db, "alter table hidden rename to book");
    const struct orm_error *e = orm_last_error(s);
    assert_int_equal(e->code, ORM_DRIFT);
    assert_string_equal(e->model, "book");
    assert_int_equal(e->outcome, ORM_NOT_STARTED);
    orm_rollback(s);
    assert_int_equal(book_all(author_books(a))->len, 2);
    find_authors(s);
    assert_true(orm_end(s));
    close_library(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(a_query_and_its_plans_are_one_round_trip),
        DB_TEST(only_what_the_query_yields_is_loaded),
        DB_TEST(what_lies_deeper_costs_a_round_trip_per_level),
        DB_TEST(owners_without_rows_have_empty_lists),
        DB_TEST(so_many_per_owner_come_a_flight_later),
        DB_TEST(plans_may_choose_under_an_alias),
        DB_TEST(lists_that_are_loaded_stay),
        DB_TEST(nothing_found_is_nothing_loaded),
        DB_TEST(on_a_relation_its_owner_chooses_too),
        DB_TEST(no_transaction_is_left_open),
        DB_TEST(a_transaction_of_one_snapshot_needs_none_of_its_own),
        DB_TEST(where_statements_see_different_states_the_level_comes_later),
        DB_TEST(what_is_not_written_yet_is_flushed_first),
        DB_TEST(a_failure_leaves_all_as_it_was),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
