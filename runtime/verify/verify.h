/* verify.h: a schema held against what the catalogue says of its tables.
 *
 * verify_sql.c asks, verify_table.c and verify_column.c compare, verify.c tells.
 * Nothing is changed, and no row of a table is looked at. */
#ifndef RUNTIME_VERIFY_H
#define RUNTIME_VERIFY_H

#include "session/session.h"

/* What the catalogue is asked.  Each answer is texts, a row's first being the number of
 * the table or type that it is about, from 1, and rows are sorted by it. */
enum verify_question {
    ASK_TABLES,
    ASK_COLUMNS,
    ASK_UNIQUES,
    ASK_NAMES,
    ASK_REFERENCES,
    ASK_TYPES,
    ASK_LABELS,
    QUESTIONS
};

/* Columns of the answers, after the number. */
enum {
    TABLE_KIND = 1, /* pg_class.relkind */
    TABLE_IN_REACH, /* USAGE on its schema */
    TABLE_DELETES,
    TABLE_ROLE /* current_user, quoted */
};
enum {
    COLUMN_NAME = 1,
    COLUMN_OID, /* of what its domain, if it has one, is made of */
    COLUMN_TYPE,
    COLUMN_REQUIRED,
    COLUMN_IDENTITY, /* as pg_attribute.attidentity: a, d or nothing */
    COLUMN_GENERATED,
    COLUMN_DEFAULT,
    COLUMN_SELECTS,
    COLUMN_INSERTS,
    COLUMN_UPDATES,
    COLUMN_SEQUENCE, /* its own */
    COLUMN_SEQUENCE_USED
};
enum {
    UNIQUE_COLUMNS = 1 /* "a", "b": sorted */
};
enum {
    CONSTRAINT_NAME = 1 /* or that of a unique index */
};
enum {
    REFERENCE_PAIRS = 1, /* "ours" = "theirs", ...: sorted */
    REFERENCE_TARGET,    /* "schema"."table" */
    REFERENCE_ON_DELETE, /* pg_constraint.confdeltype */
    REFERENCE_CLEARS,    /* "a", "b": sorted; nothing: all of them */
    REFERENCE_ON_UPDATE
};
enum {
    TYPE_OID = 1,
    TYPE_ARRAY_OID,
    TYPE_BASE /* of a domain, else nothing */
};
enum {
    LABEL = 1
};

/* A table that there should be.  One that only joins is told as if it were a model. */
struct expected {
    const struct orm_model *model;
    const char *field; /* that it joins for, or NULL */
    struct expected *next;
};

struct difference {
    struct orm_difference told;
    struct difference *next;
};

struct verify {
    struct orm_session *s;
    struct arena arena;
    struct expected *tables, **last_table;
    const struct pg_result *answers[QUESTIONS];
    size_t at[QUESTIONS];         /* the first row that was not looked at yet */
    const struct expected *table; /* that is being compared */
    bool is_view;
    struct enum_oids types; /* as they are now */
    struct difference *first, **last;
    size_t count;
    bool nomem;
};

/* The rows about one table or type. */
struct found {
    const struct pg_result *r;
    size_t from, to;
};

/* Asks all questions in one flight.  False: the error is recorded. */
bool verify_ask(struct verify *v, struct params *tables, struct params *types);

/* The rows about number `i`, from 1; to be asked for in that order. */
struct found verify_rows(struct verify *v, enum verify_question q, size_t i);

/* Never NULL. */
const char *verify_text(const struct found *f, size_t row, unsigned column);
bool verify_is(const struct found *f, size_t row, unsigned column);

/* Records a difference of the table that is being compared, told as "model.field: " and
 * what follows.  The texts are copied. */
void verify_tell(struct verify *v, enum orm_difference_kind kind, const char *field,
    const char *expected, const char *found, const char *format, ...)
    ERROR_PRINTF(6, 7);

/* A copy of what is in the buffer, which is emptied; "" when memory is out. */
const char *verify_keep(struct verify *v, struct buffer *b);

/* "name" */
const char *verify_name(struct verify *v, const char *name);

/* "schema"."table" of the table that is being compared. */
const char *verify_table_name(struct verify *v);

/* The table with number `i`, which is `v->table`. */
void verify_table(struct verify *v, size_t i);
void verify_columns(
    struct verify *v, const struct found *table, const struct found *columns);

/* `base` is what the domain that the items of `c` are of is made of by now. */
void verify_domain(struct verify *v, const struct orm_column *c, const char *base);

#endif
