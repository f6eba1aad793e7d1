/* savepoint_memory_test.c: what is in memory goes back to a savepoint, too, without a
 * statement. */
#include "library_test.h"

/* -- Memory ------------------------------------------------------------------------ */

/* What a test holds of the library, and that it costs no statement. */
struct view {
    struct author *author, *other;
    struct book *book, *last;
    const struct book_list *books, *others, *of_red;
    const struct tag_list *tags;
    struct tag *red;
    struct author *editor;
    struct profile *profile;
};

static struct view look(struct orm_session *s)
{
    struct view v = {.author = author_get(author_table(s), 1),
        .other = author_get(author_table(s), 2),
        .book = book_get(book_table(s), 1),
        .last = book_get(book_table(s), 4)};
    v.books = book_all(author_books(v.author));
    v.others = book_all(author_books(v.other));
    v.tags = tag_all(book_tags(v.book));
    v.red = tag_get(tag_table(s), 1);
    v.of_red = book_all(tag_books(v.red));
    v.editor = book_editor(v.book);
    v.profile = author_profile(v.author);
    assert_ptr_equal(book_author(v.book), v.author);
    assert_ptr_equal(book_author(v.last), v.other);
    return v;
}

static void assert_same_view(struct orm_session *s, const struct view *before)
{
    (void)spent(s);
    (void)waited(s);
    const struct view now = look(s);
    assert_memory_equal(&now, before, sizeof now);
    assert_string_equal(author_name(now.author), "author 1");
    assert_string_equal(book_title(now.book), "book 1");
    assert_int_equal(book_pages(now.book), 101);
    assert_int_equal(book_revision(now.book), 1);
    assert_string_equal(book_title(now.last), "book 4");
    assert_string_equal(tag_name(now.red), "red");
    assert_int_equal(spent(s), 0);
    assert_int_equal(waited(s), 0);
}

static void change_column(struct orm_session *s, struct view *v)
{
    (void)s;
    book_set_title(v->book, "changed");
    book_clear_pages(v->book);
    author_set_name(v->author, "changed");
}

static void change_author(struct orm_session *s, struct view *v)
{
    (void)s;
    book_set_author(v->book, v->other);
    book_set_editor(v->last, v->author);
}

static void add_book(struct orm_session *s, struct view *v)
{
    struct book *b = book_new(author_books(v->author));
    book_set_title(b, "new");
    struct tag *t = tag_new(book_tags(b));
    tag_set_name(t, "new");
    tag_add(book_tags(b), v->red);
    (void)s;
}

static void delete_book(struct orm_session *s, struct view *v)
{
    (void)s;
    book_delete(v->book);
    book_delete(v->of_red->items[0]);
    assert_int_equal(book_all(tag_books(v->red))->len, v->of_red->len - 1);
}

static void delete_author(struct orm_session *s, struct view *v)
{
    (void)s;
    author_delete(v->author); /* cascades */
}

static void delete_profile(struct orm_session *s, struct view *v)
{
    profile_delete(v->profile);
    assert_true(orm_flush(s));
    struct profile *p = profile_new(profile_table(s));
    profile_set_bio(p, "another");
    profile_set_author(p, v->author);
}

static void change_links(struct orm_session *s, struct view *v)
{
    (void)s;
    tag_remove(book_tags(v->book), v->red);
    book_add(tag_books(v->red), v->last);
}

static void clear_list(struct orm_session *s, struct view *v)
{
    (void)s;
    tag_clear(book_tags(v->book));
}

static void delete_and_make_again(struct orm_session *s, struct view *v)
{
    tag_delete(v->red);
    assert_true(orm_flush(s));
    add_tag(s, "red");
}

static void refresh(struct orm_session *s, struct view *v)
{
    book_set_title(v->book, "written");
    assert_true(orm_flush(s));
    book_refresh(v->book);
    author_refresh(v->author);
    (void)book_all(author_books(v->author));
    assert_ptr_equal(book_author(v->book), v->author);
}

static void expire(struct orm_session *s, struct view *v)
{
    add_tag(s, "more");
    assert_true(orm_flush(s));
    book_expire(v->book);
    author_expire(v->other);
    (void)book_all(author_books(v->other));
}

