/* slots_test.c: relations that are set and cleared. */
#include "library_test.h"

/* -- Lists of the program's own ---------------------------------------------------- */

#define TAGS(...)                                                                      \
    (&(const struct tag_list){(struct tag *[]){__VA_ARGS__, NULL},                     \
        sizeof((struct tag *[]){__VA_ARGS__}) / sizeof(struct tag *)})
#define BOOKS(...)                                                                     \
    (&(const struct book_list){(struct book *[]){__VA_ARGS__, NULL},                   \
        sizeof((struct book *[]){__VA_ARGS__}) / sizeof(struct book *)})
#define READERS(...)                                                                   \
    (&(const struct reader_list){(struct reader *[]){__VA_ARGS__, NULL},               \
        sizeof((struct reader *[]){__VA_ARGS__}) / sizeof(struct reader *)})

static const struct tag_list no_tags = {NULL, 0};

static struct reader *reader_named(struct orm_session *s, const char *name)
{
    struct reader *r = reader_new(reader_table(s));
    reader_set_name(r, name);
    return r;
}

static const char *tagged(void)
{
    return db_text(db, "select book_id, string_agg(tag_id::text, ',' order by tag_id)"
                       " from book_tags group by 1 order by 1");
}

static const char *editors(void)
{
    return db_text(db, "select id, author_id, editor_id from book order by id");
}

static bool has_tag(const struct tag_list *list, const struct tag *t)
{
    orm_each(struct tag, each, list)
        if (each == t)
            return true;
    return false;
}

/* -- Join tables ------------------------------------------------------------------- */

static void set_sends_the_difference_only(void **state)
{
    (void)state;
    arrange_library(db, 1, 2);
    struct orm_session *s = open_library();
    struct book *b = book_get(book_table(s), 1); /* has 2 and 3 */
    struct tag *t1 = tag_get(tag_table(s), 1), *t2 = tag_get(tag_table(s), 2),
               *t3 = tag_get(tag_table(s), 3);
    db_exec(db,
        "create table seen (what text); create function note() returns trigger"
        " language plpgsql as $$ begin insert into public.seen values (tg_op || ' ' ||"
        " coalesce(new.tag_id, old.tag_id)); return null; end $$;"
        " create trigger note after insert or delete on book_tags"
        " for each row execute function note()");
    spent(s);
    tag_set(book_tags(b), TAGS(t1, t2));
    assert_int_equal(spent(s), 1); /* what it shows now */
    assert_true(orm_commit(s));
    assert_int_equal(spent(s), 2); /* one out, one in */
    assert_string_equal(db_text(db, "select what from seen"), "DELETE 3\nINSERT 1");
    assert_string_equal(tagged(), "1|1,2\n2|1,3");
    assert_int_equal(tag_all(book_tags(b))->len, 2);
    assert_true(has_tag(tag_all(book_tags(b)), t1));
    assert_false(has_tag(tag_all(book_tags(b)), t3));
    db_exec(db, "drop trigger note on book_tags; drop function note; drop table seen");
    close_library(s);
}

static void set_to_what_is_there_writes_nothing(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    struct book *b = book_get(book_table(s), 1);
    const struct tag_list *own = tag_all(book_tags(b));
    spent(s);
    tag_set(book_tags(b), own);
    assert_ptr_equal(tag_all(book_tags(b)), own);
    tag_set(book_tags(b),
        TAGS(own->items[1], own->items[0], own->items[1])); /* twice is once */
    assert_true(orm_commit(s));
    assert_int_equal(spent(s), 0);
    assert_string_equal(tagged(), "1|2,3");
    close_library(s);
}

static void both_sides_are_right_before_and_after_the_flush_and_after_rollback(
    void **state)
{
    (void)state;
    arrange_library(db, 1, 2);
    struct orm_session *s = open_library();
    struct book *b = book_get(book_table(s), 1); /* has 2 and 3 */
    struct tag *t1 = tag_get(tag_table(s), 1), *t2 = tag_get(tag_table(s), 2);
    assert_int_equal(book_all(tag_books(t1))->len, 1);
    assert_int_equal(book_all(tag_books(t2))->len, 1);

    tag_set(book_tags(b), TAGS(t1));
    assert_int_equal(tag_all(book_tags(b))->len, 1);
    assert_ptr_equal(tag_all(book_tags(b))->items[0], t1);
    assert_int_equal(book_all(tag_books(t1))->len, 2);
    assert_int_equal(book_all(tag_books(t2))->len, 0);
    assert_true(orm_flush(s));
    assert_int_equal(tag_all(book_tags(b))->len, 1);
    assert_int_equal(book_all(tag_books(t1))->len, 2);
    assert_int_equal(book_all(tag_books(t2))->len, 0);

    orm_rollback(s);
    assert_int_equal(tag_all(book_tags(b))->len, 2);
    assert_int_equal(book_all(tag_books(t1))->len, 1);
    assert_int_equal(book_all(tag_books(t2))->len, 1);
    assert_string_equal(tagged(), "1|2,3\n2|1,3");
    close_library(s);
}

