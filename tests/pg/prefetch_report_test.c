/* prefetch_report_test.c: a program sees what its lazy loads cost. */
#include "library_test.h"

static const struct book_list *find_books(struct orm_session *s)
{
    return book_find(book_table(s), &books_by_id);
}

static const struct author_list *find_authors(struct orm_session *s)
{
    return author_find(author_table(s), &authors_by_id);
}

static struct orm_session *open_reporting(void)
{
    struct orm_session *s = open_library();
    orm_set_report(s, true);
    return s;
}

static void report_is_off_until_it_is_asked_for(void **state)
{
    (void)state;
    arrange_library(db, 2, 1);
    struct orm_session *s = open_library();
    orm_each(struct book, b, find_books(s))
        book_author(b);
    assert_string_equal(orm_report(s), "no lazy loads\n");
    assert_string_equal(orm_report_json(s), "{\"lazy\": []}\n");
    orm_set_report(s, true);
    assert_string_equal(orm_report(s), "no lazy loads\n");
    assert_string_equal(orm_report(NULL), "no lazy loads\n");
    orm_set_report(NULL, true);
    close_library(s);
}

static void report_names_the_way_and_the_plan(void **state)
{
    (void)state;
    arrange_library(db, 3, 2);
    struct orm_session *s = open_reporting();
    orm_each(struct book, b, find_books(s)) {
        orm_each(struct book, other, book_all(author_books(book_author(b))))
            tag_all(book_tags(other));
        author_profile(book_author(b));
    }
    assert_string_equal(orm_report(s),
        "book.author: 1 lazy load for 6 objects, 3 rows; in one round trip: "
        ".with = {book_with_author(NULL)}\n"
        "book.author.books: 2 lazy loads for 3 objects, 6 rows; in one round trip: "
        ".with = {book_with_author(&(struct author_query){"
        ".with = {author_with_books(NULL)}})}\n"
        "book.tags: 2 lazy loads for 6 objects, 12 rows; in one round trip: "
        ".with = {book_with_tags(NULL)}\n"
        "book.author.profile: 1 lazy load for 3 objects, 0 rows; in one round trip: "
        ".with = {book_with_author(&(struct author_query){"
        ".with = {author_with_profile(NULL)}})}\n");
    close_library(s);
}

static void report_as_json(void **state)
{
    (void)state;
    arrange_library(db, 3, 1);
    struct orm_session *s = open_reporting();
    const struct book_list *books = find_books(s);
    book_author(books->items[0]);
    book_blurb(books->items[0]);
    assert_string_equal(orm_report_json(s),
        "{\"lazy\": [\n"
        "    {\"path\": \"book.author\", \"model\": \"book\", \"field\": \"author\", "
        "\"loads\": 1, \"peers\": 3, \"rows\": 3, \"unseen\": 2, "
        "\"with\": \".with = {book_with_author(NULL)}\"},\n"
        "    {\"path\": \"book.blurb\", \"model\": \"book\", \"field\": \"blurb\", "
        "\"loads\": 1, \"peers\": 3, \"rows\": 3, \"unseen\": 0}\n"
        "]}\n");
    close_library(s);
}

static void rows_that_nobody_asks_for_are_never_looked_at(void **state)
{
    (void)state;
    arrange_library(db, 4, 1);
    struct orm_session *s = open_reporting();
    const struct book_list *books = find_books(s);
    assert_int_equal(author_id(book_author(books->items[1])), 2);
    assert_string_equal(orm_report(s),
        "book.author: 1 lazy load for 4 objects, 4 rows, 3 never looked at; in one "
        "round trip: .with = {book_with_author(NULL)}\n");
    assert_int_equal(author_id(book_author(books->items[0])), 1);
    assert_int_equal(author_id(book_author(books->items[0])), 1);
    assert_non_null(strstr(orm_report(s), " 2 never looked at"));
    assert_non_null(author_get(author_table(s), 3));
    assert_non_null(strstr(orm_report(s), " 1 never looked at"));
    assert_int_equal(find_authors(s)->len, 4);
    assert_null(strstr(orm_report(s), "never"));
    close_library(s);
}

static void lists_that_nobody_asks_for_are_never_looked_at(void **state)
{
    (void)state;
    arrange_library(db, 4, 3);
    struct orm_session *s = open_reporting();
    const struct author_list *authors = find_authors(s);
    book_all(author_books(authors->items[0]));
    assert_null(strstr(orm_report(s), "never"));
    book_all(author_books(authors->items[1]));
    assert_non_null(strstr(orm_report(s), "author.books: 2 lazy loads for 4 objects, "
                                          "12 rows, 6 never looked at;"));
    book_all(author_books(authors->items[2]));
    book_all(author_books(authors->items[3]));
    assert_null(strstr(orm_report(s), "never"));
    close_library(s);
}

static void what_is_gone_unseen_stays_so(void **state)
{
    (void)state;
    arrange_library(db, 3, 1);
    struct orm_session *s = open_reporting();
    book_author(find_books(s)->items[0]);
    orm_reset(s);
    assert_non_null(strstr(orm_report(s), "3 rows, 2 never looked at"));
    orm_each(struct book, b, find_books(s))
        book_author(b);
    assert_non_null(
        strstr(orm_report(s), "2 lazy loads for 6 objects, 6 rows, 2 never"));
    close_library(s);
}

