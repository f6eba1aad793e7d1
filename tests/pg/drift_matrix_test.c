/* drift_matrix_test.c: kinds of ALTER, each at three moments, met by a unit that reads
 * and by one that writes: the right error, no wrong value, and the way back. */
#include "drift_world.h"
#include "sessions.h"

#include "drift.orm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *path;

static int group_setup(void **state)
{
    db_group_setup(state);
    db_exec(db, "set lock_timeout = '5s'");
    world_read(path);
    return 0;
}

static int group_teardown(void **state)
{
    world_drop_role(db);
    return db_group_teardown(state);
}

/* -- What happens to the tables ---------------------------------------------------- */

enum moment {
    BEFORE_CONNECTING,
    BETWEEN_UNITS, /* its statements are prepared */
    IN_A_TRANSACTION,
    MOMENTS
};

static const char *const moment_names[] = {"before", "between", "inside"};

struct kind {
    const char *name;
    const char *breaks; /* %s is the role */
    const char *mends;
    enum orm_code reads[MOMENTS], writes[MOMENTS];
};

#define ALL(code)                                                                      \
    {                                                                                  \
        code, code, code                                                               \
    }
#define FINE   ALL(ORM_OK)
#define DRIFTS ALL(ORM_DRIFT)

/* In a transaction a statement that was prepared cannot be prepared again. */
#define BUT_INSIDE(code)                                                               \
    {                                                                                  \
        code, code, ORM_CONFLICT                                                       \
    }

