/* scopes_torture_test.c: scopes and streams when memory runs out, and when the
 * connection is cut: nothing leaks, and nothing shows what is gone. */
#include "chaos.h"
#include "scenario.h"

#include "base/memory.h"

#include <ormgen/orm_model.h>

static char conninfo[1024];
static struct chaos *proxy;
static char by_proxy[1024];

static int group_setup(void **state)
{
    db_group_setup(state);
    db_truncate(db);
    arrange_library(db, 6, 2);
    snprintf(conninfo, sizeof conninfo, "%s",
        db_conninfo_by(db, NULL, 0, "application_name=" SCENARIO_NAME));
    proxy = chaos_start(PQhost(db), atoi(PQport(db)));
    snprintf(by_proxy, sizeof by_proxy, "%s",
        db_conninfo_by(db, "127.0.0.1", chaos_port(proxy),
            "application_name=" SCENARIO_NAME " connect_timeout=5"));
    return 0;
}

static int group_teardown(void **state)
{
    chaos_stop(proxy);
    return db_group_teardown(state);
}

/* What lives in the session's own scope, read again whatever happened. */
struct outer {
    struct book *books[3];
    struct author *author;
};

/* Reads every byte that can be reached from there. */
static size_t touch(struct outer *o)
{
    size_t seen = 0;
    for (int i = 0; i < 3; i++) {
        struct book *b = o->books[i];
        seen += strlen(book_title(b)) + strlen(author_name(book_author(b)));
        orm_each(struct tag, t, tag_all(book_tags(b)))
            seen += strlen(tag_name(t));
    }
    orm_each(struct book, b, book_all(author_books(o->author)))
        seen += strlen(book_title(b));
    return seen;
}

static void take_outer(struct orm_session *s, struct outer *o)
{
    *o = (struct outer){0};
    for (int i = 0; i < 3; i++)
        o->books[i] = book_get(book_table(s), i + 1);
    o->author = author_get(author_table(s), 2);
}

static void walk_scopes(struct orm_session *s, struct outer *o)
{
    orm_scope_begin(s);
    author_all(author_table(s));
    touch(o); /* shows authors of the scope */
    orm_scope_begin(s);
    orm_each(struct book, b, book_find(book_table(s), &books_by_id)) {
        if (book_id(b) == 7)
            orm_keep(&b->orm);
        if (book_id(b) > 10)
            book_set_title(b, "changed");
        author_name(book_author(b));
    }
    orm_scope_end(s);
    struct author *made = author_new(author_table(s));
    author_set_name(made, "made");
    if (o->books[0])
        book_add(author_books(made), o->books[0]);
    orm_scope_end(s);
    touch(o);
}

static void walk_streams(struct orm_session *s, struct outer *o)
{
    struct orm_chunks *books =
        orm_stream((struct orm_manager *)book_table(s), &books_by_id, 4);
    struct orm_chunks *authors =
        orm_stream((struct orm_manager *)author_table(s), &authors_by_id, 2);
    const struct author_list *some = orm_chunk(authors);
    const struct book_list *list;
    while ((list = orm_chunk(books))->len) {
        orm_each(struct book, b, list)
            author_name(book_author(b));
        orm_each(struct author, a, some)
            book_all(author_books(a));
        touch(o);
        orm_keep(&list->items[0]->orm);
        some = orm_chunk(authors);
    }
    orm_stream_end(authors);
    orm_stream_end(books);
}

/* True if all went well. */
static bool run(struct orm_session *s)
{
    struct outer o;
    if (!s)
        return false;
    take_outer(s, &o);
    walk_scopes(s, &o);
    walk_streams(s, &o);
    touch(&o);
    const bool good = orm_ok(s);
    const bool flushed = orm_flush(s);
    memory_fail_at(0, false);
    orm_rollback(s);
    touch(&o);
    return good && flushed;
}

static void check_after(struct orm_session *s)
{
    if (!s)
        return;
    if (orm_status(s) != ORM_OK)
        orm_reset(s);
    assert_fine(s);
    struct outer o;
    take_outer(s, &o);
    assert_int_equal(touch(&o), 78); /* all that it is to read */
    assert_fine(s);
    assert_int_equal(book_count(book_table(s), NULL), 12);
}

static bool fail_at(unsigned long n, bool onward)
{
    memory_fail_at(n, onward);
    struct orm_session *s = orm_open(conninfo, &library_schema);
    const bool good = run(s);
    const bool struck = !good;
    memory_fail_at(0, false);
    check_after(s);
    orm_close(s);
    return struck;
}

/* A note, a group or the telling apart of blocks can be done without: such a failure
 * goes unnoticed, so the sweep ends after a row of them. */
static void sweep(bool onward)
{
    unsigned long n = 1, unnoticed = 0, struck = 0;
    for (; unnoticed < 40; n++)
        if (fail_at(n, onward)) {
            unnoticed = 0;
            struck++;
        } else {
            unnoticed++;
        }
    assert_true(struck > 100);
}

static void every_allocation_fails_once(void **state)
{
    (void)state;
    sweep(false);
}

static void every_allocation_fails_and_all_after(void **state)
{
    (void)state;
    sweep(true);
}

static void the_connection_is_cut_all_along(void **state)
{
    (void)state;
    chaos_next(proxy, (struct chaos_rule){.end = CHAOS_PASS});
    struct orm_session *s = orm_open(by_proxy, &library_schema);
    assert_true(run(s));
    const long bytes = chaos_bytes(proxy, CHAOS_TO_CLIENT);
    orm_close(s);
    for (long after = 1000; after < bytes; after += 61) {
        chaos_next(
            proxy, (struct chaos_rule){
                       .direction = CHAOS_TO_CLIENT, .end = CHAOS_FIN, .after = after});
        s = orm_open(by_proxy, &library_schema);
        run(s);
        chaos_next(proxy, (struct chaos_rule){.end = CHAOS_PASS});
        check_after(s);
        orm_close(s);
    }
}

/* All or nothing, wherever it is cut. */
static void a_find_in_chunks_is_cut_in_each_part(void **state)
{
    (void)state;
    enum {
        ROWS = 2500
    };
    db_exec(db,
        "insert into reader (name) select 'reader ' || i from generate_series(1, %d) i",
        (int)ROWS);
    const struct reader_query q = {.fetch = ORM_CHUNKS};
    size_t cut = 0;
    for (long after = 2000, bytes = 0; !bytes; after += 3989) {
        chaos_next(
            proxy, (struct chaos_rule){
                       .direction = CHAOS_TO_CLIENT, .end = CHAOS_FIN, .after = after});
        struct orm_session *s = orm_open(by_proxy, &library_schema);
        struct reader *known = reader_get(reader_table(s), 1);
        const size_t found = reader_find(reader_table(s), &q)->len;
        assert_int_equal(found, orm_ok(s) ? ROWS : 0);
        if (known)
            assert_string_equal(reader_name(known), "reader 1");
        cut += !found;
        bytes = found ? after : 0;
        chaos_next(proxy, (struct chaos_rule){.end = CHAOS_PASS});
        if (!found) {
            orm_reset(s);
            assert_int_equal(reader_find(reader_table(s), &q)->len, ROWS);
            assert_fine(s);
        }
        orm_close(s);
    }
    assert_true(cut > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_allocation_fails_once),
        cmocka_unit_test(every_allocation_fails_and_all_after),
        cmocka_unit_test(the_connection_is_cut_all_along),
        cmocka_unit_test(a_find_in_chunks_is_cut_in_each_part),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
