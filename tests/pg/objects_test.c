/* objects_test.c: copies, peers by hand, expired objects, and many keys at once. */
#include "library_test.h"

#include <ormgen/orm_model.h>

static struct orm_session *open_on(int authors, int each)
{
    arrange_library(db, authors, each);
    struct orm_session *s = open_library();
    spent(s);
    return s;
}

/* -- Clones ------------------------------------------------------------------------ */

static struct book *clone_of(struct book *b)
{
    return (struct book *)orm_clone(&b->orm);
}

static void a_clone_is_a_new_row_and_the_old_one_is_untouched(void **state)
{
    (void)state;
    struct orm_session *s = open_on(2, 1);
    struct book *b = book_get(book_table(s), 1);
    assert_int_equal(tag_all(book_tags(b))->len, 2);
    struct book *copy = clone_of(b);
    assert_ptr_not_equal(copy, b);
    assert_string_equal(book_title(copy), "book 1");
    assert_int_equal(book_pages(copy), 101);
    assert_false(book_has_genre(copy));
    assert_int_equal(book_author_id(copy), 1);
    assert_int_equal(tag_all(book_tags(copy))->len, 0);
    struct tag *blue = tag_get(tag_table(s), 3);
    tag_add(book_tags(copy), blue);
    book_set_title(copy, "copy");
    assert_true(orm_commit(s));
    assert_int_equal(book_id(copy), 3);
    assert_ptr_equal(book_get(book_table(s), 3), copy);
    assert_string_equal(
        db_text(db, "select b.id, title, pages, author_id, count(*) from book b"
                    " join book_tags t on b.id = t.book_id where b.id <> 2"
                    " group by b.id order by b.id"),
        "1|book 1|101|1|2\n3|copy|101|1|1");
    close_library(s);
}

static void a_clone_has_no_map_entry_no_group_and_no_slots(void **state)
{
    (void)state;
    struct orm_session *s = open_on(4, 1);
    const struct book_list *books = book_find(book_table(s), &books_by_id);
    struct author *a = book_author(books->items[0]);
    struct book *copy = clone_of(books->items[0]);
    assert_int_equal(book_author_state(copy), ORM_REF_UNLOADED);
    assert_null(copy->orm.group);
    spent(s);
    assert_ptr_equal(book_author(copy), a); /* the map has it */
    assert_ptr_equal(book_get(book_table(s), 1), books->items[0]);
    assert_int_equal(spent(s), 0);
    assert_ptr_equal(book_author(books->items[0]), a);
    orm_rollback(s);
    close_library(s);
}

static void a_clone_loads_lazy_columns_for_all_peers(void **state)
{
    (void)state;
    arrange_library(db, 1, 3);
    db_exec(db, "update book set blurb = 'blurb ' || id");
    struct orm_session *s = open_library();
    const struct book_list *books = book_find(book_table(s), &books_by_id);
    spent(s);
    orm_each(struct book, b, books)
        assert_string_equal(book_blurb(clone_of(b)), book_blurb(b));
    assert_int_equal(spent(s), 1);
    assert_true(orm_commit(s));
    assert_int_equal(
        db_number(db, "select count(*) from book"
                      " where blurb in (select blurb from book"
                      "                 group by blurb having count(*) = 2)"),
        6);
    close_library(s);
}

static void a_clone_takes_changes_and_unsaved_links_along(void **state)
{
    (void)state;
    struct orm_session *s = open_on(1, 1);
    struct author *a = author_new(author_table(s));
    author_set_name(a, "unsaved");
    struct book *b = book_get(book_table(s), 1);
    book_set_author(b, a);
    book_clear_pages(b);
    struct book *copy = clone_of(b);
    assert_ptr_equal(book_author(copy), a);
    assert_false(book_has_pages(copy));
    assert_int_equal(book_all(author_books(a))->len, 2);
    assert_true(orm_commit(s));
    assert_int_equal(db_number(db, "select count(*) from book where author_id = 2"), 2);
    close_library(s);
}

static void a_clone_starts_anew_what_the_server_and_we_count(void **state)
{
    (void)state;
    struct orm_session *s = open_on(1, 1);
    struct book *b = book_get(book_table(s), 1);
    for (int i = 0; i < 3; i++) {
        book_set_pages(b, i);
        assert_true(orm_commit(s));
    }
    const int32_t before = book_revision(b);
    struct book *copy = clone_of(b);
    assert_true(orm_commit(s));
    assert_true(book_revision(copy) < before);
    assert_int_equal(book_revision(b), before);
    close_library(s);
}

