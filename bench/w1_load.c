/* w1_load.c: W1, every book; W1s, some books by a condition. */
#include "hand/rows.h"
#include "keys.h"
#include "values.h"
#include "work.h"

static struct hand_books by_hand;
static const struct book_list *generated;

static void all_by_hand(struct bench *b)
{
    by_hand = hand_all_books(b);
}

static void some_by_hand(struct bench *b)
{
    by_hand = hand_some_books(b);
}

static void all_generated(struct bench *b)
{
    generated = book_all(book_table(b->db));
}

static void all_in_chunks(struct bench *b)
{
    const struct book_query q = {.fetch = ORM_CHUNKS};
    generated = book_find(book_table(b->db), &q);
}

static void some_generated(struct bench *b)
{
    generated = some_books(b);
}

static uint64_t check_by_hand(struct bench *b)
{
    (void)b;
    uint64_t sum = 0;
    for (size_t i = 0; i < by_hand.len; i++)
        sum += value_of_book(&by_hand.items[i]);
    return sum;
}

static uint64_t check_generated(struct bench *b)
{
    (void)b;
    uint64_t sum = 0;
    orm_each(struct book, book, generated)
        sum += value_of_book_object(book);
    return sum;
}

const struct workload load_all = {
    .name = "W1",
    .title = "load every book",
    .items = all_books,
    .variants = {{"by hand", BY_HAND, NULL, all_by_hand, check_by_hand},
        {"generated", GENERATED, NULL, all_generated, check_generated},
        {"generated, chunks", GENERATED, NULL, all_in_chunks, check_generated}},
};

const struct workload load_some = {
    .name = "W1s",
    .title = "load some books",
    .items = some_of_the_books,
    .variants = {{"by hand", BY_HAND, NULL, some_by_hand, check_by_hand},
        {"generated", GENERATED, NULL, some_generated, check_generated}},
};
