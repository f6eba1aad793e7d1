/* streams_test.c: large results in chunks that come and go. */
#include "library_test.h"

#include <malloc.h>
#include <ormgen/orm_model.h>

static struct orm_chunks *stream_of(
    struct book_manager *m, const struct book_query *q, unsigned chunk)
{
    return orm_stream((struct orm_manager *)m, q, chunk);
}

static const struct book_list *next_of(struct orm_chunks *c)
{
    return orm_chunk(c);
}

static struct orm_session *open_on(int authors, int each)
{
    arrange_library(db, authors, each);
    struct orm_session *s = open_library();
    spent(s);
    waited(s);
    return s;
}

/* -- Chunks ------------------------------------------------------------------------ */

static void every_row_comes_once_and_in_order(void **state)
{
    (void)state;
    struct orm_session *s = open_on(5, 5);
    static const unsigned sizes[] = {1, 7, 24, 25, 26, 1000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct orm_chunks *c = stream_of(book_table(s), &books_by_id, sizes[i]);
        int64_t id = 0;
        const struct book_list *books;
        while ((books = next_of(c))->len) {
            assert_true(books->len <= sizes[i]);
            assert_true(books->len == sizes[i] || id + (int64_t)books->len == 25);
            orm_each(struct book, b, books)
                assert_int_equal(book_id(b), ++id);
        }
        assert_int_equal(id, 25);
        assert_int_equal(next_of(c)->len, 0);
        orm_stream_end(c);
        assert_int_equal(spent(s), 1);
    }
    assert_true(orm_end(s));
    assert_int_equal(db_number(db, "select count(*) from pg_cursors"), 0);
    close_library(s);
}

static void no_rows_are_no_chunk(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    struct orm_chunks *c = stream_of(book_table(s), NULL, 10);
    assert_non_null(c);
    assert_int_equal(next_of(c)->len, 0);
    assert_null(next_of(c)->items[0]);
    orm_stream_end(c);
    close_library(s);
}

static void conditions_and_parameters_travel_with_the_cursor(void **state)
{
    (void)state;
    struct orm_session *s = open_on(2, 5);
    struct author *a = author_get(author_table(s), 2);
    const struct book_query q = {
        .where = {book_pages_ge(108)}, .order = {{{.column = BOOK_ID + 1}}}};
    struct orm_chunks *c = stream_of(author_books(a), &q, 2);
    const struct book_list *books = next_of(c);
    assert_int_equal(books->len, 2);
    assert_int_equal(book_id(books->items[0]), 8);
    assert_ptr_equal(book_author(books->items[0]), a);
    assert_int_equal(next_of(c)->len, 1);
    assert_int_equal(next_of(c)->len, 0);
    orm_stream_end(c);
    close_library(s);
}

static void a_loop_over_a_chunk_costs_one_statement_per_relation(void **state)
{
    (void)state;
    struct orm_session *s = open_on(20, 2);
    struct orm_chunks *c = stream_of(book_table(s), &books_by_id, 10);
    const struct book_list *books;
    unsigned chunks = 0;
    while ((books = next_of(c))->len) {
        spent(s);
        orm_each(struct book, b, books) {
            assert_int_equal(author_id(book_author(b)), (book_id(b) + 1) / 2);
            assert_int_equal(tag_all(book_tags(b))->len, 2);
        }
        /* The first loop asks its first owner alone. */
        assert_int_equal(spent(s), chunks++ ? 2 : 3);
    }
    assert_int_equal(chunks, 4);
    orm_stream_end(c);
    close_library(s);
}

