/* to_one_test.c: loops over references written without a thought cost a constant number
 * of statements. */
#include "library_test.h"

static void to_one_loop_costs_two_statements(void **state)
{
    (void)state;
    arrange_choices(db);
    struct orm_session *s = open_library();
    orm_each(struct choice, c, choice_find(choice_table(s), &choices_by_id)) {
        struct question *q = choice_question(c);
        assert_non_null(q);
        assert_int_equal(question_id(q), choice_question_id(c));
        assert_int_equal(question_id(q), 1 + choice_id(c) % 3);
        assert_int_equal(choice_question_state(c), ORM_REF_LOADED);
    }
    assert_int_equal(spent(s), 2);
    close_library(s);
}

static void chained_loop_costs_three(void **state)
{
    (void)state;
    arrange_choices(db);
    struct orm_session *s = open_library();
    char name[32];
    orm_each(struct choice, c, choice_find(choice_table(s), &choices_by_id)) {
        struct question *q = choice_question(c);
        snprintf(name, sizeof name, "author %d", (int)question_id(q));
        assert_string_equal(author_name(question_author(q)), name);
    }
    assert_int_equal(spent(s), 3);
    close_library(s);
}

static void three_ways_to_one_table_cost_three_with_the_authors(void **state)
{
    (void)state;
    arrange_choices(db);
    struct orm_session *s = open_library();
    const struct choice_list *choices = choice_find(choice_table(s), &choices_by_id);
    orm_each(struct choice, c, choices)
        assert_non_null(question_author(choice_question(c)));
    orm_each(struct choice, c, choices) {
        assert_non_null(question_author(choice_alt(c)));
        assert_non_null(question_author(choice_req(c)));
    }
    assert_int_equal(spent(s), 3);
    assert_ptr_equal(choice_alt(choices->items[0]), choice_question(choices->items[1]));
    assert_int_equal(spent(s), 0);
    close_library(s);
}

static void null_references_cost_nothing(void **state)
{
    (void)state;
    db_exec(db, "insert into choice (words) values ('a'), ('b'), ('c')");
    struct orm_session *s = open_library();
    orm_each(struct choice, c, choice_all(choice_table(s))) {
        assert_int_equal(choice_question_state(c), ORM_REF_NULL);
        assert_null(choice_question(c));
        assert_false(choice_has_question(c));
    }
    assert_int_equal(spent(s), 1);
    close_library(s);
}

static void null_references_among_others_are_passed_over(void **state)
{
    (void)state;
    arrange_choices(db);
    db_exec(db, "update choice set question_id = null where id in (1, 4)");
    struct orm_session *s = open_library();
    unsigned found = 0;
    orm_each(struct choice, c, choice_find(choice_table(s), &choices_by_id))
        found += choice_question(c) != NULL;
    assert_int_equal(found, 4);
    assert_int_equal(spent(s), 2);
    close_library(s);
}

static void missing_row_is_remembered(void **state)
{
    (void)state;
    arrange_choices(db);
    drop_foreign_keys(db, "choice");
    db_exec(db, "delete from question where id = 2");
    struct orm_session *s = open_library();
    const struct choice_list *choices = choice_find(choice_table(s), &choices_by_id);
    for (int pass = 0; pass < 2; pass++)
        orm_each(struct choice, c, choices) {
            const bool gone = choice_question_id(c) == 2;
            assert_int_equal(choice_question(c) == NULL, gone);
            assert_int_equal(
                choice_question_state(c), gone ? ORM_REF_MISSING : ORM_REF_LOADED);
        }
    assert_int_equal(spent(s), 2);
    close_library(s);
}

static void missing_row_of_one_object_is_remembered_too(void **state)
{
    (void)state;
    arrange_choices(db);
    drop_foreign_keys(db, "choice");
    db_exec(db, "delete from question where id = 2");
    struct orm_session *s = open_library();
    struct choice *c = choice_get(choice_table(s), 1);
    assert_int_equal(choice_question_state(c), ORM_REF_UNLOADED);
    assert_null(choice_question(c));
    assert_null(choice_question(c));
    assert_int_equal(choice_question_state(c), ORM_REF_MISSING);
    assert_int_equal(spent(s), 2);
    close_library(s);
}

