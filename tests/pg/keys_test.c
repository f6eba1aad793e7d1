/* keys_test.c: keys of several columns, natural ones, and references that share
 * columns: rows, identity and the number of statements, as for simple keys. */
#include "pgtest.h"
#include "sessions.h"

#include "../golden/keys/in.orm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

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

/* Two tenants with three courses and three students each, of the same numbers; student
 * n is enrolled in the courses up to n. */
static void arrange(void)
{
    db_exec(db,
        "insert into tenant (name) values ('north'), ('south');"
        "insert into course (tenant_id, number, title, parent_number)"
        "  select t, n, t || '/' || n, nullif(n - 1, 0)"
        "  from generate_series(1, 2) t, generate_series(1, 3) n;"
        "insert into student (tenant_id, number)"
        "  select t, n from generate_series(1, 2) t, generate_series(1, 3) n;"
        "insert into enrolment (tenant_id, student_number, course_number, since)"
        "  select t, s, c, date '2026-01-01' + s from generate_series(1, 2) t,"
        "  generate_series(1, 3) s, generate_series(1, 3) c where c <= s;"
        "insert into grade (enrolment_student_tenant_id, enrolment_student_number,"
        "    enrolment_course_number, mark)"
        "  select tenant_id, student_number, course_number, course_number"
        "  from enrolment, generate_series(1, 2)");
}

/* -- Reading ----------------------------------------------------------------------- */

static void one_row_is_one_object_by_all_parts_of_its_key(void **state)
{
    (void)state;
    arrange();
    struct orm_session *s = begin();
    struct course *a = course_get(course_table(s), 1, 2);
    struct course *b = course_get(course_table(s), 2, 1);
    assert_string_equal(course_title(a), "1/2");
    assert_string_equal(course_title(b), "2/1");
    assert_int_equal(spent(s), 2);
    assert_ptr_equal(course_get(course_table(s), 1, 2), a);
    assert_int_equal(spent(s), 0);
    assert_null(course_get(course_table(s), 3, 1));
    assert_null(course_get(course_table(s), 1, 4));
    const struct course_list *all = course_all(course_table(s));
    assert_int_equal(all->len, 6);
    size_t found = 0;
    orm_each(struct course, c, all)
        found += c == a || c == b;
    assert_int_equal(found, 2);
    end(s);
}

static void a_missing_key_is_told_with_all_its_parts(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    assert_int_equal(course_number(course_require(course_table(s), 7, 9)), 0);
    assert_int_equal(orm_status(s), ORM_NOT_FOUND);
    assert_string_equal(orm_message(s), "course: no row has (7, 9)");
    orm_close(s);
}

static void a_to_one_loop_over_composite_keys_costs_two_statements(void **state)
{
    (void)state;
    arrange();
    struct orm_session *s = begin();
    orm_each(struct enrolment, e, enrolment_all(enrolment_table(s))) {
        struct course *c = enrolment_course(e);
        assert_int_equal(course_tenant_id(c), enrolment_student_tenant_id(e));
        assert_int_equal(course_number(c), enrolment_course_number(e));
        assert_ptr_equal(course_get(course_table(s), enrolment_student_tenant_id(e),
                             enrolment_course_number(e)),
            c);
    }
    assert_int_equal(spent(s), 2);
    end(s);
}

static void chains_of_composite_keys_cost_one_statement_per_level(void **state)
{
    (void)state;
    arrange();
    struct orm_session *s = begin();
    orm_each(struct grade, g, grade_all(grade_table(s))) {
        struct enrolment *e = grade_enrolment(g);
        assert_int_equal(grade_mark(g), course_number(enrolment_course(e)));
        struct tenant *t = student_tenant(enrolment_student(e));
        assert_ptr_equal(t, course_tenant(enrolment_course(e)));
    }
    assert_int_equal(spent(s), 5); /* grades, enrolments, courses, students, tenants */
    end(s);
}

