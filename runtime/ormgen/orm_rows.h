/* orm_rows.h: rows instead of objects.
 *
 * A select binds variables to what it picks; orm_next() fills them, row by row:
 *
 *     const char *title;
 *     int64_t tags;
 *     const struct book_pick picks[] = {
 *         book_title_into(&title), book_tags_count_into(&tags), book_picks_end()};
 *     struct orm_rows *rows = book_select(book_table(db), &query, picks);
 *     while (orm_next(rows))
 *         printf("%s: %lld\n", title, (long long)tags);
 *
 * What is picked beside aggregates is what they are grouped by.  The rows, their texts,
 * and what structs point to live as long as the objects that would have been loaded.  A
 * null reads as zero, as in objects: "" for a text; orm_is_null() tells. */
#ifndef ORM_ROWS_H
#define ORM_ROWS_H

#include <ormgen/orm_query.h>

#ifdef __cplusplus
extern "C" {
#endif

struct orm_manager;
struct orm_rows;

/* The rows of a table or a relation that match, all of them read before it returns.
 * `query` is the model's struct X_query, or NULL for all; `picks` end with an empty
 * one, and the variables must live as long as orm_next() is called.  NULL when the
 * session has failed; every call below accepts it. */
ORM_EXPORT struct orm_rows *orm_select(
    struct orm_manager *m, const void *query, const struct orm_pick *picks);

/* Fills the variables with the next row.  False, and they stay as they are: there is
 * none. */
ORM_EXPORT bool orm_next(struct orm_rows *rows);

/* Whether what the last orm_next() put into this variable stands for a null. */
ORM_EXPORT bool orm_is_null(const struct orm_rows *rows, const void *into);

ORM_EXPORT size_t orm_row_count(const struct orm_rows *rows);

/* -- Objects by SQL ---------------------------------------------------------------- */

struct orm_model;
struct orm_session;

/* Only of a literal, so that values get into it as parameters and in no other way. */
struct orm_raw {
    const char *sql_;
};
#define ORM_RAW(sql) orm_raw_("" sql "")

static inline struct orm_raw orm_raw_(const char *sql)
{
    struct orm_raw raw;
    raw.sql_ = sql;
    return raw;
}

enum orm_param_type {
    ORM_PARAM_NULL, /* of whatever type the SQL takes there */
    ORM_PARAM_INT,  /* bigint */
    ORM_PARAM_REAL, /* double precision */
    ORM_PARAM_TEXT, /* text; $1::uuid and its like make others of it */
    ORM_PARAM_BOOL,
    ORM_PARAM_TIME, /* timestamptz */
    ORM_PARAM_DATE,
    ORM_PARAM_INTS, /* bigint[], for = ANY ($1) */
    ORM_PARAM_TEXTS
};

/* What stands for $1, $2, ...: made by the functions below. */
struct orm_param {
    uint8_t type; /* enum orm_param_type */
    union orm_value value;
    size_t count; /* of the items of an array */
};

/* The objects of the rows that the SQL yields: mapped, and peers.  The model's columns,
 * but lazy ones, are found by their names; others are passed over.  When one is missing
 * or there twice, nothing is loaded.  All changes are flushed first.  The list is never
 * NULL. */
ORM_EXPORT const void *orm_from_sql(struct orm_session *s,
    const struct orm_model *model, struct orm_raw sql, const struct orm_param *params,
    size_t count);

static inline struct orm_param orm_param_of(enum orm_param_type type)
{
    struct orm_param p;
    p.type = (uint8_t)type;
    p.value.integer = 0;
    p.count = 0;
    return p;
}

static inline struct orm_param orm_null(void)
{
    return orm_param_of(ORM_PARAM_NULL);
}

static inline struct orm_param orm_int(int64_t value)
{
    struct orm_param p = orm_param_of(ORM_PARAM_INT);
    p.value.integer = value;
    return p;
}

static inline struct orm_param orm_real(double value)
{
    struct orm_param p = orm_param_of(ORM_PARAM_REAL);
    p.value.real = value;
    return p;
}

static inline struct orm_param orm_text(const char *value)
{
    struct orm_param p = orm_param_of(ORM_PARAM_TEXT);
    p.value.text = value;
    return p;
}

static inline struct orm_param orm_bool(bool value)
{
    struct orm_param p = orm_param_of(ORM_PARAM_BOOL);
    p.value.integer = value;
    return p;
}

static inline struct orm_param orm_moment(orm_time value)
{
    struct orm_param p = orm_param_of(ORM_PARAM_TIME);
    p.value.integer = value;
    return p;
}

static inline struct orm_param orm_day(orm_date value)
{
    struct orm_param p = orm_param_of(ORM_PARAM_DATE);
    p.value.integer = value;
    return p;
}

static inline struct orm_param orm_ints(const int64_t *values, size_t count)
{
    struct orm_param p = orm_param_of(ORM_PARAM_INTS);
    p.value.data = values;
    p.count = count;
    return p;
}

static inline struct orm_param orm_texts(const char *const *values, size_t count)
{
    struct orm_param p = orm_param_of(ORM_PARAM_TEXTS);
    p.value.data = values;
    p.count = count;
    return p;
}

#ifdef __cplusplus
}
#endif
#endif
