/* codes_test.c: every code of enum orm_code comes out of some program. */
#include "library_test.h"

#include "base/memory.h"

static void make_ok(struct orm_session *s)
{
    book_all(book_table(s));
}

static void make_nomem(struct orm_session *s)
{
    memory_fail_at(1, true);
    for (int i = 0; i < 10000 && orm_status(s) == ORM_OK; i++)
        book_set_title(book_new(book_table(s)), "a title of some length");
    memory_fail_at(0, false);
}

static void make_lost(struct orm_session *s)
{
    db_exec(db, "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
                " where application_name = 'codes' and datname = current_database()");
    book_all(book_table(s));
}

static void make_timeout(struct orm_session *s)
{
    db_exec(db, "begin; lock table book");
    orm_set_deadline(s, 50);
    book_all(book_table(s));
    db_exec(db, "rollback");
}

static void make_conflict(struct orm_session *s)
{
    /* The session's transactions are repeatable read: see the test. */
    orm_begin(s);
    struct book *b = book_get(book_table(s), 1);
    db_exec(db, "update book set pages = 5 where id = 1");
    book_set_pages(b, 6);
    if (orm_commit(s))
        fail_msg("two wrote one row");
}

static void make_constraint(struct orm_session *s)
{
    tag_set_name(tag_new(tag_table(s)), "red");
    if (orm_commit(s))
        fail_msg("two tags of one name");
}

static void make_stale(struct orm_session *s)
{
    book_delete(book_get(book_table(s), 1));
    db_exec(db, "delete from book where id = 1");
    if (orm_commit(s))
        fail_msg("deleted what was gone");
}

static void make_refused(struct orm_session *s)
{
    db_exec(db, "create or replace function no() returns trigger language plpgsql as"
                " $$ begin raise exception 'no'; end $$;"
                "create trigger no before insert on ledger execute function no()");
    ledger_set_token(ledger_new(ledger_table(s)), 1);
    if (orm_commit(s))
        fail_msg("the trigger did not fire");
    db_exec(db, "drop function no cascade");
}

static void make_drift(struct orm_session *s)
{
    db_exec(db, "alter table reader rename to elsewhere");
    reader_all(reader_table(s));
    db_exec(db, "alter table elsewhere rename to reader");
}

static void make_not_found(struct orm_session *s)
{
    struct book *b = book_require(book_table(s), 4711);
    assert_non_null(b);
    book_set_title(b, "dropped");
    assert_string_equal(book_title(b), "");
    assert_int_equal(book_id(b), 0);
    assert_int_equal(author_id(book_author(b)), 0);
    assert_int_equal(tag_all(book_tags(b))->len, 0);
}

static void make_unsaved(struct orm_session *s)
{
    book_set_pages(book_get(book_table(s), 1), 7);
    if (orm_end(s))
        fail_msg("ended with unwritten changes");
}

static void make_invalid(struct orm_session *s)
{
    book_set_title(book_get(book_table(s), 1), NULL);
}

static void make_plan_conflict(struct orm_session *s)
{
    const struct author_query q = {.with = {author_with_books_as("name", NULL)}};
    author_find(author_table(s), &q);
}

static void make_stream_ended(struct orm_session *s)
{
    struct orm_chunks *chunks =
        orm_stream((struct orm_manager *)book_table(s), NULL, 1);
    orm_chunk(chunks);
    if (!orm_commit(s))
        fail_msg("%s", orm_message(s));
    orm_chunk(chunks);
}

static void make_range(struct orm_session *s)
{
    db_exec(db, "insert into maybe (moment) values ('294276-12-31')");
    maybe_all(maybe_table(s));
}

static void make_other_session(struct orm_session *s)
{
    struct orm_session *other = open_library();
    book_set_author(book_get(book_table(s), 1), author_get(author_table(other), 1));
    close_library(other);
}

static void make_fetch_raised(struct orm_session *s)
{
    orm_set_fetch(s, ORM_FETCH_RAISE);
    (void)book_author(book_get(book_table(s), 1));
    orm_set_fetch(s, ORM_FETCH_PEERS);
}

static void make_budget(struct orm_session *s)
{
    orm_expect_statements(s, 0);
    (void)book_all(book_table(s));
    orm_expect_statements(s, ORM_UNLIMITED);
}

