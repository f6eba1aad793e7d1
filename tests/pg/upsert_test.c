/* upsert_test.c: rows that are there are given what was set, all others are inserted;
 * in memory each row is one object. */
#include "stock_test.h"

/* -- Rows -------------------------------------------------------------------------- */

static void row_that_is_there_takes_what_was_set_and_keeps_the_rest(void **state)
{
    (void)state;
    db_exec(db, "insert into item (code, title, price, pages, blurb, revision)"
                " values ('a', 'old', 3, 10, 'long', 4)");
    struct orm_session *s = begin();
    struct item *i = draft_of(s, "a");
    item_set_title(i, "new");
    item_upsert(item_table(s), ITEM_BY_CODE, i);
    commit(s);
    assert_int_equal(spent(s), 1);
    assert_int_equal(item_id(i), 1);
    assert_string_equal(item_title(i), "new");
    assert_int_equal(item_price(i), 3);
    assert_int_equal(item_pages(i), 10);
    assert_int_equal(item_twice(i), 20);
    assert_int_equal(item_revision(i), 5);
    assert_ptr_equal(item_get(item_table(s), 1), i);
    assert_int_equal(spent(s), 0);
    assert_string_equal(item_blurb(i), "long");
    assert_int_equal(spent(s), 1);
    assert_string_equal(
        db_text(db, "select title, price, pages, blurb, revision from item"),
        "new|3|10|long|5");
    /* It is a row like any other from now on. */
    item_set_pages(i, 11);
    commit(s);
    assert_int_equal(spent(s), 1);
    assert_int_equal(item_twice(i), 22);
    assert_int_equal(item_revision(i), 6);
    end(s);
}

static void row_that_is_not_there_is_inserted(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    warm(s);
    struct item *i = draft_of(s, "a");
    item_set_pages(i, 5);
    item_set_blurb(i, "long");
    item_upsert(item_table(s), ITEM_BY_CODE, i);
    commit(s);
    assert_int_equal(spent(s), 1);
    assert_int_equal(waited(s), 1); /* no key was asked for */
    const int64_t id = item_id(i);
    assert_int_equal(db_number(db, "select id from item"), id);
    assert_int_equal(item_price(i), 7);
    assert_int_equal(item_twice(i), 10);
    assert_int_equal(item_revision(i), 1);
    assert_false(item_has_title(i));
    assert_true(item_made(i) > 0);
    assert_true(item_made(i) == item_changed(i));
    assert_ptr_equal(item_get(item_table(s), id), i);
    assert_int_equal(item_all(item_parts(i))->len, 0);
    assert_string_equal(item_blurb(i), "long");
    end(s);
}

static void created_stays_and_updated_is_set(void **state)
{
    (void)state;
    db_exec(db, "insert into item (code, revision, made, changed)"
                " values ('a', 1, '2001-01-01', '2001-01-01')");
    struct orm_session *s = begin();
    struct item *i = draft_of(s, "a");
    item_upsert(item_table(s), ITEM_BY_CODE, i);
    commit(s);
    assert_int_equal(item_made(i), 978307200000000);
    assert_true(item_changed(i) > item_made(i));
    assert_string_equal(db_text(db, "select made::date, changed > now() - interval '1h'"
                                    " from item"),
        "2001-01-01|t");
    end(s);
}

static void any_number_is_one_statement_per_set_of_columns(void **state)
{
    (void)state;
    enum {
        N = 500
    };
    db_exec(db,
        "insert into item (code, title, revision)"
        "  select 'c' || i, 'old', 1 from generate_series(0, %d, 2) i",
        N - 1);
    struct orm_session *s = begin();
    warm(s);
    struct item *drafts[N];
    char text[32];
    for (int i = N; i--;) {
        snprintf(text, sizeof text, "c%d", i);
        drafts[i] = draft_of(s, text);
        item_set_pages(drafts[i], i);
        if (i % 3 == 0)
            item_set_title(drafts[i], "new");
        item_upsert(item_table(s), ITEM_BY_CODE, drafts[i]);
    }
    commit(s);
    assert_int_equal(spent(s), 2);
    assert_int_equal(waited(s), 1);
    for (int i = 0; i < N; i++) {
        snprintf(text, sizeof text, "c%d", i);
        struct item *row = item_get(item_table(s), item_id(drafts[i]));
        assert_string_equal(item_code(row), text);
        assert_string_equal(item_title(row), i % 3 == 0   ? "new"
                                             : i % 2 == 0 ? "old"
                                                          : "");
        assert_int_equal(item_pages(row), i);
    }
    assert_int_equal(item_all(item_table(s))->len, N);
    assert_string_equal(
        db_text(db, "select count(*), sum(pages), sum(revision) from item"),
        "500|124750|750");
    end(s);
}

