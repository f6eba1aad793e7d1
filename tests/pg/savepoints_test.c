/* savepoints_test.c: places in a transaction to go back to: what is sent, written, and
 * what happens after failures. */
#include "library_test.h"

static const char *tags(void)
{
    return db_text(
        db, "select coalesce(string_agg(name, ',' order by id), '') from tags");
}

/* -- What is sent ------------------------------------------------------------------ */

static void savepoint_and_release_travel_with_other_statements(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    (void)tag_all(tag_table(s));
    (void)waited(s);
    orm_savepoint(s);
    assert_int_equal(waited(s), 0);
    assert_int_equal(tag_all(tag_table(s))->len, 0);
    assert_int_equal(waited(s), 1);
    orm_savepoint(s);
    assert_true(orm_release(s));
    assert_true(orm_release(s));
    assert_int_equal(waited(s), 0);
    assert_int_equal(tag_all(tag_table(s))->len, 0);
    assert_int_equal(waited(s), 1);
    orm_savepoint(s);
    orm_rollback_to(s);
    assert_int_equal(waited(s), 0);
    orm_savepoint(s);
    assert_int_equal(tag_all(tag_table(s))->len, 0);
    orm_rollback_to(s);
    assert_int_equal(waited(s), 2);
    assert_true(orm_commit(s));
    close_library(s);
}

static void server_knows_as_many_savepoints_as_we_do(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    for (int i = 0; i < 20; i++) {
        orm_savepoint(s);
        (void)tag_all(tag_table(s));
        orm_savepoint(s);
        (void)tag_all(tag_table(s));
        if (i % 2)
            assert_true(orm_release(s));
        else
            orm_rollback_to(s);
        assert_true(orm_release(s));
    }
    orm_savepoint(s);
    add_tag(s, "red");
    assert_true(orm_flush(s));
    orm_rollback_to(s);
    add_tag(s, "blue");
    assert_true(orm_commit(s));
    assert_string_equal(tags(), "blue");
    close_library(s);
}

/* -- What is written --------------------------------------------------------------- */

static void savepoint_takes_back_what_was_written_since(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    add_tag(s, "one");
    orm_savepoint(s);
    add_tag(s, "two");
    assert_true(orm_flush(s));
    add_tag(s, "never written");
    orm_rollback_to(s);
    add_tag(s, "three");
    assert_true(orm_commit(s));
    assert_string_equal(tags(), "one,three");
    close_library(s);
}

static void released_writes_belong_to_what_is_outside(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    add_tag(s, "one");
    orm_savepoint(s);
    add_tag(s, "two");
    assert_true(orm_release(s));
    assert_true(orm_commit(s));
    assert_string_equal(tags(), "one,two");

    orm_savepoint(s);
    add_tag(s, "three");
    orm_savepoint(s);
    struct tag *t = tag_get(tag_table(s), 1);
    tag_set_name(t, "changed");
    assert_true(orm_release(s));
    orm_rollback_to(s);
    assert_string_equal(tag_name(t), "one");
    tag_set_name(t, "first");
    assert_true(orm_commit(s));
    assert_string_equal(tags(), "first,two");
    close_library(s);
}

static void commit_releases_what_is_open(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    orm_savepoint(s);
    add_tag(s, "one");
    orm_savepoint(s);
    add_tag(s, "two");
    assert_true(orm_commit(s));
    assert_string_equal(tags(), "one,two");
    assert_false(orm_release(s));
    assert_failed(s, ORM_INVALID, NULL, NULL);
    orm_rollback(s);
    close_library(s);
}

static void rollback_takes_back_all_of_them(void **state)
{
    (void)state;
    db_exec(db, "insert into tags (name) values ('red')");
    struct orm_session *s = open_library();
    struct tag *t = tag_get(tag_table(s), 1);
    tag_set_name(t, "1");
    for (int i = 2; i < 6; i++) {
        orm_savepoint(s);
        char name[2] = {(char)('0' + i), '\0'};
        tag_set_name(t, name);
    }
    assert_true(orm_flush(s));
    orm_rollback(s);
    assert_string_equal(tag_name(t), "red");
    assert_true(orm_commit(s));
    assert_string_equal(tags(), "red");
    close_library(s);
}

static void each_level_has_its_own_values(void **state)
{
    (void)state;
    db_exec(db, "insert into tags (name) values ('0')");
    struct orm_session *s = open_library();
    struct tag *t = tag_get(tag_table(s), 1);
    enum {
        DEEP = 100
    };
    char name[16];
    for (int i = 1; i <= DEEP; i++) {
        orm_savepoint(s);
        snprintf(name, sizeof name, "%d", i);
        tag_set_name(t, name);
    }
    for (int i = DEEP - 1; i >= 0; i--) {
        orm_rollback_to(s);
        snprintf(name, sizeof name, "%d", i);
        assert_string_equal(tag_name(t), name);
        (void)spent(s);
    }
    assert_true(orm_commit(s));
    assert_string_equal(tags(), "0");
    close_library(s);
}

