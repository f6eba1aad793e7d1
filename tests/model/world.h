/* world.h: a session, and what should be true of it. */
#ifndef TESTS_WORLD_H
#define TESTS_WORLD_H

#define MODEL_SESSION "model" /* application_name of the session that is tried */

#include "model.h"

#include "pgtest.h"

#include <base/memory.h>

struct world {
    PGconn *db; /* another session, in plain libpq */
    struct orm_session *s;
    struct unit now;
    struct unit marks[MARKS]; /* the first: when the unit of work began */
    unsigned mark_count;
    struct base committed;
    bool failed;       /* the session has an error */
    bool flush_failed; /* by that */
    bool missed;       /* by orm_savepoint() */
    bool commit_failed;
    bool wrote;        /* before that, in the same transaction */
    bool keeps;        /* no query flushes */
    bool keeps_drafts; /* of an upsert, which the model does not know */
    bool adrift;       /* a commit may have been */
    unsigned depth;    /* of scopes */
    uint64_t random;
    bool verbose;
    unsigned long fault; /* the allocation of the next call that fails; 0: none does */
    bool fault_onward;
    bool cuts;  /* the connection leads through the proxy */
    long token; /* the last */
};

extern struct world w;

/* Ends the program as failed, and says why. */
void broken(const char *file, int line, const char *format, ...)
    __attribute__((noreturn, format(printf, 3, 4)));
#define must(condition, ...)                                                           \
    do {                                                                               \
        if (!(condition))                                                              \
            broken(__FILE__, __LINE__, __VA_ARGS__);                                   \
    } while (0)

/* A line of the program, when it is to be shown. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

unsigned chance(unsigned below);

/* Where connections are cut, the next one is. */
void hurt_next_connection(void);

/* -- ops.c ------------------------------------------------------------------------- */

/* One operation, on both sides, by its number alone. */
void op_run(uint64_t number);
void world_begin_unit(void);
void world_forget(void); /* all objects, as orm_reset() does */

/* A call that may flush. */
struct call {
    bool dirty;
    bool flushed;
    struct verdict verdict;
};
struct call call_begin(void);

/* True: it was good.  Else the error is one of `codes`, or the flush's. */
bool call_end(struct call *c, uint32_t codes, const char *what);

/* -- compare.c --------------------------------------------------------------------- */

/* An unused element for another one. */
struct thing *free_thing(void);

/* What was given for a row. */
struct thing *meet(struct orm_object *o, unsigned model);

/* The server has just said what is in the row. */
void fill(struct thing *t);

/* The database may have changed rows behind rows that are not in memory: those objects
 * are as they were, and the next get() asks. */
void see_expired(void);
void compare_objects(void);

/* The database is as committed. */
void compare_database(void);
void base_read(struct base *to);
const char *thing_name(const struct thing *t);

/* -- others.c ---------------------------------------------------------------------- */

/* What became of a commit that nobody answered. */
void outcome_find_out(enum orm_outcome outcome, long token);

#endif
