/* refused_test.c: what must not be written is not, and the error says why. */
#include "library_test.h"

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

static void failure_after_a_flush_tells_that_all_is_rolled_back(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    author_set_name(author_new(author_table(s)), "a");
    assert_true(orm_flush(s));
    shelf_new(shelf_table(s));
    assert_false(orm_flush(s));
    assert_failed(s, ORM_INVALID, "shelf", "place");
    assert_int_equal(orm_last_error(s)->outcome, ORM_ROLLED_BACK);
    orm_close(s);
    assert_int_equal(db_number(db, "select count(*) from author"), 0);
}

static void failure_of_taking_back_what_was_flushed_is_rolled_back(void **state)
{
    (void)state;
    db_exec(db, "create function public.drop_all() returns trigger language plpgsql as "
                "$$begin return null; end$$;"
                "create trigger drop_all before insert on author "
                "for each row execute function public.drop_all()");
    struct orm_session *s = open_library();
    author_set_name(author_new(author_table(s)), "a");
    assert_false(orm_flush(s));
    assert_failed(s, ORM_REFUSED, "author", NULL);
    assert_int_equal(orm_last_error(s)->outcome, ORM_ROLLED_BACK);
    orm_close(s);
    db_exec(db, "drop function public.drop_all() cascade");
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

/* -- Privileges -------------------------------------------------------------------- */

#define GUEST "\"guest one\""

/* A session of a role that may do what `grants` say. */
static struct orm_session *open_as_guest(const char *grants)
{
    db_exec(db,
        "do $$begin"
        "  if exists (select from pg_roles where rolname = 'guest one') then"
        "    drop owned by " GUEST "; drop role " GUEST ";"
        "  end if;"
        "  create role " GUEST " login;"
        "end$$; %s",
        grants);
    struct orm_session *s =
        orm_open(db_conninfo_by(db, NULL, 0, "user='guest one'"), &library_schema);
    assert_fine(s);
    return s;
}

static void assert_granting(struct orm_session *s, const char *model, const char *grant)
{
    assert_failed(s, ORM_REFUSED, model, NULL);
    assert_string_equal(orm_last_error(s)->sqlstate, "42501");
    assert_string_equal(orm_last_error(s)->hint, grant);
    if (!strstr(orm_message(s), grant))
        fail_msg("\"%s\" expected in: %s", grant, orm_message(s));
    orm_close(s);
}

static void missing_privilege_is_told_with_the_grant_that_gives_it(void **state)
{
    (void)state;
    arrange_library(db, 1, 2);
    struct orm_session *s = open_as_guest("");
    assert_null(book_get(book_table(s), 1));
    assert_granting(s, "book", "GRANT SELECT ON \"public\".\"book\" TO " GUEST);

    s = open_as_guest("grant select, insert on author to " GUEST);
    author_set_name(author_new(author_table(s)), "a");
    assert_false(orm_commit(s));
    assert_granting(
        s, "author", "GRANT USAGE ON SEQUENCE \"public\".\"author_id_seq\" TO " GUEST);

    s = open_as_guest("grant select on author to " GUEST ";"
                      "grant usage on sequence author_id_seq to " GUEST);
    author_set_name(author_new(author_table(s)), "a");
    assert_false(orm_commit(s));
    assert_granting(
        s, "author", "GRANT SELECT, INSERT ON \"public\".\"author\" TO " GUEST);

    s = open_as_guest("grant select on author to " GUEST);
    author_set_name(author_get(author_table(s), 1), "a");
    assert_false(orm_commit(s));
    assert_granting(
        s, "author", "GRANT SELECT, UPDATE ON \"public\".\"author\" TO " GUEST);

    s = open_as_guest("grant select on author to " GUEST);
    author_delete(author_get(author_table(s), 1));
    assert_false(orm_commit(s));
    assert_granting(
        s, "author", "GRANT SELECT, DELETE ON \"public\".\"author\" TO " GUEST);

    s = open_as_guest("grant select on book, tags to " GUEST);
    tag_add(book_tags(book_get(book_table(s), 1)), tag_get(tag_table(s), 1));
    assert_false(orm_commit(s));
    assert_granting(
        s, "tag", "GRANT SELECT, INSERT ON \"public\".\"book_tags\" TO " GUEST);

    s = open_as_guest("grant select, insert on tags to " GUEST);
    struct tag *t = tag_new(tag_table(s));
    tag_set_name(t, "red");
    tag_upsert(tag_table(s), TAG_BY_NAME, t);
    assert_false(orm_commit(s));
    assert_granting(
        s, "tag", "GRANT SELECT, INSERT, UPDATE ON \"public\".\"tags\" TO " GUEST);
    db_exec(db, "drop owned by " GUEST "; drop role " GUEST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(rows_that_a_trigger_drops_are_an_error),
        DB_TEST(missing_privilege_is_told_with_the_grant_that_gives_it),
        DB_TEST(failure_after_a_flush_tells_that_all_is_rolled_back),
        DB_TEST(failure_of_taking_back_what_was_flushed_is_rolled_back),
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
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
