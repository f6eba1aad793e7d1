/* w4_tags.c: W4, some books and the tags of each. */
#include "hand/array.h"
#include "hand/map.h"
#include "hand/rows.h"
#include "keys.h"
#include "values.h"
#include "work.h"

#include <stdlib.h>

static struct hand_books by_hand;
static const struct book_list *generated;

/* -- By hand: the books, then all their tags --------------------------------------- */

static void open_tags(struct bench *b)
{
    hand_prepare(&b->hand, "their_tags",
        "SELECT j.book_id, t.id, t.name FROM book_tags AS j JOIN tag AS t "
        "ON t.id = j.tag_id WHERE j.book_id = ANY($1::int8[])");
}

static PGresult *tags_of(struct bench *b, const struct hand_books *books)
{
    static struct hand_array keys;
    hand_array_begin(&keys, HAND_INT8, books->len, false);
    for (size_t i = 0; i < books->len; i++) {
        const uint64_t key = htobe64((uint64_t)books->items[i].id);
        hand_array_add(&keys, &key, sizeof key);
    }
    struct hand_params p = {0};
    hand_param(&p, keys.bytes, keys.size);
    return hand_run(&b->hand, "their_tags", &p);
}

static struct hand_tag *tag_of_row(
    struct hand_map *tags, struct hand_pool *pool, const PGresult *r, int row)
{
    const int64_t id = hand_load64(PQgetvalue(r, row, 1));
    struct hand_entry *e = hand_map_at(tags, id);
    if (!e->value) {
        struct hand_tag *tag = hand_get(pool, sizeof *tag);
        tag->id = id;
        tag->name = hand_column_text(pool, r, row, 2);
        *e = (struct hand_entry){id, tag};
    }
    return e->value;
}

/* Room for each book's tags, one array behind another. */
static void take_room(struct hand_books *books, struct hand_pool *pool, size_t tags)
{
    struct hand_tag **room = hand_get(pool, tags * sizeof *room);
    for (size_t i = 0; i < books->len; i++) {
        books->items[i].tags = room;
        room += books->items[i].tag_count;
        books->items[i].tag_count = 0;
    }
}

/* Rows come in any order: count, then fill. */
static void attach_tags(struct bench *b, struct hand_books *books, const PGresult *r)
{
    const int rows = PQntuples(r);
    struct hand_book **owners = malloc(((size_t)rows + 1) * sizeof *owners);
    struct hand_map by_key, tags;
    hand_map_open(&by_key, books->len);
    hand_map_open(&tags, b->sizes.tags);
    for (size_t i = 0; i < books->len; i++)
        hand_map_put(&by_key, books->items[i].id, &books->items[i]);
    for (int i = 0; i < rows; i++) {
        owners[i] = hand_map_find(&by_key, hand_load64(PQgetvalue(r, i, 0)));
        owners[i]->tag_count++;
    }
    take_room(books, &b->pool, (size_t)rows);
    for (int i = 0; i < rows; i++)
        owners[i]->tags[owners[i]->tag_count++] = tag_of_row(&tags, &b->pool, r, i);
    hand_map_close(&tags);
    hand_map_close(&by_key);
    free(owners);
}

static void loop_by_hand(struct bench *b)
{
    by_hand = hand_some_books(b);
    PGresult *r = tags_of(b, &by_hand);
    attach_tags(b, &by_hand, r);
    PQclear(r);
    for (size_t i = 0; i < by_hand.len; i++)
        for (uint32_t k = 0; k < by_hand.items[i].tag_count; k++)
            KEEP(*by_hand.items[i].tags[k]->name);
}

/* -- Generated: a loop in a loop --------------------------------------------------- */

static void visit_tags(void)
{
    orm_each(struct book, book, generated)
        orm_each(struct tag, tag, tag_all(book_tags(book)))
            KEEP(*tag_name(tag));
}

static void loop_generated(struct bench *b)
{
    generated = some_books(b);
    visit_tags();
}

/* -- Generated, by somebody who says beforehand what the loop will need ------------ */

static void loop_with_plan(struct bench *b, bool one_flight)
{
    struct book_query some = of_some_books(b);
    book_with(&some, book_with_tags(NULL));
    some.one_flight = one_flight;
    generated = book_find(book_table(b->db), &some);
    visit_tags();
}

static void loop_planned(struct bench *b)
{
    loop_with_plan(b, false);
}

static void loop_in_one_flight(struct bench *b)
{
    loop_with_plan(b, true);
}

/* -- Both -------------------------------------------------------------------------- */

static uint64_t value_of_tag(int64_t id, const char *name)
{
    return (uint64_t)id * 31 + strlen(name);
}

static uint64_t check_by_hand(struct bench *b)
{
    (void)b;
    uint64_t sum = 0;
    for (size_t i = 0; i < by_hand.len; i++)
        for (uint32_t k = 0; k < by_hand.items[i].tag_count; k++)
            sum += value_of_book(&by_hand.items[i]) *
                   value_of_tag(
                       by_hand.items[i].tags[k]->id, by_hand.items[i].tags[k]->name);
    return sum;
}

static uint64_t check_generated(struct bench *b)
{
    (void)b;
    uint64_t sum = 0;
    orm_each(struct book, book, generated)
        orm_each(struct tag, tag, tag_all(book_tags(book)))
            sum +=
                value_of_book_object(book) * value_of_tag(tag_id(tag), tag_name(tag));
    return sum;
}

const struct workload tags_of_some = {
    .name = "W4",
    .title = "some books and their tags",
    .items = some_of_the_books,
    .open = open_tags,
    .variants = {{"by hand", BY_HAND, NULL, loop_by_hand, check_by_hand},
        {"generated", GENERATED, NULL, loop_generated, check_generated},
        {"generated, plan", GENERATED, NULL, loop_planned, check_generated},
        {"one flight", GENERATED, NULL, loop_in_one_flight, check_generated}},
};
