/* proxy.h: a server that is further away: everything takes so much longer, each way.
 *
 * A process of its own passes bytes between a socket in a new directory and a server's,
 * each piece as late as it is told to; later pieces do not wait for earlier ones to
 * arrive, so what is sent in one go travels together. */
#ifndef BENCH_PROXY_H
#define BENCH_PROXY_H

#include <sys/types.h>

struct proxy {
    pid_t pid;
    char directory[32]; /* a `host` for libpq */
};

/* `directory` and `port` are those of the server's socket. */
void proxy_start(
    struct proxy *p, const char *directory, const char *port, unsigned each_way_us);
void proxy_stop(struct proxy *p);

#endif
