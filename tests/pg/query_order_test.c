/* query_order_test.c: orders, pages and distinct rows. */
#include "shop_test.h"

#include "session/session.h"

static int setup(void **state)
{
    db_test_setup(state);
    arrange_shop(db);
    return 0;
}

/* -- Making orders ----------------------------------------------------------------- */

static struct orm_order first(struct orm_order o)
{
    o.nulls = ORM_NULLS_FIRST;
    return o;
}

static struct orm_order last(struct orm_order o)
{
    o.nulls = ORM_NULLS_LAST;
    return o;
}

static struct orm_order of_maker(struct orm_order o)
{
    o.via[0] = ITEM_REF_MAKER + 1;
    return o;
}

static struct orm_order of_country(struct orm_order o)
{
    o.via[0] = ITEM_REF_MAKER + 1;
    o.via[1] = MAKER_REF_COUNTRY + 1;
    return o;
}

static struct orm_order of_spares_country(struct orm_order o)
{
    o.via[0] = ITEM_REF_SPARE + 1;
    o.via[1] = ITEM_REF_MAKER + 1;
    o.via[2] = MAKER_REF_COUNTRY + 1;
    return o;
}

static struct orm_order of_ticket(struct orm_order o)
{
    o.via[0] = ITEM_REF_TICKET + 1;
    return o;
}

/* -- Orders ------------------------------------------------------------------------ */

#define MAKER(column) "(select " column " from maker where maker.id = t.maker_id)"
#define COUNTRY                                                                        \
    "(select c.name from maker m join country c on c.code = m.country_id"              \
    " where m.id = t.maker_id)"
#define SPARES_COUNTRY                                                                 \
    "(select c.name from item s join maker m on m.id = s.maker_id"                     \
    " join country c on c.code = m.country_id where s.id = t.spare_id)"
#define TICKET "(select text from ticket where item_id = t.id)"

enum {
    ASC = false,
    DESC = true
};

/* An order, and what SQL sorts by in other words. */
struct sorted {
    struct orm_order order[6];
    const char *sql;
};

static size_t all_orders(struct sorted *to)
{
    const struct sorted all[] = {
        {{by(ITEM_ID, DESC)}, "id desc"},
        {{by(ITEM_NAME, ASC)}, "name"},
        {{by(ITEM_LOW, ASC), by(ITEM_ID, DESC)}, "low, id desc"},
        {{by(ITEM_LOW, DESC), by(ITEM_NAME, DESC)}, "low desc, name desc"},
        {{by(ITEM_HIGH, ASC)}, "high, id"},
        {{by(ITEM_HIGH, DESC)}, "high desc, id"},
        {{first(by(ITEM_HIGH, ASC))}, "high nulls first, id"},
        {{last(by(ITEM_HIGH, DESC)), by(ITEM_ID, DESC)},
            "high desc nulls last, id desc"},
        {{first(by(ITEM_LOW, ASC))}, "low, id"},
        {{by(ITEM_WEIGHT, ASC), last(by(ITEM_PRICE, DESC))},
            "weight, price desc nulls last, id"},
        {{by(ITEM_WEIGHT, DESC), by(ITEM_MADE, ASC)}, "weight desc, made, id"},
        {{by(ITEM_MOOD, ASC), by(ITEM_FLAG, DESC)}, "mood, flag desc, id"},
        {{by(ITEM_MAIL, ASC)}, "mail, id"},
        {{by(ITEM_LETTERS, DESC), by(ITEM_MAIL, DESC)}, "letters desc, mail desc, id"},
        {{by(ITEM_LABELS, ASC)}, "labels, id"},
        {{by(ITEM_NUMBERS, DESC)}, "numbers desc, id"},
        {{by(ITEM_SPAN, ASC)}, "span, id"},
        {{by(ITEM_FACTS, ASC)}, "facts, id"},
        {{by(ITEM_ADDRESS, DESC)}, "address desc, id"},
        {{by(ITEM_TOKEN, ASC)}, "token, id"},
        {{by(ITEM_SECRET, DESC)}, "secret desc, id"},
        {{by(ITEM_LOW, ASC), by(ITEM_LOW, DESC), by(ITEM_ID, ASC)}, "low, id"},
        {{of_maker(by(MAKER_NAME, ASC))}, MAKER("name") ", id"},
        {{of_maker(first(by(MAKER_FOUNDED, ASC))), of_maker(by(MAKER_NAME, DESC))},
            MAKER("founded") " nulls first, " MAKER("name") " desc, id"},
        {{of_country(by(COUNTRY_NAME, DESC)), by(ITEM_LOW, ASC)},
            COUNTRY " desc, low, id"},
        {{of_spares_country(last(by(COUNTRY_NAME, DESC)))},
            SPARES_COUNTRY " desc nulls last, id"},
        {{of_ticket(by(TICKET_TEXT, DESC)), by(ITEM_NAME, ASC)}, TICKET " desc, name"},
    };
    memcpy(to, all, sizeof all);
    return COUNT(all);
}

