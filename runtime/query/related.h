/* related.h: conditions on what a row refers to, and on what refers to it. */
#ifndef RUNTIME_RELATED_H
#define RUNTIME_RELATED_H

#include "query/condition.h"

/* Each is an element.  False: the query is wrong, the error is recorded. */
bool related_is(struct clause *w, const struct orm_cond *cond);
bool related_is_one_of(struct clause *w, const struct orm_cond *cond);
bool related_matches(struct clause *w, const struct orm_cond *cond);
bool related_some(struct clause *w, const struct orm_cond *cond);

/* Rows that belong to the owner of a relation's slot; of a whole table, all. */
bool related_owner(struct clause *w, struct orm_manager *manager);

/* (SELECT count(*) ...): how many rows a list of `at` has. */
void related_count(
    struct compiler *c, struct source at, const struct orm_to_many *many);

#endif