static void missing_row_of_a_required_reference_is_no_error_either(void **state)
{
    (void)state;
    arrange_choices(db);
    drop_foreign_keys(db, "question");
    db_exec(db, "delete from author where id = 2");
    struct orm_session *s = open_library();
    orm_each(struct question, q, question_all(question_table(s)))
        assert_int_equal(question_author(q) == NULL, question_author_id(q) == 2);
    assert_int_equal(spent(s), 2);
    close_library(s);
}

static void missing_row_is_found_when_the_session_meets_it_later(void **state)
{
    (void)state;
    arrange_choices(db);
    drop_foreign_keys(db, "choice");
    db_exec(db, "update choice set question_id = 99 where id = 1");
    struct orm_session *s = open_library();
    struct choice *c = choice_get(choice_table(s), 1);
    assert_null(choice_question(c));
    db_exec(db, "insert into question (id, words, author_id) values (99, 'late', 1)");
    struct question *q = question_get(question_table(s), 99);
    assert_non_null(q);
    spent(s);
    assert_ptr_equal(choice_question(c), q);
    assert_int_equal(spent(s), 0);
    close_library(s);
}

static void a_hundred_thousand_keys_travel_in_one_array(void **state)
{
    (void)state;
    db_exec(db,
        "insert into author (name) values ('one');"
        "insert into question (words, author_id)"
        "  select 'question ' || i, 1 from generate_series(1, 100000) i;"
        "insert into choice (words, question_id)"
        "  select 'choice ' || i, 100001 - i from generate_series(1, 100000) i");
    struct orm_session *s = open_library();
    const struct choice_list *choices = choice_all(choice_table(s));
    assert_int_equal(choices->len, 100000);
    orm_each(struct choice, c, choices)
        if (question_id(choice_question(c)) != 100001 - choice_id(c))
            fail_msg("choice %d has another's question", (int)choice_id(c));
    assert_int_equal(spent(s), 2);
    close_library(s);
}

static void two_results_are_two_groups(void **state)
{
    (void)state;
    arrange_choices(db);
    db_exec(db, "insert into question (words, author_id)"
                "  select 'more', 1 from generate_series(4, 6);"
                "update choice set question_id = id");
    struct orm_session *s = open_library();
    struct choice_query low = choices_by_id;
    choice_where(&low, choice_id_le(3));
    struct choice_query high = choices_by_id;
    choice_where(&high, choice_id_gt(3));
    const struct choice_list *one = choice_find(choice_table(s), &low);
    const struct choice_list *two = choice_find(choice_table(s), &high);
    assert_int_equal(one->len, 3);
    assert_int_equal(two->len, 3);
    spent(s);
    orm_each(struct choice, c, one)
        assert_non_null(choice_question(c));
    assert_int_equal(spent(s), 1);
    orm_each(struct choice, c, two)
        assert_int_equal(choice_question_state(c), ORM_REF_UNLOADED);
    orm_each(struct choice, c, two)
        assert_non_null(choice_question(c));
    assert_int_equal(spent(s), 1);
    close_library(s);
}

static void single_row_has_no_peers_and_moves_nobody(void **state)
{
    (void)state;
    arrange_choices(db);
    struct orm_session *s = open_library();
    const struct choice_list *choices = choice_find(choice_table(s), &choices_by_id);
    struct choice_query third = {.where = {choice_id_eq(3)}};
    struct choice *c = choice_first(choice_table(s), &third);
    assert_ptr_equal(c, choices->items[2]);
    spent(s);
    assert_non_null(choice_question(c));
    orm_each(struct choice, other, choices)
        assert_non_null(choice_question(other));
    assert_int_equal(spent(s), 1);
    close_library(s);
}

static void peers_keep_what_they_have(void **state)
{
    (void)state;
    arrange_choices(db);
    struct orm_session *s = open_library();
    struct question *mine = question_get(question_table(s), 1);
    const struct choice_list *choices = choice_find(choice_table(s), &choices_by_id);
    choice_set_question(choices->items[0], mine);
    spent(s);
    orm_each(struct choice, c, choices)
        assert_non_null(choice_question(c));
    assert_int_equal(spent(s), 1);
    assert_ptr_equal(choice_question(choices->items[0]), mine);
    orm_rollback(s);
    close_library(s);
}

