/* every_pick_test.c: every type through a pick, and every aggregate on every type: what
 * there is is what the server says, and what we refuse it does not have. */
#include "any_value.h"
#include "pgtest.h"
#include "sessions.h"
#include "unit.h"

#include "every.orm.h"

#include <string.h>

#define ROWS 40

static const struct orm_model *const model = &every_model;

static struct orm_session *open_every(void)
{
    struct orm_session *s = orm_open(db_conninfo(), &every_schema);
    assert_non_null(s);
    assert_fine(s);
    return s;
}

/* Rows of random values, numbers that can be summed up among them. */
static void arrange(void)
{
    uint64_t random = unit_seed();
    struct arena values = {0};
    struct orm_session *s = open_every();
    for (size_t i = 0; i < ROWS; i++) {
        struct every *o = every_new(every_table(s));
        for (unsigned c = 1; c < model->column_count; c++)
            if (unit_random(&random) % 8)
                any_set(&o->orm, c, any_value(&model->columns[c], &random, &values));
    }
    if (!orm_commit(s))
        fail_msg("%s", orm_message(s));
    orm_close(s);
    arena_free(&values);
    db_exec(db, "update every set tiny = id, whole = id * -1000, big = id * 1000000007,"
                " ratio = id / 4.0, exact = id / 8.0, price = id * 1.01, units = id,"
                " share = id * 0.000000000000000001, fine = id * 1.5,"
                " endless = id / 7.0, period = id * interval '1 month 2 days 3 s'"
                " where id %% 5 <> 0");
    db_exec(db, "update every set tiny = null, whole = null, big = null, ratio = null,"
                " exact = null, price = null, units = null, share = null, fine = null,"
                " endless = null, period = null where id %% 5 = 0");
}

/* A variable of whatever type. */
union any {
    int64_t number;
    double real;
    const char *text;
    char bytes[64];
};

static struct orm_pick pick(enum orm_what what, unsigned column, union any *into)
{
    return orm_pick_of(what, column, into);
}

static struct orm_manager *table(struct orm_session *s)
{
    return (struct orm_manager *)every_table(s);
}

static void every_type_comes_through_a_pick(void **state)
{
    (void)state;
    arrange();
    struct orm_session *s = open_every();
    enum {
        MOST = 100
    };
    union any values[MOST];
    struct orm_pick picks[MOST] = {{0}};
    assert_in_range(model->column_count, 60, MOST - 1);
    for (unsigned c = 0; c < model->column_count; c++)
        picks[c] = pick(ORM_PICK_VALUE, c, &values[c]);
    const struct every_query by_id = {.order = {every_id_asc()}};
    const struct every_list *all = every_find(every_table(s), &by_id);
    struct orm_rows *rows = orm_select(table(s), &by_id, picks);
    assert_fine(s);
    assert_int_equal(orm_row_count(rows), ROWS);
    for (size_t i = 0; orm_next(rows); i++) {
        const struct orm_object *o = &all->items[i]->orm;
        for (unsigned c = 0; c < model->column_count; c++) {
            const struct orm_column *column = &model->columns[c];
            if (orm_is_null(rows, &values[c]) == orm_has(o, c) ||
                !type_equal(
                    column, type_value(column, &values[c]), type_get(column, o)))
                fail_msg("%s of row %zu is another value", column->name, i);
        }
    }
    orm_close(s);
}

/* -- Aggregates -------------------------------------------------------------------- */

static const struct {
    enum orm_what what;
    const char *sql;
} aggregates[] = {
    {ORM_PICK_COUNT, "count(%s)"},
    {ORM_PICK_COUNT_DISTINCT, "count(distinct %s)"},
    {ORM_PICK_SUM, "sum(%s)"},
    {ORM_PICK_AVG, "avg(%s)"},
    {ORM_PICK_MIN, "min(%s)"},
    {ORM_PICK_MAX, "max(%s)"},
};

/* The column that could hold the answer. */
static struct orm_column answer(enum orm_what what, const struct orm_column *of)
{
    struct orm_column c = *of;
    if (what == ORM_PICK_COUNT || what == ORM_PICK_COUNT_DISTINCT)
        return (struct orm_column){.type = ORM_INT8};
    if (what == ORM_PICK_MIN || what == ORM_PICK_MAX || of->type == ORM_INTERVAL)
        return c;
    const bool is_real = what == ORM_PICK_AVG || of->type == ORM_FLOAT4;
    const bool is_whole = of->type >= ORM_INT2 && of->type <= ORM_INT8;
    if (is_real)
        c.type = ORM_FLOAT8;
    else if (is_whole)
        c.type = ORM_INT8;
    return c;
}