static void the_other_side_sets_as_well(void **state)
{
    (void)state;
    arrange_library(db, 1, 3);
    struct orm_session *s = open_library();
    struct tag *t = tag_get(tag_table(s), 1); /* on 2 and 3 */
    struct book *one = book_get(book_table(s), 1), *two = book_get(book_table(s), 2);
    book_set(tag_books(t), BOOKS(one, two));
    assert_true(orm_commit(s));
    assert_string_equal(tagged(), "1|1,2,3\n2|1,3\n3|2");
    assert_true(has_tag(tag_all(book_tags(one)), t));
    close_library(s);
}

static void clear_leaves_an_empty_list(void **state)
{
    (void)state;
    arrange_library(db, 1, 2);
    struct orm_session *s = open_library();
    struct book *b = book_get(book_table(s), 1);
    spent(s);
    tag_clear(book_tags(b));
    assert_true(orm_commit(s));
    assert_int_equal(spent(s), 2);
    assert_int_equal(tag_all(book_tags(b))->len, 0);
    assert_string_equal(tagged(), "2|1,3");
    tag_set(book_tags(b), &no_tags);
    assert_true(orm_commit(s));
    assert_string_equal(tagged(), "2|1,3");
    close_library(s);
}

static unsigned long long cost_of_setting(int n)
{
    db_truncate(db);
    arrange_library(db, 1, n);
    struct orm_session *s = open_library();
    struct tag *t1 = tag_get(tag_table(s), 1);
    const struct book_list *books = book_all(book_table(s));
    spent(s);
    orm_each(struct book, b, books)
        tag_set(book_tags(b), TAGS(t1));
    assert_true(orm_commit(s));
    assert_int_equal(
        db_number(db, "select count(*) from book_tags where tag_id = 1"), n);
    assert_int_equal(db_number(db, "select count(*) from book_tags"), n);
    const unsigned long long cost = spent(s);
    close_library(s);
    return cost;
}

static void setting_costs_the_same_whatever_the_number(void **state)
{
    (void)state;
    const unsigned long long few = cost_of_setting(10);
    assert_int_equal(cost_of_setting(100), few);
}

static void unsaved_items_and_owners_are_set(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    struct author *a = author_get(author_table(s), 1);
    struct tag *t1 = tag_get(tag_table(s), 1), *made = tag_new(tag_table(s));
    tag_set_name(made, "made");
    struct book *b = book_new(author_books(a));
    book_set_title(b, "new");
    spent(s);
    tag_set(book_tags(b), TAGS(t1, made));
    tag_set(book_tags(b), TAGS(made));
    assert_int_equal(tag_all(book_tags(b))->len, 1);
    assert_ptr_equal(tag_all(book_tags(b))->items[0], made);
    assert_ptr_equal(book_all(tag_books(made))->items[0], b);
    assert_int_equal(book_all(tag_books(made))->len, 1);
    tag_clear(book_tags(b));
    assert_int_equal(tag_all(book_tags(b))->len, 0);
    assert_int_equal(book_all(tag_books(made))->len, 0);
    tag_set(book_tags(b), TAGS(made, t1));
    assert_int_equal(spent(s), 0); /* all in memory */
    assert_true(orm_commit(s));
    assert_string_equal(
        db_text(db,
            "select t.name from book_tags j join tags t on t.id = j.tag_id"
            " join book b on b.id = j.book_id where b.title = 'new' order by 1"),
        "made\nred");
    close_library(s);
}

/* -- Reverse references ------------------------------------------------------------ */

