/* columns_test.c: columns that the server or the runtime gives their values, and lazy
 * ones. */
#include "../golden/columns/in.orm.h"
#include "pgtest.h"
#include "sessions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static struct orm_session *open_session(void)
{
    return open_fine(db_conninfo(), &columns_schema);
}

static void close_session(struct orm_session *s)
{
    assert_fine(s);
    orm_close(s);
}

static int group_setup(void **state)
{
    db_group_setup(state);
    db_exec(db,
        "create function fill_slug() returns trigger language plpgsql as $$ begin"
        "  new.slug := lower(new.name) || '-' || new.price;"
        "  if tg_op = 'INSERT' and new.stock = 0 then new.stock := 10; end if;"
        "  return new; end $$;"
        "create trigger fill_slug before insert or update on product"
        "  for each row execute function fill_slug()");
    return 0;
}

static struct product *new_product(struct orm_session *s, const char *name, int price)
{
    struct product *p = product_new(product_table(s));
    product_set_name(p, name);
    product_set_price(p, price);
    return p;
}

/* -- Generated, filled, numbered --------------------------------------------------- */

static void what_the_server_fills_in_is_read_back_after_an_insert(void **state)
{
    (void)state;
    struct orm_session *s = open_session();
    struct product *a = new_product(s, "Anvil", 7), *b = new_product(s, "Bolt", 1);
    product_set_amount(a, 3);
    product_set_stock(b, 5);
    assert_true(orm_commit(s));
    assert_int_equal(spent(s), 2); /* one for each set of columns given */
    assert_int_equal(product_total(a), 21);
    assert_int_equal(product_half(a), 3);
    assert_string_equal(product_slug(a), "anvil-7");
    assert_int_equal(product_stock(a), 10);
    assert_int_equal(product_total(b), 1);
    assert_false(product_has_half(b));
    assert_string_equal(product_slug(b), "bolt-1");
    assert_int_equal(product_stock(b), 5);
    assert_true(product_number(a) > 0 && product_number(b) > 0);
    assert_string_equal(
        db_text(db,
            "select name, total, half, slug, stock, number = %d from product"
            " order by id",
            product_number(a)),
        "Anvil|21|3|anvil-7|10|t\nBolt|1|-|bolt-1|5|f");
    close_session(s);
}

static void what_the_server_fills_in_is_read_back_after_an_update(void **state)
{
    (void)state;
    struct orm_session *s = open_session();
    struct product *p[10];
    for (int i = 0; i < 10; i++)
        p[i] = new_product(s, "Nail", i);
    assert_true(orm_commit(s));
    spent(s);
    for (int i = 0; i < 10; i++)
        product_set_price(p[i], 2 * i);
    assert_true(orm_commit(s));
    assert_int_equal(spent(s), 1);
    for (int i = 0; i < 10; i++) {
        char slug[16];
        snprintf(slug, sizeof slug, "nail-%d", 2 * i);
        assert_string_equal(product_slug(p[i]), slug);
        assert_int_equal(product_total(p[i]), 2 * i);
        assert_int_equal(product_has_half(p[i]), i > 0);
    }
    close_session(s);
}

static void what_the_server_filled_in_is_taken_back_by_a_rollback(void **state)
{
    (void)state;
    struct orm_session *s = open_session();
    struct product *p = new_product(s, "Nut", 4);
    assert_true(orm_commit(s));
    product_set_price(p, 6);
    assert_true(orm_flush(s));
    assert_int_equal(product_total(p), 6);
    assert_string_equal(product_slug(p), "nut-6");
    orm_rollback(s);
    assert_int_equal(product_total(p), 4);
    assert_string_equal(product_slug(p), "nut-4");
    assert_int_equal(product_price(p), 4);
    close_session(s);
}

