/* copy_test.c: rows are loaded by COPY, without objects: all of them or none. */
#include "library_test.h"

#include "base/arena.h"
#include "base/memory.h"
#include "chaos.h"

#include <unistd.h>

static long long count(const char *table)
{
    return db_number(db, "select count(*) from %s", table);
}

static void load_authors(struct orm_session *s, int n)
{
    struct author_load *l = author_load_begin(author_table(s));
    for (int i = 0; i < n; i++) {
        char name[32];
        snprintf(name, sizeof name, "author %d", i + 1);
        author_set_name(author_load_row(l), name);
    }
    author_load_end(l);
}

/* -- Loading ----------------------------------------------------------------------- */

static void rows_are_loaded_in_one_statement(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    struct author_load *l = author_load_begin(author_table(s));
    char name[32];
    for (int i = 1; i <= 5000; i++) {
        struct author *row = author_load_row(l);
        snprintf(name, sizeof name, "author %d", i);
        author_set_name(row, name);
        if (i % 2)
            author_set_email(row, name);
        else
            author_clear_email(row);
    }
    assert_int_equal(author_load_end(l), 5000);
    assert_int_equal(spent(s), 1);
    assert_int_equal(count("author"), 0);
    assert_true(orm_commit(s));
    assert_string_equal(db_text(db, "select count(*), count(email), min(id), max(id),"
                                    " bool_and(name = 'author ' || id) from author"),
        "5000|2500|1|5000|t");
    close_library(s);
}

static void row_is_blank_every_time(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    struct author_load *l = author_load_begin(author_table(s));
    struct author *row = author_load_row(l);
    author_set_name(row, "first");
    author_set_email(row, "mail");
    assert_string_equal(author_name(row), "first");
    assert_ptr_equal(author_load_row(l), row);
    assert_string_equal(author_name(row), "");
    assert_false(author_has_email(row));
    author_set_name(row, "second");
    assert_int_equal(author_load_end(l), 2);
    assert_true(orm_commit(s));
    assert_string_equal(db_text(db, "select name, email from author order by id"),
        "first|mail\nsecond|-");
    close_library(s);
}

static void server_fills_in_what_the_first_row_leaves_out(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    struct ticket_load *l = ticket_load_begin(ticket_table(s));
    ticket_set_subject(ticket_load_row(l), "a");
    ticket_set_subject(ticket_load_row(l), "b");
    assert_int_equal(ticket_load_end(l), 2);
    assert_true(orm_commit(s));
    assert_string_equal(
        db_text(db,
            "select subject, weight, status, note, opened is not null from ticket"
            " order by id"),
        "a|7|fresh|none|t\nb|7|fresh|none|t");
    close_library(s);
}

static void references_and_versions_are_loaded(void **state)
{
    (void)state;
    arrange_library(db, 2, 0);
    struct orm_session *s = open_library();
    struct author *unsaved = author_new(author_table(s));
    author_set_name(unsaved, "new");
    struct author *two = author_get(author_table(s), 2);
    struct book_load *l = book_load_begin(book_table(s));
    for (int i = 0; i < 2; i++) {
        struct book *row = book_load_row(l);
        book_set_title(row, i ? "second" : "first");
        book_set_author(row, i ? unsaved : two);
        book_set_genre(row, BOOK_GENRE_ESSAY);
        book_clear_editor(row);
    }
    assert_int_equal(book_load_end(l), 2);
    assert_true(orm_commit(s));
    assert_string_equal(db_text(db, "select title, author_id, genre, editor_id, "
                                    "revision from book order by id"),
        "first|2|essay|-|1\nsecond|3|essay|-|1");
    close_library(s);
}

static void rows_of_a_relation_belong_to_the_owner(void **state)
{
    (void)state;
    arrange_library(db, 2, 0);
    struct orm_session *s = open_library();
    struct author *two = author_get(author_table(s), 2);
    struct book_load *l = book_load_begin(author_books(two));
    book_set_title(book_load_row(l), "a");
    book_set_title(book_load_row(l), "b");
    assert_int_equal(book_load_end(l), 2);
    assert_int_equal(book_all(author_books(two))->len, 2);
    assert_true(orm_commit(s));
    assert_int_equal(db_number(db, "select count(*) from book where author_id = 2"), 2);
    close_library(s);
}

