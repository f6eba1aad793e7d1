/* idmap_test.c: maps of objects by their keys, against a plain array, under random
 * insertions and removals. */
#include "unit.h"

#include <objects/identity.h>

#include <string.h>

#define ITEMS 2000

struct item {
    struct orm_object orm;
    uint8_t null_bits[1];
    uint8_t changed_bits[1];
    int64_t number;
    int32_t small;
    const char *text;
    const char *other;
    bool present;
};

enum {
    NUMBER,
    SMALL,
    TEXT,
    OTHER
};

static const struct orm_column columns[] = {
    [NUMBER] = {.name = "number",
        .field = "number",
        .offset = offsetof(struct item, number),
        .type = ORM_INT8},
    [SMALL] = {.name = "small",
        .field = "small",
        .offset = offsetof(struct item, small),
        .type = ORM_INT4},
    [TEXT] = {.name = "text",
        .field = "text",
        .offset = offsetof(struct item, text),
        .type = ORM_TEXT},
    [OTHER] = {.name = "other",
        .field = "other",
        .offset = offsetof(struct item, other),
        .type = ORM_TEXT},
};

static const struct orm_model model = {
    .name = "item", .columns = columns, .column_count = 4};

static struct item items[ITEMS];
static char texts[ITEMS][16];

/* How the items of a test are told apart. */
static struct key_columns by(const uint16_t *at, unsigned count)
{
    return (struct key_columns){&model, at, count};
}

static const uint16_t number_only[] = {NUMBER}, text_only[] = {TEXT};

static void prepare(int64_t stride)
{
    for (size_t i = 0; i < ITEMS; i++) {
        snprintf(texts[i], sizeof texts[i], "key-%zu", i);
        items[i] = (struct item){.orm.model = &model,
            .number = (int64_t)i * stride - 500,
            .small = (int32_t)i,
            .text = texts[i],
            .other = texts[ITEMS - 1 - i]};
    }
}

static struct orm_object *find(
    struct idmap *m, struct key_columns k, const struct item *like)
{
    union orm_value values[KEY_COLUMNS_MOST];
    key_read(k, &like->orm, values);
    return key_find(m, k, values);
}

static void take_out(struct idmap *m, struct key_columns k, const struct item *item)
{
    union orm_value values[KEY_COLUMNS_MOST];
    key_read(k, &item->orm, values);
    idmap_remove(m, key_hash(k, values), &item->orm);
}

static void compare_with_array(struct idmap *m, struct key_columns k, size_t present)
{
    assert_int_equal(m->count, present);
    for (size_t i = 0; i < ITEMS; i++)
        assert_ptr_equal(
            find(m, k, &items[i]), items[i].present ? &items[i].orm : NULL);
}

static void holds_what_an_array_holds(struct key_columns k)
{
    uint64_t random = unit_seed();
    struct idmap m = {0};
    size_t present = 0;
    for (int step = 0; step < 40000; step++) {
        struct item *item = &items[unit_random(&random) % ITEMS];
        if (item->present) {
            take_out(&m, k, item);
            present--;
        } else {
            assert_true(idmap_reserve(&m, 1));
            key_insert(&m, k, &item->orm);
            present++;
        }
        item->present = !item->present;
        if (step % 1000 == 0)
            compare_with_array(&m, k, present);
    }
    compare_with_array(&m, k, present);
    assert_true(m.count <= m.capacity / 8 * 7);
    idmap_free(&m);
}

static void integer_keys_are_found_as_in_an_array(void **state)
{
    (void)state;
    prepare(1000003);
    holds_what_an_array_holds(by(number_only, 1));
}

static void dense_keys_are_found_as_in_an_array(void **state)
{
    (void)state;
    prepare(1);
    holds_what_an_array_holds(by(number_only, 1));
}

static void keys_that_pile_up_are_found_as_in_an_array(void **state)
{
    (void)state;
    prepare(1 << 16);
    holds_what_an_array_holds(by(number_only, 1));
}

static void text_keys_are_found_as_in_an_array(void **state)
{
    (void)state;
    prepare(1);
    holds_what_an_array_holds(by(text_only, 1));
}

