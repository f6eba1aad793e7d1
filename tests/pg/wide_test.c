/* wide_test.c: as many columns as a table can have, and as a word of bits has.  The
 * columns are int2, optional, behind the key, and gone through by number. */
#include "pgtest.h"
#include "sessions.h"

#include "wide.orm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static int16_t value_at(const struct orm_object *o, unsigned column)
{
    return *(const int16_t *)(const void *)((const char *)o +
                                            o->model->columns[column].offset);
}

/* What column i of row r holds; 0 stands for null. */
static int expected(unsigned i, unsigned r)
{
    return (i + r) % 3 == 0 ? 0 : (int)(i + r);
}

static void fill(struct orm_object *o, unsigned r)
{
    for (unsigned i = 1; i < o->model->column_count; i++)
        if (expected(i, r))
            orm_set_integer(o, i, expected(i, r));
}

static void check_object(const struct orm_object *o, unsigned r)
{
    for (unsigned i = 1; i < o->model->column_count; i++) {
        assert_int_equal(value_at(o, i), expected(i, r));
        assert_int_equal(orm_has(o, i), expected(i, r) != 0);
    }
}

/* Which columns of a row are not as expected. */
static const char *wrong_in_database(const struct orm_model *m, unsigned r)
{
    return db_text(db,
        "select coalesce(string_agg(key || '=' || coalesce(value, 'null'), ' '), '')"
        "  from (select key, value, substr(key, 2)::int + %u as n"
        "          from %s t, jsonb_each_text(to_jsonb(t))"
        "         where id = %u and key <> 'id') c"
        " where coalesce(value::int, 0) <> case when n %% 3 = 0 then 0 else n end",
        r, m->table, r);
}

/* Two rows are written, read by another session, and changed in some columns. */
static void go_through(
    const struct orm_model *m, const unsigned *changed, size_t changes)
{
    struct orm_session *s = orm_open(db_conninfo(), &wide_schema);
    struct orm_manager *table = orm_table(s, m);
    struct orm_object *made[2];
    for (unsigned r = 1; r <= 2; r++)
        fill(made[r - 1] = orm_new(table), r);
    assert_true(orm_commit(s));
    assert_int_equal(orm_statements(s), 1);
    for (unsigned r = 1; r <= 2; r++) {
        check_object(made[r - 1], r);
        assert_string_equal(wrong_in_database(m, r), "");
    }
    orm_close(s);

    s = orm_open(db_conninfo(), &wide_schema);
    table = orm_table(s, m);
    struct orm_object *read[2];
    for (unsigned r = 1; r <= 2; r++) {
        const union orm_value key = {.integer = r};
        read[r - 1] = orm_get(table, &key);
        assert_non_null(read[r - 1]);
        check_object(read[r - 1], r);
    }
    for (size_t k = 0; k < changes; k++)
        for (unsigned r = 1; r <= 2; r++)
            if (expected(changed[k], r))
                orm_set_null(read[r - 1], changed[k]);
            else
                orm_set_integer(read[r - 1], changed[k], -1);
    const uint64_t before = orm_statements(s);
    assert_true(orm_commit(s));
    assert_int_equal(orm_statements(s) - before, 1);
    for (size_t k = 0; k < changes; k++)
        for (unsigned r = 1; r <= 2; r++)
            assert_int_equal(
                db_number(db, "select coalesce(c%u, 0) from %s where id = %u",
                    changed[k], m->table, r),
                expected(changed[k], r) ? 0 : -1);
    db_exec(db, "update %s set c%u = null", m->table, changed[0]);
    orm_refresh(read[0]);
    assert_false(orm_has(read[0], changed[0]));
    assert_fine(s);
    orm_close(s);
}

static void one_word_less_one(void **state)
{
    (void)state;
    static const unsigned changed[] = {1, 62};
    go_through(&w63_model, changed, 2);
}

static void one_word(void **state)
{
    (void)state;
    static const unsigned changed[] = {1, 63};
    go_through(&w64_model, changed, 2);
}

