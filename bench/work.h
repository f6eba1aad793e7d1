/* work.h: what a workload is: one piece of work, written several ways.
 *
 * The first variant is the yardstick, what a C programmer writes on libpq; `generated`
 * is what a beginner writes on generated code.  All of them must see, or leave, the
 * same values: their checks are compared after every round. */
#ifndef BENCH_WORK_H
#define BENCH_WORK_H

#include "hand/pool.h"
#include "hand/server.h"

#include "bench.orm.h"

struct sizes {
    size_t authors;
    size_t books;
    size_t tags;
    size_t some;    /* books of the workloads that read a part */
    size_t gets;    /* authors that are got by key */
    size_t mapped;  /* books that are loaded when they are got by key */
    size_t written; /* rows of those that write */
};

struct bench {
    struct sizes sizes;
    struct hand_server hand;
    struct hand_pool pool; /* what was loaded by hand */
    struct orm_session *db;
};

enum side {
    BY_HAND,
    GENERATED
};

struct variant {
    const char *name; /* NULL ends the list */
    enum side side;
    void (*prepare)(struct bench *); /* before the clock starts, or NULL */
    void (*run)(struct bench *);
    uint64_t (*check)(struct bench *);
};

#define VARIANTS 4

struct workload {
    const char *name;
    const char *title;
    size_t (*items)(const struct bench *);
    void (*open)(struct bench *); /* once: its statements by hand, or NULL */
    struct variant variants[VARIANTS + 1];
};

extern const struct workload load_all, load_some, authors_of_some, authors_of_all,
    get_by_key, tags_of_some, insert_rows, update_rows, related, mapped, known_query,
    known_get;

/* Ends the program with the session's message unless `fine`. */
void must(const struct bench *b, bool fine);

/* Keeps the compiler from leaving out what made `value`. */
#define KEEP(value) __asm__ volatile("" : : "r"(value) : "memory")

#endif
