/* fakepg_test.c: the liar speaks well enough that libpq believes it, and lies where
 * asked. */
#include "fakepg.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <libpq-fe.h>

static const struct fakepg_column columns[] = {
    {"id", 20}, {"title", 25}, {"pages", 23}, {NULL, 0}};

static const char books[] =
    "select b.\"id\", b.\"title\", b.\"pages\" from public.\"book\" b";

static PGconn *connect_to(struct fakepg *fake)
{
    PGconn *c = PQconnectdb(fakepg_conninfo(fake));
    PQsetNoticeProcessor(c, NULL, NULL);
    return c;
}

static struct fakepg *start(enum fakepg_lie lie)
{
    return fakepg_start(
        &(struct fakepg_script){.columns = columns, .rows = 2, .lie = lie});
}

static void ignore_notice(void *arg, const PGresult *notice)
{
    (void)notice;
    ++*(int *)arg;
}

static void honest_server_answers_a_prepared_select(void **state)
{
    (void)state;
    struct fakepg *fake = start(FAKEPG_HONEST);
    PGconn *c = connect_to(fake);
    assert_int_equal(PQstatus(c), CONNECTION_OK);

    PQclear(PQprepare(c, "s", books, 0, NULL));
    PGresult *r = PQexecPrepared(c, "s", 0, NULL, NULL, NULL, 1);
    assert_int_equal(PQresultStatus(r), PGRES_TUPLES_OK);
    assert_int_equal(PQntuples(r), 2);
    assert_int_equal(PQnfields(r), 3);
    assert_int_equal(PQftype(r, 1), 25);
    assert_int_equal(PQgetlength(r, 0, 0), 8);
    assert_int_equal(PQgetlength(r, 1, 2), 4);
    assert_memory_equal(PQgetvalue(r, 1, 2), "\0\0\0\2", 4);
    assert_string_equal(PQgetvalue(r, 0, 1), "text");
    PQclear(r);
    assert_non_null(strstr(fakepg_statements(fake), books));

    PQfinish(c);
    fakepg_stop(fake);
}

static void honest_server_runs_a_pipeline(void **state)
{
    (void)state;
    struct fakepg *fake = start(FAKEPG_HONEST);
    PGconn *c = connect_to(fake);
    assert_int_equal(PQenterPipelineMode(c), 1);
    static const char *const sql[] = {"begin", "insert into t select 1", "commit"};
    for (int i = 0; i < 3; i++)
        assert_int_equal(PQsendQueryParams(c, sql[i], 0, NULL, NULL, NULL, NULL, 1), 1);
    assert_int_equal(PQpipelineSync(c), 1);
    for (int i = 0; i < 3; i++) {
        PGresult *r = PQgetResult(c);
        assert_int_equal(PQresultStatus(r), PGRES_COMMAND_OK);
        PQclear(r);
        assert_null(PQgetResult(c));
    }
    PGresult *r = PQgetResult(c);
    assert_int_equal(PQresultStatus(r), PGRES_PIPELINE_SYNC);
    PQclear(r);
    assert_int_equal(PQtransactionStatus(c), PQTRANS_IDLE);
    PQfinish(c);
    fakepg_stop(fake);
}

/* What libpq makes of each lie: if it stopped believing one, the runtime's test of it
 * would pass for the wrong reason. */
