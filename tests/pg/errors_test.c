/* errors_test.c: what the server refuses is told in the words of the model: which
 * constraint, which fields, which row; and no value of a row unless asked for. */
#include "pgtest.h"
#include "sessions.h"

#include "errors.orm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static PGconn *db;

static int group_setup(void **state)
{
    db_group_setup(state);
    db = *state;
    return 0;
}

static struct orm_session *open_press(void)
{
    struct orm_session *s = orm_open(db_conninfo(), &press_schema);
    assert_fine(s);
    return s;
}

/* The commit fails with this message, as a constraint. */
static const struct orm_error *refused(struct orm_session *s, const char *message)
{
    assert_false(orm_commit(s));
    const struct orm_error *e = orm_last_error(s);
    assert_int_equal(e->code, ORM_CONSTRAINT);
    assert_string_equal(e->message, message);
    assert_int_equal(e->outcome, ORM_ROLLED_BACK);
    assert_false(e->retryable);
    return e;
}

static struct author *new_author(struct orm_session *s, const char *name)
{
    struct author *a = author_new(author_table(s));
    author_set_name(a, name);
    return a;
}

static struct book *new_book(struct author *a, const char *title)
{
    struct book *b = book_new(author_books(a));
    book_set_title(b, title);
    return b;
}

static void arrange(void)
{
    db_exec(db, "insert into people (full_name, mail)"
                " values ('Ann', 'ann@here'), ('Bob', 'bob@here');"
                "insert into works (heading, written_by, number)"
                " values ('One', 1, 1), ('Two', 1, 2), ('Three', 2, 3);"
                "insert into tag (name) values ('red'), ('blue')");
}

/* -- Which constraint -------------------------------------------------------------- */

static void unique_of_a_renamed_column_names_the_field(void **state)
{
    (void)state;
    arrange();
    struct orm_session *s = open_press();
    struct author *a = new_author(s, "Cid");
    author_set_email(a, "ann@here");
    const struct orm_error *e = refused(s, "author.email: new author has the same "
                                           "value as another author "
                                           "(\"people_mail_key\")");
    assert_int_equal(author_violated(e), AUTHOR_BY_EMAIL);
    assert_int_equal(book_violated(e), BOOK_NO_CONSTRAINT);
    assert_ptr_equal(e->of, &author_model);
    assert_ptr_equal(e->object, a);
    assert_string_equal(e->model, "author");
    assert_string_equal(e->field, "email");
    assert_string_equal(e->constraint, "people_mail_key");
    assert_string_equal(e->sqlstate, "23505");
    assert_string_equal(e->detail, "Key (mail)=(ann@here) already exists.");
    assert_null(strstr(e->message, "ann@here"));
    orm_rollback(s);
    assert_null(orm_last_error(s)->of);
    assert_int_equal(author_violated(orm_last_error(s)), AUTHOR_NO_CONSTRAINT);
    orm_close(s);
}

static void unique_of_several_columns_names_them_all(void **state)
{
    (void)state;
    arrange();
    struct orm_session *s = open_press();
    struct book *b = new_book(author_get(author_table(s), 1), "Two");
    const struct orm_error *e =
        refused(s, "book.title, book.author: new book has the same values as another "
                   "book (\"works_heading_written_by_key\")");
    assert_int_equal(book_violated(e), BOOK_BY_TITLE_AUTHOR);
    assert_string_equal(e->field, "title, author");
    assert_ptr_equal(e->object, b);
    orm_close(s);
}

static void changed_row_is_named_by_its_key(void **state)
{
    (void)state;
    arrange();
    struct orm_session *s = open_press();
    author_set_email(author_get(author_table(s), 2), "ann@here");
    const struct orm_error *e = refused(s, "author.email: author 2 has the same value "
                                           "as another author (\"people_mail_key\")");
    assert_non_null(e->object);
    assert_int_equal(author_id((struct author *)e->object), 2);
    orm_close(s);
}

static void two_rows_that_meet_each_other_are_both_named(void **state)
{
    (void)state;
    arrange();
    struct orm_session *s = open_press();
    author_set_email(author_get(author_table(s), 1), "same@here");
    author_set_email(author_get(author_table(s), 2), "same@here");
    const struct orm_error *e =
        refused(s, "author.email: author 2 has the same value as author 1 "
                   "(\"people_mail_key\")");
    assert_non_null(e->object);
    assert_int_equal(author_id((struct author *)e->object), 2);
    orm_close(s);
}

