/* retry_test.c: a flush that failed changes nothing, and succeeds when the reason is
 * gone. */
#include "library_test.h"

#define ROWS 5

/* Why a flush of the unit below fails at its k-th row, and what mends it. */
static const struct reason {
    const char *name;
    enum orm_code code;
    const char *hurt, *mend; /* each has one %d, k */
} reasons[] = {
    {"unique", ORM_CONSTRAINT, "insert into tags (name) values ('tag %d')",
        "delete from tags where name = 'tag %d'"},
    {"foreign key", ORM_CONSTRAINT, "delete from shelf where id = 90 + %d",
        "insert into shelf (id, place) overriding system value values (90 + %d, 'x')"},
    {"check", ORM_CONSTRAINT,
        "alter table tags add constraint trap check (name <> 'tag %d')",
        "alter table tags drop constraint trap -- %d"},
    {"stale", ORM_STALE, "update book set revision = revision + 1 where id = %d",
        "update book set revision = revision - 1 where id = %d"},
    {"gone", ORM_STALE, "delete from book_tags; delete from book where id = %d",
        "insert into book (id, title, pages, author_id, revision) overriding system "
        "value select %d, 'again', 0, 1, min(revision) from book"},
    {"conflict", ORM_CONFLICT,
        "select set_trap('if new.name = ''tag %d'' then raise exception ''no'' using "
        "errcode = ''40001''; end if;')",
        "drop function trap cascade -- %d"},
    {"raise", ORM_REFUSED,
        "select set_trap('if new.name = ''tag %d'' then raise exception ''no''; end "
        "if;')",
        "drop function trap cascade -- %d"},
    {"no memory there", ORM_NOMEM,
        "select set_trap('if new.name = ''tag %d'' then raise exception ''no'' using "
        "errcode = ''53200''; end if;')",
        "drop function trap cascade -- %d"},
    {"lost", ORM_LOST,
        "select set_trap('if new.name = ''tag %d'' then perform "
        "pg_terminate_backend(pg_backend_pid()); end if;')",
        "drop function trap cascade -- %d"},
};

static void arrange(void)
{
    db_truncate(db);
    arrange_library(db, 1, ROWS + 2);
    db_exec(db,
        "insert into shelf (id, place) overriding system value"
        "  select 90 + i, 'x' from generate_series(1, %d) i;"
        "create or replace function set_trap(body text) returns void language plpgsql "
        "as $f$ begin"
        "  execute 'create function trap() returns trigger language plpgsql as $$ "
        "begin "
        "' || body || ' return new; end $$';"
        "  create trigger trap before insert on tags for each row execute function "
        "trap(); end $f$",
        ROWS);
}

static struct tag *added[ROWS];
static struct book *books[ROWS], *deleted;

/* New rows, changed ones, a link and a deleted row. */
static void record(struct orm_session *s)
{
    for (int i = 0; i < ROWS; i++) {
        char name[16];
        snprintf(name, sizeof name, "tag %d", i + 1);
        added[i] = tag_new(tag_table(s));
        tag_set_name(added[i], name);
        books[i] = book_get(book_table(s), i + 1);
        book_set_pages(books[i], 1000 + i);
        book_set_shelf_id(books[i], 91 + i);
    }
    tag_add(book_tags(books[0]), added[0]);
    deleted = book_get(book_table(s), ROWS + 1);
    book_delete(deleted);
}

static void assert_recorded(const char *why)
{
    for (int i = 0; i < ROWS; i++) {
        char name[16];
        snprintf(name, sizeof name, "tag %d", i + 1);
        if (strcmp(tag_name(added[i]), name) != 0 || tag_id(added[i]) ||
            book_pages(books[i]) != 1000 + i || book_shelf_id(books[i]) != 91 + i ||
            book_revision(books[i]) != 1)
            fail_msg("%s: row %d is not as it was", why, i + 1);
    }
    assert_string_equal(book_title(deleted), "book 6");
}

static void assert_written(const char *why)
{
    if (db_number(db, "select count(*) from tags where name like 'tag _'") != ROWS ||
        db_number(db, "select count(*) from book where pages = 999 + id and shelf_id = "
                      "90 + id and revision = 2") != ROWS ||
        db_number(db, "select count(*) from book where id = %d", ROWS + 1) ||
        db_number(db, "select count(*) from book_tags join tags on id = tag_id where "
                      "name = 'tag 1'") != 1)
        fail_msg("%s: not all was written", why);
}

enum way {
    BY_COMMIT,
    BY_FLUSH,
    IN_TRANSACTION,
    WAYS
};

static bool write_by(struct orm_session *s, enum way way)
{
    return way == BY_COMMIT ? orm_commit(s) : orm_flush(s);
}

static void fail_and_retry(const struct reason *r, int k, enum way way)
{
    arrange();
    struct orm_session *s = open_library();
    (void)tag_all(tag_table(s));
    record(s);
    db_exec(db, r->hurt, k);
    if (way == IN_TRANSACTION)
        orm_begin(s);
    for (int times = 0; times < 2; times++) {
        assert_false(write_by(s, way));
        assert_failed(s, r->code, NULL, NULL);
        if (orm_last_error(s)->outcome != ORM_ROLLED_BACK)
            fail_msg("%s: outcome %d", r->name, orm_last_error(s)->outcome);
        assert_recorded(r->name);
        assert_true(orm_retry(s));
        assert_fine(s);
        assert_recorded(r->name);
    }
    db_exec(db, r->mend, k);
    assert_true(write_by(s, way));
    assert_true(orm_commit(s));
    assert_written(r->name);
    close_library(s);
}

