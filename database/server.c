/* server.c: databases of a server, by libpq. */
#include "server.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "failure.h"

static const char PORT[] = "5432";
static const char SUPERUSER[] = "postgres";

/* libpq ends its messages with a newline. */
static bool failed_to(const char *what, const char *why)
{
    int len = (int)strlen(why);
    while (len > 0 && isspace((unsigned char)why[len - 1]))
        len--;
    return failed("%s: %.*s", what, len, why);
}

void server_forget_environment(void)
{
    unsetenv("PGSERVICE"); /* which may name a service that is unknown here */
    unsetenv("DATABASE_URL");
    PQconninfoOption *options = PQconndefaults();
    for (PQconninfoOption *o = options; o && o->keyword; o++)
        if (o->envvar)
            unsetenv(o->envvar);
    PQconninfoFree(options);
}

static bool is_set(const char *name)
{
    const char *value = getenv(name);
    return value && *value;
}

bool server_is_given(void)
{
    return is_set("DATABASE_URL") || is_set("PGHOST") || is_set("PGSERVICE");
}

static void ignore_notice(void *unused, const char *notice)
{
    (void)unused;
    (void)notice;
}

/* A NULL database is the one that the rest leads to. */
static PGconn *connect_to(const char *conninfo, const char *database)
{
    const char *keywords[] = {"dbname", "fallback_application_name", "dbname", NULL};
    const char *values[] = {conninfo, "ormgen dev", database, NULL};
    PGconn *server = PQconnectdbParams(keywords, values, 1);
    if (PQstatus(server) == CONNECTION_OK) {
        PQsetNoticeProcessor(server, ignore_notice, NULL);
        return server;
    }
    failed_to("database server", PQerrorMessage(server));
    PQfinish(server);
    return NULL;
}

PGconn *server_open_given(const char *database)
{
    const char *url = is_set("DATABASE_URL") ? getenv("DATABASE_URL") : "";
    PGconn *server = connect_to(url, database);
    if (server || database)
        return server;
    /* Any database will do to make another from, and the one named may not exist. */
    char *first = text("%s", failure());
    server = connect_to(url, SUPERUSER);
    if (!server)
        failed("%s\nDATABASE_URL, PGHOST or PGSERVICE names this server; without them "
               "`ormgen dev` starts a private one",
            first);
    free(first);
    return server;
}

PGconn *server_open_private(const char *dir, const char *database)
{
    char *conninfo = text("host='%s' port=%s user=%s", dir, PORT, SUPERUSER);
    PGconn *server = connect_to(conninfo, database ? database : SUPERUSER);
    free(conninfo);
    return server;
}

static bool is_state(const PGresult *result, const char *sqlstate)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    return state && strcmp(state, sqlstate) == 0;
}

bool server_create_database(
    PGconn *server, pid_t client, const char *options, char name[DATABASE_NAME])
{
    static unsigned number;
    for (int attempt = 0; attempt < 1000; attempt++) {
        snprintf(name, DATABASE_NAME, "ormgen_test_%ld_%u", (long)client, ++number);
        /* template0: nobody is connected to it, which CREATE DATABASE would wait for.
         */
        char *sql = text("CREATE DATABASE %s TEMPLATE template0 %s", name, options);
        PGresult *result = PQexec(server, sql);
        free(sql);
        const bool made = PQresultStatus(result) == PGRES_COMMAND_OK;
        const bool taken = is_state(result, "42P04") || is_state(result, "23505");
        PQclear(result);
        if (made)
            return true;
        if (!taken)
            return failed_to("CREATE DATABASE", PQerrorMessage(server));
    }
    return failed("CREATE DATABASE: no free name like %s", name);
}

bool server_drop_database(PGconn *server, const char *name)
{
    char *sql = text("DROP DATABASE IF EXISTS %s WITH (FORCE)", name);
    PGresult *result = PQexec(server, sql);
    free(sql);
    const bool dropped = PQresultStatus(result) == PGRES_COMMAND_OK;
    PQclear(result);
    return dropped || failed_to("DROP DATABASE", PQerrorMessage(server));
}

static void put_escaped(FILE *out, const char *value)
{
    for (const char *c = value; *c; c++)
        if (isalnum((unsigned char)*c) || strchr("-._~/", *c))
            fputc(*c, out);
        else
            fprintf(out, "%%%02X", (unsigned char)*c);
}

static bool is_worth_telling(const PQconninfoOption *o)
{
    if (!o->val || !*o->val || strcmp(o->keyword, "dbname") == 0 ||
        strcmp(o->keyword, "fallback_application_name") == 0)
        return false;
    if (strcmp(o->keyword, "passfile") == 0)
        return access(o->val, R_OK) == 0;
    return strcmp(o->keyword, "port") == 0 || !o->compiled ||
           strcmp(o->val, o->compiled) != 0;
}

/* All goes into parameters, even host and user: that place is understood by each libpq
 * and each driver, also for a list of hosts and for a socket's directory. */
void server_put_environment(PGconn *server)
{
    char *url;
    size_t len;
    FILE *out = open_memstream(&url, &len);
    PQconninfoOption *options = PQconninfo(server);
    if (!options || !out)
        abort();
    server_forget_environment();

    fputs("postgresql:///", out);
    put_escaped(out, PQdb(server));
    setenv("PGDATABASE", PQdb(server), 1);
    char separator = '?';
    for (PQconninfoOption *o = options; o->keyword; o++) {
        if (!is_worth_telling(o))
            continue;
        fprintf(out, "%c%s=", separator, o->keyword);
        put_escaped(out, o->val);
        separator = '&';
        if (o->envvar)
            setenv(o->envvar, o->val, 1);
    }
    fclose(out);
    setenv("DATABASE_URL", url, 1);
    free(url);
    PQconninfoFree(options);
}