static void two_rows_that_meet_are_found_where_the_server_tells_no_values(void **state)
{
    (void)state;
    db_exec(db, "do $$begin create role writes_only; exception when duplicate_object"
                " then null; end$$; grant insert on people to writes_only;"
                "grant usage on sequence people_id_seq to writes_only");
    struct orm_session *s = open_press();
    const struct orm_setting role = {"role", "writes_only"};
    const struct orm_begin_options options = {.settings = &role, .setting_count = 1};
    orm_begin_with(s, &options);
    struct author *two = NULL;
    for (int i = 0; i < 5; i++) {
        char name[] = {(char)('a' + i), 0};
        struct author *a = new_author(s, name);
        if (i != 1 && i != 3)
            continue;
        author_set_email(a, "same");
        two = a;
    }
    const struct orm_error *e =
        refused(s, "author.email: new author has the same value as new author "
                   "(\"people_mail_key\")");
    assert_string_equal(e->detail, "");
    assert_ptr_equal(e->object, two);
    orm_close(s);
    db_exec(db, "drop owned by writes_only; drop role writes_only");
}

static void key_that_is_there_is_named(void **state)
{
    (void)state;
    db_exec(db, "insert into room values ('Main', 7)");
    struct orm_session *s = open_press();
    struct room *r = room_new(room_table(s));
    room_set_house(r, "Main");
    room_set_number(r, 7);
    const struct orm_error *e =
        refused(s, "room.house, room.number: there is a room (\"Main\", 7) already "
                   "(\"room_pkey\")");
    assert_int_equal(room_violated(e), ROOM_BY_HOUSE_NUMBER);
    assert_ptr_equal(e->object, r);
    orm_close(s);
}

static void partial_unique_index_is_known(void **state)
{
    (void)state;
    db_exec(db, "insert into people (full_name, nick) values ('Ann', 'annie')");
    struct orm_session *s = open_press();
    author_set_nick(new_author(s, "Cid"), "anonymous");
    author_set_nick(new_author(s, "Dan"), "anonymous");
    struct author *wrong = new_author(s, "Eve");
    author_set_nick(wrong, "annie");
    const struct orm_error *e = refused(s, "author.nick: new author has the same value "
                                           "as another author (\"one_nick\")");
    assert_int_equal(author_violated(e), AUTHOR_BY_NICK);
    assert_ptr_equal(e->object, wrong);
    orm_close(s);
}

static void unique_expression_is_called_by_its_name(void **state)
{
    (void)state;
    arrange();
    struct orm_session *s = open_press();
    new_author(s, "Cid");
    new_author(s, "ANN");
    const struct orm_error *e =
        refused(s, "author: a row of author has the same value as another author "
                   "(\"names_differ\")");
    assert_int_equal(author_violated(e), AUTHOR_NAMES_DIFFER);
    assert_string_equal(e->field, "");
    assert_null(e->object);
    orm_close(s);
}

static void check_of_a_column_names_field_and_row(void **state)
{
    (void)state;
    arrange();
    struct orm_session *s = open_press();
    struct author *ann = author_get(author_table(s), 1);
    book_set_pages(new_book(ann, "Good"), 3);
    struct book *wrong = new_book(ann, "Wrong");
    orm_set_integer(&wrong->orm, BOOK_PAGES, -3);
    book_set_pages(new_book(ann, "Good, too"), 4);
    const struct orm_error *e = refused(
        s, "book.pages: new book does not pass the check (\"works_pages_check\")");
    assert_int_equal(book_violated(e), BOOK_PAGES_CHECK);
    assert_ptr_equal(e->object, wrong);
    orm_close(s);
}

static void check_of_the_table_names_the_model(void **state)
{
    (void)state;
    arrange();
    struct orm_session *s = open_press();
    book_set_title(book_get(book_table(s), 2), "");
    book_set_title(book_get(book_table(s), 3), "Four");
    db_exec(db, "update works set price = 5");
    const struct orm_error *e =
        refused(s, "book: book 2 does not pass the check (\"price_positive\")");
    assert_int_equal(book_violated(e), BOOK_PRICE_POSITIVE);
    assert_non_null(e->object);
    assert_int_equal(book_id((struct book *)e->object), 2);
    orm_close(s);
}

static void exclusion_is_known(void **state)
{
    (void)state;
    db_exec(db, "insert into room values ('Main', 7);"
                "insert into booking (room_house, room_number, days)"
                " values ('Main', 7, '[1,5)')");
    struct orm_session *s = open_press();
    struct booking *b = booking_new(room_bookings(room_get(room_table(s), "Main", 7)));
    booking_set_days(
        b, (struct orm_int4_range){.lower = 2, .upper = 3, .bounds = ORM_LOWER_IN});
    const struct orm_error *e =
        refused(s, "booking.room, booking.days: new booking meets another booking, "
                   "which excludes it (\"one_at_a_time\")");
    assert_int_equal(booking_violated(e), BOOKING_ONE_AT_A_TIME);
    assert_string_equal(e->sqlstate, "23P01");
    assert_ptr_equal(e->object, b);
    orm_close(s);
}

