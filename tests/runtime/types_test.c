/* types_test.c: codecs without a server: what is encoded is decoded, what is wrong is
 * refused before a byte too many is read. */
#include "unit.h"

#include <types/types.h>

#include <string.h>

static const char *const labels[] = {"depends", "pre_depends", "suggests"};
static const struct orm_named_type kind = {
    .schema = "public", .name = "kind", .labels = labels, .label_count = 3};
static const struct orm_model model = {.name = "book"};

struct sample {
    struct orm_object orm;
    union {
        bool boolean;
        int16_t int2;
        int32_t int4;
        int64_t int8;
        float float4;
        double float8;
        const char *text;
    } at;
};

static struct orm_column column_of(enum orm_type type)
{
    return (struct orm_column){.name = "c",
        .field = "c",
        .type = (uint8_t)type,
        .named = &kind,
        .length = 5,
        .offset = offsetof(struct sample, at)};
}

/* Encodes, checks, decodes, and stores in a struct and back. */
static void survives(enum orm_type type, union orm_value v)
{
    const struct orm_column c = column_of(type);
    struct orm_error e = {0};
    struct buffer b = {0};
    assert_true(type_accepts(&model, &c, v, &e));
    type_encode(&c, v, &b);
    buffer_add(&b, "", 1);
    const struct pg_cell cell = {b.data, (int)b.length - 1};
    assert_true(type_check(&model, &c, cell, &e));
    const union orm_value back = type_decode(&c, cell);
    assert_true(type_equal(&c, v, back));

    struct sample s;
    type_put(&c, &s.orm, back);
    assert_true(type_equal(&c, v, type_get(&c, &s.orm)));
    buffer_free(&b);
}

static void integers(enum orm_type type, const int64_t *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        survives(type, (union orm_value){.integer = values[i]});
}
#define INTEGERS(type, ...)                                                            \
    integers(type, (const int64_t[]){__VA_ARGS__},                                     \
        sizeof(const int64_t[]){__VA_ARGS__} / sizeof(int64_t))

static void extremes_survive_the_wire(void **state)
{
    (void)state;
    INTEGERS(ORM_BOOL, 0, 1);
    INTEGERS(ORM_INT2, INT16_MIN, -1, 0, 1, INT16_MAX);
    INTEGERS(ORM_INT4, INT32_MIN, -1, 0, 1, INT32_MAX);
    INTEGERS(ORM_INT8, INT64_MIN, -1, 0, 1, INT64_MAX);
    INTEGERS(ORM_ENUM, 0, 1, 2);
    INTEGERS(ORM_DATE, ORM_DATE_MINUS_INFINITY, -2440588, 0, 10957, 2145042905,
        ORM_DATE_INFINITY);
    INTEGERS(ORM_TIMESTAMPTZ, ORM_TIME_MINUS_INFINITY, INT64_C(-210866803200000000), 0,
        INT64_MAX - 1, ORM_TIME_INFINITY);
    survives(ORM_TEXT, (union orm_value){.text = ""});
    survives(
        ORM_TEXT, (union orm_value){.text = "Gr\xc3\xbc\xc3\x9f \xf0\x9f\x93\x9a"});
    survives(ORM_VARCHAR,
        (union orm_value){.text = "\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc"});
}

static void random_values_survive_the_wire(void **state)
{
    (void)state;
    uint64_t random = unit_seed();
    for (int i = 0; i < 20000; i++) {
        const uint64_t bits = unit_random(&random);
        union orm_value real;
        memcpy(&real.real, &bits, sizeof bits);
        survives(ORM_FLOAT8, real);
        survives(ORM_INT8, (union orm_value){.integer = (int64_t)bits});
        survives(ORM_INT4, (union orm_value){.integer = (int32_t)(uint32_t)bits});
        survives(ORM_INT2, (union orm_value){.integer = (int16_t)(uint16_t)bits});
    }
}

