/* default_plans_test.c: what the YAML says is loaded with a relation comes whenever the
 * relation is loaded. */
#include "../golden/loading/in.orm.h"
#include "pgtest.h"
#include "sessions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Three authors, each with a profile of two pictures and with two books of two
 * chapters, the first of which has a part. */
static int test_setup(void **state)
{
    db_test_setup(state);
    db_exec(db,
        "insert into profile (text) select 'profile ' || i from generate_series(1, 3) "
        "i;"
        "insert into picture (data) values (''), ('');"
        "insert into profile_pictures select p.id, x.id from profile p, picture x;"
        "insert into author (name, profile_id)"
        "  select 'author ' || i, i from generate_series(1, 3) i;"
        "insert into book (title, author_id)"
        "  select 'book ' || i, 1 + (i - 1) / 2 from generate_series(1, 6) i;"
        "insert into chapter (title, book_id)"
        "  select 'chapter ' || i, 1 + (i - 1) / 2 from generate_series(1, 12) i;"
        "insert into chapter (title, book_id, parent_id)"
        "  select 'part of ' || id, book_id, id from chapter where id %% 2 = 1");
    return 0;
}

static struct orm_session *open_session(void)
{
    struct orm_session *s = orm_open(db_conninfo(), &loading_schema);
    assert_fine(s);
    return s;
}

static const struct book_query books_by_id = {.order = {{{.column = BOOK_ID + 1}}}};

static void reference_brings_its_default_plans_a_round_trip_per_level(void **state)
{
    (void)state;
    struct orm_session *s = open_session();
    const struct book_list *books = book_find(book_table(s), &books_by_id);
    const uint64_t before = orm_statements(s), waits = orm_round_trips(s);

    /* Authors; their profiles; the profiles' pictures. */
    struct author *a = book_author(books->items[0]);
    assert_int_equal(orm_statements(s) - before, 3);
    assert_int_equal(orm_round_trips(s) - waits, 3);
    assert_int_equal(profile_id(author_profile(a)), 1);
    orm_each(struct book, b, books) {
        struct profile *p = author_profile(book_author(b));
        assert_int_equal(profile_id(p), author_profile_id(book_author(b)));
        assert_ptr_equal(profile_author(p), book_author(b));
        assert_int_equal(picture_all(profile_pictures(p))->len, 2);
    }
    assert_int_equal(orm_statements(s) - before, 3);
    orm_close(s);
}

static void default_plans_and_those_of_the_query_are_one(void **state)
{
    (void)state;
    struct orm_session *s = open_session();
    const struct author_query with_profile = {
        .with = {author_with_profile(NULL), author_with_edited(NULL)}};
    const struct book_query q = {
        .order = {book_id_asc()}, .with = {book_with_author(&with_profile)}};
    const struct book_list *books = book_find(book_table(s), &q);
    /* Books; authors; profiles beside the edited books; pictures. */
    assert_int_equal(orm_statements(s), 5);
    assert_int_equal(profile_id(author_profile(book_author(books->items[5]))), 3);
    assert_int_equal(book_all(author_edited(book_author(books->items[5])))->len, 0);
    assert_int_equal(orm_statements(s), 5);
    orm_close(s);
}

/* books -> author -> books: the author of an author's books is there already. */
static void circle_of_default_plans_ends(void **state)
{
    (void)state;
    struct orm_session *s = open_session();
    const struct author_list *authors = author_all(author_table(s));
    const uint64_t before = orm_statements(s);
    const struct book_list *books = book_all(author_books(authors->items[0]));
    assert_int_equal(books->len, 2);
    const uint64_t cost = orm_statements(s) - before;
    assert_ptr_equal(book_author(books->items[0]), authors->items[0]);
    const struct chapter_list *chapters = chapter_all(book_chapters(books->items[0]));
    assert_int_equal(chapters->len, 3);
    assert_int_equal(orm_statements(s) - before, cost);
    assert_true(cost <= 6);
    assert_fine(s);
    orm_close(s);
}

static void tree_of_default_plans_ends_at_its_leaves(void **state)
{
    (void)state;
    struct orm_session *s = open_session();
    struct chapter *c = chapter_get(chapter_table(s), 1);
    const struct chapter_list *parts = chapter_all(chapter_parts(c));
    assert_int_equal(parts->len, 1);
    const uint64_t before = orm_statements(s);
    assert_int_equal(chapter_all(chapter_parts(parts->items[0]))->len, 0);
    assert_int_equal(orm_statements(s), before);
    assert_fine(s);
    orm_close(s);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, test_setup)
    const struct CMUnitTest tests[] = {
        TEST(reference_brings_its_default_plans_a_round_trip_per_level),
        TEST(default_plans_and_those_of_the_query_are_one),
        TEST(circle_of_default_plans_ends),
        TEST(tree_of_default_plans_ends_at_its_leaves),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