static struct orm_query sorted_by(const struct sorted *sorted)
{
    struct orm_query q = {.limit = 100};
    memcpy(q.order, sorted->order, sizeof sorted->order);
    return q;
}

static void orders_are_those_of_sql_and_the_key_comes_last(void **state)
{
    (void)state;
    struct sorted all[40];
    const size_t count = all_orders(all);
    struct orm_session *s = open_shop();
    for (size_t i = 0; i < count; i++) {
        const struct orm_query q = sorted_by(&all[i]);
        assert_finds(s, db, &q, "true", all[i].sql);
        assert_int_equal(spent(s), 1);
    }
    close_shop(s);
}

/* The text of the statement that was made last. */
static const char *last_sql(const struct orm_session *s)
{
    return ((const struct pg_statement *)s->statements.entries[s->statements.count - 1])
        ->sql;
}

static size_t count_of(const char *text, const char *what)
{
    size_t n = 0;
    for (; (text = strstr(text, what)) != NULL; text++)
        n++;
    return n;
}

static void a_way_is_joined_once(void **state)
{
    (void)state;
    struct orm_session *s = open_shop();
    const struct orm_query q = {
        .order = {of_maker(by(MAKER_NAME, ASC)), of_country(by(COUNTRY_NAME, ASC)),
            of_maker(by(MAKER_FOUNDED, DESC)), of_spares_country(by(COUNTRY_NAME, ASC)),
            of_country(by(COUNTRY_CODE, DESC))}};
    found(s, &q);
    assert_int_equal(count_of(last_sql(s), "LEFT JOIN"), 5);
    assert_null(strstr(last_sql(s), "NULLS"));
    close_shop(s);
}

static void a_shape_says_all_that_the_text_depends_on(void **state)
{
    (void)state;
    struct sorted all[40];
    const size_t count = all_orders(all);
    struct orm_session *s = open_shop();
    for (size_t i = 0; i < count; i++) {
        const size_t before = s->statements.count;
        const struct orm_query q = sorted_by(&all[i]);
        found(s, &q);
        found(s, &q);
        assert_int_equal(s->statements.count, before + 1);
    }
    close_shop(s);
}

/* -- Pages ------------------------------------------------------------------------- */

static const struct orm_object *last_of(const struct item_list *items)
{
    return items->len ? &items->items[items->len - 1]->orm : NULL;
}

static const struct item_list *find(struct item_manager *m, const struct orm_query *q)
{
    return (const struct item_list *)orm_find((struct orm_manager *)m, q);
}

/* Page by page is the same as all at once; returns the number of pages. */
static unsigned assert_pages(
    struct item_manager *m, struct orm_query q, unsigned size, const char *what)
{
    q.limit = 0;
    struct orm_query whole = q;
    whole.limit = 1000;
    const struct item_list *all = find(m, &whole);
    q.limit = size;
    size_t at = 0;
    unsigned pages = 0;
    for (;; pages++) {
        const struct item_list *page = find(m, &q);
        for (size_t i = 0; i < page->len; i++, at++)
            if (at >= all->len || page->items[i] != all->items[at])
                fail_msg("%s: page %u of %u has item %lld at %zu", what, pages, size,
                    (long long)item_id(page->items[i]), i);
        if (page->len < size)
            break;
        q.after = last_of(page);
    }
    if (at != all->len)
        fail_msg("%s: pages of %u have %zu of %zu", what, size, at, all->len);
    return pages;
}

