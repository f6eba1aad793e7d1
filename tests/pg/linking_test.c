/* linking_test.c: what is added to a list and removed from it. */
#include "library_test.h"

static void adding_twice_is_adding_once(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    db_exec(db, "delete from book_tags");
    struct orm_session *s = open_library();
    struct book *b = book_get(book_table(s), 1);
    struct tag *t = tag_get(tag_table(s), 1);
    tag_add(book_tags(b), t);
    tag_add(book_tags(b), t);
    book_add(tag_books(t), b);
    assert_true(orm_commit(s));
    assert_int_equal(db_number(db, "select count(*) from book_tags"), 1);
    /* And once more, now that it is there. */
    tag_add(book_tags(b), t);
    assert_true(orm_commit(s));
    assert_int_equal(db_number(db, "select count(*) from book_tags"), 1);
    assert_int_equal(tag_all(book_tags(b))->len, 1);
    assert_int_equal(book_all(tag_books(t))->len, 1);
    close_library(s);
}

static void removing_what_is_not_there_is_nothing(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    db_exec(db, "delete from book_tags");
    struct orm_session *s = open_library();
    struct book *b = book_get(book_table(s), 1);
    struct tag *t = tag_get(tag_table(s), 1);
    tag_remove(book_tags(b), t);
    assert_true(orm_commit(s));
    tag_add(book_tags(b), t);
    tag_remove(book_tags(b), t);
    assert_true(orm_commit(s));
    assert_int_equal(db_number(db, "select count(*) from book_tags"), 0);
    tag_remove(book_tags(b), t);
    tag_add(book_tags(b), t);
    assert_true(orm_commit(s));
    assert_int_equal(db_number(db, "select count(*) from book_tags"), 1);
    close_library(s);
}

static unsigned long long cost_of_tagging(int n)
{
    db_truncate(db);
    arrange_library(db, 1, n);
    db_exec(db, "delete from book_tags");
    struct orm_session *s = open_library();
    const struct book_list *books = book_all(book_table(s));
    const struct tag_list *tags = tag_all(tag_table(s));
    orm_each(struct book, b, books)
        orm_each(struct tag, t, tags)
            tag_add(book_tags(b), t);
    spent(s);
    waited(s);
    assert_true(orm_commit(s));
    const unsigned long long cost = spent(s);
    assert_int_equal(waited(s), 1);
    assert_int_equal(db_number(db, "select count(*) from book_tags"), 3 * n);
    orm_each(struct book, b, books)
        tag_remove(book_tags(b), tags->items[0]);
    assert_true(orm_commit(s));
    assert_int_equal(spent(s), cost);
    assert_int_equal(db_number(db, "select count(*) from book_tags"), 2 * n);
    close_library(s);
    return cost;
}

static void tagging_costs_the_same_whatever_the_number(void **state)
{
    (void)state;
    assert_int_equal(cost_of_tagging(1), 1);
    assert_int_equal(cost_of_tagging(200), 1);
}

static void many_to_many_through_a_model_can_be_added(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    struct book *b = book_get(book_table(s), 1);
    struct reader *r = reader_new(reader_table(s));
    reader_set_name(r, "r");
    reader_add(book_readers(b), r);
    assert_true(orm_commit(s));
    assert_string_equal(
        db_text(db, "select l.book_id, r.name, l.due from loan l join reader r"
                    " on r.id = l.reader_id"),
        "1|r|-");
    assert_ptr_equal(reader_all(book_readers(b))->items[0], r);
    assert_ptr_equal(book_all(reader_books(r))->items[0], b);
    close_library(s);
}

static void reverse_slot_takes_and_gives_back(void **state)
{
    (void)state;
    arrange_library(db, 2, 1);
    struct orm_session *s = open_library();
    struct author *a = author_get(author_table(s), 2);
    struct book *b = book_get(book_table(s), 1);
    book_add(author_books(a), b);
    book_add(author_edited(a), b);
    assert_ptr_equal(book_author(b), a);
    assert_ptr_equal(book_editor(b), a);
    assert_true(orm_commit(s));
    assert_string_equal(
        db_text(db, "select author_id, editor_id from book where id = 1"), "2|2");
    book_remove(author_edited(a), b);
    assert_null(book_editor(b));
    assert_int_equal(book_all(author_edited(a))->len, 0);
    assert_true(orm_commit(s));
    assert_string_equal(
        db_text(db, "select author_id, editor_id from book where id = 1"), "2|-");
    close_library(s);
}

static void list_of_a_new_object_is_asked_for_again_once_others_may_know_its_key(
    void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    struct country *c = country_new(country_table(s));
    country_set_code(c, "de");
    country_set_name(c, "Germany");
    assert_int_equal(city_all(country_cities(c))->len, 0);
    struct city *city = city_new(city_table(s));
    city_set_name(city, "Berlin");
    city_set_country_id(city, "de"); /* by its key */
    assert_true(orm_flush(s));
    assert_int_equal(city_all(country_cities(c))->len, 1);
    close_library(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(adding_twice_is_adding_once),
        DB_TEST(removing_what_is_not_there_is_nothing),
        DB_TEST(tagging_costs_the_same_whatever_the_number),
        DB_TEST(many_to_many_through_a_model_can_be_added),
        DB_TEST(reverse_slot_takes_and_gives_back),
        DB_TEST(list_of_a_new_object_is_asked_for_again_once_others_may_know_its_key),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
