/* schema_limits.c: hostile files are refused, at a price that is measured.
 *
 * Each file is read in a child of its own.  The assertions leave room for sanitizers
 * and busy machines; what really holds are the limits on bytes, depth and events, and
 * `schema_limits -v` prints what each costs. */
#include "schema.h"
#include "yaml_tree.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static bool verbose;
static char folder[] = "schema-limits-XXXXXX"; /* below the build folder */

static bool is_slow_build(void)
{
    const char *preload = getenv("LD_PRELOAD");
#if defined(__SANITIZE_ADDRESS__)
    return true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
    return true;
#endif
#endif
    return preload && strstr(preload, "vgpreload");
}

/* What may be spent.  The promise is 50 ms and 32 MB; the time is ten times that, for
 * machines that do something else meanwhile. */
struct budget {
    double ms;
    double mb;
};

static const struct budget promised = {500, 32};

/* For files that are as large as they may be. */
static const struct budget bounded = {5000, 256};

/* The first line of what is printed, with what reading `path` cost. */
static void read_in_child(const char *path, struct budget most, char *line, size_t size)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    struct timespec start, stop;
    clock_gettime(CLOCK_MONOTONIC, &start);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct diag *d = diag_new();
        struct schema *s = schema_read(path, d);
        FILE *out = fdopen(ends[1], "w");
        diag_print(d, out);
        fclose(out);
        _exit(s ? 0 : 1);
    }
    close(ends[1]);
    size_t used = 0;
    char rest[4096];
    for (ssize_t got; (got = read(ends[0], rest, sizeof rest)) > 0;)
        for (ssize_t i = 0; i < got && used + 1 < size; i++)
            line[used++] = rest[i];
    line[used] = '\0';
    line[strcspn(line, "\n")] = '\0';
    close(ends[0]);
    int status;
    struct rusage cost;
    assert_int_equal(wait4(child, &status, 0, &cost), child);
    clock_gettime(CLOCK_MONOTONIC, &stop);

    const double ms = (double)(stop.tv_sec - start.tv_sec) * 1e3 +
                      (double)(stop.tv_nsec - start.tv_nsec) / 1e6;
    const double mb = (double)cost.ru_maxrss / 1024;
    if (verbose)
        print_message("%8.2f ms %6.1f MB  %s\n", ms, mb, line);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
    const bool is_slow = is_slow_build();
    if (ms > most.ms * (is_slow ? 20 : 1) || (mb > most.mb && !is_slow))
        fail_msg("%s: %.0f ms, %.1f MB", path, ms, mb);
}

static void assert_refused(const char *path, struct budget most, const char *why)
{
    char line[1000];
    read_in_child(path, most, line, sizeof line);
    if (!strstr(line, why))
        fail_msg("%s: expected \"%s\" in \"%s\"", path, why, line);
}

