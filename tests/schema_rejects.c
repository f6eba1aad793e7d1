/* schema_rejects.c: every file in tests/reject/ is refused with exactly the text beside
 * it.
 *
 * One mistake per file, and what the user reads in NAME.expected: message, line, caret.
 * `REFRESH=1 build/tests/schema/schema_rejects` writes what it reads now; read the diff
 * as a user would. */
#include "files.h"
#include "schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* What `ormgen check` would print; NULL: the file is fine. */
static char *complaint_about(const char *path)
{
    struct diag *d = diag_new();
    struct schema *s = schema_read(path, d);
    char *text = NULL;
    size_t size = 0;
    if (!s) {
        FILE *out = open_memstream(&text, &size);
        diag_print(d, out);
        fclose(out);
    }
    assert_int_equal(s == NULL, diag_count(d) > 0);
    schema_free(s);
    diag_free(d);
    return text;
}

static void expected_path(char *path, size_t size, const char *yaml)
{
    snprintf(path, size, "%.*s.expected", (int)(strlen(yaml) - strlen(".yaml")), yaml);
}

static bool is_as_expected(const char *yaml)
{
    char path[300];
    expected_path(path, sizeof path, yaml);
    char *actual = complaint_about(yaml);
    if (!actual) {
        print_error("%s: was accepted\n", yaml);
        return false;
    }
    if (getenv("REFRESH")) {
        FILE *f = fopen(path, "w");
        assert_non_null(f);
        fputs(actual, f);
        fclose(f);
    }
    size_t size;
    char *expected = file_read(path, &size);
    const bool same = expected && strcmp(expected, actual) == 0;
    if (!same)
        print_error("%s: expected\n%s\nbut got\n%s\n", yaml,
            expected ? expected : "(no .expected file)", actual);
    free(expected);
    free(actual);
    return same;
}

static void every_mistake_is_reported_as_expected(void **state)
{
    (void)state;
    size_t count, wrong = 0;
    char **names = files_ending(".", ".yaml", &count);
    for (size_t i = 0; i < count; i++)
        wrong += !is_as_expected(names[i]);
    files_free(names, count);
    assert_int_equal(wrong, 0);
    assert_true(count >= 20);
}

static void no_expectation_is_orphaned(void **state)
{
    (void)state;
    size_t count;
    char **names = files_ending(".", ".expected", &count);
    for (size_t i = 0; i < count; i++) {
        char yaml[300];
        snprintf(yaml, sizeof yaml, "%.*s.yaml",
            (int)(strlen(names[i]) - strlen(".expected")), names[i]);
        if (access(yaml, R_OK) != 0)
            fail_msg("%s has no %s", names[i], yaml);
    }
    files_free(names, count);
}

/* Each code that schema/ reports stands in some expectation. */
static void every_code_is_produced(void **state)
{
    (void)state;
    bool seen[ERR_END] = {
        [ERR_LIMIT] = true, /* 1,601 columns: see schema_limits.c */
        /* Of codegen/: see codegen/reject.sh */
        [ERR_EMITTED_CLASH] = true,
        [ERR_RESERVED] = true,
    };
    size_t count, size;
    char **names = files_ending(".", ".expected", &count);
    for (size_t i = 0; i < count; i++) {
        char *text = file_read(names[i], &size);
        for (const char *at = text; (at = strstr(at, " [E")); at++) {
            const int code = atoi(at + 3);
            if (code > 0 && code < ERR_END)
                seen[code] = true;
        }
        free(text);
    }
    files_free(names, count);
    for (enum diag_code code = 1; code < ERR_END; code++) {
        assert_non_null(diag_title(code));
        if (!seen[code])
            fail_msg(
                "no file in tests/reject/ shows E%03d, %s", code, diag_title(code));
    }
}

/* The mistakes that only PostgreSQL's grammar finds lie in a folder of their own. */
static int run_all(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_mistake_is_reported_as_expected),
        cmocka_unit_test(no_expectation_is_orphaned),
        cmocka_unit_test(every_code_is_produced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

static int run_some(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_mistake_is_reported_as_expected),
        cmocka_unit_test(no_expectation_is_orphaned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv)
{
    if (argc != 2 || chdir(argv[1]) != 0) {
        fprintf(stderr, "usage: schema_rejects tests/reject\n");
        return 1;
    }
    const char *slash = strrchr(argv[1], '/');
    return strcmp(slash ? slash + 1 : argv[1], "reject") == 0 ? run_all() : run_some();
}
