/* values_test.c: what goes in comes out, and the server agrees on what it is. */
#include "library_test.h"

#include <float.h>
#include <math.h>

static int group_setup(void **state)
{
    db_group_setup(state);
    db_exec(
        db, "set timezone = 'UTC'; set extra_float_digits = 1; set datestyle = iso");
    return 0;
}

/* -- Every type at its ends -------------------------------------------------------- */

struct row {
    bool flag;
    int16_t tiny;
    int32_t whole;
    int64_t big;
    float ratio;
    double exact;
    const char *words;
    const char *code;
    orm_date day;
    orm_time moment;
    enum sample_mood mood;
    const char *text; /* what the server says of it */
};

static const struct row rows[] = {
    {false, INT16_MIN, INT32_MIN, INT64_MIN, -FLT_MAX, -DBL_MAX, "", "", -2440588,
        -210866803200000000, SAMPLE_MOOD_HAPPY,
        "f|-32768|-2147483648|-9223372036854775808|-3.4028235e+38"
        "|-1.7976931348623157e+308|||4714-11-24 BC|4714-11-24 00:00:00+00 BC|happy"},
    {true, INT16_MAX, INT32_MAX, INT64_MAX, FLT_MAX, DBL_MAX, "\xf4\x8f\xbf\xbf",
        "äöüßé", 2145042905, INT64_MAX - 1, SAMPLE_MOOD_BORED,
        "t|32767|2147483647|9223372036854775807|3.4028235e+38|1.7976931348623157e+308"
        "|\xf4\x8f\xbf\xbf|äöüßé|5874897-12-31|294247-01-10 04:00:54.775806+00|bored"},
    {true, 0, 0, 0, INFINITY, -INFINITY, "a'b\"c\\d$1;--\x01\x7f", "   ",
        ORM_DATE_INFINITY, ORM_TIME_INFINITY, SAMPLE_MOOD_SAD,
        "t|0|0|0|Infinity|-Infinity|a'b\"c\\d$1;--\x01\x7f|   |infinity|infinity|sad"},
    {true, -1, -1, -1, -0.0f, -0.0, " ", "NULL", ORM_DATE_MINUS_INFINITY,
        ORM_TIME_MINUS_INFINITY, SAMPLE_MOOD_SAD,
        "t|-1|-1|-1|-0|-0| |NULL|-infinity|-infinity|sad"},
    {false, 1, 1, 1, FLT_TRUE_MIN, DBL_TRUE_MIN, "\n\t\r", "\\", 0, 0,
        SAMPLE_MOOD_HAPPY,
        "f|1|1|1|1e-45|5e-324|\n\t\r|\\|1970-01-01|1970-01-01 00:00:00+00|happy"},
    {false, 256, 65536, 4294967296, 0.1f, 0.1, "{}", "{,}", -1, -1, SAMPLE_MOOD_HAPPY,
        "f|256|65536|4294967296|0.1|0.1|{}|{,}|1969-12-31|1969-12-31 23:59:59.999999+00"
        "|happy"},
    {false, 2, 3, 4, 16777216.0f, 9007199254740993.0, "\xef\xbb\xbf", "\xe2\x80\xae",
        10957, 946684800000000, SAMPLE_MOOD_HAPPY,
        "f|2|3|4|1.6777216e+07|9.007199254740992e+15|\xef\xbb\xbf|\xe2\x80\xae|2000-01-"
        "01"
        "|2000-01-01 00:00:00+00|happy"},
};

#define ROWS (sizeof rows / sizeof rows[0])

static void set_row(struct sample *o, const struct row *r)
{
    sample_set_flag(o, r->flag);
    sample_set_tiny(o, r->tiny);
    sample_set_whole(o, r->whole);
    sample_set_big(o, r->big);
    sample_set_ratio(o, r->ratio);
    sample_set_exact(o, r->exact);
    sample_set_words(o, r->words);
    sample_set_code(o, r->code);
    sample_set_day(o, r->day);
    sample_set_moment(o, r->moment);
    sample_set_mood(o, r->mood);
}

