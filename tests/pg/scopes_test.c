/* scopes_test.c: what is loaded in a scope goes with it, and nothing shows it any more.
 */
#include "library_test.h"

#include <ormgen/orm_model.h>

static struct orm_session *open_on(int authors, int each)
{
    arrange_library(db, authors, each);
    struct orm_session *s = open_library();
    spent(s);
    return s;
}

static void keep(void *object)
{
    orm_keep(object);
}

#if defined(__has_feature)
#if __has_feature(address_sanitizer) && !defined(__SANITIZE_ADDRESS__)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#define assert_gone(p) assert_true(__asan_address_is_poisoned(p))
#else
#define assert_gone(p) ((void)(p))
#endif

/* -- The map ----------------------------------------------------------------------- */

static void object_of_a_scope_is_asked_for_again_after_it(void **state)
{
    (void)state;
    struct orm_session *s = open_on(2, 1);
    orm_scope_begin(s);
    const struct book *inside = book_get(book_table(s), 1);
    assert_string_equal(book_title(inside), "book 1");
    assert_ptr_equal(book_get(book_table(s), 1), inside);
    assert_int_equal(spent(s), 1);
    orm_scope_end(s);
    assert_gone(inside);
    assert_string_equal(book_title(book_get(book_table(s), 1)), "book 1");
    assert_int_equal(spent(s), 1);
    close_library(s);
}

static void outer_objects_found_again_stay_themselves(void **state)
{
    (void)state;
    struct orm_session *s = open_on(2, 2);
    struct book *b = book_get(book_table(s), 1);
    orm_scope_begin(s);
    assert_ptr_equal(book_find(book_table(s), &books_by_id)->items[0], b);
    orm_scope_end(s);
    spent(s);
    assert_ptr_equal(book_get(book_table(s), 1), b);
    assert_int_equal(spent(s), 0);
    close_library(s);
}

static void new_values_of_an_outer_object_outlive_the_scope(void **state)
{
    (void)state;
    struct orm_session *s = open_on(2, 2);
    const struct book *b = book_get(book_table(s), 1);
    orm_scope_begin(s);
    db_exec(db, "update book set title = repeat('new', 100) where id = 1");
    book_all(book_table(s));
    orm_scope_end(s);
    assert_int_equal(strlen(book_title(b)), 300);
    assert_string_equal(book_title(b) + 297, "new");
    close_library(s);
}

static void lazy_column_of_an_outer_object_outlives_the_scope(void **state)
{
    (void)state;
    arrange_library(db, 1, 2);
    db_exec(db, "update book set blurb = 'blurb ' || id");
    struct orm_session *s = open_library();
    const struct book_list *books = book_find(book_table(s), &books_by_id);
    orm_scope_begin(s);
    assert_string_equal(book_blurb(books->items[0]), "blurb 1");
    orm_scope_end(s);
    spent(s);
    assert_string_equal(book_blurb(books->items[1]), "blurb 2");
    assert_int_equal(spent(s), 0);
    close_library(s);
}

/* -- Slots and lists --------------------------------------------------------------- */

static void relation_loaded_through_an_outer_object_outlives_the_scope(void **state)
{
    (void)state;
    struct orm_session *s = open_on(2, 2);
    const struct book_list *books = book_find(book_table(s), &books_by_id);
    orm_scope_begin(s);
    struct author *a = book_author(books->items[0]);
    const struct book_list *of_author = book_all(author_books(a));
    assert_int_equal(of_author->len, 2);
    assert_int_equal(tag_all(book_tags(books->items[0]))->len, 2);
    orm_scope_end(s);
    spent(s);
    assert_string_equal(author_name(a), "author 1");
    assert_ptr_equal(book_author(books->items[1]), a);
    assert_int_equal(book_author_state(books->items[3]), ORM_REF_LOADED);
    assert_ptr_equal(book_all(author_books(a)), of_author);
    assert_int_equal(of_author->len, 2);
    assert_int_equal(tag_all(book_tags(books->items[0]))->len, 2);
    assert_int_equal(spent(s), 0);
    close_library(s);
}

