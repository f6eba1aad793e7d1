/* change_all_test.c: rows that a query matches change or go in one statement, and what
 * the session has of them follows. */
#include "library_test.h"

#include "base/memory.h"

#include <limits.h>

static const struct book_query all_books;
static const struct book_changes one_page_more = {
    .set = {{{.kind = ORM_CHANGE_PLUS, .column = BOOK_PAGES, .value.integer = 1}}}};

/* Four books of two authors; the session has read nothing. */
static struct orm_session *begin(void)
{
    arrange_library(db, 2, 2);
    return open_library();
}

static const char *pages(void)
{
    return db_text(db, "select string_agg(pages::text, ' ' order by id) from book");
}

/* -- Updates ----------------------------------------------------------------------- */

static void all_rows_that_match_change_in_one_statement(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    const struct book_query q = {.where = {book_pages_ge(103)}};
    const struct book_changes c = {.set = {book_pages_plus(10), book_title_to("long")}};
    assert_int_equal(book_update_all(book_table(s), &q, &c), 2);
    assert_int_equal(spent(s), 1);
    assert_int_equal(waited(s), 1);
    assert_true(orm_commit(s));
    assert_string_equal(pages(), "101 102 113 114");
    assert_int_equal(
        db_number(db, "select count(*) from book where title = 'long'"), 2);
    assert_string_equal(
        db_text(db, "select string_agg(revision::text, '' order by id) from book"),
        "1122");
    close_library(s);
}

static void update_waits_for_the_commit(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    assert_int_equal(book_update_all(book_table(s), &all_books, &one_page_more), 4);
    assert_string_equal(pages(), "101 102 103 104");
    assert_true(orm_commit(s));
    assert_string_equal(pages(), "102 103 104 105");
    close_library(s);
}

static void mapped_objects_take_the_new_values(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    struct book *b = book_get(book_table(s), 2);
    const char *title = book_title(b);
    assert_int_equal(book_update_all(book_table(s), &all_books, &one_page_more), 4);
    spent(s);
    assert_int_equal(book_pages(b), 103);
    assert_int_equal(book_revision(b), 2);
    assert_ptr_equal(book_title(b), title);
    assert_ptr_equal(book_get(book_table(s), 2), b);
    assert_int_equal(spent(s), 0);

    book_set_pages(b, 7); /* the version is the new one */
    assert_true(orm_commit(s));
    assert_int_equal(db_number(db, "select pages from book where id = 2"), 7);
    assert_int_equal(db_number(db, "select revision from book where id = 2"), 3);
    close_library(s);
}

static void what_is_recorded_is_written_before(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    struct book *b = book_get(book_table(s), 1);
    book_set_pages(b, 1000);
    struct book *added = book_new(book_table(s));
    book_set_title(added, "new");
    book_set_author(added, author_get(author_table(s), 1));
    book_set_pages(added, 2000);
    orm_set_autoflush(s, false); /* this is no query */
    const struct book_query q = {.where = {book_pages_ge(1000)}};
    assert_int_equal(book_update_all(book_table(s), &q, &one_page_more), 2);
    assert_int_equal(book_pages(b), 1001);
    assert_int_equal(book_pages(added), 2001);
    assert_true(orm_commit(s));
    assert_string_equal(pages(), "1001 102 103 104 2001");
    close_library(s);
}

static void relation_limits_it_to_the_owners_rows(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    struct author *a = author_get(author_table(s), 2);
    assert_int_equal(book_update_all(author_books(a), NULL, &one_page_more), 2);
    const struct book_query q = {.where = {book_pages_eq(104)}};
    assert_int_equal(book_update_all(author_books(a), &q, &one_page_more), 1);
    const struct tag_changes c = {.set = {tag_name_to("of the first")}};
    const struct tag_query red = {.where = {tag_name_eq("green")}};
    struct book *b = book_get(book_table(s), 1);
    assert_int_equal(tag_update_all(book_tags(b), &red, &c), 1);
    assert_true(orm_commit(s));
    assert_string_equal(pages(), "101 102 105 105");
    assert_string_equal(
        db_text(db, "select string_agg(name, ',' order by id) from tags"),
        "red,of the first,blue");
    close_library(s);
}

