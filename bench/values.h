/* values.h: one number for all the values of a row, however they came to be in memory.
 */
#ifndef BENCH_VALUES_H
#define BENCH_VALUES_H

#include "hand/rows.h"

#include "bench.orm.h"

#include <string.h>

/* The peers compute the same sum in their languages, modulo 2^64. */
static inline uint64_t value_of_book(const struct hand_book *b)
{
    return (uint64_t)b->id + (uint64_t)b->author_id * 11 + (uint64_t)b->price * 3 +
           (uint64_t)b->pages * 5 + (uint64_t)b->published * 7 + (uint64_t)b->created +
           strlen(b->title) + (b->isbn ? strlen(b->isbn) : 1) + b->in_print;
}

static inline uint64_t value_of_author(const struct hand_author *a)
{
    return (uint64_t)a->id + strlen(a->name) + (a->email ? strlen(a->email) : 1) +
           (uint64_t)a->born * 7 + (uint64_t)(a->rating * 1000) + (uint64_t)a->created;
}

static inline uint64_t value_of_book_object(const struct book *b)
{
    const struct hand_book same = {
        .id = book_id(b),
        .author_id = book_author_id(b),
        .price = book_price(b),
        .created = book_created(b),
        .title = book_title(b),
        .isbn = book_has_isbn(b) ? book_isbn(b) : NULL,
        .pages = book_pages(b),
        .published = book_published(b),
        .in_print = book_in_print(b),
    };
    return value_of_book(&same);
}

static inline uint64_t value_of_author_object(const struct author *a)
{
    const struct hand_author same = {
        .id = author_id(a),
        .name = author_name(a),
        .email = author_has_email(a) ? author_email(a) : NULL,
        .rating = author_rating(a),
        .created = author_created(a),
        .born = author_born(a),
    };
    return value_of_author(&same);
}

#endif
