/* verbs.c: the verbs and options there are.  Help is made from this, and nothing else
 * has a list of them. */
#include "options.h"
#include "run.h"

#include <stdint.h>

const struct verb verbs[] = {
    {
        .name = "generate",
        .usage = "[-o DIR] FILE.yaml...",
        .summary = "write X.orm.h and X.orm.c for each X.yaml",
        .help = "Writes X.orm.h and X.orm.c for each X.yaml.  Files that would not "
                "change are left alone;\nafter a mistake no file is written.",
        .examples = "generate blog.yaml\n"
                    "generate -o gen blog.yaml shop.yaml",
        .least_files = 1,
        .most_files = SIZE_MAX,
        .run = run_generate,
    },
    {
        .name = "sql",
        .usage = "FILE.yaml",
        .summary = "print the SQL that makes the tables",
        .help = "Prints the SQL that makes the tables in an empty database.",
        .examples = "sql blog.yaml | psql",
        .least_files = 1,
        .most_files = 1,
        .run = run_sql,
    },
    {
        .name = "check",
        .usage = "FILE.yaml...",
        .summary = "look for mistakes, write nothing",
        .help = "Looks for mistakes and writes nothing.",
        .least_files = 1,
        .most_files = SIZE_MAX,
        .examples = "check blog.yaml\n"
                    "check --format sarif blog.yaml >blog.sarif",
        .run = run_check,
    },
    {
        .name = "explain",
        .usage = "[CODE]",
        .summary = "say what an error code means",
        .help = "Says what an error code means, with an example of the mistake and of "
                "its remedy.\nWithout a code, lists all of them.",
        .examples = "explain E012",
        .most_files = 1,
        .run = run_explain,
    },
    {
        .name = "dev",
        .usage = "run [--schema FILE.yaml] -- COMMAND...",
        .summary = "run a command with a PostgreSQL database of its own",
        .help = "Runs COMMAND with a PostgreSQL database of its own, made on demand "
                "and gone afterwards.",
        .examples = "dev run --schema blog.yaml -- ./blog",
        .raw = true,
        .run = run_dev,
    },
    {
        .name = "help",
        .usage = "[VERB]",
        .summary = "say more about a verb",
        .help = "Says more about a verb.",
        .most_files = 1,
        .run = run_help,
    },
    {0},
};

const struct option options[] = {
    {
        .verbs = "generate",
        .name = "out-dir",
        .letter = 'o',
        .value = "DIR",
        .help = "where to write, made if need be; else beside each FILE",
        .offset = offsetof(struct arguments, out_dir),
    },
    {
        .verbs = "check generate",
        .name = "format",
        .value = "FORMAT",
        .choices = "text json sarif github",
        .help = "how mistakes are reported: to standard error as text, else to "
                "standard output",
        .offset = offsetof(struct arguments, format),
    },
    {
        .verbs = "*",
        .name = "color",
        .value = "WHEN",
        .choices = "auto always never",
        .help = "whether mistakes are coloured; auto heeds NO_COLOR, CLICOLOR_FORCE "
                "and the terminal",
        .offset = offsetof(struct arguments, color),
    },
    {
        .verbs = "*",
        .name = "help",
        .letter = 'h',
        .help = "print this",
        .offset = offsetof(struct arguments, help),
    },
    {0},
};

const struct exit_meaning exit_meanings[] = {
    {EXIT_OK, "all is well"},
    {EXIT_SCHEMA, "there are mistakes in a schema"},
    {EXIT_USAGE, "the command line is wrong"},
    {EXIT_DIFFERENCES, "what was compared differs"},
    {EXIT_ENVIRONMENT, "a file, the memory or a server failed"},
    {EXIT_INTERNAL, "a mistake in ormgen itself: please report it"},
    {0},
};