static void conditions_are_those_of_queries(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    const struct author_query second = {.where = {author_name_ends_with("2")}};
    const int32_t some[] = {101, 104};
    const struct book_query q = {
        .where = {book_any_of(), book_pages_eq(102), book_author_matches(&second),
            book_end(), book_not(book_pages_in(some, 2))}};
    const struct book_changes c = {.set = {book_pages_to(0)}};
    assert_int_equal(book_update_all(book_table(s), &q, &c), 2);
    assert_true(orm_commit(s));
    assert_string_equal(pages(), "101 0 0 104");
    close_library(s);
}

static void limit_and_order_choose_the_rows(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    struct book *last = book_get(book_table(s), 4);
    const struct book_query q = {.order = {book_pages_desc()}, .limit = 1, .offset = 1};
    assert_int_equal(book_update_all(book_table(s), &q, &one_page_more), 1);
    const struct book_query by_author = {
        .order = {book_by_author(author_name_desc()), book_pages_desc()}, .limit = 1};
    assert_int_equal(book_delete_all(book_table(s), &by_author), 1);
    assert_true(orm_commit(s));
    assert_int_equal(spent(s), 3);
    assert_int_equal(db_number(db, "select count(*) from book where id = 4"), 1);
    assert_int_equal(book_pages(last), 104);
    assert_int_equal(db_number(db, "select count(*) from book"), 3);
    close_library(s);
}

static void rows_that_others_locked_can_be_left_out(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    db_exec(db, "begin; select 1 from book where id = 2 for update");
    const struct book_query q = {.locked = ORM_LOCKED_SKIP};
    assert_int_equal(book_update_all(book_table(s), &q, &one_page_more), 3);
    db_exec(db, "rollback");
    assert_true(orm_commit(s));
    assert_string_equal(pages(), "102 102 104 105");
    close_library(s);
}

static void numbers_are_added_to_and_multiplied(void **state)
{
    (void)state;
    db_exec(db, "insert into maybe (tiny, whole, big, ratio, exact) values"
                " (2, 10, 10000000000, 1.5, 2.5), (null, null, null, null, null)");
    struct orm_session *s = open_library();
    struct maybe *m = maybe_get(maybe_table(s), 1);
    const struct maybe_query all = {.limit = 0};
    const struct maybe_changes first = {
        .set = {maybe_tiny_minus(3), maybe_whole_times(2.5), maybe_big_plus(5),
            maybe_ratio_times(3), maybe_exact_plus(0.25)}};
    assert_int_equal(maybe_update_all(maybe_table(s), &all, &first), 2);
    assert_int_equal(maybe_tiny(m), -1);
    assert_int_equal(maybe_whole(m), 25);
    assert_int_equal(maybe_big(m), 10000000005);
    assert_true(maybe_ratio(m) == 4.5F);
    assert_true(maybe_exact(m) == 2.75);
    const struct maybe_changes second = {
        .set = {maybe_tiny_to_null(), maybe_column_to(MAYBE_RATIO, MAYBE_RATIO),
            maybe_mood_to(MAYBE_MOOD_BORED), maybe_day_to(7), maybe_flag_to(true)}};
    assert_int_equal(maybe_update_all(maybe_table(s), &all, &second), 2);
    assert_false(maybe_has_tiny(m));
    assert_true(maybe_flag(m));
    assert_int_equal(maybe_mood(m), MAYBE_MOOD_BORED);
    assert_int_equal(maybe_day(m), 7);
    assert_true(orm_commit(s));
    assert_string_equal(
        db_text(db, "select tiny, whole, mood, day, flag from maybe order by id"),
        "-|25|bored|1970-01-08|t\n-|-|bored|1970-01-08|t");
    close_library(s);
}

static void lazy_column_loads_again(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    db_exec(db, "update book set blurb = 'old'");
    struct book *b = book_get(book_table(s), 1);
    const char *held = book_blurb(b);
    const struct book_changes c = {.set = {book_blurb_to("new")}};
    assert_int_equal(book_update_all(book_table(s), &all_books, &c), 4);
    assert_string_equal(held, "old");
    assert_string_equal(book_blurb(b), "new");
    assert_true(orm_commit(s));
    close_library(s);
}

