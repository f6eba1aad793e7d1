/* upsert.h: drafts of rows that may be there already.
 *
 * Whether a draft becomes the row, or the row that is there takes its values, the
 * server alone knows; and so it does the row's key.  So what refers to a draft is held
 * back, and written by the next flight. */
#ifndef RUNTIME_UPSERT_H
#define RUNTIME_UPSERT_H

#include "write/flush.h"

static inline const struct orm_constraint *upsert_constraint(
    const struct orm_model *m, unsigned by)
{
    return &m->constraints[by - 1];
}

static inline struct key_columns upsert_columns(const struct orm_model *m, unsigned by)
{
    const struct orm_constraint *c = upsert_constraint(m, by);
    return (struct key_columns){m, c->columns, c->count};
}

/* The stamp of a draft is its place in session.upserts, above all numbers of batches.
 */
#define UPSERT_STAMP (UINT64_C(1) << 63)

/* NULL: it is none. */
struct upsert *upsert_of(const struct orm_session *s, const struct orm_object *draft);

/* Before the changes are sorted out: marks the drafts that this flight is to resolve,
 * and what waits for them. */
bool upsert_begin(struct flush *p);

/* Their batches; the keys of what they refer to are known. */
bool upsert_add_batches(struct flush *p);

/* upsert_take.c: no two of a batch are drafts of one row. */
bool upsert_check_twins(struct flush *p, const struct batch *b);

/* The rows have come: drafts become rows, or rows take their values. */
bool upsert_take(struct flush *p, const struct batch *b, const struct pg_result *r);

/* Once all are resolved: what refers to a draft that ended refers to its row. */
void upsert_settle(struct flush *p);

/* The draft is none any more, and no row: it reads on. */
void upsert_end(struct orm_object *draft);

/* Nothing was written. */
void upsert_take_back(struct flush *p);

#endif
