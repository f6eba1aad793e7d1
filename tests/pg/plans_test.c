/* plans_test.c: what a query names is loaded with it, a round trip per level. */
#include "library_test.h"

/* Two teams of three players; the captain is one of them. */
static void arrange_teams(void)
{
    db_exec(db, "insert into team (name) values ('red'), ('blue');"
                "insert into player (name, team_id)"
                "  select 'player ' || i, 1 + i %% 2 from generate_series(1, 6) i;"
                "update team set captain_id = (select min(p.id) from player p"
                "  where p.team_id = team.id)");
}

#define SPENT(statements, waits)                                                       \
    do {                                                                               \
        assert_int_equal(spent(s), statements);                                        \
        assert_int_equal(waited(s), waits);                                            \
    } while (0)

/* -- Levels ------------------------------------------------------------------------ */

static void a_plan_costs_one_statement_more(void **state)
{
    (void)state;
    arrange_teams();
    struct orm_session *s = open_library();
    const struct player_query q = {
        .order = {player_id_asc()}, .with = {player_with_team(NULL)}};
    const struct player_list *players = player_find(player_table(s), &q);
    SPENT(2, 2);
    assert_int_equal(players->len, 6);
    orm_each(struct player, p, players)
        assert_string_equal(
            team_name(player_team(p)), player_id(p) % 2 ? "blue" : "red");
    assert_ptr_equal(player_team(players->items[0]), player_team(players->items[2]));
    SPENT(0, 0);
    close_library(s);
}

static void relations_of_one_level_go_out_together(void **state)
{
    (void)state;
    arrange_library(db, 3, 2);
    struct orm_session *s = open_library();
    const struct book_query q = {.order = {book_id_asc()},
        .with = {book_with_author(NULL), book_with_shelf(NULL), book_with_tags(NULL)}};
    const struct book_list *books = book_find(book_table(s), &q);
    SPENT(4, 2);
    orm_each(struct book, b, books) {
        assert_int_equal(author_id(book_author(b)), book_author_id(b));
        assert_int_equal(shelf_id(book_shelf(b)), book_id(b));
        assert_int_equal(tag_all(book_tags(b))->len, 2);
    }
    SPENT(0, 0);
    close_library(s);
}

static void nested_plans_cost_a_round_trip_per_level(void **state)
{
    (void)state;
    arrange_library(db, 3, 2);
    struct orm_session *s = open_library();
    const struct book_query of_books = {
        .with = {book_with_tags(NULL), book_with_shelf(NULL)}};
    const struct author_query q = {.order = {author_id_asc()},
        .with = {author_with_books(&of_books), author_with_edited(&of_books),
            author_with_profile(NULL)}};
    const struct author_list *authors = author_find(author_table(s), &q);
    /* authors; books, edited, profiles; tags and shelves of the books. */
    SPENT(6, 3);
    orm_each(struct author, a, authors) {
        assert_null(author_profile(a));
        assert_int_equal(book_all(author_edited(a))->len, 0);
        orm_each(struct book, b, book_all(author_books(a))) {
            assert_ptr_equal(book_author(b), a);
            assert_int_equal(tag_all(book_tags(b))->len, 2);
            assert_non_null(book_shelf(b));
        }
    }
    SPENT(0, 0);
    close_library(s);
}

static void a_plan_back_to_where_it_came_from_asks_nothing(void **state)
{
    (void)state;
    arrange_library(db, 3, 2);
    db_exec(db, "insert into profile (bio, author_id) select 'bio', id from author");
    struct orm_session *s = open_library();
    const struct author_query of_author = {.with = {author_with_profile(NULL)}};
    const struct book_query of_books = {.with = {book_with_author(&of_author)}};
    const struct author_query q = {.with = {author_with_books(&of_books)}};
    const struct author_list *authors = author_find(author_table(s), &q);
    SPENT(3, 3);
    orm_each(struct author, a, authors)
        orm_each(struct book, b, book_all(author_books(a)))
            assert_ptr_equal(profile_author(author_profile(book_author(b))), a);
    SPENT(0, 0);
    close_library(s);
}

