/* import.c: loads what is there, then goes through the file and lets the setters find
 * out what differs.
 *
 * Everything is read before anything is changed: a query about a table with unwritten
 * changes would have to write them first. */
#include "import.h"

#include "pairs.h"
#include "stopwatch.h"

#include <stdlib.h>
#include <string.h>

struct import {
    struct orm_session *s;
    const struct control *control;
    struct import_result *result;
    struct pairs maintainers; /* by contact */
    struct pairs sections;    /* by name */
    struct pairs sources;     /* by name and version */
    struct pairs tags;        /* by name */
    struct pairs packages;    /* by name and architecture */
    struct package **targets; /* control->packages, as objects */
    void **scratch;           /* for one package's list */
    size_t scratch_room;
    bool no_memory;
};

static void keep(
    struct import *im, struct pairs *pairs, const char *a, const char *b, void *object)
{
    if (!pairs_put(pairs, a, b, object))
        im->no_memory = true;
}

/* -- What is there ----------------------------------------------------------------- */

static void load(struct import *im)
{
    struct orm_session *s = im->s;
    orm_each(struct maintainer, m, maintainer_all(maintainer_table(s)))
        keep(im, &im->maintainers, maintainer_contact(m), "", m);
    orm_each(struct section, x, section_all(section_table(s)))
        keep(im, &im->sections, section_name(x), "", x);
    orm_each(struct source, x, source_all(source_table(s)))
        keep(im, &im->sources, source_name(x), source_version(x), x);
    orm_each(struct tag, t, tag_all(tag_table(s)))
        keep(im, &im->tags, tag_name(t), "", t);
    orm_each(struct package, p, package_all(package_table(s))) {
        keep(im, &im->packages, package_name(p), package_architecture(p), p);
        dependency_all(package_dependencies(p));
        conffile_all(package_conffiles(p));
        tag_all(package_tags(p));
    }
}

/* -- One of each ------------------------------------------------------------------- */

/* The object of a key, marked as wanted; NULL if it is to be made. */
static void *find(struct pairs *pairs, const char *a, const char *b)
{
    struct pair *pair = pairs_find(pairs, a, b);
    if (!pair)
        return NULL;
    pair->wanted = true;
    return pair->value;
}

static void keep_new(
    struct import *im, struct pairs *pairs, const char *a, const char *b, void *object)
{
    keep(im, pairs, a, b, object);
    find(pairs, a, b);
}

/* `Name <address>`; some write a web page for an address, or something behind it. */
static void set_contact(struct import *im, struct maintainer *m, const char *contact)
{
    char *name = strdup(contact);
    if (!name) {
        im->no_memory = true;
        return;
    }
    maintainer_set_contact(m, contact);
    char *open = strrchr(name, '<');
    char *close = open ? strchr(open, '>') : NULL;
    if (close) {
        *open = '\0';
        *close = '\0';
        if (strchr(open + 1, '@'))
            maintainer_set_email(m, open + 1);
    }
    size_t len = strlen(name);
    while (len > 0 && name[len - 1] == ' ')
        name[--len] = '\0';
    maintainer_set_name(m, name);
    free(name);
}

static struct maintainer *maintainer_of(struct import *im, const char *contact)
{
    struct maintainer *m = find(&im->maintainers, contact, "");
    if (!m) {
        m = maintainer_new(maintainer_table(im->s));
        set_contact(im, m, contact);
        keep_new(im, &im->maintainers, contact, "", m);
    }
    return m;
}

static struct section *section_of(struct import *im, const char *name)
{
    struct section *x = find(&im->sections, name, "");
    if (!x) {
        x = section_new(section_table(im->s));
        section_set_name(x, name);
        keep_new(im, &im->sections, name, "", x);
    }
    return x;
}

static struct source *source_of(
    struct import *im, const char *name, const char *version)
{
    struct source *x = find(&im->sources, name, version);
    if (!x) {
        x = source_new(source_table(im->s));
        source_set_name(x, name);
        source_set_version(x, version);
        keep_new(im, &im->sources, name, version, x);
    }
    return x;
}

static struct tag *tag_of(struct import *im, const char *name)
{
    struct tag *t = find(&im->tags, name, "");
    if (!t) {
        t = tag_new(tag_table(im->s));
        tag_set_name(t, name);
        keep_new(im, &im->tags, name, "", t);
    }
    return t;
}

static struct package *package_of(
    struct import *im, const char *name, const char *architecture)
{
    struct package *p = find(&im->packages, name, architecture);
    if (!p) {
        p = package_new(package_table(im->s));
        package_set_name(p, name);
        package_set_architecture(p, architecture);
        keep_new(im, &im->packages, name, architecture, p);
        im->result->added++;
    }
    return p;
}

/* -- Setters that take "none" ------------------------------------------------------ */

static void package_text(struct package *p, const char *text,
    void (*set)(struct package *, const char *), void (*clear)(struct package *))
{
    if (text)
        set(p, text);
    else
        clear(p);
}

