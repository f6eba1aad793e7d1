/* verify_test.c: orm_verify() tells each kind of difference, once, with its remedy. */
#include "base/memory.h"
#include "drift_world.h"
#include "sessions.h"

#include "drift.orm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char *path;

static int group_setup(void **state)
{
    db_group_setup(state);
    world_read(path);
    return 0;
}

static int group_teardown(void **state)
{
    world_drop_role(db);
    return db_group_teardown(state);
}

static int test_setup(void **state)
{
    (void)state;
    world_make(db);
    return 0;
}

static struct orm_session *open_as_role(void)
{
    char settings[200];
    snprintf(settings, sizeof settings, "options='-c role=%s'", world_role(db));
    struct orm_session *s =
        orm_open(db_conninfo_by(db, NULL, 0, settings), &drift_schema);
    assert_fine(s);
    return s;
}

/* -- Each kind --------------------------------------------------------------------- */

struct told {
    const char *sql; /* %s is the role */
    enum orm_difference_kind kind;
    const char *model, *field, *expected, *found;
    const char *message; /* ROLE is the role */
};

static const struct told cases[] = {
    {"drop table item_tags", ORM_DIFFERS_TABLE, "item", "tags",
        "\"public\".\"item_tags\"", "",
        "item.tags: there is no table \"public\".\"item_tags\"; migrate the database, "
        "or generate again"},
    {"alter table item_tags rename to hidden; create view item_tags as table hidden;"
     "grant all on item_tags to \"%s\"",
        ORM_DIFFERS_VIEW, "item", "tags", "table", "view",
        "item.tags: \"public\".\"item_tags\" is a view, the YAML says a table; say "
        "`view:` or make it a table"},
    {"alter table item drop price", ORM_DIFFERS_COLUMN, "item", "price", "price", "",
        "item.price: \"public\".\"item\" has no column \"price\"; migrate the table "
        "or generate again"},
    {"alter table item alter pieces type bigint", ORM_DIFFERS_TYPE, "item", "pieces",
        "integer", "bigint",
        "item.pieces: the table has bigint, the YAML says integer; ALTER TABLE "
        "\"public\".\"item\" ALTER \"pieces\" TYPE integer, or change the YAML"},
    {"alter table item alter name type varchar(10)", ORM_DIFFERS_TYPE, "item", "name",
        "character varying(20)", "character varying(10)",
        "item.name: the table has character varying(10), the YAML says character "
        "varying(20); ALTER TABLE \"public\".\"item\" ALTER \"name\" TYPE character "
        "varying(20), or change the YAML"},
    {"alter table item alter price type numeric(8,3)", ORM_DIFFERS_TYPE, "item",
        "price", "numeric(8,2)", "numeric(8,3)",
        "item.price: the table has numeric(8,3), the YAML says numeric(8,2); ALTER "
        "TABLE \"public\".\"item\" ALTER \"price\" TYPE numeric(8,2), or change the "
        "YAML"},
    {"alter table item alter seen type timestamp(3)", ORM_DIFFERS_TYPE, "item", "seen",
        "timestamp without time zone", "timestamp(3) without time zone",
        "item.seen: the table has timestamp(3) without time zone, the YAML says "
        "timestamp without time zone; ALTER TABLE \"public\".\"item\" ALTER \"seen\" "
        "TYPE timestamp without time zone, or change the YAML"},
    {"alter table item alter mood drop default, alter mood type text,"
     " alter mood set default 'fine'",
        ORM_DIFFERS_TYPE, "item", "mood", "\"public\".\"item_mood\"", "text",
        "item.mood: the table has text, the YAML says \"public\".\"item_mood\"; ALTER "
        "TABLE \"public\".\"item\" ALTER \"mood\" TYPE \"public\".\"item_mood\", or "
        "change the YAML"},
    {"create domain digits as bigint; alter table item drop constraint one_code,"
     " alter code type digits using code::text::bigint,"
     " add constraint one_code exclude (code with =)",
        ORM_DIFFERS_TYPE, "item", "code", "text", "bigint",
        "item.code: the table has bigint, the YAML says text; ALTER TABLE "
        "\"public\".\"item\" ALTER \"code\" TYPE text, or change the YAML"},
    {"alter table item alter codes type text[]; alter table item alter code type text;"
     "drop domain isbn; create domain isbn as varchar(9);"
     "alter table item alter codes type isbn[]",
        ORM_DIFFERS_TYPE, "item", "codes", "text", "character varying(9)",
        "item.codes: the domain is made of character varying(9), the YAML says text; "
        "make it anew, or change the YAML"},
    {"alter table item alter name drop not null", ORM_DIFFERS_NULL, "item", "name",
        "not null", "null",
        "item.name: the table allows nulls, the YAML says required; ALTER TABLE "
        "\"public\".\"item\" ALTER \"name\" SET NOT NULL, or say optional: true"},
    {"alter table item alter pieces set not null", ORM_DIFFERS_NULL, "item", "pieces",
        "null", "not null",
        "item.pieces: the table allows no null, the YAML says optional; ALTER TABLE "
        "\"public\".\"item\" ALTER \"pieces\" DROP NOT NULL, or leave out optional: "
        "true"},
    {"create domain strict as text not null; alter table item alter code type strict",
        ORM_DIFFERS_NULL, "item", "code", "null", "not null", NULL},
    {"alter table shop add extra int not null default 1;"
     "alter table shop alter extra drop default",
        ORM_DIFFERS_EXTRA, "shop", "", "", "extra",
        "shop: the column \"extra\" is required, has no default and is not in the "
        "YAML, so no row can be inserted; ALTER TABLE \"public\".\"shop\" ALTER "
        "\"extra\" SET DEFAULT ..., or add it to the YAML"},
    {"alter table item alter price drop default", ORM_DIFFERS_DEFAULT, "item", "price",
        "default", "no default",
        "item.price: the table has no default, the YAML has; ALTER TABLE "
        "\"public\".\"item\" ALTER \"price\" SET DEFAULT ..., or leave out default:"},
    {"alter table item alter id drop identity", ORM_DIFFERS_IDENTITY, "item", "id",
        "generated by default as identity", "no identity",
        "item.id: the table has no identity, the YAML says generated by default as "
        "identity; migrate the table or change the YAML"},
    {"alter table item alter id set generated always", ORM_DIFFERS_IDENTITY, "item",
        "id", "generated by default as identity", "generated always as identity",
        "item.id: the table has generated always as identity, the YAML says generated "
        "by default as identity; migrate the table or change the YAML"},
    {"alter table item drop pieces, add pieces int generated always as (7) stored"
     " constraint item_pieces_check check (true);"
     "create unique index seen_once on item (seen) where pieces > 7",
        ORM_DIFFERS_GENERATED, "item", "pieces", "not generated", "generated",
        "item.pieces: the table generates it, so that it cannot be written; say "
        "`generated:` in the YAML, or ALTER TABLE \"public\".\"item\" ALTER \"pieces\" "
        "DROP EXPRESSION"},
    {"alter type item_mood rename value 'used' to 'worn';"
     "alter type item_mood add value 'used'; alter type item_mood rename value 'used'"
     " to 'spent'; alter type item_mood rename value 'worn' to 'used'",
        ORM_DIFFERS_LABEL, "item", "mood", "", "spent",
        "item.mood: \"public\".\"item_mood\" has the label 'spent', the YAML does not, "
        "so that rows which have it cannot be read; add it to the YAML and generate "
        "again"},
    {"alter table item alter mood drop default, alter mood type text;"
     "drop type item_mood; create type item_mood as enum ('fine');"
     "alter table item alter mood type item_mood using mood::item_mood,"
     " alter mood set default 'fine'",
        ORM_DIFFERS_LABEL, "item", "mood", "used", "",
        "item.mood: \"public\".\"item_mood\" has no label 'used'; ALTER TYPE "
        "\"public\".\"item_mood\" ADD VALUE 'used', or generate again"},
    {"alter table item_tags drop constraint item_tags_pkey", ORM_DIFFERS_KEY, "item",
        "tags", "\"item_id\", \"tag_id\"", "",
        "item.tags: no unique index over the key (\"item_id\", \"tag_id\"); ALTER "
        "TABLE \"public\".\"item_tags\" ADD PRIMARY KEY (\"item_id\", \"tag_id\")"},
    {"alter table item drop constraint item_name_key", ORM_DIFFERS_UNIQUE, "item",
        "name", "\"name\"", "",
        "item.name: nothing keeps \"name\" unique; ALTER TABLE \"public\".\"item\" ADD "
        "CONSTRAINT \"item_name_key\" UNIQUE (\"name\")"},
    {"drop index seen_once", ORM_DIFFERS_UNIQUE, "item", "seen", "seen_once", "",
        "item.seen: there is no constraint \"seen_once\"; make it as `ormgen sql` "
        "says, or generate again"},
    {"alter table item drop constraint item_pieces_check", ORM_DIFFERS_CHECK, "item",
        "pieces", "item_pieces_check", "",
        "item.pieces: there is no constraint \"item_pieces_check\"; make it as `ormgen "
        "sql` says, or generate again"},
    {"alter table item drop constraint one_code", ORM_DIFFERS_CHECK, "item", "code",
        "one_code", "",
        "item.code: there is no constraint \"one_code\"; make it as `ormgen sql` says, "
        "or generate again"},
    {"alter table item drop constraint item_shop_id_fkey", ORM_DIFFERS_REFERENCE,
        "item", "shop", "\"public\".\"shop\"", "",
        "item.shop: no foreign key (\"shop_id\" = \"id\") to \"public\".\"shop\"; make "
        "it as `ormgen sql` says, or generate again"},
    {"alter table item drop constraint item_shop_id_fkey,"
     " add foreign key (shop_id) references item (id)",
        ORM_DIFFERS_REFERENCE, "item", "shop", "\"public\".\"shop\"", "", NULL},
    {"alter table item drop constraint item_shop_id_fkey,"
     " add foreign key (shop_id) references shop on delete set null",
        ORM_DIFFERS_ACTION, "item", "shop", "CASCADE", "SET NULL",
        "item.shop: ON DELETE the table says SET NULL, the YAML CASCADE; make the "
        "foreign key anew, or generate again"},
    {"alter table item drop constraint item_shop_id_fkey, add foreign key (shop_id)"
     " references shop on delete cascade on update restrict",
        ORM_DIFFERS_ACTION, "item", "shop", "NO ACTION", "RESTRICT", NULL},
    {"alter table item_tags drop constraint item_tags_tag_id_fkey,"
     " add foreign key (tag_id) references tag",
        ORM_DIFFERS_ACTION, "item", "tags", "CASCADE", "NO ACTION", NULL},
    {"revoke select on place from \"%s\"", ORM_DIFFERS_PRIVILEGE, "place", "", "SELECT",
        "",
        "place: no permission to SELECT; GRANT SELECT ON \"public\".\"place\" TO ROLE"},
    {"revoke insert on shop from \"%s\"; grant insert (id) on shop to \"%s\"",
        ORM_DIFFERS_PRIVILEGE, "shop", "name", "INSERT", "",
        "shop.name: no permission to INSERT; GRANT INSERT (\"name\") ON "
        "\"public\".\"shop\" TO ROLE"},
    {"revoke update on shop from \"%s\"", ORM_DIFFERS_PRIVILEGE, "shop", "", "UPDATE",
        "",
        "shop: no permission to UPDATE; GRANT UPDATE ON \"public\".\"shop\" TO ROLE"},
    {"revoke delete on shop from \"%s\"", ORM_DIFFERS_PRIVILEGE, "shop", "", "DELETE",
        "",
        "shop: no permission to DELETE; GRANT DELETE ON \"public\".\"shop\" TO ROLE"},
    {"revoke all on sequence shop_id_seq from \"%s\"", ORM_DIFFERS_PRIVILEGE, "shop",
        "id", "USAGE", "",
        "shop.id: no permission to take keys; GRANT USAGE ON SEQUENCE "
        "public.shop_id_seq TO ROLE"},
};

