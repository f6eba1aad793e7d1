/* query_test.c: conditions on columns: each finds what SQL finds that says the same in
 * other words. */
#include "shop_test.h"

#include "base/memory.h"
#include "session/session.h"

#include <limits.h>

static int setup(void **state)
{
    db_test_setup(state);
    arrange_shop(db);
    return 0;
}

static struct orm_cond but(struct orm_cond cond)
{
    cond.flags |= ORM_COND_NOT;
    return cond;
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

/* -- Values ------------------------------------------------------------------------ */

static const int16_t lows[] = {1, 3};
static const int64_t highs[] = {0, 4, 99};
static const int64_t prices[] = {725, 1450, 2};
static const bool flags[] = {true};
static const int32_t moods[] = {ITEM_MOOD_SAD, ITEM_MOOD_BORED};
static const double weights[] = {0.25, 1.25};
static const orm_date days[] = {20454, 20456};
static const char *const names[] = {"Item 2", "item 3", "item 2", "nobody"};
static const char *const letters[] = {"ab", "bb"};
static const char *const mails[] = {"mail1@x.ORG"};
static const struct orm_uuid tokens[] = {{{[15] = 0x01}}, {{[15] = 0x14}}};
static const struct orm_inet hosts[] = {{4, 32, {10, 0, 1, 1}}, {4, 32, {10, 0, 2, 2}}};
static const struct orm_int4_range spans[] = {{1, 2, ORM_LOWER_IN}};
static const char *const objects[] = {"{\"n\": 1, \"k1\": [1]}"};

static const char *const two_labels[] = {"l1", "m1"};
static const struct orm_text_array l1_m1 = {two_labels, NULL, 2};
static const struct orm_text_array no_labels;
static const int32_t two_numbers[] = {1, 2};
static const struct orm_int4_array n1_n2 = {two_numbers, NULL, 2};
static const struct orm_int4_range to_15 = {0, 15, ORM_LOWER_IN};
static const struct orm_int4_range from_10 = {10, 12, ORM_LOWER_IN};
static const struct orm_int4_range nothing = {0, 0, ORM_EMPTY};
static const struct orm_int4_range three[] = {
    {2, 3, ORM_LOWER_IN}, {9, 12, ORM_LOWER_IN}};
static const struct orm_int4_multirange set = {three, 2};
static const struct orm_inet network = {4, 24, {10, 0, 2, 0}};

/* -- Every operator ---------------------------------------------------------------- */

static void every_operator_finds_what_sql_finds(void **state)
{
    (void)state;
    const struct {
        struct orm_cond cond;
        const char *sql;
    } cases[] = {
        {orm_cond_integer(ORM_EQ, ITEM_LOW, 1), "low = 1"},
        {orm_cond_integer(ORM_NE, ITEM_HIGH, 1), "high <> 1"},
        {orm_cond_integer(ORM_LT, ITEM_PRICE, 5000), "price < 50"},
        {orm_cond_real(ORM_LE, ITEM_WEIGHT, 0.5), "weight <= 0.5"},
        {orm_cond_real(ORM_GT, ITEM_WEIGHT, 0.5), "weight > 0.5"},
        {orm_cond_integer(ORM_GE, ITEM_MADE, 20459), "made >= '2026-01-06'"},
        {orm_cond_integer(ORM_EQ, ITEM_FLAG, true), "flag"},
        {orm_cond_integer(ORM_EQ, ITEM_MOOD, ITEM_MOOD_BORED), "mood = 'bored'"},
        {orm_cond_text(ORM_GE, ITEM_NAME, "item 2"), "name >= 'item 2'"},
        {orm_cond_text(ORM_EQ, ITEM_LETTERS, "bb"), "letters = 'bb'"},
        {orm_cond_text(ORM_EQ, ITEM_MAIL, "MAIL1@x.org"), "mail = 'MAIL1@x.org'"},
        {orm_cond_data(ORM_LT, ITEM_TOKEN, &tokens[1]),
            "token < '00000000-0000-0000-0000-000000000014'"},
        {orm_cond_integer(ORM_EQ, ITEM_MAKER_ID, 2), "maker_id = 2"},

        {between(ITEM_LOW, 1, 2), "low in (1, 2)"},
        {between(ITEM_LOW, 2, 1), "false"},
        {but(between(ITEM_HIGH, 1, 2)), "high in (0, 3, 4)"},

        {orm_cond_in(ITEM_LOW, lows, 2), "low in (1, 3)"},
        {orm_cond_in(ITEM_HIGH, highs, 3), "high in (0, 4)"},
        {but(orm_cond_in(ITEM_HIGH, highs, 3)), "high in (1, 2, 3)"},
        {orm_cond_in(ITEM_HIGH, NULL, 0), "false"},
        {orm_cond_in(ITEM_PRICE, prices, 3), "price in (7.25, 14.50, 0.02)"},
        {orm_cond_in(ITEM_FLAG, flags, 1), "flag"},
        {orm_cond_in(ITEM_MOOD, moods, 2), "mood in ('sad', 'bored')"},
        {orm_cond_in(ITEM_WEIGHT, weights, 2), "weight in (0.25, 1.25)"},
        {orm_cond_in(ITEM_MADE, days, 2), "made in ('2026-01-01', '2026-01-03')"},
        {orm_cond_in(ITEM_NAME, names, 4), "name in ('Item 2', 'item 3')"},
        {folded(orm_cond_in(ITEM_NAME, &names[2], 1)), "name = 'Item 2'"},
        {orm_cond_in(ITEM_LETTERS, letters, 2), "letters in ('ab', 'bb')"},
        {orm_cond_in(ITEM_MAIL, mails, 1), "lower(mail::text) = 'mail1@x.org'"},
        {orm_cond_in(ITEM_TOKEN, tokens, 2), "right(token::text, 12)::int in (1, 14)"},
        {orm_cond_in(ITEM_ADDRESS, hosts, 2), "id in (1, 2)"},
        {orm_cond_in(ITEM_SPAN, spans, 1), "span = '[1,2)'"},
        {orm_cond_in(ITEM_FACTS, objects, 1), "id = 1"},

        {orm_cond_text(ORM_LIKE, ITEM_NAME, "%em 1_"), "name ~ '^.*em 1.$'"},
        {orm_cond_text(ORM_ILIKE, ITEM_NAME, "ITEM _"), "length(name) = 6"},
        {orm_cond_text(ORM_LIKE, ITEM_LETTERS, "_b"), "letters is not null"},
        {orm_cond_text(ORM_LIKE, ITEM_MAIL, "mail1%"), "id % 4 = 1 and id % 3 > 0"},
        {orm_cond_text(ORM_STARTS_WITH, ITEM_NAME, "item 1"),
            "starts_with(name, 'item 1')"},
        {folded(orm_cond_text(ORM_STARTS_WITH, ITEM_NAME, "ITEM 1")),
            "starts_with(lower(name), 'item 1')"},
        {orm_cond_text(ORM_STARTS_WITH, ITEM_ALIAS, "a_"), "alias = 'a_b'"},
        {orm_cond_text(ORM_STARTS_WITH, ITEM_ALIAS, "A%"), "alias = 'A%b'"},
        {orm_cond_text(ORM_STARTS_WITH, ITEM_ALIAS, "a\\"), "alias = 'a\\b'"},
        {orm_cond_text(ORM_STARTS_WITH, ITEM_ALIAS, ""), "alias is not null"},
        {orm_cond_text(ORM_ENDS_WITH, ITEM_ALIAS, "_b"), "alias = 'a_b'"},
        {orm_cond_text(ORM_ENDS_WITH, ITEM_LETTERS, "b"), "letters is not null"},
        {orm_cond_text(ORM_HAS_TEXT, ITEM_ALIAS, "%"), "alias = 'A%b'"},
        {but(orm_cond_text(ORM_HAS_TEXT, ITEM_ALIAS, "x")), "alias <> 'axb'"},
        {folded(orm_cond_text(ORM_EQ, ITEM_ALIAS, "a%B")), "alias = 'A%b'"},
        {folded(orm_cond_text(ORM_LIKE, ITEM_ALIAS, "A\\%_")), "alias = 'A%b'"},
        {folded(orm_cond_text(ORM_NE, ITEM_LETTERS, "AB")), "letters <> 'ab'"},
        {folded(orm_cond_text(ORM_EQ, ITEM_MAIL, "MAIL1@x.org")),
            "mail = 'mail1@x.org'"},
        {orm_cond_text(ORM_REGEX, ITEM_NAME, "^item [1-3]$"), "id in (1, 3)"},
        {folded(orm_cond_text(ORM_REGEX, ITEM_NAME, "^ITEM [1-3]$")),
            "id in (1, 2, 3)"},
        {orm_cond_text(ORM_SEARCH, ITEM_NAME, "ITEM 3"), "id = 3"},
        {orm_cond_text(ORM_SEARCH, ITEM_NAME, "\"item 3\" or item -item"), "id = 3"},
        {orm_cond_text(ORM_SEARCH, ITEM_NAME, "a ' \\ & | ! :* ("), "false"},

        {orm_cond_data(ORM_CONTAINS, ITEM_LABELS, &l1_m1),
            "'l1' = any (labels) and 'm1' = any (labels)"},
        {orm_cond_data(ORM_CONTAINS, ITEM_LABELS, &no_labels), "labels is not null"},
        {orm_cond_data(ORM_CONTAINED_BY, ITEM_LABELS, &l1_m1),
            "labels[1] = 'l1' and labels[2] = 'm1'"},
        {orm_cond_data(ORM_OVERLAPS, ITEM_LABELS, &l1_m1),
            "labels[1] = 'l1' or labels[2] = 'm1'"},
        {orm_cond_data(ORM_OVERLAPS, ITEM_NUMBERS, &n1_n2),
            "1 = any (numbers) or 2 = any (numbers)"},
        {but(orm_cond_data(ORM_OVERLAPS, ITEM_LABELS, &l1_m1)),
            "labels[1] <> 'l1' and labels[2] <> 'm1'"},
        {orm_cond_text(ORM_HAS, ITEM_LABELS, "m2"), "labels[2] = 'm2'"},
        {orm_cond_integer(ORM_HAS, ITEM_NUMBERS, 3), "numbers[2] = 3"},

        {orm_cond_data(ORM_CONTAINS, ITEM_SPAN, &from_10), "span @> '[10,11]'"},
        {orm_cond_data(ORM_CONTAINED_BY, ITEM_SPAN, &to_15),
            "isempty(span) or (lower(span) >= 0 and upper(span) <= 15)"},
        {orm_cond_data(ORM_OVERLAPS, ITEM_SPAN, &from_10),
            "not isempty(span * '[10,12)')"},
        {orm_cond_data(ORM_EQ, ITEM_SPAN, &nothing), "isempty(span)"},
        {orm_cond_data(ORM_LEFT_OF, ITEM_SPAN, &from_10), "upper(span) <= 10"},
        {orm_cond_data(ORM_RIGHT_OF, ITEM_SPAN, &from_10), "lower(span) >= 12"},
        {orm_cond_data(ORM_ADJACENT, ITEM_SPAN, &from_10),
            "upper(span) = 10 or lower(span) = 12"},
        {orm_cond_integer(ORM_HAS_VALUE, ITEM_SPAN, 11),
            "lower(span) <= 11 and upper(span) > 11"},
        {orm_cond_data(ORM_OVERLAPS, ITEM_SPANS, &set), "spans && '{[2,3), [9,12)}'"},
        {orm_cond_integer(ORM_HAS_VALUE, ITEM_SPANS, 5), "id in (4, 5)"},

        {orm_cond_text(ORM_CONTAINS, ITEM_FACTS, "{\"n\": 2}"), "facts->>'n' = '2'"},
        {orm_cond_text(
             ORM_CONTAINED_BY, ITEM_FACTS, "{\"n\": 1, \"k1\": [1], \"x\": 0}"),
            "id = 1"},
        {orm_cond_text(ORM_HAS_KEY, ITEM_FACTS, "k1"), "facts->'k1' is not null"},
        {orm_cond_text(ORM_HAS_PATH, ITEM_FACTS, "$.k0[*] ? (@ > 8)"),
            "(facts->'k0'->>0)::int > 8"},
        {orm_cond_text(ORM_TRUE_PATH, ITEM_FACTS, "$.n == 4"), "facts->>'n' = '4'"},

        {orm_cond_data(ORM_WITHIN, ITEM_ADDRESS, &network), "id % 3 = 2"},
        {orm_cond_plain(ORM_IS_NULL, ITEM_PRICE), "price is null"},
        {orm_cond_plain(ORM_NOT_NULL, ITEM_RAW), "true"},
        {but(orm_cond_plain(ORM_IS_NULL, ITEM_PRICE)), "price is not null"},
        {but(orm_cond_integer(ORM_EQ, ITEM_HIGH, 1)), "high <> 1"},
        {orm_cond_text(ORM_EQ, ITEM_SECRET, "secret 1"), "secret = 'secret 1'"},

        {compare(ITEM_LOW, ORM_LT, ITEM_HIGH), "low < high"},
        {compare(ITEM_PRICE, ORM_GE, ITEM_WEIGHT), "price::float8 >= weight"},
        {compare(ITEM_LOW, ORM_LT, ITEM_SPARE_ID), "low < spare_id"},
        {but(compare(ITEM_LOW, ORM_LT, ITEM_HIGH)), "low >= high"},
        {folded(compare(ITEM_NAME, ORM_GT, ITEM_ALIAS)), "lower(name) > lower(alias)"},
        {compare(ITEM_NAME, ORM_NE, ITEM_LETTERS), "name <> letters::text"},
        {compare(ITEM_ID, ORM_EQ, ITEM_SPARE_ID), "id = spare_id"},
    };
    struct orm_session *s = open_shop();
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct orm_query q = items_by_id();
        q.where[0] = cases[i].cond;
        assert_finds(s, db, &q, cases[i].sql, "id");
        assert_int_equal(spent(s), 1);
    }
    close_shop(s);
}