static void failed_flush_succeeds_once_the_reason_is_gone(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        for (int k = 1; k <= ROWS; k++)
            fail_and_retry(&reasons[i], k,
                reasons[i].code == ORM_LOST ? BY_FLUSH
                                            : (enum way)((i + (size_t)k) % WAYS));
}

static void retry_is_refused_when_the_outcome_is_unknown(void **state)
{
    (void)state;
    arrange();
    struct orm_session *s = open_library();
    (void)tag_all(tag_table(s));
    record(s);
    db_exec(db, reasons[sizeof reasons / sizeof *reasons - 1].hurt, 1);
    assert_false(orm_commit(s));
    assert_int_equal(orm_last_error(s)->outcome, ORM_UNKNOWN);
    assert_false(orm_retry(s));
    assert_failed(s, ORM_LOST, NULL, NULL);
    orm_reset(s);
    close_library(s);
    db_exec(db, "drop function trap cascade");
}

static void what_the_program_left_out_can_be_set_before_the_retry(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    struct tag *t = tag_new(tag_table(s));
    assert_false(orm_commit(s));
    assert_failed(s, ORM_INVALID, "tag", "name");
    assert_true(orm_retry(s));
    tag_set_name(t, "red");
    assert_true(orm_commit(s));
    assert_int_equal(db_number(db, "select count(*) from tags where name = 'red'"), 1);
    close_library(s);
}

static void retry_is_refused_when_the_transaction_had_written_before(void **state)
{
    (void)state;
    db_exec(db, "insert into tags (name) values ('red')");
    struct orm_session *s = open_library();
    tag_set_name(tag_new(tag_table(s)), "blue");
    assert_true(orm_flush(s));
    struct tag *t = tag_new(tag_table(s));
    tag_set_name(t, "red");
    assert_false(orm_flush(s));
    assert_false(orm_retry(s));
    assert_failed(s, ORM_CONSTRAINT, "tag", NULL);
    orm_rollback(s);
    assert_fine(s);
    assert_true(orm_commit(s));
    assert_string_equal(db_text(db, "select name from tags"), "red");
    close_library(s);
}

static void retry_is_refused_after_rows_were_changed_by_query(void **state)
{
    (void)state;
    arrange_library(db, 1, 2);
    struct orm_session *s = open_library();
    const struct book_query all = {.limit = 0};
    const struct book_changes thicker = {.set = {book_pages_plus(1)}};
    assert_int_equal(book_update_all(book_table(s), &all, &thicker), 2);
    tag_new(tag_table(s)); /* without a name */
    assert_false(orm_flush(s));
    assert_false(orm_retry(s));
    orm_rollback(s);
    close_library(s);
}

static void retry_is_for_failed_flushes_only(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    assert_false(orm_retry(s));
    assert_fine(s);
    assert_false(orm_retry(NULL));

    struct tag *t = tag_new(tag_table(s));
    tag_set_name(t, NULL);
    assert_failed(s, ORM_INVALID, "tag", "name");
    assert_false(orm_commit(s)); /* the failure came before it */
    assert_false(orm_retry(s));
    assert_failed(s, ORM_INVALID, "tag", "name");
    orm_rollback(s);
    close_library(s);
}

static void transaction_of_the_program_is_begun_again_with_its_options(void **state)
{
    (void)state;
    db_exec(db, "insert into tags (name) values ('red')");
    struct orm_session *s = open_library();
    orm_begin_with(s, &(struct orm_begin_options){.isolation = ORM_REPEATABLE_READ});
    struct tag *t = tag_new(tag_table(s));
    tag_set_name(t, "red");
    assert_false(orm_flush(s));
    assert_true(orm_retry(s));
    db_exec(db, "delete from tags");
    tag_set_name(tag_new(tag_table(s)), "blue");
    assert_true(orm_flush(s));
    assert_string_equal(
        db_text(db, "select count(*) from pg_stat_activity where state = 'idle in "
                    "transaction' and datname = current_database()"),
        "1");
    (void)tag_all(tag_table(s));
    db_exec(db, "insert into tags (name) values ('green')");
    assert_int_equal(tag_count(tag_table(s), NULL), 2); /* one snapshot */
    assert_true(orm_commit(s));
    close_library(s);
}

static void stream_ends_with_the_transaction_that_is_begun_again(void **state)
{
    (void)state;
    arrange_library(db, 1, 4);
    struct orm_session *s = open_library();
    struct book_chunks *stream = book_stream(book_table(s), NULL, 2);
    assert_int_equal(book_chunk(stream)->len, 2);
    struct tag *t = tag_new(tag_table(s));
    tag_set_name(t, "red");
    assert_false(orm_flush(s));
    assert_true(orm_retry(s));
    assert_int_equal(book_chunk(stream)->len, 0);
    assert_failed(s, ORM_STREAM_ENDED, "book", NULL);
    book_stream_end(stream);
    orm_rollback(s);
    close_library(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(failed_flush_succeeds_once_the_reason_is_gone),
        DB_TEST(retry_is_refused_when_the_outcome_is_unknown),
        DB_TEST(what_the_program_left_out_can_be_set_before_the_retry),
        DB_TEST(retry_is_refused_when_the_transaction_had_written_before),
        DB_TEST(retry_is_refused_after_rows_were_changed_by_query),
        DB_TEST(retry_is_for_failed_flushes_only),
        DB_TEST(transaction_of_the_program_is_begun_again_with_its_options),
        DB_TEST(stream_ends_with_the_transaction_that_is_begun_again),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
