/* one_to_one_test.c: both ends of a one-to-one are loaded and set together. */
#include "library_test.h"

static void arrange_profiles(void)
{
    db_exec(db,
        "insert into author (name) select 'author ' || i from generate_series(1, 3) i;"
        "insert into profile (bio, author_id)"
        "  select 'bio ' || i, 4 - i from generate_series(1, 3) i");
}

static void one_to_one_forward_costs_two(void **state)
{
    (void)state;
    arrange_profiles();
    struct orm_session *s = open_library();
    orm_each(struct profile, p, profile_all(profile_table(s))) {
        struct author *a = profile_author(p);
        assert_int_equal(author_id(a), 4 - profile_id(p));
        assert_ptr_equal(author_profile(a), p);
    }
    assert_int_equal(spent(s), 2);
    close_library(s);
}

static void one_to_one_backward_costs_two(void **state)
{
    (void)state;
    arrange_profiles();
    struct orm_session *s = open_library();
    orm_each(struct author, a, author_all(author_table(s))) {
        struct profile *p = author_profile(a);
        assert_int_equal(profile_id(p), 4 - author_id(a));
        assert_int_equal(author_profile_state(a), ORM_REF_LOADED);
        assert_ptr_equal(profile_author(p), a);
    }
    assert_int_equal(spent(s), 2);
    close_library(s);
}

static void one_to_one_without_rows_is_asked_once(void **state)
{
    (void)state;
    db_exec(db, "insert into author (name) values ('a'), ('b'), ('c')");
    struct orm_session *s = open_library();
    const struct author_list *authors = author_all(author_table(s));
    for (int pass = 0; pass < 2; pass++)
        orm_each(struct author, a, authors) {
            assert_null(author_profile(a));
            assert_int_equal(author_profile_state(a), ORM_REF_MISSING);
        }
    assert_int_equal(spent(s), 2);
    close_library(s);
}

static void setting_a_one_to_one_sets_both_ends(void **state)
{
    (void)state;
    arrange_profiles();
    struct orm_session *s = open_library();
    struct author *fresh = author_new(author_table(s));
    author_set_name(fresh, "fresh");
    struct profile *p = profile_get(profile_table(s), 1);
    struct author *old = profile_author(p);
    assert_ptr_equal(author_profile(old), p);
    profile_set_author(p, fresh);
    assert_ptr_equal(profile_author(p), fresh);
    assert_ptr_equal(author_profile(fresh), p);
    assert_null(author_profile(old));
    assert_true(orm_commit(s));
    assert_ptr_equal(author_profile(fresh), p);
    assert_string_equal(db_text(db, "select a.name from author a join profile p"
                                    " on p.author_id = a.id where p.id = 1"),
        "fresh");
    close_library(s);
}

static void clearing_one_end_clears_the_other(void **state)
{
    (void)state;
    arrange_profiles();
    struct orm_session *s = open_library();
    struct profile *p = profile_get(profile_table(s), 1);
    struct author *old = profile_author(p);
    struct author *other = author_get(author_table(s), 1);
    struct profile *theirs = author_profile(other);
    assert_ptr_equal(author_profile(old), p);
    profile_delete(theirs);
    profile_set_author(p, other);
    assert_null(author_profile(old));
    assert_ptr_equal(author_profile(other), p);
    orm_rollback(s);
    assert_ptr_equal(author_profile(old), p);
    assert_ptr_equal(author_profile(other), theirs);
    close_library(s);
}

static void chain_over_one_to_one_costs_a_statement_a_level(void **state)
{
    (void)state;
    arrange_library(db, 3, 2);
    db_exec(
        db, "insert into profile (bio, author_id) select 'bio ' || id, id from author");
    struct orm_session *s = open_library();
    orm_each(struct book, b, book_find(book_table(s), &books_by_id)) {
        struct profile *p = author_profile(book_author(b));
        assert_ptr_equal(profile_author(p), book_author(b));
    }
    assert_int_equal(spent(s), 3);
    close_library(s);
}

static void rolled_back_new_end_is_forgotten_by_the_other(void **state)
{
    (void)state;
    db_exec(db, "insert into author (name) values ('a')");
    struct orm_session *s = open_library();
    struct author *a = author_get(author_table(s), 1);
    struct profile *p = profile_new(profile_table(s));
    profile_set_bio(p, "bio");
    profile_set_author(p, a);
    assert_ptr_equal(author_profile(a), p);
    orm_rollback(s);
    assert_null(author_profile(a));
    close_library(s);
}

static void deleted_end_is_not_given(void **state)
{
    (void)state;
    arrange_profiles();
    struct orm_session *s = open_library();
    struct author *a = author_get(author_table(s), 1);
    struct profile *p = profile_get(profile_table(s), 3);
    profile_delete(p);
    assert_null(author_profile(a));
    orm_rollback(s);
    assert_ptr_equal(author_profile(a), p);
    close_library(s);
}

static void what_waits_to_be_written_is_found_from_the_other_end(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    struct author *a = author_get(author_table(s), 1);
    struct profile *p = profile_new(profile_table(s));
    profile_set_bio(p, "bio");
    profile_set_author(p, a);
    author_expire(a); /* the slot, too */
    assert_ptr_equal(author_profile(a), p);
    assert_true(orm_commit(s));
    assert_ptr_equal(author_profile(a), p);
    close_library(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(one_to_one_forward_costs_two),
        DB_TEST(one_to_one_backward_costs_two),
        DB_TEST(one_to_one_without_rows_is_asked_once),
        DB_TEST(setting_a_one_to_one_sets_both_ends),
        DB_TEST(clearing_one_end_clears_the_other),
        DB_TEST(chain_over_one_to_one_costs_a_statement_a_level),
        DB_TEST(rolled_back_new_end_is_forgotten_by_the_other),
        DB_TEST(deleted_end_is_not_given),
        DB_TEST(what_waits_to_be_written_is_found_from_the_other_end),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
