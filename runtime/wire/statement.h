/* statement.h: the prepared statements of a session, found by the shape of what they
 * do.
 *
 * A shape is a few bytes that tell all that the SQL text depends on, and nothing that
 * it does not: never a value.  A hit builds no SQL and allocates nothing. */
#ifndef RUNTIME_STATEMENT_H
#define RUNTIME_STATEMENT_H

#include "base/buffer.h"
#include "wire/pg.h"

/* How many a session keeps; the least recently used goes first, but none that is held.
 */
#define STATEMENT_LIMIT 256

struct statement;

struct statement_cache {
    struct statement **entries;
    size_t count;
    size_t capacity;
    uint64_t clock;
    uint64_t held; /* what was used after this moment stays; 0: nothing is held */
    struct retired *retired; /* to be deallocated on the server */
};

/* A statement that left the cache and is on the server still. */
struct retired {
    struct retired *next;
    char command[48]; /* DEALLOCATE and its name */
};

/* Takes them out of the cache, for the flight that carries them. */
struct retired *statement_take_retired(struct statement_cache *c);
void statement_free_retired(struct retired *first);

/* What is found or added from now on stays until statement_release(): for a flight that
 * is made of many statements. */
void statement_hold(struct statement_cache *c);
void statement_release(struct statement_cache *c);

/* NULL: not known yet. */
struct pg_statement *statement_find(
    struct statement_cache *c, const struct buffer *shape);

/* Takes copies.  NULL when memory is out. */
struct pg_statement *statement_add(struct statement_cache *c,
    const struct buffer *shape, const struct buffer *sql, const uint32_t *types,
    int type_count, bool counted);

/* NULL: it has gone, or never was. */
const struct pg_statement *statement_named(
    const struct statement_cache *c, const char *name);

/* Gives it a name that the server does not have. */
void statement_rename(struct pg_statement *st);

/* Parameters of one type are of another from now on. */
void statement_retype(struct statement_cache *c, uint32_t before, uint32_t now);

/* The server has forgotten all: a new connection. */
void statement_forget_prepared(struct statement_cache *c);

void statement_free_all(struct statement_cache *c);

#endif
