/* press_test.h: what the tests on errors.yaml share. */
#ifndef TESTS_PRESS_TEST_H
#define TESTS_PRESS_TEST_H

#include "pgtest.h"
#include "sessions.h"

#include "errors.orm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct orm_session *open_press(void);

/* The commit fails with this message, as a constraint. */
const struct orm_error *refused(struct orm_session *s, const char *message);

struct author *new_author(struct orm_session *s, const char *name);
struct book *new_book(struct author *a, const char *title);

/* Two authors with three books, and two tags. */
void arrange(void);

#endif