static void plans_are_loaded_with_each_chunk_a_round_trip_per_level(void **state)
{
    (void)state;
    struct orm_session *s = open_on(4, 5);
    const struct author_query with_profile = {.with = {author_with_profile(NULL)}};
    const struct book_query q = {.order = {book_id_asc()},
        .with = {book_with_author(&with_profile), book_with_tags(NULL),
            book_join_shelf(NULL)}};
    struct orm_chunks *c = stream_of(book_table(s), &q, 10);
    spent(s);
    for (int chunk = 0; chunk < 2; chunk++) {
        const struct book_list *books = next_of(c);
        assert_int_equal(books->len, 10);
        /* Authors, tags and shelves; profiles. */
        assert_int_equal(spent(s), 4);
        orm_each(struct book, b, books) {
            assert_int_equal(author_id(book_author(b)), book_author_id(b));
            assert_null(author_profile(book_author(b)));
            assert_int_equal(shelf_id(book_shelf(b)), book_shelf_id(b));
            assert_int_equal(tag_all(book_tags(b))->len, 2);
        }
        assert_int_equal(spent(s), 0);
    }
    assert_int_equal(next_of(c)->len, 0);
    assert_int_equal(spent(s), 0);
    orm_stream_end(c);
    assert_true(orm_end(s));
    close_library(s);
}

static void plan_that_cannot_be_is_refused_before_the_stream_begins(void **state)
{
    (void)state;
    struct orm_session *s = open_on(1, 1);
    const struct tag_query red = {.where = {tag_name_eq("red")}};
    const struct book_query q = {.with = {book_with_tags(&red)}};
    assert_null(stream_of(book_table(s), &q, 10));
    assert_failed(s, ORM_INVALID, "book", "tags");
    assert_int_equal(waited(s), 0);
    orm_close(s);
}

static void chunks_cost_no_statement_and_a_round_trip_each(void **state)
{
    (void)state;
    struct orm_session *s = open_on(10, 10);
    struct orm_chunks *c = stream_of(book_table(s), &books_by_id, 10);
    while (next_of(c)->len)
        ;
    assert_int_equal(spent(s), 1);
    /* The first came with BEGIN and the cursor; nine more, and one that was empty. */
    assert_int_equal(waited(s), 11);
    orm_stream_end(c);
    assert_true(orm_end(s));
    close_library(s);
}

static void the_last_chunk_has_left_the_map(void **state)
{
    (void)state;
    struct orm_session *s = open_on(2, 2);
    struct book *outer = book_get(book_table(s), 3);
    struct orm_chunks *c = stream_of(book_table(s), &books_by_id, 2);
    const struct book_list *books = next_of(c);
    struct book *kept = books->items[1];
    assert_non_null(book_author(kept));
    orm_keep(&kept->orm);
    books = next_of(c);
    assert_ptr_equal(books->items[0], outer);
    spent(s);
    assert_ptr_equal(book_get(book_table(s), 2), kept);
    assert_string_equal(book_title(kept), "book 2");
    assert_int_equal(book_author_state(kept), ORM_REF_UNLOADED);
    assert_int_equal(spent(s), 0);
    assert_string_equal(book_title(book_get(book_table(s), 1)), "book 1");
    assert_int_equal(spent(s), 1);
    orm_stream_end(c);
    assert_ptr_equal(book_get(book_table(s), 3), outer);
    assert_string_equal(book_title(outer), "book 3");
    assert_int_equal(spent(s), 0);
    close_library(s);
}

/* -- Beside others ----------------------------------------------------------------- */

static void two_streams_walk_side_by_side(void **state)
{
    (void)state;
    struct orm_session *s = open_on(10, 3);
    struct orm_chunks *of_books = stream_of(book_table(s), &books_by_id, 3);
    struct orm_chunks *of_authors =
        orm_stream((struct orm_manager *)author_table(s), &authors_by_id, 2);
    const struct author_list *authors = orm_chunk(of_authors);
    int64_t author = 0;
    const struct book_list *books;
    while ((books = next_of(of_books))->len) {
        if (author && author % 2 == 0)
            authors = orm_chunk(of_authors);
        struct author *a = authors->items[author++ % 2];
        orm_each(struct book, b, books) {
            assert_int_equal(author_id(a), author);
            assert_ptr_equal(book_author(b), a);
        }
        assert_int_equal(book_all(author_books(a))->len, 3);
        assert_ptr_equal(book_all(author_books(a))->items[2], books->items[2]);
    }
    assert_int_equal(author, 10);
    orm_stream_end(of_authors);
    orm_stream_end(of_books);
    close_library(s);
}

