/* writing_test.c: one unit of work is written whole or not at all, in a number of
 * statements that does not depend on its size. */
#include "library_test.h"

#include <time.h>

static PGconn *db;

static int group_setup(void **state)
{
    db_group_setup(state);
    db = *state;
    return 0;
}

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

/* -- Many-to-many ------------------------------------------------------------------ */

static void adding_twice_is_adding_once(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    db_exec(db, "delete from book_tags");
    struct orm_session *s = open_library();
    struct book *b = book_get(book_table(s), 1);
    struct tag *t = tag_get(tag_table(s), 1);
    tag_add(book_tags(b), t);
    tag_add(book_tags(b), t);
    book_add(tag_books(t), b);
    assert_true(orm_commit(s));
    assert_int_equal(db_number(db, "select count(*) from book_tags"), 1);
    /* And once more, now that it is there. */
    tag_add(book_tags(b), t);
    assert_true(orm_commit(s));
    assert_int_equal(db_number(db, "select count(*) from book_tags"), 1);
    assert_int_equal(tag_all(book_tags(b))->len, 1);
    assert_int_equal(book_all(tag_books(t))->len, 1);
    close_library(s);
}

static void removing_what_is_not_there_is_nothing(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    db_exec(db, "delete from book_tags");
    struct orm_session *s = open_library();
    struct book *b = book_get(book_table(s), 1);
    struct tag *t = tag_get(tag_table(s), 1);
    tag_remove(book_tags(b), t);
    assert_true(orm_commit(s));
    tag_add(book_tags(b), t);
    tag_remove(book_tags(b), t);
    assert_true(orm_commit(s));
    assert_int_equal(db_number(db, "select count(*) from book_tags"), 0);
    tag_remove(book_tags(b), t);
    tag_add(book_tags(b), t);
    assert_true(orm_commit(s));
    assert_int_equal(db_number(db, "select count(*) from book_tags"), 1);
    close_library(s);
}

static unsigned long long cost_of_tagging(int n)
{
    db_truncate(db);
    arrange_library(db, 1, n);
    db_exec(db, "delete from book_tags");
    struct orm_session *s = open_library();
    const struct book_list *books = book_all(book_table(s));
    const struct tag_list *tags = tag_all(tag_table(s));
    orm_each(struct book, b, books)
        orm_each(struct tag, t, tags)
            tag_add(book_tags(b), t);
    spent(s);
    waited(s);
    assert_true(orm_commit(s));
    const unsigned long long cost = spent(s);
    assert_int_equal(waited(s), 1);
    assert_int_equal(db_number(db, "select count(*) from book_tags"), 3 * n);
    orm_each(struct book, b, books)
        tag_remove(book_tags(b), tags->items[0]);
    assert_true(orm_commit(s));
    assert_int_equal(spent(s), cost);
    assert_int_equal(db_number(db, "select count(*) from book_tags"), 2 * n);
    close_library(s);
    return cost;
}

static void tagging_costs_the_same_whatever_the_number(void **state)
{
    (void)state;
    assert_int_equal(cost_of_tagging(1), 1);
    assert_int_equal(cost_of_tagging(200), 1);
}

static void many_to_many_through_a_model_can_be_added(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    struct book *b = book_get(book_table(s), 1);
    struct reader *r = reader_new(reader_table(s));
    reader_set_name(r, "r");
    reader_add(book_readers(b), r);
    assert_true(orm_commit(s));
    assert_string_equal(
        db_text(db, "select l.book_id, r.name, l.due from loan l join reader r"
                    " on r.id = l.reader_id"),
        "1|r|-");
    assert_ptr_equal(reader_all(book_readers(b))->items[0], r);
    assert_ptr_equal(book_all(reader_books(r))->items[0], b);
    close_library(s);
}

