/* roundtrip_test.c: roundtrip_test MADE.sql [FILE.yaml...]: what `ormgen sql`
 * prints is taken by a server as it stands, and what the server then says that it has
 * is what the model says: for each file, and for random schemas.
 *
 * Each schema is loaded in a transaction of its own, which is rolled back. */
#include "ddl.h"
#include "diag.h"
#include "lines.h"
#include "pgtest.h"
#include "schema.h"
#include "symbols.h"
#include "types.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum {
    CASES = 200
};

static char *made_sql;
static char **files;
static int file_count;
static unsigned long long seed;

/* -- Lines ------------------------------------------------------------------------- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Cuts `text` into its lines, sorted; the array is to be freed. */
static char **sorted(char *text, size_t *count)
{
    char **lines = NULL;
    *count = 0;
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        lines = realloc(lines, (*count + 1) * sizeof *lines);
        assert_non_null(lines);
        lines[(*count)++] = line;
    }
    if (lines)
        qsort(lines, *count, sizeof *lines, by_text);
    return lines;
}

/* Prints what only one side has; how many lines that are. */
static size_t compare(char *expected, char *made)
{
    size_t expected_count, made_count, i = 0, j = 0, differences = 0;
    char **a = sorted(expected, &expected_count), **b = sorted(made, &made_count);
    while (i < expected_count || j < made_count) {
        const int order = i == expected_count ? 1
                          : j == made_count   ? -1
                                              : strcmp(a[i], b[j]);
        if (order != 0) {
            print_error("%s %s\n",
                order < 0 ? "- wanted:" : "+ is there:", order < 0 ? a[i] : b[j]);
            differences++;
        }
        i += order <= 0;
        j += order >= 0;
    }
    free(a);
    free(b);
    return differences;
}

/* A line of made.sql, its SQL made plain. */
static void put_line(struct buffer *out, const char *line)
{
    for (const char *begin; (begin = strchr(line, '\1'));
         line = strchr(begin, '\2') + 1) {
        buffer_add(out, line, (size_t)(begin - line));
        const char *end = strchr(begin, '\2');
        assert_non_null(end);
        put_plain_sql(out, begin + 1, (size_t)(end - begin - 1));
    }
    buffer_printf(out, "%s\n", line);
}

static void made_lines(struct buffer *out)
{
    assert_int_equal(PQsendQuery(db, made_sql), 1);
    for (PGresult *r; (r = PQgetResult(db)); PQclear(r)) {
        if (PQresultStatus(r) != PGRES_TUPLES_OK)
            fail_msg("made.sql: %s", PQresultErrorMessage(r));
        for (int i = 0; i < PQntuples(r); i++)
            put_line(out, PQgetvalue(r, i, 0));
    }
}

/* -- One schema -------------------------------------------------------------------- */

/* 1 if a default is not the one that the schema has: the same value, or the same SQL.
 */
static size_t compare_default(const struct field *f)
{
    char *text = PQescapeLiteral(db, f->default_text, strlen(f->default_text));
    char *schema = PQescapeLiteral(db, f->model->schema, strlen(f->model->schema));
    char *table = PQescapeLiteral(db, f->model->table, strlen(f->model->table));
    char *column = PQescapeLiteral(db, f->column, strlen(f->column));
    const char *found = db_text(db,
        "SELECT pg_get_expr(d.adbin, d.adrelid), format_type(a.atttypid, a.atttypmod)"
        "  FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND "
        "a.attnum = d.adnum"
        "  JOIN pg_class c ON c.oid = d.adrelid JOIN pg_namespace n ON n.oid = "
        "c.relnamespace"
        " WHERE n.nspname = %s AND c.relname = %s AND a.attname = %s",
        schema, table, column);
    char *expression = strdup(found);
    assert_non_null(expression);
    char *type = strrchr(expression, '|');
    assert_non_null(type);
    *type++ = '\0';
    bool same;
    if (f->default_kind == DEFAULT_LITERAL) {
        const char *answer = db_text(
            db, "SELECT (%s)::%s::text = %s::%s::text", expression, type, text, type);
        same = strcmp(answer, "t") == 0;
    } else {
        struct buffer wanted = {0}, found_plain = {0};
        put_plain_sql(&wanted, f->default_text, strlen(f->default_text));
        put_plain_sql(&found_plain, expression, strlen(expression));
        same = strcmp(wanted.at, found_plain.at) == 0;
        buffer_free(&wanted);
        buffer_free(&found_plain);
    }
    if (!same)
        print_error("- wanted: %s.%s default %s\n+ is there: %s\n", f->model->name,
            f->name, text, expression);
    PQfreemem(text);
    PQfreemem(schema);
    PQfreemem(table);
    PQfreemem(column);
    free(expression);
    return !same;
}

