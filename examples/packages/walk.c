/* walk.c: notes are kept as they come, and counted once at the end. */
#include "walk.h"

#include <stdlib.h>

struct access {
    const void *object;
    enum relation relation;
};

void note(struct walk *w, const void *object, enum relation relation)
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

size_t count_accesses(struct walk *w)
{
    size_t n = 0;
    if (w->access_count > 0)
        qsort(w->accesses, w->access_count, sizeof *w->accesses, by_access);
    for (size_t i = 0; i < w->access_count; i++)
        if (i == 0 || by_access(&w->accesses[i - 1], &w->accesses[i]) != 0)
            n++;
    free(w->accesses);
    w->accesses = NULL;
    w->access_count = 0;
    return n;
}

struct maintainer *maintainer_of(struct walk *w, struct package *p)
{
    if (package_maintainer_state(p) != ORM_REF_NULL)
        note(w, p, MAINTAINER);
    return package_maintainer(p);
}

struct section *section_of(struct walk *w, struct package *p)
{
    if (package_section_state(p) != ORM_REF_NULL)
        note(w, p, SECTION);
    return package_section(p);
}

struct source *source_of(struct walk *w, struct package *p)
{
    if (package_source_state(p) != ORM_REF_NULL)
        note(w, p, SOURCE);
    return package_source(p);
}

const struct dependency_list *dependencies_of(struct walk *w, struct package *p)
{
    note(w, p, DEPENDENCIES);
    return dependency_all(package_dependencies(p));
}

const struct dependency_list *dependents_of(struct walk *w, struct package *p)
{
    note(w, p, DEPENDENTS);
    return dependency_all(package_dependents(p));
}

const struct package_list *named_by(struct walk *w, struct package *p)
{
    note(w, p, NAMED_BY);
    return package_all(package_named_by(p));
}

const struct conffile_list *conffiles_of(struct walk *w, struct package *p)
{
    note(w, p, CONFFILES);
    return conffile_all(package_conffiles(p));
}

struct package *target_of(struct walk *w, struct dependency *d)
{
    note(w, d, TARGET);
    return dependency_target(d);
}

struct package *owner_of(struct walk *w, struct dependency *d)
{
    note(w, d, OWNER);
    return dependency_package(d);
}

const struct package_list *all_packages(struct walk *w)
{
    const struct package_query q = {.order = {package_id_asc()}};
    w->queries++;
    return package_find(package_table(w->s), &q);
}

bool is_present(const struct package *p)
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

bool is_needed(const struct dependency *d)
{
    return dependency_kind(d) == DEPENDENCY_KIND_DEPENDS ||
           dependency_kind(d) == DEPENDENCY_KIND_PRE_DEPENDS;
}

static int by_id(const void *key, const void *item)
{
    const int64_t id = *(const int64_t *)key;
    const struct package *const *p = item;
    return (id > package_id(*p)) - (id < package_id(*p));
}

size_t index_of(const struct package_list *all, const struct package *p)
{
    const int64_t id = package_id(p);
    struct package *const *found =
        bsearch(&id, all->items, all->len, sizeof *all->items, by_id);
    return found ? (size_t)(found - all->items) : NOWHERE;
}

void *new_array(size_t len, size_t size)
{
    void *array = calloc(len + 1, size);
    if (!array)
        abort();
    return array;
}
