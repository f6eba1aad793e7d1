/* cut_test.c: the connection is cut after every byte.
 *
 * Every byte of the commit, in both directions, by an orderly end and by a reset; of
 * the rest as many as fit into a minute's test. */
#include "chaos.h"
#include "scenario.h"

static struct chaos *proxy;
static char conninfo[1024];
static bool full; /* every byte */

/* Bytes of a clean run: when all is recorded, and at its end. */
static long before_commit[2];
static long whole[2];

static struct orm_session *open_by_proxy(void)
{
    return orm_open(conninfo, &library_schema);
}

static void take_bytes(void)
{
    for (enum chaos_direction d = CHAOS_TO_CLIENT; d <= CHAOS_TO_SERVER; d++)
        before_commit[d] = chaos_bytes(proxy, d);
}

static int group_setup(void **state)
{
    db_group_setup(state);
    full = getenv("ORMGEN_TORTURE") != NULL;
    scenario_does_more = true;
    scenario_arrange(db);
    proxy = chaos_start(PQhost(db), atoi(PQport(db)));
    snprintf(conninfo, sizeof conninfo, "%s",
        db_conninfo_by(db, "127.0.0.1", chaos_port(proxy),
            "application_name=" SCENARIO_NAME " connect_timeout=5"));

    chaos_next(proxy, (struct chaos_rule){.end = CHAOS_PASS});
    struct orm_session *s = open_by_proxy();
    assert_int_equal(scenario_run(s, 1000, take_bytes), SCENARIO_COMMITTED);
    for (enum chaos_direction d = CHAOS_TO_CLIENT; d <= CHAOS_TO_SERVER; d++)
        whole[d] = chaos_bytes(proxy, d);
    orm_close(s);
    scenario_check(db, 1000, SCENARIO_COMMITTED, NULL, "the clean run");
    print_message(
        "%ld bytes to the client, %ld of them the commit; %ld and %ld to the server\n",
        whole[0], whole[0] - before_commit[0], whole[1], whole[1] - before_commit[1]);
    return 0;
}

static int group_teardown(void **state)
{
    chaos_stop(proxy);
    return db_group_teardown(state);
}

static void cut(enum chaos_direction direction, enum chaos_end end, long after)
{
    char what[64];
    snprintf(what, sizeof what, "%s after %ld bytes to the %s",
        end == CHAOS_RST ? "reset" : "end", after,
        direction == CHAOS_TO_CLIENT ? "client" : "server");
    const int64_t token = 1000 + after;
    chaos_next(
        proxy, (struct chaos_rule){.direction = direction, .end = end, .after = after});
    struct orm_session *s = open_by_proxy();
    assert_non_null(s);
    const enum scenario_end ended = scenario_run(s, token, NULL);
    const bool committed = ended == SCENARIO_COMMITTED;
    const struct orm_error error = *orm_last_error(s);
    if (!committed)
        assert_failed(s, ORM_LOST, NULL, NULL);
    /* The last bytes of an answer may be in the client's hands and not be counted yet.
     */
    if (after < before_commit[direction] - 64)
        if (committed ||
            (error.outcome != ORM_NOT_STARTED && error.outcome != ORM_ROLLED_BACK))
            fail_msg("%s: outcome %d before the commit", what, error.outcome);

    /* After a commit that said yes the end may not have been noticed yet. */
    if (!committed && (full || after % 4 == 0)) {
        orm_reset(s);
        scenario_reads(s, what);
    }
    orm_close(s);
    scenario_check(db, token, ended, &error, what);
}

/* The last bytes of each direction decide over the outcome: each of them.  Of the
 * others every `coarse`-th while nothing is written, every `fine`-th of the commit. */
#define LAST 200

static void sweep(
    enum chaos_direction direction, enum chaos_end end, long coarse, long fine)
{
    long runs = 0;
    for (long after = 0; after <= whole[direction]; runs++) {
        cut(direction, end, after);
        if (full || after >= whole[direction] - LAST)
            after++;
        else
            after += after < before_commit[direction] - 64 ? coarse : fine;
    }
    print_message("%ld cuts\n", runs);
}

static void end_after_every_byte_to_the_client(void **state)
{
    (void)state;
    sweep(CHAOS_TO_CLIENT, CHAOS_FIN, 43, 2);
}

static void reset_after_every_byte_to_the_client(void **state)
{
    (void)state;
    sweep(CHAOS_TO_CLIENT, CHAOS_RST, 59, 5);
}

static void end_after_every_byte_to_the_server(void **state)
{
    (void)state;
    sweep(CHAOS_TO_SERVER, CHAOS_FIN, 53, 17);
}

static void reset_after_every_byte_to_the_server(void **state)
{
    (void)state;
    sweep(CHAOS_TO_SERVER, CHAOS_RST, 71, 19);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENARIO_TEST(end_after_every_byte_to_the_client),
        SCENARIO_TEST(reset_after_every_byte_to_the_client),
        SCENARIO_TEST(end_after_every_byte_to_the_server),
        SCENARIO_TEST(reset_after_every_byte_to_the_server),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
