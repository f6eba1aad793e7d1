/* plan.h: what a query's `with` names is loaded with what it yields.
 *
 * The plans of a query, of its plans' queries and so on are a tree: a relation once per
 * path and alias, whoever named it.  The tree is made, and found right, before anything
 * is sent; then its levels are loaded, each in one round trip. */
#ifndef RUNTIME_PLAN_H
#define RUNTIME_PLAN_H

#include "query/query.h"
#include "relations/follow.h"

/* How many relations a query may load with what it yields. */
#define PLAN_MOST 256

/* A relation of the tree, or its root: what the query yields. */
struct plan {
    const struct orm_model *model; /* of what it leads to */
    struct plan *parent;           /* NULL: the root */
    struct plan *first, *next;     /* its plans; its parent's next one */
    bool joins;                    /* its objects come in the parent's statement */
    enum orm_fetch fetch;          /* of its objects, unless DEFAULT */
    struct follow follow;          /* the relation */
    struct joins joined;           /* what comes in its statement */
    struct path *path;
    struct orm_object **objects; /* each once */
    size_t count;
    size_t size; /* of the root: how many there are in the tree */
};

/* Whether there is any to make a tree of. */
bool plan_is_any(const struct orm_plan with[ORM_QUERY_WITH]);

/* Whether it says which rows, and not only what comes with them. */
bool plan_chooses(const struct orm_query *q);

/* -- With a query ------------------------------------------------------------------ */

/* The tree of a query's plans.  What they read and is not written yet has been flushed.
 * It stays until plan_end().  NULL, and false below: the error is recorded. */
struct plan *plan_make(struct orm_session *s, const struct orm_model *m,
    const struct orm_plan with[ORM_QUERY_WITH]);

/* What comes in the statement of the query itself, `joined`, given the path of its
 * objects. */
bool plan_join(struct plan *root, struct path *path);

/* Sends the query, and where its `one_flight` says so, with it what it can of the first
 * level.  NULL: the error is recorded.  After it, flight_end() is due. */
const struct pg_result *plan_ask(struct plan *root, const struct query *q);

/* After it the next plan_take() of so many cannot fail; `root` may be NULL. */
bool plan_reserve(struct orm_session *s, const struct plan *root, size_t count);

/* The objects that the query yielded; repeated ones and NULLs do no harm. */
bool plan_take(struct orm_session *s, struct plan *root, struct path *path,
    struct orm_object *const *objects, size_t count);

/* Loads what its objects lack of the tree.  What is new belongs to `scope`. */
bool plan_run(struct plan *root, struct orm_scope *scope);

/* `root` may be NULL. */
void plan_end(struct orm_session *s, const struct plan *root);

/* -- For objects at hand ----------------------------------------------------------- */

/* All of it, for objects of one model; `plans` elements of `with` are read. */
bool plan_load(struct orm_scope *scope, struct path *path,
    struct orm_object *const *objects, size_t count, const struct orm_model *m,
    const struct orm_plan *with, size_t plans);

/* -- For plan_flight.c ------------------------------------------------------------- */

/* What the statement of `p` depends on; its owners may come later. */
bool plan_prepare(struct orm_scope *scope, struct plan *p);

/* -- For a relation ---------------------------------------------------------------- */

/* Fills the slots of a relation that has plans of its own in the YAML: as `l` says,
 * whose owners may lie in scratch memory. */
bool plan_load_slots(struct orm_session *s, const struct follow *l);

#endif
