/* object.h: one object: its bits, its slots, its memory. */
#ifndef RUNTIME_OBJECT_H
#define RUNTIME_OBJECT_H

#include "session/session.h"

/* orm_object.state.  None of the first three: as the database has it. */
#define OBJECT_NEW         1u /* not in the database yet */
#define OBJECT_DELETED     2u /* to be deleted by the next flush */
#define OBJECT_QUEUED      4u /* in session.changes */
#define OBJECT_MAPPED      8u /* in its model's map */
#define OBJECT_EXPIRED     16u /* mapped, but may be out of date: a hit asks the server */
#define OBJECT_GONE        32u /* no row any more, or never: readable, not writable */
#define OBJECT_UNDO        64u /* session.undos has it */
#define OBJECT_PLACEHOLDER 128u
#define OBJECT_SEEN        256u  /* a mark for one function */
#define OBJECT_KEYED       512u  /* new, and the flush under way took its key */
#define OBJECT_FORMER      2048u /* in session.formers */
#define OBJECT_LINKED      4096u /* session.links has it */
#define OBJECT_TOLD        8192u /* a mark for hooks.c, here and below */
#define OBJECT_TOLD_DELETE 16384u
#define OBJECT_WRITTEN     32768u  /* in session.written */
#define OBJECT_DRAFT       65536u  /* the flush under way is to find its row */
#define OBJECT_HELD        131072u /* not written by the flush under way */
#define OBJECT_LEVEL_AT    18u     /* twelve bits from here: see undo.c */
#define OBJECT_FETCH_AT    30u     /* two bits from here: see fetch.h */

static inline struct orm_session *object_session(const struct orm_object *o)
{
    return o->scope->session;
}

/* The row of an orm_load: it is filled in as a new object is, and is none. */
static inline bool object_is_row(const struct orm_object *o)
{
    return o->scope->is_row;
}

/* -- Bit sets ---------------------------------------------------------------------- */

static inline uint8_t *object_null_bits(const struct orm_object *o)
{
    return (uint8_t *)((uintptr_t)o + sizeof *o);
}

static inline uint8_t *object_changed_bits(const struct orm_object *o)
{
    return object_null_bits(o) + ORM_BYTES(o->model->column_count);
}

static inline uint8_t *object_missing_bits(const struct orm_object *o)
{
    return object_changed_bits(o) + ORM_BYTES(o->model->column_count);
}

static inline uint8_t *object_unloaded_bits(const struct orm_object *o)
{
    return object_missing_bits(o) + ORM_BYTES(o->model->to_one_count);
}

static inline bool bit_is_set(const uint8_t *bits, unsigned i)
{
    return orm_bit(bits, i);
}

static inline void bit_put(uint8_t *bits, unsigned i, bool on)
{
    const unsigned bit = 1u << (i % 8), byte = bits[i / 8];
    bits[i / 8] = (uint8_t)(on ? byte | bit : byte & ~bit);
}

bool object_has_changes(const struct orm_object *o);
void object_clear_changes(struct orm_object *o);

/* -- Flags of columns -------------------------------------------------------------- */

/* What the runtime sets when it writes the row. */
#define COLUMN_IS_OURS (ORM_COLUMN_VERSION | ORM_COLUMN_CREATED | ORM_COLUMN_UPDATED)

/* Whether a new row is complete without the program's setting the column. */
static inline bool column_may_be_unset(const struct orm_column *c)
{
    return c->flags &
           (ORM_COLUMN_NULLABLE | ORM_COLUMN_DEFAULT | ORM_COLUMN_IDENTITY |
               ORM_COLUMN_FILLED_ON_INSERT | ORM_COLUMN_UUID7 | COLUMN_IS_OURS);
}

/* -- Lazy columns ------------------------------------------------------------------ */

/* The columns that an ordinary load brings; lazy ones come behind them. */
static inline unsigned model_eager_count(const struct orm_model *m)
{
    return m->column_count - (unsigned)m->lazy_count;
}

static inline bool object_is_loaded(const struct orm_object *o, unsigned column)
{
    const unsigned eager = model_eager_count(o->model);
    return column < eager || !bit_is_set(object_unloaded_bits(o), column - eager);
}

static inline void object_set_loaded(struct orm_object *o, unsigned column)
{
    const unsigned eager = model_eager_count(o->model);
    if (column >= eager)
        bit_put(object_unloaded_bits(o), column - eager, false);
}

/* Forgets the values of lazy columns; those that the program set stay. */
void object_unload(struct orm_object *o);

/* -- Columns and slots ------------------------------------------------------------- */

static inline union orm_value object_value(const struct orm_object *o, unsigned column)
{
    return type_get(&o->model->columns[column], o);
}

static inline struct orm_object **object_slot(
    const struct orm_object *o, const struct orm_to_one *ref)
{
    return (struct orm_object **)((uintptr_t)o + ref->offset);
}

static inline struct orm_manager *object_manager(
    const struct orm_object *o, const struct orm_to_many *many)
{
    return (struct orm_manager *)((uintptr_t)o + many->offset);
}

static inline const struct orm_to_many *manager_relation(const struct orm_manager *m)
{
    return *m->holds;
}

/* The owner of a to-many slot; NULL for a model's whole table. */
static inline struct orm_object *manager_owner(struct orm_manager *m)
{
    const struct orm_to_many *rel = manager_relation(m);
    return rel->kind == ORM_MANY_TABLE
               ? NULL
               : (struct orm_object *)(void *)((char *)m - rel->offset);
}

/* -- Memory ------------------------------------------------------------------------ */

/* Memory of `m->size` bytes becomes an object as object_make() makes it. */
void object_blank(
    struct orm_object *o, struct orm_scope *scope, const struct orm_model *m);

/* A blank object: zeroes, empty texts, slots with their relations.  NULL: no memory. */
struct orm_object *object_make(struct orm_scope *scope, const struct orm_model *m);

/* The same, for who has the model's state at hand. */
struct orm_object *object_make_of(
    struct orm_scope *scope, const struct model_state *of);

/* Once for each model of a session: what object_make() copies. */
void object_prepare(struct model_state *of);

/* An object that reads as zero and drops writes: what a failed session gives instead of
 * NULL.  It needs no memory. */
struct orm_object *object_placeholder(struct orm_session *s, const struct orm_model *m);

/* "book 7" or "new book", for messages. */
const char *object_describe(const struct orm_object *o, char *to, size_t size);

#endif
