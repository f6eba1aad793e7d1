/* join.h: to-one relations whose targets come in the statement of their owners. */
#ifndef RUNTIME_JOIN_H
#define RUNTIME_JOIN_H

#include "load/load.h"
#include "query/via.h"

#define JOIN_OF_ROWS SIZE_MAX

/* One table more in a statement. */
struct join {
    const struct orm_to_one *ref;
    unsigned slot;
    size_t from;             /* whose slot it is: another join, or JOIN_OF_ROWS */
    struct path *path;       /* of what it brings */
    struct orm_group *group; /* that is begun, or NULL */
    struct source at;
    struct orm_object **objects; /* one per row, or NULL */
};

/* Owners first. */
struct joins {
    struct join *all;
    size_t count;
};

extern const struct joins join_none;

/* Their tables, before SQL is written.  False: the error is recorded. */
bool join_reach(const struct joins *j, struct via *v);

/* ", t1.a, t1.b" and so on: behind all other columns of the result. */
void join_columns(struct compiler *c, const struct joins *j);

/* The sources of a result: `rows` and then what is joined.  Each has room for all rows,
 * and groups have theirs.  NULL: memory is out, and recorded. */
struct load_source *join_sources(struct orm_session *s, const struct joins *j,
    struct load_source rows, size_t row_count, size_t columns);

/* How many columns a result has. */
size_t join_width(const struct joins *j, size_t columns);

/* All of it, for a result of one model's rows, which enter a group that is begun, and
 * what is joined to them. */
bool join_load(struct orm_scope *scope, const struct joins *j,
    const struct orm_model *m, const struct pg_result *r, struct orm_object **objects,
    struct orm_group *g);

/* After the rows were published: the slots that are still unloaded take what came, and
 * it is peers. */
void join_wire(const struct joins *j, const struct load_source *sources, size_t rows);

#endif
