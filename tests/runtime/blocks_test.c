/* blocks_test.c: which of the blocks that arenas gave back wait for the next arena. */
#include "unit.h"

#include <base/arena.h>
#include <base/memory.h>

static const size_t ordinary = BLOCK_SIZE;

/* One large block, and as many ordinary ones. */
static void work(struct blocks *b, size_t blocks, size_t large)
{
    struct arena a = {.waiting = b, .block_size = BLOCK_SIZE};
    if (large)
        assert_non_null(arena_get(&a, large));
    for (size_t i = 0; i < blocks; i++)
        assert_non_null(arena_get(&a, ordinary));
    arena_free(&a);
}

/* How often memory is asked for. */
static unsigned long asked_for_work(struct blocks *b, size_t blocks, size_t large)
{
    memory_fail_at(1000000, false);
    work(b, blocks, large);
    const unsigned long count = memory_count();
    memory_fail_at(0, false);
    return count;
}

static void the_same_work_again_asks_for_no_memory(void **state)
{
    (void)state;
    struct blocks b = {0};
    assert_int_equal(asked_for_work(&b, 10, 5 * ordinary), 11);
    blocks_settle(&b);
    assert_int_equal(b.waiting, 15 * ordinary);
    assert_int_equal(asked_for_work(&b, 10, 5 * ordinary), 0);
    blocks_free(&b);
    assert_int_equal(b.waiting, 0);
}

static void a_large_block_serves_no_request_for_less_than_half(void **state)
{
    (void)state;
    struct blocks b = {0};
    work(&b, 0, 8 * ordinary);
    assert_int_equal(asked_for_work(&b, 0, 8 * ordinary + 1), 1);
    assert_int_equal(asked_for_work(&b, 0, 4 * ordinary - 1), 1);
    assert_int_equal(asked_for_work(&b, 0, 4 * ordinary), 0);
    assert_int_equal(asked_for_work(&b, 1, 0), 1);
    blocks_free(&b);
}

static void each_smaller_piece_of_work_frees_half_of_what_waits(void **state)
{
    (void)state;
    struct blocks b = {0};
    work(&b, 64, 0);
    blocks_settle(&b);
    assert_int_equal(b.waiting, 64 * ordinary);
    for (size_t left = 32; left >= 4; left /= 2) {
        work(&b, 3, 0);
        blocks_settle(&b);
        assert_int_equal(b.waiting, left * ordinary);
    }
    work(&b, 3, 0);
    blocks_settle(&b);
    assert_int_equal(b.waiting, 3 * ordinary);
    blocks_free(&b);
}

static void what_stays_in_use_is_not_kept_a_second_time(void **state)
{
    (void)state;
    struct blocks b = {0};
    struct arena stays = {.waiting = &b, .block_size = BLOCK_SIZE};
    for (size_t i = 0; i < 100; i++)
        assert_non_null(arena_get(&stays, ordinary));
    work(&b, 5, 0);
    blocks_settle(&b);
    assert_int_equal(b.waiting, 5 * ordinary);
    assert_int_equal(b.out, 100 * ordinary);
    arena_free(&stays);
    assert_int_equal(b.out, 0);
    blocks_free(&b);
}

static void never_more_than_the_most_waits(void **state)
{
    (void)state;
    struct blocks b = {0};
    work(&b, 2 * BLOCKS_MOST / BLOCK_SIZE, 3 * BLOCKS_MOST);
    assert_int_equal(b.waiting, BLOCKS_MOST);
    blocks_settle(&b);
    assert_int_equal(b.waiting, BLOCKS_MOST);
    blocks_settle(&b);
    assert_int_equal(b.waiting, BLOCKS_MOST / 2);
    blocks_free(&b);
}

static void small_blocks_do_not_wait(void **state)
{
    (void)state;
    struct blocks b = {0};
    struct arena a = {.waiting = &b};
    for (size_t i = 0; i < 6; i++)
        assert_non_null(arena_get(&a, 4096));
    assert_true(arena_size(&a) < ordinary);
    arena_free(&a);
    assert_int_equal(b.waiting, 0);
    assert_int_equal(b.out, 0);
}

static void without_memory_nothing_changes(void **state)
{
    (void)state;
    struct blocks b = {0};
    struct arena a = {.waiting = &b};
    memory_fail_at(1, true);
    assert_null(arena_get(&a, ordinary));
    memory_fail_at(0, false);
    assert_int_equal(b.out, 0);
    assert_null(arena_get(&a, SIZE_MAX));
    assert_int_equal(b.out, 0);
    assert_int_equal(arena_size(&a), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_work_again_asks_for_no_memory),
        cmocka_unit_test(a_large_block_serves_no_request_for_less_than_half),
        cmocka_unit_test(each_smaller_piece_of_work_frees_half_of_what_waits),
        cmocka_unit_test(what_stays_in_use_is_not_kept_a_second_time),
        cmocka_unit_test(never_more_than_the_most_waits),
        cmocka_unit_test(small_blocks_do_not_wait),
        cmocka_unit_test(without_memory_nothing_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