static void domain_keeps_its_constraints_name(void **state)
{
    (void)state;
    arrange();
    struct orm_session *s = open_press();
    book_set_isbn(book_get(book_table(s), 1), "none");
    const struct orm_error *e = refused(s,
        "book: value for domain public.isbn violates check constraint \"isbn_check\"");
    assert_int_equal(book_violated(e), BOOK_NO_CONSTRAINT);
    assert_string_equal(e->constraint, "isbn_check");
    orm_close(s);
}

static void constraint_that_the_schema_lacks_keeps_its_name(void **state)
{
    (void)state;
    arrange();
    db_exec(db, "alter table works add constraint extra check (pages <> 13)");
    struct orm_session *s = open_press();
    book_set_pages(book_get(book_table(s), 1), 13);
    const struct orm_error *e = refused(s, "book: new row for relation \"works\" "
                                           "violates check constraint \"extra\"");
    assert_string_equal(e->constraint, "extra");
    assert_int_equal(book_violated(e), BOOK_NO_CONSTRAINT);
    assert_ptr_equal(e->of, &book_model);
    orm_close(s);
    db_exec(db, "alter table works drop constraint extra");
}

static void required_column_that_a_trigger_clears_is_named(void **state)
{
    (void)state;
    db_exec(db, "create function clear() returns trigger language plpgsql as"
                " $$begin new.full_name := null; return new; end$$;"
                "create trigger clear before insert on people"
                " for each row execute function clear()");
    struct orm_session *s = open_press();
    struct author *a = new_author(s, "Cid");
    const struct orm_error *e =
        refused(s, "author.name: required, but new author has none");
    assert_string_equal(e->sqlstate, "23502");
    assert_string_equal(e->field, "name");
    assert_ptr_equal(e->object, a);
    orm_close(s);
    db_exec(db, "drop function clear cascade");
}

/* -- References -------------------------------------------------------------------- */

static void reference_to_nothing_names_both_ends(void **state)
{
    (void)state;
    arrange();
    struct orm_session *s = open_press();
    struct author *ann = author_get(author_table(s), 1);
    new_book(ann, "Good");
    struct book *wrong = book_new(book_table(s));
    book_set_title(wrong, "Wrong");
    book_set_author_id(wrong, 4711);
    const struct orm_error *e =
        refused(s, "book.author: new book refers to author 4711, which is not there "
                   "(\"works_written_by_fkey\")");
    assert_int_equal(book_violated(e), BOOK_TO_AUTHOR);
    assert_string_equal(e->field, "author");
    assert_ptr_equal(e->object, wrong);
    orm_close(s);
}

static void reference_of_several_columns_names_the_key(void **state)
{
    (void)state;
    struct orm_session *s = open_press();
    struct booking *b = booking_new(booking_table(s));
    booking_set_room_house(b, "Main");
    booking_set_room_number(b, 9);
    booking_set_days(b, (struct orm_int4_range){.lower = 1, .upper = 2});
    const struct orm_error *e =
        refused(s, "booking.room: new booking refers to room (\"Main\", 9), which is "
                   "not there (\"booking_room_house_room_number_fkey\")");
    assert_int_equal(booking_violated(e), BOOKING_TO_ROOM);
    assert_ptr_equal(e->object, b);
    orm_close(s);
}

static void delete_of_what_is_referred_to_names_both_rows(void **state)
{
    (void)state;
    arrange();
    struct orm_session *s = open_press();
    struct author *bob = author_get(author_table(s), 2);
    struct book *three = book_get(book_table(s), 3);
    assert_string_equal(book_title(three), "Three");
    author_delete(bob);
    const struct orm_error *e =
        refused(s, "book.author: book 3 still refers to author 2, which cannot go "
                   "(\"works_written_by_fkey\")");
    assert_int_equal(book_violated(e), BOOK_TO_AUTHOR);
    assert_int_equal(author_violated(e), AUTHOR_NO_CONSTRAINT);
    assert_ptr_equal(e->object, bob);
    assert_string_equal(e->hint,
        "delete what refers to it first, or say in the schema what becomes of it, as "
        "on_delete: cascade");
    orm_close(s);
}

static void row_that_refers_and_is_not_loaded_is_not_named(void **state)
{
    (void)state;
    arrange();
    struct orm_session *s = open_press();
    author_delete(author_get(author_table(s), 2));
    refused(s, "book.author: a row of book still refers to author 2, which cannot go "
               "(\"works_written_by_fkey\")");
    orm_close(s);
}