static void a_column_that_no_trigger_fills_is_missed_by_the_server(void **state)
{
    (void)state;
    struct orm_session *s = open_session();
    db_exec(db, "alter table product disable trigger fill_slug");
    new_product(s, "Cog", 1);
    assert_false(orm_commit(s));
    assert_failed(s, ORM_CONSTRAINT, "product", "slug");
    db_exec(db, "alter table product enable trigger fill_slug");
    orm_close(s);
}

static void a_check_refuses_a_row_by_its_name(void **state)
{
    (void)state;
    struct orm_session *s = open_session();
    new_product(s, "Cog", -1);
    assert_false(orm_commit(s));
    assert_string_equal(orm_last_error(s)->constraint, "product_price_check");
    orm_close(s);
}

static void numbers_that_only_the_server_gives_are_known_before_the_rows(void **state)
{
    (void)state;
    struct orm_session *s = open_session();
    struct invoice *made[3];
    for (int i = 0; i < 3; i++) {
        made[i] = invoice_new(invoice_table(s));
        invoice_set_place(made[i], "here");
    }
    assert_true(orm_commit(s));
    assert_int_equal(spent(s), 1);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(invoice_number(made[i]), i + 1);
        assert_int_equal(
            db_number(db, "select serial from invoice where number = %d", i + 1),
            invoice_serial(made[i]));
        assert_ptr_equal(invoice_get(invoice_table(s), i + 1), made[i]);
    }
    close_session(s);
}

static void a_number_is_chosen_by_the_program_or_by_the_server(void **state)
{
    (void)state;
    struct orm_session *s = open_session();
    struct ticket *ours = ticket_new(ticket_table(s));
    ticket_set_code(ours, 30000);
    ticket_set_title(ours, "ours");
    struct ticket *theirs = ticket_new(ticket_table(s));
    ticket_set_title(theirs, "theirs");
    assert_true(orm_commit(s));
    assert_int_equal(ticket_code(ours), 30000);
    assert_int_equal(ticket_code(theirs), 1);
    assert_string_equal(db_text(db, "select code, title from ticket order by code"),
        "1|theirs\n30000|ours");
    close_session(s);
}

/* -- Counted ----------------------------------------------------------------------- */

static struct ledger_account *new_account(struct orm_session *s, const char *owner)
{
    struct ledger_account *a = ledger_account_new(ledger_account_table(s));
    ledger_account_set_owner(a, owner);
    ledger_account_set_balance(a, 0);
    return a;
}

static void a_version_starts_at_one_and_counts_updates(void **state)
{
    (void)state;
    struct orm_session *s = open_session();
    struct ledger_account *a = new_account(s, "a"), *b = new_account(s, "b");
    assert_true(orm_commit(s));
    assert_int_equal(spent(s), 1);
    assert_int_equal(ledger_account_revision(a), 1);
    for (int i = 2; i < 5; i++) {
        ledger_account_set_balance(a, i);
        assert_true(orm_commit(s));
        assert_int_equal(spent(s), 1);
        assert_int_equal(ledger_account_revision(a), i);
    }
    assert_int_equal(ledger_account_revision(b), 1);
    assert_string_equal(
        db_text(db, "select owner, balance, revision, kind from account order by id"),
        "a|4|4|plain\nb|0|1|plain");
    close_session(s);
}

static void a_row_that_somebody_else_updated_is_stale(void **state)
{
    (void)state;
    struct orm_session *s = open_session();
    struct ledger_account *a = new_account(s, "a"), *b = new_account(s, "b");
    assert_true(orm_commit(s));
    db_exec(db, "update account set balance = 5, revision = 2 where owner = 'b'");
    ledger_account_set_balance(a, 1);
    ledger_account_set_balance(b, 1);
    assert_false(orm_commit(s));
    assert_failed(s, ORM_STALE, "account", NULL);
    assert_string_equal(orm_message(s),
        "account: the row with id 2 was changed or deleted since it was loaded; "
        "nothing was written");
    orm_rollback(s);
    assert_int_equal(ledger_account_revision(a), 1);
    assert_int_equal(ledger_account_balance(b), 0);
    ledger_account_refresh(b);
    assert_int_equal(ledger_account_revision(b), 2);
    assert_int_equal(ledger_account_balance(b), 5);
    ledger_account_set_balance(b, 6);
    assert_true(orm_commit(s));
    assert_string_equal(
        db_text(db, "select owner, balance, revision from account order by id"),
        "a|0|1\nb|6|3");
    close_session(s);
}