struct seen {
    const struct told *wanted;
    const char *role;
    unsigned calls;
};

/* The message with ROLE for the role. */
static void without_role(char *to, const char *from, const char *role)
{
    const char *at = strstr(from, role);
    if (!at)
        strcpy(to, from);
    else
        sprintf(to, "%.*sROLE%s", (int)(at - from), from, at + strlen(role));
}

static void see(void *arg, const struct orm_difference *d)
{
    struct seen *seen = arg;
    const struct told *w = seen->wanted;
    char message[1024];
    seen->calls++;
    without_role(message, d->message, seen->role);
    if (d->kind != w->kind)
        fail_msg("%s\n  kind %d: %s", w->sql, d->kind, d->message);
    assert_string_equal(d->model, w->model);
    assert_string_equal(d->field, w->field);
    assert_string_equal(d->expected, w->expected);
    assert_string_equal(d->found, w->found);
    if (w->message)
        assert_string_equal(message, w->message);
}

static void every_kind_of_difference_is_told_once(void **state)
{
    (void)state;
    char role[100];
    strcpy(role, world_role(db));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        world_make(db);
        char sql[1024];
        snprintf(sql, sizeof sql, cases[i].sql, role, role);
        db_exec(db, "%s", sql);
        struct orm_session *s = open_as_role();
        struct seen seen = {&cases[i], role, 0};
        const size_t count = orm_verify(s, see, &seen);
        assert_fine(s);
        if (count != 1 || seen.calls != 1)
            fail_msg("%s: told %u times, %zu", cases[i].sql, seen.calls, count);
        orm_close(s);
    }
}