static void what_was_loaded_is_seen(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    drop_foreign_keys(db, "book");
    db_exec(db, "update book set shelf_id = 9");
    struct orm_session *s = open_library();
    struct author *one = author_get(author_table(s), 1);
    struct book *b = book_get(book_table(s), 1);
    assert_int_equal(book_all(author_books(one))->len, 1);
    assert_null(author_profile(one));
    assert_null(book_shelf(b));
    assert_int_equal(book_shelf_state(b), ORM_REF_MISSING);

    struct book_load *books = book_load_begin(book_table(s));
    struct book *row = book_load_row(books);
    book_set_title(row, "loaded");
    book_set_author(row, one);
    assert_int_equal(book_load_end(books), 1);
    struct profile_load *profiles = profile_load_begin(profile_table(s));
    struct profile *p = profile_load_row(profiles);
    profile_set_bio(p, "bio");
    profile_set_author(p, one);
    assert_int_equal(profile_load_end(profiles), 1);
    struct shelf_load *shelves = shelf_load_begin(shelf_table(s));
    struct shelf *shelf = shelf_load_row(shelves);
    orm_set_integer(&shelf->orm, SHELF_ID, 9);
    shelf_set_place(shelf, "nine");
    assert_int_equal(shelf_load_end(shelves), 1);

    assert_int_equal(book_all(author_books(one))->len, 2);
    assert_string_equal(profile_bio(author_profile(one)), "bio");
    assert_string_equal(shelf_place(book_shelf(b)), "nine");
    assert_true(orm_commit(s));
    close_library(s);
}

static void note_statement(void *arg, const struct orm_statement *statement)
{
    struct orm_statement *last = arg;
    if (!statement->counted)
        return;
    *last = *statement;
    assert_non_null(strstr(statement->sql, "COPY \"public\".\"author\" (\"name\")"));
    assert_string_equal(statement->model, "author");
}

static void copy_is_a_statement_to_be_heard_of(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    struct orm_statement last = {.rows = 0};
    orm_on_statement(s, note_statement, &last);
    load_authors(s, 7);
    assert_int_equal(last.rows, 7);
    assert_false(last.failed);
    assert_true(orm_commit(s));
    db_exec(db, "alter table author add check (name <> 'author 9')");
    load_authors(s, 9);
    assert_true(last.failed);
    assert_failed(s, ORM_CONSTRAINT, "author", NULL);
    assert_string_equal(orm_last_error(s)->statement, last.shape);
    orm_rollback(s);
    db_exec(db, "alter table author drop constraint author_name_check");
    close_library(s);
}

static void load_of_nothing_sends_nothing(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    struct author_load *l = author_load_begin(author_table(s));
    assert_int_equal(author_load_end(l), 0);
    assert_int_equal(author_load_end(l), 0);
    assert_int_equal(author_load_end(NULL), 0);
    assert_null(author_load_begin(NULL));
    assert_int_equal(spent(s), 0);
    assert_true(orm_commit(s));
    close_library(s);
}

