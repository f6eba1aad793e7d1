/* hooks_test.c: functions that are called about what is written. */
#include "library_test.h"

/* -- A diary ----------------------------------------------------------------------- */

/* What was called, in order: "name:title ". */
static char diary[4000];

static void write_down(const char *what, const char *title)
{
    const size_t at = strlen(diary);
    snprintf(diary + at, sizeof diary - at, "%s:%s ", what, title);
}

static void assert_diary(const char *expected)
{
    assert_string_equal(diary, expected);
    diary[0] = '\0';
}

static char one[] = "1", two[] = "2", three[] = "3", author[] = "author";

static bool tell(struct book *b, void *what)
{
    write_down(what, book_title(b));
    return true;
}

static bool tell_author(struct author *a, void *what)
{
    write_down(what, author_name(a));
    return true;
}

static void tell_all_of_books(struct orm_session *s)
{
    static char names[][9] = {
        [ORM_BEFORE_INSERT] = "bi",
        [ORM_BEFORE_UPDATE] = "bu",
        [ORM_BEFORE_DELETE] = "bd",
        [ORM_AFTER_INSERT] = "ai",
        [ORM_AFTER_UPDATE] = "au",
        [ORM_AFTER_DELETE] = "ad",
        [ORM_AFTER_COMMIT] = "commit",
        [ORM_AFTER_ROLLBACK] = "rollback",
    };
    for (unsigned e = 0; e < sizeof names / sizeof *names; e++)
        book_on_event(s, (enum orm_event)e, tell, names[e]);
    diary[0] = '\0';
}

static struct book *new_book(struct orm_session *s, const char *title)
{
    struct book *b = book_new(author_books(author_get(author_table(s), 1)));
    book_set_title(b, title);
    return b;
}

/* -- When -------------------------------------------------------------------------- */

static void hooks_are_called_before_and_after_each_kind_of_write(void **state)
{
    (void)state;
    arrange_library(db, 1, 3);
    struct orm_session *s = open_library();
    tell_all_of_books(s);
    new_book(s, "new");
    book_set_title(book_get(book_table(s), 1), "changed");
    book_delete(book_get(book_table(s), 2));
    assert_diary("");
    assert_true(orm_flush(s));
    assert_diary("bi:new bu:changed bd:book 2 ai:new au:changed ad:book 2 ");
    assert_true(orm_flush(s));
    assert_diary("");
    assert_true(orm_commit(s));
    assert_diary("commit:new commit:changed commit:book 2 ");
    assert_true(orm_commit(s));
    assert_diary("");
    close_library(s);
}

static void commit_that_flushes_calls_all_of_them_in_order(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    tell_all_of_books(s);
    new_book(s, "a");
    new_book(s, "b");
    waited(s);
    assert_true(orm_commit(s));
    assert_diary("bi:a bi:b ai:a ai:b commit:a commit:b ");
    assert_int_equal(waited(s), 2);
    close_library(s);
}

static void end_of_a_transaction_tells_each_object_once(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    tell_all_of_books(s);
    struct book *b = new_book(s, "a");
    assert_true(orm_flush(s));
    book_set_title(b, "b");
    assert_true(orm_flush(s));
    assert_diary("bi:a ai:a bu:b au:b ");
    book_set_title(b, "c");
    orm_rollback(s);
    assert_diary("rollback:c ");
    b = new_book(s, "d");
    assert_true(orm_flush(s));
    book_set_title(b, "e");
    assert_true(orm_commit(s));
    assert_diary("bi:d ai:d bu:e au:e commit:e ");
    close_library(s);
}

static void going_back_to_a_savepoint_tells_of_what_was_written_since(void **state)
{
    (void)state;
    arrange_library(db, 1, 2);
    struct orm_session *s = open_library();
    tell_all_of_books(s);
    struct book *before = book_get(book_table(s), 1);
    book_set_title(before, "before");
    orm_savepoint(s);
    assert_diary("bu:before au:before ");
    book_set_title(before, "inside");
    book_set_title(book_get(book_table(s), 2), "inside too");
    assert_true(orm_flush(s));
    assert_diary("bu:inside bu:inside too au:inside au:inside too ");
    orm_rollback_to(s);
    assert_diary("rollback:book 2 "); /* the other one is still written */
    assert_string_equal(book_title(before), "before");
    orm_savepoint(s);
    new_book(s, "kept");
    assert_true(orm_release(s));
    assert_diary("bi:kept ai:kept ");
    assert_true(orm_commit(s));
    assert_diary("commit:before commit:kept ");
    close_library(s);
}