static const struct kind kinds[] = {
    {"drop column", "alter table item drop price",
        "alter table item add price numeric(8,2) not null default 0", DRIFTS, DRIFTS},
    {"rename column", "alter table item rename pieces to parts",
        "alter table item rename parts to pieces", DRIFTS, DRIFTS},
    {"wider number", "alter table item alter pieces type bigint",
        "alter table item alter pieces type int", BUT_INSIDE(ORM_DRIFT),
        BUT_INSIDE(ORM_DRIFT)},
    {"number to text",
        "drop index seen_once; alter table item drop constraint item_pieces_check,"
        " alter pieces type text",
        "alter table item alter pieces type int using pieces::int",
        BUT_INSIDE(ORM_DRIFT), BUT_INSIDE(ORM_DRIFT)},
    {"varchar to text", "alter table item alter name type text",
        "alter table item alter name type varchar(20)", BUT_INSIDE(ORM_DRIFT),
        BUT_INSIDE(ORM_DRIFT)},
    {"shorter varchar", "alter table item alter name type varchar(6)",
        "alter table item alter name type varchar(20)", BUT_INSIDE(ORM_OK),
        ALL(ORM_RANGE)},
    {"fewer digits", "alter table item alter price type numeric(8,1)",
        "alter table item alter price type numeric(8,2)", BUT_INSIDE(ORM_DRIFT),
        BUT_INSIDE(ORM_DRIFT)},
    {"fewer digits of a second", "alter table item alter seen type timestamp(3)",
        "alter table item alter seen type timestamp", BUT_INSIDE(ORM_DRIFT),
        BUT_INSIDE(ORM_DRIFT)},
    {"another scale", "alter table item alter price type numeric(9,3)",
        "alter table item alter price type numeric(8,2)", BUT_INSIDE(ORM_OK),
        BUT_INSIDE(ORM_OK)},
    {"another scale with more digits",
        "alter table item alter price type numeric(9,3); update item set price = 1.125",
        "update item set price = 1; alter table item alter price type numeric(8,2)",
        BUT_INSIDE(ORM_DRIFT), {ORM_DRIFT, ORM_OK, ORM_CONFLICT}},
    {"timestamp with a zone", "alter table item alter seen type timestamptz",
        "alter table item alter seen type timestamp", BUT_INSIDE(ORM_DRIFT),
        BUT_INSIDE(ORM_DRIFT)},
    {"not null",
        "update item set pieces = 1, seen = null;"
        "alter table item alter pieces set not null",
        "alter table item alter pieces drop not null", FINE, ALL(ORM_CONSTRAINT)},
    {"null",
        "alter table item alter name drop not null; update item set name = null"
        " where id = 3",
        "update item set name = 'item 3' where id = 3;"
        "alter table item alter name set not null",
        DRIFTS, FINE},
    {"another column", "alter table item add extra int", "alter table item drop extra",
        FINE, FINE},
    {"a required column",
        "alter table item add extra int not null default 1;"
        "alter table item alter extra drop default",
        "alter table item drop extra", FINE, ALL(ORM_CONSTRAINT)},
    {"drop default", "alter table item alter price drop default",
        "alter table item alter price set default 0", FINE, ALL(ORM_CONSTRAINT)},
    {"drop table", "drop table item_tags; drop table item", NULL, DRIFTS, DRIFTS},
    {"rename table", "alter table item rename to thing",
        "alter table thing rename to item", DRIFTS, DRIFTS},
    {"columns in another order",
        "create table other (shop_id bigint not null, pieces int, name varchar(20) not"
        " null, id bigint generated by default as identity (start 10) primary key,"
        " codes isbn[], code isbn, mood item_mood not null default 'fine', seen"
        " timestamp, price numeric(8,2) not null default 0, even bool);"
        "insert into other (shop_id, pieces, name, id, code, mood, seen, price, even)"
        " select shop_id, pieces, name, id, code, mood, seen, price, even from item;"
        "drop table item_tags; drop table item; alter table other rename to item;"
        "grant all on item to \"%s\"; grant all on other_id_seq to \"%s\"",
        NULL, FINE, {ORM_OK, ORM_OK, ORM_DRIFT}},
    {"a label more", "alter type item_mood add value 'lost'", "", FINE, FINE},
    {"a row with a label more",
        "alter type item_mood rename value 'used' to 'lost';"
        "update item set mood = 'lost' where id = 2",
        "alter type item_mood rename value 'lost' to 'used'", DRIFTS, DRIFTS},
    {"the type made anew",
        "alter table item alter mood drop default, alter mood type text;"
        "drop type item_mood; create type item_mood as enum ('fine', 'used');"
        "alter table item alter mood type item_mood using mood::item_mood,"
        " alter mood set default 'fine'",
        "", {ORM_OK, ORM_DRIFT, ORM_CONFLICT}, {ORM_OK, ORM_DRIFT, ORM_DRIFT}},
    {"another domain",
        "create domain digits as bigint; alter table item alter code type digits"
        " using code::text::bigint",
        "alter table item alter code type isbn using code::text", BUT_INSIDE(ORM_DRIFT),
        DRIFTS},
    {"a stricter domain",
        "create domain few as text check (value::int < 1000); alter table item alter"
        " code type few",
        "alter table item alter code type isbn", BUT_INSIDE(ORM_OK),
        ALL(ORM_CONSTRAINT)},
    {"not unique", "alter table item drop constraint item_name_key",
        "alter table item add constraint item_name_key unique (name)", FINE, FINE},
    {"no foreign key", "alter table item drop constraint item_shop_id_fkey",
        "alter table item add constraint item_shop_id_fkey foreign key (shop_id)"
        " references shop on delete cascade",
        FINE, FINE},
    {"a view",
        "alter table item rename to thing; create view item as table thing;"
        "grant all on item to \"%s\"",
        "drop view item; alter table thing rename to item", FINE,
        {ORM_DRIFT, ORM_DRIFT, ORM_OK}},
    {"no permission", "revoke select on item from \"%s\"",
        "grant select on item to \"%s\"", ALL(ORM_REFUSED), ALL(ORM_REFUSED)},
    {"a trigger that drops rows",
        "create function drops() returns trigger language plpgsql as 'begin return"
        " null; end'; create trigger t before insert or update on item for each row"
        " execute function drops()",
        "drop function drops cascade", FINE, ALL(ORM_STALE)},
    {"a trigger that rewrites rows",
        "create function rewrites() returns trigger language plpgsql as 'begin"
        " new.pieces = 77; return new; end'; create trigger t before insert or update"
        " on item for each row execute function rewrites()",
        "drop function rewrites cascade", FINE, FINE},
    {"no identity", "alter table item alter id drop identity",
        "alter table item alter id add generated by default as identity (start 100);"
        "grant all on item_id_seq to \"%s\"",
        FINE, DRIFTS},
    {"another schema",
        "create schema elsewhere; grant usage on schema elsewhere to \"%s\";"
        "alter table item set schema elsewhere",
        "alter table elsewhere.item set schema public", DRIFTS, DRIFTS},
};

