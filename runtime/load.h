/* load.h: from rows to objects. */
#ifndef RUNTIME_LOAD_H
#define RUNTIME_LOAD_H

#include "group.h"
#include "identity.h"

/* Appends the model's columns but lazy ones, "t"."name" each, to the statement being
 * made. */
void load_columns(struct orm_session *s, const struct orm_model *m);

/* FROM the table as t; with SELECT and the columns before. */
void load_from(struct orm_session *s, const struct orm_model *m);
void load_select(struct orm_session *s, const struct orm_model *m);

enum load_match {
    LOAD_ONE, /* a parameter per column is a value */
    LOAD_ANY  /* each is an array of them */
};

/* The rows whose columns have the values, or one of the rows of values. */
struct pg_statement *load_statement(
    struct orm_session *s, struct key_columns k, enum load_match match);

/* " WHERE t.a = ANY($1)", or for several columns
 * " WHERE (t.a, t.b) IN (SELECT * FROM unnest($1, $2))". */
void load_where_any(struct orm_session *s, struct key_columns k);

/* A statement to be described, and whether its columns are all of the model's. */
struct pg_statement *load_whole_statement(
    struct orm_session *s, const struct orm_model *m);
bool load_check_table(
    struct orm_session *s, const struct orm_model *m, const struct pg_result *r);

/* Of one column: its type in a result, and a cell, whose room is added to `bytes`. */
bool load_check_type(struct orm_session *s, const struct orm_model *m, unsigned column,
    const struct pg_result *r, size_t at);
bool load_check_cell(struct orm_session *s, const struct orm_model *m, unsigned column,
    struct pg_cell cell, size_t *bytes);

/* The same of what is not in the table like this: an aggregate. */
bool load_check_type_as(struct orm_session *s, const struct orm_model *m,
    const struct orm_column *c, const struct pg_result *r, size_t at);
bool load_check_cell_as(struct orm_session *s, const struct orm_model *m,
    const struct orm_column *c, struct pg_cell cell, size_t *bytes);

/* Makes every row an object: the mapped one, its clean columns filled, or a new one, of
 * `scope`.  `objects` has room for one pointer per row; the result may have `more`
 * columns behind the model's.  All cells are checked and all memory is taken before the
 * first object changes: on false none has.  What scopes want by then (scope.h) is
 * reserved, too, or forgotten. */
bool load_rows(struct orm_scope *scope, const struct orm_model *m,
    const struct pg_result *r, size_t more, struct orm_object **objects);

/* The same of a result that has the model's columns `at` these places. */
bool load_rows_at(struct orm_scope *scope, const struct orm_model *m,
    const struct pg_result *r, const uint16_t *at, struct orm_object **objects);

/* The mapped object with the key in checked cells, one per column of it, expired or
 * not. */
struct orm_object *load_find(
    const struct orm_session *s, const struct orm_model *m, const struct pg_cell *key);

/* A checked cell becomes the object's value; a text takes reserved memory. */
void load_cell(struct orm_object *o, unsigned column, struct pg_cell cell);

#endif
