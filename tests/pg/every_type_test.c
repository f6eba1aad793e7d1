/* every_type_test.c: every type between C and the server.  What the program writes is
 * what the server would have read from text, and what SQL wrote the program reads. */
#include "any_value.h"
#include "literals.h"
#include "pgtest.h"
#include "sessions.h"
#include "unit.h"

#include "every.orm.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct orm_model *const model = &every_model;

static struct orm_session *open_every(void)
{
    struct orm_session *s = orm_open(db_conninfo(), &every_schema);
    assert_non_null(s);
    assert_fine(s);
    return s;
}

static const struct orm_column *column(unsigned i)
{
    return &model->columns[i];
}

/* Commands of any length. */
static void run(const struct buffer *sql)
{
    char *text = buffer_copy(sql);
    PGresult *r = PQexec(db, text);
    if (PQresultStatus(r) != PGRES_COMMAND_OK)
        fail_msg("%s%.2000s", PQerrorMessage(db), text);
    PQclear(r);
    free(text);
}

static void put_literal(struct buffer *sql, const char *text, size_t length)
{
    char *quoted = PQescapeLiteral(db, text, length);
    buffer_text(sql, quoted);
    PQfreemem(quoted);
}

/* -- The server's own text --------------------------------------------------------- */

static const struct {
    const char *column;
    const char *texts[12];
} ends[] = {
    {"flag", {"t", "f"}},
    {"tiny", {"-32768", "32767"}},
    {"whole", {"-2147483648", "2147483647"}},
    {"big", {"-9223372036854775808", "9223372036854775807"}},
    {"ratio", {"-0", "NaN", "Infinity", "-Infinity", "1e-45", "3.4028235e+38", "0.1"}},
    {"exact", {"-0", "NaN", "Infinity", "-Infinity", "5e-324",
                  "1.7976931348623157e+308", "0.1"}},
    {"price",
        {"99999999.99", "-99999999.99", "0.00", "0.01", "-0.01", "NaN", "10000.00"}},
    {"units", {"999999999999999999", "-999999999999999999", "0", "NaN", "100000000"}},
    {"share",
        {"0.999999999999999999", "-0.000000000000000001", "0.000000000000000000"}},
    {"fine",
        {"99999999999999999999.9999999999", "-0.0000000001", "0.0000000000", "NaN"}},
    {"endless",
        {"0", "-0.1", "1.500", "NaN", "Infinity", "-Infinity", "10000",
            "100000000.0001", "123456789012345678901234567890.12345678901234567890",
            "0.000000000000000000000000000000000001", "0.00", "99999999"}},
    {"words", {"", "a\"b'c\\d", "{NULL}"}},
    {"letters", {"ab   ", "abcde", "\xc3\xbc    "}},
    {"blob", {"\\x", "\\x00", "\\x00ff5c27"}},
    {"token", {"00000000-0000-0000-0000-000000000000",
                  "ffffffff-ffff-ffff-ffff-ffffffffffff"}},
    {"day", {"4714-11-24 BC", "5874897-12-31", "infinity", "-infinity", "0001-12-31 BC",
                "0001-01-01", "2000-02-29", "1970-01-01"}},
    {"hour", {"00:00:00", "24:00:00", "23:59:59.999999", "00:00:00.000001"}},
    {"local", {"4714-11-24 00:00:00 BC", "294247-01-10 04:00:54.775806", "infinity",
                  "-infinity", "0001-12-31 23:59:59.999999 BC",
                  "1969-12-31 23:59:59.999999"}},
    {"moment", {"4714-11-24 00:00:00+00 BC", "294247-01-10 04:00:54.775806+00",
                   "infinity", "-infinity", "1969-12-31 23:59:59.999999+00"}},
    {"period",
        {"00:00:00", "1 mon -1 days +00:00:00.000001", "-178956970 years -8 mons",
            "178956970 years 7 mons 2147483647 days 2562047788:00:54.775807",
            "-2147483648 days", "-00:00:00.000001", "1 day", "25:00:00"}},
    {"note", {"{}", "[1,  2 ]", "{\"a\":1,\"a\":2}"}},
    {"facts", {"{}", "{\"a\": [1, 2]}", "\"\"", "1000"}},
    {"address",
        {"0.0.0.0", "255.255.255.255", "10.1.2.3/8", "::", "::1/0", "2001:db8::1/64",
            "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "0.0.0.0/0"}},
    {"network", {"0.0.0.0/0", "10.0.0.0/8", "::/0", "2001:db8::/32", "1.2.3.4/32"}},
    {"hardware", {"00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "08:00:2b:01:02:03"}},
    {"numbers", {"empty", "(,)", "[1,10)", "[-2147483648,2147483647)", "[1,)", "(,1)"}},
    {"ids", {"empty", "(,)", "[-9223372036854775808,9223372036854775807)"}},
    {"prices",
        {"empty", "(,)", "[1.50,2.0]", "(-Infinity,Infinity)", "(0,1)", "[NaN,NaN]"}},
    {"days",
        {"empty", "[-infinity,infinity]", "[2026-01-01,2027-01-01)", "(-infinity,)"}},
    {"locals", {"empty", "[\"2026-01-01 00:00:00\",\"2026-01-01 12:00:00\"]"}},
    {"moments", {"empty", "(\"2026-01-01 00:00:00+00\",)",
                    "[-infinity,\"294247-01-10 04:00:54.775806+00\"]"}},
    {"number_sets", {"{}", "{(,)}", "{[1,2),[3,4)}", "{(,1),[10,)}"}},
    {"price_sets", {"{}", "{[1.5,2.5],(3,4)}"}},
    {"day_sets", {"{}", "{[2026-01-01,2026-02-01)}"}},
    {"moment_sets",
        {"{}", "{[\"2026-01-01 00:00:00+00\",\"2026-01-02 00:00:00+00\")}"}},
    {"wholes", {"{}", "{NULL}", "{1,NULL,-2147483648}"}},
    {"tags", {"{}", "{\"\"}", "{NULL,\"NULL\",null1,\"a\\\"b\",\"c\\\\d\",\"{x,y}\"}"}},
    {"ratios", {"{-0,NaN,Infinity,1e-45}"}},
    {"exacts", {"{-0,NaN,-Infinity,5e-324}"}},
    {"blobs", {"{\"\\\\x\",\"\\\\x5c22\",NULL}"}},
    {"day_list", {"{\"4714-11-24 BC\",infinity,5874897-12-31}"}},
    {"periods", {"{\"-1 mons +1 day -00:00:01\",00:00:00}"}},
    {"moods", {"{sad,NULL,bored}"}},
    {"networks", {"{10.0.0.0/8,::/0}"}},
};

/* SQL writes a value, the program reads it and writes it to another row: both rows read
 * as what was written. */
static void ends_are_read_and_written_as_the_server_says_them(void **state)
{
    (void)state;
    struct buffer sql = {0};
    long long rows = 0;
    for (size_t i = 0; i < COUNT(ends); i++)
        for (size_t k = 0; k < COUNT(ends[i].texts) && ends[i].texts[k]; k++) {
            const char *text = ends[i].texts[k];
            buffer_text(&sql, "insert into every (");
            buffer_identifier(&sql, ends[i].column);
            buffer_text(&sql, ") values (");
            put_literal(&sql, text, strlen(text));
            buffer_text(&sql, ");");
            rows++;
        }
    run(&sql);

    struct orm_session *s = open_every();
    const struct every_query by_id = {.order = {every_id_asc()}};
    const struct every_list *all = every_find(every_table(s), &by_id);
    assert_fine(s);
    assert_int_equal(all->len, rows);
    struct every *copies[COUNT(ends) * COUNT(ends[0].texts)];
    for (size_t i = 0; i < all->len; i++) {
        const struct every *read = all->items[i];
        copies[i] = every_new(every_table(s));
        for (unsigned c = 1; c < model->column_count; c++)
            if (orm_has(&read->orm, c))
                any_set(&copies[i]->orm, c, type_get(column(c), &read->orm));
    }
    if (!orm_commit(s))
        fail_msg("%s", orm_message(s));

    size_t row = 0;
    for (size_t i = 0; i < COUNT(ends); i++)
        for (size_t k = 0; k < COUNT(ends[i].texts) && ends[i].texts[k]; k++, row++) {
            const long long ids[] = {(long long)row + 1, every_id(copies[row])};
            for (int copy = 0; copy < 2; copy++)
                assert_string_equal(
                    db_text(db, "select format('%%s', %s) from every where id = %lld",
                        ends[i].column, ids[copy]),
                    ends[i].texts[k]);
        }
    orm_close(s);
    buffer_free(&sql);
}

/* -- Random values ----------------------------------------------------------------- */

enum {
    ROWS = 120
};

/* The row as SQL says it, under the negative key. */
static void write_twin(struct buffer *sql, const struct every *o)
{
    struct buffer text = {0};
    buffer_text(sql, "insert into every values (-");
    buffer_number(sql, (uint64_t)every_id(o));
    for (unsigned c = 1; c < model->column_count; c++) {
        if (!orm_has(&o->orm, c)) {
            buffer_text(sql, ", null");
            continue;
        }
        buffer_clear(&text);
        any_print(column(c), type_get(column(c), &o->orm), &text);
        buffer_text(sql, ", ");
        put_literal(sql, text.data, text.length);
    }
    buffer_text(sql, ");\n");
    buffer_free(&text);
}

static void assert_twins(void)
{
    for (unsigned c = 1; c < model->column_count; c++) {
        const char *name = column(c)->name;
        const char *differ = db_text(db,
            "select a.id, a.%s::text, b.%s::text from every a join every b on b.id = "
            "-a.id"
            " where a.id > 0 and a.%s::text is distinct from b.%s::text limit 3",
            name, name, name, name);
        if (*differ)
            fail_msg("%s, the program's and SQL's: %s", name, differ);
    }
}

/* What a fresh session reads from rows that SQL wrote. */
static void assert_read(struct every *const *written)
{
    struct orm_session *s = open_every();
    assert_int_equal(every_all(every_table(s))->len, 2 * ROWS);
    assert_fine(s);
    for (size_t i = 0; i < ROWS; i++) {
        const struct every *w = written[i];
        const struct every *r = every_get(every_table(s), -every_id(w));
        assert_non_null(r);
        for (unsigned c = 1; c < model->column_count; c++)
            if (!type_equal(column(c), type_get(column(c), &w->orm),
                    type_get(column(c), &r->orm)))
                fail_msg("%s of row %zu is read as another value", column(c)->name, i);
    }
    orm_close(s);
}

static void random_values_are_the_same_by_program_and_by_sql(void **state)
{
    (void)state;
    uint64_t random = unit_seed();
    struct arena values = {0};
    struct buffer sql = {0};
    struct every *rows[ROWS];
    struct orm_session *s = open_every();
    /* What SQL reads must not depend on how a session likes to see things. */
    db_exec(db, "set datestyle = 'SQL, DMY'; set intervalstyle = sql_standard;"
                "set timezone = 'Asia/Kolkata'");
    /* New rows, new values, and in the end other columns of each row. */
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < ROWS; i++) {
            rows[i] = round ? rows[i] : every_new(every_table(s));
            for (unsigned c = 1; c < model->column_count; c++) {
                if (round == 2 && unit_random(&random) % 2)
                    continue;
                if (unit_random(&random) % 8 == 0)
                    orm_set_null(&rows[i]->orm, c);
                else
                    any_set(&rows[i]->orm, c, any_value(column(c), &random, &values));
            }
        }
        const unsigned long long before = orm_statements(s);
        if (!orm_commit(s))
            fail_msg("%s", orm_message(s));
        assert_int_equal(orm_statements(s) - before, round ? 4 : 1);

        buffer_clear(&sql);
        buffer_text(&sql, "delete from every where id < 0;\n");
        for (size_t i = 0; i < ROWS; i++)
            write_twin(&sql, rows[i]);
        run(&sql);
        assert_twins();
        assert_read(rows);
    }
    db_exec(db, "reset datestyle; reset intervalstyle; reset timezone");
    buffer_free(&sql);
    arena_free(&values);
    orm_close(s);
}

/* -- Defaults ---------------------------------------------------------------------- */

static void every_literal_that_we_accept_is_accepted_by_the_server(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(literals); i++)
        for (size_t k = 0; k < COUNT(literals[i].good) && literals[i].good[k]; k++) {
            struct buffer sql = {0};
            buffer_text(&sql, "create table checked (c ");
            buffer_text(&sql, literals[i].sql);
            buffer_text(&sql, " default ");
            put_literal(&sql, literals[i].good[k], strlen(literals[i].good[k]));
            buffer_text(
                &sql, "); insert into checked default values; drop table checked");
            run(&sql);
            buffer_free(&sql);
        }
}

static void defaults_are_read_back(void **state)
{
    (void)state;
    struct orm_session *s = open_every();
    struct preset *p = preset_new(preset_table(s));
    assert_true(orm_commit(s));
    char text[ORM_UUID_TEXT];
    assert_int_equal(preset_price(p), -1250);
    assert_string_equal(preset_letters(p), "ab");
    assert_int_equal(preset_blob(p).len, 2);
    assert_memory_equal(preset_blob(p).data, "\0\xff", 2);
    assert_string_equal(
        orm_uuid_text(preset_token(p), text), "0190a6bc-8f35-7cde-b7b1-1f2e3d4c5b6a");
    assert_int_equal(preset_hour(p), INT64_C(86400000000));
    assert_int_equal(preset_period(p).months, 1);
    assert_int_equal(preset_period(p).days, 2);
    assert_string_equal(preset_facts(p), "{\"a\": [1, 2]}");
    assert_int_equal(preset_days(p).bounds, ORM_NO_LOWER | ORM_NO_UPPER);
    assert_int_equal(preset_sets(p).len, 0);
    assert_int_equal(preset_wholes(p).len, 0);
    assert_int_equal(preset_moods(p).len, 2);
    assert_int_equal(preset_moods(p).items[0], PRESET_MOODS_HAPPY);
    static const char *const tags[] = {"plain", "a \"quoted\" one", "\\", "", "null"};
    const struct orm_text_array read = preset_tags(p);
    assert_int_equal(read.len, COUNT(tags));
    assert_null(read.nulls);
    for (size_t i = 0; i < read.len; i++)
        assert_string_equal(read.items[i], tags[i]);
    orm_close(s);
}

/* -- What is wrong ----------------------------------------------------------------- */

static void array_of_two_dimensions_is_out_of_range(void **state)
{
    (void)state;
    db_exec(db, "insert into every (wholes) values ('{{1,2},{3,4}}')");
    struct orm_session *s = open_every();
    assert_int_equal(every_all(every_table(s))->len, 0);
    assert_failed(s, ORM_RANGE, "every", "wholes");
    assert_non_null(strstr(orm_message(s), "2 dimensions"));
    orm_close(s);
}

static void column_of_another_type_is_drift(void **state)
{
    (void)state;
    for (unsigned c = 1; c < model->column_count; c++) {
        const char *name = column(c)->name;
        const char *was = db_text(db,
            "select format_type(atttypid, atttypmod) from pg_attribute"
            " where attrelid = 'every'::regclass and attname = '%s'",
            name);
        const char *other = strcmp(was, "bytea") == 0 ? "text" : "bytea";
        db_exec(db, "alter table every alter %s type %s using null", name, other);
        struct orm_session *s = open_every();
        assert_int_equal(every_all(every_table(s))->len, 0);
        assert_failed(s, ORM_DRIFT, "every", name);
        orm_close(s);
        db_exec(db, "alter table every alter %s type %s using null", name, was);
    }
}

static void number_of_another_scale_is_drift(void **state)
{
    (void)state;
    static const char *const wrong[] = {"1.234", "123456789.12", "Infinity"};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        db_truncate(db);
        db_exec(db,
            "alter table every alter price type numeric;"
            "insert into every (price) values ('%s')",
            wrong[i]);
        struct orm_session *s = open_every();
        assert_int_equal(every_all(every_table(s))->len, 0);
        assert_failed(s, ORM_DRIFT, "every", "price");
        orm_close(s);
    }
    db_truncate(db);
    db_exec(db, "alter table every alter price type numeric(10,2)");
}

