/* transaction_test.c: how transactions begin, and what runs again when they meet. */
#include "library_test.h"

/* A tag is named by what the server says of its own settings. */
static int group_setup(void **state)
{
    db_group_setup(state);
    db_exec(db, "create function spell() returns trigger language plpgsql as $$ begin"
                " new.name := case when new.name like 'show %%'"
                "   then current_setting(substr(new.name, 6), true) else new.name end;"
                " return new; end $$;"
                "create trigger spell before insert on tags"
                " for each row execute function spell()");
    return 0;
}

static const char *tags(void)
{
    return db_text(
        db, "select coalesce(string_agg(name, ',' order by id), '') from tags");
}

/* -- Options ----------------------------------------------------------------------- */

static void transaction_has_the_isolation_it_was_begun_with(void **state)
{
    (void)state;
    static const struct {
        enum orm_isolation isolation;
        const char *name;
    } levels[] = {
        {ORM_ISOLATION_DEFAULT, "read committed"},
        {ORM_READ_COMMITTED, "read committed"},
        {ORM_REPEATABLE_READ, "repeatable read"},
        {ORM_SERIALIZABLE, "serializable"},
    };
    struct orm_session *s = open_library();
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        db_truncate(db);
        orm_begin_with(
            s, &(struct orm_begin_options){.isolation = levels[i].isolation});
        add_tag(s, "show transaction_isolation");
        assert_true(orm_commit(s));
        assert_string_equal(tags(), levels[i].name);
    }
    close_library(s);
}

static void options_and_settings_need_no_round_trip_of_their_own(void **state)
{
    (void)state;
    static const struct orm_setting settings[] = {
        {"library.tenant", "it's \"7\"; drop table tags"},
        {"statement_timeout", "12345"},
    };
    struct orm_session *s = open_library();
    (void)tag_all(tag_table(s)); /* so that the table is known */
    (void)waited(s);
    orm_begin_with(s, &(struct orm_begin_options){.isolation = ORM_REPEATABLE_READ,
                          .settings = settings,
                          .setting_count = 2});
    assert_int_equal(waited(s), 0);
    assert_int_equal(tag_all(tag_table(s))->len, 0);
    assert_int_equal(waited(s), 1);
    add_tag(s, "show library.tenant");
    add_tag(s, "show statement_timeout");
    assert_true(orm_commit(s));
    assert_string_equal(tags(), "it's \"7\"; drop table tags,12345ms");
    close_library(s);
}

static void settings_end_with_their_transaction(void **state)
{
    (void)state;
    static const struct orm_setting setting = {"library.tenant", "one"};
    struct orm_session *s = open_library();
    orm_begin_with(
        s, &(struct orm_begin_options){.settings = &setting, .setting_count = 1});
    add_tag(s, "show library.tenant");
    assert_true(orm_commit(s));
    add_tag(s, "show library.tenant");
    assert_true(orm_commit(s));
    assert_string_equal(tags(), "one,");

    /* Nor do options that were never sent. */
    db_truncate(db);
    orm_begin_with(s, &(struct orm_begin_options){.isolation = ORM_SERIALIZABLE});
    orm_rollback(s);
    add_tag(s, "show transaction_isolation");
    assert_true(orm_commit(s));
    assert_string_equal(tags(), "read committed");
    close_library(s);
}

static void read_only_transaction_refuses_to_write(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    orm_begin_with(
        s, &(struct orm_begin_options){
               .isolation = ORM_SERIALIZABLE, .read_only = true, .deferrable = true});
    assert_int_equal(tag_all(tag_table(s))->len, 0);
    add_tag(s, "red");
    assert_false(orm_commit(s));
    assert_failed(s, ORM_REFUSED, "tag", NULL);
    assert_string_equal(orm_last_error(s)->sqlstate, "25006");
    assert_int_equal(orm_last_error(s)->outcome, ORM_ROLLED_BACK);
    orm_rollback(s);
    add_tag(s, "red");
    assert_true(orm_commit(s));
    assert_string_equal(tags(), "red");
    close_library(s);
}

