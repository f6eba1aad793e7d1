/* raw_test.c: objects by SQL that the program wrote. */
#include "library_test.h"

static struct orm_session *open_books(void)
{
    arrange_library(db, 3, 4);
    return open_library();
}

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void rows_of_sql_are_mapped_objects_and_peers(void **state)
{
    (void)state;
    struct orm_session *s = open_books();
    struct book *tenth = book_get(book_table(s), 10);
    const struct orm_param least[] = {orm_int(109)};
    spent(s);
    const struct book_list *list = book_from_sql(s,
        ORM_RAW("select * from public.book where pages > $1 order by id desc"), least,
        COUNT(least));
    assert_fine(s);
    assert_int_equal(list->len, 3);
    assert_int_equal(book_id(list->items[0]), 12);
    assert_ptr_equal(list->items[2], tenth);
    assert_ptr_equal(list->items[1], book_get(book_table(s), 11));
    assert_null(list->items[3]);
    orm_each(struct book, b, list)
        assert_string_equal(author_name(book_author(b)), "author 3");
    assert_int_equal(spent(s), 2);
    close_library(s);
}

static void columns_are_found_by_name_and_others_passed_over(void **state)
{
    (void)state;
    struct orm_session *s = open_books();
    const struct author_list *list = author_from_sql(s,
        ORM_RAW("select count(*) as books, a.email, a.name, a.id, now()"
                " from public.author as a join public.book as b on b.author_id = a.id"
                " group by a.id order by a.id"),
        NULL, 0);
    assert_fine(s);
    assert_int_equal(list->len, 3);
    assert_int_equal(author_id(list->items[0]), 1);
    assert_string_equal(author_name(list->items[2]), "author 3");
    assert_false(author_has_email(list->items[2]));
    close_library(s);
}

static void loaded_objects_take_the_rows_values(void **state)
{
    (void)state;
    struct orm_session *s = open_books();
    struct author *a = author_get(author_table(s), 2);
    db_exec(db, "update author set name = 'elsewhere' where id = 2");
    const struct author_list *list = author_from_sql(
        s, ORM_RAW("select name, id, email from public.author"), NULL, 0);
    assert_int_equal(list->len, 3);
    assert_string_equal(author_name(a), "elsewhere");
    close_library(s);
}

static void parameters_are_of_every_kind(void **state)
{
    (void)state;
    struct orm_session *s = open_books();
    db_exec(db, "insert into sample values (1, true, 2, 3, 4, 5.5, 6.5, 'words',"
                " 'code', '2026-01-02', '2026-01-02 03:04:05+00', 'sad')");
    const int64_t wholes[] = {7, 3};
    const char *const words[] = {"other", "words"};
    const struct orm_param params[] = {orm_int(4), orm_real(6.5), orm_text("words"),
        orm_bool(true), orm_moment(INT64_C(1767323045000000)), orm_day(20455),
        orm_ints(wholes, 2), orm_texts(words, 2), orm_null()};
    const struct sample_list *list = sample_from_sql(s,
        ORM_RAW("select * from public.sample where big = $1 and exact = $2"
                " and words = $3 and flag = $4 and moment = $5 and day = $6"
                " and whole = any ($7) and words = any ($8)"
                " and coalesce($9, code) = code"),
        params, COUNT(params));
    assert_fine(s);
    assert_int_equal(list->len, 1);
    const struct orm_param none[] = {orm_ints(NULL, 0)};
    list = sample_from_sql(
        s, ORM_RAW("select * from public.sample where whole = any ($1)"), none, 1);
    assert_fine(s);
    assert_int_equal(list->len, 0);
    close_library(s);
}

static char shapes[3][40];

static void see_shape(void *arg, const struct orm_statement *statement)
{
    snprintf(shapes[(*(size_t *)arg)++], sizeof shapes[0], "%s", statement->shape);
}

static void values_do_not_make_another_statement(void **state)
{
    (void)state;
    struct orm_session *s = open_books();
    size_t at = 0;
    orm_on_statement(s, see_shape, &at);
    for (int64_t i = 1; i < 4; i++) {
        const struct orm_param id[] = {orm_int(i)};
        const struct author_list *list = author_from_sql(
            s, ORM_RAW("select * from public.author where id = $1"), id, 1);
        assert_int_equal(list->len, 1);
        assert_int_equal(author_id(list->items[0]), i);
    }
    assert_int_equal(at, 3);
    assert_string_equal(shapes[0], shapes[2]);
    close_library(s);
}

static void changes_are_flushed_first(void **state)
{
    (void)state;
    struct orm_session *s = open_books();
    author_set_name(author_get(author_table(s), 1), "new");
    const struct author_list *list = author_from_sql(
        s, ORM_RAW("select * from public.author where name = 'new'"), NULL, 0);
    assert_int_equal(list->len, 1);
    orm_rollback(s);
    close_library(s);
}

