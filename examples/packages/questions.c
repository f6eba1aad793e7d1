/* questions.c: every answer is a loop as one writes it first. */
#include "questions.h"

#include "stopwatch.h"
#include "walk.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* -- The best of many -------------------------------------------------------------- */

struct score {
    const char *name;
    int64_t value;
};

static int by_score(const void *a, const void *b)
{
    const struct score *x = a;
    const struct score *y = b;
    if (x->value != y->value)
        return x->value < y->value ? 1 : -1;
    return strcmp(x->name, y->name);
}

static void print_best(
    struct walk *w, struct score *scores, size_t len, const char *unit)
{
    qsort(scores, len, sizeof *scores, by_score);
    for (size_t i = 0; i < len && i < 5 && scores[i].value > 0; i++)
        fprintf(
            w->out, "    %9" PRId64 " %s  %s\n", scores[i].value, unit, scores[i].name);
    free(scores);
}

/* -- Answers ----------------------------------------------------------------------- */

static void who_what_whence(struct walk *w)
{
    size_t with_email = 0;
    size_t own_name = 0;
    size_t libraries = 0;
    orm_each(struct package, p, all_packages(w)) {
        w->rows++;
        with_email += maintainer_has_email(maintainer_of(w, p));
        libraries += strcmp(section_name(section_of(w, p)), "libs") == 0;
        own_name += strcmp(source_name(source_of(w, p)), package_name(p)) == 0;
    }
    fprintf(w->out,
        "    %zu have a maintainer with an e-mail address, %zu are in the section "
        "libs,\n"
        "    %zu are named like their source\n",
        with_email, libraries, own_name);
}

static void targets_by_package(struct walk *w)
{
    size_t same = 0;
    const struct package_query present = {.where = {package_version_not_null()}};
    w->queries++;
    orm_each(struct package, p, package_find(package_table(w->s), &present)) {
        w->rows++;
        orm_each(struct dependency, d, dependencies_of(w, p)) {
            w->rows++;
            struct maintainer *m = maintainer_of(w, target_of(w, d));
            same += m && m == maintainer_of(w, p);
        }
    }
    fprintf(
        w->out, "    %zu of the dependencies stay with the same maintainer\n", same);
}

static void targets_as_one_list(struct walk *w)
{
    size_t maintained = 0;
    w->queries++;
    orm_each(struct dependency, d, dependency_all(dependency_table(w->s))) {
        w->rows++;
        maintained += maintainer_of(w, target_of(w, d)) != NULL;
    }
    fprintf(w->out, "    %zu of the dependencies have a target with a maintainer\n",
        maintained);
}

static void busiest_maintainers(struct walk *w)
{
    w->queries++;
    const struct maintainer_list *list = maintainer_all(maintainer_table(w->s));
    struct score *scores = new_array(list->len, sizeof *scores);
    for (size_t i = 0; i < list->len; i++) {
        w->rows++;
        note(w, list->items[i], PACKAGES);
        scores[i].name = maintainer_name(list->items[i]);
        scores[i].value =
            (int64_t)package_all(maintainer_packages(list->items[i]))->len;
    }
    print_best(w, scores, list->len, "packages");
}

static void largest_sections(struct walk *w)
{
    w->queries++;
    const struct section_list *list = section_all(section_table(w->s));
    struct score *scores = new_array(list->len, sizeof *scores);
    for (size_t i = 0; i < list->len; i++) {
        note(w, list->items[i], PACKAGES);
        scores[i].name = section_name(list->items[i]);
        orm_each(struct package, p, package_all(section_packages(list->items[i]))) {
            w->rows++;
            scores[i].value += package_installed_size(p);
        }
        scores[i].value /= 1024;
    }
    print_best(w, scores, list->len, "MiB");
}

static void most_fertile_sources(struct walk *w)
{
    w->queries++;
    const struct source_list *list = source_all(source_table(w->s));
    struct score *scores = new_array(list->len, sizeof *scores);
    for (size_t i = 0; i < list->len; i++) {
        w->rows++;
        note(w, list->items[i], PACKAGES);
        scores[i].name = source_name(list->items[i]);
        scores[i].value = (int64_t)package_all(source_packages(list->items[i]))->len;
    }
    print_best(w, scores, list->len, "packages");
}