/* Their UPDATE comes first and is not committed yet: ours waits, and must look again.
 */
static void a_row_that_somebody_else_is_updating_is_stale(void **state)
{
    (void)state;
    struct orm_session *s = open_session();
    struct ledger_account *a = new_account(s, "a");
    assert_true(orm_commit(s));
    assert_true(PQsendQuery(db, "update account set balance = 5, revision = 2;"
                                " select pg_sleep(0.3)"));
    PGconn *watch = db_connect();
    while (!db_number(watch, "select count(*) from pg_stat_activity"
                             " where datname = current_database()"
                             " and wait_event = 'PgSleep'"))
        ;
    ledger_account_set_balance(a, 1);
    assert_false(orm_commit(s));
    assert_failed(s, ORM_STALE, "account", NULL);
    for (PGresult *r; (r = PQgetResult(db));)
        PQclear(r);
    PQfinish(watch);
    assert_string_equal(db_text(db, "select balance, revision from account"), "5|2");
    orm_close(s);
}

static void a_row_that_somebody_else_updated_is_not_deleted(void **state)
{
    (void)state;
    struct orm_session *s = open_session();
    struct ledger_account *a = new_account(s, "a");
    assert_true(orm_commit(s));
    db_exec(db, "update account set revision = 2");
    ledger_account_delete(a);
    assert_false(orm_commit(s));
    assert_failed(s, ORM_STALE, "account", NULL);
    orm_rollback(s);
    ledger_account_refresh(a);
    ledger_account_delete(a);
    assert_true(orm_commit(s));
    assert_int_equal(db_number(db, "select count(*) from account"), 0);
    close_session(s);
}

/* Else the change would overwrite what its maker never saw. */
static void a_change_keeps_the_version_it_was_made_to(void **state)
{
    (void)state;
    struct orm_session *s = open_session();
    struct ledger_account *a = new_account(s, "a");
    assert_true(orm_commit(s));
    ledger_account_set_balance(a, 1);
    db_exec(db, "update account set owner = 'c', balance = 5, revision = 2");
    ledger_account_refresh(a);
    assert_string_equal(ledger_account_owner(a), "c");
    assert_int_equal(ledger_account_balance(a), 1);
    assert_int_equal(ledger_account_revision(a), 1);
    assert_false(orm_commit(s));
    assert_failed(s, ORM_STALE, "account", NULL);
    orm_close(s);
}

static void a_version_goes_back_with_a_rollback(void **state)
{
    (void)state;
    struct orm_session *s = open_session();
    struct ledger_account *a = new_account(s, "a");
    assert_true(orm_commit(s));
    ledger_account_set_balance(a, 1);
    assert_true(orm_flush(s));
    ledger_account_set_balance(a, 2);
    assert_true(orm_flush(s));
    assert_int_equal(ledger_account_revision(a), 3);
    orm_rollback(s);
    assert_int_equal(ledger_account_revision(a), 1);
    ledger_account_set_balance(a, 3);
    assert_true(orm_commit(s));
    assert_string_equal(db_text(db, "select balance, revision from account"), "3|2");
    close_session(s);
}

static void a_circle_of_new_rows_is_of_the_first_version(void **state)
{
    (void)state;
    struct orm_session *s = open_session();
    struct ledger_account *a = new_account(s, "a"), *b = new_account(s, "b");
    ledger_account_set_parent(a, b);
    ledger_account_set_parent(b, a);
    ledger_account_set_kind(b, LEDGER_ACCOUNT_KIND_SAVINGS);
    assert_true(orm_commit(s));
    assert_string_equal(
        db_text(db, "select parent_id, revision, kind from account order by id"),
        "2|1|plain\n1|1|savings");
    ledger_account_set_balance(a, 1);
    ledger_account_set_balance(b, 1);
    assert_true(orm_commit(s));
    ledger_account_delete(a);
    ledger_account_delete(b);
    assert_true(orm_commit(s));
    assert_int_equal(db_number(db, "select count(*) from account"), 0);
    close_session(s);
}

