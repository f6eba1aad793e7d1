/* main.c: the ormgen command. */
#include "buffer.h"
#include "cname.h"
#include "ddl.h"
#include "diag.h"
#include "files.h"
#include "options.h"
#include "render.h"
#include "schema.h"
#include "symbols.h"
#include "view.h"
#include "wrap.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* -- One schema -------------------------------------------------------------------- */

/* "blog" of "dir/blog.yaml", or NULL after a message: the base name becomes part of
 * file names, comments and a macro.  To be freed. */
static char *base_of(const char *path)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    const bool has_ending = dot && dot > name && strcmp(dot, ".yaml") == 0;
    const size_t len = has_ending ? (size_t)(dot - name) : 0;

    if (len == 0) {
        fprintf(
            stderr, "ormgen: %s: a schema is a file whose name ends in .yaml\n", path);
        return NULL;
    }
    if (strspn(name, allowed) < strlen(name) || *name == '-' || *name == '.') {
        fprintf(stderr,
            "ormgen: %s: a file name of letters, digits, \"_\", \"-\" and \".\" "
            "only, please: it becomes part of the C code\n",
            path);
        return NULL;
    }
    return format("%.*s", (int)len, name);
}

/* Reads and checks one file; a message was printed unless the result is EXIT_OK. */
static int read_schema(const char *path, const char *base, struct schema **s)
{
    if (access(path, R_OK) != 0) {
        fprintf(stderr, "ormgen: %s: %s\n", path, strerror(errno));
        return EXIT_ENVIRONMENT;
    }

    struct diag *d = diag_new();

    *s = schema_read(path, d);
    if (*s && diag_count(d) == 0)
        symbols_check(*s, base, d);
    const bool good = *s && diag_count(d) == 0;
    if (!good) {
        diag_print(d, stderr);
        schema_free(*s);
        *s = NULL;
    }
    diag_free(d);
    return good ? EXIT_OK : EXIT_SCHEMA;
}

static int flush_stdout(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return EXIT_OK;
    fprintf(stderr, "ormgen: standard output: %s\n", strerror(errno));
    return EXIT_ENVIRONMENT;
}

/* -- generate ---------------------------------------------------------------------- */

static char *directory_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return format(".");
    return slash == path ? format("/") : format("%.*s", (int)(slash - path), path);
}

static void fill_output(struct output *o, struct render *r, const char *template,
    const char *directory, const char *base)
{
    struct buffer raw = {0};

    render(r, template, &raw);
    wrap(buffer_of(&raw), &o->content);
    buffer_free(&raw);
    o->directory = format("%s", directory);
    o->name = format("%s.%s", base, template);
}

/* The two files of one schema. */
static int make_outputs(const char *path, const char *out_dir, struct output *outputs)
{
    struct schema *s;
    char *base = base_of(path);
    if (!base)
        return EXIT_USAGE;
    const int status = read_schema(path, base, &s);
    if (status == EXIT_OK) {
        char *directory = out_dir ? format("%s", out_dir) : directory_of(path);
        struct render *r = render_open();
        view(render_lua(r), s, base);
        fill_output(&outputs[0], r, "orm.h", directory, base);
        fill_output(&outputs[1], r, "orm.c", directory, base);
        render_close(r);
        free(directory);
        schema_free(s);
    }
    free(base);
    return status;
}

static bool all_differ(const struct output *outputs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < i; j++)
            if (outputs[i].name && outputs[j].name &&
                strcmp(outputs[i].name, outputs[j].name) == 0 &&
                strcmp(outputs[i].directory, outputs[j].directory) == 0) {
                fprintf(stderr, "ormgen: two of the files would both write %s/%s\n",
                    outputs[i].directory, outputs[i].name);
                return false;
            }
    return true;
}

static int generate(const struct arguments *a)
{
    const size_t count = 2 * a->file_count;
    struct output *outputs = must(calloc(count, sizeof *outputs));
    int status = EXIT_OK;

    /* All files are read even after a mistake, so that one run shows all of them. */
    for (size_t i = 0; i < a->file_count; i++) {
        const int one = make_outputs(a->files[i], a->out_dir, &outputs[2 * i]);
        if (one > status)
            status = one;
    }
    if (status == EXIT_OK && !all_differ(outputs, count))
        status = EXIT_USAGE;
    if (status == EXIT_OK && !files_write(outputs, count))
        status = EXIT_ENVIRONMENT;
    for (size_t i = 0; i < count; i++) {
        free(outputs[i].directory);
        free(outputs[i].name);
        buffer_free(&outputs[i].content);
    }
    free(outputs);
    return status;
}

/* -- check, sql -------------------------------------------------------------------- */

static int check(const struct arguments *a)
{
    int status = EXIT_OK;

    for (size_t i = 0; i < a->file_count; i++) {
        struct schema *s = NULL;
        char *base = base_of(a->files[i]);
        const int one = base ? read_schema(a->files[i], base, &s) : EXIT_USAGE;
        if (one > status)
            status = one;
        schema_free(s);
        free(base);
    }
    return status;
}