static void most_depended_upon(struct walk *w)
{
    const struct package_list *list = all_packages(w);
    struct score *scores = new_array(list->len, sizeof *scores);
    for (size_t i = 0; i < list->len; i++) {
        scores[i].name = package_name(list->items[i]);
        orm_each(struct dependency, d, dependents_of(w, list->items[i])) {
            w->rows++;
            scores[i].value += is_needed(d);
        }
    }
    print_best(w, scores, list->len, "dependencies");
}

/* By the many-to-many relation: who names it at all. */
static void most_named(struct walk *w)
{
    const struct package_query named = {
        .where = {package_state_eq(PACKAGE_STATE_NAMED)}};
    w->queries++;
    const struct package_list *list = package_find(package_table(w->s), &named);
    struct score *scores = new_array(list->len, sizeof *scores);
    for (size_t i = 0; i < list->len; i++) {
        w->rows++;
        scores[i].name = package_name(list->items[i]);
        scores[i].value = (int64_t)named_by(w, list->items[i])->len;
    }
    print_best(w, scores, list->len, "packages");
}

static void most_configured(struct walk *w)
{
    const struct package_list *list = all_packages(w);
    struct score *scores = new_array(list->len, sizeof *scores);
    for (size_t i = 0; i < list->len; i++) {
        w->rows++;
        scores[i].name = package_name(list->items[i]);
        scores[i].value = (int64_t)conffiles_of(w, list->items[i])->len;
    }
    print_best(w, scores, list->len, "files");
}

static void commonest_tags(struct walk *w)
{
    w->queries++;
    const struct tag_list *list = tag_all(tag_table(w->s));
    struct score *scores = new_array(list->len, sizeof *scores);
    for (size_t i = 0; i < list->len; i++) {
        w->rows++;
        note(w, list->items[i], PACKAGES);
        scores[i].name = tag_name(list->items[i]);
        scores[i].value = (int64_t)package_all(tag_packages(list->items[i]))->len;
    }
    if (list->len == 0)
        fputs("    none: only an archive's list has tags\n", w->out);
    print_best(w, scores, list->len, "packages");
}

static void one_row_one_object(struct walk *w)
{
    const struct package_query q = {
        .where = {package_name_eq(w->without), package_state_ne(PACKAGE_STATE_NAMED)},
        .limit = 1,
    };
    w->queries++;
    struct package *p = package_first(package_table(w->s), &q);
    size_t same = 0;
    orm_each(struct dependency, d, dependents_of(w, p)) {
        w->rows++;
        orm_each(struct dependency, back, dependencies_of(w, owner_of(w, d)))
            same += back == d && target_of(w, back) == p;
    }
    const uint64_t before = orm_statements(w->s);
    const bool one_slot = package_dependents(p) == package_dependents(p);
    fprintf(w->out,
        "    %zu of %zu dependencies upon %s, found again through the package that "
        "has\n"
        "    them, are the same object with the same target; its slot %s one pointer, "
        "for "
        "%" PRIu64 " statements\n",
        same, w->rows, package_name(p), one_slot ? "is" : "IS NOT",
        orm_statements(w->s) - before);
}

const struct question questions[] = {
    {"Who maintains each package, in which section, from which source?",
        who_what_whence},
    {"Each package's dependencies, their targets, who maintains those?",
        targets_by_package},
    {"The same, over all dependencies as one list?", targets_as_one_list},
    {"Who maintains most?", busiest_maintainers},
    {"Which sections take most room?", largest_sections},
    {"Which sources make most packages?", most_fertile_sources},
    {"What is most depended upon?", most_depended_upon},
    {"What is named most, and not there?", most_named},
    {"Who has most configuration files?", most_configured},
    {"Which tags are most common?", commonest_tags},
    {"What would break without one package?", what_would_break},
    {"How long is the longest chain of dependencies?", longest_chain},
    {"Is one row one object?", one_row_one_object},
};

const size_t question_count = sizeof questions / sizeof *questions;

bool question_ask(const struct question *question, struct orm_session *s,
    const char *without, FILE *out, struct question_cost *cost)
{
    struct walk w = {.s = s, .without = without, .out = out};
    orm_reset(s);
    fprintf(out, "%s\n", question->text);
    const uint64_t statements = orm_statements(s);
    const uint64_t round_trips = orm_round_trips(s);
    const double begin = now();
    question->answer(&w);
    cost->milliseconds = now() - begin;
    cost->rows = w.rows;
    cost->statements = orm_statements(s) - statements;
    cost->round_trips = orm_round_trips(s) - round_trips;
    cost->one_per_access = w.queries + count_accesses(&w);
    return orm_end(s) && !w.no_memory;
}
