/* savepoint.c: places in a transaction to which it can go back.
 *
 * What is recorded is flushed first, so that at a savepoint nothing is unwritten: going
 * back forgets what is.  SAVEPOINT and RELEASE travel with the next flight. */
#include "unit/savepoint.h"

#include "base/memory.h"
#include "bulk/copy.h"
#include "objects/undo.h"
#include "relations/stream.h"
#include "session/flight.h"
#include "write/hooks.h"
#include "write/write.h"

#include <stdio.h>

/* -- Begin ------------------------------------------------------------------------- */

/* Hooks that are called after a flush may record what only the next one writes. */
#define FLUSHES_MOST 100

static bool flush_all(struct orm_session *s)
{
    for (unsigned i = 0; i < FLUSHES_MOST; i++) {
        if (!write_changes(s, false))
            return false;
        if (!s->change_count && !s->link_count)
            return true;
    }
    return error_set(&s->error, ORM_INVALID,
        "orm_savepoint: after %d flushes there are still new changes; some hook makes "
        "what it is called for",
        FLUSHES_MOST);
}

static bool make(struct orm_session *s)
{
    if (!hooks_allow(s, "orm_savepoint") || !flight_is_free(s))
        return false;
    if (s->ahead && !flight_take_in(s))
        return false;
    if (s->savepoint_count == SAVEPOINTS_MOST)
        return error_set(&s->error, ORM_INVALID,
            "orm_savepoint: %u are open; release some before", SAVEPOINTS_MOST);
    if (!flush_all(s))
        return false;
    if (!memory_grow(&s->savepoints, &s->savepoint_capacity, s->savepoint_count + 1,
            sizeof *s->savepoints))
        return session_nomem(s);
    orm_begin(s);
    struct savepoint *p = &s->savepoints[s->savepoint_count++];
    p->sent = false;
    snprintf(p->command, sizeof p->command, "SAVEPOINT orm_%zu", s->savepoint_count);
    undo_mark(s, p);
    return true;
}

void orm_savepoint(struct orm_session *s)
{
    if (s && (s->error.code || !make(s)))
        s->savepoints_missed++;
}

/* -- End --------------------------------------------------------------------------- */

/* False when the innermost could not be made, or there is none. */
static bool is_open(struct orm_session *s, const char *call)
{
    if (s->savepoints_missed)
        return false;
    return s->savepoint_count ||
           error_set(&s->error, ORM_INVALID,
               "%s: no savepoint is open; orm_savepoint() opens one", call);
}

static struct savepoint *innermost(struct orm_session *s)
{
    return &s->savepoints[s->savepoint_count - 1];
}

bool orm_release(struct orm_session *s)
{
    if (!s || !hooks_allow(s, "orm_release") || !is_open(s, "orm_release") ||
        !write_changes(s, false))
        return false;
    const struct savepoint *p = innermost(s);
    if (p->sent)
        s->released = s->savepoint_count;
    stream_keep(s, s->savepoint_count - 1);
    undo_release(s, p);
    return true;
}

/* -- Going back -------------------------------------------------------------------- */

static bool command(struct orm_session *s, const char *first, const char *second)
{
    const bool good = flight_begin(s) && flight_command(s, first) &&
                      (!second || flight_command(s, second)) && flight_land(s, NULL);
    flight_end(s);
    return good;
}

/* Settings that BEGIN carried were refused: the transaction had not begun, really. */
static bool begin_anew(struct orm_session *s)
{
    savepoint_set_sent(s, true);
    const bool good = command(s, "ROLLBACK", NULL);
    savepoint_set_sent(s, false);
    s->transaction = TX_WANTED;
    return good;
}

/* False: the transaction is over, or the connection lost. */
static bool server_goes_back(struct orm_session *s, const struct savepoint *p)
{
    if (!p->sent && s->transaction == TX_WANTED)
        return true;
    if (!pg_in_transaction(s->pg))
        return false;
    if (!p->sent)
        return !pg_transaction_failed(s->pg) || begin_anew(s);
    char back[48], release[48];
    snprintf(back, sizeof back, "ROLLBACK TO orm_%zu", s->savepoint_count);
    snprintf(release, sizeof release, "RELEASE orm_%zu", s->savepoint_count);
    s->released = 0; /* it is inside */
    return command(s, back, release);
}

/* There is nothing to go back to: the database is as before the transaction. */
static void lose_all(struct orm_session *s, const struct orm_error *before)
{
    s->error = *before;
    orm_rollback(s);
    if (s->error.code)
        return;
    s->error = *before;
    error_set(&s->error, ORM_REFUSED,
        "the transaction is over, and the savepoint with it; all was rolled back");
    s->error.outcome = ORM_ROLLED_BACK;
}

void orm_rollback_to(struct orm_session *s)
{
    if (!s || !hooks_allow(s, "orm_rollback_to"))
        return;
    if (!is_open(s, "orm_rollback_to")) {
        s->savepoints_missed -= s->savepoints_missed > 0;
        return;
    }
    const struct savepoint *p = innermost(s);
    copy_give_up(s, "rolled back");
    if (s->ahead)
        flight_take_in(s);
    const struct orm_error before = s->error;
    error_clear(&s->error);
    if (!server_goes_back(s, p)) {
        lose_all(s, &before);
        return;
    }
    const size_t written = p->written;
    stream_end_since(s, s->savepoint_count);
    undo_to(s, p);
    s->flush_failed = false;
    if (s->transaction == TX_WROTE && !s->wrote)
        s->transaction = TX_OPEN;
    hooks_after_return(s, written);
}
