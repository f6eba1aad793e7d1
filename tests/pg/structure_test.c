/* structure_test.c: what a schema is put together of: lists in an order of their own,
 * mixins, values, views. */
#include "../golden/structure/in.orm.h"
#include "pgtest.h"
#include "sessions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static int group_setup(void **state)
{
    db_group_setup(state);
    db_exec(db, "set search_path = lib, public");
    return 0;
}

/* Two writers with four papers each, of three lengths and one without. */
static int arrange(void **state)
{
    db_test_setup(state);
    db_exec(db, "truncate lib.writer, lib.paper, lib.word, lib.citation restart "
                "identity cascade;"
                "insert into writer (name, home_street, home_code) values ('a', 'A "
                "Street', '1'),"
                " ('b', 'B Street', null);"
                "insert into paper (title, pages, writer_id)"
                "  select 'paper ' || 9 - i, nullif(i %% 4 * 10, 0), 1 + i %% 2"
                "  from generate_series(1, 8) i;"
                "insert into word (text) values ('one'), ('two'), ('three');"
                "insert into paper_words select p, w from generate_series(1, 8) p,"
                "  generate_series(1, 3) w where (p + w) %% 3 < 2;"
                "insert into citation (from_id, to_id, page)"
                "  select i, 1 + (i + j) %% 8, j from generate_series(1, 8) i,"
                "  generate_series(0, 3) j;"
                "insert into citation (from_id, to_id, page) select 1, 4, 9");
    return 0;
}
#define STRUCTURE_TEST(f) cmocka_unit_test_setup(f, arrange)

static uint64_t before;

static struct orm_session *open_lib(void)
{
    struct orm_session *s = orm_open(db_conninfo(), &lib_schema);
    assert_non_null(s);
    assert_fine(s);
    before = orm_statements(s);
    return s;
}

static unsigned sent(const struct orm_session *s)
{
    return (unsigned)(orm_statements(s) - before);
}

static void close_lib(struct orm_session *s)
{
    assert_fine(s);
    orm_close(s);
}

/* -- Orders ------------------------------------------------------------------------ */

static void assert_titles(const struct paper_list *papers, const char *sql, int64_t id)
{
    char got[400] = "";
    orm_each(struct paper, p, papers)
        snprintf(got + strlen(got), sizeof got - strlen(got), "%s%s", *got ? "," : "",
            paper_title(p));
    assert_string_equal(got, db_text(db, sql, (long long)id));
}

static const char papers_of[] =
    "select coalesce(string_agg(title, ',' order by pages desc, title, id), '')"
    " from paper where writer_id = %lld";

static void a_list_comes_in_its_order_alone_and_in_a_group(void **state)
{
    (void)state;
    struct orm_session *s = open_lib();
    orm_each(struct writer, w, writer_all(writer_table(s)))
        assert_titles(paper_all(writer_papers(w)), papers_of, writer_id(w));
    assert_int_equal(sent(s), 3); /* writers, the first one's papers, the other's */
    close_lib(s);
}

static void a_query_on_a_list_keeps_the_list_s_order(void **state)
{
    (void)state;
    struct orm_session *s = open_lib();
    struct writer *w = writer_get(writer_table(s), 1);
    const struct paper_query some = {.where = {paper_pages_ge(1)}};
    assert_titles(paper_find(writer_papers(w), &some),
        "select string_agg(title, ',' order by pages desc, title) from paper"
        " where writer_id = %lld and pages >= 1",
        1);
    const struct paper_query own = {.order = {paper_title_asc()}};
    assert_titles(paper_find(writer_papers(w), &own),
        "select string_agg(title, ',' order by title) from paper where writer_id = "
        "%lld",
        1);
    struct paper *first = paper_first(writer_papers(w), NULL);
    assert_ptr_equal(first, paper_all(writer_papers(w))->items[0]);
    assert_int_equal(paper_count(writer_papers(w), &some), 2);
    close_lib(s);
}

