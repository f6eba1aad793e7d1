/* sessions.c: see sessions.h. */
#include "sessions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

void assert_fine(struct orm_session *s)
{
    if (orm_status(s) != ORM_OK)
        fail_msg("%s: %s", orm_code_name(orm_status(s)), orm_message(s));
    assert_true(orm_ok(s));
    assert_string_equal(orm_message(s), "");
    assert_int_equal(orm_last_error(s)->code, ORM_OK);
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
