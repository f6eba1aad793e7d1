/* chaos.h: a proxy that fails on purpose, between libpq and a real server.
 *
 * It runs on a thread of the test, listens on 127.0.0.1 (so that a reset is a reset,
 * which unix sockets do not have) and passes on to a unix socket or a TCP port.  A rule
 * holds for the next connection only, those after it pass, so one proxy serves a whole
 * sweep and a session that connects again finds the server well.
 *
 *     struct chaos *proxy = chaos_start(PQhost(db), atoi(PQport(db)));
 *     chaos_next(proxy, (struct chaos_rule){.end = CHAOS_RST, .after = n});
 *     s = orm_open(db_conninfo_by(db, "127.0.0.1", chaos_port(proxy), NULL), ...);
 *     ...
 *     chaos_stop(proxy);
 */
#ifndef TESTS_CHAOS_H
#define TESTS_CHAOS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum chaos_direction {
    CHAOS_TO_CLIENT,
    CHAOS_TO_SERVER
};

enum chaos_end {
    CHAOS_PASS,
    CHAOS_FIN,  /* both ends are closed */
    CHAOS_RST,  /* the client's end is reset */
    CHAOS_STALL /* both ends stay open; not one byte more passes either way */
};

/* The bytes that go to the client instead of a message. */
struct chaos_edit {
    uint8_t *bytes;
    size_t len;
    size_t room;
    bool close; /* hang up after them */
};

void chaos_put(struct chaos_edit *edit, const void *bytes, size_t len);

struct chaos_rule {
    enum chaos_direction direction;
    enum chaos_end end;
    long after;     /* bytes of that direction that still pass */
    bool dribble;   /* both directions: one byte at a time */
    unsigned delay; /* milliseconds before each piece, both directions */

    /* Instead of passing on the server's `index`-th message (its type byte, its length,
     * its body: `len` bytes in all): put into `edit` what the client shall get.  Called
     * on the proxy's thread. */
    void (*edit)(struct chaos_edit *edit, unsigned index, const uint8_t *message,
        size_t len, void *arg);
    void *arg;
};

struct chaos;

/* `upstream` is a host's IP address or the directory of a unix socket. */
struct chaos *chaos_start(const char *upstream, int port);
void chaos_stop(struct chaos *proxy);

int chaos_port(const struct chaos *proxy);

/* Also puts the counts back to zero. */
void chaos_next(struct chaos *proxy, struct chaos_rule rule);

/* Bytes passed on, and connections accepted, since the last chaos_next(). */
long chaos_bytes(const struct chaos *proxy, enum chaos_direction direction);
long chaos_connections(const struct chaos *proxy);

/* True once the rule's end has come. */
bool chaos_struck(const struct chaos *proxy);

#endif
