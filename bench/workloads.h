/* workloads.h: all of them, in their order. */
#ifndef BENCH_WORKLOADS_H
#define BENCH_WORKLOADS_H

#include "work.h"

extern const struct workload *const workloads[];
extern const size_t workload_count;

#endif
