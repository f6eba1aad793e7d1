/* packages_test.c: import and questions against a server: rows, identity and the number
 * of statements. */
#include "control.h"
#include "import.h"
#include "questions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libpq-fe.h>

static const char *status_path;
static const char *available_path;
static PGconn *beside; /* looks at the tables without the runtime */

/* -- Helpers ----------------------------------------------------------------------- */

static char *read_file(const char *path, size_t *len)
{
    FILE *f = fopen(path, "r");
    if (!f)
        fail_msg("%s: cannot be read", path);
    const size_t room = (size_t)32 << 20;
    char *text = malloc(room);
    *len = fread(text, 1, room - 1, f);
    assert_true(feof(f));
    fclose(f);
    return text;
}

/* The value of a query's one field, in a buffer that the next call overwrites. */
static const char *ask(const char *sql)
{
    static char value[200];
    PGresult *r = PQexec(beside, sql);
    if (PQresultStatus(r) != PGRES_TUPLES_OK)
        fail_msg("%s: %s", sql, PQerrorMessage(beside));
    snprintf(value, sizeof value, "%s", PQgetvalue(r, 0, 0));
    PQclear(r);
    return value;
}

#define ALL_TABLES                                                                     \
    "maintainer, section, source, tag, package, dependency, conffile, package_tags"

static int empty_tables(void **state)
{
    (void)state;
    PQclear(PQexec(beside, "truncate " ALL_TABLES));
    return atoi(ask("select count(*) from package"));
}

/* Every row of every table with the transaction that wrote it, as a checksum. */
static void checksum(char out[33])
{
    snprintf(out, 33, "%s",
        ask("select md5(string_agg(r, E'\\n' order by r)) from ("
            "  select x.xmin || x::text r from maintainer x"
            "  union all select x.xmin || x::text from section x"
            "  union all select x.xmin || x::text from source x"
            "  union all select x.xmin || x::text from tag x"
            "  union all select x.xmin || x::text from package x"
            "  union all select x.xmin || x::text from dependency x"
            "  union all select x.xmin || x::text from conffile x"
            "  union all select x.xmin || x::text from package_tags x) rows"));
}

/* What the tables say, whatever the keys are. */
static void meaning(char out[33])
{
    snprintf(out, 33, "%s",
        ask("select md5(string_agg(r, E'\\n' order by r)) from ("
            "  select 'p' || row(p.name, p.architecture, state, want, p.version, "
            "priority,"
            "    essential, multi_arch, installed_size, homepage, summary, description,"
            "    contact, m.name, email, s.name, o.name, o.version)::text r"
            "    from package p left join maintainer m on m.id = maintainer_id"
            "    left join section s on s.id = section_id"
            "    left join source o on o.id = source_id"
            "  union all select 'd' || row(p.name, p.architecture, t.name,"
            "    t.architecture, kind, clause, choice, qualifier, relation,"
            "    d.version)::text from dependency d join package p on p.id = package_id"
            "    join package t on t.id = target_id"
            "  union all select 'c' || row(p.name, p.architecture, path, checksum,"
            "    obsolete, removal)::text"
            "    from conffile join package p on p.id = package_id"
            "  union all select 't' || row(p.name, p.architecture, t.name)::text"
            "    from package_tags join package p on p.id = package_id"
            "    join tag t on t.id = tag_id"
            "  union all select 'm' || contact from maintainer"
            "  union all select 's' || name from section"
            "  union all select 'o' || row(name, version)::text from source"
            "  union all select 'g' || name from tag) rows"));
}

static struct orm_session *open_session(void)
{
    struct orm_session *s = orm_open(getenv("DATABASE_URL"), &packages_schema);
    if (!orm_ok(s))
        fail_msg("%s", orm_message(s));
    return s;
}

static struct import_result import_text(char *text, size_t len, enum control_form form)
{
    struct control control;
    struct import_result result;
    if (!control_read(&control, text, len, form))
        fail_msg("%s", control.error);
    struct orm_session *s = open_session();
    if (!import_packages(s, &control, &result))
        fail_msg("%s", orm_message(s));
    orm_close(s);
    control_free(&control);
    return result;
}

static struct import_result import_file(const char *path, enum control_form form)
{
    size_t len;
    char *text = read_file(path, &len);
    const struct import_result result = import_text(text, len, form);
    free(text);
    return result;
}

