/* flush.h: what a flush has to do: batches in the order in which they are sent.
 *
 * After deletes that make room, and what others refer to by a column that changes,
 * inserts go first, referenced models before referring ones, then updates, links and
 * deletes, children first: PostgreSQL checks foreign keys as each statement ends.  Rows
 * of one model that are written alike make one batch. */
#ifndef RUNTIME_FLUSH_H
#define RUNTIME_FLUSH_H

#include "write/batch.h"

struct flush {
    struct orm_session *s;
    struct orm_object **news, **updates, **deletes;
    size_t new_count, update_count, delete_count;
    size_t ahead_count; /* so many of the deletes, the first, go before all else */
    uint64_t ahead_batches;
    struct orm_object **drafts; /* whose rows are to be found */
    size_t draft_count;
    size_t held_count; /* objects and links that wait for that */
    struct link *held_links;
    size_t held_link_count;
    struct batch *first, **last;
    uint64_t batch_count;
    uint64_t guard_count; /* behind them in the flight */
};

/* From the recorded changes; `p` has the session only.  Takes keys from the server.
 * False: the error is recorded, and flush_take_back() is due. */
bool flush_make(struct flush *p);

/* flush_ahead.c: orders the deletes. */
bool flush_find_ahead(struct flush *p);

/* flush_order.c: the batches, in order. */
bool flush_order(struct flush *p);

/* flush_group.c: a batch of its own; NULL: memory is out, and recorded. */
struct batch *flush_add_batch(
    struct flush *p, enum batch_kind kind, const struct orm_model *m);

/* Sets the bits of the columns that the object's statement writes or compares. */
typedef void flush_columns(const struct orm_object *o, uint8_t *bits);

/* Adds the batches of the model's objects in the list. */
bool flush_group(struct flush *p, enum batch_kind kind, const struct orm_model *m,
    struct orm_object **objects, size_t count, flush_columns *columns);

/* What refers to a new object, in its slot, takes over the object's key. */
void flush_copy_key(struct orm_object *o, const struct orm_to_one *ref);

/* flush_failed.c: batch number `failed`, from 0 on, was refused; or COMMIT was. */
void flush_explain(const struct flush *p, size_t failed);

/* Nothing was written: new objects lose the keys they were given. */
void flush_take_back(struct flush *p);

/* Frees the parameters; all else is scratch memory. */
void flush_free(struct flush *p);

#endif
