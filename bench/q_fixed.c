/* q_fixed.c: what a query costs besides its rows: statements that are known and find
 * nothing. */
#include "keys.h"
#include "work.h"

enum {
    QUERIES = 1000
};

static size_t found;

static size_t queries(const struct bench *b)
{
    (void)b;
    return QUERIES;
}

static uint64_t check(struct bench *b)
{
    (void)b;
    return found;
}

static void find_by_hand(struct bench *b)
{
    const struct sizes sizes = b->sizes;
    found = 0;
    b->sizes.some = 0;
    for (int i = 0; i < QUERIES; i++)
        found += hand_some_books(b).len;
    b->sizes = sizes;
}

static void find_generated(struct bench *b)
{
    const struct sizes sizes = b->sizes;
    found = 0;
    b->sizes.some = 0;
    for (int i = 0; i < QUERIES; i++)
        found += some_books(b)->len;
    b->sizes = sizes;
}

static void get_by_hand(struct bench *b)
{
    found = 0;
    for (int i = 0; i < QUERIES; i++) {
        const uint64_t nobody = htobe64((uint64_t)-i - 1);
        struct hand_params p = {0};
        hand_param(&p, &nobody, sizeof nobody);
        PGresult *r = hand_run(&b->hand, "author", &p);
        found += (size_t)PQntuples(r);
        PQclear(r);
    }
}

static void get_generated(struct bench *b)
{
    found = 0;
    for (int i = 0; i < QUERIES; i++)
        found += author_get(author_table(b->db), -i - 1) != NULL;
}

const struct workload known_query = {
    .name = "find",
    .title = "find nothing, by two conditions",
    .items = queries,
    .variants = {{"by hand", BY_HAND, NULL, find_by_hand, check},
        {"generated", GENERATED, NULL, find_generated, check}},
};

const struct workload known_get = {
    .name = "get",
    .title = "get a row that is not there",
    .items = queries,
    .variants = {{"by hand", BY_HAND, NULL, get_by_hand, check},
        {"generated", GENERATED, NULL, get_generated, check}},
};
