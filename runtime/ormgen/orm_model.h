/* orm_model.h: what generated code is built from.  Programs include their own X.orm.h.
 *
 * Generated code is tables (struct orm_model and what hangs on it) and thin accessors.
 * A struct that ormgen writes begins like this, and the runtime relies on it:
 *
 *     struct book {
 *         struct orm_object orm;
 *         uint8_t null_bits[n];     no value; n = ORM_BYTES(columns)
 *         uint8_t changed_bits[n];  not written yet
 *         uint8_t missing_bits[m];  asked, no row; m = ORM_BYTES(object slots)
 *         uint8_t unloaded_bits[l]; not loaded yet; l = ORM_BYTES(lazy columns)
 *         ... columns, object slots, manager slots: at the offsets in the tables
 *     };
 *
 * Without object slots there are no missing_bits, without lazy columns no
 * unloaded_bits.  The smallest columns come first, right behind the bits: so nothing is
 * padded but once.  A text column is never NULL: it is "" before anything else. */
#ifndef ORM_MODEL_H
#define ORM_MODEL_H

#include <ormgen/orm.h>
#include <ormgen/orm_changes.h>
#include <ormgen/orm_query.h>
#include <ormgen/orm_rows.h>

#define ORM_MODEL_ABI 5

/* Bytes that hold n bits. */
#define ORM_BYTES(n) (((n) + 7u) / 8u)

