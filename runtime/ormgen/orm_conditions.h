/* orm_conditions.h: what can be asked of a column or a relation, a line each.
 *
 * Generated headers name each column and each relation once per family:
 *
 *     ORM_TEXT_CONDITIONS(book, book_title, BOOK_TITLE);
 *
 * makes book_title_eq(), book_title_like() and so on: inline functions that fill in a
 * struct of orm_query.h and wrap it in the model's own, so that nothing of another
 * model compiles.  `m` is the model, `f` the model and the column, `C` the column's
 * constant; `T` is its type in C. */
#ifndef ORM_CONDITIONS_H
#define ORM_CONDITIONS_H

#include <ormgen/orm_model.h>

/* Names are made by pasting before they are handed on: a column may be called like
 * somebody's macro. */
#define ORM_COND_(m, name, parameters, cond)                                           \
    static inline struct m##_cond name parameters {                                    \
        return m##_cond_(cond);                                                        \
    }
#define ORM_ORDER_(m, name, parameters, order)                                         \
    static inline struct m##_order name parameters {                                   \
        return m##_order_(order);                                                      \
    }
#define ORM_PLAN_(m, name, parameters, plan)                                           \
    static inline struct m##_plan name parameters {                                    \
        return m##_plan_(plan);                                                        \
    }
#define ORM_PICK_(m, name, parameters, pick)                                           \
    static inline struct m##_pick name parameters {                                    \
        return m##_pick_(pick);                                                        \
    }

/* -- The model --------------------------------------------------------------------- */

/* What the model's own structs are made with. */
#define ORM_WRAPPER_(m, part)                                                          \
    static inline struct m##_##part m##_##part##_(struct orm_##part orm) {             \
        struct m##_##part wrapped = {orm};                                             \
        return wrapped;                                                                \
    }

