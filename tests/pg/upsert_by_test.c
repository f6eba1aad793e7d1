/* upsert_by_test.c: which constraints tell the rows of drafts, for every type, and
 * which drafts are refused. */
#include "stock_test.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
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
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