static void mapped_targets_are_not_asked_for(void **state)
{
    (void)state;
    arrange_choices(db);
    struct orm_session *s = open_library();
    const struct question_list *questions = question_all(question_table(s));
    assert_int_equal(questions->len, 3);
    const struct choice_list *choices = choice_find(choice_table(s), &choices_by_id);
    spent(s);
    orm_each(struct choice, c, choices)
        assert_int_equal(question_id(choice_question(c)), choice_question_id(c));
    assert_int_equal(spent(s), 0);
    close_library(s);
}

static void tree_finds_its_parents_among_its_own_rows(void **state)
{
    (void)state;
    db_exec(db,
        "insert into category (name, parent_id)"
        "  select 'node ' || i, nullif(i / 2, 0) from generate_series(1, 31) i");
    struct orm_session *s = open_library();
    orm_each(struct category, c, category_all(category_table(s)))
        assert_int_equal(category_id(category_parent(c)), category_id(c) / 2);
    assert_int_equal(spent(s), 1);
    close_library(s);
}

static void text_keys_load_like_numbers(void **state)
{
    (void)state;
    db_exec(db, "insert into country values ('de', 'Germany'), ('fr', 'France');"
                "insert into city (name, country_id) values"
                "  ('Paris', 'fr'), ('Bonn', 'de'), ('Nice', 'fr')");
    struct orm_session *s = open_library();
    orm_each(struct city, c, city_all(city_table(s)))
        assert_string_equal(
            country_name(city_country(c)), city_id(c) == 2 ? "Germany" : "France");
    assert_int_equal(spent(s), 2);
    assert_non_null(country_get(country_table(s), "de"));
    assert_int_equal(spent(s), 0);
    assert_null(country_get(country_table(s), "DE"));
    close_library(s);
}

static void setting_the_key_rebinds_the_slot(void **state)
{
    (void)state;
    arrange_choices(db);
    struct orm_session *s = open_library();
    const struct choice_list *choices = choice_find(choice_table(s), &choices_by_id);
    struct choice *c = choices->items[0];
    assert_int_equal(question_id(choice_question(c)), 2);
    spent(s);
    choice_set_question_id(c, 2);
    assert_int_equal(question_id(choice_question(c)), 2);
    choice_set_question_id(c, 3);
    assert_int_equal(question_id(choice_question(c)), 3);
    assert_int_equal(spent(s), 0);
    choice_clear_question(c);
    assert_null(choice_question(c));
    assert_int_equal(choice_question_state(c), ORM_REF_NULL);
    assert_int_equal(spent(s), 0);
    orm_rollback(s);
    assert_int_equal(question_id(choice_question(c)), 2);
    close_library(s);
}

/* -- Who is a peer ----------------------------------------------------------------- */

static size_t peers_told;

static void count_peers(void *arg, const char *model, const char *field, size_t peers)
{
    (void)arg, (void)model, (void)field;
    peers_told = peers;
}

static void empty_result_leads_to_no_statement(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    orm_each(struct choice, c, choice_all(choice_table(s)))
        choice_question(c);
    assert_int_equal(spent(s), 1);
    close_library(s);
}

static void equal_keys_are_asked_for_once(void **state)
{
    (void)state;
    arrange_choices(db);
    struct orm_session *s = open_library();
    orm_set_report(s, true);
    choice_question(choice_find(choice_table(s), &choices_by_id)->items[0]);
    assert_non_null(strstr(orm_report(s), "1 lazy load for 6 objects, 3 rows"));
    close_library(s);
}

static void part_of_a_list_has_the_whole_group(void **state)
{
    (void)state;
    arrange_choices(db);
    struct orm_session *s = open_library();
    const struct choice_list *choices = choice_find(choice_table(s), &choices_by_id);
    orm_on_lazy(s, count_peers, NULL);
    for (size_t i = 0; i < 2; i++)
        assert_non_null(choice_question(choices->items[i]));
    assert_int_equal(peers_told, 6);
    assert_int_equal(spent(s), 2);
    close_library(s);
}

static void limited_query_has_a_group_of_its_rows(void **state)
{
    (void)state;
    arrange_choices(db);
    struct orm_session *s = open_library();
    struct choice_query two = choices_by_id;
    two.limit = 2;
    orm_on_lazy(s, count_peers, NULL);
    orm_each(struct choice, c, choice_find(choice_table(s), &two))
        assert_non_null(choice_question(c));
    assert_int_equal(peers_told, 2);
    assert_int_equal(spent(s), 2);
    close_library(s);
}

