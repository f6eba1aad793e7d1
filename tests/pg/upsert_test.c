/* upsert_test.c: rows that are there are given what was set, all others are inserted;
 * in memory each row is one object. */
#include "pgtest.h"
#include "sessions.h"

#include "stock.orm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static PGconn *db;
static unsigned long long seen, seen_waits;

static int group_setup(void **state)
{
    db_group_setup(state);
    db = *state;
    return 0;
}

static struct orm_session *begin(void)
{
    struct orm_session *s = orm_open(db_conninfo(), &stock_schema);
    assert_non_null(s);
    assert_fine(s);
    seen = orm_statements(s);
    seen_waits = orm_round_trips(s);
    return s;
}

static unsigned long long spent(struct orm_session *s)
{
    const unsigned long long before = seen;
    seen = orm_statements(s);
    return seen - before;
}

static unsigned long long waited(struct orm_session *s)
{
    const unsigned long long before = seen_waits;
    seen_waits = orm_round_trips(s);
    return seen_waits - before;
}

static void commit(struct orm_session *s)
{
    const bool committed = orm_commit(s);
    assert_fine(s);
    assert_true(committed);
}

static void end(struct orm_session *s)
{
    assert_fine(s);
    orm_close(s);
}

static struct item *draft_of(struct orm_session *s, const char *code)
{
    struct item *i = item_new(item_table(s));
    item_set_code(i, code);
    return i;
}

/* The session knows the tables. */
static void warm(struct orm_session *s)
{
    item_upsert(item_table(s), ITEM_BY_CODE, draft_of(s, "warm"));
    maker_all(maker_table(s));
    assert_true(orm_flush(s));
    orm_rollback(s);
    spent(s);
    waited(s);
}

/* -- Rows -------------------------------------------------------------------------- */

static void row_that_is_there_takes_what_was_set_and_keeps_the_rest(void **state)
{
    (void)state;
    db_exec(db, "insert into item (code, title, price, pages, blurb, revision)"
                " values ('a', 'old', 3, 10, 'long', 4)");
    struct orm_session *s = begin();
    struct item *i = draft_of(s, "a");
    item_set_title(i, "new");
    item_upsert(item_table(s), ITEM_BY_CODE, i);
    commit(s);
    assert_int_equal(spent(s), 1);
    assert_int_equal(item_id(i), 1);
    assert_string_equal(item_title(i), "new");
    assert_int_equal(item_price(i), 3);
    assert_int_equal(item_pages(i), 10);
    assert_int_equal(item_twice(i), 20);
    assert_int_equal(item_revision(i), 5);
    assert_ptr_equal(item_get(item_table(s), 1), i);
    assert_int_equal(spent(s), 0);
    assert_string_equal(item_blurb(i), "long");
    assert_int_equal(spent(s), 1);
    assert_string_equal(
        db_text(db, "select title, price, pages, blurb, revision from item"),
        "new|3|10|long|5");
    /* It is a row like any other from now on. */
    item_set_pages(i, 11);
    commit(s);
    assert_int_equal(spent(s), 1);
    assert_int_equal(item_twice(i), 22);
    assert_int_equal(item_revision(i), 6);
    end(s);
}

static void row_that_is_not_there_is_inserted(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    warm(s);
    struct item *i = draft_of(s, "a");
    item_set_pages(i, 5);
    item_set_blurb(i, "long");
    item_upsert(item_table(s), ITEM_BY_CODE, i);
    commit(s);
    assert_int_equal(spent(s), 1);
    assert_int_equal(waited(s), 1); /* no key was asked for */
    const int64_t id = item_id(i);
    assert_int_equal(db_number(db, "select id from item"), id);
    assert_int_equal(item_price(i), 7);
    assert_int_equal(item_twice(i), 10);
    assert_int_equal(item_revision(i), 1);
    assert_false(item_has_title(i));
    assert_true(item_made(i) > 0);
    assert_true(item_made(i) == item_changed(i));
    assert_ptr_equal(item_get(item_table(s), id), i);
    assert_int_equal(item_all(item_parts(i))->len, 0);
    assert_string_equal(item_blurb(i), "long");
    end(s);
}

static void created_stays_and_updated_is_set(void **state)
{
    (void)state;
    db_exec(db, "insert into item (code, revision, made, changed)"
                " values ('a', 1, '2001-01-01', '2001-01-01')");
    struct orm_session *s = begin();
    struct item *i = draft_of(s, "a");
    item_upsert(item_table(s), ITEM_BY_CODE, i);
    commit(s);
    assert_int_equal(item_made(i), 978307200000000);
    assert_true(item_changed(i) > item_made(i));
    assert_string_equal(db_text(db, "select made::date, changed > now() - interval '1h'"
                                    " from item"),
        "2001-01-01|t");
    end(s);
}

