/* error_test.c: the sticky error. */
#include "unit.h"

#include <base/error.h>

#include <string.h>

static void the_first_error_stays(void **state)
{
    (void)state;
    struct orm_error e = {0};
    assert_false(error_set(&e, ORM_LOST, "first"));
    assert_false(error_set(&e, ORM_RANGE, "second"));
    assert_int_equal(e.code, ORM_LOST);
    assert_string_equal(e.message, "first");
}

static void a_message_is_one_printable_line(void **state)
{
    (void)state;
    struct orm_error e = {0};
    error_set(&e, ORM_REFUSED, "%s", "a\nb\x1b[31m\tc\x7f\n");
    assert_string_equal(e.message, "a b [31m c");
}

static void a_long_message_is_cut_between_characters(void **state)
{
    (void)state;
    char text[9], from[] = "1234567\xc3\xbc";
    error_copy(text, sizeof text, from);
    assert_string_equal(text, "1234567");
}

static void every_code_has_its_name(void **state)
{
    (void)state;
    assert_string_equal(orm_code_name(ORM_OK), "ORM_OK");
    assert_string_equal(orm_code_name(ORM_OTHER_SESSION), "ORM_OTHER_SESSION");
    for (int i = ORM_OK; i <= ORM_OTHER_SESSION; i++)
        assert_int_equal(strncmp(orm_code_name((enum orm_code)i), "ORM_", 4), 0);
    assert_string_equal(orm_code_name((enum orm_code)999), "?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_error_stays),
        cmocka_unit_test(a_message_is_one_printable_line),
        cmocka_unit_test(a_long_message_is_cut_between_characters),
        cmocka_unit_test(every_code_has_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
