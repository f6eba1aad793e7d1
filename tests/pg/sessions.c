/* sessions.c: see sessions.h. */
#include "sessions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static unsigned long long statements_seen, waits_seen;

void assert_fine(struct orm_session *s)
{
    if (orm_status(s) != ORM_OK)
        fail_msg("%s: %s", orm_code_name(orm_status(s)), orm_message(s));
    assert_true(orm_ok(s));
    assert_string_equal(orm_message(s), "");
    assert_int_equal(orm_last_error(s)->code, ORM_OK);
}

struct orm_session *open_fine(const char *conninfo, const struct orm_schema *schema)
{
    struct orm_session *s = orm_open(conninfo, schema);
    assert_non_null(s);
    assert_fine(s);
    statements_seen = orm_statements(s);
    waits_seen = orm_round_trips(s);
    return s;
}

unsigned long long spent(struct orm_session *s)
{
    const unsigned long long before = statements_seen;
    statements_seen = orm_statements(s);
    return statements_seen - before;
}

unsigned long long waited(struct orm_session *s)
{
    const unsigned long long before = waits_seen;
    waits_seen = orm_round_trips(s);
    return waits_seen - before;
}

void assert_failed(
    struct orm_session *s, enum orm_code code, const char *model, const char *field)
{
    const struct orm_error *e = orm_last_error(s);
    assert_int_equal(orm_status(s), e->code);
    assert_string_equal(orm_message(s), e->message);
    if (e->code != code)
        fail_msg("%s expected, got %s: %s", orm_code_name(code), orm_code_name(e->code),
            e->message);
    assert_false(orm_ok(s));
    assert_true(*e->message);
    for (const char *c = e->message; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 127)
            fail_msg("a control character in: %s", e->message);
    if (model && strcmp(e->model, model) != 0)
        fail_msg("model \"%s\" expected, got \"%s\": %s", model, e->model, e->message);
    if (field && strcmp(e->field, field) != 0)
        fail_msg("field \"%s\" expected, got \"%s\": %s", field, e->field, e->message);
}
