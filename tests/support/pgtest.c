/* pgtest.c: see pgtest.h. */
#include "pgtest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

/* Answers stay readable while the next few are asked for. */
static char *answers[8];
static unsigned last_answer;

static const char *keep(char *text)
{
    last_answer = (last_answer + 1) % (sizeof answers / sizeof answers[0]);
    free(answers[last_answer]);
    answers[last_answer] = text;
    return text;
}

PGTEST_PRINTF(1, 0)
static char *print(const char *format, va_list values)
{
    va_list again;
    va_copy(again, values);
    const int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    assert_true(length >= 0);

    char *text = malloc((size_t)length + 1);
    assert_non_null(text);
    vsnprintf(text, (size_t)length + 1, format, values);
    return text;
}

const char *db_conninfo(void)
{
    const char *url = getenv("DATABASE_URL");
    return url ? url : "";
}

PGconn *db_connect(void)
{
    PGconn *on = PQconnectdb(db_conninfo());
    assert_non_null(on);
    if (PQstatus(on) != CONNECTION_OK)
        fail_msg("no database (run under `ormgen dev run`): %s", PQerrorMessage(on));
    PQclear(PQexec(on, "set client_min_messages = warning"));
    return on;
}

/* 'it''s': values of a conninfo are quoted like this. */
static char *append_setting(char *at, const char *name, const char *value)
{
    if (!value || !*value)
        return at;
    at += sprintf(at, "%s='", name);
    for (; *value; value++) {
        if (*value == '\'' || *value == '\\')
            *at++ = '\\';
        *at++ = *value;
    }
    at += sprintf(at, "' ");
    return at;
}

const char *db_conninfo_by(PGconn *on, const char *host, int port, const char *more)
{
    char port_text[12];
    snprintf(port_text, sizeof port_text, "%d", port);

    char *text = malloc(4096);
    assert_non_null(text);
    char *at = text;
    *at = '\0';
    at = append_setting(at, "host", host ? host : PQhost(on));
    at = append_setting(at, "port", host ? port_text : PQport(on));
    at = append_setting(at, "dbname", PQdb(on));
    at = append_setting(at, "user", PQuser(on));
    at = append_setting(at, "password", PQpass(on));
    /* A proxy counts bytes: nothing random, nothing that depends on the machine. */
    if (host)
        at += sprintf(at, "sslmode=disable gssencmode=disable ");
    if (more)
        sprintf(at, "%s", more);
    return keep(text);
}

static PGresult *run(PGconn *on, const char *sql)
{
    PGresult *result = PQexec(on, sql);
    const ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK &&
        status != PGRES_EMPTY_QUERY)
        fail_msg("%s\n  in: %s", PQerrorMessage(on), sql);
    return result;
}

void db_exec(PGconn *on, const char *sql, ...)
{
    va_list values;
    va_start(values, sql);
    char *text = print(sql, values);
    va_end(values);
    PQclear(run(on, text));
    free(text);
}

static const char *field(const PGresult *result, int row, int column)
{
    return PQgetisnull(result, row, column) ? "-" : PQgetvalue(result, row, column);
}

static const char *answer(PGconn *on, const char *sql)
{
    PGresult *result = run(on, sql);
    const int rows = PQntuples(result);
    const int columns = PQnfields(result);

    size_t length = 1;
    for (int row = 0; row < rows; row++)
        for (int column = 0; column < columns; column++)
            length += strlen(field(result, row, column)) + 1;

    char *text = malloc(length);
    assert_non_null(text);
    char *at = text;
    for (int row = 0; row < rows; row++)
        for (int column = 0; column < columns; column++) {
            if (at != text)
                *at++ = column ? '|' : '\n';
            const char *value = field(result, row, column);
            const size_t size = strlen(value);
            memcpy(at, value, size);
            at += size;
        }
    *at = '\0';
    PQclear(result);
    return keep(text);
}

const char *db_text(PGconn *on, const char *sql, ...)
{
    va_list values;
    va_start(values, sql);
    char *text = print(sql, values);
    va_end(values);
    const char *got = answer(on, text);
    free(text);
    return got;
}

long long db_number(PGconn *on, const char *sql, ...)
{
    va_list values;
    va_start(values, sql);
    char *text = print(sql, values);
    va_end(values);
    const char *got = answer(on, text);
    char *end;
    const long long number = strtoll(got, &end, 10);
    if (end == got || *end)
        fail_msg("not a number: \"%s\"\n  from: %s", got, text);
    free(text);
    return number;
}

void db_truncate(PGconn *on)
{
    const char *tables =
        db_text(on, "select string_agg(format('%%I.%%I', schemaname, tablename), ', ') "
                    "from pg_tables where schemaname = 'public'");
    if (strcmp(tables, "-") != 0)
        db_exec(on, "truncate %s restart identity cascade", tables);
}

void db_wait_until_gone(PGconn *on, const char *application_name)
{
    for (int tries = 0; tries < 10000; tries++) {
        if (db_number(on,
                "select count(*) from pg_stat_activity "
                "where application_name = '%s' and datname = current_database() "
                "and pid <> pg_backend_pid()",
                application_name) == 0)
            return;
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    fail_msg("a session \"%s\" is still there after 10 s", application_name);
}

PGconn *db;

int db_group_setup(void **state)
{
    *state = db = db_connect();
    return 0;
}

int db_group_teardown(void **state)
{
    PQfinish(*state);
    return 0;
}

int db_test_setup(void **state)
{
    /* What a failed test left open would hold locks. */
    db_text(*state, "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
                    " where datname = current_database() and pid <> pg_backend_pid()"
                    " and backend_type = 'client backend'");
    db_truncate(*state);
    return 0;
}