static void changes_between_chunks_are_written(void **state)
{
    (void)state;
    struct orm_session *s = open_on(4, 3);
    struct orm_chunks *c = stream_of(book_table(s), &books_by_id, 5);
    const struct book_list *books;
    while ((books = next_of(c))->len) {
        orm_each(struct book, b, books)
            book_set_pages(b, (int32_t)book_id(b));
        assert_true(orm_flush(s));
    }
    orm_stream_end(c);
    assert_true(orm_commit(s));
    assert_int_equal(db_number(db, "select count(*) from book where pages = id"), 12);
    close_library(s);
}

static void older_rows_do_not_overwrite_what_was_written_since(void **state)
{
    (void)state;
    struct orm_session *s = open_on(1, 4);
    struct book *last = book_get(book_table(s), 4);
    struct orm_chunks *c = stream_of(book_table(s), &books_by_id, 2);
    assert_int_equal(next_of(c)->len, 2);
    book_set_title(last, "written since");
    assert_true(orm_flush(s));
    assert_ptr_equal(next_of(c)->items[1], last);
    assert_string_equal(book_title(last), "written since");
    orm_stream_end(c);
    assert_true(orm_commit(s));
    close_library(s);
}

static void rows_deleted_since_are_left_out(void **state)
{
    (void)state;
    struct orm_session *s = open_on(1, 8);
    const struct book_query some = {
        .where = {book_pages_ge(103)}, .order = {{{.column = BOOK_ID + 1}}}};
    const struct book_list *deleted = book_find(book_table(s), &some);
    struct orm_chunks *c = stream_of(book_table(s), &books_by_id, 2);
    assert_int_equal(next_of(c)->len, 2);
    for (int i = 0; i < 3; i++)
        book_delete(deleted->items[i]); /* a whole chunk, and half of the next */
    assert_true(orm_flush(s));
    const struct book_list *books = next_of(c);
    assert_int_equal(books->len, 1);
    assert_int_equal(book_id(books->items[0]), 6);
    assert_int_equal(next_of(c)->len, 2);
    assert_int_equal(next_of(c)->len, 0);
    orm_stream_end(c);
    assert_true(orm_commit(s));
    close_library(s);
}

static void a_stream_inside_a_scope_ends_with_it(void **state)
{
    (void)state;
    struct orm_session *s = open_on(2, 2);
    orm_scope_begin(s);
    struct orm_chunks *c = stream_of(book_table(s), &books_by_id, 2);
    struct book *kept = next_of(c)->items[0];
    orm_keep(&kept->orm);
    orm_keep(&kept->orm);
    orm_scope_end(s);
    assert_string_equal(book_title(kept), "book 1");
    assert_fine(s);
    assert_int_equal(next_of(c)->len, 0);
    assert_failed(s, ORM_STREAM_ENDED, "book", "");
    orm_stream_end(c);
    orm_close(s);
}

static void scopes_inside_a_stream_are_the_programs(void **state)
{
    (void)state;
    struct orm_session *s = open_on(3, 2);
    struct orm_chunks *c = stream_of(book_table(s), &books_by_id, 2);
    const struct book_list *books;
    unsigned seen = 0;
    while ((books = next_of(c))->len) {
        orm_scope_begin(s);
        seen += (unsigned)author_all(author_table(s))->len;
        orm_each(struct book, b, books)
            assert_int_equal(author_id(book_author(b)), (book_id(b) + 1) / 2);
        orm_scope_end(s);
        orm_each(struct book, b, books)
            assert_int_equal(author_id(book_author(b)), (book_id(b) + 1) / 2);
    }
    assert_int_equal(seen, 9);
    orm_stream_end(c);
    close_library(s);
}

/* -- Ends -------------------------------------------------------------------------- */

static void commit_ends_a_stream(void **state)
{
    (void)state;
    struct orm_session *s = open_on(2, 2);
    struct orm_chunks *c = stream_of(book_table(s), &books_by_id, 2);
    const struct book_list *books = next_of(c);
    assert_true(orm_commit(s));
    assert_string_equal(book_title(books->items[1]), "book 2"); /* its chunk stays */
    assert_int_equal(next_of(c)->len, 0);
    assert_failed(s, ORM_STREAM_ENDED, "book", "");
    orm_rollback(s);
    orm_stream_end(c);
    close_library(s);
}

