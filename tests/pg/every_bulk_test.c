/* every_bulk_test.c: every type by COPY and by an UPDATE of many rows: what comes to
 * the table is what INSERT brings. */
#include "any_value.h"
#include "pgtest.h"
#include "sessions.h"
#include "unit.h"

#include "every.orm.h"

static const struct orm_model *const model = &every_model;

enum {
    ROWS = 60
};

static union orm_value values[ROWS][128];
static bool nulls[ROWS][128];

static void make_values(uint64_t *random, struct arena *a)
{
    for (size_t i = 0; i < ROWS; i++)
        for (unsigned c = 1; c < model->column_count; c++) {
            nulls[i][c] = i % 2 && unit_random(random) % 8 == 0;
            values[i][c] = any_value(&model->columns[c], random, a);
        }
}

static void fill(struct every *o, size_t i)
{
    for (unsigned c = 1; c < model->column_count; c++)
        if (!nulls[i][c])
            any_set(&o->orm, c, values[i][c]);
}

static void insert_rows(struct orm_session *s)
{
    for (size_t i = 0; i < ROWS; i++) {
        struct every *o = every_new(every_table(s));
        orm_set_integer(&o->orm, EVERY_ID, (int64_t)i + 1);
        fill(o, i);
    }
    if (!orm_commit(s))
        fail_msg("%s", orm_message(s));
}

/* Rows of opposite keys are alike. */
static void assert_twins(void)
{
    assert_int_equal(db_number(db, "select count(*) from every"), 2 * ROWS);
    for (unsigned c = 1; c < model->column_count; c++) {
        const char *name = model->columns[c].name;
        const char *differ = db_text(db,
            "select a.id, a.%s::text, b.%s::text from every a join every b on b.id = "
            "-a.id where a.id > 0 and a.%s::text is distinct from b.%s::text limit 3",
            name, name, name, name);
        if (*differ)
            fail_msg("%s: %s", name, differ);
    }
}

static void copied_values_are_those_that_are_inserted(void **state)
{
    (void)state;
    uint64_t random = unit_seed();
    struct arena a = {0};
    make_values(&random, &a);
    struct orm_session *s = orm_open(db_conninfo(), &every_schema);
    insert_rows(s);
    struct every_load *l = every_load_begin(every_table(s));
    for (size_t i = 0; i < ROWS; i++) {
        struct every *row = every_load_row(l);
        orm_set_integer(&row->orm, EVERY_ID, -(int64_t)i - 1);
        fill(row, i);
    }
    assert_int_equal(every_load_end(l), ROWS);
    if (!orm_commit(s))
        fail_msg("%s", orm_message(s));
    assert_twins();
    orm_close(s);
    arena_free(&a);
}

/* One row gets the values of another, in as many statements as its columns need. */
static void update_row(struct orm_session *s, size_t i)
{
    const struct every_query q = {.where = {every_id_eq(-(int64_t)i - 1)}};
    struct every_changes changes = {.overfull = false};
    size_t count = 0;
    for (unsigned c = 1; c < model->column_count; c++) {
        struct orm_change to = orm_change_of(ORM_CHANGE_TO_NULL, c, 0);
        if (!nulls[i][c]) {
            to.kind = ORM_CHANGE_TO;
            to.value = values[i][c];
        }
        every_change_also(&changes, (struct every_change){to});
        if (++count % ORM_CHANGES && c + 1 < model->column_count)
            continue;
        if (every_update_all(every_table(s), &q, &changes) != 1)
            fail_msg("%s", orm_message(s));
        changes = (struct every_changes){.overfull = false};
    }
}

static void updated_values_are_those_that_are_inserted(void **state)
{
    (void)state;
    uint64_t random = unit_seed();
    struct arena a = {0};
    make_values(&random, &a);
    struct orm_session *s = orm_open(db_conninfo(), &every_schema);
    insert_rows(s);
    db_exec(db, "insert into every (id) select -id from every");
    for (size_t i = 0; i < ROWS; i++)
        update_row(s, i);
    if (!orm_commit(s))
        fail_msg("%s", orm_message(s));
    assert_twins();
    orm_close(s);
    arena_free(&a);
}

static void numbers_of_any_size_are_reckoned_with(void **state)
{
    (void)state;
    db_exec(db, "insert into every (price, fine, endless, units)"
                " values (10.01, 2.5, 1.25, 7)");
    struct orm_session *s = orm_open(db_conninfo(), &every_schema);
    struct every *e = every_get(every_table(s), 1);
    const struct every_query all = {.limit = 0};
    const struct every_changes c = {
        .set = {every_price_times(1.1), every_fine_plus("0.0000000001"),
            every_endless_times("3.00000000000000000000000000000001"),
            every_units_minus(8)}};
    assert_int_equal(every_update_all(every_table(s), &all, &c), 1);
    assert_int_equal(every_price(e), 1101);
    assert_string_equal(every_fine(e), "2.5000000001");
    assert_string_equal(every_endless(e), "3.7500000000000000000000000000000125");
    assert_int_equal(every_units(e), -1);
    const struct every_changes wrong = {.set = {every_fine_plus("x")}};
    assert_int_equal(every_update_all(every_table(s), &all, &wrong), 0);
    assert_failed(s, ORM_RANGE, "every", "fine");
    orm_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(copied_values_are_those_that_are_inserted),
        DB_TEST(updated_values_are_those_that_are_inserted),
        DB_TEST(numbers_of_any_size_are_reckoned_with),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
