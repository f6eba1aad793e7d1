/* control.h: a file of packages, read whole and checked before anything is done with
 * it.
 *
 * A package is known by its name and architecture; the file may hold each pair once.
 * What packages only mention is here too, as packages of state `named`. */
#ifndef CONTROL_H
#define CONTROL_H

#include "packages.orm.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum control_form {
    CONTROL_STATUS,   /* /var/lib/dpkg/status: every paragraph has a Status */
    CONTROL_AVAILABLE /* an archive's list: none has */
};

struct control_dependency {
    enum dependency_kind kind;
    int32_t clause;
    int32_t choice;
    const char *name;
    const char *qualifier; /* or NULL */
    bool bound;            /* `relation` and `version` hold */
    enum dependency_relation relation;
    const char *version;
    size_t target; /* index in control.packages */
};

struct control_conffile {
    const char *path;
    const char *checksum; /* or NULL */
    bool obsolete;
    bool removal;
};

struct control_range {
    size_t first;
    size_t len;
};

/* Texts may be NULL, but for name and architecture. */
struct control_package {
    size_t line;
    const char *name;
    const char *architecture;
    enum package_state state;
    bool has_want;
    enum package_want want;
    const char *version;
    bool has_priority;
    enum package_priority priority;
    bool essential;
    bool has_multi_arch;
    enum package_multi_arch multi_arch;
    bool has_installed_size;
    int64_t installed_size;
    const char *homepage;
    const char *summary;
    const char *description;
    const char *maintainer;
    const char *section;
    const char *source;
    const char *source_version;
    struct control_range dependencies; /* of control.dependencies; by kind and place */
    struct control_range conffiles;    /* by path */
    struct control_range tags;         /* by name */
};

struct control {
    struct control_package *packages; /* those of the file first */
    size_t package_count;
    size_t named_count; /* of them, at the end */
    struct control_dependency *dependencies;
    size_t dependency_count;
    struct control_conffile *conffiles;
    size_t conffile_count;
    const char **tags;
    size_t tag_count;
    char error[240]; /* "line 7: ...", or "" */
};

/* `text` holds `len` bytes and room for one more; it is changed, and must live as long
 * as `control`.  False if `error` is set.  To be freed either way. */
bool control_read(
    struct control *control, char *text, size_t len, enum control_form form);

void control_free(struct control *control);

#endif