static void every_kind_has_a_case(void **state)
{
    (void)state;
    for (unsigned kind = ORM_DIFFERS_TABLE; kind <= ORM_DIFFERS_PRIVILEGE; kind++) {
        unsigned count = 0;
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
            count += cases[i].kind == kind;
        if (!count)
            fail_msg("kind %u has no case", kind);
    }
}

/* -- All at once ------------------------------------------------------------------- */

static void count_one(void *arg, const struct orm_difference *d)
{
    assert_true(*d->message);
    assert_null(strchr(d->message, '\n'));
    ++*(unsigned *)arg;
}

static void empty_database_lacks_every_table(void **state)
{
    (void)state;
    db_exec(db, "drop schema public cascade");
    struct orm_session *s = orm_open(db_conninfo(), &drift_schema);
    assert_fine(s);
    unsigned calls = 0;
    assert_int_equal(orm_verify(s, count_one, &calls), 5);
    assert_int_equal(calls, 5);
    assert_fine(s);
    orm_close(s);
}

static void schema_without_usage_is_told_for_each_table(void **state)
{
    (void)state;
    db_exec(db, "revoke all on schema public from \"%s\", public", world_role(db));
    struct orm_session *s = open_as_role();
    unsigned calls = 0;
    assert_int_equal(orm_verify(s, count_one, &calls), 5);
    assert_fine(s);
    orm_close(s);
}

