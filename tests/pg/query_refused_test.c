/* query_refused_test.c: what a model does not allow is refused by name, and nothing is
 * sent. */
#include "shop_test.h"

#include <ormgen/orm_rows.h>

static int setup(void **state)
{
    db_test_setup(state);
    arrange_shop(db);
    return 0;
}

static struct orm_cond folded(struct orm_cond cond)
{
    cond.flags |= ORM_COND_FOLD;
    return cond;
}

static struct orm_cond between(unsigned column, int64_t a, int64_t b)
{
    struct orm_cond c = orm_cond_integer(ORM_BETWEEN, column, a);
    c.upper.integer = b;
    return c;
}

static struct orm_cond compare(unsigned a, enum orm_op op, unsigned b)
{
    struct orm_cond c = orm_cond_plain(op, a);
    c.flags = ORM_COND_COLUMN;
    c.other = (uint16_t)b;
    return c;
}

static const char *const two_labels[] = {"l1", "m1"};
static const struct orm_text_array l1_m1 = {two_labels, NULL, 2};

static void what_the_model_does_not_allow_is_refused_by_name(void **state)
{
    (void)state;
    struct orm_cond flagged = orm_cond_integer(ORM_EQ, ITEM_LOW, 1);
    flagged.flags = 64;
    const struct {
        struct orm_cond cond;
        const char *message;
    } cases[] = {
        {orm_cond_integer(ORM_OP_COUNT, ITEM_LOW, 1),
            "item: a condition that there is not"},
        {orm_cond_integer(999, ITEM_LOW, 1), "item: a condition that there is not"},
        {orm_cond_integer(ORM_EQ, 99, 1),
            "item: a condition on a column that the model does not have"},
        {flagged, "item: a condition with flags that there are not"},
        {orm_cond_text(ORM_EQ, ITEM_NAME, NULL),
            "item.name: NULL is no value; clear the field, or ask with is_null"},
        {orm_cond_text(ORM_LIKE, ITEM_LOW, "1"),
            "item.low: like is no condition on a column of int2"},
        {orm_cond_text(ORM_HAS_KEY, ITEM_NAME, "1"),
            "item.name: has_key is no condition on a column of text"},
        {orm_cond_text(ORM_EQ, ITEM_RAW, "{}"),
            "item.raw: eq is no condition on a column of json"},
        {orm_cond_data(ORM_LEFT_OF, ITEM_LABELS, &l1_m1),
            "item.labels: left_of is no condition on a column of text[]"},
        {orm_cond_in(ITEM_LABELS, &l1_m1, 1),
            "item.labels: in takes no arrays; ask for each with any_of"},
        {orm_cond_in(ITEM_LOW, NULL, 3), "item.low: 3 values at the address NULL"},
        {orm_cond_text(ORM_LIKE, ITEM_NAME, "a\\\\\\"),
            "item.name: the pattern ends in a backslash, which stands for nothing; "
            "double it"},
        {folded(orm_cond_integer(ORM_EQ, ITEM_LOW, 1)),
            "item.low: capitals can be ignored only where texts are compared with "
            "texts"},
        {folded(orm_cond_text(ORM_HAS_KEY, ITEM_FACTS, "a")),
            "item.facts: capitals can be ignored only where texts are compared with "
            "texts"},
        {compare(ITEM_LOW, ORM_EQ, 99),
            "item.low: is compared with a column that the model lacks"},
        {compare(ITEM_LOW, ORM_EQ, ITEM_NAME),
            "item.low: eq of a column of int2 cannot be compared with item.name, which "
            "is text"},
        {compare(ITEM_LABELS, ORM_HAS, ITEM_LOW),
            "item.labels: has of a column of text[] cannot be compared with item.low, "
            "which is int2"},
        {compare(ITEM_NAME, ORM_STARTS_WITH, ITEM_ALIAS),
            "item.name: starts_with compares with a value, not with item.alias"},
        {orm_cond_object(ORM_IS, 9, NULL),
            "item: a condition on a relation that the model does not have"},
        {orm_cond_object(ORM_IS, ITEM_REF_MAKER, NULL),
            "item.maker: NULL is no object to compare with; ask with is_null"},
        {orm_cond_data(ORM_IS_ONE_OF, ITEM_REF_MAKER, NULL),
            "item.maker: NULL is no list to look in"},
        {orm_cond_data(ORM_SOME, 9, NULL),
            "item: a condition on a relation that the model does not have"},
        {orm_cond_plain(ORM_END, 0),
            "item: an end() in the query has no any_of(), all_of() or none_of()"},
        {orm_cond_plain(ORM_ALL_OF, 0),
            "item: the query's any_of(), all_of() or none_of() has no end()"},
    };
    struct orm_session *s = open_shop();
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct orm_query q = items_by_id();
        q.where[63] = cases[i].cond;
        assert_refused(s, &q, cases[i].message);
    }
    close_shop(s);
}

