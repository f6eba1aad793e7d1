/* orm_rows.h: rows instead of objects.
 *
 * A select binds variables to what it picks; orm_next() fills them, row by row:
 *
 *     const char *title;
 *     int64_t tags;
 *     const struct book_pick picks[] = {
 *         book_title_into(&title), book_tags_count_into(&tags), ORM_ZERO};
 *     struct orm_rows *rows = book_select(book_table(db), &query, picks);
 *     while (orm_next(rows))
 *         printf("%s: %lld\n", title, (long long)tags);
 *
 * What is picked beside aggregates is what they are grouped by.  Texts, and what
 * structs point to, live as long as the objects that would have been loaded.  A null
 * reads as zero, as in objects: "" for a text; orm_is_null() tells. */
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

#ifdef __cplusplus
}
#endif
#endif