/* -- Brackets ---------------------------------------------------------------------- */

static void brackets_nest_and_negate(void **state)
{
    (void)state;
    const struct orm_cond any = orm_cond_plain(ORM_ANY_OF, 0);
    const struct orm_cond all = orm_cond_plain(ORM_ALL_OF, 0);
    const struct orm_cond none = orm_cond_plain(ORM_NONE_OF, 0);
    const struct orm_cond end = orm_cond_plain(ORM_END, 0);
    const struct orm_cond low = orm_cond_integer(ORM_EQ, ITEM_LOW, 1);
    const struct orm_cond high = orm_cond_integer(ORM_EQ, ITEM_HIGH, 2);
    const struct orm_cond nowhere = orm_cond_plain(ORM_NONE, 0);
    const struct {
        struct orm_cond conds[12];
        const char *sql;
    } cases[] = {
        {{any, low, high, end}, "low = 1 or high = 2"},
        {{but(any), low, high, end}, "low <> 1 and high <> 2"},
        {{none, low, high, end}, "low <> 1 and high <> 2"},
        {{but(none), low, high, end}, "low = 1 or high = 2"},
        {{but(all), low, high, end}, "low <> 1 or high <> 2"},
        {{nowhere, low, nowhere, nowhere, high}, "low = 1 and high = 2"},
        {{any, all, low, high, end, none, low, high, end, end},
            "(low = 1 and high = 2) or (low <> 1 and high <> 2)"},
        {{any, end}, "false"},
        {{none, end}, "true"},
        {{all, end}, "true"},
        {{any, nowhere, end, low}, "false"},
    };
    struct orm_session *s = open_shop();
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct orm_query q = items_by_id();
        memcpy(q.where, cases[i].conds, sizeof cases[i].conds);
        assert_finds(s, db, &q, cases[i].sql, "id");
    }
    close_shop(s);
}

