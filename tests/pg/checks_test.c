/* checks_test.c: checks that are decided before a row is sent. */
#include "checks.orm.h"
#include "pgtest.h"
#include "sessions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static int group_setup(void **state)
{
    db_group_setup(state);
    db_exec(db, "create function weigh() returns trigger language plpgsql as $$ begin"
                " new.weight = abs(new.weight); return new; end $$;"
                "create trigger weigh before insert on item"
                " for each row execute function weigh()");
    return 0;
}

static struct orm_session *open_rules(void)
{
    struct orm_session *s = orm_open(db_conninfo(), &rules_schema);
    assert_non_null(s);
    assert_fine(s);
    return s;
}

static void close_rules(struct orm_session *s)
{
    assert_fine(s);
    orm_close(s);
}

static struct item *new_item(struct orm_session *s, const char *name)
{
    struct item *it = item_new(item_table(s));
    item_set_name(it, name);
    return it;
}

/* The flush is refused by the constraint, `by_us` or by the server. */
static void assert_refused(
    struct orm_session *s, enum item_constraint by, const char *field, bool by_us)
{
    const uint64_t statements = orm_statements(s), trips = orm_round_trips(s);
    assert_false(orm_flush(s));
    assert_failed(s, ORM_CONSTRAINT, "item", field);
    const struct orm_error *e = orm_last_error(s);
    assert_int_equal(item_violated(e), by);
    assert_string_equal(e->sqlstate, "23514");
    assert_string_equal(e->constraint, item_model.constraints[by - 1].name);
    assert_false(e->retryable);
    assert_int_equal(orm_round_trips(s) == trips, by_us);
    assert_int_equal(orm_statements(s) == statements, by_us);
    if (by_us)
        assert_int_equal(e->outcome, ORM_NOT_STARTED);
}

static void refused_row_is_not_sent(void **state)
{
    (void)state;
    struct orm_session *s = open_rules();
    struct item *it = new_item(s, "");
    assert_refused(s, ITEM_NAME_CHECK, "name", true);
    assert_ptr_equal(orm_last_error(s)->object, it);
    assert_int_equal(orm_last_error(s)->violated, ITEM_NAME_CHECK);
    orm_rollback(s);
    it = new_item(s, "a");
    item_set_price(it, -1);
    assert_refused(s, ITEM_PRICE_CHECK, "price", true);
    orm_rollback(s);
    assert_int_equal(db_number(db, "select count(*) from item"), 0);
    close_rules(s);
}

static void one_of_many_rows_is_named(void **state)
{
    (void)state;
    struct orm_session *s = open_rules();
    struct item *bad = NULL;
    for (int i = 0; i < 100; i++) {
        struct item *it = new_item(s, "a");
        item_set_low(it, i);
        item_set_high(it, i == 57 ? i : i + 1);
        if (i == 57)
            bad = it;
    }
    assert_refused(s, ITEM_LOW_BELOW_HIGH, "low, high", true);
    assert_ptr_equal(orm_last_error(s)->object, bad);
    orm_rollback(s);
    close_rules(s);
}

static void error_is_the_server_s(void **state)
{
    (void)state;
    db_exec(db, "insert into item (name, low, high) values ('a', 1, 5)");
    struct orm_session *s = open_rules();
    struct item *it = item_get(item_table(s), 1);
    item_set_low(it, 9);
    assert_refused(s, ITEM_LOW_BELOW_HIGH, "low, high", false);
    const struct orm_error theirs = *orm_last_error(s);
    orm_rollback(s);
    item_set_low(it, 9);
    item_set_high(it, 6);
    assert_refused(s, ITEM_LOW_BELOW_HIGH, "low, high", true);
    const struct orm_error *ours = orm_last_error(s);
    assert_string_equal(ours->message, theirs.message);
    assert_string_equal(ours->hint, theirs.hint);
    assert_ptr_equal(ours->of, theirs.of);
    assert_ptr_equal(ours->object, theirs.object);
    assert_ptr_equal(ours->object, it);
    orm_rollback(s);
    assert_int_equal(item_low(it), 1);
    close_rules(s);
}

static void null_passes(void **state)
{
    (void)state;
    struct orm_session *s = open_rules();
    struct item *it = new_item(s, "a");
    item_set_low(it, 5);
    assert_true(orm_flush(s));
    item_clear_low(it);
    item_set_high(it, 1);
    assert_true(orm_commit(s));
    assert_string_equal(db_text(db, "select low, high, price from item"), "-|1|1.00");
    close_rules(s);
}

