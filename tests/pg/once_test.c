/* once_test.c: where the session has seen that the targets of a join table repeat, each
 * comes once, with the keys of its owners; and no list can tell. */
#include "pgtest.h"
#include "sessions.h"

#include "crowd.orm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* -- Watching ---------------------------------------------------------------------- */

static unsigned asked_once; /* statements that ask for each target once */
static size_t rows;         /* of the last one */

static void see(void *arg, const struct orm_statement *st)
{
    (void)arg;
    asked_once += strstr(st->sql, "array_agg") != NULL;
    rows = st->rows;
}

static struct orm_session *open_crowd(void)
{
    struct orm_session *s = orm_open(db_conninfo(), &crowd_schema);
    assert_fine(s);
    orm_on_statement(s, see, NULL);
    asked_once = 0;
    return s;
}

static void close_crowd(struct orm_session *s)
{
    assert_fine(s);
    orm_close(s);
}

static unsigned times_asked_once(void)
{
    const unsigned n = asked_once;
    asked_once = 0;
    return n;
}

/* -- Walks ------------------------------------------------------------------------- */

enum how {
    LOOP,
    PLAN,
    ONE_FLIGHT,
    HOWS
};

static const unsigned costs[HOWS] = {3, 2, 2};

#define MOST 1000
static char seen_lists[1 << 20];
static size_t seen_length;

static void show(const char *format, int n)
{
    seen_length += (size_t)snprintf(
        seen_lists + seen_length, sizeof seen_lists - seen_length, format, n);
}

/* All owners by their numbers, each with the numbers of its list, as text: "1:2,3,;".
 * One row is one object. */