static void unknown_setting_is_an_error_and_nothing_is_done(void **state)
{
    (void)state;
    static const struct orm_setting setting = {"no_such_setting", "one"};
    struct orm_session *s = open_library();
    orm_begin_with(
        s, &(struct orm_begin_options){.settings = &setting, .setting_count = 1});
    add_tag(s, "red");
    assert_false(orm_commit(s));
    assert_non_null(strstr(orm_message(s), "no_such_setting"));
    orm_rollback(s);
    assert_true(orm_ok(s));
    assert_string_equal(tags(), "");
    close_library(s);
}

static void settings_without_name_or_value_are_refused(void **state)
{
    (void)state;
    static const struct orm_setting bad[] = {{"work_mem", NULL}, {NULL, "1"}};
    for (size_t i = 0; i < 2; i++) {
        struct orm_session *s = open_library();
        orm_begin_with(
            s, &(struct orm_begin_options){.settings = &bad[i], .setting_count = 1});
        assert_failed(s, ORM_INVALID, NULL, NULL);
        assert_int_equal(waited(s), 0);
        orm_close(s);
    }
}

static void open_transaction_keeps_its_options(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    orm_begin(s);
    orm_begin_with(s, &(struct orm_begin_options){.read_only = true});
    assert_failed(s, ORM_INVALID, NULL, NULL);
    orm_rollback(s);
    close_library(s);
}

/* -- Megabytes --------------------------------------------------------------------- */

#define MUCH ((size_t)9 << 20)

/* The server blocks on what it says before it has read all that we say. */
static void megabytes_both_ways_in_one_flight_do_not_block(void **state)
{
    (void)state;
    db_exec(db,
        "create function swell() returns trigger language plpgsql as $$ begin "
        "new.note := repeat('n', %zu); return new; end $$;"
        "create trigger swell before insert on ticket for each row execute "
        "function swell()",
        MUCH);
    char *text = malloc(MUCH + 1);
    memset(text, 's', MUCH);
    text[MUCH] = '\0';
    struct orm_session *s = open_library();
    struct ticket *tickets[3];
    for (int i = 0; i < 3; i++) { /* each by a statement of its own */
        tickets[i] = ticket_new(ticket_table(s));
        ticket_set_subject(tickets[i], text);
        if (i == 1)
            ticket_set_weight(tickets[i], 1);
        if (i == 2)
            ticket_set_status(tickets[i], TICKET_STATUS_DONE);
    }
    orm_set_deadline(s, 30000);
    (void)waited(s);
    assert_true(orm_commit(s));
    assert_int_equal(waited(s), 2);
    for (int i = 0; i < 3; i++)
        assert_int_equal(strlen(ticket_note(tickets[i])), MUCH);
    assert_int_equal(
        db_number(db, "select count(*) from ticket where length(subject) = %zu", MUCH),
        3);
    close_library(s);
    free(text);
    db_exec(db, "drop function swell cascade");
}

/* -- Again ------------------------------------------------------------------------- */

struct counter {
    int runs;
    int meets; /* so many runs meet another transaction */
    bool gives_up;
};

/* Renames the first tag, which somebody else renames meanwhile. */
static bool rename_tag(struct orm_session *s, void *arg)
{
    struct counter *c = arg;
    struct tag *t = tag_require(tag_table(s), 1);
    char name[64];
    snprintf(name, sizeof name, "%s!", tag_name(t));
    if (c->runs++ < c->meets)
        db_exec(db, "update tags set name = name || '.'");
    tag_set_name(t, name);
    return !c->gives_up;
}

static void conflict_runs_the_whole_unit_again_on_what_is_there_now(void **state)
{
    (void)state;
    db_exec(db, "insert into tags (name) values ('red')");
    struct orm_session *s = open_library();
    assert_string_equal(tag_name(tag_get(tag_table(s), 1)), "red");
    struct counter c = {.meets = 2};
    assert_true(orm_transaction(s, rename_tag, &c,
        &(struct orm_transaction_options){.begin.isolation = ORM_REPEATABLE_READ}));
    assert_int_equal(c.runs, 3);
    assert_string_equal(tags(), "red..!");
    assert_string_equal(tag_name(tag_get(tag_table(s), 1)), "red..!");
    close_library(s);
}

