/* modes_test.c: how what is not loaded comes: for peers, for one, or not at all. */
#include "library_test.h"

static struct book_query books_in(enum orm_fetch mode)
{
    struct book_query q = books_by_id;
    q.fetch = mode;
    return q;
}

static const struct book_list *find_books(struct orm_session *s, enum orm_fetch mode)
{
    const struct book_query q = books_in(mode);
    return book_find(book_table(s), &q);
}

static const struct author_list *find_authors(
    struct orm_session *s, enum orm_fetch mode)
{
    struct author_query q = authors_by_id;
    q.fetch = mode;
    return author_find(author_table(s), &q);
}

/* Fails the test unless the session refused to load model.field; clears that. */
static void assert_raised(struct orm_session *s, const char *model, const char *field)
{
    assert_failed(s, ORM_FETCH_RAISED, model, field);
    orm_rollback(s);
    assert_fine(s);
}

/* -- One --------------------------------------------------------------------------- */

static void one_loads_each_to_one_alone(void **state)
{
    (void)state;
    arrange_library(db, 4, 1);
    struct orm_session *s = open_library();
    orm_each(struct book, b, find_books(s, ORM_FETCH_ONE))
        assert_int_equal(author_id(book_author(b)), book_id(b));
    assert_int_equal(spent(s), 1 + 4);
    close_library(s);
}

static void one_takes_what_the_map_has(void **state)
{
    (void)state;
    arrange_library(db, 2, 3);
    struct orm_session *s = open_library();
    orm_each(struct book, b, find_books(s, ORM_FETCH_ONE))
        assert_int_equal(author_id(book_author(b)), 1 + (book_id(b) - 1) / 3);
    assert_int_equal(spent(s), 1 + 2);
    close_library(s);
}

static void one_loads_each_list_alone(void **state)
{
    (void)state;
    arrange_library(db, 5, 2);
    struct orm_session *s = open_library();
    orm_each(struct author, a, find_authors(s, ORM_FETCH_ONE))
        assert_int_equal(book_all(author_books(a))->len, 2);
    assert_int_equal(spent(s), 1 + 5);
    close_library(s);
}

static void one_loads_each_reverse_one_to_one_alone(void **state)
{
    (void)state;
    arrange_library(db, 3, 1);
    db_exec(db, "insert into profile (bio, author_id) select 'bio', id from author");
    struct orm_session *s = open_library();
    orm_each(struct author, a, find_authors(s, ORM_FETCH_ONE))
        assert_ptr_equal(profile_author(author_profile(a)), a);
    assert_int_equal(spent(s), 1 + 3);
    close_library(s);
}

static void one_loads_each_lazy_column_alone(void **state)
{
    (void)state;
    arrange_library(db, 3, 1);
    db_exec(db, "update book set blurb = 'blurb ' || id");
    struct orm_session *s = open_library();
    char text[32];
    orm_each(struct book, b, find_books(s, ORM_FETCH_ONE)) {
        snprintf(text, sizeof text, "blurb %d", (int)book_id(b));
        assert_string_equal(book_blurb(b), text);
    }
    assert_int_equal(spent(s), 1 + 3);
    close_library(s);
}

/* -- Raise ------------------------------------------------------------------------- */

static void raise_forbids_a_to_one_and_names_it(void **state)
{
    (void)state;
    arrange_library(db, 2, 1);
    struct orm_session *s = open_library();
    const struct book_list *books = find_books(s, ORM_FETCH_RAISE);
    spent(s);
    assert_null(book_shelf(books->items[0]));
    assert_int_equal(book_shelf_state(books->items[0]), ORM_REF_UNLOADED);
    assert_string_equal(orm_message(s),
        "book.shelf: not loaded, and ORM_FETCH_RAISE forbids to load it now; plan it: "
        ".with = {book_with_shelf(NULL)}");
    assert_raised(s, "book", "shelf");
    assert_int_equal(spent(s), 0);
    close_library(s);
}

static void raise_gives_a_placeholder_where_the_reference_is_required(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    struct book *b = find_books(s, ORM_FETCH_RAISE)->items[0];
    assert_string_equal(author_name(book_author(b)), "");
    assert_raised(s, "book", "author");
    close_library(s);
}

static void raise_forbids_a_reverse_one_to_one(void **state)
{
    (void)state;
    arrange_library(db, 2, 1);
    struct orm_session *s = open_library();
    struct author *a = find_authors(s, ORM_FETCH_RAISE)->items[0];
    assert_null(author_profile(a));
    assert_raised(s, "author", "profile");
    close_library(s);
}

