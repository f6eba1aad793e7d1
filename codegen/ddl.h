/* ddl.h: a schema as SQL for PostgreSQL 15. */
#ifndef CODEGEN_DDL_H
#define CODEGEN_DDL_H

#include "buffer.h"
#include "model.h"

/* Statements that make everything from nothing, to be run in this order. */
void ddl(const struct schema *s, const char *file, struct buffer *out);

/* The SQL of a column's default as a value of its type: CAST((now()) AS date). */
void ddl_default_value(const struct field *f, struct buffer *out);

#endif