static void read_everything(struct orm_session *s, struct view *v)
{
    add_tag(s, "more");
    assert_true(orm_flush(s));
    const struct author_query q = {
        .with = {author_with_books(&(struct book_query){
            .with = {book_with_tags(NULL), book_with_shelf(NULL)}})}};
    orm_each(struct author, a, author_find(author_table(s), &q))
        orm_each(struct book, b, book_all(author_books(a)))
            assert_non_null(book_shelf(b));
    (void)v;
}

static void read_in_a_scope(struct orm_session *s, struct view *v)
{
    orm_scope_begin(s);
    add_tag(s, "more");
    assert_true(orm_flush(s));
    orm_each(struct book, b, book_all(book_table(s))) {
        assert_non_null(book_shelf(b));
        assert_non_null(book_author(b));
    }
    book_set_pages(book_get(book_table(s), 2), 7);
    assert_true(orm_flush(s));
    orm_scope_end(s);
    (void)v;
}

static void stream_and_write(struct orm_session *s, struct view *v)
{
    struct book_chunks *stream = book_stream(book_table(s), &books_by_id, 2);
    for (const struct book_list *list; (list = book_chunk(stream))->len;) {
        orm_each(struct book, b, list) {
            book_set_pages(b, 1);
            assert_non_null(book_author(b));
        }
        assert_true(orm_flush(s));
    }
    book_stream_end(stream);
    (void)v;
}

typedef void change(struct orm_session *s, struct view *v);
static change *const changes[] = {change_column, change_author, add_book, delete_book,
    delete_author, delete_profile, change_links, clear_list, delete_and_make_again,
    refresh, expire, read_everything, read_in_a_scope, stream_and_write};
#define CHANGES (sizeof changes / sizeof *changes)

static void arrange_view(void)
{
    db_truncate(db);
    arrange_library(db, 2, 2);
    db_exec(db, "update book set editor_id = 2 where id = 1;"
                "insert into profile (bio, author_id) values ('bio', 1)");
}

static const char *everything(void)
{
    return db_text(db,
        "select (select string_agg(b::text, ' ' order by id) from book b) ||"
        " (select string_agg(a::text, ' ' order by id) from author a) ||"
        " (select string_agg(t::text, ' ' order by id) from tags t) ||"
        " (select string_agg(t::text, ' ' order by t::text) from book_tags t) ||"
        " (select string_agg(p::text, ' ' order by id) from profile p)");
}

/* Unwritten, flushed, or released from a savepoint of its own. */
enum depth {
    RECORDED,
    FLUSHED,
    RELEASED,
    DEPTHS
};

static void do_change(
    struct orm_session *s, struct view *v, size_t which, enum depth depth)
{
    if (depth == RELEASED)
        orm_savepoint(s);
    changes[which](s, v);
    if (depth == FLUSHED)
        assert_true(orm_flush(s));
    if (depth == RELEASED)
        assert_true(orm_release(s));
    assert_fine(s);
}

static void memory_is_as_at_the_savepoint_with_no_statement(void **state)
{
    (void)state;
    for (size_t i = 0; i < CHANGES; i++)
        for (enum depth depth = RECORDED; depth < DEPTHS; depth++) {
            arrange_view();
            struct orm_session *s = open_library();
            struct view v = look(s);
            orm_savepoint(s);
            for (int times = 0; times < 2; times++) {
                if (times)
                    orm_savepoint(s);
                do_change(s, &v, i, depth);
                orm_rollback_to(s);
                assert_fine(s);
                assert_same_view(s, &v);
            }
            const char *before = everything();
            assert_true(orm_commit(s));
            assert_string_equal(everything(), before);
            assert_same_view(s, &v);
            close_library(s);
        }
}

static void memory_is_as_at_the_begin_with_no_statement(void **state)
{
    (void)state;
    for (size_t i = 0; i < CHANGES; i++)
        for (enum depth depth = RECORDED; depth < DEPTHS; depth++) {
            arrange_view();
            struct orm_session *s = open_library();
            struct view v = look(s);
            do_change(s, &v, i, depth);
            orm_rollback(s);
            assert_fine(s);
            assert_same_view(s, &v);
            close_library(s);
        }
}

