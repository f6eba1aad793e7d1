/* key_types_test.c: keys of days, times, labels and truths: rows, identity and the
 * number of statements, as for keys of numbers. */
#include "pgtest.h"
#include "sessions.h"

#include "../golden/keys/in.orm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define HOUR       INT64_C(3600000000)
#define FIRST_DAY  20454 /* 2026-01-01 */
#define FIRST_TIME (FIRST_DAY * 24 * HOUR)

static struct orm_session *begin(void)
{
    return open_fine(db_conninfo(), &keys_schema);
}

static void end(struct orm_session *s)
{
    assert_fine(s);
    orm_close(s);
}

static void commit(struct orm_session *s)
{
    const bool committed = orm_commit(s);
    assert_string_equal(orm_message(s), "");
    assert_true(committed);
}

/* Three holidays, all duties on each, twice a day, with and without a spare; the last
 * holiday is at the end of days. */
static void arrange(void)
{
    db_exec(db, "set timezone to 'UTC';"
                "insert into holiday select d, d from unnest("
                "  '{2026-01-01, 2026-12-25, infinity}'::date[]) d;"
                "insert into duty values ('cook', '2026-01-01', true),"
                "  ('guard', '2026-01-02', false), ('clean', '-infinity', null);"
                "insert into shift (holiday_id, duty_id, starts, spare)"
                "  select day, kind, t, b from holiday, duty,"
                "  unnest('{08:00, 24:00}'::time[]) t, unnest('{f, t}'::bool[]) b;"
                "update shift set after_starts = '08:00', after_spare = false"
                "  where starts = '24:00';"
                "insert into moment values"
                "  ('2026-01-01 12:00', '2026-01-01 13:00', '2026-01-02', false),"
                "  ('infinity', '-infinity', '-infinity', null),"
                "  ('2026-01-01 12:00', '2026-01-01 14:00', '2026-01-02', true);"
                "insert into holiday_helpers select day, kind from holiday, duty"
                "  where kind <> 'cook'");
}

/* -- Reading ----------------------------------------------------------------------- */

static void a_row_is_one_object_by_a_key_of_four_types(void **state)
{
    (void)state;
    arrange();
    struct orm_session *s = begin();
    struct shift *one =
        shift_get(shift_table(s), FIRST_DAY, DUTY_KIND_GUARD, 8 * HOUR, true);
    struct shift *other =
        shift_get(shift_table(s), FIRST_DAY, DUTY_KIND_GUARD, 24 * HOUR, false);
    assert_int_equal(shift_holiday_id(one), FIRST_DAY);
    assert_int_equal(shift_duty_id(one), DUTY_KIND_GUARD);
    assert_true(shift_spare(one));
    assert_false(shift_spare(other));
    assert_int_equal(spent(s), 2);
    size_t found = 0;
    orm_each(struct shift, each, shift_all(shift_table(s)))
        found += each == one || each == other;
    assert_int_equal(found, 2);
    assert_int_equal(spent(s), 1);
    assert_ptr_equal(
        shift_get(shift_table(s), FIRST_DAY, DUTY_KIND_GUARD, 8 * HOUR, true), one);
    assert_int_equal(spent(s), 0);
    assert_null(shift_get(shift_table(s), FIRST_DAY, DUTY_KIND_GUARD, 9 * HOUR, true));
    assert_null(
        shift_get(shift_table(s), FIRST_DAY + 1, DUTY_KIND_GUARD, 8 * HOUR, true));
    assert_int_equal(spent(s), 2);
    end(s);
}

static void the_ends_of_time_are_keys(void **state)
{
    (void)state;
    arrange();
    struct orm_session *s = begin();
    struct holiday *last = holiday_get(holiday_table(s), ORM_DATE_INFINITY);
    assert_string_equal(holiday_name(last), "infinity");
    assert_null(holiday_get(holiday_table(s), ORM_DATE_MINUS_INFINITY));
    struct moment *m =
        moment_get(moment_table(s), ORM_TIME_INFINITY, ORM_TIME_MINUS_INFINITY);
    assert_int_equal(duty_kind(moment_since(m)), DUTY_KIND_CLEAN);
    assert_int_equal(shift_all(holiday_shifts(last))->len, 12);
    end(s);
}

