/* query.h: from a query to a statement. */
#ifndef RUNTIME_QUERY_H
#define RUNTIME_QUERY_H

#include "query/compile.h"

enum query_kind {
    QUERY_OBJECTS = 'O',
    QUERY_COUNT = 'C',
    QUERY_EXISTS = 'X',
    QUERY_KEYS = 'Y', /* the keys of rows that are about to be changed: locked */
    QUERY_PART        /* `part` of the rows, for another statement */
};

struct joins;

/* What is asked: rows of the manager's model that belong to its owner and match. */
struct query {
    enum query_kind kind;
    struct orm_manager *manager;
    const void *conditions;    /* a struct X_query, or NULL for all */
    unsigned limit;            /* overrides the query's; 0: does not */
    const struct joins *joins; /* that come with the rows, or NULL */
    struct key_columns part;
    unsigned cursor; /* rows are to be fetched from a cursor of this number */
};

/* The statement, with its parameters in `s->params`.  What it reads and is not written
 * yet has been flushed.  NULL: the query is wrong or memory is out, the error is
 * recorded and nothing was sent. */
struct pg_statement *query_compile(struct orm_session *s, const struct query *q);

/* The same text as a part of another statement. */
bool query_write(struct compiler *c, const struct query *q);

/* Its rows stay locked until the transaction ends, so there must be one. */
bool query_locks(const struct query *q);

#endif