static void raise_forbids_a_list_but_no_question_about_it(void **state)
{
    (void)state;
    arrange_library(db, 2, 3);
    struct orm_session *s = open_library();
    struct author *a = find_authors(s, ORM_FETCH_RAISE)->items[0];
    spent(s);
    assert_int_equal(book_count(author_books(a), NULL), 3);
    assert_true(book_exists(author_books(a), NULL));
    assert_non_null(book_first(author_books(a), NULL));
    assert_int_equal(book_find(author_books(a), &books_by_id)->len, 3);
    assert_non_null(book_get(author_books(a), 2));
    assert_int_equal(spent(s), 5);
    assert_int_equal(book_all(author_books(a))->len, 0);
    assert_raised(s, "author", "books");
    assert_int_equal(book_find(author_books(a), NULL)->len, 0);
    assert_raised(s, "author", "books");
    assert_int_equal(spent(s), 0);
    close_library(s);
}

static void raise_forbids_a_lazy_column(void **state)
{
    (void)state;
    arrange_library(db, 2, 1);
    struct orm_session *s = open_library();
    struct book *b = find_books(s, ORM_FETCH_RAISE)->items[0];
    spent(s);
    assert_string_equal(book_blurb(b), "");
    assert_int_equal(spent(s), 0);
    assert_string_equal(orm_message(s),
        "book.blurb: a lazy column that is not loaded, and ORM_FETCH_RAISE forbids to "
        "load it now; read it first in another mode");
    assert_raised(s, "book", "blurb");
    close_library(s);
}

static void raise_gives_what_is_loaded_null_missing_or_mapped(void **state)
{
    (void)state;
    arrange_library(db, 3, 1);
    drop_foreign_keys(db, "book");
    db_exec(db, "update book set shelf_id = null where id = 1;"
                "update book set shelf_id = 99 where id = 2");
    struct orm_session *s = open_library();
    orm_each(struct book, b, find_books(s, ORM_FETCH_PEERS))
        book_shelf(b);
    const struct author_list *authors = author_all(author_table(s));
    const struct book_list *books = find_books(s, ORM_FETCH_RAISE);
    spent(s);
    assert_null(book_shelf(books->items[0]));
    assert_int_equal(book_shelf_state(books->items[0]), ORM_REF_NULL);
    assert_null(book_shelf(books->items[1]));
    assert_int_equal(book_shelf_state(books->items[1]), ORM_REF_MISSING);
    assert_int_equal(shelf_id(book_shelf(books->items[2])), 3);
    orm_each(struct book, b, books)
        assert_ptr_equal(book_author(b), authors->items[book_id(b) - 1]);
    assert_int_equal(spent(s), 0);
    close_library(s);
}

static void raise_gives_a_loaded_list_and_not_a_dropped_one(void **state)
{
    (void)state;
    arrange_library(db, 2, 2);
    struct orm_session *s = open_library();
    struct author *a = find_authors(s, ORM_FETCH_DEFAULT)->items[0];
    assert_int_equal(book_all(author_books(a))->len, 2);
    orm_set_fetch(s, ORM_FETCH_RAISE);
    assert_int_equal(book_all(author_books(a))->len, 2);
    struct book *fresh = book_new(author_books(a));
    book_set_title(fresh, "third");
    assert_int_equal(book_all(author_books(a))->len, 0);
    assert_failed(s, ORM_FETCH_RAISED, "author", "books");
    orm_rollback(s);
    close_library(s);
}

static void raise_lets_unsaved_owners_show_what_is_in_memory(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    orm_set_fetch(s, ORM_FETCH_RAISE);
    struct author *a = author_new(author_table(s));
    struct book *b = book_new(author_books(a));
    assert_ptr_equal(book_all(author_books(a))->items[0], b);
    assert_ptr_equal(book_author(b), a);
    orm_rollback(s);
    close_library(s);
}

static void raise_spares_plans(void **state)
{
    (void)state;
    arrange_library(db, 2, 2);
    struct orm_session *s = open_library();
    struct book_query q = {.with = {book_with_author(NULL), book_with_tags(NULL)}};
    q.fetch = ORM_FETCH_RAISE;
    const struct book_list *books = book_find(book_table(s), &q);
    spent(s);
    orm_each(struct book, b, books) {
        assert_int_equal(author_id(book_author(b)), 1 + (book_id(b) - 1) / 2);
        assert_int_equal(tag_all(book_tags(b))->len, 2);
    }
    assert_int_equal(spent(s), 0);
    author_profile(book_author(books->items[0]));
    assert_raised(s, "author", "profile");
    close_library(s);
}

