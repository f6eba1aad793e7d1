/* model_test.c: random units of work, with everything that can come in between.
 *
 * A program is a list of numbers, each of which is an operation wherever it stands, so
 * that a program that fails can be made shorter by leaving some out.  After each step
 * all objects are as the model says; after each failure, and now and then, so is the
 * database.  MODEL_SEED=n runs the programs from that seed on, MODEL_STEPS=n so many
 * operations in all; ORMGEN_TORTURE=full means a million. */
#include "chaos.h"
#include "sessions.h"
#include "world.h"

#include "market.orm.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH 400 /* of a program */

struct world w;

static struct {
    uint64_t ops[LENGTH];
    size_t count;
    unsigned seed;
} program;

static struct chaos *proxy;
static sigjmp_buf failed;
static bool crashed;
static char reason[1024];
static size_t failed_at;

void broken(const char *file, int line, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    int n = vsnprintf(reason, sizeof reason, format, values);
    va_end(values);
    snprintf(reason + n, sizeof reason - (size_t)n, "  (%s:%d; session: %s)", file,
        line, orm_message(w.s));
    siglongjmp(failed, 1);
}

/* A crash is a failure like others: its program can be made shorter. */
static void crash(int signal_number)
{
    crashed = true;
    snprintf(reason, sizeof reason, "signal %d", signal_number);
    siglongjmp(failed, 1);
}

void say(const char *format, ...)
{
    va_list values;
    if (!w.verbose)
        return;
    va_start(values, format);
    vfprintf(stderr, format, values);
    va_end(values);
}

/* -- A program --------------------------------------------------------------------- */

static void arrange(void)
{
    if (crashed)
        db_text(w.db, "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
                      " where application_name = '" MODEL_SESSION "'"
                      " and datname = current_database()");
    db_wait_until_gone(w.db, MODEL_SESSION);
    db_exec(w.db, "delete from book_tags; delete from loan; delete from seat;"
                  "delete from profile; delete from book; delete from author;"
                  "delete from house; delete from tag; delete from reader;"
                  "delete from ledger");
    db_exec(w.db, "select setval(pg_get_serial_sequence(t, 'id'), 1, false) from"
                  " unnest('{house,tag,reader,author,profile,book,ledger}'::text[]) t");
    db_exec(w.db,
        "insert into house (name, rank) values ('t1', 1), ('t2', null);"
        "insert into tag (name) values ('t1'), ('t2'), ('t3');"
        "insert into reader (name) values ('t1'), ('t2');"
        "insert into author (name, house_id, mentor_id) values ('t1', 1, null),"
        " ('t2', null, 1), ('t3', 2, 1);"
        "insert into book (title, price, revision, author_id, editor_id, house_id)"
        " select 't' || i, i, 1, 1 + i %% 3, nullif(1 + i %% 4, 4), nullif(1 + i %% 3, "
        "3)"
        " from generate_series(1, 6) i;"
        "insert into book_tags (book_id, tag_id) select b, t from generate_series(1, "
        "6) b,"
        " generate_series(1, 3) t where (b + t) %% 2 = 0;"
        "insert into loan (book_id, reader_id) values (1, 1), (2, 2), (3, 1), (4, 1);"
        "insert into seat (hall, number, reader_id) values (1, 1, 1), (1, 2, null)");
}

void hurt_next_connection(void)
{
    if (w.cuts)
        chaos_next(
            proxy, (struct chaos_rule){.end = chance(2) ? CHAOS_FIN : CHAOS_RST,
                       .direction = chance(2) ? CHAOS_TO_CLIENT : CHAOS_TO_SERVER,
                       .after = 2000 + (long)chance(chance(2) ? 8000 : 40000)});
}

/* That of some programs leads through the proxy, which cuts it somewhere. */
static const char *conninfo(void)
{
    const char *more = "application_name=" MODEL_SESSION " connect_timeout=5";
    hurt_next_connection();
    return w.cuts ? db_conninfo_by(w.db, "127.0.0.1", chaos_port(proxy), more)
                  : db_conninfo_by(w.db, NULL, 0, more);
}