static void reverse_slot_takes_and_gives_back(void **state)
{
    (void)state;
    arrange_library(db, 2, 1);
    struct orm_session *s = open_library();
    struct author *a = author_get(author_table(s), 2);
    struct book *b = book_get(book_table(s), 1);
    book_add(author_books(a), b);
    book_add(author_edited(a), b);
    assert_ptr_equal(book_author(b), a);
    assert_ptr_equal(book_editor(b), a);
    assert_true(orm_commit(s));
    assert_string_equal(
        db_text(db, "select author_id, editor_id from book where id = 1"), "2|2");
    book_remove(author_edited(a), b);
    assert_null(book_editor(b));
    assert_int_equal(book_all(author_edited(a))->len, 0);
    assert_true(orm_commit(s));
    assert_string_equal(
        db_text(db, "select author_id, editor_id from book where id = 1"), "2|-");
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

/* -- What must not be written ------------------------------------------------------ */

static void rows_that_a_trigger_drops_are_an_error(void **state)
{
    (void)state;
    db_exec(db,
        "create function public.drop_some() returns trigger language plpgsql as "
        "$$begin return case when new.name = 'kept' then new end; end$$;"
        "create trigger drop_some before insert on author "
        "for each row execute function public.drop_some()");
    struct orm_session *s = open_library();
    author_set_name(author_new(author_table(s)), "kept");
    author_set_name(author_new(author_table(s)), "dropped");
    assert_false(orm_commit(s));
    assert_failed(s, ORM_REFUSED, "author", NULL);
    assert_int_equal(orm_last_error(s)->outcome, ORM_COMMITTED);
    assert_string_equal(orm_message(s), "author: 1 of 2 new rows are in the table; a "
                                        "trigger or a rule dropped the others");
    orm_close(s);
    db_exec(db, "drop function public.drop_some() cascade");
}

static void unset_text_of_a_new_object_reads_as_empty(void **state)
{
    struct orm_session *s = open_library();
    (void)state;
    assert_string_equal(book_title(book_new(book_table(s))), "");
    orm_rollback(s);
    close_library(s);
}

static void unset_required_column_is_named(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    struct author *a = author_new(author_table(s));
    author_set_name(a, "a");
    struct book *b = book_new(author_books(a));
    book_set_pages(b, 1);
    assert_false(orm_commit(s));
    assert_failed(s, ORM_INVALID, "book", "title");
    assert_non_null(strstr(orm_message(s), "book.title"));
    assert_int_equal(orm_last_error(s)->outcome, ORM_NOT_STARTED);
    assert_int_equal(db_number(db, "select count(*) from author"), 0);
    orm_close(s);
}

static void unset_required_reference_is_named(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    struct book *b = book_new(book_table(s));
    book_set_title(b, "homeless");
    assert_false(orm_commit(s));
    assert_failed(s, ORM_INVALID, "book", "author");
    assert_int_equal(db_number(db, "select count(*) from book"), 0);
    orm_close(s);
}

static void null_text_is_refused(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    struct book *b = book_get(book_table(s), 1);
    book_set_title(b, NULL);
    assert_failed(s, ORM_INVALID, "book", "title");
    assert_string_equal(book_title(b), "book 1");
    assert_false(orm_commit(s));
    orm_close(s);
}

static void null_for_a_required_reference_is_refused(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    struct book *b = book_get(book_table(s), 1);
    book_set_author(b, NULL);
    assert_failed(s, ORM_INVALID, "book", "author");
    orm_rollback(s);
    assert_int_equal(author_id(book_author(b)), 1);
    close_library(s);
}

static void text_longer_than_its_column_is_refused(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    struct shelf *shelf = shelf_new(shelf_table(s));
    shelf_set_place(shelf, "äöüäöüäöüäöü"); /* 12 characters, 24 bytes */
    assert_true(orm_commit(s));
    shelf_set_place(shelf, "äöüäöüäöüäöü!");
    assert_false(orm_commit(s));
    assert_failed(s, ORM_RANGE, "shelf", "place");
    orm_rollback(s);
    assert_string_equal(shelf_place(shelf), "äöüäöüäöüäöü");
    close_library(s);
}

static void bad_utf8_is_refused_by_name(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "\xff",
        "a\xc3",
        "\xc0\xaf",
        "\xe2\x82",
        "\xed\xa0\x80",
        "\xf4\x90\x80\x80",
        "\xc3(",
        "\x80",
        "\xf8\x88\x80\x80\x80",
        "good then \xfe",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct orm_session *s = open_library();
        struct author *a = author_new(author_table(s));
        author_set_name(a, bad[i]);
        assert_false(orm_commit(s));
        assert_failed(s, ORM_RANGE, "author", "name");
        assert_int_equal(orm_last_error(s)->outcome, ORM_NOT_STARTED);
        orm_close(s);
    }
    assert_int_equal(db_number(db, "select count(*) from author"), 0);
}