static void dependency_text(struct dependency *d, const char *text,
    void (*set)(struct dependency *, const char *), void (*clear)(struct dependency *))
{
    if (text)
        set(d, text);
    else
        clear(d);
}

static void set_package(
    struct import *im, struct package *p, const struct control_package *c)
{
    package_set_state(p, c->state);
    package_set_essential(p, c->essential);
    package_text(p, c->version, package_set_version, package_clear_version);
    package_text(p, c->homepage, package_set_homepage, package_clear_homepage);
    package_text(p, c->summary, package_set_summary, package_clear_summary);
    package_text(p, c->description, package_set_description, package_clear_description);
    if (c->has_want)
        package_set_want(p, c->want);
    else
        package_clear_want(p);
    if (c->has_priority)
        package_set_priority(p, c->priority);
    else
        package_clear_priority(p);
    if (c->has_multi_arch)
        package_set_multi_arch(p, c->multi_arch);
    else
        package_clear_multi_arch(p);
    if (c->has_installed_size)
        package_set_installed_size(p, c->installed_size);
    else
        package_clear_installed_size(p);
    package_set_maintainer(p, c->maintainer ? maintainer_of(im, c->maintainer) : NULL);
    package_set_section(p, c->section ? section_of(im, c->section) : NULL);
    package_set_source(
        p, c->source ? source_of(im, c->source, c->source_version) : NULL);
}

/* -- Lists: both sides sorted, then one walk --------------------------------------- */

/* A sorted copy, valid until the next call. */
static void *sorted(struct import *im, const void *items, size_t len,
    int (*compare)(const void *, const void *))
{
    if (len > im->scratch_room) {
        void **scratch = realloc(im->scratch, len * sizeof *scratch);
        if (!scratch) {
            im->no_memory = true;
            return NULL;
        }
        im->scratch = scratch;
        im->scratch_room = len;
    }
    if (len > 0) {
        memcpy(im->scratch, items, len * sizeof *im->scratch);
        qsort(im->scratch, len, sizeof *im->scratch, compare);
    }
    return im->scratch;
}

static int compare_places(int kind_a, int32_t clause_a, int32_t choice_a, int kind_b,
    int32_t clause_b, int32_t choice_b)
{
    if (kind_a != kind_b)
        return kind_a < kind_b ? -1 : 1;
    if (clause_a != clause_b)
        return clause_a < clause_b ? -1 : 1;
    return (choice_a > choice_b) - (choice_a < choice_b);
}

static int by_place(const void *a, const void *b)
{
    const struct dependency *const *x = a;
    const struct dependency *const *y = b;
    return compare_places((int)dependency_kind(*x), dependency_clause(*x),
        dependency_choice(*x), (int)dependency_kind(*y), dependency_clause(*y),
        dependency_choice(*y));
}

static int by_path(const void *a, const void *b)
{
    const struct conffile *const *x = a;
    const struct conffile *const *y = b;
    return strcmp(conffile_path(*x), conffile_path(*y));
}

static int by_name(const void *a, const void *b)
{
    const struct tag *const *x = a;
    const struct tag *const *y = b;
    return strcmp(tag_name(*x), tag_name(*y));
}

static void set_dependency(
    struct import *im, struct dependency *d, const struct control_dependency *c)
{
    dependency_set_target(d, im->targets[c->target]);
    dependency_text(
        d, c->qualifier, dependency_set_qualifier, dependency_clear_qualifier);
    dependency_text(d, c->version, dependency_set_version, dependency_clear_version);
    if (c->bound)
        dependency_set_relation(d, c->relation);
    else
        dependency_clear_relation(d);
}

static void import_dependencies(
    struct import *im, struct package *p, struct control_range range)
{
    const struct dependency_list *list = dependency_all(package_dependencies(p));
    struct dependency **there = sorted(im, list->items, list->len, by_place);
    const struct control_dependency *c =
        range.len ? &im->control->dependencies[range.first] : NULL;
    size_t left = im->no_memory ? 0 : list->len;
    for (size_t i = 0; i < range.len || left > 0;) {
        const int order =
            i == range.len ? 1
            : left == 0    ? -1
                           : compare_places((int)c[i].kind, c[i].clause, c[i].choice,
                                 (int)dependency_kind(*there), dependency_clause(*there),
                                 dependency_choice(*there));
        if (order < 0) {
            struct dependency *d = dependency_new(package_dependencies(p));
            dependency_set_kind(d, c[i].kind);
            dependency_set_clause(d, c[i].clause);
            dependency_set_choice(d, c[i].choice);
            set_dependency(im, d, &c[i++]);
        } else if (order > 0) {
            dependency_delete(*there++);
            left--;
        } else {
            set_dependency(im, *there++, &c[i++]);
            left--;
        }
    }
}

