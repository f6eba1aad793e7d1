/* rollback_test.c: where a unit of work ends, memory agrees with the database. */
#include "library_test.h"

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

static void delete_expires_what_hangs_on_rows_that_are_not_in_memory(void **state)
{
    (void)state;
    arrange_library(db, 2, 2);
    db_exec(db, "insert into reader (name) values ('r');"
                "insert into loan (book_id, reader_id) values (1, 1), (3, 1)");
    struct orm_session *s = open_library();
    struct reader *reader = reader_get(reader_table(s), 1);
    assert_int_equal(loan_all(reader_loans(reader))->len, 2);
    author_delete(author_get(author_table(s), 1)); /* and with it books, and a loan */
    assert_true(orm_flush(s));
    assert_null(loan_get(loan_table(s), 1));
    assert_non_null(loan_get(loan_table(s), 2));
    assert_int_equal(loan_all(reader_loans(reader))->len, 1);
    orm_rollback(s);
    assert_non_null(loan_get(loan_table(s), 1));
    assert_int_equal(loan_all(reader_loans(reader))->len, 2);
    close_library(s);
}

static void new_row_that_hangs_on_a_deleted_one_is_gone_with_it(void **state)
{
    (void)state;
    arrange_library(db, 2, 1);
    db_exec(db, "insert into reader (name) values ('r')");
    struct orm_session *s = open_library();
    struct loan *loan = loan_new(loan_table(s));
    loan_set_book(loan, book_get(book_table(s), 1));
    loan_set_reader(loan, reader_get(reader_table(s), 1));
    author_delete(author_get(author_table(s), 1));
    assert_true(orm_commit(s));
    assert_int_equal(db_number(db, "select count(*) from loan"), 0);
    assert_null(loan_get(loan_table(s), loan_id(loan)));
    close_library(s);
}

static void slots_and_lists_do_not_show_a_draft_that_was_a_row(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    db_exec(db, "update author set email = 'a@example.org'");
    struct orm_session *s = open_library();
    struct book *b = book_get(book_table(s), 1);
    struct author *draft = author_new(author_table(s));
    author_set_email(draft, "a@example.org");
    author_set_name(draft, "another");
    author_upsert(author_table(s), AUTHOR_BY_EMAIL, draft);
    struct tag *tag = tag_new(tag_table(s));
    tag_set_name(tag, "red");
    tag_upsert(tag_table(s), TAG_BY_NAME, tag);
    assert_true(orm_flush(s));
    book_set_author(b, draft); /* which it is already */
    assert_ptr_equal(book_author(b), draft);
    const size_t tags = tag_all(book_tags(b))->len;
    orm_rollback(s);
    assert_string_equal(author_name(book_author(b)), "author 1");
    const struct tag_list *list = tag_all(book_tags(b));
    assert_int_equal(list->len, tags);
    orm_each(struct tag, t, list)
        assert_ptr_not_equal(t, tag);
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
        DB_TEST(rollback_puts_objects_back),
        DB_TEST(what_was_loaded_in_a_rolled_back_transaction_is_true_again),
        DB_TEST(flushed_objects_of_a_rolled_back_unit_are_detached),
        DB_TEST(begin_makes_reads_and_writes_one_transaction),
        DB_TEST(end_of_a_reading_unit_refuses_unwritten_changes),
        DB_TEST(reset_drops_everything_and_keeps_the_connection),
        DB_TEST(objects_of_two_sessions_do_not_mix),
        DB_TEST(delete_expires_what_the_database_cascades_into),
        DB_TEST(delete_expires_what_hangs_on_rows_that_are_not_in_memory),
        DB_TEST(new_row_that_hangs_on_a_deleted_one_is_gone_with_it),
        DB_TEST(slots_and_lists_do_not_show_a_draft_that_was_a_row),
        DB_TEST(swap_of_unique_values_is_the_databases_to_judge),
        DB_TEST(deleted_unique_value_can_be_used_again_in_one_unit),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
