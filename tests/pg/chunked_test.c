/* chunked_test.c: find() with ORM_CHUNKS: many rows in one list, a thousand at a time.
 */
#include "library_test.h"

static const struct book_query in_chunks = {
    .order = {{{.column = BOOK_ID + 1}}}, .fetch = ORM_CHUNKS};

static struct orm_session *open_on(int authors, int each)
{
    arrange_library(db, authors, each);
    struct orm_session *s = open_library();
    spent(s);
    waited(s);
    return s;
}

/* Of others than this connection; the session has been answered since. */
static int64_t open_transactions(struct orm_session *s)
{
    book_exists(book_table(s), NULL);
    return db_number(db,
        "select count(*) from pg_stat_activity"
        " where datname = current_database() and xact_start is not null"
        " and pid <> pg_backend_pid()");
}

/* -- Rows -------------------------------------------------------------------------- */

static void all_rows_are_one_list_of_peers(void **state)
{
    (void)state;
    struct orm_session *s = open_on(500, 5);
    const struct book_list *books = book_find(book_table(s), &in_chunks);
    assert_int_equal(books->len, 2500);
    assert_null(books->items[2500]);
    assert_int_equal(spent(s), 1);
    assert_int_equal(waited(s), 3);
    for (int64_t i = 0; i < 2500; i++) {
        assert_int_equal(book_id(books->items[i]), i + 1);
        assert_int_equal(book_pages(books->items[i]), 101 + i);
        assert_ptr_equal(book_get(book_table(s), i + 1), books->items[i]);
    }
    orm_each(struct book, b, books)
        assert_int_equal(author_id(book_author(b)), (book_id(b) + 4) / 5);
    assert_int_equal(spent(s), 1);
    close_library(s);
}

static void any_number_of_rows_comes(void **state)
{
    (void)state;
    static const int sizes[] = {0, 1, 999, 1000, 1001, 2000};
    struct orm_session *s = open_on(400, 5);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct book_query q = in_chunks;
        q.where[0] = book_id_le(sizes[i]);
        const struct book_list *books = book_find(book_table(s), &q);
        assert_int_equal(books->len, sizes[i]);
        assert_null(books->items[sizes[i]]);
        if (sizes[i])
            assert_int_equal(book_id(books->items[sizes[i] - 1]), sizes[i]);
    }
    assert_int_equal(open_transactions(s), 0);
    close_library(s);
}

static void objects_at_hand_are_the_same_and_take_new_values(void **state)
{
    (void)state;
    struct orm_session *s = open_on(500, 3);
    struct book *early = book_get(book_table(s), 7);
    struct book *late = book_get(book_table(s), 1207);
    db_exec(db, "update book set pages = 1 where id in (7, 1207);"
                "update book set title = 'another' where id = 1207");
    const char *title = book_title(early);
    const struct book_list *books = book_find(book_table(s), &in_chunks);
    assert_ptr_equal(books->items[6], early);
    assert_ptr_equal(books->items[1206], late);
    assert_int_equal(book_pages(early), 1);
    assert_int_equal(book_pages(late), 1);
    assert_string_equal(book_title(late), "another");
    assert_ptr_equal(book_title(early), title);
    close_library(s);
}

static void plans_and_joins_come_with_the_whole(void **state)
{
    (void)state;
    struct orm_session *s = open_on(500, 5);
    struct book_query q = in_chunks;
    book_with(&q, book_with_author(NULL));
    book_with(&q, book_with_tags(NULL));
    book_with(&q, book_join_shelf(NULL));
    const struct book_list *books = book_find(book_table(s), &q);
    assert_int_equal(books->len, 2500);
    assert_int_equal(spent(s), 3);
    assert_int_equal(waited(s), 5); /* three parts, the end of them, one level */
    orm_each(struct book, b, books) {
        assert_int_equal(author_id(book_author(b)), (book_id(b) + 4) / 5);
        assert_int_equal(tag_all(book_tags(b))->len, 2);
        assert_int_equal(shelf_id(book_shelf(b)), book_id(b));
    }
    assert_int_equal(spent(s), 0);
    close_library(s);
}

static void rows_of_a_relation_come_in_chunks_too(void **state)
{
    (void)state;
    struct orm_session *s = open_on(2, 1500);
    struct author *a = author_get(author_table(s), 2);
    const struct book_list *books = book_find(author_books(a), &in_chunks);
    assert_int_equal(books->len, 1500);
    assert_int_equal(book_id(books->items[0]), 1501);
    assert_ptr_equal(book_author(books->items[1499]), a);
    close_library(s);
}

/* -- Modes ------------------------------------------------------------------------- */

