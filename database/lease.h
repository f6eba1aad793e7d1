/* lease.h: a database for as long as somebody holds a descriptor.
 *
 * A lease is a socket.  At its other end sits the process that made the database; when
 * the last copy of our end is gone and the process that took the lease is too, however
 * they ended, it drops the database.  We ask with one byte.  The answer is a line: `+`
 * and what we asked for, or `-` and why not. */
#ifndef ORMGEN_LEASE_H
#define ORMGEN_LEASE_H

#include <libpq-fe.h>

enum lease_request {
    LEASE_DATABASE = 'd', /* answer: the socket's directory, a space, the database */
    LEASE_STATUS = 's',   /* answer: a sentence */
    LEASE_STOP = 'q',     /* answer: a sentence; the server stops */
};

/* Takes a lease on a new database, on the server that the environment names, else on
 * the private one, and returns a connection to it; NULL if it cannot.  This process,
 * and what it becomes or starts, hold the lease. */
PGconn *lease_take(void);

/* Asks the private server; a new string, or NULL if none runs. */
char *lease_ask(enum lease_request request);

/* The end that answers. */
void lease_grant(int fd, const char *format, ...) __attribute__((format(printf, 2, 3)));
void lease_refuse(int fd, const char *why);

#endif
