#include "blog.orm.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const shelf[][3] = {
    {"The C Programming Language", "Brian Kernighan", "bwk@example.org"},
    {"A Book on C", "Al Kelley", "kelley@example.org"},
    {"Expert C Programming", "Peter van der Linden", "linden@example.org"},
};

int main(void)
{
    struct orm_session *db = orm_open(getenv("DATABASE_URL"), &blog_schema);

    struct tag *c = tag_new(tag_table(db));
    tag_set_name(c, "c");
    for (size_t i = 0; i < sizeof shelf / sizeof *shelf; i++) {
        struct author *author = author_new(author_table(db));
        author_set_name(author, shelf[i][1]);
        author_set_email(author, shelf[i][2]);
        struct book *book = book_new(author_books(author));
        book_set_title(book, shelf[i][0]);
        book_set_published(book, 570672000000000);
        tag_add(book_tags(book), c);
    }
    if (orm_commit(db))
        orm_reset(db); /* forget all, to read it back as another program would */

    const struct book_query on_c = {
        .where = {book_title_like("%C%")},
        .order = {book_title_asc()},
    };
    const uint64_t before = orm_statements(db);
    orm_each(struct book, book, book_find(book_table(db), &on_c)) {
        printf("%s by %s\n", book_title(book), author_name(book_author(book)));
        orm_each(struct tag, tag, tag_all(book_tags(book)))
            printf("    #%s\n", tag_name(tag));
    }
    printf("%" PRIu64 " statements\n", orm_statements(db) - before);

    const bool done = orm_end(db); /* false if anything failed, from orm_open() on */
    if (!done)
        fprintf(stderr, "blog: %s\n", orm_message(db));
    orm_close(db);
    return done ? 0 : 1;
}
