/* once_torture_test.c: while targets come once each, with arrays of their owners' keys,
 * memory runs out and the server lies about the arrays. */
#include "chaos.h"
#include "pgtest.h"
#include "sessions.h"

#include "crowd.orm.h"

#include "base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    OWNERS = 60,
    TARGETS = 8
};

static struct chaos *proxy;
static char conninfo[1024];

static int group_setup(void **state)
{
    if (db_group_setup(state))
        return -1;
    proxy = chaos_start(PQhost(db), atoi(PQport(db)));
    snprintf(conninfo, sizeof conninfo, "%s",
        db_conninfo_by(db, "127.0.0.1", chaos_port(proxy), "connect_timeout=5"));
    db_truncate(db);
    db_exec(db,
        "insert into book (n) select i from generate_series(1, %d) i;"
        "insert into tag (n, word) select i, 'word' from generate_series(1, %d) i;"
        "insert into place (area, house, number, n)"
        " select 1, lpad('', 32, '7')::uuid, i, i from generate_series(1, %d) i;"
        "insert into guest (area, name, n)"
        " select 1, 'guest ' || i, i from generate_series(1, %d) i;"
        "insert into book_tags select b.id, t.id from book b, tag t;"
        "insert into visit select p.area, p.house, p.number, g.name from place p, "
        "guest g",
        OWNERS, TARGETS, OWNERS, TARGETS);
    return 0;
}

static int group_teardown(void **state)
{
    chaos_stop(proxy);
    return db_group_teardown(state);
}

/* -- Loading ----------------------------------------------------------------------- */

/* Every list has all that there are, or none can be had. */
static bool load_tags(struct orm_session *s)
{
    const struct book_query q = {.with = {book_with_tags(NULL)}};
    size_t tags = 0;
    orm_each(struct book, b, book_find(book_table(s), &q))
        tags += tag_all(book_tags(b))->len;
    return tags == OWNERS * TARGETS;
}

static bool load_guests(struct orm_session *s)
{
    const struct place_query q = {.with = {place_with_guests(NULL)}};
    size_t guests = 0;
    orm_each(struct place, p, place_find(place_table(s), &q))
        guests += guest_all(place_guests(p))->len;
    return guests == OWNERS * TARGETS;
}

/* A session that asks for each target once from now on. */
static struct orm_session *open_taught(
    const char *where, bool (*load)(struct orm_session *s))
{
    struct orm_session *s = orm_open(where, &crowd_schema);
    assert_fine(s);
    assert_true(load(s));
    orm_reset(s);
    return s;
}

/* -- Memory runs out --------------------------------------------------------------- */

/* False when there was no n-th allocation. */
static bool fail_at(bool (*load)(struct orm_session *s), unsigned long n, bool onward)
{
    struct orm_session *s = open_taught(db_conninfo(), load);
    const struct tag *third = tag_get(tag_table(s), 3);
    db_exec(db, "update tag set word = 'behind' where id = 3");
    memory_fail_at(n, onward);
    const bool worked = load(s);
    const bool struck = memory_count() >= n;
    memory_fail_at(0, false);
    assert_true(worked || struck);
    if (!worked) {
        assert_failed(s, ORM_NOMEM, NULL, NULL);
        assert_string_equal(tag_word(third), "word");
        orm_rollback(s);
        if (!load(s))
            fail_msg("allocation %lu: %s", n, orm_message(s));
    }
    assert_fine(s);
    orm_close(s);
    db_exec(db, "update tag set word = 'word' where id = 3");
    return struck;
}

static void sweep(bool (*load)(struct orm_session *s))
{
    for (int onward = 0; onward < 2; onward++) {
        unsigned long n = 1;
        while (fail_at(load, n, onward))
            n++;
        assert_true(n > 3);
    }
}

static void every_allocation_fails(void **state)
{
    (void)state;
    sweep(load_tags);
    sweep(load_guests);
}

/* -- The server lies --------------------------------------------------------------- */

/* In the first row that has an array in this column, in place of the bytes there. */
struct lie {
    const char *what;
    unsigned column;
    int at;
    const char *bytes;
    size_t length; /* 0: all bytes from there on are missing; `at` < 0: it is null */
    bool told;
    bool waits; /* for the session to be taught */
};

static uint32_t number_at(const uint8_t *m)
{
    return (uint32_t)m[0] << 24 | (uint32_t)m[1] << 16 | (uint32_t)m[2] << 8 | m[3];
}

/* Of a column, whose length stands there; a null has -1. */
static size_t length_at(const uint8_t *m)
{
    return number_at(m) == UINT32_MAX ? 0 : number_at(m);
}

