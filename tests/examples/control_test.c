/* control_test.c: what a file of packages says, without a server. */
#include "control.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *status_path;
static const char *available_path;

static char *read_sample(const char *path, size_t *len)
{
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    char *text = malloc(1 << 20);
    *len = fread(text, 1, (1 << 20) - 1, f);
    assert_true(feof(f));
    fclose(f);
    return text;
}

static const struct control_package *find(const struct control *c, const char *name)
{
    for (size_t i = 0; i < c->package_count; i++)
        if (strcmp(c->packages[i].name, name) == 0)
            return &c->packages[i];
    fail_msg("no package %s", name);
    return NULL;
}

static void reads_the_fields_of_a_real_package(void **state)
{
    (void)state;
    size_t len;
    char *text = read_sample(status_path, &len);
    struct control c;
    assert_true(control_read(&c, text, len, CONTROL_STATUS));
    assert_string_equal(c.error, "");
    assert_int_equal(c.package_count, 300);
    assert_int_equal(c.named_count, 256);
    assert_int_equal(c.dependency_count, 417);
    assert_int_equal(c.conffile_count, 51);

    const struct control_package *p = find(&c, "perl-base");
    assert_string_equal(p->architecture, "amd64");
    assert_int_equal(p->state, PACKAGE_STATE_INSTALLED);
    assert_true(p->has_want);
    assert_int_equal(p->want, PACKAGE_WANT_INSTALL);
    assert_true(p->essential);
    assert_int_equal(p->priority, PACKAGE_PRIORITY_REQUIRED);
    assert_int_equal(p->installed_size, 7639);
    assert_string_equal(p->source, "perl");
    assert_string_equal(p->source_version, p->version);
    assert_string_equal(p->maintainer, "Niko Tyni <ntyni@debian.org>");
    assert_string_equal(p->summary, "minimal Perl system");
    assert_non_null(strchr(p->description, '\n'));
    assert_string_equal(p->homepage, "http://dev.perl.org/perl5/");
    assert_false(p->has_multi_arch);

    p = find(&c, "bash");
    assert_string_equal(p->source, "bash");
    assert_string_equal(p->source_version, "5.2.15-2");
    assert_string_not_equal(p->version, "5.2.15-2");

    control_free(&c);
    free(text);
}

static void resolves_targets(void **state)
{
    (void)state;
    size_t len;
    char *text = read_sample(status_path, &len);
    struct control c;
    assert_true(control_read(&c, text, len, CONTROL_STATUS));
    const struct control_package *p = find(&c, "mawk");
    bool found_awk = false;
    bool found_libc = false;
    for (size_t i = 0; i < p->dependencies.len; i++) {
        const struct control_dependency *d = &c.dependencies[p->dependencies.first + i];
        const struct control_package *target = &c.packages[d->target];
        if (d->kind == DEPENDENCY_KIND_PROVIDES && strcmp(d->name, "awk") == 0) {
            assert_int_equal(target->state, PACKAGE_STATE_NAMED);
            assert_string_equal(target->architecture, "");
            found_awk = true;
        }
        if (strcmp(d->name, "libc6") == 0) {
            assert_int_equal(target->state, PACKAGE_STATE_INSTALLED);
            assert_true(d->bound);
            assert_int_equal(d->relation, DEPENDENCY_RELATION_GE);
            found_libc = true;
        }
    }
    assert_true(found_awk && found_libc);
    control_free(&c);
    free(text);
}

static void reads_an_archives_list(void **state)
{
    (void)state;
    size_t len;
    char *text = read_sample(available_path, &len);
    struct control c;
    assert_true(control_read(&c, text, len, CONTROL_AVAILABLE));
    const struct control_package *p = find(&c, "mawk");
    assert_int_equal(p->state, PACKAGE_STATE_AVAILABLE);
    assert_false(p->has_want);
    assert_null(p->description);
    assert_true(p->tags.len > 3);
    for (size_t i = 1; i < p->tags.len; i++)
        assert_true(
            strcmp(c.tags[p->tags.first + i - 1], c.tags[p->tags.first + i]) < 0);
    control_free(&c);
    free(text);
}

#define HEAD                                                                           \
    "Package: a\nStatus: install ok installed\nVersion: 1\nArchitecture: amd64\n"

/* What package `a` says of others, one `kind clause.choice name:qualifier relation
 * version -> architecture of the target;` each. */
