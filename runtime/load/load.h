/* load.h: from rows to objects. */
#ifndef RUNTIME_LOAD_H
#define RUNTIME_LOAD_H

#include "objects/group.h"
#include "objects/identity.h"

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
/* What verified the model is still prepared, so that flight_guard() can ask. */
bool load_has_witness(const struct model_state *state);

/* Of a result: how many columns; those of a model, from `first` on. */
bool load_check_width(struct orm_session *s, const struct pg_result *r, size_t columns);
bool load_check_columns(struct orm_session *s, const struct orm_model *m,
    const struct pg_result *r, size_t first, unsigned count);
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

/* -- From rows to objects ---------------------------------------------------------- */

/* Columns of a result that are a model's, as an ordinary load has them. */
struct load_source {
    const struct orm_model *model;
    size_t first;                /* of the columns */
    bool outer;                  /* a row may have none: its key is null then */
    struct orm_object **objects; /* room for one per row; NULL: it has none */
    struct orm_group *peers; /* of new ones, which is begun; NULL: they enter none */
    struct model_state *of;  /* filled in, as is the rest */
    uint8_t *found; /* bit per row: its object was in the map.  NULL: nobody's was */
};

/* A result on its way into objects. */
struct load_result {
    struct orm_scope *scope; /* of objects that are new */
    const struct pg_result *result;
    size_t columns;     /* that it must have */
    const uint16_t *at; /* where those of the one source are; NULL: in order */
    struct load_source *sources;
    size_t source_count;
    size_t row_count;      /* filled in, as is the rest */
    size_t found;          /* rows that are to be read again */
    struct pg_cell *cells; /* of a row, in scratch memory */
};

/* The first pass: every cell is checked, every row has its objects: mapped ones, not
 * touched yet, and new ones.  What publishing takes is to be reserved by the next
 * scope_reserve().  False: the error is recorded, and all is as before. */
bool load_claim(struct load_result *l);

/* Between the passes something else failed: all is as before. */
void load_disclaim(struct load_result *l);

/* The second pass cannot fail: mapped objects are filled, their clean columns. */
void load_publish(struct load_result *l);

/* Both passes.  What scopes want by then is reserved, too, or forgotten. */
bool load_through(struct load_result *l);

/* The same over a result that holds one model's columns, and `more` behind them. */
bool load_rows(struct orm_scope *scope, const struct orm_model *m,
    const struct pg_result *r, size_t more, struct orm_object **objects,
    struct orm_group *peers);

/* The same of a result that has the model's columns `at` these places. */
bool load_rows_at(struct orm_scope *scope, const struct orm_model *m,
    const struct pg_result *r, const uint16_t *at, struct orm_object **objects,
    struct orm_group *peers);

/* The mapped object with the key in checked cells, one per column of it, expired or
 * not. */
struct orm_object *load_find(
    const struct orm_session *s, const struct orm_model *m, const struct pg_cell *key);

/* The cells of the model's eager columns, checked, go into the object; what they need
 * of its arena is reserved. */
void load_fill(struct orm_object *o, const struct pg_cell *cells);

/* A checked cell becomes the object's value; a text takes reserved memory. */
void load_cell(struct orm_object *o, unsigned column, struct pg_cell cell);

/* Nothing if the value is the same; else slots that hang on the column load again. */
void load_cell_again(struct orm_object *o, unsigned column, struct pg_cell cell);

#endif
