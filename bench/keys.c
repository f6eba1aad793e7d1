/* keys.c: see keys.h. */
#include "keys.h"

size_t all_books(const struct bench *b)
{
    return b->sizes.books;
}

size_t some_of_the_books(const struct bench *b)
{
    return b->sizes.some;
}

size_t got_authors(const struct bench *b)
{
    return b->sizes.gets;
}

size_t written_rows(const struct bench *b)
{
    return b->sizes.written;
}

int64_t below_some_books(const struct bench *b)
{
    return (int64_t)((b->sizes.books - b->sizes.some) / 2);
}

void hand_prepare_books(struct bench *b)
{
    hand_prepare(&b->hand, "books", "SELECT " BOOK_COLUMNS " FROM book");
    hand_prepare(&b->hand, "some_books",
        "SELECT " BOOK_COLUMNS " FROM book WHERE id > $1::int8 AND id <= $2::int8");
}

struct hand_books hand_all_books(struct bench *b)
{
    const struct hand_params none = {0};
    return hand_read_books(&b->pool, hand_run(&b->hand, "books", &none));
}

struct hand_books hand_some_books(struct bench *b)
{
    const uint64_t above = htobe64((uint64_t)below_some_books(b));
    const uint64_t up_to = htobe64((uint64_t)below_some_books(b) + b->sizes.some);
    struct hand_params bounds = {0};
    hand_param(&bounds, &above, sizeof above);
    hand_param(&bounds, &up_to, sizeof up_to);
    return hand_read_books(&b->pool, hand_run(&b->hand, "some_books", &bounds));
}

struct book_query of_some_books(const struct bench *b)
{
    const int64_t above = below_some_books(b);
    const int64_t up_to = above + (int64_t)b->sizes.some;
    return (struct book_query){.where = {book_id_gt(above), book_id_le(up_to)}};
}

const struct book_list *some_books(struct bench *b)
{
    const struct book_query some = of_some_books(b);
    return book_find(book_table(b->db), &some);
}