static void what_others_may_have_changed_is_left_to_the_server(void **state)
{
    (void)state;
    db_exec(db, "insert into item (name, low, high) values ('a', 1, 5)");
    struct orm_session *s = open_rules();
    struct item *it = item_get(item_table(s), 1);
    db_exec(db, "update item set high = 50");
    item_set_low(it, 9); /* not below the 5 that we know */
    assert_true(orm_commit(s));
    assert_string_equal(db_text(db, "select low, high from item"), "9|50");
    close_rules(s);
}

static void a_version_says_that_nobody_has(void **state)
{
    (void)state;
    db_exec(db, "insert into counted (low, high) values (1, 5)");
    struct orm_session *s = open_rules();
    struct counted *c = counted_get(counted_table(s), 1);
    counted_set_low(c, 9);
    const uint64_t trips = orm_round_trips(s);
    assert_false(orm_commit(s));
    assert_int_equal(counted_violated(orm_last_error(s)), COUNTED_COUNTED_IN_ORDER);
    assert_int_equal(orm_round_trips(s), trips);
    orm_rollback(s);
    close_rules(s);
}

static void references_change_without_a_version(void **state)
{
    (void)state;
    db_exec(db, "insert into owner (name) values ('o');"
                "insert into counted (low, high, owner_id) values (1, 5, 1)");
    struct orm_session *s = open_rules();
    struct counted *c = counted_get(counted_table(s), 1);
    db_exec(db, "delete from owner"); /* sets it to null */
    counted_set_low(c, 0);
    assert_true(orm_commit(s));
    assert_string_equal(db_text(db, "select low, owner_id from counted"), "0|-");
    close_rules(s);
}

static void what_the_server_fills_is_left_to_it(void **state)
{
    (void)state;
    struct orm_session *s = open_rules();
    struct item *it = new_item(s, "a");
    item_set_weight(it, -3); /* a trigger makes it 3 */
    assert_true(orm_commit(s));
    assert_int_equal(item_weight(it), 3);
    item_set_weight(it, -3);
    assert_refused(s, ITEM_WEIGHT_CHECK, "weight", true);
    orm_rollback(s);
    close_rules(s);
}

static void what_has_no_key_yet_is_left_to_the_server(void **state)
{
    (void)state;
    struct orm_session *s = open_rules();
    struct owner *o = owner_new(owner_table(s));
    owner_set_name(o, "somebody");
    struct item *it = new_item(s, "nobody");
    item_set_owner(it, o);
    assert_true(orm_commit(s));
    new_item(s, "nobody");
    assert_refused(s, ITEM_OWNED_OR_NAMED, "owner, name", true);
    orm_rollback(s);
    close_rules(s);
}

static void what_we_do_not_read_is_left_to_the_server(void **state)
{
    (void)state;
    struct orm_session *s = open_rules();
    assert_null(item_model.constraints[ITEM_CODE_CHECK - 1].check);
    item_set_code(new_item(s, "a"), "small");
    assert_refused(s, ITEM_CODE_CHECK, "code", false);
    orm_rollback(s);
    close_rules(s);
}

static void lazy_columns_are_looked_at_when_they_are_there(void **state)
{
    (void)state;
    db_exec(db, "insert into item (name, note) values ('a', 'x')");
    struct orm_session *s = open_rules();
    struct item *it = item_get(item_table(s), 1);
    item_set_name(it, "b");
    assert_true(orm_commit(s));
    item_set_note(it, "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"); /* four characters */
    assert_true(orm_commit(s));
    item_set_note(it, "abcde");
    assert_refused(s, ITEM_NOTE_CHECK, "note", true);
    orm_rollback(s);
    close_rules(s);
}

static void refused_changes_wait_and_are_written_once_they_are_right(void **state)
{
    (void)state;
    struct orm_session *s = open_rules();
    struct item *it = new_item(s, "a");
    item_set_price(it, 0);
    assert_refused(s, ITEM_PRICE_CHECK, "price", true);
    assert_true(orm_retry(s));
    item_set_price(it, 250);
    assert_true(orm_commit(s));
    assert_string_equal(db_text(db, "select name, price from item"), "a|2.50");
    close_rules(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(refused_row_is_not_sent),
        DB_TEST(one_of_many_rows_is_named),
        DB_TEST(error_is_the_server_s),
        DB_TEST(null_passes),
        DB_TEST(what_others_may_have_changed_is_left_to_the_server),
        DB_TEST(a_version_says_that_nobody_has),
        DB_TEST(references_change_without_a_version),
        DB_TEST(what_the_server_fills_is_left_to_it),
        DB_TEST(what_has_no_key_yet_is_left_to_the_server),
        DB_TEST(what_we_do_not_read_is_left_to_the_server),
        DB_TEST(lazy_columns_are_looked_at_when_they_are_there),
        DB_TEST(refused_changes_wait_and_are_written_once_they_are_right),
    };
    return cmocka_run_group_tests(tests, group_setup, db_group_teardown);
}
