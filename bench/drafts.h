/* drafts.h: the rows that the writing workloads write. */
#ifndef BENCH_DRAFTS_H
#define BENCH_DRAFTS_H

#include "work.h"

/* What the i-th row says. */
struct draft_values {
    char title[48];
    const char *isbn; /* NULL: null */
    int64_t author_id;
    int64_t price; /* hundredths */
    int64_t created;
    int32_t pages;
    int32_t published;
    bool in_print;
};

void draft_values(size_t authors, size_t i, struct draft_values *v);

/* Leaves the table empty, as it was made. */
void drafts_empty(struct bench *b);

/* Leaves all rows in it, with keys 1, 2, 3 ... */
void drafts_fill(struct bench *b);

/* One number for all that is in it now; keys are left out: whoever wrote it had its own
 * way to get them. */
uint64_t drafts_sum(struct bench *b);
uint64_t drafts_sum_by(struct hand_server *s);

#endif
