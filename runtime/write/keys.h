/* keys.h: keys made by the server, taken ahead, so that every row's key is known before
 * it is sent. */
#ifndef RUNTIME_KEYS_H
#define RUNTIME_KEYS_H

#include "objects/object.h"

/* Gives new objects without one their key: from what is left over, and the rest from
 * the sequences, all models in one flight.  In that flight tables that were not seen on
 * this connection yet are compared with their models.  False: the error is recorded. */
bool keys_take(struct orm_session *s, struct orm_object **news, size_t count);

/* After a flush that failed: the keys go back to what is left over. */
void keys_give_back(struct orm_session *s, struct orm_object **news, size_t count);

#endif
