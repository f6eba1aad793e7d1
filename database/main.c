/* main.c: the command line of `ormgen-db`, the part of ormgen that talks to a server.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "failure.h"
#include "lease.h"
#include "schema_sql.h"
#include "server.h"

enum {
    EXIT_USAGE = 2,
    EXIT_ENVIRONMENT = 4,
    EXIT_NO_ACCESS = 126,
    EXIT_NO_COMMAND
};

static const char USAGE[] =
    "usage: ormgen dev run [--schema FILE]... -- COMMAND...\n"
    "       ormgen dev psql [--schema FILE]... [-- ARGUMENT...]\n"
    "       ormgen dev status\n"
    "       ormgen dev stop\n"
    "\n"
    "run     runs COMMAND with a PostgreSQL database of its own, with the tables of "
    "the\n"
    "        schemas in it: DATABASE_URL and PG* name it, and it is dropped when "
    "COMMAND\n"
    "        and all that it started have ended\n"
    "psql    the same with psql for the COMMAND\n"
    "status  tells about the private server\n"
    "stop    stops it, whoever uses it\n"
    "\n"
    "The database is on the server that DATABASE_URL, PGHOST or PGSERVICE names, else\n"
    "on a private one, which is started when needed and ends 2 s after its last use.\n";

static int complain(const char *what, const char *about)
{
    fprintf(stderr, "ormgen-db: %s%s\n%s", what, about, USAGE);
    return EXIT_USAGE;
}

static int give_up(void)
{
    fprintf(stderr, "ormgen-db: %s\n", failure());
    return EXIT_ENVIRONMENT;
}

static int become_command(char **command)
{
    execvp(command[0], command);
    const int why = errno;
    fprintf(stderr, "ormgen-db: %s: %s\n", command[0], strerror(why));
    return why == ENOENT ? EXIT_NO_COMMAND : EXIT_NO_ACCESS;
}

/* The SQL comes first: a mistake in a schema needs no server. */
static int run(char **schemas, size_t len, char **command)
{
    char **sql = calloc(len + 1, sizeof *sql);
    if (!sql)
        abort();
    for (size_t i = 0; i < len; i++) {
        int exit_code;
        sql[i] = schema_sql(schemas[i], &exit_code);
        if (!sql[i])
            return exit_code ? exit_code : give_up();
    }
    PGconn *server = lease_take();
    if (!server)
        return give_up();
    for (size_t i = 0; i < len; i++) {
        if (!schema_create(server, schemas[i], sql[i]))
            return give_up();
        free(sql[i]);
    }
    free(sql);
    server_put_environment(server);
    PQfinish(server);
    return become_command(command);
}

static int tell(enum lease_request request)
{
    char *answer = lease_ask(request);
    puts(answer ? answer : failure());
    free(answer);
    return 0;
}

static int dev(int argc, char **argv)
{
    const char *verb = argc > 1 ? argv[1] : "";
    if (strcmp(verb, "status") == 0)
        return tell(LEASE_STATUS);
    if (strcmp(verb, "stop") == 0)
        return tell(LEASE_STOP);
    const bool psql = strcmp(verb, "psql") == 0;
    if (!psql && strcmp(verb, "run") != 0)
        return complain(*verb ? "unknown command: dev " : "which command?", verb);

    static const struct option options[] = {
        {"schema", required_argument, NULL, 's'},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    argc--, argv++;
    char **schemas = calloc((size_t)argc, sizeof *schemas);
    if (!schemas)
        abort();
    size_t len = 0;
    int option;
    while ((option = getopt_long(argc, argv, "+h", options, NULL)) != -1) {
        switch (option) {
        case 's':
            schemas[len++] = optarg;
            break;
        case 'h':
            fputs(USAGE, stdout);
            return 0;
        default:
            fputs(USAGE, stderr);
            return EXIT_USAGE;
        }
    }
    /* In place of what stands before the arguments: at least the verb. */
    static char psql_command[] = "psql";
    char **command = argv + optind;
    if (psql)
        *--command = psql_command;
    if (!*command)
        return complain("run: no command; write it after `--`", "");
    const int code = run(schemas, len, command);
    free(schemas);
    return code;
}

int main(int argc, char **argv)
{
    signal(SIGCHLD, SIG_DFL); /* whatever we inherited: we wait for children */
    const char *part = argc > 1 ? argv[1] : "";
    if (strcmp(part, "--help") == 0) {
        fputs(USAGE, stdout);
        return 0;
    }
    if (strcmp(part, "dev") != 0)
        return complain(*part ? "unknown command: " : "which command?", part);
    return dev(argc - 1, argv + 1);
}