static void run_steps(void)
{
    for (failed_at = 0; failed_at < program.count; failed_at++) {
        op_run(program.ops[failed_at]);
        if (failed_at % 100 == 99)
            compare_database();
    }
    w.cuts = false;
    orm_reset(w.s);
    compare_database();
}

/* False: the reason is in `reason`. */
static bool run_program(void)
{
    PGconn *server = w.db;
    const bool verbose = w.verbose;
    memset(&w, 0, sizeof w);
    w.db = server;
    w.verbose = verbose;
    w.random = program.seed;
    w.cuts = program.seed % 10 == 0;
    w.token = 1000; /* nothing else makes such numbers */
    arrange();
    if (w.verbose)
        fprintf(stderr, "seed %u\n", program.seed);
    w.s = orm_open(conninfo(), &market_schema);
    model_begin(&market_schema);
    base_read(&w.committed);
    world_forget();
    crashed = false;
    const bool good = sigsetjmp(failed, 1) == 0;
    if (good)
        run_steps();
    memory_fail_at(0, false);
    if (!crashed)
        orm_close(w.s);
    return good;
}

/* -- Shorter programs -------------------------------------------------------------- */

static bool fails_without(size_t from, size_t count)
{
    static uint64_t kept[LENGTH];
    const size_t before = program.count;
    memcpy(kept, program.ops, sizeof kept);
    memmove(program.ops + from, program.ops + from + count,
        (before - from - count) * sizeof *kept);
    program.count = before - count;
    if (!run_program())
        return true;
    memcpy(program.ops, kept, sizeof kept);
    program.count = before;
    return false;
}

static void shrink(void)
{
    program.count = failed_at + 1 < program.count ? failed_at + 1 : program.count;
    for (size_t size = program.count / 2; size; size /= 2)
        for (size_t from = program.count; from >= size && program.count > size;) {
            from -= size;
            if (from + size <= program.count)
                fails_without(from, size);
        }
}

static void show(void)
{
    const unsigned seed = program.seed;
    char first[sizeof reason];
    snprintf(first, sizeof first, "%s", reason);
    shrink();
    w.verbose = true;
    fprintf(stderr, "The shortest program found, of %zu operations:\n", program.count);
    run_program();
    fail_msg("MODEL_SEED=%u, operation %zu: %s\n  and the short program: %s", seed,
        failed_at, first, reason);
}

/* -- The test ---------------------------------------------------------------------- */

static unsigned long number_from(const char *name, unsigned long otherwise)
{
    const char *value = getenv(name);
    return value ? strtoul(value, NULL, 10) : otherwise;
}

static int group_setup(void **state)
{
    w.db = db_connect();
    db_exec(w.db, "set lock_timeout = 5");
    proxy = chaos_start(PQhost(w.db), atoi(PQport(w.db)));
    *state = w.db;
    return 0;
}

static int group_teardown(void **state)
{
    chaos_stop(proxy);
    return db_group_teardown(state);
}

static void objects_and_database_are_as_the_model_says(void **state)
{
    (void)state;
    const char *torture = getenv("ORMGEN_TORTURE");
    const bool full = torture && strcmp(torture, "full") == 0;
    const unsigned long steps = number_from("MODEL_STEPS", full ? 1000000 : 100000);
    unsigned seed = (unsigned)number_from("MODEL_SEED", 1);
    w.verbose = getenv("MODEL_VERBOSE") != NULL;
    signal(SIGSEGV, crash);
    signal(SIGABRT, crash);
    for (unsigned long done = 0; done < steps; done += LENGTH, seed++) {
        program.seed = seed;
        program.count = LENGTH;
        uint64_t random = seed;
        for (size_t i = 0; i < LENGTH; i++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            program.ops[i] = random ^ random >> 29;
        }
        if (!run_program())
            show();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects_and_database_are_as_the_model_says),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
