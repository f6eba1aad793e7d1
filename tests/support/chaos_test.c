/* chaos_test.c: the proxy passes everything on when asked to, and fails exactly where
 * told. */
#include "chaos.h"
#include "pgtest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <poll.h>

#include <cmocka.h>

static struct chaos *start(PGconn *on)
{
    return chaos_start(PQhost(on), atoi(PQport(on)));
}

static PGconn *connect_by(PGconn *on, const struct chaos *proxy)
{
    return PQconnectdb(db_conninfo_by(on, "127.0.0.1", chaos_port(proxy), NULL));
}

/* What a client gets done through the proxy. */
static bool ask(PGconn *c)
{
    PGresult *r = PQexec(c, "select repeat('x', 300000)");
    const bool good =
        PQresultStatus(r) == PGRES_TUPLES_OK && PQgetlength(r, 0, 0) == 300000;
    PQclear(r);
    return good;
}

static void everything_passes_without_a_rule(void **state)
{
    struct chaos *proxy = start(*state);
    PGconn *c = connect_by(*state, proxy);
    assert_int_equal(PQstatus(c), CONNECTION_OK);
    assert_true(ask(c));
    PQfinish(c);
    assert_true(chaos_bytes(proxy, CHAOS_TO_CLIENT) > 300000);
    assert_true(chaos_bytes(proxy, CHAOS_TO_SERVER) > 30);
    assert_int_equal(chaos_connections(proxy), 1);
    assert_false(chaos_struck(proxy));
    chaos_stop(proxy);
}

static void dribble_changes_nothing_but_the_speed(void **state)
{
    struct chaos *proxy = start(*state);
    chaos_next(proxy, (struct chaos_rule){.dribble = true});
    PGconn *c = connect_by(*state, proxy);
    PGresult *r = PQexec(c, "select repeat('x', 3000)");
    assert_int_equal(PQgetlength(r, 0, 0), 3000);
    PQclear(r);
    PQfinish(c);
    chaos_stop(proxy);
}

static void cut_comes_after_exactly_so_many_bytes(void **state)
{
    struct chaos *proxy = start(*state);
    static const enum chaos_end ends[] = {CHAOS_FIN, CHAOS_RST};
    for (enum chaos_direction direction = CHAOS_TO_CLIENT; direction <= CHAOS_TO_SERVER;
         direction++)
        for (int end = 0; end < 2; end++)
            for (long after = 0; after < 42; after += 3) {
                chaos_next(proxy,
                    (struct chaos_rule){
                        .direction = direction, .end = ends[end], .after = after});
                PGconn *c = connect_by(*state, proxy);
                if (PQstatus(c) == CONNECTION_OK)
                    assert_false(ask(c));
                PQfinish(c);
                assert_true(chaos_struck(proxy));
                assert_int_equal(chaos_bytes(proxy, direction), after);
            }
    chaos_stop(proxy);
}

static void connection_after_the_cut_one_passes(void **state)
{
    struct chaos *proxy = start(*state);
    chaos_next(proxy, (struct chaos_rule){.end = CHAOS_RST, .after = 20});
    PGconn *c = connect_by(*state, proxy);
    assert_int_equal(PQstatus(c), CONNECTION_BAD);
    PQreset(c);
    assert_int_equal(PQstatus(c), CONNECTION_OK);
    assert_true(ask(c));
    PQfinish(c);
    chaos_stop(proxy);
}

static void stall_keeps_the_connection_open_and_silent(void **state)
{
    struct chaos *proxy = start(*state);
    PGconn *c = connect_by(*state, proxy);
    PQclear(PQexec(c, "select 1"));
    const long greeting = chaos_bytes(proxy, CHAOS_TO_CLIENT);
    PQfinish(c);

    chaos_next(proxy, (struct chaos_rule){.end = CHAOS_STALL, .after = greeting + 50});
    c = connect_by(*state, proxy);
    assert_int_equal(PQstatus(c), CONNECTION_OK);
    assert_int_equal(PQsendQuery(c, "select repeat('x', 3000)"), 1);
    while (PQisBusy(c) &&
           poll(&(struct pollfd){.fd = PQsocket(c), .events = POLLIN}, 1, 200) > 0)
        assert_int_equal(PQconsumeInput(c), 1);
    assert_true(PQisBusy(c));
    assert_int_equal(PQstatus(c), CONNECTION_OK);
    PQfinish(c);
    chaos_stop(proxy);
}

/* Twice what the server says of every row. */
static void double_rows(struct chaos_edit *edit, unsigned index, const uint8_t *message,
    size_t len, void *arg)
{
    (void)index;
    (void)arg;
    chaos_put(edit, message, len);
    if (message[0] == 'D')
        chaos_put(edit, message, len);
}

static void edit_sees_whole_messages(void **state)
{
    struct chaos *proxy = start(*state);
    chaos_next(proxy, (struct chaos_rule){.edit = double_rows});
    PGconn *c = connect_by(*state, proxy);
    PGresult *r = PQexec(c, "select repeat('x', 100000) from generate_series(1, 20)");
    assert_int_equal(PQntuples(r), 40);
    PQclear(r);
    PQfinish(c);
    chaos_stop(proxy);
}

static void two_connections_live_side_by_side(void **state)
{
    struct chaos *proxy = start(*state);
    PGconn *a = connect_by(*state, proxy);
    PGconn *b = connect_by(*state, proxy);
    assert_true(ask(a));
    assert_true(ask(b));
    assert_true(ask(a));
    PQfinish(a);
    assert_true(ask(b));
    PQfinish(b);
    chaos_stop(proxy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_passes_without_a_rule),
        cmocka_unit_test(dribble_changes_nothing_but_the_speed),
        cmocka_unit_test(cut_comes_after_exactly_so_many_bytes),
        cmocka_unit_test(connection_after_the_cut_one_passes),
        cmocka_unit_test(stall_keeps_the_connection_open_and_silent),
        cmocka_unit_test(edit_sees_whole_messages),
        cmocka_unit_test(two_connections_live_side_by_side),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
