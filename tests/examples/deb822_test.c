/* deb822_test.c: the reader of control files, without a server. */
#include "deb822.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Reads `len` bytes in a block of exactly that size and one, so that a sanitizer sees a
 * step too far.  The result is every field as `line name=value;`, paragraphs as
 * `[...]`, and the error at the end. */
static char *read_bytes(const char *text, size_t len)
{
    char *copy = malloc(len + 1);
    memcpy(copy, text, len);
    char *out = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&out, &size);

    struct deb822 d;
    struct deb822_paragraph p;
    deb822_start(&d, copy, len);
    while (deb822_next(&d, &p)) {
        fputc('[', f);
        for (size_t i = 0; i < p.len; i++)
            fprintf(f, "%s%zu %s=%s", i ? ";" : "", p.fields[i].line, p.fields[i].name,
                p.fields[i].value);
        fputc(']', f);
    }
    fputs(d.error, f);
    deb822_finish(&d);
    fclose(f);
    free(copy);
    return out;
}

static void assert_reads(const char *text, const char *expected)
{
    char *out = read_bytes(text, strlen(text));
    assert_string_equal(out, expected);
    free(out);
}

struct sample {
    const char *text;
    const char *expected;
};

static void reads_what_is_well_formed(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {"", ""},
        {"\n\n \t\n", ""},
        {"A: 1\n", "[1 A=1]"},
        {"A: 1", "[1 A=1]"},
        {"A:1\nB:\t 2 \t\n", "[1 A=1;2 B=2]"},
        {"A:\n", "[1 A=]"},
        {"A:", "[1 A=]"},
        {"A: x:y: z\n", "[1 A=x:y: z]"},
        {"A: 1\n\nB: 2\n", "[1 A=1][3 B=2]"},
        {"\n\nA: 1\n\n \n\t\nB: 2", "[3 A=1][7 B=2]"},
        {"A: 1\r\n\r\nB: 2\r\n", "[1 A=1][3 B=2]"},
        {"A: 1\r\n x\r\n y\r\nB: 2\r", "[1 A=1\nx\ny;4 B=2]"},
        {"A: 1\n x\n  y \n .\n\tz\nB: 2\n", "[1 A=1\nx\n y\n.\nz;6 B=2]"},
        {"A:\n x\n y", "[1 A=\nx\ny]"},
        {"A: \xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\n",
            "[1 A=\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80]"},
        {"Multi-Arch: a\nmulti_arch: b\n", "[1 Multi-Arch=a;2 multi_arch=b]"},
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
        assert_reads(samples[i].text, samples[i].expected);
}

static void refuses_what_is_not_and_names_the_line(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {" x\n", "line 1: a folded line, but no field above it"},
        {"A: 1\n\n x\n", "[1 A=1]line 3: a folded line, but no field above it"},
        {"\nrubbish\n", "line 2: expected `Name: value`, got \"rubbish\""},
        {": 1\n", "line 1: expected `Name: value`, got \": 1\""},
        {"# note: 1\n", "line 1: expected `Name: value`, got \"# note: 1\""},
        {"A B: 1\n", "line 1: expected `Name: value`, got \"A B: 1\""},
        {"-A: 1\n", "line 1: expected `Name: value`, got \"-A: 1\""},
        {"\xc3\xa9: 1\n", "line 1: expected `Name: value`, got \"\xc3\xa9: 1\""},
        {"0123456789012345678901234567890123456789more\n",
            "line 1: expected `Name: value`, "
            "got \"0123456789012345678901234567890123456789\""},
        {"A: 1\nB: 2\na: 3\n", "line 3: a: a second time, after line 1"},
        {"A: 1\nB: \xe9t\xe9\n", "line 2: byte 4 is not UTF-8"},
        {"A: 1\n x\n \xff\n", "line 3: byte 2 is not UTF-8"},
        {"A: \xc0\x80\n", "line 1: byte 4 is not UTF-8"},
        {"A: \xed\xa0\x80\n", "line 1: byte 4 is not UTF-8"},
        {"A: \xf4\x90\x80\x80\n", "line 1: byte 4 is not UTF-8"},
        {"A: \xe2\x82", "line 1: byte 4 is not UTF-8"},
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
        assert_reads(samples[i].text, samples[i].expected);
}

static void refuses_a_zero_byte(void **state)
{
    (void)state;
    char *out = read_bytes("A: 1\nB: 2\0003\n", 13);
    assert_string_equal(out, "line 2: a zero byte: this is no control file");
    free(out);
}

static void refuses_a_paragraph_without_end(void **state)
{
    (void)state;
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);
    for (int i = 0; i < 100000; i++)
        fprintf(f, "F%d: x\n", i);
    fclose(f);
    assert_reads(text, "line 1001: more than 1000 fields in one paragraph");
    free(text);
}

static void reads_lines_of_any_length(void **state)
{
    (void)state;
    const size_t len = 8u << 20;
    char *text = malloc(len + 1);
    memset(text, 'x', len);
    memcpy(text, "Huge: ", 6);
    memcpy(text + len / 2, "\n ", 2);

    struct deb822 d;
    struct deb822_paragraph p;
    deb822_start(&d, text, len);
    assert_true(deb822_next(&d, &p));
    assert_int_equal(strlen(deb822_value(&p, "Huge")), len - 6 - 1);
    assert_false(deb822_next(&d, &p));
    assert_string_equal(d.error, "");
    deb822_finish(&d);
    free(text);
}

static void finds_fields_in_any_case(void **state)
{
    (void)state;
    char text[] = "Package: bc\nMulti-Arch: same\n";
    struct deb822 d;
    struct deb822_paragraph p;
    deb822_start(&d, text, sizeof text - 1);
    assert_true(deb822_next(&d, &p));
    assert_string_equal(deb822_value(&p, "multi-arch"), "same");
    assert_int_equal(deb822_field(&p, "MULTI-ARCH")->line, 2);
    assert_null(deb822_value(&p, "Multi"));
    assert_null(deb822_field(&p, ""));
    deb822_finish(&d);
}

/* Whatever comes, it ends, within its block. */
static void survives_every_cut_and_every_flipped_byte(void **state)
{
    (void)state;
    const char text[] =
        "Package: b\xc3\xa9\r\nDescription: x\r\n y\n .\n\nPackage: d\n";
    const size_t len = sizeof text - 1;
    for (size_t cut = 0; cut <= len; cut++)
        free(read_bytes(text, cut));
    for (size_t at = 0; at < len; at++) {
        for (int byte = 0; byte < 256; byte++) {
            char changed[sizeof text];
            memcpy(changed, text, sizeof text);
            changed[at] = (char)byte;
            free(read_bytes(changed, len));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_is_well_formed),
        cmocka_unit_test(refuses_what_is_not_and_names_the_line),
        cmocka_unit_test(refuses_a_zero_byte),
        cmocka_unit_test(refuses_a_paragraph_without_end),
        cmocka_unit_test(reads_lines_of_any_length),
        cmocka_unit_test(finds_fields_in_any_case),
        cmocka_unit_test(survives_every_cut_and_every_flipped_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
