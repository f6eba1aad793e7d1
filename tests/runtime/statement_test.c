/* statement_test.c: the statement cache: shapes, names, and the limit. */
#include "unit.h"

#include <wire/statement.h>

#include <string.h>

static struct pg_statement *add(
    struct statement_cache *c, const char *shape, const char *sql, uint32_t type)
{
    struct buffer shape_bytes = {0}, text = {0};
    buffer_text(&shape_bytes, shape);
    buffer_text(&text, sql);
    struct pg_statement *st = statement_add(c, &shape_bytes, &text, &type, 1, true);
    assert_non_null(st);
    buffer_free(&shape_bytes);
    buffer_free(&text);
    return st;
}

static struct pg_statement *find(struct statement_cache *c, const char *shape)
{
    struct buffer shape_bytes = {0};
    buffer_text(&shape_bytes, shape);
    struct pg_statement *st = statement_find(c, &shape_bytes);
    buffer_free(&shape_bytes);
    return st;
}

static void a_shape_is_found_again(void **state)
{
    (void)state;
    struct statement_cache c = {0};
    struct pg_statement *a = add(&c, "a", "SELECT 1", 20);
    add(&c, "b", "SELECT 2", 20);
    assert_ptr_equal(find(&c, "a"), a);
    assert_null(find(&c, "c"));
    statement_free_all(&c);
}

static void two_sessions_give_one_statement_one_name(void **state)
{
    (void)state;
    struct statement_cache c = {0}, d = {0};
    add(&d, "z", "SELECT 9", 20);
    const struct pg_statement *one = add(&c, "a", "SELECT 1", 20);
    const struct pg_statement *other = add(&d, "a", "SELECT 1", 20);
    assert_string_equal(one->name, other->name);
    statement_free_all(&c);
    statement_free_all(&d);
}

static void other_text_or_types_make_another_name(void **state)
{
    (void)state;
    struct statement_cache c = {0}, d = {0}, e = {0};
    const struct pg_statement *one = add(&c, "a", "SELECT 1", 20);
    assert_string_not_equal(one->name, add(&d, "a", "SELECT 2", 20)->name);
    assert_string_not_equal(one->name, add(&e, "a", "SELECT 1", 23)->name);
    statement_free_all(&c);
    statement_free_all(&d);
    statement_free_all(&e);
}

static void a_renamed_statement_is_prepared_anew(void **state)
{
    (void)state;
    struct statement_cache c = {0};
    struct pg_statement *st = add(&c, "a", "SELECT 1", 20);
    char before[sizeof st->name];
    memcpy(before, st->name, sizeof before);
    st->prepared = true;
    statement_rename(st);
    assert_false(st->prepared);
    assert_string_not_equal(st->name, before);
    statement_free_all(&c);
}

static void the_least_recently_used_goes_and_is_deallocated(void **state)
{
    (void)state;
    struct statement_cache c = {0};
    char shape[16], oldest[2][48];
    for (int i = 0; i < STATEMENT_LIMIT; i++) {
        snprintf(shape, sizeof shape, "shape %d", i);
        struct pg_statement *st = add(&c, shape, shape, 20);
        st->prepared = true;
        if (i == 1 || i == 2)
            snprintf(oldest[i - 1], sizeof *oldest, "DEALLOCATE %s", st->name);
    }
    assert_non_null(find(&c, "shape 0"));
    add(&c, "one more", "SELECT 1", 20);
    assert_int_equal(c.count, STATEMENT_LIMIT);
    assert_non_null(find(&c, "shape 0"));
    assert_null(find(&c, "shape 1"));
    add(&c, "another", "SELECT 2", 20);
    assert_string_equal(c.retired->command, oldest[1]);
    assert_string_equal(c.retired->next->command, oldest[0]);
    assert_null(c.retired->next->next);
    assert_true(add(&c, "shape 2", "shape 2", 20)->prepared); /* is there still */
    assert_string_equal(c.retired->next->command, oldest[0]);
    statement_free_all(&c);
}

static void what_is_held_stays_however_many_there_are(void **state)
{
    (void)state;
    struct statement_cache c = {0};
    char shape[16];
    add(&c, "before", "SELECT 0", 20);
    statement_hold(&c);
    for (int i = 0; i < 2 * STATEMENT_LIMIT; i++) {
        snprintf(shape, sizeof shape, "shape %d", i);
        add(&c, shape, shape, 20);
    }
    assert_null(find(&c, "before"));
    for (int i = 0; i < 2 * STATEMENT_LIMIT; i++) {
        snprintf(shape, sizeof shape, "shape %d", i);
        const struct pg_statement *st = find(&c, shape);
        assert_non_null(st);
        assert_string_equal(st->sql, shape);
    }
    statement_release(&c);
    add(&c, "after", "SELECT 1", 20);
    assert_int_equal(c.count, 2 * STATEMENT_LIMIT);
    assert_null(find(&c, "shape 0"));
    statement_free_all(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_shape_is_found_again),
        cmocka_unit_test(two_sessions_give_one_statement_one_name),
        cmocka_unit_test(other_text_or_types_make_another_name),
        cmocka_unit_test(a_renamed_statement_is_prepared_anew),
        cmocka_unit_test(the_least_recently_used_goes_and_is_deallocated),
        cmocka_unit_test(what_is_held_stays_however_many_there_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