static void a_failed_session_clones_nothing(void **state)
{
    (void)state;
    struct orm_session *s = open_on(1, 1);
    struct book *b = book_get(book_table(s), 1);
    book_require(book_table(s), 9);
    struct book *copy = clone_of(b);
    assert_non_null(copy);
    assert_string_equal(book_title(copy), "");
    orm_rollback(s);
    assert_true(orm_commit(s));
    assert_int_equal(db_number(db, "select count(*) from book"), 1);
    close_library(s);
}

/* -- Expired objects --------------------------------------------------------------- */

static void an_expired_object_is_asked_for_when_its_key_is(void **state)
{
    (void)state;
    struct orm_session *s = open_on(2, 1);
    struct book *b = book_get(book_table(s), 1);
    struct author *a = book_author(b);
    book_set_pages(b, 7);
    db_exec(db, "update book set title = 'other', pages = 8 where id = 1;"
                "update author set name = 'other' where id = 1");
    orm_expire(&b->orm);
    orm_expire(&a->orm);
    spent(s);
    assert_string_equal(book_title(b), "book 1");
    assert_int_equal(spent(s), 0);
    assert_ptr_equal(book_get(book_table(s), 1), b);
    assert_int_equal(spent(s), 1);
    assert_string_equal(book_title(b), "other");
    assert_int_equal(book_pages(b), 7);
    assert_ptr_equal(book_author(b), a);
    assert_int_equal(spent(s), 1);
    assert_string_equal(author_name(a), "other");
    assert_ptr_equal(book_get(book_table(s), 1), b);
    assert_int_equal(spent(s), 0);
    orm_rollback(s);
    orm_expire(NULL);
    close_library(s);
}

/* -- Groups ------------------------------------------------------------------------ */

static void objects_grouped_by_hand_load_together(void **state)
{
    (void)state;
    struct orm_session *s = open_on(6, 1);
    struct book *items[4];
    for (int i = 0; i < 3; i++)
        items[i] = book_get(book_table(s), 2 * i + 1);
    items[3] = NULL;
    const struct book_list list = {items, 3};
    orm_group_list(&book_model, &list);
    spent(s);
    for (int i = 0; i < 3; i++)
        assert_int_equal(author_id(book_author(items[i])), 2 * i + 1);
    assert_int_equal(spent(s), 1);
    close_library(s);
}

static void a_smaller_group_by_hand_leaves_the_larger_one(void **state)
{
    (void)state;
    struct orm_session *s = open_on(6, 1);
    const struct book_list *books = book_find(book_table(s), &books_by_id);
    const struct book_list two = {books->items, 2};
    orm_group_list(&book_model, &two);
    spent(s);
    assert_int_equal(author_id(book_author(books->items[0])), 1);
    assert_int_equal(spent(s), 1);
    assert_int_equal(book_author_state(books->items[1]), ORM_REF_LOADED);
    assert_int_equal(book_author_state(books->items[2]), ORM_REF_UNLOADED);
    assert_int_equal(author_id(book_author(books->items[5])), 6);
    assert_int_equal(book_author_state(books->items[2]), ORM_REF_LOADED);
    assert_int_equal(spent(s), 1);
    close_library(s);
}

static void a_group_of_two_sessions_is_refused(void **state)
{
    (void)state;
    struct orm_session *s = open_on(2, 1), *other = open_library();
    struct book *items[] = {
        book_get(book_table(s), 1), book_get(book_table(other), 2), NULL};
    const struct book_list list = {items, 2};
    orm_group_list(&book_model, &list);
    assert_failed(s, ORM_OTHER_SESSION, "book", "");
    assert_fine(other);
    orm_close(s);
    orm_close(other);
}

static void groups_of_nothing_are_nothing(void **state)
{
    (void)state;
    struct orm_session *s = open_on(1, 1);
    orm_group_list(&book_model, NULL);
    const struct book_list none = {NULL, 0};
    orm_group_list(&book_model, &none);
    struct book *items[] = {book_require(book_table(s), 77), NULL};
    orm_rollback(s);
    const struct book_list placeholder = {items, 1};
    orm_group_list(&book_model, &placeholder);
    close_library(s);
}

/* -- Many keys --------------------------------------------------------------------- */

static const struct book_list *books_by(
    struct book_manager *m, const int64_t *keys, size_t count)
{
    static const size_t offsets[] = {0};
    return orm_get_many((struct orm_manager *)m, keys, sizeof *keys, offsets, count);
}