static void a_loop_over_lists_costs_three_statements(void **state)
{
    (void)state;
    arrange();
    struct orm_session *s = begin();
    orm_each(struct student, one, student_all(student_table(s))) {
        const struct enrolment_list *list = enrolment_all(student_enrolments(one));
        assert_int_equal(list->len, student_number(one));
        orm_each(struct enrolment, e, list)
            assert_ptr_equal(enrolment_student(e), one);
    }
    assert_int_equal(spent(s), 3);
    end(s);
}

static void a_many_with_composite_ends_costs_three_statements(void **state)
{
    (void)state;
    arrange();
    struct orm_session *s = begin();
    orm_each(struct student, one, student_all(student_table(s))) {
        const struct course_list *list = course_all(student_attends(one));
        assert_int_equal(list->len, student_number(one));
        orm_each(struct course, c, list)
            assert_int_equal(course_tenant_id(c), student_tenant_id(one));
    }
    assert_int_equal(spent(s), 3);
    assert_int_equal(
        course_count(student_attends(student_get(student_table(s), 2, 3)), NULL), 3);
    end(s);
}

static void a_tree_shares_the_column_of_its_tenant(void **state)
{
    (void)state;
    arrange();
    struct orm_session *s = begin();
    orm_each(struct course, c, course_all(course_table(s))) {
        struct course *up = course_parent(c);
        assert_int_equal(course_parent_state(c), up ? ORM_REF_LOADED : ORM_REF_NULL);
        if (up) {
            assert_int_equal(course_tenant_id(up), course_tenant_id(c));
            assert_int_equal(course_number(up), course_number(c) - 1);
        }
    }
    assert_int_equal(spent(s), 1); /* all of them are mapped */
    struct course *root = course_get(course_table(s), 2, 1);
    assert_int_equal(course_all(course_parts(root))->len, 1);
    end(s);
}

static void conditions_and_queries_on_relations_take_all_columns(void **state)
{
    (void)state;
    arrange();
    struct orm_session *s = begin();
    struct student *one = student_get(student_table(s), 2, 3);
    const struct enrolment_query of_one = {.where = {enrolment_student_is(one)}};
    assert_int_equal(enrolment_count(enrolment_table(s), &of_one), 3);
    const struct enrolment_query second = {.where = {enrolment_course_number_eq(2)}};
    const struct enrolment_list *list =
        enrolment_find(student_enrolments(one), &second);
    assert_int_equal(list->len, 1);
    assert_ptr_equal(enrolment_get(student_enrolments(one), 2, 3, 2), list->items[0]);
    assert_null(enrolment_get(student_enrolments(one), 1, 3, 2));
    const struct course_query titled = {.where = {course_title_eq("2/2")}};
    assert_int_equal(course_find(student_attends(one), &titled)->len, 1);
    end(s);
}

/* -- Writing ----------------------------------------------------------------------- */

static void keys_that_are_not_known_yet_reach_all_that_are_made_of_them(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    struct tenant *t = tenant_new(tenant_table(s));
    tenant_set_name(t, "new");
    struct grade *g = grade_new(grade_table(s)); /* made before what it refers to */
    struct enrolment *e = enrolment_new(enrolment_table(s));
    grade_set_enrolment(g, e);
    grade_set_mark(g, 1);
    struct student *one = student_new(tenant_students(t));
    student_set_number(one, 11);
    struct course *c = course_new(tenant_courses(t));
    course_set_number(c, 12);
    course_set_title(c, "made");
    enrolment_set_course(e, c);
    enrolment_set_student(e, one);
    enrolment_set_since(e, 0);
    certificate_set_enrolment(certificate_new(certificate_table(s)), e);
    commit(s);
    assert_int_equal(spent(s), 6); /* one per table */
    assert_string_equal(db_text(db, "select * from grade"), "1|1|11|12|1");
    assert_string_equal(db_text(db, "select * from certificate"), "1|11|12");
    assert_int_equal(grade_enrolment_student_tenant_id(g), tenant_id(t));
    assert_ptr_equal(enrolment_get(enrolment_table(s), tenant_id(t), 11, 12), e);
    end(s);
}