static void rows_may_come_of_a_change(void **state)
{
    (void)state;
    struct orm_session *s = open_books();
    struct author *a = author_get(author_table(s), 1);
    orm_begin(s);
    const struct author_list *list = author_from_sql(s,
        ORM_RAW("update public.author set name = upper(name) where id < 3 returning *"),
        NULL, 0);
    assert_int_equal(list->len, 2);
    assert_string_equal(author_name(a), "AUTHOR 1");
    orm_rollback(s);
    close_library(s);
}

/* -- What is refused --------------------------------------------------------------- */

static void refuse(const char *message, struct orm_raw sql,
    const struct orm_param *params, size_t count)
{
    struct orm_session *s = open_library();
    struct author *a = author_get(author_table(s), 1);
    db_exec(db, "update author set name = 'behind' where id = 1");
    const struct author_list *list = author_from_sql(s, sql, params, count);
    assert_int_equal(list->len, 0);
    assert_null(list->items[0]);
    if (strcmp(orm_message(s), message) != 0)
        fail_msg("\"%s\" expected, got \"%s\"", message, orm_message(s));
    assert_string_equal(orm_last_error(s)->model, "author");
    assert_string_not_equal(author_name(a), "behind");
    orm_close(s);
    db_exec(db, "update author set name = 'author 1' where id = 1");
}

static void wrong_sql_is_explained(void **state)
{
    (void)state;
    arrange_library(db, 2, 2);
    const struct orm_param null_text[] = {orm_text(NULL)};
    const struct orm_param bad_text[] = {orm_text("\xff")};
    const struct orm_param unknown[] = {{.type = 77}};
    refuse("author: the SQL does not yield the columns name, email",
        ORM_RAW("select id, name as called from public.author"), NULL, 0);
    refuse("author: the SQL does not yield the column email",
        ORM_RAW("select id, name from public.author"), NULL, 0);
    refuse("author: the SQL does not yield the columns id, name, email",
        ORM_RAW("set local work_mem = '1MB'"), NULL, 0);
    refuse("author.id: the SQL yields several columns called \"id\"; select those of "
           "one table",
        ORM_RAW("select * from public.author as a"
                " join public.book as b on b.author_id = a.id"),
        NULL, 0);
    refuse("author.name: the table has integer, the YAML says text; migrate the table "
           "or generate again",
        ORM_RAW("select id, 1 as name, email from public.author"), NULL, 0);
    refuse("author.name: the table holds a null, the YAML does not say optional: true",
        ORM_RAW("select id, null::text as name, email from public.author"), NULL, 0);
    refuse(
        "author: relation \"author\" does not exist; only pg_catalog is searched, so "
        "write \"public\".\"table\"",
        ORM_RAW("select * from author"), NULL, 0);
    refuse("author.$1: NULL is no value; clear the field, or ask with is_null",
        ORM_RAW("select * from public.author where name = $1"), null_text, 1);
    refuse("author.$1: the text is not valid UTF-8",
        ORM_RAW("select * from public.author where name = $1"), bad_text, 1);
    refuse("author.$1: a parameter of no type that there is",
        ORM_RAW("select * from public.author where name = $1"), unknown, 1);
}

static void too_few_parameters_do_not_lose_the_connection(void **state)
{
    (void)state;
    struct orm_session *s = open_books();
    assert_int_equal(author_from_sql(s,
                         ORM_RAW("select * from public.author where id = $1"), NULL, 0)
                         ->len,
        0);
    assert_failed(s, ORM_INVALID, "author", NULL);
    orm_rollback(s);
    assert_int_equal(author_all(author_table(s))->len, 3);
    close_library(s);
}

static void no_session_gives_an_empty_list(void **state)
{
    (void)state;
    const struct author_list *list =
        author_from_sql(NULL, ORM_RAW("select 1"), NULL, 0);
    assert_int_equal(list->len, 0);
    assert_null(list->items[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(rows_of_sql_are_mapped_objects_and_peers),
        DB_TEST(columns_are_found_by_name_and_others_passed_over),
        DB_TEST(loaded_objects_take_the_rows_values),
        DB_TEST(parameters_are_of_every_kind),
        DB_TEST(values_do_not_make_another_statement),
        DB_TEST(changes_are_flushed_first),
        DB_TEST(rows_may_come_of_a_change),
        DB_TEST(wrong_sql_is_explained),
        DB_TEST(too_few_parameters_do_not_lose_the_connection),
        DB_TEST(no_session_gives_an_empty_list),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