/* As import_file(), with the first `from` in the file replaced by `to`. */
static struct import_result import_changed(const char *from, const char *to)
{
    size_t len;
    char *text = read_file(status_path, &len);
    text[len] = '\0';
    char *at = strstr(text, from);
    assert_non_null(at);
    char *changed = malloc(len + strlen(to) + 1);
    const size_t before = (size_t)(at - text);
    memcpy(changed, text, before);
    strcpy(changed + before, to);
    strcat(changed + before, at + strlen(from));
    const struct import_result result =
        import_text(changed, strlen(changed), CONTROL_STATUS);
    free(changed);
    free(text);
    return result;
}

/* -- Import ------------------------------------------------------------------------ */

/* Five tables are read; then each of the seven that get rows is written once. */
static void a_first_import_is_one_statement_per_table(void **state)
{
    (void)state;
    const struct import_result r = import_file(status_path, CONTROL_STATUS);
    assert_int_equal(r.added, 300);
    assert_int_equal(r.removed, 0);
    assert_int_equal(r.statements, 5 + 6); /* the status file has no tags */
    assert_string_equal(ask("select count(*) from package"), "300");
    assert_string_equal(
        ask("select count(*) from package where state = 'named'"), "256");
    assert_string_equal(ask("select count(*) from dependency"), "417");
    assert_string_equal(ask("select count(*) from conffile"), "51");
    assert_string_equal(
        ask("select distinct 1 from package p, source s, section x,"
            " maintainer m where p.name = 'perl-base' and s.id = source_id"
            " and s.name = 'perl' and x.id = section_id"
            " and x.name = 'perl' and m.id = maintainer_id"
            " and m.name = 'Niko Tyni' and m.email = 'ntyni@debian.org'"
            " and essential and priority = 'required'"
            " and state = 'installed' and multi_arch is null"),
        "1");
}

static void statements_do_not_grow_with_rows(void **state)
{
    (void)state;
    const struct import_result few = import_file(status_path, CONTROL_STATUS);
    empty_tables(NULL);
    const struct import_result many =
        import_file("/var/lib/dpkg/status", CONTROL_STATUS);
    assert_true(many.added > few.added);
    assert_int_equal(many.statements, few.statements);
    assert_int_equal(many.round_trips, few.round_trips);

    const struct import_result again =
        import_file("/var/lib/dpkg/status", CONTROL_STATUS);
    assert_int_equal(again.statements, 5 + 3 * 2);
}

/* Each of the three lists of packages takes two statements: one for the first package
 * that is asked, one for all others. */
static void importing_twice_changes_nothing(void **state)
{
    (void)state;
    char before[33];
    char after[33];
    import_file(status_path, CONTROL_STATUS);
    checksum(before);
    const struct import_result r = import_file(status_path, CONTROL_STATUS);
    checksum(after);
    assert_string_equal(before, after);
    assert_int_equal(r.added, 0);
    assert_int_equal(r.removed, 0);
    assert_int_equal(r.statements, 5 + 3 * 2);
}

static void tags_come_and_go(void **state)
{
    (void)state;
    char before[33];
    char after[33];
    const struct import_result first = import_file(available_path, CONTROL_AVAILABLE);
    assert_int_equal(first.statements, 5 + 7); /* no conffiles, but tags twice */
    assert_string_equal(ask("select count(*) from package_tags"), "65");
    checksum(before);
    const struct import_result second = import_file(available_path, CONTROL_AVAILABLE);
    checksum(after);
    assert_string_equal(before, after);
    assert_int_equal(second.statements, 5 + 3 * 2);

    import_file(status_path, CONTROL_STATUS);
    assert_string_equal(ask("select count(*) from package_tags"), "0");
    assert_string_equal(ask("select count(*) from tag"), "0");
    meaning(before);
    empty_tables(NULL);
    import_file(status_path, CONTROL_STATUS);
    meaning(after);
    assert_string_equal(before, after);
}

static void a_changed_package_is_one_changed_row(void **state)
{
    (void)state;
    import_file(status_path, CONTROL_STATUS);
    const struct import_result r =
        import_changed("Installed-Size: 7639\n", "Installed-Size: 7640\n");
    assert_int_equal(r.added + r.removed, 0);
    assert_int_equal(r.statements, 5 + 3 * 2 + 1);
    assert_string_equal(
        ask("select count(distinct xmin::text) || ' ' || max(name) filter"
            " (where installed_size = 7640) from package"),
        "2 perl-base");
    assert_string_equal(
        ask("select count(*) from package where xmin::text ="
            " (select xmin::text from package where name = 'perl-base')"),
        "1");
    assert_string_equal(ask("select count(distinct xmin::text) from dependency"), "1");
}

