/* compile.h: from a query to a statement.
 *
 * One walk over a query writes three things at once: the shape, the parameters, and the
 * SQL text.  Text is written only when the shape is new; values go to parameters only,
 * so the text is a function of the shape.  Whatever decides about the text goes into
 * the shape with shape_add(). */
#ifndef RUNTIME_COMPILE_H
#define RUNTIME_COMPILE_H

#include "objects/identity.h"
#include "session/flight.h"

/* A table in a FROM: t, t1, t2, ... */
struct source {
    const struct orm_model *model;
    unsigned alias;
};

/* How deep queries may lie in queries, and how many tables one may read. */
#define COMPILE_DEPTH   32
#define COMPILE_SOURCES 256

struct compiler {
    struct orm_session *s;
    bool writes_sql;
    bool waits;       /* for a flush: a table that it reads has unwritten changes */
    unsigned sources; /* so far */
    unsigned depth;   /* of queries in queries */
    struct source at; /* whose columns the conditions are about */
};

static inline void compile_text(struct compiler *c, const char *sql)
{
    if (c->writes_sql)
        buffer_text(&c->s->sql, sql);
}

static inline void compile_identifier(struct compiler *c, const char *name)
{
    if (c->writes_sql)
        buffer_identifier(&c->s->sql, name);
}

/* A table that was not there yet, under an alias of its own.  Too many: the error is
 * recorded. */
struct source compile_source(struct compiler *c, const struct orm_model *m);

/* The same for the join table of a relation, which has no model for us. */
struct source compile_join_source(struct compiler *c, const struct orm_to_many *many);

/* "schema"."table" AS t1 */
void compile_table(struct compiler *c, struct source at);
void compile_join_table(
    struct compiler *c, const struct orm_to_many *many, struct source at);

/* t1 */
void compile_alias(struct compiler *c, struct source at);

/* t1."title" */
void compile_column(struct compiler *c, struct source at, unsigned column);
void compile_column_named(struct compiler *c, struct source at, const char *name);

/* $1, with its value: of a column's type, or a number. */
void compile_value(struct compiler *c, const struct orm_column *col, union orm_value v);
void compile_number(struct compiler *c, int64_t n);

/* $1 for the parameter that was added last, whose type has this oid. */
void compile_placeholder(struct compiler *c, uint32_t type);

/* The same number again, for a parameter that stands twice. */
void compile_placeholder_again(struct compiler *c, int number);

/* " LIMIT ... OFFSET ..."; 0 is none. */
void compile_cut(struct compiler *c, unsigned limit, unsigned offset);

/* The query is wrong, and nothing was sent.  False. */
bool compile_refuse(struct compiler *c, const char *why);
bool compile_refuse_relation(struct compiler *c, const char *relation, const char *why);

/* Runs `walk` over `query` once, and if its shape, begun with `kind` and `m`, is new,
 * once more to write the text.  If a table that it reads has unwritten changes, they
 * are flushed first, and no sooner than the query is known to be right (which clears
 * the scratch memory).  The parameters are in `s->params`.  NULL: the error is
 * recorded. */
struct pg_statement *compile(struct orm_session *s, char kind,
    const struct orm_model *m, bool (*walk)(struct compiler *c, const void *query),
    const void *query);

/* The same, and nothing is flushed: loads by key read the table as it is. */
struct pg_statement *compile_unflushed(struct orm_session *s, char kind,
    const struct orm_model *m, bool (*walk)(struct compiler *c, const void *query),
    const void *query);

/* Whether a flush is due before it.  False: the query is wrong, the error is recorded.
 */
bool compile_waits(struct orm_session *s, char kind, const struct orm_model *m,
    bool (*walk)(struct compiler *c, const void *query), const void *query,
    bool *waits);

#endif
