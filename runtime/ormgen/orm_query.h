/* orm_query.h: queries, as plain values.
 *
 * A query is a struct that a program fills in as it likes, at compile time or at run
 * time.  What it points to is read during the call only.  Generated code wraps each
 * struct of this page in one of the model's own (struct book_cond, struct book_query),
 * so that a condition, an order or a plan of another model does not compile. */
#ifndef ORM_QUERY_H
#define ORM_QUERY_H

#include <ormgen/orm_values.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define ORM_MAY_ALIAS __attribute__((may_alias))
#else
#define ORM_MAY_ALIAS
#endif

struct orm_object;

/* -- Conditions -------------------------------------------------------------------- */

enum orm_op {
    ORM_NONE, /* an empty element: skipped */
    ORM_EQ,
    ORM_NE,
    ORM_LT,
    ORM_LE,
    ORM_GT,
    ORM_GE,
    ORM_BETWEEN, /* from `value` to `upper`, both included */
    ORM_IN,      /* one of `upper.count` values at `value.data` */
    ORM_LIKE,
    ORM_ILIKE,
    ORM_STARTS_WITH, /* these three take `value.text` as it is: no wildcards in it */
    ORM_ENDS_WITH,
    ORM_HAS_TEXT,
    ORM_REGEX,  /* a POSIX regular expression, as PostgreSQL's ~ */
    ORM_SEARCH, /* full text: to_tsvector('simple', column) has the words as
                   websearch_to_tsquery() reads them */
    ORM_CONTAINS,
    ORM_CONTAINED_BY,
    ORM_OVERLAPS,
    ORM_WITHIN,    /* an address lies in the network `value` */
    ORM_HAS,       /* an array has the item `value` */
    ORM_HAS_VALUE, /* a range has `value` in it */
    ORM_LEFT_OF,   /* a range ends before the other begins */
    ORM_RIGHT_OF,
    ORM_ADJACENT,
    ORM_HAS_KEY,   /* a JSON object has the key `value.text` */
    ORM_HAS_PATH,  /* something lies at the JSON path `value.text` */
    ORM_TRUE_PATH, /* the JSON path's predicate holds */
    ORM_IS_NULL,
    ORM_NOT_NULL,
    ORM_IS,        /* a to-one slot holds `value.object`; `column` is the slot */
    ORM_IS_ONE_OF, /* or one of the list `value.data` */
    ORM_MATCHES,   /* or an object that the query `value.data` matches */
    ORM_SOME,   /* a to-many relation has one that it matches; `column` is the slot */
    ORM_ANY_OF, /* alternatives up to the matching ORM_END */
    ORM_ALL_OF,
    ORM_NONE_OF, /* not (any of ...) up to the matching ORM_END */
    ORM_END,
    ORM_OP_COUNT
};

union orm_value {
    int64_t integer;
    double real;
    size_t count;
    const char *text;
    const void *data;
    const struct orm_object *object;
};

/* A null holds neither way, but that no related row matches is known. */
#define ORM_COND_NOT    1u /* it does not hold */
#define ORM_COND_FOLD   2u /* capitals and small letters are the same */
#define ORM_COND_COLUMN 4u /* compares with the model's column `other`, not a value */

struct orm_cond {
    uint16_t op;
    uint16_t column;
    uint16_t other;
    uint16_t flags;
    union orm_value value;
    union orm_value upper;
};

/* -- Orders ------------------------------------------------------------------------ */

#define ORM_ORDER_VIA 3
#define ORM_TOO_FAR   0xffffu /* a column behind more slots than that */

enum orm_nulls {
    ORM_NULLS_DEFAULT, /* as PostgreSQL: last when ascending, first when descending */
    ORM_NULLS_FIRST,
    ORM_NULLS_LAST
};

/* By a column of what a list or a query yields, or of what that refers to. */
struct orm_order {
    uint16_t column; /* plus 1: 0 is an empty element */
    bool descending;
    uint8_t nulls;               /* enum orm_nulls */
    uint16_t via[ORM_ORDER_VIA]; /* to-one slots on the way there, plus 1 */
    uint16_t pick;               /* of orm_select(): by this pick, plus 1 */
};

/* -- Plans ------------------------------------------------------------------------- */

