/* sessions.h: asserts on sessions, whatever the schema. */
#ifndef TESTS_SESSIONS_H
#define TESTS_SESSIONS_H

#include <ormgen/orm.h>

void assert_fine(struct orm_session *s);

/* A new session, good or the test fails. */
struct orm_session *open_fine(const char *conninfo, const struct orm_schema *schema);

/* What the session that was opened last sent, and how often it waited, since then or
 * the last call. */
unsigned long long spent(struct orm_session *s);
unsigned long long waited(struct orm_session *s);

/* The session has failed with `code`, says so in one line without control characters,
 * and names `model` and `field`, NULL for either where the test does not say. */
void assert_failed(
    struct orm_session *s, enum orm_code code, const char *model, const char *field);

#endif