static void keys_that_a_list_brought_are_not_asked_for(void **state)
{
    (void)state;
    arrange_teams();
    struct orm_session *s = open_library();
    const struct team_query q = {.order = {team_id_asc()},
        .with = {team_with_captain(NULL), team_with_players(NULL)}};
    const struct team_list *teams = team_find(team_table(s), &q);
    SPENT(2, 2);
    orm_each(struct team, t, teams)
        assert_ptr_equal(team_captain(t), player_all(team_players(t))->items[0]);
    SPENT(0, 0);
    close_library(s);
}

static void references_to_one_table_share_a_statement(void **state)
{
    (void)state;
    arrange_choices(db);
    struct orm_session *s = open_library();
    const struct question_query of_author = {.with = {question_with_author(NULL)}};
    const struct choice_query q = {.order = {choice_id_asc()},
        .with = {choice_with_question(&of_author), choice_with_alt(&of_author),
            choice_with_req(&of_author)}};
    const struct choice_list *choices = choice_find(choice_table(s), &q);
    SPENT(3, 3);
    orm_each(struct choice, c, choices) {
        assert_int_equal(question_id(choice_question(c)), choice_question_id(c));
        assert_int_equal(question_id(choice_alt(c)), choice_alt_id(c));
        assert_int_equal(question_id(choice_req(c)), choice_req_id(c));
        assert_non_null(question_author(choice_req(c)));
    }
    assert_ptr_equal(choice_alt(choices->items[0]), choice_question(choices->items[1]));
    SPENT(0, 0);
    close_library(s);
}

static void nothing_to_ask_is_no_statement(void **state)
{
    (void)state;
    db_exec(db, "insert into choice (words) values ('a'), ('b')");
    struct orm_session *s = open_library();
    const struct choice_query q = {.with = {choice_with_question(NULL)}};
    orm_each(struct choice, c, choice_find(choice_table(s), &q))
        assert_int_equal(choice_question_state(c), ORM_REF_NULL);
    SPENT(1, 1);
    const struct book_query none = {.with = {book_with_author(NULL)}};
    assert_int_equal(book_find(book_table(s), &none)->len, 0);
    SPENT(1, 1);
    close_library(s);
}

static void what_is_planned_is_remembered_as_missing(void **state)
{
    (void)state;
    arrange_choices(db);
    drop_foreign_keys(db, "choice");
    db_exec(db, "delete from question where id = 2");
    struct orm_session *s = open_library();
    const struct choice_query q = {.with = {choice_with_question(NULL)}};
    orm_each(struct choice, c, choice_find(choice_table(s), &q)) {
        const bool gone = choice_question_id(c) == 2;
        assert_int_equal(
            choice_question_state(c), gone ? ORM_REF_MISSING : ORM_REF_LOADED);
        assert_int_equal(choice_question(c) == NULL, gone);
    }
    SPENT(2, 2);
    close_library(s);
}

/* -- Composition ------------------------------------------------------------------- */

static void a_plan_below_a_loaded_level_is_honoured(void **state)
{
    (void)state;
    arrange_library(db, 3, 2);
    struct orm_session *s = open_library();
    const struct author_query shallow = {.with = {author_with_books(NULL)}};
    author_find(author_table(s), &shallow);
    SPENT(2, 2);
    const struct book_query of_books = {.with = {book_with_shelf(NULL)}};
    const struct author_query deep = {.with = {author_with_books(&of_books)}};
    const struct author_list *authors = author_find(author_table(s), &deep);
    SPENT(2, 2); /* the authors and the shelves */
    orm_each(struct author, a, authors)
        orm_each(struct book, b, book_all(author_books(a)))
            assert_non_null(book_shelf(b));
    SPENT(0, 0);
    close_library(s);
}

static void one_path_twice_merges(void **state)
{
    (void)state;
    arrange_library(db, 3, 2);
    struct orm_session *s = open_library();
    const struct book_query shelves = {.with = {book_with_shelf(NULL)}};
    const struct book_query tags = {.with = {book_with_tags(NULL)}};
    const struct author_query q = {
        .with = {author_with_books(&shelves), author_with_books(&tags)}};
    author_find(author_table(s), &q);
    SPENT(4, 3);
    close_library(s);
}