static void pages_add_up_to_the_whole_in_every_order(void **state)
{
    (void)state;
    struct sorted all[40];
    const size_t count = all_orders(all);
    struct orm_session *s = open_shop();
    for (size_t i = 0; i < count; i++) {
        const struct orm_query q = sorted_by(&all[i]);
        for (unsigned size = 1; size < 6; size += 2)
            assert_pages(item_table(s), q, size, all[i].sql);
        assert_fine(s);
    }
    close_shop(s);
}

static void pages_of_a_relation_keep_to_it_and_to_its_conditions(void **state)
{
    (void)state;
    struct orm_session *s = open_shop();
    struct orm_query q = {.where = {orm_cond_integer(ORM_NE, ITEM_ID, 7)},
        .order = {by(ITEM_HIGH, DESC)}};
    orm_each(struct maker, m, maker_all(maker_table(s)))
        assert_int_equal(assert_pages(maker_items(m), q, 2, maker_name(m)), 2);
    const struct orm_query plain = {0};
    orm_each(struct tag, t, tag_all(tag_table(s)))
        assert_pages(tag_items(t), plain, 4, tag_name(t));
    close_shop(s);
}

static void pages_without_an_order_go_by_the_key(void **state)
{
    (void)state;
    struct orm_session *s = open_shop();
    struct orm_query q = {.limit = 3};
    q.after = &item_get(item_table(s), 11)->orm;
    assert_string_equal(found(s, &q), "12 13 14");
    assert_non_null(strstr(last_sql(s), "(t.\"id\") > ($1)"));
    q.limit = 0;
    assert_int_equal(orm_count((struct orm_manager *)item_table(s), &q), 19);
    assert_true(orm_exists((struct orm_manager *)item_table(s), &q));
    q.offset = 17;
    assert_string_equal(found(s, &q), "29 30");
    close_shop(s);
}

static void a_page_of_one_direction_is_one_comparison(void **state)
{
    (void)state;
    struct orm_session *s = open_shop();
    struct orm_query q = {.order = {by(ITEM_LOW, DESC), by(ITEM_ID, DESC)}, .limit = 2};
    q.after = &item_get(item_table(s), 11)->orm;
    assert_string_equal(found(s, &q), "7 3");
    assert_non_null(
        strstr(last_sql(s), "WHERE (t.\"low\", t.\"id\") < ($1, $2) ORDER BY"));
    close_shop(s);
}

static void a_page_begins_where_the_object_was_even_if_it_is_deleted(void **state)
{
    (void)state;
    struct orm_session *s = open_shop();
    struct item *eleventh = item_get(item_table(s), 11);
    struct orm_query q = {.limit = 3, .after = &eleventh->orm};
    item_delete(eleventh);
    assert_string_equal(found(s, &q), "12 13 14");
    orm_rollback(s);
    close_shop(s);
}

static void a_page_goes_by_what_the_program_set(void **state)
{
    (void)state;
    struct orm_session *s = open_shop();
    struct item *eleventh = item_get(item_table(s), 11);
    item_set_low(eleventh, 1);
    const struct orm_query q = {
        .order = {by(ITEM_LOW, ASC)}, .limit = 3, .after = &eleventh->orm};
    assert_string_equal(found(s, &q), "13 17 21");
    struct item *fresh = item_new(item_table(s));
    item_set_name(fresh, "fresh");
    item_set_low(fresh, 3);
    const struct orm_query behind = {
        .order = {by(ITEM_LOW, DESC)}, .limit = 2, .after = &fresh->orm};
    assert_string_equal(found(s, &behind), "2 6");
    orm_rollback(s);
    close_shop(s);
}

static void what_a_page_needs_of_other_rows_is_loaded(void **state)
{
    (void)state;
    struct orm_session *s = open_shop();
    struct orm_query q = {.order = {of_country(by(COUNTRY_NAME, ASC))}, .limit = 3};
    const struct item_list *page = find(item_table(s), &q);
    spent(s);
    q.after = last_of(page);
    page = find(item_table(s), &q);
    assert_int_equal(spent(s), 3); /* makers, countries, the page */
    q.after = last_of(page);
    find(item_table(s), &q);
    assert_true(spent(s) <= 3);
    close_shop(s);
}

