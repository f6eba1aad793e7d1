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
                    "generate -o gen blog.yaml shop.yaml\n"
                    "generate --check -o gen blog.yaml\n"
                    "generate --watch blog.yaml",
        .least_files = 1,
        .most_files = SIZE_MAX,
        .run = run_generate,
    },
    {
        .name = "list-outputs",
        .usage = "[-o DIR] FILE.yaml...",
        .summary = "print the names of the files that generate would write",
        .help = "Prints the names of the files that generate would write, one a line. "
                "They depend on\nthe command line alone: the schemas need not exist.",
        .least_files = 1,
        .most_files = SIZE_MAX,
        .run = run_list_outputs,
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
        .words = "CODE",
        .run = run_explain,
    },
    {
        .name = "fmt",
        .usage = "[--check] FILE.yaml...",
        .summary = "format YAML files",
        .help = "Formats YAML files in place: indentation, blanks and blank lines.  "
                "Lines, comments and\nthe meaning stay as they are.  A file \"-\" is "
                "standard input, printed to standard output.",
        .examples = "fmt blog.yaml\n"
                    "fmt --check *.yaml",
        .least_files = 1,
        .most_files = SIZE_MAX,
        .run = run_fmt,
    },
    {
        .name = "inspect",
        .usage = "FILE.yaml",
        .summary = "print what templates see",
        .help = "Prints the table that templates and plugins get, as JSON.  "
                "docs/templates.md says what\nits fields mean.",
        .examples = "inspect blog.yaml",
        .least_files = 1,
        .most_files = 1,
        .run = run_inspect,
    },
    {
        .name = "jsonschema",
        .usage = "",
        .summary = "print a JSON Schema of the YAML, for editors",
        .help =
            "Prints what a schema may hold as JSON Schema (draft-07).  An editor that "
            "uses\nyaml-language-server then completes keys and marks mistakes, given "
            "the first line\n# yaml-language-server: $schema=ormgen.schema.json",
        .examples = "jsonschema >ormgen.schema.json",
        .words = "",
        .run = run_jsonschema,
    },
    {
        .name = "templates",
        .usage = "export DIR",
        .summary = "write the templates to a folder, to be changed",
        .help =
            "Writes the templates to DIR, which `ormgen generate --template-dir DIR` "
            "reads.\nDelete those that are not changed: the others then follow "
            "ormgen's.",
        .examples = "templates export templates",
        .least_files = 2,
        .most_files = 2,
        .words = "export",
        .run = run_templates,
    },
    {
        .name = "graph",
        .usage = "[--format dot|mermaid|svg] FILE.yaml",
        .summary = "draw the models and their relations",
        .help =
            "Prints a picture of the models and their relations: for Mermaid, which "
            "GitHub and\nothers show, for Graphviz (dot), or as SVG, which Graphviz "
            "makes.",
        .examples = "graph blog.yaml\n"
                    "graph --format svg blog.yaml >blog.svg",
        .least_files = 1,
        .most_files = 1,
        .run = run_graph,
    },
    {
        .name = "init",
        .usage = "[NAME]",
        .summary = "write a first schema, NAME.yaml",
        .help =
            "Writes NAME.yaml, or blog.yaml: a schema with comments, to be changed.  "
            "It replaces\nno file.",
        .examples = "init shop",
        .words = "",
        .most_files = 1,
        .run = run_init,
    },
    {
        .name = "completion",
        .usage = "bash|zsh|fish",
        .summary = "print what a shell completes our command lines with",
        .help = "Prints a script for a shell, which then completes verbs, options and "
                "values.",
        .examples =
            "completion bash >~/.local/share/bash-completion/completions/ormgen\n"
            "completion zsh >~/.zfunc/_ormgen\n"
            "completion fish >~/.config/fish/completions/ormgen.fish",
        .words = "bash zsh fish",
        .least_files = 1,
        .most_files = 1,
        .run = run_completion,
    },
    {
        .name = "dev",
        .usage = "run [--schema FILE.yaml] -- COMMAND...",
        .summary = "run a command with a PostgreSQL database of its own",
        .help = "Runs COMMAND with a PostgreSQL database of its own, made on demand "
                "and gone afterwards.",
        .examples = "dev run --schema blog.yaml -- ./blog",
        .raw = true,
        .words = "run",
        .run = run_dev,
    },
    {
        .name = "help",
        .usage = "[VERB]",
        .summary = "say more about a verb",
        .help = "Says more about a verb.",
        .most_files = 1,
        .words = "VERB",
        .run = run_help,
    },
    {0},
};

const struct option options[] = {
    {
        .verbs = "generate list-outputs",
        .name = "out-dir",
        .letter = 'o',
        .value = "DIR",
        .help = "where to write, made if need be; else beside each FILE",
        .offset = offsetof(struct arguments, out_dir),
    },
    {
        .verbs = "check generate inspect",
        .name = "names",
        .value = "FILE",
        .help = "a rule of Lua for names in C; see docs/templates.md",
        .offset = offsetof(struct arguments, names),
    },
    {
        .verbs = "generate",
        .name = "template-dir",
        .value = "DIR",
        .help = "its files replace templates of their names; see `ormgen templates`",
        .offset = offsetof(struct arguments, template_dir),
    },
    {
        .verbs = "generate list-outputs",
        .name = "plugin",
        .value = "FILE",
        .many = true,
        .help = "one more output: fields.md.lua, or fields.md.tmpl, makes X.fields.md",
        .offset = offsetof(struct arguments, plugins),
    },
    {
        .verbs = "generate",
        .name = "depfile",
        .value = "FILE",
        .help = "write which files were read, as make and ninja read it",
        .offset = offsetof(struct arguments, depfile),
    },
    {
        .verbs = "generate",
        .name = "deptarget",
        .value = "NAME",
        .help =
            "what the depfile says depends on them; else the stamp, else the outputs",
        .offset = offsetof(struct arguments, deptarget),
    },
    {
        .verbs = "generate",
        .name = "stamp",
        .value = "FILE",
        .help = "an empty file to make new when all is well",
        .offset = offsetof(struct arguments, stamp),
    },
    {
        .verbs = "generate",
        .name = "check",
        .help = "write nothing; print what differs from the files that are there, as a "
                "diff",
        .offset = offsetof(struct arguments, check),
    },
    {
        .verbs = "generate",
        .name = "dry-run",
        .help = "write nothing; say what would be written",
        .offset = offsetof(struct arguments, dry_run),
    },
    {
        .verbs = "generate",
        .name = "watch",
        .help = "stay, and do it again whenever a file that was read changes",
        .offset = offsetof(struct arguments, watch),
    },
    {
        .verbs = "fmt",
        .name = "check",
        .help = "change nothing; print the names of files that would change",
        .offset = offsetof(struct arguments, check),
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
        .verbs = "graph",
        .name = "format",
        .value = "FORMAT",
        .choices = "mermaid dot svg",
        .help = "what to print",
        .offset = offsetof(struct arguments, print_as),
    },
    {
        .verbs = "help",
        .name = "format",
        .value = "FORMAT",
        .choices = "text man",
        .help = "as text, or as a manual page in mdoc",
        .offset = offsetof(struct arguments, print_as),
    },
    {
        .verbs = "inspect",
        .name = "format",
        .value = "FORMAT",
        .choices = "json",
        .help = "the only one there is",
        .offset = offsetof(struct arguments, print_as),
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
