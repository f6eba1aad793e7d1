/* rows_test.c: rows instead of objects, and objects beside what is counted. */
#include "library_test.h"

static PGconn *db;

static int group_setup(void **state)
{
    db_group_setup(state);
    db = *state;
    return 0;
}

/* Three authors with four books each. */
static struct orm_session *open_books(void)
{
    arrange_library(db, 3, 4);
    return open_library();
}

/* -- Columns ----------------------------------------------------------------------- */

static void picked_columns_come_row_by_row_and_make_no_objects(void **state)
{
    (void)state;
    struct orm_session *s = open_books();
    const char *title = NULL;
    int32_t pages = 0;
    const struct book_pick picks[] = {
        book_title_into(&title), book_pages_into(&pages), book_picks_end()};
    const struct book_query q = {
        .where = {book_pages_gt(103)}, .order = {book_pages_desc()}};
    struct orm_rows *rows = book_select(book_table(s), &q, picks);
    assert_int_equal(orm_row_count(rows), 9);
    char expected[16];
    for (int n = 12; n > 3; n--) {
        assert_true(orm_next(rows));
        snprintf(expected, sizeof expected, "book %d", n);
        assert_string_equal(title, expected);
        assert_int_equal(pages, 100 + n);
    }
    assert_int_equal(spent(s), 1);
    assert_int_equal(waited(s), 1);
    book_get(book_table(s), 12);
    assert_int_equal(spent(s), 1); /* the map did not know it */
    close_library(s);
}

static void rows_end_and_stay_at_the_end(void **state)
{
    (void)state;
    struct orm_session *s = open_books();
    int64_t id = 0;
    const struct author_pick picks[] = {author_id_into(&id), author_picks_end()};
    struct orm_rows *rows = author_select(author_table(s), &authors_by_id, picks);
    while (orm_next(rows)) {
    }
    assert_int_equal(id, 3);
    assert_false(orm_next(rows));
    assert_int_equal(id, 3);
    assert_int_equal(orm_row_count(rows), 3);
    close_library(s);
}

static void texts_stay_when_the_next_row_comes(void **state)
{
    (void)state;
    struct orm_session *s = open_books();
    const char *name = NULL, *names[3];
    const struct author_pick picks[] = {author_name_into(&name), author_picks_end()};
    struct orm_rows *rows = author_select(author_table(s), &authors_by_id, picks);
    for (int i = 0; i < 3; i++) {
        assert_true(orm_next(rows));
        names[i] = name;
    }
    author_all(author_table(s));
    assert_string_equal(names[0], "author 1");
    assert_string_equal(names[2], "author 3");
    close_library(s);
}

static void null_reads_as_zero_and_is_told_apart(void **state)
{
    (void)state;
    struct orm_session *s = open_books();
    db_exec(db, "update book set pages = null, blurb = null where id = 2;"
                "update book set pages = 0, blurb = '' where id = 1");
    int32_t pages = 9;
    const char *blurb = NULL;
    const struct book_pick picks[] = {
        book_pages_into(&pages), book_blurb_into(&blurb), book_picks_end()};
    const struct book_query q = {.order = {book_id_asc()}, .limit = 2};
    struct orm_rows *rows = book_select(book_table(s), &q, picks);
    assert_true(orm_is_null(rows, &pages)); /* no row yet */
    for (int null = 0; null < 2; null++) {
        assert_true(orm_next(rows));
        assert_int_equal(pages, 0);
        assert_string_equal(blurb, "");
        assert_int_equal(orm_is_null(rows, &pages), null);
        assert_int_equal(orm_is_null(rows, &blurb), null);
    }
    close_library(s);
}

static void is_null_of_a_stranger_is_an_error(void **state)
{
    (void)state;
    struct orm_session *s = open_books();
    int64_t id, other;
    const struct author_pick picks[] = {author_id_into(&id), author_picks_end()};
    struct orm_rows *rows = author_select(author_table(s), NULL, picks);
    assert_true(orm_next(rows));
    assert_true(orm_is_null(rows, &other));
    assert_failed(s, ORM_INVALID, NULL, NULL);
    orm_close(s);
}

static void distinct_rows_come_once(void **state)
{
    (void)state;
    struct orm_session *s = open_books();
    const char *name;
    const struct book_pick picks[] = {
        book_of_author(author_name_into(&name)), book_picks_end()};
    const struct book_query q = {.distinct = true,
        .limit = 2,
        .offset = 1,
        .order = {book_by_author(author_name_desc())}};
    struct orm_rows *rows = book_select(book_table(s), &q, picks);
    assert_int_equal(orm_row_count(rows), 2);
    assert_true(orm_next(rows));
    assert_string_equal(name, "author 2");
    close_library(s);
}