static void no_change_costs_no_statement(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    const struct book_changes none = {.set = {{{0}}}};
    assert_int_equal(book_update_all(book_table(s), &all_books, &none), 0);
    assert_int_equal(book_update_all(book_table(s), &all_books, NULL), 0);
    assert_int_equal(spent(s), 0);
    close_library(s);
}

/* -- References -------------------------------------------------------------------- */

static void rows_move_to_another_owner_and_all_lists_know(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    struct author *one = author_get(author_table(s), 1);
    struct author *two = author_get(author_table(s), 2);
    assert_int_equal(book_all(author_books(one))->len, 2);
    assert_int_equal(book_all(author_books(two))->len, 2);
    struct book *b = book_get(book_table(s), 1);
    assert_ptr_equal(book_author(b), one);
    const struct book_changes c = {.set = {book_author_to(two)}};
    assert_int_equal(book_update_all(author_books(one), NULL, &c), 2);
    assert_ptr_equal(book_author(b), two);
    assert_int_equal(book_all(author_books(one))->len, 0);
    assert_int_equal(book_all(author_books(two))->len, 4);
    assert_true(orm_commit(s));
    assert_int_equal(db_number(db, "select count(*) from book where author_id = 2"), 4);
    close_library(s);
}

static void rows_that_nobody_loaded_show_in_lists_that_were(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    struct author *two = author_get(author_table(s), 2);
    const struct book_query first = {.where = {book_id_eq(1)}};
    const struct book_changes edit = {
        .set = {book_editor_to(two), book_shelf_to_null()}};
    assert_int_equal(book_all(author_edited(two))->len, 0);
    assert_int_equal(book_update_all(book_table(s), &first, &edit), 1);
    assert_int_equal(book_all(author_edited(two))->len, 1);
    assert_true(orm_commit(s));
    assert_int_equal(
        db_number(db, "select count(*) from book where shelf_id is null"), 1);
    close_library(s);
}

static void join_model_changes_lists_behind_it(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    db_exec(db, "insert into reader (name) values ('r');"
                "insert into loan (book_id, reader_id) values (1, 1), (2, 1)");
    struct book *one = book_get(book_table(s), 1);
    struct reader *r = reader_get(reader_table(s), 1);
    assert_int_equal(reader_all(book_readers(one))->len, 1);
    assert_int_equal(book_all(reader_books(r))->len, 2);
    const struct loan_query of_one = {.where = {loan_book_is(one)}};
    assert_int_equal(loan_delete_all(loan_table(s), &of_one), 1);
    assert_int_equal(reader_all(book_readers(one))->len, 0);
    assert_int_equal(book_all(reader_books(r))->len, 1);
    assert_true(orm_commit(s));
    close_library(s);
}

static void one_to_one_is_seen_from_its_other_end(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    db_exec(db, "insert into profile (bio, author_id) values ('b', 1)");
    struct author *one = author_get(author_table(s), 1);
    struct author *two = author_get(author_table(s), 2);
    assert_non_null(author_profile(one));
    assert_null(author_profile(two));
    const struct profile_query all = {.limit = 0};
    const struct profile_changes c = {.set = {profile_author_to(two)}};
    assert_int_equal(profile_update_all(profile_table(s), &all, &c), 1);
    assert_null(author_profile(one));
    assert_non_null(author_profile(two));
    assert_true(orm_commit(s));
    close_library(s);
}

static void new_object_that_rows_get_is_saved_first(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    struct author *a = author_new(author_table(s));
    author_set_name(a, "new");
    const struct book_changes c = {.set = {book_author_to(a)}};
    assert_int_equal(book_update_all(book_table(s), &all_books, &c), 4);
    assert_true(orm_commit(s));
    assert_int_equal(db_number(db, "select count(*) from book where author_id = 3"), 4);
    close_library(s);
}

/* -- Deletes ----------------------------------------------------------------------- */

