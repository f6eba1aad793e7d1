/* threads_test.c: sessions share nothing: a thread each, under the thread sanitizer. */
#include "library_test.h"

#include <pthread.h>

#define THREADS 4
#define ROUNDS  10

struct worker {
    pthread_t thread;
    int number;
    int books; /* that it saw, in all rounds */
    bool good;
    char message[256];
};

/* Every book's author, shelf and tags. */
static int walk(struct orm_session *s)
{
    int seen = 0;
    orm_each(struct author, author, author_find(author_table(s), &authors_by_id))
        orm_each(struct book, book, book_all(author_books(author))) {
            seen += book_author(book) == author && shelf_place(book_shelf(book)) &&
                    tag_all(book_tags(book))->len == 2;
        }
    return seen;
}

/* Its own author's first book, and a tag. */
static bool change(struct orm_session *s, int number, int round)
{
    char text[32];
    snprintf(text, sizeof text, "%d of %d", round, number);
    struct author *author = author_get(author_table(s), number);
    const struct book_list *books = book_all(author_books(author));
    book_set_title(books->items[0], text);
    add_tag(s, text);
    return orm_commit(s);
}

static void *work(void *arg)
{
    struct worker *w = arg;
    struct orm_session *s = orm_open(db_conninfo(), &library_schema);
    w->good = true;
    for (int i = 0; w->good && i < ROUNDS; i++) {
        w->books += walk(s);
        w->good = change(s, w->number, i);
        if (w->good)
            orm_reset(s);
    }
    snprintf(w->message, sizeof w->message, "%s", orm_message(s));
    orm_close(s);
    return NULL;
}

static void sessions_in_threads_share_nothing(void **state)
{
    (void)state;
    arrange_library(db, THREADS, 5);
    struct worker workers[THREADS] = {0};
    for (int i = 0; i < THREADS; i++) {
        workers[i].number = i + 1;
        assert_int_equal(
            pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
        if (!workers[i].good)
            fail_msg("thread %d: %s", i, workers[i].message);
        assert_int_equal(workers[i].books, ROUNDS * THREADS * 5);
    }
    assert_int_equal(
        db_number(db, "select count(*) from tags where name like '%% of %%'"),
        THREADS * ROUNDS);
    assert_int_equal(
        db_number(db, "select count(*) from book where title like '9 of _'"), THREADS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(sessions_in_threads_share_nothing),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