static void any_number_is_one_statement_per_set_of_columns(void **state)
{
    (void)state;
    enum {
        N = 500
    };
    db_exec(db,
        "insert into item (code, title, revision)"
        "  select 'c' || i, 'old', 1 from generate_series(0, %d, 2) i",
        N - 1);
    struct orm_session *s = begin();
    warm(s);
    struct item *drafts[N];
    char text[32];
    for (int i = N; i--;) {
        snprintf(text, sizeof text, "c%d", i);
        drafts[i] = draft_of(s, text);
        item_set_pages(drafts[i], i);
        if (i % 3 == 0)
            item_set_title(drafts[i], "new");
        item_upsert(item_table(s), ITEM_BY_CODE, drafts[i]);
    }
    commit(s);
    assert_int_equal(spent(s), 2);
    assert_int_equal(waited(s), 1);
    for (int i = 0; i < N; i++) {
        snprintf(text, sizeof text, "c%d", i);
        struct item *row = item_get(item_table(s), item_id(drafts[i]));
        assert_string_equal(item_code(row), text);
        assert_string_equal(item_title(row), i % 3 == 0   ? "new"
                                             : i % 2 == 0 ? "old"
                                                          : "");
        assert_int_equal(item_pages(row), i);
    }
    assert_int_equal(item_all(item_table(s))->len, N);
    assert_string_equal(
        db_text(db, "select count(*), sum(pages), sum(revision) from item"),
        "500|124750|750");
    end(s);
}

/* -- Objects ----------------------------------------------------------------------- */

static void object_of_the_row_takes_the_values_and_the_draft_ends(void **state)
{
    (void)state;
    db_exec(db, "insert into maker (name) values ('m'), ('n');"
                "insert into item (code, title, blurb, pages, revision, maker_id)"
                " values ('a', 'old', 'long', 1, 1, 1)");
    struct orm_session *s = begin();
    struct item *row = item_get(item_table(s), 1);
    struct maker *m = item_maker(row);
    struct maker *n = maker_get(maker_table(s), 2);
    assert_string_equal(item_blurb(row), "long");
    assert_int_equal(item_all(maker_items(m))->len, 1);
    assert_int_equal(item_all(maker_items(n))->len, 0);

    struct item *i = draft_of(s, "a");
    item_set_title(i, "new");
    item_set_blurb(i, "longer");
    item_set_maker(i, n);
    item_upsert(item_table(s), ITEM_BY_CODE, i);
    commit(s);
    assert_string_equal(item_title(row), "new");
    assert_string_equal(item_blurb(row), "longer");
    assert_int_equal(item_pages(row), 1);
    assert_int_equal(item_revision(row), 2);
    assert_ptr_equal(item_maker(row), n);
    assert_int_equal(item_all(maker_items(m))->len, 0);
    assert_int_equal(item_all(maker_items(n))->len, 1);
    assert_ptr_equal(item_all(maker_items(n))->items[0], row);
    assert_ptr_equal(item_get(item_table(s), 1), row);
    /* The draft reads on; it cannot be written any more. */
    assert_string_equal(item_title(i), "new");
    commit(s);
    item_set_title(i, "again");
    assert_failed(s, ORM_INVALID, "item", NULL);
    orm_close(s);
}

static void changes_of_the_rows_object_stay_and_are_written_after(void **state)
{
    (void)state;
    db_exec(db, "insert into item (code, title, pages, revision)"
                " values ('a', 'old', 1, 1), ('b', 'old', 2, 1)");
    struct orm_session *s = begin();
    struct item *row = item_get(item_table(s), 1);
    item_set_title(row, "mine");
    item_set_title(item_get(item_table(s), 2), "other");
    struct item *i = draft_of(s, "a");
    item_set_title(i, "draft's");
    item_set_pages(i, 9);
    item_upsert(item_table(s), ITEM_BY_CODE, i);
    spent(s);
    commit(s);
    assert_int_equal(spent(s), 2);
    assert_string_equal(item_title(row), "mine");
    assert_int_equal(item_pages(row), 9);
    assert_int_equal(item_revision(row), 3);
    assert_string_equal(
        db_text(db, "select title, pages, revision from item order by id"),
        "mine|9|3\nother|2|2");
    end(s);
}

/* What others wrote to the row is not overwritten by changes that did not see it. */
static void changes_of_an_outdated_object_are_stale_still(void **state)
{
    (void)state;
    db_exec(db, "insert into item (code, title, pages, revision)"
                " values ('a', 'old', 1, 1)");
    struct orm_session *s = begin();
    struct item *row = item_get(item_table(s), 1);
    item_set_title(row, "mine");
    db_exec(db, "update item set revision = 5");
    struct item *i = draft_of(s, "a");
    item_set_pages(i, 9);
    item_upsert(item_table(s), ITEM_BY_CODE, i);
    assert_false(orm_commit(s));
    assert_failed(s, ORM_STALE, "item", NULL);
    orm_close(s);
    assert_string_equal(db_text(db, "select pages, revision from item"), "1|5");
}