/* -- Columns of other models ------------------------------------------------------- */

static char seen[4096];
static unsigned seen_count;

static void see(void *arg, const struct orm_statement *statement)
{
    (void)arg;
    seen_count++;
    snprintf(seen, sizeof seen, "%s", statement->sql);
}

static unsigned occurrences(const char *text, const char *of)
{
    unsigned n = 0;
    for (const char *at = text; (at = strstr(at, of)) != NULL; at++)
        n++;
    return n;
}

static void joined_models_are_joined_once_each(void **state)
{
    (void)state;
    struct orm_session *s = open_books();
    db_exec(db, "update book set shelf_id = null where id = 1;"
                "update author set email = 'a' || id where id > 1");
    orm_on_statement(s, see, NULL);
    const char *name, *email, *place, *editor;
    int64_t id;
    const struct book_pick picks[] = {book_id_into(&id),
        book_of_author(author_name_into(&name)),
        book_of_author(author_email_into(&email)),
        book_of_shelf(shelf_place_into(&place)),
        book_of_editor(author_name_into(&editor)), book_picks_end()};
    const struct book_query q = {
        .order = {book_by_author(author_name_desc()), book_id_desc()}};
    struct orm_rows *rows = book_select(book_table(s), &q, picks);
    assert_fine(s);
    assert_int_equal(occurrences(seen, "LEFT JOIN"), 3);
    assert_int_equal(orm_row_count(rows), 12);
    assert_true(orm_next(rows));
    assert_int_equal(id, 12);
    assert_string_equal(name, "author 3");
    assert_string_equal(email, "a3");
    assert_string_equal(place, "shelf 12");
    assert_string_equal(editor, "");
    assert_true(orm_is_null(rows, &editor)); /* has none, though a name is required */
    while (orm_next(rows)) {
    }
    assert_int_equal(id, 1);
    assert_true(orm_is_null(rows, &email));
    assert_true(orm_is_null(rows, &place));
    assert_false(orm_is_null(rows, &name));
    assert_int_equal(spent(s), 1);
    close_library(s);
}

static void picks_go_three_relations_far_and_no_farther(void **state)
{
    (void)state;
    db_exec(db, "insert into category (name, parent_id)"
                " select 'c' || i, nullif(i - 1, 0) from generate_series(1, 5) i");
    struct orm_session *s = open_library();
    const char *name;
    const struct category_pick three = category_of_parent(
        category_of_parent(category_of_parent(category_name_into(&name))));
    const struct category_pick picks[] = {three, category_picks_end()};
    const struct category_query last = {.where = {category_id_eq(5)}};
    struct orm_rows *rows = category_select(category_table(s), &last, picks);
    assert_true(orm_next(rows));
    assert_string_equal(name, "c2");
    const struct category_pick far[] = {
        category_of_parent(three), category_picks_end()};
    spent(s);
    assert_null(category_select(category_table(s), &last, far));
    assert_failed(s, ORM_INVALID, "category", NULL);
    assert_int_equal(spent(s), 0);
    orm_close(s);
}

static void relations_select_their_own_rows_in_their_order(void **state)
{
    (void)state;
    struct orm_session *s = open_books();
    int64_t id = 0, before = 0;
    const struct book_pick picks[] = {book_id_into(&id), book_picks_end()};
    struct author *a = author_get(author_table(s), 2);
    struct orm_rows *rows = book_select(author_books(a), NULL, picks);
    assert_int_equal(orm_row_count(rows), 4);
    for (before = 4; orm_next(rows); before = id)
        assert_int_equal(id, before + 1);
    struct tag *t = tag_get(tag_table(s), 1);
    rows = book_select(tag_books(t), NULL, picks);
    assert_int_equal(
        orm_row_count(rows), tag_books(t) ? book_count(tag_books(t), NULL) : 0);
    while (orm_next(rows))
        assert_int_not_equal(id % 3, 1);
    close_library(s);
}

/* -- Objects ----------------------------------------------------------------------- */