static void updates_and_deletes_go_by_all_parts_of_the_key(void **state)
{
    (void)state;
    arrange();
    struct orm_session *s = begin();
    orm_each(struct course, c, course_all(course_table(s)))
        if (course_tenant_id(c) == 1)
            course_set_title(c, "renamed");
    enrolment_delete(enrolment_get(enrolment_table(s), 2, 3, 3));
    grade_set_mark(grade_first(grade_table(s), NULL), 6);
    spent(s);
    end(s);

    s = begin();
    orm_each(struct course, c, course_all(course_table(s)))
        if (course_tenant_id(c) == 1)
            course_set_title(c, "renamed");
    struct student *last = student_get(student_table(s), 2, 2);
    struct course *third = course_get(course_table(s), 2, 3);
    struct enrolment *more = enrolment_new(student_enrolments(last));
    enrolment_set_course(more, third);
    enrolment_set_since(more, 1);
    commit(s);
    assert_string_equal(
        db_text(db, "select tenant_id, count(*) from course where title = 'renamed'"
                    " group by 1"),
        "1|3");
    enrolment_delete(more);
    commit(s);
    assert_int_equal(
        db_number(db, "select count(*) from enrolment where tenant_id = 2"), 6);
    assert_null(enrolment_get(enrolment_table(s), 2, 2, 3));
    end(s);
}

static void a_row_that_is_gone_is_stale_and_named_by_its_whole_key(void **state)
{
    (void)state;
    arrange();
    struct orm_session *s = begin();
    struct course *c = course_get(course_table(s), 1, 3);
    db_exec(db, "delete from grade; delete from enrolment;"
                "delete from course where tenant_id = 1 and number = 3");
    course_set_title(c, "late");
    assert_false(orm_commit(s));
    assert_int_equal(orm_status(s), ORM_STALE);
    assert_string_equal(orm_message(s), "course: the row with key (1, 3) is not there "
                                        "any more; nothing was written");
    orm_close(s);
}

static void pairs_of_join_tables_have_all_columns_of_both_ends(void **state)
{
    (void)state;
    arrange();
    struct orm_session *s = begin();
    struct student *a = student_get(student_table(s), 1, 1);
    struct student *b = student_get(student_table(s), 2, 1);
    student_add(student_friends(a), b);
    struct label *l = label_new(label_table(s));
    label_set_name(l, "hard");
    label_set_code(l, 1);
    label_add(course_labels(course_get(course_table(s), 2, 3)), l);
    commit(s);
    assert_string_equal(db_text(db, "select * from student_friends"), "1|1|2|1");
    assert_string_equal(db_text(db, "select * from course_labels"), "2|3|hard");
    assert_ptr_equal(student_all(student_friends_of(b))->items[0], a);
    assert_int_equal(course_tenant_id(course_all(label_courses(l))->items[0]), 2);
    student_remove(student_friends(a), b);
    commit(s);
    assert_int_equal(db_number(db, "select count(*) from student_friends"), 0);
    end(s);
}

static void relation_of_a_model_to_itself_is_set_from_both_ends(void **state)
{
    (void)state;
    arrange();
    struct orm_session *s = begin();
    struct student *a = student_get(student_table(s), 1, 1);
    struct student *b = student_get(student_table(s), 1, 2);
    struct student *c = student_get(student_table(s), 2, 1);
    student_set(student_friends(a),
        &(const struct student_list){(struct student *[]){a, b, c, NULL}, 3});
    commit(s);
    assert_string_equal(db_text(db, "select * from student_friends order by 3, 4"),
        "1|1|1|1\n1|1|1|2\n1|1|2|1");
    student_set(student_friends_of(a),
        &(const struct student_list){(struct student *[]){b, NULL}, 1});
    assert_int_equal(student_all(student_friends(b))->len, 1);
    assert_int_equal(student_all(student_friends(a))->len, 2);
    commit(s);
    assert_string_equal(db_text(db, "select * from student_friends order by 1, 2, 4"),
        "1|1|2|1\n1|1|1|2\n1|2|1|1");
    student_clear(student_friends(a));
    commit(s);
    assert_string_equal(db_text(db, "select * from student_friends"), "1|2|1|1");
    end(s);
}