#define REFUSED(setter, code, field, ...)                                              \
    do {                                                                               \
        struct orm_session *s = open_every();                                          \
        setter(every_new(every_table(s)), __VA_ARGS__);                                \
        assert_failed(s, code, "every", field);                                        \
        orm_close(s);                                                                  \
    } while (0)

static void what_a_type_cannot_hold_is_refused_by_name(void **state)
{
    (void)state;
    static const char *const with_null[] = {"a", NULL};
    REFUSED(every_set_price, ORM_RANGE, "price", INT64_C(10000000000));
    REFUSED(every_set_fine, ORM_RANGE, "fine", "0.12345678901");
    REFUSED(every_set_fine, ORM_RANGE, "fine", "Infinity");
    REFUSED(every_set_endless, ORM_RANGE, "endless", "1e5");
    REFUSED(every_set_letters, ORM_RANGE, "letters", "abcdef");
    REFUSED(every_set_hour, ORM_RANGE, "hour", INT64_C(86400000001));
    REFUSED(every_set_note, ORM_RANGE, "note", "{a: 1}");
    REFUSED(every_set_facts, ORM_RANGE, "facts", "");
    REFUSED(every_set_address, ORM_RANGE, "address", (struct orm_inet)ORM_ZERO);
    REFUSED(every_set_network, ORM_RANGE, "network",
        (struct orm_inet){.family = 4, .prefix = 8, .address = {10, 0, 0, 1}});
    REFUSED(every_set_numbers, ORM_RANGE, "numbers",
        (struct orm_int4_range){.lower = 2, .upper = 1, .bounds = ORM_LOWER_IN});
    REFUSED(every_set_numbers, ORM_RANGE, "numbers",
        (struct orm_int4_range){.upper = INT32_MAX, .bounds = ORM_UPPER_IN});
    REFUSED(every_set_ids, ORM_RANGE, "ids",
        (struct orm_int8_range){.upper = INT64_MAX, .bounds = ORM_UPPER_IN});
    REFUSED(every_set_ids, ORM_INVALID, "ids", (struct orm_int8_range){.bounds = 64});
    REFUSED(every_set_prices, ORM_RANGE, "prices",
        (struct orm_numeric_range){"10", "9.5", ORM_LOWER_IN});
    REFUSED(every_set_tags, ORM_INVALID, "tags",
        (struct orm_text_array){with_null, NULL, 2});
    REFUSED(
        every_set_tags, ORM_INVALID, "tags", (struct orm_text_array){NULL, NULL, 2});
    REFUSED(every_set_blob, ORM_INVALID, "blob", (struct orm_bytes){NULL, 2});
}

