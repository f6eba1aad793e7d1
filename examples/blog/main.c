#include "blog.orm.h"
#include <stdio.h>

int main(void)
{
    struct orm_session *db = orm_open(NULL, &blog_schema); /* the PG* variables */

    struct author *author = author_new(author_table(db));
    author_set_name(author, "Brian Kernighan");
    author_set_email(author, "bwk@example.org");
    struct book *added = book_new(author_books(author));
    book_set_title(added, "The C Programming Language");
    book_set_published(added, 256953600000000);

    const struct book_query on_c = {.where = {book_title_like("%C%")}, .limit = 10};
    orm_each(struct book, book, book_find(book_table(db), &on_c)) {
        printf("%s by %s\n", book_title(book), author_name(book_author(book)));
        orm_each(struct tag, tag, tag_all(book_tags(book)))
            printf("    #%s\n", tag_name(tag));
    }

    const bool written = orm_commit(db); /* false if anything failed, from the start */
    if (!written)
        fprintf(stderr, "blog: %s\n", orm_message(db));
    orm_close(db);
    return written ? 0 : 1;
}