static void deleted_rows_are_gone_from_memory(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    struct author *one = author_get(author_table(s), 1);
    const struct book_list *held = book_all(author_books(one));
    struct book *b = held->items[0];
    const struct book_query q = {.where = {book_id_eq(1)}};
    spent(s);
    assert_int_equal(book_delete_all(book_table(s), &q), 1);
    assert_int_equal(spent(s), 1);
    assert_int_equal(held->len, 2);
    assert_string_equal(book_title(b), "book 1");
    assert_null(book_get(book_table(s), 1));
    assert_int_equal(book_all(author_books(one))->len, 1);
    assert_true(orm_commit(s));
    assert_int_equal(db_number(db, "select count(*) from book"), 3);
    close_library(s);
}

static void delete_follows_on_delete(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    db_exec(db, "update book set editor_id = 2 where id = 1");
    struct author *two = author_get(author_table(s), 2);
    struct book *edited = book_get(book_table(s), 1);
    struct book *written = book_get(book_table(s), 3);
    assert_ptr_equal(book_editor(edited), two);
    assert_ptr_equal(book_author(written), two);
    const struct author_query q = {.where = {author_id_eq(2)}};
    assert_int_equal(author_delete_all(author_table(s), &q), 1);
    spent(s);
    assert_null(book_editor(edited));
    assert_int_equal(book_editor_state(edited), ORM_REF_NULL);
    assert_int_equal(spent(s), 0);
    assert_null(book_get(book_table(s), 3));
    assert_true(orm_commit(s));
    assert_int_equal(db_number(db, "select count(*) from book"), 2);
    close_library(s);
}

static void what_unknown_rows_took_with_them_is_asked_for_again(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    struct book *b = book_get(book_table(s), 3);
    struct shelf *shelf = book_shelf(b);
    assert_int_equal(book_all(shelf_books(shelf))->len, 1);
    const struct author_query q = {.where = {author_id_eq(2)}};
    assert_int_equal(author_delete_all(author_table(s), &q), 1);
    assert_int_equal(book_all(shelf_books(shelf))->len, 0);
    assert_null(book_get(book_table(s), 3));
    assert_true(orm_commit(s));
    close_library(s);
}

static void list_of_a_relation_can_be_deleted_whole(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    struct author *one = author_get(author_table(s), 1);
    assert_int_equal(book_delete_all(author_books(one), NULL), 2);
    assert_int_equal(book_all(author_books(one))->len, 0);
    assert_true(orm_commit(s));
    assert_int_equal(db_number(db, "select count(*) from book"), 2);
    close_library(s);
}

/* -- Undoing ----------------------------------------------------------------------- */

static void rollback_restores_rows_and_memory(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    struct author *one = author_get(author_table(s), 1);
    struct author *two = author_get(author_table(s), 2);
    struct book *b = book_get(book_table(s), 1);
    struct book *gone = book_get(book_table(s), 2);
    assert_int_equal(book_all(author_books(one))->len, 2);
    const struct book_query first = {.where = {book_id_eq(1)}};
    const struct book_query second = {.where = {book_id_eq(2)}};
    const struct book_changes c = {.set = {book_author_to(two), book_pages_to_null()}};
    assert_int_equal(book_update_all(book_table(s), &first, &c), 1);
    assert_int_equal(book_delete_all(book_table(s), &second), 1);
    assert_false(book_has_pages(b));
    orm_rollback(s);
    assert_int_equal(book_pages(b), 101);
    assert_int_equal(book_revision(b), 1);
    assert_int_equal(book_author_id(b), 1);
    assert_ptr_equal(book_author(b), one);
    assert_int_equal(book_all(author_books(one))->len, 2);
    assert_ptr_equal(book_get(book_table(s), 2), gone);
    assert_string_equal(pages(), "101 102 103 104");
    close_library(s);
}

static void savepoint_restores_rows_and_memory(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    struct author *one = author_get(author_table(s), 1);
    struct book *b = book_get(book_table(s), 1);
    struct book *gone = book_get(book_table(s), 2);
    assert_int_equal(book_update_all(book_table(s), &all_books, &one_page_more), 4);
    orm_savepoint(s);
    const struct book_query second = {.where = {book_id_eq(2)}};
    assert_int_equal(book_update_all(book_table(s), &all_books, &one_page_more), 4);
    assert_int_equal(book_delete_all(book_table(s), &second), 1);
    assert_int_equal(book_pages(b), 103);
    assert_int_equal(book_all(author_books(one))->len, 1);
    orm_rollback_to(s);
    assert_int_equal(book_pages(b), 102);
    assert_int_equal(book_revision(b), 2);
    assert_ptr_equal(book_get(book_table(s), 2), gone);
    assert_int_equal(book_all(author_books(one))->len, 2);
    assert_true(orm_commit(s));
    assert_string_equal(pages(), "102 103 104 105");
    close_library(s);
}