static void upsert_is_told_of_as_what_it_came_to(void **state)
{
    (void)state;
    db_exec(db, "insert into author (name, email) values ('old', 'x')");
    struct orm_session *s = open_library();
    diary[0] = '\0';
    struct author *known = author_get(author_table(s), 1);
    static char insert[] = "ai", update[] = "au", before[] = "bi", end[] = "commit";
    author_on_event(s, ORM_BEFORE_INSERT, tell_author, before);
    author_on_event(s, ORM_AFTER_INSERT, tell_author, insert);
    author_on_event(s, ORM_AFTER_UPDATE, tell_author, update);
    author_on_event(s, ORM_AFTER_COMMIT, tell_author, end);
    for (int i = 0; i < 2; i++) {
        struct author *draft = author_new(author_table(s));
        author_set_name(draft, i ? "b" : "a");
        author_set_email(draft, i ? "y" : "x");
        author_upsert(author_table(s), AUTHOR_BY_EMAIL, draft);
    }
    assert_true(orm_commit(s));
    assert_diary("bi:a bi:b au:a ai:b commit:a commit:b ");
    assert_string_equal(author_name(known), "a");
    assert_string_equal(
        db_text(db, "select name, email from author order by id"), "a|x\nb|y");
    close_library(s);
}

static void rollback_tells_of_what_was_written_only(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    tell_all_of_books(s);
    new_book(s, "never");
    orm_rollback(s);
    assert_diary("");
    struct book *b = book_get(book_table(s), 1);
    book_set_title(b, "changed");
    assert_true(orm_flush(s));
    diary[0] = '\0';
    orm_reset(s);
    assert_diary("rollback:book 1 "); /* it is as it was */
    assert_true(orm_commit(s));
    assert_diary("");
    close_library(s);
}

static void hooks_of_one_event_are_called_in_order_until_they_are_ended(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    diary[0] = '\0';
    book_on_event(s, ORM_BEFORE_INSERT, tell, one);
    book_on_event(s, ORM_BEFORE_INSERT, tell, two);
    author_on_event(s, ORM_BEFORE_INSERT, tell_author, author);
    new_book(s, "a");
    assert_true(orm_flush(s));
    assert_diary("1:a 2:a ");
    orm_reset(s); /* they stay */
    new_book(s, "b");
    author_set_name(author_new(author_table(s)), "c");
    assert_true(orm_flush(s));
    assert_diary("1:b 2:b author:c ");
    book_on_event(s, ORM_BEFORE_INSERT, NULL, NULL);
    new_book(s, "d");
    assert_true(orm_commit(s));
    assert_diary("");
    close_library(s);
}

static void query_that_flushes_calls_them_too(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    tell_all_of_books(s);
    new_book(s, "a");
    assert_int_equal(book_count(book_table(s), NULL), 2);
    assert_diary("bi:a ai:a ");
    assert_int_equal(book_all(author_books(author_get(author_table(s), 1)))->len, 2);
    orm_rollback(s);
    assert_diary("rollback:a ");
    close_library(s);
}

/* -- What they do ------------------------------------------------------------------ */

static bool capitalize(struct book *b, void *arg)
{
    (void)arg;
    book_set_pages(b, 42);
    book_set_title(b, "BIG");
    return true;
}

static void changes_of_a_hook_are_part_of_the_flush(void **state)
{
    (void)state;
    arrange_library(db, 1, 2);
    struct orm_session *s = open_library();
    book_on_event(s, ORM_BEFORE_INSERT, capitalize, NULL);
    book_on_event(s, ORM_BEFORE_UPDATE, capitalize, NULL);
    book_set_title(book_get(book_table(s), 1), "small");
    new_book(s, "small");
    assert_true(orm_commit(s));
    assert_string_equal(db_text(db, "select id, title, pages from book order by id"),
        "1|BIG|42\n2|book 2|102\n3|BIG|42");
    close_library(s);
}

/* Each book that is deleted leaves an author of its name; each author a shelf. */
static bool leave_author(struct book *b, void *arg)
{
    (void)arg;
    struct orm_session **s = arg;
    author_set_name(author_new(author_table(*s)), book_title(b));
    return true;
}

static bool build_shelf(struct author *a, void *arg)
{
    struct orm_session **s = arg;
    shelf_set_place(shelf_new(shelf_table(*s)), author_name(a));
    struct book *b = book_get(book_table(*s), 1);
    if (b)
        book_delete(b);
    return true;
}

