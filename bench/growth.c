/* growth.c: see growth.h. */
#include "growth.h"

#include "connect.h"
#include "memory.h"

/* By hand a million rows would take minutes. */
#define MOST_WRITTEN 100000

static void print_memory(
    const struct records *r, const struct workload *w, const struct memory *m)
{
    printf("%-4s %-16s %9zu %6.0f bytes a row by hand, %6.0f generated: %.2f\n",
        w->name, "memory", m->rows, m->by_hand, m->generated,
        m->generated / m->by_hand);
    if (r->json)
        fprintf(r->json,
            "{\"part\": \"memory\", \"workload\": \"%s\", \"items\": %zu, "
            "\"by_hand_bytes\": %.1f, \"generated_bytes\": %.1f, "
            "\"generated_peak_bytes\": %.1f}\n",
            w->name, m->rows, m->by_hand, m->generated, m->generated_peak);
}

static void run_one(
    struct bench *b, const struct records *r, const struct workload *w, unsigned rounds)
{
    const struct backends servers = bench_backends(b);
    struct result results[VARIANTS];
    records_add(r, results, measure(b, &servers, w, rounds, results));
}

static void run_size(struct bench *b, const struct records *r, unsigned rounds)
{
    static const struct workload *const loading[] = {&load_some, &authors_of_some};
    for (size_t i = 0; i < sizeof loading / sizeof *loading; i++) {
        run_one(b, r, loading[i], rounds);
        const struct memory m = memory_of(b, loading[i]);
        print_memory(r, loading[i], &m);
    }
    run_one(b, r, &mapped, rounds);
    if (b->sizes.written <= MOST_WRITTEN)
        run_one(b, r, &insert_rows, rounds);
}

void growth_run(struct bench *b, const struct records *r, unsigned rounds)
{
    const struct sizes all = b->sizes;
    records_head(r, "Growth: from a thousand rows to all");
    for (size_t rows = 1000; rows <= all.books; rows *= 10) {
        b->sizes.some = b->sizes.mapped = b->sizes.written = rows;
        run_size(b, r, rounds);
    }
    b->sizes = all;
}
