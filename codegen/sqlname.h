/* sqlname.h: the names that PostgreSQL would choose, spelt out, since DDL and the
 * collision table must agree on them.  Each result is to be freed. */
#ifndef CODEGEN_SQLNAME_H
#define CODEGEN_SQLNAME_H

#include "model.h"

#define SQL_NAME_MAX 63 /* bytes; PostgreSQL cuts what is longer */

/* The parts joined by "_", ended by a NULL.  What is too long is cut at the border of a
 * character and ends in a hash of the whole. */
char *derived_sql_name(const char *part, ...) __attribute__((sentinel));

char *sql_pkey(const char *table);         /* book_pkey */
char *sql_fkey(const struct ref *r);       /* book_author_id_fkey */
char *sql_ref_unique(const struct ref *r); /* book_author_id_key */
char *sql_ref_index(const struct ref *r);  /* book_author_id_idx */
char *sql_join_fkey(const struct many *j, const struct join_end *end);
char *sql_join_index(const struct many *j, const struct join_end *end);
char *sql_unique(const char *table, const char *column);   /* author_email_key */
char *sql_check(const char *table, const char *column);    /* book_pages_check */
char *sql_sequence(const char *table, const char *column); /* book_id_seq */

/* The name that the schema gives, or book_a_b_idx, book_a_b_key, book_a_b_excl. */
char *sql_index(const struct model *m, const struct index *x);
char *sql_unique_over(const struct model *m, const struct unique *u);
char *sql_exclusion(const struct model *m, const struct exclusion *e);

/* True if one-to-one, and neither the key nor a unique column says so already. */
bool sql_needs_unique(const struct ref *r);

/* True if the columns of `r` need an index of their own: no other begins with them. */
bool sql_needs_index(const struct ref *r);

#endif