/* No part alone tells them apart, and many pairs are the same two values turned round.
 */
static void keys_of_two_numbers_are_found_as_in_an_array(void **state)
{
    (void)state;
    static const uint16_t pair[] = {NUMBER, SMALL};
    prepare(1);
    for (size_t i = 0; i < ITEMS; i++) {
        items[i].number = (int64_t)(i / 45);
        items[i].small = (int32_t)(i % 45);
    }
    holds_what_an_array_holds(by(pair, 2));
}

static void keys_of_numbers_and_texts_are_found_as_in_an_array(void **state)
{
    (void)state;
    static const uint16_t all[] = {TEXT, NUMBER, OTHER};
    prepare(1);
    for (size_t i = 0; i < ITEMS; i++) {
        items[i].number = i % 2 ? -1 : INT64_MAX;
        items[i].text = texts[i / 50];
        items[i].other = texts[i / 2 % 25];
    }
    holds_what_an_array_holds(by(all, 3));
}

/* All collide: the hash of a key tells nothing, its parts do. */
static void keys_with_one_hash_are_told_apart(void **state)
{
    (void)state;
    static const uint16_t pair[] = {NUMBER, TEXT};
    const struct key_columns k = by(pair, 2);
    struct idmap m = {0};
    prepare(1);
    assert_true(idmap_reserve(&m, 200));
    for (size_t i = 0; i < 100; i++) {
        union orm_value values[KEY_COLUMNS_MOST];
        items[i].number = 7;
        items[i].text = "same";
        key_read(k, &items[i].orm, values);
        idmap_insert(&m, key_hash(k, values), &items[i].orm);
        items[i].number = (int64_t)i; /* the hash stays, and lies */
    }
    struct item like = {.orm.model = &model, .number = 7, .text = "same"};
    assert_ptr_equal(find(&m, k, &like), &items[7].orm);
    idmap_free(&m);
}

static void keys_that_pile_up_are_scattered_and_dense_ones_are_not(void **state)
{
    (void)state;
    static const int64_t strides[] = {1, 1 << 16};
    for (size_t k = 0; k < 2; k++) {
        struct idmap m = {0};
        prepare(strides[k]);
        assert_true(idmap_reserve(&m, ITEMS));
        for (size_t i = 0; i < ITEMS; i++)
            key_insert(&m, by(number_only, 1), &items[i].orm);
        assert_int_equal(m.scatters, k == 1);
        idmap_free(&m);
    }
}

static void a_search_that_walks_far_scatters_the_map_too(void **state)
{
    (void)state;
    struct idmap m = {0};
    prepare(1);
    assert_true(idmap_reserve(&m, ITEMS));
    for (size_t i = 0; i < ITEMS; i++)
        key_insert(&m, by(number_only, 1), &items[i].orm);
    const struct item absent = {
        .orm.model = &model, .number = items[0].number + (int64_t)m.capacity};
    assert_null(find(&m, by(number_only, 1), &absent));
    assert_true(m.scatters); /* at once: who only looks never makes room */
    assert_ptr_equal(find(&m, by(number_only, 1), &items[7]), &items[7].orm);
    idmap_free(&m);
}

static void who_is_at_home_is_found_there_and_nobody_else(void **state)
{
    (void)state;
    struct item first = {.orm.model = &model}, second = first;
    struct idmap m = {0};
    assert_null(idmap_find_at_home(&m, 0));
    assert_true(idmap_reserve(&m, 2));
    first.number = 3;
    second.number = 3 + (int64_t)m.capacity; /* whose home is taken */
    key_insert(&m, by(number_only, 1), &first.orm);
    key_insert(&m, by(number_only, 1), &second.orm);
    assert_ptr_equal(idmap_find_at_home(&m, 3), &first.orm);
    assert_null(idmap_find_at_home(&m, second.number));
    assert_null(idmap_find_at_home(&m, 4)); /* where the second went */
    assert_null(idmap_find_at_home(&m, 0)); /* as an empty place has it */
    idmap_remove(&m, 3, &first.orm);
    assert_null(idmap_find_at_home(&m, 3));
    assert_ptr_equal(idmap_find_at_home(&m, second.number), &second.orm);
    idmap_free(&m);
}