static void failed_statement_changes_nothing(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    struct tag *t = tag_get(tag_table(s), 1);
    const struct tag_query all = {.limit = 0};
    const struct tag_changes c = {.set = {tag_name_to("same")}};
    assert_int_equal(tag_update_all(tag_table(s), &all, &c), 0);
    assert_failed(s, ORM_CONSTRAINT, "tag", NULL);
    assert_string_equal(orm_last_error(s)->sqlstate, "23505");
    assert_int_equal(orm_last_error(s)->outcome, ORM_ROLLED_BACK);
    assert_string_equal(tag_name(t), "red");
    orm_rollback(s);
    assert_string_equal(tag_name(t), "red");
    assert_ptr_equal(tag_get(tag_table(s), 1), t);
    close_library(s);
}

/* -- What is refused --------------------------------------------------------------- */

/* Nothing was sent, and the message is this one. */
static void refused(struct orm_session *s, size_t rows, const char *message)
{
    assert_int_equal(rows, 0);
    assert_int_equal(orm_status(s), ORM_INVALID);
    assert_string_equal(orm_message(s), message);
    assert_int_equal(spent(s), 0);
    orm_rollback(s);
}

static void whole_table_is_not_meant_by_a_null(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    refused(s, book_update_all(book_table(s), NULL, &one_page_more),
        "book: no query, and so the whole table? That is what an empty query says: "
        "&(struct book_query){0}");
    refused(s, book_delete_all(book_table(s), NULL),
        "book: no query, and so the whole table? That is what an empty query says: "
        "&(struct book_query){0}");
    assert_int_equal(book_delete_all(NULL, NULL), 0);
    assert_int_equal(
        book_delete_all(book_table(s), &(struct book_query){.limit = 0}), 4);
    orm_rollback(s);
    close_library(s);
}

static void query_that_does_more_is_refused(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    struct book *b = book_get(book_table(s), 1);
    spent(s);
    const struct book_query with = {.with = {book_with_author(NULL)}};
    refused(s, book_delete_all(book_table(s), &with),
        "book: a query for rows that change loads nothing: it has no `with`");
    const struct book_query after = {.order = {book_id_asc()}, .after = b};
    refused(s, book_delete_all(book_table(s), &after),
        "book: a query for rows that change has no `after`; it may have a limit");
    const struct book_query distinct = {.distinct_on = {book_pages_asc()}};
    refused(s, book_delete_all(book_table(s), &distinct),
        "book: a query for rows that change has no `distinct`: each row changes once");
    struct book_query many = {.limit = 1};
    for (int i = 0; i <= ORM_QUERY_WHERE; i++)
        book_where(&many, book_pages_eq(1));
    refused(s, book_delete_all(book_table(s), &many),
        "book: the query has more conditions, orders or plans than it has room for");
    close_library(s);
}

static size_t give(struct orm_session *s, struct orm_change change)
{
    struct book_changes c = {.overfull = false};
    book_change_also(&c, (struct book_change){change});
    return book_update_all(book_table(s), &all_books, &c);
}

static void column_that_keeps_its_value_is_refused(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    refused(s, give(s, orm_change_integer(ORM_CHANGE_TO, BOOK_ID, 1)),
        "book.id: the key of a row does not change");
    refused(s, give(s, orm_change_integer(ORM_CHANGE_TO, BOOK_REVISION, 1)),
        "book.revision: it is set with every change, by the runtime alone");
    refused(s, give(s, orm_change_of(ORM_CHANGE_TO_NULL, BOOK_TITLE, 0)),
        "book.title: required; it can be changed but not cleared");
    refused(s, give(s, orm_change_of(ORM_CHANGE_TO_NONE, BOOK_REF_AUTHOR, 0)),
        "book.author: required; it can be changed but not cleared");
    const struct member_query all = {.limit = 0};
    const struct member_changes c = {.set = {member_handle_to("x")}};
    refused(s, member_update_all(member_table(s), &all, &c),
        "member.handle: other rows refer to it: change the objects, and what refers to "
        "them follows");
    close_library(s);
}