static void delete_by_query_names_the_rows_that_are_loaded(void **state)
{
    (void)state;
    arrange();
    struct orm_session *s = open_press();
    struct author *bob = author_get(author_table(s), 2);
    struct book *three = book_get(book_table(s), 3);
    assert_string_equal(book_title(three), "Three");
    const struct author_query q = {.where = {author_id_eq(2)}};
    assert_int_equal(author_delete_all(author_table(s), &q), 0);
    assert_failed(s, ORM_CONSTRAINT, "book", "author");
    assert_string_equal(orm_message(s), "book.author: book 3 still refers to author 2, "
                                        "which cannot go (\"works_written_by_fkey\")");
    assert_ptr_equal(orm_last_error(s)->object, bob);
    orm_close(s);
}

static void reference_to_its_own_table_tells_the_ends_apart(void **state)
{
    (void)state;
    arrange();
    db_exec(db, "update works set sequel_id = 2 where id = 1");
    struct orm_session *s = open_press();
    book_set_sequel_id(book_get(book_table(s), 2), 4711);
    refused(s, "book.sequel: book 2 refers to book 4711, which is not there "
               "(\"works_sequel_id_fkey\")");
    orm_rollback(s);
    struct book *one = book_get(book_table(s), 1);
    assert_int_equal(book_sequel_id(one), 2);
    book_delete(book_get(book_table(s), 2));
    refused(s, "book.sequel: book 1 still refers to book 2, which cannot go "
               "(\"works_sequel_id_fkey\")");
    orm_close(s);
}

static void link_to_what_is_gone_names_it(void **state)
{
    (void)state;
    arrange();
    struct orm_session *s = open_press();
    struct book *b = book_get(book_table(s), 1);
    struct tag *blue = tag_get(tag_table(s), 2);
    tag_add(book_tags(b), tag_get(tag_table(s), 1));
    tag_add(book_tags(b), blue);
    db_exec(db, "delete from tag where id = 2");
    const struct orm_error *e = refused(
        s, "book.tags: tag 2 is not there any more (\"book_tags_tag_id_fkey\")");
    assert_string_equal(e->model, "book");
    assert_string_equal(e->field, "tags");
    assert_ptr_equal(e->object, blue);
    orm_close(s);
}

/* -- What COMMIT says -------------------------------------------------------------- */

static void unique_that_was_put_off_is_known(void **state)
{
    (void)state;
    arrange();
    struct orm_session *s = open_press();
    struct book *b = book_get(book_table(s), 1);
    book_set_code(b, 3);
    const struct orm_error *e = refused(
        s, "book.code: book 1 has the same value as another book (\"one_code\")");
    assert_int_equal(book_violated(e), BOOK_BY_CODE);
    assert_ptr_equal(e->object, b);
    orm_close(s);
}

static void reference_that_was_put_off_is_known(void **state)
{
    (void)state;
    arrange();
    struct orm_session *s = open_press();
    book_set_editor_id(book_get(book_table(s), 1), 4711);
    assert_true(orm_flush(s));
    const struct orm_error *e =
        refused(s, "book.editor: book 1 refers to author 4711, which is not there "
                   "(\"works_editor_id_fkey\")");
    assert_int_equal(book_violated(e), BOOK_TO_EDITOR);
    orm_close(s);
}

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
        DB_TEST(unique_of_a_renamed_column_names_the_field),
        DB_TEST(unique_of_several_columns_names_them_all),
        DB_TEST(changed_row_is_named_by_its_key),
        DB_TEST(two_rows_that_meet_each_other_are_both_named),
        DB_TEST(two_rows_that_meet_are_found_where_the_server_tells_no_values),
        DB_TEST(key_that_is_there_is_named),
        DB_TEST(partial_unique_index_is_known),
        DB_TEST(unique_expression_is_called_by_its_name),
        DB_TEST(check_of_a_column_names_field_and_row),
        DB_TEST(check_of_the_table_names_the_model),
        DB_TEST(exclusion_is_known),
        DB_TEST(domain_keeps_its_constraints_name),
        DB_TEST(constraint_that_the_schema_lacks_keeps_its_name),
        DB_TEST(required_column_that_a_trigger_clears_is_named),
        DB_TEST(reference_to_nothing_names_both_ends),
        DB_TEST(reference_of_several_columns_names_the_key),
        DB_TEST(delete_of_what_is_referred_to_names_both_rows),
        DB_TEST(row_that_refers_and_is_not_loaded_is_not_named),
        DB_TEST(delete_by_query_names_the_rows_that_are_loaded),
        DB_TEST(reference_to_its_own_table_tells_the_ends_apart),
        DB_TEST(link_to_what_is_gone_names_it),
        DB_TEST(unique_that_was_put_off_is_known),
        DB_TEST(reference_that_was_put_off_is_known),
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
    return cmocka_run_group_tests(tests, group_setup, db_group_teardown);
}