/* -- Objects ----------------------------------------------------------------------- */

static void object_of_the_row_takes_the_values_and_the_draft_ends(void **state)
{
    (void)state;
    db_exec(db, "insert into maker (name) values ('m'), ('n');"
                "insert into item (code, title, blurb, pages, revision, maker_id)"
                " values ('a', 'old', 'long', 1, 1, 1)");
    struct orm_session *s = begin();
    struct item *row = item_get(item_table(s), 1);
    struct maker *m = item_maker(row);
    struct maker *n = maker_get(maker_table(s), 2);
    assert_string_equal(item_blurb(row), "long");
    assert_int_equal(item_all(maker_items(m))->len, 1);
    assert_int_equal(item_all(maker_items(n))->len, 0);

    struct item *i = draft_of(s, "a");
    item_set_title(i, "new");
    item_set_blurb(i, "longer");
    item_set_maker(i, n);
    item_upsert(item_table(s), ITEM_BY_CODE, i);
    commit(s);
    assert_string_equal(item_title(row), "new");
    assert_string_equal(item_blurb(row), "longer");
    assert_int_equal(item_pages(row), 1);
    assert_int_equal(item_revision(row), 2);
    assert_ptr_equal(item_maker(row), n);
    assert_int_equal(item_all(maker_items(m))->len, 0);
    assert_int_equal(item_all(maker_items(n))->len, 1);
    assert_ptr_equal(item_all(maker_items(n))->items[0], row);
    assert_ptr_equal(item_get(item_table(s), 1), row);
    /* The draft reads on; it cannot be written any more. */
    assert_string_equal(item_title(i), "new");
    commit(s);
    item_set_title(i, "again");
    assert_failed(s, ORM_INVALID, "item", NULL);
    orm_close(s);
}

static void changes_of_the_rows_object_stay_and_are_written_after(void **state)
{
    (void)state;
    db_exec(db, "insert into item (code, title, pages, revision)"
                " values ('a', 'old', 1, 1), ('b', 'old', 2, 1)");
    struct orm_session *s = begin();
    struct item *row = item_get(item_table(s), 1);
    item_set_title(row, "mine");
    item_set_title(item_get(item_table(s), 2), "other");
    struct item *i = draft_of(s, "a");
    item_set_title(i, "draft's");
    item_set_pages(i, 9);
    item_upsert(item_table(s), ITEM_BY_CODE, i);
    spent(s);
    commit(s);
    assert_int_equal(spent(s), 2);
    assert_string_equal(item_title(row), "mine");
    assert_int_equal(item_pages(row), 9);
    assert_int_equal(item_revision(row), 3);
    assert_string_equal(
        db_text(db, "select title, pages, revision from item order by id"),
        "mine|9|3\nother|2|2");
    end(s);
}

/* What others wrote to the row is not overwritten by changes that did not see it. */
static void changes_of_an_outdated_object_are_stale_still(void **state)
{
    (void)state;
    db_exec(db, "insert into item (code, title, pages, revision)"
                " values ('a', 'old', 1, 1)");
    struct orm_session *s = begin();
    struct item *row = item_get(item_table(s), 1);
    item_set_title(row, "mine");
    db_exec(db, "update item set revision = 5");
    struct item *i = draft_of(s, "a");
    item_set_pages(i, 9);
    item_upsert(item_table(s), ITEM_BY_CODE, i);
    assert_false(orm_commit(s));
    assert_failed(s, ORM_STALE, "item", NULL);
    orm_close(s);
    assert_string_equal(db_text(db, "select pages, revision from item"), "1|5");
}

static void deleted_row_goes_before_the_draft_that_takes_its_place(void **state)
{
    (void)state;
    db_exec(db, "insert into item (code, title, revision) values ('a', 'old', 1)");
    struct orm_session *s = begin();
    struct item *row = item_get(item_table(s), 1);
    item_delete(row);
    struct item *i = draft_of(s, "a");
    item_upsert(item_table(s), ITEM_BY_CODE, i);
    commit(s);
    assert_true(item_id(i) > 1);
    assert_ptr_equal(item_get(item_table(s), item_id(i)), i);
    assert_null(item_get(item_table(s), 1));
    assert_string_equal(db_text(db, "select count(*), count(title) from item"), "1|0");
    end(s);
}

