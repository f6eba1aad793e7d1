/* server.h: databases of a server, by libpq. */
#ifndef ORMGEN_SERVER_H
#define ORMGEN_SERVER_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <sys/types.h>

/* Forgets every variable by which libpq would be sent to another server. */
void server_forget_environment(void);

/* Whether DATABASE_URL, PGHOST or PGSERVICE names a server. */
bool server_is_given(void);

/* A connection to that server, or to the private one whose socket is in `dir`; a NULL
 * database is any.  NULL if it fails. */
PGconn *server_open_given(const char *database);
PGconn *server_open_private(const char *dir, const char *database);

enum {
    DATABASE_NAME = 64
};

/* Makes an empty database for the process `client` and writes its name, which no
 * database of that server had.  `options` are more of CREATE DATABASE's. */
bool server_create_database(
    PGconn *server, pid_t client, const char *options, char name[DATABASE_NAME]);

/* Drops it, whoever uses it. */
bool server_drop_database(PGconn *server, const char *name);

/* Makes the environment name what `server` is connected to, for libpq and for all that
 * read DATABASE_URL. */
void server_put_environment(PGconn *server);

#endif