enum orm_plan_kind {
    ORM_PLAN_NONE,   /* an empty element: skipped */
    ORM_PLAN_TO_ONE, /* `relation` is a slot; its objects come in a statement */
    ORM_PLAN_JOIN,   /* or in the same one */
    ORM_PLAN_TO_MANY /* `relation` is a list */
};

/* What to load together with what a query yields. */
struct orm_plan {
    uint8_t kind;
    uint16_t relation;
    const char
        *alias; /* where a filtered result lives; NULL: the relation's own place */
    const void *query; /* of the target's model, or NULL */
};

/* -- Queries ----------------------------------------------------------------------- */

/* How what is not loaded yet comes when it is asked for. */
enum orm_fetch {
    ORM_FETCH_DEFAULT, /* as the session says; it says peers, unless told otherwise */
    ORM_FETCH_PEERS,   /* for all objects that arrived together */
    ORM_FETCH_ONE,     /* for this object alone */
    ORM_FETCH_RAISE,   /* not at all: the error ORM_FETCH_RAISED */

    /* A query's, alone or added to one of these: find() reads its rows from a cursor, a
     * thousand at a time, which is faster and takes less memory when they are many.
     * They make one list, as ever.  A transaction begins for it if none is open, and
     * ends with it. */
    ORM_CHUNKS = 4
};

/* What a row is locked for until the transaction ends. */
enum orm_lock {
    ORM_LOCK_NONE,
    ORM_FOR_UPDATE,
    ORM_FOR_NO_KEY_UPDATE,
    ORM_FOR_SHARE,
    ORM_FOR_KEY_SHARE
};

/* What happens when somebody else has locked a row. */
enum orm_locked {
    ORM_LOCKED_WAIT,
    ORM_LOCKED_SKIP, /* the row is left out */
    ORM_LOCKED_FAIL  /* ORM_CONFLICT */
};

#define ORM_QUERY_WHERE    64
#define ORM_QUERY_ORDER    8
#define ORM_QUERY_WITH     8
#define ORM_QUERY_DISTINCT 4

/* Every X_query that ormgen writes has this layout, and the runtime reads it by this
 * one. */
struct ORM_MAY_ALIAS orm_query {
    struct orm_cond where[ORM_QUERY_WHERE];
    struct orm_order order[ORM_QUERY_ORDER];
    struct orm_plan with[ORM_QUERY_WITH];
    struct orm_order distinct_on[ORM_QUERY_DISTINCT]; /* the first row of each; they
                                                         lead the order */
    const struct orm_object *after; /* rows that come behind it in the order, by what
                                       it has in memory */
    unsigned limit;                 /* 0: none */
    unsigned offset;
    enum orm_lock lock; /* of the query's own table; opens a transaction */
    enum orm_locked locked;
    enum orm_fetch fetch;
    bool distinct;   /* of orm_select(): equal rows once */
    bool one_flight; /* of find and first: what `with` names comes in the same round
                        trip, chosen by the query itself once more instead of by keys:
                        for queries that cost little */
    bool overfull;   /* something did not fit: the query is refused */
};

/* -- Rows without objects ---------------------------------------------------------- */

enum orm_what {
    ORM_PICK_NONE, /* ends the picks */
    ORM_PICK_VALUE,
    ORM_PICK_OBJECT, /* the row's object, through the identity map */
    ORM_PICK_ROWS,   /* count(*) */
    ORM_PICK_COUNT,
    ORM_PICK_COUNT_DISTINCT,
    ORM_PICK_SUM,
    ORM_PICK_AVG,
    ORM_PICK_MIN,
    ORM_PICK_MAX,
    ORM_PICK_RELATED /* how many a to-many relation has; `column` is the slot */
};

#define ORM_HAVING_REAL 128u /* with `having`: the bound is `bound.real` */

/* A column of the result, and the variable that takes it row by row. */
struct orm_pick {
    uint8_t what;
    uint8_t having; /* enum orm_op: only groups where it compares so with `bound` */
    uint16_t column;
    uint16_t via[ORM_ORDER_VIA]; /* to-one slots on the way there, plus 1 */
    void *into;
    union orm_value bound;
};

/* -- Making them ------------------------------------------------------------------- */

