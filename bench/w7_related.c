/* w7_related.c: W7, a related object that is loaded, and the slot of a to-many
 * relation, beside a member of a struct that is a pointer. */
#include "keys.h"
#include "values.h"
#include "work.h"

#include <stdlib.h>

enum {
    OBJECTS = 1024, /* they stay in the processor's cache */
    VISITS = 2000000
};

static struct hand_book **by_hand;
static const struct book_list *generated;
static struct hand_author *author;

static size_t visits(const struct bench *b)
{
    (void)b;
    return VISITS;
}

static size_t objects(const struct bench *b)
{
    return b->sizes.some < OBJECTS ? b->sizes.some : OBJECTS;
}

/* As scattered as objects are: an array of pointers on both sides. */
static void make_by_hand(struct bench *b)
{
    author = hand_get(&b->pool, sizeof *author);
    by_hand = hand_get(&b->pool, OBJECTS * sizeof(struct hand_book *));
    for (size_t i = 0; i < OBJECTS; i++) {
        by_hand[i] = hand_get(&b->pool, sizeof(struct hand_book));
        *by_hand[i] = (struct hand_book){.author = author};
    }
}

static void load_generated(struct bench *b)
{
    generated = some_books(b);
    orm_each(struct book, book, generated)
        book_author(book);
}

static void visit_by_hand(struct bench *b)
{
    const size_t count = objects(b);
    for (size_t i = 0, at = 0; i < VISITS; i++, at = at + 1 == count ? 0 : at + 1)
        KEEP(by_hand[at]->author);
}

static void visit_authors(struct bench *b)
{
    const size_t count = objects(b);
    for (size_t i = 0, at = 0; i < VISITS; i++, at = at + 1 == count ? 0 : at + 1)
        KEEP(book_author(generated->items[at]));
}

static void visit_slots(struct bench *b)
{
    const size_t count = objects(b);
    for (size_t i = 0, at = 0; i < VISITS; i++, at = at + 1 == count ? 0 : at + 1)
        KEEP(book_tags(generated->items[at]));
}

/* What each visit gave: the object that is meant. */
static uint64_t check_by_hand(struct bench *b)
{
    size_t right = 0;
    for (size_t i = 0; i < objects(b); i++)
        right += by_hand[i]->author == author;
    return right == objects(b);
}

static uint64_t check_authors(struct bench *b)
{
    size_t right = 0;
    for (size_t i = 0; i < objects(b); i++)
        right += author_id(book_author(generated->items[i])) ==
                 book_author_id(generated->items[i]);
    return right == objects(b);
}

static uint64_t check_slots(struct bench *b)
{
    size_t right = 0;
    for (size_t i = 0; i < objects(b); i++)
        right += book_tags(generated->items[i]) == book_tags(generated->items[i]);
    return right == objects(b);
}

const struct workload related = {
    .name = "W7",
    .title = "visit related objects that are loaded",
    .items = visits,
    .variants = {{"by hand", BY_HAND, make_by_hand, visit_by_hand, check_by_hand},
        {"generated", GENERATED, load_generated, visit_authors, check_authors},
        {"generated, slot", GENERATED, load_generated, visit_slots, check_slots}},
};