static void loops_over_references_cost_one_statement_for_all(void **state)
{
    (void)state;
    arrange();
    struct orm_session *s = begin();
    orm_each(struct shift, each, shift_all(shift_table(s))) {
        assert_int_equal(holiday_day(shift_holiday(each)), shift_holiday_id(each));
        assert_int_equal(duty_kind(shift_duty(each)), shift_duty_id(each));
        struct shift *after = shift_later(each);
        assert_true((after != NULL) == (shift_starts(each) == 24 * HOUR));
        if (after)
            assert_int_equal(shift_holiday_id(after), shift_holiday_id(each));
    }
    assert_int_equal(spent(s), 3); /* what comes before is mapped */
    end(s);
}

static void loops_over_lists_cost_three_statements(void **state)
{
    (void)state;
    arrange();
    struct orm_session *s = begin();
    orm_each(struct duty, d, duty_all(duty_table(s)))
        assert_int_equal(shift_all(duty_shifts(d))->len, 12);
    assert_int_equal(spent(s), 3);
    orm_each(struct holiday, h, holiday_all(holiday_table(s))) {
        const struct duty_list *helpers = duty_all(holiday_helpers(h));
        assert_int_equal(helpers->len, 2);
        assert_int_equal(duty_kind(helpers->items[0]), DUTY_KIND_GUARD);
        assert_int_equal(duty_kind(helpers->items[1]), DUTY_KIND_CLEAN);
    }
    assert_int_equal(spent(s), 3);
    end(s);
}

static void references_to_other_unique_columns_load_for_all(void **state)
{
    (void)state;
    arrange();
    struct orm_session *s = begin();
    size_t nights = 0;
    orm_each(struct moment, m, moment_all(moment_table(s))) {
        assert_int_equal(duty_since(moment_since(m)), moment_since_since(m));
        struct duty *night = moment_night(m);
        assert_int_equal(moment_night_state(m), night ? ORM_REF_LOADED : ORM_REF_NULL);
        nights += night && duty_at_night(night) == moment_night_at_night(m);
    }
    assert_int_equal(nights, 2);
    assert_int_equal(spent(s), 3);
    struct duty *guard = duty_get(duty_table(s), DUTY_KIND_GUARD);
    assert_int_equal(spent(s), 0);
    assert_int_equal(moment_all(duty_moments(guard))->len, 2);
    assert_int_equal(moment_all(duty_nights(guard))->len, 1);
    end(s);
}

/* -- Messages ---------------------------------------------------------------------- */

static void a_missing_key_is_told_as_people_write_it(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    assert_non_null(
        shift_require(shift_table(s), FIRST_DAY, DUTY_KIND_CLEAN, 9 * HOUR, false));
    assert_int_equal(orm_status(s), ORM_NOT_FOUND);
    assert_string_equal(orm_message(s),
        "shift: no row has (2026-01-01, clean, 09:00:00.000000, false)");
    orm_close(s);
}

static void a_label_that_is_none_is_no_key(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    assert_non_null(duty_require(duty_table(s), (enum duty_kind)3));
    assert_int_equal(orm_status(s), ORM_RANGE);
    assert_string_equal(orm_message(s), "duty.kind: 3 is not a value of duty_kind");
    assert_int_equal(spent(s), 0);
    orm_close(s);
}

static void a_row_that_is_gone_is_named_by_its_key(void **state)
{
    (void)state;
    arrange();
    struct orm_session *s = begin();
    struct shift *one =
        shift_get(shift_table(s), FIRST_DAY, DUTY_KIND_GUARD, 24 * HOUR, true);
    db_exec(db, "delete from shift where starts = '24:00'");
    shift_set_note(one, "late");
    assert_false(orm_commit(s));
    assert_int_equal(orm_status(s), ORM_STALE);
    assert_string_equal(orm_message(s),
        "shift: the row with key (2026-01-01, guard, 24:00:00, true) is not there any "
        "more; nothing was written");
    orm_close(s);

    s = begin();
    struct duty *cook = duty_get(duty_table(s), DUTY_KIND_COOK);
    db_exec(db,
        "delete from shift; delete from moment; delete from duty where kind = 'cook'");
    duty_set_since(cook, 0);
    assert_false(orm_commit(s));
    assert_string_equal(orm_message(s),
        "duty: the row with kind cook is not there any more; nothing was written");
    orm_close(s);
}

