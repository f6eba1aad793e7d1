/* w2_authors.c: W2, some books and the author of each; W2L, every book and its author.
 */
#include "hand/array.h"
#include "hand/map.h"
#include "hand/rows.h"
#include "keys.h"
#include "values.h"
#include "work.h"

#include <stdlib.h>

static struct hand_books by_hand;
static const struct book_list *generated;

/* -- By hand: the books, then all their authors ------------------------------------ */

/* For both workloads. */
static void open_authors(struct bench *b)
{
    hand_prepare(&b->hand, "their_authors",
        "SELECT " AUTHOR_COLUMNS " FROM author WHERE id = ANY($1::int8[])");
}

/* Each author's key once, as an array parameter. */
static void distinct_authors(const struct hand_books *books, struct hand_array *keys)
{
    struct hand_map seen;
    hand_map_open(&seen, books->len);
    int64_t *distinct = malloc((books->len + 1) * sizeof *distinct);
    size_t count = 0;
    for (size_t i = 0; i < books->len; i++) {
        struct hand_entry *e = hand_map_at(&seen, books->items[i].author_id);
        if (e->value)
            continue;
        *e = (struct hand_entry){books->items[i].author_id, distinct};
        distinct[count++] = books->items[i].author_id;
    }
    hand_array_int8s(keys, distinct, count);
    free(distinct);
    hand_map_close(&seen);
}

static void attach_authors(
    struct hand_books *books, struct hand_pool *pool, const PGresult *r)
{
    const int rows = PQntuples(r);
    struct hand_author *authors = hand_get(pool, (size_t)rows * sizeof *authors);
    struct hand_map by_key;
    hand_map_open(&by_key, (size_t)rows);
    for (int i = 0; i < rows; i++) {
        hand_read_author(&authors[i], pool, r, i);
        hand_map_put(&by_key, authors[i].id, &authors[i]);
    }
    for (size_t i = 0; i < books->len; i++)
        books->items[i].author = hand_map_find(&by_key, books->items[i].author_id);
    hand_map_close(&by_key);
}

static void load_authors(struct bench *b, struct hand_books *books)
{
    static struct hand_array keys;
    distinct_authors(books, &keys);
    struct hand_params p = {0};
    hand_param(&p, keys.bytes, keys.size);
    PGresult *r = hand_run(&b->hand, "their_authors", &p);
    attach_authors(books, &b->pool, r);
    PQclear(r);
}

static void visit_by_hand(const struct hand_books *books)
{
    for (size_t i = 0; i < books->len; i++)
        KEEP(*books->items[i].author->name);
}

static void some_by_hand(struct bench *b)
{
    by_hand = hand_some_books(b);
    load_authors(b, &by_hand);
    visit_by_hand(&by_hand);
}

static void all_by_hand(struct bench *b)
{
    by_hand = hand_all_books(b);
    load_authors(b, &by_hand);
    visit_by_hand(&by_hand);
}

/* -- Generated: a loop ------------------------------------------------------------- */

static void visit_generated(const struct book_list *books)
{
    orm_each(struct book, book, books)
        KEEP(*author_name(book_author(book)));
}

static void some_generated(struct bench *b)
{
    generated = some_books(b);
    visit_generated(generated);
}

static void all_generated(struct bench *b)
{
    generated = book_all(book_table(b->db));
    visit_generated(generated);
}

/* -- Both -------------------------------------------------------------------------- */

static uint64_t check_by_hand(struct bench *b)
{
    (void)b;
    uint64_t sum = 0;
    for (size_t i = 0; i < by_hand.len; i++)
        sum +=
            value_of_book(&by_hand.items[i]) * value_of_author(by_hand.items[i].author);
    return sum;
}

static uint64_t check_generated(struct bench *b)
{
    (void)b;
    uint64_t sum = 0;
    orm_each(struct book, book, generated)
        sum += value_of_book_object(book) * value_of_author_object(book_author(book));
    return sum;
}

const struct workload authors_of_some = {
    .name = "W2",
    .title = "some books and their authors",
    .items = some_of_the_books,
    .open = open_authors,
    .variants = {{"by hand", BY_HAND, NULL, some_by_hand, check_by_hand},
        {"generated", GENERATED, NULL, some_generated, check_generated}},
};

const struct workload authors_of_all = {
    .name = "W2L",
    .title = "every book and its author",
    .items = all_books,
    .variants = {{"by hand", BY_HAND, NULL, all_by_hand, check_by_hand},
        {"generated", GENERATED, NULL, all_generated, check_generated}},
};
