/* w8_mapped.c: W8, get books by key that are loaded: a look into the identity map. */
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
    hand_map_open(&by_hand, b->sizes.mapped);
    for (size_t i = 1; i <= b->sizes.mapped; i++) {
        struct hand_book *book = hand_get(&b->pool, sizeof *book);
        book->id = (int64_t)i;
        hand_map_put(&by_hand, book->id, book);
    }
}

static void load_generated(struct bench *b)
{
    const struct book_query q = {.where = {book_id_le((int64_t)b->sizes.mapped)}};
    book_find(book_table(b->db), &q);
}

/* Keys in an order that jumps about. */
static int64_t step(const struct bench *b)
{
    return 7919 % (int64_t)b->sizes.mapped;
}

static void look_by_hand(struct bench *b)
{
    const int64_t keys = (int64_t)b->sizes.mapped, by = step(b);
    int64_t key = 1;
    sum = 0;
    for (size_t i = 0; i < LOOKS; i++) {
        sum += (uint64_t)((struct hand_book *)hand_map_find(&by_hand, key))->id;
        key += key + by > keys ? by - keys : by;
    }
}

static void look_generated(struct bench *b)
{
    const int64_t keys = (int64_t)b->sizes.mapped, by = step(b);
    int64_t key = 1;
    sum = 0;
    for (size_t i = 0; i < LOOKS; i++) {
        sum += (uint64_t)book_id(book_get(book_table(b->db), key));
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
