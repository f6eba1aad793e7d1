/* walk.h: going through objects, and counting what was asked of them.
 *
 * `maintainer_of(w, p)` is `package_maintainer(p)`, noted.  The notes tell what the
 * same walk costs where every object loads its own relations. */
#ifndef WALK_H
#define WALK_H

#include "packages.orm.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct access;

struct walk {
    struct orm_session *s;
    const char *without; /* the package to take away */
    FILE *out;
    size_t rows;    /* that the loops went through */
    size_t queries; /* that are written in the answer */
    struct access *accesses;
    size_t access_count;
    bool no_memory;
};

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

void note(struct walk *w, const void *object, enum relation relation);

/* How many pairs of an object and a relation were noted.  Ends the notes. */
size_t count_accesses(struct walk *w);

struct maintainer *maintainer_of(struct walk *w, struct package *p);
struct section *section_of(struct walk *w, struct package *p);
struct source *source_of(struct walk *w, struct package *p);
const struct dependency_list *dependencies_of(struct walk *w, struct package *p);
const struct dependency_list *dependents_of(struct walk *w, struct package *p);
const struct package_list *named_by(struct walk *w, struct package *p);
const struct conffile_list *conffiles_of(struct walk *w, struct package *p);
struct package *target_of(struct walk *w, struct dependency *d);
struct package *owner_of(struct walk *w, struct dependency *d);

/* In order of keys. */
const struct package_list *all_packages(struct walk *w);

/* Where `p` is in all_packages(), or NOWHERE. */
size_t index_of(const struct package_list *all, const struct package *p);
#define NOWHERE SIZE_MAX

/* On the machine or, in an archive's list, to be had. */
bool is_present(const struct package *p);

/* One without which a package does not work. */
bool is_needed(const struct dependency *d);

/* Zeros, and one more than asked for.  Ends the program when memory is out. */
void *new_array(size_t len, size_t size);

/* The two answers that take more than a loop. */
void what_would_break(struct walk *w);
void longest_chain(struct walk *w);

#endif
