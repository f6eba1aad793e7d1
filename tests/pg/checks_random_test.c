/* checks_random_test.c: checks that nobody thought of, decided by us and by the server,
 * for rows of all kinds of values. */
#include "checks_random.orm.h"
#include "pgtest.h"
#include "sessions.h"

#include "write/check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ROWS 150

/* The server's own reading of a check, which is then dropped: rows that violate it must
 * be there to be looked at. */
static void take_condition(const char *name, char *condition, size_t size)
{
    const char *text = db_text(db,
        "select pg_get_expr(conbin, conrelid) from pg_constraint where conname = '%s'",
        name);
    assert_true(strlen(text) < size);
    memcpy(condition, text, strlen(text) + 1);
    db_exec(db, "alter table sample drop constraint \"%s\"", name);
}

static void make_rows(void)
{
    db_exec(db,
        "create function one(variadic of text[]) returns text language sql volatile as"
        " $$ select of[1 + floor(random() * array_length(of, 1))::int] $$;"
        "select setseed(0.25);"
        "insert into sample (small, whole, other, big, price, tax, ratio, exact, words,"
        " code, flag, other_flag, day, until, moment, later, bytes, mood, tags)"
        " select one('0', '1', '2', '-1', '32767', '-32768', null)::int2,"
        " one('0', '1', '2', '3', '-1', '2147483647', '-2147483648', null)::int4,"
        " one('0', '1', '2', '-1', '100', '2147483647', null)::int4,"
        " one('0', '1', '-1', '9223372036854775807', '-9223372036854775808',"
        "  '3000000000', null)::int8,"
        " one('0', '0.5', '1.25', '-2.5', '999999.99', 'NaN', null)::numeric,"
        " one('0', '0.5', '1.25', '-2.5', '99.999', null)::numeric,"
        " one('0', '0.5', '0.1', '-0', '1', 'NaN', 'Infinity', null)::float4,"
        " one('0', '0.5', '0.1', '-0', '1', 'NaN', '-Infinity', null)::float8,"
        " one('', 'a', 'ab', 'A', 'it''s', 'a ', U&'\\00e9', U&'\\+01F600x', null),"
        " one('', 'a', 'ab', 'it''s', 'abcd', 'a ', U&'\\00e9', null),"
        " one('t', 'f', null)::bool, one('t', 'f', null)::bool,"
        " one('1970-01-01', '2000-02-29', '1999-12-31', '0001-01-01', 'infinity',"
        "  '-infinity', null)::date,"
        " one('1970-01-01', '2000-02-29', '9999-12-31', 'infinity', null)::date,"
        " one('1970-01-01', '2000-02-29 12:00:00.000001', 'infinity',"
        "  null)::timestamptz,"
        " one('1970-01-01', '2000-02-29 12:00:00', '-infinity', null)::timestamptz,"
        " one('', 'x', null)::bytea, one('happy', 'sad', 'bored', null)::sample_mood,"
        " one('{}', '{a,null}', null)::text[] from generate_series(1, %d);"
        "drop function one",
        ROWS);
}

struct tally {
    unsigned decided, refused, passed, left;
};

/* One check, all rows.  Where the server fails it has no opinion of the check. */
static void compare(const struct sample_list *rows, const struct orm_constraint *c,
    const char *condition, struct tally *n)
{
    for (size_t i = 0; i < rows->len; i++) {
        struct sample *row = rows->items[i];
        const bool violated = check_is_violated(&row->orm, c->check);
        PGresult *r;
        char sql[4000];
        snprintf(sql, sizeof sql, "select %s from sample where id = %lld", condition,
            (long long)sample_id(row));
        r = PQexec(db, sql);
        if (PQresultStatus(r) == PGRES_TUPLES_OK) {
            const bool refuses = strcmp(PQgetvalue(r, 0, 0), "f") == 0;
            if (violated && !refuses)
                print_error("%s: refused row %lld, the server would not\n", sql,
                    (long long)sample_id(row));
            assert_true(refuses || !violated);
            n->refused += violated;
            n->passed += !refuses;
            n->left += refuses && !violated;
        }
        PQclear(r);
    }
    n->decided++;
}

static void our_verdict_is_the_server_s_or_none(void **state)
{
    (void)state;
    const struct orm_model *m = &sample_model;
    static char conditions[400][3000];
    assert_true(m->constraint_count < 400);
    for (unsigned i = 0; i < m->constraint_count; i++)
        if (m->constraints[i].kind == ORM_CHECK)
            take_condition(m->constraints[i].name, conditions[i], sizeof conditions[i]);
    make_rows();

    struct orm_session *s = orm_open(db_conninfo(), &checks_schema);
    assert_fine(s);
    const struct sample_list *rows = sample_all(sample_table(s));
    assert_int_equal(rows->len, ROWS);
    struct tally n = {0};
    unsigned checks = 0;
    for (unsigned i = 0; i < m->constraint_count; i++) {
        checks += m->constraints[i].kind == ORM_CHECK;
        if (m->constraints[i].check)
            compare(rows, &m->constraints[i], conditions[i], &n);
    }
    print_message("%u of %u checks decided; rows refused %u, good %u, left %u\n",
        n.decided, checks, n.refused, n.passed, n.left);
    /* NaN, and what has more digits than we count with, is left to the server. */
    assert_true(n.decided > checks * 8 / 10);
    assert_true(n.refused > 1000 && n.passed > 1000);
    assert_true(n.left < n.refused / 10);
    orm_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(our_verdict_is_the_server_s_or_none),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