#define KINDS (sizeof kinds / sizeof *kinds)

static void alter(const char *sql)
{
    char text[2048];
    const char *role = world_role(db);
    snprintf(text, sizeof text, sql, role, role);
    db_exec(db, "%s", text);
}

/* -- Units of work ----------------------------------------------------------------- */

static struct orm_session *open_as_role(void)
{
    char settings[200];
    snprintf(settings, sizeof settings, "options='-c role=%s'", world_role(db));
    struct orm_session *s =
        orm_open(db_conninfo_by(db, NULL, 0, settings), &drift_schema);
    assert_fine(s);
    return s;
}

/* What the row has, whatever its columns' types are; "-" for a null. */
static const char *column_of(const struct item *i, const char *column)
{
    return db_text(db, "select to_jsonb(t)->>'%s' from item as t where id = %lld",
        column, (long long)item_id(i));
}

static void assert_seen_is_the_rows(const struct item *i)
{
    if (item_has_seen(i))
        assert_int_equal(item_seen(i),
            db_number(db,
                "select trunc(extract(epoch from seen) * 1000000) from item"
                " where id = %lld",
                (long long)item_id(i)));
}

static void assert_written_is_the_rows(const struct item *i)
{
    const char *mood = orm_label(&item_mood_enum_, (unsigned)item_mood(i));
    assert_string_equal(item_name(i), column_of(i, "name"));
    assert_string_equal(item_has_code(i) ? item_code(i) : "-", column_of(i, "code"));
    assert_string_equal(mood, column_of(i, "mood"));
    assert_seen_is_the_rows(i);
}

static void assert_all_is_the_rows(const struct item *i)
{
    char number[30];
    assert_written_is_the_rows(i);
    snprintf(number, sizeof number, "%d", item_pieces(i));
    assert_string_equal(item_has_pieces(i) ? number : "-", column_of(i, "pieces"));
    assert_int_equal(item_price(i),
        db_number(db,
            "select trunc((to_jsonb(t)->>'price')::numeric * 100) from item as t"
            " where id = %lld",
            (long long)item_id(i)));
}

static const struct item_query by_id = {.order = {{{.column = ITEM_ID + 1}}}};

static void read_unit(struct orm_session *s)
{
    const struct item_list *items = item_find(item_table(s), &by_id);
    orm_each(struct item, i, items)
        assert_int_equal(shop_id(item_shop(i)), 1);
    if (!orm_ok(s)) {
        assert_int_equal(items->len, 0);
        return;
    }
    assert_int_equal(items->len, db_number(db, "select count(*) from item"));
    orm_each(struct item, i, items)
        assert_all_is_the_rows(i);
}

static int made;
static bool has_drifted;

static struct item *make_item(struct orm_session *s)
{
    char name[20], code[20];
    struct item *item = item_new(shop_items(shop_get(shop_table(s), 1)));
    snprintf(name, sizeof name, has_drifted ? "made later %d" : "m %d", ++made);
    snprintf(code, sizeof code, "%d", (has_drifted ? 1000 : 100) + made);
    item_set_name(item, name);
    item_set_code(item, code);
    item_set_mood(item, ITEM_MOOD_USED);
    item_set_seen(item, 1000 + made);
    return item;
}

