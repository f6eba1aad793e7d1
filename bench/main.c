/* main.c: the benchmark's program: fills the tables, and measures. */
#include "clocks.h"
#include "connect.h"
#include "data.h"
#include "die.h"
#include "growth.h"
#include "proxy.h"
#include "records.h"
#include "workloads.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "Usage: bench fill|work|network|growth [OPTION...]\n"
    "\n"
    "In the database that the PG* variables name, with the tables of bench.yaml:\n"
    "  fill      fills them\n"
    "  work      measures each workload, bound to one processor and not bound\n"
    "  network   measures them with a server that is a millisecond away\n"
    "  growth    measures loading for a thousand rows, ten thousand, ...\n"
    "\n"
    "  --books N --authors N --tags N   how much to fill in (100000, 10000, 200)\n"
    "  --rounds N                       rounds that count (11; 3 for network, growth)\n"
    "  --only W1,W2                     these workloads\n"
    "  --bound, --free                  only bound to one processor, or only not\n"
    "  --records FILE                   adds the figures to FILE, as lines of JSON\n";

struct options {
    struct sizes sizes;
    unsigned rounds;
    const char *only;
    bool bound, free;
    FILE *records;
};

/* -- Options ----------------------------------------------------------------------- */

static size_t number(const char *text, size_t most)
{
    char *end;
    errno = 0;
    const unsigned long long n = strtoull(text, &end, 10);
    if (errno || *end || end == text || n < 1 || n > most)
        die("%s: not a number from 1 to %zu", text, most);
    return (size_t)n;
}

static FILE *append_to(const char *path)
{
    FILE *f = fopen(path, "ae");
    if (!f)
        die("%s: %s", path, strerror(errno));
    return f;
}

static bool take_option(struct options *o, int c)
{
    switch (c) {
    case 'b':
        o->sizes.books = number(optarg, 100000000);
        return true;
    case 'a':
        o->sizes.authors = number(optarg, 100000000);
        return true;
    case 't':
        o->sizes.tags = number(optarg, 1000000);
        return true;
    case 'r':
        o->rounds = (unsigned)number(optarg, ROUNDS_MAX);
        return true;
    case 'o':
        o->only = optarg;
        return true;
    case 'B':
        o->free = false;
        return true;
    case 'F':
        o->bound = false;
        return true;
    case 'R':
        o->records = append_to(optarg);
        return true;
    default:
        return false;
    }
}

static bool take_options(struct options *o, int argc, char **argv)
{
    static const struct option known[] = {{"books", required_argument, NULL, 'b'},
        {"authors", required_argument, NULL, 'a'},
        {"tags", required_argument, NULL, 't'},
        {"rounds", required_argument, NULL, 'r'},
        {"only", required_argument, NULL, 'o'}, {"bound", no_argument, NULL, 'B'},
        {"free", no_argument, NULL, 'F'}, {"records", required_argument, NULL, 'R'},
        {NULL, 0, NULL, 0}};
    int c;
    *o = (struct options){.sizes = {.books = 100000, .authors = 10000, .tags = 200},
        .bound = true,
        .free = true};
    while ((c = getopt_long(argc, argv, "", known, NULL)) != -1)
        if (!take_option(o, c))
            return false;
    return optind == argc - 1;
}

/* True if the list "W1,W2" has `name`, or is NULL. */
static bool wanted(const char *list, const char *name)
{
    const size_t len = strlen(name);
    for (const char *at = list; at; at = strchr(at, ','), at = at ? at + 1 : NULL)
        if (strncmp(at, name, len) == 0 && (at[len] == ',' || !at[len]))
            return true;
    return !list;
}

/* -- Parts ------------------------------------------------------------------------- */

static void fill(const struct options *o)
{
    struct hand_server s;
    hand_open(&s, "");
    data_fill(&s, &o->sizes);
    hand_close(&s);
}

static void measure_all(
    struct bench *b, const char *only, const struct records *r, unsigned rounds)
{
    const struct backends servers = bench_backends(b);
    struct result results[VARIANTS];
    for (size_t i = 0; i < workload_count; i++)
        if (wanted(only, workloads[i]->name))
            records_add(
                r, results, measure(b, &servers, workloads[i], rounds, results));
}

/* Client and server on one processor: no waiting for one to wake up. */
static void bind_all(struct bench *b, bool (*binding)(pid_t))
{
    const struct backends servers = bench_backends(b);
    bool fine = binding(0);
    for (int side = BY_HAND; side <= GENERATED; side++)
        if (servers.of[side])
            fine = binding(servers.of[side]) && fine;
    if (!fine)
        puts("The server could not be bound to a processor: that needs root.");
}

static void work(const struct options *o)
{
    struct bench b;
    struct records r = {.json = o->records, .part = "workloads"};
    const unsigned rounds = o->rounds ? o->rounds : 11;
    bench_open(&b, NULL);
    if (o->free) {
        records_head(&r, "Client and server where the system puts them");
        measure_all(&b, o->only, &r, rounds);
    }
    if (o->bound) {
        r.pinned = true;
        bind_all(&b, pin);
        records_head(&r, "Client and server bound to one processor");
        measure_all(&b, o->only, &r, rounds);
        bind_all(&b, unpin);
    }
    bench_close(&b);
}

/* Those that read or write little, so that the distance counts. */
#define REMOTE "W1s,W2,W3,W4,W5,W6"

/* Fewer items: by hand each is a millisecond. */
static void network(const struct options *o)
{
    struct bench b;
    struct proxy p;
    const struct records r = {.json = o->records, .part = "network"};
    const char *directory = getenv("PGHOST"), *port = getenv("PGPORT");
    if (!directory || *directory != '/')
        die("network: PGHOST must be a directory, of a server on this machine");
    proxy_start(&p, directory, port ? port : "5432", 500);
    setenv("PGPORT", "5432", 1);
    bench_open(&b, p.directory);
    if (b.sizes.gets > 1000)
        b.sizes.gets = 1000;
    if (b.sizes.written > 1000)
        b.sizes.written = 1000;
    records_head(&r, "A millisecond added to each round trip");
    measure_all(&b, o->only ? o->only : REMOTE, &r, o->rounds ? o->rounds : 3);
    bench_close(&b);
    proxy_stop(&p);
}

static void growth(const struct options *o)
{
    struct bench b;
    const struct records r = {.json = o->records, .part = "growth"};
    bench_open(&b, NULL);
    growth_run(&b, &r, o->rounds ? o->rounds : 3);
    bench_close(&b);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(const struct options *);
    } parts[] = {
        {"fill", fill}, {"work", work}, {"network", network}, {"growth", growth}};
    struct options o;
    if (take_options(&o, argc, argv))
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
            if (strcmp(argv[optind], parts[i].name) == 0) {
                parts[i].run(&o);
                return 0;
            }
    fputs(help, stderr);
    return 2;
}