static void a_key_that_begins_another_is_another_key(void **state)
{
    (void)state;
    static const char *const others[] = {"abcd", "ab", "", "ABC", "abc "};
    struct item one = {.orm.model = &model, .text = "abc"}, like = one;
    struct idmap m = {0};
    assert_true(idmap_reserve(&m, 1));
    key_insert(&m, by(text_only, 1), &one.orm);
    assert_ptr_equal(find(&m, by(text_only, 1), &like), &one.orm);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        like.text = others[i];
        assert_null(find(&m, by(text_only, 1), &like));
    }
    idmap_free(&m);
}

/* "ab" + "c" is not "a" + "bc". */
static void a_border_between_parts_matters(void **state)
{
    (void)state;
    static const uint16_t pair[] = {TEXT, OTHER};
    struct item one = {.orm.model = &model, .text = "ab", .other = "c"};
    const struct item like = {.orm.model = &model, .text = "a", .other = "bc"};
    const struct item turned = {.orm.model = &model, .text = "c", .other = "ab"};
    struct idmap m = {0};
    assert_true(idmap_reserve(&m, 1));
    key_insert(&m, by(pair, 2), &one.orm);
    assert_null(find(&m, by(pair, 2), &like));
    assert_null(find(&m, by(pair, 2), &turned));
    idmap_free(&m);
}

static void removing_what_is_absent_changes_nothing(void **state)
{
    (void)state;
    struct item one = {.orm.model = &model, .number = 1}, other = one;
    struct idmap m = {0};
    take_out(&m, by(number_only, 1), &one);
    assert_true(idmap_reserve(&m, 2));
    key_insert(&m, by(number_only, 1), &one.orm);
    take_out(&m, by(number_only, 1), &other);
    assert_int_equal(m.count, 1);
    idmap_free(&m);
}

static void a_cleared_map_is_empty_and_takes_others(void **state)
{
    (void)state;
    const struct key_columns k = by(number_only, 1);
    struct idmap m = {0};
    prepare(1);
    idmap_clear(&m);
    assert_true(idmap_reserve(&m, ITEMS));
    for (size_t i = 0; i < ITEMS; i++)
        key_insert(&m, k, &items[i].orm);
    const size_t capacity = m.capacity;
    idmap_clear(&m);
    assert_int_equal(m.capacity, capacity);
    compare_with_array(&m, k, 0);
    assert_true(idmap_reserve(&m, ITEMS));
    assert_int_equal(m.capacity, capacity);
    for (size_t i = 0; i < ITEMS / 8; i++) {
        key_insert(&m, k, &items[i].orm);
        items[i].present = true;
    }
    compare_with_array(&m, k, ITEMS / 8);
    idmap_clear(&m);
    assert_int_equal(m.capacity, 0); /* it was too large for so few */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integer_keys_are_found_as_in_an_array),
        cmocka_unit_test(dense_keys_are_found_as_in_an_array),
        cmocka_unit_test(keys_that_pile_up_are_found_as_in_an_array),
        cmocka_unit_test(text_keys_are_found_as_in_an_array),
        cmocka_unit_test(keys_of_two_numbers_are_found_as_in_an_array),
        cmocka_unit_test(keys_of_numbers_and_texts_are_found_as_in_an_array),
        cmocka_unit_test(keys_with_one_hash_are_told_apart),
        cmocka_unit_test(who_is_at_home_is_found_there_and_nobody_else),
        cmocka_unit_test(keys_that_pile_up_are_scattered_and_dense_ones_are_not),
        cmocka_unit_test(a_search_that_walks_far_scatters_the_map_too),
        cmocka_unit_test(a_key_that_begins_another_is_another_key),
        cmocka_unit_test(a_border_between_parts_matters),
        cmocka_unit_test(removing_what_is_absent_changes_nothing),
        cmocka_unit_test(a_cleared_map_is_empty_and_takes_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
