/* includes_test.c: a schema of several files: in.yaml includes people.yaml and
 * places.yaml, and their models have lists of its books. */
#include "../golden/files/in.orm.h"
#include "pgtest.h"
#include "sessions.h"

#include "../golden/files/people.orm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Three authors with two books each; topics and readers go round. */
static int arrange(void **state)
{
    db_test_setup(state);
    db_exec(db,
        "truncate atlas.place, atlas.climate, words.topic restart identity cascade;"
        "insert into atlas.place (name) values ('here'), ('there');"
        "insert into person (name, mood, lives_id)"
        "  select 'person ' || i, 'fine', 1 + i %% 2 from generate_series(1, 3) i;"
        "insert into author (person_id) select i from generate_series(1, 3) i;"
        "insert into words.topic (name) values ('c'), ('sql');"
        "insert into book (title, author_id, printed_id)"
        "  select 'book ' || i, 1 + i %% 3, 1 + i %% 2 from generate_series(1, 6) i;"
        "insert into book_topics (book_id, topic_id) select i, 1 + i %% 2"
        "  from generate_series(1, 6) i;"
        "insert into book_readers (book_id, person_id) select i, 1 + i %% 3"
        "  from generate_series(1, 6) i");
    return 0;
}
#define INCLUDES_TEST(f) cmocka_unit_test_setup(f, arrange)

static uint64_t before;

static struct orm_session *open_with(const struct orm_schema *schema)
{
    struct orm_session *s = orm_open(db_conninfo(), schema);
    assert_non_null(s);
    assert_fine(s);
    before = orm_statements(s);
    return s;
}

static unsigned sent(const struct orm_session *s)
{
    return (unsigned)(orm_statements(s) - before);
}

static void close_session(struct orm_session *s)
{
    assert_fine(s);
    orm_close(s);
}

/* -- Loops over the border --------------------------------------------------------- */

static void a_loop_through_three_files_costs_one_statement_per_relation(void **state)
{
    (void)state;
    struct orm_session *s = open_with(&stock_schema);
    size_t books = 0;
    orm_each(struct book, b, book_all(book_table(s))) {
        struct p_person *p = p_author_person(book_author(b));
        char name[32];
        snprintf(name, sizeof name, "person %d", (int)(1 + book_id(b) % 3));
        assert_string_equal(p_person_name(p), name);
        assert_int_equal(p_person_mood(p), P_PERSON_MOOD_FINE);
        assert_string_equal(
            place_name(p_person_lives(p)), p_person_id(p) % 2 ? "there" : "here");
        books++;
    }
    assert_int_equal(books, 6);
    assert_int_equal(sent(s), 4); /* books, authors, persons, places */
    close_session(s);
}

static void a_list_on_the_other_side_is_loaded_in_groups(void **state)
{
    (void)state;
    struct orm_session *s = open_with(&stock_schema);
    size_t books = 0;
    orm_each(struct p_author, a, p_author_all(p_author_table(s)))
        orm_each(struct book, b, book_all(p_author_books(a))) {
            assert_ptr_equal(book_author(b), a);
            assert_int_equal(book_author_id(b), p_author_id(a));
            books++;
        }
    assert_int_equal(books, 6);
    assert_int_equal(sent(s), 3); /* the authors, the first one's books, all others' */
    close_session(s);
}

static void join_lists_cross_files_both_ways(void **state)
{
    (void)state;
    struct orm_session *s = open_with(&stock_schema);
    size_t pairs = 0;
    orm_each(struct book, b, book_all(book_table(s)))
        orm_each(struct p_person, p, p_person_all(book_readers(b))) {
            assert_int_equal(p_person_id(p), 1 + book_id(b) % 3);
            pairs++;
        }
    assert_int_equal(pairs, 6);
    assert_int_equal(sent(s), 3);
    orm_each(struct p_person, p, p_person_all(p_person_table(s)))
        pairs += book_all(p_person_reads(p))->len;
    assert_int_equal(pairs, 12);
    assert_int_equal(sent(s), 6);
    close_session(s);
}

/* -- Whichever schema -------------------------------------------------------------- */

static void any_file_opens_a_session_for_all(void **state)
{
    (void)state;
    static const struct orm_schema *const schemas[] = {
        &stock_schema, &people_schema, &places_schema};
    for (size_t i = 0; i < sizeof schemas / sizeof *schemas; i++) {
        struct orm_session *s = open_with(schemas[i]);
        struct p_author *a = p_author_get(p_author_table(s), 1);
        assert_int_equal(book_all(p_author_books(a))->len, 2);
        assert_int_equal(topic_count(topic_table(s), NULL), 2);
        assert_int_equal(
            p_person_all(place_people(place_get(place_table(s), 1)))->len, 1);
        close_session(s);
    }
}

static void two_sessions_of_different_schemas_live_side_by_side(void **state)
{
    (void)state;
    struct orm_session *stock = open_with(&stock_schema);
    struct orm_session *people = open_with(&people_schema);
    struct book *one = book_get(book_table(stock), 1);
    struct book *two = book_get(book_table(people), 1);
    assert_ptr_not_equal(one, two);
    assert_ptr_equal(one, book_get(book_table(stock), 1));
    assert_ptr_equal(two, book_get(book_table(people), 1));
    p_person_set_mood(p_person_get(p_person_table(stock), 2), P_PERSON_MOOD_TIRED);
    assert_true(orm_commit(stock));
    assert_int_equal(
        p_person_mood(p_person_get(p_person_table(people), 2)), P_PERSON_MOOD_TIRED);
    close_session(stock);
    close_session(people);
}

