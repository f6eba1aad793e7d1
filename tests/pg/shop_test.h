/* shop_test.h: what the tests of queries share: a shop with thirty odd things in it. */
#ifndef TESTS_SHOP_TEST_H
#define TESTS_SHOP_TEST_H

#include "pgtest.h"
#include "sessions.h"

#include "shop.orm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

struct orm_session *open_shop(void);
void close_shop(struct orm_session *s);

/* 3 countries, 5 makers (the last has none), 30 items; every third value is null. */
void arrange_shop(PGconn *on);

/* The keys of what a query finds, in its order: "3 1 2".  Valid for the next seven
 * calls. */
const char *found(struct orm_session *s, const struct orm_query *q);

/* The same for the rows that SQL finds. */
const char *found_by_sql(PGconn *on, const char *where, const char *order);

/* The query finds what SQL finds. */
void assert_finds(struct orm_session *s, PGconn *on, const struct orm_query *q,
    const char *where, const char *order);

/* The query is refused with ORM_INVALID, in these words, and nothing was sent. */
void assert_refused(
    struct orm_session *s, const struct orm_query *q, const char *message);

/* A query of items by key. */
struct orm_query items_by_id(void);

static inline struct orm_order by(unsigned column, bool descending)
{
    return orm_order_by(column, descending);
}

#endif