static void deleted_row_goes_before_the_draft_that_takes_its_place(void **state)
{
    (void)state;
    db_exec(db, "insert into item (code, title, revision) values ('a', 'old', 1)");
    struct orm_session *s = begin();
    struct item *row = item_get(item_table(s), 1);
    item_delete(row);
    struct item *i = draft_of(s, "a");
    item_upsert(item_table(s), ITEM_BY_CODE, i);
    commit(s);
    assert_true(item_id(i) > 1);
    assert_ptr_equal(item_get(item_table(s), item_id(i)), i);
    assert_null(item_get(item_table(s), 1));
    assert_string_equal(db_text(db, "select count(*), count(title) from item"), "1|0");
    end(s);
}

static void new_object_with_the_same_value_is_the_row(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    struct item *made = draft_of(s, "a");
    item_set_title(made, "made");
    struct item *i = draft_of(s, "a");
    item_set_pages(i, 9);
    item_upsert(item_table(s), ITEM_BY_CODE, i);
    commit(s);
    assert_string_equal(item_title(made), "made");
    assert_int_equal(item_pages(made), 9);
    assert_ptr_equal(item_get(item_table(s), item_id(made)), made);
    assert_string_equal(
        db_text(db, "select title, pages, revision from item"), "made|9|2");
    end(s);
}

static void draft_that_is_deleted_or_rolled_back_is_never_written(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    struct item *i = draft_of(s, "a");
    item_upsert(item_table(s), ITEM_BY_CODE, i);
    item_delete(i);
    commit(s);
    assert_int_equal(spent(s), 0);
    i = draft_of(s, "b");
    item_upsert(item_table(s), ITEM_BY_CODE, i);
    orm_rollback(s);
    commit(s);
    assert_int_equal(spent(s), 0);
    end(s);
}

static void rollback_puts_the_rows_object_back(void **state)
{
    (void)state;
    db_exec(db, "insert into item (code, title, revision) values ('a', 'old', 1)");
    struct orm_session *s = begin();
    struct item *row = item_get(item_table(s), 1);
    struct item *i = draft_of(s, "a");
    item_set_title(i, "new");
    item_upsert(item_table(s), ITEM_BY_CODE, i);
    struct item *other = draft_of(s, "b");
    item_upsert(item_table(s), ITEM_BY_CODE, other);
    assert_true(orm_flush(s));
    assert_string_equal(item_title(row), "new");
    const int64_t id = item_id(other);
    orm_rollback(s);
    assert_string_equal(item_title(item_get(item_table(s), 1)), "old");
    assert_ptr_equal(item_get(item_table(s), 1), row);
    assert_null(item_get(item_table(s), id));
    end(s);
}

/* -- What refers to a draft -------------------------------------------------------- */

static void what_refers_to_a_draft_is_written_by_the_next_flight(void **state)
{
    (void)state;
    db_exec(db, "insert into maker (name) values ('loaded')");
    struct orm_session *s = begin();
    struct maker *loaded = maker_get(maker_table(s), 1);
    warm(s);
    db_exec(db, "insert into maker (name) values ('known')");
    static const char *const names[] = {"known", "loaded", "new"};
    struct maker *makers[3];
    struct item *items[3], *part;
    for (int n = 0; n < 3; n++) {
        makers[n] = maker_new(maker_table(s));
        maker_set_name(makers[n], names[n]);
        maker_set_place(makers[n], "here");
        maker_upsert(maker_table(s), MAKER_BY_NAME, makers[n]);
        items[n] = item_new(maker_items(makers[n]));
        item_set_code(items[n], names[n]);
    }
    part = item_new(item_parts(items[1]));
    item_set_code(part, "part");
    commit(s);
    assert_int_equal(spent(s), 2);
    assert_int_equal(waited(s), 3); /* the keys of items, too */
    assert_string_equal(
        db_text(db, "select i.code, m.name, m.place, i.part_of_id is null"
                    " from item i left join maker m on m.id = maker_id order by 1"),
        "known|known|here|t\nloaded|loaded|here|t\nnew|new|here|t\npart|-|-|f");
    assert_ptr_equal(item_maker(items[0]), makers[0]);
    assert_ptr_equal(item_maker(items[1]), loaded);
    assert_ptr_equal(item_maker(items[2]), makers[2]);
    assert_int_equal(item_all(maker_items(loaded))->len, 1);
    assert_ptr_equal(item_all(maker_items(loaded))->items[0], items[1]);
    assert_int_equal(item_all(maker_items(makers[0]))->len, 1);
    assert_string_equal(maker_place(loaded), "here");
    end(s);
}

