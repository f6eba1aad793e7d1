/* questions.c: every answer is a loop as one writes it first, and says by `relation_of`
 * functions what it asks for, so that the cost of asking one by one can be told. */
#include "questions.h"

#include "packages.orm.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum relation {
    MAINTAINER,
    SECTION,
    SOURCE,
    DEPENDENCIES,
    DEPENDENTS,
    NAMED_BY,
    CONFFILES,
    TARGET,
    OWNER,
    PACKAGES
};

struct access {
    const void *object;
    enum relation relation;
};

struct walk {
    struct orm_session *s;
    const char *without;
    FILE *out;
    size_t rows;
    size_t queries; /* that are written in the answer */
    struct access *accesses;
    size_t access_count;
    bool no_memory;
};

/* -- Asking, and counting
 * ---------------------------------------------------------------- */

static void note(struct walk *w, const void *object, enum relation relation)
{
    if ((w->access_count & (w->access_count - 1)) == 0) {
        const size_t room = w->access_count ? w->access_count * 2 : 1;
        struct access *bigger = realloc(w->accesses, room * sizeof *bigger);
        if (!bigger) {
            w->no_memory = true;
            return;
        }
        w->accesses = bigger;
    }
    w->accesses[w->access_count++] = (struct access){object, relation};
}

static int by_access(const void *a, const void *b)
{
    const struct access *x = a;
    const struct access *y = b;
    const uintptr_t p = (uintptr_t)x->object;
    const uintptr_t q = (uintptr_t)y->object;
    return p != q ? (p > q) - (p < q) : (int)x->relation - (int)y->relation;
}

static size_t different_accesses(struct walk *w)
{
    size_t n = 0;
    if (w->access_count > 0)
        qsort(w->accesses, w->access_count, sizeof *w->accesses, by_access);
    for (size_t i = 0; i < w->access_count; i++)
        if (i == 0 || by_access(&w->accesses[i - 1], &w->accesses[i]) != 0)
            n++;
    return n;
}

static struct maintainer *maintainer_of(struct walk *w, struct package *p)
{
    if (package_maintainer_state(p) != ORM_REF_NULL)
        note(w, p, MAINTAINER);
    return package_maintainer(p);
}

static struct section *section_of(struct walk *w, struct package *p)
{
    if (package_section_state(p) != ORM_REF_NULL)
        note(w, p, SECTION);
    return package_section(p);
}

static struct source *source_of(struct walk *w, struct package *p)
{
    if (package_source_state(p) != ORM_REF_NULL)
        note(w, p, SOURCE);
    return package_source(p);
}

static const struct dependency_list *dependencies_of(struct walk *w, struct package *p)
{
    note(w, p, DEPENDENCIES);
    return dependency_all(package_dependencies(p));
}

static const struct dependency_list *dependents_of(struct walk *w, struct package *p)
{
    note(w, p, DEPENDENTS);
    return dependency_all(package_dependents(p));
}

static const struct package_list *named_by(struct walk *w, struct package *p)
{
    note(w, p, NAMED_BY);
    return package_all(package_named_by(p));
}

static const struct conffile_list *conffiles_of(struct walk *w, struct package *p)
{
    note(w, p, CONFFILES);
    return conffile_all(package_conffiles(p));
}

static struct package *target_of(struct walk *w, struct dependency *d)
{
    note(w, d, TARGET);
    return dependency_target(d);
}

static struct package *owner_of(struct walk *w, struct dependency *d)
{
    note(w, d, OWNER);
    return dependency_package(d);
}

static const struct package_list *all_packages(struct walk *w)
{
    const struct package_query q = {.order = {package_id_asc()}};
    w->queries++;
    return package_find(package_table(w->s), &q);
}

/* -- Helpers
 * ----------------------------------------------------------------------------- */

/* On the machine, or, in an archive's list, to be had. */
static bool is_present(const struct package *p)
{
    switch (package_state(p)) {
    case PACKAGE_STATE_NAMED:
    case PACKAGE_STATE_NOT_INSTALLED:
    case PACKAGE_STATE_CONFIG_FILES:
        return false;
    default:
        return true;
    }
}

static bool is_needed(const struct dependency *d)
{
    return dependency_kind(d) == DEPENDENCY_KIND_DEPENDS ||
           dependency_kind(d) == DEPENDENCY_KIND_PRE_DEPENDS;
}

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

