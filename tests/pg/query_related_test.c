/* query_related_test.c: conditions on related rows. */
#include "shop_test.h"

#define TO_MAKER  ITEM_REF_MAKER
#define TO_SPARE  ITEM_REF_SPARE
#define TO_GUEST  ITEM_REF_GUEST
#define TO_TICKET ITEM_REF_TICKET

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

/* The to-many relation of a model by its name. */
static unsigned list_of(const struct orm_model *m, const char *name)
{
    for (unsigned i = 0; i < m->to_many_count; i++)
        if (strcmp(m->to_manys[i].name, name) == 0)
            return i;
    fail_msg("%s has no %s", m->name, name);
    return 0;
}

static struct orm_cond some(
    const struct orm_model *m, const char *name, const struct orm_query *q)
{
    return orm_cond_data(ORM_SOME, list_of(m, name), q);
}

static struct orm_cond matches(unsigned slot, const struct orm_query *q)
{
    return orm_cond_data(ORM_MATCHES, slot, q);
}

static void queries_of_related_models_are_conditions(void **state)
{
    (void)state;
    const struct orm_query in_germany = {
        .where = {orm_cond_text(ORM_EQ, COUNTRY_NAME, "Germany")}};
    const struct orm_query german = {
        .where = {matches(MAKER_REF_COUNTRY, &in_germany)}};
    const struct orm_query old = {
        .where = {orm_cond_integer(ORM_LT, MAKER_FOUNDED, 1950)}};
    const struct orm_query red = {.where = {orm_cond_text(ORM_EQ, TAG_NAME, "red")}};
    const struct orm_query ann = {.where = {orm_cond_text(ORM_EQ, BUYER_NAME, "Ann")}};
    const struct orm_query many = {
        .where = {orm_cond_integer(ORM_GT, SALE_AMOUNT, 15)}};
    const struct orm_query high_spare = {
        .where = {
            orm_cond_integer(ORM_EQ, ITEM_HIGH, 2), some(&item_model, "tags", &red)}};
    const struct orm_query third = {
        .where = {orm_cond_text(ORM_EQ, TICKET_TEXT, "ticket 3")}};
    /* Makers of which somebody bought a red thing. */
    const struct orm_query sold_red = {
        .where = {some(&item_model, "tags", &red), some(&item_model, "buyers", NULL)}};
    const struct orm_query low_one = {.where = {orm_cond_integer(ORM_EQ, ITEM_LOW, 1)}};
    const struct orm_query low_and_high = {
        .where = {low_one.where[0], orm_cond_integer(ORM_EQ, ITEM_HIGH, 2)}};
    const struct orm_query popular = {
        .where = {some(&maker_model, "items", &sold_red)}};
#define TAGGED(name)                                                                   \
    "exists (select from item_tags j join tag on tag.id = j.tag_id where j.item_id = " \
    "t.id and tag.name = '" name "')"
    const struct {
        struct orm_cond conds[4];
        const char *sql;
    } cases[] = {
        {{matches(TO_MAKER, NULL)}, "maker_id is not null"},
        {{but(matches(TO_MAKER, NULL))}, "maker_id is null"},
        {{matches(TO_MAKER, &old)},
            "maker_id in (select id from maker where founded < 1950)"},
        {{but(matches(TO_MAKER, &old))}, "maker_id is null or maker_id not in (1, 4)"},
        {{matches(TO_MAKER, &german)}, "maker_id in (2, 5)"},
        {{matches(TO_SPARE, &high_spare)},
            "spare_id in (select id from item t where high = 2 and " TAGGED("red") ")"},
        {{matches(TO_TICKET, &third)}, "id = 6"},
        {{but(matches(TO_TICKET, NULL))}, "id % 2 = 1 or id > 14"},
        {{some(&item_model, "tags", &red)}, TAGGED("red")},
        {{but(some(&item_model, "tags", &red))}, "not " TAGGED("red")},
        {{some(&item_model, "tags", NULL)}, "id in (select item_id from item_tags)"},
        {{some(&item_model, "buyers", &ann)},
            "id in (select item_id from sale where buyer_id = 1)"},
        {{some(&item_model, "sales", &many)}, "id in (16, 17, 18, 19, 20)"},
        {{some(&item_model, "spare_of", NULL)}, "id in (select spare_id from item)"},
        {{matches(TO_MAKER, &popular)},
            "maker_id in (select maker_id from item t where id <= 20 and " TAGGED(
                "red") ")"},
        {{matches(TO_SPARE, &low_and_high)},
            "spare_id in (select id from item where low = 1 and high = 2)"},
        {{matches(TO_SPARE, &low_one), low_and_high.where[1]},
            "spare_id in (select id from item where low = 1) and high = 2"},
        {{orm_cond_plain(ORM_ANY_OF, 0), matches(TO_MAKER, &german),
             some(&item_model, "sales", &many), orm_cond_plain(ORM_END, 0)},
            "maker_id in (2, 5) or id between 16 and 20"},
    };
    struct orm_session *s = open_shop();
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct orm_query q = items_by_id();
        memcpy(q.where, cases[i].conds, sizeof cases[i].conds);
        assert_finds(s, db, &q, cases[i].sql, "id");
        assert_int_equal(spent(s), 1);
    }
    close_shop(s);
}

