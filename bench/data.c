/* data.c: see data.h. */
#include "data.h"

#include "die.h"

#include <stdio.h>

static void run(struct hand_server *s, const char *format, size_t a, size_t b)
{
    char sql[1200];
    snprintf(sql, sizeof sql, format, a, b);
    hand_command(s, sql);
}

static void fill_authors(struct hand_server *s, const struct sizes *z)
{
    run(s,
        "INSERT INTO author(id, name, email, born, rating, created) "
        "SELECT i, 'Author Name ' || i,"
        " CASE WHEN i %% 13 <> 0 THEN 'author' || i || '@example.org' END,"
        " date '1930-01-01' + (i * 37 %% 25000)::int,"
        " (i * 7919 %% 1000) / 100.0::float8 + 0.123,"
        " timestamptz '2015-01-01 00:00:00+00' + make_interval(secs => i * "
        "3607.123457) "
        "FROM generate_series(1::bigint, %zu) AS i WHERE %zu > 0",
        z->authors, z->authors);
}

static void fill_books(struct hand_server *s, const struct sizes *z)
{
    run(s,
        "INSERT INTO book(id, title, author_id, pages, price, published, isbn,"
        " in_print, created) "
        "SELECT i, 'The Book of Numbered Things, volume ' || i, i * 7919 %% %zu + 1,"
        " 100 + i * 31 %% 900, (i * 37 %% 99000 + 100) / 100.0,"
        " date '1970-01-01' + (i * 13 %% 19000)::int,"
        " CASE WHEN i %% 17 <> 0"
        " THEN '978' || lpad((i * 104729 %% 10000000000)::text, 10, '0') END,"
        " i %% 3 <> 0,"
        " timestamptz '2018-01-01 00:00:00+00' + make_interval(secs => i * 601.000317) "
        "FROM generate_series(1::bigint, %zu) AS i",
        z->authors, z->books);
}

/* Three tags for each book. */
static void fill_tags(struct hand_server *s, const struct sizes *z)
{
    run(s,
        "INSERT INTO tag(id, name) "
        "SELECT i, 'tag-' || i FROM generate_series(1, %zu) AS i WHERE %zu > 0",
        z->tags, z->tags);
    run(s,
        "INSERT INTO book_tags(book_id, tag_id) "
        "SELECT b, (b * 7 + k * 67) %% %zu + 1 "
        "FROM generate_series(1::bigint, %zu) AS b, generate_series(0, 2) AS k",
        z->tags, z->books);
}

void data_fill(struct hand_server *s, const struct sizes *sizes)
{
    if (sizes->authors < 1 || sizes->books < 100 || sizes->tags < 200)
        die("too little data: at least 1 author, 100 books and 200 tags");
    hand_command(s, "TRUNCATE author, book, tag, draft, book_tags");
    fill_authors(s, sizes);
    fill_books(s, sizes);
    fill_tags(s, sizes);
    hand_command(s, "VACUUM ANALYZE");
}

static size_t rows(struct hand_server *s, const char *sql)
{
    return (size_t)hand_number(s, sql);
}

static size_t at_most(size_t n, size_t most)
{
    return n < most ? n : most;
}

struct sizes data_sizes(struct hand_server *s)
{
    struct sizes z = {
        .authors = rows(s, "SELECT count(*) FROM author"),
        .books = rows(s, "SELECT count(*) FROM book"),
        .tags = rows(s, "SELECT count(*) FROM tag"),
    };
    if (!z.books)
        die("there is no data: run `bench fill` first");
    z.some = at_most(z.books, 1000);
    z.gets = z.authors;
    z.mapped = z.written = at_most(z.books, 10000);
    return z;
}
