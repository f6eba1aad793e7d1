/* fake_test.c: a server that lies by itself, see fakepg.h, about one table of two
 * columns. */
#include "fakepg.h"
#include "sessions.h"

#include "plain.orm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* When a server breaks the protocol libpq itself loses results: a copy after a
 * description, or a sync before a command was complete, takes the place of what was
 * there.  Results that the runtime would lose are looked for by every other test.  The
 * module is named, since without a symbolizer functions have no names. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libpq.so\n";
}

static const struct fakepg_column columns[] = {{"id", 20}, {"place", 1043}, {NULL, 0}};

/* What a session makes of a lie told about shelves. */
static void assert_lie(enum fakepg_lie lie, enum orm_code code, const char *field)
{
    struct fakepg *fake = fakepg_start(&(struct fakepg_script){
        .columns = columns, .rows = 3, .lie = lie, .about = "shelf"});
    struct orm_session *s = orm_open(fakepg_conninfo(fake), &plain_schema);
    assert_non_null(s);
    orm_set_deadline(s, 500);
    const struct shelf_list *shelves = shelf_all(shelf_table(s));
    if (orm_status(s) != code)
        fail_msg("%s: %s expected, got %s: %s\n%s", fakepg_lie_name(lie),
            orm_code_name(code), orm_code_name(orm_status(s)), orm_message(s),
            fakepg_statements(fake));
    if (code == ORM_OK) {
        assert_int_equal(shelves->len, 3);
        assert_int_equal(shelf_id(shelves->items[2]), 3);
    } else {
        assert_int_equal(shelves->len, 0);
        assert_failed(s, code, field ? "shelf" : NULL, field);
    }
    orm_close(s);
    fakepg_stop(fake);
}

static void honest_fake_is_believed(void **state)
{
    (void)state;
    assert_lie(FAKEPG_HONEST, ORM_OK, NULL);
    assert_lie(FAKEPG_NOTICES, ORM_OK, NULL);
}

static void lies_about_types_and_columns_are_drift(void **state)
{
    (void)state;
    assert_lie(FAKEPG_WRONG_TYPE, ORM_DRIFT, "id");
    assert_lie(FAKEPG_NULLS, ORM_DRIFT, "id");
    assert_lie(FAKEPG_COLUMN_LESS, ORM_LOST, NULL);
    assert_lie(FAKEPG_COLUMN_MORE, ORM_LOST, NULL);
}

static void values_that_cannot_be_are_refused_by_name(void **state)
{
    (void)state;
    assert_lie(FAKEPG_SHORT_VALUE, ORM_DRIFT, "id");
    assert_lie(FAKEPG_LONG_VALUE, ORM_DRIFT, "id");
    assert_lie(FAKEPG_MINUS_TWO, ORM_DRIFT, "id");
    assert_lie(FAKEPG_NUL_IN_TEXT, ORM_RANGE, "place");
    /* No server sends it: even one of SQL_ASCII looks before it sends to a UTF-8
     * client. */
    assert_lie(FAKEPG_BAD_UTF8, ORM_OK, NULL);
}

static void breaches_of_the_protocol_lose_the_connection(void **state)
{
    (void)state;
    static const enum fakepg_lie breaches[] = {FAKEPG_BEYOND, FAKEPG_NO_DESCRIPTION,
        FAKEPG_ROW_LESS_WIDE, FAKEPG_GARBAGE, FAKEPG_EOF, FAKEPG_COPY_IN,
        FAKEPG_NO_COMPLETE, FAKEPG_UNKNOWN_STATUS, FAKEPG_TEXT_FORMAT};
    for (size_t i = 0; i < sizeof breaches / sizeof breaches[0]; i++) {
        struct fakepg *fake = fakepg_start(&(struct fakepg_script){
            .columns = columns, .rows = 3, .about = "shelf", .lie = breaches[i]});
        struct orm_session *s = orm_open(fakepg_conninfo(fake), &plain_schema);
        orm_set_deadline(s, 500);
        const struct shelf_list *shelves = shelf_all(shelf_table(s));
        /* An unknown status may pass: the rows before it are whole. */
        if (breaches[i] != FAKEPG_UNKNOWN_STATUS) {
            const enum orm_code code = orm_status(s);
            if (shelves->len > 0)
                fail_msg("%s: believed", fakepg_lie_name(breaches[i]));
            if (code != ORM_LOST && code != ORM_REFUSED && code != ORM_DRIFT)
                fail_msg("%s: %s: %s", fakepg_lie_name(breaches[i]),
                    orm_code_name(code), orm_message(s));
            assert_failed(s, code, NULL, NULL);
        }
        orm_close(s);
        fakepg_stop(fake);
    }
}

