/* identity_test.c: in a session one row is one object, whatever led to it. */
#include "library_test.h"

/* -- Identity ---------------------------------------------------------------------- */

static void same_row_by_two_paths_is_one_object(void **state)
{
    (void)state;
    arrange_library(db, 2, 2);
    struct orm_session *s = open_library();
    struct book *b = book_get(book_table(s), 3);
    struct author *a = author_get(author_table(s), 2);
    assert_ptr_equal(book_all(author_books(a))->items[0], b);
    assert_ptr_equal(book_author(b), a);
    const struct book_query third = {.where = {book_title_eq("book 3")}};
    assert_ptr_equal(book_first(book_table(s), &third), b);
    close_library(s);
}

static void known_key_costs_no_statement(void **state)
{
    (void)state;
    arrange_library(db, 1, 2);
    struct orm_session *s = open_library();
    const struct book_list *books = book_find(book_table(s), &books_by_id);
    spent(s);
    assert_ptr_equal(book_get(book_table(s), 2), books->items[1]);
    assert_ptr_equal(book_require(book_table(s), 1), books->items[0]);
    assert_int_equal(spent(s), 0);
    assert_null(book_get(book_table(s), 3));
    assert_int_equal(spent(s), 1);
    close_library(s);
}

static void two_sessions_share_nothing(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *one = open_library();
    struct orm_session *two = open_library();
    struct book *b1 = book_get(book_table(one), 1);
    struct book *b2 = book_get(book_table(two), 1);
    assert_ptr_not_equal(b1, b2);
    assert_ptr_not_equal(book_tags(b1), book_tags(b2));
    close_library(one);
    assert_string_equal(book_title(b2), "book 1");
    close_library(two);
}

static void rows_of_a_slot_know_their_owner(void **state)
{
    (void)state;
    arrange_library(db, 1, 3);
    struct orm_session *s = open_library();
    struct author *a = author_get(author_table(s), 1);
    const struct book_query thick = {.where = {book_pages_ge(102)}};
    spent(s);
    orm_each(struct book, b, book_find(author_books(a), &thick))
        assert_ptr_equal(book_author(b), a);
    assert_ptr_equal(book_author(book_first(author_books(a), NULL)), a);
    assert_int_equal(spent(s), 2);
    close_library(s);
}

static void fetched_row_refreshes_clean_columns_only(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    struct book *b = book_get(book_table(s), 1);
    const char *held = book_title(b);
    book_set_pages(b, 7);
    db_exec(db, "update book set title = 'renamed', pages = 8");
    book_refresh(b);
    assert_string_equal(book_title(b), "renamed");
    assert_string_equal(held, "book 1"); /* text that is held stays valid */
    assert_int_equal(book_pages(b), 7);
    assert_true(orm_commit(s));
    assert_string_equal(db_text(db, "select title, pages from book"), "renamed|7");
    close_library(s);
}

static void refresh_drops_the_slots(void **state)
{
    (void)state;
    arrange_library(db, 2, 1);
    struct orm_session *s = open_library();
    struct author *a = author_get(author_table(s), 1);
    struct book *b = book_get(book_table(s), 1);
    assert_int_equal(book_all(author_books(a))->len, 1);
    assert_ptr_equal(book_author(b), a);
    db_exec(db, "insert into book (title, author_id) values ('late', 1);"
                "update book set author_id = 2 where id = 1");
    spent(s);
    author_refresh(a);
    book_refresh(b);
    assert_int_equal(spent(s), 2);
    assert_int_equal(author_id(book_author(b)), 2);
    const struct book_list *books = book_all(author_books(a));
    assert_int_equal(books->len, 1);
    assert_string_equal(book_title(books->items[0]), "late");
    close_library(s);
}

/* -- Tolerance --------------------------------------------------------------------- */

static void null_objects_read_as_nothing(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    assert_string_equal(book_title(NULL), "");
    assert_int_equal(book_pages(NULL), 0);
    assert_false(book_has_pages(NULL));
    assert_null(book_author(NULL));
    assert_null(book_tags(NULL));
    assert_int_equal(tag_all(book_tags(NULL))->len, 0);
    assert_null(tag_all(NULL)->items[0]);
    assert_int_equal(tag_count(NULL, NULL), 0);
    assert_false(tag_exists(NULL, NULL));
    assert_null(tag_first(NULL, NULL));
    assert_null(book_get(NULL, 1));
    assert_string_equal(author_name(book_author(book_get(book_table(s), 1))), "");
    assert_int_equal(spent(s), 1);
    close_library(s);
}

static void calls_accept_no_session(void **state)
{
    (void)state;
    orm_close(NULL);
    orm_reset(NULL);
    orm_begin(NULL);
    orm_rollback(NULL);
    orm_set_deadline(NULL, 10);
    assert_false(orm_flush(NULL));
    assert_false(orm_commit(NULL));
    assert_false(orm_end(NULL));
    assert_false(orm_ok(NULL));
    assert_int_equal(orm_statements(NULL), 0);
    assert_int_equal(orm_round_trips(NULL), 0);
    assert_int_not_equal(orm_status(NULL), ORM_OK);
    assert_true(*orm_message(NULL));
    assert_non_null(orm_last_error(NULL));
    assert_int_equal(book_all(book_table(NULL))->len, 0);
}

