/* orm_changes.h: what X_update_all() gives columns, a line each.
 *
 * As in orm_conditions.h generated headers name each column that can be changed once:
 *
 *     ORM_NUMBER_CHANGES(book, book_pages, BOOK_PAGES, orm_change_integer, int32_t);
 *
 * makes book_pages_to(), book_pages_plus() and so on.  What a change points to is read
 * during the call only. */
#ifndef ORM_CHANGES_H
#define ORM_CHANGES_H

#include <ormgen/orm_query.h>

#ifdef __cplusplus
extern "C" {
#endif

enum orm_change_kind {
    ORM_CHANGE_NONE, /* an empty element: skipped */
    ORM_CHANGE_TO,
    ORM_CHANGE_TO_NULL,
    ORM_CHANGE_TO_COLUMN, /* what the row has in the column `other` */
    ORM_CHANGE_PLUS,
    ORM_CHANGE_MINUS,
    ORM_CHANGE_TIMES,     /* `value.real`, or of exact digits `value.text` */
    ORM_CHANGE_TO_OBJECT, /* a to-one slot to `value.object`; `column` is the slot */
    ORM_CHANGE_TO_NONE,   /* a slot to null */
    ORM_CHANGE_KIND_COUNT
};

struct orm_change {
    uint16_t kind;
    uint16_t column;
    uint16_t other;
    union orm_value value;
};

#define ORM_CHANGES 64

/* Every X_changes that ormgen writes has this layout. */
struct ORM_MAY_ALIAS orm_changes {
    struct orm_change set[ORM_CHANGES];
    bool overfull; /* something did not fit: the changes are refused */
};

/* -- Making them ------------------------------------------------------------------- */

static inline struct orm_change orm_change_of(
    enum orm_change_kind kind, unsigned column, unsigned other)
{
    struct orm_change c;
    c.kind = (uint16_t)kind;
    c.column = (uint16_t)column;
    c.other = (uint16_t)other;
    c.value.integer = 0;
    return c;
}

static inline struct orm_change orm_change_integer(
    enum orm_change_kind kind, unsigned column, int64_t value)
{
    struct orm_change c = orm_change_of(kind, column, 0);
    c.value.integer = value;
    return c;
}

static inline struct orm_change orm_change_real(
    enum orm_change_kind kind, unsigned column, double value)
{
    struct orm_change c = orm_change_of(kind, column, 0);
    c.value.real = value;
    return c;
}

static inline struct orm_change orm_change_text(
    enum orm_change_kind kind, unsigned column, const char *value)
{
    struct orm_change c = orm_change_of(kind, column, 0);
    c.value.text = value;
    return c;
}

static inline struct orm_change orm_change_data(
    enum orm_change_kind kind, unsigned column, const void *value)
{
    struct orm_change c = orm_change_of(kind, column, 0);
    c.value.data = value;
    return c;
}

static inline struct orm_change orm_change_object(
    unsigned slot, const struct orm_object *value)
{
    struct orm_change c = orm_change_of(ORM_CHANGE_TO_OBJECT, slot, 0);
    c.value.object = value;
    return c;
}

/* -- Families ---------------------------------------------------------------------- */

/* `m` is the model, `f` the model and the column or relation, `C` its constant. */
#define ORM_CHANGE_(m, name, parameters, change)                                       \
    static inline struct m##_change name parameters {                                  \
        struct m##_change wrapped = {change};                                          \
        return wrapped;                                                                \
    }