static void equal_queries_under_one_alias_merge(void **state)
{
    (void)state;
    arrange_library(db, 2, 3);
    struct orm_session *s = open_library();
    char title[] = "book 1", same[] = "book 1";
    const struct book_query one = {.where = {book_title_eq(title)}};
    const struct book_query two = {.where = {book_title_eq(same)}};
    const struct author_query q = {.with = {author_with_books_as("first", &one),
                                       author_with_books_as("first", &two)}};
    author_find(author_table(s), &q);
    SPENT(2, 2);
    close_library(s);
}

#define REFUSED(code, text)                                                            \
    do {                                                                               \
        assert_failed(s, code, NULL, NULL);                                            \
        assert_string_equal(orm_message(s), text);                                     \
        assert_int_equal(spent(s), 0);                                                 \
        orm_rollback(s);                                                               \
    } while (0)

static void different_queries_in_one_place_conflict(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    const struct book_query one = {.where = {book_title_eq("ab")}};
    const struct book_query two = {.where = {book_title_eq("ac")}};
    const struct author_query of_author = {
        .with = {author_with_books_as("x", &one), author_with_books_as("x", &two)}};
    const struct book_query q = {.with = {book_with_author(&of_author)}};
    assert_int_equal(book_find(book_table(s), &q)->len, 0);
    REFUSED(ORM_PLAN_CONFLICT,
        "book.author.books as \"x\": planned twice, with different queries; give each "
        "an alias of its own");
    close_library(s);
}

static void a_plan_that_chooses_needs_an_alias(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    const struct book_query some = {.limit = 2};
    const struct author_query q = {.with = {author_with_books(&some)}};
    author_find(author_table(s), &q);
    REFUSED(ORM_INVALID, "author.books: a relation holds all there is; a plan that "
                         "filters, sorts or limits has an alias: with_..._as()");
    const struct author_query named = {.where = {author_name_eq("x")}};
    const struct book_query joined = {.with = {book_join_author(&named)}};
    book_find(book_table(s), &joined);
    REFUSED(ORM_INVALID, "book.author: a join brings what there is; a plan that "
                         "chooses has an alias and "
                         "a statement of its own: with_..._as()");
    close_library(s);
}

static void an_alias_is_no_field(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    const struct author_query q = {.with = {author_with_books_as("name", NULL)}};
    author_find(author_table(s), &q);
    REFUSED(ORM_PLAN_CONFLICT, "author.books: the alias \"name\" is a field of author; "
                               "choose another name");
    close_library(s);
}

static void plans_that_never_end_are_refused(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    struct author_query of_author = {.limit = 0};
    struct book_query of_book = {.limit = 0};
    of_author.with[0] = author_with_books(&of_book);
    of_book.with[0] = book_with_author(&of_author);
    book_find(book_table(s), &of_book);
    assert_failed(s, ORM_INVALID, NULL, NULL);
    assert_non_null(strstr(orm_message(s), "plans are nested deeper than 32 levels"));
    assert_int_equal(spent(s), 0);
    orm_rollback(s);
    close_library(s);
}

static void a_plan_of_no_relation_is_refused(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    const struct book_query q = {
        .with = {{orm_plan_of(ORM_PLAN_TO_MANY, 77, NULL, NULL)}}};
    book_find(book_table(s), &q);
    REFUSED(ORM_INVALID, "book: a plan of a relation that the model does not have");
    close_library(s);
}

/* -- Under an alias ---------------------------------------------------------------- */

static void a_filtered_plan_lives_under_its_alias(void **state)
{
    (void)state;
    arrange_library(db, 3, 4);
    struct orm_session *s = open_library();
    const struct book_query long_ones = {
        .where = {book_pages_ge(103)}, .order = {book_id_desc()}};
    const struct author_query q = {
        .order = {author_id_asc()}, .with = {author_with_books_as("long", &long_ones)}};
    const struct author_list *authors = author_find(author_table(s), &q);
    SPENT(2, 2);
    const struct book_list *first = author_books_as(authors->items[0], "long");
    assert_int_equal(first->len, 2);
    assert_int_equal(book_pages(first->items[0]), 104);
    assert_int_equal(book_pages(first->items[1]), 103);
    assert_int_equal(author_books_as(authors->items[2], "long")->len, 4);
    assert_ptr_equal(book_author(first->items[0]), authors->items[0]);
    SPENT(0, 0);
    /* The relation itself is not loaded. */
    assert_int_equal(book_all(author_books(authors->items[0]))->len, 4);
    SPENT(1, 1);
    close_library(s);
}

