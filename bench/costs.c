/* costs.c: what a query costs besides its rows, and what rows weigh.
 *
 * The linker sends every malloc(), calloc() and realloc() of this program here, those
 * of generated code and of the runtime included, so that they are counted; not those of
 * libpq, which is a library that is shared. */
#include "connect.h"
#include "memory.h"
#include "records.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static uint64_t allocations;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);

void *__wrap_malloc(size_t size)
{
    allocations++;
    return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    allocations++;
    return __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    allocations++;
    return __real_realloc(old, size);
}

static uint64_t allocations_of(struct bench *b, const struct variant *v)
{
    const uint64_t before = allocations;
    v->run(b);
    must(b, orm_ok(b->db));
    return allocations - before;
}

static void query_cost(struct bench *b, const struct workload *w, FILE *json)
{
    const struct backends servers = bench_backends(b);
    struct result r[VARIANTS];
    measure(b, &servers, w, 31, r);
    const uint64_t taken = allocations_of(b, &w->variants[1]);
    printf("%-32s %6.0f ns of the client by hand, %6.0f generated: %5.0f more; "
           "%" PRIu64 " allocations in %zu\n",
        w->title, r[0].client_ns, r[1].client_ns, r[1].client_more_ns, taken,
        r[1].items);
    if (json)
        fprintf(json,
            "{\"part\": \"query\", \"workload\": \"%s\", \"by_hand_ns\": %.1f, "
            "\"generated_ns\": %.1f, \"more_ns\": %.1f, \"allocations\": %" PRIu64
            ", \"queries\": %zu}\n",
            w->title, r[0].client_ns, r[1].client_ns, r[1].client_more_ns, taken,
            r[1].items);
}

static void row_cost(struct bench *b, const struct workload *w, FILE *json)
{
    const struct memory m = memory_of(b, w);
    orm_reset(b->db);
    const uint64_t taken = allocations_of(b, &w->variants[1]);
    printf("%-32s %6.0f bytes a row by hand, %6.0f generated: %.2f; "
           "%" PRIu64 " allocations for %zu rows\n",
        w->title, m.by_hand, m.generated, m.generated / m.by_hand, taken, m.rows);
    if (json)
        fprintf(json,
            "{\"part\": \"rows\", \"workload\": \"%s\", \"by_hand_bytes\": %.1f, "
            "\"generated_bytes\": %.1f, \"generated_peak_bytes\": %.1f, "
            "\"allocations\": %" PRIu64 ", \"rows\": %zu}\n",
            w->title, m.by_hand, m.generated, m.generated_peak, taken, m.rows);
}

/* costs [RECORDS] */
int main(int argc, char **argv)
{
    struct bench b;
    FILE *json = argc > 1 ? fopen(argv[1], "ae") : NULL;
    bench_open(&b, NULL);
    puts("\nWhat a query costs besides its rows, and what rows weigh\n");
    query_cost(&b, &known_query, json);
    query_cost(&b, &known_get, json);
    row_cost(&b, &load_all, json);
    row_cost(&b, &load_some, json);
    row_cost(&b, &authors_of_all, json);
    row_cost(&b, &tags_of_some, json);
    bench_close(&b);
    if (json)
        fclose(json);
    return 0;
}