static void optional_reference_is_set_and_cleared(void **state)
{
    (void)state;
    arrange_library(db, 2, 2);
    db_exec(db, "update book set editor_id = 1 where id in (1, 2)");
    struct orm_session *s = open_library();
    struct author *a = author_get(author_table(s), 1);
    struct author *other = author_get(author_table(s), 2);
    struct book *b1 = book_get(book_table(s), 1), *b2 = book_get(book_table(s), 2),
                *b3 = book_get(book_table(s), 3);
    book_set(author_edited(other), BOOKS(b3));
    assert_true(orm_commit(s));
    spent(s);
    book_set(author_edited(a), BOOKS(b2, b3)); /* b3 is taken from the other */
    assert_ptr_equal(book_editor(b3), a);
    assert_null(book_editor(b1));
    assert_int_equal(spent(s), 1);
    assert_int_equal(book_all(author_edited(a))->len, 2);
    assert_int_equal(spent(s), 2); /* one UPDATE, one look */
    assert_int_equal(book_all(author_edited(other))->len, 0);
    assert_true(orm_commit(s));
    assert_string_equal(editors(), "1|1|-\n2|1|1\n3|2|1\n4|2|-");
    book_clear(author_edited(a));
    assert_int_equal(book_all(author_edited(a))->len, 0);
    orm_rollback(s);
    assert_int_equal(book_all(author_edited(a))->len, 2);
    assert_ptr_equal(book_editor(b2), a);
    assert_string_equal(editors(), "1|1|-\n2|1|1\n3|2|1\n4|2|-");
    close_library(s);
}

static void required_reference_can_gain_but_not_lose(void **state)
{
    (void)state;
    arrange_library(db, 2, 2);
    struct orm_session *s = open_library();
    struct author *a = author_get(author_table(s), 1);
    struct book *b1 = book_get(book_table(s), 1), *b2 = book_get(book_table(s), 2),
                *b3 = book_get(book_table(s), 3);
    book_set(author_books(a), BOOKS(b1, b2, b3));
    assert_true(orm_commit(s));
    assert_string_equal(editors(), "1|1|-\n2|1|-\n3|1|-\n4|2|-");
    struct book *b4 = book_get(book_table(s), 4);
    book_set(author_books(a), BOOKS(b1, b4));
    assert_failed(s, ORM_INVALID, "book", "author");
    assert_non_null(strstr(orm_message(s), "set another author or delete it"));
    assert_int_equal(book_author_id(b4), 2); /* nothing is half done */
    orm_rollback(s);
    book_clear(author_books(a));
    assert_failed(s, ORM_INVALID, "book", "author");
    orm_rollback(s);
    assert_true(orm_commit(s));
    assert_string_equal(editors(), "1|1|-\n2|1|-\n3|1|-\n4|2|-");
    close_library(s);
}

static void tree_is_set(void **state)
{
    (void)state;
    db_exec(db, "insert into category (name) values ('root'), ('a'), ('b'), ('c');"
                "update category set parent_id = 1 where id in (2, 3)");
    struct orm_session *s = open_library();
    struct category *root = category_get(category_table(s), 1);
    struct category *b = category_get(category_table(s), 3),
                    *c = category_get(category_table(s), 4);
    category_set(category_children(root),
        &(const struct category_list){(struct category *[]){b, c, NULL}, 2});
    assert_true(orm_commit(s));
    assert_string_equal(db_text(db, "select id, parent_id from category order by id"),
        "1|-\n2|-\n3|1\n4|1");
    assert_int_equal(category_all(category_children(root))->len, 2);
    close_library(s);
}

/* -- Through a model --------------------------------------------------------------- */

static void set_through_a_model_keeps_the_rows_that_stay(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    db_exec(db,
        "insert into reader (name) values ('a'), ('b');"
        "insert into loan (book_id, reader_id, due) values (1, 1, '2030-01-01'),"
        " (1, 2, '2030-01-02')");
    struct orm_session *s = open_library();
    struct book *b = book_get(book_table(s), 1);
    struct reader *a = reader_get(reader_table(s), 1);
    struct loan *gone = loan_get(loan_table(s), 2);
    struct reader *c = reader_named(s, "c");
    reader_set(book_readers(b), READERS(a, c));
    assert_int_equal(loan_all(book_loans(b))->len, 2);
    assert_true(orm_commit(s));
    assert_string_equal(
        db_text(db, "select l.book_id, r.name, l.due from loan l join reader r"
                    " on r.id = l.reader_id order by r.name"),
        "1|a|2030-01-01\n1|c|-");
    assert_null(loan_get(loan_table(s), 2));
    assert_int_equal(loan_id(gone), 2); /* reads on */
    assert_int_equal(reader_all(book_readers(b))->len, 2);
    reader_clear(book_readers(b));
    assert_true(orm_commit(s));
    assert_int_equal(db_number(db, "select count(*) from loan"), 0);
    assert_int_equal(loan_all(reader_loans(c))->len, 0);
    close_library(s);
}

