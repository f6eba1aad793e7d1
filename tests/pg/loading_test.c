/* loading_test.c: loops written without a thought cost a constant number of statements.
 */
#include "library_test.h"

static PGconn *db;

static int group_setup(void **state)
{
    db_group_setup(state);
    db = *state;
    return 0;
}

/* Six choices that point to three questions by three authors. */
static void arrange_choices(void)
{
    db_exec(db,
        "insert into author (name) select 'author ' || i from generate_series(1, 3) i;"
        "insert into question (words, author_id)"
        "  select 'question ' || i, i from generate_series(1, 3) i;"
        "insert into choice (words, question_id, alt_id, req_id)"
        "  select 'choice ' || i, 1 + i %% 3, 1 + (i + 1) %% 3, 1 + (i + 2) %% 3"
        "  from generate_series(1, 6) i");
}

/* -- To-one ------------------------------------------------------------------------ */

static void to_one_loop_costs_two_statements(void **state)
{
    (void)state;
    arrange_choices();
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
    arrange_choices();
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
    arrange_choices();
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
    arrange_choices();
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
    arrange_choices();
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
    arrange_choices();
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
    arrange_choices();
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
    arrange_choices();
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
    arrange_choices();
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
    arrange_choices();
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
    arrange_choices();
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
    arrange_choices();
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
    arrange_choices();
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

/* -- One-to-one -------------------------------------------------------------------- */

static void arrange_profiles(void)
{
    db_exec(db,
        "insert into author (name) select 'author ' || i from generate_series(1, 3) i;"
        "insert into profile (bio, author_id)"
        "  select 'bio ' || i, 4 - i from generate_series(1, 3) i");
}

static void one_to_one_forward_costs_two(void **state)
{
    (void)state;
    arrange_profiles();
    struct orm_session *s = open_library();
    orm_each(struct profile, p, profile_all(profile_table(s))) {
        struct author *a = profile_author(p);
        assert_int_equal(author_id(a), 4 - profile_id(p));
        assert_ptr_equal(author_profile(a), p);
    }
    assert_int_equal(spent(s), 2);
    close_library(s);
}

static void one_to_one_backward_costs_two(void **state)
{
    (void)state;
    arrange_profiles();
    struct orm_session *s = open_library();
    orm_each(struct author, a, author_all(author_table(s))) {
        struct profile *p = author_profile(a);
        assert_int_equal(profile_id(p), 4 - author_id(a));
        assert_int_equal(author_profile_state(a), ORM_REF_LOADED);
        assert_ptr_equal(profile_author(p), a);
    }
    assert_int_equal(spent(s), 2);
    close_library(s);
}

static void one_to_one_without_rows_is_asked_once(void **state)
{
    (void)state;
    db_exec(db, "insert into author (name) values ('a'), ('b'), ('c')");
    struct orm_session *s = open_library();
    const struct author_list *authors = author_all(author_table(s));
    for (int pass = 0; pass < 2; pass++)
        orm_each(struct author, a, authors) {
            assert_null(author_profile(a));
            assert_int_equal(author_profile_state(a), ORM_REF_MISSING);
        }
    assert_int_equal(spent(s), 2);
    close_library(s);
}

static void setting_a_one_to_one_sets_both_ends(void **state)
{
    (void)state;
    arrange_profiles();
    struct orm_session *s = open_library();
    struct author *fresh = author_new(author_table(s));
    author_set_name(fresh, "fresh");
    struct profile *p = profile_get(profile_table(s), 1);
    struct author *old = profile_author(p);
    assert_ptr_equal(author_profile(old), p);
    profile_set_author(p, fresh);
    assert_ptr_equal(profile_author(p), fresh);
    assert_ptr_equal(author_profile(fresh), p);
    assert_null(author_profile(old));
    assert_true(orm_commit(s));
    assert_ptr_equal(author_profile(fresh), p);
    assert_string_equal(db_text(db, "select a.name from author a join profile p"
                                    " on p.author_id = a.id where p.id = 1"),
        "fresh");
    close_library(s);
}

/* -- To-many ----------------------------------------------------------------------- */

static unsigned long long cost_of_author_books(int authors)
{
    db_truncate(db);
    arrange_library(db, authors, 3);
    struct orm_session *s = open_library();
    orm_each(struct author, a, author_find(author_table(s), &authors_by_id)) {
        const struct book_list *books = book_all(author_books(a));
        assert_int_equal(books->len, 3);
        for (size_t i = 0; i < books->len; i++) {
            assert_int_equal(book_id(books->items[i]), 3 * author_id(a) - 2 + (int)i);
            assert_ptr_equal(book_author(books->items[i]), a);
        }
        assert_null(books->items[books->len]);
    }
    const unsigned long long cost = spent(s);
    close_library(s);
    return cost;
}

static void to_many_loop_costs_three(void **state)
{
    (void)state;
    assert_int_equal(cost_of_author_books(1), 2);
    assert_int_equal(cost_of_author_books(2), 3);
    assert_int_equal(cost_of_author_books(50), 3);
}

static void to_many_loop_with_a_to_one_of_each_costs_five(void **state)
{
    (void)state;
    arrange_library(db, 20, 4);
    struct orm_session *s = open_library();
    orm_each(struct author, a, author_find(author_table(s), &authors_by_id))
        orm_each(struct book, b, book_all(author_books(a)))
            assert_int_equal(shelf_id(book_shelf(b)), book_id(b));
    assert_int_equal(spent(s), 5);
    close_library(s);
}

static unsigned long long cost_of_tags_of_author_books(int authors)
{
    db_truncate(db);
    arrange_library(db, authors, 5);
    struct orm_session *s = open_library();
    size_t tags = 0;
    orm_each(struct author, a, author_find(author_table(s), &authors_by_id))
        orm_each(struct book, b, book_all(author_books(a)))
            tags += tag_all(book_tags(b))->len;
    assert_int_equal(tags, 2 * 5 * authors);
    const unsigned long long cost = spent(s);
    close_library(s);
    return cost;
}

static void nested_to_many_loops_do_not_multiply(void **state)
{
    (void)state;
    const unsigned long long few = cost_of_tags_of_author_books(3);
    assert_true(few <= 6);
    assert_int_equal(cost_of_tags_of_author_books(40), few);
}

static void many_to_many_loop_costs_three_and_shares_objects(void **state)
{
    (void)state;
    arrange_library(db, 2, 6);
    struct orm_session *s = open_library();
    struct tag *seen[4] = {NULL};
    orm_each(struct book, b, book_find(book_table(s), &books_by_id)) {
        const struct tag_list *tags = tag_all(book_tags(b));
        assert_int_equal(tags->len, 2);
        assert_true(tag_id(tags->items[0]) < tag_id(tags->items[1]));
        orm_each(struct tag, t, tags) {
            assert_true(tag_id(t) == 1 + book_id(b) % 3 ||
                        tag_id(t) == 1 + (book_id(b) + 1) % 3);
            if (!seen[tag_id(t)])
                seen[tag_id(t)] = t;
            assert_ptr_equal(seen[tag_id(t)], t);
        }
    }
    assert_int_equal(spent(s), 3);
    close_library(s);
}

static void many_to_many_is_seen_from_the_other_end(void **state)
{
    (void)state;
    arrange_library(db, 2, 3);
    struct orm_session *s = open_library();
    size_t books = 0;
    orm_each(struct tag, t, tag_all(tag_table(s)))
        books += book_all(tag_books(t))->len;
    assert_int_equal(books, 12);
    assert_int_equal(spent(s), 3);
    close_library(s);
}

static void many_to_many_through_a_model_costs_three(void **state)
{
    (void)state;
    arrange_library(db, 1, 4);
    db_exec(db,
        "insert into reader (name) values ('x'), ('y');"
        "insert into loan (book_id, reader_id) select b.id, r.id from book b, reader r"
        " where (b.id + r.id) %% 2 = 0");
    struct orm_session *s = open_library();
    orm_each(struct book, b, book_find(book_table(s), &books_by_id)) {
        const struct reader_list *readers = reader_all(book_readers(b));
        assert_int_equal(readers->len, 1);
        assert_int_equal((reader_id(readers->items[0]) + book_id(b)) % 2, 0);
    }
    assert_int_equal(spent(s), 3);
    close_library(s);
}

static void owners_without_rows_have_empty_lists(void **state)
{
    (void)state;
    db_exec(db, "insert into author (name) values ('a'), ('b'), ('c')");
    struct orm_session *s = open_library();
    const struct author_list *authors = author_all(author_table(s));
    for (int pass = 0; pass < 2; pass++)
        orm_each(struct author, a, authors) {
            const struct book_list *books = book_all(author_books(a));
            assert_int_equal(books->len, 0);
            assert_null(books->items[0]);
        }
    assert_int_equal(spent(s), 3);
    close_library(s);
}

static void slot_is_one_pointer_inside_the_object_and_no_statement(void **state)
{
    (void)state;
    arrange_library(db, 2, 1);
    struct orm_session *s = open_library();
    struct author *a = author_get(author_table(s), 1);
    spent(s);
    struct book_manager *slot = author_books(a);
    assert_ptr_equal(slot, author_books(a));
    assert_true((char *)slot > (char *)a && (char *)slot < (char *)(a + 1));
    assert_ptr_not_equal(slot, author_edited(a));
    assert_ptr_not_equal(slot, author_books(author_get(author_table(s), 2)));
    assert_int_equal(spent(s), 1);
    book_all(slot);
    assert_ptr_equal(slot, author_books(a));
    close_library(s);
}

static void list_is_served_from_memory_once_loaded(void **state)
{
    (void)state;
    arrange_library(db, 1, 3);
    struct orm_session *s = open_library();
    struct author *a = author_get(author_table(s), 1);
    const struct book_list *books = book_all(author_books(a));
    spent(s);
    assert_ptr_equal(book_all(author_books(a)), books);
    assert_int_equal(book_count(author_books(a), NULL), 3);
    assert_true(book_exists(author_books(a), NULL));
    assert_int_equal(spent(s), 0);
    close_library(s);
}

static void count_and_exists_do_not_load(void **state)
{
    (void)state;
    arrange_library(db, 3, 3);
    struct orm_session *s = open_library();
    const struct author_list *authors = author_find(author_table(s), &authors_by_id);
    spent(s);
    orm_each(struct author, a, authors) {
        assert_int_equal(book_count(author_books(a), NULL), 3);
        assert_true(book_exists(author_books(a), NULL));
        assert_false(book_exists(author_edited(a), NULL));
    }
    assert_int_equal(spent(s), 9);
    /* All three owners are still to be loaded: the first alone, then the others. */
    orm_each(struct author, a, authors)
        assert_int_equal(book_all(author_books(a))->len, 3);
    assert_int_equal(spent(s), 2);
    close_library(s);
}

static void filtered_find_neither_fills_the_slot_nor_loads_peers(void **state)
{
    (void)state;
    arrange_library(db, 3, 3);
    struct orm_session *s = open_library();
    const struct author_list *authors = author_find(author_table(s), &authors_by_id);
    const struct book_query thin = {.where = {book_pages_le(102)}};
    spent(s);
    orm_each(struct author, a, authors)
        assert_int_equal(
            book_find(author_books(a), &thin)->len, author_id(a) == 1 ? 2 : 0);
    assert_int_equal(spent(s), 3);
    orm_each(struct author, a, authors)
        assert_int_equal(book_all(author_books(a))->len, 3);
    assert_int_equal(spent(s), 2);
    close_library(s);
}

static void a_look_at_one_owner_loads_no_other(void **state)
{
    (void)state;
    arrange_library(db, 3, 2);
    struct orm_session *s = open_library();
    const struct author_list *authors = author_find(author_table(s), &authors_by_id);
    assert_int_equal(book_all(author_books(authors->items[1]))->len, 2);
    spent(s);
    assert_null(((struct orm_manager *)author_books(authors->items[0]))->list);
    /* Book 3 came with the second author; book 1 is not known yet. */
    assert_non_null(book_get(book_table(s), 3));
    assert_int_equal(spent(s), 0);
    assert_non_null(book_get(book_table(s), 1));
    assert_int_equal(spent(s), 1);
    close_library(s);
}

static void whole_table_always_asks(void **state)
{
    (void)state;
    arrange_library(db, 1, 2);
    struct orm_session *s = open_library();
    assert_int_equal(book_all(book_table(s))->len, 2);
    db_exec(db, "insert into book (title, author_id) values ('late', 1)");
    assert_int_equal(book_all(book_table(s))->len, 3);
    assert_int_equal(spent(s), 2);
    close_library(s);
}

/* -- Identity ---------------------------------------------------------------------- */

static void same_row_by_two_paths_is_one_object(void **state)
{
    (void)state;
    arrange_library(db, 2, 2);
    struct orm_session *s = open_library();
    struct book *b = book_get(book_table(s), 3);
    struct author *a = author_get(author_table(s), 2);
    assert_ptr_equal(book_all(author_books(a))->items[0], b);
    assert_ptr_equal(book_author(b), a);
    const struct book_query third = {.where = {book_title_eq("book 3")}};
    assert_ptr_equal(book_first(book_table(s), &third), b);
    close_library(s);
}

static void known_key_costs_no_statement(void **state)
{
    (void)state;
    arrange_library(db, 1, 2);
    struct orm_session *s = open_library();
    const struct book_list *books = book_find(book_table(s), &books_by_id);
    spent(s);
    assert_ptr_equal(book_get(book_table(s), 2), books->items[1]);
    assert_ptr_equal(book_require(book_table(s), 1), books->items[0]);
    assert_int_equal(spent(s), 0);
    assert_null(book_get(book_table(s), 3));
    assert_int_equal(spent(s), 1);
    close_library(s);
}

static void two_sessions_share_nothing(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *one = open_library();
    struct orm_session *two = open_library();
    struct book *b1 = book_get(book_table(one), 1);
    struct book *b2 = book_get(book_table(two), 1);
    assert_ptr_not_equal(b1, b2);
    assert_ptr_not_equal(book_tags(b1), book_tags(b2));
    close_library(one);
    assert_string_equal(book_title(b2), "book 1");
    close_library(two);
}

static void rows_of_a_slot_know_their_owner(void **state)
{
    (void)state;
    arrange_library(db, 1, 3);
    struct orm_session *s = open_library();
    struct author *a = author_get(author_table(s), 1);
    const struct book_query thick = {.where = {book_pages_ge(102)}};
    spent(s);
    orm_each(struct book, b, book_find(author_books(a), &thick))
        assert_ptr_equal(book_author(b), a);
    assert_ptr_equal(book_author(book_first(author_books(a), NULL)), a);
    assert_int_equal(spent(s), 2);
    close_library(s);
}

static void fetched_row_refreshes_clean_columns_only(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    struct book *b = book_get(book_table(s), 1);
    const char *held = book_title(b);
    book_set_pages(b, 7);
    db_exec(db, "update book set title = 'renamed', pages = 8");
    book_refresh(b);
    assert_string_equal(book_title(b), "renamed");
    assert_string_equal(held, "book 1"); /* text that is held stays valid */
    assert_int_equal(book_pages(b), 7);
    assert_true(orm_commit(s));
    assert_string_equal(db_text(db, "select title, pages from book"), "renamed|7");
    close_library(s);
}

static void refresh_drops_the_slots(void **state)
{
    (void)state;
    arrange_library(db, 2, 1);
    struct orm_session *s = open_library();
    struct author *a = author_get(author_table(s), 1);
    struct book *b = book_get(book_table(s), 1);
    assert_int_equal(book_all(author_books(a))->len, 1);
    assert_ptr_equal(book_author(b), a);
    db_exec(db, "insert into book (title, author_id) values ('late', 1);"
                "update book set author_id = 2 where id = 1");
    spent(s);
    author_refresh(a);
    book_refresh(b);
    assert_int_equal(spent(s), 2);
    assert_int_equal(author_id(book_author(b)), 2);
    const struct book_list *books = book_all(author_books(a));
    assert_int_equal(books->len, 1);
    assert_string_equal(book_title(books->items[0]), "late");
    close_library(s);
}

/* -- Changes and lists ------------------------------------------------------------- */

static void recorded_change_drops_the_owners_list_alone(void **state)
{
    (void)state;
    arrange_library(db, 3, 2);
    struct orm_session *s = open_library();
    const struct author_list *authors = author_find(author_table(s), &authors_by_id);
    orm_each(struct author, a, authors)
        assert_int_equal(book_all(author_books(a))->len, 2);
    struct author *first = authors->items[0];
    const struct book_list *held = book_all(author_books(first));

    struct book *b = book_new(author_books(first));
    book_set_title(b, "new");
    spent(s);
    /* The insert goes first, then one owner is asked for. */
    assert_int_equal(book_all(author_books(first))->len, 3);
    assert_int_equal(spent(s), 2);
    assert_int_equal(held->len, 2);
    assert_int_equal(book_all(author_books(authors->items[1]))->len, 2);
    assert_int_equal(book_all(author_books(authors->items[2]))->len, 2);
    assert_int_equal(spent(s), 0);
    assert_true(orm_commit(s));
    close_library(s);
}

static void move_drops_both_lists(void **state)
{
    (void)state;
    arrange_library(db, 3, 2);
    struct orm_session *s = open_library();
    const struct author_list *authors = author_find(author_table(s), &authors_by_id);
    struct author **a = authors->items;
    orm_each(struct author, each, authors)
        assert_int_equal(book_all(author_books(each))->len, 2);
    struct book *b = book_all(author_books(a[0]))->items[0];
    for (int by_key = 0; by_key < 2; by_key++) {
        struct author *from = a[by_key];
        struct author *to = a[by_key + 1];
        if (by_key)
            book_set_author_id(b, author_id(to));
        else
            book_set_author(b, to);
        assert_ptr_equal(book_author(b), to);
        assert_int_equal(book_all(author_books(from))->len, by_key ? 2 : 1);
        assert_int_equal(book_all(author_books(to))->len, 3);
    }
    assert_true(orm_commit(s));
    assert_string_equal(
        db_text(db, "select author_id, count(*) from book group by 1 order by 1"),
        "1|1\n2|2\n3|3");
    close_library(s);
}

static void many_to_many_change_drops_both_ends(void **state)
{
    (void)state;
    arrange_library(db, 1, 3);
    struct orm_session *s = open_library();
    struct book *b = book_get(book_table(s), 1);
    struct tag *t = tag_get(tag_table(s), 1);
    assert_int_equal(tag_all(book_tags(b))->len, 2);
    assert_int_equal(book_all(tag_books(t))->len, 2);
    tag_add(book_tags(b), t);
    assert_int_equal(tag_all(book_tags(b))->len, 3);
    assert_int_equal(book_all(tag_books(t))->len, 3);
    book_remove(tag_books(t), b);
    assert_int_equal(tag_all(book_tags(b))->len, 2);
    assert_int_equal(book_all(tag_books(t))->len, 2);
    assert_true(orm_commit(s));
    close_library(s);
}

static void deleted_object_leaves_its_owners_list(void **state)
{
    (void)state;
    arrange_library(db, 2, 2);
    struct orm_session *s = open_library();
    struct author *a = author_get(author_table(s), 1);
    struct book *b = book_all(author_books(a))->items[0];
    book_delete(b);
    const struct book_list *books = book_all(author_books(a));
    assert_int_equal(books->len, 1);
    assert_int_equal(book_id(books->items[0]), 2);
    assert_null(book_get(book_table(s), 1));
    assert_true(orm_commit(s));
    assert_null(book_get(book_table(s), 1));
    close_library(s);
}

static void deleted_peer_does_not_disturb_the_loop(void **state)
{
    (void)state;
    arrange_choices();
    struct orm_session *s = open_library();
    const struct choice_list *choices = choice_find(choice_table(s), &choices_by_id);
    choice_delete(choices->items[2]);
    assert_true(orm_commit(s));
    spent(s);
    for (size_t i = 0; i < choices->len; i++)
        if (i != 2)
            assert_non_null(choice_question(choices->items[i]));
    assert_int_equal(spent(s), 1);
    close_library(s);
}

static void unsaved_owner_works_in_memory(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    struct tag *t = tag_get(tag_table(s), 1);
    struct author *a = author_new(author_table(s));
    author_set_name(a, "unsaved");
    struct book *b = book_new(author_books(a));
    struct book *c = book_new(author_books(a));
    book_set_title(b, "b");
    book_set_title(c, "c");
    tag_add(book_tags(b), t);
    spent(s);
    assert_ptr_equal(book_author(b), a);
    assert_int_equal(book_all(author_books(a))->len, 2);
    assert_ptr_equal(book_all(author_books(a))->items[0], b);
    assert_int_equal(tag_all(book_tags(b))->len, 1);
    assert_ptr_equal(tag_all(book_tags(b))->items[0], t);
    tag_remove(book_tags(b), t);
    assert_int_equal(tag_all(book_tags(b))->len, 0);
    tag_add(book_tags(b), t);
    assert_int_equal(spent(s), 0);
    assert_int_equal(waited(s), 1); /* for the tag */

    assert_true(orm_commit(s));
    assert_int_equal(book_all(author_books(a))->len, 2);
    assert_string_equal(db_text(db, "select b.title, t.name from author a"
                                    " join book b on b.author_id = a.id"
                                    " left join book_tags j on j.book_id = b.id"
                                    " left join tags t on t.id = j.tag_id"
                                    " where a.name = 'unsaved' order by b.id"),
        "b|red\nc|-");
    close_library(s);
}

static void database_cannot_be_asked_about_an_unsaved_owner(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    struct author *a = author_new(author_table(s));
    const struct book_query thin = {.where = {book_pages_le(102)}};
    assert_int_equal(book_find(author_books(a), &thin)->len, 0);
    assert_failed(s, ORM_UNSAVED, NULL, NULL);
    assert_int_equal(spent(s), 0);
    orm_close(s);
}

/* -- Tolerance --------------------------------------------------------------------- */

static void null_objects_read_as_nothing(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    assert_string_equal(book_title(NULL), "");
    assert_int_equal(book_pages(NULL), 0);
    assert_false(book_has_pages(NULL));
    assert_null(book_author(NULL));
    assert_null(book_tags(NULL));
    assert_int_equal(tag_all(book_tags(NULL))->len, 0);
    assert_null(tag_all(NULL)->items[0]);
    assert_int_equal(tag_count(NULL, NULL), 0);
    assert_false(tag_exists(NULL, NULL));
    assert_null(tag_first(NULL, NULL));
    assert_null(book_get(NULL, 1));
    assert_string_equal(author_name(book_author(book_get(book_table(s), 1))), "");
    assert_int_equal(spent(s), 1);
    close_library(s);
}

static void calls_accept_no_session(void **state)
{
    (void)state;
    orm_close(NULL);
    orm_reset(NULL);
    orm_begin(NULL);
    orm_rollback(NULL);
    orm_set_deadline(NULL, 10);
    assert_false(orm_flush(NULL));
    assert_false(orm_commit(NULL));
    assert_false(orm_end(NULL));
    assert_false(orm_ok(NULL));
    assert_int_equal(orm_statements(NULL), 0);
    assert_int_equal(orm_round_trips(NULL), 0);
    assert_int_not_equal(orm_status(NULL), ORM_OK);
    assert_true(*orm_message(NULL));
    assert_non_null(orm_last_error(NULL));
    assert_int_equal(book_all(book_table(NULL))->len, 0);
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
        DB_TEST(one_to_one_forward_costs_two),
        DB_TEST(one_to_one_backward_costs_two),
        DB_TEST(one_to_one_without_rows_is_asked_once),
        DB_TEST(setting_a_one_to_one_sets_both_ends),
        DB_TEST(to_many_loop_costs_three),
        DB_TEST(to_many_loop_with_a_to_one_of_each_costs_five),
        DB_TEST(nested_to_many_loops_do_not_multiply),
        DB_TEST(many_to_many_loop_costs_three_and_shares_objects),
        DB_TEST(many_to_many_is_seen_from_the_other_end),
        DB_TEST(many_to_many_through_a_model_costs_three),
        DB_TEST(owners_without_rows_have_empty_lists),
        DB_TEST(slot_is_one_pointer_inside_the_object_and_no_statement),
        DB_TEST(list_is_served_from_memory_once_loaded),
        DB_TEST(count_and_exists_do_not_load),
        DB_TEST(filtered_find_neither_fills_the_slot_nor_loads_peers),
        DB_TEST(a_look_at_one_owner_loads_no_other),
        DB_TEST(whole_table_always_asks),
        DB_TEST(same_row_by_two_paths_is_one_object),
        DB_TEST(known_key_costs_no_statement),
        DB_TEST(two_sessions_share_nothing),
        DB_TEST(rows_of_a_slot_know_their_owner),
        DB_TEST(fetched_row_refreshes_clean_columns_only),
        DB_TEST(refresh_drops_the_slots),
        DB_TEST(recorded_change_drops_the_owners_list_alone),
        DB_TEST(move_drops_both_lists),
        DB_TEST(many_to_many_change_drops_both_ends),
        DB_TEST(deleted_object_leaves_its_owners_list),
        DB_TEST(deleted_peer_does_not_disturb_the_loop),
        DB_TEST(unsaved_owner_works_in_memory),
        DB_TEST(database_cannot_be_asked_about_an_unsaved_owner),
        DB_TEST(null_objects_read_as_nothing),
        DB_TEST(calls_accept_no_session),
    };
    return cmocka_run_group_tests(tests, group_setup, db_group_teardown);
}
