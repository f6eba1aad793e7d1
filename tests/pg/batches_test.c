/* batches_test.c: how many statements a flush is, and that each row gets what it was
 * given, whatever the rows have in common. */
#include "library_test.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* -- Sets of columns --------------------------------------------------------------- */

static void arrange_maybes(int n)
{
    db_exec(db,
        "insert into maybe (flag, tiny, whole, big, words, code, mood)"
        "  select false, 0, 0, 0, 'old', 'old', 'sad' from generate_series(1, %d)",
        n);
}

/* Column i of a row is changed if bit i of `set` is set; the last becomes null. */
static void change(struct maybe *m, unsigned set)
{
    if (set & 1)
        maybe_set_flag(m, true);
    if (set & 2)
        maybe_set_tiny(m, 2);
    if (set & 4)
        maybe_set_whole(m, 4);
    if (set & 8)
        maybe_set_big(m, 8);
    if (set & 16)
        maybe_set_words(m, "new");
    if (set & 32)
        maybe_set_code(m, "new");
    if (set & 64)
        maybe_clear_mood(m);
}

static const char *wrong_maybes(void)
{
    return db_text(db, "select coalesce(string_agg(id::text, ' '), '') from maybe where"
                       " (flag, tiny, whole, big, words, code, mood) is distinct from"
                       " (id & 1 <> 0, id & 2, id & 4, id & 8,"
                       "  case when id & 16 <> 0 then 'new' else 'old' end,"
                       "  case when id & 32 <> 0 then 'new' else 'old' end,"
                       "  case when id & 64 = 0 then 'sad'::maybe_mood end)");
}

static void many_sets_of_changed_columns_are_four_statements(void **state)
{
    (void)state;
    arrange_maybes(127);
    struct orm_session *s = open_library();
    orm_each(struct maybe, m, maybe_all(maybe_table(s)))
        change(m, (unsigned)maybe_id(m));
    spent(s);
    waited(s);
    assert_true(orm_commit(s));
    assert_int_equal(spent(s), 4);
    assert_int_equal(waited(s), 1);
    assert_string_equal(wrong_maybes(), "");
    orm_each(struct maybe, m, maybe_all(maybe_table(s)))
        assert_int_equal(maybe_big(m), (unsigned)maybe_id(m) & 8);
    close_library(s);
}

static void four_sets_are_four_plain_statements(void **state)
{
    (void)state;
    for (unsigned sets = 1; sets <= 6; sets++) {
        db_truncate(db);
        arrange_maybes(60);
        struct orm_session *s = open_library();
        orm_each(struct maybe, m, maybe_all(maybe_table(s)))
            change(m, 1 + (unsigned)maybe_id(m) % sets);
        spent(s);
        assert_true(orm_commit(s));
        assert_int_equal(spent(s), sets < 4 ? sets : 4);
        assert_int_equal(db_number(db,
                             "select count(*) from maybe where"
                             " flag = ((1 + id %% %u) & 1 <> 0) and"
                             " tiny = ((1 + id %% %u) & 2) and"
                             " whole = ((1 + id %% %u) & 4)",
                             sets, sets, sets),
            60);
        close_library(s);
    }
}

/* What the statements said, in order. */
static char sent[8][2048], shapes[8][40];
static size_t sent_count;

static void listen(void *arg, const struct orm_statement *statement)
{
    (void)arg;
    if (statement->counted && sent_count < COUNT(sent)) {
        snprintf(sent[sent_count], sizeof *sent, "%s", statement->sql);
        snprintf(shapes[sent_count++], sizeof *shapes, "%s", statement->shape);
    }
}

static void largest_sets_keep_their_own_statements(void **state)
{
    (void)state;
    arrange_maybes(40);
    struct orm_session *s = open_library();
    const struct maybe_list *all = maybe_all(maybe_table(s));
    for (unsigned i = 0; i < 40; i++)
        change(all->items[i], i < 12 ? i + 1 : i < 20 ? 32 : i < 30 ? 64 : 48);
    sent_count = 0;
    orm_on_statement(s, listen, NULL);
    assert_true(orm_commit(s));
    assert_int_equal(sent_count, 4);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(strstr(sent[i], "CASE WHEN u.c") != NULL, i == 3);
    assert_null(strstr(sent[3], "\"mood\""));
    assert_null(strstr(sent[3], "\"code\""));
    close_library(s);
}