#ifdef __cplusplus
extern "C" {
#endif

struct orm_model;
struct orm_scope;
struct orm_group;

/* -- Objects ----------------------------------------------------------------------- */

struct orm_object {
    const struct orm_model *model;
    struct orm_scope *scope; /* what owns its memory; leads to the session */
    struct orm_group *group; /* its peers, or NULL */
    uint32_t at;             /* its place in the group */
    uint32_t state;
    uint64_t stamp; /* how new its values are */
};

/* An inline slot for a to-many relation, or a model's whole table.  It holds no key:
 * its owner is found by its address.  Whatever the slot points to, a list or the
 * relation itself, begins with a pointer to the relation. */
struct orm_manager {
    const struct orm_to_many *const *holds;
};

enum orm_ref {
    ORM_REF_UNLOADED, /* not asked yet, or the load failed: the session has the error */
    ORM_REF_NULL,     /* no key */
    ORM_REF_MISSING,  /* a key, but no row has it */
    ORM_REF_LOADED
};

/* -- Tables ------------------------------------------------------------------------ */

/* By what a value is in the struct, and in union orm_value. */
enum orm_type {
    /* a number: `integer` or `real` */
    ORM_BOOL = 1,    /* bool */
    ORM_INT2,        /* int16_t */
    ORM_INT4,        /* int32_t */
    ORM_INT8,        /* int64_t */
    ORM_FLOAT4,      /* float */
    ORM_FLOAT8,      /* double */
    ORM_DECIMAL,     /* int64_t, times 10^`scale`; `length` digits */
    ORM_DATE,        /* orm_date */
    ORM_TIME,        /* orm_clock */
    ORM_TIMESTAMP,   /* orm_timestamp */
    ORM_TIMESTAMPTZ, /* orm_time */
    ORM_ENUM,        /* int32_t, an index into the labels */

    /* const char *, never NULL: `text` */
    ORM_TEXT,
    ORM_VARCHAR, /* `length` characters */
    ORM_CHAR,    /* the same, without blanks at the end */
    ORM_NUMERIC, /* decimal digits; `length` of them if it is not 0 */
    ORM_JSON,
    ORM_JSONB,

    /* a struct of orm_values.h: `data` points to it */
    ORM_BYTEA,
    ORM_UUID,
    ORM_INTERVAL,
    ORM_INET,
    ORM_CIDR,
    ORM_MACADDR,
    ORM_ARRAY, /* of `element` */
    ORM_INT4_RANGE,
    ORM_INT8_RANGE,
    ORM_NUMERIC_RANGE,
    ORM_DATE_RANGE,
    ORM_TIMESTAMP_RANGE,
    ORM_TIMESTAMPTZ_RANGE,
    ORM_INT4_MULTIRANGE,
    ORM_INT8_MULTIRANGE,
    ORM_NUMERIC_MULTIRANGE,
    ORM_DATE_MULTIRANGE,
    ORM_TIMESTAMP_MULTIRANGE,
    ORM_TIMESTAMPTZ_MULTIRANGE,
    ORM_TYPE_COUNT
};

/* A type that the database knows by its name alone: an enumeration, or, without labels,
 * one of `types:` in the YAML. */
struct orm_named_type {
    const char *schema;
    const char *name;
    const char *const *labels;
    uint16_t label_count;
};

#define ORM_COLUMN_NULLABLE         1u
#define ORM_COLUMN_DEFAULT          2u /* left out of an INSERT the server fills it */
#define ORM_COLUMN_IDENTITY         4u /* numbered by its sequence; of a key, ahead */
#define ORM_COLUMN_ALWAYS           8u /* an identity whose numbers only the server gives */
#define ORM_COLUMN_FILLED_ON_INSERT 16u /* by the server: read back */
#define ORM_COLUMN_FILLED_ON_UPDATE 32u
#define ORM_COLUMN_FILLED           (ORM_COLUMN_FILLED_ON_INSERT | ORM_COLUMN_FILLED_ON_UPDATE)
#define ORM_COLUMN_VERSION          64u  /* counts the UPDATEs, which compare it */
#define ORM_COLUMN_CREATED          128u /* when the runtime inserted the row */
#define ORM_COLUMN_UPDATED          256u /* or last updated it */
#define ORM_COLUMN_UUID7            512u /* a new object has one at once */

struct orm_column {
    const char *name;                   /* in SQL */
    const char *field;                  /* in YAML, for messages */
    const struct orm_named_type *named; /* or NULL */
    const char *made; /* of a key: the SQL that makes a value, or NULL */
    uint32_t offset;
    uint32_t length; /* characters, or decimal digits */
    uint16_t scale;  /* digits after the point */
    uint8_t type;
    uint8_t element; /* of an array: the type of its items */
    uint16_t flags;
};

#define ORM_NO_INVERSE 0xffffu

/* An object slot.  Forward (our columns hold the target's key) or the reverse end of a
 * one-to-one (the target's columns hold ours): the same load, `target_columns = our
 * columns`. */
struct orm_to_one {
    const char *name;
    const struct orm_model *target;
    uint32_t offset;         /* of the slot, a struct orm_object * */
    const uint16_t *columns; /* ours: indexes; the slot is null if one of them is */
    const uint16_t *target_columns; /* theirs */
    uint16_t count;
    uint16_t inverse; /* forward: the target's slot that shows us: `to_ones` if
                       * unique, else `to_manys`.  reverse: the target's forward slot.
                       * ORM_NO_INVERSE if none was generated */
    bool reverse;
    bool unique;       /* one-to-one */
    uint8_t on_delete; /* enum orm_action */
    uint8_t on_update;
    uint32_t clears; /* a bit per column: null when the reference is; 0: required */
    const struct orm_plan *with; /* what comes with its objects whenever they do */
    uint16_t with_count;
};

/* What the database does to rows that refer to one that is deleted, or that gets
 * another key. */
enum orm_action {
    ORM_NO_ACTION,
    ORM_RESTRICT,
    ORM_CASCADE,
    ORM_SET_NULL,
    ORM_SET_DEFAULT
};

enum orm_many_kind {
    ORM_MANY_TABLE,   /* the whole table: book_table(session) */
    ORM_MANY_REVERSE, /* the target's to-one slot `ref` points to us */
    ORM_MANY_JOIN     /* a join table, of its own or a model (`through`) */
};

/* The columns of a join table that refer to one of the two sides. */
struct orm_join_end {
    const char *const *columns;
    const uint16_t *key; /* of the side: the columns whose values they hold */
    uint16_t count;
};

struct orm_to_many {
    const struct orm_to_many *unloaded; /* itself: what a slot without a list holds */
    const struct orm_to_many *dropped;  /* itself: what a slot holds that had one */
    const char *name;
    const struct orm_model *owner; /* ORM_MANY_TABLE: as target */
    const struct orm_model *target;
    uint32_t offset; /* of the manager in the owner */
    uint8_t kind;
    uint16_t ref;     /* REVERSE: index in target->to_ones */
    uint16_t inverse; /* JOIN: the target's slot that shows us, or ORM_NO_INVERSE */
    uint8_t fetch;    /* enum orm_fetch: ORM_FETCH_PEERS for all peers at the first
                         touch, ORM_FETCH_ONE never; else at the second */

    const struct orm_order *order; /* of the list; the key comes last, unsaid */
    uint16_t order_count;
    uint16_t with_count; /* as in struct orm_to_one */
    const struct orm_plan *with;
    uint32_t max_keys; /* so many owners' lists in one statement; 0: as usual */

    /* JOIN only. */
    const char *join_schema;
    const char *join_table;
    struct orm_join_end owner_end;
    struct orm_join_end target_end;
    const struct orm_model *through; /* or NULL: the table has these columns only */
    uint16_t through_owner;          /* indexes in through->to_ones */
    uint16_t through_target;
};

enum orm_constraint_kind {
    ORM_BY_KEY = 1,
    ORM_UNIQUE,
    ORM_CHECK,
    ORM_EXCLUSION,
    ORM_REFERENCE
};

/* A check that can be decided before a row is sent: steps that take their operands from
 * a stack and leave their result there. */
enum orm_check_op {
    ORM_CHECK_COLUMN,
    ORM_CHECK_NUMBER, /* also a bool, a label's index, a day: as columns have them */
    ORM_CHECK_REAL,
    ORM_CHECK_TEXT,
    ORM_CHECK_EQ,
    ORM_CHECK_LT,
    ORM_CHECK_LE,
    ORM_CHECK_GT,
    ORM_CHECK_GE,
    ORM_CHECK_SAME, /* IS NOT DISTINCT FROM */
    ORM_CHECK_AND,
    ORM_CHECK_OR,
    ORM_CHECK_NOT,
    ORM_CHECK_IS_NULL,
    ORM_CHECK_IS_TRUE,
    ORM_CHECK_IS_FALSE,
    ORM_CHECK_ADD,
    ORM_CHECK_SUB,
    ORM_CHECK_MUL,
    ORM_CHECK_DIV,
    ORM_CHECK_MOD,
    ORM_CHECK_NEG,
    ORM_CHECK_LENGTH,
    ORM_CHECK_COUNT_NULLS /* of the last `number` operands */
};

/* The stack never holds more. */
#define ORM_CHECK_DEPTH 32

struct orm_check_step {
    uint8_t op;
    uint8_t scale; /* of a number: digits after the point */
    uint8_t bytes; /* of arithmetic: of its type; 0: numeric, which has no bounds */
    uint16_t column;
    int64_t number;
    double real;
    const char *text;
};

struct orm_check {
    const struct orm_check_step *steps;
    uint16_t count;
};

/* What the server refuses rows by. */
struct orm_constraint {
    const char *name;        /* in SQL */
    const uint16_t *columns; /* indexes of those that are known to matter */
    uint16_t count;
    uint8_t kind; /* enum orm_constraint_kind */
    uint16_t ref; /* REFERENCE: index in to_ones */
    bool partial; /* unique, but no target of an upsert: for some rows only, of
                     expressions, or deferrable */
    const struct orm_check *check; /* what can be known before a row is sent, or NULL */
};

struct orm_model {
    const char *name;
    const char *schema; /* in SQL */
    const char *table;
    const struct orm_column *columns;
    const uint16_t *key; /* indexes in columns */
    const struct orm_to_one *to_ones;
    const struct orm_to_many *to_manys;
    const struct orm_to_many *whole; /* kind ORM_MANY_TABLE */
    uint16_t column_count;
    uint16_t lazy_count; /* of them, the last ones: left out of ordinary loads */
    uint16_t to_one_count;
    uint16_t to_many_count;
    uint16_t key_count;
    bool read_only; /* a view */
    uint32_t size;  /* of the struct */

    /* Makes `list` (a struct book_list) hold `len` objects in `items`, an array of
     * len + 1 pointers; the last becomes NULL. */
    void (*fill)(void *list, void *items, struct orm_object *const *from, size_t len);

    const struct orm_constraint *constraints;
    uint16_t constraint_count;

    /* Calls a hook, a bool (*)(struct book *, void *). */
    bool (*call)(void (*fn)(void), struct orm_object *o, void *arg);
};

struct orm_schema {
    uint32_t abi;         /* ORM_MODEL_ABI of the header it was compiled with */
    uint32_t object_size; /* sizeof(struct orm_object) there */
    uint64_t hash;        /* of the schema's text */
    const char *name;
    /* All that objects of the schema can lead to, in whatever files they are declared:
     * referenced models before referring ones; a cycle is cut at an optional reference.
     * A model may be part of several schemas. */
    const struct orm_model *const *models;
    uint16_t model_count;
};

/* -- Reading ----------------------------------------------------------------------- */

static inline bool orm_bit(const uint8_t *bits, unsigned i)
{
    return bits[i / 8] >> (i % 8) & 1;
}

/* Whether a column has a value; NULL has none. */
static inline bool orm_has(const struct orm_object *o, unsigned column)
{
    return o && !orm_bit((const uint8_t *)(o + 1), column);
}

/* "" for a value that is none. */
static inline const char *orm_label(const struct orm_named_type *e, unsigned value)
{
    return value < e->label_count ? e->labels[value] : "";
}

/* book_violated(): which of the model's constraints refused a row; BOOK_NO_CONSTRAINT
 * if none did. */
#define ORM_VIOLATED(m)                                                                \
    static inline enum m##_constraint m##_violated(const struct orm_error *e)          \
    {                                                                                  \
        return (enum m##_constraint)(e->of == &m##_model ? e->violated : 0);           \
    }                                                                                  \
    struct m

/* book_on_event(): `fn` is called at each such event of the session, after those that
 * were given before it.  NULL: none is called any more.  Hooks may read, change, make
 * and delete objects; they must not flush, commit or roll back.  See enum orm_event. */
#define ORM_HOOKS(m)                                                                   \
    static inline void m##_on_event(struct orm_session *s, enum orm_event event,       \
        bool (*fn)(struct m * o, void *arg), void *arg)                                \
    {                                                                                  \
        orm_on_event(s, &m##_model, event, (void (*)(void))fn, arg);                   \
    }                                                                                  \
    struct m
ORM_EXPORT void orm_on_event(struct orm_session *s, const struct orm_model *model,
    enum orm_event event, void (*fn)(void), void *arg);

/* -- Calls of generated code ------------------------------------------------------- */
/* `void *` stands for the model's struct, `const void *` list for its list struct. */

/* The object of a slot whose pointer is NULL: loads it, for all peers, unless it is
 * known to be null or missing.  NULL gives NULL. */
ORM_EXPORT struct orm_object *orm_load_ref(struct orm_object *o, unsigned slot);

/* Loads a lazy column that is not loaded, of all peers that lack it. */
ORM_EXPORT void orm_load_lazy(struct orm_object *o, unsigned column);

/* Never a query. */
ORM_EXPORT enum orm_ref orm_ref_state(const struct orm_object *o, unsigned slot);

ORM_EXPORT struct orm_manager *orm_table(
    struct orm_session *s, const struct orm_model *model);

/* `query` is the model's struct X_query, or NULL for all.  Lists are never NULL. */
ORM_EXPORT const void *orm_all(struct orm_manager *m);
ORM_EXPORT const void *orm_find(struct orm_manager *m, const void *query);
ORM_EXPORT struct orm_object *orm_first(struct orm_manager *m, const void *query);
ORM_EXPORT size_t orm_count(struct orm_manager *m, const void *query);
ORM_EXPORT bool orm_exists(struct orm_manager *m, const void *query);

/* What PostgreSQL's EXPLAIN says of the query, line by line: how its rows would be
 * found.  Its changes are flushed as before the query; nothing else is run.  "" when
 * the session has failed. */
ORM_EXPORT const char *orm_explain(struct orm_manager *m, const void *query);

/* Reads the rows `chunk` at a time, in the transaction that is open or one that begins
 * now, and ends with it.  A chunk is a scope: its objects, and what is loaded through
 * them, go when the next one is asked for; orm_keep() keeps one.  Each chunk is a list
 * of peers, with what the query's plans name; the queries that those point to must live
 * until the stream ends.  An empty chunk is the end, or the session has failed.
 * orm_stream() returns NULL when it fails, which the other two accept.  Streams end
 * with orm_reset(). */
struct orm_chunks;
ORM_EXPORT struct orm_chunks *orm_stream(
    struct orm_manager *m, const void *query, unsigned chunk);
ORM_EXPORT const void *orm_chunk(struct orm_chunks *chunks);
ORM_EXPORT void orm_stream_end(struct orm_chunks *chunks);

/* By key, a value per column of it: no statement when the object is mapped.  NULL if
 * there is no such row. */
ORM_EXPORT struct orm_object *orm_get(
    struct orm_manager *m, const union orm_value *key);

/* By `count` keys, in their order; missing rows are left out.  The parts of key i lie
 * at keys + i * stride + offsets[part], as the model's struct has them.  One statement
 * for all that are not mapped; on a relation of a join table, what its list costs. */
ORM_EXPORT const void *orm_get_many(struct orm_manager *m, const void *keys,
    size_t stride, const size_t *offsets, size_t count);

/* As orm_get, but never NULL: a missing row is the session error ORM_NOT_FOUND, and the
 * result a placeholder that reads as zero and drops writes. */
ORM_EXPORT struct orm_object *orm_require(
    struct orm_manager *m, const union orm_value *key);

/* Never NULL.  On a relation, the new object belongs to the owner. */
ORM_EXPORT struct orm_object *orm_new(struct orm_manager *m);
ORM_EXPORT void orm_add(struct orm_manager *m, struct orm_object *o);
ORM_EXPORT void orm_remove(struct orm_manager *m, struct orm_object *o);

/* The relation shows exactly the objects of `list` from now on, a list of ours or of
 * the program's own, or none.  What it shows now is loaded first, if it is not at hand;
 * the difference is recorded, or nothing and an error. */
ORM_EXPORT void orm_set(struct orm_manager *m, const void *list);
ORM_EXPORT void orm_clear(struct orm_manager *m);

/* The new object `draft` is to be the row that has its values in the columns of
 * constraint `by`, a key or unique one: the next flush inserts it, or sets in the row
 * that is there what was set in the draft.  If the session has an object for that row,
 * it takes the values, but for those that the program has changed in it, and the draft
 * ends: it reads on and is not written.  What is null is equal to nothing: such a draft
 * is a new row.  Any number of drafts is one statement for each set of columns. */
ORM_EXPORT void orm_upsert(
    struct orm_manager *m, unsigned by, struct orm_object *draft);

/* The object of the row that has the draft's values in the columns of `by`, as it is;
 * if there is none, the draft, which is inserted now, in the transaction that is open
 * or one that begins.  Two round trips at most, one when the row is there.  Changes
 * that wait for the same table are written too.  Never NULL: when the session has
 * failed, the placeholder. */
ORM_EXPORT struct orm_object *orm_get_or_create(
    struct orm_manager *m, unsigned by, struct orm_object *draft);

ORM_EXPORT void orm_delete(struct orm_object *o);

/* One statement for all rows that a struct X_query matches, whatever is loaded of them:
 * gives them what a struct X_changes says, or deletes them, in the transaction that is
 * open or one that begins now.  What is recorded is written first.  Mapped objects take
 * the new values, or are deleted as by orm_delete().  Returns the number of rows; 0
 * also when the session has failed.
 *
 * `limit` and `order` count, and the rows are locked in this order.  On a relation
 * `query` may be NULL, for all its rows; on a whole table that is an error, and an
 * empty query means all. */
ORM_EXPORT size_t orm_update_all(
    struct orm_manager *m, const void *query, const void *changes);
ORM_EXPORT size_t orm_delete_all(struct orm_manager *m, const void *query);

/* What is in the server may be another by now: the next access by key asks.  Columns
 * stay readable, changes stay; slots and lazy columns load again. */
ORM_EXPORT void orm_expire(struct orm_object *o);

/* An unsaved copy, of the current scope: all columns but what the server makes, and
 * version, created and updated.  Lazy columns are loaded first.  Never NULL. */
ORM_EXPORT struct orm_object *orm_clone(struct orm_object *o);

/* Makes the objects of a list, which may be the program's own, peers of each other, and
 * of nobody else: what one of them loads is loaded for all. */
ORM_EXPORT void orm_group_list(const struct orm_model *model, const void *list);

/* The object belongs to the scope outside of its own from now on, with its values.  Its
 * slots and lists keep what lives as long. */
ORM_EXPORT void orm_keep(struct orm_object *o);

/* Asks the server for the row, fills the clean columns, and drops what the slots hold
 * and what was loaded of lazy columns. */
ORM_EXPORT void orm_refresh(struct orm_object *o);

/* The same, and loads what the query's `with` names. */
ORM_EXPORT void orm_refresh_with(struct orm_object *o, const void *query);

/* Loads what the query's `with` names for all objects of a list, and nothing that is
 * there already: a round trip per level. */
ORM_EXPORT void orm_prefetch(const void *list, const void *query);

/* What a plan with an alias found for the object; never a query.  An alias that nothing
 * was loaded under is an error of the session. */
ORM_EXPORT struct orm_object *orm_object_as(
    const struct orm_object *o, unsigned slot, const char *alias);
ORM_EXPORT const void *orm_list_as(
    const struct orm_object *o, unsigned many, const char *alias);

/* Setters record; equal values are no change.  `o` must not be NULL. */
ORM_EXPORT void orm_set_integer(struct orm_object *o, unsigned column, int64_t value);
ORM_EXPORT void orm_set_real(struct orm_object *o, unsigned column, double value);
ORM_EXPORT void orm_set_text(struct orm_object *o, unsigned column, const char *value);
ORM_EXPORT void orm_set_data(struct orm_object *o, unsigned column, const void *value);
ORM_EXPORT void orm_set_null(struct orm_object *o, unsigned column);
ORM_EXPORT void orm_set_ref(struct orm_object *o, unsigned slot, struct orm_object *to);

/* Each appends to an array of a X_query, or marks the query as overfull. */
ORM_EXPORT void orm_where(void *query, struct orm_cond cond);
ORM_EXPORT void orm_sort(void *query, struct orm_order order);
ORM_EXPORT void orm_with(void *query, struct orm_plan plan);

/* Appends to a X_changes in the same way. */
ORM_EXPORT void orm_change_also(void *changes, struct orm_change change);

/* Rows without objects, by COPY, in memory that does not grow: orm_load_row() gives the
 * same scratch object every time, blank, to be filled in by the setters, and sends what
 * it was filled with before.  What the first row sets is what all rows set, and the
 * server fills in the rest.  What is recorded is written first; nothing else can be
 * asked of the session until orm_load_end(), which returns the number of rows; 0 if
 * something failed, and then none of them stays.  On a relation the rows belong to the
 * owner.  orm_rollback() and orm_reset() end it. */
struct orm_load;
ORM_EXPORT struct orm_load *orm_load_begin(struct orm_manager *m);
ORM_EXPORT struct orm_object *orm_load_row(struct orm_load *l);
ORM_EXPORT uint64_t orm_load_end(struct orm_load *l);

/* Prints `accessor` and aborts: a setter was called on NULL. */
#if defined(__GNUC__)
__attribute__((noreturn))
#endif
ORM_EXPORT void
orm_abort_null(const char *accessor);

#ifdef __cplusplus
}
#endif
#endif