static bool same_bits(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

static void assert_row(const struct sample *o, const struct row *r)
{
    assert_int_equal(sample_flag(o), r->flag);
    assert_int_equal(sample_tiny(o), r->tiny);
    assert_int_equal(sample_whole(o), r->whole);
    assert_true(sample_big(o) == r->big);
    assert_true(same_bits(sample_ratio(o), r->ratio));
    assert_true(same_bits(sample_exact(o), r->exact));
    assert_string_equal(sample_words(o), r->words);
    assert_string_equal(sample_code(o), r->code);
    assert_int_equal(sample_day(o), r->day);
    assert_true(sample_moment(o) == r->moment);
    assert_int_equal(sample_mood(o), r->mood);
}

static void extremes_arrive_as_the_server_says_them(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    for (size_t i = 0; i < ROWS; i++) {
        struct sample *o = sample_new(sample_table(s));
        set_row(o, &rows[i]);
        assert_row(o, &rows[i]);
    }
    assert_true(orm_commit(s));
    close_library(s);
    for (size_t i = 0; i < ROWS; i++)
        assert_string_equal(
            db_text(db,
                "select flag, tiny, whole, big, ratio, exact, words, code, day,"
                " moment, mood from sample where id = %zu",
                i + 1),
            rows[i].text);

    s = open_library();
    for (size_t i = 0; i < ROWS; i++)
        assert_row(sample_get(sample_table(s), (int64_t)i + 1), &rows[i]);
    close_library(s);
}

static void extremes_survive_an_update_too(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    struct sample *o = sample_new(sample_table(s));
    set_row(o, &rows[0]);
    assert_true(orm_commit(s));
    for (size_t i = 1; i < ROWS; i++) {
        set_row(o, &rows[i]);
        assert_true(orm_commit(s));
        assert_string_equal(
            db_text(db, "select flag, tiny, whole, big, ratio, exact, words, code, day,"
                        " moment, mood from sample"),
            rows[i].text);
        sample_refresh(o);
        assert_row(o, &rows[i]);
    }
    close_library(s);
}

static void not_a_number_is_a_value(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    struct maybe *o = maybe_new(maybe_table(s));
    maybe_set_ratio(o, NAN);
    maybe_set_exact(o, NAN);
    assert_true(orm_commit(s));
    assert_string_equal(db_text(db, "select ratio, exact from maybe"), "NaN|NaN");
    maybe_refresh(o);
    assert_true(isnan(maybe_ratio(o)));
    assert_true(isnan(maybe_exact(o)));
    spent(s);
    maybe_set_exact(o, NAN);
    assert_true(orm_commit(s));
    assert_int_equal(spent(s), 0);
    close_library(s);
}

static void sign_of_zero_in_memory_is_the_one_in_the_table(void **state)
{
    (void)state;
    db_exec(db, "insert into maybe (exact) values (0)");
    struct orm_session *s = open_library();
    struct maybe *o = maybe_get(maybe_table(s), 1);
    maybe_set_exact(o, -0.0);
    assert_true(orm_commit(s));
    assert_string_equal(
        db_text(db, "select exact from maybe"), signbit(maybe_exact(o)) ? "-0" : "0");
    close_library(s);
}

static void nulls_of_every_type_round_trip(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    struct maybe *o = maybe_new(maybe_table(s));
    assert_true(orm_commit(s));
    static const char all[] =
        "select flag, tiny, whole, big, ratio, exact, words, code, day, moment, mood"
        " from maybe";
    assert_string_equal(db_text(db, all), "-|-|-|-|-|-|-|-|-|-|-");
    for (int pass = 0; pass < 2; pass++) {
        assert_false(maybe_has_flag(o));
        assert_false(maybe_has_tiny(o));
        assert_false(maybe_has_whole(o));
        assert_false(maybe_has_big(o));
        assert_false(maybe_has_ratio(o));
        assert_false(maybe_has_exact(o));
        assert_false(maybe_has_words(o));
        assert_false(maybe_has_code(o));
        assert_false(maybe_has_day(o));
        assert_false(maybe_has_moment(o));
        assert_false(maybe_has_mood(o));
        assert_int_equal(maybe_whole(o), 0);
        maybe_refresh(o);
    }

    /* Zero is not null. */
    maybe_set_flag(o, false);
    maybe_set_tiny(o, 0);
    maybe_set_whole(o, 0);
    maybe_set_big(o, 0);
    maybe_set_ratio(o, 0);
    maybe_set_exact(o, 0);
    maybe_set_words(o, "");
    maybe_set_code(o, "");
    maybe_set_day(o, 0);
    maybe_set_moment(o, 0);
    maybe_set_mood(o, MAYBE_MOOD_HAPPY);
    assert_true(orm_commit(s));
    assert_string_equal(
        db_text(db, all), "f|0|0|0|0|0|||1970-01-01|1970-01-01 00:00:00+00|happy");
    maybe_refresh(o);
    assert_true(maybe_has_flag(o) && maybe_has_words(o) && maybe_has_mood(o));

    maybe_clear_flag(o);
    maybe_clear_words(o);
    maybe_clear_moment(o);
    maybe_clear_mood(o);
    assert_true(orm_commit(s));
    assert_string_equal(db_text(db, all), "-|0|0|0|0|0|-||1970-01-01|-|-");
    close_library(s);
}

static void nulls_and_values_share_one_bulk_insert(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    for (int i = 0; i < 10; i++) {
        struct maybe *o = maybe_new(maybe_table(s));
        if (i % 2)
            maybe_set_words(o, "odd");
        else
            maybe_clear_words(o);
        if (i % 3 == 0)
            maybe_set_mood(o, MAYBE_MOOD_SAD);
        else
            maybe_clear_mood(o);
    }
    assert_true(orm_commit(s));
    assert_string_equal(
        db_text(db, "select count(*), count(words), count(mood) from maybe"), "10|5|4");
    close_library(s);
}

/* -- Beyond the ends --------------------------------------------------------------- */

static void moment_later_than_we_can_count_is_out_of_range(void **state)
{
    (void)state;
    db_exec(
        db, "insert into maybe (moment) values ('294276-12-31 23:59:59.999999+00')");
    struct orm_session *s = open_library();
    assert_null(maybe_get(maybe_table(s), 1));
    assert_failed(s, ORM_RANGE, "maybe", "moment");
    orm_close(s);
}

static void moment_that_looks_like_infinity_is_out_of_range(void **state)
{
    (void)state;
    /* One microsecond later than the last: our infinity's number, but no infinity. */
    db_exec(
        db, "insert into maybe (moment) values ('294247-01-10 04:00:54.775807+00')");
    struct orm_session *s = open_library();
    assert_null(maybe_get(maybe_table(s), 1));
    assert_failed(s, ORM_RANGE, "maybe", "moment");
    orm_close(s);
}

static void moment_the_server_cannot_hold_is_out_of_range(void **state)
{
    (void)state;
    static const orm_time wrong[] = {INT64_MIN + 1, -210866803200000001};
    for (int i = 0; i < 2; i++) {
        struct orm_session *s = open_library();
        struct maybe *o = maybe_new(maybe_table(s));
        maybe_set_moment(o, wrong[i]);
        assert_false(orm_commit(s));
        assert_failed(s, ORM_RANGE, "maybe", "moment");
        orm_close(s);
    }
    assert_int_equal(db_number(db, "select count(*) from maybe"), 0);
}

static void day_the_server_cannot_hold_is_out_of_range(void **state)
{
    (void)state;
    static const orm_date wrong[] = {
        INT32_MAX - 1, 2145042906, -2440589, INT32_MIN + 1};
    for (int i = 0; i < 4; i++) {
        struct orm_session *s = open_library();
        struct maybe *o = maybe_new(maybe_table(s));
        maybe_set_day(o, wrong[i]);
        assert_false(orm_commit(s));
        assert_failed(s, ORM_RANGE, "maybe", "day");
        orm_close(s);
    }
    assert_int_equal(db_number(db, "select count(*) from maybe"), 0);
}

static void integer_wider_than_its_column_is_refused(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    struct maybe *o = maybe_new(maybe_table(s));
    orm_set_integer(&o->orm, MAYBE_TINY, 40000);
    assert_failed(s, ORM_RANGE, "maybe", "tiny");
    orm_rollback(s);
    o = maybe_new(maybe_table(s));
    orm_set_integer(&o->orm, MAYBE_WHOLE, (int64_t)INT32_MIN - 1);
    assert_failed(s, ORM_RANGE, "maybe", "whole");
    orm_close(s);
}

static void long_text_round_trips(void **state)
{
    (void)state;
    const size_t size = 5000000;
    char *text = malloc(size + 1);
    assert_non_null(text);
    for (size_t i = 0; i < size; i++)
        text[i] = (char)('a' + i % 26);
    text[size] = '\0';
    struct orm_session *s = open_library();
    struct maybe *o = maybe_new(maybe_table(s));
    maybe_set_words(o, text);
    assert_true(orm_commit(s));
    close_library(s);
    assert_int_equal(db_number(db, "select length(words) from maybe"), (long long)size);
    s = open_library();
    assert_string_equal(maybe_words(maybe_get(maybe_table(s), 1)), text);
    close_library(s);
    free(text);
}

static void string_passed_in_is_copied(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    char name[] = "before";
    struct author *a = author_new(author_table(s));
    author_set_name(a, name);
    memcpy(name, "after!", 6);
    assert_string_equal(author_name(a), "before");
    assert_true(orm_commit(s));
    assert_string_equal(db_text(db, "select name from author"), "before");
    close_library(s);
}

/* -- Conditions -------------------------------------------------------------------- */

/* The keys that a query finds, as db_text() would write them. */
static const char *found(const struct book_list *books)
{
    static char text[1024];
    size_t at = 0;
    text[0] = '\0';
    orm_each(struct book, b, books)
        at += (size_t)snprintf(
            text + at, sizeof text - at, "%s%d", at ? "\n" : "", (int)book_id(b));
    return text;
}

static void conditions_mean_what_sql_means(void **state)
{
    (void)state;
    arrange_library(db, 4, 5);
    db_exec(db, "update book set pages = null where id %% 7 = 0;"
                "update book set genre = (array['novel', 'poem', 'essay'])[1 + id %% 3]"
                "::book_genre where id %% 5 <> 0;"
                "update book set title = 'a_b%%c\\' where id = 9");
    struct orm_session *s = open_library();
    struct author *second = author_get(author_table(s), 2);
    const struct {
        struct book_query query;
        const char *where;
    } cases[] = {
        {{.limit = 0}, "true"},
        {{.where = {book_pages_eq(105)}}, "pages = 105"},
        {{.where = {book_pages_ne(105)}}, "pages <> 105"},
        {{.where = {book_pages_lt(105)}}, "pages < 105"},
        {{.where = {book_pages_le(105)}}, "pages <= 105"},
        {{.where = {book_pages_gt(105)}}, "pages > 105"},
        {{.where = {book_pages_ge(105)}}, "pages >= 105"},
        {{.where = {book_pages_is_null()}}, "pages is null"},
        {{.where = {book_pages_not_null()}}, "pages is not null"},
        {{.where = {book_pages_ge(103), book_pages_le(106)}},
            "pages between 103 and 106"},
        {{.where = {[5] = book_pages_ge(103), [63] = book_pages_le(106)}},
            "pages between 103 and 106"},
        {{.where = {book_title_like("book 1%")}}, "title like 'book 1%'"},
        {{.where = {book_title_like("%\\_b\\%%")}}, "title like '%\\_b\\%%'"},
        {{.where = {book_title_eq("a_b%c\\")}}, "id = 9"},
        {{.where = {book_title_eq("' or 1=1 --")}}, "false"},
        {{.where = {book_genre_eq(BOOK_GENRE_POEM)}}, "genre = 'poem'"},
        {{.where = {book_genre_ne(BOOK_GENRE_POEM)}}, "genre <> 'poem'"},
        {{.where = {book_author_is(second)}}, "author_id = 2"},
        {{.where = {book_author_is(second), book_pages_gt(108)}},
            "author_id = 2 and pages > 108"},
        {{.where = {book_any_of(), book_pages_eq(101), book_pages_eq(102), book_end()}},
            "pages in (101, 102)"},
        {{.where = {book_any_of(), book_pages_eq(101), book_all_of(),
              book_pages_gt(110), book_author_is(second), book_end(), book_end(),
              book_id_gt(0)}},
            "pages = 101 or (pages > 110 and author_id = 2)"},
        {{.where = {book_none_of(), book_pages_eq(101), book_id_gt(3), book_end()}},
            "not (pages = 101 or id > 3)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct book_query q = cases[i].query;
        q.order[0] = book_id_asc();
        const char *sql =
            db_text(db, "select id from book where %s order by id", cases[i].where);
        const char *ours = found(book_find(book_table(s), &q));
        assert_fine(s);
        if (strcmp(ours, sql) != 0)
            fail_msg("%s: expected %s, got %s", cases[i].where, sql, ours);
        const long long count =
            db_number(db, "select count(*) from book where %s", cases[i].where);
        assert_int_equal(book_count(book_table(s), &cases[i].query), count);
        assert_int_equal(book_exists(book_table(s), &cases[i].query), count > 0);
    }
    close_library(s);
}

static void order_limit_and_offset_mean_what_sql_means(void **state)
{
    (void)state;
    arrange_library(db, 3, 4);
    db_exec(db, "update book set pages = 100 + id %% 3 where id <> 5;"
                "update book set pages = null where id = 5");
    struct orm_session *s = open_library();
    const struct {
        struct book_query query;
        const char *tail;
    } cases[] = {
        {{.order = {book_pages_asc(), book_id_desc()}}, "order by pages, id desc"},
        {{.order = {book_pages_desc(), book_id_asc()}}, "order by pages desc, id"},
        {{.order = {[3] = book_pages_desc(), [7] = book_id_asc()}},
            "order by pages desc, id"},
        {{.order = {book_title_asc()}, .limit = 3}, "order by title limit 3"},
        {{.order = {book_title_asc()}, .limit = 3, .offset = 2},
            "order by title limit 3 offset 2"},
        {{.order = {book_id_asc()}, .offset = 10}, "order by id offset 10"},
        {{.order = {book_id_asc()}, .offset = 100}, "order by id offset 100"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(found(book_find(book_table(s), &cases[i].query)),
            db_text(db, "select id from book %s", cases[i].tail));
    close_library(s);
}

static void overfull_query_is_refused(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    struct book_query q = {.limit = 0};
    for (int i = 0; i < ORM_QUERY_WHERE; i++)
        book_where(&q, book_id_gt(i));
    assert_false(q.overfull);
    assert_int_equal(book_find(book_table(s), &q)->len, 0);
    assert_fine(s);
    book_where(&q, book_id_gt(1));
    assert_true(q.overfull);
    assert_int_equal(book_find(book_table(s), &q)->len, 0);
    assert_failed(s, ORM_INVALID, "book", NULL);
    orm_close(s);
}

static void null_in_a_condition_is_refused_by_name(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    const struct book_query q = {.where = {book_title_eq(NULL)}};
    assert_int_equal(book_find(book_table(s), &q)->len, 0);
    assert_failed(s, ORM_INVALID, "book", "title");
    assert_non_null(strstr(orm_message(s), "is_null"));
    orm_rollback(s);
    const struct book_query r = {.where = {book_author_is(NULL)}};
    assert_int_equal(book_count(book_table(s), &r), 0);
    assert_failed(s, ORM_INVALID, "book", "author");
    orm_close(s);
}

static void unbalanced_brackets_are_refused(void **state)
{
    (void)state;
    const struct book_query wrong[] = {
        {.where = {book_any_of(), book_id_gt(1)}},
        {.where = {book_id_gt(1), book_end()}},
        {.where = {book_end(), book_any_of()}},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct orm_session *s = open_library();
        assert_int_equal(book_find(book_table(s), &wrong[i])->len, 0);
        assert_failed(s, ORM_INVALID, "book", NULL);
        orm_close(s);
    }
}

static void condition_on_an_unsaved_object_is_refused(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    struct author *a = author_new(author_table(s));
    const struct book_query q = {.where = {book_author_is(a)}};
    assert_int_equal(book_find(book_table(s), &q)->len, 0);
    assert_false(orm_ok(s));
    const enum orm_code code = orm_status(s);
    assert_true(code == ORM_UNSAVED || code == ORM_INVALID);
    orm_close(s);
}

static void bad_utf8_in_a_condition_is_refused(void **state)
{
    (void)state;
    struct orm_session *s = open_library();
    const struct book_query q = {.where = {book_title_eq("\xff")}};
    assert_int_equal(book_find(book_table(s), &q)->len, 0);
    assert_failed(s, ORM_RANGE, "book", "title");
    orm_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(extremes_arrive_as_the_server_says_them),
        DB_TEST(extremes_survive_an_update_too),
        DB_TEST(not_a_number_is_a_value),
        DB_TEST(sign_of_zero_in_memory_is_the_one_in_the_table),
        DB_TEST(nulls_of_every_type_round_trip),
        DB_TEST(nulls_and_values_share_one_bulk_insert),
        DB_TEST(moment_later_than_we_can_count_is_out_of_range),
        DB_TEST(moment_that_looks_like_infinity_is_out_of_range),
        DB_TEST(moment_the_server_cannot_hold_is_out_of_range),
        DB_TEST(day_the_server_cannot_hold_is_out_of_range),
        DB_TEST(integer_wider_than_its_column_is_refused),
        DB_TEST(long_text_round_trips),
        DB_TEST(string_passed_in_is_copied),
        DB_TEST(conditions_mean_what_sql_means),
        DB_TEST(order_limit_and_offset_mean_what_sql_means),
        DB_TEST(overfull_query_is_refused),
        DB_TEST(null_in_a_condition_is_refused_by_name),
        DB_TEST(unbalanced_brackets_are_refused),
        DB_TEST(condition_on_an_unsaved_object_is_refused),
        DB_TEST(bad_utf8_in_a_condition_is_refused),
    };
    return cmocka_run_group_tests(tests, group_setup, db_group_teardown);
}
