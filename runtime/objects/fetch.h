/* fetch.h: how what is not loaded comes when it is asked for.
 *
 * An object has the mode of the query that yielded it, and so has everything that is
 * loaded through it.  Where the query named none, the session's counts, as it is at the
 * moment of the load. */
#ifndef RUNTIME_FETCH_H
#define RUNTIME_FETCH_H

#include "objects/relate.h"

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

/* -- What is told of lazy loads ---------------------------------------------------- */

/* A getter of `o` is about to ask the server for the field of so many objects; `way` is
 * its path's, or of the column. */
void fetch_begin(
    struct orm_object *o, const char *field, struct way *way, size_t peers);
void fetch_end(struct orm_session *s);

/* The way to a lazy column; NULL when nothing is reported. */
struct way *fetch_column_way(struct orm_object *o, const struct orm_column *column);

/* The rows that came; `objects` may be NULL. */
void fetch_rows(struct orm_session *s, struct way *way,
    struct orm_object *const *objects, size_t count);

/* The report learns who asks: where a target is found in the map again, the slots of
 * others than who asked stay empty until their turn comes. */
static inline bool fetch_leaves_empty(
    const struct orm_session *s, const struct orm_to_one *ref)
{
    return s->reports && ref_is_by_key(ref) && !ref->unique;
}

/* The program gets it: the object, or those of the list; NULL is nothing. */
struct orm_object *fetch_give(struct orm_session *s, struct orm_object *o);
const void *fetch_give_list(struct orm_session *s, const void *list);

#endif