static void many_keys_come_in_their_order_by_one_statement(void **state)
{
    (void)state;
    struct orm_session *s = open_on(3, 3);
    struct book *mapped = book_get(book_table(s), 5);
    spent(s);
    static const int64_t keys[] = {9, 77, 5, 1, 9};
    const struct book_list *books = books_by(book_table(s), keys, 5);
    assert_int_equal(spent(s), 1);
    assert_int_equal(books->len, 4);
    assert_int_equal(book_id(books->items[0]), 9);
    assert_ptr_equal(books->items[1], mapped);
    assert_int_equal(book_id(books->items[2]), 1);
    assert_ptr_equal(books->items[3], books->items[0]);
    assert_null(books->items[4]);
    orm_each(struct book, b, books)
        assert_int_equal(author_id(book_author(b)), (book_id(b) + 2) / 3);
    assert_int_equal(spent(s), 1); /* they are peers */
    static const int64_t known[] = {1, 5, 9};
    assert_int_equal(books_by(book_table(s), known, 3)->len, 3);
    assert_int_equal(spent(s), 0);
    assert_int_equal(books_by(book_table(s), known, 0)->len, 0);
    assert_int_equal(books_by(NULL, known, 3)->len, 0);
    close_library(s);
}

static void deleted_and_expired_objects_among_many_keys(void **state)
{
    (void)state;
    struct orm_session *s = open_on(1, 3);
    const struct book_list *all = book_find(book_table(s), &books_by_id);
    book_delete(all->items[0]);
    db_exec(db, "update book set title = 'other' where id = 2");
    orm_expire(&all->items[1]->orm);
    spent(s);
    static const int64_t keys[] = {1, 2, 3};
    const struct book_list *books = books_by(book_table(s), keys, 3);
    assert_int_equal(spent(s), 1);
    assert_int_equal(books->len, 2);
    assert_string_equal(book_title(books->items[0]), "other");
    orm_rollback(s);
    close_library(s);
}

static void many_keys_of_a_relation_are_its_own(void **state)
{
    (void)state;
    struct orm_session *s = open_on(3, 2);
    struct author *a = author_get(author_table(s), 2);
    static const int64_t keys[] = {4, 1, 3};
    spent(s);
    const struct book_list *books = books_by(author_books(a), keys, 3);
    assert_int_equal(books->len, 2);
    assert_int_equal(book_id(books->items[0]), 4);
    assert_int_equal(book_id(books->items[1]), 3);
    assert_int_equal(spent(s), 1);

    struct tag *green = tag_get(tag_table(s), 2);
    spent(s);
    static const int64_t five[] = {6, 5, 4, 3, 2};
    books = books_by(tag_books(green), five, 5);
    assert_int_equal(spent(s), 1);
    assert_int_equal(
        books->len, db_number(db, "select count(*) from book_tags where tag_id = 2"
                                  " and book_id between 2 and 6"));
    orm_each(struct book, b, books)
        assert_int_equal(db_number(db,
                             "select count(*) from book_tags where tag_id = 2"
                             " and book_id = %d",
                             (int)book_id(b)),
            1);
    close_library(s);
}

static void many_keys_of_text(void **state)
{
    (void)state;
    db_exec(db, "insert into country values ('de', 'Germany'), ('fr', 'France')");
    struct orm_session *s = open_library();
    static const char *const keys[] = {"fr", "xx", "de"};
    static const size_t offsets[] = {0};
    const struct country_list *found = orm_get_many(
        (struct orm_manager *)country_table(s), keys, sizeof *keys, offsets, 3);
    assert_int_equal(found->len, 2);
    assert_string_equal(country_name(found->items[0]), "France");
    assert_string_equal(country_name(found->items[1]), "Germany");
    static const char *const wrong[] = {"fr", NULL};
    found = orm_get_many(
        (struct orm_manager *)country_table(s), wrong, sizeof *wrong, offsets, 2);
    assert_int_equal(found->len, 0);
    assert_failed(s, ORM_INVALID, "country", "code");
    orm_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(a_clone_is_a_new_row_and_the_old_one_is_untouched),
        DB_TEST(a_clone_has_no_map_entry_no_group_and_no_slots),
        DB_TEST(a_clone_loads_lazy_columns_for_all_peers),
        DB_TEST(a_clone_takes_changes_and_unsaved_links_along),
        DB_TEST(a_clone_starts_anew_what_the_server_and_we_count),
        DB_TEST(a_failed_session_clones_nothing),
        DB_TEST(an_expired_object_is_asked_for_when_its_key_is),
        DB_TEST(objects_grouped_by_hand_load_together),
        DB_TEST(a_smaller_group_by_hand_leaves_the_larger_one),
        DB_TEST(a_group_of_two_sessions_is_refused),
        DB_TEST(groups_of_nothing_are_nothing),
        DB_TEST(many_keys_come_in_their_order_by_one_statement),
        DB_TEST(deleted_and_expired_objects_among_many_keys),
        DB_TEST(many_keys_of_a_relation_are_its_own),
        DB_TEST(many_keys_of_text),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