/* What a trigger makes of a row is not read back. */
static bool has_triggers(void)
{
    return db_number(db, "select count(*) from pg_trigger where tgname = 't'") != 0;
}

static void write_unit(struct orm_session *s)
{
    struct item *item = make_item(s);
    struct item *old = item_get(item_table(s), 1);
    if (old)
        item_set_seen(old, made);
    if (orm_commit(s) && !has_triggers()) {
        assert_written_is_the_rows(item);
        assert_seen_is_the_rows(old);
    } else if (!orm_ok(s)) {
        assert_int_not_equal(orm_last_error(s)->outcome, ORM_COMMITTED);
        assert_int_not_equal(orm_last_error(s)->outcome, ORM_UNKNOWN);
        if (db_number(db, "select count(*) from pg_class where relname = 'item'"
                          " and relnamespace = 'public'::regnamespace"))
            assert_int_equal(db_number(db,
                                 "select count(*) from item as t"
                                 " where to_jsonb(t)::text like '%%made later %d\"%%'",
                                 made),
                0);
    }
}

typedef void unit(struct orm_session *s);

/* -- A cell of the matrix ---------------------------------------------------------- */

static struct orm_session *arrange(const struct kind *k, enum moment m)
{
    world_make(db);
    has_drifted = false;
    made = 0;
    if (m == BEFORE_CONNECTING)
        alter(k->breaks);
    struct orm_session *s = open_as_role();
    if (m == BEFORE_CONNECTING)
        return s;
    read_unit(s);
    write_unit(s);
    assert_fine(s);
    if (m == IN_A_TRANSACTION) {
        orm_begin(s);
        shop_from_sql(
            s, ORM_RAW("select 99::int8 as id, 'no table''s' as name"), NULL, 0);
        assert_fine(s);
    }
    alter(k->breaks);
    return s;
}

static void expect(
    struct orm_session *s, const char *what, enum orm_code expected, enum orm_code or)
{
    const enum orm_code code = orm_status(s);
    if (code != expected && code != or)
        fail_msg("%s: %s expected, got %s: %s", what, orm_code_name(expected),
            orm_code_name(code), orm_message(s));
    if (code == ORM_CONFLICT)
        assert_true(orm_last_error(s)->retryable);
}

static void check_cell(const struct kind *k, enum moment m, unit *does)
{
    const enum orm_code *codes = does == read_unit ? k->reads : k->writes;
    char what[200];
    const int n = snprintf(what, sizeof what, "%s, %s, %s", k->name, moment_names[m],
        does == read_unit ? "read" : "write");

    struct orm_session *s = arrange(k, m);
    has_drifted = true;
    does(s);
    expect(s, what, codes[m], codes[m]);

    /* From then on it is as on a new connection. */
    snprintf(what + n, sizeof what - (size_t)n, ", after the rollback");
    orm_rollback(s);
    does(s);
    expect(s, what, codes[BEFORE_CONNECTING], ORM_OK);
    snprintf(what + n, sizeof what - (size_t)n, ", after the reset");
    orm_reset(s);
    does(s);
    expect(s, what, codes[BEFORE_CONNECTING], codes[BEFORE_CONNECTING]);

    if (k->mends) {
        alter(k->mends);
        snprintf(what + n, sizeof what - (size_t)n, ", mended");
        orm_rollback(s);
        does(s);
        expect(s, what, ORM_OK, ORM_OK);
    }
    orm_close(s);
}

static void every_kind_at_every_moment(void **state)
{
    (void)state;
    for (size_t i = 0; i < KINDS; i++)
        for (enum moment m = 0; m < MOMENTS; m++) {
            check_cell(&kinds[i], m, read_unit);
            check_cell(&kinds[i], m, write_unit);
        }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_at_every_moment),
    };
    path = argc > 1 ? argv[1] : "";
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