static void known_sets_make_no_new_statement(void **state)
{
    (void)state;
    arrange_maybes(40);
    struct orm_session *s = open_library();
    const struct maybe_list *all = maybe_all(maybe_table(s));
    char first[4][40];
    for (int round = 0; round < 2; round++) {
        for (unsigned i = 0; i < 40; i++) {
            maybe_set_tiny(all->items[i], (int16_t)(round + 1));
            if (i % 10 & 1)
                maybe_set_whole(all->items[i], round + 1);
            if (i % 10 & 2)
                maybe_set_big(all->items[i], round + 1);
            if (i % 10 & 4)
                maybe_set_words(all->items[i], round ? "a" : "b");
        }
        sent_count = 0;
        orm_on_statement(s, listen, NULL);
        assert_true(orm_commit(s));
        assert_int_equal(sent_count, 4);
        for (size_t i = 0; i < 4 && round; i++)
            assert_string_equal(shapes[i], first[i]);
        memcpy(first, shapes, sizeof first);
    }
    close_library(s);
}

static void versions_count_in_shared_statements_too(void **state)
{
    (void)state;
    arrange_library(db, 4, 10);
    struct orm_session *s = open_library();
    const struct book_list *books = book_find(book_table(s), &books_by_id);
    for (unsigned i = 0; i < 40; i++) {
        struct book *b = books->items[i];
        if (i & 1)
            book_set_title(b, "new");
        if (i & 2)
            book_set_pages(b, 1);
        if (i & 4)
            book_set_genre(b, BOOK_GENRE_ESSAY);
        if (i & 8)
            book_set_blurb(b, "new");
        if (i & 16)
            book_set_editor(b, book_author(b));
    }
    spent(s);
    assert_true(orm_commit(s));
    assert_int_equal(spent(s), 4);
    assert_string_equal(
        db_text(db, "select count(*) from book where revision"
                    " <> 1 + case when (id - 1) & 31 = 0 then 0 else 1 end"),
        "0");
    orm_each(struct book, b, books)
        assert_int_equal(
            book_revision(b), ((unsigned)book_id(b) - 1) % 32 == 0 ? 1 : 2);

    /* A stale row is found among those that share a statement. */
    db_exec(db, "update book set revision = 7 where id = 14");
    for (unsigned i = 0; i < 40; i++) {
        if (i & 1)
            book_set_title(books->items[i], "newer");
        if (i & 2)
            book_set_pages(books->items[i], 2);
        if (i & 4)
            book_clear_genre(books->items[i]);
        if (i & 8)
            book_set_blurb(books->items[i], "newer");
    }
    assert_false(orm_commit(s));
    assert_failed(s, ORM_STALE, "book", NULL);
    assert_non_null(strstr(orm_message(s), "id 14 was changed"));
    assert_int_equal(
        db_number(db, "select count(*) from book where title = 'newer'"), 0);
    orm_close(s);
}

/* Defaults are the table's: each set of columns that is left to them has a statement.
 */
static void new_rows_are_a_statement_per_set_of_defaults(void **state)
{
    (void)state;
    db_exec(db, "alter table ticket alter weight set default 70");
    struct orm_session *s = open_library();
    for (unsigned i = 0; i < 64; i++) {
        struct ticket *t = ticket_new(ticket_table(s));
        ticket_set_subject(t, "t");
        if (i & 1)
            ticket_set_weight(t, 1);
        if (i & 2)
            ticket_set_note(t, "n");
        if (i & 4)
            ticket_set_status(t, TICKET_STATUS_DONE);
    }
    spent(s);
    waited(s);
    assert_true(orm_commit(s));
    assert_int_equal(spent(s), 8);
    assert_int_equal(waited(s), 2);
    assert_string_equal(db_text(db, "select weight, note, status, count(*) from ticket"
                                    " group by 1, 2, 3 order by 1, 2, 3"),
        "1|n|fresh|8\n1|n|done|8\n1|none|fresh|8\n1|none|done|8\n"
        "70|n|fresh|8\n70|n|done|8\n70|none|fresh|8\n70|none|done|8");
    close_library(s);
    db_exec(db, "alter table ticket alter weight set default 7");
}