static void join_lists_come_in_their_order_from_both_ends(void **state)
{
    (void)state;
    struct orm_session *s = open_lib();
    orm_each(struct paper, p, paper_all(paper_table(s))) {
        const struct word_list *words = word_all(paper_words(p));
        for (size_t i = 1; i < words->len; i++)
            assert_true(
                strcmp(word_text(words->items[i - 1]), word_text(words->items[i])) > 0);
    }
    assert_int_equal(sent(s), 3);
    orm_each(struct word, w, word_all(word_table(s)))
        assert_titles(paper_all(word_papers(w)),
            "select string_agg(title, ',' order by writer_id, title desc) from paper"
            " join paper_words on paper_id = id where word_id = %lld",
            word_id(w));
    assert_int_equal(sent(s), 6);
    close_lib(s);
}

static void a_pair_that_a_join_model_holds_twice_is_listed_once(void **state)
{
    (void)state;
    struct orm_session *s = open_lib();
    orm_each(struct paper, p, paper_all(paper_table(s)))
        assert_titles(paper_all(paper_cites(p)),
            "select string_agg(title, ',' order by title) from paper"
            " where id in (select to_id from citation where from_id = %lld)",
            paper_id(p));
    assert_int_equal(sent(s), 3);
    close_lib(s);
}

static void what_is_added_takes_its_place_when_the_list_is_loaded_again(void **state)
{
    (void)state;
    struct orm_session *s = open_lib();
    struct writer *w = writer_get(writer_table(s), 1);
    assert_int_equal(paper_all(writer_papers(w))->len, 4);
    struct paper *p = paper_new(writer_papers(w));
    paper_set_title(p, "paper 0");
    paper_set_pages(p, 15);
    assert_true(orm_flush(s));
    assert_titles(paper_all(writer_papers(w)),
        "select 'paper 1,paper 5,paper 3,paper 7,paper 0' where %lld = 1", 1);
    assert_true(orm_commit(s));
    assert_titles(paper_all(writer_papers(w)), papers_of, 1);
    close_lib(s);
}

/* -- Mixins ------------------------------------------------------------------------ */

static void what_a_mixin_brings_is_the_model_s_own(void **state)
{
    (void)state;
    struct orm_session *s = open_lib();
    struct word *w = word_new(word_table(s));
    word_set_text(w, "four");
    word_set_owner(w, writer_get(writer_table(s), 2));
    assert_true(orm_commit(s));
    assert_string_equal(
        db_text(db, "select owner_id, mood, made > now() - interval '1 hour' from word"
                    " where text = 'four'"),
        "2|new|t");
    word_set_mood(w, WORD_MOOD_OLD);
    assert_true(orm_commit(s));
    assert_string_equal(
        db_text(db, "select mood from word where text = 'four'"), "old");
    close_lib(s);
}

/* -- Values ------------------------------------------------------------------------ */

static void a_value_is_read_and_written_in_one_call(void **state)
{
    (void)state;
    struct orm_session *s = open_lib();
    struct writer *a = writer_get(writer_table(s), 1);
    struct writer *b = writer_get(writer_table(s), 2);
    struct address home = writer_home(a);
    assert_string_equal(home.street, "A Street");
    assert_true(home.has_zip);
    assert_string_equal(home.zip, "1");
    assert_false(home.has_since);
    assert_false(writer_home(b).has_zip);
    assert_string_equal(writer_home(b).zip, "");

    home.street = "Elsewhere";
    home.has_since = true;
    home.since = 20000;
    writer_set_home(b, home);
    assert_true(orm_commit(s));
    assert_string_equal(
        db_text(
            db, "select home_street, home_code, home_since from writer where id = 2"),
        "Elsewhere|1|2024-10-04");
    writer_set_home(b, (struct address){.street = "Nowhere"});
    assert_true(orm_commit(s));
    assert_string_equal(
        db_text(
            db, "select home_street, home_code, home_since from writer where id = 2"),
        "Nowhere|-|-");
    close_lib(s);
}

static void a_value_holds_labels_of_a_type_of_its_own(void **state)
{
    (void)state;
    struct orm_session *s = open_lib();
    struct writer *a = writer_get(writer_table(s), 2);
    struct address home = writer_home(a);
    assert_false(home.has_kind);
    const enum address_uses uses[] = {ADDRESS_USES_PARCELS, ADDRESS_USES_LETTERS};
    home.has_kind = true;
    home.kind = ADDRESS_KIND_WORK;
    home.has_uses = true;
    home.uses = (struct address_uses_array){.items = uses, .len = 2};
    writer_set_home(a, home);
    writer_set_office(a, home); /* of the same type */
    assert_true(orm_commit(s));
    assert_string_equal(
        db_text(db, "select home_kind, home_uses, at_kind, at_uses from writer"
                    " where id = 2"),
        "work|{parcels,letters}|work|{parcels,letters}");
    close_lib(s);

    s = open_lib();
    a = writer_get(writer_table(s), 2);
    home = writer_office(a);
    assert_int_equal(home.kind, ADDRESS_KIND_WORK);
    assert_int_equal(home.uses.len, 2);
    assert_int_equal(home.uses.items[0], ADDRESS_USES_PARCELS);
    writer_clear_office(a);
    assert_true(orm_commit(s));
    close_lib(s);
}