static void chunks_are_added_to_a_mode(void **state)
{
    (void)state;
    struct orm_session *s = open_on(3, 1);
    struct book_query q = in_chunks;
    q.fetch = (enum orm_fetch)(ORM_CHUNKS | ORM_FETCH_ONE);
    const struct book_list *books = book_find(book_table(s), &q);
    spent(s);
    orm_each(struct book, b, books)
        assert_non_null(book_author(b));
    assert_int_equal(spent(s), 3);
    close_library(s);
}

static void one_row_and_numbers_need_no_cursor(void **state)
{
    (void)state;
    struct orm_session *s = open_on(3, 2);
    assert_int_equal(book_id(book_first(book_table(s), &in_chunks)), 1);
    assert_int_equal(book_count(book_table(s), &in_chunks), 6);
    assert_true(book_exists(book_table(s), &in_chunks));
    assert_int_equal(waited(s), 3);
    close_library(s);
}

static void a_plan_in_chunks_is_refused(void **state)
{
    (void)state;
    struct orm_session *s = open_on(1, 1);
    const struct author_query in_parts = {.fetch = ORM_CHUNKS};
    const struct book_query q = {.with = {book_with_author(&in_parts)}};
    assert_int_equal(book_find(book_table(s), &q)->len, 0);
    assert_failed(s, ORM_INVALID, "book", "author");
    assert_string_equal(orm_message(s), "book.author: only the query itself has rows "
                                        "in chunks; leave ORM_CHUNKS out of "
                                        "its plans' queries");
    assert_int_equal(spent(s), 0);
    orm_close(s);
}

/* -- Transactions ------------------------------------------------------------------ */

static void its_own_transaction_ends_with_it(void **state)
{
    (void)state;
    struct orm_session *s = open_on(300, 5);
    book_find(book_table(s), &in_chunks);
    assert_int_equal(open_transactions(s), 0);
    close_library(s);
}

static void the_programs_transaction_goes_on(void **state)
{
    (void)state;
    struct orm_session *s = open_on(300, 5);
    orm_begin(s);
    struct author *a = author_new(author_table(s));
    author_set_name(a, "new");
    assert_true(orm_flush(s));
    book_find(book_table(s), &in_chunks);
    assert_int_equal(open_transactions(s), 1);
    assert_int_equal(
        db_number(db, "select count(*) from author where name = 'new'"), 0);
    assert_true(orm_commit(s));
    assert_int_equal(
        db_number(db, "select count(*) from author where name = 'new'"), 1);
    close_library(s);
}

static void a_lock_keeps_its_transaction(void **state)
{
    (void)state;
    struct orm_session *s = open_on(300, 5);
    struct book_query q = in_chunks;
    q.lock = ORM_FOR_UPDATE;
    assert_int_equal(book_find(book_table(s), &q)->len, 1500);
    assert_int_equal(open_transactions(s), 1);
    assert_true(orm_end(s));
    close_library(s);
}

static void changes_of_other_tables_wait_on(void **state)
{
    (void)state;
    struct orm_session *s = open_on(300, 5);
    struct reader *r = reader_new(reader_table(s));
    reader_set_name(r, "somebody");
    struct reader *dropped = reader_new(reader_table(s));
    reader_set_name(dropped, "nobody");
    assert_int_equal(book_find(book_table(s), &in_chunks)->len, 1500);
    assert_int_equal(db_number(db, "select count(*) from reader"), 0);
    reader_delete(dropped);
    assert_true(orm_commit(s));
    assert_int_equal(db_number(db, "select count(*) from reader"), 1);
    assert_string_equal(reader_name(r), "somebody");
    close_library(s);
}

static void changes_that_the_rows_could_miss_are_flushed(void **state)
{
    (void)state;
    struct orm_session *s = open_on(300, 5);
    struct book *b = book_new(book_table(s));
    book_set_title(b, "the last");
    book_set_author_id(b, 1);
    const struct book_list *books = book_find(book_table(s), &in_chunks);
    assert_int_equal(books->len, 1501);
    assert_ptr_equal(books->items[1500], b);
    orm_rollback(s);
    assert_int_equal(db_number(db, "select count(*) from book"), 1500);
    close_library(s);
}

static void a_stream_goes_on_beside_it(void **state)
{
    (void)state;
    struct orm_session *s = open_on(300, 5);
    struct orm_chunks *c =
        orm_stream((struct orm_manager *)book_table(s), &books_by_id, 700);
    const struct book_list *chunk = orm_chunk(c);
    assert_int_equal(chunk->len, 700);
    assert_int_equal(book_find(book_table(s), &in_chunks)->len, 1500);
    chunk = orm_chunk(c);
    assert_int_equal(book_id(chunk->items[0]), 701);
    chunk = orm_chunk(c);
    assert_int_equal(chunk->len, 100);
    orm_stream_end(c);
    assert_true(orm_end(s));
    close_library(s);
}