/* -- Deletes that make room -------------------------------------------------------- */

static void new_row_takes_the_unique_value_of_a_deleted_one(void **state)
{
    (void)state;
    db_exec(db, "insert into tags (name) values ('a'), ('b'), ('c')");
    struct orm_session *s = open_library();
    orm_each(struct tag, t, tag_all(tag_table(s)))
        tag_delete(t);
    tag_set_name(tag_new(tag_table(s)), "b");
    spent(s);
    assert_true(orm_commit(s));
    assert_int_equal(spent(s), 2 + 1); /* b goes before */
    assert_string_equal(db_text(db, "select id, name from tags"), "4|b");
    close_library(s);
}

static void changed_row_takes_the_unique_value_of_a_deleted_one(void **state)
{
    (void)state;
    db_exec(db, "insert into author (name, email) values ('a', 'one'), ('b', 'two')");
    struct orm_session *s = open_library();
    author_delete(author_get(author_table(s), 1));
    author_set_email(author_get(author_table(s), 2), "one");
    assert_true(orm_commit(s));
    assert_string_equal(db_text(db, "select id, email from author"), "2|one");
    close_library(s);
}

static void new_row_takes_the_key_of_a_deleted_one(void **state)
{
    (void)state;
    db_exec(db, "insert into country values ('de', 'old'), ('fr', 'old')");
    struct orm_session *s = open_library();
    struct country *old = country_get(country_table(s), "de");
    country_delete(old);
    struct country *made = country_new(country_table(s));
    country_set_code(made, "de");
    country_set_name(made, "new");
    assert_true(orm_commit(s));
    assert_ptr_equal(country_get(country_table(s), "de"), made);
    assert_string_equal(
        db_text(db, "select code, name from country order by 1"), "de|new\nfr|old");
    close_library(s);
}

static void new_row_takes_the_unique_pair_of_a_deleted_one(void **state)
{
    (void)state;
    arrange_library(db, 1, 2);
    db_exec(db, "insert into reader (name) values ('a'), ('b');"
                "insert into loan (book_id, reader_id, due)"
                "  select b, r, '2026-01-01' from generate_series(1, 2) b,"
                "  generate_series(1, 2) r");
    struct orm_session *s = open_library();
    loan_delete(loan_get(loan_table(s), 2));
    loan_delete(loan_get(loan_table(s), 3));
    struct loan *made = loan_new(loan_table(s));
    loan_set_book_id(made, 1);
    loan_set_reader_id(made, 2);
    assert_true(orm_commit(s));
    assert_string_equal(
        db_text(db, "select book_id, reader_id, due from loan order by 1, 2"),
        "1|1|2026-01-01\n1|2|-\n2|2|2026-01-01");
    close_library(s);
}

static void row_that_was_changed_before_it_was_deleted_makes_room_too(void **state)
{
    (void)state;
    db_exec(db, "insert into tags (name) values ('a'), ('b')");
    struct orm_session *s = open_library();
    struct tag *t = tag_get(tag_table(s), 1);
    tag_set_name(t, "elsewhere");
    tag_delete(t);
    tag_set_name(tag_new(tag_table(s)), "a");
    assert_true(orm_commit(s));
    assert_string_equal(
        db_text(db, "select id, name from tags order by 1"), "2|b\n3|a");
    close_library(s);
}

static void deleted_rows_that_refer_to_it_go_before_it(void **state)
{
    (void)state;
    db_exec(db, "insert into country values ('de', 'old'), ('fr', 'old');"
                "insert into city (name, country_id)"
                "  values ('x', 'de'), ('y', 'fr'), ('z', 'de')");
    struct orm_session *s = open_library();
    orm_each(struct city, c, city_all(city_table(s)))
        city_delete(c);
    country_delete(country_get(country_table(s), "de"));
    struct country *made = country_new(country_table(s));
    country_set_code(made, "de");
    country_set_name(made, "new");
    city_set_name(city_new(country_cities(made)), "first");
    assert_true(orm_commit(s));
    assert_string_equal(db_text(db, "select name, country_id from city"), "first|de");
    close_library(s);
}