static void an_optional_value_is_absent_when_all_its_columns_are_null(void **state)
{
    (void)state;
    struct orm_session *s = open_lib();
    struct writer *w = writer_get(writer_table(s), 1);
    assert_false(writer_has_office(w));
    assert_string_equal(writer_office(w).street, "");
    writer_set_office(w, writer_home(w));
    assert_true(writer_has_office(w));
    assert_true(orm_commit(s));
    assert_string_equal(
        db_text(db, "select at_street, at_code from writer where id = 1"),
        "A Street|1");
    writer_clear_office(w);
    assert_false(writer_has_office(w));
    assert_true(orm_commit(s));
    assert_int_equal(
        db_number(db, "select num_nonnulls(at_street, at_code, at_since) from writer"
                      " where id = 1"),
        0);
    close_lib(s);
}

static void columns_of_a_value_are_columns_like_others(void **state)
{
    (void)state;
    struct orm_session *s = open_lib();
    const struct writer_query q = {.where = {writer_home_street_eq("B Street")}};
    struct writer *w = writer_first(writer_table(s), &q);
    assert_int_equal(writer_id(w), 2);
    writer_set_fee_amount(w, 100);
    assert_true(orm_commit(s));
    assert_string_equal(
        db_text(db, "select fee_amount, fee_currency from writer where id = 2"),
        "100|EUR");
    assert_int_equal(writer_fee(w).amount, 100);
    close_lib(s);
}

/* -- Views ------------------------------------------------------------------------- */

static void rows_of_a_view_are_objects(void **state)
{
    (void)state;
    struct orm_session *s = open_lib();
    size_t rows = 0;
    orm_each(struct total, t, total_all(total_table(s))) {
        assert_int_equal(total_papers(t), 4);
        assert_true(total_has_longest(t));
        assert_string_equal(total_name(t), writer_name(total_writer(t)));
        assert_ptr_equal(t, total_get(total_table(s), total_id(t)));
        rows++;
    }
    assert_int_equal(rows, 2);
    assert_int_equal(sent(s), 2); /* the view, the writers */
    orm_each(struct writer, w, writer_all(writer_table(s)))
        assert_ptr_equal(total_all(writer_totals(w))->items[0],
            total_get(total_table(s), writer_id(w)));
    assert_int_equal(sent(s), 5);
    close_lib(s);
}

static void tables_refer_to_views_without_a_constraint(void **state)
{
    (void)state;
    struct orm_session *s = open_lib();
    struct word *w = word_get(word_table(s), 1);
    word_set_about(w, total_get(total_table(s), 2));
    assert_true(orm_commit(s));
    assert_int_equal(db_number(db, "select about_id from word where id = 1"), 2);
    word_set_about_id(w, 77);
    assert_true(orm_commit(s));
    assert_null(word_about(w));
    assert_int_equal(word_about_state(w), ORM_REF_MISSING);
    close_lib(s);
}

static void a_view_is_asked_when_all_changes_are_written(void **state)
{
    (void)state;
    struct orm_session *s = open_lib();
    struct paper *p = paper_new(writer_papers(writer_get(writer_table(s), 1)));
    paper_set_title(p, "fifth");
    assert_int_equal(total_papers(total_all(total_table(s))->items[0]) +
                         total_papers(total_all(total_table(s))->items[1]),
        9);
    close_lib(s);
}