/* -- Values of the program's ------------------------------------------------------- */

static void what_is_set_is_copied_to_its_depth(void **state)
{
    (void)state;
    char word[] = "before";
    const char *words[] = {word, word};
    bool nulls[] = {false, true};
    struct orm_session *s = open_every();
    struct every *o = every_new(every_table(s));
    every_set_tags(o, (struct orm_text_array){words, nulls, 2});
    memcpy(word, "after!", 6);
    words[0] = NULL;
    nulls[0] = true;
    assert_int_equal(every_tags(o).len, 2);
    assert_string_equal(every_tags(o).items[0], "before");
    assert_false(every_tags(o).nulls[0]);
    assert_true(every_tags(o).nulls[1]);
    assert_string_equal(every_tags(o).items[1], "");
    orm_close(s);
}

static void setting_an_equal_value_writes_nothing(void **state)
{
    (void)state;
    uint64_t random = unit_seed();
    struct arena values = {0};
    struct orm_session *s = open_every();
    struct every *o = every_new(every_table(s));
    for (unsigned c = 1; c < model->column_count; c++)
        any_set(&o->orm, c, any_value(column(c), &random, &values));
    assert_true(orm_commit(s));
    const unsigned long long before = orm_statements(s);
    for (unsigned c = 1; c < model->column_count; c++)
        any_set(&o->orm, c, type_get(column(c), &o->orm));
    assert_true(orm_commit(s));
    assert_int_equal(orm_statements(s), before);
    arena_free(&values);
    orm_close(s);
}