static void harmless_differences_are_none(void **state)
{
    (void)state;
    db_exec(db, "alter table shop add extra int, add more text not null default '';"
                "create index on item (price); create unique index on shop (name);"
                "alter table item rename constraint item_name_key to other;"
                "alter table item rename constraint item_shop_id_fkey to another;"
                "create table alone (id int);"
                "alter table item add check (price < 100000);"
                "drop view place; create table place (id bigint, name text);"
                "alter table shop alter id drop identity;"
                "create sequence serial owned by shop.id;"
                "alter table shop alter id set default nextval('serial')");
    struct orm_session *s = orm_open(db_conninfo(), &drift_schema);
    struct seen nothing = {&(struct told){.sql = "harmless"}, "", 0};
    assert_int_equal(orm_verify(s, see, &nothing), 0);
    assert_fine(s);
    orm_close(s);
}

static void hostile_names_are_one_quoted_line(void **state)
{
    (void)state;
    db_exec(db, "alter table shop add \"x\"\"; drop\n table \x1b[2J\" int not null"
                " default 1; alter table shop alter \"x\"\"; drop\n table \x1b[2J\""
                " drop default");
    struct orm_session *s = orm_open(db_conninfo(), &drift_schema);
    const struct told told = {"hostile", ORM_DIFFERS_EXTRA, "shop", "", "",
        "x\"; drop\n table \x1b[2J",
        "shop: the column \"x\"\"; drop  table  [2J\" is required, has no default and "
        "is not in the YAML, so no row can be inserted; ALTER TABLE "
        "\"public\".\"shop\" ALTER \"x\"\"; drop  table  [2J\" SET DEFAULT ..., or add "
        "it to the YAML"};
    struct seen seen = {&told, "no role", 0};
    assert_int_equal(orm_verify(s, see, &seen), 1);
    orm_close(s);
}

