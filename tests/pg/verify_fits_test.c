/* verify_fits_test.c: what `ormgen sql` makes is what orm_verify() expects, and nothing
 * else.  Compiled once for each schema, which VERIFIED names. */
#include "pgtest.h"
#include "sessions.h"

#include <ormgen/orm_model.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

extern const struct orm_schema VERIFIED;

static void complain(void *arg, const struct orm_difference *d)
{
    (void)arg;
    print_error("%s\n", d->message);
}

static void schema_fits_the_database_made_from_it(void **state)
{
    (void)state;
    struct orm_session *s = orm_open(db_conninfo(), &VERIFIED);
    assert_fine(s);
    const uint64_t waits = orm_round_trips(s);
    assert_int_equal(orm_verify(s, complain, NULL), 0);
    assert_fine(s);
    assert_int_equal(orm_round_trips(s), waits + 1);
    assert_int_equal(orm_statements(s), 0);
    orm_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(schema_fits_the_database_made_from_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
