/* data.h: what the tables hold: the same for the same sizes, whoever fills them.  Keys
 * are 1, 2, 3 ... */
#ifndef BENCH_DATA_H
#define BENCH_DATA_H

#include "work.h"

/* Empties the tables and fills them. */
void data_fill(struct hand_server *s, const struct sizes *sizes);

/* The sizes that the tables were filled with. */
struct sizes data_sizes(struct hand_server *s);

#endif
