/* connect.c: see connect.h. */
#include "connect.h"

#include "clocks.h"
#include "data.h"
#include "die.h"
#include "keys.h"
#include "workloads.h"

#include <stdio.h>

#define GENERATED_NAME "bench, generated"

void must(const struct bench *b, bool fine)
{
    if (!fine)
        die("%s", orm_message(b->db));
}

void bench_open(struct bench *b, const char *host)
{
    char conninfo[200];
    snprintf(conninfo, sizeof conninfo, "application_name='" GENERATED_NAME "' %s%s",
        host ? "host=" : "", host ? host : "");
    *b = (struct bench){0};
    b->db = orm_open(conninfo, &bench_schema);
    must(b, orm_ok(b->db));
    snprintf(conninfo, sizeof conninfo, "application_name='bench, by hand' %s%s",
        host ? "host=" : "", host ? host : "");
    hand_open(&b->hand, conninfo);
    b->sizes = data_sizes(&b->hand);
    hand_prepare_books(b);
    for (size_t i = 0; i < workload_count; i++)
        if (workloads[i]->open)
            workloads[i]->open(b);
}

void bench_close(struct bench *b)
{
    hand_pool_free(&b->pool);
    hand_close(&b->hand);
    orm_close(b->db);
}

struct backends bench_backends(struct bench *b)
{
    static bool said;
    const pid_t generated = (pid_t)hand_number(&b->hand,
        "SELECT max(pid) FROM pg_stat_activity WHERE datname = current_database()"
        " AND application_name = '" GENERATED_NAME "'");
    const struct backends servers = {
        {[BY_HAND] = PQbackendPID(b->hand.conn), [GENERATED] = generated}};
    if (is_local_server(servers.of[BY_HAND]) && is_local_server(servers.of[GENERATED]))
        return servers;
    if (!said)
        puts("The server's processor time cannot be read here: it runs elsewhere.");
    said = true;
    return (struct backends){{0, 0}};
}