static int sql(const struct arguments *a)
{
    struct schema *s;
    struct buffer out = {0};
    char *base = base_of(a->files[0]);
    int status = base ? read_schema(a->files[0], base, &s) : EXIT_USAGE;

    if (status == EXIT_OK) {
        char *name = format("%s.yaml", base);
        ddl(s, name, &out);
        fputs(out.at, stdout);
        status = flush_stdout();
        buffer_free(&out);
        free(name);
        schema_free(s);
    }
    free(base);
    return status;
}

/* -- dev --------------------------------------------------------------------------- */

/* Where ormgen-db may be; an entry without a folder is left out. */
static char *find_part(const char *name, const char *own_directory)
{
    const char *libexec = getenv("ORMGEN_LIBEXEC");
    char *places[] = {
        libexec && *libexec ? format("%s/%s", libexec, name) : NULL,
        own_directory ? format("%s/../libexec/ormgen/%s", own_directory, name) : NULL,
        own_directory ? format("%s/../database/%s", own_directory, name) : NULL,
        format("%s/%s", ORMGEN_LIBEXEC_DIR, name),
    };
    char *found = NULL;

    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        if (!found && places[i] && access(places[i], X_OK) == 0)
            found = places[i];
        else
            free(places[i]);
    }
    return found;
}

static int dev(const struct arguments *a)
{
    char own[PATH_MAX];
    char *directory = NULL;

    const ssize_t len = readlink("/proc/self/exe", own, sizeof own - 1);
    if (len > 0) {
        own[len] = '\0';
        directory = directory_of(own);
        setenv("ORMGEN", own, 1);
    }
    char *part = find_part("ormgen-db", directory);
    free(directory);
    if (!part) {
        fputs("ormgen: ormgen-db, which does the work of \"ormgen dev\", is not "
              "installed; "
              "set ORMGEN_LIBEXEC to the folder that holds it\n",
            stderr);
        return EXIT_ENVIRONMENT;
    }

    char **argv = must(calloc(a->file_count + 3, sizeof *argv));
    argv[0] = part;
    argv[1] = format("dev");
    memcpy(argv + 2, a->files, a->file_count * sizeof *argv);
    execv(part, argv);
    fprintf(stderr, "ormgen: %s: %s\n", part, strerror(errno));
    free(argv[1]);
    free(argv);
    free(part);
    return EXIT_ENVIRONMENT;
}

/* -- help -------------------------------------------------------------------------- */

static int help(const struct arguments *a)
{
    if (a->file_count == 0) {
        print_usage();
        return flush_stdout();
    }
    const struct verb *v = find_verb(a->files[0]);
    if (!v)
        return EXIT_USAGE;
    print_help(v);
    return flush_stdout();
}

/* -- The tables -------------------------------------------------------------------- */

const struct verb verbs[] = {
    {
        .name = "generate",
        .usage = "[-o DIR] FILE.yaml...",
        .summary = "write X.orm.h and X.orm.c for each X.yaml",
        .help = "Writes X.orm.h and X.orm.c for each X.yaml.  Files that would not "
                "change are "
                "left alone;\nafter a mistake no file is written.",
        .least_files = 1,
        .most_files = SIZE_MAX,
        .run = generate,
    },
    {
        .name = "sql",
        .usage = "FILE.yaml",
        .summary = "print the SQL that makes the tables",
        .help = "Prints the SQL that makes the tables in an empty database.",
        .least_files = 1,
        .most_files = 1,
        .run = sql,
    },
    {
        .name = "check",
        .usage = "FILE.yaml...",
        .summary = "look for mistakes, write nothing",
        .help = "Looks for mistakes and writes nothing.",
        .least_files = 1,
        .most_files = SIZE_MAX,
        .run = check,
    },
    {
        .name = "dev",
        .usage = "run [--schema FILE.yaml] -- COMMAND...",
        .summary = "run a command with a PostgreSQL database of its own",
        .help = "Runs COMMAND with a PostgreSQL database of its own, made on demand "
                "and gone "
                "afterwards.",
        .raw = true,
        .run = dev,
    },
    {
        .name = "help",
        .usage = "[VERB]",
        .summary = "say more about a verb",
        .help = "Says more about a verb.",
        .most_files = 1,
        .run = help,
    },
    {0},
};

const struct option options[] = {
    {
        .verb = "generate",
        .name = "out-dir",
        .letter = 'o',
        .value = "DIR",
        .help = "where to write, made if need be; else beside each FILE",
        .offset = offsetof(struct arguments, out_dir),
    },
    {
        .verb = "*",
        .name = "help",
        .letter = 'h',
        .help = "print this",
        .offset = offsetof(struct arguments, help),
    },
    {0},
};

int main(int argc, char **argv)
{
    struct arguments a = {0};

    if (argc < 2) {
        print_usage();
        return flush_stdout() == EXIT_OK ? EXIT_USAGE : EXIT_ENVIRONMENT;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("ormgen " ORMGEN_VERSION);
        return flush_stdout();
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_usage();
        return flush_stdout();
    }

    const struct verb *v = find_verb(argv[1]);
    if (!v || !parse(v, argc - 2, argv + 2, &a))
        return EXIT_USAGE;
    if (a.help) {
        print_help(v);
        return flush_stdout();
    }
    return v->run(&a);
}