static void outer_slot_that_showed_an_inner_object_is_unloaded(void **state)
{
    (void)state;
    struct orm_session *s = open_on(2, 1);
    struct book *b = book_get(book_table(s), 1);
    orm_scope_begin(s);
    author_all(author_table(s));
    spent(s);
    assert_non_null(book_author(b));
    assert_int_equal(spent(s), 0);
    orm_scope_end(s);
    assert_int_equal(book_author_state(b), ORM_REF_UNLOADED);
    assert_string_equal(author_name(book_author(b)), "author 1");
    assert_int_equal(spent(s), 1);
    close_library(s);
}

static void outer_list_that_showed_an_inner_object_is_unloaded(void **state)
{
    (void)state;
    struct orm_session *s = open_on(1, 3);
    struct author *a = author_get(author_table(s), 1);
    orm_scope_begin(s);
    book_get(book_table(s), 2);
    assert_int_equal(book_all(author_books(a))->len, 3);
    orm_scope_end(s);
    spent(s);
    const struct book_list *books = book_all(author_books(a));
    assert_int_equal(spent(s), 1);
    assert_int_equal(books->len, 3);
    assert_string_equal(book_title(books->items[1]), "book 2");
    close_library(s);
}

static void back_pointer_to_an_inner_object_is_unloaded(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    db_exec(db, "insert into profile (bio, author_id) values ('long', 1)");
    struct orm_session *s = open_library();
    struct author *a = author_get(author_table(s), 1);
    orm_scope_begin(s);
    struct profile *p = profile_first(profile_table(s), NULL);
    assert_ptr_equal(profile_author(p), a);
    assert_ptr_equal(author_profile(a), p);
    orm_scope_end(s);
    assert_int_equal(author_profile_state(a), ORM_REF_UNLOADED);
    assert_string_equal(profile_bio(author_profile(a)), "long");
    close_library(s);
}

static void find_on_a_relation_belongs_to_its_owner(void **state)
{
    (void)state;
    struct orm_session *s = open_on(1, 3);
    struct author *a = author_get(author_table(s), 1);
    orm_scope_begin(s);
    const struct book_list *books = book_find(author_books(a), &books_by_id);
    orm_scope_end(s);
    spent(s);
    assert_int_equal(books->len, 3);
    assert_ptr_equal(book_get(book_table(s), 3), books->items[2]);
    assert_int_equal(spent(s), 0);
    close_library(s);
}

/* -- Groups ------------------------------------------------------------------------ */

static void nothing_is_loaded_for_what_has_left(void **state)
{
    (void)state;
    struct orm_session *s = open_on(4, 1);
    struct book *b = book_get(book_table(s), 1);
    orm_scope_begin(s);
    book_all(book_table(s)); /* takes `b` into its group */
    orm_scope_end(s);
    assert_int_equal(author_id(book_author(b)), 1);
    spent(s);
    author_get(author_table(s), 2);
    assert_int_equal(spent(s), 1);
    close_library(s);
}

static void outer_objects_of_an_inner_group_stay_peers(void **state)
{
    (void)state;
    struct orm_session *s = open_on(5, 1);
    struct book *b[4];
    for (int i = 0; i < 4; i++)
        b[i] = book_get(book_table(s), i + 1);
    orm_scope_begin(s);
    book_all(book_table(s));
    orm_scope_end(s);
    spent(s);
    for (int i = 0; i < 4; i++)
        assert_int_equal(author_id(book_author(b[i])), i + 1);
    assert_int_equal(spent(s), 1);
    close_library(s);
}

/* -- Keeping ----------------------------------------------------------------------- */

static void kept_object_lives_on_as_it_was(void **state)
{
    (void)state;
    struct orm_session *s = open_on(3, 2);
    orm_scope_begin(s);
    const struct book_list *books = book_find(book_table(s), &books_by_id);
    struct book *b = books->items[2];
    const char *title = book_title(b);
    struct author *a = book_author(b);
    keep(b);
    orm_scope_end(s);
    spent(s);
    assert_ptr_equal(book_title(b), title);
    assert_string_equal(title, "book 3");
    assert_ptr_equal(book_get(book_table(s), 3), b);
    assert_int_equal(spent(s), 0);
    assert_int_equal(book_author_state(b), ORM_REF_UNLOADED);
    assert_gone(a);
    (void)a;
    assert_string_equal(author_name(book_author(b)), "author 2");
    assert_int_equal(spent(s), 1);
    close_library(s);
}

