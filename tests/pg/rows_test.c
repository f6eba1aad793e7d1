/* rows_test.c: rows instead of objects, and objects beside what is counted. */
#include "library_test.h"

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
    const struct book_pick alone[] = {book_genre_into(&genre), book_picks_end()};
    assert_null(book_select(book_table(s), &books_by_id, alone));
    assert_failed(s, ORM_DRIFT, "book", "genre");
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
        DB_TEST(what_it_reads_is_flushed_first),
        DB_TEST(values_do_not_make_another_statement),
        DB_TEST(column_of_another_type_is_drift),
        DB_TEST(nothing_accepts_failure),
        DB_TEST(bad_cell_leaves_variables_and_objects_as_they_were),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