/* Whether the server can evaluate it. */
static bool server_has(const char *expression)
{
    char sql[256];
    snprintf(sql, sizeof sql, "select %s from every", expression);
    PGresult *r = PQexec(db, sql);
    const bool has = PQresultStatus(r) == PGRES_TUPLES_OK;
    PQclear(r);
    return has;
}

static void assert_same(const struct orm_column *c, const union any *ours,
    const char *expression, const char *column)
{
    struct buffer text = {0};
    any_print(c, type_value(c, ours), &text);
    char *literal = PQescapeLiteral(db, text.data, text.length);
    /* avg() of numerics has more digits than a double. */
    const char *type = c->type == ORM_FLOAT8
                           ? "double precision"
                           : db_text(db, "select pg_typeof(%s) from every", expression);
    if (db_number(db,
            "select ((select (%s)::%s from every) is distinct from %s::%s)::int",
            expression, type, literal, type))
        fail_msg("%s of %s is %s", expression, column, literal);
    PQfreemem(literal);
    buffer_free(&text);
}

static void assert_aggregate(
    struct orm_session *s, size_t which, unsigned column, size_t *found)
{
    const enum orm_what what = aggregates[which].what;
    const struct orm_column *of = &model->columns[column];
    char expression[128];
    snprintf(expression, sizeof expression, aggregates[which].sql, of->name);
    union any value;
    memset(&value, 0, sizeof value);
    const struct orm_pick picks[] = {pick(what, column, &value), {0}};
    struct orm_rows *rows = orm_select(table(s), NULL, picks);
    if (!rows) {
        assert_failed(s, ORM_INVALID, "every", of->field);
        orm_rollback(s);
        const bool left_out = of->type == ORM_ARRAY || type_is_of_extension(of) ||
                              (what == ORM_PICK_SUM && of->type == ORM_TIME) ||
                              (what == ORM_PICK_AVG && of->type == ORM_TIME);
        if (!left_out && server_has(expression))
            fail_msg("the server has %s, we refuse it", expression);
        return;
    }
    ++*found;
    assert_true(orm_next(rows));
    const struct orm_column as = answer(what, of);
    assert_same(&as, &value, expression, of->name);
    assert_false(orm_is_null(rows, &value));
}

static void every_aggregate_of_every_type_is_what_the_server_says(void **state)
{
    (void)state;
    arrange();
    struct orm_session *s = open_every();
    size_t found = 0;
    for (unsigned c = 0; c < model->column_count; c++)
        for (size_t i = 0; i < sizeof aggregates / sizeof *aggregates; i++)
            assert_aggregate(s, i, c, &found);
    assert_in_range(found, 150, 400);
    orm_close(s);
}

/* Every type that can be told apart is what rows are grouped by. */
static void every_type_but_json_groups(void **state)
{
    (void)state;
    arrange();
    struct orm_session *s = open_every();
    for (unsigned c = 0; c < model->column_count; c++) {
        const struct orm_column *of = &model->columns[c];
        union any value, rows_there;
        const struct orm_pick picks[] = {
            pick(ORM_PICK_VALUE, c, &value), pick(ORM_PICK_ROWS, 0, &rows_there), {0}};
        const struct every_query cut = {.limit = 1000};
        struct orm_rows *rows = orm_select(table(s), &cut, picks);
        if (of->type == ORM_JSON || of->element == ORM_JSON) {
            assert_failed(s, ORM_INVALID, "every", of->field);
            orm_rollback(s);
            continue;
        }
        assert_fine(s);
        assert_int_equal(orm_row_count(rows),
            db_number(db, "select count(*) from (select distinct %s from every) q",
                of->name));
    }
    orm_close(s);
}

static void sums_that_their_type_cannot_hold_are_out_of_range(void **state)
{
    (void)state;
    db_exec(db, "insert into every (big, units, period)"
                " select 9223372036854775807, 999999999999999999,"
                " interval '170000000 years' from generate_series(1, 2)");
    static const unsigned columns[] = {EVERY_BIG, EVERY_UNITS, EVERY_PERIOD};
    for (size_t i = 0; i < 3; i++) {
        struct orm_session *s = open_every();
        union any value = {.number = 7};
        const struct orm_pick picks[] = {pick(ORM_PICK_SUM, columns[i], &value), {0}};
        assert_null(orm_select(table(s), NULL, picks));
        assert_failed(s, ORM_RANGE, "every", NULL);
        assert_int_equal(value.number, 7);
        orm_close(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(every_type_comes_through_a_pick),
        DB_TEST(every_aggregate_of_every_type_is_what_the_server_says),
        DB_TEST(every_type_but_json_groups),
        DB_TEST(sums_that_their_type_cannot_hold_are_out_of_range),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
