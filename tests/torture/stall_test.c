/* stall_test.c: the server falls silent after n bytes; every call returns by the
 * deadline.
 *
 * The points are spread over the whole conversation after the greeting (which has
 * connect_timeout, see lost_test.c) and stand close in the commit. */
#include "chaos.h"
#include "scenario.h"

#include <time.h>

#define DEADLINE 200
#define MARGIN   150

static struct chaos *proxy;
static char conninfo[1024];
static long opened[2];
static long before_commit[2];
static long whole[2];

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1000 + (double)t.tv_nsec / 1e6;
}

static void take_bytes(long bytes[2])
{
    for (enum chaos_direction d = CHAOS_TO_CLIENT; d <= CHAOS_TO_SERVER; d++)
        bytes[d] = chaos_bytes(proxy, d);
}

static void take_before_commit(void)
{
    take_bytes(before_commit);
}

static int group_setup(void **state)
{
    db_group_setup(state);
    scenario_arrange(db);
    proxy = chaos_start(PQhost(db), atoi(PQport(db)));
    snprintf(conninfo, sizeof conninfo, "%s",
        db_conninfo_by(db, "127.0.0.1", chaos_port(proxy),
            "application_name=" SCENARIO_NAME " connect_timeout=2"));
    chaos_next(proxy, (struct chaos_rule){.end = CHAOS_PASS});
    struct orm_session *s = orm_open(conninfo, &library_schema);
    assert_fine(s);
    take_bytes(opened);
    assert_int_equal(scenario_run(s, 1000, take_before_commit), SCENARIO_COMMITTED);
    take_bytes(whole);
    orm_close(s);
    scenario_check(db, 1000, SCENARIO_COMMITTED, NULL, "the clean run");
    return 0;
}

static int group_teardown(void **state)
{
    chaos_stop(proxy);
    return db_group_teardown(state);
}

static void stall(enum chaos_direction direction, long after)
{
    char what[64];
    snprintf(what, sizeof what, "silence after %ld bytes to the %s", after,
        direction == CHAOS_TO_CLIENT ? "client" : "server");
    const int64_t token = 1000 + after;
    chaos_next(proxy, (struct chaos_rule){
                          .direction = direction, .end = CHAOS_STALL, .after = after});
    struct orm_session *s = orm_open(conninfo, &library_schema);
    if (orm_status(s) != ORM_OK)
        fail_msg("%s: stalled while connecting: %s", what, orm_message(s));
    orm_set_deadline(s, DEADLINE);
    const double start = now();
    const enum scenario_end ended = scenario_run(s, token, NULL);
    const bool committed = ended == SCENARIO_COMMITTED;
    const double ran = now() - start;
    const struct orm_error error = *orm_last_error(s);
    if (!committed) {
        if (error.code != ORM_TIMEOUT)
            fail_msg("%s: %s after %.0f ms: %s", what, orm_code_name(error.code), ran,
                error.message);
        if (ran < DEADLINE - 5)
            fail_msg("%s: gave up after %.0f ms", what, ran);
    }
    if (ran > DEADLINE + MARGIN)
        fail_msg("%s: returned after %.0f ms", what, ran);

    orm_rollback(s);
    const double closing = now();
    orm_close(s);
    if (now() - closing > MARGIN)
        fail_msg("%s: closing took %.0f ms", what, now() - closing);
    scenario_check(db, token, ended, &error, what);
}

static void sweep(enum chaos_direction direction)
{
    const long from = opened[direction] + 64;
    const long loading = before_commit[direction] - from;
    for (int i = 0; i < 20; i++)
        stall(direction, from + loading * i / 20);
    const long committing = whole[direction] - before_commit[direction];
    for (int i = 0; i < 20; i++)
        stall(direction, before_commit[direction] + committing * i / 20);
}

static void silence_towards_the_client_ends_at_the_deadline(void **state)
{
    (void)state;
    sweep(CHAOS_TO_CLIENT);
}

static void silence_towards_the_server_ends_at_the_deadline(void **state)
{
    (void)state;
    sweep(CHAOS_TO_SERVER);
}

static void silence_while_connecting_ends_at_connect_timeout(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        chaos_next(proxy, (struct chaos_rule){.end = CHAOS_STALL,
                              .after = (opened[CHAOS_TO_CLIENT] - 80) * i / 3});
        const double start = now();
        struct orm_session *s = orm_open(conninfo, &library_schema);
        const double ran = now() - start;
        assert_failed(s, ORM_TIMEOUT, NULL, NULL);
        if (ran < 1990 || ran > 2000 + 300)
            fail_msg("connect_timeout=2 took %.0f ms", ran);
        orm_close(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENARIO_TEST(silence_towards_the_client_ends_at_the_deadline),
        SCENARIO_TEST(silence_towards_the_server_ends_at_the_deadline),
        SCENARIO_TEST(silence_while_connecting_ends_at_connect_timeout),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