static void what_shares_a_key_column_with_its_owner_does_not_change_owners(void **state)
{
    (void)state;
    arrange();
    struct orm_session *s = begin();
    struct tenant *north = tenant_get(tenant_table(s), 1);
    struct course *first = course_get(course_table(s), 1, 1);
    struct course *far = course_get(course_table(s), 2, 1);
    struct course *free = course_get(course_table(s), 1, 3);
    course_set(course_parts(first),
        &(const struct course_list){(struct course *[]){free, far, NULL}, 2});
    assert_failed(s, ORM_INVALID, "course", "tenant");
    assert_int_equal(course_parent_number(free), 2); /* nothing is half done */
    orm_rollback(s);
    student_clear(tenant_students(north));
    assert_failed(s, ORM_INVALID, "student", "tenant");
    orm_rollback(s);
    end(s);
}

static void clearing_a_reference_keeps_the_column_that_it_shares(void **state)
{
    (void)state;
    arrange();
    struct orm_session *s = begin();
    struct course *c = course_get(course_table(s), 1, 2);
    course_clear_parent(c);
    assert_int_equal(course_tenant_id(c), 1);
    assert_int_equal(course_parent_state(c), ORM_REF_NULL);
    course_set_parent(c, course_get(course_table(s), 1, 3));
    assert_int_equal(course_parent_number(c), 3);
    course_clear_parent(c);
    commit(s);
    assert_string_equal(
        db_text(db, "select * from course where tenant_id = 1 and number = 2"),
        "1|2|1/2|-");
    end(s);
}

static void memory_follows_a_delete_that_nulls_some_columns(void **state)
{
    (void)state;
    arrange();
    db_exec(db, "delete from grade; delete from enrolment");
    struct orm_session *s = begin();
    struct course *one = course_get(course_table(s), 1, 1);
    struct course *two = course_get(course_table(s), 1, 2);
    course_delete(one);
    commit(s);
    assert_int_equal(course_tenant_id(two), 1);
    assert_int_equal(course_parent_state(two), ORM_REF_NULL);
    spent(s);
    assert_null(course_parent(two));
    assert_int_equal(spent(s), 0);
    end(s);
}

static void a_key_of_a_saved_row_is_not_changed_by_way_of_a_reference(void **state)
{
    (void)state;
    arrange();
    struct orm_session *s = begin();
    struct enrolment *e = enrolment_get(enrolment_table(s), 1, 1, 1);
    enrolment_set_student(e, student_get(student_table(s), 2, 1));
    assert_int_equal(orm_status(s), ORM_INVALID);
    orm_close(s);
}

/* -- Natural keys, one-to-one, and to: --------------------------------------------- */

static void a_reference_to_another_unique_column_loads_for_all(void **state)
{
    (void)state;
    db_exec(db,
        "insert into label select 'l' || i, i * 10 from generate_series(1, 3) i;"
        "insert into alias (label_code, of_id) select i * 10, 'l' || i"
        "  from generate_series(1, 3) i, generate_series(1, 2)");
    struct orm_session *s = begin();
    orm_each(struct alias, a, alias_all(alias_table(s))) {
        struct label *l = alias_label(a);
        assert_int_equal(label_code(l), alias_label_code(a));
        assert_ptr_equal(alias_of(a), l); /* by the key: from the map */
    }
    assert_int_equal(spent(s), 2);
    orm_each(struct label, l, label_all(label_table(s))) {
        const struct alias_list *list = alias_all(label_aliases(l));
        assert_int_equal(list->len, 2);
        orm_each(struct alias, a, list)
            assert_ptr_equal(alias_label(a), l);
    }
    assert_int_equal(spent(s), 3);
    const struct alias_query q = {
        .where = {alias_label_is(label_get(label_table(s), "l2"))}};
    assert_int_equal(alias_count(alias_table(s), &q), 2);
    end(s);
}