/* -- Failures ---------------------------------------------------------------------- */

static void transaction_goes_on_after_an_error_inside(void **state)
{
    (void)state;
    db_exec(db, "insert into tags (name) values ('red')");
    struct orm_session *s = open_library();
    add_tag(s, "before");
    for (int i = 0; i < 3; i++) {
        orm_savepoint(s);
        add_tag(s, "red");
        if (orm_release(s))
            fail_msg("the constraint is gone");
        assert_failed(s, ORM_CONSTRAINT, "tag", NULL);
        orm_rollback_to(s);
        assert_fine(s);
    }
    orm_savepoint(s);
    add_tag(s, "after");
    assert_true(orm_release(s));
    assert_true(orm_commit(s));
    assert_string_equal(tags(), "red,before,after");
    close_library(s);
}

static void commit_that_failed_inside_can_go_back_and_commit(void **state)
{
    (void)state;
    db_exec(db, "insert into tags (name) values ('red')");
    struct orm_session *s = open_library();
    add_tag(s, "before");
    orm_savepoint(s);
    add_tag(s, "red");
    assert_false(orm_commit(s));
    assert_failed(s, ORM_CONSTRAINT, "tag", NULL);
    orm_rollback_to(s);
    assert_true(orm_commit(s));
    assert_string_equal(tags(), "red,before");
    close_library(s);
}

static void savepoint_of_a_failed_session_is_none(void **state)
{
    (void)state;
    db_exec(db, "insert into tags (name) values ('red')");
    struct orm_session *s = open_library();
    add_tag(s, "before");
    orm_savepoint(s);
    add_tag(s, "red");
    orm_savepoint(s); /* flushes, and fails */
    assert_failed(s, ORM_CONSTRAINT, "tag", NULL);
    orm_savepoint(s);
    assert_false(orm_release(s));
    orm_rollback_to(s);
    assert_failed(s, ORM_CONSTRAINT, "tag", NULL);
    orm_rollback_to(s);
    assert_failed(s, ORM_CONSTRAINT, "tag", NULL);
    orm_rollback_to(s);
    assert_fine(s);
    assert_true(orm_commit(s));
    assert_string_equal(tags(), "red,before");
    close_library(s);
}

static void without_a_savepoint_there_is_nowhere_to_go_back_to(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    orm_rollback_to(s);
    assert_failed(s, ORM_INVALID, NULL, NULL);
    orm_rollback(s);
    assert_false(orm_release(s));
    assert_failed(s, ORM_INVALID, NULL, NULL);
    orm_rollback(s);
    orm_savepoint(s);
    orm_rollback(s);
    orm_rollback_to(s);
    assert_failed(s, ORM_INVALID, NULL, NULL);
    orm_rollback(s);
    orm_savepoint(NULL);
    orm_rollback_to(NULL);
    assert_false(orm_release(NULL));
    close_library(s);
}

static void lost_connection_takes_all_levels_with_it(void **state)
{
    (void)state;
    db_exec(db, "insert into tags (name) values ('red')");
    struct orm_session *s = open_library();
    struct tag *t = tag_get(tag_table(s), 1);
    tag_set_name(t, "outside");
    orm_savepoint(s);
    tag_set_name(t, "inside");
    assert_true(orm_flush(s));
    db_exec(db, "select pg_terminate_backend(pid) from pg_stat_activity where "
                "datname = current_database() and pid <> pg_backend_pid() and "
                "backend_type = 'client backend'");
    orm_rollback_to(s);
    assert_failed(s, ORM_LOST, NULL, NULL);
    assert_string_equal(tag_name(t), "red");
    orm_rollback_to(s);
    assert_failed(s, ORM_LOST, NULL, NULL);
    orm_reset(s);
    close_library(s);
}

static void savepoint_goes_with_a_transaction_that_the_commit_ended(void **state)
{
    (void)state;
    db_exec(db, "insert into tags (name) values ('red');"
                "alter table tags add constraint late unique (name) deferrable "
                "initially deferred; alter table tags drop constraint tags_name_key");
    struct orm_session *s = open_library();
    struct tag *t = tag_get(tag_table(s), 1);
    add_tag(s, "blue");
    orm_savepoint(s);
    tag_set_name(t, "changed");
    add_tag(s, "blue");
    assert_false(orm_commit(s)); /* COMMIT itself fails */
    assert_failed(s, ORM_CONSTRAINT, NULL, NULL);
    orm_rollback_to(s);
    assert_failed(s, ORM_CONSTRAINT, NULL, NULL);
    assert_string_equal(tag_name(t), "red");
    orm_rollback(s);
    assert_true(orm_commit(s));
    assert_string_equal(tags(), "red");
    close_library(s);
    db_exec(db, "alter table tags add constraint tags_name_key unique (name);"
                "alter table tags drop constraint late");
}