static void queries_are_built_at_run_time(void **state)
{
    (void)state;
    struct orm_session *s = open_shop();
    struct orm_query q = {.limit = 4};
    orm_sort(&q, by(ITEM_LOW, true));
    orm_sort(&q, by(ITEM_ID, false));
    orm_where(&q, orm_cond_plain(ORM_ANY_OF, 0));
    for (int i = 1; i <= 9; i += 2)
        orm_where(&q, orm_cond_integer(ORM_EQ, ITEM_ID, i));
    orm_where(&q, orm_cond_plain(ORM_END, 0));
    assert_string_equal(found(s, &q), "3 7 1 5");
    assert_int_equal(orm_count((struct orm_manager *)item_table(s), &q), 4);
    close_shop(s);
}

/* -- One shape, one statement ------------------------------------------------------ */

/* Every kind of condition once, with values that `n` changes. */
static struct orm_query one_of_each(int n, struct orm_query *inner)
{
    static int64_t many[1000];
    static char text[16];
    snprintf(text, sizeof text, "item %d", n);
    *inner = (struct orm_query){
        .where = {orm_cond_integer(ORM_NE, MAKER_FOUNDED, n)},
    };
    return (struct orm_query){
        .where =
            {
                orm_cond_plain(ORM_ANY_OF, 0),
                orm_cond_text(ORM_EQ, ITEM_NAME, text),
                but(folded(orm_cond_text(ORM_STARTS_WITH, ITEM_NAME, text))),
                between(ITEM_LOW, n, n + 1),
                orm_cond_in(ITEM_HIGH, many, (size_t)n * 10),
                orm_cond_text(ORM_SEARCH, ITEM_NAME, text),
                orm_cond_data(ORM_OVERLAPS, ITEM_LABELS, &l1_m1),
                orm_cond_text(ORM_HAS, ITEM_LABELS, text),
                orm_cond_text(
                    ORM_TRUE_PATH, ITEM_FACTS, n % 2 ? "$.n == 1" : "$.n == 2"),
                compare(ITEM_LOW, ORM_LT, ITEM_HIGH),
                orm_cond_data(ORM_MATCHES, ITEM_REF_MAKER, inner),
                orm_cond_data(ORM_SOME, 0, NULL),
                orm_cond_plain(ORM_END, 0),
            },
        .order = {{.column = MAKER_NAME + 1, .via = {ITEM_REF_MAKER + 1}},
            by(ITEM_PRICE, true)},
        .limit = (unsigned)n,
        .offset = (unsigned)n,
    };
}