static void a_row_of_a_composite_key_is_stale_by_all_of_it(void **state)
{
    (void)state;
    db_exec(db, "insert into edition (work, number, words, revision)"
                " values ('x', 1, 'one', 1), ('x', 2, 'two', 7000000000)");
    struct orm_session *s = open_session();
    orm_each(struct edition, e, edition_all(edition_table(s)))
        edition_set_words(e, "changed");
    assert_true(orm_commit(s));
    assert_string_equal(
        db_text(db, "select number, words, revision from edition order by number"),
        "1|changed|2\n2|changed|7000000001");
    db_exec(db, "update edition set revision = 9 where number = 2");
    orm_each(struct edition, e, edition_all(edition_table(s)))
        edition_set_words(e, "again");
    db_exec(db, "update edition set revision = 10 where number = 2");
    assert_false(orm_commit(s));
    assert_failed(s, ORM_STALE, "edition", NULL);
    assert_non_null(strstr(orm_message(s), "(x, 2)"));
    orm_close(s);
}

/* -- Dated ------------------------------------------------------------------------- */

static orm_time now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (orm_time)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void rows_of_one_flush_are_dated_alike(void **state)
{
    (void)state;
    struct orm_session *s = open_session();
    struct ledger_account *a = new_account(s, "a"), *b = new_account(s, "b");
    ledger_account_set_kind(b, LEDGER_ACCOUNT_KIND_SAVINGS); /* another statement */
    const orm_time before = now();
    assert_true(orm_commit(s));
    assert_true(ledger_account_made(a) >= before && ledger_account_made(a) <= now());
    assert_int_equal(ledger_account_made(a), ledger_account_made(b));
    assert_int_equal(ledger_account_made(a), ledger_account_changed(a));
    assert_int_equal(db_number(db,
                         "select count(*) from account where made = changed"
                         " and (extract(epoch from made) * 1000000)::int8"
                         " = %lld",
                         (long long)ledger_account_made(a)),
        2);
    close_session(s);
}

static void an_update_dates_the_rows_that_it_changes_and_no_others(void **state)
{
    (void)state;
    struct orm_session *s = open_session();
    struct ledger_account *a = new_account(s, "a"), *b = new_account(s, "b");
    assert_true(orm_commit(s));
    const orm_time made = ledger_account_made(a);
    ledger_account_set_balance(a, 1);
    ledger_account_set_balance(b, 0); /* what it is already */
    spent(s);
    assert_true(orm_commit(s));
    assert_int_equal(spent(s), 1);
    assert_int_equal(ledger_account_made(a), made);
    assert_true(ledger_account_changed(a) > made);
    assert_int_equal(ledger_account_changed(b), made);
    assert_string_equal(
        db_text(db, "select owner, made = changed, revision from account order by id"),
        "a|f|2\nb|t|1");
    assert_true(orm_commit(s));
    assert_int_equal(spent(s), 0);
    close_session(s);
}

static void dates_go_back_with_a_rollback(void **state)
{
    (void)state;
    struct orm_session *s = open_session();
    struct ledger_account *a = new_account(s, "a");
    assert_true(orm_commit(s));
    const orm_time changed = ledger_account_changed(a);
    ledger_account_set_balance(a, 1);
    assert_true(orm_flush(s));
    assert_true(ledger_account_changed(a) > changed);
    orm_rollback(s);
    assert_int_equal(ledger_account_changed(a), changed);
    close_session(s);
}