static void objects_among_the_picks_are_mapped_and_peers(void **state)
{
    (void)state;
    struct orm_session *s = open_books();
    struct book *b = NULL, *third = book_get(book_table(s), 3);
    int64_t tags = 0, id = 0;
    const char *name = NULL;
    const struct book_pick picks[] = {book_tags_count_into(&tags), book_into(&b),
        book_of_author(author_name_into(&name)), book_id_into(&id), book_picks_end()};
    db_exec(db, "delete from book_tags where book_id = 3;"
                "update book set title = 'renamed' where id = 3");
    spent(s);
    struct orm_rows *rows = book_select(book_table(s), &books_by_id, picks);
    while (orm_next(rows)) {
        assert_int_equal(book_id(b), id);
        assert_int_equal(tags, id == 3 ? 0 : 2);
        assert_string_equal(author_name(book_author(b)), name);
        if (id == 3)
            assert_ptr_equal(b, third);
        assert_false(orm_is_null(rows, &b));
    }
    assert_string_equal(book_title(third), "renamed");
    assert_int_equal(spent(s), 2);
    close_library(s);
}

static void related_rows_are_counted_where_they_are(void **state)
{
    (void)state;
    struct orm_session *s = open_books();
    db_exec(db, "insert into reader (name) values ('r'), ('q');"
                "insert into loan (book_id, reader_id) values (1, 1), (1, 2), (5, 1)");
    int64_t id, tags, loans, readers, books;
    const struct book_pick picks[] = {book_id_into(&id), book_tags_count_into(&tags),
        book_loans_count_into(&loans), book_readers_count_into(&readers),
        book_of_author(author_books_count_into(&books)), book_picks_end()};
    struct orm_rows *rows = book_select(book_table(s), &books_by_id, picks);
    while (orm_next(rows)) {
        assert_int_equal(tags, 2);
        assert_int_equal(loans, id == 1 ? 2 : id == 5);
        assert_int_equal(readers, loans);
        assert_int_equal(books, 4);
    }
    assert_int_equal(spent(s), 1);
    close_library(s);
}

static void rows_can_be_chosen_and_sorted_by_related_counts(void **state)
{
    (void)state;
    struct orm_session *s = open_books();
    db_exec(db, "delete from book where id in (1, 2, 5)");
    const char *name;
    int64_t books;
    const struct author_pick picks[] = {author_name_into(&name),
        author_having(author_books_count_into(&books), ORM_GT, 2), author_picks_end()};
    const struct author_query q = {.order = {author_by_pick(1, true)}};
    struct orm_rows *rows = author_select(author_table(s), &q, picks);
    assert_int_equal(orm_row_count(rows), 2);
    assert_true(orm_next(rows));
    assert_string_equal(name, "author 3");
    assert_int_equal(books, 4);
    assert_true(orm_next(rows));
    assert_int_equal(books, 3);
    close_library(s);
}

/* -- Aggregates -------------------------------------------------------------------- */

static void aggregates_are_what_the_server_says(void **state)
{
    (void)state;
    struct orm_session *s = open_books();
    db_exec(db, "update book set pages = null where id > 10; update book set genre = "
                "(array['novel', 'poem', 'essay'])[1 + id %% 3]::book_genre");
    int64_t rows_there, pages_there, sum, shelves, genres;
    int32_t least, most;
    double average;
    const char *first, *last;
    enum book_genre genre;
    const struct book_pick picks[] = {book_rows_into(&rows_there),
        book_pages_count_into(&pages_there), book_pages_sum_into(&sum),
        book_pages_min_into(&least), book_pages_max_into(&most),
        book_pages_avg_into(&average), book_title_min_into(&first),
        book_title_max_into(&last), book_shelf_id_distinct_into(&shelves),
        book_genre_distinct_into(&genres), book_genre_max_into(&genre),
        book_picks_end()};
    struct orm_rows *rows = book_select(book_table(s), NULL, picks);
    assert_fine(s);
    assert_int_equal(orm_row_count(rows), 1);
    assert_true(orm_next(rows));
    char ours[256];
    snprintf(ours, sizeof ours, "%lld|%lld|%lld|%d|%d|%.3f|%s|%s|%lld|%lld|%s",
        (long long)rows_there, (long long)pages_there, (long long)sum, (int)least,
        (int)most, average, first, last, (long long)shelves, (long long)genres,
        book_genre_name(genre));
    assert_string_equal(ours,
        db_text(db, "select count(*), count(pages), sum(pages), min(pages), max(pages),"
                    " avg(pages)::numeric(9,3), min(title), max(title),"
                    " count(distinct shelf_id), count(distinct genre), max(genre)"
                    " from book"));
    assert_int_equal(spent(s), 1);
    close_library(s);
}

