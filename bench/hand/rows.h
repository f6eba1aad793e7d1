/* rows.h: the structs that one writes for these tables, and how rows become them. */
#ifndef HAND_ROWS_H
#define HAND_ROWS_H

#include "pool.h"

#include <endian.h>
#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

#define BOOK_COLUMNS                                                                   \
    "id, title, author_id, pages, price, published, isbn, in_print, created"
#define AUTHOR_COLUMNS "id, name, email, born, rating, created"

struct hand_author {
    int64_t id;
    const char *name;
    const char *email; /* NULL: null */
    double rating;
    int64_t created; /* microseconds since 1970 */
    int32_t born;    /* days since 1970 */
};

struct hand_tag {
    int64_t id;
    const char *name;
};

struct hand_book {
    int64_t id;
    int64_t author_id;
    int64_t price; /* hundredths */
    int64_t created;
    const char *title;
    const char *isbn; /* NULL: null */
    struct hand_author *author;
    struct hand_tag **tags;
    uint32_t tag_count;
    int32_t pages;
    int32_t published;
    bool in_print;
};

/* PostgreSQL counts from 2000. */
#define HAND_EPOCH_DAYS 10957
#define HAND_EPOCH_US   (HAND_EPOCH_DAYS * INT64_C(86400000000))

static inline uint16_t hand_load16(const char *p)
{
    uint16_t v;
    memcpy(&v, p, sizeof v);
    return be16toh(v);
}

static inline int32_t hand_load32(const char *p)
{
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return (int32_t)be32toh(v);
}

static inline int64_t hand_load64(const char *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return (int64_t)be64toh(v);
}

static inline double hand_load_real(const char *p)
{
    const int64_t bits = hand_load64(p);
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

/* A numeric(10,2) in hundredths: digits to the base 10,000, `weight` of them and one
 * before the point. */
static inline int64_t hand_load_price(const char *p)
{
    const int digits = hand_load16(p);
    const int weight = (int16_t)hand_load16(p + 2);
    const bool negative = hand_load16(p + 4) != 0;
    int64_t v = 0;
    for (int i = 0; i <= weight; i++)
        v = v * 10000 + (i < digits ? hand_load16(p + 8 + 2 * i) : 0);
    v *= 100;
    if (weight >= -1 && weight + 1 < digits)
        v += hand_load16(p + 8 + 2 * (weight + 1)) / 100;
    return negative ? -v : v;
}

static inline const char *hand_column_text(
    struct hand_pool *pool, const PGresult *r, int row, int column)
{
    return hand_text(
        pool, PQgetvalue(r, row, column), (size_t)PQgetlength(r, row, column));
}

static inline const char *hand_column_text_or_null(
    struct hand_pool *pool, const PGresult *r, int row, int column)
{
    return PQgetisnull(r, row, column) ? NULL : hand_column_text(pool, r, row, column);
}

static inline void hand_read_book(
    struct hand_book *b, struct hand_pool *pool, const PGresult *r, int row)
{
    b->id = hand_load64(PQgetvalue(r, row, 0));
    b->title = hand_column_text(pool, r, row, 1);
    b->author_id = hand_load64(PQgetvalue(r, row, 2));
    b->pages = hand_load32(PQgetvalue(r, row, 3));
    b->price = hand_load_price(PQgetvalue(r, row, 4));
    b->published = hand_load32(PQgetvalue(r, row, 5)) + HAND_EPOCH_DAYS;
    b->isbn = hand_column_text_or_null(pool, r, row, 6);
    b->in_print = *PQgetvalue(r, row, 7) != 0;
    b->created = hand_load64(PQgetvalue(r, row, 8)) + HAND_EPOCH_US;
    b->author = NULL;
    b->tags = NULL;
    b->tag_count = 0;
}

static inline void hand_read_author(
    struct hand_author *a, struct hand_pool *pool, const PGresult *r, int row)
{
    a->id = hand_load64(PQgetvalue(r, row, 0));
    a->name = hand_column_text(pool, r, row, 1);
    a->email = hand_column_text_or_null(pool, r, row, 2);
    a->born = hand_load32(PQgetvalue(r, row, 3)) + HAND_EPOCH_DAYS;
    a->rating = hand_load_real(PQgetvalue(r, row, 4));
    a->created = hand_load64(PQgetvalue(r, row, 5)) + HAND_EPOCH_US;
}

struct hand_books {
    struct hand_book *items;
    size_t len;
};

/* All rows of a result with BOOK_COLUMNS, which it frees. */
static inline struct hand_books hand_read_books(struct hand_pool *pool, PGresult *r)
{
    const int rows = PQntuples(r);
    struct hand_books books = {NULL, (size_t)rows};
    books.items = hand_get(pool, books.len * sizeof *books.items);
    for (int i = 0; i < rows; i++)
        hand_read_book(&books.items[i], pool, r, i);
    PQclear(r);
    return books;
}

#endif