static void enum_out_of_range_is_refused(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    struct book *b = book_get(book_table(s), 1);
    book_set_genre(b, BOOK_GENRE_POEM);
    /* Through an int, as a value that was read from somewhere would come. */
    volatile int wrong = 3;
    orm_set_integer(&b->orm, BOOK_GENRE, wrong);
    assert_failed(s, ORM_RANGE, "book", "genre");
    orm_rollback(s);
    assert_false(book_has_genre(b));
    orm_set_integer(&b->orm, BOOK_GENRE, -1);
    assert_failed(s, ORM_RANGE, "book", "genre");
    orm_close(s);
}

static void unique_violation_leaves_memory_as_it_was(void **state)
{
    (void)state;
    db_exec(db, "insert into tags (name) values ('red'), ('blue')");
    struct orm_session *s = open_library();
    struct tag *blue = tag_get(tag_table(s), 2);
    tag_set_name(blue, "red");
    struct author *a = author_new(author_table(s));
    author_set_name(a, "a");
    assert_false(orm_commit(s));
    assert_failed(s, ORM_CONSTRAINT, "tag", NULL);
    const struct orm_error *e = orm_last_error(s);
    assert_string_equal(e->sqlstate, "23505");
    assert_string_equal(e->constraint,
        db_text(db,
            "select conname from pg_constraint where conrelid = 'tags'::regclass"
            " and contype = 'u'"));
    assert_non_null(strstr(e->message, e->constraint));
    assert_int_equal(e->outcome, ORM_ROLLED_BACK);
    assert_false(e->retryable);
    assert_string_equal(tag_name(blue), "red"); /* not yet rolled back */
    assert_int_equal(db_number(db, "select count(*) from author"), 0);
    assert_string_equal(db_text(db, "select name from tags where id = 2"), "blue");

    /* Failed means failed: nothing is read or written any more. */
    spent(s);
    assert_int_equal(tag_all(tag_table(s))->len, 0);
    assert_false(orm_commit(s));
    assert_false(orm_flush(s));
    assert_int_equal(spent(s), 0);

    orm_rollback(s);
    assert_fine(s);
    assert_string_equal(tag_name(blue), "blue");
    assert_string_equal(author_name(a), "a");
    tag_set_name(blue, "green");
    assert_true(orm_commit(s));
    assert_string_equal(db_text(db, "select name from tags order by id"), "red\ngreen");
    assert_int_equal(db_number(db, "select count(*) from author"), 0);
    close_library(s);
}

static void foreign_key_violation_is_a_constraint(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    struct book *b = book_get(book_table(s), 1);
    book_set_author_id(b, 4711);
    assert_false(orm_commit(s));
    assert_failed(s, ORM_CONSTRAINT, "book", NULL);
    assert_string_equal(orm_last_error(s)->sqlstate, "23503");
    assert_int_equal(orm_last_error(s)->outcome, ORM_ROLLED_BACK);
    orm_rollback(s);
    assert_int_equal(book_author_id(b), 1);
    assert_int_equal(author_id(book_author(b)), 1);
    close_library(s);
}