static void kept_objects_keep_each_other_in_slots_and_lists(void **state)
{
    (void)state;
    struct orm_session *s = open_on(1, 2);
    orm_scope_begin(s);
    struct author *a = author_get(author_table(s), 1);
    const struct book_list *books = book_all(author_books(a));
    orm_each(struct book, b, books)
        keep(b);
    keep(a);
    orm_scope_end(s);
    spent(s);
    assert_ptr_equal(book_all(author_books(a)), books);
    assert_int_equal(books->len, 2);
    assert_string_equal(book_title(books->items[1]), "book 2");
    assert_ptr_equal(book_author(books->items[0]), a);
    assert_int_equal(spent(s), 0);
    close_library(s);
}

static void kept_objects_are_peers(void **state)
{
    (void)state;
    struct orm_session *s = open_on(6, 1);
    struct book *kept[3];
    orm_scope_begin(s);
    const struct book_list *books = book_find(book_table(s), &books_by_id);
    for (int i = 0; i < 3; i++)
        keep(kept[i] = books->items[2 * i]);
    orm_scope_end(s);
    spent(s);
    for (int i = 0; i < 3; i++)
        assert_int_equal(author_id(book_author(kept[i])), 2 * i + 1);
    assert_int_equal(spent(s), 1);
    close_library(s);
}

static void what_is_kept_goes_one_scope_out(void **state)
{
    (void)state;
    struct orm_session *s = open_on(3, 1);
    orm_scope_begin(s);
    orm_scope_begin(s);
    struct book *once = book_get(book_table(s), 1);
    struct book *twice = book_get(book_table(s), 2);
    keep(once);
    keep(twice);
    keep(twice);
    keep(twice); /* there is no scope further out */
    orm_scope_end(s);
    spent(s);
    assert_ptr_equal(book_get(book_table(s), 1), once);
    assert_string_equal(book_title(once), "book 1");
    db_exec(db, "update book set title = 'other' where id = 2");
    book_refresh(twice);
    orm_scope_end(s);
    spent(s);
    assert_gone(once);
    assert_ptr_equal(book_get(book_table(s), 2), twice);
    assert_string_equal(book_title(twice), "other");
    assert_int_equal(spent(s), 0);
    assert_string_equal(book_title(book_get(book_table(s), 1)), "book 1");
    assert_int_equal(spent(s), 1);
    close_library(s);
}

static void what_a_kept_object_loads_goes_to_its_new_scope(void **state)
{
    (void)state;
    struct orm_session *s = open_on(2, 1);
    orm_scope_begin(s);
    struct book *b = book_find(book_table(s), &books_by_id)->items[0];
    keep(b);
    struct author *a = book_author(b);
    orm_scope_end(s);
    spent(s);
    assert_ptr_equal(book_author(b), a);
    assert_string_equal(author_name(a), "author 1");
    assert_int_equal(spent(s), 0);
    close_library(s);
}

/* -- Changes ----------------------------------------------------------------------- */

static void new_object_is_written_after_its_scope_and_goes_then(void **state)
{
    (void)state;
    struct orm_session *s = open_on(1, 1);
    orm_scope_begin(s);
    struct author *a = author_new(author_table(s));
    author_set_name(a, "somebody");
    struct book *b = book_new(author_books(a));
    book_set_title(b, "something");
    assert_int_equal(book_all(author_books(a))->len, 1);
    orm_scope_end(s);
    assert_ptr_equal(book_author(b), a);
    assert_int_equal(book_all(author_books(a))->len, 1);
    assert_ptr_equal(book_all(author_books(a))->items[0], b);
    assert_true(orm_flush(s));
    assert_string_equal(author_name(a), "somebody");
    assert_true(orm_commit(s));
    assert_gone(a);
    assert_gone(b);
    spent(s);
    assert_string_equal(book_title(book_get(book_table(s), 2)), "something");
    assert_int_equal(spent(s), 1);
    close_library(s);
}

static void changed_object_is_written_after_its_scope(void **state)
{
    (void)state;
    struct orm_session *s = open_on(2, 1);
    orm_scope_begin(s);
    const struct book_list *books = book_find(book_table(s), &books_by_id);
    struct book *changed = books->items[0], *deleted = books->items[1];
    book_set_title(changed, "another title");
    book_delete(deleted);
    orm_scope_end(s);
    assert_true(orm_flush(s));
    assert_string_equal(book_title(changed), "another title");
    assert_ptr_equal(book_get(book_table(s), 1), changed);
    assert_true(orm_commit(s));
    assert_gone(changed);
    assert_gone(deleted);
    assert_string_equal(db_text(db, "select id, title from book"), "1|another title");
    close_library(s);
}