static void of_no_rows_counts_are_zero_and_the_rest_is_null(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    int64_t rows_there = 7, sum = 7;
    int32_t most = 7;
    double average = 7;
    const char *title = NULL;
    const struct book_pick picks[] = {book_rows_into(&rows_there),
        book_pages_sum_into(&sum), book_pages_max_into(&most),
        book_pages_avg_into(&average), book_title_min_into(&title), book_picks_end()};
    struct orm_rows *rows = book_select(book_table(s), NULL, picks);
    assert_true(orm_next(rows));
    assert_true(rows_there == 0 && sum == 0 && most == 0 && average == 0);
    assert_string_equal(title, "");
    assert_false(orm_is_null(rows, &rows_there));
    assert_true(orm_is_null(rows, &sum) && orm_is_null(rows, &most) &&
                orm_is_null(rows, &average) && orm_is_null(rows, &title));
    assert_false(orm_next(rows));
    close_library(s);
}

static void plain_picks_beside_aggregates_group(void **state)
{
    (void)state;
    struct orm_session *s = open_books();
    db_exec(db,
        "delete from book where id = 5; update book set pages = 1000 where id = "
        "12");
    const char *name;
    int64_t author, books;
    double average;
    const struct book_pick picks[] = {book_rows_into(&books),
        book_of_author(author_name_into(&name)), book_author_id_into(&author),
        book_having_real(book_pages_avg_into(&average), ORM_LT, 200.5),
        book_picks_end()};
    const struct book_query q = {.order = {book_by_pick(0, true)}};
    struct orm_rows *rows = book_select(book_table(s), &q, picks);
    assert_fine(s);
    assert_int_equal(orm_row_count(rows), 2);
    assert_true(orm_next(rows));
    assert_string_equal(name, "author 1");
    assert_true(author == 1 && books == 4 && average == 102.5);
    assert_true(orm_next(rows));
    assert_string_equal(name, "author 2");
    assert_true(author == 2 && books == 3 && average == 107);
    assert_int_equal(spent(s), 1);
    close_library(s);
}

static void groups_are_sorted_and_cut(void **state)
{
    (void)state;
    struct orm_session *s = open_books();
    int64_t author, books;
    const struct book_pick picks[] = {book_author_id_into(&author),
        book_having(book_rows_into(&books), ORM_GE, 4), book_picks_end()};
    const struct book_query page = {.limit = 1, .offset = 1};
    struct orm_rows *rows = book_select(book_table(s), &page, picks);
    assert_true(orm_next(rows));
    assert_int_equal(author, 2);
    const struct book_query last = {.limit = 1, .order = {book_author_id_desc()}};
    rows = book_select(book_table(s), &last, picks);
    assert_true(orm_next(rows));
    assert_int_equal(author, 3);
    close_library(s);
}

static void sum_that_does_not_fit_is_out_of_range(void **state)
{
    (void)state;
    db_exec(db, "insert into ledger (token) values (9223372036854775807), (1)");
    struct orm_session *s = open_library();
    int64_t sum = 5;
    const struct ledger_pick picks[] = {
        ledger_token_sum_into(&sum), ledger_picks_end()};
    assert_null(ledger_select(ledger_table(s), NULL, picks));
    assert_failed(s, ORM_RANGE, "ledger", NULL);
    assert_int_equal(sum, 5);
    orm_close(s);
}

/* -- Changes, shapes, failures ----------------------------------------------------- */

static void what_it_reads_is_flushed_first(void **state)
{
    (void)state;
    struct orm_session *s = open_books();
    struct author *a = author_get(author_table(s), 1);
    author_set_name(a, "renamed");
    struct book *b = book_get(book_table(s), 1);
    tag_remove(book_tags(b), tag_get(tag_table(s), 2));
    const char *name;
    int64_t tags;
    const struct book_pick picks[] = {book_of_author(author_name_into(&name)),
        book_tags_count_into(&tags), book_picks_end()};
    const struct book_query q = {.where = {book_id_eq(1)}};
    struct orm_rows *rows = book_select(book_table(s), &q, picks);
    assert_true(orm_next(rows));
    assert_string_equal(name, "renamed");
    assert_int_equal(tags, 1);
    orm_rollback(s);
    close_library(s);
}

static char shapes[2][40];

static void see_shape(void *arg, const struct orm_statement *statement)
{
    snprintf(shapes[*(unsigned *)arg], sizeof shapes[0], "%s", statement->shape);
}

