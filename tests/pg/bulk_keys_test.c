/* bulk_keys_test.c: many rows at once, whose keys have several columns, are the
 * program's, or are referred to by another column. */
#include "../golden/keys/in.orm.h"
#include "pgtest.h"
#include "sessions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Two tenants; the first has courses 1 to 3, of which 2 and 3 are parts of 1. */
static struct orm_session *begin(void)
{
    db_exec(db, "insert into tenant (name) values ('a'), ('b');"
                "insert into course values (1, 1, 'one', null), (1, 2, 'two', 1),"
                " (1, 3, 'three', 1), (2, 1, 'other', null)");
    struct orm_session *s = orm_open(db_conninfo(), &keys_schema);
    assert_non_null(s);
    assert_fine(s);
    return s;
}

static void end(struct orm_session *s)
{
    if (!orm_commit(s))
        fail_msg("%s", orm_message(s));
    orm_close(s);
}

static void rows_of_composite_keys_change(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    struct course *two = course_get(course_table(s), 1, 2);
    struct course *other = course_get(course_table(s), 2, 1);
    struct tenant *a = tenant_get(tenant_table(s), 1);
    const struct course_changes c = {.set = {course_title_to("same")}};
    assert_int_equal(course_update_all(tenant_courses(a), NULL, &c), 3);
    assert_string_equal(course_title(two), "same");
    assert_string_equal(course_title(other), "other");
    const struct course_query last = {.order = {course_number_desc()}, .limit = 1};
    assert_int_equal(course_delete_all(tenant_courses(a), &last), 1);
    assert_int_equal(course_all(tenant_courses(a))->len, 2);
    end(s);
    assert_int_equal(db_number(db, "select count(*) from course"), 3);
}

static void deleted_parent_leaves_its_parts(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    struct course *one = course_get(course_table(s), 1, 1);
    struct course *two = course_get(course_table(s), 1, 2);
    assert_ptr_equal(course_parent(two), one);
    const struct course_query first = {
        .where = {course_number_eq(1), course_tenant_id_eq(1)}};
    assert_int_equal(course_delete_all(course_table(s), &first), 1);
    assert_null(course_parent(two));
    assert_int_equal(course_tenant_id(two), 1);
    end(s);
    assert_int_equal(
        db_number(db, "select count(*) from course where parent_number is null"), 3);
}

static void reference_that_shares_the_key_is_refused(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    struct course_changes c = {.overfull = false};
    course_change_also(&c, (struct course_change){orm_change_of(
                               ORM_CHANGE_TO_NONE, COURSE_REF_PARENT, 0)});
    const struct course_query all = {.limit = 0};
    assert_int_equal(course_update_all(course_table(s), &all, &c), 4);
    c.set[0] = (struct course_change){
        orm_change_object(COURSE_REF_PARENT, &course_get(course_table(s), 1, 1)->orm)};
    assert_int_equal(course_update_all(course_table(s), &all, &c), 0);
    assert_failed(s, ORM_INVALID, "course", "tenant");
    orm_rollback(s);
    end(s);
}

static void rows_are_loaded_with_keys_of_all_makes(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    struct course *one = course_get(course_table(s), 1, 1);
    struct course_load *courses = course_load_begin(course_table(s));
    for (int i = 0; i < 3; i++) {
        struct course *row = course_load_row(courses);
        course_set_parent(row, one);
        course_set_number(row, 10 + i);
        course_set_title(row, "loaded");
    }
    assert_int_equal(course_load_end(courses), 3);

    struct event_load *events = event_load_begin(event_table(s));
    event_load_row(events);
    event_load_row(events);
    assert_int_equal(event_load_end(events), 2);
    assert_int_equal(event_count(event_table(s), NULL), 2);

    struct label_load *labels = label_load_begin(label_table(s));
    struct label *row = label_load_row(labels);
    label_set_name(row, "l");
    label_set_code(row, 5);
    assert_int_equal(label_load_end(labels), 1);
    struct label *label = label_get(label_table(s), "l");
    struct alias_load *aliases = alias_load_begin(label_aliases(label));
    alias_load_row(aliases);
    assert_int_equal(alias_load_end(aliases), 1);
    assert_int_equal(alias_all(label_aliases(label))->len, 1);
    end(s);
    assert_string_equal(db_text(db, "select tenant_id, number, title, parent_number"
                                    " from course where number >= 10 order by number"),
        "1|10|loaded|1\n1|11|loaded|1\n1|12|loaded|1");
    assert_int_equal(db_number(db, "select label_code from alias"), 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(rows_of_composite_keys_change),
        DB_TEST(deleted_parent_leaves_its_parts),
        DB_TEST(reference_that_shares_the_key_is_refused),
        DB_TEST(rows_are_loaded_with_keys_of_all_makes),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