static void a_limit_is_per_owner(void **state)
{
    (void)state;
    arrange_library(db, 3, 4);
    struct orm_session *s = open_library();
    const struct book_query last = {
        .order = {book_title_desc()}, .limit = 2, .offset = 1};
    const struct author_query q = {
        .order = {author_id_asc()}, .with = {author_with_books_as("last", &last)}};
    orm_each(struct author, a, author_find(author_table(s), &q)) {
        const struct book_list *books = author_books_as(a, "last");
        assert_int_equal(books->len, 2);
        assert_true(
            strcmp(book_title(books->items[0]), book_title(books->items[1])) > 0);
        assert_ptr_equal(book_author(books->items[0]), a);
    }
    SPENT(2, 2);
    close_library(s);
}

static void a_limit_is_per_owner_through_a_join_table_and_with_joins(void **state)
{
    (void)state;
    arrange_library(db, 3, 4);
    struct orm_session *s = open_library();
    const struct book_query two = {
        .order = {book_by_author(author_name_desc()), book_id_asc()},
        .limit = 2,
        .with = {book_join_author(NULL), book_join_shelf(NULL)}};
    const struct tag_query q = {
        .order = {tag_id_asc()}, .with = {tag_with_books_as("two", &two)}};
    orm_each(struct tag, t, tag_find(tag_table(s), &q)) {
        const struct book_list *books = tag_books_as(t, "two");
        assert_int_equal(books->len, 2);
        assert_string_equal(author_name(book_author(books->items[0])), "author 3");
        assert_true(book_id(books->items[0]) < book_id(books->items[1]));
        assert_non_null(book_shelf(books->items[1]));
    }
    SPENT(2, 2);
    close_library(s);
}

static void a_filtered_reference_is_an_object_or_null(void **state)
{
    (void)state;
    arrange_library(db, 3, 2);
    struct orm_session *s = open_library();
    /* In the map already, and still not what the filter chooses. */
    struct author *second = author_get(author_table(s), 2);
    SPENT(1, 1);
    const struct author_query first = {.where = {author_name_eq("author 1")}};
    const struct book_query q = {
        .order = {book_id_asc()}, .with = {book_with_author_as("first", &first)}};
    const struct book_list *books = book_find(book_table(s), &q);
    SPENT(2, 2);
    orm_each(struct book, b, books) {
        struct author *a = book_author_as(b, "first");
        assert_int_equal(a != NULL, book_author_id(b) == 1);
        assert_int_equal(book_author_state(b), ORM_REF_UNLOADED);
    }
    assert_ptr_equal(book_author(books->items[2]), second);
    SPENT(0, 0);
    close_library(s);
}

static void plans_go_on_below_an_alias(void **state)
{
    (void)state;
    arrange_library(db, 3, 4);
    struct orm_session *s = open_library();
    const struct book_query two = {.limit = 2, .with = {book_with_tags(NULL)}};
    const struct author_query q = {.with = {author_with_books_as("two", &two)}};
    orm_each(struct author, a, author_find(author_table(s), &q))
        orm_each(struct book, b, author_books_as(a, "two"))
            assert_int_equal(tag_all(book_tags(b))->len, 2);
    SPENT(3, 3);
    close_library(s);
}

static void an_unknown_alias_is_an_error(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    struct author *a = author_get(author_table(s), 1);
    spent(s);
    assert_int_equal(author_books_as(a, "none")->len, 0);
    REFUSED(ORM_INVALID,
        "author.books: nothing was loaded as \"none\" for author 1; plan it: .with = "
        "{author_with_books_as(\"none\", &query)}");
    assert_int_equal(author_books_as(NULL, "none")->len, 0);
    assert_null(book_author_as(NULL, "none"));
    close_library(s);
}

