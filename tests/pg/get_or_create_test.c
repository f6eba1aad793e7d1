/* get_or_create_test.c: a row that is there, or one that is made of a draft. */
#include "stock_test.h"

/* -- Get or create ----------------------------------------------------------------- */

static void row_that_is_there_is_given_as_it_is(void **state)
{
    (void)state;
    db_exec(db, "insert into item (code, title, revision) values ('a', 'old', 1)");
    struct orm_session *s = begin();
    struct item *draft = draft_of(s, "a");
    item_set_title(draft, "new");
    struct item *i = item_get_or_create(item_table(s), ITEM_BY_CODE, draft);
    assert_fine(s);
    assert_int_equal(spent(s), 1);
    assert_int_equal(waited(s), 1);
    assert_ptr_not_equal(i, draft);
    assert_string_equal(item_title(i), "old");
    assert_ptr_equal(item_get(item_table(s), 1), i);
    assert_true(orm_end(s)); /* nothing waits to be written */
    draft = draft_of(s, "a");
    assert_ptr_equal(item_get_or_create(item_table(s), ITEM_BY_CODE, draft), i);
    assert_true(orm_end(s));
    assert_int_equal(spent(s), 1);
    assert_int_equal(db_number(db, "select revision from item"), 1);
    end(s);
}

static void row_that_is_not_there_is_created_in_two_round_trips(void **state)
{
    (void)state;
    for (int in = 0; in < 2; in++) {
        struct orm_session *s = begin();
        warm(s);
        if (in) {
            orm_begin(s);
            item_count(item_table(s), NULL);
            spent(s);
            waited(s);
        }
        struct item *draft = draft_of(s, in ? "in" : "out");
        item_set_title(draft, "new");
        struct item *i = item_get_or_create(item_table(s), ITEM_BY_CODE, draft);
        assert_fine(s);
        assert_int_equal(spent(s), 2);
        assert_int_equal(waited(s), 2);
        assert_ptr_equal(i, draft);
        assert_true(item_id(i) > 0);
        assert_int_equal(item_price(i), 7);
        assert_int_equal(db_number(db, "select count(*) from item"), in);
        commit(s);
        assert_int_equal(db_number(db, "select count(*) from item"), in + 1);
        end(s);
    }
}

/* Between the look and the insert somebody else makes the row. */
static void interfere(void *arg, const struct orm_statement *statement)
{
    int *looks = arg;
    if (statement->counted && strncmp(statement->sql, "SELECT", 6) == 0 && !*looks) {
        ++*looks;
        db_exec(
            db, "insert into item (code, title, revision) values ('a', 'theirs', 1)");
    }
}

static void row_that_another_makes_meanwhile_is_given(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    int looks = 0;
    orm_on_statement(s, interfere, &looks);
    struct item *draft = draft_of(s, "a");
    item_set_title(draft, "mine");
    struct item *i = item_get_or_create(item_table(s), ITEM_BY_CODE, draft);
    assert_fine(s);
    assert_int_equal(looks, 1);
    assert_int_equal(spent(s), 2);
    assert_string_equal(item_title(i), "theirs");
    commit(s);
    assert_string_equal(db_text(db, "select title, revision from item"), "theirs|1");
    end(s);
}

static void new_object_that_waits_is_found(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    struct item *made = draft_of(s, "a");
    item_set_title(made, "made");
    struct item *i = item_get_or_create(item_table(s), ITEM_BY_CODE, draft_of(s, "a"));
    assert_fine(s);
    assert_ptr_equal(i, made);
    commit(s);
    assert_string_equal(db_text(db, "select title from item"), "made");
    end(s);
}

static void what_the_draft_refers_to_is_written_first(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    struct maker *m = maker_new(maker_table(s));
    maker_set_name(m, "m");
    struct item *draft = draft_of(s, "a");
    item_set_title(draft, "t");
    struct item *i = item_get_or_create(maker_items(m), ITEM_BY_MAKER_TITLE, draft);
    assert_fine(s);
    assert_ptr_equal(i, draft);
    assert_int_equal(item_maker_id(i), maker_id(m));
    struct item *again = item_new(item_table(s));
    item_set_title(again, "t");
    item_set_code(again, "b");
    assert_ptr_equal(item_get_or_create(maker_items(m), ITEM_BY_MAKER_TITLE, again), i);
    commit(s);
    assert_int_equal(item_all(maker_items(m))->len, 1);
    assert_int_equal(db_number(db, "select count(*) from item"), 1);
    end(s);
}

static void failed_session_gives_the_placeholder(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    struct item *i = item_get_or_create(item_table(s), ITEM_BY_PAGES, draft_of(s, "a"));
    assert_non_null(i);
    assert_failed(s, ORM_INVALID, "item", NULL);
    assert_string_equal(item_code(i), "");
    item_set_code(i, "dropped");
    orm_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(row_that_is_there_is_given_as_it_is),
        DB_TEST(row_that_is_not_there_is_created_in_two_round_trips),
        DB_TEST(row_that_another_makes_meanwhile_is_given),
        DB_TEST(new_object_that_waits_is_found),
        DB_TEST(what_the_draft_refers_to_is_written_first),
        DB_TEST(failed_session_gives_the_placeholder),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