static void lists_of_dependencies(void **state)
{
    (void)state;
    static const struct {
        const char *field;
        const char *expected;
    } samples[] = {
        {"Depends: b", "depends 1.1 b;"},
        {"Depends: b,\n c | d (>= 1:2-3~x) ,e",
            "depends 1.1 b;depends 2.1 c;"
            "depends 2.2 d ge 1:2-3~x;depends 3.1 e;"},
        {"Depends: , b ,, c,", "depends 1.1 b;depends 2.1 c;"},
        {"Depends:", ""},
        {"Depends: b:any(<<1)", "depends 1.1 b:any lt 1;"},
        {"Depends: b ( = 1 )|c:i386", "depends 1.1 b eq 1;depends 1.2 c:i386 -> i386;"},
        {"Depends: b (<= 1), c (>> 1), d (< 1), e (> 1)",
            "depends 1.1 b le 1;depends 2.1 c gt 1;depends 3.1 d le 1;"
            "depends 4.1 e ge 1;"},
        {"Provides: v (= 2)\nPre-Depends: a", "pre_depends 1.1 a -> amd64;"
                                              "provides 1.1 v eq 2;"},
    };
    static const char *const kinds[] = {"depends", "pre_depends", "recommends",
        "suggests", "enhances", "breaks", "conflicts", "replaces", "provides"};
    static const char *const relations[] = {"lt", "le", "eq", "ge", "gt"};
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        char text[512];
        char out[512] = "";
        size_t at = 0;
        struct control c;
        const int len = snprintf(text, sizeof text, HEAD "%s\n", samples[i].field);
        assert_true(control_read(&c, text, (size_t)len, CONTROL_STATUS));
        for (size_t k = 0; k < c.dependency_count; k++) {
            const struct control_dependency *d = &c.dependencies[k];
            const char *architecture = c.packages[d->target].architecture;
            at += (size_t)snprintf(out + at, sizeof out - at, "%s %d.%d %s%s%s",
                kinds[d->kind], (int)d->clause, (int)d->choice, d->name,
                d->qualifier ? ":" : "", d->qualifier ? d->qualifier : "");
            if (d->bound)
                at += (size_t)snprintf(out + at, sizeof out - at, " %s %s",
                    relations[d->relation], d->version);
            at += (size_t)snprintf(out + at, sizeof out - at, "%s%s;",
                *architecture ? " -> " : "", architecture);
        }
        assert_string_equal(out, samples[i].expected);
        control_free(&c);
    }
}

static void a_target_is_of_the_same_architecture_first(void **state)
{
    (void)state;
    char text[] = "Package: b\nVersion: 1\nArchitecture: i386\n\n"
                  "Package: b\nVersion: 1\nArchitecture: amd64\n\n"
                  "Package: c\nVersion: 1\nArchitecture: i386\n\n"
                  "Package: d\nVersion: 1\nArchitecture: all\n\n"
                  "Package: a\nVersion: 1\nArchitecture: amd64\n"
                  "Depends: b, c, d, b:i386, c:any, d:i386, e, e:i386\n";
    static const size_t targets[] = {1, 2, 3, 0, 2, 5, 6, 7};
    struct control c;
    assert_true(control_read(&c, text, sizeof text - 1, CONTROL_AVAILABLE));
    assert_int_equal(c.dependency_count, 8);
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(c.dependencies[i].target, targets[i]);
    assert_string_equal(c.packages[7].architecture, "i386");
    control_free(&c);
}

static void conffiles_may_have_blanks_and_marks(void **state)
{
    (void)state;
    char text[] = HEAD "Conffiles:\n /etc/b 11\n /etc/a b 22 obsolete\n"
                       " /etc/c newconffile remove-on-upgrade\n /etc/b 33\n";
    struct control c;
    assert_true(control_read(&c, text, sizeof text - 1, CONTROL_STATUS));
    assert_int_equal(c.conffile_count, 3);
    assert_string_equal(c.conffiles[0].path, "/etc/a b");
    assert_string_equal(c.conffiles[0].checksum, "22");
    assert_true(c.conffiles[0].obsolete);
    assert_string_equal(c.conffiles[1].path, "/etc/b");
    assert_null(c.conffiles[2].checksum);
    assert_true(c.conffiles[2].removal);
    control_free(&c);
}