static void rows_of_others_are_counted_and_dated_by_the_table(void **state)
{
    (void)state;
    db_exec(db, "insert into account (owner, balance) values ('psql', 0)");
    struct orm_session *s = open_session();
    struct ledger_account *a = ledger_account_first(ledger_account_table(s), NULL);
    assert_int_equal(ledger_account_revision(a), 1);
    assert_true(ledger_account_made(a) > 0);
    close_session(s);
}

static void messages_name_the_model_and_not_its_struct(void **state)
{
    (void)state;
    struct orm_session *s = open_session();
    ledger_account_set_owner(ledger_account_new(ledger_account_table(s)), "a");
    assert_false(orm_commit(s));
    assert_string_equal(orm_message(s), "account.balance: required, but never set");
    orm_close(s);
}

/* -- Lazy -------------------------------------------------------------------------- */

static const struct page_query pages_by_id = {.order = {{{.column = PAGE_ID + 1}}}};

static void arrange_pages(int n)
{
    db_exec(db,
        "insert into binder (name) values ('binder');"
        "insert into page (title, body, note, book_id)"
        "  select 'title ' || i, 'body ' || i, nullif('note ' || i, 'note 2'), 1"
        "  from generate_series(1, %d) i",
        n);
}

static void a_lazy_column_is_loaded_for_all_peers_at_once(void **state)
{
    (void)state;
    arrange_pages(10);
    struct orm_session *s = open_session();
    const struct page_list *pages = page_find(page_table(s), &pages_by_id);
    assert_int_equal(spent(s), 1);
    orm_each(struct page, p, pages) {
        char body[16];
        snprintf(body, sizeof body, "body %d", (int)page_id(p));
        assert_string_equal(page_body(p), body);
    }
    assert_int_equal(spent(s), 1);
    orm_each(struct page, p, pages) {
        assert_int_equal(page_has_note(p), page_id(p) != 2);
        assert_int_equal(page_letters(p), page_id(p) < 10 ? 6 : 7);
    }
    assert_int_equal(spent(s), 2);
    close_session(s);
}

static void an_object_alone_loads_its_own(void **state)
{
    (void)state;
    arrange_pages(3);
    struct orm_session *s = open_session();
    struct page *p = page_get(page_table(s), 2);
    assert_string_equal(page_note(p), "");
    assert_false(page_has_note(p));
    assert_int_equal(spent(s), 2);
    assert_string_equal(page_note(p), "");
    assert_int_equal(spent(s), 0);
    close_session(s);
}

static void what_a_relation_brings_in_is_lazy_too(void **state)
{
    (void)state;
    arrange_pages(4);
    struct orm_session *s = open_session();
    struct binder *b = binder_get(binder_table(s), 1);
    const struct page_list *pages = page_all(binder_pages(b));
    spent(s);
    orm_each(struct page, p, pages)
        assert_non_null(strstr(page_body(p), "body"));
    assert_int_equal(spent(s), 1);
    orm_each(struct page, p, pages)
        assert_ptr_equal(page_book(p), b);
    assert_int_equal(spent(s), 0);
    close_session(s);
}

static void a_condition_on_a_lazy_column_loads_nothing(void **state)
{
    (void)state;
    arrange_pages(4);
    struct orm_session *s = open_session();
    const struct page_query q = {
        .where = {page_body_eq("body 3")}, .order = {page_body_desc()}};
    struct page *p = page_first(page_table(s), &q);
    assert_int_equal(page_id(p), 3);
    assert_int_equal(spent(s), 1);
    assert_string_equal(page_body(p), "body 3");
    assert_int_equal(spent(s), 1);
    close_session(s);
}