/* Of this process, now. */
static long kilobytes(void)
{
    long size = 0, resident = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    assert_non_null(f);
    assert_int_equal(fscanf(f, "%ld %ld", &size, &resident), 2);
    fclose(f);
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

static void memory_does_not_grow_with_the_rows(void **state)
{
    (void)state;
    enum {
        MANY = 200000
    };
    char name[101] = "";
    memset(name, 'x', sizeof name - 1);
    struct orm_session *s = open_library();
    struct author_load *l = author_load_begin(author_table(s));
    long before = 0;
    for (int i = 0; i < MANY; i++) {
        if (i == MANY / 10)
            before = kilobytes();
        author_set_name(author_load_row(l), name);
    }
    const long grown = kilobytes() - before;
    assert_int_equal(author_load_end(l), MANY);
    assert_true(ARENA_POISONS || grown < 2048); /* a sanitizer keeps what is freed */
    assert_true(orm_commit(s));
    assert_int_equal(count("author"), MANY);
    close_library(s);
    db_truncate(db);
}

/* -- What is wrong ----------------------------------------------------------------- */

/* Nothing stays, and the session can go on. */
static void goes_on(struct orm_session *s)
{
    assert_int_equal(orm_last_error(s)->outcome, ORM_ROLLED_BACK);
    orm_rollback(s);
    assert_fine(s);
    assert_int_equal(count("author") + count("book") + count("ticket"), 0);
    load_authors(s, 3);
    assert_true(orm_commit(s));
    assert_int_equal(count("author"), 3);
    close_library(s);
}

static void required_column_is_named_with_its_row(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    struct author_load *l = author_load_begin(author_table(s));
    author_set_name(author_load_row(l), "a");
    author_load_row(l);
    assert_int_equal(author_load_end(l), 0);
    assert_failed(s, ORM_INVALID, "author", "name");
    assert_string_equal(
        orm_message(s), "author.name: row 2 of the load: required, but never set");
    goes_on(s);
}

static void first_row_must_be_whole(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    struct author_load *l = author_load_begin(author_table(s));
    author_set_email(author_load_row(l), "a");
    author_set_name(author_load_row(l), "dropped");
    assert_int_equal(author_load_end(l), 0);
    assert_string_equal(
        orm_message(s), "author.name: row 1 of the load: required, but never set");
    goes_on(s);
}

static void row_that_sets_more_is_refused(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    struct ticket_load *l = ticket_load_begin(ticket_table(s));
    ticket_set_subject(ticket_load_row(l), "a");
    struct ticket *row = ticket_load_row(l);
    ticket_set_subject(row, "b");
    ticket_set_weight(row, 3);
    assert_int_equal(ticket_load_end(l), 0);
    assert_string_equal(orm_message(s),
        "ticket.weight: row 2 of the load: set, but not "
        "in the first row: all rows set what that sets");
    goes_on(s);
}

static void default_of_one_row_is_refused(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    struct ticket_load *l = ticket_load_begin(ticket_table(s));
    struct ticket *row = ticket_load_row(l);
    ticket_set_subject(row, "a");
    ticket_set_weight(row, 3);
    ticket_set_subject(ticket_load_row(l), "b");
    assert_int_equal(ticket_load_end(l), 0);
    assert_string_equal(orm_message(s),
        "ticket.weight: row 2 of the load: not set, as in the first row; "
        "COPY has no default for one row");
    goes_on(s);
}

static void value_that_does_not_fit_ends_the_load(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    struct shelf_load *l = shelf_load_begin(shelf_table(s));
    shelf_set_place(shelf_load_row(l), "fits");
    shelf_set_place(shelf_load_row(l), "far too long for it");
    shelf_set_place(shelf_load_row(l), "fits");
    assert_int_equal(shelf_load_end(l), 0);
    assert_failed(s, ORM_RANGE, "shelf", "place");
    goes_on(s);
}

static void row_that_the_server_refuses_is_told_by_number(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    struct tag_load *l = tag_load_begin(tag_table(s));
    for (int i = 0; i < 20000; i++) {
        char name[16];
        snprintf(name, sizeof name, "tag %d", i == 7 ? 2 : i);
        tag_set_name(tag_load_row(l), name);
    }
    assert_int_equal(tag_load_end(l), 0);
    assert_failed(s, ORM_CONSTRAINT, "tag", NULL);
    assert_string_equal(orm_last_error(s)->constraint, "tags_name_key");
    assert_non_null(strstr(orm_message(s), " (row 8 of the load)"));
    goes_on(s);
}

static void foreign_key_refuses_all_rows(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    struct book_load *l = book_load_begin(book_table(s));
    struct book *row = book_load_row(l);
    book_set_title(row, "a");
    book_set_author_id(row, 99);
    assert_int_equal(book_load_end(l), 0);
    assert_failed(s, ORM_CONSTRAINT, "book", NULL);
    goes_on(s);
}

static void table_that_is_another_is_drift(void **state)
{
    (void)state;
    db_exec(db, "alter table sample alter big type float8");
    struct orm_session *s = open_library();
    struct sample_load *l = sample_load_begin(sample_table(s));
    sample_set_big(sample_load_row(l), 1);
    assert_int_equal(sample_load_end(l), 0);
    assert_failed(s, ORM_DRIFT, "sample", "big");
    orm_close(s);
    db_exec(db, "alter table sample alter big type int8");
}

static void row_is_no_object(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    for (int i = 0; i < 6; i++) {
        struct orm_session *s = open_library();
        struct author *one = author_get(author_table(s), 1);
        struct book *known = book_get(book_table(s), 1);
        struct tag *red = tag_get(tag_table(s), 1);
        struct book_load *l = book_load_begin(book_table(s));
        struct book *row = book_load_row(l);
        book_set_title(row, "row");
        book_set_author(row, one);
        if (i == 0)
            book_delete(row);
        else if (i == 1)
            tag_add(book_tags(row), red);
        else if (i == 2)
            book_add(author_books(one), row);
        else if (i == 3)
            loan_set_book(loan_new(loan_table(s)), row);
        else if (i == 4)
            book_set_author(row, author_new(author_table(s)));
        else
            tag_new(book_tags(row));
        assert_false(orm_ok(s));
        assert_true(orm_status(s) == ORM_INVALID || orm_status(s) == ORM_UNSAVED);
        assert_int_equal(book_load_end(l), 0);
        orm_rollback(s);
        assert_ptr_equal(book_get(book_table(s), 1), known);
        assert_true(orm_commit(s));
        close_library(s);
    }
    assert_int_equal(count("book"), 1);
}

/* -- What a load keeps from happening ---------------------------------------------- */

static void nothing_else_is_asked_meanwhile(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    for (int i = 0; i < 6; i++) {
        struct orm_session *s = open_library();
        struct book *b = book_get(book_table(s), 1);
        struct shelf_load *l = shelf_load_begin(shelf_table(s));
        shelf_set_place(shelf_load_row(l), "a");
        if (i % 2)
            shelf_set_place(shelf_load_row(l), "b");
        if (i < 2)
            book_author(b);
        else if (i < 4)
            assert_false(orm_commit(s));
        else
            tag_load_begin(tag_table(s));
        assert_failed(s, ORM_INVALID, "shelf", NULL);
        assert_string_equal(orm_message(s),
            "shelf: its rows are being loaded, and nothing else can be asked until "
            "shelf_load_end()");
        shelf_set_place(shelf_load_row(l), "dropped");
        assert_int_equal(shelf_load_end(l), 0);
        orm_rollback(s);
        assert_string_equal(author_name(book_author(b)), "author 1");
        close_library(s);
    }
    assert_int_equal(count("shelf"), 1);
}

static void row_without_a_load_is_an_error(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    struct author_load *l = author_load_begin(author_table(s));
    author_load_end(l);
    author_set_name(author_load_row(l), "x");
    assert_failed(s, ORM_INVALID, "author", NULL);
    assert_string_equal(
        orm_message(s), "author: no load is open; author_load_begin() begins one");
    orm_rollback(s);
    close_library(s);
}

static void rollback_and_reset_end_a_load(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct orm_session *s = open_library();
        struct author_load *l = author_load_begin(author_table(s));
        struct author *row = author_load_row(l);
        author_set_name(row, "a");
        if (i % 2)
            author_set_name(author_load_row(l), "b");
        if (i < 2) {
            orm_rollback(s);
            assert_string_equal(author_name(row), i % 2 ? "b" : "a");
            author_set_name(row, "too late");
            assert_failed(s, ORM_INVALID, "author", NULL);
            orm_rollback(s);
        } else {
            orm_reset(s);
        }
        assert_int_equal(author_load_end(l), 0);
        load_authors(s, 1);
        orm_rollback(s);
        close_library(s);
    }
    assert_int_equal(count("author"), 0);
}