/* -- Writing ----------------------------------------------------------------------- */

static void a_unit_of_work_spans_files(void **state)
{
    (void)state;
    struct orm_session *s = open_with(&people_schema);
    struct p_person *p = p_person_new(p_person_table(s));
    p_person_set_name(p, "new");
    p_person_set_mood(p, P_PERSON_MOOD_TIRED);
    struct p_author *a = p_author_new(p_author_table(s));
    p_author_set_person(a, p);
    struct book *b = book_new(p_author_books(a));
    book_set_title(b, "new book");
    p_person_add(book_readers(b), p);
    book_add(p_person_reads(p), book_get(book_table(s), 1));
    struct topic *t = topic_new(book_topics(b));
    topic_set_name(t, "poems");
    assert_true(orm_commit(s));
    assert_string_equal(
        db_text(db, "select b.title, p.name, p.mood from book b"
                    " join author a on a.id = b.author_id"
                    " join person p on p.id = a.person_id where b.title like 'new%%'"),
        "new book|new|tired");
    assert_string_equal(
        db_text(db, "select string_agg(b.title, ', ' order by b.id) from book b"
                    " join book_readers r on r.book_id = b.id"
                    " join person p on p.id = r.person_id where p.name = 'new'"),
        "book 1, new book");
    assert_int_equal(db_number(db, "select count(*) from words.topic"), 3);
    close_session(s);
}

static void deleting_cascades_over_the_border(void **state)
{
    (void)state;
    struct orm_session *s = open_with(&people_schema);
    struct book *b = book_get(book_table(s), 1);
    p_author_delete(book_author(b));
    assert_true(orm_commit(s));
    assert_null(book_get(book_table(s), 1));
    assert_int_equal(db_number(db, "select count(*) from book"), 4);
    close_session(s);
}

/* -- Files that do not belong together --------------------------------------------- */

static void a_schema_that_lacks_a_model_is_refused(void **state)
{
    (void)state;
    const struct orm_model *const models[] = {&topic_model};
    struct orm_schema part = stock_schema;
    part.models = models;
    part.model_count = 1;
    struct orm_session *s = orm_open(db_conninfo(), &part);
    assert_failed(s, ORM_INVALID, NULL, NULL);
    assert_string_equal(orm_message(s), "topic.books: refers to a model that the "
                                        "schema has not; run ormgen on all files "
                                        "of the schema stock again");
    assert_int_equal(book_all(book_table(s))->len, 0);
    orm_close(s);
}

static void a_relation_whose_other_side_moved_is_refused(void **state)
{
    (void)state;
    struct orm_to_many moved = topic_model.to_manys[0];
    struct orm_model topic = topic_model;
    moved.inverse = 1;
    topic.to_manys = &moved;
    const struct orm_model *const models[] = {&place_model, &p_person_model,
        &p_author_model, &topic, &book_model, &topic_model};
    struct orm_schema stale = stock_schema;
    stale.models = models;
    stale.model_count = 6;
    struct orm_session *s = orm_open(db_conninfo(), &stale);
    assert_failed(s, ORM_INVALID, NULL, NULL);
    assert_string_equal(orm_message(s), "topic.books: the other side is another "
                                        "relation; run ormgen on all files of the "
                                        "schema stock again");
    orm_close(s);
}

static void a_model_of_another_schema_has_no_table(void **state)
{
    (void)state;
    static const struct orm_model stranger = {.name = "stranger"};
    struct orm_session *s = open_with(&stock_schema);
    assert_null(orm_table(s, &stranger));
    assert_failed(s, ORM_INVALID, NULL, NULL);
    assert_string_equal(orm_message(s),
        "stranger: no model of the session's schema, stock; open the session with the "
        "schema of a file that includes it");
    orm_close(s);
}

static void a_label_of_another_file_is_a_key(void **state)
{
    (void)state;
    db_exec(db, "insert into atlas.climate values ('dry', 1), ('wet', 900);"
                "update book set suits_id = 'wet' where id <= 3");
    struct orm_session *s = open_with(&stock_schema);
    orm_each(struct book, b, book_all(book_table(s)))
        assert_int_equal(climate_rain(book_suits(b)), book_id(b) <= 3 ? 900 : 0);
    assert_int_equal(sent(s), 2);
    struct book *b = book_get(book_table(s), 6);
    book_set_suits(b, climate_get(climate_table(s), CLIMATE_KIND_DRY));
    assert_true(orm_commit(s));
    assert_string_equal(db_text(db, "select suits_id from book where id = 6"), "dry");
    assert_fine(s);
    orm_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        INCLUDES_TEST(a_loop_through_three_files_costs_one_statement_per_relation),
        INCLUDES_TEST(a_list_on_the_other_side_is_loaded_in_groups),
        INCLUDES_TEST(join_lists_cross_files_both_ways),
        INCLUDES_TEST(any_file_opens_a_session_for_all),
        INCLUDES_TEST(two_sessions_of_different_schemas_live_side_by_side),
        INCLUDES_TEST(a_unit_of_work_spans_files),
        INCLUDES_TEST(deleting_cascades_over_the_border),
        INCLUDES_TEST(a_schema_that_lacks_a_model_is_refused),
        INCLUDES_TEST(a_relation_whose_other_side_moved_is_refused),
        INCLUDES_TEST(a_model_of_another_schema_has_no_table),
        INCLUDES_TEST(a_label_of_another_file_is_a_key),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