static void reporting_changes_nothing_else(void **state)
{
    (void)state;
    for (int reports = 0; reports < 2; reports++) {
        db_truncate(db);
        arrange_library(db, 3, 2);
        drop_foreign_keys(db, "book");
        db_exec(db, "update book set shelf_id = 99 where id = 2;"
                    "update book set shelf_id = null where id = 3");
        struct orm_session *s = open_library();
        orm_set_report(s, reports);
        const struct book_list *books = find_books(s);
        assert_int_equal(shelf_id(book_shelf(books->items[0])), 1);
        const enum orm_ref states[] = {ORM_REF_LOADED, ORM_REF_MISSING, ORM_REF_NULL,
            ORM_REF_LOADED, ORM_REF_LOADED, ORM_REF_LOADED};
        for (size_t i = 0; i < books->len; i++)
            assert_int_equal(book_shelf_state(books->items[i]), states[i]);
        for (size_t i = 0; i < books->len; i++) {
            struct shelf *shelf = book_shelf(books->items[i]);
            assert_int_equal(shelf_id(shelf), states[i] == ORM_REF_LOADED ? i + 1 : 0);
            if (shelf)
                assert_ptr_equal(
                    book_all(shelf_books(shelf))->items[0], books->items[i]);
        }
        assert_int_equal(spent(s), 4);
        book_set_shelf_id(books->items[0], 4);
        assert_ptr_equal(book_shelf(books->items[0]), book_shelf(books->items[3]));
        orm_rollback(s);
        assert_int_equal(shelf_id(book_shelf(books->items[0])), 1);
        assert_int_equal(spent(s), 0);
        close_library(s);
    }
}

static void one_to_one_knows_both_ends_while_reporting(void **state)
{
    (void)state;
    arrange_library(db, 3, 1);
    db_exec(db, "insert into profile (bio, author_id) select 'bio', id from author");
    struct orm_session *s = open_reporting();
    orm_each(struct author, a, find_authors(s))
        assert_ptr_equal(profile_author(author_profile(a)), a);
    assert_int_equal(spent(s), 2);
    close_library(s);
}

static void switched_off_it_counts_no_more_and_switched_on_anew(void **state)
{
    (void)state;
    arrange_library(db, 3, 1);
    struct orm_session *s = open_reporting();
    const struct book_list *books = find_books(s);
    book_author(books->items[0]);
    orm_set_report(s, false);
    orm_each(struct book, b, books) {
        assert_int_equal(author_id(book_author(b)), book_id(b));
        assert_int_equal(shelf_id(book_shelf(b)), book_id(b));
    }
    assert_int_equal(spent(s), 3);
    assert_non_null(strstr(orm_report(s), "book.author: 1 lazy load for 3 objects"));
    assert_null(strstr(orm_report(s), "shelf"));
    orm_set_report(s, true);
    assert_string_equal(orm_report(s), "no lazy loads\n");
    orm_each(struct book, b, books)
        tag_all(book_tags(b));
    assert_non_null(strstr(orm_report(s), "book.tags: 2 lazy loads for 3 objects"));
    close_library(s);
}

static void objects_that_came_alone_begin_ways_of_their_own(void **state)
{
    (void)state;
    arrange_library(db, 3, 1);
    struct orm_session *s = open_reporting();
    for (int i = 1; i <= 3; i++)
        book_all(author_books(book_author(book_get(book_table(s), i))));
    assert_string_equal(orm_report(s),
        "book.author: 3 lazy loads for 3 objects, 3 rows; in one round trip: "
        ".with = {book_with_author(NULL)}\n"
        "author.books: 3 lazy loads for 3 objects, 3 rows; in one round trip: "
        ".with = {author_with_books(NULL)}\n");
    close_library(s);
}

static void plan_that_the_report_names_does_away_with_the_line(void **state)
{
    (void)state;
    arrange_library(db, 3, 1);
    struct orm_session *s = open_reporting();
    const struct book_query half = {.with = {book_with_author(NULL)}};
    orm_each(struct book, b, book_find(book_table(s), &half))
        author_profile(book_author(b));
    const char *plan = ".with = {book_with_author(&(struct author_query){"
                       ".with = {author_with_profile(NULL)}})}";
    assert_non_null(strstr(orm_report(s), "book.author.profile: 1 lazy load"));
    assert_non_null(strstr(orm_report(s), plan));
    orm_reset(s);
    orm_set_report(s, false);
    orm_set_report(s, true);
    const struct book_query whole = {.with = {book_with_author(&(struct author_query){
                                         .with = {author_with_profile(NULL)}})}};
    orm_each(struct book, b, book_find(book_table(s), &whole))
        author_profile(book_author(b));
    assert_string_equal(orm_report(s), "no lazy loads\n");
    close_library(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(report_is_off_until_it_is_asked_for),
        DB_TEST(report_names_the_way_and_the_plan),
        DB_TEST(report_as_json),
        DB_TEST(rows_that_nobody_asks_for_are_never_looked_at),
        DB_TEST(lists_that_nobody_asks_for_are_never_looked_at),
        DB_TEST(what_is_gone_unseen_stays_so),
        DB_TEST(reporting_changes_nothing_else),
        DB_TEST(one_to_one_knows_both_ends_while_reporting),
        DB_TEST(switched_off_it_counts_no_more_and_switched_on_anew),
        DB_TEST(objects_that_came_alone_begin_ways_of_their_own),
        DB_TEST(plan_that_the_report_names_does_away_with_the_line),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
