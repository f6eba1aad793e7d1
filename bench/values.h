/* values.h: one number for all the values of a row, however they came to be in memory.
 */
#ifndef BENCH_VALUES_H
#define BENCH_VALUES_H

#include "hand/value.h"

#include "bench.orm.h"

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
