/* messages_misuse.c: what errors say to a program that asks for what cannot be. */
#include "messages.h"

/* -- What the program does wrong --------------------------------------------------- */

static void required_and_never_set(struct orm_session *s)
{
    book_set_pages(book_new(author_books(ann(s))), 3);
    commit(s);
}

static void null_for_a_text(struct orm_session *s)
{
    book_set_title(one(s), NULL);
}

static void null_for_a_required_field(struct orm_session *s)
{
    orm_set_null(&one(s)->orm, BOOK_TITLE);
}

static void null_for_a_required_reference(struct orm_session *s)
{
    book_set_author(one(s), NULL);
}

static void key_of_a_saved_row(struct orm_session *s)
{
    room_set_number(room_get(room_table(s), "Main", 7), 8);
}

static void change_of_a_deleted_object(struct orm_session *s)
{
    struct book *b = one(s);
    book_delete(b);
    book_set_pages(b, 1);
}

static void change_of_a_row_of_a_view(struct orm_session *s)
{
    orm_set_text(&dear_get(dear_table(s), 1)->orm, DEAR_HEADING, "x");
}

static void reference_to_another_session(struct orm_session *s)
{
    struct orm_session *other = orm_open(db_conninfo(), &press_schema);
    book_set_author(one(s), ann(other));
    orm_close(other);
}

static void reference_to_what_is_deleted(struct orm_session *s)
{
    struct author *bob = author_get(author_table(s), 2);
    author_delete(bob);
    book_set_author(one(s), bob);
}

static void reference_to_what_was_deleted_later(struct orm_session *s)
{
    struct author *bob = author_get(author_table(s), 2);
    book_set_author(one(s), bob);
    author_delete(bob);
    commit(s);
}

static void rows_of_an_unsaved_owner(struct orm_session *s)
{
    const struct book_query q = {.where = {book_pages_gt(1)}};
    book_find(author_books(cid(s)), &q);
}

static void add_to_a_whole_table(struct orm_session *s)
{
    tag_add(tag_table(s), tag_get(tag_table(s), 1));
}

static void add_of_another_session(struct orm_session *s)
{
    struct orm_session *other = orm_open(db_conninfo(), &press_schema);
    tag_add(book_tags(one(s)), tag_get(tag_table(other), 1));
    orm_close(other);
}

static void add_of_a_deleted_object(struct orm_session *s)
{
    struct tag *t = tag_get(tag_table(s), 1);
    tag_delete(t);
    tag_add(book_tags(one(s)), t);
}

static void add_where_the_join_model_needs_more(struct orm_session *s)
{
    reader_add(book_readers(one(s)), reader_get(reader_table(s), 1));
}

static void remove_of_what_needs_an_owner(struct orm_session *s)
{
    book_remove(author_books(ann(s)), one(s));
}

static void required_object_that_is_not_there(struct orm_session *s)
{
    book_require(book_table(s), 4711);
}

static void required_object_of_several_columns(struct orm_session *s)
{
    room_require(room_table(s), "Main", 8);
}

static void end_with_unwritten_changes(struct orm_session *s)
{
    book_set_pages(one(s), 7);
    if (orm_end(s))
        fail_msg("ended");
}

/* -- Values ------------------------------------------------------------------------ */

static void text_too_long(struct orm_session *s)
{
    note_set_code(note(s), "sixsix");
}

static void text_that_is_no_utf8(struct orm_session *s)
{
    author_set_name(ann(s), "\xff");
}

static void integer_out_of_range(struct orm_session *s)
{
    orm_set_integer(&note(s)->orm, NOTE_TINY, 40000);
}

static void label_that_is_none(struct orm_session *s)
{
    orm_set_integer(&note(s)->orm, NOTE_MOOD, 2);
}

static void numeric_that_is_no_number(struct orm_session *s)
{
    note_set_exact(note(s), "12,50");
}

static void numeric_with_too_many_digits(struct orm_session *s)
{
    note_set_huge(note(s), "1.23456");
}

static void decimal_with_too_many_digits(struct orm_session *s)
{
    note_set_money(note(s), 1000000);
}

static void text_that_is_no_json(struct orm_session *s)
{
    note_set_facts(note(s), "{'a': 1}");
}

static void address_of_no_family(struct orm_session *s)
{
    note_set_address(note(s), (struct orm_inet){.family = 5});
}

static void address_with_too_long_a_prefix(struct orm_session *s)
{
    note_set_address(note(s), (struct orm_inet){.family = 4, .prefix = 33});
}

static void network_with_bits_of_a_host(struct orm_session *s)
{
    note_set_network(
        note(s), (struct orm_inet){.family = 4, .prefix = 8, .address = {10, 1}});
}

static void array_at_no_address(struct orm_session *s)
{
    note_set_labels(note(s), (struct orm_text_array){.len = 2});
}

