/* messages_server.c: what errors say of what the server said. */
#include "messages.h"

/* Each new author meets a trigger that does this. */
static void author_trigger(struct orm_session *s, const char *body)
{
    db_exec(db,
        "create function stop() returns trigger language plpgsql as"
        " $f$begin %s end$f$; create trigger stop before insert on people"
        " for each row execute function stop()",
        body);
    cid(s);
    commit(s);
    db_exec(db, "drop function stop cascade");
}

/* The table is another one while the session reads it. */
static void read_changed(struct orm_session *s, const char *change, const char *back)
{
    db_exec(db, "%s", change);
    note_all(note_table(s));
    db_exec(db, "%s", back);
}

/* -- Rows that are not as they were ------------------------------------------------ */

static void update_of_a_row_that_is_gone(struct orm_session *s)
{
    book_set_pages(one(s), 5);
    db_exec(db, "delete from works where id = 1");
    commit(s);
}

static void delete_of_a_row_that_is_gone(struct orm_session *s)
{
    room_delete(room_get(room_table(s), "Main", 7));
    db_exec(db, "delete from booking; delete from room");
    commit(s);
}

static void update_of_another_version(struct orm_session *s)
{
    note_set_tiny(note(s), 5);
    db_exec(db, "update note set revision = 2");
    commit(s);
}

static void refresh_of_a_row_that_is_gone(struct orm_session *s)
{
    struct book *b = one(s);
    db_exec(db, "delete from works where id = 1");
    book_refresh(b);
}

static void lazy_column_of_a_row_that_is_gone(struct orm_session *s)
{
    struct book *b = one(s);
    db_exec(db, "delete from works where id = 1");
    (void)book_review(b);
}

/* -- What the server refuses ------------------------------------------------------- */

static void unique_value_twice(struct orm_session *s)
{
    author_set_email(cid(s), "ann@here");
    commit(s);
}

static void unique_value_twice_in_one_flush(struct orm_session *s)
{
    author_set_email(ann(s), "x");
    author_set_email(author_get(author_table(s), 2), "x");
    commit(s);
}

static void unique_values_of_several_fields(struct orm_session *s)
{
    struct book *b = book_new(author_books(ann(s)));
    book_set_title(b, "One");
    commit(s);
}

static void key_twice(struct orm_session *s)
{
    struct room *r = room_new(room_table(s));
    room_set_house(r, "Main");
    room_set_number(r, 7);
    commit(s);
}

static void check_of_a_field(struct orm_session *s)
{
    orm_set_integer(&one(s)->orm, BOOK_PAGES, -1);
    commit(s);
}

static void check_that_is_made_here(struct orm_session *s)
{
    note_set_tiny(note(s), 13);
    commit(s);
}

static void check_of_a_model(struct orm_session *s)
{
    book_set_title(one(s), "");
    commit(s);
}

static void check_of_a_domain(struct orm_session *s)
{
    book_set_isbn(one(s), "none");
    commit(s);
}

static void exclusion(struct orm_session *s)
{
    struct booking *b = booking_new(room_bookings(room_get(room_table(s), "Main", 7)));
    booking_set_days(
        b, (struct orm_int4_range){.lower = 2, .upper = 3, .bounds = ORM_LOWER_IN});
    commit(s);
}

static void reference_to_nothing(struct orm_session *s)
{
    book_set_author_id(one(s), 4711);
    commit(s);
}

static void delete_of_what_is_referred_to(struct orm_session *s)
{
    one(s);
    author_delete(ann(s));
    commit(s);
}

static void delete_of_what_is_referred_to_unseen(struct orm_session *s)
{
    author_delete(ann(s));
    commit(s);
}

static void link_to_what_is_gone(struct orm_session *s)
{
    tag_add(book_tags(one(s)), tag_get(tag_table(s), 2));
    db_exec(db, "delete from tag where id = 2");
    commit(s);
}

static void unique_value_twice_at_commit(struct orm_session *s)
{
    book_set_code(one(s), 2);
    commit(s);
}

static void required_but_a_trigger_clears_it(struct orm_session *s)
{
    author_trigger(s, "new.full_name := null; return new;");
}

static void rows_that_a_trigger_drops(struct orm_session *s)
{
    author_trigger(s, "return null;");
}

static void exception_of_a_trigger(struct orm_session *s)
{
    author_trigger(s, "raise exception 'authors are closed';");
}

static void no_permission(struct orm_session *s)
{
    db_exec(db, "do $$begin create role reads_only; exception when duplicate_object"
                " then null; end$$; grant select on all tables in schema public"
                " to reads_only; grant usage on all sequences in schema public to"
                " reads_only");
    const struct orm_setting role = {"role", "reads_only"};
    const struct orm_begin_options options = {.settings = &role, .setting_count = 1};
    orm_begin_with(s, &options);
    book_set_pages(one(s), 5);
    commit(s);
    db_exec(db, "drop owned by reads_only; drop role reads_only");
}

