/* stock_test.h: what the tests on stock.yaml share. */
#ifndef TESTS_STOCK_TEST_H
#define TESTS_STOCK_TEST_H

#include "pgtest.h"
#include "sessions.h"

#include "stock.orm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* A session on the test's database, good or the test fails. */
struct orm_session *begin(void);

/* Both fail the test if the session had failed. */
void commit(struct orm_session *s);
void end(struct orm_session *s);

struct item *draft_of(struct orm_session *s, const char *code);

/* The session knows the tables. */
void warm(struct orm_session *s);

#endif