static void ranges_of_whole_numbers_have_one_spelling(void **state)
{
    (void)state;
    struct orm_session *s = open_every();
    struct every *o = every_new(every_table(s));
    every_set_numbers(
        o, (struct orm_int4_range){.lower = 1, .upper = 9, .bounds = ORM_UPPER_IN});
    assert_int_equal(every_numbers(o).lower, 2);
    assert_int_equal(every_numbers(o).upper, 10);
    assert_int_equal(every_numbers(o).bounds, ORM_LOWER_IN);
    every_set_numbers(o, (struct orm_int4_range){.lower = 1, .upper = 2});
    assert_int_equal(every_numbers(o).bounds, ORM_EMPTY);
    every_set_prices(o, (struct orm_numeric_range)ORM_ZERO);
    assert_int_equal(every_prices(o).bounds, ORM_EMPTY);
    orm_close(s);
}

/* -- Conditions -------------------------------------------------------------------- */

static void conditions_mean_what_sql_means(void **state)
{
    (void)state;
    static const struct {
        const char *column, *value;
    } row[] = {
        {"price", "i"},
        {"endless", "i / 4.0"},
        {"letters", "'x' || i % 3"},
        {"blob", "decode(lpad(i::text, 4, '0'), 'hex')"},
        {"token", "lpad(i::text, 32, '0')::uuid"},
        {"hour", "time '00:00' + i * interval '1 minute'"},
        {"local", "timestamp '2026-01-01' + i * interval '1 hour'"},
        {"period", "i * interval '1 day'"},
        {"facts", "jsonb_build_object('n', i % 5, 'k' || i % 3, true)"},
        {"address", "inet '10.0.0.0' + i * 100"},
        {"numbers", "int4range(i, i + 3)"},
        {"days", "daterange('2026-01-01', date '2026-01-01' + i)"},
        {"number_sets", "int4multirange(int4range(i, i + 2), int4range(i + 5, i + 6))"},
        {"wholes", "array[i, i % 7]"},
        {"tags", "array['t' || i % 4, 'u' || i % 5]"},
        {"mail", "'Somebody' || i || '@Example.org'"},
        {"mails", "array['x' || i % 3, 'y']::citext[]"},
        {"badge", "'b' || i % 4"},
        {"badges", "array['b' || i % 3]::label[]"},
        {"moods", "(array['sad', 'happy', 'bored']::every_moods[])[1:1 + i % 3]"},
    };
    struct buffer sql = {0};
    buffer_text(&sql, "insert into every (");
    for (size_t i = 0; i < COUNT(row); i++) {
        buffer_text(&sql, i ? ", " : "");
        buffer_text(&sql, row[i].column);
    }
    buffer_text(&sql, ") select ");
    for (size_t i = 0; i < COUNT(row); i++) {
        buffer_text(&sql, i ? ", " : "");
        buffer_text(&sql, row[i].value);
    }
    buffer_text(&sql, " from generate_series(1, 60) i");
    run(&sql);
    buffer_free(&sql);
    struct orm_session *s = open_every();
    struct orm_uuid token;
    struct orm_inet net;
    assert_true(orm_uuid_parse("00000000-0000-0000-0000-000000000030", &token));
    assert_true(orm_inet_parse("10.0.4.0/22", &net));
    const struct orm_bytes bytes = {"\x00\x30", 2};
    const struct orm_interval days = {0, 30, 0};
    const struct orm_int4_range range = {5, 8, ORM_LOWER_IN};
    const struct orm_date_range january = {20454, 20470, ORM_LOWER_IN};
    const struct orm_int4_multirange set = {&range, 1};
    const int32_t items[] = {10, 3};
    const struct orm_int4_array wholes = {items, NULL, 2}, one = {items, NULL, 1};
    const char *const words[] = {"t1", "u1"};
    const struct orm_text_array tags = {words, NULL, 2};
    const enum every_moods mood[] = {EVERY_MOODS_SAD, EVERY_MOODS_HAPPY};
    const struct every_moods_array moods = {mood, NULL, 2};
    const struct {
        struct every_query query;
        const char *where;
    } cases[] = {
        {{.where = {every_price_ge(3000)}}, "price >= 30"},
        {{.where = {every_price_eq(3000)}}, "price = 30"},
        {{.where = {every_endless_lt("7.50")}}, "endless < 7.5"},
        {{.where = {every_letters_eq("x1")}}, "letters = 'x1'"},
        {{.where = {every_letters_like("_1%")}}, "letters like '_1%'"},
        {{.where = {every_blob_gt(&bytes)}}, "blob > '\\x0030'"},
        {{.where = {every_token_eq(&token)}}, "token = lpad('30', 32, '0')::uuid"},
        {{.where = {every_token_le(&token)}}, "token <= lpad('30', 32, '0')::uuid"},
        {{.where = {every_hour_lt(INT64_C(1200000000))}}, "hour < '00:20'"},
        {{.where = {every_local_ge(INT64_C(1767312000000000))}},
            "local >= '2026-01-02'"},
        {{.where = {every_period_gt(&days)}}, "period > '30 days'"},
        {{.where = {every_facts_contains("{\"n\": 2}")}}, "facts @> '{\"n\": 2}'"},
        {{.where = {every_facts_has_key("k1")}}, "facts ? 'k1'"},
        {{.where = {every_facts_eq("{\"n\": 1, \"k1\": true}")}},
            "facts = '{\"n\": 1, \"k1\": true}'"},
        {{.where = {every_address_contained_by(&net)}}, "address <<= '10.0.4.0/22'"},
        {{.where = {every_numbers_has(7)}}, "numbers @> 7"},
        {{.where = {every_numbers_contains(&range)}}, "numbers @> int4range(5, 8)"},
        {{.where = {every_numbers_overlaps(&range)}}, "numbers && int4range(5, 8)"},
        {{.where = {every_numbers_eq(&range)}}, "numbers = int4range(5, 8)"},
        {{.where = {every_days_contained_by(&january)}},
            "days <@ daterange('2026-01-01', '2026-01-17')"},
        {{.where = {every_days_has(20460)}}, "days @> date '2026-01-07'"},
        {{.where = {every_number_sets_has(7)}}, "number_sets @> 7"},
        {{.where = {every_number_sets_overlaps(&set)}},
            "number_sets && int4multirange(int4range(5, 8))"},
        {{.where = {every_wholes_has(3)}}, "3 = any(wholes)"},
        {{.where = {every_wholes_contains(&wholes)}}, "wholes @> array[10, 3]"},
        {{.where = {every_wholes_overlaps(&one)}}, "wholes && array[10]"},
        {{.where = {every_wholes_contained_by(&wholes)}}, "wholes <@ array[10, 3]"},
        {{.where = {every_wholes_eq(&wholes)}}, "wholes = array[10, 3]"},
        {{.where = {every_wholes_ne(&wholes)}}, "wholes <> array[10, 3]"},
        {{.where = {every_tags_has("t1")}}, "'t1' = any(tags)"},
        {{.where = {every_tags_contains(&tags)}}, "tags @> array['t1', 'u1']"},
        {{.where = {every_moods_has(EVERY_MOODS_HAPPY)}}, "'happy' = any(moods)"},
        {{.where = {every_moods_eq(&moods)}}, "moods = '{sad,happy}'"},
        {{.where = {every_mail_eq("SOMEBODY7@example.org")}}, "id = 7"},
        {{.where = {every_mail_like("SOMEBODY_@%")}}, "id < 10"},
        {{.where = {every_mail_lt("SOMEBODY3")}}, "mail < 'SOMEBODY3'"},
        {{.where = {every_mails_has("X1")}}, "id % 3 = 1"},
        {{.where = {every_badge_eq("b1")}}, "badge = 'b1'"},
        {{.where = {every_badges_has("b1")}}, "'b1' = any(badges)"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct every_query q = cases[i].query;
        const size_t found = every_count(every_table(s), &q);
        assert_fine(s);
        const long long wanted =
            db_number(db, "select count(*) from every where %s", cases[i].where);
        if ((long long)found != wanted)
            fail_msg("%s: %zu rows, not %lld", cases[i].where, found, wanted);
        if (wanted == 60 || wanted == 0)
            fail_msg("%s: %lld rows prove nothing", cases[i].where, wanted);
    }
    orm_close(s);
}

/* -- In memory --------------------------------------------------------------------- */

static void no_object_holds_more_padding_than_one_word(void **state)
{
    (void)state;
    for (unsigned i = 0; i < every_schema.model_count; i++) {
        const struct orm_model *m = every_schema.models[i];
        size_t used = sizeof(struct orm_object) + 2 * ORM_BYTES(m->column_count) +
                      ORM_BYTES(m->to_one_count) + ORM_BYTES(m->lazy_count) +
                      m->to_one_count * sizeof(struct orm_object *) +
                      m->to_many_count * sizeof(struct orm_manager);
        for (unsigned c = 0; c < m->column_count; c++)
            used += type_size(&m->columns[c]);
        if (m->size < used || m->size - used >= 8)
            fail_msg("%s: %u bytes for %zu", m->name, m->size, used);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(ends_are_read_and_written_as_the_server_says_them),
        DB_TEST(random_values_are_the_same_by_program_and_by_sql),
        DB_TEST(every_literal_that_we_accept_is_accepted_by_the_server),
        DB_TEST(defaults_are_read_back),
        DB_TEST(array_of_two_dimensions_is_out_of_range),
        DB_TEST(column_of_another_type_is_drift),
        DB_TEST(number_of_another_scale_is_drift),
        DB_TEST(what_a_type_cannot_hold_is_refused_by_name),
        DB_TEST(what_is_set_is_copied_to_its_depth),
        DB_TEST(setting_an_equal_value_writes_nothing),
        DB_TEST(ranges_of_whole_numbers_have_one_spelling),
        DB_TEST(conditions_mean_what_sql_means),
        cmocka_unit_test(no_object_holds_more_padding_than_one_word),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
