/* connect.h: both sides' connections. */
#ifndef BENCH_CONNECT_H
#define BENCH_CONNECT_H

#include "measure.h"

/* By the PG* variables, or at `host` if it is not NULL.  The sizes are those of the
 * data; the statements by hand are prepared. */
void bench_open(struct bench *b, const char *host);
void bench_close(struct bench *b);

/* Says so once if their processor time cannot be read. */
struct backends bench_backends(struct bench *b);

#endif