static void attempts_are_bounded_and_the_last_conflict_is_told(void **state)
{
    (void)state;
    db_exec(db, "insert into tags (name) values ('red')");
    struct orm_session *s = open_library();
    struct counter c = {.meets = 100};
    assert_false(orm_transaction(s, rename_tag, &c,
        &(struct orm_transaction_options){
            .begin.isolation = ORM_REPEATABLE_READ, .attempts = 3}));
    assert_int_equal(c.runs, 3);
    assert_failed(s, ORM_CONFLICT, "tag", NULL);
    assert_string_equal(orm_last_error(s)->sqlstate, "40001");
    assert_int_equal(orm_last_error(s)->outcome, ORM_ROLLED_BACK);
    assert_true(orm_last_error(s)->retryable);
    assert_string_equal(tags(), "red...");
    orm_close(s);
}

static void deadline_ends_the_attempts(void **state)
{
    (void)state;
    db_exec(db, "insert into tags (name) values ('red')");
    struct orm_session *s = open_library();
    struct counter c = {.meets = 1000000};
    assert_false(orm_transaction(s, rename_tag, &c,
        &(struct orm_transaction_options){.begin.isolation = ORM_REPEATABLE_READ,
            .attempts = 1000000,
            .milliseconds = 200}));
    assert_true(orm_status(s) == ORM_CONFLICT || orm_status(s) == ORM_TIMEOUT);
    assert_true(c.runs > 1 && c.runs < 1000);
    orm_reset(s);
    assert_string_equal(
        tag_name(tag_get(tag_table(s), 1)), db_text(db, "select name from tags"));
    close_library(s);
}

static void unit_that_gives_up_is_rolled_back_without_an_error(void **state)
{
    (void)state;
    db_exec(db, "insert into tags (name) values ('red')");
    struct orm_session *s = open_library();
    struct counter c = {.gives_up = true};
    assert_false(orm_transaction(s, rename_tag, &c, NULL));
    assert_int_equal(c.runs, 1);
    assert_true(orm_ok(s));
    assert_string_equal(tag_name(tag_get(tag_table(s), 1)), "red");
    assert_true(orm_end(s));
    assert_string_equal(tags(), "red");
    close_library(s);
}

static bool break_a_constraint(struct orm_session *s, void *arg)
{
    ++*(int *)arg;
    add_tag(s, "red");
    return true;
}

static void other_errors_do_not_run_again(void **state)
{
    (void)state;
    db_exec(db, "insert into tags (name) values ('red')");
    struct orm_session *s = open_library();
    int runs = 0;
    assert_false(orm_transaction(s, break_a_constraint, &runs, NULL));
    assert_int_equal(runs, 1);
    assert_failed(s, ORM_CONSTRAINT, "tag", NULL);
    orm_close(s);
}

static bool nest(struct orm_session *s, void *arg)
{
    int runs = 0;
    (void)tag_all(tag_table(s));
    *(bool *)arg = orm_transaction(s, break_a_constraint, &runs, NULL) || runs;
    return true;
}

static void inner_transaction_is_refused(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    bool ran = true;
    assert_false(orm_transaction(s, nest, &ran, NULL));
    assert_false(ran);
    assert_failed(s, ORM_INVALID, NULL, NULL);
    orm_rollback(s);

    int runs = 0;
    add_tag(s, "blue");
    assert_false(orm_transaction(s, break_a_constraint, &runs, NULL));
    assert_int_equal(runs, 0);
    assert_failed(s, ORM_INVALID, NULL, NULL);
    orm_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(transaction_has_the_isolation_it_was_begun_with),
        DB_TEST(options_and_settings_need_no_round_trip_of_their_own),
        DB_TEST(settings_end_with_their_transaction),
        DB_TEST(read_only_transaction_refuses_to_write),
        DB_TEST(unknown_setting_is_an_error_and_nothing_is_done),
        DB_TEST(settings_without_name_or_value_are_refused),
        DB_TEST(open_transaction_keeps_its_options),
        DB_TEST(megabytes_both_ways_in_one_flight_do_not_block),
        DB_TEST(conflict_runs_the_whole_unit_again_on_what_is_there_now),
        DB_TEST(attempts_are_bounded_and_the_last_conflict_is_told),
        DB_TEST(deadline_ends_the_attempts),
        DB_TEST(unit_that_gives_up_is_rolled_back_without_an_error),
        DB_TEST(other_errors_do_not_run_again),
        DB_TEST(inner_transaction_is_refused),
    };
    return cmocka_run_group_tests(tests, group_setup, db_group_teardown);
}