static void drafts_may_refer_to_drafts(void **state)
{
    (void)state;
    db_exec(db, "insert into maker (name) values ('m');"
                "insert into item (code, revision) values ('a', 1)");
    struct orm_session *s = begin();
    struct maker *m = maker_new(maker_table(s));
    maker_set_name(m, "m");
    struct item *i = draft_of(s, "a");
    item_set_maker(i, m);
    item_upsert(item_table(s), ITEM_BY_CODE, i);
    maker_upsert(maker_table(s), MAKER_BY_NAME, m);
    commit(s);
    assert_int_equal(spent(s), 2);
    assert_int_equal(maker_id(m), 1);
    assert_int_equal(item_id(i), 1);
    assert_ptr_equal(item_maker(i), m);
    assert_string_equal(db_text(db, "select maker_id from item"), "1");
    end(s);
}

static void drafts_refer_to_new_rows(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    struct maker *m = maker_new(maker_table(s));
    maker_set_name(m, "m");
    struct item *i = item_new(maker_items(m));
    item_set_title(i, "t");
    item_set_code(i, "a");
    item_upsert(item_table(s), ITEM_BY_MAKER_TITLE, i);
    commit(s);
    assert_int_equal(spent(s), 2);
    assert_int_equal(item_maker_id(i), maker_id(m));
    i = item_new(maker_items(m));
    item_set_title(i, "t");
    item_set_code(i, "b");
    item_upsert(item_table(s), ITEM_BY_MAKER_TITLE, i);
    commit(s);
    assert_string_equal(db_text(db, "select id, code from item"), "1|b");
    end(s);
}

static void drafts_that_refer_to_each_other_are_refused(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    struct item *a = draft_of(s, "a"), *b = draft_of(s, "b");
    item_set_part_of(a, b);
    item_set_part_of(b, a);
    item_upsert(item_table(s), ITEM_BY_CODE, a);
    item_upsert(item_table(s), ITEM_BY_CODE, b);
    assert_false(orm_commit(s));
    assert_failed(s, ORM_INVALID, "item", NULL);
    assert_int_equal(spent(s), 0);
    orm_close(s);
}

static void links_of_drafts_are_links_of_their_rows(void **state)
{
    (void)state;
    db_exec(db, "insert into item (code, revision) values ('a', 1), ('b', 1);"
                "insert into label (name) values ('red')");
    struct orm_session *s = begin();
    struct item *row = item_get(item_table(s), 2);
    struct label *red = label_get(label_table(s), 1);
    struct item *drafts[3];
    static const char *const codes[] = {"a", "b", "c"};
    for (int n = 0; n < 3; n++) {
        drafts[n] = draft_of(s, codes[n]);
        item_upsert(item_table(s), ITEM_BY_CODE, drafts[n]);
        label_add(item_labels(drafts[n]), red);
    }
    struct label *blue = label_new(item_labels(row));
    label_set_name(blue, "Blue");
    label_upsert(item_labels(drafts[0]), LABEL_BY_NAME, blue);
    commit(s);
    assert_string_equal(db_text(db, "select i.code, l.name from item i"
                                    " join item_labels x on x.item_id = i.id"
                                    " join label l on l.id = x.label_id order by 1, 2"),
        "a|Blue\na|red\nb|Blue\nb|red\nc|red");
    assert_int_equal(label_all(item_labels(row))->len, 2);
    assert_int_equal(item_all(label_items(red))->len, 3);
    assert_int_equal(label_all(item_labels(drafts[2]))->len, 1);
    end(s);
}

static void relations_manager_gives_the_draft_its_owner(void **state)
{
    (void)state;
    db_exec(db, "insert into maker (name) values ('m');"
                "insert into item (code, revision) values ('a', 1)");
    struct orm_session *s = begin();
    struct maker *m = maker_get(maker_table(s), 1);
    assert_int_equal(item_all(maker_items(m))->len, 0);
    item_upsert(maker_items(m), ITEM_BY_CODE, draft_of(s, "a"));
    commit(s);
    assert_string_equal(db_text(db, "select maker_id from item"), "1");
    assert_int_equal(item_all(maker_items(m))->len, 1);
    end(s);
}

/* -- Keys and uniques -------------------------------------------------------------- */

static void keys_of_the_programs_own(void **state)
{
    (void)state;
    db_exec(db, "insert into country values ('de', 'old'), ('fr', 'old');"
                "insert into shop (number) values (1);"
                "insert into item (code, revision) values ('a', 1);"
                "insert into offer values (1, 1, 5, 'kept')");
    struct orm_session *s = begin();
    struct country *c = country_get(country_table(s), "de");
    static const char *const codes[] = {"de", "fr", "it"};
    for (int n = 0; n < 3; n++) {
        struct country *d = country_new(country_table(s));
        country_set_code(d, codes[n]);
        country_set_name(d, "new");
        country_upsert(country_table(s), COUNTRY_BY_CODE, d);
    }
    struct offer *o = offer_new(offer_table(s));
    offer_set_shop_id(o, 1);
    offer_set_item_id(o, 1);
    offer_set_cents(o, 6);
    offer_upsert(offer_table(s), OFFER_BY_SHOP_ITEM, o);
    spent(s);
    commit(s);
    assert_int_equal(spent(s), 2);
    assert_string_equal(country_name(c), "new");
    assert_string_equal(offer_note(o), "kept");
    assert_ptr_equal(offer_get(offer_table(s), 1, 1), o);
    assert_string_equal(
        db_text(db, "select string_agg(code || name, ' ' order by code),"
                    " (select cents || note from offer) from country"),
        "denew frnew itnew|6kept");
    end(s);
}

