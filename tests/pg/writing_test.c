/* writing_test.c: one unit of work is written whole or not at all, in a number of
 * statements that does not depend on its size. */
#include "library_test.h"

#include <time.h>

/* -- In bulk ----------------------------------------------------------------------- */

/* The plain loop: so many authors with a book each, and one commit. */
static unsigned long long cost_of_new(int n, unsigned long long *waits)
{
    db_truncate(db);
    struct orm_session *s = open_library();
    char text[32];
    for (int i = 0; i < n; i++) {
        struct author *a = author_new(author_table(s));
        snprintf(text, sizeof text, "author %d", i);
        author_set_name(a, text);
        struct book *b = book_new(author_books(a));
        snprintf(text, sizeof text, "book %d", i);
        book_set_title(b, text);
        book_set_pages(b, i);
    }
    assert_true(orm_commit(s));
    const unsigned long long cost = spent(s);
    *waits = waited(s);
    assert_string_equal(
        db_text(db, "select count(*), count(distinct a.id), coalesce(sum(pages), 0),"
                    " bool_and(replace(a.name, 'author', 'book') = b.title)"
                    " from book b join author a on a.id = b.author_id"),
        n == 1    ? "1|1|0|t"
        : n == 10 ? "10|10|45|t"
                  : "1000|1000|499500|t");
    close_library(s);
    return cost;
}

static void new_objects_cost_the_same_whatever_their_number(void **state)
{
    (void)state;
    unsigned long long waits;
    static const int sizes[] = {1, 10, 1000};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(cost_of_new(sizes[i], &waits), 2);
        assert_true(waits <= 2);
    }
}

static void objects_are_clean_and_known_after_the_commit(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    struct author *a = author_new(author_table(s));
    author_set_name(a, "a");
    struct book *b = book_new(author_books(a));
    book_set_title(b, "b");
    assert_true(orm_commit(s));
    spent(s);
    assert_true(author_id(a) > 0);
    assert_int_equal(book_author_id(b), author_id(a));
    assert_ptr_equal(author_get(author_table(s), author_id(a)), a);
    assert_ptr_equal(book_get(book_table(s), book_id(b)), b);
    assert_ptr_equal(book_author(b), a);
    assert_true(orm_commit(s));
    assert_true(orm_end(s));
    assert_int_equal(spent(s), 0);
    close_library(s);
}

static void updates_go_in_one_statement(void **state)
{
    (void)state;
    arrange_library(db, 10, 10);
    struct orm_session *s = open_library();
    const struct book_list *books = book_all(book_table(s));
    orm_each(struct book, b, books)
        book_set_pages(b, 1000 + (int)book_id(b));
    spent(s);
    waited(s);
    assert_true(orm_commit(s));
    assert_int_equal(spent(s), 1);
    assert_int_equal(waited(s), 1);
    assert_int_equal(
        db_number(db, "select count(*) from book where pages = 1000 + id"), 100);
    close_library(s);
}

static void update_writes_changed_columns_only(void **state)
{
    (void)state;
    arrange_library(db, 1, 2);
    struct orm_session *s = open_library();
    struct book *b = book_get(book_table(s), 1);
    book_set_pages(b, 5);
    db_exec(db, "update book set title = 'theirs' where id = 1");
    assert_true(orm_commit(s));
    assert_string_equal(
        db_text(db, "select title, pages from book where id = 1"), "theirs|5");
    close_library(s);
}

static void deletes_go_in_one_statement(void **state)
{
    (void)state;
    arrange_library(db, 10, 10);
    struct orm_session *s = open_library();
    orm_each(struct book, b, book_all(book_table(s)))
        if (book_id(b) % 2)
            book_delete(b);
    spent(s);
    waited(s);
    assert_true(orm_commit(s));
    assert_int_equal(spent(s), 1);
    assert_int_equal(waited(s), 1);
    assert_string_equal(
        db_text(db, "select count(*), min(id %% 2), max(id %% 2) from book"), "50|0|0");
    close_library(s);
}

