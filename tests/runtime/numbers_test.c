/* numbers_test.c: what is numbered in the order in which it came. */
#include "unit.h"

#include <base/memory.h>
#include <base/numbers.h>

#define TABLES 1000

static const int tables[TABLES];

static void tables_are_numbered_as_they_come(void **state)
{
    (void)state;
    struct numbers n = {0};
    for (size_t i = 0; i < TABLES; i++) {
        assert_true(numbers_reserve(&n, 1));
        assert_int_equal(numbers_add(&n, &tables[i]), i);
    }
    for (size_t i = 0; i < TABLES; i++)
        assert_int_equal(numbers_find(&n, &tables[i]), i);
    assert_int_equal(n.count, TABLES);
    numbers_free(&n);
}

static void a_table_has_one_number(void **state)
{
    (void)state;
    struct numbers n = {0};
    assert_true(numbers_reserve(&n, 3));
    assert_int_equal(numbers_add(&n, &tables[0]), 0);
    assert_int_equal(numbers_add(&n, &tables[1]), 1);
    assert_int_equal(numbers_add(&n, &tables[0]), 0);
    assert_int_equal(n.count, 2);
    numbers_free(&n);
}

static void what_was_never_numbered_has_no_number(void **state)
{
    (void)state;
    struct numbers n = {0};
    assert_true(numbers_reserve(&n, 0));
    assert_true(numbers_find(&n, &tables[0]) == NO_NUMBER);
    assert_true(numbers_reserve(&n, 4));
    for (size_t i = 0; i < 4; i++)
        numbers_add(&n, &tables[i]);
    for (size_t i = 4; i < TABLES; i++)
        assert_true(numbers_find(&n, &tables[i]) == NO_NUMBER);
    numbers_free(&n);
}

static void numbers_survive_a_failed_allocation(void **state)
{
    (void)state;
    struct numbers n = {0};
    memory_fail_at(1, false);
    assert_false(numbers_reserve(&n, 1));
    memory_fail_at(0, false);
    assert_true(numbers_reserve(&n, 1));
    numbers_add(&n, &tables[7]);
    memory_fail_at(1, false);
    assert_false(numbers_reserve(&n, TABLES));
    memory_fail_at(0, false);
    assert_int_equal(numbers_find(&n, &tables[7]), 0);
    numbers_free(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_are_numbered_as_they_come),
        cmocka_unit_test(a_table_has_one_number),
        cmocka_unit_test(what_was_never_numbered_has_no_number),
        cmocka_unit_test(numbers_survive_a_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
