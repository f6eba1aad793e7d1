/* growth.h: whether a row costs the same among a thousand and among a million. */
#ifndef BENCH_GROWTH_H
#define BENCH_GROWTH_H

#include "records.h"

void growth_run(struct bench *b, const struct records *r, unsigned rounds);

#endif
