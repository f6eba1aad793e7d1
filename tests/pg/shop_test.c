/* shop_test.c: see shop_test.h. */
#include "shop_test.h"

struct orm_session *open_shop(void)
{
    return open_fine(db_conninfo(), &shop_schema);
}

void close_shop(struct orm_session *s)
{
    assert_fine(s);
    orm_close(s);
}

void arrange_shop(PGconn *on)
{
    db_exec(on,
        "insert into country values ('de', 'Germany'), ('fr', 'France'),"
        "  ('nl', 'Netherlands');"
        "insert into maker (name, country_id, founded) values ('Anker', 'nl', 1900),"
        "  ('bolt', 'de', null), ('Cord', null, 1950), ('dent', 'fr', 1900),"
        "  ('Easel', 'de', 2000);"
        "insert into tag (name) values ('red'), ('green'), ('blue'), ('none');"
        "insert into buyer (name) values ('Ann'), ('Ben'), ('Cem');");
    db_exec(on,
        "insert into item (name, alias, letters, mail, low, high, price, weight, flag,"
        "    mood, made, token, labels, numbers, span, spans, facts, raw, address,"
        "    secret, maker_id)"
        " select case when i %% 2 = 0 then 'Item ' else 'item ' end || i,"
        "  case i %% 5 when 0 then 'a_b' when 1 then 'A%%b' when 2 then 'a\\b'"
        "    when 3 then 'axb' end,"
        "  case when i %% 3 > 0 then chr(96 + i %% 7) || 'b' end,"
        "  case when i %% 3 > 0 then 'Mail' || i %% 4 || '@X.org' end,"
        "  i %% 4, case when i %% 3 > 0 then i %% 5 end,"
        "  case when i %% 3 > 0 then i * 7.25 end,"
        "  case when i %% 4 > 0 then case i when 29 then 'NaN' else i %% 6 / 4.0 end"
        "    end::float8,"
        "  i %% 2 = 0,"
        "  case i %% 4 when 0 then 'sad' when 1 then 'happy' when 2 then 'bored' end"
        "    ::item_mood,"
        "  date '2026-01-01' + i %% 9,"
        "  case when i %% 3 > 0 then lpad(i::text, 32, '0')::uuid end,"
        "  case when i %% 3 > 0 then array['l' || i %% 3, 'm' || i %% 4] end,"
        "  case when i %% 3 > 0 then array[i %% 3, i %% 4, null] end,"
        "  case when i %% 3 > 0 then int4range(i, i + i %% 6) end,"
        "  case when i %% 3 > 0 then int4multirange(int4range(i, i + 2)) end,"
        "  case when i %% 3 > 0 then jsonb_build_object('n', i %% 5, 'k' || i %% 2,"
        "    jsonb_build_array(i)) end,"
        "  '{}',"
        "  case when i %% 3 > 0 then ('10.0.' || i %% 3 || '.' || i)::inet end,"
        "  'secret ' || i %% 3,"
        "  case when i %% 6 > 0 then i %% 6 end"
        " from generate_series(1, 30) i;"
        "update maker set badge = id - 1 where id < 4;"
        "update item set guest_badge = id %% 3 where id < 7;"
        "update item set spare_id = id %% 7 + 1 where id %% 4 > 0;"
        "insert into item_tags (item_id, tag_id)"
        "  select i, t from generate_series(1, 30) i, generate_series(1, 3) t"
        "  where (i + t) %% 4 > 1;"
        "insert into sale (item_id, buyer_id, amount)"
        "  select i, 1 + i %% 3, i from generate_series(1, 20) i;"
        "insert into ticket (text, item_id)"
        "  select 'ticket ' || i, case when i < 8 then i * 2 end"
        "  from generate_series(1, 9) i;"
        "insert into room (house, number, name)"
        "  select h, n, h || '/' || n from generate_series(1, 3) h,"
        "  generate_series(1, 3) n;"
        "update room set next_house = house, next_number = number + 1 where number < 3;"
        "insert into room_labels (room_house, room_number, tag_id)"
        "  select house, number, number from room where house < 3");
}

const char *found(struct orm_session *s, const struct orm_query *q)
{
    static char texts[8][512];
    static unsigned turn;
    char *text = texts[turn++ % COUNT(texts)];
    size_t at = 0;
    text[0] = '\0';
    const struct item_list *items =
        (const struct item_list *)orm_find((struct orm_manager *)item_table(s), q);
    orm_each(struct item, i, items)
        at += (size_t)snprintf(text + at, sizeof texts[0] - at, "%s%lld", at ? " " : "",
            (long long)item_id(i));
    return text;
}

const char *found_by_sql(PGconn *on, const char *where, const char *order)
{
    return db_text(on,
        "select coalesce(string_agg(t.id::text, ' ' order by %s), '') from item t"
        " where %s",
        order, where);
}

void assert_finds(struct orm_session *s, PGconn *on, const struct orm_query *q,
    const char *where, const char *order)
{
    const char *by_query = found(s, q);
    if (orm_status(s) != ORM_OK)
        fail_msg("%s: %s", where, orm_message(s));
    const char *by_sql = found_by_sql(on, where, order);
    if (strcmp(by_query, by_sql) != 0)
        fail_msg(
            "%s order by %s: found %s\nand not %s", where, order, by_query, by_sql);
}

void assert_refused(
    struct orm_session *s, const struct orm_query *q, const char *message)
{
    const uint64_t before = orm_statements(s);
    const uint64_t waits = orm_round_trips(s);
    assert_string_equal(found(s, q), "");
    assert_failed(s, ORM_INVALID, NULL, NULL);
    assert_string_equal(orm_message(s), message);
    assert_int_equal(orm_statements(s), before);
    assert_int_equal(orm_round_trips(s), waits);
    orm_rollback(s);
}

struct orm_query items_by_id(void)
{
    return (struct orm_query){.order = {by(ITEM_ID, false)}};
}