static void new_object_with_the_same_value_is_the_row(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    struct item *made = draft_of(s, "a");
    item_set_title(made, "made");
    struct item *i = draft_of(s, "a");
    item_set_pages(i, 9);
    item_upsert(item_table(s), ITEM_BY_CODE, i);
    commit(s);
    assert_string_equal(item_title(made), "made");
    assert_int_equal(item_pages(made), 9);
    assert_ptr_equal(item_get(item_table(s), item_id(made)), made);
    assert_string_equal(
        db_text(db, "select title, pages, revision from item"), "made|9|2");
    end(s);
}

static void draft_that_is_deleted_or_rolled_back_is_never_written(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    struct item *i = draft_of(s, "a");
    item_upsert(item_table(s), ITEM_BY_CODE, i);
    item_delete(i);
    commit(s);
    assert_int_equal(spent(s), 0);
    i = draft_of(s, "b");
    item_upsert(item_table(s), ITEM_BY_CODE, i);
    orm_rollback(s);
    commit(s);
    assert_int_equal(spent(s), 0);
    end(s);
}

static void rollback_puts_the_rows_object_back(void **state)
{
    (void)state;
    db_exec(db, "insert into item (code, title, revision) values ('a', 'old', 1)");
    struct orm_session *s = begin();
    struct item *row = item_get(item_table(s), 1);
    struct item *i = draft_of(s, "a");
    item_set_title(i, "new");
    item_upsert(item_table(s), ITEM_BY_CODE, i);
    struct item *other = draft_of(s, "b");
    item_upsert(item_table(s), ITEM_BY_CODE, other);
    assert_true(orm_flush(s));
    assert_string_equal(item_title(row), "new");
    const int64_t id = item_id(other);
    orm_rollback(s);
    assert_string_equal(item_title(item_get(item_table(s), 1)), "old");
    assert_ptr_equal(item_get(item_table(s), 1), row);
    assert_null(item_get(item_table(s), id));
    end(s);
}

/* -- What refers to a draft -------------------------------------------------------- */

static void what_refers_to_a_draft_is_written_by_the_next_flight(void **state)
{
    (void)state;
    db_exec(db, "insert into maker (name) values ('loaded')");
    struct orm_session *s = begin();
    struct maker *loaded = maker_get(maker_table(s), 1);
    warm(s);
    db_exec(db, "insert into maker (name) values ('known')");
    static const char *const names[] = {"known", "loaded", "new"};
    struct maker *makers[3];
    struct item *items[3], *part;
    for (int n = 0; n < 3; n++) {
        makers[n] = maker_new(maker_table(s));
        maker_set_name(makers[n], names[n]);
        maker_set_place(makers[n], "here");
        maker_upsert(maker_table(s), MAKER_BY_NAME, makers[n]);
        items[n] = item_new(maker_items(makers[n]));
        item_set_code(items[n], names[n]);
    }
    part = item_new(item_parts(items[1]));
    item_set_code(part, "part");
    commit(s);
    assert_int_equal(spent(s), 2);
    assert_int_equal(waited(s), 3); /* the keys of items, too */
    assert_string_equal(
        db_text(db, "select i.code, m.name, m.place, i.part_of_id is null"
                    " from item i left join maker m on m.id = maker_id order by 1"),
        "known|known|here|t\nloaded|loaded|here|t\nnew|new|here|t\npart|-|-|f");
    assert_ptr_equal(item_maker(items[0]), makers[0]);
    assert_ptr_equal(item_maker(items[1]), loaded);
    assert_ptr_equal(item_maker(items[2]), makers[2]);
    assert_int_equal(item_all(maker_items(loaded))->len, 1);
    assert_ptr_equal(item_all(maker_items(loaded))->items[0], items[1]);
    assert_int_equal(item_all(maker_items(makers[0]))->len, 1);
    assert_string_equal(maker_place(loaded), "here");
    end(s);
}

static void drafts_may_refer_to_drafts(void **state)
{
    (void)state;
    db_exec(db, "insert into maker (name) values ('m');"
                "insert into item (code, revision) values ('a', 1)");
    struct orm_session *s = begin();
    struct maker *m = maker_new(maker_table(s));
    maker_set_name(m, "m");
    struct item *i = draft_of(s, "a");
    item_set_maker(i, m);
    item_upsert(item_table(s), ITEM_BY_CODE, i);
    maker_upsert(maker_table(s), MAKER_BY_NAME, m);
    commit(s);
    assert_int_equal(spent(s), 2);
    assert_int_equal(maker_id(m), 1);
    assert_int_equal(item_id(i), 1);
    assert_ptr_equal(item_maker(i), m);
    assert_string_equal(db_text(db, "select maker_id from item"), "1");
    end(s);
}