static void values_do_not_make_another_statement(void **state)
{
    (void)state;
    struct orm_session *s = open_books();
    int64_t n;
    unsigned at = 0;
    orm_on_statement(s, see_shape, &at);
    for (; at < 2; at++) {
        const struct book_pick picks[] = {book_author_id_into(&n),
            book_having(book_rows_into(&n), ORM_GT, (int64_t)at), book_picks_end()};
        const struct book_query q = {
            .where = {book_pages_gt((int32_t)at)}, .limit = 1 + at};
        book_select(book_table(s), &q, picks);
    }
    assert_string_equal(shapes[0], shapes[1]);
    at = 1;
    const struct book_pick others[] = {
        book_author_id_into(&n), book_rows_into(&n), book_picks_end()};
    book_select(book_table(s), NULL, others);
    assert_string_not_equal(shapes[0], shapes[1]);
    close_library(s);
}

static void bad_cell_leaves_variables_and_objects_as_they_were(void **state)
{
    (void)state;
    struct orm_session *s = open_books();
    struct book *first = book_get(book_table(s), 1);
    db_exec(db, "alter type book_genre add value if not exists 'letter'");
    db_exec(db, "update book set title = 'new' where id = 1;"
                "update book set genre = 'letter' where id = 2");
    struct book *b = NULL;
    enum book_genre genre = BOOK_GENRE_POEM;
    const struct book_pick values[] = {
        book_genre_into(&genre), book_into(&b), book_picks_end()};
    assert_null(book_select(book_table(s), &books_by_id, values));
    assert_failed(s, ORM_DRIFT, "book", "genre");
    assert_null(b);
    assert_int_equal(genre, BOOK_GENRE_POEM);
    assert_string_equal(book_title(first), "book 1");
    orm_rollback(s);
    const struct book_pick objects[] = {book_into(&b), book_picks_end()};
    assert_null(book_select(book_table(s), &books_by_id, objects));
    assert_failed(s, ORM_DRIFT, "book", "genre");
    assert_string_equal(book_title(first), "book 1");
    orm_close(s);
}

static void column_of_another_type_is_drift(void **state)
{
    (void)state;
    struct orm_session *s = open_books();
    db_exec(db, "alter table shelf alter place type text");
    const char *place;
    const struct book_pick picks[] = {
        book_of_shelf(shelf_place_into(&place)), book_picks_end()};
    assert_null(book_select(book_table(s), NULL, picks));
    assert_failed(s, ORM_DRIFT, "shelf", "place");
    db_exec(db, "alter table shelf alter place type varchar(12)");
    orm_close(s);
}

static void nothing_accepts_failure(void **state)
{
    (void)state;
    int64_t id = 4;
    const struct book_pick picks[] = {book_id_into(&id), book_picks_end()};
    assert_null(book_select(NULL, NULL, picks));
    assert_false(orm_next(NULL));
    assert_true(orm_is_null(NULL, &id));
    assert_int_equal(orm_row_count(NULL), 0);
    struct orm_session *s = open_books();
    book_get(book_table(s), INT64_C(99)); /* none, and no error */
    assert_null(book_select(book_table(s), NULL, NULL));
    spent(s);
    assert_null(book_select(book_table(s), NULL, picks));
    assert_int_equal(spent(s), 0);
    assert_int_equal(id, 4);
    orm_close(s);
}

/* -- What is refused --------------------------------------------------------------- */

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
        DB_TEST(picked_columns_come_row_by_row_and_make_no_objects),
        DB_TEST(rows_end_and_stay_at_the_end),
        DB_TEST(texts_stay_when_the_next_row_comes),
        DB_TEST(null_reads_as_zero_and_is_told_apart),
        DB_TEST(is_null_of_a_stranger_is_an_error),
        DB_TEST(distinct_rows_come_once),
        DB_TEST(joined_models_are_joined_once_each),
        DB_TEST(picks_go_three_relations_far_and_no_farther),
        DB_TEST(relations_select_their_own_rows_in_their_order),
        DB_TEST(objects_among_the_picks_are_mapped_and_peers),
        DB_TEST(related_rows_are_counted_where_they_are),
        DB_TEST(rows_can_be_chosen_and_sorted_by_related_counts),
        DB_TEST(aggregates_are_what_the_server_says),
        DB_TEST(of_no_rows_counts_are_zero_and_the_rest_is_null),
        DB_TEST(plain_picks_beside_aggregates_group),
        DB_TEST(groups_are_sorted_and_cut),
        DB_TEST(sum_that_does_not_fit_is_out_of_range),
        DB_TEST(what_it_reads_is_flushed_first),
        DB_TEST(values_do_not_make_another_statement),
        DB_TEST(column_of_another_type_is_drift),
        DB_TEST(nothing_accepts_failure),
        DB_TEST(wrong_selects_are_refused_and_send_nothing),
        DB_TEST(bad_cell_leaves_variables_and_objects_as_they_were),
    };
    return cmocka_run_group_tests(tests, group_setup, db_group_teardown);
}