static void results_read_by_turns_cost_one_statement_each(void **state)
{
    (void)state;
    arrange_library(db, 6, 1);
    struct orm_session *s = open_library();
    struct book_query low = books_by_id, high = books_by_id;
    book_where(&low, book_id_le(3));
    book_where(&high, book_id_gt(3));
    const struct book_list *one = book_find(book_table(s), &low);
    const struct book_list *two = book_find(book_table(s), &high);
    spent(s);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(author_id(book_author(one->items[i])), i + 1);
        assert_int_equal(author_id(book_author(two->items[i])), i + 4);
    }
    assert_int_equal(spent(s), 2);
    close_library(s);
}

static void results_that_overlap_cost_no_more(void **state)
{
    (void)state;
    arrange_library(db, 6, 1);
    struct orm_session *s = open_library();
    struct book_query low = books_by_id, high = books_by_id;
    book_where(&low, book_id_le(4));
    book_where(&high, book_id_ge(3));
    const struct book_list *one = book_find(book_table(s), &low);
    const struct book_list *two = book_find(book_table(s), &high);
    assert_ptr_equal(one->items[2], two->items[0]);
    spent(s);
    orm_each(struct book, b, one)
        assert_int_equal(author_id(book_author(b)), book_id(b));
    orm_each(struct book, b, two)
        assert_int_equal(author_id(book_author(b)), book_id(b));
    assert_int_equal(spent(s), 2);
    close_library(s);
}

static void new_objects_have_no_peers(void **state)
{
    (void)state;
    arrange_library(db, 3, 1);
    struct orm_session *s = open_library();
    struct book *made[3];
    for (int i = 0; i < 3; i++) {
        made[i] = book_new(book_table(s));
        book_set_title(made[i], "made");
        book_set_author_id(made[i], i + 1);
    }
    assert_true(orm_commit(s));
    spent(s);
    for (int i = 0; i < 3; i++)
        assert_int_equal(author_id(book_author(made[i])), i + 1);
    assert_int_equal(spent(s), 3);
    close_library(s);
}

static void refreshed_object_keeps_its_peers(void **state)
{
    (void)state;
    arrange_choices(db);
    struct orm_session *s = open_library();
    const struct choice_list *choices = choice_find(choice_table(s), &choices_by_id);
    orm_on_lazy(s, count_peers, NULL);
    choice_refresh(choices->items[3]);
    spent(s);
    orm_each(struct choice, c, choices)
        assert_non_null(choice_question(c));
    assert_int_equal(spent(s), 1);
    assert_int_equal(peers_told, 6);
    choice_refresh(choices->items[3]);
    spent(s);
    orm_each(struct choice, c, choices)
        assert_non_null(choice_question(c));
    assert_int_equal(spent(s), 0);
    close_library(s);
}

static void reassigned_reference_takes_the_object_that_its_peers_hold(void **state)
{
    (void)state;
    arrange_choices(db);
    struct orm_session *s = open_library();
    const struct choice_list *choices = choice_find(choice_table(s), &choices_by_id);
    orm_each(struct choice, c, choices)
        choice_question(c);
    spent(s);
    choice_set_question_id(choices->items[0], choice_question_id(choices->items[1]));
    assert_ptr_equal(
        choice_question(choices->items[0]), choice_question(choices->items[1]));
    assert_int_equal(spent(s), 0);
    orm_rollback(s);
    close_library(s);
}

/* -- What is asked ----------------------------------------------------------------- */

static void key_that_is_set_again_keeps_the_object(void **state)
{
    (void)state;
    arrange_choices(db);
    struct orm_session *s = open_library();
    struct choice *c = choice_get(choice_table(s), 1);
    struct question *q = choice_question(c);
    choice_set_question_id(c, question_id(q));
    assert_int_equal(choice_question_state(c), ORM_REF_LOADED);
    assert_ptr_equal(choice_question(c), q);
    assert_true(orm_end(s));
    close_library(s);
}

/* -- By another column than the key ------------------------------------------------ */

static void arrange_posts(void)
{
    db_exec(db, "insert into member (handle) values ('ada'), ('bob');"
                "insert into post (words, member_handle) values"
                "  ('1', 'bob'), ('2', 'ada'), ('3', 'bob')");
}

