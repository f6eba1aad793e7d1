/* ddl_parts.h: what the files of ddl_*.c make, for ddl.c to put in order.
 *
 * create_ functions write whole statements, put_ functions a piece of one. */
#ifndef CODEGEN_DDL_PARTS_H
#define CODEGEN_DDL_PARTS_H

#include "buffer.h"
#include "model.h"

/* ddl_name.c */
void put_name(struct buffer *out, const char *schema, const char *name);
void put_table(struct buffer *out, const struct model *m);
/* These two take `name`, as the functions of sqlname.h give it. */
void put_own_name(struct buffer *out, char *name);
void put_constraint(struct buffer *out, char *name);
/* ("a", "b") */
void put_columns(struct buffer *out, const char *const *columns, size_t count);
/* " INCLUDE (...)", if there are any. */
void put_include(struct buffer *out, const struct field *const *fields, size_t count);
void put_fields(struct buffer *out, const struct field *const *fields, size_t count);
void put_key(struct buffer *out, const struct model *m);

/* ddl_type.c */
void create_domain(const struct user_type *t, struct buffer *out);
void create_type(const struct enumeration *e, struct buffer *out);
void put_type(struct buffer *out, const struct field *f);

/* " COLLATE x", or nothing. */
void put_collation(struct buffer *out, const struct field *f);
void put_default(struct buffer *out, const struct field *f);

/* ddl_table.c */
void create_table(const struct model *m, struct buffer *out);
void comment_on(const struct model *m, struct buffer *out);

/* ddl_view.c */
void create_views(const struct schema *s, struct buffer *out);

/* ddl_join.c */
void create_join_table(const struct many *j, struct buffer *out);

/* ddl_fkey.c: the foreign keys that can stand in CREATE TABLE, each after a comma, and
 * those that must wait until all tables are there. */
void put_foreign_keys(const struct model *m, struct buffer *out);
void close_cycles(const struct model *m, struct buffer *out);

/* ddl_constraint.c: unique over several columns, checks and exclusions, each after a
 * comma. */
void put_constraints(const struct model *m, struct buffer *out);
void put_deferrable(struct buffer *out, enum deferrable deferrable);

/* ddl_index.c */
void create_indexes(const struct model *m, struct buffer *out);
/*  USING gist ("a" WITH =) */
void put_using(struct buffer *out, const char *method, const struct index_part *parts,
    size_t count);

#endif