static void drafts_refer_to_new_rows(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    struct maker *m = maker_new(maker_table(s));
    maker_set_name(m, "m");
    struct item *i = item_new(maker_items(m));
    item_set_title(i, "t");
    item_set_code(i, "a");
    item_upsert(item_table(s), ITEM_BY_MAKER_TITLE, i);
    commit(s);
    assert_int_equal(spent(s), 2);
    assert_int_equal(item_maker_id(i), maker_id(m));
    i = item_new(maker_items(m));
    item_set_title(i, "t");
    item_set_code(i, "b");
    item_upsert(item_table(s), ITEM_BY_MAKER_TITLE, i);
    commit(s);
    assert_string_equal(db_text(db, "select id, code from item"), "1|b");
    end(s);
}

static void drafts_that_refer_to_each_other_are_refused(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    struct item *a = draft_of(s, "a"), *b = draft_of(s, "b");
    item_set_part_of(a, b);
    item_set_part_of(b, a);
    item_upsert(item_table(s), ITEM_BY_CODE, a);
    item_upsert(item_table(s), ITEM_BY_CODE, b);
    assert_false(orm_commit(s));
    assert_failed(s, ORM_INVALID, "item", NULL);
    assert_int_equal(spent(s), 0);
    orm_close(s);
}

static void links_of_drafts_are_links_of_their_rows(void **state)
{
    (void)state;
    db_exec(db, "insert into item (code, revision) values ('a', 1), ('b', 1);"
                "insert into label (name) values ('red')");
    struct orm_session *s = begin();
    struct item *row = item_get(item_table(s), 2);
    struct label *red = label_get(label_table(s), 1);
    struct item *drafts[3];
    static const char *const codes[] = {"a", "b", "c"};
    for (int n = 0; n < 3; n++) {
        drafts[n] = draft_of(s, codes[n]);
        item_upsert(item_table(s), ITEM_BY_CODE, drafts[n]);
        label_add(item_labels(drafts[n]), red);
    }
    struct label *blue = label_new(item_labels(row));
    label_set_name(blue, "Blue");
    label_upsert(item_labels(drafts[0]), LABEL_BY_NAME, blue);
    commit(s);
    assert_string_equal(db_text(db, "select i.code, l.name from item i"
                                    " join item_labels x on x.item_id = i.id"
                                    " join label l on l.id = x.label_id order by 1, 2"),
        "a|Blue\na|red\nb|Blue\nb|red\nc|red");
    assert_int_equal(label_all(item_labels(row))->len, 2);
    assert_int_equal(item_all(label_items(red))->len, 3);
    assert_int_equal(label_all(item_labels(drafts[2]))->len, 1);
    end(s);
}

static void relations_manager_gives_the_draft_its_owner(void **state)
{
    (void)state;
    db_exec(db, "insert into maker (name) values ('m');"
                "insert into item (code, revision) values ('a', 1)");
    struct orm_session *s = begin();
    struct maker *m = maker_get(maker_table(s), 1);
    assert_int_equal(item_all(maker_items(m))->len, 0);
    item_upsert(maker_items(m), ITEM_BY_CODE, draft_of(s, "a"));
    commit(s);
    assert_string_equal(db_text(db, "select maker_id from item"), "1");
    assert_int_equal(item_all(maker_items(m))->len, 1);
    end(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(row_that_is_there_takes_what_was_set_and_keeps_the_rest),
        DB_TEST(row_that_is_not_there_is_inserted),
        DB_TEST(created_stays_and_updated_is_set),
        DB_TEST(any_number_is_one_statement_per_set_of_columns),
        DB_TEST(object_of_the_row_takes_the_values_and_the_draft_ends),
        DB_TEST(changes_of_the_rows_object_stay_and_are_written_after),
        DB_TEST(changes_of_an_outdated_object_are_stale_still),
        DB_TEST(deleted_row_goes_before_the_draft_that_takes_its_place),
        DB_TEST(new_object_with_the_same_value_is_the_row),
        DB_TEST(draft_that_is_deleted_or_rolled_back_is_never_written),
        DB_TEST(rollback_puts_the_rows_object_back),
        DB_TEST(what_refers_to_a_draft_is_written_by_the_next_flight),
        DB_TEST(drafts_may_refer_to_drafts),
        DB_TEST(drafts_refer_to_new_rows),
        DB_TEST(drafts_that_refer_to_each_other_are_refused),
        DB_TEST(links_of_drafts_are_links_of_their_rows),
        DB_TEST(relations_manager_gives_the_draft_its_owner),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
