/* over.h: what indexes and constraints are over: columns, expressions, and how they are
 * put together. */
#ifndef SCHEMA_OVER_H
#define SCHEMA_OVER_H

#include "index_method.h"
#include "keys.h"

enum {
    MAX_INDEX_COLUMNS = 32
};

/* The model's columns that the name of a field stands for, added to `fields`, which has
 * room for MAX_INDEX_COLUMNS; a ref has one per column of the key it refers to.  False:
 * it is reported. */
bool take_columns(struct draft *d, const char *where, const struct draft_model *m,
    const struct node *name, const struct field **fields, size_t *count);

/* The same for a list of names, of which no two stand for the same. */
bool take_column_list(struct draft *d, const char *where, const struct draft_model *m,
    const struct node *list, const struct field **fields, size_t *count);

/* `include:` of what is over `on_count` columns, of which NULL is an expression; `list`
 * may be NULL. */
bool take_include(struct draft *d, const char *where, const struct draft_model *m,
    const struct node *list, const struct field *const *on, size_t on_count,
    const struct field ***include, size_t *count);

/* NULL: reported.  Without a name it is `otherwise`. */
const struct index_method *take_method(
    struct draft *d, const char *where, const struct node *name, const char *otherwise);

/* Whether there is an operator class for `f`; `ops` says that the schema names one. */
bool check_operator_class(struct draft *d, const char *where, const struct node *at,
    const struct index_method *method, const struct field *f, bool ops);

/* The name that a constraint or an index is given; NULL: none is. */
const char *take_sql_name(struct draft *d, const char *where, const struct node *n);

/* `deferrable:`; false: reported. */
bool take_deferrable(struct draft *d, const char *where, const struct node *n,
    enum deferrable *deferrable);

#endif