static void objects_are_conditions(void **state)
{
    (void)state;
    struct orm_session *s = open_shop();
    const struct maker *bolt = maker_get(maker_table(s), 2);
    const struct maker_query old = {
        .where = {{orm_cond_integer(ORM_EQ, MAKER_FOUNDED, 1900)}}};
    const struct maker_list *olds = maker_find(maker_table(s), &old);
    const struct maker_query none = {
        .where = {{orm_cond_integer(ORM_EQ, MAKER_FOUNDED, 1)}}};
    const struct ticket *sixth = ticket_get(ticket_table(s), 6);
    const struct ticket *unused = ticket_get(ticket_table(s), 9);
    struct maker *badged = maker_get(maker_table(s), 1);
    struct maker *plain = maker_get(maker_table(s), 4);
    struct maker *both[] = {plain, badged, NULL};
    const struct maker_list badges = {both, 2}, without = {both, 1};
    const struct {
        struct orm_cond cond;
        const char *sql;
    } cases[] = {
        {orm_cond_object(ORM_IS, TO_GUEST, &badged->orm), "guest_badge = 0"},
        {orm_cond_object(ORM_IS, TO_GUEST, &plain->orm), "false"},
        {but(orm_cond_object(ORM_IS, TO_GUEST, &plain->orm)),
            "guest_badge is not null"},
        {orm_cond_data(ORM_IS_ONE_OF, TO_GUEST, &badges), "guest_badge = 0"},
        {orm_cond_data(ORM_IS_ONE_OF, TO_GUEST, &without), "false"},
        {matches(TO_GUEST, NULL), "guest_badge in (0, 1, 2)"},
        {orm_cond_object(ORM_IS, TO_MAKER, &bolt->orm), "maker_id = 2"},
        {but(orm_cond_object(ORM_IS, TO_MAKER, &bolt->orm)), "maker_id <> 2"},
        {orm_cond_data(ORM_IS_ONE_OF, TO_MAKER, olds), "maker_id in (1, 4)"},
        {but(orm_cond_data(ORM_IS_ONE_OF, TO_MAKER, olds)), "maker_id not in (1, 4)"},
        {orm_cond_data(ORM_IS_ONE_OF, TO_MAKER, maker_find(maker_table(s), &none)),
            "false"},
        {orm_cond_object(ORM_IS, TO_TICKET, &sixth->orm), "id = 12"},
        {orm_cond_object(ORM_IS, TO_TICKET, &unused->orm), "false"},
        {orm_cond_data(ORM_IS_ONE_OF, TO_TICKET, ticket_all(ticket_table(s))),
            "id % 2 = 0 and id < 16"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct orm_query q = items_by_id();
        q.where[0] = cases[i].cond;
        spent(s);
        assert_finds(s, db, &q, cases[i].sql, "id");
        assert_int_equal(spent(s), 1);
    }
    close_shop(s);
}

static const char *rooms_found(struct orm_session *s, struct orm_cond cond)
{
    static char text[256];
    const struct orm_query q = {
        .where = {cond}, .order = {by(ROOM_HOUSE, false), by(ROOM_NUMBER, false)}};
    size_t at = 0;
    text[0] = '\0';
    const struct room_list *rooms =
        (const struct room_list *)orm_find((struct orm_manager *)room_table(s), &q);
    orm_each(struct room, r, rooms)
        at += (size_t)snprintf(
            text + at, sizeof text - at, "%s%s", at ? " " : "", room_name(r));
    assert_fine(s);
    return text;
}

static void keys_of_two_columns_are_compared_whole(void **state)
{
    (void)state;
    struct orm_session *s = open_shop();
    const struct room *second = room_get(room_table(s), 1, 2);
    const struct orm_query thirds = {
        .where = {orm_cond_integer(ORM_EQ, ROOM_NUMBER, 3)}};
    const struct room_query thirds_of = {
        .where = {{orm_cond_integer(ORM_EQ, ROOM_NUMBER, 3)},
            {orm_cond_integer(ORM_NE, ROOM_HOUSE, 2)}}};
    const struct room_list *list = room_find(room_table(s), &thirds_of);
    const struct orm_query green = {
        .where = {orm_cond_text(ORM_EQ, TAG_NAME, "green")}};
    assert_string_equal(
        rooms_found(s, orm_cond_object(ORM_IS, ROOM_REF_NEXT, &second->orm)), "1/1");
    assert_string_equal(
        rooms_found(s, orm_cond_data(ORM_IS_ONE_OF, ROOM_REF_NEXT, list)), "1/2 3/2");
    assert_string_equal(rooms_found(s, matches(ROOM_REF_NEXT, &thirds)), "1/2 2/2 3/2");
    assert_string_equal(
        rooms_found(s, but(matches(ROOM_REF_NEXT, NULL))), "1/3 2/3 3/3");
    assert_string_equal(
        rooms_found(s, some(&room_model, "before", NULL)), "1/2 1/3 2/2 2/3 3/2 3/3");
    assert_string_equal(rooms_found(s, some(&room_model, "labels", &green)), "1/2 2/2");
    close_shop(s);
}

/* -- Unwritten changes ------------------------------------------------------------- */

static void what_a_condition_reads_is_flushed_first(void **state)
{
    (void)state;
    struct orm_session *s = open_shop();
    const struct orm_query red = {
        .where = {orm_cond_text(ORM_EQ, TAG_NAME, "crimson")}};
    struct orm_query q = items_by_id();
    q.where[0] = some(&item_model, "tags", &red);

    struct tag *tag = tag_get(tag_table(s), 1);
    tag_set_name(tag, "crimson");
    assert_string_equal(found(s, &q), found_by_sql(db, "(id + 1) % 4 > 1", "id"));

    tag_add(item_tags(item_get(item_table(s), 3)), tag);
    struct orm_query only = q;
    only.where[1] = orm_cond_integer(ORM_LE, ITEM_ID, 3);
    assert_string_equal(found(s, &only), "1 2 3");

    struct maker *fresh = maker_new(maker_table(s));
    maker_set_name(fresh, "Fresh");
    item_set_maker(item_get(item_table(s), 7), fresh);
    q.where[0] = orm_cond_object(ORM_IS, TO_MAKER, &fresh->orm);
    assert_string_equal(found(s, &q), "7");

    struct maker *later = maker_new(maker_table(s));
    maker_set_name(later, "Later");
    q.where[0] = orm_cond_object(ORM_IS, TO_MAKER, &later->orm);
    spent(s);
    assert_string_equal(found(s, &q), "");
    assert_int_equal(spent(s), 2);
    assert_fine(s);
    orm_rollback(s);
    close_shop(s);
}

static void changes_elsewhere_are_left_alone(void **state)
{
    (void)state;
    struct orm_session *s = open_shop();
    tag_set_name(tag_get(tag_table(s), 1), "crimson");
    spent(s);
    struct orm_query q = items_by_id();
    q.where[0] = matches(TO_MAKER, NULL);
    assert_string_equal(found(s, &q), found_by_sql(db, "maker_id is not null", "id"));
    assert_int_equal(spent(s), 1);
    orm_rollback(s);
    close_shop(s);
}

static void a_view_is_read_after_every_change(void **state)
{
    (void)state;
    struct orm_session *s = open_shop();
    item_set_price(item_get(item_table(s), 3), 99900);
    const struct orm_query q = {.where = {orm_cond_integer(ORM_EQ, DEAR_PRICE, 99900)}};
    assert_int_equal(orm_count((struct orm_manager *)dear_table(s), &q), 1);
    orm_rollback(s);
    close_shop(s);
}

/* -- What is refused --------------------------------------------------------------- */

static void a_query_in_a_condition_has_conditions_only(void **state)
{
    (void)state;
    struct orm_session *s = open_shop();
    struct orm_query inner[] = {
        {.limit = 1},
        {.offset = 1},
        {.after = &maker_get(maker_table(s), 1)->orm},
        {.lock = ORM_FOR_UPDATE},
        {.with = {{.kind = ORM_PLAN_TO_ONE}}},
        {.overfull = true},
        {.where = {orm_cond_integer(ORM_EQ, 99, 1)}},
        {.where = {orm_cond_plain(ORM_ANY_OF, 0)}},
    };
    static const char *const messages[] = {
        "maker: a query in a condition has no limit and no offset",
        "maker: a query in a condition has no limit and no offset",
        "maker: a query in a condition has no page: `after` is of the outer one",
        "maker: a query in a condition locks nothing: `lock` is of the outer one",
        "maker: a query in a condition loads nothing: `with` is of the outer one",
        "maker: a query in a condition has more conditions than it has room for",
        "maker: a condition on a column that the model does not have",
        "maker: the query's any_of(), all_of() or none_of() has no end()",
    };
    for (size_t i = 0; i < COUNT(inner); i++) {
        struct orm_query q = items_by_id();
        q.where[5] = matches(TO_MAKER, &inner[i]);
        assert_refused(s, &q, messages[i]);
    }
    close_shop(s);
}

/* Spares of spares. */
static struct orm_query nested[100];

static void thirty_two_levels_are_a_query_and_a_hundred_are_refused(void **state)
{
    (void)state;
    struct orm_session *s = open_shop();
    for (size_t i = 1; i < COUNT(nested); i++)
        nested[i].where[0] = matches(TO_SPARE, &nested[i - 1]);
    nested[2].order[0] = by(ITEM_ID, false);
    assert_finds(s, db, &nested[2],
        "spare_id in (select id from item where spare_id in (select id from item))",
        "id");
    found(s, &nested[32]);
    assert_fine(s);
    assert_refused(s, &nested[99], "item: queries lie in each other more than 32 deep");
    nested[0].where[0] = matches(TO_SPARE, &nested[0]);
    assert_refused(s, &nested[0], "item: queries lie in each other more than 32 deep");
    nested[0].where[0].op = ORM_NONE;
    close_shop(s);
}

static void a_query_that_multiplies_is_refused(void **state)
{
    (void)state;
    static struct orm_query wide[8];
    struct orm_session *s = open_shop();
    for (size_t i = 1; i < COUNT(wide); i++)
        for (size_t k = 0; k < ORM_QUERY_WHERE; k++)
            wide[i].where[k] = matches(TO_SPARE, &wide[i - 1]);
    assert_refused(s, &wide[7], "item: the query reads more than 256 tables");
    close_shop(s);
}

static void objects_of_elsewhere_are_refused(void **state)
{
    (void)state;
    struct orm_session *s = open_shop(), *other = open_shop();
    struct orm_query q = {.where = {orm_cond_object(ORM_IS, TO_MAKER,
                              &maker_get(maker_table(other), 1)->orm)}};
    assert_string_equal(found(s, &q), "");
    assert_failed(s, ORM_OTHER_SESSION, "item", "maker");
    orm_rollback(s);
    q.where[0].op = ORM_IS_ONE_OF;
    q.where[0].value.data = maker_all(maker_table(other));
    assert_string_equal(found(s, &q), "");
    assert_failed(s, ORM_OTHER_SESSION, "item", "maker");
    orm_rollback(s);

    q.where[0] = orm_cond_object(ORM_IS, TO_MAKER, &item_get(item_table(s), 1)->orm);
    assert_refused(s, &q, "item.maker: the object to compare with is of another model");

    struct maker *gone = maker_new(maker_table(s));
    maker_set_name(gone, "Gone");
    orm_rollback(s);
    q.where[0] = orm_cond_object(ORM_IS, TO_MAKER, &gone->orm);
    assert_string_equal(found(s, &q), "");
    assert_failed(s, ORM_UNSAVED, "item", "maker");
    orm_rollback(s);
    close_shop(other);
    close_shop(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(queries_of_related_models_are_conditions, setup),
        cmocka_unit_test_setup(objects_are_conditions, setup),
        cmocka_unit_test_setup(keys_of_two_columns_are_compared_whole, setup),
        cmocka_unit_test_setup(what_a_condition_reads_is_flushed_first, setup),
        cmocka_unit_test_setup(changes_elsewhere_are_left_alone, setup),
        cmocka_unit_test_setup(a_view_is_read_after_every_change, setup),
        cmocka_unit_test_setup(a_query_in_a_condition_has_conditions_only, setup),
        cmocka_unit_test_setup(
            thirty_two_levels_are_a_query_and_a_hundred_are_refused, setup),
        cmocka_unit_test_setup(a_query_that_multiplies_is_refused, setup),
        cmocka_unit_test_setup(objects_of_elsewhere_are_refused, setup),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