static void reference_by_another_column_gives_the_mapped_object(void **state)
{
    (void)state;
    arrange_posts();
    struct orm_session *s = open_library();
    const struct member_list *members = member_all(member_table(s));
    spent(s);
    orm_each(struct post, p, post_all(post_table(s)))
        assert_ptr_equal(post_member(p), members->items[post_id(p) != 2]);
    assert_int_equal(spent(s), 2);
    close_library(s);
}

static void renamed_column_of_a_reference_rebinds_its_list(void **state)
{
    (void)state;
    arrange_posts();
    db_exec(db, "insert into member (handle) values ('eve')");
    struct orm_session *s = open_library();
    struct member *eve = member_get(member_table(s), 3);
    struct post_manager *slot = member_posts(eve);
    assert_int_equal(post_all(slot)->len, 0);
    db_exec(db, "update member set handle = 'bobby' where handle = 'bob';"
                "update member set handle = 'zoe' where handle = 'eve';"
                "insert into post (words, member_handle) values ('4', 'zoe')");
    member_refresh(eve);
    assert_ptr_equal(member_posts(eve), slot);
    assert_int_equal(post_all(slot)->len, 1);
    assert_string_equal(post_words(post_all(slot)->items[0]), "4");

    struct member *bob = member_get(member_table(s), 2);
    assert_int_equal(post_all(member_posts(bob))->len, 2);
    member_set_handle(bob, "robert");
    assert_int_equal(post_all(member_posts(bob))->len, 2);
    assert_true(orm_commit(s));
    assert_int_equal(post_all(member_posts(bob))->len, 2);
    close_library(s);
}

static void deleted_target_is_not_given(void **state)
{
    (void)state;
    arrange_choices(db);
    struct orm_session *s = open_library();
    const struct choice_list *choices = choice_find(choice_table(s), &choices_by_id);
    struct question *q = question_get(question_table(s), 2);
    question_delete(q);
    orm_each(struct choice, c, choices)
        assert_int_equal(choice_question(c) == NULL, choice_question_id(c) == 2);
    orm_rollback(s);
    orm_each(struct choice, c, choices)
        assert_int_equal(question_id(choice_question(c)), choice_question_id(c));
    assert_ptr_equal(choice_question(choices->items[0]), q);
    close_library(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(to_one_loop_costs_two_statements),
        DB_TEST(chained_loop_costs_three),
        DB_TEST(three_ways_to_one_table_cost_three_with_the_authors),
        DB_TEST(null_references_cost_nothing),
        DB_TEST(null_references_among_others_are_passed_over),
        DB_TEST(missing_row_is_remembered),
        DB_TEST(missing_row_of_one_object_is_remembered_too),
        DB_TEST(missing_row_of_a_required_reference_is_no_error_either),
        DB_TEST(missing_row_is_found_when_the_session_meets_it_later),
        DB_TEST(a_hundred_thousand_keys_travel_in_one_array),
        DB_TEST(two_results_are_two_groups),
        DB_TEST(single_row_has_no_peers_and_moves_nobody),
        DB_TEST(peers_keep_what_they_have),
        DB_TEST(mapped_targets_are_not_asked_for),
        DB_TEST(tree_finds_its_parents_among_its_own_rows),
        DB_TEST(text_keys_load_like_numbers),
        DB_TEST(setting_the_key_rebinds_the_slot),
        DB_TEST(empty_result_leads_to_no_statement),
        DB_TEST(equal_keys_are_asked_for_once),
        DB_TEST(part_of_a_list_has_the_whole_group),
        DB_TEST(limited_query_has_a_group_of_its_rows),
        DB_TEST(results_read_by_turns_cost_one_statement_each),
        DB_TEST(results_that_overlap_cost_no_more),
        DB_TEST(new_objects_have_no_peers),
        DB_TEST(refreshed_object_keeps_its_peers),
        DB_TEST(reassigned_reference_takes_the_object_that_its_peers_hold),
        DB_TEST(key_that_is_set_again_keeps_the_object),
        DB_TEST(reference_by_another_column_gives_the_mapped_object),
        DB_TEST(renamed_column_of_a_reference_rebinds_its_list),
        DB_TEST(deleted_target_is_not_given),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