/* Once per model: what is done to many rows at once. */
#define ORM_BULK(m)                                                                    \
    struct m##_change {                                                                \
        struct orm_change orm;                                                         \
    };                                                                                 \
    struct m##_changes {                                                               \
        struct m##_change set[ORM_CHANGES];                                            \
        bool overfull;                                                                 \
    };                                                                                 \
    /* Appends; what does not fit marks the changes, which are then refused. */        \
    static inline void m##_change_also(struct m##_changes *c, struct m##_change also)  \
    {                                                                                  \
        orm_change_also(c, also.orm);                                                  \
    }                                                                                  \
    /* What the row has in another column of the same type. */                         \
    ORM_CHANGE_(m, m##_column_to, (enum m##_column to, enum m##_column from),          \
        orm_change_of(ORM_CHANGE_TO_COLUMN, to, from))                                 \
    static inline size_t m##_update_all(struct m##_manager *in,                        \
        const struct m##_query *q, const struct m##_changes *changes)                  \
    {                                                                                  \
        return orm_update_all((struct orm_manager *)in, q, changes);                   \
    }                                                                                  \
    static inline size_t m##_delete_all(                                               \
        struct m##_manager *in, const struct m##_query *q)                             \
    {                                                                                  \
        return orm_delete_all((struct orm_manager *)in, q);                            \
    }                                                                                  \
    struct m##_load;                                                                   \
    static inline struct m##_load *m##_load_begin(struct m##_manager *in)              \
    {                                                                                  \
        return (struct m##_load *)orm_load_begin((struct orm_manager *)in);            \
    }                                                                                  \
    static inline struct m *m##_load_row(struct m##_load *l)                           \
    {                                                                                  \
        return (struct m *)orm_load_row((struct orm_load *)l);                         \
    }                                                                                  \
    static inline uint64_t m##_load_end(struct m##_load *l)                            \
    {                                                                                  \
        return orm_load_end((struct orm_load *)l);                                     \
    }                                                                                  \
    /* The next flush inserts the draft, or gives its row what was set in it. */       \
    static inline void m##_upsert(                                                     \
        struct m##_manager *in, enum m##_constraint by, struct m *draft)               \
    {                                                                                  \
        orm_upsert((struct orm_manager *)in, by, (struct orm_object *)draft);          \
    }                                                                                  \
    /* The row that is there, or the draft, inserted.  Never NULL. */                  \
    static inline struct m *m##_get_or_create(                                         \
        struct m##_manager *in, enum m##_constraint by, struct m *draft)               \
    {                                                                                  \
        return (struct m *)orm_get_or_create(                                          \
            (struct orm_manager *)in, by, (struct orm_object *)draft);                 \
    }                                                                                  \
    struct m##_changes

/* `make` makes a change of a value, which the function takes as a `P`. */
#define ORM_PLAIN_CHANGES(m, f, C, make, P)                                            \
    ORM_CHANGE_(m, f##_to, (P v), make(ORM_CHANGE_TO, C, v))                           \
    struct m##_change

#define ORM_NUMBER_CHANGES(m, f, C, make, P)                                           \
    ORM_CHANGE_(m, f##_to, (P v), make(ORM_CHANGE_TO, C, v))                           \
    ORM_CHANGE_(m, f##_plus, (P v), make(ORM_CHANGE_PLUS, C, v))                       \
    ORM_CHANGE_(m, f##_minus, (P v), make(ORM_CHANGE_MINUS, C, v))                     \
    ORM_CHANGE_(m, f##_times, (double v), orm_change_real(ORM_CHANGE_TIMES, C, v))     \
    struct m##_change

/* numeric without a fixed number of digits: exact, as text. */
#define ORM_DIGITS_CHANGES(m, f, C)                                                    \
    ORM_CHANGE_(m, f##_to, (const char *v), orm_change_text(ORM_CHANGE_TO, C, v))      \
    ORM_CHANGE_(m, f##_plus, (const char *v), orm_change_text(ORM_CHANGE_PLUS, C, v))  \
    ORM_CHANGE_(                                                                       \
        m, f##_minus, (const char *v), orm_change_text(ORM_CHANGE_MINUS, C, v))        \
    ORM_CHANGE_(                                                                       \
        m, f##_times, (const char *v), orm_change_text(ORM_CHANGE_TIMES, C, v))        \
    struct m##_change

#define ORM_NULL_CHANGES(m, f, C)                                                      \
    ORM_CHANGE_(m, f##_to_null, (void), orm_change_of(ORM_CHANGE_TO_NULL, C, 0))       \
    struct m##_change

/* `t` is the model that the slot leads to. */
#define ORM_TO_ONE_CHANGES(m, f, SLOT, t)                                              \
    ORM_CHANGE_(m, f##_to, (const struct t *o),                                        \
        orm_change_object(SLOT, (const struct orm_object *)o))                         \
    struct m##_change

/* And may be null. */
#define ORM_OPTIONAL_CHANGES(m, f, SLOT, t)                                            \
    ORM_TO_ONE_CHANGES(m, f, SLOT, t);                                                 \
    ORM_CHANGE_(m, f##_to_null, (void), orm_change_of(ORM_CHANGE_TO_NONE, SLOT, 0))    \
    struct m##_change

#ifdef __cplusplus
}
#endif
#endif