static void nulls_are_equal_to_nothing(void **state)
{
    (void)state;
    db_exec(db, "insert into reading (note) values ('there')");
    struct orm_session *s = begin();
    struct reading *r[3];
    for (int i = 0; i < 3; i++) {
        r[i] = reading_new(reading_table(s));
        reading_set_note(r[i], "new");
        reading_upsert(reading_table(s), READING_BY_DAY, r[i]);
    }
    commit(s);
    assert_int_equal(spent(s), 1);
    assert_true(reading_id(r[2]) > 1);
    assert_string_equal(
        db_text(db, "select count(*), count(note = 'new' or null) from reading"),
        "4|3");
    end(s);
}

static void spelling_is_the_drafts(void **state)
{
    (void)state;
    db_exec(db, "insert into label (name, colour) values ('Red', 'r'), ('BLUE', 'b')");
    struct orm_session *s = begin();
    struct label *row = label_get(label_table(s), 1);
    static const char *const names[] = {"red", "blue", "green"};
    for (int i = 0; i < 3; i++) {
        struct label *l = label_new(label_table(s));
        label_set_name(l, names[i]);
        label_upsert(label_table(s), LABEL_BY_NAME, l);
    }
    commit(s);
    assert_string_equal(label_name(row), "red");
    assert_string_equal(db_text(db, "select name, colour from label order by name"),
        "blue|b\ngreen|-\nred|r");
    end(s);
}

/* Each of the uniques of a reading, with a value that is there and one that is not. */
static void put_reading(struct reading *r, unsigned by, int n)
{
    static const char *const texts[] = {"a", "b"};
    static const char *const numbers[] = {"1.50", "2"};
    static const uint8_t bytes[] = {1, 2};
    struct orm_uuid uuid = {{0}};
    const struct orm_bytes blob = {.data = bytes, .len = (size_t)n + 1};
    struct orm_inet inet = {.family = 4, .prefix = 32, .address = {10, 0, 0}};
    const struct orm_interval period = {.months = n, .days = 1, .microseconds = 1};
    uuid.bytes[15] = (uint8_t)n;
    inet.address[3] = (uint8_t)n;
    switch (by) {
    case READING_BY_AT:
        reading_set_at(r, n);
        break;
    case READING_BY_TOKEN:
        reading_set_token(r, uuid);
        break;
    case READING_BY_LETTERS:
        reading_set_letters(r, texts[n]);
        break;
    case READING_BY_EXACT:
        reading_set_exact(r, n ? 0.5 : -0.0);
        break;
    case READING_BY_FINE:
        reading_set_fine(r, numbers[n]);
        break;
    case READING_BY_BLOB:
        reading_set_blob(r, blob);
        break;
    case READING_BY_DAY:
        reading_set_day(r, n);
        break;
    case READING_BY_ADDRESS:
        reading_set_address(r, inet);
        break;
    case READING_BY_PERIOD:
        reading_set_period(r, period);
        break;
    case READING_BY_FLAG:
        reading_set_flag(r, n == 1);
        break;
    default:
        reading_set_body(r, texts[n]);
    }
}

static void uniques_of_every_type_tell_rows_apart(void **state)
{
    (void)state;
    for (unsigned by = READING_BY_AT; by <= READING_BY_BODY; by++) {
        if (by == READING_BY_WORDS)
            continue;
        db_truncate(db);
        struct orm_session *s = begin();
        for (int round = 0; round < 3; round++)
            for (int n = 0; n < 2; n++) {
                struct reading *r = reading_new(reading_table(s));
                put_reading(r, by, n);
                reading_set_note(r, round ? "again" : "first");
                reading_upsert(reading_table(s), (enum reading_constraint)by, r);
                if (n || !round)
                    commit(s);
            }
        orm_close(s);
        const char *found =
            db_text(db, "select count(*), min(note), max(note) from reading");
        if (strcmp(found, "2|again|again") != 0)
            fail_msg("constraint %u: %s", by, found);
    }
}