static void a_clause_in_front_moves_the_others(void **state)
{
    (void)state;
    char before[33];
    char after[33];
    import_file(status_path, CONTROL_STATUS);
    meaning(before);
    const struct import_result r =
        import_changed("Depends: libc6 (>= 2.33), libgssapi-krb5-2 (>= 1.17),",
            "Depends: bash | new-name, libc6 (>= 2.33), libgssapi-krb5-2 (>= 1.17),");
    assert_int_equal(r.added, 1);
    assert_string_equal(
        ask("select string_agg(t.name, ' ' order by clause, choice) from dependency d"
            " join package p on p.id = d.package_id join package t on t.id = target_id"
            " where p.name = 'libpq5' and kind = 'depends'"),
        "bash new-name libc6 libgssapi-krb5-2 libldap-2.5-0 libssl3");
    assert_int_equal(import_file(status_path, CONTROL_STATUS).removed, 1);
    meaning(after);
    assert_string_equal(before, after);
}

/* A package that is gone, but still named, becomes a name; and comes back. */
static void a_removed_package_goes_with_all_that_it_has(void **state)
{
    (void)state;
    char before[33];
    char after[33];
    import_file(status_path, CONTROL_STATUS);
    meaning(before);
    size_t len;
    char *text = read_file(status_path, &len);
    text[len] = '\0';
    char *begin = strstr(text, "Package: zlib1g\n");
    char *end = strstr(begin, "\n\n") + 2;
    memmove(begin, end, strlen(end) + 1);
    const struct import_result r = import_text(text, strlen(text), CONTROL_STATUS);
    free(text);
    assert_int_equal(r.added, 1);
    assert_int_equal(r.removed, 1 + 4); /* it, and what only it names */
    assert_string_equal(ask("select count(*) from package where name = 'zlib1g'"), "1");
    assert_string_equal(
        ask("select state || architecture from package where name = 'zlib1g'"),
        "named");
    assert_string_equal(ask("select count(*) from dependency d left join package p"
                            " on p.id = d.package_id where p.id is null"),
        "0");
    import_file(status_path, CONTROL_STATUS);
    meaning(after);
    assert_string_equal(before, after);
}

static void another_file_takes_the_place_of_all(void **state)
{
    (void)state;
    char expected[33];
    char got[33];
    import_file(available_path, CONTROL_AVAILABLE);
    meaning(expected);
    import_file(status_path, CONTROL_STATUS);
    import_file(available_path, CONTROL_AVAILABLE);
    meaning(got);
    assert_string_equal(expected, got);
}

/* The server refuses the last table: nothing of the others stays. */
static void a_refused_import_writes_nothing(void **state)
{
    (void)state;
    PQclear(PQexec(
        beside, "alter table conffile add constraint never check (length(path) < 3)"));
    size_t len;
    char *text = read_file(status_path, &len);
    struct control control;
    struct import_result result;
    assert_true(control_read(&control, text, len, CONTROL_STATUS));
    struct orm_session *s = open_session();
    assert_false(import_packages(s, &control, &result));
    assert_int_equal(orm_status(s), ORM_CONSTRAINT);
    assert_string_equal(orm_last_error(s)->constraint, "never");
    assert_string_equal(orm_last_error(s)->model, "conffile");
    assert_int_equal(orm_last_error(s)->outcome, ORM_ROLLED_BACK);
    orm_close(s);
    control_free(&control);
    free(text);
    PQclear(PQexec(beside, "alter table conffile drop constraint never"));
    assert_string_equal(ask("select count(*) from package"), "0");
    assert_string_equal(ask("select count(*) from maintainer"), "0");
}

/* -- Questions --------------------------------------------------------------------- */

/* In the order of questions[]: what each takes, for however many rows.  (A level may
 * take one less where the first owner's rows bring all that the others need.) */
static const struct {
    const char *begins;
    uint64_t statements;
} expected_costs[] = {
    {"Who maintains each package", 1 + 3},
    {"Each package's dependencies", 1 + 2 + 2 + 1},
    {"The same, over all", 1 + 1 + 1},
    {"Who maintains most", 1 + 2},
    {"Which sections", 1 + 2},
    {"Which sources", 1 + 2},
    {"What is most depended", 1 + 2},
    {"What is named most", 1 + 2},
    {"Who has most configuration", 1 + 2},
    {"Which tags", 1},
    {"What would break", 1 + 2 + 2},
    {"How long", 1 + 2},
    {"Is one row one object", 1 + 1 + 1 + 2},
};

static void ask_all(struct question_cost *costs, char **answers)
{
    struct orm_session *s = open_session();
    size_t size;
    FILE *out = open_memstream(answers, &size);
    for (size_t i = 0; i < question_count; i++)
        if (!question_ask(&questions[i], s, "zlib1g", out, &costs[i]))
            fail_msg("%s: %s", questions[i].text, orm_message(s));
    fclose(out);
    orm_close(s);
}