/* These append; what does not fit marks the query, which is then refused. */
#define ORM_APPEND_(m, name, append, wrapped)                                          \
    static inline void name(struct m##_query *q, struct wrapped added)                 \
    {                                                                                  \
        append(q, added.orm);                                                          \
    }

/* Up to the matching end, any, all or none of what stands between them. */
#define ORM_BRACKET_(m, name, op)                                                      \
    static inline struct m##_cond name(void)                                           \
    {                                                                                  \
        return m##_cond_(orm_cond_plain(op, 0));                                       \
    }

#define ORM_FLAG_(m, name, change)                                                     \
    static inline struct m##_cond name(struct m##_cond c)                              \
    {                                                                                  \
        c.orm.flags change;                                                            \
        return c;                                                                      \
    }

#define ORM_NULLS_(m, name, where)                                                     \
    static inline struct m##_order name(struct m##_order o)                            \
    {                                                                                  \
        o.orm.nulls = where;                                                           \
        return o;                                                                      \
    }

/* What goes into a struct X_query.  X_after() wants only what comes behind an object,
 * as the query sorts: the next page. */
#define ORM_QUERIES(m)                                                                 \
    ORM_WRAPPER_(m, cond)                                                              \
    ORM_WRAPPER_(m, order)                                                             \
    ORM_WRAPPER_(m, plan)                                                              \
    ORM_APPEND_(m, m##_where, orm_where, m##_cond)                                     \
    ORM_APPEND_(m, m##_sort, orm_sort, m##_order)                                      \
    ORM_APPEND_(m, m##_with, orm_with, m##_plan)                                       \
    static inline void m##_after(struct m##_query *q, const struct m *last)            \
    {                                                                                  \
        q->after = last;                                                               \
    }                                                                                  \
    ORM_FLAG_(m, m##_not, ^= ORM_COND_NOT)                                             \
    ORM_FLAG_(m, m##_ignoring_case, |= ORM_COND_FOLD)                                  \
    static inline struct m##_cond m##_compare(                                         \
        enum m##_column a, enum orm_op op, enum m##_column b)                          \
    {                                                                                  \
        return m##_cond_(orm_cond_columns(a, op, b));                                  \
    }                                                                                  \
    ORM_BRACKET_(m, m##_any_of, ORM_ANY_OF)                                            \
    ORM_BRACKET_(m, m##_all_of, ORM_ALL_OF)                                            \
    ORM_BRACKET_(m, m##_none_of, ORM_NONE_OF)                                          \
    ORM_BRACKET_(m, m##_end, ORM_END)                                                  \
    ORM_NULLS_(m, m##_nulls_first, ORM_NULLS_FIRST)                                    \
    ORM_NULLS_(m, m##_nulls_last, ORM_NULLS_LAST)                                      \
    struct m##_query

/* Variables instead of objects: orm_next() fills what the picks name.  A group is given
 * if X_having() its pick compares so; X_by_pick() sorts by the pick that stands there
 * among those of the select, from 0 on. */
#define ORM_ROWS(m)                                                                    \
    ORM_WRAPPER_(m, pick)                                                              \
    static inline struct orm_rows *m##_select(struct m##_manager *manager,             \
        const struct m##_query *q, const struct m##_pick *picks)                       \
    {                                                                                  \
        return orm_select(                                                             \
            (struct orm_manager *)manager, q, (const struct orm_pick *)picks);         \
    }                                                                                  \
    ORM_PICK_(m, m##_into, (struct m * *into), orm_pick_of(ORM_PICK_OBJECT, 0, into))  \
    ORM_PICK_(m, m##_rows_into, (int64_t * into), orm_pick_of(ORM_PICK_ROWS, 0, into)) \
    ORM_PICK_(m, m##_picks_end, (void), orm_pick_of(ORM_PICK_NONE, 0, NULL))           \
    static inline struct m##_pick m##_having(                                          \
        struct m##_pick p, enum orm_op op, int64_t bound)                              \
    {                                                                                  \
        p.orm.having = (uint8_t)op;                                                    \
        p.orm.bound.integer = bound;                                                   \
        return p;                                                                      \
    }                                                                                  \
    static inline struct m##_pick m##_having_real(                                     \
        struct m##_pick p, enum orm_op op, double bound)                               \
    {                                                                                  \
        p.orm.having = (uint8_t)((unsigned)op | ORM_HAVING_REAL);                      \
        p.orm.bound.real = bound;                                                      \
        return p;                                                                      \
    }                                                                                  \
    ORM_ORDER_(m, m##_by_pick, (unsigned pick, bool descending),                       \
        orm_order_pick(pick, descending))                                              \
    struct m##_query

/* -- Columns: conditions and orders ------------------------------------------------ */

/* `make` makes a condition of a value, which functions take as a `P`. */
#define ORM_EQUAL_(m, f, C, make, P)                                                   \
    ORM_COND_(m, f##_eq, (P v), make(ORM_EQ, C, v))                                    \
    ORM_COND_(m, f##_ne, (P v), make(ORM_NE, C, v))                                    \
    ORM_ORDER_(m, f##_asc, (void), orm_order_by(C, false))                             \
    ORM_ORDER_(m, f##_desc, (void), orm_order_by(C, true))

#define ORM_KEYS_(m, f, C, make, P, T)                                                 \
    ORM_EQUAL_(m, f, C, make, P)                                                       \
    ORM_COND_(m, f##_in, (T const *v, size_t count), orm_cond_in(C, v, count))

#define ORM_SORTED_(m, f, C, make, P, T)                                               \
    ORM_KEYS_(m, f, C, make, P, T)                                                     \
    ORM_COND_(m, f##_lt, (P v), make(ORM_LT, C, v))                                    \
    ORM_COND_(m, f##_le, (P v), make(ORM_LE, C, v))                                    \
    ORM_COND_(m, f##_gt, (P v), make(ORM_GT, C, v))                                    \
    ORM_COND_(m, f##_ge, (P v), make(ORM_GE, C, v))                                    \
    ORM_COND_(m, f##_between, (P from, P to),                                          \
        orm_cond_between(make(ORM_BETWEEN, C, from), make(ORM_BETWEEN, C, to)))

#define ORM_SETS_(m, f, C, P)                                                          \
    ORM_EQUAL_(m, f, C, orm_cond_data, P)                                              \
    ORM_COND_(m, f##_contains, (P v), orm_cond_data(ORM_CONTAINS, C, v))               \
    ORM_COND_(m, f##_contained_by, (P v), orm_cond_data(ORM_CONTAINED_BY, C, v))       \
    ORM_COND_(m, f##_overlaps, (P v), orm_cond_data(ORM_OVERLAPS, C, v))

/* Equal or not: references, labels and truths. */
#define ORM_INTEGER_KEYS(m, f, C, T)                                                   \
    ORM_KEYS_(m, f, C, orm_cond_integer, T, T)                                         \
    struct m##_cond
#define ORM_TEXT_KEYS(m, f, C)                                                         \
    ORM_KEYS_(m, f, C, orm_cond_text, const char *, const char *)                      \
    struct m##_cond
#define ORM_DATA_KEYS(m, f, C, T)                                                      \
    ORM_KEYS_(m, f, C, orm_cond_data, T const *, T)                                    \
    struct m##_cond

#define ORM_INTEGER_CONDITIONS(m, f, C, T)                                             \
    ORM_SORTED_(m, f, C, orm_cond_integer, T, T)                                       \
    struct m##_cond
#define ORM_REAL_CONDITIONS(m, f, C, T)                                                \
    ORM_SORTED_(m, f, C, orm_cond_real, T, T)                                          \
    struct m##_cond
#define ORM_DIGITS_CONDITIONS(m, f, C)                                                 \
    ORM_SORTED_(m, f, C, orm_cond_text, const char *, const char *)                    \
    struct m##_cond
#define ORM_DATA_CONDITIONS(m, f, C, T)                                                \
    ORM_SORTED_(m, f, C, orm_cond_data, T const *, T)                                  \
    struct m##_cond

#define ORM_TEXT_CONDITIONS(m, f, C)                                                   \
    ORM_SORTED_(m, f, C, orm_cond_text, const char *, const char *)                    \
    ORM_COND_(m, f##_like, (const char *v), orm_cond_text(ORM_LIKE, C, v))             \
    ORM_COND_(m, f##_ilike, (const char *v), orm_cond_text(ORM_ILIKE, C, v))           \
    ORM_COND_(                                                                         \
        m, f##_starts_with, (const char *v), orm_cond_text(ORM_STARTS_WITH, C, v))     \
    ORM_COND_(m, f##_ends_with, (const char *v), orm_cond_text(ORM_ENDS_WITH, C, v))   \
    ORM_COND_(m, f##_contains, (const char *v), orm_cond_text(ORM_HAS_TEXT, C, v))     \
    ORM_COND_(m, f##_regex, (const char *v), orm_cond_text(ORM_REGEX, C, v))           \
    ORM_COND_(m, f##_search, (const char *v), orm_cond_text(ORM_SEARCH, C, v))         \
    struct m##_cond

#define ORM_ADDRESS_CONDITIONS(m, f, C, T)                                             \
    ORM_SORTED_(m, f, C, orm_cond_data, T const *, T)                                  \
    ORM_COND_(m, f##_contained_by, (T const *v), orm_cond_data(ORM_WITHIN, C, v))      \
    struct m##_cond

/* Of arrays, `P` is what one item is taken as, and `make` its condition. */
#define ORM_ARRAY_CONDITIONS(m, f, C, T, make, P)                                      \
    ORM_SETS_(m, f, C, T const *)                                                      \
    ORM_COND_(m, f##_has, (P v), make(ORM_HAS, C, v))                                  \
    struct m##_cond

#define ORM_RANGE_CONDITIONS(m, f, C, T, make, P)                                      \
    ORM_SETS_(m, f, C, T const *)                                                      \
    ORM_COND_(m, f##_has, (P v), make(ORM_HAS_VALUE, C, v))                            \
    ORM_COND_(m, f##_left_of, (T const *v), orm_cond_data(ORM_LEFT_OF, C, v))          \
    ORM_COND_(m, f##_right_of, (T const *v), orm_cond_data(ORM_RIGHT_OF, C, v))        \
    ORM_COND_(m, f##_adjacent, (T const *v), orm_cond_data(ORM_ADJACENT, C, v))        \
    struct m##_cond

#define ORM_JSONB_CONDITIONS(m, f, C)                                                  \
    ORM_EQUAL_(m, f, C, orm_cond_text, const char *)                                   \
    ORM_COND_(m, f##_contains, (const char *v), orm_cond_text(ORM_CONTAINS, C, v))     \
    ORM_COND_(m, f##_has_key, (const char *v), orm_cond_text(ORM_HAS_KEY, C, v))       \
    ORM_COND_(m, f##_has_path, (const char *v), orm_cond_text(ORM_HAS_PATH, C, v))     \
    ORM_COND_(m, f##_true_path, (const char *v), orm_cond_text(ORM_TRUE_PATH, C, v))   \
    struct m##_cond

#define ORM_NULL_CONDITIONS(m, f, C)                                                   \
    ORM_COND_(m, f##_is_null, (void), orm_cond_plain(ORM_IS_NULL, C))                  \
    ORM_COND_(m, f##_not_null, (void), orm_cond_plain(ORM_NOT_NULL, C))                \
    struct m##_cond

/* -- Columns: picks ---------------------------------------------------------------- */

#define ORM_PLAIN_PICKS_(m, f, C, T)                                                   \
    ORM_PICK_(m, f##_into, (T * into), orm_pick_of(ORM_PICK_VALUE, C, into))           \
    ORM_PICK_(m, f##_count_into, (int64_t * into), orm_pick_of(ORM_PICK_COUNT, C, into))

#define ORM_DISTINCT_PICKS_(m, f, C, T)                                                \
    ORM_PLAIN_PICKS_(m, f, C, T)                                                       \
    ORM_PICK_(m, f##_distinct_into, (int64_t * into),                                  \
        orm_pick_of(ORM_PICK_COUNT_DISTINCT, C, into))

#define ORM_SORTED_PICKS_(m, f, C, T)                                                  \
    ORM_DISTINCT_PICKS_(m, f, C, T)                                                    \
    ORM_PICK_(m, f##_min_into, (T * into), orm_pick_of(ORM_PICK_MIN, C, into))         \
    ORM_PICK_(m, f##_max_into, (T * into), orm_pick_of(ORM_PICK_MAX, C, into))

/* The server cannot tell two values apart, or has no first and last of them. */
#define ORM_PLAIN_PICKS(m, f, C, T)                                                    \
    ORM_PLAIN_PICKS_(m, f, C, T)                                                       \
    struct m##_pick
#define ORM_DISTINCT_PICKS(m, f, C, T)                                                 \
    ORM_DISTINCT_PICKS_(m, f, C, T)                                                    \
    struct m##_pick

#define ORM_SORTED_PICKS(m, f, C, T)                                                   \
    ORM_SORTED_PICKS_(m, f, C, T)                                                      \
    struct m##_pick

/* `S` is what holds a sum. */
#define ORM_NUMBER_PICKS(m, f, C, T, S)                                                \
    ORM_SORTED_PICKS_(m, f, C, T)                                                      \
    ORM_PICK_(m, f##_sum_into, (S * into), orm_pick_of(ORM_PICK_SUM, C, into))         \
    ORM_PICK_(m, f##_avg_into, (double *into), orm_pick_of(ORM_PICK_AVG, C, into))     \
    struct m##_pick

/* Their average is none of a number. */
#define ORM_INTERVAL_PICKS(m, f, C)                                                    \
    ORM_SORTED_PICKS_(m, f, C, struct orm_interval)                                    \
    ORM_PICK_(m, f##_sum_into, (struct orm_interval * into),                           \
        orm_pick_of(ORM_PICK_SUM, C, into))                                            \
    ORM_PICK_(m, f##_avg_into, (struct orm_interval * into),                           \
        orm_pick_of(ORM_PICK_AVG, C, into))                                            \
    struct m##_pick

/* -- Relations --------------------------------------------------------------------- */

/* `f` is the relation alone here, `t` the model that it leads to. */
#define ORM_TO_ONE(m, f, SLOT, t)                                                      \
    ORM_COND_(m, m##_##f##_is, (const struct t *o),                                    \
        orm_cond_object(ORM_IS, SLOT, (const struct orm_object *)o))                   \
    ORM_COND_(m, m##_##f##_in, (const struct t##_list *list),                          \
        orm_cond_data(ORM_IS_ONE_OF, SLOT, list))                                      \
    ORM_COND_(m, m##_##f##_matches, (const struct t##_query *q),                       \
        orm_cond_data(ORM_MATCHES, SLOT, q))                                           \
    ORM_ORDER_(m, m##_by_##f, (struct t##_order o), orm_order_through(SLOT, o.orm))    \
    ORM_PICK_(m, m##_of_##f, (struct t##_pick p), orm_pick_through(SLOT, p.orm))       \
    ORM_PLAN_(m, m##_with_##f, (const struct t##_query *q),                            \
        orm_plan_of(ORM_PLAN_TO_ONE, SLOT, NULL, q))                                   \
    ORM_PLAN_(m, m##_with_##f##_as, (const char *alias, const struct t##_query *q),    \
        orm_plan_of(ORM_PLAN_TO_ONE, SLOT, alias, q))                                  \
    ORM_PLAN_(m, m##_join_##f, (const struct t##_query *q),                            \
        orm_plan_of(ORM_PLAN_JOIN, SLOT, NULL, q))                                     \
    static inline struct t *m##_##f##_as(const struct m *o, const char *alias)         \
    {                                                                                  \
        return (struct t *)orm_object_as((const struct orm_object *)o, SLOT, alias);   \
    }                                                                                  \
    struct m##_plan

#define ORM_TO_MANY(m, f, LIST, t)                                                     \
    ORM_COND_(m, m##_##f##_some, (const struct t##_query *q),                          \
        orm_cond_data(ORM_SOME, LIST, q))                                              \
    ORM_PICK_(m, m##_##f##_count_into, (int64_t * into),                               \
        orm_pick_of(ORM_PICK_RELATED, LIST, into))                                     \
    ORM_PLAN_(m, m##_with_##f, (const struct t##_query *q),                            \
        orm_plan_of(ORM_PLAN_TO_MANY, LIST, NULL, q))                                  \
    ORM_PLAN_(m, m##_with_##f##_as, (const char *alias, const struct t##_query *q),    \
        orm_plan_of(ORM_PLAN_TO_MANY, LIST, alias, q))                                 \
    static inline const struct t##_list *m##_##f##_as(                                 \
        const struct m *o, const char *alias)                                          \
    {                                                                                  \
        return (const struct t##_list *)orm_list_as(                                   \
            (const struct orm_object *)o, LIST, alias);                                \
    }                                                                                  \
    struct m##_plan

#endif