static void row_that_others_refer_to_makes_no_room(void **state)
{
    (void)state;
    db_exec(db, "insert into country values ('de', 'old');"
                "insert into city (name, country_id) values ('x', 'de')");
    struct orm_session *s = open_library();
    struct country *old = country_get(country_table(s), "de");
    country_delete(old);
    struct country *made = country_new(country_table(s));
    country_set_code(made, "de");
    country_set_name(made, "new");
    assert_false(orm_commit(s));
    assert_failed(s, ORM_CONSTRAINT, "city", "country");
    assert_non_null(strstr(orm_last_error(s)->hint, "another row takes its key"));
    assert_int_equal(orm_last_error(s)->outcome, ORM_ROLLED_BACK);
    orm_rollback(s);
    assert_ptr_equal(country_get(country_table(s), "de"), old);
    assert_string_equal(db_text(db, "select name from country"), "old");
    close_library(s);
}

static void rows_that_exchange_unique_values_are_advised(void **state)
{
    (void)state;
    db_exec(db, "insert into tags (name) values ('a'), ('b')");
    struct orm_session *s = open_library();
    tag_set_name(tag_get(tag_table(s), 1), "b");
    tag_set_name(tag_get(tag_table(s), 2), "a");
    assert_false(orm_commit(s));
    assert_failed(s, ORM_CONSTRAINT, "tag", "name");
    assert_int_equal(tag_violated(orm_last_error(s)), TAG_BY_NAME);
    assert_non_null(strstr(orm_last_error(s)->hint, "deferrable: deferred"));
    orm_rollback(s);

    /* With a value and a flush in between. */
    tag_set_name(tag_get(tag_table(s), 1), "elsewhere");
    assert_true(orm_flush(s));
    tag_set_name(tag_get(tag_table(s), 2), "a");
    assert_true(orm_flush(s));
    tag_set_name(tag_get(tag_table(s), 1), "b");
    assert_true(orm_commit(s));

    /* Or put off. */
    db_exec(db, "alter table tags drop constraint tags_name_key;"
                "alter table tags add constraint tags_name_key unique (name)"
                " deferrable initially deferred");
    tag_set_name(tag_get(tag_table(s), 1), "a");
    tag_set_name(tag_get(tag_table(s), 2), "b");
    assert_true(orm_commit(s));
    assert_string_equal(
        db_text(db, "select id, name from tags order by 1"), "1|a\n2|b");
    close_library(s);
    db_exec(db, "alter table tags drop constraint tags_name_key;"
                "alter table tags add constraint tags_name_key unique (name)");
}

/* Only those that make room, or what waits for the update would be lost. */
static void other_deletes_stay_behind_updates(void **state)
{
    (void)state;
    db_exec(db, "insert into author (name, email) values"
                " ('a', 'one'), ('b', 'two'), ('c', null);"
                "insert into book (title, author_id, revision) values ('x', 1, 1)");
    struct orm_session *s = open_library();
    struct book *b = book_get(book_table(s), 1);
    author_delete(author_get(author_table(s), 1));
    author_delete(author_get(author_table(s), 2));
    struct author *made = author_new(author_table(s));
    author_set_name(made, "new");
    author_set_email(made, "two");
    book_set_author(b, made);
    assert_true(orm_commit(s));
    assert_string_equal(db_text(db, "select b.title, a.email from book b"
                                    " join author a on a.id = b.author_id"),
        "x|two");
    close_library(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(many_sets_of_changed_columns_are_four_statements),
        DB_TEST(four_sets_are_four_plain_statements),
        DB_TEST(largest_sets_keep_their_own_statements),
        DB_TEST(known_sets_make_no_new_statement),
        DB_TEST(versions_count_in_shared_statements_too),
        DB_TEST(new_rows_are_a_statement_per_set_of_defaults),
        DB_TEST(new_row_takes_the_unique_value_of_a_deleted_one),
        DB_TEST(changed_row_takes_the_unique_value_of_a_deleted_one),
        DB_TEST(new_row_takes_the_key_of_a_deleted_one),
        DB_TEST(new_row_takes_the_unique_pair_of_a_deleted_one),
        DB_TEST(row_that_was_changed_before_it_was_deleted_makes_room_too),
        DB_TEST(deleted_rows_that_refer_to_it_go_before_it),
        DB_TEST(row_that_others_refer_to_makes_no_room),
        DB_TEST(rows_that_exchange_unique_values_are_advised),
        DB_TEST(other_deletes_stay_behind_updates),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
