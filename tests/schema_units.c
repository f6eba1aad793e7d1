/* schema_units.c: the small parts of schema/, by tables. */
#include "diag.h"
#include "draft.h"
#include "literals.h"
#include "names.h"
#include "schema.h"
#include "sql.h"
#include "suggest.h"
#include "text.h"
#include "types.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void literals_are_held_by_the_types_that_hold_them(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(literals); i++) {
        const struct literals *l = &literals[i];
        const struct field f = {
            .type = l->type, .length = l->length, .scale = l->scale};
        const struct type_info *t = type_info(f.type);
        for (size_t j = 0; j < COUNT(l->good) && l->good[j]; j++)
            if (!t->holds(&f, l->good[j]))
                fail_msg("%s refuses %s", t->yaml, l->good[j]);
        for (size_t j = 0; j < COUNT(l->bad) && l->bad[j]; j++)
            if (t->holds(&f, l->bad[j]))
                fail_msg("%s takes %s", t->yaml, l->bad[j]);
    }
}

static void every_type_has_its_row(void **state)
{
    (void)state;
    for (enum type t = 0; t < TYPE_COUNT; t++) {
        assert_non_null(type_info(t)->yaml);
        assert_non_null(type_info(t)->wants);
        assert_non_null(type_info(t)->holds);
        assert_true(type_info(t)->sql || t == TYPE_ENUM || t == TYPE_ARRAY);
        assert_int_equal(
            type_by_name(type_info(t)->yaml), t == TYPE_DECIMAL ? TYPE_NUMERIC : t);
    }
    assert_int_equal(type_by_name("int"), TYPE_INT4);
    assert_int_equal(type_by_name("string"), TYPE_COUNT);
}

