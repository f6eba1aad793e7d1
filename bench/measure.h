/* measure.h: the variants of a workload, by turns. */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include "work.h"

#include <sys/types.h>

#define ROUNDS_MAX 101

/* The middle one of some figures, and what half of them lie between. */
struct spread {
    double median;
    double lower;
    double upper;
};

/* Nanoseconds are per item. */
struct result {
    const struct workload *workload;
    const struct variant *variant;
    size_t items;
    unsigned rounds;
    struct spread ns;
    struct spread ratio;   /* to the first variant, round by round */
    double cpu_ratio;      /* the same of processor time, if the server's is known */
    double client_ns;      /* medians, of processor time */
    double client_more_ns; /* than the first variant, round by round */
    double server_ns;      /* below 0: cannot be read */
    uint64_t statements;
    uint64_t round_trips;
    uint64_t value; /* what the check said */
};

/* The server's processes, 0 if they are not on this machine. */
struct backends {
    pid_t of[2]; /* by enum side */
};

/* `results` has room for VARIANTS; returns how many there are.  One round more than
 * `rounds` is run, the first, which does not count.  Ends the program if two variants
 * saw different values. */
size_t measure(struct bench *b, const struct backends *servers,
    const struct workload *w, unsigned rounds, struct result *results);

#endif