static void hooks_are_called_for_what_hooks_made(void **state)
{
    (void)state;
    arrange_library(db, 1, 2);
    struct orm_session *s = open_library();
    tell_all_of_books(s);
    book_on_event(s, ORM_BEFORE_DELETE, leave_author, &s);
    author_on_event(s, ORM_BEFORE_INSERT, build_shelf, &s);
    book_delete(book_get(book_table(s), 2));
    assert_true(orm_commit(s));
    assert_diary(
        "bd:book 2 bd:book 1 ad:book 2 ad:book 1 commit:book 2 commit:book 1 ");
    assert_string_equal(db_text(db, "select name from author where id > 1 order by id"),
        "book 2\nbook 1");
    assert_int_equal(db_number(db, "select count(*) from shelf"), 4);
    assert_int_equal(db_number(db, "select count(*) from book"), 0);
    close_library(s);
}

static bool delete_it(struct book *b, void *arg)
{
    (void)arg;
    book_delete(b);
    return true;
}

static void object_that_a_hook_deletes_is_told_of_as_deleted(void **state)
{
    (void)state;
    arrange_library(db, 1, 2);
    struct orm_session *s = open_library();
    tell_all_of_books(s);
    book_on_event(s, ORM_BEFORE_UPDATE, delete_it, NULL);
    book_on_event(s, ORM_BEFORE_INSERT, delete_it, NULL);
    book_set_title(book_get(book_table(s), 1), "x");
    new_book(s, "never");
    assert_true(orm_commit(s));
    assert_diary("bu:x bi:never bd:x ad:x commit:x ");
    assert_string_equal(db_text(db, "select id from book"), "2");
    close_library(s);
}

static bool make_another(struct author *a, void *arg)
{
    struct orm_session **s = arg;
    author_set_name(author_new(author_table(*s)), author_name(a));
    return true;
}

static void hooks_without_end_are_an_error(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    author_on_event(s, ORM_BEFORE_INSERT, make_another, &s);
    author_set_name(author_new(author_table(s)), "first");
    spent(s);
    assert_false(orm_commit(s));
    assert_failed(s, ORM_INVALID, "author", NULL);
    assert_non_null(strstr(orm_message(s), "100 rounds"));
    assert_int_equal(spent(s), 0);
    orm_rollback(s);
    assert_int_equal(db_number(db, "select count(*) from author"), 0);
    close_library(s);
}

/* -- Refusing ---------------------------------------------------------------------- */

static bool refuse_short(struct book *b, void *arg)
{
    (void)arg;
    return book_pages(b) >= 10;
}

static void refused_flush_sends_nothing_and_keeps_the_changes(void **state)
{
    (void)state;
    arrange_library(db, 1, 2);
    struct orm_session *s = open_library();
    tell_all_of_books(s);
    book_on_event(s, ORM_BEFORE_UPDATE, refuse_short, NULL);
    book_on_event(s, ORM_BEFORE_INSERT, refuse_short, NULL);
    struct book *first = book_get(book_table(s), 1);
    struct book *second = book_get(book_table(s), 2);
    book_set_title(first, "fine");
    book_set_pages(second, 1);
    spent(s);
    waited(s);
    assert_false(orm_commit(s));
    assert_failed(s, ORM_INVALID, "book", NULL);
    assert_string_equal(orm_message(s),
        "book: a before_update hook refused the book 2; nothing was written");
    assert_int_equal(orm_last_error(s)->outcome, ORM_NOT_STARTED);
    assert_int_equal(spent(s), 0);
    assert_int_equal(waited(s), 0);
    assert_diary("bu:fine bu:book 2 ");
    assert_string_equal(book_title(first), "fine");
    assert_int_equal(book_pages(second), 1);
    orm_rollback(s);
    assert_diary("");
    assert_int_equal(book_pages(second), 102);
    book_set_pages(second, 11);
    assert_true(orm_commit(s));
    assert_diary("bu:book 2 au:book 2 commit:book 2 ");
    new_book(s, "short");
    assert_false(orm_commit(s));
    assert_string_equal(orm_message(s),
        "book: a before_insert hook refused the new book; nothing was written");
    orm_rollback(s);
    close_library(s);
}

static bool spoil(struct book *b, void *arg)
{
    struct orm_session **s = arg;
    (void)b;
    shelf_set_place(shelf_new(shelf_table(*s)), "longer than twelve letters");
    return true;
}

