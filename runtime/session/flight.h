/* flight.h: how a session talks to the server: statements by shape, and flights. */
#ifndef RUNTIME_FLIGHT_H
#define RUNTIME_FLIGHT_H

#include "session/blame.h"

/* -- Statements by shape ----------------------------------------------------------- */

/* Starts the shape of a statement: its kind, a letter, and the model, if there is one.
 */
void shape_begin(struct orm_session *s, char kind, const struct orm_model *m);
static inline void shape_add(struct orm_session *s, unsigned detail)
{
    buffer_int32(&s->shape, detail);
}

/* The statement of the current shape, made from `s->sql` when it is new. */
struct pg_statement *shape_known(struct orm_session *s);
struct pg_statement *shape_make(
    struct orm_session *s, const uint32_t *types, int type_count, bool counted);

/* While rows are loaded the connection is theirs: false, and an error. */
bool flight_is_free(struct orm_session *s);

/* -- Flights ----------------------------------------------------------------------- */

/* Whether BEGIN or a savepoint waits for the next flight. */
bool flight_leads(const struct orm_session *s);

/* Starts a flight, with BEGIN in it if one is wanted.  False on a failed session. */
bool flight_begin(struct orm_session *s);

/* Each returns false when memory is out.  Parameters must stay until flight_end(). */
bool flight_add(
    struct orm_session *s, struct pg_statement *st, const struct params *params);
bool flight_command(struct orm_session *s, const char *command);
bool flight_describe(struct orm_session *s, struct pg_statement *st);

/* The flight fails where the statement's result is not what it was when a model was
 * verified by it: ORM_CONFLICT, and `s->altered`. */
bool flight_guard(struct orm_session *s, const struct pg_statement *st);

/* What a result of the flight came from, or NULL. */
const struct pg_statement *flight_source(
    const struct orm_session *s, const struct pg_result *r);

/* Sends it and waits for all answers; mends statements that the server forgot and tries
 * again where nothing can have been done twice.  False: the error is recorded and
 * `failed_item` (or NULL) tells which. */
bool flight_land(struct orm_session *s, size_t *failed_item);

/* Whether orm_statements() counts it. */
static inline bool flight_counts(const struct pg_item *item)
{
    return item->statement && item->statement->counted && !item->describe_only;
}

/* The result of the n-th item, to be dropped by the caller. */
struct pg_result *flight_keep(struct orm_session *s, size_t n);

/* -- Ahead ------------------------------------------------------------------------- */

/* Sends a command about `m` and does not wait.  Nothing else may be ahead.  The next
 * flight, or the second call, takes its answer in, and records its failure. */
void flight_send_ahead(
    struct orm_session *s, struct pg_item *item, const struct orm_model *m);
bool flight_take_in(struct orm_session *s);

/* Result of the n-th item added since flight_begin(). */
const struct pg_result *flight_result(const struct orm_session *s, size_t n);
void flight_end(struct orm_session *s);

/* One statement about `m` with `s->params`: begin, add, land.  NULL on failure;
 * flight_end() after use. */
const struct pg_result *flight_one(
    struct orm_session *s, const struct orm_model *m, struct pg_statement *st);

#endif