/* A table of `len` scores; never NULL, so that a failed walk needs no care. */
static struct score *new_scores(size_t len)
{
    struct score *scores = calloc(len + 1, sizeof *scores);
    if (!scores)
        abort();
    return scores;
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

/* -- Answers
 * ----------------------------------------------------------------------------- */

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
    struct score *scores = new_scores(list->len);
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
    struct score *scores = new_scores(list->len);
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
    struct score *scores = new_scores(list->len);
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
    struct score *scores = new_scores(list->len);
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
    struct score *scores = new_scores(list->len);
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
    struct score *scores = new_scores(list->len);
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
    struct score *scores = new_scores(list->len);
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

/* -- Graphs: packages by their index in the list of all, which is in order of keys
 * ------ */

#define NONE SIZE_MAX

static int by_id(const void *key, const void *item)
{
    const int64_t id = *(const int64_t *)key;
    const struct package *const *p = item;
    return (id > package_id(*p)) - (id < package_id(*p));
}

/* The index of `p` in `all`, which is in the order of keys. */
static size_t index_of(const struct package_list *all, const struct package *p)
{
    const int64_t id = package_id(p);
    struct package *const *found =
        bsearch(&id, all->items, all->len, sizeof *all->items, by_id);
    return found ? (size_t)(found - all->items) : NONE;
}

static size_t *new_numbers(size_t len)
{
    size_t *numbers = calloc(len + 1, sizeof *numbers);
    if (!numbers)
        abort();
    return numbers;
}

/* -- What breaks
 * -------------------------------------------------------------------------- */

struct removal {
    struct walk *w;
    const struct package_list *all;
    size_t *gone; /* per package: 1 if so */
    size_t *queue;
    size_t queued;
};

static bool is_left(const struct removal *r, struct package *p)
{
    const size_t i = index_of(r->all, p);
    return i != NONE && is_present(p) && !r->gone[i];
}

/* The target itself, or something that provides it.  Versions are not compared. */
static bool is_met(const struct removal *r, struct dependency *d)
{
    struct package *target = target_of(r->w, d);
    if (is_left(r, target))
        return true;
    orm_each(struct dependency, provider, dependents_of(r->w, target))
        if (dependency_kind(provider) == DEPENDENCY_KIND_PROVIDES &&
            is_left(r, owner_of(r->w, provider)))
            return true;
    return false;
}

/* Whether any alternative of the clause that `broken` is one of is left. */
static bool is_clause_met(
    const struct removal *r, struct package *p, const struct dependency *broken)
{
    orm_each(struct dependency, d, dependencies_of(r->w, p))
        if (dependency_kind(d) == dependency_kind(broken) &&
            dependency_clause(d) == dependency_clause(broken) && is_met(r, d))
            return true;
    return false;
}

static void take_away(struct removal *r, struct package *p)
{
    const size_t i = index_of(r->all, p);
    r->gone[i] = 1;
    r->queue[r->queued++] = i;
}

/* Takes away who needs `target` and has nothing else. */
static void take_away_dependents(struct removal *r, struct package *target)
{
    orm_each(struct dependency, d, dependents_of(r->w, target)) {
        struct package *p = owner_of(r->w, d);
        r->w->rows++;
        if (is_needed(d) && is_left(r, p) && !is_clause_met(r, p, d))
            take_away(r, p);
    }
}

static void what_would_break(struct walk *w)
{
    struct removal r = {.w = w, .all = all_packages(w)};
    struct package *first = NULL;
    orm_each(struct package, p, r.all)
        if (!first && is_present(p) && strcmp(package_name(p), w->without) == 0)
            first = p;
    if (!first) {
        fprintf(w->out, "    there is no %s\n", w->without);
        return;
    }
    r.gone = new_numbers(r.all->len);
    r.queue = new_numbers(r.all->len);
    take_away(&r, first);
    for (size_t at = 0; at < r.queued; at++) {
        struct package *p = r.all->items[r.queue[at]];
        take_away_dependents(&r, p);
        orm_each(struct dependency, d, dependencies_of(w, p))
            if (dependency_kind(d) == DEPENDENCY_KIND_PROVIDES)
                take_away_dependents(&r, target_of(w, d));
    }
    fprintf(w->out, "    without %s, %zu others", w->without, r.queued - 1);
    for (size_t i = 1; i < r.queued && i <= 5; i++)
        fprintf(w->out, "%s %s", i == 1 ? ":" : ",",
            package_name(r.all->items[r.queue[i]]));
    fprintf(w->out, "%s\n", r.queued > 6 ? ", ..." : "");
    free(r.gone);
    free(r.queue);
}

/* -- The longest chain
 * -------------------------------------------------------------------- */

/* Dependencies run in circles, so a chain's links are the strongly connected components
 * (Tarjan's algorithm, without recursion: a crafted file must not exhaust the stack).
 */
struct chains {
    struct walk *w;
    const struct package_list *all;
    size_t *order;     /* per package: when it was first seen, from 1 */
    size_t *low;       /* the oldest that it reaches on the stack */
    size_t *component; /* from 1; 0 while on the stack or unseen */
    size_t *next;      /* its next dependency to look at */
    size_t *path;      /* the packages being visited, outermost first */
    size_t *stack;
    size_t *length; /* per component: links of its longest chain */
    size_t *below;  /* per component: the next link, or 0 */
    size_t *member; /* per component: a package of it */
    size_t *size;
    size_t path_len, stack_len, seen, component_count;
};

static void enter(struct chains *c, size_t i)
{
    c->order[i] = c->low[i] = ++c->seen;
    c->path[c->path_len++] = i;
    c->stack[c->stack_len++] = i;
}

/* The next dependency of package `i` that leads to a package at hand, or NONE. */
static size_t next_target(struct chains *c, size_t i)
{
    const struct dependency_list *list = dependencies_of(c->w, c->all->items[i]);
    while (c->next[i] < list->len) {
        struct dependency *d = list->items[c->next[i]++];
        if (!is_needed(d))
            continue;
        struct package *target = target_of(c->w, d);
        if (is_present(target))
            return index_of(c->all, target);
    }
    return NONE;
}

/* Takes the component that began with `i` off the stack and measures its longest chain.
 */
static void close_component(struct chains *c, size_t i)
{
    const size_t k = ++c->component_count;
    const size_t end = c->stack_len;
    c->member[k] = i;
    do {
        const size_t member = c->stack[--c->stack_len];
        c->component[member] = k;
        c->size[k]++;
    } while (c->stack[c->stack_len] != i);
    for (size_t s = c->stack_len; s < end; s++) {
        const size_t member = c->stack[s];
        c->next[member] = 0;
        for (size_t t; (t = next_target(c, member)) != NONE;) {
            const size_t to = c->component[t];
            if (to != k && c->length[to] > c->length[k]) {
                c->length[k] = c->length[to];
                c->below[k] = to;
            }
        }
    }
    c->length[k]++;
}

static void visit(struct chains *c, size_t from)
{
    enter(c, from);
    while (c->path_len > 0) {
        const size_t i = c->path[c->path_len - 1];
        const size_t t = next_target(c, i);
        if (t != NONE && c->order[t] == 0) {
            enter(c, t);
        } else if (t != NONE) {
            if (c->component[t] == 0 && c->order[t] < c->low[i])
                c->low[i] = c->order[t];
        } else {
            c->path_len--;
            if (c->path_len > 0) {
                const size_t above = c->path[c->path_len - 1];
                if (c->low[i] < c->low[above])
                    c->low[above] = c->low[i];
            }
            if (c->low[i] == c->order[i])
                close_component(c, i);
        }
    }
}

static void print_chain(const struct chains *c)
{
    size_t best = 0;
    for (size_t k = 1; k <= c->component_count; k++)
        if (c->length[k] > c->length[best])
            best = k;
    fprintf(c->w->out, "    %zu links:", c->length[best]);
    for (size_t k = best; k; k = c->below[k]) {
        fprintf(c->w->out, "%s %s", k == best ? "" : " >",
            package_name(c->all->items[c->member[k]]));
        if (c->size[k] > 1)
            fprintf(c->w->out, " (and %zu more in a circle)", c->size[k] - 1);
    }
    fputc('\n', c->w->out);
}

static void longest_chain(struct walk *w)
{
    struct chains c = {.w = w, .all = all_packages(w)};
    size_t **const arrays[] = {&c.order, &c.low, &c.component, &c.next, &c.path,
        &c.stack, &c.length, &c.below, &c.member, &c.size};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        *arrays[i] = new_numbers(c.all->len);
    for (size_t i = 0; i < c.all->len; i++) {
        w->rows += dependencies_of(w, c.all->items[i])->len;
        if (is_present(c.all->items[i]) && c.order[i] == 0)
            visit(&c, i);
    }
    print_chain(&c);
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        free(*arrays[i]);
}

/* -- Identity
 * ----------------------------------------------------------------------------- */

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

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

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
    cost->one_per_access = w.queries + different_accesses(&w);
    free(w.accesses);
    return orm_end(s) && !w.no_memory;
}