static void hook_that_fails_refuses_the_flush(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    book_on_event(s, ORM_BEFORE_INSERT, spoil, &s);
    tell_all_of_books(s);
    new_book(s, "a");
    spent(s);
    assert_false(orm_commit(s));
    assert_failed(s, ORM_RANGE, "shelf", "place");
    assert_int_equal(spent(s), 0);
    assert_diary("bi:a ");
    orm_rollback(s);
    assert_diary("");
    assert_int_equal(db_number(db, "select count(*) from book"), 1);
    close_library(s);
}

static void refused_flush_is_good_again_once_the_reason_is_gone(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    book_on_event(s, ORM_BEFORE_INSERT, refuse_short, NULL);
    struct book *b = new_book(s, "a");
    tell_all_of_books(s);
    assert_false(orm_commit(s));
    assert_diary("");
    assert_true(orm_retry(s));
    book_set_pages(b, 10);
    assert_true(orm_commit(s));
    assert_diary("bi:a ai:a commit:a ");
    close_library(s);
}

static bool say_no(struct book *b, void *arg)
{
    write_down(arg, book_title(b));
    return false;
}

static void what_hooks_afterwards_return_is_ignored(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    diary[0] = '\0';
    book_on_event(s, ORM_AFTER_INSERT, say_no, one);
    book_on_event(s, ORM_AFTER_INSERT, say_no, two);
    book_on_event(s, ORM_AFTER_COMMIT, say_no, three);
    new_book(s, "a");
    assert_true(orm_commit(s));
    assert_diary("1:a 2:a 3:a ");
    close_library(s);
}

static void failed_flush_calls_no_hook_afterwards(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    tell_all_of_books(s);
    author_set_email(author_get(author_table(s), 1), "x");
    struct author *twin = author_new(author_table(s));
    author_set_name(twin, "twin");
    author_set_email(twin, "x");
    new_book(s, "a");
    assert_false(orm_commit(s));
    assert_int_equal(orm_status(s), ORM_CONSTRAINT);
    assert_diary("bi:a ");
    orm_rollback(s);
    assert_diary("");
    close_library(s);
}

/* -- Queries in hooks -------------------------------------------------------------- */

static bool look_around(struct book *b, void *arg)
{
    struct orm_session **s = arg;
    char found[40];
    snprintf(found, sizeof found, "%zu/%zu/%s", book_count(book_table(*s), NULL),
        book_all(author_books(book_author(b)))->len,
        shelf_place(shelf_get(shelf_table(*s), 1)));
    write_down(found, book_title(b));
    return true;
}

static void hooks_read_the_database_as_it_is(void **state)
{
    (void)state;
    arrange_library(db, 1, 2);
    struct orm_session *s = open_library();
    diary[0] = '\0';
    book_on_event(s, ORM_BEFORE_INSERT, look_around, &s);
    book_on_event(s, ORM_AFTER_INSERT, look_around, &s);
    book_on_event(s, ORM_AFTER_COMMIT, look_around, &s);
    new_book(s, "a");
    new_book(s, "b");
    assert_int_equal(book_all(author_books(author_get(author_table(s), 1)))->len, 4);
    assert_true(orm_commit(s));
    assert_diary("2/2/shelf 1:a 2/2/shelf 1:b 4/4/shelf 1:a 4/4/shelf 1:b "
                 "4/4/shelf 1:a 4/4/shelf 1:b ");
    assert_int_equal(book_all(author_books(author_get(author_table(s), 1)))->len, 4);
    close_library(s);
}

static bool change_afterwards(struct book *b, void *arg)
{
    (void)arg;
    if (!book_has_genre(b))
        book_set_genre(b, BOOK_GENRE_NOVEL);
    return true;
}

static void what_a_hook_changes_afterwards_is_for_the_next_flush(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    book_on_event(s, ORM_AFTER_INSERT, change_afterwards, NULL);
    struct book *b = new_book(s, "a");
    assert_true(orm_commit(s));
    assert_int_equal(
        db_number(db, "select count(*) from book where genre is not null"), 0);
    assert_true(book_has_genre(b));
    orm_rollback(s); /* the unit of work that it began */
    assert_false(book_has_genre(b));
    b = new_book(s, "b");
    assert_true(orm_flush(s));
    assert_true(orm_commit(s));
    assert_int_equal(
        db_number(db, "select count(*) from book where genre is not null"), 1);
    close_library(s);
}

/* -- What they must not do --------------------------------------------------------- */

enum deed {
    FLUSH,
    COMMIT,
    ROLLBACK,
    RESET,
    REGISTER,
    SET,
    DEEDS
};

struct doing {
    struct orm_session *s;
    enum deed what;
};