static void errors_without_sense_are_refused_in_one_clean_line(void **state)
{
    (void)state;
    /* Errors that libpq makes up when a connection fails have no code either. */
    assert_lie(FAKEPG_NO_SQLSTATE, ORM_LOST, NULL);
    assert_lie(FAKEPG_NASTY_ERROR, ORM_REFUSED, NULL);
    assert_lie(FAKEPG_ERROR_TWICE, ORM_REFUSED, NULL);
}

static void silence_and_endless_messages_end_at_the_deadline(void **state)
{
    (void)state;
    assert_lie(FAKEPG_SILENT_SELECT, ORM_TIMEOUT, NULL);
}

/* libpq gives up a message of 2 GB by itself, or waits for it. */
static void message_without_end_is_lost_or_late(void **state)
{
    (void)state;
    struct fakepg *fake = fakepg_start(&(struct fakepg_script){
        .columns = columns, .rows = 3, .about = "shelf", .lie = FAKEPG_HUGE});
    struct orm_session *s = orm_open(fakepg_conninfo(fake), &plain_schema);
    orm_set_deadline(s, 500);
    assert_int_equal(shelf_all(shelf_table(s))->len, 0);
    const enum orm_code code = orm_status(s);
    assert_true(code == ORM_LOST || code == ORM_TIMEOUT || code == ORM_NOMEM);
    orm_close(s);
    fakepg_stop(fake);
}

static void commit_answered_by_rollback_is_no_commit(void **state)
{
    (void)state;
    struct fakepg *fake = fakepg_start(&(struct fakepg_script){
        .columns = columns, .rows = 1, .about = "shelf", .lie = FAKEPG_ROLLED_BACK});
    struct orm_session *s = orm_open(fakepg_conninfo(fake), &plain_schema);
    assert_fine(s);
    struct shelf *shelf = shelf_get(shelf_table(s), 1);
    assert_non_null(shelf);
    shelf_set_place(shelf, "other");
    assert_false(orm_commit(s));
    assert_int_equal(orm_last_error(s)->outcome, ORM_ROLLED_BACK);
    orm_close(s);
    fakepg_stop(fake);
}

static void server_of_another_encoding_is_not_trusted(void **state)
{
    (void)state;
    struct fakepg *fake = fakepg_start(&(struct fakepg_script){
        .columns = columns, .rows = 1, .about = "shelf", .lie = FAKEPG_OTHER_ENCODING});
    struct orm_session *s = orm_open(fakepg_conninfo(fake), &plain_schema);
    assert_int_equal(shelf_all(shelf_table(s))->len, 0);
    assert_false(orm_ok(s));
    orm_close(s);
    fakepg_stop(fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(honest_fake_is_believed),
        cmocka_unit_test(lies_about_types_and_columns_are_drift),
        cmocka_unit_test(values_that_cannot_be_are_refused_by_name),
        cmocka_unit_test(breaches_of_the_protocol_lose_the_connection),
        cmocka_unit_test(errors_without_sense_are_refused_in_one_clean_line),
        cmocka_unit_test(silence_and_endless_messages_end_at_the_deadline),
        cmocka_unit_test(message_without_end_is_lost_or_late),
        cmocka_unit_test(commit_answered_by_rollback_is_no_commit),
        cmocka_unit_test(server_of_another_encoding_is_not_trusted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
