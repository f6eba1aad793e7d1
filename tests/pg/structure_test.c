/* structure_test.c: what a schema is put together of: lists in an order of their own.
 */
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

static PGconn *db;

static int group_setup(void **state)
{
    db_group_setup(state);
    db = *state;
    db_exec(db, "set search_path = lib, public");
    return 0;
}

/* Two writers with four papers each, of three lengths and one without. */
static int arrange(void **state)
{
    db_test_setup(state);
    db_exec(db, "truncate lib.writer, lib.paper, lib.word, lib.citation restart "
                "identity cascade;"
                "insert into writer (name) values ('a'), ('b');"
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

static unsigned spent(const struct orm_session *s)
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
    assert_int_equal(spent(s), 3); /* writers, the first one's papers, the other's */
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
    assert_int_equal(spent(s), 3);
    orm_each(struct word, w, word_all(word_table(s)))
        assert_titles(paper_all(word_papers(w)),
            "select string_agg(title, ',' order by writer_id, title desc) from paper"
            " join paper_words on paper_id = id where word_id = %lld",
            word_id(w));
    assert_int_equal(spent(s), 6);
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
    assert_int_equal(spent(s), 3);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        STRUCTURE_TEST(a_list_comes_in_its_order_alone_and_in_a_group),
        STRUCTURE_TEST(a_query_on_a_list_keeps_the_list_s_order),
        STRUCTURE_TEST(join_lists_come_in_their_order_from_both_ends),
        STRUCTURE_TEST(a_pair_that_a_join_model_holds_twice_is_listed_once),
        STRUCTURE_TEST(what_is_added_takes_its_place_when_the_list_is_loaded_again),
    };
    return cmocka_run_group_tests(tests, group_setup, db_group_teardown);
}
