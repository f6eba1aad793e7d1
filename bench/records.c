/* records.c: see records.h. */
#include "records.h"

#include <inttypes.h>

void records_head(const struct records *r, const char *title)
{
    (void)r;
    printf("\n%s\n\n", title);
    printf("%-4s %-16s %9s %10s  %5s %-12s %5s %9s %9s %6s %6s\n", "", "", "items",
        "ns an item", "ratio", "(half of it)", "cpu", "client ns", "server ns", "stmts",
        "trips");
}

/* Few digits, but never none: 0.62, 14.3, 812. */
static void print_ns(int width, double ns)
{
    if (ns < 0)
        printf(" %*s", width, "?");
    else
        printf(" %*.*f", width, ns < 10 ? 2 : ns < 100 ? 1 : 0, ns);
}

static void print_row(const struct result *r, bool first)
{
    printf(
        "%-4s %-16s %9zu", first ? r->workload->name : "", r->variant->name, r->items);
    print_ns(10, r->ns.median);
    printf("  %5.2f %5.2f..%-5.2f", r->ratio.median, r->ratio.lower, r->ratio.upper);
    if (r->server_ns < 0)
        printf(" %5s", "?");
    else
        printf(" %5.2f", r->cpu_ratio);
    print_ns(9, r->client_ns);
    print_ns(9, r->server_ns);
    printf(" %6" PRIu64 " %6" PRIu64 "\n", r->statements, r->round_trips);
}

static void write_row(const struct records *to, const struct result *r)
{
    fprintf(to->json,
        "{\"part\": \"%s\", \"workload\": \"%s\", \"title\": \"%s\", \"variant\": "
        "\"%s\", \"pinned\": %s, \"items\": %zu, \"rounds\": %u, ",
        to->part, r->workload->name, r->workload->title, r->variant->name,
        to->pinned ? "true" : "false", r->items, r->rounds);
    fprintf(to->json,
        "\"ns\": %.3f, \"ns_quartiles\": [%.3f, %.3f], \"ratio\": %.4f, "
        "\"ratio_quartiles\": [%.4f, %.4f], \"client_ns\": %.3f, ",
        r->ns.median, r->ns.lower, r->ns.upper, r->ratio.median, r->ratio.lower,
        r->ratio.upper, r->client_ns);
    if (r->server_ns < 0)
        fputs("\"server_ns\": null, \"cpu_ratio\": null, ", to->json);
    else
        fprintf(to->json, "\"server_ns\": %.3f, \"cpu_ratio\": %.4f, ", r->server_ns,
            r->cpu_ratio);
    fprintf(to->json,
        "\"statements\": %" PRIu64 ", \"round_trips\": %" PRIu64 ", \"value\": %" PRIu64
        "}\n",
        r->statements, r->round_trips, r->value);
}

void records_add(const struct records *to, const struct result *results, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        print_row(&results[i], i == 0);
        if (to->json)
            write_row(to, &results[i]);
    }
    fflush(stdout);
}
