/* cascade.h: what the database does to other rows when a row is deleted. */
#ifndef RUNTIME_CASCADE_H
#define RUNTIME_CASCADE_H

#include "session/session.h"

/* Rows that the same flush wrote, before their objects are mapped. */
struct new_objects {
    struct orm_object *const *objects;
    size_t count;
};

/* After a flush that deleted: objects whose targets are gone follow on_delete, and all
 * that is deleted leaves the map.  What refers to a row that may have gone without
 * being in memory is expired. */
void cascade_follow(struct orm_session *s, struct new_objects news);

#endif
