/* condition.h: what stands behind WHERE. */
#ifndef RUNTIME_CONDITION_H
#define RUNTIME_CONDITION_H

#include "compile.h"

/* A conjunction that is being written, with brackets in it. */
struct clause {
    struct compiler *c;
    struct source at;
    const char *opening;             /* what stands before the first element */
    unsigned depth;                  /* of brackets */
    uint16_t open[ORM_QUERY_WHERE];  /* their operators */
    bool first[ORM_QUERY_WHERE + 1]; /* no element yet, per depth */
};

/* Nothing is written before the first element is. */
void clause_begin(
    struct clause *w, struct compiler *c, struct source at, const char *opening);

/* The next element follows: WHERE, or what stands between two. */
void clause_element(struct clause *w);

/* All elements of a struct X_query.where.  False: the query is wrong, the error is
 * recorded. */
bool clause_conditions(struct clause *w, const struct orm_cond *where);

/* Our columns have the values that the object has in its own: an element. */
void clause_columns_are(struct clause *w, const uint16_t *ours,
    struct key_columns theirs, const struct orm_object *o);

/* Rows that belong to the owner of a relation's slot; of a whole table, all. */
bool clause_owner(struct clause *w, struct orm_manager *manager);

#endif
