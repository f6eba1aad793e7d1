/* resolve.h: what resolve.c and relate.c share. */
#ifndef SCHEMA_RESOLVE_H
#define SCHEMA_RESOLVE_H

#include "draft.h"

/* "book.title", for messages. */
const char *place_name(const struct draft *d, const struct draft_field *f);

/* `where` is the start of the message; `kinds` are the ones worth suggesting. */
struct draft_field *find_field(struct draft *d, const char *where,
    const struct draft_model *m, const struct node *name, unsigned kinds);

/* The list on the other side of a relation, or NULL. */
struct many *other_end(const struct draft_field *f);

/* The column of a field that is no relation. */
struct field column_of(const struct draft_field *f);

/* Why a column of that kind cannot identify rows, or hold what does; or NULL. */
const char *trait_problem(const struct traits *t);

#endif
