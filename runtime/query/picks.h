/* picks.h: what orm_select() was asked to pick, looked at before anything is written.
 */
#ifndef RUNTIME_PICKS_H
#define RUNTIME_PICKS_H

#include "session/session.h"

/* PostgreSQL's limit on the columns of a result is a little more. */
#define PICKS_MOST 1600

/* What an aggregate of values of a type is. */
struct aggregate {
    uint8_t type;       /* of the result; 0: there is no such aggregate */
    const char *values; /* casts in SQL: of what goes in, and of what comes out */
    const char *result;
};

/* A pick that is good. */
struct picked {
    struct orm_pick pick;
    const struct orm_model *model; /* that has the column or the relation */
    struct aggregate how;
    struct orm_column as; /* what the result's column holds */
    size_t at;            /* the result's column */
    size_t offset;        /* of the value in a row of rows.c */
};

struct selection {
    struct orm_manager *manager;
    const struct orm_query *query;
    const struct orm_model *model;
    struct picked *picks; /* in the scope's memory: a flush uses scratch */
    size_t count;
    size_t columns;       /* of the result */
    enum orm_fetch fetch; /* of its objects */
    bool has_object;
    bool is_grouped; /* by what is no aggregate */
};

/* False: a pick is wrong, or memory is out; the error is recorded. */
bool picks_read(
    struct orm_session *s, struct selection *sel, const struct orm_pick *picks);

/* JSON texts cannot be compared. */
bool pick_is_comparable(const struct picked *p);

bool pick_refuse(struct orm_session *s, const struct picked *p, const char *why);

static inline bool pick_is_aggregate(const struct orm_pick *p)
{
    return p->what >= ORM_PICK_ROWS && p->what <= ORM_PICK_MAX;
}

#endif
