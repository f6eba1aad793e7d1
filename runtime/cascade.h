/* cascade.h: what the database does to other rows when a row is deleted. */
#ifndef RUNTIME_CASCADE_H
#define RUNTIME_CASCADE_H

#include "session.h"

/* After a flush that deleted: mapped objects whose targets are gone follow on_delete,
 * and all that is deleted leaves the map. */
void cascade_follow(struct orm_session *s);

#endif