static void the_first_raise_sticks(void **state)
{
    (void)state;
    arrange_library(db, 2, 1);
    struct orm_session *s = open_library();
    struct book *b = find_books(s, ORM_FETCH_RAISE)->items[0];
    book_shelf(b);
    book_author(b);
    book_blurb(b);
    assert_int_equal(author_all(author_table(s))->len, 0);
    assert_raised(s, "book", "shelf");
    close_library(s);
}

/* -- Inheritance ------------------------------------------------------------------- */

static void to_one_target_inherits_the_mode(void **state)
{
    (void)state;
    arrange_library(db, 3, 1);
    struct orm_session *s = open_library();
    const struct book_list *books = find_books(s, ORM_FETCH_ONE);
    orm_each(struct book, b, books)
        book_all(author_books(book_author(b)));
    assert_int_equal(spent(s), 1 + 3 + 3);
    close_library(s);
}

static void rows_of_a_list_inherit_the_mode(void **state)
{
    (void)state;
    arrange_library(db, 1, 4);
    struct orm_session *s = open_library();
    struct author *a = find_authors(s, ORM_FETCH_ONE)->items[0];
    orm_each(struct book, b, book_all(author_books(a)))
        assert_int_equal(shelf_id(book_shelf(b)), book_id(b));
    assert_int_equal(spent(s), 1 + 1 + 4);
    close_library(s);
}

static void rows_of_a_query_on_a_relation_inherit_the_owners_mode(void **state)
{
    (void)state;
    arrange_library(db, 1, 3);
    struct orm_session *s = open_library();
    struct author *a = find_authors(s, ORM_FETCH_ONE)->items[0];
    orm_each(struct book, b, book_find(author_books(a), &books_by_id))
        book_shelf(b);
    assert_int_equal(spent(s), 1 + 1 + 3);
    const struct book_query peers = books_in(ORM_FETCH_PEERS);
    orm_each(struct book, b, book_find(author_books(a), &peers))
        book_all(shelf_books(book_shelf(b)));
    assert_int_equal(spent(s), 1 + 3);
    close_library(s);
}

static void reverse_one_to_one_inherits_the_mode(void **state)
{
    (void)state;
    arrange_library(db, 2, 1);
    db_exec(db, "insert into profile (bio, author_id) select 'bio', id from author");
    struct orm_session *s = open_library();
    orm_each(struct author, a, find_authors(s, ORM_FETCH_PEERS))
        assert_non_null(author_profile(a));
    const struct author_list *authors = find_authors(s, ORM_FETCH_RAISE);
    orm_each(struct author, a, authors)
        assert_ptr_equal(profile_author(author_profile(a)), a);
    author_refresh(authors->items[0]);
    author_profile(authors->items[0]);
    assert_raised(s, "author", "profile");
    close_library(s);
}

static void raise_is_inherited_by_what_a_loaded_object_leads_to(void **state)
{
    (void)state;
    arrange_library(db, 2, 2);
    struct orm_session *s = open_library();
    struct author *a = find_authors(s, ORM_FETCH_RAISE)->items[0];
    struct book *b = book_first(author_books(a), NULL);
    assert_ptr_equal(book_author(b), a);
    assert_null(book_shelf(b));
    assert_raised(s, "book", "shelf");
    close_library(s);
}

static void new_object_of_a_relation_inherits_the_owners_mode(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    struct author *a = find_authors(s, ORM_FETCH_RAISE)->items[0];
    struct book *b = book_new(author_books(a));
    book_set_shelf_id(b, 1);
    assert_null(book_shelf(b));
    assert_failed(s, ORM_FETCH_RAISED, "book", "shelf");
    orm_rollback(s);
    close_library(s);
}

static void later_query_gives_its_own_mode(void **state)
{
    (void)state;
    arrange_library(db, 3, 1);
    struct orm_session *s = open_library();
    const struct book_list *books = find_books(s, ORM_FETCH_RAISE);
    assert_ptr_equal(find_books(s, ORM_FETCH_DEFAULT)->items[0], books->items[0]);
    spent(s);
    orm_each(struct book, b, books)
        assert_non_null(book_author(b));
    assert_int_equal(spent(s), 1);
    close_library(s);
}