static size_t compare_defaults(const struct schema *s)
{
    size_t differences = 0;
    for (size_t i = 0; i < s->model_count; i++)
        for (size_t k = 0; k < s->models[i].field_count; k++) {
            const struct field *f = &s->models[i].fields[k];
            if (f->default_kind == DEFAULT_LITERAL || f->default_kind == DEFAULT_SQL)
                differences += compare_default(f);
        }
    return differences;
}

/* How many things are not as they should be. */
static size_t round_trip(const struct schema *s)
{
    struct buffer sql = {0}, expected = {0}, made = {0};
    size_t differences = 0;
    ddl(s, "roundtrip.yaml", &sql);
    /* A type of an extension is in public; the path then shows that all else that is
     * made there is named with its schema. */
    db_exec(db, "BEGIN");
    for (size_t i = 0; i < s->extension_count && s->user_type_count; i++)
        db_exec(db, "CREATE EXTENSION \"%s\"", s->extensions[i]);
    db_exec(db, "SET LOCAL search_path = pg_catalog; SET LOCAL "
                "check_function_bodies = on");
    PGresult *r = PQexec(db, sql.at);
    if (PQresultStatus(r) != PGRES_COMMAND_OK) {
        print_error("%s%s\n", PQresultErrorMessage(r), sql.at);
        differences = 1;
    } else {
        expect_lines(s, &expected);
        made_lines(&made);
        differences = compare(expected.at, made.at) + compare_defaults(s);
    }
    PQclear(r);
    db_exec(db, "ROLLBACK");
    buffer_free(&sql);
    buffer_free(&expected);
    buffer_free(&made);
    return differences;
}

static void every_file_reads_back_as_its_model(void **state)
{
    (void)state;
    size_t wrong = 0;
    for (int i = 0; i < file_count; i++) {
        struct diag *d = diag_new();
        struct schema *s = schema_read(files[i], d);
        diag_print(d, stderr);
        assert_non_null(s);
        const size_t differences = round_trip(s);
        if (differences)
            print_error("%s: %zu differences\n", files[i], differences);
        wrong += differences > 0;
        schema_free(s);
        diag_free(d);
    }
    assert_int_equal(wrong, 0);
}

/* Names are random, so a few meet; everything else must be taken. */
static bool is_accepted(const struct schema *s, struct diag *d, const char *yaml)
{
    if (s)
        symbols_check(s, "random", d);
    if (s && diag_count(d) == 0)
        return true;
    struct diag_message m;
    for (size_t i = 0; i < diag_kept(d); i++) {
        const enum diag_code code = diag_mistake(d, i, &m);
        if (code != ERR_CLASH && code != ERR_SQL_CLASH && code != ERR_EMITTED_CLASH &&
            code != ERR_CONSTRAINT) {
            diag_print(d, stderr);
            fail_msg("a random schema was refused:\n%s", yaml);
        }
    }
    return false;
}

static void random_schemas_read_back_as_their_models(void **state)
{
    (void)state;
    size_t taken = 0;
    for (unsigned long long i = 0; i < CASES; i++) {
        struct buffer yaml = {0};
        random_yaml(&yaml, seed + i);
        struct diag *d = diag_new();
        struct schema *s = schema_parse("random.yaml", yaml.at, yaml.len, d);
        const bool accepted = is_accepted(s, d, yaml.at);
        const size_t differences = accepted ? round_trip(s) : 0;
        if (differences)
            fail_msg("seed %llu: %zu differences\n%s", seed + i, differences, yaml.at);
        taken += accepted;
        schema_free(s);
        diag_free(d);
        buffer_free(&yaml);
    }
    print_message("%zu of %d random schemas\n", taken, CASES);
    assert_true(taken > CASES * 2 / 3);
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    FILE *f = fopen(argv[1], "r");
    struct buffer text = {0};
    char piece[4096];
    for (size_t got; f && (got = fread(piece, 1, sizeof piece, f)) > 0;)
        buffer_add(&text, piece, got);
    if (!f || fclose(f) != 0) {
        perror(argv[1]);
        return 2;
    }
    made_sql = text.at;
    files = argv + 2;
    file_count = argc - 2;
    const char *chosen = getenv("SEED");
    seed = chosen ? strtoull(chosen, NULL, 10) : (unsigned long long)time(NULL) * 1000;
    printf("SEED=%llu\n", seed);
    db = db_connect();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_file_reads_back_as_its_model),
        cmocka_unit_test(random_schemas_read_back_as_their_models),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    PQfinish(db);
    buffer_free(&text);
    return failed;
}