static void (*const makers[])(struct orm_session *s) = {
    [ORM_OK] = make_ok,
    [ORM_NOMEM] = make_nomem,
    [ORM_LOST] = make_lost,
    [ORM_TIMEOUT] = make_timeout,
    [ORM_CONFLICT] = make_conflict,
    [ORM_CONSTRAINT] = make_constraint,
    [ORM_STALE] = make_stale,
    [ORM_REFUSED] = make_refused,
    [ORM_DRIFT] = make_drift,
    [ORM_NOT_FOUND] = make_not_found,
    [ORM_UNSAVED] = make_unsaved,
    [ORM_INVALID] = make_invalid,
    [ORM_FETCH_RAISED] = make_fetch_raised,
    [ORM_STREAM_ENDED] = make_stream_ended,
    [ORM_BUDGET] = make_budget,
    [ORM_PLAN_CONFLICT] = make_plan_conflict,
    [ORM_RANGE] = make_range,
    [ORM_OTHER_SESSION] = make_other_session,
};

#define CODES (sizeof makers / sizeof makers[0])

static void every_code_has_a_program_that_makes_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < CODES; i++) {
        const enum orm_code code = (enum orm_code)i;
        db_truncate(db);
        arrange_library(db, 1, 2);
        struct orm_session *s = orm_open(
            db_conninfo_by(db, NULL, 0,
                "application_name=codes"
                " options='-c default_transaction_isolation=repeatable\\\\ read'"),
            &library_schema);
        assert_fine(s);
        makers[code](s);
        if (code == ORM_OK)
            assert_fine(s);
        else
            assert_failed(s, code, NULL, NULL);
        /* Whatever it was, the session can be used again. */
        orm_set_deadline(s, 0);
        orm_reset(s);
        assert_fine(s);
        assert_string_equal(book_title(book_get(book_table(s), 2)), "book 2");
        close_library(s);
    }
}

static void refusal_is_told_when_memory_is_out_as_well(void **state)
{
    (void)state;
    bool struck = true, told = false;
    for (unsigned long n = 1; struck; n++) {
        db_truncate(db);
        arrange_library(db, 1, 1);
        struct orm_session *s = open_library();
        tag_set_name(tag_new(tag_table(s)), "black");
        tag_set_name(tag_new(tag_table(s)), "red");
        tag_set_name(tag_new(tag_table(s)), "white");
        memory_fail_at(n, true);
        assert_false(orm_commit(s));
        struck = memory_count() >= n;
        memory_fail_at(0, false);
        const struct orm_error *e = orm_last_error(s);
        if (e->code != ORM_NOMEM) {
            assert_failed(s, ORM_CONSTRAINT, "tag", "name");
            assert_int_equal(tag_violated(e), TAG_BY_NAME);
            told = told || (struck && !e->object);
        }
        if (!struck)
            assert_string_equal(tag_name((struct tag *)e->object), "red");
        orm_rollback(s);
        close_library(s);
    }
    assert_true(told);
}

static void every_code_has_a_name(void **state)
{
    (void)state;
    assert_string_equal(orm_code_name(ORM_OK), "ORM_OK");
    assert_string_equal(orm_code_name(ORM_OTHER_SESSION), "ORM_OTHER_SESSION");
    for (size_t i = 0; i < CODES; i++)
        assert_memory_equal(orm_code_name((enum orm_code)i), "ORM_", 4);
    /* There is none that this table lacks. */
    assert_null(strstr(orm_code_name((enum orm_code)(CODES - 1)), "?"));
    assert_int_not_equal(strncmp(orm_code_name((enum orm_code)CODES), "ORM_", 4), 0);
}

static void every_code_has_a_section_in_the_docs(void **state)
{
    (void)state;
    static char page[1 << 17];
    FILE *in = fopen(FAILURES_PAGE, "r");
    assert_non_null(in);
    page[fread(page, 1, sizeof page - 1, in)] = '\0';
    assert_int_equal(fclose(in), 0);
    for (size_t i = 0; i < CODES; i++) {
        char heading[64];
        snprintf(heading, sizeof heading, "\n## %s\n", orm_code_name((enum orm_code)i));
        if (!strstr(page, heading))
            fail_msg("docs/failures.md has no section \"%s\"", heading + 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_has_a_program_that_makes_it),
        cmocka_unit_test(refusal_is_told_when_memory_is_out_as_well),
        cmocka_unit_test(every_code_has_a_name),
        cmocka_unit_test(every_code_has_a_section_in_the_docs),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