static void savepoint_takes_loaded_rows_back(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    load_authors(s, 1);
    for (int i = 0; i < 2; i++) {
        orm_savepoint(s);
        struct author_load *l = author_load_begin(author_table(s));
        author_set_name(author_load_row(l), "a");
        author_set_name(author_load_row(l), "b");
        if (i)
            assert_int_equal(author_load_end(l), 2);
        assert_int_equal(author_count(author_table(s), NULL), i ? 3 : 0);
        orm_rollback_to(s);
        assert_int_equal(author_load_end(l), 0);
        assert_int_equal(author_count(author_table(s), NULL), 1);
    }
    assert_true(orm_commit(s));
    assert_int_equal(count("author"), 1);
    close_library(s);
}

static void savepoint_cannot_stand_in_a_load(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    struct author_load *l = author_load_begin(author_table(s));
    author_set_name(author_load_row(l), "a");
    orm_savepoint(s);
    assert_failed(s, ORM_INVALID, "author", NULL);
    assert_int_equal(author_load_end(l), 0);
    orm_rollback_to(s);
    orm_rollback(s);
    close_library(s);
}

static void session_can_be_closed_in_a_load(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    struct author_load *l = author_load_begin(author_table(s));
    author_set_name(author_load_row(l), "a");
    author_set_name(author_load_row(l), "b");
    orm_close(s);
    assert_int_equal(count("author"), 0);
}

static void view_and_pairs_cannot_be_loaded(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    struct book *b = book_get(book_table(s), 1);
    tag_set_name(tag_load_row(tag_load_begin(book_tags(b))), "x");
    assert_failed(s, ORM_INVALID, NULL, NULL);
    assert_non_null(strstr(orm_message(s), "book.tags: "));
    orm_rollback(s);
    close_library(s);
}