static void one_row_of_a_group_can_have_a_mode_of_its_own(void **state)
{
    (void)state;
    arrange_library(db, 4, 1);
    struct orm_session *s = open_library();
    const struct book_list *books = find_books(s, ORM_FETCH_DEFAULT);
    struct book_query third = books_in(ORM_FETCH_ONE);
    book_where(&third, book_id_eq(3));
    struct book *b = book_first(book_table(s), &third);
    assert_ptr_equal(b, books->items[2]);
    spent(s);
    book_all(author_books(book_author(b)));
    assert_int_equal(spent(s), 2);
    orm_each(struct book, other, books)
        assert_non_null(book_author(other));
    assert_int_equal(spent(s), 1);
    close_library(s);
}

static void refresh_keeps_the_mode(void **state)
{
    (void)state;
    arrange_library(db, 2, 1);
    struct orm_session *s = open_library();
    struct book *b = find_books(s, ORM_FETCH_RAISE)->items[0];
    book_refresh(b);
    book_shelf(b);
    assert_raised(s, "book", "shelf");
    close_library(s);
}

/* -- The session's mode ------------------------------------------------------------ */

static void mode_of_the_session_is_pushed_and_popped(void **state)
{
    (void)state;
    arrange_library(db, 3, 1);
    struct orm_session *s = open_library();
    const struct book_list *books = find_books(s, ORM_FETCH_DEFAULT);
    const enum orm_fetch before = orm_set_fetch(s, ORM_FETCH_RAISE);
    assert_int_equal(before, ORM_FETCH_PEERS);
    assert_null(book_shelf(books->items[0]));
    assert_raised(s, "book", "shelf");
    assert_int_equal(orm_set_fetch(s, before), ORM_FETCH_RAISE);
    spent(s);
    orm_each(struct book, b, books)
        assert_non_null(book_shelf(b));
    assert_int_equal(spent(s), 1);
    assert_int_equal(orm_set_fetch(s, ORM_FETCH_ONE), ORM_FETCH_PEERS);
    orm_each(struct book, b, books)
        assert_non_null(book_author(b));
    assert_int_equal(spent(s), 3);
    assert_int_equal(orm_set_fetch(s, ORM_FETCH_DEFAULT), ORM_FETCH_ONE);
    assert_int_equal(orm_set_fetch(s, ORM_FETCH_PEERS), ORM_FETCH_PEERS);
    close_library(s);
}

static void mode_of_the_query_wins_over_the_sessions(void **state)
{
    (void)state;
    arrange_library(db, 3, 1);
    struct orm_session *s = open_library();
    orm_set_fetch(s, ORM_FETCH_RAISE);
    orm_each(struct book, b, find_books(s, ORM_FETCH_PEERS))
        assert_int_equal(book_all(author_books(book_author(b)))->len, 1);
    assert_int_equal(spent(s), 4);
    close_library(s);
}

static void reset_keeps_the_sessions_mode(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    orm_set_fetch(s, ORM_FETCH_RAISE);
    orm_reset(s);
    book_author(book_get(book_table(s), 1));
    assert_raised(s, "book", "author");
    close_library(s);
}

static void no_mode_that_there_is_not(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    assert_int_equal(find_books(s, (enum orm_fetch)17)->len, 0);
    assert_string_equal(orm_message(s), "book: 17 is no fetch mode");
    assert_failed(s, ORM_INVALID, "book", "");
    assert_int_equal(spent(s), 0);
    orm_rollback(s);
    assert_int_equal(orm_set_fetch(s, (enum orm_fetch)17), ORM_FETCH_PEERS);
    assert_failed(s, ORM_INVALID, "", "");
    orm_rollback(s);
    assert_int_equal(orm_set_fetch(s, ORM_FETCH_PEERS), ORM_FETCH_PEERS);
    assert_int_equal(orm_set_fetch(NULL, ORM_FETCH_ONE), ORM_FETCH_PEERS);
    close_library(s);
}

static void missing_row_is_one_rule_in_all_modes(void **state)
{
    (void)state;
    drop_foreign_keys(db, "book");
    const enum orm_fetch modes[] = {ORM_FETCH_PEERS, ORM_FETCH_ONE};
    for (size_t i = 0; i < 2; i++) {
        db_truncate(db);
        arrange_library(db, 3, 1);
        db_exec(db, "delete from author");
        struct orm_session *s = open_library();
        const struct book_list *books = find_books(s, modes[i]);
        for (int pass = 0; pass < 2; pass++)
            orm_each(struct book, b, books) {
                assert_null(book_author(b));
                assert_int_equal(book_author_state(b), ORM_REF_MISSING);
            }
        assert_int_equal(spent(s), modes[i] == ORM_FETCH_ONE ? 4 : 2);
        close_library(s);
    }
}

