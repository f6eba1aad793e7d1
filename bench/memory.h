/* memory.h: what loaded rows weigh. */
#ifndef BENCH_MEMORY_H
#define BENCH_MEMORY_H

#include "work.h"

/* Bytes per item of a workload that loads. */
struct memory {
    size_t rows;
    double by_hand;        /* structs and their texts */
    double generated;      /* all that stays allocated while the objects are there */
    double generated_peak; /* the process, at most, while loading: with the result */
};

/* The first variants of each side are run once. */
struct memory memory_of(struct bench *b, const struct workload *w);

#endif
