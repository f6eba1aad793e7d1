/* query_lock_test.c: rows that a query locks. */
#include "shop_test.h"

static int setup(void **state)
{
    db_test_setup(state);
    arrange_shop(db);
    return 0;
}

static struct orm_order by_maker(void)
{
    return item_by_maker(maker_name_asc()).orm;
}

/* What another session gets of an item that may be locked. */
static const char *others_lock(const char *how)
{
    return db_text(db,
        "select coalesce(string_agg(id::text, ' ' order by id), '') from"
        " (select id from item where id < 4 %s skip locked) t",
        how);
}

static void locked_rows_are_others_to_wait_for_until_the_transaction_ends(void **state)
{
    (void)state;
    static const struct {
        enum orm_lock lock;
        const char *update, *key_share, *share;
    } cases[] = {
        {ORM_FOR_UPDATE, "1 3", "1 3", "1 3"},
        {ORM_FOR_NO_KEY_UPDATE, "1 3", "1 2 3", "1 3"},
        {ORM_FOR_SHARE, "1 3", "1 2 3", "1 2 3"},
        {ORM_FOR_KEY_SHARE, "1 3", "1 2 3", "1 2 3"},
    };
    struct orm_session *s = open_shop();
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct orm_query q = {.where = {orm_cond_integer(ORM_EQ, ITEM_ID, 2)},
            .order = {by_maker()},
            .lock = cases[i].lock};
        assert_string_equal(found(s, &q), "2");
        assert_string_equal(others_lock("for update"), cases[i].update);
        assert_string_equal(others_lock("for key share"), cases[i].key_share);
        assert_string_equal(others_lock("for share"), cases[i].share);
        assert_int_equal(spent(s), 1);
        assert_true(orm_end(s));
        assert_string_equal(others_lock("for update"), "1 2 3");
    }
    close_shop(s);
}

static void locked_rows_are_read_anew(void **state)
{
    (void)state;
    struct orm_session *s = open_shop();
    const struct item *second = item_get(item_table(s), 2);
    assert_int_equal(item_low(second), 2);
    db_exec(db, "update item set low = 77 where id = 2");
    const struct orm_query q = {
        .where = {orm_cond_integer(ORM_EQ, ITEM_ID, 2)}, .lock = ORM_FOR_UPDATE};
    assert_string_equal(found(s, &q), "2");
    assert_int_equal(item_low(second), 77);
    assert_true(orm_commit(s));
    close_shop(s);
}

static void a_row_that_is_locked_is_skipped_or_a_conflict(void **state)
{
    (void)state;
    struct orm_session *s = open_shop();
    db_exec(db, "begin; update item set low = 5 where id = 2");
    struct orm_query q = {.where = {orm_cond_integer(ORM_LE, ITEM_ID, 3)},
        .order = {by(ITEM_ID, false)},
        .lock = ORM_FOR_UPDATE,
        .locked = ORM_LOCKED_SKIP};
    assert_string_equal(found(s, &q), "1 3");
    q.locked = ORM_LOCKED_FAIL;
    assert_string_equal(found(s, &q), "");
    assert_failed(s, ORM_CONFLICT, "item", NULL);
    assert_string_equal(orm_last_error(s)->sqlstate, "55P03");
    assert_true(orm_last_error(s)->retryable);
    db_exec(db, "rollback");
    orm_rollback(s);
    assert_string_equal(found(s, &q), "1 2 3");
    orm_rollback(s);
    close_shop(s);
}

static void locks_that_mean_nothing_are_refused(void **state)
{
    (void)state;
    struct orm_session *s = open_shop();
    const struct {
        struct orm_query q;
        const char *message;
    } cases[] = {
        {{.lock = (enum orm_lock)7}, "item: a lock that there is not"},
        {{.lock = ORM_FOR_SHARE, .locked = (enum orm_locked)3},
            "item: a lock that there is not"},
        {{.locked = ORM_LOCKED_SKIP}, "item: `locked` says what to do about locks, but "
                                      "the query has no `lock`"},
        {{.lock = ORM_FOR_UPDATE, .distinct_on = {by(ITEM_LOW, false)}},
            "item: a query with `distinct_on` locks nothing: PostgreSQL cannot do "
            "both"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_refused(s, &cases[i].q, cases[i].message);
    const struct orm_query q = {.lock = ORM_FOR_UPDATE};
    assert_int_equal(orm_count((struct orm_manager *)item_table(s), &q), 0);
    assert_string_equal(orm_message(s),
        "item: a query with a lock is for find and first: a number cannot be locked");
    orm_rollback(s);
    assert_int_equal(
        ((const struct dear_list *)orm_find((struct orm_manager *)dear_table(s), &q))
            ->len,
        0);
    assert_string_equal(orm_message(s), "dear: the rows of a view cannot be locked");
    orm_rollback(s);
    close_shop(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(
            locked_rows_are_others_to_wait_for_until_the_transaction_ends, setup),
        cmocka_unit_test_setup(locked_rows_are_read_anew, setup),
        cmocka_unit_test_setup(a_row_that_is_locked_is_skipped_or_a_conflict, setup),
        cmocka_unit_test_setup(locks_that_mean_nothing_are_refused, setup),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