static void children_are_deleted_before_their_parents(void **state)
{
    (void)state;
    db_exec(db,
        "insert into category (name, parent_id)"
        "  select 'node ' || i, nullif(i / 2, 0) from generate_series(1, 15) i");
    struct orm_session *s = open_library();
    orm_each(struct category, c, category_all(category_table(s)))
        category_delete(c);
    assert_true(orm_commit(s));
    assert_int_equal(db_number(db, "select count(*) from category"), 0);
    close_library(s);
}

static void new_object_deleted_again_is_never_written(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    struct author *a = author_new(author_table(s));
    author_set_name(a, "a");
    author_delete(a);
    assert_true(orm_commit(s));
    assert_int_equal(spent(s), 0);
    assert_int_equal(db_number(db, "select count(*) from author"), 0);
    close_library(s);
}

/* -- Order ------------------------------------------------------------------------- */

static void tree_of_any_depth_is_new_in_one_commit(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    struct category *nodes[64] = {NULL};
    char name[16];
    /* Leaves first: the order of making them is not the order of writing them. */
    for (int i = 63; i > 0; i--) {
        nodes[i] = category_new(category_table(s));
        snprintf(name, sizeof name, "node %d", i);
        category_set_name(nodes[i], name);
    }
    for (int i = 2; i < 64; i++)
        category_set_parent(nodes[i], nodes[i / 2]);
    assert_true(orm_commit(s));
    assert_true(waited(s) <= 2);
    assert_true(spent(s) <= 2);
    assert_int_equal(
        db_number(db, "select count(*) from category c join category p"
                      " on p.id = c.parent_id where split_part(c.name, ' ', 2)"
                      "::int / 2 = split_part(p.name, ' ', 2)::int"),
        62);
    close_library(s);
}

static void chain_a_thousand_deep_is_new_in_one_commit(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    struct category *last = NULL;
    for (int i = 0; i < 1000; i++) {
        struct category *c = category_new(category_table(s));
        category_set_name(c, "link");
        if (last)
            category_set_parent(last, c);
        last = c;
    }
    assert_true(orm_commit(s));
    assert_int_equal(
        db_number(db, "with recursive up as ("
                      "  select id, parent_id, 1 as depth from category where id not in"
                      "    (select parent_id from category where parent_id is not null)"
                      "  union all select c.id, c.parent_id, depth + 1 from category c"
                      "    join up on c.id = up.parent_id)"
                      "select max(depth) from up"),
        1000);
    close_library(s);
}

static void object_that_is_its_own_parent_can_be_new(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    struct category *c = category_new(category_table(s));
    category_set_name(c, "self");
    category_set_parent(c, c);
    assert_true(orm_commit(s));
    assert_string_equal(db_text(db, "select parent_id = id from category"), "t");
    assert_ptr_equal(category_parent(c), c);
    close_library(s);
}

static void cycle_of_two_models_is_new_in_one_commit(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    char name[16];
    for (int i = 0; i < 5; i++) {
        struct team *t = team_new(team_table(s));
        snprintf(name, sizeof name, "team %d", i);
        team_set_name(t, name);
        for (int j = 0; j < 3; j++) {
            struct player *p = player_new(team_players(t));
            snprintf(name, sizeof name, "player %d", j);
            player_set_name(p, name);
            if (j == 1)
                team_set_captain(t, p);
        }
    }
    assert_true(orm_commit(s));
    assert_true(waited(s) <= 2);
    assert_true(spent(s) <= 3);
    assert_string_equal(
        db_text(db,
            "select count(*), min(p.name), max(p.name), bool_and(p.team_id = t.id)"
            " from team t join player p on p.id = t.captain_id"),
        "5|player 1|player 1|t");
    close_library(s);
}

static void key_of_the_programs_own_is_written(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    struct country *c = country_new(country_table(s));
    country_set_code(c, "nl");
    country_set_name(c, "Netherlands");
    struct city *city = city_new(country_cities(c));
    city_set_name(city, "Delft");
    assert_true(orm_commit(s));
    assert_true(waited(s) <= 2);
    assert_string_equal(
        db_text(db, "select c.name, country_id from city c"), "Delft|nl");
    assert_ptr_equal(country_get(country_table(s), "nl"), c);
    close_library(s);
}