static void one_word_and_one(void **state)
{
    (void)state;
    static const unsigned changed[] = {63, 64};
    go_through(&w65_model, changed, 2);
}

static void as_many_as_a_table_can_have(void **state)
{
    (void)state;
    static const unsigned changed[] = {
        1, 62, 63, 64, 65, 127, 128, 1534, 1535, 1536, 1598, 1599};
    go_through(&w1600_model, changed, sizeof changed / sizeof *changed);
}

static void all_of_as_many_as_a_table_can_have(void **state)
{
    (void)state;
    db_exec(db, "insert into w1600 (c1) values (1), (2)");
    struct orm_session *s = orm_open(db_conninfo(), &wide_schema);
    orm_each(struct w1600, w, w1600_all(w1600_table(s)))
        for (unsigned i = 1; i < w1600_model.column_count; i++)
            orm_set_integer(&w->orm, i, 7);
    assert_true(orm_commit(s));
    assert_int_equal(orm_statements(s), 2);
    assert_string_equal(db_text(db, "select count(*), sum(value::int) from w1600 t,"
                                    " jsonb_each_text(to_jsonb(t)) where key <> 'id'"),
        "3198|22386");
    orm_close(s);
}

static void any_of_as_many_as_a_table_can_have(void **state)
{
    (void)state;
    db_exec(db, "insert into w1600 (c1, c63, c1599) select 1, 2, 3"
                " from generate_series(1, 20)");
    struct orm_session *s = orm_open(db_conninfo(), &wide_schema);
    const struct w1600_list *rows = w1600_all(w1600_table(s));
    for (unsigned r = 0; r < 20; r++)
        for (unsigned i = 1 + r; i < w1600_model.column_count; i += r + 1)
            orm_set_integer(&rows->items[r]->orm, i, (int64_t)(100 * r + 7));
    assert_true(orm_commit(s));
    assert_int_equal(orm_statements(s), 1 + 4);
    for (unsigned r = 0; r < 20; r++)
        assert_string_equal(
            db_text(db,
                "select count(*) from w1600 t, jsonb_each_text(to_jsonb(t)) c"
                " where t.id = %u and key <> 'id' and value::int is distinct from"
                " case when substr(key, 2)::int %% %u = 0 then %u"
                "  else case key when 'c1' then 1 when 'c63' then 2"
                "   when 'c1599' then 3 end end",
                (unsigned)w1600_id(rows->items[r]), r + 1, 100 * r + 7),
            "0");
    orm_close(s);
}

static void lazy_columns_in_two_words(void **state)
{
    (void)state;
    db_exec(db, "insert into lazy65 (c1, c64, c65) values (1, 64, 65), (2, null, 66)");
    struct orm_session *s = orm_open(db_conninfo(), &wide_schema);
    const struct lazy65_list *rows = lazy65_all(lazy65_table(s));
    orm_each(struct lazy65, l, rows) {
        assert_int_equal(lazy65_c65(l), lazy65_id(l) == 1 ? 65 : 66);
        assert_int_equal(lazy65_has_c64(l), lazy65_id(l) == 1);
    }
    assert_int_equal(orm_statements(s), 3);
    lazy65_set_c1(rows->items[0], 3);
    assert_int_equal(lazy65_c1(rows->items[0]), 3);
    assert_int_equal(orm_statements(s), 3);
    assert_int_equal(lazy65_c1(rows->items[1]), 2);
    assert_int_equal(orm_statements(s), 4);
    assert_true(orm_commit(s));
    orm_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(one_word_less_one),
        DB_TEST(one_word),
        DB_TEST(one_word_and_one),
        DB_TEST(as_many_as_a_table_can_have),
        DB_TEST(all_of_as_many_as_a_table_can_have),
        DB_TEST(any_of_as_many_as_a_table_can_have),
        DB_TEST(lazy_columns_in_two_words),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
