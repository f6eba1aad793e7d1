/* condition.h: what stands behind WHERE. */
#ifndef RUNTIME_CONDITION_H
#define RUNTIME_CONDITION_H

#include "query/compile.h"

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

/* What stands between these two is the element, or its contrary if `flags`, of a
 * struct orm_cond, say so. */
void clause_element_begin(struct clause *w, unsigned flags);
void clause_element_end(struct clause *w, unsigned flags);

/* All elements of a struct X_query.where.  False: the query is wrong, the error is
 * recorded. */
bool clause_conditions(struct clause *w, const struct orm_cond *where);

#endif