static void rollback_after_the_scope_finds_old_values(void **state)
{
    (void)state;
    struct orm_session *s = open_on(2, 1);
    struct book *outer = book_get(book_table(s), 2);
    orm_scope_begin(s);
    struct book *b = book_get(book_table(s), 1);
    assert_non_null(book_author(b));
    book_set_title(b, "another title");
    author_get(author_table(s), 2);
    assert_non_null(book_author(outer)); /* in the copy that a rollback restores */
    book_set_title(outer, "another title, too");
    orm_scope_end(s);
    keep(b);
    orm_rollback(s);
    assert_string_equal(book_title(b), "book 1");
    assert_string_equal(book_title(outer), "book 2");
    assert_int_equal(book_author_state(outer), ORM_REF_UNLOADED);
    assert_string_equal(author_name(book_author(outer)), "author 2");
    spent(s);
    assert_ptr_equal(book_get(book_table(s), 1), b);
    assert_string_equal(author_name(book_author(b)), "author 1");
    assert_int_equal(spent(s), 1);
    close_library(s);
}

static void rollback_inside_leaves_new_objects_to_the_scope(void **state)
{
    (void)state;
    struct orm_session *s = open_on(1, 1);
    orm_scope_begin(s);
    struct author *a = author_new(author_table(s));
    author_set_name(a, "nobody");
    orm_rollback(s);
    assert_string_equal(author_name(a), "nobody");
    orm_scope_end(s);
    assert_gone(a);
    assert_int_equal(author_count(author_table(s), NULL), 1);
    close_library(s);
}

static void commit_inside_leaves_objects_to_the_scope(void **state)
{
    (void)state;
    struct orm_session *s = open_on(1, 1);
    for (int i = 0; i < 3; i++) {
        orm_scope_begin(s);
        struct book *b = book_get(book_table(s), 1);
        book_set_pages(b, i);
        assert_true(orm_commit(s));
        assert_int_equal(book_pages(b), i);
        orm_scope_end(s);
        assert_gone(b);
    }
    assert_int_equal(db_number(db, "select pages from book"), 2);
    close_library(s);
}

static void pairs_recorded_in_a_scope_are_written(void **state)
{
    (void)state;
    struct orm_session *s = open_on(1, 1);
    db_exec(db, "delete from book_tags");
    struct book *b = book_get(book_table(s), 1);
    orm_scope_begin(s);
    orm_each(struct tag, t, tag_all(tag_table(s)))
        tag_add(book_tags(b), t);
    orm_scope_end(s);
    assert_true(orm_commit(s));
    assert_int_equal(db_number(db, "select count(*) from book_tags"), 3);
    assert_int_equal(tag_all(book_tags(b))->len, 3);
    close_library(s);
}

static void linked_object_is_kept(void **state)
{
    (void)state;
    struct orm_session *s = open_on(2, 1);
    struct book *b = book_get(book_table(s), 1);
    orm_scope_begin(s);
    struct author *a = author_get(author_table(s), 2);
    book_set_author(b, a);
    orm_scope_end(s);
    assert_ptr_equal(book_author(b), a);
    assert_true(orm_commit(s));
    spent(s);
    assert_ptr_equal(book_author(b), a);
    assert_string_equal(author_name(a), "author 2");
    assert_ptr_equal(author_get(author_table(s), 2), a);
    assert_int_equal(spent(s), 0);
    close_library(s);
}

static void text_key_of_a_linked_object_is_the_owners(void **state)
{
    (void)state;
    db_exec(db, "insert into country values ('xyz', 'Nowhere')");
    struct orm_session *s = open_library();
    struct city *c = city_new(city_table(s));
    city_set_name(c, "Nothing");
    orm_scope_begin(s);
    city_set_country(c, country_get(country_table(s), "xyz"));
    orm_scope_end(s);
    assert_true(orm_commit(s));
    assert_string_equal(city_country_id(c), "xyz");
    assert_string_equal(country_name(city_country(c)), "Nowhere");
    close_library(s);
}

