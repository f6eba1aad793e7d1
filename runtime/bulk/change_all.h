/* change_all.h: one UPDATE or DELETE for all rows that a query matches. */
#ifndef RUNTIME_CHANGE_ALL_H
#define RUNTIME_CHANGE_ALL_H

#include "query/query.h"

struct change_all {
    struct query rows;                 /* QUERY_KEYS */
    const struct orm_changes *changes; /* NULL: they are deleted */
    uint8_t *columns; /* bits: what the UPDATE sets; filled when it is compiled */
};

/* change_all_sql.c: the statement, with its parameters in `s->params`; what is recorded
 * has been flushed.  NULL: the error is recorded. */
struct pg_statement *change_all_compile(
    struct orm_session *s, const struct change_all *a);

/* Whether the statement answers with the keys of its rows: objects may be among them.
 */
bool change_all_answers(const struct orm_session *s, const struct change_all *a);

/* Whether it answers with the column, behind the key. */
bool change_all_returns(const struct change_all *a, unsigned column);

#endif