static void names_are_made_of_letters_digits_and_single_underscores(void **state)
{
    (void)state;
    static const char *const good[] = {"a", "Z", "a1", "a_1", "id", "no", "on", "null",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    static const char *const bad[] = {"", "1", "_a", "a_", "a__b", "a-b", "a b", "ä",
        "a.b", "a;", "a\n", "a*/", "a\\", "?\?/", "#include",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    for (size_t i = 0; i < COUNT(good); i++)
        assert_null(name_problem(good[i]));
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_non_null(name_problem(bad[i]));
    assert_null(prefix_problem("blog_"));
    assert_non_null(prefix_problem("blog__"));

    static const char *const sql[] = {
        "a\"b", "a'b", "$$", "--", "/*", ";", "größe", "a b", "日本"};
    for (size_t i = 0; i < COUNT(sql); i++)
        assert_null(sql_name_problem(sql[i]));
    assert_non_null(sql_name_problem(""));
    assert_non_null(sql_name_problem("a\tb"));
    assert_non_null(sql_name_problem("a\x7f"));
}

static void suggestions_are_near(void **state)
{
    (void)state;
    static const struct {
        const char *wanted, *candidate;
        bool near;
    } pairs[] = {
        {"autor", "author", true},
        {"auhtor", "author", true},
        {"authro", "author", true},
        {"AUTHOR", "author", true},
        {"atuhro", "author", true},
        {"txt", "text", true},
        {"tex", "text", true},
        {"it", "int", false},
        {"ab", "ac", false},
        {"person", "author", false},
        {"book", "look", true},
        {"book", "loot", false},
        {"", "a", false},
    };
    for (size_t i = 0; i < COUNT(pairs); i++) {
        struct suggestion s = {.wanted = pairs[i].wanted};
        suggest_offer(&s, pairs[i].candidate);
        if ((s.best != NULL) != pairs[i].near)
            fail_msg("%s, %s", pairs[i].wanted, pairs[i].candidate);
    }
    struct suggestion s = {.wanted = "tags"};
    suggest_offer(&s, "bags_");
    suggest_offer(&s, "tag");
    suggest_offer(&s, "tabs");
    assert_string_equal(s.best, "tag");
}

static void one_sql_expression_is_told_from_more(void **state)
{
    (void)state;
    static const char *const good[] = {"now()", "'a;b'", "'it''s'", "E'a\\'b'",
        "\"a;b\"", "$$;--$$", "$tag$ ; $$ $tag$", "(1 + 2) * 3", "'a' || 'b'",
        "array[1, 2]", "-1", "f(a, ')')", "a$b", "current_date - 1", "1 - -1", "'--'",
        "case when true then 1 end", "a$$", "$ä$;$ä$", "1E'\\''"};
    static const char *const bad[] = {"", " ", ";", "1; drop table a", "1 -- x",
        "/* */ 1", "'a", "\"a", "$$a", "$a$b$", "(1", "1)", "(1]", "[1", "1, 2", "$1",
        "E'a\\'", "'a\\' ; --'", "$", "1) ; drop table x; --",
        "a$$b$; drop table x; $b$", "1$a$'$a$; drop table x; select '"};
    for (size_t i = 0; i < COUNT(good); i++)
        if (sql_text_problem(good[i], SQL_CHECK).what)
            fail_msg(
                "refused %s: %s", good[i], sql_text_problem(good[i], SQL_CHECK).what);
    for (size_t i = 0; i < COUNT(bad); i++)
        if (!sql_text_problem(bad[i], SQL_CHECK).what)
            fail_msg("took %s", bad[i]);
}

static char *printed(const struct diag *d)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    diag_print(d, out);
    fclose(out);
    return text;
}

static struct place at(unsigned line, unsigned column, unsigned end_column)
{
    return (struct place){.line = line, .column = column, .end_column = end_column};
}

static void mistakes_are_printed_in_the_order_of_the_file(void **state)
{
    (void)state;
    struct diag *d = diag_new();
    diag_file(d, "a.yaml");
    diag_text(d, "one\ntwo\n", 8);
    diag_error(d, ERR_CLASH, at(2, 1, 4), "second");
    diag_note(d, at(1, 1, 4), "see");
    diag_error(d, ERR_FILE, at(1, 2, 3), "first");
    char *text = printed(d);
    assert_string_equal(text, "a.yaml:1:2: error: first [E001]\n"
                              "    1 | one\n"
                              "      |  ^\n"
                              "a.yaml:2:1: error: second [E026]\n"
                              "    2 | two\n"
                              "      | ^~~\n"
                              "a.yaml:1:1: note: see\n"
                              "    1 | one\n"
                              "      | ^~~\n");
    free(text);
    diag_free(d);
}

static void colours_add_nothing_but_colours(void **state)
{
    (void)state;
    struct diag *d = diag_new();
    diag_file(d, "a.yaml");
    diag_text(d, "one\n", 4);
    diag_error(d, ERR_CLASH, at(1, 2, 4), "wrong");
    diag_note(d, (struct place){0}, "see");
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    diag_print_coloured(d, out);
    fclose(out);
    assert_string_equal(text,
        "\33[1ma.yaml:1:2: \33[1;31merror: \33[0m\33[1mwrong\33[0m [E026]\n"
        "    1 | one\n"
        "      |  \33[1;32m^~\33[0m\n"
        "\33[1ma.yaml: \33[1;36mnote: \33[0m\33[1msee\33[0m\n");
    free(text);
    diag_free(d);
}

static void each_mistake_is_in_its_own_file(void **state)
{
    (void)state;
    struct diag *d = diag_new();
    diag_file(d, "a.yaml");
    diag_text(d, "one\n", 4);
    struct place other = at(1, 1, 4);
    other.file = diag_file(d, "b.yaml");
    diag_text(d, "two\n", 4);
    diag_error(d, ERR_CLASH, other, "second");
    diag_note(d, at(1, 1, 4), "see");
    diag_error(d, ERR_CLASH, at(1, 2, 4), "first");
    char *text = printed(d);
    assert_string_equal(text, "a.yaml:1:2: error: first [E026]\n"
                              "    1 | one\n"
                              "      |  ^~\n"
                              "b.yaml:1:1: error: second [E026]\n"
                              "    1 | two\n"
                              "      | ^~~\n"
                              "a.yaml:1:1: note: see\n"
                              "    1 | one\n"
                              "      | ^~~\n");
    free(text);
    diag_free(d);
}

static void mistakes_can_be_read_one_by_one(void **state)
{
    (void)state;
    struct diag *d = diag_new();
    diag_file(d, "a.yaml");
    diag_error(d, ERR_CLASH, at(2, 1, 4), "second");
    diag_note(d, at(1, 1, 4), "see");
    diag_error(d, ERR_FILE, at(1, 2, 3), "first");

    struct diag_message m;
    assert_int_equal(diag_kept(d), 2);
    assert_int_equal(diag_mistake(d, 0, &m), ERR_FILE);
    assert_string_equal(m.text, "first");
    assert_false(diag_note_of(d, 0, 0, &m));
    assert_int_equal(diag_mistake(d, 1, &m), ERR_CLASH);
    assert_int_equal(m.at.line, 2);
    assert_true(diag_note_of(d, 1, 0, &m));
    assert_string_equal(m.path, "a.yaml");
    assert_string_equal(m.text, "see");
    assert_false(diag_note_of(d, 1, 1, &m));
    diag_free(d);
}

static void nothing_hostile_is_printed(void **state)
{
    (void)state;
    struct diag *d = diag_new();
    diag_file(d, "a\n\033[2J.yaml");
    const char line[] = "a\0\033[31m\x80\xe2\x80\xae";
    diag_text(d, line, sizeof line - 1);
    diag_error(d, ERR_NAME, at(1, 9, 10), "bad \"%s\"", "\033]0;x\007\xff\xc2\x9b");
    char *text = printed(d);
    assert_string_equal(text, "a<U+000A><U+001B>[2J.yaml:1:9: error: bad "
                              "\"<U+001B>]0;x<U+0007><FF><U+009B>\" [E010]\n"
                              "    1 | a<U+0000><U+001B>[31m<80><U+202E>\n"
                              "      |                          ^~~~~~~~\n");
    free(text);
    diag_free(d);
}

/* The latest 20 of 1,000 that come backwards are the first 20 of the file. */
static void the_first_twenty_are_kept_whatever_their_order(void **state)
{
    (void)state;
    struct diag *d = diag_new();
    diag_file(d, "a");
    for (unsigned i = 1000; i > 0; i--) {
        diag_error(d, ERR_NAME, at(i, 1, 2), "x%u", i);
        diag_note(d, at(i, 1, 2), "n%u", i);
    }
    assert_int_equal(diag_count(d), 1000);
    assert_true(diag_wants(d, at(20, 0, 1)));
    assert_false(diag_wants(d, at(20, 1, 2)));
    char *text = printed(d);
    assert_non_null(strstr(text, "x1 ["));
    assert_non_null(strstr(text, "x20 ["));
    assert_null(strstr(text, "x21 ["));
    assert_non_null(strstr(text, "a: 980 more errors, not shown"));
    free(text);
    diag_free(d);
}

static void a_long_message_is_cut_and_harms_nothing(void **state)
{
    (void)state;
    char *name = malloc(70000);
    memset(name, 'x', 69999);
    name[69999] = '\0';
    struct diag *d = diag_new();
    diag_error(d, ERR_NAME, (struct place){0}, "%s", name);
    char *text = printed(d);
    assert_true(strlen(text) < 1000);
    free(text);
    free(name);
    diag_free(d);
}

/* Every byte, in each place where a text can stand, is taken or refused; never echoed.
 */
static void no_byte_passes_unseen(void **state)
{
    (void)state;
    static const char *const forms[] = {
        "models: { a: { fields: { b: text }, doc: x@x } }",
        "models: { a: { fields: { b: text }, doc: 'x@x' } }",
        "models: { a: { fields: { b: text }, doc: \"x@x\" } }",
        "models: { a: { fields: { b: text }, table: \"x@x\" } }",
        "models: { a: { fields: { x@x: text } } }",
        "models: # x@x\n  { a: { fields: { b: text } } }",
        "models: { a: { fields: { b: { type: text, default: \"x@x\" } } } }"};
    for (size_t i = 0; i < COUNT(forms); i++)
        for (int byte = 0; byte < 256; byte++) {
            char text[100];
            const size_t size = strlen(forms[i]);
            memcpy(text, forms[i], size + 1);
            *strchr(text, '@') = (char)byte;
            struct diag *d = diag_new();
            struct schema *s = schema_parse("a.yaml", text, size, d);
            const bool hostile =
                (byte < 0x20 && byte != '\t' && byte != '\n') || byte > 0x7e;
            if (hostile)
                assert_null(s);
            char *said = printed(d);
            for (const char *c = said; *c; c++)
                assert_true(*c == '\n' || (*c >= 0x20 && *c < 0x7f));
            free(said);
            schema_free(s);
            diag_free(d);
        }
}

static void utf8_is_decoded_strictly(void **state)
{
    (void)state;
    static const char *const bad[] = {"\x80", "\xc0\x80", "\xc1\xbf", "\xc2",
        "\xc2\x20", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xed\xbf\xbf",
        "\xe2\x82", "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80", "\xfe", "\xff", "\xf8\x88\x80\x80\x80"};
    uint32_t c;
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_int_equal(text_decode(bad[i], strlen(bad[i]), &c), 0);
    assert_int_equal(text_decode("\xf4\x8f\xbf\xbf", 4, &c), 4);
    assert_int_equal(c, 0x10ffff);
    assert_int_equal(text_decode("\xe2\x82\xac", 3, &c), 3);
    assert_int_equal(c, 0x20ac);
    assert_int_equal(text_characters("a\xe2\x82\xac", 4), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(literals_are_held_by_the_types_that_hold_them),
        cmocka_unit_test(every_type_has_its_row),
        cmocka_unit_test(names_are_made_of_letters_digits_and_single_underscores),
        cmocka_unit_test(suggestions_are_near),
        cmocka_unit_test(one_sql_expression_is_told_from_more),
        cmocka_unit_test(mistakes_are_printed_in_the_order_of_the_file),
        cmocka_unit_test(colours_add_nothing_but_colours),
        cmocka_unit_test(each_mistake_is_in_its_own_file),
        cmocka_unit_test(mistakes_can_be_read_one_by_one),
        cmocka_unit_test(nothing_hostile_is_printed),
        cmocka_unit_test(the_first_twenty_are_kept_whatever_their_order),
        cmocka_unit_test(a_long_message_is_cut_and_harms_nothing),
        cmocka_unit_test(no_byte_passes_unseen),
        cmocka_unit_test(utf8_is_decoded_strictly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
