/* server.h: a connection whose statements are prepared and whose values are binary, and
 * which counts. */
#ifndef HAND_SERVER_H
#define HAND_SERVER_H

#include <libpq-fe.h>
#include <stddef.h>
#include <stdint.h>

struct hand_server {
    PGconn *conn;
    uint64_t statements;
    uint64_t round_trips;
};

#define HAND_PARAMS 9

/* Values as they go out; a NULL is a null. */
struct hand_params {
    int count;
    const char *values[HAND_PARAMS];
    int lengths[HAND_PARAMS];
};

void hand_open(struct hand_server *s, const char *conninfo);
void hand_close(struct hand_server *s);

/* Not counted: done once, before anything is measured. */
void hand_prepare(struct hand_server *s, const char *name, const char *sql);

/* Text, without a result that matters: BEGIN, COMMIT.  A round trip, no statement. */
void hand_command(struct hand_server *s, const char *sql);

/* Whatever went wrong ends the program, so a result is always good. */
PGresult *hand_run(
    struct hand_server *s, const char *name, const struct hand_params *params);

/* The one number that `sql` asks for; not counted. */
int64_t hand_number(struct hand_server *s, const char *sql);

static inline void hand_param(struct hand_params *p, const void *bytes, size_t size)
{
    p->values[p->count] = bytes;
    p->lengths[p->count++] = (int)size;
}

#endif