static void statement_too_many_is_refused(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    orm_expect_statements(s, 0);
    load_authors(s, 2);
    assert_int_equal(orm_status(s), ORM_BUDGET);
    orm_expect_statements(s, ORM_UNLIMITED);
    goes_on(s);
}

/* -- Faults ------------------------------------------------------------------------ */

static void cut_connection_leaves_nothing(void **state)
{
    (void)state;
    struct chaos *proxy = chaos_start(PQhost(db), atoi(PQport(db)));
    const char *by = db_conninfo_by(db, "127.0.0.1", chaos_port(proxy), NULL);
    for (long after = 2000; after < 300000; after += 49000) {
        chaos_next(proxy, (struct chaos_rule){.direction = CHAOS_TO_SERVER,
                              .end = after % 2000 ? CHAOS_RST : CHAOS_FIN,
                              .after = after});
        struct orm_session *s = orm_open(by, &library_schema);
        load_authors(s, 20000);
        assert_failed(s, ORM_LOST, NULL, NULL);
        orm_reset(s);
        assert_fine(s);
        load_authors(s, 2);
        assert_fine(s);
        orm_close(s);
    }
    chaos_stop(proxy);
    assert_int_equal(count("author"), 0);
}

static void deadline_holds_while_rows_are_sent(void **state)
{
    (void)state;
    struct chaos *proxy = chaos_start(PQhost(db), atoi(PQport(db)));
    const char *by = db_conninfo_by(db, "127.0.0.1", chaos_port(proxy), NULL);
    chaos_next(
        proxy, (struct chaos_rule){
                   .direction = CHAOS_TO_SERVER, .end = CHAOS_STALL, .after = 100000});
    struct orm_session *s = orm_open(by, &library_schema);
    orm_set_deadline(s, 500);
    load_authors(s, 1000000);
    assert_failed(s, ORM_TIMEOUT, NULL, NULL);
    orm_set_deadline(s, 0);
    orm_reset(s);
    load_authors(s, 2);
    assert_fine(s);
    orm_close(s);
    chaos_stop(proxy);
}

static void each_allocation_may_fail(void **state)
{
    (void)state;
    bool struck = true;
    for (unsigned long n = 1; struck; n += 1 + n / 16) {
        struct orm_session *s = open_library();
        memory_fail_at(n, false);
        load_authors(s, 5000);
        struck = memory_count() >= n;
        memory_fail_at(0, false);
        assert_int_equal(orm_status(s), struck ? ORM_NOMEM : ORM_OK);
        orm_rollback(s);
        assert_fine(s);
        load_authors(s, 2);
        assert_fine(s);
        orm_close(s);
        assert_true(n < 100000);
    }
    assert_int_equal(count("author"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(rows_are_loaded_in_one_statement), DB_TEST(row_is_blank_every_time),
        DB_TEST(server_fills_in_what_the_first_row_leaves_out),
        DB_TEST(references_and_versions_are_loaded),
        DB_TEST(rows_of_a_relation_belong_to_the_owner),
        DB_TEST(copy_is_a_statement_to_be_heard_of),
        DB_TEST(load_of_nothing_sends_nothing),
        DB_TEST(memory_does_not_grow_with_the_rows),
        DB_TEST(required_column_is_named_with_its_row),
        DB_TEST(first_row_must_be_whole), DB_TEST(row_that_sets_more_is_refused),
        DB_TEST(default_of_one_row_is_refused),
        DB_TEST(value_that_does_not_fit_ends_the_load),
        DB_TEST(row_that_the_server_refuses_is_told_by_number),
        DB_TEST(foreign_key_refuses_all_rows), DB_TEST(table_that_is_another_is_drift),
        DB_TEST(row_is_no_object), DB_TEST(nothing_else_is_asked_meanwhile),
        DB_TEST(row_without_a_load_is_an_error), DB_TEST(rollback_and_reset_end_a_load),
        DB_TEST(savepoint_takes_loaded_rows_back),
        DB_TEST(savepoint_cannot_stand_in_a_load),
        DB_TEST(session_can_be_closed_in_a_load),
        DB_TEST(view_and_pairs_cannot_be_loaded),
        DB_TEST(statement_too_many_is_refused), DB_TEST(cut_connection_leaves_nothing),
        DB_TEST(deadline_holds_while_rows_are_sent), DB_TEST(each_allocation_may_fail),
        DB_TEST(what_was_loaded_is_seen), /* drops foreign keys: the last */
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