static void range_with_no_such_bounds(struct orm_session *s)
{
    note_set_span(note(s), (struct orm_int4_range){.bounds = 99});
}

static void range_upside_down(struct orm_session *s)
{
    note_set_span(note(s),
        (struct orm_int4_range){.lower = 5, .upper = 1, .bounds = ORM_LOWER_IN});
}

static void multirange_at_no_address(struct orm_session *s)
{
    note_set_spans(note(s), (struct orm_int4_multirange){.len = 1});
}

static void bytes_at_no_address(struct orm_session *s)
{
    note_set_data(note(s), (struct orm_bytes){.len = 3});
}

static void day_out_of_range(struct orm_session *s)
{
    note_set_day(note(s), INT32_MAX - 1);
}

/* -- Queries ----------------------------------------------------------------------- */

static void more_conditions_than_fit(struct orm_session *s)
{
    struct book_query q = {.limit = 1};
    for (int i = 0; i < 1000; i++)
        book_where(&q, book_pages_eq(i));
    book_find(book_table(s), &q);
}

static void bracket_that_is_open(struct orm_session *s)
{
    const struct book_query q = {.where = {book_any_of(), book_pages_eq(1)}};
    book_find(book_table(s), &q);
}

static void columns_of_two_types(struct orm_session *s)
{
    const struct book_query q = {
        .where = {book_compare(BOOK_TITLE, ORM_EQ, BOOK_PAGES)}};
    book_find(book_table(s), &q);
}

static void values_at_no_address(struct orm_session *s)
{
    const struct book_query q = {.where = {book_pages_in(NULL, 2)}};
    book_find(book_table(s), &q);
}

static void pattern_that_cannot_be_read(struct orm_session *s)
{
    const struct book_query q = {.where = {book_title_regex("(")}};
    book_find(book_table(s), &q);
}

static void page_behind_an_object_of_another_session(struct orm_session *s)
{
    struct orm_session *other = orm_open(db_conninfo(), &press_schema);
    const struct author_query q = {.after = ann(other)};
    author_find(author_table(s), &q);
    orm_close(other);
}

static void two_plans_for_one_place(struct orm_session *s)
{
    const struct tag_query first = {.limit = 1}, all = {.limit = 2};
    const struct book_query q = {
        .with = {book_with_tags_as("some", &first), book_with_tags_as("some", &all)}};
    book_find(book_table(s), &q);
}

static void alias_that_is_a_field(struct orm_session *s)
{
    const struct author_query q = {.with = {author_with_books_as("name", NULL)}};
    author_find(author_table(s), &q);
}

static void alias_that_nothing_was_loaded_as(struct orm_session *s)
{
    (void)book_tags_as(one(s), "first");
}

static void picks_that_are_none(struct orm_session *s)
{
    const struct book_pick none[] = {book_picks_end()};
    book_select(book_table(s), NULL, none);
}

static void sql_without_a_column(struct orm_session *s)
{
    author_from_sql(s, ORM_RAW("select id from public.people"), NULL, 0);
}

/* -- Lazy loads -------------------------------------------------------------------- */

static void object_that_may_not_be_loaded(struct orm_session *s)
{
    struct book *b = one(s);
    orm_set_fetch(s, ORM_FETCH_RAISE);
    (void)book_author(b);
}

static void list_that_may_not_be_loaded(struct orm_session *s)
{
    struct book *b = one(s);
    orm_set_fetch(s, ORM_FETCH_RAISE);
    tag_all(book_tags(b));
}

static void lazy_column_that_may_not_be_loaded(struct orm_session *s)
{
    struct book *b = one(s);
    orm_set_fetch(s, ORM_FETCH_RAISE);
    (void)book_review(b);
}

static void fetch_mode_that_is_none(struct orm_session *s)
{
    volatile int wrong = 99;
    orm_set_fetch(s, (enum orm_fetch)wrong);
}

static void statement_beyond_the_budget(struct orm_session *s)
{
    orm_expect_statements(s, 0);
    tag_count(tag_table(s), NULL);
}

static void lazy_load_beyond_the_budget(struct orm_session *s)
{
    struct book *b = one(s);
    orm_expect_statements(s, 0);
    (void)book_author(b);
}

static void chunk_of_a_stream_that_is_over(struct orm_session *s)
{
    struct book_chunks *chunks = book_stream(book_table(s), NULL, 1);
    orm_rollback(s);
    book_chunk(chunks);
}

static void chunks_of_no_rows(struct orm_session *s)
{
    book_stream(book_table(s), NULL, 0);
}

/* -- Sessions and transactions ----------------------------------------------------- */

static void transaction_in_a_transaction(struct orm_session *s)
{
    const struct orm_begin_options options = {.read_only = true};
    orm_begin(s);
    orm_begin_with(s, &options);
}

