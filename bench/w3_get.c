/* w3_get.c: W3, authors by their keys, one after another. */
#include "die.h"
#include "hand/rows.h"
#include "keys.h"
#include "values.h"
#include "work.h"

#include <stdlib.h>

static uint64_t sum;

static void open_get(struct bench *b)
{
    hand_prepare(&b->hand, "author",
        "SELECT " AUTHOR_COLUMNS " FROM author WHERE id = $1::int8");
}

static struct hand_author *get(struct bench *b, int64_t id)
{
    const uint64_t key = htobe64((uint64_t)id);
    struct hand_params p = {0};
    hand_param(&p, &key, sizeof key);
    PGresult *r = hand_run(&b->hand, "author", &p);
    struct hand_author *a = hand_get(&b->pool, sizeof *a);
    hand_read_author(a, &b->pool, r, 0);
    PQclear(r);
    return a;
}

static void each_by_hand(struct bench *b)
{
    sum = 0;
    for (size_t i = 0; i < b->sizes.gets; i++)
        sum += value_of_author(get(b, scattered_author(b, i)));
}

static void each_generated(struct bench *b)
{
    sum = 0;
    for (size_t i = 0; i < b->sizes.gets; i++)
        sum += value_of_author_object(
            author_get(author_table(b->db), scattered_author(b, i)));
}

/* All keys at once. */
static void many_generated(struct bench *b)
{
    int64_t *keys = malloc(b->sizes.gets * sizeof *keys);
    if (!keys)
        die("no memory");
    for (size_t i = 0; i < b->sizes.gets; i++)
        keys[i] = scattered_author(b, i);
    sum = 0;
    orm_each(struct author, author,
        author_get_many(author_table(b->db), keys, b->sizes.gets))
        sum += value_of_author_object(author);
    free(keys);
}

static uint64_t check(struct bench *b)
{
    (void)b;
    return sum;
}

const struct workload get_by_key = {
    .name = "W3",
    .title = "get authors by key",
    .items = got_authors,
    .open = open_get,
    .variants = {{"by hand", BY_HAND, NULL, each_by_hand, check},
        {"generated", GENERATED, NULL, each_generated, check},
        {"generated, many", GENERATED, NULL, many_generated, check}},
};