static void a_refresh_forgets_aliases_and_a_rollback_what_came_after_a_write(
    void **state)
{
    (void)state;
    arrange_library(db, 1, 2);
    struct orm_session *s = open_library();
    const struct author_query q = {.with = {author_with_books_as("all", NULL)}};
    struct author *a = author_first(author_table(s), &q);
    assert_int_equal(author_books_as(a, "all")->len, 2);
    author_refresh(a);
    author_books_as(a, "all");
    assert_failed(s, ORM_INVALID, NULL, NULL);
    orm_rollback(s);
    a = author_first(author_table(s), &q);
    const struct book_list *before = author_books_as(a, "all");
    assert_int_equal(before->len, 2);

    const struct author_query late = {.with = {author_with_books_as("late", NULL)}};
    author_set_name(a, "changed");
    assert_true(orm_flush(s));
    assert_ptr_equal(author_first(author_table(s), &q), a);
    assert_ptr_equal(author_first(author_table(s), &late), a);
    assert_ptr_not_equal(author_books_as(a, "all"), before);
    assert_int_equal(author_books_as(a, "late")->len, 2);
    orm_rollback(s);
    assert_ptr_equal(author_books_as(a, "all"), before);
    author_books_as(a, "late");
    assert_failed(s, ORM_INVALID, NULL, NULL);
    orm_rollback(s);
    close_library(s);
}

static void an_alias_goes_with_its_scope(void **state)
{
    (void)state;
    arrange_library(db, 2, 2);
    struct orm_session *s = open_library();
    struct author *a = author_get(author_table(s), 1);
    const struct author_query q = {
        .order = {author_id_asc()}, .with = {author_with_books_as("all", NULL)}};
    orm_scope_begin(s);
    assert_ptr_equal(author_find(author_table(s), &q)->items[0], a);
    assert_int_equal(author_books_as(a, "all")->len, 2);
    orm_scope_end(s);
    author_books_as(a, "all");
    assert_failed(s, ORM_INVALID, NULL, NULL);
    orm_rollback(s);
    close_library(s);
}

/* -- Joins ------------------------------------------------------------------------- */

static void a_join_brings_all_in_one_statement(void **state)
{
    (void)state;
    arrange_teams();
    struct orm_session *s = open_library();
    const struct player_query q = {
        .order = {player_id_asc()}, .with = {player_join_team(NULL)}};
    const struct player_list *players = player_find(player_table(s), &q);
    SPENT(1, 1);
    assert_ptr_equal(player_team(players->items[0]), player_team(players->items[2]));
    orm_each(struct player, p, players)
        assert_int_equal(team_id(player_team(p)), player_team_id(p));
    SPENT(0, 0);
    close_library(s);
}

static void joined_objects_are_peers(void **state)
{
    (void)state;
    arrange_choices(db);
    struct orm_session *s = open_library();
    const struct choice_query q = {.with = {choice_join_question(NULL)}};
    orm_each(struct choice, c, choice_find(choice_table(s), &q))
        assert_non_null(question_author(choice_question(c)));
    SPENT(2, 2);
    close_library(s);
}

static void joins_nest_and_plans_go_on_below_them(void **state)
{
    (void)state;
    arrange_choices(db);
    db_exec(db, "insert into profile (bio, author_id) values ('bio', 1)");
    struct orm_session *s = open_library();
    const struct author_query of_author = {
        .with = {author_join_profile(NULL), author_with_books(NULL)}};
    const struct question_query of_question = {
        .with = {question_join_author(&of_author)}};
    const struct choice_query q = {.order = {choice_id_asc()},
        .limit = 4,
        .where = {choice_question_matches(
            &(struct question_query){.where = {question_words_ne("question 2")}})},
        .with = {choice_join_question(&of_question), choice_join_alt(NULL)}};
    const struct choice_list *choices = choice_find(choice_table(s), &q);
    SPENT(2, 2);
    assert_int_equal(choices->len, 4);
    orm_each(struct choice, c, choices) {
        struct author *a = question_author(choice_question(c));
        assert_int_equal(author_id(a), choice_question_id(c));
        assert_int_equal(author_profile(a) != NULL, author_id(a) == 1);
        if (author_profile(a))
            assert_ptr_equal(profile_author(author_profile(a)), a);
        assert_int_equal(book_all(author_books(a))->len, 0);
        assert_int_equal(question_id(choice_alt(c)), choice_alt_id(c));
    }
    SPENT(0, 0);
    close_library(s);
}