static void deferred_constraint_fails_the_commit_and_rolls_back(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    db_exec(db,
        "create or replace function no_thirteen() returns trigger language plpgsql as"
        " $$ begin if new.pages = 13 then raise exception 'thirteen'"
        " using errcode = 'check_violation', constraint = 'no_thirteen';"
        " end if; return null; end $$;"
        "create constraint trigger no_thirteen after update on book"
        " deferrable initially deferred for each row execute function no_thirteen()");
    struct orm_session *s = open_library();
    struct book *b = book_get(book_table(s), 1);
    book_set_pages(b, 13);
    assert_true(orm_flush(s));
    assert_false(orm_commit(s));
    assert_failed(s, ORM_CONSTRAINT, NULL, NULL);
    assert_string_equal(orm_last_error(s)->constraint, "no_thirteen");
    assert_int_equal(orm_last_error(s)->outcome, ORM_ROLLED_BACK);
    orm_rollback(s);
    assert_int_equal(book_pages(b), 101);
    close_library(s);
    db_exec(db, "drop function no_thirteen cascade");
}

/* -- Stale ------------------------------------------------------------------------- */

static void update_of_a_row_that_is_gone_is_stale(void **state)
{
    (void)state;
    arrange_library(db, 1, 3);
    struct orm_session *s = open_library();
    orm_each(struct book, b, book_all(book_table(s)))
        book_set_pages(b, 1);
    db_exec(db, "delete from book where id = 2");
    assert_false(orm_commit(s));
    assert_failed(s, ORM_STALE, "book", NULL);
    assert_non_null(strstr(orm_message(s), "2"));
    assert_int_equal(orm_last_error(s)->outcome, ORM_ROLLED_BACK);
    assert_int_equal(db_number(db, "select count(*) from book where pages = 1"), 0);
    orm_rollback(s);
    assert_int_equal(book_pages(book_get(book_table(s), 1)), 101);
    close_library(s);
}

static void delete_of_a_row_that_is_gone_is_stale(void **state)
{
    (void)state;
    arrange_library(db, 1, 3);
    struct orm_session *s = open_library();
    orm_each(struct book, b, book_all(book_table(s)))
        book_delete(b);
    db_exec(db, "delete from book where id = 3");
    assert_false(orm_commit(s));
    assert_failed(s, ORM_STALE, "book", NULL);
    assert_non_null(strstr(orm_message(s), "3"));
    assert_int_equal(db_number(db, "select count(*) from book"), 2);
    orm_close(s);
}

static void refresh_of_a_row_that_is_gone_is_stale(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    struct book *b = book_get(book_table(s), 1);
    db_exec(db, "delete from book");
    book_refresh(b);
    assert_failed(s, ORM_STALE, "book", NULL);
    assert_string_equal(book_title(b), "book 1");
    orm_close(s);
}

/* -- Rollback and reset ------------------------------------------------------------ */

static void rollback_puts_objects_back(void **state)
{
    (void)state;
    arrange_library(db, 2, 2);
    struct orm_session *s = open_library();
    struct author *a = author_get(author_table(s), 1);
    struct book *changed = book_get(book_table(s), 1);
    struct book *deleted = book_get(book_table(s), 2);
    assert_int_equal(book_all(author_books(a))->len, 2);
    assert_int_equal(tag_all(book_tags(changed))->len, 2);

    for (int flushed = 0; flushed < 2; flushed++) {
        book_set_title(changed, "changed");
        book_clear_pages(changed);
        book_set_genre(changed, BOOK_GENRE_ESSAY);
        book_set_author_id(changed, 2);
        book_delete(deleted);
        struct book *added = book_new(author_books(a));
        book_set_title(added, "added");
        tag_remove(book_tags(changed), tag_all(tag_table(s))->items[0]);
        if (flushed) {
            assert_true(orm_flush(s));
            assert_string_equal(book_title(changed), "changed");
        }
        orm_rollback(s);
        assert_fine(s);
        assert_string_equal(book_title(changed), "book 1");
        assert_int_equal(book_pages(changed), 101);
        assert_false(book_has_genre(changed));
        assert_ptr_equal(book_author(changed), a);
        assert_int_equal(book_all(author_books(a))->len, 2);
        assert_ptr_equal(book_all(author_books(a))->items[1], deleted);
        assert_int_equal(tag_all(book_tags(changed))->len, 2);
        assert_ptr_equal(book_get(book_table(s), 2), deleted);
        assert_string_equal(book_title(added), "added"); /* reads on */
        spent(s);
        assert_true(orm_commit(s));
        assert_int_equal(spent(s), 0);
    }
    assert_string_equal(
        db_text(db, "select title, pages, genre, author_id from book order by id"),
        "book 1|101|-|1\nbook 2|102|-|1\nbook 3|103|-|2\nbook 4|104|-|2");
    assert_int_equal(db_number(db, "select count(*) from book_tags"), 8);
    close_library(s);
}

