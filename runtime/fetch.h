/* fetch.h: how what is not loaded comes when it is asked for.
 *
 * An object has the mode of the query that yielded it, and so has everything that is
 * loaded through it.  Where the query named none, the session's counts, as it is at the
 * moment of the load. */
#ifndef RUNTIME_FETCH_H
#define RUNTIME_FETCH_H

#include "object.h"

/* The mode that the object's query named; ORM_FETCH_DEFAULT: none. */
static inline enum orm_fetch object_fetch(const struct orm_object *o)
{
    return (enum orm_fetch)(o->state >> OBJECT_FETCH_AT & 3);
}

static inline void object_set_fetch(struct orm_object *o, enum orm_fetch mode)
{
    o->state &= ~(3u << OBJECT_FETCH_AT);
    o->state |= (uint32_t)mode << OBJECT_FETCH_AT;
}

/* The mode that a load through the object has now; never ORM_FETCH_DEFAULT. */
enum orm_fetch fetch_mode(const struct orm_object *o);

/* The mode of what a query on the manager yields.  False: it is none that there is, and
 * that is recorded. */
bool fetch_of_query(
    struct orm_manager *m, const struct orm_query *q, enum orm_fetch *mode);

enum fetch_what {
    FETCH_RELATION,
    FETCH_COLUMN
};

/* Whether a getter of the object may ask the server for the field: not in the mode
 * ORM_FETCH_RAISE, which records ORM_FETCH_RAISED. */
bool fetch_allows(struct orm_object *o, const char *field, enum fetch_what what);

#endif