static void a_join_to_nothing_is_null_or_missing(void **state)
{
    (void)state;
    arrange_choices(db);
    drop_foreign_keys(db, "choice");
    db_exec(db, "delete from question where id = 2;"
                "update choice set question_id = null where id = 1");
    struct orm_session *s = open_library();
    const struct choice_query q = {.with = {choice_join_question(NULL)}};
    orm_each(struct choice, c, choice_find(choice_table(s), &q)) {
        const enum orm_ref is = choice_id(c) == 1            ? ORM_REF_NULL
                                : choice_question_id(c) == 2 ? ORM_REF_MISSING
                                                             : ORM_REF_LOADED;
        assert_int_equal(choice_question_state(c), is);
        assert_int_equal(choice_question(c) != NULL, is == ORM_REF_LOADED);
    }
    SPENT(1, 1);
    close_library(s);
}

static void a_join_replaces_nothing_that_is_loaded(void **state)
{
    (void)state;
    arrange_teams();
    struct orm_session *s = open_library();
    struct player *p = player_get(player_table(s), 1);
    struct team *blue = player_team(p);
    spent(s), waited(s);
    db_exec(db, "update team set name = 'green' where id = 2");
    const struct player_query q = {
        .where = {player_id_eq(1)}, .with = {player_join_team(NULL)}};
    assert_ptr_equal(player_first(player_table(s), &q), p);
    SPENT(1, 1);
    assert_ptr_equal(player_team(p), blue);
    assert_string_equal(team_name(blue), "green"); /* and is as the row says */
    close_library(s);
}

static void a_join_goes_with_a_lock_and_a_page(void **state)
{
    (void)state;
    arrange_library(db, 3, 2);
    struct orm_session *s = open_library();
    struct book_query q = {.order = {book_by_author(author_name_desc()), book_id_asc()},
        .limit = 2,
        .lock = ORM_FOR_UPDATE,
        .with = {book_join_author(NULL), book_join_editor(NULL)}};
    const struct book_list *books = book_find(book_table(s), &q);
    assert_int_equal(books->len, 2);
    assert_string_equal(author_name(book_author(books->items[0])), "author 3");
    assert_null(book_editor(books->items[0]));
    q.offset = 2;
    books = book_find(book_table(s), &q);
    assert_string_equal(author_name(book_author(books->items[1])), "author 2");
    SPENT(2, 2);
    close_library(s);
}

static void a_join_and_a_plan_of_one_path_are_a_join(void **state)
{
    (void)state;
    arrange_library(db, 3, 2);
    struct orm_session *s = open_library();
    const struct author_query books = {.with = {author_with_books(NULL)}};
    const struct book_query q = {
        .with = {book_with_author(&books), book_join_author(NULL)}};
    book_find(book_table(s), &q);
    SPENT(2, 2);
    close_library(s);
}

/* -- For objects at hand ----------------------------------------------------------- */

static void prefetch_loads_plans_for_a_list_at_hand(void **state)
{
    (void)state;
    arrange_library(db, 3, 2);
    struct orm_session *s = open_library();
    const struct book_list *books = book_find(book_table(s), &books_by_id);
    SPENT(1, 1);
    const struct book_query with = {
        .with = {book_join_author(NULL), book_with_tags(NULL)}};
    book_prefetch(books, &with);
    SPENT(2, 1);
    book_prefetch(books, &with);
    SPENT(0, 0);
    struct book *some[] = {books->items[1], books->items[1], books->items[3], NULL};
    const struct book_query shelves = {.with = {book_with_shelf(NULL)}};
    book_prefetch(&(struct book_list){some, 3}, &shelves);
    SPENT(1, 1);
    assert_int_equal(book_shelf_state(books->items[3]), ORM_REF_LOADED);
    assert_int_equal(book_shelf_state(books->items[2]), ORM_REF_UNLOADED);
    book_prefetch(NULL, &with);
    book_prefetch(&(struct book_list){some + 3, 0}, &with);
    SPENT(0, 0);
    const struct book_query filtered = {.where = {book_id_eq(1)}};
    book_prefetch(books, &filtered);
    REFUSED(ORM_INVALID,
        "book_prefetch: the objects are there; of the query only `with` "
        "is read, find() takes the rest");
    close_library(s);
}