static void set_through_a_model_works_unsaved(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    struct book *b = book_new(author_books(author_get(author_table(s), 1)));
    book_set_title(b, "new");
    struct reader *x = reader_named(s, "x"), *y = reader_named(s, "y");
    reader_set(book_readers(b), READERS(x, y));
    reader_set(book_readers(b), READERS(y));
    assert_int_equal(reader_all(book_readers(b))->len, 1);
    assert_ptr_equal(reader_all(book_readers(b))->items[0], y);
    assert_int_equal(loan_all(book_loans(b))->len, 1);
    assert_int_equal(book_all(reader_books(x))->len, 0);
    assert_true(orm_commit(s));
    assert_string_equal(db_text(db, "select r.name from loan l join reader r"
                                    " on r.id = l.reader_id"),
        "y");
    close_library(s);
}

/* -- What is refused --------------------------------------------------------------- */

static void null_items_are_named(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    struct book *b = book_get(book_table(s), 1);
    struct tag *t = tag_get(tag_table(s), 1);
    spent(s);
    tag_set(book_tags(b), TAGS(t, NULL));
    assert_failed(s, ORM_INVALID, "book", "tags");
    assert_string_equal(orm_message(s), "book.tags: item 2 of 2 to be set is NULL");
    assert_int_equal(spent(s), 0);
    orm_rollback(s);
    assert_true(orm_commit(s));
    assert_string_equal(tagged(), "1|2,3");
    close_library(s);
}

static void objects_of_another_session_are_refused(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *other = open_library(), *s = open_library();
    struct tag *far = tag_get(tag_table(other), 1);
    struct book *b = book_get(book_table(s), 1);
    tag_set(book_tags(b), TAGS(tag_get(tag_table(s), 1), far));
    assert_failed(s, ORM_OTHER_SESSION, NULL, NULL);
    orm_rollback(s);
    assert_int_equal(tag_all(book_tags(b))->len, 2);
    close_library(s);
    close_library(other);
}

static void deleted_items_and_owners_are_refused(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    struct book *b = book_get(book_table(s), 1);
    struct tag *t = tag_get(tag_table(s), 1);
    tag_delete(t);
    tag_set(book_tags(b), TAGS(t));
    assert_failed(s, ORM_INVALID, NULL, NULL);
    orm_rollback(s);
    book_delete(b);
    tag_set(book_tags(b), TAGS(t));
    assert_failed(s, ORM_INVALID, NULL, NULL);
    orm_rollback(s);
    tag_set(book_tags(b), TAGS(t));
    assert_true(orm_commit(s));
    assert_string_equal(tagged(), "1|1");
    close_library(s);
}

static void what_may_not_be_loaded_is_not_set(void **state)
{
    (void)state;
    arrange_library(db, 1, 2);
    struct orm_session *s = open_library();
    struct book *one = book_get(book_table(s), 1), *two = book_get(book_table(s), 2);
    assert_int_equal(tag_all(book_tags(one))->len, 2);
    orm_set_fetch(s, ORM_FETCH_RAISE);
    tag_clear(book_tags(one)); /* it is there */
    tag_clear(book_tags(two));
    assert_failed(s, ORM_FETCH_RAISED, "book", "tags");
    orm_rollback(s);
    close_library(s);
}

static void whole_table_is_not_set(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    tag_clear(tag_table(s));
    assert_failed(s, ORM_INVALID, "tag", NULL);
    assert_non_null(strstr(orm_message(s), "clear() is for relations"));
    orm_rollback(s);
    close_library(s);
}

static void failed_session_records_nothing(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    struct book *b = book_get(book_table(s), 1);
    assert_null(tag_get(tag_table(s), 99));
    tag_require(tag_table(s), 99);
    assert_failed(s, ORM_NOT_FOUND, "tag", NULL);
    tag_clear(book_tags(b));
    assert_failed(s, ORM_NOT_FOUND, "tag", NULL);
    orm_rollback(s);
    assert_true(orm_commit(s));
    assert_string_equal(tagged(), "1|2,3");
    close_library(s);
}