static void query_sees_what_was_recorded(void **state)
{
    (void)state;
    arrange_library(db, 1, 2);
    struct orm_session *s = open_library();
    struct book *b = book_get(book_table(s), 1);
    book_set_pages(b, 9999);
    const struct book_query thick = {.where = {book_pages_gt(9000)}};
    assert_ptr_equal(book_first(book_table(s), &thick), b);
    assert_int_equal(book_count(book_table(s), &thick), 1);
    /* Nobody else sees it before the commit. */
    assert_int_equal(db_number(db, "select count(*) from book where pages > 9000"), 0);
    assert_true(orm_commit(s));
    assert_int_equal(db_number(db, "select count(*) from book where pages > 9000"), 1);
    close_library(s);
}

static void load_by_key_does_not_flush(void **state)
{
    (void)state;
    arrange_library(db, 2, 1);
    struct orm_session *s = open_library();
    struct book *b = book_get(book_table(s), 1);
    book_set_pages(b, 1);
    spent(s);
    assert_non_null(book_get(book_table(s), 2));
    assert_non_null(book_author(b));
    assert_int_equal(spent(s), 2);
    assert_true(orm_commit(s));
    close_library(s);
}

/* -- No change, defaults ----------------------------------------------------------- */

static void equal_value_is_no_change(void **state)
{
    (void)state;
    arrange_library(db, 2, 1);
    struct orm_session *s = open_library();
    struct book *b = book_get(book_table(s), 1);
    struct author *a = book_author(b);
    spent(s);
    waited(s);
    book_set_title(b, "book 1");
    book_set_pages(b, 101);
    book_set_author(b, a);
    book_set_author_id(b, 1);
    book_clear_genre(b);
    book_clear_editor(b);
    assert_true(orm_commit(s));
    assert_int_equal(spent(s), 0);
    assert_int_equal(waited(s), 0);
    close_library(s);
}

static void defaults_are_filled_in_by_the_server(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    struct ticket *t = ticket_new(ticket_table(s));
    ticket_set_subject(t, "plain");
    struct ticket *given = ticket_new(ticket_table(s));
    ticket_set_subject(given, "given");
    ticket_set_weight(given, 1);
    ticket_set_status(given, TICKET_STATUS_DONE);
    ticket_clear_note(given);
    const int64_t before = (int64_t)time(NULL) * 1000000;
    assert_true(orm_flush(s));
    spent(s);
    assert_int_equal(ticket_weight(t), 7);
    assert_int_equal(ticket_status(t), TICKET_STATUS_FRESH);
    assert_string_equal(ticket_note(t), "none");
    assert_true(ticket_has_note(t));
    assert_true(ticket_opened(t) > before - 3600 * 1000000LL);
    assert_true(ticket_opened(t) < before + 3600 * 1000000LL);
    assert_int_equal(ticket_weight(given), 1);
    assert_int_equal(ticket_status(given), TICKET_STATUS_DONE);
    assert_false(ticket_has_note(given));
    assert_int_equal(spent(s), 0);
    assert_true(orm_commit(s));
    assert_string_equal(
        db_text(
            db, "select subject, weight, status, note from ticket order by subject"),
        "given|1|done|-\nplain|7|fresh|none");
    assert_int_equal(ticket_opened(t),
        db_number(db, "select (extract(epoch from opened) * 1000000)::int8 from ticket"
                      " where subject = 'plain'"));
    close_library(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(new_objects_cost_the_same_whatever_their_number),
        DB_TEST(objects_are_clean_and_known_after_the_commit),
        DB_TEST(updates_go_in_one_statement),
        DB_TEST(update_writes_changed_columns_only),
        DB_TEST(deletes_go_in_one_statement),
        DB_TEST(children_are_deleted_before_their_parents),
        DB_TEST(new_object_deleted_again_is_never_written),
        DB_TEST(tree_of_any_depth_is_new_in_one_commit),
        DB_TEST(chain_a_thousand_deep_is_new_in_one_commit),
        DB_TEST(object_that_is_its_own_parent_can_be_new),
        DB_TEST(cycle_of_two_models_is_new_in_one_commit),
        DB_TEST(key_of_the_programs_own_is_written),
        DB_TEST(query_sees_what_was_recorded),
        DB_TEST(load_by_key_does_not_flush),
        DB_TEST(equal_value_is_no_change),
        DB_TEST(defaults_are_filled_in_by_the_server),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
