/* select_refused_test.c: selects that mean nothing are explained, and send nothing. */
#include "library_test.h"

/* Three authors with four books each. */
static struct orm_session *open_books(void)
{
    arrange_library(db, 3, 4);
    return open_library();
}

static int64_t number;
static const char *text;
static struct book *object;

static struct book_pick pick(unsigned what, unsigned column, void *into)
{
    return book_pick_(orm_pick_of((enum orm_what)what, column, into));
}

static struct book_pick way(unsigned slot, struct book_pick p)
{
    p.orm = orm_pick_through(slot, p.orm);
    return p;
}

static struct {
    struct book_pick picks[3];
    struct book_query query;
    const char *message;
} refused[32];
static size_t refused_count;

static void refuse(
    struct book_pick a, struct book_pick b, struct book_query q, const char *message)
{
    refused[refused_count].picks[0] = a;
    refused[refused_count].picks[1] = b;
    refused[refused_count].query = q;
    refused[refused_count++].message = message;
}

static void collect_refused(void)
{
    static const struct book_pick none;
    static const struct book_query all;
    static const struct author_query other;
    const struct book_pick count = book_rows_into(&number);
    const struct book_pick title = book_title_into(&text);
    refuse(none, none, all, "book: no picks");
    refuse(pick(ORM_PICK_VALUE, 99, &number), none, all,
        "book: a pick of a column that the model does not have");
    refuse(pick(200, 0, &number), none, all, "book: a pick of nothing that there is");
    refuse(pick(ORM_PICK_RELATED, 99, &number), none, all,
        "book: a pick of a list that the model does not have");
    refuse(way(99, title), none, all,
        "book: a pick by way of a relation that the model does not have");
    refuse(book_title_into(NULL), none, all,
        "book.title: a pick into NULL; it takes a variable's address");
    refuse(book_rows_into(NULL), none, all,
        "book.count(*): a pick into NULL; it takes a variable's address");
    refuse(pick(ORM_PICK_SUM, BOOK_TITLE, &number), none, all,
        "book.title: PostgreSQL has no sum() of text");
    refuse(count, book_into(&object), all,
        "book: an object beside aggregates; pick columns, by which they are grouped");
    refuse(count, book_tags_count_into(&number), all,
        "book.tags: the number of related rows beside aggregates; ask in two queries");
    refuse(book_having(title, ORM_EQ, 1), none, all,
        "book.title: having() compares what is counted or summed up; use a condition");
    refuse(book_having(count, ORM_LIKE, 1), none, all,
        "book.count(*): having() compares by ORM_EQ to ORM_GE");
    refuse(book_having(book_title_max_into(&text), ORM_EQ, 1), none, all,
        "book.title: having() compares numbers, and this is none");
    refuse(book_having(book_pages_max_into((int32_t *)&number), ORM_EQ, INT64_MAX),
        none, all, "book.pages: 9223372036854775807 is not a value of int4");
    refuse(way(BOOK_REF_AUTHOR, book_into(&object)), none, all,
        "author: the picked object is not of the queried model; pick its columns, or "
        "load it with a plan");
    refuse(book_into(&object), none, (struct book_query){.distinct = true},
        "book: distinct rows have columns, and no objects");
    refuse(title, none, (struct book_query){.with = {book_with_author(&other)}},
        "book: rows have no relations to load; plans are for queries of objects");
    refuse(title, none, (struct book_query){.distinct_on = {book_id_asc()}},
        "book: picked rows are distinct as a whole: `distinct`");
    refuse(title, none, (struct book_query){.lock = ORM_FOR_UPDATE},
        "book: rows are locked by queries of objects");
    refuse(title, none, (struct book_query){.order = {book_by_pick(5, false)}},
        "book: an order by a pick that the query does not have");
    refuse(book_into(&object), none,
        (struct book_query){.order = {book_by_pick(0, false)}},
        "book: an order by a picked object; it takes a column");
    refuse(count, none, (struct book_query){.order = {book_id_asc()}},
        "book: rows that are grouped or distinct are ordered by what is picked, and "
        "this order is by another column");
    refuse(title, none, (struct book_query){.overfull = true},
        "book: the query has more conditions, orders or plans than it has room for");
}

static void wrong_selects_are_refused_and_send_nothing(void **state)
{
    (void)state;
    struct orm_session *s = open_books();
    struct book *changed = book_get(book_table(s), 1);
    collect_refused();
    for (size_t i = 0; i < refused_count; i++) {
        book_set_title(changed, "changed"); /* not flushed for nothing */
        spent(s);
        waited(s);
        assert_null(book_select(book_table(s), &refused[i].query, refused[i].picks));
        if (strncmp(orm_message(s), refused[i].message, strlen(refused[i].message)))
            fail_msg("\"%s\" expected, got \"%s\"", refused[i].message, orm_message(s));
        assert_int_equal(waited(s), 0);
        assert_int_equal(spent(s), 0);
        orm_rollback(s);
    }
    close_library(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(wrong_selects_are_refused_and_send_nothing),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