static void two_changes_at_two_levels_go_back_one_by_one(void **state)
{
    (void)state;
    for (size_t i = 0; i < CHANGES; i++)
        for (size_t k = i; k < i + 3; k++) {
            arrange_view();
            struct orm_session *s = open_library();
            struct view v = look(s);
            orm_savepoint(s);
            changes[k % CHANGES](s, &v);
            orm_savepoint(s);
            orm_rollback_to(s);
            orm_rollback_to(s);
            assert_same_view(s, &v);

            orm_savepoint(s);
            changes[i](s, &v);
            orm_savepoint(s);
            const char *title = book_title(v.book);
            const int pages = book_pages(v.book);
            add_book(s, &(struct view){.author = v.other, .red = v.red});
            if (!orm_flush(s)) /* the author or the tag may be gone */
                assert_true(
                    orm_status(s) == ORM_INVALID || orm_status(s) == ORM_CONSTRAINT);
            orm_rollback_to(s);
            assert_fine(s);
            assert_ptr_equal(book_title(v.book), title);
            assert_int_equal(book_pages(v.book), pages);
            orm_rollback_to(s);
            assert_same_view(s, &v);
            assert_true(orm_commit(s));
            close_library(s);
        }
}

static void what_is_loaded_first_inside_is_not_loaded_afterwards(void **state)
{
    (void)state;
    arrange_view();
    struct orm_session *s = open_library();
    struct book *b = book_get(book_table(s), 1);
    orm_savepoint(s);
    struct author *a = book_author(b); /* the slot, and the object */
    assert_int_equal(book_all(author_books(a))->len, 2);
    struct book *second = book_all(author_books(a))->items[1];
    author_set_name(a, "changed");
    struct book *made = book_new(author_books(a));
    book_set_title(made, "made");
    assert_true(orm_flush(s));
    assert_int_equal(book_all(author_books(a))->len, 3);
    orm_rollback_to(s);
    assert_int_equal(book_author_state(b), ORM_REF_UNLOADED);
    (void)spent(s);
    assert_ptr_equal(book_author(b), a); /* the same object, asked for again */
    assert_int_equal(spent(s), 1);
    assert_string_equal(author_name(a), "author 1");
    assert_int_equal(book_all(author_books(a))->len, 2);
    assert_ptr_equal(book_all(author_books(a))->items[1], second);
    assert_string_equal(book_title(made), "made"); /* reads on */
    book_set_title(made, "no");
    assert_failed(s, ORM_INVALID, "book", NULL);
    orm_rollback(s);
    close_library(s);
}

static void row_that_only_the_transaction_had_is_gone_afterwards(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    orm_savepoint(s);
    add_tag(s, "red");
    assert_true(orm_flush(s));
    struct orm_session *other = orm_open(db_conninfo(), &library_schema);
    orm_savepoint(s);
    orm_rollback_to(s);
    struct tag *t = tag_first(tag_table(s), NULL);
    const int64_t key = tag_id(t);
    orm_rollback_to(s);
    assert_null(tag_get(tag_table(s), key));
    assert_int_equal(tag_all(tag_table(s))->len, 0);
    orm_close(other);
    close_library(s);
}

static void slots_that_were_empty_are_empty_again(void **state)
{
    (void)state;
    arrange_view();
    struct orm_session *s = open_library();
    struct profile *p = profile_get(profile_table(s), 1);
    struct author *one = author_get(author_table(s), 1);
    struct author *two = author_get(author_table(s), 2);
    struct book *b = book_get(book_table(s), 1);
    orm_savepoint(s);
    book_set_title(book_new(author_books(two)), "new");
    assert_int_equal(book_all(author_books(two))->len, 3);
    assert_ptr_equal(book_author(b), one); /* at hand */
    profile_set_author(p, two);
    assert_ptr_equal(author_profile(two), p);
    orm_rollback_to(s);
    assert_int_equal(book_all(author_books(two))->len, 2);
    assert_int_equal(book_author_state(b), ORM_REF_UNLOADED);
    assert_null(author_profile(two));
    assert_ptr_equal(author_profile(one), p);
    close_library(s);
}