static void unsaved_owner_outside_keeps_what_is_added_inside(void **state)
{
    (void)state;
    struct orm_session *s = open_on(1, 2);
    struct book *b = book_new(book_table(s));
    book_set_title(b, "unsaved");
    orm_scope_begin(s);
    book_set_author(b, author_get(author_table(s), 1));
    orm_each(struct tag, t, tag_all(tag_table(s)))
        tag_add(book_tags(b), t);
    reader_set_name(reader_new(book_readers(b)), "reader");
    orm_scope_end(s);
    assert_int_equal(tag_all(book_tags(b))->len, 3);
    assert_string_equal(tag_name(tag_all(book_tags(b))->items[0]), "red");
    assert_string_equal(reader_name(reader_all(book_readers(b))->items[0]), "reader");
    assert_true(orm_commit(s));
    assert_int_equal(tag_all(book_tags(b))->len, 3);
    assert_string_equal(reader_name(reader_all(book_readers(b))->items[0]), "reader");
    close_library(s);
}

static void what_waits_passes_through_all_scopes_that_end(void **state)
{
    (void)state;
    struct orm_session *s = open_on(2, 1);
    orm_scope_begin(s);
    struct author *middle = author_get(author_table(s), 1);
    orm_scope_begin(s);
    struct book *b = book_get(book_table(s), 1);
    book_set_pages(b, 7);
    assert_ptr_equal(book_author(b), middle);
    orm_scope_end(s);
    assert_ptr_equal(book_author(b), middle);
    orm_scope_end(s);
    assert_gone(middle);
    assert_int_equal(book_pages(b), 7);
    assert_int_equal(book_author_state(b), ORM_REF_UNLOADED);
    assert_string_equal(author_name(book_author(b)), "author 1");
    assert_true(orm_commit(s));
    assert_gone(b);
    assert_int_equal(db_number(db, "select pages from book where id = 1"), 7);
    close_library(s);
}

static void what_waits_can_be_kept(void **state)
{
    (void)state;
    struct orm_session *s = open_on(1, 1);
    orm_scope_begin(s);
    struct book *b = book_get(book_table(s), 1);
    book_set_pages(b, 8);
    orm_scope_end(s);
    keep(b);
    assert_true(orm_commit(s));
    spent(s);
    assert_ptr_equal(book_get(book_table(s), 1), b);
    assert_int_equal(book_pages(b), 8);
    assert_string_equal(book_title(b), "book 1");
    assert_int_equal(spent(s), 0);
    close_library(s);
}

/* -- Beginnings and ends ----------------------------------------------------------- */

static void end_without_begin_is_an_error(void **state)
{
    (void)state;
    struct orm_session *s = open_on(1, 1);
    orm_scope_begin(s);
    orm_scope_end(s);
    assert_fine(s);
    orm_scope_end(s);
    assert_failed(s, ORM_INVALID, "", "");
    assert_non_null(strstr(orm_message(s), "no scope is open"));
    orm_close(s);
}

static void reset_and_close_end_open_scopes(void **state)
{
    (void)state;
    struct orm_session *s = open_on(2, 2);
    for (int i = 0; i < 3; i++) {
        for (int depth = 0; depth < 3; depth++) {
            orm_scope_begin(s);
            struct book *b = book_get(book_table(s), depth + 1);
            book_set_pages(b, 1000);
            assert_non_null(book_author(b));
            if (depth == 1)
                orm_scope_end(s);
        }
        if (i < 2)
            orm_reset(s);
    }
    assert_fine(s);
    orm_close(s);
    assert_int_equal(db_number(db, "select max(pages) from book"), 104);
}

static void reset_forgets_how_many_scopes_were_open(void **state)
{
    (void)state;
    struct orm_session *s = open_on(1, 1);
    orm_scope_begin(s);
    orm_reset(s);
    assert_fine(s);
    orm_scope_end(s);
    assert_failed(s, ORM_INVALID, "", "");
    orm_close(s);
}

static void failed_session_begins_and_ends_scopes(void **state)
{
    (void)state;
    struct orm_session *s = open_on(2, 1);
    orm_scope_begin(s);
    struct book *b = book_get(book_table(s), 1);
    book_require(book_table(s), 77);
    assert_failed(s, ORM_NOT_FOUND, "book", "id");
    orm_scope_begin(s);
    assert_null(book_get(book_table(s), 2));
    orm_scope_end(s);
    orm_rollback(s);
    spent(s);
    assert_ptr_equal(book_get(book_table(s), 1), b);
    assert_int_equal(spent(s), 0);
    orm_scope_end(s);
    assert_gone(b);
    close_library(s);
}

