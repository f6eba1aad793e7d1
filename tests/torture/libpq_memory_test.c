/* libpq_memory_test.c: libpq runs out of memory, at every allocation of its own.
 *
 * The runtime cannot see these: what it sees is a missing result, or a failed COMMIT on
 * a connection that is well (one failed malloc() inside PQexec("commit") does that, and
 * the row is written).  Whatever it says became of the transaction must be so.
 *
 * malloc() and its sisters are this program's own and fail when called out of libpq.so.
 * Sanitizers have theirs, so this program is built without. */
#include "scenario.h"

#include <inttypes.h>

static char conninfo[1024];

/* -- Memory that fails libpq ------------------------------------------------------- */

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);

static uintptr_t libpq_from;
static uintptr_t libpq_to;
static unsigned long asked; /* by libpq, since fail_at */
static unsigned long fail_at;
static bool fail_onward;

/* Where its code is, as the kernel says. */
static void find_libpq(void)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    assert_non_null(maps);
    char line[4096];
    while (fgets(line, sizeof line, maps)) {
        uintptr_t from;
        uintptr_t to;
        char rights[8];
        if (strstr(line, "libpq.so") &&
            sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %7s", &from, &to, rights) == 3 &&
            strcmp(rights, "r-xp") == 0) {
            libpq_from = from;
            libpq_to = to;
        }
    }
    fclose(maps);
}

static bool fails(const void *caller)
{
    const uintptr_t from = (uintptr_t)caller;
    if (fail_at == 0 || from < libpq_from || from >= libpq_to)
        return false;
    asked++;
    return fail_onward ? asked >= fail_at : asked == fail_at;
}

void *malloc(size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *block, size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_realloc(block, size);
}

static void set_failure(unsigned long n, bool onward)
{
    asked = 0;
    fail_onward = onward;
    fail_at = n;
}

/* -- The sweep --------------------------------------------------------------------- */

static int group_setup(void **state)
{
    db_group_setup(state);
    scenario_arrange(db);
    find_libpq();
    assert_true(libpq_from < libpq_to);
    snprintf(conninfo, sizeof conninfo, "%s gssencmode=disable connect_timeout=2",
        db_conninfo_by(db, NULL, 0, "application_name=" SCENARIO_NAME));
    return 0;
}

/* Connecting is libpq's own; what is sent and received on the way is ours to survive.
 */
static bool fail_libpq_at(unsigned long n, bool onward)
{
    char what[64];
    snprintf(what, sizeof what, "libpq's allocation %lu failed%s", n,
        onward ? " and all after" : "");
    const int64_t token = 1000 + (int64_t)n;

    set_failure(n, onward);
    struct orm_session *s = orm_open(conninfo, &library_schema);
    orm_set_deadline(s, 2000); /* so that a hang ends the test */
    const enum scenario_end ended = scenario_run(s, token, NULL);
    const bool struck = asked >= n;
    set_failure(0, false);

    const struct orm_error error = *orm_last_error(s);
    if (ended == SCENARIO_FAILED && s) {
        assert_failed(s, error.code, NULL, NULL);
        if (error.code != ORM_NOMEM && error.code != ORM_LOST &&
            error.code != ORM_REFUSED)
            fail_msg("%s: %s: %s", what, orm_code_name(error.code), error.message);
    }
    orm_set_deadline(s, 0);
    if (s) {
        orm_reset(s);
        if (ended == SCENARIO_COMMITTED && !book_get(book_table(s), 1))
            orm_reset(s);
        scenario_reads(s, what);
    }
    orm_close(s);
    scenario_check(db, token, ended, &error, what);
    return struck;
}

static void sweep(bool onward)
{
    unsigned long n = 1;
    while (fail_libpq_at(n, onward))
        n++;
    if (n < 50)
        fail_msg("only %lu allocations: the hook does not work", n);
    print_message("%lu allocations\n", n);
}

static void every_allocation_of_libpq_fails_once(void **state)
{
    (void)state;
    sweep(false);
}

static void every_allocation_of_libpq_fails_and_all_after(void **state)
{
    (void)state;
    sweep(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENARIO_TEST(every_allocation_of_libpq_fails_once),
        SCENARIO_TEST(every_allocation_of_libpq_fails_and_all_after),
    };
    return cmocka_run_group_tests(tests, group_setup, db_group_teardown);
}
