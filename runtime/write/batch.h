/* batch.h: one statement of a flush: many rows of one model, written alike. */
#ifndef RUNTIME_BATCH_H
#define RUNTIME_BATCH_H

#include "objects/relate.h"

enum batch_kind {
    BATCH_INSERT,
    BATCH_UPSERT,
    BATCH_TIE, /* an UPDATE of what an INSERT had to leave null */
    BATCH_UPDATE,
    BATCH_UNLINK,
    BATCH_LINK,
    BATCH_UNTIE, /* an UPDATE to null, before the rows themselves are deleted */
    BATCH_DELETE
};

struct batch {
    struct batch *next;
    enum batch_kind kind;
    const struct orm_model *model;      /* of links: the owner's */
    const struct orm_to_many *relation; /* of links */
    const uint8_t *columns;  /* bits: what an INSERT gives, an UPDATE sets or compares,
                              * a DELETE compares; NULL of links */
    const uint8_t *upserted; /* bits: what an UPSERT sets in a row that is there */
    unsigned by;             /* of an UPSERT: 1 + the index of the constraint */
    bool keeps;              /* a row that is there stays as it is */
    bool is_masked;          /* each row changes only some of them */
    struct orm_object **objects; /* or */
    const struct link *links;
    size_t count;
    uint64_t number; /* counts the batches of a flush */
    struct pg_statement *statement;
    struct params params;
};

/* The statement and its parameters.  False: the error is recorded. */
bool batch_compile(struct orm_session *s, struct batch *b);

/* A new object that is inserted by a later batch cannot be referred to yet: the column
 * of the slot is written null first and updated afterwards. */
bool batch_defers(const struct orm_object *o, const struct orm_to_one *ref);

/* Whether its rows are new, or may be. */
static inline bool batch_inserts(const struct batch *b)
{
    return b->kind == BATCH_INSERT || b->kind == BATCH_UPSERT;
}

/* Whether the statement fails if one of its rows is not there. */
bool batch_is_guarded(const struct batch *b);

/* What the guard of an UPDATE or DELETE puts into its error before the missing key. */
#define BATCH_STALE "orm_stale "

/* Whether an INSERT leaves the column to the server. */
bool batch_server_fills(const struct orm_object *o, unsigned column);

/* Whether the statement answers with the column, behind the key. */
bool batch_returns(const struct batch *b, unsigned column);
/* Whether a mask tells which rows the statement changes it in. */
bool batch_masks(const struct batch *b, unsigned column);

/* Columns per mask, which is a bigint and stays above zero. */
#define BATCH_MASK_BITS 63

bool batch_returns_any(const struct batch *b);

/* What the runtime gives a column of its own in the flush under way: the time, or a new
 * row's version. */
union orm_value batch_set_value(
    const struct orm_session *s, const struct orm_column *c);

/* batch_sql.c: the text; `arrays` parameters come before the guard's. */
void batch_write(struct buffer *sql, const struct batch *b, int arrays);

/* INSERT and its rows; u.c1 and so on are what is given. */
void batch_write_new_rows(struct buffer *sql, const struct batch *b, int arrays);

/* upsert_sql.c */
void batch_write_upsert(struct buffer *sql, const struct batch *b, int arrays);

#endif
