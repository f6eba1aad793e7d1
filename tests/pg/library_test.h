/* library_test.h: what the tests on library.yaml share. */
#ifndef TESTS_LIBRARY_TEST_H
#define TESTS_LIBRARY_TEST_H

#include "pgtest.h"
#include "sessions.h"

#include "library.orm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A session on the test's database, good or the test fails. */
struct orm_session *open_library(void);

/* Closes it; fails the test if the session had failed. */
void close_library(struct orm_session *s);

/* Rows in the order of their keys. */
extern const struct author_query authors_by_id;
extern const struct book_query books_by_id;
extern const struct choice_query choices_by_id;

/* Books whose n authors have `each` books, each on a shelf of its own and with two of
 * three tags. */
void arrange_library(PGconn *on, int n, int each);

/* Six choices that point to three questions by three authors. */
void arrange_choices(PGconn *on);

void add_tag(struct orm_session *s, const char *name);

/* Rows may refer to nothing from now on, to the end of the program. */
void drop_foreign_keys(PGconn *on, const char *table);

#endif
