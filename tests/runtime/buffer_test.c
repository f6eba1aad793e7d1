/* buffer_test.c: growing bytes, quoting, arrays of parameters. */
#include "unit.h"

#include <base/memory.h>
#include <types/params.h>

#include <string.h>

static void is_text(const struct buffer *b, const char *expected)
{
    char *text = buffer_copy(b);
    assert_non_null(text);
    assert_string_equal(text, expected);
    memory_free(text);
}

static void identifiers_are_quoted_and_quotes_doubled(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"book", "\"book\""},
        {"a\"b", "\"a\"\"b\""},
        {"\"", "\"\"\"\""},
        {"x\"; DROP TABLE y; --", "\"x\"\"; DROP TABLE y; --\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buffer b = {0};
        buffer_identifier(&b, cases[i][0]);
        is_text(&b, cases[i][1]);
        buffer_free(&b);
    }
}

/* The same by other means: every quote inside stands twice, and nothing else changes.
 */
static void random_identifiers_quote_to_themselves(void **state)
{
    (void)state;
    uint64_t random = unit_seed();
    for (int n = 0; n < 5000; n++) {
        char name[32] = "", expected[80] = "\"";
        size_t n_expected = 1;
        const size_t length = unit_random(&random) % 20 + 1;
        for (size_t i = 0; i < length; i++) {
            name[i] = "ab\"'$;-\\ "[unit_random(&random) % 9];
            expected[n_expected++] = name[i];
            if (name[i] == '"')
                expected[n_expected++] = '"';
        }
        expected[n_expected] = '"';
        struct buffer b = {0};
        buffer_identifier(&b, name);
        is_text(&b, expected);
        buffer_free(&b);
    }
}

static void a_failed_allocation_is_remembered_to_the_end(void **state)
{
    (void)state;
    struct buffer b = {0};
    memory_fail_at(1, false);
    buffer_text(&b, "lost");
    memory_fail_at(0, false);
    buffer_text(&b, "too late");
    assert_true(b.failed);
    assert_null(buffer_copy(&b));
    buffer_free(&b);
}

static void an_array_is_laid_out_as_the_server_reads_it(void **state)
{
    (void)state;
    static const struct orm_column column = {.type = ORM_INT2};
    static const char expected[] = "\0\0\0\1"  /* dimensions */
                                   "\0\0\0\1"  /* may hold nulls */
                                   "\0\0\0\25" /* int2 */
                                   "\0\0\0\2"  /* elements */
                                   "\0\0\0\1"  /* lower bound */
                                   "\0\0\0\2\1\2"
                                   "\377\377\377\377";
    struct params p = {0};
    struct orm_error e = {0};
    params_array_begin(&p, 21);
    params_array_add(&p, &column, (union orm_value){.integer = 0x102});
    params_array_add_null(&p);
    params_array_end(&p);
    assert_true(params_finish(&p, &e));
    assert_int_equal(p.count, 1);
    assert_int_equal(p.lengths[0], sizeof expected - 1);
    assert_memory_equal(p.values[0], expected, sizeof expected - 1);
    params_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(identifiers_are_quoted_and_quotes_doubled),
        cmocka_unit_test(random_identifiers_quote_to_themselves),
        cmocka_unit_test(a_failed_allocation_is_remembered_to_the_end),
        cmocka_unit_test(an_array_is_laid_out_as_the_server_reads_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
