/* errors_told_test.c: what an error tells of rows, statements and servers that say
 * less; and no value of a row unless asked for. */
#include "press_test.h"

/* -- When the server says less ----------------------------------------------------- */

/* The next insert into people fails with these words and no more. */
static void say_only(const char *message)
{
    db_exec(db,
        "create or replace function say() returns trigger language plpgsql as"
        " $f$begin raise exception using errcode = '23505', message = $m$%s$m$; end$f$;"
        "create or replace trigger say before insert on people"
        " for each row execute function say()",
        message);
}

static void constraint_is_found_by_its_name_in_the_text(void **state)
{
    (void)state;
    static const struct {
        const char *said;
        enum author_constraint violated;
    } cases[] = {
        {"duplicate key value violates unique constraint \"people_mail_key\"",
            AUTHOR_BY_EMAIL},
        {"doppelter Schlüsselwert verletzt Unique-Constraint »one_nick«",
            AUTHOR_BY_NICK},
        {"people_mail_key2, xpeople_mail_key", AUTHOR_NO_CONSTRAINT},
        {"tag_name_key", AUTHOR_NO_CONSTRAINT},
        {"something else", AUTHOR_NO_CONSTRAINT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        say_only(cases[i].said);
        struct orm_session *s = open_press();
        new_author(s, "Cid");
        assert_false(orm_commit(s));
        assert_failed(s, ORM_CONSTRAINT, NULL, NULL);
        const struct orm_error *e = orm_last_error(s);
        assert_int_equal(author_violated(e), cases[i].violated);
        assert_int_equal(tag_violated(e), strcmp(cases[i].said, "tag_name_key") == 0
                                              ? TAG_BY_NAME
                                              : TAG_NO_CONSTRAINT);
        orm_close(s);
    }
    db_exec(db, "drop function say cascade");
}

/* -- Which row --------------------------------------------------------------------- */

static void row_is_found_among_many_or_not_named(void **state)
{
    (void)state;
    static const char *const taken[] = {"x) y", "a, b", "ends in )", "", "null", "=(",
        "Ärger", "x) already exists. (", "x"};
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
        db_truncate(db);
        db_exec(db, "insert into tag (name) values ($t$%s$t$)", taken[i]);
        struct orm_session *s = open_press();
        struct tag *wrong = NULL;
        for (size_t k = 0; k < sizeof taken / sizeof *taken; k++) {
            struct tag *t = tag_new(tag_table(s));
            tag_set_name(t, taken[k]);
            wrong = k == i ? t : wrong;
        }
        assert_false(orm_commit(s));
        const struct orm_error *e = orm_last_error(s);
        assert_int_equal(tag_violated(e), TAG_BY_NAME);
        if (e->object)
            assert_ptr_equal(e->object, wrong);
        else
            assert_non_null(strchr(taken[i], ')'));
        orm_close(s);
    }
}

static void alike_rows_are_told_apart_by_their_keys(void **state)
{
    (void)state;
    arrange();
    db_exec(db, "insert into works (id, heading, written_by)"
                " values (50, 'a', 1), (51, 'b', 1), (52, 'c', 1)");
    struct orm_session *s = open_press();
    const struct book_query new_ones = {.where = {book_id_ge(50)}};
    orm_each(struct book, b, book_find(book_table(s), &new_ones)) {
        book_set_pages(b, book_id(b) == 50 ? -1 : 1);
        book_set_code(b, 51);
    }
    /* The row holds 50 and 51, and so it may seem to be either's. */
    assert_false(orm_commit(s));
    assert_int_equal(book_violated(orm_last_error(s)), BOOK_PAGES_CHECK);
    assert_non_null(orm_last_error(s)->object);
    assert_int_equal(book_id((struct book *)orm_last_error(s)->object), 50);
    orm_close(s);
}

static void rows_that_cannot_be_told_apart_are_not_named(void **state)
{
    (void)state;
    arrange();
    db_exec(db, "insert into works (id, heading, written_by)"
                " values (-1, 'a', 1), (-2, 'b', 1)");
    struct orm_session *s = open_press();
    book_set_pages(book_get(book_table(s), -1), -2);
    book_set_pages(book_get(book_table(s), -2), -1);
    const struct orm_error *e = refused(
        s, "book.pages: a row of book does not pass the check (\"works_pages_check\")");
    assert_null(e->object);
    orm_close(s);
}

static void details_are_in_the_message_when_asked_for(void **state)
{
    (void)state;
    arrange();
    struct orm_session *s = open_press();
    orm_show_details(s, true);
    author_set_email(new_author(s, "Cid"), "bob@here");
    refused(s, "author.email: new author has the same value as another author "
               "(\"people_mail_key\"); Key (mail)=(bob@here) already exists.");
    orm_reset(s);
    author_set_email(new_author(s, "Cid"), "bob@here");
    assert_false(orm_commit(s));
    assert_non_null(strstr(orm_message(s), "bob@here"));
    orm_reset(s);
    orm_show_details(s, false);
    author_set_email(new_author(s, "Cid"), "bob@here");
    assert_false(orm_commit(s));
    assert_null(strstr(orm_message(s), "bob@here"));
    orm_close(s);
}

