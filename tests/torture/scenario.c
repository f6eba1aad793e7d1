/* scenario.c: see scenario.h. */
#include "scenario.h"

#define BOOKS 12

bool scenario_does_more;

void scenario_arrange(PGconn *on)
{
    db_truncate(on);
    arrange_library(on, 4, 3);
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

void scenario_take_back(PGconn *on)
{
    db_exec(on,
        "delete from ledger; delete from book where title = 'new';"
        "update book set pages = 101 where id = 1;"
        "update shelf set place = 'shelf ' || id; delete from tags where id > 3;"
        "delete from book_tags where book_id = 1;"
        "insert into book_tags (book_id, tag_id) values (1, 2), (1, 3);"
        "delete from reader");
}

static bool make_essay(struct book *b, void *arg)
{
    (void)arg;
    book_set_genre(b, BOOK_GENRE_ESSAY);
    return true;
}

/* Writes most of it, and leaves the rest to the commit. */
static void do_more(
    struct orm_session *s, struct author *first, struct book *book, struct tag *red)
{
    const struct shelf_query second = {.where = {shelf_id_eq(2)}};
    const struct shelf_changes moved = {.set = {shelf_place_to("moved")}};
    struct tag *only_red[] = {red, NULL};
    book_on_event(s, ORM_BEFORE_INSERT, make_essay, NULL);
    orm_savepoint(s);
    author_set_name(first, "never");
    author_delete(author_get(author_table(s), 2));
    if (orm_flush(s))
        orm_rollback_to(s);
    orm_savepoint(s);
    shelf_update_all(shelf_table(s), &second, &moved);
    tag_set(book_tags(book), &(const struct tag_list){only_red, 1});
    if (!orm_release(s))
        return;
    struct reader_load *load = reader_load_begin(reader_table(s));
    for (int i = 0; i < 2; i++)
        reader_set_name(reader_load_row(load), "loaded");
    reader_load_end(load);
    struct tag *draft = tag_new(tag_table(s));
    tag_set_name(draft, "upserted");
    tag_upsert(tag_table(s), TAG_BY_NAME, draft);
}

/* Tokens that a hook was told of as committed. */
static int told;

static bool hear(struct ledger *l, void *arg)
{
    (void)l;
    (void)arg;
    told++;
    return true;
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

    told = 0;
    ledger_on_event(s, ORM_AFTER_COMMIT, hear, NULL);
    if (orm_status(s) == ORM_OK) {
        ledger_set_token(ledger_new(ledger_table(s)), token);
        book_set_pages(book, (int32_t)token);
        struct book *fresh = book_new(author_books(first));
        book_set_title(fresh, "new");
        tag_add(book_tags(fresh), red);
        if (scenario_does_more)
            do_more(s, first, book, red);
    }
    if (before_commit)
        before_commit();
    const bool committed = orm_commit(s);
    assert_int_equal(committed, orm_status(s) == ORM_OK);
    assert_int_equal(told, committed || orm_last_error(s)->outcome == ORM_COMMITTED);
    assert_intact(books, count);
    return committed ? SCENARIO_COMMITTED : SCENARIO_FAILED;
}

void scenario_check(PGconn *on, int64_t token, enum scenario_end end,
    const struct orm_error *error, const char *what)
{
    db_wait_until_gone(on, SCENARIO_NAME);
    const char *found = db_text(on,
        "select (select count(*) from ledger where token = %lld),"
        " (select count(*) from book where title = 'new'),"
        " (select count(*) from book where id = 1 and pages = %lld),"
        " (select count(*) from book where title = 'new' and genre = 'essay'),"
        " (select count(*) from shelf where id = 2 and place = 'moved'),"
        " (select count(*) from tags where name = 'upserted'),"
        " (select count(*) from book_tags where book_id = 1 and tag_id = 1),"
        " (select count(*) from reader where name = 'loaded'),"
        " (select count(*) from author where id = 2 and name = 'author 2')",
        (long long)token, (long long)token);
    const bool written = strcmp(found, scenario_does_more ? "1|1|1|1|1|1|1|2|1"
                                                          : "1|1|1|0|0|0|0|0|1") == 0;
    if (!written && strcmp(found, "0|0|0|0|0|0|0|0|1") != 0)
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
        scenario_take_back(on);
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
