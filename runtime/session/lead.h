/* lead.h: what travels before a flight's own statements. */
#ifndef RUNTIME_LEAD_H
#define RUNTIME_LEAD_H

#include "session/session.h"

/* Whatever waits for a flight.  False: memory is out. */
bool lead_add(struct orm_session *s);

/* After it landed: those savepoints that the server has, even if it failed behind them.
 */
void lead_note_sent(struct orm_session *s);

/* The server has forgotten a statement that it is told to forget, and so perhaps all:
 * they need not be sent again.  False: something else failed. */
bool lead_spare(struct orm_session *s, const struct pg_item *failed);

/* The memory of statements that the flight deallocated. */
void lead_drop(struct orm_session *s);

#endif
