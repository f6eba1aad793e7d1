/* lines.h: what a schema should have made and what a server says that it made, as lines
 * to compare. */
#ifndef TESTS_LINES_H
#define TESTS_LINES_H

#include "buffer.h"
#include "model.h"

/* One line per thing in the database; expected.c. */
void expect_lines(const struct schema *s, struct buffer *out);

/* SQL as it is written or as a server writes it: brackets, casts, blanks, capitals and
 * the quotes of names left out. */
void put_plain_sql(struct buffer *out, const char *sql, size_t size);

/* A YAML file that uses what the language has; random_yaml.c. */
void random_yaml(struct buffer *out, unsigned long long seed);

#endif