static void settings_that_were_refused_leave_the_savepoint_as_it_was(void **state)
{
    (void)state;
    static const struct orm_setting setting = {"no_such_setting", "one"};
    struct orm_session *s = open_library();
    orm_begin_with(
        s, &(struct orm_begin_options){.settings = &setting, .setting_count = 1});
    orm_savepoint(s);
    assert_int_equal(tag_all(tag_table(s))->len, 0);
    assert_false(orm_ok(s));
    orm_rollback_to(s);
    assert_fine(s);
    assert_int_equal(tag_all(tag_table(s))->len, 0); /* begun again, as wrong */
    assert_false(orm_ok(s));
    orm_rollback(s);
    add_tag(s, "red");
    assert_true(orm_commit(s));
    close_library(s);
}

static void misuse_inside_is_forgiven_by_going_back(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    add_tag(s, "one");
    orm_savepoint(s);
    tag_set_name(tag_new(tag_table(s)), NULL);
    assert_failed(s, ORM_INVALID, "tag", "name");
    orm_rollback_to(s);
    assert_fine(s);
    assert_true(orm_commit(s));
    assert_string_equal(tags(), "one");
    close_library(s);
}

static void failed_first_flush_inside_can_be_tried_again(void **state)
{
    (void)state;
    db_exec(db, "insert into tags (name) values ('red')");
    struct orm_session *s = open_library();
    orm_savepoint(s);
    add_tag(s, "red");
    assert_false(orm_flush(s));
    assert_true(orm_retry(s));
    db_exec(db, "delete from tags");
    assert_true(orm_flush(s));
    orm_rollback_to(s); /* the savepoint was made anew */
    add_tag(s, "blue");
    assert_true(orm_commit(s));
    assert_string_equal(tags(), "blue");
    close_library(s);
}

static void only_so_many_are_open_at_once(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    for (int i = 0; i < 4095; i++)
        orm_savepoint(s);
    assert_fine(s);
    orm_savepoint(s);
    assert_failed(s, ORM_INVALID, NULL, NULL);
    orm_rollback(s);
    close_library(s);
}

/* -- In orm_transaction() ---------------------------------------------------------- */

static bool insert_each_or_not(struct orm_session *s, void *arg)
{
    int *refused = arg;
    static const char *const names[] = {"a", "red", "b", "red", "c"};
    for (size_t i = 0; i < 5; i++) {
        orm_savepoint(s);
        add_tag(s, names[i]);
        if (orm_release(s))
            continue;
        ++*refused;
        orm_rollback_to(s);
    }
    return true;
}

static void transaction_can_go_back_inside(void **state)
{
    (void)state;
    db_exec(db, "insert into tags (name) values ('red')");
    struct orm_session *s = open_library();
    int refused = 0;
    assert_true(orm_transaction(s, insert_each_or_not, &refused, NULL));
    assert_int_equal(refused, 2);
    assert_string_equal(tags(), "red,a,b,c");
    close_library(s);
}

static void list_loaded_after_a_savepoint_and_a_write_is_given_back(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    orm_savepoint(s);
    struct author *a = author_get(author_table(s), 1);
    struct book *added = book_new(author_books(a));
    book_set_title(added, "added");
    assert_true(orm_flush(s));
    assert_int_equal(book_all(author_books(a))->len, 2);
    orm_rollback(s);
    assert_int_equal(book_all(author_books(a))->len, 1);
    close_library(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(savepoint_and_release_travel_with_other_statements),
        DB_TEST(server_knows_as_many_savepoints_as_we_do),
        DB_TEST(savepoint_takes_back_what_was_written_since),
        DB_TEST(released_writes_belong_to_what_is_outside),
        DB_TEST(commit_releases_what_is_open),
        DB_TEST(rollback_takes_back_all_of_them),
        DB_TEST(each_level_has_its_own_values),
        DB_TEST(transaction_goes_on_after_an_error_inside),
        DB_TEST(commit_that_failed_inside_can_go_back_and_commit),
        DB_TEST(savepoint_of_a_failed_session_is_none),
        DB_TEST(without_a_savepoint_there_is_nowhere_to_go_back_to),
        DB_TEST(lost_connection_takes_all_levels_with_it),
        DB_TEST(savepoint_goes_with_a_transaction_that_the_commit_ended),
        DB_TEST(settings_that_were_refused_leave_the_savepoint_as_it_was),
        DB_TEST(misuse_inside_is_forgiven_by_going_back),
        DB_TEST(failed_first_flush_inside_can_be_tried_again),
        DB_TEST(only_so_many_are_open_at_once),
        DB_TEST(transaction_can_go_back_inside),
        DB_TEST(list_loaded_after_a_savepoint_and_a_write_is_given_back),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
