/* keys.h: which rows a workload is about.  Keys are 1, 2, 3 ...: see data.c. */
#ifndef BENCH_KEYS_H
#define BENCH_KEYS_H

#include "hand/rows.h"
#include "work.h"

/* How many items a workload has. */
size_t all_books(const struct bench *b);
size_t some_of_the_books(const struct bench *b);
size_t got_authors(const struct bench *b);
size_t written_rows(const struct bench *b);

/* "Some" books have keys above this one: those in the middle of the table. */
int64_t below_some_books(const struct bench *b);

/* Once, before the two below. */
void hand_prepare_books(struct bench *b);

struct hand_books hand_all_books(struct bench *b);
struct hand_books hand_some_books(struct bench *b);
struct book_query of_some_books(const struct bench *b);
const struct book_list *some_books(struct bench *b);

/* The i-th of all authors, each once, in an order that jumps about. */
static inline int64_t scattered_author(const struct bench *b, size_t i)
{
    return (int64_t)(i * 7919 % b->sizes.authors) + 1;
}

#endif
