/* cluster.h: a PostgreSQL cluster and the server that runs on it. */
#ifndef ORMGEN_CLUSTER_H
#define ORMGEN_CLUSTER_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <sys/types.h>

/* All run as the server's user.  `bin` has the server programs, `dir` holds the running
 * server: its data, its socket and its log. */

/* Makes a cluster in `dir`, from the cache unless that is NULL. */
bool cluster_make(const char *bin, const char *cache, const char *dir);

/* Throws away what the cache holds for these programs. */
void cluster_forget(const char *bin, const char *cache);

/* Starts a server that dies with the calling process; returns once it serves. */
bool cluster_start(const char *bin, const char *dir, pid_t *postgres, PGconn **server);

#endif