static void equal_numbers_of_other_spelling_are_one_row(void **state)
{
    (void)state;
    db_exec(db, "insert into reading (fine, exact, letters, note)"
                " values (1.5, 0, 'a', 'old')");
    struct orm_session *s = begin();
    struct reading *row = reading_get(reading_table(s), 1);
    struct reading *r = reading_new(reading_table(s));
    reading_set_fine(r, "1.500");
    reading_upsert(reading_table(s), READING_BY_FINE, r);
    commit(s);
    assert_string_equal(reading_fine(row), "1.500");
    r = reading_new(reading_table(s));
    reading_set_exact(r, -0.0);
    reading_upsert(reading_table(s), READING_BY_EXACT, r);
    r = reading_new(reading_table(s));
    reading_set_letters(r, "a  ");
    reading_set_note(r, "new");
    reading_upsert(reading_table(s), READING_BY_LETTERS, r);
    commit(s);
    assert_string_equal(reading_note(row), "new");
    assert_int_equal(db_number(db, "select count(*) from reading"), 1);
    end(s);
}

/* -- Refused ----------------------------------------------------------------------- */

static void two_drafts_of_one_row_are_refused(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    struct item *a = draft_of(s, "same"), *b = draft_of(s, "same");
    item_set_title(b, "b");
    item_upsert(item_table(s), ITEM_BY_CODE, a);
    item_upsert(item_table(s), ITEM_BY_CODE, b);
    assert_false(orm_commit(s));
    assert_failed(s, ORM_INVALID, "item", "code");
    assert_non_null(strstr(orm_message(s), "are the same "));
    assert_int_equal(spent(s), 0);
    orm_rollback(s);

    /* Those that only the server knows to be one. */
    static const char *const names[] = {"red", "RED"};
    for (int i = 0; i < 2; i++) {
        struct label *l = label_new(label_table(s));
        label_set_name(l, names[i]);
        label_upsert(label_table(s), LABEL_BY_NAME, l);
    }
    assert_false(orm_commit(s));
    assert_failed(s, ORM_INVALID, "label", NULL);
    assert_non_null(strstr(orm_message(s), "flush in between"));
    assert_int_equal(orm_last_error(s)->outcome, ORM_ROLLED_BACK);
    orm_close(s);
}

static void constraints_that_tell_no_row_are_refused(void **state)
{
    (void)state;
    static const struct {
        enum item_constraint by;
        const char *says;
    } wrong[] = {
        {ITEM_NO_CONSTRAINT, "constraint 0 is none"},
        {ITEM_BY_PAGES, "unique for some rows only"},
        {ITEM_TO_MAKER, "many rows may agree on"},
        {(enum item_constraint)99, "constraint 99 is none"},
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct orm_session *s = begin();
        item_upsert(item_table(s), wrong[i].by, draft_of(s, "a"));
        assert_failed(s, ORM_INVALID, "item", NULL);
        if (!strstr(orm_message(s), wrong[i].says))
            fail_msg("%s", orm_message(s));
        orm_close(s);
    }
}

static void arrays_tell_no_row(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    const char *const words[] = {"x"};
    const struct orm_text_array array = {.items = words, .len = 1};
    struct reading *r = reading_new(reading_table(s));
    reading_set_words(r, array);
    reading_upsert(reading_table(s), READING_BY_WORDS, r);
    assert_failed(s, ORM_INVALID, "reading", "words");
    orm_close(s);
}

static void drafts_that_are_none_are_refused(void **state)
{
    (void)state;
    db_exec(db, "insert into item (code, revision) values ('a', 1)");
    struct orm_session *s = begin(), *other = begin();
    struct item *row = item_get(item_table(s), 1);
    item_upsert(item_table(s), ITEM_BY_CODE, row);
    assert_failed(s, ORM_INVALID, "item", NULL);
    assert_non_null(strstr(orm_message(s), "item 1 is a row: set its fields"));
    orm_rollback(s);
    struct item *i = draft_of(s, "b");
    item_upsert(item_table(s), ITEM_BY_CODE, i);
    item_upsert(item_table(s), ITEM_BY_CODE, i);
    assert_failed(s, ORM_INVALID, "item", NULL);
    orm_rollback(s);
    item_upsert(item_table(s), ITEM_BY_CODE, i); /* rolled back */
    assert_failed(s, ORM_INVALID, "item", NULL);
    orm_rollback(s);
    item_upsert(item_table(s), ITEM_BY_CODE, draft_of(other, "c"));
    assert_failed(s, ORM_OTHER_SESSION, NULL, NULL);
    orm_rollback(s);
    struct item *nameless = item_new(item_table(s));
    item_set_title(nameless, "t");
    item_upsert(item_table(s), ITEM_BY_ID, nameless);
    assert_failed(s, ORM_INVALID, "item", "id");
    orm_rollback(s);
    item_upsert(item_table(s), ITEM_BY_CODE, item_new(item_table(s)));
    assert_false(orm_commit(s));
    assert_failed(s, ORM_INVALID, "item", "code");
    orm_rollback(s);
    struct shop *shop = shop_new(item_shops(row));
    orm_rollback(s);
    shop = shop_new(shop_table(s));
    shop_set_number(shop, 1);
    shop_upsert(item_shops(row), SHOP_BY_NUMBER, shop);
    assert_failed(s, ORM_INVALID, "shop", NULL);
    orm_close(s);
    orm_close(other);
}

