/* scenario.c: see scenario.h. */
#include "scenario.h"

#define BOOKS 12

void scenario_arrange(PGconn *db)
{
    db_truncate(db);
    arrange_library(db, 4, 3);
}

/* What is in memory is what was in the table, whatever happened since. */
static void assert_intact(struct book *const *books, size_t count)
{
    char title[16];
    for (size_t i = 0; i < count; i++) {
        snprintf(title, sizeof title, "book %d", (int)book_id(books[i]));
        assert_string_equal(book_title(books[i]), title);
        assert_in_range(book_id(books[i]), 1, BOOKS);
        if (book_id(books[i]) != 1)
            assert_int_equal(book_pages(books[i]), 100 + book_id(books[i]));
        assert_int_equal(book_author_id(books[i]), 1 + (book_id(books[i]) - 1) / 3);
    }
}

void scenario_take_back(PGconn *db)
{
    db_exec(db, "delete from ledger; delete from book where title = 'new';"
                "update book set pages = 101 where id = 1");
}

enum scenario_end scenario_run(
    struct orm_session *s, int64_t token, void (*before_commit)(void))
{
    if (!s)
        return SCENARIO_FAILED;
    struct book *books[BOOKS];
    size_t count = 0;
    orm_each(struct author, a, author_find(author_table(s), &authors_by_id))
        orm_each(struct book, b, book_all(author_books(a))) {
            if (count < BOOKS) /* a liar may say more */
                books[count++] = b;
            struct shelf *shelf = book_shelf(b);
            if (shelf)
                assert_int_equal(shelf_id(shelf), book_id(b));
            tag_all(book_tags(b));
        }
    struct author *first = author_get(author_table(s), 1);
    struct book *book = book_get(book_table(s), 1);
    struct tag *red = tag_get(tag_table(s), 1);
    if (orm_status(s) == ORM_OK && (!first || !book || !red))
        return SCENARIO_MISLED;

    if (orm_status(s) == ORM_OK) {
        ledger_set_token(ledger_new(ledger_table(s)), token);
        book_set_pages(book, (int32_t)token);
        struct book *fresh = book_new(author_books(first));
        book_set_title(fresh, "new");
        tag_add(book_tags(fresh), red);
    }
    if (before_commit)
        before_commit();
    const bool committed = orm_commit(s);
    assert_int_equal(committed, orm_status(s) == ORM_OK);
    assert_intact(books, count);
    return committed ? SCENARIO_COMMITTED : SCENARIO_FAILED;
}

void scenario_check(PGconn *db, int64_t token, enum scenario_end end,
    const struct orm_error *error, const char *what)
{
    db_wait_until_gone(db, SCENARIO_NAME);
    const char *found = db_text(db,
        "select (select count(*) from ledger where token = %lld),"
        " (select count(*) from book where title = 'new'),"
        " (select count(*) from book where id = 1 and pages = %lld)",
        (long long)token, (long long)token);
    const bool written = strcmp(found, "1|1|1") == 0;
    if (!written && strcmp(found, "0|0|0") != 0)
        fail_msg("%s: half written: %s", what, found);
    if (end == SCENARIO_COMMITTED && !written)
        fail_msg("%s: the commit said yes, and nothing is there", what);
    if (end == SCENARIO_MISLED && written)
        fail_msg("%s: something was written", what);
    if (end == SCENARIO_FAILED) {
        const bool no =
            error->outcome == ORM_NOT_STARTED || error->outcome == ORM_ROLLED_BACK;
        if (no && written)
            fail_msg("%s: outcome %d, and it is written: %s", what, error->outcome,
                error->message);
        if (error->outcome == ORM_COMMITTED && !written)
            fail_msg("%s: outcome committed, and nothing is there: %s", what,
                error->message);
    }
    if (written)
        scenario_take_back(db);
}

void scenario_reads(struct orm_session *s, const char *what)
{
    const char *title = "";
    if (orm_status(s) == ORM_OK)
        title = book_title(book_get(book_table(s), 1));
    if (strcmp(title, "book 1") != 0)
        fail_msg("%s: not well again: %s", what, orm_message(s));
}

int scenario_setup(void **state)
{
    db_test_setup(state);
    scenario_arrange(*state);
    return 0;
}
