/* following_test.c: on_update: rows that refer to a unique column change with it, in
 * the database and in memory: rows, identity and the number of statements. */
#include "pgtest.h"
#include "sessions.h"

#include "../golden/keys/in.orm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Three badges with two holders each, who made two visits each. */
static struct orm_session *begin(void)
{
    db_exec(db,
        "insert into badge (id, code, colour)"
        "  select i, chr(96 + i), 'red' from generate_series(1, 3) i;"
        "insert into badge (id, code, colour) values (4, 'spare', 'blue');"
        "insert into holder (badge_code, number, name)"
        "  select chr(96 + i), n, chr(96 + i) || n"
        "  from generate_series(1, 3) i, generate_series(1, 2) n;"
        "insert into visit (holder_badge_code, holder_number, seen_code, lent_code)"
        "  select badge_code, number, badge_code, badge_code"
        "  from holder, generate_series(1, 2) order by 1, 2");
    return open_fine(db_conninfo(), &keys_schema);
}

static void end(struct orm_session *s)
{
    assert_fine(s);
    orm_close(s);
}

static void commit(struct orm_session *s)
{
    const bool committed = orm_commit(s);
    assert_string_equal(orm_message(s), "");
    assert_true(committed);
}

/* Memory says of each visit and holder what the database does. */
static void assert_agrees(struct orm_session *s)
{
    struct orm_session *fresh = orm_open(db_conninfo(), &keys_schema);
    orm_each(struct visit, now, visit_all(visit_table(fresh))) {
        struct visit *v = visit_get(visit_table(s), visit_id(now));
        assert_string_equal(visit_holder_badge_code(v), visit_holder_badge_code(now));
        assert_int_equal(
            visit_seen_state(v) == ORM_REF_NULL, visit_seen_state(now) == ORM_REF_NULL);
        assert_string_equal(visit_seen_code(v), visit_seen_code(now));
        assert_string_equal(visit_lent_code(v), visit_lent_code(now));
    }
    orm_each(struct holder, now, holder_all(holder_table(fresh))) {
        struct holder *h =
            holder_get(holder_table(s), holder_badge_code(now), holder_number(now));
        assert_string_equal(holder_badge_code(h), holder_badge_code(now));
        assert_string_equal(holder_name(h), holder_name(now));
    }
    end(fresh);
}

static void rows_take_the_new_value_and_so_do_rows_that_refer_to_those(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    struct badge *b = badge_get(badge_table(s), 1);
    const struct holder_list *all = holder_all(badge_holders(b));
    struct holder *one = all->items[0], *two = all->items[1];
    struct visit *v = visit_all(holder_visits(one))->items[0];
    spent(s);
    badge_set_code(b, "new");
    assert_string_equal(holder_badge_code(one), "a"); /* as the database has it */
    commit(s);
    assert_int_equal(spent(s), 1);
    assert_string_equal(holder_badge_code(one), "new");
    assert_string_equal(holder_badge_code(two), "new");
    assert_string_equal(visit_holder_badge_code(v), "new");
    assert_ptr_equal(holder_get(holder_table(s), "new", 1), one);
    assert_ptr_equal(holder_badge(one), b);
    assert_ptr_equal(visit_holder(v), one);
    assert_int_equal(spent(s), 0);
    assert_null(holder_get(holder_table(s), "a", 1));
    assert_int_equal(holder_all(badge_holders(b))->len, 2);
    assert_ptr_equal(holder_all(badge_holders(b))->items[0], one);
    assert_int_equal(visit_all(holder_visits(one))->len, 2);
    assert_agrees(s);
    end(s);
}

static void a_row_that_is_told_to_becomes_null(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    struct badge *b = badge_get(badge_table(s), 2);
    struct visit *v = visit_all(badge_seen_in(b))->items[0];
    assert_ptr_equal(visit_seen(v), b);
    badge_set_code(b, "new");
    commit(s);
    spent(s);
    assert_int_equal(visit_seen_state(v), ORM_REF_NULL);
    assert_null(visit_seen(v));
    assert_int_equal(spent(s), 0);
    assert_int_equal(visit_all(badge_seen_in(b))->len, 0);
    assert_agrees(s);
    end(s);
}

static void a_row_that_takes_its_default_is_asked_for_again(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    struct badge *b = badge_get(badge_table(s), 3);
    struct visit *v = visit_all(badge_lent_in(b))->items[0];
    badge_set_code(b, "new");
    commit(s);
    spent(s);
    assert_ptr_equal(visit_get(visit_table(s), visit_id(v)), v);
    assert_int_equal(spent(s), 1);
    assert_string_equal(visit_lent_code(v), "spare");
    assert_int_equal(badge_id(visit_lent(v)), 4);
    assert_agrees(s);
    end(s);
}