static void failed_upsert_leaves_everything_as_it_was(void **state)
{
    (void)state;
    db_exec(db, "insert into item (code, title, pages, price, revision)"
                " values ('a', 'old', 5, 200, 1), ('b', 'old', 6, 200, 1)");
    struct orm_session *s = begin();
    struct item *row = item_get(item_table(s), 1);
    struct item *i = draft_of(s, "a"), *n = draft_of(s, "new");
    item_set_pages(i, 6); /* taken by the other dear one */
    item_set_title(i, "new");
    item_upsert(item_table(s), ITEM_BY_CODE, i);
    item_upsert(item_table(s), ITEM_BY_CODE, n);
    struct item *part = item_new(item_parts(i));
    item_set_code(part, "part");
    assert_false(orm_flush(s));
    assert_failed(s, ORM_CONSTRAINT, "item", NULL);
    assert_string_equal(item_title(row), "old");
    assert_string_equal(item_title(i), "new");
    db_exec(db, "update item set pages = 60 where code = 'b'");
    assert_true(orm_retry(s));
    commit(s);
    assert_string_equal(item_title(row), "new");
    assert_ptr_equal(item_part_of(part), row);
    assert_string_equal(
        db_text(db, "select code, title, pages, part_of_id from item order by code"),
        "a|new|6|-\nb|old|60|-\nnew|-|-|-\npart|-|-|1");
    end(s);
}

static void trigger_that_drops_or_changes_rows_is_an_error(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "return null;",
        "new.code := new.code || '!'; return new;",
    };
    for (size_t i = 0; i < COUNT(bodies); i++) {
        db_exec(db,
            "create function public.meddle() returns trigger language plpgsql as"
            " $$begin %s end$$;"
            "create trigger meddle before insert on item"
            "  for each row execute function public.meddle()",
            bodies[i]);
        struct orm_session *s = begin();
        struct item *d = draft_of(s, "a");
        item_upsert(item_table(s), ITEM_BY_CODE, d);
        assert_false(orm_flush(s));
        assert_failed(s, ORM_REFUSED, "item", NULL);
        assert_int_equal(orm_last_error(s)->outcome, ORM_ROLLED_BACK);
        orm_rollback(s);
        end(s);
        db_exec(db, "drop function public.meddle() cascade");
    }
}

/* -- Get or create ----------------------------------------------------------------- */

static void row_that_is_there_is_given_as_it_is(void **state)
{
    (void)state;
    db_exec(db, "insert into item (code, title, revision) values ('a', 'old', 1)");
    struct orm_session *s = begin();
    struct item *draft = draft_of(s, "a");
    item_set_title(draft, "new");
    struct item *i = item_get_or_create(item_table(s), ITEM_BY_CODE, draft);
    assert_fine(s);
    assert_int_equal(spent(s), 1);
    assert_int_equal(waited(s), 1);
    assert_ptr_not_equal(i, draft);
    assert_string_equal(item_title(i), "old");
    assert_ptr_equal(item_get(item_table(s), 1), i);
    assert_true(orm_end(s)); /* nothing waits to be written */
    draft = draft_of(s, "a");
    assert_ptr_equal(item_get_or_create(item_table(s), ITEM_BY_CODE, draft), i);
    assert_true(orm_end(s));
    assert_int_equal(spent(s), 1);
    assert_int_equal(db_number(db, "select revision from item"), 1);
    end(s);
}

static void row_that_is_not_there_is_created_in_two_round_trips(void **state)
{
    (void)state;
    for (int in = 0; in < 2; in++) {
        struct orm_session *s = begin();
        warm(s);
        if (in) {
            orm_begin(s);
            item_count(item_table(s), NULL);
            spent(s);
            waited(s);
        }
        struct item *draft = draft_of(s, in ? "in" : "out");
        item_set_title(draft, "new");
        struct item *i = item_get_or_create(item_table(s), ITEM_BY_CODE, draft);
        assert_fine(s);
        assert_int_equal(spent(s), 2);
        assert_int_equal(waited(s), 2);
        assert_ptr_equal(i, draft);
        assert_true(item_id(i) > 0);
        assert_int_equal(item_price(i), 7);
        assert_int_equal(db_number(db, "select count(*) from item"), in);
        commit(s);
        assert_int_equal(db_number(db, "select count(*) from item"), in + 1);
        end(s);
    }
}