static void calls_accept_nothing(void **state)
{
    (void)state;
    orm_scope_begin(NULL);
    orm_scope_end(NULL);
    orm_keep(NULL);
    struct orm_session *s = open_on(1, 1);
    book_require(book_table(s), 77);
    keep(book_require(book_table(s), 77)); /* the placeholder */
    keep(book_get(book_table(s), 1));
    orm_rollback(s);
    keep(book_get(book_table(s), 1)); /* of the session's own scope */
    close_library(s);
}

static void object_that_outlives_its_scope_by_a_delete_is_rolled_back(void **state)
{
    (void)state;
    struct orm_session *s = open_on(1, 1);
    db_exec(db, "insert into reader (name) values ('r');"
                "insert into loan (book_id, reader_id) values (1, 1)");
    orm_scope_begin(s);
    struct loan *loan = loan_get(loan_table(s), 1);
    loan_delete(loan);
    orm_scope_end(s);
    orm_rollback(s);
    assert_fine(s);
    assert_int_equal(loan_book_id(loan_get(loan_table(s), 1)), 1);
    close_library(s);
}

static void a_loop_of_scopes_holds_no_more_than_one(void **state)
{
    (void)state;
    struct orm_session *s = open_on(100, 10);
    for (int i = 0; i < 20; i++) {
        orm_scope_begin(s);
        const struct book_list *books = book_all(book_table(s));
        assert_int_equal(books->len, 1000);
        orm_each(struct book, b, books)
            assert_non_null(book_author(b));
        assert_int_equal(spent(s), 2); /* nothing is left over from the last round */
        orm_scope_end(s);
    }
    close_library(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(object_of_a_scope_is_asked_for_again_after_it),
        DB_TEST(outer_objects_found_again_stay_themselves),
        DB_TEST(new_values_of_an_outer_object_outlive_the_scope),
        DB_TEST(lazy_column_of_an_outer_object_outlives_the_scope),
        DB_TEST(relation_loaded_through_an_outer_object_outlives_the_scope),
        DB_TEST(outer_slot_that_showed_an_inner_object_is_unloaded),
        DB_TEST(outer_list_that_showed_an_inner_object_is_unloaded),
        DB_TEST(back_pointer_to_an_inner_object_is_unloaded),
        DB_TEST(find_on_a_relation_belongs_to_its_owner),
        DB_TEST(nothing_is_loaded_for_what_has_left),
        DB_TEST(outer_objects_of_an_inner_group_stay_peers),
        DB_TEST(kept_object_lives_on_as_it_was),
        DB_TEST(kept_objects_keep_each_other_in_slots_and_lists),
        DB_TEST(kept_objects_are_peers),
        DB_TEST(what_is_kept_goes_one_scope_out),
        DB_TEST(what_a_kept_object_loads_goes_to_its_new_scope),
        DB_TEST(new_object_is_written_after_its_scope_and_goes_then),
        DB_TEST(changed_object_is_written_after_its_scope),
        DB_TEST(rollback_after_the_scope_finds_old_values),
        DB_TEST(rollback_inside_leaves_new_objects_to_the_scope),
        DB_TEST(commit_inside_leaves_objects_to_the_scope),
        DB_TEST(pairs_recorded_in_a_scope_are_written),
        DB_TEST(linked_object_is_kept),
        DB_TEST(text_key_of_a_linked_object_is_the_owners),
        DB_TEST(unsaved_owner_outside_keeps_what_is_added_inside),
        DB_TEST(what_waits_passes_through_all_scopes_that_end),
        DB_TEST(what_waits_can_be_kept),
        DB_TEST(end_without_begin_is_an_error),
        DB_TEST(reset_and_close_end_open_scopes),
        DB_TEST(reset_forgets_how_many_scopes_were_open),
        DB_TEST(failed_session_begins_and_ends_scopes),
        DB_TEST(calls_accept_nothing),
        DB_TEST(object_that_outlives_its_scope_by_a_delete_is_rolled_back),
        DB_TEST(a_loop_of_scopes_holds_no_more_than_one),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