static void put_number(struct chaos_edit *edit, size_t n)
{
    const uint8_t bytes[] = {
        (uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n};
    chaos_put(edit, bytes, sizeof bytes);
}

/* Where the length of the row's column stands; 0: it has no such column. */
static size_t find_column(const uint8_t *m, unsigned column)
{
    size_t at = 7;
    if (m[0] != 'D' || m[6] <= column)
        return 0;
    while (column--)
        at += 4 + length_at(m + at);
    return at;
}

static bool is_array(const uint8_t *m, size_t at)
{
    static const uint8_t head[8] = {0, 0, 0, 1};
    return length_at(m + at) > 20 && !memcmp(m + at + 4, head, sizeof head);
}

/* The message with other bytes for a column, and the lengths that go with them. */
static void put_column(struct chaos_edit *edit, const uint8_t *m, size_t len, size_t at,
    const uint8_t *bytes, size_t length)
{
    const size_t behind = at + 4 + length_at(m + at);
    const size_t have = bytes ? length : 0;
    chaos_put(edit, m, 1);
    put_number(edit, len - 1 - (behind - at - 4) + have);
    chaos_put(edit, m + 5, at - 5);
    put_number(edit, bytes ? length : UINT32_MAX);
    chaos_put(edit, bytes ? bytes : m, have);
    chaos_put(edit, m + behind, len - behind);
}

static void tell(struct chaos_edit *edit, unsigned index, const uint8_t *message,
    size_t len, void *arg)
{
    (void)index;
    struct lie *lie = arg;
    const size_t at = find_column(message, lie->column);
    if (lie->waits || lie->told || !at || !is_array(message, at)) {
        chaos_put(edit, message, len);
        return;
    }
    uint8_t cell[4096];
    const size_t length = length_at(message + at);
    assert_in_range(length, 1, sizeof cell);
    memcpy(cell, message + at + 4, length);
    lie->told = true;
    if (lie->at < 0) {
        put_column(edit, message, len, at, NULL, 0);
        return;
    }
    if (lie->length)
        memcpy(cell + lie->at, lie->bytes, lie->length);
    put_column(edit, message, len, at, cell, lie->length ? length : (size_t)lie->at);
}

/* Refused, and the session is well again after a reset; a key that nobody has may pass.
 */
static void run_lie(bool (*load)(struct orm_session *s), struct lie lie, bool may_pass)
{
    lie.waits = true;
    chaos_next(proxy, (struct chaos_rule){.edit = tell, .arg = &lie});
    struct orm_session *s = open_taught(conninfo, load);
    lie.waits = false;
    const bool loaded = load(s);
    if (!lie.told)
        fail_msg("%s at %d: not told", lie.what, lie.at);
    if (loaded || (orm_ok(s) && !may_pass))
        fail_msg("%s at %d: believed", lie.what, lie.at);
    if (!orm_ok(s))
        assert_failed(s, ORM_DRIFT, NULL, NULL);
    orm_reset(s);
    assert_true(load(s));
    assert_fine(s);
    orm_close(s);
}

#define BYTES(b) .bytes = b, .length = sizeof b - 1

static void lies_about_the_keys_of_owners_are_refused(void **state)
{
    (void)state;
    static const struct lie lies[] = {
        {"no array", .at = -1},
        {"no bytes", .at = 0},
        {"half a head", .at = 11},
        {"a head alone", .at = 12},
        {"a head that promises", .at = 20},
        {"half a key", .at = 26},
        {"all but a byte", .at = 20 + OWNERS * 12 - 1},
        {"no dimension", .at = 0, BYTES("\0\0\0\0")},
        {"two dimensions", .at = 0, BYTES("\0\0\0\2")},
        {"dimensions below none", .at = 0, BYTES("\xff\xff\xff\xff")},
        {"another type", .at = 8, BYTES("\0\0\0\x17")},
        {"a key too few", .at = 12, BYTES("\0\0\0\1")},
        {"no key", .at = 12, BYTES("\0\0\0\0")},
        {"a key too many", .at = 12, BYTES("\0\0\0\x3d")},
        {"very many keys", .at = 12, BYTES("\x7f\xff\xff\xff")},
        {"keys below none", .at = 12, BYTES("\xff\xff\xff\xff")},
        {"a null", .at = 20, BYTES("\xff\xff\xff\xff")},
        {"a length below none", .at = 20, BYTES("\xff\xff\xff\xfe")},
        {"a short key", .at = 20, BYTES("\0\0\0\4")},
        {"a long key", .at = 20, BYTES("\0\0\0\x14")},
        {"a key beyond", .at = 20, BYTES("\x7f\xff\xff\xff")},
    };
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        struct lie lie = lies[i];
        lie.column = 4; /* behind id, n, word and rank */
        run_lie(load_tags, lie, false);
    }
}

static void parts_of_keys_that_do_not_go_together_are_refused(void **state)
{
    (void)state;
    for (unsigned column = 3; column < 6; column++) { /* behind area, name and n */
        run_lie(load_guests,
            (struct lie){
                "a part too few", .column = column, .at = 12, BYTES("\0\0\0\x3b")},
            false);
        run_lie(
            load_guests, (struct lie){"no parts", .column = column, .at = -1}, false);
    }
}

static void any_wrong_byte_is_refused_or_leads_to_nobody(void **state)
{
    (void)state;
    for (int at = 0; at < 20 + 12 + 4; at++)
        if (at < 4 || (at >= 8 && at < 16) ||
            at >= 20) /* flags and bounds are not read */
            run_lie(load_tags,
                (struct lie){"a wrong byte", .column = 4, .at = at, BYTES("\xa5")},
                true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_allocation_fails),
        cmocka_unit_test(lies_about_the_keys_of_owners_are_refused),
        cmocka_unit_test(parts_of_keys_that_do_not_go_together_are_refused),
        cmocka_unit_test(any_wrong_byte_is_refused_or_leads_to_nobody),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
