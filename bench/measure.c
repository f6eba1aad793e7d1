/* measure.c: see measure.h. */
#include "measure.h"

#include "clocks.h"
#include "die.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct figures {
    double ns[ROUNDS_MAX];
    double client[ROUNDS_MAX];
    double server[ROUNDS_MAX];
    uint64_t statements;
    uint64_t round_trips;
    uint64_t value; /* what the check said */
};

/* -- One variant, once ------------------------------------------------------------- */

struct counters {
    uint64_t wall, client, server;
    uint64_t statements, round_trips;
    bool server_known;
};

static struct counters look(struct bench *b, enum side side, pid_t server)
{
    struct counters c = {0};
    const bool by_hand = side == BY_HAND;
    c.statements = by_hand ? b->hand.statements : orm_statements(b->db);
    c.round_trips = by_hand ? b->hand.round_trips : orm_round_trips(b->db);
    c.server_known = server && cpu_ns_of(server, &c.server);
    c.client = own_cpu_ns();
    c.wall = wall_ns();
    return c;
}

/* What the round before it left is gone before the clock starts, on both sides. */
static void run_once(struct bench *b, const struct variant *v, pid_t server,
    struct figures *f, unsigned round, double items)
{
    hand_pool_reset(&b->pool);
    orm_reset(b->db);
    if (v->prepare)
        v->prepare(b);
    const struct counters before = look(b, v->side, server);
    v->run(b);
    const uint64_t wall = wall_ns(), client = own_cpu_ns();
    const struct counters after = look(b, v->side, server);
    must(b, orm_ok(b->db));
    f->ns[round] = (double)(wall - before.wall) / items;
    f->client[round] = (double)(client - before.client) / items;
    f->server[round] =
        after.server_known ? (double)(after.server - before.server) / items : -1;
    f->statements = after.statements - before.statements;
    f->round_trips = after.round_trips - before.round_trips;
    f->value = v->check(b);
    must(b, orm_ok(b->db));
}

/* -- All variants, all rounds ------------------------------------------------------ */

static size_t count_variants(const struct workload *w)
{
    size_t count = 0;
    while (w->variants[count].name)
        count++;
    return count;
}

static void compare(const struct workload *w, const struct figures *f, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (f[i].value != f[0].value)
            die("%s: \"%s\" and \"%s\" saw different values (%" PRIu64 ", %" PRIu64 ")",
                w->name, w->variants[0].name, w->variants[i].name, f[0].value,
                f[i].value);
}

/* Every other round the other way round, so that nobody is always second. */
static void run_round(struct bench *b, const struct backends *servers,
    const struct workload *w, struct figures *f, size_t count, unsigned round)
{
    const double items = (double)w->items(b);
    for (size_t i = 0; i < count; i++) {
        const size_t at = round % 2 ? count - 1 - i : i;
        const struct variant *v = &w->variants[at];
        run_once(b, v, servers->of[v->side], &f[at], round, items);
    }
    compare(w, f, count);
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static struct spread spread_of(const double *figures, unsigned count)
{
    double sorted[ROUNDS_MAX];
    memcpy(sorted, figures, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, by_size);
    return (struct spread){
        sorted[count / 2], sorted[count / 4], sorted[count - 1 - count / 4]};
}

static struct result sum_up(const struct workload *w, const struct figures *f,
    const struct figures *first, unsigned rounds)
{
    double ratios[ROUNDS_MAX], cpu_ratios[ROUNDS_MAX], more[ROUNDS_MAX];
    for (unsigned i = 0; i < rounds; i++) {
        ratios[i] = f->ns[i] / first->ns[i];
        more[i] = f->client[i] - first->client[i];
        cpu_ratios[i] =
            (f->client[i] + f->server[i]) / (first->client[i] + first->server[i]);
    }
    return (struct result){
        .workload = w,
        .rounds = rounds,
        .ns = spread_of(f->ns, rounds),
        .ratio = spread_of(ratios, rounds),
        .cpu_ratio = spread_of(cpu_ratios, rounds).median,
        .client_ns = spread_of(f->client, rounds).median,
        .client_more_ns = spread_of(more, rounds).median,
        .server_ns = spread_of(f->server, rounds).median,
        .statements = f->statements,
        .round_trips = f->round_trips,
        .value = f->value,
    };
}

size_t measure(struct bench *b, const struct backends *servers,
    const struct workload *w, unsigned rounds, struct result *results)
{
    static struct figures figures[VARIANTS];
    const size_t count = count_variants(w);
    run_round(b, servers, w, figures, count, 0);
    for (unsigned round = 0; round < rounds; round++)
        run_round(b, servers, w, figures, count, round);
    for (size_t i = 0; i < count; i++) {
        results[i] = sum_up(w, &figures[i], &figures[0], rounds);
        results[i].variant = &w->variants[i];
        results[i].items = w->items(b);
    }
    return count;
}
