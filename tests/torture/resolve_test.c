/* resolve_test.c: the connection is cut in COMMIT's answer, and the session finds out.
 */
#include "chaos.h"
#include "scenario.h"

static struct chaos *proxy;
static char conninfo[1024];

/* Bytes of a clean run: when all is recorded, and at its end. */
static long before_commit[2];
static long whole[2];

static struct orm_session *open_by_proxy(void)
{
    struct orm_session *s = orm_open(conninfo, &library_schema);
    assert_non_null(s);
    orm_set_resolve_outcome(s, true);
    return s;
}

static void take_bytes(void)
{
    for (enum chaos_direction d = CHAOS_TO_CLIENT; d <= CHAOS_TO_SERVER; d++)
        before_commit[d] = chaos_bytes(proxy, d);
}

static int group_setup(void **state)
{
    db_group_setup(state);
    scenario_arrange(db);
    db_exec(db,
        "create function doze() returns trigger language plpgsql as $$ begin "
        "if new.token %% 2 = 1 then perform pg_sleep(0.3); end if; return null; "
        "end $$");
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
    return 0;
}

static int group_teardown(void **state)
{
    chaos_stop(proxy);
    return db_group_teardown(state);
}

/* -- Every byte -------------------------------------------------------------------- */

static unsigned ends[2];

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
    const enum scenario_end ended = scenario_run(s, token, NULL);
    const struct orm_error error = *orm_last_error(s);
    const bool committed = ended == SCENARIO_COMMITTED;
    ends[committed]++;
    if (committed) {
        assert_fine(s);
        assert_int_equal(book_pages(book_get(book_table(s), 1)), token);
    } else {
        assert_failed(s, ORM_LOST, NULL, NULL);
        if (error.outcome != ORM_ROLLED_BACK || !error.retryable)
            fail_msg("%s: outcome %d, %d: %s", what, error.outcome, error.retryable,
                error.message);
    }
    orm_close(s);
    scenario_check(db, token, ended, &error, what);
}

/* COMMIT, and its answer, lie in the last bytes. */
#define LAST 120

static void sweep(enum chaos_direction direction, enum chaos_end end)
{
    ends[0] = ends[1] = 0;
    for (long after = whole[direction] - LAST; after <= whole[direction]; after++)
        cut(direction, end, after);
    print_message("%u committed, %u not\n", ends[1], ends[0]);
    assert_true(ends[1] > 5 && ends[0] > 5);
}

static void no_cut_leaves_the_outcome_unknown(void **state)
{
    (void)state;
    sweep(CHAOS_TO_CLIENT, CHAOS_FIN);
    sweep(CHAOS_TO_CLIENT, CHAOS_RST);
    sweep(CHAOS_TO_SERVER, CHAOS_FIN);
    sweep(CHAOS_TO_SERVER, CHAOS_RST);
}

/* -- Other answers ----------------------------------------------------------------- */

static void add_token(struct orm_session *s, int64_t token)
{
    ledger_set_token(ledger_new(ledger_table(s)), token);
}

static void transaction_that_still_runs_is_waited_for(void **state)
{
    (void)state;
    db_exec(db, "create constraint trigger doze after insert on ledger deferrable "
                "initially deferred for each row execute function doze()");
    chaos_next(proxy, (struct chaos_rule){.end = CHAOS_PASS});
    struct orm_session *s = open_by_proxy();
    add_token(s, 2);
    assert_true(orm_commit(s));
    const long clean = chaos_bytes(proxy, CHAOS_TO_CLIENT);
    orm_close(s);

    /* The answer to the ticket has passed, of COMMIT's nothing. */
    chaos_next(proxy, (struct chaos_rule){.end = CHAOS_FIN, .after = clean - 10});
    s = open_by_proxy();
    add_token(s, 1);
    assert_true(orm_commit(s));
    assert_true(chaos_struck(proxy));
    assert_int_equal(db_number(db, "select count(*) from ledger where token = 1"), 1);

    add_token(s, 4); /* with a new connection */
    assert_true(orm_commit(s));
    assert_int_equal(db_number(db, "select count(*) from ledger"), 3);
    orm_close(s);
    db_exec(db, "drop trigger doze on ledger");
}

static void no_time_left_is_an_unknown_outcome(void **state)
{
    (void)state;
    chaos_next(proxy, (struct chaos_rule){.end = CHAOS_STALL, .after = whole[0] - 10});
    struct orm_session *s = open_by_proxy();
    orm_set_deadline(s, 1500);
    assert_int_equal(scenario_run(s, 77, NULL), SCENARIO_FAILED);
    assert_failed(s, ORM_TIMEOUT, NULL, NULL);
    assert_int_equal(orm_last_error(s)->outcome, ORM_UNKNOWN);
    assert_false(orm_last_error(s)->retryable);
    orm_close(s);
}

static void commit_that_the_server_refused_is_rolled_back(void **state)
{
    (void)state;
    db_exec(db, "alter table ledger add constraint late unique (token) deferrable "
                "initially deferred; alter table ledger drop constraint "
                "ledger_token_key; insert into ledger (token) values (5)");
    chaos_next(proxy, (struct chaos_rule){.end = CHAOS_PASS});
    struct orm_session *s = open_by_proxy();
    add_token(s, 5);
    assert_false(orm_commit(s));
    assert_failed(s, ORM_CONSTRAINT, "ledger", NULL);
    assert_int_equal(orm_last_error(s)->outcome, ORM_ROLLED_BACK);
    db_exec(db, "delete from ledger");
    assert_true(orm_retry(s));
    assert_true(orm_commit(s));
    orm_close(s);
    db_exec(db, "alter table ledger add constraint ledger_token_key unique (token);"
                "alter table ledger drop constraint late");
}

static void ticket_costs_one_round_trip(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    (void)ledger_all(ledger_table(s));
    for (int on = 0; on < 2; on++) {
        orm_set_resolve_outcome(s, on);
        add_token(s, 10 + 2 * on);
        (void)waited(s);
        (void)spent(s);
        assert_true(orm_commit(s));
        assert_int_equal(waited(s), 2 + on); /* keys, all else, COMMIT */
        assert_int_equal(spent(s), 1);
    }
    orm_begin(s);
    (void)ledger_all(ledger_table(s));
    assert_true(orm_commit(s)); /* has no number */
    assert_true(orm_commit(s));
    close_library(s);
    orm_set_resolve_outcome(NULL, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENARIO_TEST(no_cut_leaves_the_outcome_unknown),
        SCENARIO_TEST(transaction_that_still_runs_is_waited_for),
        SCENARIO_TEST(no_time_left_is_an_unknown_outcome),
        SCENARIO_TEST(commit_that_the_server_refused_is_rolled_back),
        SCENARIO_TEST(ticket_costs_one_round_trip),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
