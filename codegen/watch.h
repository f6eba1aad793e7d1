/* watch.h: doing something again whenever a file that it has read changes. */
#ifndef CODEGEN_WATCH_H
#define CODEGEN_WATCH_H

#include "depends.h"
#include "options.h"

/* `run` returns an exit code and says what it has read.  Each run is a process of its
 * own: whatever ends it, the watch goes on.  SIGINT and SIGTERM end it, with EXIT_OK.
 */
int watch(int (*run)(const struct arguments *a, struct depends *d),
    const struct arguments *a);

#endif
