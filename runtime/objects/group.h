/* group.h: peers: the objects that one result brought in.
 *
 * A group never owns its members and an object is in one group at a time.  Groups hang
 * on paths: a path is a way through relations from one query, and knows for each
 * to-many relation whether one owner was already asked alone. */
#ifndef RUNTIME_GROUP_H
#define RUNTIME_GROUP_H

#include "session/session.h"

struct path {
    struct orm_scope *scope; /* of its groups, and of longer paths */
    const void *relation;    /* that led here; NULL at the root */
    struct path *children;
    struct path *sibling;
    enum orm_fetch fetch; /* the mode of what lies on it */
    struct way *way;      /* of the report, or NULL */
    uint64_t asked; /* bit per to-many relation: its first owner was asked alone */
};

struct orm_group {
    struct path *path;
    struct orm_group *next; /* of the path's scope */
    struct orm_object *
        *members; /* NULL: has left; of a group that is begun: none yet */
    size_t size;  /* places */
    size_t live;  /* members left */
};

/* The path one relation further; when `parent` is NULL a new root, in `scope`.  NULL:
 * no memory. */
struct path *path_child(
    struct orm_scope *scope, struct path *parent, const void *relation);

/* The path of what a query yields. */
struct path *path_of_query(struct orm_scope *scope, enum orm_fetch fetch);

/* A new root that knows what another and its branches know.  NULL: no memory. */
struct path *path_again(struct orm_scope *scope, const struct path *old);

/* The path of what is loaded through `o`. */
struct path *path_beyond(const struct orm_object *o, const void *relation);

/* The way of the path for the report, which objects of `m` lie on; of no path, theirs.
 */
struct way *path_way(
    struct orm_session *s, struct path *path, const struct orm_model *m);

static inline struct path *path_of(const struct orm_object *o)
{
    return o->group ? o->group->path : NULL;
}

/* A group is begun before its result is read, so that new objects enter it while they
 * are made, and formed when all are there. */

/* NULL: no memory. */
struct orm_group *group_begin(struct path *path);

/* A new object; it leaves again if the load fails. */
void group_enter(struct orm_group *g, struct orm_object *o);

/* What group_form() takes at most is to be reserved by the next scope_reserve(). */
void group_want(const struct path *path, size_t count);

/* Gives the objects the path's mode and makes one group of them; repeated ones count
 * once.  One object makes no group and is not moved; an object of another group moves
 * unless that is larger.  The room must be reserved, and who entered is among them.
 * How many objects there are. */
size_t group_form(struct orm_group *g, struct orm_object **objects, size_t count);

void group_leave(struct orm_object *o);

#endif