static void what_the_program_set_is_not_loaded_over(void **state)
{
    (void)state;
    arrange_pages(3);
    struct orm_session *s = open_session();
    const struct page_list *pages = page_find(page_table(s), &pages_by_id);
    struct page *first = pages->items[0], *third = pages->items[2];
    page_set_body(first, "mine");
    page_clear_note(third);
    spent(s);
    assert_string_equal(page_body(first), "mine");
    assert_false(page_has_note(third));
    assert_int_equal(spent(s), 0);
    assert_string_equal(page_body(third), "body 3");
    assert_true(page_has_note(first));
    assert_int_equal(spent(s), 2);
    assert_string_equal(page_body(first), "mine");
    assert_false(page_has_note(third));
    assert_true(orm_commit(s));
    assert_int_equal(spent(s), 2);
    assert_int_equal(page_letters(first), 4);
    assert_string_equal(
        db_text(db, "select body, note, revision from page order by id"),
        "mine|note 1|2\nbody 2|-|1\nbody 3|-|2");
    close_session(s);
}

/* Whether it is a change is not known before it is loaded. */
static void setting_what_is_not_loaded_is_a_change(void **state)
{
    (void)state;
    arrange_pages(1);
    struct orm_session *s = open_session();
    struct page *p = page_get(page_table(s), 1);
    page_set_body(p, "body 1");
    spent(s);
    assert_true(orm_commit(s));
    assert_int_equal(spent(s), 1);
    assert_int_equal(page_revision(p), 2);
    page_set_body(p, "body 1");
    assert_true(orm_commit(s));
    assert_int_equal(spent(s), 0);
    close_session(s);
}

static void a_new_object_is_complete(void **state)
{
    (void)state;
    struct orm_session *s = open_session();
    struct page *p = page_new(page_table(s));
    page_set_title(p, "t");
    page_set_body(p, "words");
    assert_false(page_has_note(p));
    assert_true(orm_commit(s));
    spent(s);
    assert_string_equal(page_body(p), "words");
    assert_false(page_has_note(p));
    assert_int_equal(page_letters(p), 5);
    assert_int_equal(spent(s), 0);
    close_session(s);
}

static void a_new_row_needs_its_lazy_columns(void **state)
{
    (void)state;
    struct orm_session *s = open_session();
    page_set_title(page_new(page_table(s)), "t");
    assert_false(orm_commit(s));
    assert_string_equal(orm_message(s), "page.body: required, but never set");
    orm_close(s);
}

static void refresh_forgets_what_was_loaded(void **state)
{
    (void)state;
    arrange_pages(1);
    struct orm_session *s = open_session();
    struct page *p = page_get(page_table(s), 1);
    const char *before = page_body(p);
    db_exec(db, "update page set body = 'theirs', note = null");
    page_set_note(p, "mine");
    page_refresh(p);
    spent(s);
    assert_string_equal(page_body(p), "theirs");
    assert_string_equal(page_note(p), "mine");
    assert_int_equal(spent(s), 1);
    assert_string_equal(before, "body 1"); /* it stays valid */
    orm_rollback(s);
    close_session(s);
}

static void a_rollback_forgets_what_was_loaded_in_the_transaction(void **state)
{
    (void)state;
    arrange_pages(2);
    struct orm_session *s = open_session();
    const struct page_list *pages = page_find(page_table(s), &pages_by_id);
    struct page *first = pages->items[0], *second = pages->items[1];
    page_set_body(first, "mine");
    assert_true(orm_flush(s));
    assert_string_equal(page_body(second), "body 2");
    orm_rollback(s);
    assert_string_equal(page_body(first), "body 1");
    assert_string_equal(page_body(second), "body 2");
    assert_int_equal(page_revision(first), 1);
    close_session(s);
}

static void a_lazy_column_of_a_row_that_is_gone_is_an_error(void **state)
{
    (void)state;
    arrange_pages(3);
    struct orm_session *s = open_session();
    const struct page_list *pages = page_find(page_table(s), &pages_by_id);
    db_exec(db, "delete from page where id = 2");
    assert_string_equal(page_body(pages->items[0]), "body 1");
    assert_string_equal(page_body(pages->items[2]), "body 3");
    assert_fine(s);
    assert_string_equal(page_body(pages->items[1]), "");
    assert_failed(s, ORM_STALE, "page", "body");
    assert_string_equal(
        orm_message(s), "page.body: page 2 is not in the table any more");
    assert_false(page_has_note(pages->items[1]));
    orm_close(s);
}

