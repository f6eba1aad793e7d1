/* w8_mapped.c: W8, get by key what is loaded: a look into the identity map. */
#include "hand/map.h"
#include "hand/rows.h"
#include "keys.h"
#include "work.h"

enum {
    LOOKS = 2000000
};

static struct hand_map by_hand;
static uint64_t sum;

static size_t looks(const struct bench *b)
{
    (void)b;
    return LOOKS;
}

static void make_by_hand(struct bench *b)
{
    if (by_hand.entries)
        hand_map_close(&by_hand);
    hand_map_open(&by_hand, b->sizes.authors);
    for (size_t i = 1; i <= b->sizes.authors; i++) {
        struct hand_author *a = hand_get(&b->pool, sizeof *a);
        a->id = (int64_t)i;
        hand_map_put(&by_hand, a->id, a);
    }
}

static void load_generated(struct bench *b)
{
    author_all(author_table(b->db));
}

/* Keys in an order that jumps about. */
static int64_t step(const struct bench *b)
{
    return 7919 % (int64_t)b->sizes.authors;
}

static void look_by_hand(struct bench *b)
{
    const int64_t keys = (int64_t)b->sizes.authors, by = step(b);
    int64_t key = 1;
    sum = 0;
    for (size_t i = 0; i < LOOKS; i++) {
        sum += (uint64_t)((struct hand_author *)hand_map_find(&by_hand, key))->id;
        key += key + by > keys ? by - keys : by;
    }
}

static void look_generated(struct bench *b)
{
    const int64_t keys = (int64_t)b->sizes.authors, by = step(b);
    int64_t key = 1;
    sum = 0;
    for (size_t i = 0; i < LOOKS; i++) {
        sum += (uint64_t)author_id(author_get(author_table(b->db), key));
        key += key + by > keys ? by - keys : by;
    }
}

static uint64_t check(struct bench *b)
{
    (void)b;
    return sum;
}

const struct workload mapped = {
    .name = "W8",
    .title = "get by key what is loaded",
    .items = looks,
    .variants = {{"by hand", BY_HAND, make_by_hand, look_by_hand, check},
        {"generated", GENERATED, load_generated, look_generated, check}},
};
