/* main.c: the command line of `ormgen-db`, the part of ormgen that talks to a server.
 */
#include <errno.h>
#include <fcntl.h>
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

/* What --schema names, and the SQL of each. */
struct schemas {
    const char **files;
    char **sql;
    size_t len;
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

static bool make_database(const struct schemas *schemas)
{
    PGconn *server = lease_take();
    bool ok = server;
    for (size_t i = 0; ok && i < schemas->len; i++)
        ok = schema_create(server, schemas->files[i], schemas->sql[i]);
    if (ok)
        server_put_environment(server);
    PQfinish(server);
    return ok;
}

/* The SQL comes first: a mistake in a schema needs no server. */
static int run(struct schemas *schemas, char **command)
{
    for (size_t i = 0; i < schemas->len; i++) {
        int exit_code;
        schemas->sql[i] = schema_sql(schemas->files[i], &exit_code);
        if (!schemas->sql[i])
            return exit_code ? exit_code : give_up();
    }
    return make_database(schemas) ? become_command(command) : give_up();
}

static int tell(enum lease_request request)
{
    char *answer = lease_ask(request);
    puts(answer ? answer : failure());
    free(answer);
    return 0;
}

/* argv[0] is the verb. */
static int run_verb(int argc, char **argv, struct schemas *schemas)
{
    static const struct option options[] = {
        {"schema", required_argument, NULL, 's'},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    int option;
    while ((option = getopt_long(argc, argv, "+h", options, NULL)) != -1) {
        switch (option) {
        case 's':
            schemas->files[schemas->len++] = optarg;
            break;
        case 'h':
            fputs(USAGE, stdout);
            return 0;
        default:
            fputs(USAGE, stderr);
            return EXIT_USAGE;
        }
    }
    static char psql[] = "psql";
    char **command = argv + optind;
    if (strcmp(argv[0], "psql") == 0)
        *--command = psql; /* in place of what stands before its arguments */
    if (!*command)
        return complain("run: no command; write it after `--`", "");
    return run(schemas, command);
}

static int dev(int argc, char **argv)
{
    const char *verb = argc > 1 ? argv[1] : "";
    if (strcmp(verb, "status") == 0)
        return tell(LEASE_STATUS);
    if (strcmp(verb, "stop") == 0)
        return tell(LEASE_STOP);
    if (strcmp(verb, "psql") != 0 && strcmp(verb, "run") != 0)
        return complain(*verb ? "unknown command: dev " : "which command?", verb);

    struct schemas schemas = {
        .files = calloc((size_t)argc, sizeof(char *)),
        .sql = calloc((size_t)argc, sizeof(char *)),
    };
    if (!schemas.files || !schemas.sql)
        abort();
    const int code = run_verb(argc - 1, argv + 1, &schemas);
    for (size_t i = 0; i < schemas.len; i++)
        free(schemas.sql[i]);
    free(schemas.sql);
    free(schemas.files);
    return code;
}

/* What is opened later must not get the number of a standard stream. */
static void fill_standard_streams(void)
{
    int fd;
    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    close(fd);
}

int main(int argc, char **argv)
{
    fill_standard_streams();
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
