/* value.h: one number for all the values of a row, however they came to be in memory.
 */
#ifndef HAND_VALUE_H
#define HAND_VALUE_H

#include "rows.h"

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

#endif
