/* idmap_test.c: the map against a plain array, under random insertions and removals. */
#include "unit.h"

#include <idmap.h>

#include <string.h>

#define KEYS 2000

struct item {
    struct orm_object orm;
    const char *text;
    bool present;
};

static struct item items[KEYS];
static char texts[KEYS][16];

/* How far apart integer keys are; 0 stands for texts. */
static int64_t stride;

static struct idmap_key key(size_t i)
{
    return stride ? idmap_integer((int64_t)i * stride - 500)
                  : idmap_text(texts[i], strlen(texts[i]));
}

static void prepare(void)
{
    for (size_t i = 0; i < KEYS; i++) {
        snprintf(texts[i], sizeof texts[i], "key-%zu", i);
        items[i] = (struct item){.text = texts[i]};
    }
}

static void compare_with_array(struct idmap *m, size_t present)
{
    assert_int_equal(m->count, present);
    for (size_t i = 0; i < KEYS; i++) {
        const struct orm_object *found =
            idmap_find(m, key(i), offsetof(struct item, text));
        assert_ptr_equal(found, items[i].present ? &items[i].orm : NULL);
    }
}

static void holds_what_an_array_holds(int64_t with_stride)
{
    stride = with_stride;
    uint64_t random = unit_seed();
    struct idmap m = {0};
    size_t present = 0;
    prepare();
    for (int step = 0; step < 40000; step++) {
        const size_t i = unit_random(&random) % KEYS;
        if (items[i].present) {
            idmap_remove(&m, key(i), &items[i].orm);
            present--;
        } else {
            assert_true(idmap_reserve(&m, 1));
            idmap_insert(&m, key(i), &items[i].orm);
            present++;
        }
        items[i].present = !items[i].present;
        if (step % 1000 == 0)
            compare_with_array(&m, present);
    }
    compare_with_array(&m, present);
    assert_true(m.count <= m.capacity / 4 * 3);
    idmap_free(&m);
}

static void integer_keys_are_found_as_in_an_array(void **state)
{
    (void)state;
    holds_what_an_array_holds(1000003);
}

static void dense_keys_are_found_as_in_an_array(void **state)
{
    (void)state;
    holds_what_an_array_holds(1);
}

static void keys_that_pile_up_are_found_as_in_an_array(void **state)
{
    (void)state;
    holds_what_an_array_holds(1 << 16);
}

static void text_keys_are_found_as_in_an_array(void **state)
{
    (void)state;
    holds_what_an_array_holds(0);
}

static void keys_that_pile_up_are_scattered_and_dense_ones_are_not(void **state)
{
    (void)state;
    static const int64_t strides[] = {1, 1 << 16};
    for (size_t k = 0; k < 2; k++) {
        struct idmap m = {0};
        prepare();
        stride = strides[k];
        assert_true(idmap_reserve(&m, KEYS));
        for (size_t i = 0; i < KEYS; i++)
            idmap_insert(&m, key(i), &items[i].orm);
        assert_int_equal(m.scatters, k == 1);
        idmap_free(&m);
    }
}

static void a_search_that_walks_far_scatters_the_map_too(void **state)
{
    (void)state;
    struct idmap m = {0};
    prepare();
    stride = 1;
    assert_true(idmap_reserve(&m, KEYS));
    for (size_t i = 0; i < KEYS; i++)
        idmap_insert(&m, key(i), &items[i].orm);
    const struct idmap_key absent = {key(0).hash + m.capacity, NULL, 0};
    assert_null(idmap_find(&m, absent, 0));
    assert_true(idmap_reserve(&m, 0));
    assert_true(m.scatters);
    assert_ptr_equal(idmap_find(&m, key(7), 0), &items[7].orm);
    idmap_free(&m);
}

static void a_key_that_begins_another_is_another_key(void **state)
{
    (void)state;
    struct item one = {.text = "abc"};
    struct idmap m = {0};
    assert_true(idmap_reserve(&m, 1));
    idmap_insert(&m, idmap_text("abc", 3), &one.orm);
    const size_t at = offsetof(struct item, text);
    assert_ptr_equal(idmap_find(&m, idmap_text("abcd", 3), at), &one.orm);
    assert_null(idmap_find(&m, idmap_text("abcd", 4), at));
    assert_null(idmap_find(&m, idmap_text("ab", 2), at));
    idmap_free(&m);
}

static void removing_what_is_absent_changes_nothing(void **state)
{
    (void)state;
    struct item one = {.text = ""}, other = {.text = ""};
    struct idmap m = {0};
    idmap_remove(&m, idmap_integer(1), &one.orm);
    assert_true(idmap_reserve(&m, 2));
    idmap_insert(&m, idmap_integer(1), &one.orm);
    idmap_remove(&m, idmap_integer(1), &other.orm);
    assert_int_equal(m.count, 1);
    idmap_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integer_keys_are_found_as_in_an_array),
        cmocka_unit_test(dense_keys_are_found_as_in_an_array),
        cmocka_unit_test(keys_that_pile_up_are_found_as_in_an_array),
        cmocka_unit_test(text_keys_are_found_as_in_an_array),
        cmocka_unit_test(keys_that_pile_up_are_scattered_and_dense_ones_are_not),
        cmocka_unit_test(a_search_that_walks_far_scatters_the_map_too),
        cmocka_unit_test(a_key_that_begins_another_is_another_key),
        cmocka_unit_test(removing_what_is_absent_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
