/* report.h: what lazy loads cost, by the way that led to them.
 *
 * A way goes from the model of a query through relations, as book.author.books; a path
 * (group.h) knows its own.  Of objects nothing is kept but which of the rows that came
 * the program has not got yet.  What memory is lacking for is not counted. */
#ifndef RUNTIME_REPORT_H
#define RUNTIME_REPORT_H

#include "session/session.h"

struct way;

/* Where ways of objects of `m` begin.  NULL, here and below: memory is out. */
struct way *report_root(struct orm_session *s, const struct orm_model *m);

/* One relation or column of the way's model further; `from` may be NULL. */
struct way *report_beyond(struct orm_session *s, struct way *from, const void *what);

/* The ways may be NULL: then nothing is counted. */

/* A lazy load for so many objects, and the rows that it brought; `objects` may be NULL.
 */
void report_load(struct way *way, size_t peers);
void report_rows(struct way *way, struct orm_object *const *objects, size_t count);

/* The program has got the object. */
void report_seen(struct orm_session *s, const struct orm_object *o);

/* It is freed; all are. */
void report_forget(struct orm_session *s, const struct orm_object *o);
void report_forget_all(struct orm_session *s);

void report_free(struct orm_session *s);

#endif