static void only_what_may_succeed_another_time_is_retryable(void **state)
{
    (void)state;
    static const struct {
        const char *sqlstate;
        enum orm_code code;
        bool retryable;
    } cases[] = {
        {"23514", ORM_CONSTRAINT, false},
        {"40001", ORM_CONFLICT, true},
        {"40P01", ORM_CONFLICT, true},
        {"55P03", ORM_CONFLICT, true},
        {"57014", ORM_TIMEOUT, true},
        {"42501", ORM_REFUSED, false},
        {"25006", ORM_REFUSED, false},
        {"53100", ORM_REFUSED, false},
        {"P0001", ORM_REFUSED, false},
        {"42703", ORM_DRIFT, false},
        {"22003", ORM_RANGE, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        db_exec(db,
            "create or replace function say() returns trigger language plpgsql as"
            " $$begin raise exception 'no' using errcode = '%s'; end$$;"
            "create or replace trigger say before insert on people"
            " for each row execute function say()",
            cases[i].sqlstate);
        struct orm_session *s = open_press();
        new_author(s, "Cid");
        assert_false(orm_commit(s));
        const struct orm_error *e = orm_last_error(s);
        assert_failed(s, cases[i].code, "author", NULL);
        assert_string_equal(e->sqlstate, cases[i].sqlstate);
        assert_int_equal(e->retryable, cases[i].retryable);
        assert_int_equal(e->outcome, ORM_ROLLED_BACK);
        orm_close(s);
    }
    db_exec(db, "drop function say cascade");
}

static char shape[40];

static void keep_shape(void *arg, const struct orm_statement *statement)
{
    (void)arg;
    if (statement->failed && !shape[0])
        snprintf(shape, sizeof shape, "%s", statement->shape);
}

static void statement_that_failed_is_named_by_its_shape(void **state)
{
    (void)state;
    arrange();
    struct orm_session *s = open_press();
    orm_on_statement(s, keep_shape, NULL);
    author_set_email(new_author(s, "Cid"), "bob@here");
    assert_false(orm_commit(s));
    assert_true(shape[0]);
    assert_string_equal(orm_last_error(s)->statement, shape);
    orm_rollback(s);
    book_set_title(book_get(book_table(s), 1), NULL);
    assert_failed(s, ORM_INVALID, "book", "title");
    assert_string_equal(orm_last_error(s)->statement, "");
    orm_close(s);
}

static void hint_of_the_server_is_kept(void **state)
{
    (void)state;
    db_exec(db, "create function hint() returns trigger language plpgsql as"
                " $$begin raise exception 'no' using hint = 'say please',"
                " detail = 'it is secret'; end$$;"
                "create trigger hint before insert on people"
                " for each row execute function hint()");
    struct orm_session *s = open_press();
    new_author(s, "Cid");
    assert_false(orm_commit(s));
    const struct orm_error *e = orm_last_error(s);
    assert_int_equal(e->code, ORM_REFUSED);
    assert_string_equal(e->sqlstate, "P0001");
    assert_string_equal(e->message, "author: no");
    assert_string_equal(e->hint, "say please");
    assert_string_equal(e->detail, "it is secret");
    orm_close(s);
    db_exec(db, "drop function hint cascade");
}

static void object_of_a_scope_that_ended_is_not_pointed_to(void **state)
{
    (void)state;
    arrange();
    struct orm_session *s = open_press();
    orm_scope_begin(s);
    struct author *a = author_get(author_table(s), 1);
    db_exec(db, "delete from works; delete from people where id = 1");
    author_refresh(a);
    assert_failed(s, ORM_STALE, "author", NULL);
    assert_ptr_equal(orm_last_error(s)->object, a);
    orm_scope_end(s);
    assert_null(orm_last_error(s)->object);
    assert_ptr_equal(orm_last_error(s)->of, &author_model);
    orm_close(s);
}

static void stale_row_is_pointed_to(void **state)
{
    (void)state;
    arrange();
    db_exec(db, "insert into room values ('a', 1), ('a, 1', 1), ('(a', 1)");
    struct orm_session *s = open_press();
    author_set_nick(author_get(author_table(s), 1), "x");
    struct author *gone = author_get(author_table(s), 2);
    author_set_nick(gone, "y");
    db_exec(db, "delete from works; delete from people where id = 2");
    assert_false(orm_commit(s));
    assert_failed(s, ORM_STALE, "author", NULL);
    assert_ptr_equal(orm_last_error(s)->object, gone);
    orm_rollback(s);
    room_delete(room_get(room_table(s), "a", 1));
    struct room *room = room_get(room_table(s), "a, 1", 1);
    room_delete(room);
    db_exec(db, "delete from room where building = 'a, 1'");
    assert_false(orm_commit(s));
    assert_failed(s, ORM_STALE, "room", NULL);
    assert_ptr_equal(orm_last_error(s)->object, room);
    orm_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(constraint_is_found_by_its_name_in_the_text),
        DB_TEST(row_is_found_among_many_or_not_named),
        DB_TEST(alike_rows_are_told_apart_by_their_keys),
        DB_TEST(rows_that_cannot_be_told_apart_are_not_named),
        DB_TEST(details_are_in_the_message_when_asked_for),
        DB_TEST(only_what_may_succeed_another_time_is_retryable),
        DB_TEST(statement_that_failed_is_named_by_its_shape),
        DB_TEST(hint_of_the_server_is_kept),
        DB_TEST(object_of_a_scope_that_ended_is_not_pointed_to),
        DB_TEST(stale_row_is_pointed_to),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
