/* budget.c: a fixed piece of work, by hand and generated, to count instructions of:
 * load 2,000 books, visit each one's author, change 100 and commit.
 *
 * All of it runs once before it counts: statements are prepared, tables known to be
 * what they should be.  instructions.sh counts what happens inside counted(). */
#include "connect.h"
#include "data.h"
#include "work.h"

#include <gnu/libc-version.h>
#include <stdio.h>
#include <string.h>

enum {
    BOOKS = 2000,
    AUTHORS = 200,
    CHANGES = 100
};

void counted(struct bench *b, enum side side);

static void run(struct bench *b, enum side side)
{
    const bool by_hand = side == BY_HAND;
    authors_of_all.variants[by_hand ? 0 : 1].run(b);
    update_rows.variants[by_hand ? 2 : 1].run(b);
}

__attribute__((noinline)) void counted(struct bench *b, enum side side)
{
    run(b, side);
}

/* Nothing is loaded but the rows that are to change. */
static void prepare(struct bench *b)
{
    hand_pool_reset(&b->pool);
    orm_reset(b->db);
    update_rows.variants[1].prepare(b);
}

static void fill(void)
{
    const struct sizes sizes = {.books = BOOKS, .authors = AUTHORS, .tags = 200};
    struct hand_server s;
    hand_open(&s, "");
    data_fill(&s, &sizes);
    hand_close(&s);
}

/* Upon what the counts depend. */
static int print_circumstances(void)
{
#ifdef __OPTIMIZE__
    const char *optimised = OPTIMISATION;
#else
    const char *optimised = "not optimised";
#endif
    printf("%s, %s, libpq %d, libc %s\n", COMPILER, optimised, PQlibVersion(),
        gnu_get_libc_version());
    return 0;
}

/* budget by-hand|generated|circumstances */
int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    if (strcmp(argv[1], "circumstances") == 0)
        return print_circumstances();
    struct bench b;
    const enum side side = strcmp(argv[1], "by-hand") == 0 ? BY_HAND : GENERATED;
    fill();
    bench_open(&b, NULL);
    b.sizes.written = CHANGES;
    prepare(&b);
    run(&b, side);
    prepare(&b);
    counted(&b, side);
    must(&b, orm_ok(b.db));
    bench_close(&b);
    return 0;
}
