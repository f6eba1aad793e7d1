/* bulk_columns_test.c: columns that the server or the runtime gives their values, in
 * many rows at once. */
#include "../golden/columns/in.orm.h"
#include "pgtest.h"
#include "sessions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static int group_setup(void **state)
{
    db_group_setup(state);
    db_exec(db,
        "create function fill_slug() returns trigger language plpgsql as $$ begin"
        "  new.slug := lower(new.name) || '-' || new.price; return new; end $$;"
        "create trigger fill_slug before insert or update on product"
        "  for each row execute function fill_slug()");
    return 0;
}

static struct orm_session *begin(void)
{
    struct orm_session *s = orm_open(db_conninfo(), &columns_schema);
    assert_non_null(s);
    assert_fine(s);
    return s;
}

static void end(struct orm_session *s)
{
    if (!orm_commit(s))
        fail_msg("%s", orm_message(s));
    orm_close(s);
}

static void what_the_server_reckons_is_read_back(void **state)
{
    (void)state;
    db_exec(db, "insert into product (name, price, amount, slug)"
                " values ('A', 10, 2, ''), ('B', 20, 3, '')");
    struct orm_session *s = begin();
    struct product *a = product_get(product_table(s), 1);
    const struct product_query all = {.limit = 0};
    const struct product_changes c = {.set = {product_price_times(3)}};
    assert_int_equal(product_update_all(product_table(s), &all, &c), 2);
    assert_int_equal(product_price(a), 30);
    assert_int_equal(product_total(a), 60);
    assert_int_equal(product_half(a), 15);
    assert_string_equal(product_slug(a), "a-30");
    end(s);
    assert_string_equal(db_text(db, "select total, slug from product order by id"),
        "60|a-30\n180|b-60");
}

static void check_of_the_table_refuses_all(void **state)
{
    (void)state;
    db_exec(db,
        "insert into product (name, price, slug) values ('A', 10, ''), ('B', 2, '')");
    struct orm_session *s = begin();
    struct product *a = product_get(product_table(s), 1);
    const struct product_query all = {.limit = 0};
    const struct product_changes c = {.set = {product_price_minus(5)}};
    assert_int_equal(product_update_all(product_table(s), &all, &c), 0);
    assert_failed(s, ORM_CONSTRAINT, "product", NULL);
    assert_int_equal(product_violated(orm_last_error(s)), PRODUCT_PRICE_CHECK);
    orm_rollback(s);
    assert_int_equal(product_price(a), 10);
    end(s);
}

static void rows_are_counted_and_dated(void **state)
{
    (void)state;
    db_exec(db, "insert into account (owner, balance, revision, made, changed)"
                " values ('a', 1, 4, '2000-01-01', '2000-01-01')");
    struct orm_session *s = begin();
    struct ledger_account *a = ledger_account_get(ledger_account_table(s), 1);
    const struct ledger_account_query all = {.limit = 0};
    const struct ledger_account_changes c = {.set = {ledger_account_balance_plus(9)}};
    assert_int_equal(ledger_account_update_all(ledger_account_table(s), &all, &c), 1);
    assert_int_equal(ledger_account_balance(a), 10);
    assert_int_equal(ledger_account_revision(a), 5);
    assert_true(ledger_account_changed(a) > ledger_account_made(a));
    const orm_time changed = ledger_account_changed(a);

    struct ledger_account_load *l = ledger_account_load_begin(ledger_account_table(s));
    struct ledger_account *row = ledger_account_load_row(l);
    ledger_account_set_owner(row, "loaded");
    ledger_account_set_balance(row, 7);
    assert_int_equal(ledger_account_load_end(l), 1);
    struct ledger_account *loaded = ledger_account_get(ledger_account_table(s), 2);
    assert_int_equal(ledger_account_revision(loaded), 1);
    assert_true(ledger_account_made(loaded) >= changed);
    assert_int_equal(ledger_account_made(loaded), ledger_account_changed(loaded));
    assert_int_equal(ledger_account_kind(loaded), LEDGER_ACCOUNT_KIND_PLAIN);
    end(s);
}

static void server_fills_in_the_rest_of_loaded_rows(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    struct product_load *l = product_load_begin(product_table(s));
    for (int i = 1; i < 3; i++) {
        struct product *row = product_load_row(l);
        product_set_name(row, i == 1 ? "A" : "B");
        product_set_price(row, i);
    }
    assert_int_equal(product_load_end(l), 2);
    end(s);
    assert_string_equal(
        db_text(db, "select number, amount, total, slug from product order by id"),
        "1|1|1|a-1\n2|1|2|b-2");
}

static void server_alone_gives_numbers(void **state)
{
    (void)state;
    struct orm_session *s = begin();
    struct invoice_load *l = invoice_load_begin(invoice_table(s));
    invoice_set_place(invoice_load_row(l), "here");
    invoice_set_place(invoice_load_row(l), "there");
    assert_int_equal(invoice_load_end(l), 2);
    end(s);
    assert_string_equal(
        db_text(db, "select number, serial, place from invoice order by number"),
        "1|1|here\n2|2|there");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(what_the_server_reckons_is_read_back),
        DB_TEST(check_of_the_table_refuses_all),
        DB_TEST(rows_are_counted_and_dated),
        DB_TEST(server_fills_in_the_rest_of_loaded_rows),
        DB_TEST(server_alone_gives_numbers),
    };
    return cmocka_run_group_tests(tests, group_setup, db_group_teardown);
}