/* -- Failures ---------------------------------------------------------------------- */

/* Row 2200 of book is not like the others: `pages` says what it has. */
static void spoil(const char *pages)
{
    db_exec(db,
        "alter table book rename to book_rows;"
        "create view book as select id, title, case when id = 2200 then %s"
        "  else pages end as pages, genre, blurb, revision, author_id, editor_id,"
        "  shelf_id from book_rows",
        pages);
}

static void mend(void)
{
    db_exec(db, "drop view book; alter table book_rows rename to book");
}

/* All is as before the find, which failed in its third part. */
static void assert_nothing_changed(struct orm_session *s, struct book *known)
{
    assert_int_equal(book_pages(known), 107);
    assert_string_equal(book_title(known), "book 7");
    assert_ptr_equal(book_get(book_table(s), 7), known);
    assert_int_equal(spent(s), 0);
    assert_int_equal(book_pages(book_get(book_table(s), 8)), 108);
    assert_int_equal(book_pages(book_get(book_table(s), 1500)), 1600);
    assert_int_equal(spent(s), 2);
}

static void a_server_error_in_a_later_part_changes_nothing(void **state)
{
    (void)state;
    struct orm_session *s = open_on(500, 5);
    struct book *known = book_get(book_table(s), 7);
    db_exec(db, "update book set pages = 1, title = 'another' where id = 7");
    spoil("(1 / (id - 2200))::int");
    assert_int_equal(book_find(book_table(s), &in_chunks)->len, 0);
    assert_int_equal(orm_status(s), ORM_REFUSED);
    assert_string_equal(orm_last_error(s)->sqlstate, "22012");
    orm_rollback(s);
    mend();
    spent(s);
    assert_nothing_changed(s, known);
    assert_int_equal(open_transactions(s), 0);
    close_library(s);
}

static void a_cut_in_a_later_part_changes_nothing(void **state)
{
    (void)state;
    struct orm_session *s = open_on(500, 5);
    struct book *known = book_get(book_table(s), 7);
    db_exec(db, "update book set pages = 1, title = 'another' where id = 7");
    spoil("pg_terminate_backend(pg_backend_pid())::int");
    assert_int_equal(book_find(book_table(s), &in_chunks)->len, 0);
    assert_failed(s, ORM_LOST, NULL, NULL);
    assert_int_equal(orm_last_error(s)->outcome, ORM_ROLLED_BACK);
    assert_int_equal(book_pages(known), 107);
    mend();
    orm_reset(s);
    assert_int_equal(book_find(book_table(s), &in_chunks)->len, 2500);
    close_library(s);
}

static void a_value_that_is_none_in_a_later_part_changes_nothing(void **state)
{
    (void)state;
    struct orm_session *s = open_on(500, 5);
    struct book *known = book_get(book_table(s), 7);
    db_exec(db, "update book set pages = 1, title = 'another' where id = 7;"
                "alter table book alter title drop not null;"
                "update book set title = null where id = 2200");
    assert_int_equal(book_find(book_table(s), &in_chunks)->len, 0);
    assert_failed(s, ORM_DRIFT, "book", "title");
    orm_rollback(s);
    spent(s);
    assert_nothing_changed(s, known);
    db_exec(db, "delete from book where id = 2200;"
                "alter table book alter title set not null");
    assert_int_equal(book_find(book_table(s), &in_chunks)->len, 2499);
    assert_int_equal(book_pages(known), 1);
    close_library(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(all_rows_are_one_list_of_peers),
        DB_TEST(any_number_of_rows_comes),
        DB_TEST(objects_at_hand_are_the_same_and_take_new_values),
        DB_TEST(plans_and_joins_come_with_the_whole),
        DB_TEST(rows_of_a_relation_come_in_chunks_too),
        DB_TEST(chunks_are_added_to_a_mode),
        DB_TEST(one_row_and_numbers_need_no_cursor),
        DB_TEST(a_plan_in_chunks_is_refused),
        DB_TEST(its_own_transaction_ends_with_it),
        DB_TEST(the_programs_transaction_goes_on),
        DB_TEST(a_lock_keeps_its_transaction),
        DB_TEST(changes_of_other_tables_wait_on),
        DB_TEST(changes_that_the_rows_could_miss_are_flushed),
        DB_TEST(a_stream_goes_on_beside_it),
        DB_TEST(a_server_error_in_a_later_part_changes_nothing),
        DB_TEST(a_cut_in_a_later_part_changes_nothing),
        DB_TEST(a_value_that_is_none_in_a_later_part_changes_nothing),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
