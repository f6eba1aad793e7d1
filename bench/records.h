/* records.h: figures as a table, for people, and as JSON, an object a line. */
#ifndef BENCH_RECORDS_H
#define BENCH_RECORDS_H

#include "measure.h"

#include <stdio.h>

struct records {
    FILE *json;       /* or NULL */
    const char *part; /* "workloads", "network", "growth" */
    bool pinned;
};

void records_head(const struct records *r, const char *title);
void records_add(const struct records *r, const struct result *results, size_t count);

#endif