static void new_objects_are_never_one(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    struct author *one = author_new(author_table(s));
    struct author *two = author_new(author_table(s));
    assert_ptr_not_equal(one, two);
    author_set_name(one, "one");
    author_set_name(two, "two");
    assert_true(orm_commit(s));
    assert_int_not_equal(author_id(one), author_id(two));
    assert_ptr_equal(author_get(author_table(s), author_id(one)), one);
    assert_ptr_equal(author_get(author_table(s), author_id(two)), two);
    close_library(s);
}

static void one_key_of_two_models_is_two_objects(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    assert_ptr_not_equal(
        (void *)author_get(author_table(s), 1), (void *)shelf_get(shelf_table(s), 1));
    close_library(s);
}

static void row_that_others_changed_is_new_when_it_is_fetched(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    struct book *b = book_get(book_table(s), 1);
    struct author *a = book_author(b);
    db_exec(
        db, "update author set name = 'renamed'; update book set title = 'retitled'");
    assert_ptr_equal(book_all(book_table(s))->items[0], b);
    assert_string_equal(book_title(b), "retitled");
    assert_string_equal(author_name(a), "author 1");
    author_refresh(a);
    assert_string_equal(author_name(a), "renamed");
    close_library(s);
}

static void reference_that_others_moved_is_followed_when_it_is_fetched(void **state)
{
    (void)state;
    arrange_library(db, 2, 1);
    struct orm_session *s = open_library();
    struct book *b = book_get(book_table(s), 1);
    assert_int_equal(author_id(book_author(b)), 1);
    db_exec(db, "update book set author_id = 2 where id = 1");
    book_all(book_table(s));
    assert_int_equal(author_id(book_author(b)), 2);
    close_library(s);
}

static void deleted_row_has_no_object_under_its_key(void **state)
{
    (void)state;
    arrange_library(db, 1, 2);
    struct orm_session *s = open_library();
    struct book *b = book_get(book_table(s), 1);
    book_delete(b);
    assert_true(orm_commit(s));
    spent(s);
    assert_null(book_get(book_table(s), 1));
    assert_int_equal(spent(s), 1);
    db_exec(db, "insert into book (id, title, author_id) values (1, 'again', 1)");
    struct book *again = book_get(book_table(s), 1);
    assert_non_null(again);
    assert_ptr_not_equal(again, b);
    assert_string_equal(book_title(again), "again");
    close_library(s);
}

static void rows_of_which_some_are_known_are_all_peers(void **state)
{
    (void)state;
    arrange_library(db, 5, 1);
    struct orm_session *s = open_library();
    struct book *known = book_get(book_table(s), 3);
    const struct book_list *books = book_all(book_table(s));
    assert_int_equal(books->len, 5);
    assert_ptr_equal(books->items[2], known);
    spent(s);
    for (int64_t i = 0; i < 5; i++)
        assert_int_equal(author_id(book_author(books->items[i])), i + 1);
    assert_int_equal(spent(s), 1);
    close_library(s);
}

static void rows_before_one_that_is_none_leave_no_object(void **state)
{
    (void)state;
    arrange_library(db, 4, 1);
    struct orm_session *s = open_library();
    struct book *known = book_get(book_table(s), 2);
    db_exec(db, "alter table book alter title drop not null;"
                "update book set pages = 1 where id = 2;"
                "update book set title = null where id = 4");
    assert_int_equal(book_all(book_table(s))->len, 0);
    assert_failed(s, ORM_DRIFT, "book", "title");
    orm_rollback(s);
    assert_int_not_equal(book_pages(known), 1);

    db_exec(db, "update book set title = 'mended';"
                "alter table book alter title set not null");
    spent(s);
    assert_string_equal(book_title(book_get(book_table(s), 1)), "mended");
    assert_int_equal(spent(s), 1); /* it was not mapped */
    const struct book_list *books = book_all(book_table(s));
    assert_int_equal(books->len, 4);
    assert_int_equal(book_pages(known), 1);
    assert_ptr_equal(book_get(book_table(s), 2), known);
    spent(s);
    orm_each(struct book, b, books)
        assert_int_equal(author_id(book_author(b)), book_id(b));
    assert_int_equal(spent(s), 1); /* and no peer is missing */
    close_library(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(same_row_by_two_paths_is_one_object),
        DB_TEST(known_key_costs_no_statement),
        DB_TEST(two_sessions_share_nothing),
        DB_TEST(rows_of_a_slot_know_their_owner),
        DB_TEST(fetched_row_refreshes_clean_columns_only),
        DB_TEST(refresh_drops_the_slots),
        DB_TEST(null_objects_read_as_nothing),
        DB_TEST(calls_accept_no_session),
        DB_TEST(new_objects_are_never_one),
        DB_TEST(one_key_of_two_models_is_two_objects),
        DB_TEST(row_that_others_changed_is_new_when_it_is_fetched),
        DB_TEST(reference_that_others_moved_is_followed_when_it_is_fetched),
        DB_TEST(deleted_row_has_no_object_under_its_key),
        DB_TEST(rows_of_which_some_are_known_are_all_peers),
        DB_TEST(rows_before_one_that_is_none_leave_no_object),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
