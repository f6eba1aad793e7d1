/* memory.c: see memory.h. */
#include "memory.h"

#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>

static double allocated(void)
{
    const struct mallinfo2 m = mallinfo2();
    return (double)m.uordblks + (double)m.hblkhd;
}

/* Bytes that the process had in memory at most since forget_peak(). */
static double peak(void)
{
    char line[128];
    uint64_t kilobytes = 0;
    FILE *f = fopen("/proc/self/status", "re");
    while (f && fgets(line, sizeof line, f))
        if (sscanf(line, "VmHWM: %" SCNu64, &kilobytes) == 1)
            break;
    if (f)
        fclose(f);
    return (double)kilobytes * 1024;
}

static void forget_peak(void)
{
    FILE *f = fopen("/proc/self/clear_refs", "we");
    malloc_trim(0);
    if (!f)
        return;
    fputs("5", f);
    fclose(f);
}

static const struct variant *first_of(const struct workload *w, enum side side)
{
    const struct variant *v = w->variants;
    while (v->side != side)
        v++;
    return v;
}

/* What waits in a session for the next piece of work is no row's: it halves with every
 * scope that needs less. */
static void give_back(struct bench *b)
{
    for (int halved = 0; halved < 32; halved++) {
        orm_scope_begin(b->db);
        orm_scope_end(b->db);
    }
}

struct memory memory_of(struct bench *b, const struct workload *w)
{
    const double items = (double)w->items(b);
    struct memory m = {.rows = w->items(b)};
    orm_reset(b->db);
    give_back(b);
    hand_pool_reset(&b->pool);
    first_of(w, BY_HAND)->run(b);
    m.by_hand = (double)hand_pool_used(&b->pool) / items;
    hand_pool_free(&b->pool);
    forget_peak();
    const double before = allocated(), peak_before = peak();
    first_of(w, GENERATED)->run(b);
    must(b, orm_ok(b->db));
    m.generated_peak = (peak() - peak_before) / items;
    give_back(b);
    m.generated = (allocated() - before) / items;
    return m;
}