/* -- Words of the schema ----------------------------------------------------------- */

static void list_of_fetch_peers_is_loaded_for_all_at_the_first(void **state)
{
    (void)state;
    db_exec(db,
        "insert into country select 'c' || i, 'country' from generate_series(1, 5) i;"
        "insert into city (name, country_id)"
        "  select 'city', 'c' || 1 + i %% 5 from generate_series(1, 20) i");
    struct orm_session *s = open_library();
    const struct country_list *countries = country_all(country_table(s));
    orm_each(struct country, c, countries)
        assert_int_equal(city_all(country_cities(c))->len, 4);
    assert_int_equal(spent(s), 2);
    close_library(s);
}

static void mode_one_and_raise_win_over_fetch_peers(void **state)
{
    (void)state;
    db_exec(db,
        "insert into country select 'c' || i, 'country' from generate_series(1, 3) i");
    struct orm_session *s = open_library();
    const struct country_list *countries = country_all(country_table(s));
    orm_set_fetch(s, ORM_FETCH_RAISE);
    assert_int_equal(city_all(country_cities(countries->items[0]))->len, 0);
    assert_raised(s, "country", "cities");
    orm_set_fetch(s, ORM_FETCH_ONE);
    spent(s);
    orm_each(struct country, c, countries)
        assert_int_equal(city_all(country_cities(c))->len, 0);
    assert_int_equal(spent(s), 3);
    close_library(s);
}

static void list_of_fetch_one_is_never_loaded_for_peers(void **state)
{
    (void)state;
    db_exec(db,
        "insert into member (handle) select 'm' || i from generate_series(1, 4) i;"
        "insert into post (words, member_handle)"
        "  select 'words', 'm' || 1 + i %% 4 from generate_series(1, 8) i");
    struct orm_session *s = open_library();
    orm_each(struct member, m, member_all(member_table(s)))
        orm_each(struct post, p, post_all(member_posts(m)))
            assert_ptr_equal(post_member(p), m);
    assert_int_equal(spent(s), 5);
    close_library(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(one_loads_each_to_one_alone),
        DB_TEST(one_takes_what_the_map_has),
        DB_TEST(one_loads_each_list_alone),
        DB_TEST(one_loads_each_reverse_one_to_one_alone),
        DB_TEST(one_loads_each_lazy_column_alone),
        DB_TEST(raise_forbids_a_to_one_and_names_it),
        DB_TEST(raise_gives_a_placeholder_where_the_reference_is_required),
        DB_TEST(raise_forbids_a_reverse_one_to_one),
        DB_TEST(raise_forbids_a_list_but_no_question_about_it),
        DB_TEST(raise_forbids_a_lazy_column),
        DB_TEST(raise_gives_what_is_loaded_null_missing_or_mapped),
        DB_TEST(raise_gives_a_loaded_list_and_not_a_dropped_one),
        DB_TEST(raise_lets_unsaved_owners_show_what_is_in_memory),
        DB_TEST(raise_spares_plans),
        DB_TEST(the_first_raise_sticks),
        DB_TEST(to_one_target_inherits_the_mode),
        DB_TEST(rows_of_a_list_inherit_the_mode),
        DB_TEST(rows_of_a_query_on_a_relation_inherit_the_owners_mode),
        DB_TEST(reverse_one_to_one_inherits_the_mode),
        DB_TEST(raise_is_inherited_by_what_a_loaded_object_leads_to),
        DB_TEST(new_object_of_a_relation_inherits_the_owners_mode),
        DB_TEST(later_query_gives_its_own_mode),
        DB_TEST(one_row_of_a_group_can_have_a_mode_of_its_own),
        DB_TEST(refresh_keeps_the_mode),
        DB_TEST(mode_of_the_session_is_pushed_and_popped),
        DB_TEST(mode_of_the_query_wins_over_the_sessions),
        DB_TEST(reset_keeps_the_sessions_mode),
        DB_TEST(no_mode_that_there_is_not),
        DB_TEST(missing_row_is_one_rule_in_all_modes),
        DB_TEST(list_of_fetch_peers_is_loaded_for_all_at_the_first),
        DB_TEST(mode_one_and_raise_win_over_fetch_peers),
        DB_TEST(list_of_fetch_one_is_never_loaded_for_peers),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