static inline struct orm_cond orm_cond_plain(enum orm_op op, unsigned column)
{
    struct orm_cond c;
    c.op = (uint16_t)op;
    c.column = (uint16_t)column;
    c.other = 0;
    c.flags = 0;
    c.value.integer = 0;
    c.upper.integer = 0;
    return c;
}

static inline struct orm_cond orm_cond_integer(
    enum orm_op op, unsigned column, int64_t value)
{
    struct orm_cond c = orm_cond_plain(op, column);
    c.value.integer = value;
    return c;
}

static inline struct orm_cond orm_cond_real(
    enum orm_op op, unsigned column, double value)
{
    struct orm_cond c = orm_cond_plain(op, column);
    c.value.real = value;
    return c;
}

static inline struct orm_cond orm_cond_text(
    enum orm_op op, unsigned column, const char *value)
{
    struct orm_cond c = orm_cond_plain(op, column);
    c.value.text = value;
    return c;
}

static inline struct orm_cond orm_cond_data(
    enum orm_op op, unsigned column, const void *value)
{
    struct orm_cond c = orm_cond_plain(op, column);
    c.value.data = value;
    return c;
}

static inline struct orm_cond orm_cond_object(
    enum orm_op op, unsigned slot, const struct orm_object *value)
{
    struct orm_cond c = orm_cond_plain(op, slot);
    c.value.object = value;
    return c;
}

static inline struct orm_cond orm_cond_in(
    unsigned column, const void *values, size_t count)
{
    struct orm_cond c = orm_cond_data(ORM_IN, column, values);
    c.upper.count = count;
    return c;
}

static inline struct orm_cond orm_cond_columns(
    unsigned column, enum orm_op op, unsigned other)
{
    struct orm_cond c = orm_cond_plain(op, column);
    c.other = (uint16_t)other;
    c.flags = ORM_COND_COLUMN;
    return c;
}

/* `to` is made as `from` is: its value becomes the upper bound. */
static inline struct orm_cond orm_cond_between(struct orm_cond from, struct orm_cond to)
{
    from.upper = to.value;
    return from;
}

static inline struct orm_order orm_order_by(unsigned column, bool descending)
{
    struct orm_order o = {0, false, ORM_NULLS_DEFAULT, {0, 0, 0}, 0};
    o.column = (uint16_t)(column + 1);
    o.descending = descending;
    return o;
}

/* The way to a column gets one slot more at its beginning.  False: it is too long. */
static inline bool orm_via(uint16_t *via, unsigned slot)
{
    if (via[ORM_ORDER_VIA - 1])
        return false;
    for (unsigned i = ORM_ORDER_VIA - 1; i > 0; i--)
        via[i] = via[i - 1];
    via[0] = (uint16_t)(slot + 1);
    return true;
}

/* An order of what the slot refers to; of nothing stays of nothing, and one that leads
 * too far is by a column that no model has. */
static inline struct orm_order orm_order_through(unsigned slot, struct orm_order o)
{
    if (o.column && !orm_via(o.via, slot))
        o.column = ORM_TOO_FAR;
    return o;
}

static inline struct orm_order orm_order_pick(unsigned pick, bool descending)
{
    struct orm_order o = orm_order_by(0, descending);
    o.column = 0;
    o.pick = (uint16_t)(pick + 1);
    return o;
}

static inline struct orm_plan orm_plan_of(
    enum orm_plan_kind kind, unsigned relation, const char *alias, const void *query)
{
    struct orm_plan p;
    p.kind = (uint8_t)kind;
    p.relation = (uint16_t)relation;
    p.alias = alias;
    p.query = query;
    return p;
}

static inline struct orm_pick orm_pick_of(
    enum orm_what what, unsigned column, void *into)
{
    struct orm_pick p = {0, 0, 0, {0, 0, 0}, NULL, {0}};
    p.what = (uint8_t)what;
    p.column = (uint16_t)column;
    p.into = into;
    return p;
}

static inline struct orm_pick orm_pick_through(unsigned slot, struct orm_pick p)
{
    if (p.what && !orm_via(p.via, slot))
        p.column = ORM_TOO_FAR;
    return p;
}

#ifdef __cplusplus
}
#endif
#endif
