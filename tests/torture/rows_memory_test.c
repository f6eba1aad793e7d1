/* rows_memory_test.c: every allocation of a select, of raw SQL, of an explanation and
 * of a find in chunks fails; and a select whose shape is known makes none. */
#include "scenario.h"

#include "base/memory.h"

static const char *title;
static struct book *object;
static int64_t tags;

static struct orm_rows *select_rows(struct orm_session *s)
{
    const struct book_pick picks[] = {book_title_into(&title), book_into(&object),
        book_of_author(author_name_into(&title)), book_tags_count_into(&tags),
        book_picks_end()};
    const struct book_query q = {.where = {book_pages_gt(101)},
        .order = {book_by_author(author_name_desc())},
        .limit = 9};
    return book_select(book_table(s), &q, picks);
}

static bool select_works(struct orm_session *s)
{
    return orm_row_count(select_rows(s)) == 9;
}

static bool group_works(struct orm_session *s)
{
    int64_t author;
    const struct book_pick picks[] = {book_author_id_into(&author),
        book_having(book_rows_into(&tags), ORM_GT, 1), book_picks_end()};
    return orm_row_count(book_select(book_table(s), NULL, picks)) == 4;
}

static bool raw_works(struct orm_session *s)
{
    const struct orm_param params[] = {orm_text("book 4"), orm_null()};
    return book_from_sql(s,
               ORM_RAW("select * from public.book where title <> $1 and coalesce($2, "
                       "title) = title"),
               params, 2)
               ->len == 11;
}

static bool explain_works(struct orm_session *s)
{
    return book_explain(book_table(s), NULL)[0] != '\0';
}

static bool chunks_work(struct orm_session *s)
{
    const struct book_query q = {.order = {book_id_asc()}, .fetch = ORM_CHUNKS};
    return book_find(book_table(s), &q)->len == 12;
}

enum {
    READERS = 2100 /* three parts */
};

static bool many_chunks_work(struct orm_session *s)
{
    const struct reader_query q = {.fetch = ORM_CHUNKS};
    return reader_find(reader_table(s), &q)->len == READERS;
}

static bool (*const calls[])(struct orm_session *s) = {
    select_works, group_works, raw_works, explain_works, chunks_work, many_chunks_work};

/* False when there was no n-th allocation. */
static bool fail_at(bool (*works)(struct orm_session *s), unsigned long n, bool onward)
{
    struct orm_session *s = open_library();
    struct book *third = book_get(book_table(s), 3);
    db_exec(db, "update book set title = 'behind' where id = 3");
    memory_fail_at(n, onward);
    const bool worked = works(s);
    const bool struck = memory_count() >= n;
    memory_fail_at(0, false);
    assert_true(worked || struck); /* a second try may have had it */
    if (!worked) {
        assert_failed(s, ORM_NOMEM, NULL, NULL);
        assert_string_equal(book_title(third), "book 3");
        orm_rollback(s);
        if (!works(s))
            fail_msg("allocation %lu: %s", n, orm_message(s));
    }
    close_library(s);
    db_exec(db, "update book set title = 'book 3' where id = 3");
    return struck;
}

static void every_allocation_fails(void **state)
{
    (void)state;
    db_exec(db,
        "insert into reader (name) select 'reader ' || i from generate_series(1, %d) i",
        (int)READERS);
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        for (int onward = 0; onward < 2; onward++) {
            unsigned long n = 1;
            while (fail_at(calls[i], n, onward))
                n++;
            assert_true(n > 3);
        }
}

static void select_of_a_known_shape_allocates_nothing(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    for (int i = 0; i < 3; i++) {
        assert_true(select_works(s));
        assert_true(group_works(s));
        orm_reset(s);
    }
    memory_fail_at(1000000, false);
    assert_true(group_works(s));
    assert_int_equal(memory_count(), 0);
    memory_fail_at(0, false);
    close_library(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENARIO_TEST(every_allocation_fails),
        SCENARIO_TEST(select_of_a_known_shape_allocates_nothing),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
