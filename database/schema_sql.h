/* schema_sql.h: the tables of a schema. */
#ifndef ORMGEN_SCHEMA_SQL_H
#define ORMGEN_SCHEMA_SQL_H

#include <libpq-fe.h>
#include <stdbool.h>

/* What `ormgen sql FILE` prints, a new string.  NULL with *exit_code other than 0 if
 * that said itself what is wrong, else with failure(). */
char *schema_sql(const char *file, int *exit_code);

/* Runs the statements in one transaction. */
bool schema_create(PGconn *server, const char *file, const char *sql);

#endif
