/* alias.h: what plans brought under a name.
 *
 * A filtered plan never fills the relation's own place: what it found is kept per
 * owner, relation and alias, in the scope that it was loaded in, and goes with that. It
 * stays what the query found; the same plan once more replaces it. */
#ifndef RUNTIME_ALIAS_H
#define RUNTIME_ALIAS_H

#include "objects/object.h"

/* Room for `more` results in a scope.  False: memory is out. */
bool alias_reserve(struct orm_scope *scope, size_t more);

/* A copy of the alias that lasts as long as the scope.  NULL: memory is out. */
const char *alias_name(struct orm_scope *scope, const char *alias);

/* Keeps a list, or an object or NULL.  There must be room; `alias` is a copy. */
void alias_put(struct orm_scope *scope, const struct orm_object *owner,
    const void *relation, const char *alias, const void *value);

/* Rollback: what was put or forgotten since there were `count` of
 * session.alias_pasts is undone. */
void alias_go_back(struct orm_session *s, size_t count);

/* The object is to be asked again; and all are. */
void alias_forget(const struct orm_object *owner);
void alias_forget_all(struct orm_session *s);

/* The scope ends: what it kept goes, and what others kept that shows its objects; these
 * are still there. */
void alias_end(struct orm_scope *scope);

#endif
