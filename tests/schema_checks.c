/* schema_checks.c: which conditions are decided without the server. */
#include "check_expr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char *labels[] = {"happy", "sad"};
static const struct enumeration mood = {.label_count = 2, .labels = labels};
static const struct user_type citext = {.name = "citext"};
static struct field fields[] = {
    {.column = "id", .type = TYPE_INT8},
    {.column = "pages", .type = TYPE_INT4},
    {.column = "price", .type = TYPE_DECIMAL, .length = 8, .scale = 2},
    {.column = "any_price", .type = TYPE_NUMERIC},
    {.column = "ratio", .type = TYPE_FLOAT4},
    {.column = "title", .type = TYPE_TEXT},
    {.column = "sorted", .type = TYPE_TEXT, .traits = {.collation = "de"}},
    {.column = "fixed", .type = TYPE_CHAR, .length = 4},
    {.column = "mail", .type = TYPE_TEXT, .user = &citext},
    {.column = "mood", .type = TYPE_ENUM, .enumeration = &mood},
    {.column = "day", .type = TYPE_DATE},
    {.column = "moment", .type = TYPE_TIMESTAMPTZ},
    {.column = "flag", .type = TYPE_BOOL},
    {.column = "Odd \"name", .type = TYPE_INT4},
    {.column = "date", .type = TYPE_INT4},
};
static const struct model model = {.fields = fields, .field_count = COUNT(fields)};

static bool is_decided(const char *sql)
{
    struct check_program p;
    const bool good = check_compile(&model, sql, &p);
    if (good)
        assert_int_equal(p.depth, 1);
    return good;
}

static void what_is_exact_is_decided(void **state)
{
    (void)state;
    static const char *const good[] = {
        "pages > 0",
        "Pages>-1",
        "\"pages\" >= 0 AND pages<=+5",
        "\"Odd \"\"name\" = 1",
        "pages is null or pages > 0",
        "pages between 1 and 10 or pages not between -2 and - 1",
        "not (pages = 1) and not flag",
        "flag",
        "flag is not true and flag is unknown",
        "price >= 0.005",
        "price * 2 - 1.5 > .5",
        "ratio between 0 and 0.5",
        "title <> '' and title in ('a', 'it''s')",
        "length(title) <= 80 and char_length(sorted) > 0",
        "mood = 'happy' or mood not in ('sad', 'happy')",
        "day >= '2000-01-01' and day < date '2100-01-01'",
        "date > 1",
        "moment is not null",
        "num_nonnulls(pages, any_price, mail, fixed) = 1",
        "any_price is null or mail is not null or fixed is null",
        "pages is distinct from 3",
        "id % 2 = 0 and id / 2 > 3000000000",
        "((((pages)))) = 1 is true",
        "true",
    };
    for (size_t i = 0; i < COUNT(good); i++)
        if (!is_decided(good[i]))
            fail_msg("not decided: %s", good[i]);
}

static void all_else_is_for_the_server(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "pages",
        "pages > ",
        "pages > 0)",
        "(pages > 0",
        "pages > 0 pages",
        "nothing > 0",
        "PAGES\" > 0",
        "\"Pages\" > 0",
        "book.pages > 0",
        "pages > '0'",
        "pages::int8 > 0",
        "pages[1] > 0",
        "pages > 1e3",
        "pages > 1234567890123456789012",
        "pages + ratio > 0",
        "price / 2 > 1",
        "any_price > 0",
        "ratio + 1 > 0",
        "ratio in (0, 0.1)",
        "ratio = price",
        "title > 'a'",
        "title = E'a'",
        "title = 'a' collate \"C\"",
        "title like 'a%'",
        "title ~ 'a'",
        "title || 'b' = 'ab'",
        "upper(title) = title",
        "length(fixed) = 1",
        "fixed = 'a'",
        "sorted = 'a'",
        "mail = 'a'",
        "mood < 'sad'",
        "mood = 'angry'",
        "mood = title",
        "day > '1 January 2000'",
        "day > '2000-02-30'",
        "day > 'infinity'",
        "day > moment",
        "day + 1 > day",
        "moment > now()",
        "flag = 't'",
        "flag > true",
        "pages = null",
        "pages in (1, null)",
        "pages in (select 1)",
        "(pages, id) = (1, 2)",
        "pages between symmetric 1 and 2",
        "pages > 0 -- sure",
        "pages > /* 1 */ 0",
        "pages !=-1",
        "pages @> 1",
        "case when flag then true end",
        "coalesce(pages, 1) > 0",
        "flag and 1",
        "not pages",
        "'a' = 'a'",
        "$$a$$ = title",
    };
    for (size_t i = 0; i < COUNT(bad); i++)
        if (is_decided(bad[i]))
            fail_msg("decided: %s", bad[i]);
}

/* Of `n` times the same, with something before and behind. */
static bool many_are_decided(
    const char *head, const char *each, const char *tail, int n)
{
    static char sql[40000];
    size_t at = (size_t)snprintf(sql, sizeof sql, "%s", head);
    for (int i = 0; i < n; i++)
        at += (size_t)snprintf(sql + at, sizeof sql - at, "%s", each);
    snprintf(sql + at, sizeof sql - at, "%s", tail);
    return is_decided(sql);
}

static void what_is_too_long_or_too_deep_is_for_the_server(void **state)
{
    (void)state;
    assert_true(many_are_decided("pages > 0", " and pages > 0", "", 50));
    assert_false(many_are_decided("pages > 0", " and pages > 0", "", 100));
    assert_true(many_are_decided("", "not ", "flag", 40));
    assert_false(many_are_decided("", "not ", "flag", 1000));
    assert_false(many_are_decided("", "(", "flag", 5000));
    assert_false(many_are_decided("pages = ", "- ", "1", 5000));
    assert_true(many_are_decided("pages = ", "1 + (", "1)))))", 5));
    assert_false(many_are_decided("num_nulls(pages", ", pages", ") = 0", 40));
    assert_false(many_are_decided("title = '", "0123456789", "'", 50));
}

static void days_are_counted_from_1970(void **state)
{
    (void)state;
    static const struct {
        const char *sql;
        long long day;
    } days[] = {
        {"day = '1970-01-01'", 0},
        {"day = '1969-12-31'", -1},
        {"day = '2000-02-29'", 11016},
        {"day = '2000-03-01'", 11017},
        {"day = '0001-01-01'", -719162},
        {"day = '9999-12-31'", 2932896},
    };
    for (size_t i = 0; i < COUNT(days); i++) {
        struct check_program p;
        assert_true(check_compile(&model, days[i].sql, &p));
        assert_int_equal(p.steps[1].op, CHECK_NUMBER);
        assert_int_equal(p.steps[1].number, days[i].day);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_exact_is_decided),
        cmocka_unit_test(all_else_is_for_the_server),
        cmocka_unit_test(what_is_too_long_or_too_deep_is_for_the_server),
        cmocka_unit_test(days_are_counted_from_1970),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