static void values_out_of_range_are_refused_before_they_are_sent(void **state)
{
    (void)state;
    const struct orm_cond cases[] = {
        orm_cond_integer(ORM_EQ, ITEM_LOW, 40000),
        between(ITEM_LOW, 1, 40000),
        orm_cond_integer(ORM_EQ, ITEM_MOOD, 3),
        orm_cond_integer(ORM_EQ, ITEM_PRICE, INT64_MAX),
        orm_cond_text(ORM_EQ, ITEM_ALIAS, "longer than the column can hold"),
        orm_cond_text(ORM_HAS_TEXT, ITEM_ALIAS, "\xff"),
        orm_cond_integer(ORM_HAS, ITEM_NUMBERS, INT64_MAX),
    };
    struct orm_session *s = open_shop();
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct orm_query q = {.where = {cases[i]}};
        assert_string_equal(found(s, &q), "");
        assert_failed(s, ORM_RANGE, "item", NULL);
        assert_int_equal(spent(s), 0);
        orm_rollback(s);
    }
    close_shop(s);
}

static void what_only_the_server_can_read_is_refused_by_the_server(void **state)
{
    (void)state;
    const struct orm_cond cases[] = {
        orm_cond_text(ORM_REGEX, ITEM_NAME, "("),
        orm_cond_text(ORM_TRUE_PATH, ITEM_FACTS, "$.["),
        orm_cond_text(ORM_HAS_PATH, ITEM_FACTS, ""),
    };
    struct orm_session *s = open_shop();
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct orm_query q = {.where = {cases[i]}};
        assert_string_equal(found(s, &q), "");
        assert_failed(s, ORM_INVALID, "item", i ? "facts" : "name");
        orm_rollback(s);
        int64_t rows;
        const struct orm_pick picks[] = {{.what = ORM_PICK_ROWS, .into = &rows}, {0}};
        assert_null(orm_select((struct orm_manager *)item_table(s), &q, picks));
        assert_failed(s, ORM_INVALID, "item", i ? "facts" : "name");
        orm_rollback(s);
    }
    close_shop(s);
}

static void a_query_that_is_too_full_says_of_what(void **state)
{
    (void)state;
    struct orm_session *s = open_shop();
    struct orm_query q = {0};
    for (int i = 0; i < 65; i++)
        orm_where(&q, orm_cond_integer(ORM_EQ, ITEM_LOW, i));
    assert_refused(s, &q, "item: the query has more than 64 conditions");
    struct orm_query sorted = {0};
    for (unsigned i = 0; i < 9; i++)
        orm_sort(&sorted, by(i, false));
    assert_refused(s, &sorted, "item: the query has more than 8 orders");
    struct orm_query planned = {0};
    for (uint16_t i = 0; i < 9; i++)
        orm_with(&planned, (struct orm_plan){.kind = ORM_PLAN_TO_ONE, .relation = i});
    assert_refused(s, &planned, "item: the query has more than 8 plans");
    close_shop(s);
}

/* A wrong query does not write what waits to be written either. */
static void a_refused_query_flushes_nothing(void **state)
{
    (void)state;
    struct orm_session *s = open_shop();
    item_set_name(item_get(item_table(s), 1), "changed");
    spent(s);
    const struct orm_query q = {.where = {orm_cond_integer(ORM_EQ, 99, 1)}};
    assert_string_equal(found(s, &q), "");
    assert_failed(s, ORM_INVALID, "item", NULL);
    assert_int_equal(spent(s), 0);
    orm_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_the_model_does_not_allow_is_refused_by_name, setup),
        cmocka_unit_test_setup(
            values_out_of_range_are_refused_before_they_are_sent, setup),
        cmocka_unit_test_setup(
            what_only_the_server_can_read_is_refused_by_the_server, setup),
        cmocka_unit_test_setup(a_query_that_is_too_full_says_of_what, setup),
        cmocka_unit_test_setup(a_refused_query_flushes_nothing, setup),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