static void value_that_does_not_fit_is_refused(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    refused(s, give(s, orm_change_text(ORM_CHANGE_TO, BOOK_TITLE, NULL)),
        "book.title: NULL is no value; clear the field, or ask with is_null");
    refused(s, give(s, orm_change_text(ORM_CHANGE_PLUS, BOOK_TITLE, "x")),
        "book.title: only numbers are added to");
    refused(s, give(s, orm_change_real(ORM_CHANGE_TIMES, BOOK_TITLE, 2)),
        "book.title: only numbers are multiplied");
    refused(s, give(s, orm_change_real(ORM_CHANGE_TIMES, BOOK_PAGES, 1e308 * 10)),
        "book.pages: a factor is a finite number");
    refused(s, give(s, orm_change_of(ORM_CHANGE_TO_COLUMN, BOOK_PAGES, BOOK_TITLE)),
        "book.pages: a column of int4 cannot take the value of book.title, which is "
        "text");
    refused(s, give(s, orm_change_of(ORM_CHANGE_TO_COLUMN, BOOK_PAGES, 999)),
        "book.pages: takes the value of a column that the model lacks");
    refused(s, give(s, orm_change_of(ORM_CHANGE_TO, 999, 0)),
        "book: a change of a column that the model does not have");
    refused(s, give(s, orm_change_of(ORM_CHANGE_KIND_COUNT, BOOK_PAGES, 0)),
        "book: a change that there is not");
    const struct book_changes twice = {.set = {book_pages_to(1), book_pages_plus(1)}};
    refused(s, book_update_all(book_table(s), &all_books, &twice),
        "book.pages: it is changed twice");
    struct book_changes many = {.overfull = false};
    for (int i = 0; i <= ORM_CHANGES; i++)
        book_change_also(&many, book_pages_to(i));
    refused(s, book_update_all(book_table(s), &all_books, &many),
        "book: more than 64 changes");
    close_library(s);
}

static void object_that_cannot_be_referred_to_is_refused(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    struct orm_session *other = orm_open(db_conninfo(), &library_schema);
    struct author *strange = author_get(author_table(other), 1);
    struct author *deleted = author_get(author_table(s), 2);
    spent(s);
    struct book_changes c = {.set = {book_author_to(NULL)}};
    refused(s, book_update_all(book_table(s), &all_books, &c),
        "book.author: NULL is no object to refer to; there is to_null()");
    c.set[0] = book_author_to(strange);
    assert_int_equal(book_update_all(book_table(s), &all_books, &c), 0);
    assert_failed(s, ORM_OTHER_SESSION, "book", "author");
    orm_rollback(s);
    author_delete(deleted);
    c.set[0] = book_author_to(deleted);
    refused(s, book_update_all(book_table(s), &all_books, &c),
        "book.author: the object was deleted or rolled back");
    orm_close(other);
    close_library(s);
}

/* -- Cost -------------------------------------------------------------------------- */

static void known_shape_takes_no_memory(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    struct book *b = book_get(book_table(s), 1);
    for (int i = 0; i < 4; i++) {
        const struct book_query q = {.where = {book_pages_ge(i)}};
        const struct book_changes c = {.set = {book_pages_to(100 + i)}};
        memory_fail_at(ULONG_MAX, false);
        assert_int_equal(book_update_all(book_table(s), &q, &c), 4);
        const unsigned long allocations = memory_count();
        memory_fail_at(0, false);
        if (i > 1)
            assert_int_equal(allocations, 0);
    }
    assert_int_equal(book_pages(b), 103);
    assert_true(orm_commit(s));
    close_library(s);
}