static void refresh_with_loads_plans_anew(void **state)
{
    (void)state;
    arrange_library(db, 1, 2);
    struct orm_session *s = open_library();
    struct author *a = author_get(author_table(s), 1);
    assert_int_equal(book_all(author_books(a))->len, 2);
    db_exec(db, "insert into book (title, author_id, revision) values ('new', 1, 1)");
    spent(s), waited(s);
    const struct author_query with = {.with = {author_with_books(NULL)}};
    author_refresh_with(a, &with);
    SPENT(2, 2);
    assert_int_equal(book_all(author_books(a))->len, 3);
    SPENT(0, 0);
    close_library(s);
}

static void what_a_plan_reads_is_flushed_first(void **state)
{
    (void)state;
    arrange_library(db, 1, 2);
    struct orm_session *s = open_library();
    struct author *a = author_get(author_table(s), 1);
    struct book *b = book_new(author_books(a));
    book_set_title(b, "new");
    const struct author_query q = {.with = {author_with_books(NULL)}};
    assert_ptr_equal(author_first(author_table(s), &q), a);
    const struct book_list *books = book_all(author_books(a));
    assert_int_equal(books->len, 3);
    assert_ptr_equal(books->items[2], b);
    assert_true(orm_commit(s));
    close_library(s);
}

static void a_level_that_fails_leaves_every_slot_as_it_was(void **state)
{
    (void)state;
    arrange_library(db, 2, 2);
    db_exec(db, "alter table tags alter name drop not null;"
                "update tags set name = null where id = 1");
    struct orm_session *s = open_library();
    const struct book_list *books = book_find(book_table(s), &books_by_id);
    const struct book_query with = {
        .with = {book_with_author(NULL), book_with_tags(NULL)}};
    book_prefetch(books, &with);
    assert_failed(s, ORM_DRIFT, "tag", "name");
    orm_each(struct book, b, books)
        assert_int_equal(book_author_state(b), ORM_REF_UNLOADED);
    orm_rollback(s);
    db_exec(db, "update tags set name = 'red' where id = 1;"
                "alter table tags alter name set not null");
    orm_each(struct book, b, books)
        assert_non_null(book_author(b));
    close_library(s);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        DB_TEST(a_plan_costs_one_statement_more),
        DB_TEST(relations_of_one_level_go_out_together),
        DB_TEST(nested_plans_cost_a_round_trip_per_level),
        DB_TEST(a_plan_back_to_where_it_came_from_asks_nothing),
        DB_TEST(keys_that_a_list_brought_are_not_asked_for),
        DB_TEST(references_to_one_table_share_a_statement),
        DB_TEST(nothing_to_ask_is_no_statement),
        DB_TEST(what_is_planned_is_remembered_as_missing),
        DB_TEST(a_plan_below_a_loaded_level_is_honoured),
        DB_TEST(one_path_twice_merges),
        DB_TEST(equal_queries_under_one_alias_merge),
        DB_TEST(different_queries_in_one_place_conflict),
        DB_TEST(a_plan_that_chooses_needs_an_alias),
        DB_TEST(an_alias_is_no_field),
        DB_TEST(plans_that_never_end_are_refused),
        DB_TEST(a_plan_of_no_relation_is_refused),
        DB_TEST(a_filtered_plan_lives_under_its_alias),
        DB_TEST(a_limit_is_per_owner),
        DB_TEST(a_limit_is_per_owner_through_a_join_table_and_with_joins),
        DB_TEST(a_filtered_reference_is_an_object_or_null),
        DB_TEST(plans_go_on_below_an_alias),
        DB_TEST(an_unknown_alias_is_an_error),
        DB_TEST(a_refresh_forgets_aliases_and_a_rollback_what_came_after_a_write),
        DB_TEST(an_alias_goes_with_its_scope),
        DB_TEST(a_join_brings_all_in_one_statement),
        DB_TEST(joined_objects_are_peers),
        DB_TEST(joins_nest_and_plans_go_on_below_them),
        DB_TEST(a_join_to_nothing_is_null_or_missing),
        DB_TEST(a_join_replaces_nothing_that_is_loaded),
        DB_TEST(a_join_goes_with_a_lock_and_a_page),
        DB_TEST(a_join_and_a_plan_of_one_path_are_a_join),
        DB_TEST(prefetch_loads_plans_for_a_list_at_hand),
        DB_TEST(refresh_with_loads_plans_anew),
        DB_TEST(what_a_plan_reads_is_flushed_first),
        DB_TEST(a_level_that_fails_leaves_every_slot_as_it_was),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