static void what_is_written_behind_finds_its_row_by_the_new_key(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    struct badge *b = badge_get(badge_table(s), 1);
    struct holder *one = holder_get(holder_table(s), "a", 1);
    struct holder *two = holder_get(holder_table(s), "a", 2);
    holder_set_name(one, "renamed");
    orm_each(struct visit, v, visit_all(holder_visits(two)))
        visit_delete(v);
    holder_delete(two);
    struct visit *v = visit_new(holder_visits(one));
    visit_set_seen(v, b);
    visit_set_lent(v, b); /* by the old value, and the new is set after it */
    badge_set_code(b, "new");
    struct holder *added = holder_new(badge_holders(b));
    holder_set_number(added, 7);
    commit(s);
    assert_string_equal(
        db_text(db, "select number, name from holder where badge_code = 'new'"
                    " and number = 1"),
        "1|renamed");
    assert_int_equal(
        db_number(db, "select count(*) from holder where badge_code = 'new'"), 2);
    assert_ptr_equal(holder_get(holder_table(s), "new", 7), added);
    assert_ptr_equal(visit_seen(v), b);
    assert_string_equal(visit_seen_code(v), "new");
    assert_string_equal(visit_lent_code(v), "new");
    assert_agrees(s);
    end(s);
}

static void what_the_program_set_itself_stays(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    struct badge *a = badge_get(badge_table(s), 1), *b = badge_get(badge_table(s), 2);
    struct visit *v = visit_all(badge_seen_in(a))->items[0];
    visit_set_seen(v, b);
    badge_set_code(a, "new");
    commit(s);
    assert_string_equal(visit_seen_code(v), "b");
    assert_ptr_equal(visit_seen(v), b);
    assert_agrees(s);
    end(s);
}

static void a_value_set_and_set_back_moves_nobody(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    struct badge *b = badge_get(badge_table(s), 1);
    struct visit *v = visit_all(badge_seen_in(b))->items[0];
    badge_set_code(b, "new");
    badge_set_code(b, "a");
    commit(s);
    assert_string_equal(visit_seen_code(v), "a");
    assert_agrees(s);
    end(s);
}

static void two_flushes_of_one_transaction_are_followed_and_taken_back(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    struct badge *b = badge_get(badge_table(s), 1);
    struct holder *one = holder_get(holder_table(s), "a", 1);
    badge_set_code(b, "second");
    assert_true(orm_flush(s));
    badge_set_code(b, "third");
    assert_true(orm_flush(s));
    assert_string_equal(holder_badge_code(one), "third");
    assert_ptr_equal(holder_get(holder_table(s), "third", 1), one);
    orm_rollback(s);
    assert_string_equal(holder_badge_code(one), "a");
    assert_ptr_equal(holder_get(holder_table(s), "a", 1), one);
    assert_null(holder_get(holder_table(s), "third", 1));
    assert_agrees(s);
    end(s);
}

static void a_flush_that_fails_leaves_the_followed_as_they_were(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    struct badge *b = badge_get(badge_table(s), 1);
    struct holder *one = holder_get(holder_table(s), "a", 1);
    struct visit *v = visit_all(badge_seen_in(b))->items[0];
    badge_set_code(b, "b"); /* another has it */
    assert_false(orm_commit(s));
    assert_int_equal(orm_status(s), ORM_CONSTRAINT);
    assert_string_equal(holder_badge_code(one), "a");
    assert_string_equal(visit_seen_code(v), "a");
    orm_rollback(s);
    assert_ptr_equal(holder_get(holder_table(s), "a", 1), one);
    assert_ptr_equal(visit_seen(v), b);
    assert_agrees(s);
    end(s);
}

static void relations_by_the_column_are_asked_for_after_it_is_written(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    struct badge *b = badge_get(badge_table(s), 1);
    badge_set_code(b, "new");
    spent(s);
    assert_int_equal(holder_all(badge_holders(b))->len, 2);
    assert_int_equal(spent(s), 2); /* the change, the list */

    struct visit *v = visit_get(visit_table(s), 5);
    badge_set_code(badge_get(badge_table(s), 2), "newer");
    spent(s);
    assert_null(visit_seen(v)); /* set_null */
    assert_int_equal(spent(s), 1);
    commit(s);
    assert_agrees(s);
    end(s);
}

static void a_value_that_becomes_null_is_followed(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    db_exec(db, "delete from visit; delete from holder;"
                "insert into visit (seen_code) values ('a')");
    struct badge *b = badge_get(badge_table(s), 1);
    struct visit *v = visit_first(visit_table(s), NULL);
    badge_clear_code(b);
    commit(s);
    assert_int_equal(visit_seen_state(v), ORM_REF_NULL);
    assert_agrees(s);
    end(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(rows_take_the_new_value_and_so_do_rows_that_refer_to_those),
        DB_TEST(a_row_that_is_told_to_becomes_null),
        DB_TEST(a_row_that_takes_its_default_is_asked_for_again),
        DB_TEST(what_is_written_behind_finds_its_row_by_the_new_key),
        DB_TEST(what_the_program_set_itself_stays),
        DB_TEST(a_value_set_and_set_back_moves_nobody),
        DB_TEST(two_flushes_of_one_transaction_are_followed_and_taken_back),
        DB_TEST(a_flush_that_fails_leaves_the_followed_as_they_were),
        DB_TEST(relations_by_the_column_are_asked_for_after_it_is_written),
        DB_TEST(a_value_that_becomes_null_is_followed),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