static void a_text_that_only_a_collation_takes_for_another_is_another(void **state)
{
    (void)state;
    db_exec(db, "insert into label values ('ab', 1), ('AB', 2), ('ab ', 3)");
    struct orm_session *s = begin();
    assert_int_equal(label_code(label_get(label_table(s), "ab")), 1);
    assert_int_equal(label_code(label_get(label_table(s), "AB")), 2);
    assert_int_equal(label_code(label_get(label_table(s), "ab ")), 3);
    assert_null(label_get(label_table(s), "aB"));
    end(s);
}

static void one_to_one_by_a_composite_key_is_an_object_on_both_sides(void **state)
{
    (void)state;
    arrange();
    db_exec(db, "insert into certificate select tenant_id, student_number,"
                " course_number from enrolment where course_number = 1;"
                "insert into room (course_tenant_id, course_number)"
                " select tenant_id, number from course where number < 3");
    struct orm_session *s = begin();
    size_t certified = 0, rooms = 0;
    orm_each(struct enrolment, e, enrolment_all(enrolment_table(s))) {
        struct certificate *c = enrolment_certificate(e);
        certified += c != NULL;
        assert_int_equal(enrolment_certificate_state(e),
            enrolment_course_number(e) == 1 ? ORM_REF_LOADED : ORM_REF_MISSING);
        if (c)
            assert_ptr_equal(certificate_enrolment(c), e);
    }
    assert_int_equal(certified, 6);
    assert_int_equal(spent(s), 2);
    orm_each(struct course, c, course_all(course_table(s)))
        rooms += course_room(c) != NULL;
    assert_int_equal(rooms, 4);
    assert_int_equal(spent(s), 2);
    end(s);
}

static void a_reference_with_one_null_part_is_null(void **state)
{
    (void)state;
    arrange();
    db_exec(db, "insert into room (course_tenant_id) values (1)");
    struct orm_session *s = begin();
    struct room *r = room_first(room_table(s), NULL);
    spent(s);
    assert_int_equal(room_course_state(r), ORM_REF_NULL);
    assert_null(room_course(r));
    assert_int_equal(spent(s), 0);
    end(s);
}

static void a_rollback_takes_composite_keys_back(void **state)
{
    (void)state;
    arrange();
    struct orm_session *s = begin();
    struct course *c = course_new(course_table(s));
    course_set_tenant(c, tenant_get(tenant_table(s), 1));
    course_set_number(c, 9);
    course_set_title(c, "never");
    assert_true(orm_flush(s));
    assert_ptr_equal(course_get(course_table(s), 1, 9), c);
    orm_rollback(s);
    assert_null(course_get(course_table(s), 1, 9));
    end(s);
}

/* -- Keys that are made ------------------------------------------------------------ */

static void uuids_of_the_program_are_known_at_once_and_in_order(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    struct event *first = event_new(event_table(s));
    struct orm_uuid last = event_id(first);
    assert_int_equal(last.bytes[6] >> 4, 7);
    assert_int_equal(last.bytes[8] >> 6, 2);
    for (int i = 0; i < 1000; i++) {
        struct event *e = event_new(event_table(s));
        const struct orm_uuid id = event_id(e);
        assert_true(memcmp(last.bytes, id.bytes, sizeof id.bytes) < 0);
        event_set_cause(e, first);
        last = event_trace(e);
        assert_true(memcmp(id.bytes, last.bytes, sizeof last.bytes) < 0);
    }
    const struct orm_uuid id = event_id(first);
    commit(s);
    assert_int_equal(spent(s), 1);
    assert_ptr_equal(event_get(event_table(s), id), first);
    assert_int_equal(spent(s), 0);
    assert_int_equal(event_all(event_effects(first))->len, 1000);
    assert_true(db_number(db,
        "select bool_and(id > trace_before)::int from (select id, lag(trace) over "
        "(order by"
        " id) as trace_before from event) e where trace_before is not null"));
    end(s);

    s = begin();
    size_t caused = 0;
    orm_each(struct event, e, event_all(event_table(s)))
        caused += event_cause(e) == event_get(event_table(s), id);
    assert_int_equal(caused, 1000);
    assert_int_equal(spent(s), 1);
    end(s);
}