/* Between the look and the insert somebody else makes the row. */
static void interfere(void *arg, const struct orm_statement *statement)
{
    int *looks = arg;
    if (statement->counted && strncmp(statement->sql, "SELECT", 6) == 0 && !*looks) {
        ++*looks;
        db_exec(
            db, "insert into item (code, title, revision) values ('a', 'theirs', 1)");
    }
}

static void row_that_another_makes_meanwhile_is_given(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    int looks = 0;
    orm_on_statement(s, interfere, &looks);
    struct item *draft = draft_of(s, "a");
    item_set_title(draft, "mine");
    struct item *i = item_get_or_create(item_table(s), ITEM_BY_CODE, draft);
    assert_fine(s);
    assert_int_equal(looks, 1);
    assert_int_equal(spent(s), 2);
    assert_string_equal(item_title(i), "theirs");
    commit(s);
    assert_string_equal(db_text(db, "select title, revision from item"), "theirs|1");
    end(s);
}

static void new_object_that_waits_is_found(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    struct item *made = draft_of(s, "a");
    item_set_title(made, "made");
    struct item *i = item_get_or_create(item_table(s), ITEM_BY_CODE, draft_of(s, "a"));
    assert_fine(s);
    assert_ptr_equal(i, made);
    commit(s);
    assert_string_equal(db_text(db, "select title from item"), "made");
    end(s);
}

static void what_the_draft_refers_to_is_written_first(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    struct maker *m = maker_new(maker_table(s));
    maker_set_name(m, "m");
    struct item *draft = draft_of(s, "a");
    item_set_title(draft, "t");
    struct item *i = item_get_or_create(maker_items(m), ITEM_BY_MAKER_TITLE, draft);
    assert_fine(s);
    assert_ptr_equal(i, draft);
    assert_int_equal(item_maker_id(i), maker_id(m));
    struct item *again = item_new(item_table(s));
    item_set_title(again, "t");
    item_set_code(again, "b");
    assert_ptr_equal(item_get_or_create(maker_items(m), ITEM_BY_MAKER_TITLE, again), i);
    commit(s);
    assert_int_equal(item_all(maker_items(m))->len, 1);
    assert_int_equal(db_number(db, "select count(*) from item"), 1);
    end(s);
}

static void failed_session_gives_the_placeholder(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    struct item *i = item_get_or_create(item_table(s), ITEM_BY_PAGES, draft_of(s, "a"));
    assert_non_null(i);
    assert_failed(s, ORM_INVALID, "item", NULL);
    assert_string_equal(item_code(i), "");
    item_set_code(i, "dropped");
    orm_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(row_that_is_there_takes_what_was_set_and_keeps_the_rest),
        DB_TEST(row_that_is_not_there_is_inserted),
        DB_TEST(created_stays_and_updated_is_set),
        DB_TEST(any_number_is_one_statement_per_set_of_columns),
        DB_TEST(object_of_the_row_takes_the_values_and_the_draft_ends),
        DB_TEST(changes_of_the_rows_object_stay_and_are_written_after),
        DB_TEST(changes_of_an_outdated_object_are_stale_still),
        DB_TEST(deleted_row_goes_before_the_draft_that_takes_its_place),
        DB_TEST(new_object_with_the_same_value_is_the_row),
        DB_TEST(draft_that_is_deleted_or_rolled_back_is_never_written),
        DB_TEST(rollback_puts_the_rows_object_back),
        DB_TEST(what_refers_to_a_draft_is_written_by_the_next_flight),
        DB_TEST(drafts_may_refer_to_drafts),
        DB_TEST(drafts_refer_to_new_rows),
        DB_TEST(drafts_that_refer_to_each_other_are_refused),
        DB_TEST(links_of_drafts_are_links_of_their_rows),
        DB_TEST(relations_manager_gives_the_draft_its_owner),
        DB_TEST(keys_of_the_programs_own),
        DB_TEST(nulls_are_equal_to_nothing),
        DB_TEST(spelling_is_the_drafts),
        DB_TEST(uniques_of_every_type_tell_rows_apart),
        DB_TEST(equal_numbers_of_other_spelling_are_one_row),
        DB_TEST(two_drafts_of_one_row_are_refused),
        DB_TEST(constraints_that_tell_no_row_are_refused),
        DB_TEST(arrays_tell_no_row),
        DB_TEST(drafts_that_are_none_are_refused),
        DB_TEST(failed_upsert_leaves_everything_as_it_was),
        DB_TEST(trigger_that_drops_or_changes_rows_is_an_error),
        DB_TEST(row_that_is_there_is_given_as_it_is),
        DB_TEST(row_that_is_not_there_is_created_in_two_round_trips),
        DB_TEST(row_that_another_makes_meanwhile_is_given),
        DB_TEST(new_object_that_waits_is_found),
        DB_TEST(what_the_draft_refers_to_is_written_first),
        DB_TEST(failed_session_gives_the_placeholder),
    };
    return cmocka_run_group_tests(tests, group_setup, db_group_teardown);
}