static void rollback_ends_a_stream(void **state)
{
    (void)state;
    struct orm_session *s = open_on(2, 2);
    struct orm_chunks *c = stream_of(book_table(s), &books_by_id, 2);
    book_set_title(next_of(c)->items[0], "another");
    orm_rollback(s);
    assert_int_equal(next_of(c)->len, 0);
    assert_failed(s, ORM_STREAM_ENDED, "book", "");
    orm_stream_end(c);
    orm_rollback(s);
    assert_string_equal(book_title(book_get(book_table(s), 1)), "book 1");
    close_library(s);
}

static void a_stream_read_to_its_end_stays_empty_after_the_commit(void **state)
{
    (void)state;
    struct orm_session *s = open_on(1, 1);
    struct orm_chunks *c = stream_of(book_table(s), NULL, 2);
    assert_int_equal(next_of(c)->len, 1);
    assert_true(orm_commit(s));
    assert_int_equal(next_of(c)->len, 0);
    orm_stream_end(c);
    close_library(s);
}

static void streams_ended_early_leave_no_cursor(void **state)
{
    (void)state;
    struct orm_session *s = open_on(3, 3);
    for (int i = 0; i < 5; i++) {
        struct orm_chunks *c = stream_of(book_table(s), &books_by_id, 2);
        struct orm_chunks *d = stream_of(book_table(s), &books_by_id, 3);
        assert_int_equal(next_of(c)->len, 2);
        orm_stream_end(c);
        assert_int_equal(next_of(d)->len, 3);
        if (i % 2)
            assert_int_equal(next_of(d)->len, 3);
        orm_stream_end(d);
    }
    struct orm_chunks *unused = stream_of(book_table(s), NULL, 1);
    assert_non_null(unused);
    orm_reset(s); /* ends it */
    close_library(s);
}

static void chunks_of_nothing_are_refused(void **state)
{
    (void)state;
    struct orm_session *s = open_on(1, 1);
    assert_null(stream_of(book_table(s), NULL, 0));
    assert_failed(s, ORM_INVALID, "book", "");
    assert_int_equal(next_of(NULL)->len, 0);
    assert_null(next_of(NULL)->items[0]);
    orm_stream_end(NULL);
    assert_null(orm_stream(NULL, NULL, 5));
    assert_int_equal(spent(s), 0);
    orm_close(s);
}

static void a_row_that_fails_ends_the_stream_with_its_error(void **state)
{
    (void)state;
    struct orm_session *s = open_on(1, 6);
    db_exec(db, "alter table book alter pages drop not null;"
                "update book set pages = null where id = 4;"
                "alter table book alter title drop not null;"
                "update book set title = null where id = 5");
    struct orm_chunks *c = stream_of(book_table(s), &books_by_id, 2);
    assert_int_equal(next_of(c)->len, 2);
    assert_int_equal(next_of(c)->len, 2);
    assert_int_equal(next_of(c)->len, 0);
    assert_failed(s, ORM_DRIFT, "book", "title");
    assert_int_equal(next_of(c)->len, 0);
    orm_stream_end(c);
    orm_rollback(s);
    assert_int_equal(book_count(book_table(s), NULL), 6);
    close_library(s);
    db_exec(db, "delete from book; alter table book alter title set not null");
}

static void a_server_error_in_a_chunk_is_the_sessions(void **state)
{
    (void)state;
    struct orm_session *s = open_on(1, 8);
    struct orm_chunks *c = stream_of(book_table(s), &books_by_id, 2);
    assert_int_equal(next_of(c)->len, 2); /* the next FETCH is under way */
    db_exec(db, "select pg_terminate_backend(pid) from pg_stat_activity"
                " where pid <> pg_backend_pid() and backend_type = 'client backend'"
                " and datname = current_database()");
    while (next_of(c)->len)
        ;
    assert_failed(s, ORM_LOST, NULL, NULL);
    assert_int_equal(orm_last_error(s)->outcome, ORM_ROLLED_BACK);
    orm_stream_end(c);
    orm_reset(s);
    assert_int_equal(book_count(book_table(s), NULL), 8);
    close_library(s);
}

