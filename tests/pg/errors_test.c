/* errors_test.c: what the server refuses is told in the words of the model: which
 * constraint, which fields, which row. */
#include "press_test.h"

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
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
