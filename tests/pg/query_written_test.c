/* query_written_test.c: queries as a program writes them, and the indexes that serve
 * them. */
#include "shop_test.h"

#include "base/memory.h"
#include "session/session.h"

static int setup(void **state)
{
    db_test_setup(state);
    arrange_shop(db);
    return 0;
}

/* -- As a program writes them ------------------------------------------------------ */

static const char *names_of(const struct item_list *items)
{
    static char text[512];
    size_t at = 0;
    text[0] = '\0';
    orm_each(struct item, i, items)
        at += (size_t)snprintf(
            text + at, sizeof text - at, "%s%s", at ? ", " : "", item_name(i));
    return text;
}

static void a_query_reads_as_it_is_meant(void **state)
{
    (void)state;
    struct orm_session *s = open_shop();
    const struct country_query in_europe = {
        .where = {country_code_in((const char *const[]){"de", "nl", "it"}, 3)}};
    const struct maker_query european = {
        .where = {maker_country_matches(&in_europe), maker_name_ne("bolt")}};
    const struct tag_query warm = {.where = {tag_name_eq("red")}};
    const struct item_query q = {
        .where = {item_ignoring_case(item_name_starts_with("ITEM ")),
            item_not(item_alias_contains("%")), item_any_of(), item_low_between(1, 2),
            item_compare(ITEM_LOW, ORM_EQ, ITEM_HIGH), item_end(),
            item_maker_matches(&european), item_tags_some(&warm),
            item_not(item_sales_some(NULL))},
        .order = {item_by_maker(maker_by_country(country_name_desc())),
            item_nulls_last(item_price_desc())},
        .limit = 2};
    const struct item_list *items = item_find(item_table(s), &q);
    assert_string_equal(names_of(items),
        db_text(db,
            "select string_agg(name, ', ') from (select i.* from item i"
            " join maker m on m.id = i.maker_id join country c on c.code = m.country_id"
            " where alias not like '%%\\%%%%' and (low between 1 and 2 or low = high)"
            " and c.code in ('de', 'nl') and m.name <> 'bolt' and i.id > 20 and exists"
            " (select from item_tags where item_id = i.id and tag_id = 1)"
            " order by c.name desc, price desc nulls last, i.id limit 2) t"));
    assert_true(items->len > 0);
    close_shop(s);
}

static void pages_are_turned_with_the_last_object(void **state)
{
    (void)state;
    struct orm_session *s = open_shop();
    struct item_query q = {.order = {item_low_asc()}, .limit = 7};
    unsigned pages = 0, rows = 0;
    for (;; pages++) {
        const struct item_list *page = item_find(item_table(s), &q);
        if (!page->len)
            break;
        rows += (unsigned)page->len;
        item_after(&q, page->items[page->len - 1]);
    }
    assert_int_equal(rows, 30);
    assert_int_equal(pages, 5);
    close_shop(s);
}

static void a_hundred_thousand_values_are_one_parameter(void **state)
{
    (void)state;
    static int64_t keys[100000];
    struct orm_session *s = open_shop();
    for (size_t i = 0; i < COUNT(keys); i++)
        keys[i] = (int64_t)i * 3;
    const struct item_query q = {.where = {item_id_in(keys, COUNT(keys))}};
    assert_int_equal(item_count(item_table(s), &q), 10);
    assert_int_equal(spent(s), 1);
    close_shop(s);
}

/* -- Indexes ----------------------------------------------------------------------- */

/* How the server would find what the last statement asks for. */
static const char *plan(const struct orm_session *s, const char *values)
{
    db_exec(db, "deallocate all; set enable_seqscan = off; set enable_sort = off");
    db_exec(db, "set plan_cache_mode = force_custom_plan");
    db_exec(db, "prepare q as %s",
        ((const struct pg_statement *)s->statements.entries[s->statements.count - 1])
            ->sql);
    return db_text(db, "explain (costs off) execute q(%s)", values);
}

static void an_index_serves_what_it_was_made_for(void **state)
{
    (void)state;
    db_exec(db, "create index by_name on item (name);"
                "create index by_lower on item (lower(name));"
                "create index by_words on item using gin (to_tsvector('simple', name));"
                "create index by_labels on item using gin (labels);"
                "create index by_facts on item using gin (facts);"
                "create index by_span on item using gist (span);"
                "create index by_low on item (low, id);");
    const struct item *eleventh = NULL;
    struct orm_session *s = open_shop();
    eleventh = item_get(item_table(s), 11);
    const struct orm_int4_range span = {1, 2, ORM_LOWER_IN};
    const struct {
        struct item_query q;
        const char *index, *values;
    } cases[] = {
        {{.where = {item_name_starts_with("item 1")}},
            "Index Cond: ((name >= 'item 1'::text)", "'item 1%'"},
        {{.where = {item_ignoring_case(item_name_eq("ITEM 1"))}},
            "Index Cond: (lower(name) = 'item 1'::text)", "'ITEM 1'"},
        {{.where = {item_name_search("item 1")}}, "by_words", "'item 1'"},
        {{.where = {item_labels_has("l1")}}, "by_labels", "'l1'"},
        {{.where = {item_facts_true_path("$.n == 1")}}, "by_facts", "'$.n == 1'"},
        {{.where = {item_span_overlaps(&span)}}, "by_span", "'[1,2)'"},
        {{.order = {item_low_asc()}, .after = eleventh, .limit = 3},
            "Index Cond: (ROW(low, id) > ROW('3'::smallint, '11'::bigint))",
            "3, 11, 3"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        item_find(item_table(s), &cases[i].q);
        assert_fine(s);
        const char *how = plan(s, cases[i].values);
        if (!strstr(how, cases[i].index))
            fail_msg("%s: %s", cases[i].index, how);
    }
    db_exec(db, "reset all; deallocate all; drop index by_name, by_lower, by_words,"
                " by_labels, by_facts, by_span, by_low");
    close_shop(s);
}

/* -- Without memory ---------------------------------------------------------------- */

static void every_allocation_of_a_new_shape_may_fail(void **state)
{
    (void)state;
    unsigned long n = 1;
    for (bool struck = true; struck; n++) {
        struct orm_session *s = open_shop();
        struct item *first = item_get(item_table(s), 1);
        const struct tag_query red = {.where = {tag_name_eq("red")}};
        const struct item_query q = {
            .where = {item_tags_some(&red), item_name_in((const char *const[]){"a"}, 1),
                item_labels_has("l1"), item_alias_contains("%%%%")},
            .order = {item_by_maker(maker_name_asc()), item_price_desc()},
            .after = first};
        spent(s);
        memory_fail_at(n, true);
        const size_t count = item_count(item_table(s), &q);
        struck = memory_count() >= n;
        memory_fail_at(0, false);
        assert_int_equal(count, 0);
        if (struck) {
            assert_failed(s, ORM_NOMEM, NULL, NULL);
            orm_rollback(s);
        }
        assert_int_equal(item_count(item_table(s), &q), 0);
        assert_int_equal(item_count(item_table(s), NULL), 30);
        close_shop(s);
    }
    assert_true(n > 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_query_reads_as_it_is_meant, setup),
        cmocka_unit_test_setup(pages_are_turned_with_the_last_object, setup),
        cmocka_unit_test_setup(a_hundred_thousand_values_are_one_parameter, setup),
        cmocka_unit_test_setup(an_index_serves_what_it_was_made_for, setup),
        cmocka_unit_test_setup(every_allocation_of_a_new_shape_may_fail, setup),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
