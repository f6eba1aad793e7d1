/* link.h: rows of join tables that have no model: recorded now, written by the flush.
 */
#ifndef RUNTIME_LINK_H
#define RUNTIME_LINK_H

#include "objects/relate.h"

/* Records that the pair is to be there, or not to be.  Both ends' lists are dropped.
 * False: memory is out, and recorded. */
bool link_record(struct orm_session *s, const struct orm_to_many *rel,
    struct orm_object *owner, struct orm_object *target, bool add);

/* One that was forgotten waits again. */
void link_again(struct orm_session *s, struct link l);

/* Those recorded so far wait no more. */
void link_forget(struct orm_session *s);

/* Keeps the last record of each pair, sorted by relation, removals first. */
void link_collapse(struct orm_session *s);

#endif