static void write_in_a_transaction_that_only_reads(struct orm_session *s)
{
    const struct orm_begin_options options = {.read_only = true};
    orm_begin_with(s, &options);
    book_set_pages(one(s), 5);
    commit(s);
}

static void statement_that_takes_too_long(struct orm_session *s)
{
    const struct orm_setting limit = {"statement_timeout", "20"};
    const struct orm_begin_options options = {.settings = &limit, .setting_count = 1};
    db_exec(db, "begin; lock table note");
    orm_begin_with(s, &options);
    note_all(note_table(s));
    db_exec(db, "rollback");
}

static void lock_that_takes_too_long(struct orm_session *s)
{
    const struct orm_setting limit = {"lock_timeout", "20"};
    const struct orm_begin_options options = {.settings = &limit, .setting_count = 1};
    db_exec(db, "begin; lock table note");
    orm_begin_with(s, &options);
    note_all(note_table(s));
    db_exec(db, "rollback");
}

static void deadline_that_passes(struct orm_session *s)
{
    db_exec(db, "begin; lock table note");
    orm_set_deadline(s, 20);
    note_all(note_table(s));
    db_exec(db, "rollback");
}

static void conflict_with_another_transaction(struct orm_session *s)
{
    const struct orm_begin_options options = {.isolation = ORM_REPEATABLE_READ};
    orm_begin_with(s, &options);
    book_set_pages(one(s), 5);
    db_exec(db, "update works set pages = 6");
    commit(s);
}

/* -- Tables that are not as the YAML says ------------------------------------------ */

static void column_that_is_gone(struct orm_session *s)
{
    read_changed(s, "alter table note rename code to other",
        "alter table note rename other to code");
}

static void column_of_another_type(struct orm_session *s)
{
    read_changed(s, "alter table note alter tiny type int8",
        "alter table note alter tiny type int2");
}

static void table_that_is_gone(struct orm_session *s)
{
    read_changed(
        s, "alter table note rename to other", "alter table other rename to note");
}

static void null_in_a_required_column(struct orm_session *s)
{
    read_changed(s,
        "alter table note alter revision drop not null;"
        "update note set revision = null",
        "update note set revision = 1; alter table note alter revision set not null");
}

static void label_that_the_program_lacks(struct orm_session *s)
{
    db_exec(db, "alter type note_mood add value if not exists 'bored'");
    db_exec(db, "update note set mood = 'bored'");
    note_all(note_table(s));
}

static void moment_that_is_too_far(struct orm_session *s)
{
    db_exec(db, "update note set moment = '294276-12-31'");
    note_all(note_table(s));
}

/* -- All of them ------------------------------------------------------------------- */

const struct message messages_of_stale_rows[] = {
    SAYS(update_of_a_row_that_is_gone),
    SAYS(delete_of_a_row_that_is_gone),
    SAYS(update_of_another_version),
    SAYS(refresh_of_a_row_that_is_gone),
    SAYS(lazy_column_of_a_row_that_is_gone),
    {0},
};

const struct message messages_of_refusals[] = {
    SAYS(unique_value_twice),
    SAYS(unique_value_twice_in_one_flush),
    SAYS(unique_values_of_several_fields),
    SAYS(key_twice),
    SAYS(check_of_a_field),
    SAYS(check_that_is_made_here),
    SAYS(check_of_a_model),
    SAYS(check_of_a_domain),
    SAYS(exclusion),
    SAYS(reference_to_nothing),
    SAYS(delete_of_what_is_referred_to),
    SAYS(delete_of_what_is_referred_to_unseen),
    SAYS(link_to_what_is_gone),
    SAYS(unique_value_twice_at_commit),
    SAYS(required_but_a_trigger_clears_it),
    SAYS(rows_that_a_trigger_drops),
    SAYS(exception_of_a_trigger),
    SAYS(no_permission),
    SAYS(write_in_a_transaction_that_only_reads),
    SAYS(statement_that_takes_too_long),
    SAYS(lock_that_takes_too_long),
    SAYS(deadline_that_passes),
    SAYS(conflict_with_another_transaction),
    {0},
};

const struct message messages_of_drift[] = {
    SAYS(column_that_is_gone),
    SAYS(column_of_another_type),
    SAYS(table_that_is_gone),
    SAYS(null_in_a_required_column),
    SAYS(label_that_the_program_lacks),
    SAYS(moment_that_is_too_far),
    {0},
};