static void a_page_after_nothing_that_is_in_the_table_is_refused(void **state)
{
    (void)state;
    struct orm_session *s = open_shop(), *other = open_shop();
    struct orm_query q = {.after = &maker_get(maker_table(s), 1)->orm};
    assert_refused(s, &q, "item: the page is after an object of another model");
    q.after = &item_get(item_table(other), 1)->orm;
    assert_string_equal(found(s, &q), "");
    assert_failed(s, ORM_OTHER_SESSION, "item", NULL);
    orm_rollback(s);
    const struct item *missing = item_require(item_table(s), 99);
    orm_rollback(s);
    q.after = &missing->orm;
    assert_string_equal(found(s, &q), "");
    assert_failed(s, ORM_UNSAVED, "item", NULL);
    orm_rollback(s);
    close_shop(other);
    close_shop(s);
}

/* -- The first of each ------------------------------------------------------------- */

static void the_first_row_of_each_is_that_of_the_order(void **state)
{
    (void)state;
    struct orm_session *s = open_shop();
    const struct orm_query q = {.distinct_on = {by(ITEM_LOW, DESC)},
        .order = {by(ITEM_HIGH, DESC), by(ITEM_ID, DESC)}};
    assert_string_equal(found(s, &q),
        db_text(db,
            "select string_agg(id::text, ' ' order by low desc) from (select "
            "distinct on (low) * from item order by low, high desc, id desc) t"));
    const struct orm_query unordered = {.distinct_on = {by(ITEM_LOW, ASC)}};
    assert_string_equal(found(s, &unordered), "4 1 2 3");
    assert_int_equal(orm_count((struct orm_manager *)item_table(s), &unordered), 4);
    struct orm_query related = {
        .distinct_on = {of_maker(by(MAKER_FOUNDED, ASC)), by(ITEM_FLAG, ASC)},
        .order = {by(ITEM_ID, DESC)}};
    assert_pages(item_table(s), related, 2, "distinct_on");
    related.limit = 3;
    assert_string_equal(found(s, &related), "25 28 27");
    close_shop(s);
}

/* -- What is refused --------------------------------------------------------------- */

static void orders_that_there_are_not_are_refused(void **state)
{
    (void)state;
    struct orm_session *s = open_shop();
    const struct {
        struct orm_order order;
        const char *message;
    } cases[] = {
        {by(99, ASC), "item: an order by a column that the model does not have"},
        {by(ITEM_RAW, ASC), "item.raw: json has no order; sort by another column"},
        {of_maker(by(99, ASC)),
            "maker: an order by a column that the model does not have"},
        {{.column = ITEM_ID + 1, .via = {9}},
            "item: the query goes through relation 8, which the model does not have"},
        {{.column = ITEM_ID + 1, .nulls = 3},
            "item: an order whose nulls are neither first nor last"},
        {item_by_maker(maker_by_country((struct country_order){
                           orm_order_through(0, orm_order_through(0, by(0, ASC)))}))
                .orm,
            "item: an order by a column that is more than 3 relations away"},
        {{.pick = 1}, "item: an order by a pick that the query does not have"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct orm_query q = {0};
        q.order[7] = cases[i].order;
        assert_refused(s, &q, cases[i].message);
        q = (struct orm_query){0};
        q.distinct_on[3] = cases[i].order;
        assert_refused(s, &q, cases[i].message);
    }
    close_shop(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(orders_are_those_of_sql_and_the_key_comes_last, setup),
        cmocka_unit_test_setup(a_way_is_joined_once, setup),
        cmocka_unit_test_setup(a_shape_says_all_that_the_text_depends_on, setup),
        cmocka_unit_test_setup(pages_add_up_to_the_whole_in_every_order, setup),
        cmocka_unit_test_setup(
            pages_of_a_relation_keep_to_it_and_to_its_conditions, setup),
        cmocka_unit_test_setup(pages_without_an_order_go_by_the_key, setup),
        cmocka_unit_test_setup(a_page_of_one_direction_is_one_comparison, setup),
        cmocka_unit_test_setup(
            a_page_begins_where_the_object_was_even_if_it_is_deleted, setup),
        cmocka_unit_test_setup(a_page_goes_by_what_the_program_set, setup),
        cmocka_unit_test_setup(what_a_page_needs_of_other_rows_is_loaded, setup),
        cmocka_unit_test_setup(
            a_page_after_nothing_that_is_in_the_table_is_refused, setup),
        cmocka_unit_test_setup(the_first_row_of_each_is_that_of_the_order, setup),
        cmocka_unit_test_setup(orders_that_there_are_not_are_refused, setup),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