static void a_materialized_view_shows_what_it_was_made_of(void **state)
{
    (void)state;
    db_exec(db, "refresh materialized view best");
    struct orm_session *s = open_lib();
    struct best *b = best_get(best_table(s), "a");
    assert_int_equal(best_papers(b), 4);
    assert_ptr_equal(best_total(b), total_get(total_table(s), 1));
    db_exec(db, "truncate citation, paper_words");
    paper_delete(paper_first(writer_papers(writer_get(writer_table(s), 1)), NULL));
    assert_true(orm_commit(s));
    best_refresh(b);
    assert_int_equal(best_papers(b), 4);
    db_exec(db, "refresh materialized view best");
    best_refresh(b);
    assert_int_equal(best_papers(b), 3);
    close_lib(s);
}

/* The generated header has no setters for a view; the runtime does not rely on it. */
static void writing_a_view_is_refused(void **state)
{
    (void)state;
    struct orm_session *s = open_lib();
    struct total *t = total_get(total_table(s), 1);
    orm_set_integer(&t->orm, TOTAL_PAPERS, 5);
    assert_failed(s, ORM_INVALID, "total", NULL);
    assert_string_equal(orm_message(s),
        "total: a view is only read; change the tables that it is made of");
    assert_int_equal(total_papers(t), 4);
    orm_rollback(s);
    orm_delete(&t->orm);
    assert_failed(s, ORM_INVALID, "total", NULL);
    orm_rollback(s);
    assert_non_null(orm_new((struct orm_manager *)total_table(s)));
    assert_failed(s, ORM_INVALID, "total", NULL);
    orm_close(s);
}

/* -- Through a model that asks for more -------------------------------------------- */

static void what_the_join_model_asks_for_can_only_be_given_by_new(void **state)
{
    (void)state;
    struct orm_session *s = open_lib();
    struct paper *p = paper_get(paper_table(s), 2);
    const struct paper_list *cited = paper_all(paper_cites(p));
    struct paper *more = paper_get(paper_table(s), 7);
    assert_int_equal(cited->len, 4); /* 3, 4, 5, 6 */
    paper_add(paper_cites(p), more);
    assert_failed(s, ORM_INVALID, "citation", "page");
    assert_non_null(strstr(orm_message(s), "make the citation with citation_new()"));
    orm_rollback(s);
    paper_set(paper_cites(p),
        &(const struct paper_list){(struct paper *[]){cited->items[0], more}, 2});
    assert_failed(s, ORM_INVALID, "citation", "page");
    orm_rollback(s);
    assert_int_equal(paper_all(paper_cites(p))->len, 4);

    paper_set(paper_cites(p),
        &(const struct paper_list){(struct paper *[]){cited->items[0]}, 1});
    assert_int_equal(paper_all(paper_cites(p))->len, 1);
    assert_true(orm_commit(s));
    assert_int_equal(
        db_number(db, "select count(*) from citation where from_id = 2"), 1);
    paper_clear(paper_cites(p));
    assert_true(orm_commit(s));
    assert_int_equal(
        db_number(db, "select count(*) from citation where from_id = 2"), 0);
    assert_int_equal(db_number(db, "select count(*) from citation"), 33 - 4);
    close_lib(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STRUCTURE_TEST(a_list_comes_in_its_order_alone_and_in_a_group),
        STRUCTURE_TEST(a_query_on_a_list_keeps_the_list_s_order),
        STRUCTURE_TEST(join_lists_come_in_their_order_from_both_ends),
        STRUCTURE_TEST(a_pair_that_a_join_model_holds_twice_is_listed_once),
        STRUCTURE_TEST(what_is_added_takes_its_place_when_the_list_is_loaded_again),
        STRUCTURE_TEST(what_a_mixin_brings_is_the_model_s_own),
        STRUCTURE_TEST(a_value_is_read_and_written_in_one_call),
        STRUCTURE_TEST(a_value_holds_labels_of_a_type_of_its_own),
        STRUCTURE_TEST(an_optional_value_is_absent_when_all_its_columns_are_null),
        STRUCTURE_TEST(columns_of_a_value_are_columns_like_others),
        STRUCTURE_TEST(rows_of_a_view_are_objects),
        STRUCTURE_TEST(tables_refer_to_views_without_a_constraint),
        STRUCTURE_TEST(a_view_is_asked_when_all_changes_are_written),
        STRUCTURE_TEST(a_materialized_view_shows_what_it_was_made_of),
        STRUCTURE_TEST(writing_a_view_is_refused),
        STRUCTURE_TEST(what_the_join_model_asks_for_can_only_be_given_by_new),
    };
    return cmocka_run_group_tests(tests, group_setup, db_group_teardown);
}