static void what_was_loaded_in_a_rolled_back_transaction_is_true_again(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    struct book *b = book_get(book_table(s), 1);
    book_set_title(b, "changed");
    assert_true(orm_flush(s));
    book_refresh(b);
    assert_string_equal(book_title(b), "changed");
    orm_rollback(s);
    assert_string_equal(book_title(b), "book 1");
    close_library(s);
}

static void flushed_objects_of_a_rolled_back_unit_are_detached(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    struct author *a = author_new(author_table(s));
    author_set_name(a, "a");
    assert_true(orm_flush(s));
    const int64_t key = author_id(a);
    assert_true(key > 0);
    orm_rollback(s);
    assert_null(author_get(author_table(s), key));
    assert_string_equal(author_name(a), "a");
    assert_true(orm_commit(s));
    assert_int_equal(db_number(db, "select count(*) from author"), 0);
    close_library(s);
}

static void begin_makes_reads_and_writes_one_transaction(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    orm_begin(s);
    assert_int_equal(waited(s), 0);
    struct book *b = book_get(book_table(s), 1);
    book_set_pages(b, 1);
    assert_true(orm_flush(s));
    assert_int_equal(db_number(db, "select count(*) from pg_stat_activity"
                                   " where state = 'idle in transaction'"
                                   " and datname = current_database()"),
        1);
    orm_rollback(s);
    assert_int_equal(book_pages(b), 101);
    assert_int_equal(db_number(db, "select count(*) from pg_stat_activity"
                                   " where state = 'idle in transaction'"
                                   " and datname = current_database()"),
        0);
    close_library(s);
}

static void end_of_a_reading_unit_refuses_unwritten_changes(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    struct book *b = book_get(book_table(s), 1);
    assert_true(orm_end(s));
    book_set_pages(b, 1);
    assert_false(orm_end(s));
    assert_failed(s, ORM_UNSAVED, NULL, NULL);
    orm_rollback(s);
    assert_int_equal(book_pages(b), 101);
    close_library(s);
}

static void reset_drops_everything_and_keeps_the_connection(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    const char *pid =
        "select pid from pg_stat_activity where datname = current_database()"
        " and pid <> pg_backend_pid() and backend_type = 'client backend'";
    const long long before = db_number(db, "%s", pid);
    book_set_pages(book_get(book_table(s), 1), 1);
    assert_true(orm_flush(s));
    author_set_name(author_new(author_table(s)), "never");
    orm_reset(s);
    assert_fine(s);
    assert_int_equal(db_number(db, "%s", pid), before);
    assert_int_equal(book_pages(book_get(book_table(s), 1)), 101);
    assert_true(orm_commit(s));
    assert_int_equal(db_number(db, "select count(*) from author"), 1);
    close_library(s);
}

static void objects_of_two_sessions_do_not_mix(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *one = open_library();
    struct orm_session *two = open_library();
    struct book *b = book_get(book_table(one), 1);
    struct author *a = author_get(author_table(two), 1);
    struct tag *t = tag_get(tag_table(two), 3);
    book_set_author(b, a);
    assert_failed(one, ORM_OTHER_SESSION, "book", "author");
    orm_rollback(one);
    tag_add(book_tags(b), t);
    assert_failed(one, ORM_OTHER_SESSION, NULL, NULL);
    assert_fine(two);
    orm_close(one);
    close_library(two);
}