static void object_whose_key_was_taken_is_in_the_map_again(void **state)
{
    (void)state;
    db_exec(db, "insert into country (code, name) values ('de', 'old')");
    struct orm_session *s = open_library();
    struct country *old = country_get(country_table(s), "de");
    db_exec(db, "delete from country");
    orm_savepoint(s);
    struct country *new = country_new(country_table(s));
    country_set_code(new, "de");
    country_set_name(new, "new");
    assert_true(orm_flush(s));
    assert_ptr_equal(country_get(country_table(s), "de"), new);
    orm_rollback_to(s);
    assert_ptr_equal(country_get(country_table(s), "de"), old);
    assert_string_equal(country_name(old), "old");
    close_library(s);
}

static void what_a_scope_took_along_is_not_shown_by_what_was_before(void **state)
{
    (void)state;
    arrange_view();
    struct orm_session *s = open_library();
    struct author *a = author_get(author_table(s), 1);
    orm_scope_begin(s);
    (void)book_all(book_table(s));
    const struct book_list *inner =
        book_all(author_books(a)); /* of the scope's books */
    assert_int_equal(inner->len, 2);
    author_set_name(a, "changed"); /* noted with that list */
    assert_true(orm_flush(s));
    orm_scope_end(s);
    orm_rollback(s);
    assert_string_equal(author_name(a), "author 1");
    (void)spent(s);
    assert_int_equal(book_all(author_books(a))->len, 2);
    assert_int_equal(spent(s), 1);
    close_library(s);
}

static void lazy_columns_go_back_to_not_loaded(void **state)
{
    (void)state;
    arrange_view();
    db_exec(db, "update book set blurb = 'before'");
    struct orm_session *s = open_library();
    struct book *b = book_get(book_table(s), 1);
    orm_savepoint(s);
    add_tag(s, "more");
    assert_true(orm_flush(s));
    assert_string_equal(book_blurb(b), "before");
    orm_rollback_to(s);
    db_exec(db, "update book set blurb = 'after'");
    assert_string_equal(book_blurb(b), "after");
    close_library(s);
}

/* -- Streams ----------------------------------------------------------------------- */

static void stream_of_outside_goes_on_and_one_of_inside_ends(void **state)
{
    (void)state;
    arrange_library(db, 1, 6);
    struct orm_session *s = open_library();
    struct book_chunks *outer = book_stream(book_table(s), &books_by_id, 2);
    assert_int_equal(book_chunk(outer)->len, 2);
    orm_savepoint(s);
    struct book_chunks *inner = book_stream(book_table(s), &books_by_id, 2);
    assert_int_equal(book_chunk(inner)->len, 2);
    orm_savepoint(s);
    struct book_chunks *kept = book_stream(book_table(s), &books_by_id, 4);
    assert_true(orm_release(s));
    assert_int_equal(book_chunk(kept)->len, 4);
    orm_savepoint(s);
    add_tag(s, "new");
    assert_true(orm_flush(s));
    orm_rollback_to(s);
    assert_int_equal(book_id(book_chunk(outer)->items[0]), 3);
    assert_int_equal(book_chunk(kept)->len, 2);
    orm_rollback_to(s);
    assert_int_equal(book_id(book_chunk(outer)->items[0]), 5);
    assert_int_equal(book_chunk(outer)->len, 0);
    assert_fine(s);
    assert_int_equal(book_chunk(inner)->len, 0);
    assert_failed(s, ORM_STREAM_ENDED, "book", NULL);
    book_stream_end(inner);
    book_stream_end(kept);
    book_stream_end(outer);
    orm_rollback(s);
    close_library(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(memory_is_as_at_the_savepoint_with_no_statement),
        DB_TEST(memory_is_as_at_the_begin_with_no_statement),
        DB_TEST(two_changes_at_two_levels_go_back_one_by_one),
        DB_TEST(what_is_loaded_first_inside_is_not_loaded_afterwards),
        DB_TEST(row_that_only_the_transaction_had_is_gone_afterwards),
        DB_TEST(slots_that_were_empty_are_empty_again),
        DB_TEST(object_whose_key_was_taken_is_in_the_map_again),
        DB_TEST(what_a_scope_took_along_is_not_shown_by_what_was_before),
        DB_TEST(lazy_columns_go_back_to_not_loaded),
        DB_TEST(stream_of_outside_goes_on_and_one_of_inside_ends),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