static bool do_it(struct book *b, void *arg)
{
    struct doing *d = arg;
    switch (d->what) {
    case FLUSH:
        assert_false(orm_flush(d->s));
        break;
    case COMMIT:
        assert_false(orm_commit(d->s));
        break;
    case ROLLBACK:
        orm_rollback(d->s);
        break;
    case RESET:
        orm_reset(d->s);
        break;
    case REGISTER:
        book_on_event(d->s, ORM_BEFORE_INSERT, NULL, NULL);
        break;
    default:
        book_clear(author_edited(book_author(b)));
    }
    return true;
}

static void hooks_cannot_end_what_they_are_part_of(void **state)
{
    (void)state;
    static const char *const names[DEEDS] = {"orm_flush", "orm_flush", "orm_rollback",
        "orm_reset", "orm_on_event", "orm_flush"};
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    struct doing d = {.s = s};
    book_on_event(s, ORM_BEFORE_INSERT, do_it, &d);
    for (d.what = FLUSH; d.what < DEEDS; d.what++) {
        new_book(s, "a");
        spent(s);
        assert_false(orm_flush(s));
        assert_failed(s, ORM_INVALID, NULL, NULL);
        assert_non_null(strstr(orm_message(s), names[d.what]));
        assert_non_null(strstr(orm_message(s), "not inside of a hook"));
        assert_int_equal(spent(s), 0);
        orm_rollback(s);
    }
    assert_int_equal(db_number(db, "select count(*) from book"), 1);
    close_library(s);
}

static void unknown_events_are_refused(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    book_on_event(s, (enum orm_event)99, tell, NULL);
    assert_failed(s, ORM_INVALID, "book", NULL);
    orm_rollback(s);
    book_on_event(NULL, ORM_BEFORE_INSERT, tell, NULL);
    close_library(s);
}

/* -- Scopes and cascades ----------------------------------------------------------- */

static void object_of_an_ended_scope_is_told_of_at_commit(void **state)
{
    (void)state;
    arrange_library(db, 1, 1);
    struct orm_session *s = open_library();
    tell_all_of_books(s);
    orm_scope_begin(s);
    new_book(s, "a");
    assert_true(orm_flush(s));
    orm_scope_end(s);
    assert_diary("bi:a ai:a ");
    assert_true(orm_commit(s));
    assert_diary("commit:a ");
    close_library(s);
}

static void what_the_database_deletes_is_not_told_of(void **state)
{
    (void)state;
    arrange_library(db, 2, 1);
    struct orm_session *s = open_library();
    tell_all_of_books(s);
    author_on_event(s, ORM_AFTER_DELETE, tell_author, author);
    assert_non_null(book_get(book_table(s), 1));
    db_exec(db, "delete from book_tags");
    author_delete(author_get(author_table(s), 1));
    assert_true(orm_commit(s));
    assert_diary("author:author 1 ");
    assert_int_equal(db_number(db, "select count(*) from book"), 1);
    close_library(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(hooks_are_called_before_and_after_each_kind_of_write),
        DB_TEST(commit_that_flushes_calls_all_of_them_in_order),
        DB_TEST(end_of_a_transaction_tells_each_object_once),
        DB_TEST(going_back_to_a_savepoint_tells_of_what_was_written_since),
        DB_TEST(upsert_is_told_of_as_what_it_came_to),
        DB_TEST(rollback_tells_of_what_was_written_only),
        DB_TEST(hooks_of_one_event_are_called_in_order_until_they_are_ended),
        DB_TEST(query_that_flushes_calls_them_too),
        DB_TEST(changes_of_a_hook_are_part_of_the_flush),
        DB_TEST(hooks_are_called_for_what_hooks_made),
        DB_TEST(object_that_a_hook_deletes_is_told_of_as_deleted),
        DB_TEST(hooks_without_end_are_an_error),
        DB_TEST(refused_flush_sends_nothing_and_keeps_the_changes),
        DB_TEST(hook_that_fails_refuses_the_flush),
        DB_TEST(refused_flush_is_good_again_once_the_reason_is_gone),
        DB_TEST(what_hooks_afterwards_return_is_ignored),
        DB_TEST(failed_flush_calls_no_hook_afterwards),
        DB_TEST(hooks_read_the_database_as_it_is),
        DB_TEST(what_a_hook_changes_afterwards_is_for_the_next_flush),
        DB_TEST(hooks_cannot_end_what_they_are_part_of),
        DB_TEST(unknown_events_are_refused),
        DB_TEST(object_of_an_ended_scope_is_told_of_at_commit),
        DB_TEST(what_the_database_deletes_is_not_told_of),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