static FILE *start_file(char *path, size_t size, const char *name)
{
    snprintf(path, size, "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    return f;
}

static void repeat(FILE *f, const char *text, size_t times)
{
    while (times-- > 0)
        fputs(text, f);
}

/* `head`, then `text` so many times. */
static void assert_file_refused(const char *name, const char *head, const char *text,
    size_t times, struct budget most, const char *why)
{
    char path[200];
    FILE *f = start_file(path, sizeof path, name);
    fputs(head, f);
    repeat(f, text, times);
    fclose(f);
    assert_refused(path, most, why);
    unlink(path);
}

static void alias_bombs_end_at_the_first_anchor(void **state)
{
    (void)state;
    char path[200];
    FILE *f = start_file(path, sizeof path, "bomb.yaml");
    fputs("a0: &a0 [x,x,x,x,x,x,x,x,x]\n", f);
    for (int level = 1; level < 12; level++) {
        fprintf(f, "a%d: &a%d [", level, level);
        for (int i = 0; i < 9; i++)
            fprintf(f, "%s*a%d", i ? "," : "", level - 1);
        fputs("]\n", f);
    }
    fclose(f);
    assert_refused(path, promised, "anchors (&name) are not read");
    unlink(path);
    assert_file_refused(
        "circle.yaml", "a: &x [*x]\n", "", 0, promised, "anchors (&name)");

    f = start_file(path, sizeof path, "anchors.yaml");
    for (int i = 0; i < 40000; i++)
        fprintf(f, "k%d: &a%d x\n", i, i);
    fclose(f);
    assert_refused(path, promised, "anchors (&name)");
    unlink(path);
}

static void nesting_ends_at_its_limit(void **state)
{
    (void)state;
    assert_file_refused(
        "flow.yaml", "", "[", 40000, promised, "nested more than 32 deep");
    assert_file_refused("map.yaml", "", "{", 40000, promised, "a map or list as a key");
    assert_file_refused(
        "flow8.yaml", "", "[", YAML_MAX_FILE, bounded, "nested more than 32 deep");
    assert_file_refused(
        "lines.yaml", "", "[\n", 40000, promised, "nested more than 32 deep");
    assert_file_refused(
        "block.yaml", "", "- ", 40000, promised, "nested more than 32 deep");
    assert_file_refused(
        "keys.yaml", "", "? ", 40000, promised, "a map or list as a key");
    assert_file_refused(
        "deep.yaml", "", "a: {", 40000, promised, "nested more than 32 deep");
}

static void large_texts_and_files_are_refused(void **state)
{
    (void)state;
    char path[200];
    FILE *f = start_file(path, sizeof path, "200mb.yaml");
    fputs("a: x", f);
    fflush(f);
    assert_int_equal(ftruncate(fileno(f), 200 * 1024 * 1024), 0); /* never read */
    fclose(f);
    assert_refused(path, promised, "split it into several files");
    unlink(path);

    assert_file_refused("8mb.yaml", "a: ", "x", YAML_MAX_FILE - 3, bounded,
        "a text of more than 65536");
    assert_file_refused(
        "8mb+1.yaml", "a: ", "x", YAML_MAX_FILE - 2, promised, "split it into several");
    assert_file_refused(
        "quoted.yaml", "a: \"", "x", YAML_MAX_FILE - 4, bounded, "is not closed");
    assert_file_refused(
        "block.yaml", "a: |\n", " x\n", 2000000, bounded, "a text of more than 65536");
}

static void a_file_holds_one_document_and_a_million_events(void **state)
{
    (void)state;
    assert_file_refused(
        "docs.yaml", "", "---\n", 1000000, promised, "a second document");
    assert_file_refused(
        "events.yaml", "models: [", "x,", 1000000, bounded, "more than a million");
    assert_file_refused(
        "maps.yaml", "models: [", "{},", 1000000, bounded, "more than a million");
}

static void a_million_mistakes_cost_what_twenty_cost(void **state)
{
    (void)state;
    char path[200];
    FILE *f = start_file(path, sizeof path, "keys.yaml");
    for (int i = 0; i < 400000; i++)
        fprintf(f, "modele%d: x\n", i);
    fclose(f);
    assert_refused(path, bounded, "unknown key \"modele0\"");
    unlink(path);

    f = start_file(path, sizeof path, "refs.yaml");
    fputs("models:\n", f);
    for (int i = 0; i < 9000; i++)
        fprintf(f,
            "  model%d: { fields: { a: { ref: modle%d }, b: { ref: mdoel%d } } }\n", i,
            i, i);
    fclose(f);
    assert_refused(path, bounded, "no model \"modle0\"; did you mean \"model0\"?");
    unlink(path);
}

static void what_is_no_file_is_refused_at_once(void **state)
{
    (void)state;
    char path[200];
    snprintf(path, sizeof path, "%s/pipe.yaml", folder);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_refused(path, promised, "this is a pipe");
    unlink(path);
    assert_refused(folder, promised, "this is a directory");
    assert_refused("/dev/zero", promised, "this is a device");
    assert_refused(
        "/nonexistent/a.yaml", promised, "cannot be opened: No such file or directory");
}

/* ---- limits of PostgreSQL, at their borders ---- */

static char *complaint(const char *text, size_t size)
{
    struct diag *d = diag_new();
    struct schema *s = schema_parse("a.yaml", text, size, d);
    char *said = NULL;
    FILE *out = open_memstream(&said, &size);
    diag_print(d, out);
    fclose(out);
    assert_int_equal(s == NULL, diag_count(d) > 0);
    schema_free(s);
    diag_free(d);
    return said;
}

/* `count` copies of `item` with %d for their number. */
static char *build(const char *head, const char *item, int count, const char *tail)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    fputs(head, out);
    const char *number = strstr(item, "%d");
    for (int i = 0; i < count; i++)
        fprintf(out, "%.*s%d%s", (int)(number - item), item, i, number + 2);
    fputs(tail, out);
    fclose(out);
    return text;
}

static void limits_hold_at_their_borders(void **state)
{
    (void)state;
    static const struct {
        const char *head, *item, *tail;
        int most;
        const char *why;
    } limits[] = {
        {"models: { a: { fields: {", "f%d: int, ", "} } }", 1599, "1601 columns"},
        {"models: {", "m%d: { fields: { a: int } }, ", "}", 10000, "10001 models"},
    };
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        for (int over = 0; over < 2; over++) {
            char *text = build(
                limits[i].head, limits[i].item, limits[i].most + over, limits[i].tail);
            char *said = complaint(text, strlen(text));
            if (over)
                assert_non_null(strstr(said, limits[i].why));
            else
                assert_string_equal(said, "");
            free(said);
            free(text);
        }
}

static void texts_hold_64_kb(void **state)
{
    (void)state;
    for (int over = 0; over < 2; over++) {
        char *text = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&text, &size);
        fputs("models: { a: { fields: { b: int }, doc: ", out);
        repeat(out, "x", (size_t)YAML_MAX_SCALAR + (size_t)over);
        fputs(" } }", out);
        fclose(out);
        char *said = complaint(text, size);
        assert_int_equal(strlen(said) > 0, over);
        free(said);
        free(text);
    }
}

static void an_index_holds_32_fields(void **state)
{
    (void)state;
    for (int count = 32; count <= 33; count++) {
        char *fields = build("models: { a: { fields: {", "f%d: int, ", 40, "}, ");
        char *on = build("indexes: [{ on: [", "f%d, ", count, "] }] } }");
        char *text = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&text, &size);
        fprintf(out, "%s%s", fields, on);
        fclose(out);
        char *said = complaint(text, size);
        assert_int_equal(strlen(said) > 0, count == 33);
        free(said);
        free(text);
        free(on);
        free(fields);
    }
}

int main(int argc, char **argv)
{
    verbose = argc > 1 && strcmp(argv[1], "-v") == 0;
    if (!mkdtemp(folder)) {
        perror(folder);
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alias_bombs_end_at_the_first_anchor),
        cmocka_unit_test(nesting_ends_at_its_limit),
        cmocka_unit_test(large_texts_and_files_are_refused),
        cmocka_unit_test(a_file_holds_one_document_and_a_million_events),
        cmocka_unit_test(a_million_mistakes_cost_what_twenty_cost),
        cmocka_unit_test(what_is_no_file_is_refused_at_once),
        cmocka_unit_test(limits_hold_at_their_borders),
        cmocka_unit_test(texts_hold_64_kb),
        cmocka_unit_test(an_index_holds_32_fields),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    rmdir(folder);
    return failed;
}
