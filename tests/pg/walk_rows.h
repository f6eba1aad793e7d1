/* walk_rows.h: rows for any schema of numbers, texts and relations. */
#ifndef TESTS_WALK_ROWS_H
#define TESTS_WALK_ROWS_H

#include <ormgen/orm_model.h>

/* Writes some rows of each model and links them at random, by `chance(below)`. */
void walk_arrange(struct orm_session *s, const struct orm_schema *schema,
    unsigned (*chance)(unsigned below));

#endif
