/* to_many_test.c: loops over lists cost a constant number of statements, and a single
 * look loads nobody else's. */
#include "library_test.h"

#include <objects/list.h>

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

static void loop_from_the_end_costs_as_much(void **state)
{
    (void)state;
    arrange_library(db, 20, 2);
    struct orm_session *s = open_library();
    const struct author_list *authors = author_find(author_table(s), &authors_by_id);
    for (size_t i = authors->len; i--;)
        assert_int_equal(book_all(author_books(authors->items[i]))->len, 2);
    assert_int_equal(spent(s), 3);
    close_library(s);
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
    assert_true(
        list_is_unloaded((struct orm_manager *)author_books(authors->items[0])));
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
    arrange_choices(db);
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

static void change_before_the_group_load_is_in_the_lists(void **state)
{
    (void)state;
    arrange_library(db, 4, 2);
    struct orm_session *s = open_library();
    const struct author_list *authors = author_find(author_table(s), &authors_by_id);
    struct author **a = authors->items;
    struct book *moved = book_get(book_table(s), 3);
    book_set_author(moved, a[2]);
    const size_t lengths[] = {2, 1, 3, 2};
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(book_all(author_books(a[i]))->len, lengths[i]);
    assert_ptr_equal(book_author(moved), a[2]);
    assert_true(orm_commit(s));
    close_library(s);
}

static void dropped_list_is_loaded_again_alone(void **state)
{
    (void)state;
    arrange_library(db, 4, 2);
    struct orm_session *s = open_library();
    const struct author_list *authors = author_find(author_table(s), &authors_by_id);
    struct author **a = authors->items;
    assert_int_equal(book_all(author_books(a[0]))->len, 2);
    book_set_title(book_new(author_books(a[0])), "more");
    assert_true(orm_commit(s));
    spent(s);
    assert_int_equal(book_all(author_books(a[0]))->len, 3);
    assert_true(list_is_unloaded((struct orm_manager *)author_books(a[2])));
    assert_int_equal(spent(s), 1);
    for (size_t i = 1; i < 4; i++)
        assert_int_equal(book_all(author_books(a[i]))->len, 2);
    assert_int_equal(spent(s), 1);
    close_library(s);
}

static void two_lists_of_one_model_do_not_mix(void **state)
{
    (void)state;
    arrange_library(db, 2, 2);
    db_exec(db, "update book set editor_id = 3 - author_id");
    struct orm_session *s = open_library();
    orm_each(struct author, a, author_find(author_table(s), &authors_by_id)) {
        const struct book_list *written = book_all(author_books(a));
        const struct book_list *edited = book_all(author_edited(a));
        assert_int_equal(written->len, 2);
        assert_int_equal(edited->len, 2);
        orm_each(struct book, b, written)
            assert_ptr_equal(book_author(b), a);
        orm_each(struct book, b, edited)
            assert_ptr_equal(book_editor(b), a);
    }
    assert_int_equal(spent(s), 1 + 2 + 2);
    close_library(s);
}

static void rows_of_a_list_are_another_group_than_those_of_a_query(void **state)
{
    (void)state;
    arrange_library(db, 1, 2);
    db_exec(db, "insert into shelf (place) values ('s'), ('s');"
                "insert into author (name) values ('other');"
                "insert into book (title, author_id, shelf_id) values"
                "  ('x', 2, 3), ('y', 2, 4), ('z', 2, 4)");
    struct orm_session *s = open_library();
    struct book_query others = books_by_id;
    book_where(&others, book_id_ge(3));
    const struct book_list *roots = book_find(book_table(s), &others);
    struct author *a = author_get(author_table(s), 1);
    const struct book_list *books = book_all(author_books(a));
    spent(s);
    orm_each(struct book, b, books)
        assert_int_equal(shelf_id(book_shelf(b)), book_id(b));
    assert_int_equal(spent(s), 1);
    orm_each(struct book, b, roots)
        assert_int_equal(book_shelf_state(b), ORM_REF_UNLOADED);
    orm_each(struct book, b, roots)
        assert_non_null(book_shelf(b));
    assert_int_equal(spent(s), 1);
    close_library(s);
}

static void deleted_owner_is_not_loaded_for(void **state)
{
    (void)state;
    arrange_library(db, 3, 2);
    struct orm_session *s = open_library();
    const struct author_list *authors = author_find(author_table(s), &authors_by_id);
    author_delete(authors->items[2]);
    assert_true(orm_commit(s));
    spent(s);
    assert_int_equal(book_all(author_books(authors->items[0]))->len, 2);
    assert_int_equal(book_all(author_books(authors->items[1]))->len, 2);
    assert_int_equal(book_all(author_books(authors->items[2]))->len, 0);
    assert_int_equal(spent(s), 2);
    close_library(s);
}

static void first_is_served_from_a_loaded_list(void **state)
{
    (void)state;
    arrange_library(db, 1, 3);
    struct orm_session *s = open_library();
    struct author *a = author_get(author_table(s), 1);
    const struct book_list *books = book_all(author_books(a));
    spent(s);
    assert_ptr_equal(book_first(author_books(a), NULL), books->items[0]);
    assert_int_equal(spent(s), 0);
    close_library(s);
}

static void tree_and_its_lists_are_one_set_of_objects(void **state)
{
    (void)state;
    db_exec(db,
        "insert into category (name, parent_id)"
        "  select 'node ' || i, nullif(i / 2, 0) from generate_series(1, 15) i");
    struct orm_session *s = open_library();
    const struct category_list *all = category_all(category_table(s));
    orm_each(struct category, c, all)
        orm_each(struct category, child, category_all(category_children(c))) {
            assert_ptr_equal(child, all->items[category_id(child) - 1]);
            assert_ptr_equal(category_parent(child), c);
        }
    assert_int_equal(spent(s), 3);
    close_library(s);
}

static void lists_of_the_peers_themselves_cost_no_more(void **state)
{
    (void)state;
    db_exec(db, "insert into category (name, parent_id)"
                "  select 'node ' || i, 1 from generate_series(1, 9) i");
    struct orm_session *s = open_library();
    orm_each(struct category, c, category_all(category_table(s)))
        assert_int_equal(
            category_all(category_children(c))->len, category_id(c) == 1 ? 9 : 0);
    assert_int_equal(spent(s), 3);
    close_library(s);
}

static void circle_of_two_models_is_walked_in_a_few_statements(void **state)
{
    (void)state;
    db_exec(db,
        "insert into team (name) select 'team ' || i from generate_series(1, 4) i;"
        "insert into player (name, team_id)"
        "  select 'player ' || i, 1 + i %% 4 from generate_series(1, 12) i;"
        "update team set captain_id = (select min(id) from player"
        "  where team_id = team.id)");
    struct orm_session *s = open_library();
    orm_each(struct team, t, team_all(team_table(s))) {
        struct team *at = t;
        for (int round = 0; round < 3; round++)
            at = player_team(team_captain(at));
        assert_ptr_equal(at, t);
        orm_each(struct player, p, player_all(team_players(t)))
            assert_ptr_equal(player_team(p), t);
    }
    assert_int_equal(spent(s), 4);
    close_library(s);
}

static void planned_lists_are_iterated_and_counted_for_nothing(void **state)
{
    (void)state;
    arrange_library(db, 5, 1);
    struct orm_session *s = open_library();
    const struct book_query q = {.with = {book_with_tags(NULL)}};
    orm_each(struct book, b, book_find(book_table(s), &q)) {
        struct tag_manager *slot = book_tags(b);
        size_t n = 0;
        orm_each(struct tag, t, tag_all(slot))
            n += tag_id(t) != 0;
        assert_int_equal(n, 2);
        assert_int_equal(tag_count(slot, NULL), 2);
        assert_true(tag_exists(slot, NULL));
        assert_ptr_equal(book_tags(b), slot);
    }
    assert_int_equal(spent(s), 2);
    close_library(s);
}

static void lists_below_a_plan_are_loaded_for_its_objects(void **state)
{
    (void)state;
    arrange_library(db, 4, 2);
    struct orm_session *s = open_library();
    const struct book_query q = {.with = {book_with_author(NULL)}};
    orm_each(struct book, b, book_find(book_table(s), &q))
        assert_int_equal(book_all(author_books(book_author(b)))->len, 2);
    assert_int_equal(spent(s), 2 + 2);
    close_library(s);
}

static void lists_are_in_the_order_of_the_key_whatever_order_rows_come_in(void **state)
{
    (void)state;
    arrange_library(db, 2, 40);
    db_exec(db, "update book set pages = 7 where id %% 3 = 1"); /* they move */
    db_exec(db, "drop index if exists book_author_id_idx");
    struct orm_session *s = open_library();
    orm_each(struct author, a, author_all(author_table(s))) {
        const struct book_list *books = book_all(author_books(a));
        assert_int_equal(books->len, 40);
        for (size_t i = 1; i < books->len; i++)
            assert_true(book_id(books->items[i - 1]) < book_id(books->items[i]));
    }
    assert_int_equal(spent(s), 3);
    close_library(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(lists_are_in_the_order_of_the_key_whatever_order_rows_come_in),
        DB_TEST(to_many_loop_costs_three),
        DB_TEST(loop_from_the_end_costs_as_much),
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
        DB_TEST(recorded_change_drops_the_owners_list_alone),
        DB_TEST(move_drops_both_lists),
        DB_TEST(many_to_many_change_drops_both_ends),
        DB_TEST(deleted_object_leaves_its_owners_list),
        DB_TEST(deleted_peer_does_not_disturb_the_loop),
        DB_TEST(unsaved_owner_works_in_memory),
        DB_TEST(database_cannot_be_asked_about_an_unsaved_owner),
        DB_TEST(change_before_the_group_load_is_in_the_lists),
        DB_TEST(dropped_list_is_loaded_again_alone),
        DB_TEST(two_lists_of_one_model_do_not_mix),
        DB_TEST(rows_of_a_list_are_another_group_than_those_of_a_query),
        DB_TEST(deleted_owner_is_not_loaded_for),
        DB_TEST(first_is_served_from_a_loaded_list),
        DB_TEST(tree_and_its_lists_are_one_set_of_objects),
        DB_TEST(lists_of_the_peers_themselves_cost_no_more),
        DB_TEST(circle_of_two_models_is_walked_in_a_few_statements),
        DB_TEST(planned_lists_are_iterated_and_counted_for_nothing),
        DB_TEST(lists_below_a_plan_are_loaded_for_its_objects),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