static void a_lazy_column_by_a_key_of_two_columns(void **state)
{
    (void)state;
    db_exec(db, "insert into leaf values ('oak', 1, 'a'), ('oak', 2, 'b'),"
                " ('elm', 1, 'c')");
    struct orm_session *s = open_session();
    unsigned seen = 0;
    orm_each(struct leaf, l, leaf_all(leaf_table(s)))
        seen |= 1u << (leaf_words(l)[0] - 'a');
    assert_int_equal(seen, 7);
    assert_int_equal(spent(s), 2);
    close_session(s);
}

static void a_lazy_column_of_another_type_is_drift(void **state)
{
    (void)state;
    db_exec(db, "insert into leaf values ('oak', 1, 'a');"
                "alter table leaf alter words type varchar(9)");
    struct orm_session *s = open_session();
    struct leaf *l = leaf_first(leaf_table(s), NULL);
    assert_fine(s);
    assert_string_equal(leaf_words(l), "");
    assert_failed(s, ORM_DRIFT, "leaf", "words");
    orm_close(s);

    s = open_session();
    l = leaf_first(leaf_table(s), NULL);
    leaf_set_words(l, "b");
    assert_false(orm_commit(s));
    assert_failed(s, ORM_DRIFT, "leaf", "words");
    orm_close(s);
    db_exec(db, "alter table leaf alter words type text");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(what_the_server_fills_in_is_read_back_after_an_insert),
        DB_TEST(what_the_server_fills_in_is_read_back_after_an_update),
        DB_TEST(what_the_server_filled_in_is_taken_back_by_a_rollback),
        DB_TEST(a_column_that_no_trigger_fills_is_missed_by_the_server),
        DB_TEST(a_check_refuses_a_row_by_its_name),
        DB_TEST(numbers_that_only_the_server_gives_are_known_before_the_rows),
        DB_TEST(a_number_is_chosen_by_the_program_or_by_the_server),
        DB_TEST(a_version_starts_at_one_and_counts_updates),
        DB_TEST(a_row_that_somebody_else_updated_is_stale),
        DB_TEST(a_row_that_somebody_else_is_updating_is_stale),
        DB_TEST(a_row_that_somebody_else_updated_is_not_deleted),
        DB_TEST(a_change_keeps_the_version_it_was_made_to),
        DB_TEST(a_version_goes_back_with_a_rollback),
        DB_TEST(a_circle_of_new_rows_is_of_the_first_version),
        DB_TEST(a_row_of_a_composite_key_is_stale_by_all_of_it),
        DB_TEST(rows_of_one_flush_are_dated_alike),
        DB_TEST(an_update_dates_the_rows_that_it_changes_and_no_others),
        DB_TEST(dates_go_back_with_a_rollback),
        DB_TEST(rows_of_others_are_counted_and_dated_by_the_table),
        DB_TEST(messages_name_the_model_and_not_its_struct),
        DB_TEST(a_lazy_column_is_loaded_for_all_peers_at_once),
        DB_TEST(an_object_alone_loads_its_own),
        DB_TEST(what_a_relation_brings_in_is_lazy_too),
        DB_TEST(a_condition_on_a_lazy_column_loads_nothing),
        DB_TEST(what_the_program_set_is_not_loaded_over),
        DB_TEST(setting_what_is_not_loaded_is_a_change),
        DB_TEST(a_new_object_is_complete),
        DB_TEST(a_new_row_needs_its_lazy_columns),
        DB_TEST(refresh_forgets_what_was_loaded),
        DB_TEST(a_rollback_forgets_what_was_loaded_in_the_transaction),
        DB_TEST(a_lazy_column_of_a_row_that_is_gone_is_an_error),
        DB_TEST(a_lazy_column_by_a_key_of_two_columns),
        DB_TEST(a_lazy_column_of_another_type_is_drift),
    };
    return cmocka_run_group_tests(tests, group_setup, db_group_teardown);
}
