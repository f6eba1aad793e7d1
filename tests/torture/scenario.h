/* scenario.h: one unit of work that does a bit of everything, to be hurt at every
 * point.
 *
 * It loads, walks, writes and commits, and leaves a token in the ledger: whatever the
 * session says became of the transaction can be held against the table. */
#ifndef TESTS_SCENARIO_H
#define TESTS_SCENARIO_H

#include "library_test.h"

#define SCENARIO_NAME "torture" /* application_name of the session that is hurt */

/* Once, on empty tables. */
void scenario_arrange(PGconn *db);

/* True if the commit said so.  `before_commit`, or NULL, is called when all is loaded
 * and recorded, and nothing written. */
bool scenario_run(struct orm_session *s, int64_t token, void (*before_commit)(void));

/* The run, its session closed already, said `committed` or failed with `error`: that is
 * what the database shows, all of it or nothing.  Takes back what was written. */
void scenario_check(PGconn *db, int64_t token, bool committed,
    const struct orm_error *error, const char *what);

/* The session is well, or was made well by orm_reset(): it still can do all that. */
void scenario_works(PGconn *db, struct orm_session *s, int64_t token);

#endif
