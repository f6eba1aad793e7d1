/* drift_world.h: the database of drift.yaml, as it should be; tests then hurt it. */
#ifndef TESTS_DRIFT_WORLD_H
#define TESTS_DRIFT_WORLD_H

#include "pgtest.h"

/* The SQL that makes the tables, from a file. */
void world_read(const char *path);

/* Tables, types and rows are as at the beginning; the rest of the schema is gone. */
void world_make(PGconn *on);

/* A role of this test's database alone, which may do everything with its tables. */
const char *world_role(PGconn *on);
void world_drop_role(PGconn *on);

#endif
