/* sql.h: the SQL that people write into a schema: defaults, conditions, expressions of
 * indexes, queries of views. */
#ifndef SCHEMA_SQL_H
#define SCHEMA_SQL_H

#include "draft.h"

enum sql_kind {
    SQL_DEFAULT, /* an expression that sees no row */
    SQL_CHECK,   /* a condition on a row */
    SQL_FIXED,   /* over a row, and the same whenever it is computed: of an index, or
                    generated */
    SQL_DOMAIN,  /* a condition on VALUE */
    SQL_QUERY    /* one SELECT */
};

/* Reports what is wrong with the text of `n` at its place, behind `where`, which ends
 * in
 * ": ".  Of an expression over a row, `m` is the model whose columns it may name; NULL:
 * not yet known, so names are not looked up.  True: PostgreSQL's grammar takes it, or,
 * in a build without libpg_query, nothing in it could end the statement around it. */
bool check_sql(struct draft *d, const char *where, const struct node *n,
    enum sql_kind kind, const struct model *m);

/* ---- what check_sql() is made of ---- */

/* What is wrong, to follow "...: "; NULL: nothing.  `offset` is where, in bytes. */
struct sql_problem {
    const char *what;
    size_t offset;
};

/* sql_text.c: quotes, brackets, and what could end the statement around it. */
struct sql_problem sql_text_problem(const char *text, enum sql_kind kind);

struct sql_column {
    const char *name;
    size_t offset;
};

struct sql_columns {
    size_t count;
    struct sql_column *at;
};

/* sql_parse.c, or sql_unparsed.c, which finds nothing: PostgreSQL's grammar.  `columns`
 * takes the columns that an expression names; those of another table than `table` are a
 * problem. */
struct sql_problem sql_problem(struct arena *a, const char *text, enum sql_kind kind,
    const char *table, struct sql_columns *columns);

/* scalar_place.c: where byte `offset` of the text of `n` stands in the file. */
struct place scalar_place(const struct diag *d, const struct node *n, size_t offset);

#endif