static void isolation_that_is_none(struct orm_session *s)
{
    volatile int wrong = 99;
    const struct orm_begin_options options = {.isolation = (enum orm_isolation)wrong};
    orm_begin_with(s, &options);
}

static void setting_without_a_value(struct orm_session *s)
{
    const struct orm_setting setting = {"lock_timeout", NULL};
    const struct orm_begin_options options = {.settings = &setting, .setting_count = 1};
    orm_begin_with(s, &options);
}

static void setting_that_the_server_lacks(struct orm_session *s)
{
    const struct orm_setting setting = {"no_such_thing", "1"};
    const struct orm_begin_options options = {.settings = &setting, .setting_count = 1};
    orm_begin_with(s, &options);
    one(s);
}

static bool never(struct orm_session *s, void *arg)
{
    (void)s;
    (void)arg;
    return true;
}

static void unit_in_a_transaction(struct orm_session *s)
{
    orm_begin(s);
    if (orm_transaction(s, never, NULL, NULL))
        fail_msg("ran");
}

static void unit_with_changes_that_wait(struct orm_session *s)
{
    book_set_pages(one(s), 3);
    if (orm_transaction(s, never, NULL, NULL))
        fail_msg("ran");
}

static void scope_that_is_not_open(struct orm_session *s)
{
    orm_scope_end(s);
}

static void ask_again(void *arg, const struct orm_statement *statement)
{
    (void)statement;
    tag_all(tag_table(arg));
}

static void statement_inside_of_a_watcher(struct orm_session *s)
{
    orm_on_statement(s, ask_again, s);
    one(s);
}

/* -- All of them ------------------------------------------------------------------- */

const struct message messages_of_objects[] = {
    SAYS(required_and_never_set),
    SAYS(null_for_a_text),
    SAYS(null_for_a_required_field),
    SAYS(null_for_a_required_reference),
    SAYS(key_of_a_saved_row),
    SAYS(change_of_a_deleted_object),
    SAYS(change_of_a_row_of_a_view),
    SAYS(reference_to_another_session),
    SAYS(reference_to_what_is_deleted),
    SAYS(reference_to_what_was_deleted_later),
    SAYS(rows_of_an_unsaved_owner),
    SAYS(add_to_a_whole_table),
    SAYS(add_of_another_session),
    SAYS(add_of_a_deleted_object),
    SAYS(add_where_the_join_model_needs_more),
    SAYS(remove_of_what_needs_an_owner),
    SAYS(required_object_that_is_not_there),
    SAYS(required_object_of_several_columns),
    SAYS(end_with_unwritten_changes),
    {0},
};

const struct message messages_of_values[] = {
    SAYS(text_too_long),
    SAYS(text_that_is_no_utf8),
    SAYS(integer_out_of_range),
    SAYS(label_that_is_none),
    SAYS(numeric_that_is_no_number),
    SAYS(numeric_with_too_many_digits),
    SAYS(decimal_with_too_many_digits),
    SAYS(text_that_is_no_json),
    SAYS(address_of_no_family),
    SAYS(address_with_too_long_a_prefix),
    SAYS(network_with_bits_of_a_host),
    SAYS(array_at_no_address),
    SAYS(range_with_no_such_bounds),
    SAYS(range_upside_down),
    SAYS(multirange_at_no_address),
    SAYS(bytes_at_no_address),
    SAYS(day_out_of_range),
    {0},
};

const struct message messages_of_queries[] = {
    SAYS(more_conditions_than_fit),
    SAYS(bracket_that_is_open),
    SAYS(columns_of_two_types),
    SAYS(values_at_no_address),
    SAYS(pattern_that_cannot_be_read),
    SAYS(page_behind_an_object_of_another_session),
    SAYS(two_plans_for_one_place),
    SAYS(alias_that_is_a_field),
    SAYS(alias_that_nothing_was_loaded_as),
    SAYS(picks_that_are_none),
    SAYS(sql_without_a_column),
    {0},
};

const struct message messages_of_lazy_loads[] = {
    SAYS(object_that_may_not_be_loaded),
    SAYS(list_that_may_not_be_loaded),
    SAYS(lazy_column_that_may_not_be_loaded),
    SAYS(fetch_mode_that_is_none),
    SAYS(statement_beyond_the_budget),
    SAYS(lazy_load_beyond_the_budget),
    SAYS(chunk_of_a_stream_that_is_over),
    SAYS(chunks_of_no_rows),
    {0},
};

const struct message messages_of_sessions[] = {
    SAYS(transaction_in_a_transaction),
    SAYS(isolation_that_is_none),
    SAYS(setting_without_a_value),
    SAYS(setting_that_the_server_lacks),
    SAYS(unit_in_a_transaction),
    SAYS(unit_with_changes_that_wait),
    SAYS(scope_that_is_not_open),
    SAYS(statement_inside_of_a_watcher),
    {0},
};