static void a_key_that_a_default_makes_is_known_before_it_is_written(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    struct event *e = event_new(event_table(s));
    struct ticket *tickets[50];
    for (int i = 0; i < 50; i++) {
        tickets[i] = ticket_new(event_tickets(e));
        ticket_set_seat(tickets[i], i);
    }
    const struct orm_uuid own = {{1, 2, 3}};
    ticket_set_code(tickets[7], own);
    commit(s);
    assert_int_equal(spent(s), 2);
    assert_int_equal(db_number(db, "select count(distinct code) from ticket"), 50);
    for (int i = 0; i < 50; i++) {
        char text[ORM_UUID_TEXT];
        assert_int_equal(db_number(db, "select seat from ticket where code = '%s'",
                             orm_uuid_text(ticket_code(tickets[i]), text)),
            i);
        assert_ptr_equal(
            ticket_get(ticket_table(s), event_id(e), ticket_code(tickets[i])),
            tickets[i]);
    }
    assert_string_equal(db_text(db, "select seat from ticket where code ="
                                    " '01020300-0000-0000-0000-000000000000'"),
        "7");
    end(s);
}

static void a_failed_flush_takes_the_made_keys_back(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    struct event *e = event_new(event_table(s));
    struct ticket *t = ticket_new(event_tickets(e));
    ticket_set_seat(t, 1);
    db_exec(db, "alter table ticket add constraint no_seat check (seat > 1)");
    assert_false(orm_flush(s));
    assert_int_equal(orm_status(s), ORM_CONSTRAINT);
    db_exec(db, "alter table ticket drop constraint no_seat");
    const struct orm_uuid none = {{0}}, code = ticket_code(t);
    assert_memory_equal(&code, &none, sizeof none);
    orm_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(one_row_is_one_object_by_all_parts_of_its_key),
        DB_TEST(a_missing_key_is_told_with_all_its_parts),
        DB_TEST(a_to_one_loop_over_composite_keys_costs_two_statements),
        DB_TEST(chains_of_composite_keys_cost_one_statement_per_level),
        DB_TEST(a_loop_over_lists_costs_three_statements),
        DB_TEST(a_many_with_composite_ends_costs_three_statements),
        DB_TEST(a_tree_shares_the_column_of_its_tenant),
        DB_TEST(conditions_and_queries_on_relations_take_all_columns),
        DB_TEST(keys_that_are_not_known_yet_reach_all_that_are_made_of_them),
        DB_TEST(updates_and_deletes_go_by_all_parts_of_the_key),
        DB_TEST(a_row_that_is_gone_is_stale_and_named_by_its_whole_key),
        DB_TEST(pairs_of_join_tables_have_all_columns_of_both_ends),
        DB_TEST(relation_of_a_model_to_itself_is_set_from_both_ends),
        DB_TEST(what_shares_a_key_column_with_its_owner_does_not_change_owners),
        DB_TEST(clearing_a_reference_keeps_the_column_that_it_shares),
        DB_TEST(memory_follows_a_delete_that_nulls_some_columns),
        DB_TEST(a_key_of_a_saved_row_is_not_changed_by_way_of_a_reference),
        DB_TEST(a_reference_to_another_unique_column_loads_for_all),
        DB_TEST(a_text_that_only_a_collation_takes_for_another_is_another),
        DB_TEST(one_to_one_by_a_composite_key_is_an_object_on_both_sides),
        DB_TEST(a_reference_with_one_null_part_is_null),
        DB_TEST(a_rollback_takes_composite_keys_back),
        DB_TEST(uuids_of_the_program_are_known_at_once_and_in_order),
        DB_TEST(a_key_that_a_default_makes_is_known_before_it_is_written),
        DB_TEST(a_failed_flush_takes_the_made_keys_back),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