static void delete_expires_what_the_database_cascades_into(void **state)
{
    (void)state;
    arrange_library(db, 2, 2);
    struct orm_session *s = open_library();
    struct author *a = author_get(author_table(s), 1);
    struct book *kept = book_get(book_table(s), 3);
    struct book *gone = book_get(book_table(s), 1);
    book_set_editor(kept, a);
    assert_true(orm_commit(s));
    author_delete(a);
    assert_true(orm_commit(s));
    assert_string_equal(
        db_text(db, "select id, editor_id from book order by id"), "3|-\n4|-");
    assert_null(book_get(book_table(s), 1));
    assert_null(author_get(author_table(s), 1));
    assert_null(book_editor(kept));
    assert_null(book_author(gone));
    assert_true(orm_ok(s));
    close_library(s);
}

static void swap_of_unique_values_is_the_databases_to_judge(void **state)
{
    (void)state;
    db_exec(db, "insert into tags (name) values ('red'), ('blue')");
    struct orm_session *s = open_library();
    struct tag *a = tag_get(tag_table(s), 1);
    struct tag *b = tag_get(tag_table(s), 2);
    tag_set_name(a, "blue");
    tag_set_name(b, "red");
    /* PostgreSQL checks unique columns row by row: either way it must be said cleanly.
     */
    if (!orm_commit(s)) {
        assert_failed(s, ORM_CONSTRAINT, "tag", NULL);
        orm_rollback(s);
        assert_string_equal(tag_name(a), "red");
    }
    close_library(s);
}

static void deleted_unique_value_can_be_used_again_in_one_unit(void **state)
{
    (void)state;
    db_exec(db, "insert into tags (name) values ('red')");
    struct orm_session *s = open_library();
    tag_delete(tag_get(tag_table(s), 1));
    assert_true(orm_flush(s));
    tag_set_name(tag_new(tag_table(s)), "red");
    assert_true(orm_commit(s));
    assert_string_equal(db_text(db, "select id > 1, name from tags"), "t|red");
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
        DB_TEST(adding_twice_is_adding_once),
        DB_TEST(removing_what_is_not_there_is_nothing),
        DB_TEST(tagging_costs_the_same_whatever_the_number),
        DB_TEST(many_to_many_through_a_model_can_be_added),
        DB_TEST(reverse_slot_takes_and_gives_back),
        DB_TEST(equal_value_is_no_change),
        DB_TEST(defaults_are_filled_in_by_the_server),
        DB_TEST(rows_that_a_trigger_drops_are_an_error),
        DB_TEST(unset_text_of_a_new_object_reads_as_empty),
        DB_TEST(unset_required_column_is_named),
        DB_TEST(unset_required_reference_is_named),
        DB_TEST(null_text_is_refused),
        DB_TEST(null_for_a_required_reference_is_refused),
        DB_TEST(text_longer_than_its_column_is_refused),
        DB_TEST(bad_utf8_is_refused_by_name),
        DB_TEST(enum_out_of_range_is_refused),
        DB_TEST(unique_violation_leaves_memory_as_it_was),
        DB_TEST(foreign_key_violation_is_a_constraint),
        DB_TEST(deferred_constraint_fails_the_commit_and_rolls_back),
        DB_TEST(update_of_a_row_that_is_gone_is_stale),
        DB_TEST(delete_of_a_row_that_is_gone_is_stale),
        DB_TEST(refresh_of_a_row_that_is_gone_is_stale),
        DB_TEST(rollback_puts_objects_back),
        DB_TEST(what_was_loaded_in_a_rolled_back_transaction_is_true_again),
        DB_TEST(flushed_objects_of_a_rolled_back_unit_are_detached),
        DB_TEST(begin_makes_reads_and_writes_one_transaction),
        DB_TEST(end_of_a_reading_unit_refuses_unwritten_changes),
        DB_TEST(reset_drops_everything_and_keeps_the_connection),
        DB_TEST(objects_of_two_sessions_do_not_mix),
        DB_TEST(delete_expires_what_the_database_cascades_into),
        DB_TEST(swap_of_unique_values_is_the_databases_to_judge),
        DB_TEST(deleted_unique_value_can_be_used_again_in_one_unit),
    };
    return cmocka_run_group_tests(tests, group_setup, db_group_teardown);
}