static void refuses(enum orm_type type, union orm_value v, const char *message)
{
    const struct orm_column c = column_of(type);
    struct orm_error e = {0};
    assert_false(type_accepts(&model, &c, v, &e));
    assert_string_equal(e.message, message);
    assert_string_equal(e.model, "book");
    assert_string_equal(e.field, "c");
}

static void what_a_type_cannot_hold_is_refused_by_name(void **state)
{
    (void)state;
    refuses(ORM_INT2, (union orm_value){.integer = 32768},
        "book.c: 32768 is not a value of int2");
    refuses(ORM_INT4, (union orm_value){.integer = INT64_C(-2147483649)},
        "book.c: -2147483649 is not a value of int4");
    refuses(
        ORM_ENUM, (union orm_value){.integer = 3}, "book.c: 3 is not a value of kind");
    refuses(ORM_ENUM, (union orm_value){.integer = -1},
        "book.c: -1 is not a value of kind");
    refuses(ORM_TIMESTAMPTZ, (union orm_value){.integer = INT64_C(-210866803200000001)},
        "book.c: -210866803200000001 is not a value of timestamptz");
    refuses(ORM_VARCHAR, (union orm_value){.text = "123456"},
        "book.c: 6 characters; varchar(5) holds 5");
    refuses(ORM_TEXT, (union orm_value){.text = NULL},
        "book.c: NULL is no value; clear the field, or ask with is_null");
}

static void bad_utf8_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"\x80", "\xc3", "a\xff", "\xc0\x80",
        "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf0\x9f\x93", "\xe2\x82"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        refuses(ORM_TEXT, (union orm_value){.text = bad[i]},
            "book.c: the text is not valid UTF-8");
}

static void wrong_lengths_are_drift_and_never_read(void **state)
{
    (void)state;
    static const enum orm_type types[] = {ORM_BOOL, ORM_INT2, ORM_INT4, ORM_INT8,
        ORM_FLOAT4, ORM_FLOAT8, ORM_DATE, ORM_TIMESTAMPTZ};
    static const int lengths[] = {1, 2, 4, 8, 4, 8, 4, 8};
    for (size_t t = 0; t < sizeof types / sizeof *types; t++)
        for (int length = -2; length < 10; length++) {
            if (length == lengths[t])
                continue;
            const struct orm_column c = column_of(types[t]);
            struct orm_error e = {0};
            char *exact = malloc(length > 0 ? (size_t)length : 1);
            assert_false(type_check(&model, &c, (struct pg_cell){exact, length}, &e));
            assert_int_equal(e.code, ORM_DRIFT);
            free(exact);
        }
}

static void an_unknown_label_is_drift(void **state)
{
    (void)state;
    const struct orm_column c = column_of(ORM_ENUM);
    static const char *const unknown[] = {"", "depend", "dependss", "Depends"};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        struct orm_error e = {0};
        const struct pg_cell cell = {unknown[i], (int)strlen(unknown[i])};
        assert_false(type_check(&model, &c, cell, &e));
        assert_int_equal(e.code, ORM_DRIFT);
    }
}

static void the_last_years_of_postgresql_are_out_of_range(void **state)
{
    (void)state;
    /* 294276-12-31 23:59:59.999999, counted from 2000. */
    static const char last[8] = "\x7f\xff\xfe\xd9\x52\xe5\x5f\xff";
    const struct orm_column c = column_of(ORM_TIMESTAMPTZ);
    struct orm_error e = {0};
    assert_false(type_check(&model, &c, (struct pg_cell){last, 8}, &e));
    assert_int_equal(e.code, ORM_RANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(extremes_survive_the_wire),
        cmocka_unit_test(random_values_survive_the_wire),
        cmocka_unit_test(what_a_type_cannot_hold_is_refused_by_name),
        cmocka_unit_test(bad_utf8_is_refused),
        cmocka_unit_test(wrong_lengths_are_drift_and_never_read),
        cmocka_unit_test(an_unknown_label_is_drift),
        cmocka_unit_test(the_last_years_of_postgresql_are_out_of_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