/* Loading takes memory; what the query is made of takes none. */
static void a_known_shape_allocates_nothing_and_is_not_prepared_again(void **state)
{
    (void)state;
    struct orm_session *s = open_shop();
    struct orm_manager *items = (struct orm_manager *)item_table(s);
    struct orm_query inner, q = one_of_each(99, &inner);
    q.after = &item_get(item_table(s), 1)->orm;
    assert_non_null(item_maker(item_get(item_table(s), 1)));
    assert_int_equal(orm_count(items, &q), 0);
    assert_fine(s);
    const size_t known = s->statements.count;
    for (int n = 1; n < 20; n++) {
        q = one_of_each(n, &inner);
        q.after = &item_get(item_table(s), 1)->orm;
        memory_fail_at(ULONG_MAX, false);
        assert_true(orm_count(items, &q) <= (size_t)n);
        const unsigned long allocations = memory_count();
        memory_fail_at(0, false);
        assert_int_equal(allocations, 0);
        assert_fine(s);
    }
    assert_int_equal(s->statements.count, known);
    close_shop(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(every_operator_finds_what_sql_finds, setup),
        cmocka_unit_test_setup(brackets_nest_and_negate, setup),
        cmocka_unit_test_setup(queries_are_built_at_run_time, setup),
        cmocka_unit_test_setup(
            a_known_shape_allocates_nothing_and_is_not_prepared_again, setup),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
