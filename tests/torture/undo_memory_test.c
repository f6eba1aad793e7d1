/* undo_memory_test.c: savepoints, rollback and retry when memory runs out at any point:
 * objects and database agree afterwards. */
#include "scenario.h"

#include "base/memory.h"

static char conninfo[1024];

static int group_setup(void **state)
{
    db_group_setup(state);
    snprintf(conninfo, sizeof conninfo, "%s", db_conninfo_by(db, NULL, 0, NULL));
    return 0;
}

static const char *everything(void)
{
    return db_text(db,
        "select (select string_agg(b::text, ' ' order by id) from book b) ||"
        " (select string_agg(a::text, ' ' order by id) from author a) ||"
        " (select string_agg(t::text, ' ' order by id) from tags t) ||"
        " (select string_agg(t::text, ' ' order by t::text) from book_tags t)");
}

/* What was loaded before, and is to be as before. */
struct view {
    struct author *author;
    struct book *books[4];
    struct tag *red;
};

static struct view look(struct orm_session *s)
{
    struct view v = {
        .author = author_get(author_table(s), 1), .red = tag_get(tag_table(s), 1)};
    for (int i = 0; i < 4; i++) {
        v.books[i] = book_get(book_table(s), i + 1);
        (void)tag_all(book_tags(v.books[i]));
        (void)book_author(v.books[i]);
    }
    (void)book_all(author_books(v.author));
    (void)book_all(tag_books(v.red));
    return v;
}

static void assert_view(struct orm_session *s, const struct view *v, const char *what)
{
    const struct view now = look(s);
    if (orm_status(s) != ORM_OK)
        fail_msg("%s: %s", what, orm_message(s));
    char title[16];
    if (memcmp(&now, v, sizeof now) != 0)
        fail_msg("%s: other objects than before", what);
    for (int i = 0; i < 4; i++) {
        snprintf(title, sizeof title, "book %d", i + 1);
        const struct tag_list *tags = tag_all(book_tags(v->books[i]));
        if (strcmp(book_title(v->books[i]), title) != 0 ||
            book_pages(v->books[i]) != 101 + i || tags->len != 2 ||
            book_author_id(v->books[i]) != 1 + i / 2 ||
            author_id(book_author(v->books[i])) != 1 + i / 2)
            fail_msg("%s: book %d is not as before", what, i + 1);
    }
    if (book_all(author_books(v->author))->len != 2 ||
        strcmp(author_name(v->author), "author 1") != 0)
        fail_msg("%s: the author is not as before", what);
}

/* Changes of every kind, at two levels; the inner one goes back. */
static void change_all(struct orm_session *s, const struct view *v)
{
    book_set_title(v->books[0], "changed");
    if (!orm_flush(s))
        return;
    orm_savepoint(s);
    struct book *made = book_new(author_books(v->author));
    book_set_title(made, "made");
    tag_add(book_tags(made), v->red);
    book_delete(v->books[1]);
    book_set_author_id(v->books[2], 1);
    (void)book_all(tag_books(v->red));
    orm_savepoint(s);
    author_set_name(v->author, "changed");
    orm_each(struct book, b, book_all(book_table(s)))
        (void)book_shelf(b);
    tag_clear(book_tags(v->books[3]));
    author_delete(v->author);
    (void)author_all(author_table(s));
    orm_rollback_to(s);
    book_set_pages(v->books[3], 7);
    if (!orm_release(s))
        orm_rollback_to(s);
    const struct author_query q = {.with = {author_with_books_as("all", NULL)}};
    (void)author_all(author_table(s));
    (void)author_find(author_table(s), &q);
}

static bool change_and_fail_at(unsigned long n, bool onward, bool by_savepoint)
{
    char what[64];
    snprintf(what, sizeof what, "allocation %lu failed%s", n,
        onward ? " and all after" : "");
    struct orm_session *s = orm_open(conninfo, &library_schema);
    const struct view v = look(s);
    const char *before = everything();
    if (by_savepoint)
        orm_savepoint(s);
    memory_fail_at(n, onward);
    change_all(s, &v);
    const bool struck = memory_count() >= n;
    const enum orm_code code = orm_status(s);
    memory_fail_at(0, false);
    if (code != ORM_OK && code != ORM_NOMEM)
        fail_msg("%s: %s", what, orm_message(s));
    if (by_savepoint)
        orm_rollback_to(s);
    else
        orm_rollback(s);
    assert_fine(s);
    assert_view(s, &v, what);
    assert_true(orm_commit(s));
    assert_string_equal(everything(), before);
    assert_view(s, &v, what);
    orm_close(s);
    return struck;
}

static void sweep(bool onward, bool by_savepoint)
{
    unsigned long n = 1;
    while (change_and_fail_at(n, onward, by_savepoint))
        n++;
    assert_true(n > 30);
}

static void going_back_works_whatever_allocation_failed(void **state)
{
    (void)state;
    arrange_library(db, 2, 2);
    sweep(false, false);
    sweep(true, false);
    sweep(false, true);
    sweep(true, true);
}

/* -- Retry ------------------------------------------------------------------------- */

static bool commit_and_fail_at(unsigned long n, bool onward)
{
    db_truncate(db);
    arrange_library(db, 2, 2);
    struct orm_session *s = orm_open(conninfo, &library_schema);
    const struct view v = look(s);
    struct tag *made[8];
    char name[16];
    for (int i = 0; i < 8; i++) {
        snprintf(name, sizeof name, "tag %d", i);
        made[i] = tag_new(tag_table(s));
        tag_set_name(made[i], name);
    }
    book_set_pages(v.books[0], 7);
    book_delete(v.books[1]);
    tag_add(book_tags(v.books[2]), made[0]);

    memory_fail_at(n, onward);
    bool good = orm_commit(s);
    const bool struck = memory_count() >= n;
    memory_fail_at(0, false);
    const enum orm_outcome outcome = orm_last_error(s)->outcome;
    if (!good && outcome != ORM_COMMITTED) {
        assert_failed(s, ORM_NOMEM, NULL, NULL);
        assert_int_equal(db_number(db, "select count(*) from tags"), 3);
        assert_int_equal(tag_id(made[7]), 0);
        assert_true(orm_retry(s));
        good = orm_commit(s);
        assert_fine(s);
    }
    assert_int_equal(db_number(db, "select count(*) from tags"), 11);
    assert_int_equal(db_number(db, "select pages from book where id = 1"), 7);
    assert_int_equal(db_number(db, "select count(*) from book"), 3);
    assert_int_equal(db_number(db, "select count(*) from book_tags"), 7);
    orm_close(s);
    return struck;
}

static void commit_succeeds_again_whatever_allocation_failed(void **state)
{
    (void)state;
    unsigned long n = 1;
    while (commit_and_fail_at(n, false))
        n++;
    assert_true(n > 10);
    for (n = 1; commit_and_fail_at(n, true); n++)
        continue;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(going_back_works_whatever_allocation_failed),
        DB_TEST(commit_succeeds_again_whatever_allocation_failed),
    };
    return cmocka_run_group_tests(tests, group_setup, db_group_teardown);
}