/* -- Queries that leave changes unwritten ------------------------------------------ */

static void without_autoflush_queries_read_the_database_as_it_is(void **state)
{
    (void)state;
    arrange_library(db, 1, 2);
    struct orm_session *s = open_library();
    assert_true(orm_set_autoflush(s, false));
    assert_false(orm_set_autoflush(s, false));
    struct author *a = author_get(author_table(s), 1);
    struct book *b = book_new(author_books(a));
    book_set_title(b, "new");
    book_set_title(book_get(book_table(s), 1), "changed");
    spent(s);
    assert_int_equal(book_count(book_table(s), NULL), 2);
    assert_int_equal(book_all(author_books(a))->len, 2);
    assert_string_equal(book_title(book_all(author_books(a))->items[0]), "changed");
    const struct book_query changed = {.where = {book_title_eq("changed")}};
    assert_false(book_exists(book_table(s), &changed));
    assert_int_equal(db_number(db, "select count(*) from book"), 2);
    assert_int_equal(spent(s), 3);
    assert_true(orm_flush(s));
    /* What was read without them is asked for again. */
    assert_int_equal(book_all(author_books(a))->len, 3);
    assert_int_equal(book_count(book_table(s), NULL), 3);
    assert_false(orm_set_autoflush(s, true));
    assert_true(orm_commit(s));
    close_library(s);
}

static void without_autoflush_links_wait_too(void **state)
{
    (void)state;
    arrange_library(db, 1, 2);
    struct orm_session *s = open_library();
    orm_set_autoflush(s, false);
    struct book *b = book_get(book_table(s), 1);
    struct tag *t1 = tag_get(tag_table(s), 1);
    tag_add(book_tags(b), t1);
    assert_int_equal(tag_all(book_tags(b))->len, 2);
    /* What is to be shown can only be told from what is recorded: set writes that. */
    tag_set(book_tags(b), TAGS(t1));
    assert_int_equal(db_number(db, "select count(*) from pg_stat_activity"
                                   " where state = 'idle in transaction'"
                                   " and datname = current_database()"),
        1);
    assert_true(orm_commit(s));
    assert_string_equal(tagged(), "1|1\n2|1,3");
    assert_int_equal(tag_all(book_tags(b))->len, 1);
    close_library(s);
}

static void without_autoflush_nothing_is_kept_back_from_peers(void **state)
{
    (void)state;
    arrange_library(db, 4, 2);
    struct orm_session *s = open_library();
    orm_set_autoflush(s, false);
    const struct author_list *authors = author_find(author_table(s), &authors_by_id);
    struct book *b = book_new(author_books(authors->items[3]));
    book_set_title(b, "new");
    orm_each(struct author, a, authors)
        assert_int_equal(book_all(author_books(a))->len, 2);
    assert_true(orm_flush(s));
    spent(s);
    orm_each(struct author, a, authors)
        assert_int_equal(
            book_all(author_books(a))->len, a == authors->items[3] ? 3 : 2);
    assert_int_equal(spent(s), 1);
    assert_true(orm_commit(s));
    close_library(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(set_sends_the_difference_only),
        DB_TEST(set_to_what_is_there_writes_nothing),
        DB_TEST(both_sides_are_right_before_and_after_the_flush_and_after_rollback),
        DB_TEST(the_other_side_sets_as_well),
        DB_TEST(clear_leaves_an_empty_list),
        DB_TEST(setting_costs_the_same_whatever_the_number),
        DB_TEST(unsaved_items_and_owners_are_set),
        DB_TEST(optional_reference_is_set_and_cleared),
        DB_TEST(required_reference_can_gain_but_not_lose),
        DB_TEST(tree_is_set),
        DB_TEST(set_through_a_model_keeps_the_rows_that_stay),
        DB_TEST(set_through_a_model_works_unsaved),
        DB_TEST(null_items_are_named),
        DB_TEST(objects_of_another_session_are_refused),
        DB_TEST(deleted_items_and_owners_are_refused),
        DB_TEST(what_may_not_be_loaded_is_not_set),
        DB_TEST(whole_table_is_not_set),
        DB_TEST(failed_session_records_nothing),
        DB_TEST(without_autoflush_queries_read_the_database_as_it_is),
        DB_TEST(without_autoflush_links_wait_too),
        DB_TEST(without_autoflush_nothing_is_kept_back_from_peers),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
