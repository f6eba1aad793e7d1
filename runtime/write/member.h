/* member.h: what joins a relation, and what leaves it. */
#ifndef RUNTIME_MEMBER_H
#define RUNTIME_MEMBER_H

#include "objects/relate.h"

/* The relation's owner if its list may be changed now; else NULL, and the error is
 * recorded unless it is a placeholder's. */
struct orm_object *member_owner(struct orm_manager *m, const char *verb);

/* An object that can stand in the relation's lists. */
bool member_is_sound(
    struct orm_session *s, const struct orm_to_many *rel, const struct orm_object *o);

/* Whether that may join the owner's list, or leave it; else the error says why not. */
bool member_may_join(struct orm_session *s, const struct orm_to_many *rel,
    const struct orm_object *owner, struct orm_object *o);
bool member_may_leave(struct orm_session *s, const struct orm_to_many *rel,
    const struct orm_object *owner, const struct orm_object *o);

/* They may. */
void member_join(struct orm_session *s, const struct orm_to_many *rel,
    struct orm_object *owner, struct orm_object *o);
void member_leave(struct orm_session *s, const struct orm_to_many *rel,
    struct orm_object *owner, struct orm_object *o);

#endif
