/* packages: imports what dpkg or apt knows of packages, then asks questions about them.
 */
#include "control.h"
#include "import.h"
#include "questions.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define STATUS_FILE  "/var/lib/dpkg/status"
#define LIST_COMMAND "apt-cache dumpavail"

/* Exit codes. */
enum {
    DONE,
    FAILED, /* the database, or memory */
    USAGE,
    BAD_INPUT
};

static const char help[] =
    "Usage: packages [--available] [--file PATH] [--without NAME] [--import-only]\n"
    "\n"
    "Imports the packages of this machine into the database that DATABASE_URL or the "
    "PG*\n"
    "variables name, so that it says what the file says, and answers questions about "
    "them.\n"
    "\n"
    "  --available      an archive's list instead of dpkg's status file: what\n"
    "                   `" LIST_COMMAND "` prints, unless --file names another\n"
    "  --file PATH      read PATH, not " STATUS_FILE "\n"
    "  --without NAME   the package to take away in one of the questions (zlib1g)\n"
    "  --import-only    ask nothing\n"
    "  --help           print this\n"
    "\n"
    "A package is known by name and architecture: a file with two versions of one is\n"
    "refused, and so is one that is cut off or holds anything else; nothing is "
    "written\n"
    "then.  Exit codes: 0 done, 1 the database failed, 2 usage, 3 the file was "
    "refused.\n";

struct options {
    enum control_form form;
    const char *path; /* NULL: run LIST_COMMAND */
    const char *without;
    bool import_only;
};

static int complain(int code, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static int complain(int code, const char *format, ...)
{
    va_list args;
    fflush(stdout);
    fputs("packages: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    return code;
}

/* -- Input ------------------------------------------------------------------------- */

/* Everything that is left of `f`, with room for one byte more; NULL, with errno, if it
 * cannot be had. */
static char *read_all(FILE *f, size_t *len)
{
    size_t room = (size_t)1 << 20;
    char *text = malloc(room);
    *len = 0;
    while (text) {
        *len += fread(text + *len, 1, room - 1 - *len, f);
        if (*len < room - 1)
            break;
        char *bigger = realloc(text, room * 2);
        if (!bigger)
            free(text);
        text = bigger;
        room *= 2;
    }
    if (text && ferror(f)) {
        const int reason = errno;
        free(text);
        errno = reason;
        return NULL;
    }
    return text;
}

static int read_file(const char *path, char **text, size_t *len)
{
    FILE *f = fopen(path, "r");
    if (!f)
        return complain(BAD_INPUT, "%s: %s", path, strerror(errno));
    *text = read_all(f, len);
    const int reason = errno;
    fclose(f);
    if (!*text)
        return complain(BAD_INPUT, "%s: %s", path, strerror(reason));
    return DONE;
}

/* A list that its writer did not finish is not used. */
static int read_command(const char *command, char **text, size_t *len)
{
    FILE *f = popen(command, "r");
    if (!f)
        return complain(BAD_INPUT, "%s: %s", command, strerror(errno));
    *text = read_all(f, len);
    const int reason = errno;
    const int status = pclose(f);
    if (!*text)
        return complain(BAD_INPUT, "%s: %s", command, strerror(reason));
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return DONE;
    free(*text);
    *text = NULL;
    if (WIFEXITED(status))
        return complain(BAD_INPUT, "%s: exit code %d", command, WEXITSTATUS(status));
    return complain(BAD_INPUT, "%s: did not end well", command);
}

/* -- Work -------------------------------------------------------------------------- */

static int fail(struct orm_session *s, const char *doing)
{
    const char *message = s && *orm_message(s) ? orm_message(s) : "out of memory";
    return complain(FAILED, "%s: %s", doing, message);
}

static int import(struct orm_session *s, const struct control *control)
{
    struct import_result r;
    if (!import_packages(s, control, &r))
        return fail(s, "import");
    printf("Imported %zu packages (%zu of them only named), %zu dependencies,"
           " %zu conffiles, %zu tags:\n"
           "    %zu added, %zu removed; %" PRIu64 " statements, %" PRIu64
           " round trips, %.0f ms\n\n",
        control->package_count, control->named_count, control->dependency_count,
        control->conffile_count, control->tag_count, r.added, r.removed, r.statements,
        r.round_trips, r.milliseconds);
    return DONE;
}

static int ask(struct orm_session *s, const char *without)
{
    struct question_cost *costs = calloc(question_count, sizeof *costs);
    if (!costs)
        return complain(FAILED, "out of memory");
    for (size_t i = 0; i < question_count; i++) {
        if (!question_ask(&questions[i], s, without, stdout, &costs[i])) {
            free(costs);
            return fail(s, questions[i].text);
        }
    }
    printf(
        "\n%-68s %8s %10s %8s  %s\n", "", "rows", "statements", "ms", "one per access");
    for (size_t i = 0; i < question_count; i++)
        printf("%-68s %8zu %10" PRIu64 " %8.1f  %14zu\n", questions[i].text,
            costs[i].rows, costs[i].statements, costs[i].milliseconds,
            costs[i].one_per_access);
    free(costs);
    return DONE;
}

static int work(const struct control *control, const struct options *o)
{
    struct orm_session *s = orm_open(getenv("DATABASE_URL"), &packages_schema);
    int code = orm_ok(s) ? DONE : fail(s, "connect");
    if (code == DONE)
        code = import(s, control);
    if (code == DONE && !o->import_only)
        code = ask(s, o->without);
    orm_close(s);
    if (fflush(stdout) != 0 && code == DONE)
        code = complain(FAILED, "standard output: %s", strerror(errno));
    return code;
}

static int run(const struct options *o)
{
    char *text = NULL;
    size_t len = 0;
    struct control control;
    int code = o->path ? read_file(o->path, &text, &len)
                       : read_command(LIST_COMMAND, &text, &len);
    if (code != DONE)
        return code;
    if (control_read(&control, text, len, o->form))
        code = work(&control, o);
    else
        code = complain(
            BAD_INPUT, "%s: %s", o->path ? o->path : LIST_COMMAND, control.error);
    control_free(&control);
    free(text);
    return code;
}

int main(int argc, char **argv)
{
    static const struct option known[] = {
        {"available", no_argument, NULL, 'a'},
        {"file", required_argument, NULL, 'f'},
        {"without", required_argument, NULL, 'w'},
        {"import-only", no_argument, NULL, 'i'},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    struct options o = {.form = CONTROL_STATUS, .without = "zlib1g"};
    for (int c; (c = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        switch (c) {
        case 'a':
            o.form = CONTROL_AVAILABLE;
            break;
        case 'f':
            o.path = optarg;
            break;
        case 'w':
            o.without = optarg;
            break;
        case 'i':
            o.import_only = true;
            break;
        case 'h':
            fputs(help, stdout);
            return DONE;
        default:
            fputs("Try `packages --help`.\n", stderr);
            return USAGE;
        }
    }
    if (optind < argc)
        return complain(USAGE, "unexpected argument: %s", argv[optind]);
    if (!o.path && o.form == CONTROL_STATUS)
        o.path = STATUS_FILE;
    return run(&o);
}