static void refuses_what_is_wrong_and_names_the_line(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *error;
    } samples[] = {
        {"", "no package in it"},
        {"\n \n", "no package in it"},
        {"A: 1\n", "line 1: no Package in this paragraph"},
        {"Package: a b\n", "line 1: a b: Package: not a name: \"a b\""},
        {"Package: a\n",
            "line 1: a: no Status: is this dpkg's status file, and whole?"},
        {"Package: a\nStatus: install ok\n",
            "line 2: a: Status: not a status: \"install ok\""},
        {"Package: a\nStatus: install ok installed\nArchitecture: all\n",
            "line 1: a: no Version: is the file whole?"},
        {"Package: a\nStatus: install ok installed\nVersion: 1\n",
            "line 1: a: no Architecture: is the file whole?"},
        {HEAD "Multi-Arch: maybe\n",
            "line 5: a: Multi-Arch: not no, same, foreign or allowed: \"maybe\""},
        {HEAD "Essential: 1\n", "line 5: a: Essential: not yes or no: \"1\""},
        {HEAD "Installed-Size: -1\n",
            "line 5: a: Installed-Size: not a size in KiB: \"-1\""},
        {HEAD "Installed-Size: 99999999999999999999\n",
            "line 5: a: Installed-Size: not a size in KiB: \"99999999999999999999\""},
        {HEAD "Source: b 1\n", "line 5: a: Source: not `name (version)`: \"b 1\""},
        {HEAD "Depends: b c\n", "line 5: a: Depends: not a list of packages: \"b c\""},
        {HEAD "Depends: b, c (>= 1\n",
            "line 5: a: Depends: not a list of packages: \"c (>= 1\""},
        {HEAD "Depends: b | , c\n",
            "line 5: a: Depends: not a list of packages: \", c\""},
        {HEAD "Depends: b (~ 1)\n",
            "line 5: a: Depends: not a list of packages: \"b (~ 1)\""},
        {HEAD "Depends: b: \n", "line 5: a: Depends: not a list of packages: \"b:\""},
        {HEAD "Conffiles:\n /etc/a\n",
            "line 5: a: Conffiles: not `path checksum`: \"/etc/a\""},
        {HEAD "\n" HEAD, "line 6: a amd64: a second time, after line 1"},
        {HEAD "Description: cut o", "its last line has no end: was it cut off?"},
        {"rubbish", "its last line has no end: was it cut off?"},
        {HEAD "rubbish\n", "line 5: expected `Name: value`, got \"rubbish\""},
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        char *text = strdup(samples[i].text);
        struct control c;
        assert_false(control_read(&c, text, strlen(text), CONTROL_STATUS));
        assert_string_equal(c.error, samples[i].error);
        control_free(&c);
        free(text);
    }
}

/* dpkg may know no more of a package that is not installed. */
static void takes_little_for_what_is_not_installed(void **state)
{
    (void)state;
    char text[] = "Package: a\nStatus: hold ok not-installed\n";
    struct control c;
    assert_true(control_read(&c, text, sizeof text - 1, CONTROL_STATUS));
    assert_int_equal(c.packages[0].state, PACKAGE_STATE_NOT_INSTALLED);
    assert_int_equal(c.packages[0].want, PACKAGE_WANT_HOLD);
    assert_null(c.packages[0].source);
    assert_string_equal(c.packages[0].architecture, "");
    control_free(&c);
}

static void survives_every_cut(void **state)
{
    (void)state;
    size_t len;
    char *text = read_sample(available_path, &len);
    char *copy = malloc(len + 1);
    for (size_t cut = 0; cut < len; cut += cut < 1000 ? 1 : 97) {
        struct control c;
        memcpy(copy, text, cut);
        control_read(&c, copy, cut, CONTROL_AVAILABLE);
        control_free(&c);
    }
    free(copy);
    free(text);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_fields_of_a_real_package),
        cmocka_unit_test(resolves_targets),
        cmocka_unit_test(reads_an_archives_list),
        cmocka_unit_test(lists_of_dependencies),
        cmocka_unit_test(a_target_is_of_the_same_architecture_first),
        cmocka_unit_test(conffiles_may_have_blanks_and_marks),
        cmocka_unit_test(refuses_what_is_wrong_and_names_the_line),
        cmocka_unit_test(takes_little_for_what_is_not_installed),
        cmocka_unit_test(survives_every_cut),
    };
    if (argc != 3)
        return 2;
    status_path = argv[1];
    available_path = argv[2];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