static void assert_costs(const struct question_cost *costs, bool exactly)
{
    bool right = question_count == sizeof expected_costs / sizeof *expected_costs;
    for (size_t i = 0; i < question_count && right; i++) {
        const char *text = expected_costs[i].begins;
        right = strncmp(questions[i].text, text, strlen(text)) == 0;
    }
    assert_true(right);
    for (size_t i = 0; i < question_count; i++) {
        const uint64_t statements = expected_costs[i].statements;
        if (exactly ? costs[i].statements != statements
                    : costs[i].statements > statements) {
            print_error("%s: %llu statements, not %llu\n", questions[i].text,
                (unsigned long long)costs[i].statements,
                (unsigned long long)statements);
            right = false;
        }
        assert_true(costs[i].one_per_access >= costs[i].statements);
    }
    assert_true(right);
}

static void questions_take_a_constant_number_of_statements(void **state)
{
    (void)state;
    struct question_cost *costs = calloc(question_count, sizeof *costs);
    char *answers;
    import_file(status_path, CONTROL_STATUS);
    ask_all(costs, &answers);
    assert_costs(costs, true);
    assert_int_equal(costs[0].rows, 300);
    assert_int_equal(costs[0].one_per_access, 1 + 3 * 44);
    assert_int_equal(costs[2].rows, 417);
    free(answers);

    import_file("/var/lib/dpkg/status", CONTROL_STATUS);
    ask_all(costs, &answers);
    assert_costs(costs, false);
    assert_true(costs[0].one_per_access > 1 + 3 * 44);
    free(answers);
    free(costs);
}

/* The answer to the question that begins with `begins`. */
static char *answer_to(const char *begins, const char *without)
{
    char *answer = NULL;
    size_t size;
    struct question_cost cost;
    struct orm_session *s = open_session();
    for (size_t i = 0; i < question_count; i++) {
        if (strncmp(questions[i].text, begins, strlen(begins)) != 0)
            continue;
        FILE *out = open_memstream(&answer, &size);
        if (!question_ask(&questions[i], s, without, out, &cost))
            fail_msg("%s: %s", questions[i].text, orm_message(s));
        fclose(out);
    }
    orm_close(s);
    assert_non_null(answer);
    return answer;
}

static void assert_answer_has(const char *begins, const char *without, const char *what)
{
    char *answer = answer_to(begins, without);
    if (!strstr(answer, what))
        fail_msg("expected %s in %s", what, answer);
    free(answer);
}

static void answers_agree_with_sql(void **state)
{
    (void)state;
    static const struct {
        const char *begins;
        const char *sql; /* a line of the answer */
    } samples[] = {
        {"Who maintains each package",
            "select format('%s have a maintainer', count(email))"
            " from package p join maintainer m on m.id = maintainer_id"},
        {"Who maintains each package",
            "select format('%s are in the section libs', count(*))"
            " from package p join section x on x.id = section_id where x.name = "
            "'libs'"},
        {"Each package's dependencies",
            "select format('%s of the dependencies stay', count(*)) from dependency d"
            " join package p on p.id = d.package_id join package t on t.id = target_id"
            " where p.maintainer_id = t.maintainer_id"},
        {"The same, over all",
            "select format('%s of the dependencies have', count(maintainer_id))"
            " from dependency d join package t on t.id = target_id"},
        {"Who maintains most",
            "select format('%9s packages  %s', count(*), m.name) from maintainer m"
            " join package p on m.id = maintainer_id group by m.id"
            " order by count(*) desc, m.name collate \"C\" limit 1"},
        {"Which sections",
            "select format('%9s MiB  %s', sum(installed_size)::bigint / 1024, x.name)"
            " from section x join package p on x.id = section_id group by x.id"
            " order by sum(installed_size) desc, x.name collate \"C\" limit 1"},
        {"Which sources",
            "select format('%9s packages  %s', count(*), x.name) from source x"
            " join package p on x.id = source_id group by x.id"
            " order by count(*) desc, x.name collate \"C\" limit 1"},
        {"What is most depended",
            "select format('%9s dependencies  %s', count(*), t.name) from dependency d"
            " join package t on t.id = target_id where kind in "
            "('depends','pre_depends')"
            " group by t.id order by count(*) desc, t.name collate \"C\" limit 1"},
        {"What is named most",
            "select format('%9s packages  %s', count(distinct d.package_id), t.name)"
            " from dependency d join package t on t.id = target_id where state = "
            "'named'"
            " group by t.id order by count(distinct d.package_id) desc, t.name collate "
            "\"C\" limit "
            "1"},
        {"Who has most configuration",
            "select format('%9s files  %s', count(*), p.name) from conffile c"
            " join package p on p.id = package_id group by p.id"
            " order by count(*) desc, p.name collate \"C\" limit 1"},
    };
    import_file("/var/lib/dpkg/status", CONTROL_STATUS);
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
        assert_answer_has(samples[i].begins, "zlib1g", ask(samples[i].sql));
    assert_answer_has(
        "Is one row", "zlib1g", "its slot is one pointer, for 0 statements");
}