static void every_lie_is_told(void **state)
{
    (void)state;
    static const struct {
        enum fakepg_lie lie;
        ExecStatusType status;
        int length; /* of the first value, or -1: not looked at */
    } cases[] = {
        {FAKEPG_SHORT_VALUE, PGRES_TUPLES_OK, 2},
        {FAKEPG_LONG_VALUE, PGRES_TUPLES_OK, 16},
        {FAKEPG_MINUS_TWO, PGRES_TUPLES_OK, 0},
        {FAKEPG_BEYOND, PGRES_FATAL_ERROR, -1},
        {FAKEPG_NULLS, PGRES_TUPLES_OK, 0},
        {FAKEPG_NUL_IN_TEXT, PGRES_TUPLES_OK, 8},
        {FAKEPG_WRONG_TYPE, PGRES_TUPLES_OK, 8},
        {FAKEPG_COLUMN_LESS, PGRES_TUPLES_OK, 8},
        {FAKEPG_COLUMN_MORE, PGRES_TUPLES_OK, 8},
        {FAKEPG_NO_DESCRIPTION, PGRES_FATAL_ERROR, -1},
        {FAKEPG_ROW_LESS_WIDE, PGRES_FATAL_ERROR, -1},
        {FAKEPG_COPY_IN, PGRES_COPY_IN, -1},
        {FAKEPG_GARBAGE, PGRES_FATAL_ERROR, -1},
        {FAKEPG_EOF, PGRES_FATAL_ERROR, -1},
        {FAKEPG_NOTICES, PGRES_TUPLES_OK, 8},
        {FAKEPG_EMPTY_QUERY, PGRES_TUPLES_OK, -1},
        {FAKEPG_NO_SQLSTATE, PGRES_FATAL_ERROR, -1},
        {FAKEPG_NASTY_ERROR, PGRES_FATAL_ERROR, -1},
        {FAKEPG_ERROR_TWICE, PGRES_FATAL_ERROR, -1},
        {FAKEPG_UNKNOWN_STATUS, PGRES_TUPLES_OK, 8},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fakepg *fake = start(cases[i].lie);
        PGconn *c = connect_to(fake);
        int notices = 0;
        PQsetNoticeReceiver(c, ignore_notice, &notices);
        assert_int_equal(PQstatus(c), CONNECTION_OK);
        PQclear(PQprepare(c, "s", books, 0, NULL));
        PGresult *r = PQexecPrepared(c, "s", 0, NULL, NULL, NULL, 1);
        if (PQresultStatus(r) != cases[i].status)
            fail_msg("%s: %s: %s", fakepg_lie_name(cases[i].lie),
                PQresStatus(PQresultStatus(r)), PQresultErrorMessage(r));
        if (cases[i].length >= 0)
            assert_int_equal(PQgetlength(r, 0, 0), cases[i].length);
        if (cases[i].lie == FAKEPG_NOTICES)
            assert_int_equal(notices, 20000);
        if (cases[i].lie == FAKEPG_NO_SQLSTATE)
            assert_null(PQresultErrorField(r, PG_DIAG_SQLSTATE));
        PQclear(r);
        PQfinish(c);
        fakepg_stop(fake);
    }
}

static void lies_about_the_greeting_fail_the_connection(void **state)
{
    (void)state;
    static const enum fakepg_lie greetings[] = {
        FAKEPG_HANGS_UP, FAKEPG_WANTS_PASSWORD, FAKEPG_REFUSES, FAKEPG_GARBAGE_FIRST};
    for (size_t i = 0; i < sizeof greetings / sizeof greetings[0]; i++) {
        struct fakepg *fake = start(greetings[i]);
        PGconn *c = connect_to(fake);
        assert_int_equal(PQstatus(c), CONNECTION_BAD);
        PQfinish(c);
        fakepg_stop(fake);
    }
}

static void lie_is_told_about_one_table_only(void **state)
{
    (void)state;
    struct fakepg *fake = fakepg_start(&(struct fakepg_script){
        .columns = columns, .rows = 1, .lie = FAKEPG_NULLS, .about = "book"});
    PGconn *c = connect_to(fake);
    for (int i = 0; i < 2; i++) {
        PGresult *r = PQexecParams(
            c, i ? books : "select id from shelf", 0, NULL, NULL, NULL, NULL, 1);
        assert_int_equal(PQntuples(r), i);
        if (i)
            assert_int_equal(PQgetisnull(r, 0, 0), 1);
        PQclear(r);
    }
    PQfinish(c);
    fakepg_stop(fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(honest_server_answers_a_prepared_select),
        cmocka_unit_test(honest_server_runs_a_pipeline),
        cmocka_unit_test(every_lie_is_told),
        cmocka_unit_test(lies_about_the_greeting_fail_the_connection),
        cmocka_unit_test(lie_is_told_about_one_table_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