/* -- And the session --------------------------------------------------------------- */

static void session_can_be_used_before_during_and_after(void **state)
{
    (void)state;
    struct orm_session *s = orm_open(db_conninfo(), &drift_schema);
    struct shop *shop = shop_get(shop_table(s), 1);
    shop_set_name(shop, "changed");
    assert_true(orm_flush(s));
    db_exec(db, "alter table item add extra int");
    const uint64_t statements = orm_statements(s);
    assert_int_equal(orm_verify(s, NULL, NULL), 0);
    assert_int_equal(orm_statements(s), statements);
    assert_true(orm_commit(s));
    assert_string_equal(db_text(db, "select name from shop where id = 1"), "changed");
    assert_int_equal(orm_verify(s, NULL, NULL), 0);
    assert_fine(s);
    orm_close(s);
}

static void failed_session_is_not_asked(void **state)
{
    (void)state;
    unsigned calls = 0;
    struct orm_session *s = orm_open("host=/nonexistent", &drift_schema);
    assert_int_equal(orm_verify(s, count_one, &calls), 0);
    assert_failed(s, ORM_LOST, NULL, NULL);
    orm_close(s);
    assert_int_equal(orm_verify(NULL, count_one, &calls), 0);
    assert_int_equal(calls, 0);
}

static void each_allocation_that_fails_is_said(void **state)
{
    (void)state;
    db_exec(db, "alter table item drop constraint item_name_key");
    unsigned long failed = 0;
    for (bool over = false; !over; failed++) {
        struct orm_session *s = orm_open(db_conninfo(), &drift_schema);
        assert_fine(s);
        unsigned calls = 0;
        memory_fail_at(failed + 1, false);
        const size_t count = orm_verify(s, count_one, &calls);
        over = memory_count() <= failed;
        memory_fail_at(0, false);
        assert_int_equal(calls, count);
        if (orm_ok(s))
            assert_int_equal(count, 1);
        else
            assert_failed(s, ORM_NOMEM, NULL, NULL);
        orm_rollback(s);
        assert_int_equal(orm_verify(s, NULL, NULL), 1);
        assert_fine(s);
        orm_close(s);
    }
    assert_true(failed > 20);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_has_a_case),
        cmocka_unit_test_setup(every_kind_of_difference_is_told_once, test_setup),
        cmocka_unit_test_setup(empty_database_lacks_every_table, test_setup),
        cmocka_unit_test_setup(schema_without_usage_is_told_for_each_table, test_setup),
        cmocka_unit_test_setup(harmless_differences_are_none, test_setup),
        cmocka_unit_test_setup(hostile_names_are_one_quoted_line, test_setup),
        cmocka_unit_test_setup(session_can_be_used_before_during_and_after, test_setup),
        cmocka_unit_test_setup(failed_session_is_not_asked, test_setup),
        cmocka_unit_test_setup(each_allocation_that_fails_is_said, test_setup),
    };
    path = argc > 1 ? argv[1] : "";
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