static void alternatives_providers_and_circles_count(void **state)
{
    (void)state;
    static const char *const samples[][2] = {
        {"base", ""},
        {"lib", "Pre-Depends: base\n"},
        {"tool", "Depends: lib | nowhere\n"},
        {"spare", ""},
        {"choosy", "Depends: lib | spare\n"},
        {"weak", "Recommends: lib\n"},
        {"one", "Provides: v, w\nDepends: lib\n"},
        {"two", "Provides: v\n"},
        {"user", "Depends: v\n"},
        {"lost", "Depends: w\n"},
        {"round", "Depends: about\n"},
        {"about", "Depends: round, tool\n"},
    };
    char text[2000] = "";
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
        sprintf(text + strlen(text), "Package: %s\nVersion: 1\nArchitecture: all\n%s\n",
            samples[i][0], samples[i][1]);
    import_text(text, strlen(text), CONTROL_AVAILABLE);
    assert_answer_has("What would break", "base", "without base, 6 others: lib,");
    assert_answer_has("What would break", "spare", "without spare, 0 others\n");
    assert_answer_has("What would break", "nowhere", "there is no nowhere\n");
    assert_answer_has("How long", "base",
        "4 links: round (and 1 more in a circle) > tool > lib > base\n");
}

static void one_row_is_one_object_by_every_path(void **state)
{
    (void)state;
    import_file(status_path, CONTROL_STATUS);
    struct orm_session *s = open_session();
    const struct package_query perl = {.where = {package_name_eq("perl")}};
    const struct package_query base = {.where = {package_name_eq("perl-base")}};
    struct package *p = package_first(package_table(s), &perl);
    struct package *b = package_first(package_table(s), &base);
    assert_non_null(p);
    assert_non_null(b);

    size_t found = 0;
    orm_each(struct dependency, d, dependency_all(package_dependencies(p))) {
        assert_ptr_equal(dependency_package(d), p);
        found += dependency_target(d) == b;
    }
    assert_true(found > 0);
    size_t through = 0;
    orm_each(struct package, x, package_all(package_targets(p)))
        through += x == b;
    assert_int_equal(through, 1); /* once, for whatever many dependencies */
    assert_ptr_equal(package_maintainer(p), package_maintainer(b));
    assert_ptr_equal(package_source(p), package_source(b));
    assert_ptr_equal(package_get(package_table(s), package_id(b)), b);

    const uint64_t before = orm_statements(s);
    assert_ptr_equal(package_dependencies(p), package_dependencies(p));
    assert_ptr_equal(package_maintainer(p), package_maintainer(p));
    assert_int_equal(orm_statements(s), before);
    assert_true(orm_end(s));
    orm_close(s);
}

int main(int argc, char **argv)
{
#define TEST(f) cmocka_unit_test_setup(f, empty_tables)
    const struct CMUnitTest tests[] = {
        TEST(a_first_import_is_one_statement_per_table),
        TEST(statements_do_not_grow_with_rows),
        TEST(importing_twice_changes_nothing),
        TEST(tags_come_and_go),
        TEST(a_changed_package_is_one_changed_row),
        TEST(a_clause_in_front_moves_the_others),
        TEST(a_removed_package_goes_with_all_that_it_has),
        TEST(another_file_takes_the_place_of_all),
        TEST(a_refused_import_writes_nothing),
        TEST(questions_take_a_constant_number_of_statements),
        TEST(answers_agree_with_sql),
        TEST(alternatives_providers_and_circles_count),
        TEST(one_row_is_one_object_by_every_path),
    };
    if (argc != 3)
        return 2;
    status_path = argv[1];
    available_path = argv[2];
    beside = PQconnectdb(getenv("DATABASE_URL"));
    if (PQstatus(beside) != CONNECTION_OK) {
        fprintf(stderr, "%s", PQerrorMessage(beside));
        return 1;
    }
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    PQfinish(beside);
    return failed;
}
