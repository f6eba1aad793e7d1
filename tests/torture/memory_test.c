/* memory_test.c: every allocation of the runtime fails, once and from there on. */
#include "scenario.h"

#include "base/memory.h"

static char conninfo[1024];

static int group_setup(void **state)
{
    db_group_setup(state);
    scenario_does_more = true;
    scenario_arrange(db);
    snprintf(conninfo, sizeof conninfo, "%s",
        db_conninfo_by(db, NULL, 0, "application_name=" SCENARIO_NAME));
    return 0;
}

/* False when there was no n-th allocation: the sweep is over. */
static bool fail_at(unsigned long n, bool onward)
{
    char what[64];
    snprintf(what, sizeof what, "allocation %lu failed%s", n,
        onward ? " and all after" : "");
    const int64_t token = 1000 + (int64_t)n;

    memory_fail_at(n, onward);
    struct orm_session *s = orm_open(conninfo, &library_schema);
    const enum scenario_end ended = scenario_run(s, token, NULL);
    const bool committed = ended == SCENARIO_COMMITTED;
    const bool struck = memory_count() >= n;
    const struct orm_error error = *orm_last_error(s);
    if (s && !committed) {
        if (error.code != ORM_NOMEM)
            fail_msg("%s: %s: %s", what, orm_code_name(error.code), error.message);
        assert_failed(s, ORM_NOMEM, NULL, NULL);
    }
    if (!struck)
        assert_true(committed);

    /* "Free some and roll back": then it works again. */
    if (s && struck) {
        memory_fail_at(0, false);
        orm_rollback(s);
        if (orm_status(s) != ORM_OK) /* it had no connection yet */
            orm_reset(s);
        scenario_reads(s, what);
    }
    orm_close(s);
    memory_fail_at(0, false);
    scenario_check(db, token, ended, &error, what);
    return struck;
}

static void sweep(bool onward)
{
    unsigned long n = 1;
    while (fail_at(n, onward))
        n++;
    if (n < 50)
        fail_msg("only %lu allocations: the hook does not work", n);
}

static void every_allocation_fails_once(void **state)
{
    (void)state;
    sweep(false);
}

static void every_allocation_fails_and_all_after(void **state)
{
    (void)state;
    sweep(true);
}

/* Closing needs no memory. */
static void close_works_without_memory(void **state)
{
    (void)state;
    struct orm_session *s = orm_open(conninfo, &library_schema);
    assert_fine(s);
    assert_int_equal(book_all(book_table(s))->len, 12);
    struct book *b = book_get(book_table(s), 1);
    book_set_pages(b, 5);
    assert_true(orm_flush(s));
    memory_fail_at(1, true);
    orm_close(s);
    memory_fail_at(0, false);
    db_wait_until_gone(db, SCENARIO_NAME);
    assert_int_equal(db_number(db, "select pages from book where id = 1"), 101);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENARIO_TEST(every_allocation_fails_once),
        SCENARIO_TEST(every_allocation_fails_and_all_after),
        SCENARIO_TEST(close_works_without_memory),
    };
    return cmocka_run_group_tests(tests, group_setup, db_group_teardown);
}