static void set_conffile(struct conffile *f, const struct control_conffile *c)
{
    conffile_set_obsolete(f, c->obsolete);
    conffile_set_removal(f, c->removal);
    if (c->checksum)
        conffile_set_checksum(f, c->checksum);
    else
        conffile_clear_checksum(f);
}

static void import_conffiles(
    struct import *im, struct package *p, struct control_range range)
{
    const struct conffile_list *list = conffile_all(package_conffiles(p));
    struct conffile **there = sorted(im, list->items, list->len, by_path);
    const struct control_conffile *c =
        range.len ? &im->control->conffiles[range.first] : NULL;
    size_t left = im->no_memory ? 0 : list->len;
    for (size_t i = 0; i < range.len || left > 0;) {
        const int order = i == range.len ? 1
                          : left == 0    ? -1
                                         : strcmp(c[i].path, conffile_path(*there));
        if (order < 0) {
            struct conffile *f = conffile_new(package_conffiles(p));
            conffile_set_path(f, c[i].path);
            set_conffile(f, &c[i++]);
        } else if (order > 0) {
            conffile_delete(*there++);
            left--;
        } else {
            set_conffile(*there++, &c[i++]);
            left--;
        }
    }
}

static void import_tags(
    struct import *im, struct package *p, struct control_range range)
{
    const struct tag_list *list = tag_all(package_tags(p));
    struct tag **there = sorted(im, list->items, list->len, by_name);
    const char *const *c = range.len ? &im->control->tags[range.first] : NULL;
    size_t left = im->no_memory ? 0 : list->len;
    for (size_t i = 0; i < range.len || left > 0;) {
        const int order = i == range.len ? 1
                          : left == 0    ? -1
                                         : strcmp(c[i], tag_name(*there));
        if (order < 0) {
            tag_add(package_tags(p), tag_of(im, c[i++]));
        } else if (order > 0) {
            tag_remove(package_tags(p), *there++);
            left--;
        } else {
            tag_of(im, c[i++]);
            there++;
            left--;
        }
    }
}

/* -- What the file no longer has --------------------------------------------------- */

static void remove_packages(struct import *im)
{
    for (size_t i = 0; i < im->packages.room; i++) {
        const struct pair *pair = &im->packages.places[i];
        if (!pair->a || pair->wanted)
            continue;
        struct package *p = pair->value;
        orm_each(struct dependency, d, dependency_all(package_dependencies(p)))
            dependency_delete(d);
        orm_each(struct conffile, f, conffile_all(package_conffiles(p)))
            conffile_delete(f);
        package_delete(p);
        im->result->removed++;
    }
}

static void remove_unwanted(const struct pairs *pairs, void (*delete_object)(void *))
{
    for (size_t i = 0; i < pairs->room; i++)
        if (pairs->places[i].a && !pairs->places[i].wanted)
            delete_object(pairs->places[i].value);
}

static void delete_maintainer(void *m)
{
    maintainer_delete(m);
}

static void delete_section(void *section)
{
    section_delete(section);
}

static void delete_source(void *source)
{
    source_delete(source);
}

static void delete_tag(void *tag)
{
    tag_delete(tag);
}

/* ---------------------------------------------------------------------------------- */

static void import_all(struct import *im)
{
    const struct control *control = im->control;
    load(im);
    for (size_t i = 0; i < control->package_count; i++) {
        const struct control_package *c = &control->packages[i];
        im->targets[i] = package_of(im, c->name, c->architecture);
        set_package(im, im->targets[i], c);
    }
    for (size_t i = 0; i < control->package_count && !im->no_memory; i++) {
        const struct control_package *c = &control->packages[i];
        import_dependencies(im, im->targets[i], c->dependencies);
        import_conffiles(im, im->targets[i], c->conffiles);
        import_tags(im, im->targets[i], c->tags);
    }
    remove_packages(im);
    remove_unwanted(&im->maintainers, delete_maintainer);
    remove_unwanted(&im->sections, delete_section);
    remove_unwanted(&im->sources, delete_source);
    remove_unwanted(&im->tags, delete_tag);
}

bool import_packages(
    struct orm_session *s, const struct control *control, struct import_result *result)
{
    struct import im = {.s = s, .control = control, .result = result};
    const double begin = now();
    const uint64_t statements = orm_statements(s);
    const uint64_t round_trips = orm_round_trips(s);
    *result = (struct import_result){0};

    im.targets = calloc(control->package_count, sizeof *im.targets);
    im.no_memory = im.targets == NULL;
    if (!im.no_memory)
        import_all(&im);
    const bool done = !im.no_memory && orm_commit(s);

    result->statements = orm_statements(s) - statements;
    result->round_trips = orm_round_trips(s) - round_trips;
    result->milliseconds = now() - begin;
    pairs_free(&im.maintainers);
    pairs_free(&im.sections);
    pairs_free(&im.sources);
    pairs_free(&im.tags);
    pairs_free(&im.packages);
    free(im.targets);
    free(im.scratch);
    return done;
}