#define WALK(owner, relation, target)                                                  \
    static void walk_##owner##_##relation(struct orm_session *s, enum how how)         \
    {                                                                                  \
        const struct target *known[MOST] = {NULL};                                     \
        struct owner##_query q = {                                                     \
            .order = {owner##_n_asc()}, .one_flight = how == ONE_FLIGHT};              \
        if (how != LOOP)                                                               \
            q.with[0] = owner##_with_##relation(NULL);                                 \
        orm_each(struct owner, o, owner##_find(owner##_table(s), &q)) {                \
            show("%d:", owner##_n(o));                                                 \
            orm_each(struct target, t, target##_all(owner##_##relation(o))) {          \
                show("%d,", target##_n(t));                                            \
                if (known[target##_n(t)])                                              \
                    assert_ptr_equal(known[target##_n(t)], t);                         \
                known[target##_n(t)] = t;                                              \
            }                                                                          \
            show(";", 0);                                                              \
        }                                                                              \
    }                                                                                  \
    struct owner
WALK(book, tags, tag);
WALK(book, ranked, tag);
WALK(book, near, book);
WALK(book, readers, reader);
WALK(tag, books, book);
WALK(reader, books, book);
WALK(place, guests, guest);
WALK(guest, places, place);

/* Each owner with its list as SQL has it. */
#define LISTS(owner, target, pairs, order)                                             \
    "select string_agg(o.n || ':' || coalesce((select string_agg(t.n || ',', '' order" \
    " by " order ") from " target " t where exists (select from " pairs ")), '') ||"   \
    " ';', '' order by o.n) from " owner " o"

static const struct relation {
    const char *name;
    void (*walk)(struct orm_session *s, enum how how);
    const char *lists; /* as they should be */
    bool never;        /* the keys are none for arrays */
} relations[] = {
    {"book.tags", walk_book_tags,
        LISTS("book", "tag", "book_tags j where book_id = o.id and tag_id = t.id",
            "t.id"),
        false},
    {"book.ranked", walk_book_ranked,
        LISTS("book", "tag", "book_ranked j where book_id = o.id and tag_id = t.id",
            "t.rank desc, t.word, t.id"),
        false},
    {"book.near", walk_book_near,
        LISTS("book", "book", "book_near j where book_id = o.id and other_id = t.id",
            "t.id"),
        false},
    {"book.readers", walk_book_readers,
        LISTS("book", "reader", "loan j where book_id = o.id and reader_id = t.id",
            "t.id"),
        false},
    {"tag.books", walk_tag_books,
        LISTS("tag", "book", "book_tags j where tag_id = o.id and book_id = t.id",
            "t.id"),
        false},
    {"reader.books", walk_reader_books,
        LISTS("reader", "book", "loan j where reader_id = o.id and book_id = t.id",
            "t.id"),
        false},
    {"place.guests", walk_place_guests,
        LISTS("place", "guest",
            "visit j where (j.area, j.house, j.number) = (o.area, o.house, o.number)"
            " and (j.area, j.guest_name) = (t.area, t.name)",
            "t.area, t.name"),
        false},
    {"guest.places", walk_guest_places,
        LISTS("guest", "place",
            "visit j where (j.area, j.house, j.number) = (t.area, t.house, t.number)"
            " and (j.area, j.guest_name) = (o.area, o.name)",
            "t.area, t.house, t.number"),
        true},
};

static void check_lists(struct orm_session *s, const struct relation *r, enum how how,
    const char *wanted, const char *when)
{
    const unsigned long long before = orm_statements(s);
    seen_length = 0;
    seen_lists[0] = '\0';
    r->walk(s, how);
    assert_fine(s);
    assert_int_equal(orm_statements(s) - before, costs[how]);
    if (strcmp(wanted, seen_lists) != 0)
        fail_msg("%s, way %d, %s:\n%s\ninstead of\n%s", r->name, (int)how, when,
            seen_lists, wanted);
}

static void check_walk(
    struct orm_session *s, const struct relation *r, enum how how, const char *when)
{
    check_lists(s, r, how, db_text(db, "%s", r->lists), when);
}

/* -- Tables ------------------------------------------------------------------------ */

static void fill(const char *pairs, int percent)
{
    db_exec(db, "insert into %s and random() * 100 < %d", pairs, percent);
}

/* `owners` rows of each owner, and pairs of all with `percent` of the targets. */
static void arrange(double seed, int owners, int targets, int percent)
{
    db_truncate(db);
    db_exec(db, "select setseed(%f)", seed);
    db_exec(db,
        "insert into book (n) select i from generate_series(1, %d) i;"
        "insert into tag (n, word, rank)"
        " select i, 'w' || i %% 7, nullif(i %% 3, 0)"
        " from generate_series(1, %d) i;"
        "insert into reader (n) select i from generate_series(1, %d) i;"
        "insert into place (area, house, number, n)"
        " select i %% 2, lpad((i %% 3)::text, 32, '7')::uuid, i, i"
        " from generate_series(1, %d) i;"
        "insert into guest (area, name, n)"
        " select i %% 2, 'guest ' || i, i from generate_series(1, %d) i",
        owners, targets, targets, owners, targets);
    fill("book_tags (book_id, tag_id) select b.id, t.id from book b, tag t where true",
        percent);
    fill(
        "book_ranked (book_id, tag_id) select b.id, t.id from book b, tag t where true",
        percent);
    fill("book_near (book_id, other_id) select b.id, o.id from book b, book o"
         " where o.n < 30",
        percent);
    fill("loan (book_id, reader_id, day) select b.id, r.id, d from book b, reader r,"
         " generate_series(1, 2) d where true",
        percent);
    fill("visit select p.area, p.house, p.number, g.name from place p, guest g"
         " where p.area = g.area",
        percent);
}

/* -- Both forms -------------------------------------------------------------------- */

static void check_both_forms(const struct relation *r, enum how how, const char *wanted)
{
    struct orm_session *s = open_crowd();
    check_lists(s, r, how, wanted, "as pairs");
    assert_int_equal(times_asked_once(), 0);
    for (int again = 0; again < 2; again++) {
        orm_reset(s);
        check_lists(s, r, how, wanted, "each once");
        if (times_asked_once() != !r->never)
            fail_msg("%s, way %d: asked in the other form", r->name, (int)how);
    }
    close_crowd(s);
}

static void both_forms_give_the_same_lists(void **state)
{
    (void)state;
    static const struct {
        int owners, targets, percent;
    } sizes[] = {{100, 20, 40}, {150, 9, 60}, {40, 12, 100}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        arrange((double)i / 10, sizes[i].owners, sizes[i].targets, sizes[i].percent);
        for (size_t r = 0; r < sizeof relations / sizeof *relations; r++) {
            const char *wanted = db_text(db, "%s", relations[r].lists);
            for (unsigned how = 0; how < HOWS; how++)
                check_both_forms(&relations[r], (enum how)how, wanted);
        }
    }
}

/* Each of them once: as many rows as there are tags. */
static void repeated_targets_come_once(void **state)
{
    (void)state;
    arrange(0.5, 100, 10, 100);
    struct orm_session *s = open_crowd();
    check_walk(s, &relations[0], PLAN, "as pairs");
    assert_int_equal(rows, 1000);
    orm_reset(s);
    check_walk(s, &relations[0], PLAN, "each once");
    assert_int_equal(rows, 10);
    close_crowd(s);
}

/* -- When -------------------------------------------------------------------------- */

static void pair_books_with_tags(const char *condition)
{
    db_exec(db,
        "delete from book_tags; insert into book_tags (book_id, tag_id)"
        " select b.id, t.id from book b, tag t where %s",
        condition);
}

static unsigned forms_of_two_walks(enum how how)
{
    struct orm_session *s = open_crowd();
    for (int i = 0; i < 2; i++) {
        check_walk(s, &relations[0], how, "twice");
        orm_reset(s);
    }
    close_crowd(s);
    return times_asked_once();
}

static void targets_that_do_not_repeat_come_with_their_owners(void **state)
{
    (void)state;
    arrange(0.5, 400, 400, 0);
    pair_books_with_tags("b.n = t.n");
    assert_int_equal(forms_of_two_walks(PLAN), 0);
    pair_books_with_tags("b.n / 2 = t.n / 2 and b.n between 2 and 299");
    assert_int_equal(forms_of_two_walks(PLAN), 1);
    assert_int_equal(forms_of_two_walks(LOOP), 1);
}

static void few_rows_are_not_worth_another_statement(void **state)
{
    (void)state;
    arrange(0.5, 19, 10, 0);
    pair_books_with_tags("true");
    assert_int_equal(forms_of_two_walks(PLAN), 0);
}

static void what_has_changed_is_learnt_anew(void **state)
{
    (void)state;
    arrange(0.5, 400, 400, 0);
    pair_books_with_tags("t.n < 4");
    struct orm_session *s = open_crowd();
    static const unsigned once[] = {0, 1, 1, 0, 0};
    for (size_t i = 0; i < sizeof once / sizeof *once; i++) {
        if (i == 2)
            pair_books_with_tags("b.n = t.n");
        check_walk(s, &relations[0], PLAN, "changing");
        assert_int_equal(times_asked_once(), once[i]);
        orm_reset(s);
    }
    close_crowd(s);
}

static size_t tags_of_books_up_to(
    struct orm_session *s, int n, bool one_flight, unsigned limit)
{
    const struct book_query q = {.where = {book_n_le(n)},
        .order = {book_n_asc()},
        .with = {book_with_tags(NULL)},
        .one_flight = one_flight,
        .limit = limit};
    size_t tags = 0;
    orm_each(struct book, b, book_find(book_table(s), &q))
        tags += tag_all(book_tags(b))->len;
    orm_reset(s);
    return tags;
}

/* 300 books have 3 of 100 tags each: from 67 books on a tag is there twice. */
static void few_owners_of_many_targets_are_asked_as_pairs(void **state)
{
    (void)state;
    arrange(0.5, 300, 100, 0);
    pair_books_with_tags("(t.n - b.n + 300) % 100 in (0, 1, 2)");
    struct orm_session *s = open_crowd();
    tags_of_books_up_to(s, 300, false, 0);
    assert_int_equal(times_asked_once(), 0);
    for (int flight = 0; flight < 2; flight++) {
        assert_int_equal(tags_of_books_up_to(s, 40, false, 0), 3 * 40);
        assert_int_equal(times_asked_once(), 0);
        tags_of_books_up_to(s, 70, flight, 0);
        assert_int_equal(times_asked_once(), 1);
        tags_of_books_up_to(s, 300, flight, 10);
        assert_int_equal(times_asked_once(), 0);
    }
    assert_int_equal(tags_of_books_up_to(s, 1, false, 0), 3);
    close_crowd(s);
}

static void what_a_query_chooses_comes_as_pairs(void **state)
{
    (void)state;
    arrange(0.5, 100, 10, 100);
    struct orm_session *s = open_crowd();
    const struct tag_query low = {.where = {tag_n_le(4)}, .order = {tag_n_desc()}},
                           first = {.limit = 2};
    const struct book_query q = {
        .with = {book_with_tags(NULL), book_with_tags_as("low", &low),
            book_with_tags_as("first", &first)}};
    for (int pass = 0; pass < 3; pass++) {
        orm_each(struct book, b, book_find(book_table(s), &q)) {
            assert_int_equal(tag_all(book_tags(b))->len, 10);
            assert_int_equal(book_tags_as(b, "low")->len, 4);
            assert_int_equal(tag_n(book_tags_as(b, "low")->items[0]), 4);
            assert_int_equal(book_tags_as(b, "first")->len, 2);
        }
        assert_int_equal(times_asked_once(), pass > 0);
        orm_reset(s);
    }
    close_crowd(s);
}

/* -- Memory ------------------------------------------------------------------------ */

static struct orm_session *open_taught(void)
{
    struct orm_session *s = open_crowd();
    check_walk(s, &relations[0], PLAN, "to learn");
    orm_reset(s);
    return s;
}

static void objects_in_memory_keep_their_changes(void **state)
{
    (void)state;
    arrange(0.5, 100, 10, 100);
    struct orm_session *s = open_taught();
    struct tag *third = tag_get(tag_table(s), 3), *fourth = tag_get(tag_table(s), 4);
    tag_set_rank(third, 77);
    db_exec(db, "update tag set word = 'behind' where id in (3, 4)");
    const struct book_list *books = book_all(book_table(s));
    orm_each(struct book, b, books) {
        assert_ptr_equal(tag_all(book_tags(b))->items[2], third);
        assert_ptr_equal(tag_all(book_tags(b))->items[3], fourth);
    }
    assert_int_equal(times_asked_once(), 1);
    assert_int_equal(tag_rank(third), 77);
    assert_string_equal(tag_word(third), "behind");
    assert_string_equal(tag_word(fourth), "behind");
    close_crowd(s);
}

/* The tags are peers, whichever form they came in: here, for their books. */
static void what_came_once_are_peers(void **state)
{
    (void)state;
    arrange(0.5, 100, 10, 100);
    struct orm_session *s = open_taught();
    const struct book_query q = {.with = {book_with_tags(NULL)}};
    const struct book_list *books = book_find(book_table(s), &q);
    const unsigned long long before = orm_statements(s);
    orm_each(struct tag, t, tag_all(book_tags(books->items[0])))
        assert_int_equal(book_all(tag_books(t))->len, 100);
    assert_int_equal(orm_statements(s) - before, 2);
    close_crowd(s);
}

static void unwritten_links_are_written_first(void **state)
{
    (void)state;
    arrange(0.5, 100, 10, 100);
    struct orm_session *s = open_taught();
    const struct book_list *books = book_all(book_table(s));
    tag_remove(book_tags(books->items[40]), tag_get(tag_table(s), 7));
    orm_each(struct book, b, books)
        assert_int_equal(tag_all(book_tags(b))->len, b == books->items[40] ? 9 : 10);
    assert_int_equal(times_asked_once(), 1);
    assert_true(orm_commit(s));
    close_crowd(s);
}

static void owners_without_rows_have_empty_lists(void **state)
{
    (void)state;
    arrange(0.5, 100, 10, 100);
    struct orm_session *s = open_taught();
    db_exec(db, "delete from book_tags where book_id <> 5");
    check_walk(s, &relations[0], PLAN, "all but one empty");
    assert_int_equal(times_asked_once(), 1);
    orm_reset(s);
    check_walk(s, &relations[0], PLAN, "as pairs again");
    assert_int_equal(times_asked_once(), 0);
    close_crowd(s);
}

static void nothing_at_all_is_empty_lists(void **state)
{
    (void)state;
    arrange(0.5, 100, 10, 100);
    struct orm_session *s = open_taught();
    db_exec(db, "delete from book_tags");
    check_walk(s, &relations[0], PLAN, "no pairs");
    assert_int_equal(times_asked_once(), 1);
    assert_int_equal(rows, 0);
    close_crowd(s);
}

/* -- Tables that are not quite so -------------------------------------------------- */

/* A domain is no type of its own when it comes alone, but it has arrays of its own. */
static void a_join_table_of_domains_is_as_good(void **state)
{
    (void)state;
    arrange(0.5, 100, 10, 100);
    db_exec(db, "create domain number as bigint;"
                "alter table book_tags alter column book_id type number");
    struct orm_session *s = open_taught();
    check_walk(s, &relations[0], PLAN, "of domains");
    assert_int_equal(times_asked_once(), 1);
    close_crowd(s);
    db_exec(db, "alter table book_tags alter column book_id type bigint;"
                "drop domain number");
}

static void targets_without_a_row_are_left_out(void **state)
{
    (void)state;
    arrange(0.5, 100, 10, 100);
    db_exec(db, "begin; alter table book_tags drop constraint book_tags_tag_id_fkey;"
                "alter table book_tags drop constraint book_tags_book_id_fkey;"
                "insert into book_tags select id, 5000 from book;"
                "insert into book_tags values (5000, 1); commit");
    struct orm_session *s = open_taught();
    check_walk(s, &relations[0], PLAN, "of nothing");
    assert_int_equal(times_asked_once(), 1);
    close_crowd(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(both_forms_give_the_same_lists),
        DB_TEST(repeated_targets_come_once),
        DB_TEST(targets_that_do_not_repeat_come_with_their_owners),
        DB_TEST(few_rows_are_not_worth_another_statement),
        DB_TEST(what_has_changed_is_learnt_anew),
        DB_TEST(few_owners_of_many_targets_are_asked_as_pairs),
        DB_TEST(what_a_query_chooses_comes_as_pairs),
        DB_TEST(objects_in_memory_keep_their_changes),
        DB_TEST(what_came_once_are_peers),
        DB_TEST(unwritten_links_are_written_first),
        DB_TEST(owners_without_rows_have_empty_lists),
        DB_TEST(nothing_at_all_is_empty_lists),
        DB_TEST(a_join_table_of_domains_is_as_good),
        DB_TEST(targets_without_a_row_are_left_out),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
