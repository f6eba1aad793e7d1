/* scenario.h: one unit of work that does a bit of everything, to be hurt at every
 * point.
 *
 * It loads, walks, writes and commits, and leaves a token in the ledger: whatever the
 * session says became of the transaction can be held against the table. */
#ifndef TESTS_SCENARIO_H
#define TESTS_SCENARIO_H

#include "library_test.h"

#define SCENARIO_NAME "torture" /* application_name of the session that is hurt */

enum scenario_end {
    SCENARIO_FAILED,
    SCENARIO_COMMITTED, /* so said the commit */
    SCENARIO_MISLED /* what was loaded is not what is there, so nothing was written */
};

/* The unit of work also goes back to a savepoint, sets a relation, upserts, loads by
 * COPY, changes rows by query and has a hook. */
extern bool scenario_does_more;

/* Once, on empty tables. */
void scenario_arrange(PGconn *on);

/* `before_commit`, or NULL, is called when all is loaded and recorded, and nothing
 * written, or when all but the last is. */
enum scenario_end scenario_run(
    struct orm_session *s, int64_t token, void (*before_commit)(void));

/* The run, its session closed already, ended like this or failed with `error`: that is
 * what the database shows, all of it or nothing.  Takes back what was written. */
void scenario_check(PGconn *on, int64_t token, enum scenario_end end,
    const struct orm_error *error, const char *what);

void scenario_take_back(PGconn *on);

/* The session is well again after `what`. */
void scenario_reads(struct orm_session *s, const char *what);

/* cmocka: each test begins with the tables as arranged. */
int scenario_setup(void **state);
#define SCENARIO_TEST(f) cmocka_unit_test_setup(f, scenario_setup)

#endif