static void each_allocation_may_fail(void **state)
{
    (void)state;
    for (unsigned long n = 1;; n++) {
        db_truncate(db);
        struct orm_session *s = begin();
        struct book *b = book_get(book_table(s), 1);
        struct author *two = author_get(author_table(s), 2);
        const struct book_query third = {.where = {book_id_eq(3)}};
        const struct book_changes c = {
            .set = {book_author_to(two), book_title_to("x")}};
        memory_fail_at(n, false);
        const size_t changed = book_update_all(book_table(s), &all_books, &c);
        const size_t deleted = book_delete_all(book_table(s), &third);
        const bool struck = memory_count() >= n;
        memory_fail_at(0, false);
        assert_true(orm_status(s) == ORM_OK || (struck && orm_status(s) == ORM_NOMEM));
        if (orm_ok(s))
            assert_int_equal(changed + deleted, 5);
        assert_string_equal(book_title(b), changed ? "x" : "book 1");
        assert_true(changed <= 4 && deleted <= 1);
        orm_rollback(s);
        assert_string_equal(book_title(b), "book 1");
        assert_int_equal(book_count(book_table(s), NULL), 4);
        close_library(s);
        if (!struck)
            break;
    }
}

static void list_by_a_join_table_forgets_what_went_with_rows_not_in_memory(void **state)
{
    (void)state;
    arrange_library(db, 2, 1);
    struct orm_session *s = open_library();
    struct tag *t = tag_get(tag_table(s), 3);
    assert_int_equal(book_all(tag_books(t))->len, 2);
    const struct author_query first = {.where = {author_id_eq(1)}};
    assert_int_equal(author_delete_all(author_table(s), &first), 1); /* and book 1 */
    assert_int_equal(book_all(tag_books(t))->len, 1);
    orm_rollback(s);
    assert_int_equal(book_all(tag_books(t))->len, 2);
    close_library(s);
}

static void object_with_the_new_version_is_the_whole_row(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    struct book *b = book_get(book_table(s), 1);
    db_exec(db, "update book set title = 'theirs', revision = revision + 1");
    const struct book_query all = {.limit = 0};
    const struct book_changes thicker = {.set = {book_pages_plus(1)}};
    assert_int_equal(book_update_all(book_table(s), &all, &thicker), 1);
    assert_string_equal(book_title(b), "theirs");
    book_set_title(b, "mine");
    assert_true(orm_commit(s));
    close_library(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(all_rows_that_match_change_in_one_statement),
        DB_TEST(update_waits_for_the_commit),
        DB_TEST(mapped_objects_take_the_new_values),
        DB_TEST(what_is_recorded_is_written_before),
        DB_TEST(relation_limits_it_to_the_owners_rows),
        DB_TEST(conditions_are_those_of_queries),
        DB_TEST(limit_and_order_choose_the_rows),
        DB_TEST(rows_that_others_locked_can_be_left_out),
        DB_TEST(numbers_are_added_to_and_multiplied),
        DB_TEST(lazy_column_loads_again),
        DB_TEST(no_change_costs_no_statement),
        DB_TEST(rows_move_to_another_owner_and_all_lists_know),
        DB_TEST(rows_that_nobody_loaded_show_in_lists_that_were),
        DB_TEST(join_model_changes_lists_behind_it),
        DB_TEST(one_to_one_is_seen_from_its_other_end),
        DB_TEST(new_object_that_rows_get_is_saved_first),
        DB_TEST(deleted_rows_are_gone_from_memory),
        DB_TEST(delete_follows_on_delete),
        DB_TEST(what_unknown_rows_took_with_them_is_asked_for_again),
        DB_TEST(list_of_a_relation_can_be_deleted_whole),
        DB_TEST(rollback_restores_rows_and_memory),
        DB_TEST(savepoint_restores_rows_and_memory),
        DB_TEST(failed_statement_changes_nothing),
        DB_TEST(whole_table_is_not_meant_by_a_null),
        DB_TEST(query_that_does_more_is_refused),
        DB_TEST(column_that_keeps_its_value_is_refused),
        DB_TEST(value_that_does_not_fit_is_refused),
        DB_TEST(object_that_cannot_be_referred_to_is_refused),
        DB_TEST(known_shape_takes_no_memory),
        DB_TEST(each_allocation_may_fail),
        DB_TEST(list_by_a_join_table_forgets_what_went_with_rows_not_in_memory),
        DB_TEST(object_with_the_new_version_is_the_whole_row),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
