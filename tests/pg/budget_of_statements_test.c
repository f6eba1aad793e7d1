/* budget_of_statements_test.c: a test forbids statements, and is told of lazy loads. */
#include "library_test.h"

static const struct book_list *find_books(struct orm_session *s)
{
    return book_find(book_table(s), &books_by_id);
}

static const struct author_list *find_authors(struct orm_session *s)
{
    return author_find(author_table(s), &authors_by_id);
}

static void assert_says(struct orm_session *s, const char *part)
{
    if (!strstr(orm_message(s), part))
        fail_msg("\"%s\" expected in: %s", part, orm_message(s));
}

/* -- The budget -------------------------------------------------------------------- */

static void budget_that_suffices_is_not_noticed(void **state)
{
    (void)state;
    arrange_library(db, 3, 1);
    struct orm_session *s = open_library();
    orm_expect_statements(s, 2);
    orm_each(struct book, b, find_books(s))
        assert_non_null(book_author(b));
    assert_int_equal(spent(s), 2);
    close_library(s);
}

static void statement_too_many_is_refused_before_it_is_sent(void **state)
{
    (void)state;
    arrange_library(db, 3, 1);
    struct orm_session *s = open_library();
    find_books(s);
    orm_expect_statements(s, 1);
    assert_int_equal(find_authors(s)->len, 3);
    spent(s);
    waited(s);
    assert_int_equal(find_authors(s)->len, 0);
    assert_failed(s, ORM_BUDGET, "", "");
    assert_says(s, "orm_expect_statements() allows 1, and this is one more: SELECT ");
    assert_says(s, "\"author\"");
    assert_int_equal(spent(s), 0);
    assert_int_equal(waited(s), 0);
    orm_rollback(s);
    close_library(s);
}

static void refused_getter_is_named(void **state)
{
    (void)state;
    arrange_library(db, 3, 2);
    struct orm_session *s = open_library();
    const struct book_list *books = find_books(s);
    orm_expect_statements(s, 0);
    assert_null(book_shelf(books->items[0]));
    assert_int_equal(book_shelf_state(books->items[0]), ORM_REF_UNLOADED);
    assert_failed(s, ORM_BUDGET, "book", "shelf");
    assert_says(s, "book.shelf: orm_expect_statements() allows 0, and this lazy load "
                   "for 6 objects is one more: SELECT ");
    orm_rollback(s);
    book_blurb(books->items[0]);
    assert_failed(s, ORM_BUDGET, "book", "blurb");
    orm_rollback(s);
    tag_all(book_tags(books->items[0]));
    assert_failed(s, ORM_BUDGET, "book", "tags");
    assert_says(s, "for 1 object is one more");
    orm_rollback(s);
    book_get(book_table(s), 77);
    assert_failed(s, ORM_BUDGET, "", "");
    orm_rollback(s);
    close_library(s);
}

static void refused_load_works_when_the_budget_is_lifted(void **state)
{
    (void)state;
    arrange_library(db, 3, 1);
    struct orm_session *s = open_library();
    const struct book_list *books = find_books(s);
    orm_expect_statements(s, 0);
    book_shelf(books->items[0]);
    assert_int_equal(orm_status(s), ORM_BUDGET);
    orm_rollback(s);
    orm_expect_statements(s, ORM_UNLIMITED);
    spent(s);
    orm_each(struct book, b, books)
        assert_int_equal(shelf_id(book_shelf(b)), book_id(b));
    assert_int_equal(spent(s), 1);
    close_library(s);
}

static void statements_of_a_flush_count(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    orm_expect_statements(s, 1);
    struct author *a = author_new(author_table(s));
    author_set_name(a, "one");
    struct book *b = book_new(author_books(a));
    book_set_title(b, "two");
    assert_false(orm_commit(s));
    assert_failed(s, ORM_BUDGET, NULL, NULL);
    assert_says(s, "INSERT INTO");
    assert_int_equal(spent(s), 0);
    assert_int_equal(orm_last_error(s)->outcome, ORM_NOT_STARTED);
    assert_string_equal(db_text(db, "select count(*) from author"), "0");
    orm_rollback(s);

    orm_expect_statements(s, 1);
    author_set_name(author_new(author_table(s)), "one");
    assert_true(orm_commit(s));
    assert_string_equal(db_text(db, "select name from author"), "one");
    close_library(s);
}

static void budget_counts_from_now_on(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    for (int i = 0; i < 3; i++) {
        orm_expect_statements(s, 1);
        assert_int_equal(find_books(s)->len, 1);
    }
    orm_reset(s);
    assert_int_equal(find_books(s)->len, 0);
    assert_int_equal(orm_status(s), ORM_BUDGET);
    orm_rollback(s);
    orm_expect_statements(NULL, 1);
    close_library(s);
}

/* -- The hook ---------------------------------------------------------------------- */

static char told[256];

static void tell(void *arg, const char *model, const char *field, size_t peers)
{
    assert_ptr_equal(arg, told);
    const size_t at = strlen(told);
    snprintf(told + at, sizeof told - at, "%s.%s %zu; ", model, field, peers);
}

static void hook_is_called_before_each_lazy_load(void **state)
{
    (void)state;
    arrange_library(db, 2, 2);
    struct orm_session *s = open_library();
    told[0] = '\0';
    orm_on_lazy(s, tell, told);
    orm_each(struct book, b, find_books(s)) {
        author_profile(book_author(b));
        tag_all(book_tags(b));
        book_blurb(b);
    }
    assert_string_equal(told, "book.author 4; author.profile 2; book.tags 1; "
                              "book.blurb 4; book.tags 3; ");
    assert_int_equal(spent(s), 6);
    orm_on_lazy(s, NULL, NULL);
    assert_int_equal(book_all(author_books(find_authors(s)->items[0]))->len, 2);
    assert_int_equal(strlen(told), strlen("book.author 4; author.profile 2; "
                                          "book.tags 1; book.blurb 4; book.tags 3; "));
    orm_on_lazy(NULL, tell, told);
    close_library(s);
}

static void hook_is_not_called_for_what_costs_nothing(void **state)
{
    (void)state;
    arrange_library(db, 2, 2);
    struct orm_session *s = open_library();
    find_authors(s);
    told[0] = '\0';
    orm_on_lazy(s, tell, told);
    const struct book_list *books = find_books(s);
    orm_each(struct book, b, books)
        assert_non_null(book_author(b));
    orm_set_fetch(s, ORM_FETCH_RAISE);
    assert_null(book_shelf(books->items[0]));
    orm_rollback(s);
    assert_string_equal(told, "");
    close_library(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(budget_that_suffices_is_not_noticed),
        DB_TEST(statement_too_many_is_refused_before_it_is_sent),
        DB_TEST(refused_getter_is_named),
        DB_TEST(refused_load_works_when_the_budget_is_lifted),
        DB_TEST(statements_of_a_flush_count),
        DB_TEST(budget_counts_from_now_on),
        DB_TEST(hook_is_called_before_each_lazy_load),
        DB_TEST(hook_is_not_called_for_what_costs_nothing),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