/* -- Writing ----------------------------------------------------------------------- */

static void rows_and_pairs_are_written_by_their_keys(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    struct holiday *h = holiday_new(holiday_table(s));
    holiday_set_day(h, FIRST_DAY);
    holiday_set_name(h, "new year");
    struct duty *d = duty_new(duty_table(s));
    duty_set_kind(d, DUTY_KIND_CLEAN);
    duty_set_since(d, FIRST_TIME);
    duty_add(holiday_helpers(h), d);
    struct moment *m = moment_new(duty_moments(d));
    moment_set_at(m, FIRST_TIME);
    moment_set_local(m, FIRST_TIME + HOUR);
    struct shift *one = shift_new(holiday_shifts(h));
    shift_set_duty(one, d);
    shift_set_starts(one, 8 * HOUR);
    shift_set_spare(one, false);
    moment_add(shift_met(one), m);
    commit(s);
    assert_int_equal(spent(s), 6); /* one per table */
    assert_string_equal(
        db_text(db, "select * from holiday_helpers"), "2026-01-01|clean");
    assert_string_equal(db_text(db, "set timezone to 'UTC'; select * from shift_met"),
        "2026-01-01|clean|08:00:00|f|2026-01-01 00:00:00+00|2026-01-01 01:00:00");
    assert_ptr_equal(
        shift_get(shift_table(s), FIRST_DAY, DUTY_KIND_CLEAN, 8 * HOUR, false), one);
    assert_ptr_equal(moment_since(m), d);
    assert_int_equal(spent(s), 0);

    moment_remove(shift_met(one), m);
    shift_set_note(one, "alone");
    commit(s);
    assert_int_equal(db_number(db, "select count(*) from shift_met"), 0);
    shift_delete(one);
    commit(s);
    assert_int_equal(db_number(db, "select count(*) from shift"), 0);
    assert_null(shift_get(shift_table(s), FIRST_DAY, DUTY_KIND_CLEAN, 8 * HOUR, false));
    end(s);
}

static void a_rollback_takes_the_key_out_of_the_map(void **state)
{
    (void)state;
    arrange();
    struct orm_session *s = begin();
    struct holiday *h = holiday_new(holiday_table(s));
    holiday_set_day(h, FIRST_DAY + 1);
    holiday_set_name(h, "the day after");
    assert_true(orm_flush(s));
    assert_ptr_equal(holiday_get(holiday_table(s), FIRST_DAY + 1), h);
    orm_rollback(s);
    assert_null(holiday_get(holiday_table(s), FIRST_DAY + 1));
    assert_non_null(holiday_get(holiday_table(s), FIRST_DAY));
    end(s);
}

static void the_key_of_a_saved_row_does_not_change(void **state)
{
    (void)state;
    arrange();
    struct orm_session *s = begin();
    struct holiday *h = holiday_get(holiday_table(s), FIRST_DAY);
    holiday_set_day(h, FIRST_DAY); /* no change */
    assert_fine(s);
    holiday_set_day(h, FIRST_DAY + 1);
    assert_int_equal(orm_status(s), ORM_INVALID);
    assert_string_equal(orm_message(s), "holiday.day: the key of a saved row does not "
                                        "change; make a new row and delete "
                                        "this one");
    orm_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(a_row_is_one_object_by_a_key_of_four_types),
        DB_TEST(the_ends_of_time_are_keys),
        DB_TEST(loops_over_references_cost_one_statement_for_all),
        DB_TEST(loops_over_lists_cost_three_statements),
        DB_TEST(references_to_other_unique_columns_load_for_all),
        DB_TEST(a_missing_key_is_told_as_people_write_it),
        DB_TEST(a_label_that_is_none_is_no_key),
        DB_TEST(a_row_that_is_gone_is_named_by_its_key),
        DB_TEST(rows_and_pairs_are_written_by_their_keys),
        DB_TEST(a_rollback_takes_the_key_out_of_the_map),
        DB_TEST(the_key_of_a_saved_row_does_not_change),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