/* -- Memory ------------------------------------------------------------------------ */

static size_t in_use(void)
{
    const struct mallinfo2 m = mallinfo2();
    return m.uordblks + m.hblkhd;
}

static void a_million_rows_take_the_room_of_a_chunk(void **state)
{
    (void)state;
    enum {
        ROWS = 1000000,
        CHUNK = 1000
    };
    db_exec(db,
        "insert into reader (name) select 'reader number ' || i"
        "  from generate_series(1, %d) i",
        (int)ROWS);
    struct orm_session *s = open_library();
    struct orm_chunks *c =
        orm_stream((struct orm_manager *)reader_table(s), NULL, CHUNK);
    const struct reader_list *readers;
    size_t seen = 0, most = 0, early = 0;
    int64_t sum = 0;
    while ((readers = orm_chunk(c))->len) {
        orm_each(struct reader, r, readers)
            sum += reader_id(r);
        const size_t now = in_use();
        if (!seen)
            early = now;
        most = now > most ? now : most;
        seen += readers->len;
    }
    assert_int_equal(seen, ROWS);
    assert_int_equal(sum, (int64_t)ROWS * (ROWS + 1) / 2);
    assert_true(most < early + (size_t)512 * 1024);
    orm_stream_end(c);
    close_library(s);
}

static void what_is_loaded_through_chunks_goes_with_them(void **state)
{
    (void)state;
    struct orm_session *s = open_on(2000, 5);
    struct orm_chunks *c = stream_of(book_table(s), &books_by_id, 100);
    const struct book_list *books;
    size_t seen = 0, most = 0, early = 0;
    while ((books = next_of(c))->len) {
        orm_each(struct book, b, books) {
            assert_int_equal(book_all(author_books(book_author(b)))->len, 5);
            assert_int_equal(tag_all(book_tags(b))->len, 2);
        }
        const size_t now = in_use();
        if (seen == 1000)
            early = now;
        most = now > most ? now : most;
        seen += books->len;
    }
    assert_int_equal(seen, 10000);
    assert_true(most < early + (size_t)64 * 1024);
    orm_stream_end(c);
    close_library(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(every_row_comes_once_and_in_order),
        DB_TEST(no_rows_are_no_chunk),
        DB_TEST(conditions_and_parameters_travel_with_the_cursor),
        DB_TEST(a_loop_over_a_chunk_costs_one_statement_per_relation),
        DB_TEST(plans_are_loaded_with_each_chunk_a_round_trip_per_level),
        DB_TEST(plan_that_cannot_be_is_refused_before_the_stream_begins),
        DB_TEST(chunks_cost_no_statement_and_a_round_trip_each),
        DB_TEST(the_last_chunk_has_left_the_map),
        DB_TEST(two_streams_walk_side_by_side),
        DB_TEST(changes_between_chunks_are_written),
        DB_TEST(older_rows_do_not_overwrite_what_was_written_since),
        DB_TEST(rows_deleted_since_are_left_out),
        DB_TEST(a_stream_inside_a_scope_ends_with_it),
        DB_TEST(scopes_inside_a_stream_are_the_programs),
        DB_TEST(commit_ends_a_stream),
        DB_TEST(rollback_ends_a_stream),
        DB_TEST(a_stream_read_to_its_end_stays_empty_after_the_commit),
        DB_TEST(streams_ended_early_leave_no_cursor),
        DB_TEST(chunks_of_nothing_are_refused),
        DB_TEST(a_row_that_fails_ends_the_stream_with_its_error),
        DB_TEST(a_server_error_in_a_chunk_is_the_sessions),
        DB_TEST(what_is_loaded_through_chunks_goes_with_them),
        DB_TEST(a_million_rows_take_the_room_of_a_chunk),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
