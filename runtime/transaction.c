/* transaction.c: where a unit of work begins and ends. */
#include "flight.h"
#include "scope.h"
#include "undo.h"
#include "write.h"

void orm_begin(struct orm_session *s)
{
    if (s && s->transaction == TX_NONE)
        s->transaction = TX_WANTED;
}

bool orm_flush(struct orm_session *s)
{
    return s && write_changes(s, false);
}

bool orm_commit(struct orm_session *s)
{
    if (!s)
        return false;
    const bool good = write_changes(s, true);
    if (good || s->error.outcome == ORM_COMMITTED) {
        undo_forget(s);
        scope_settle(s);
        s->transaction = TX_NONE;
    }
    return good;
}

bool orm_end(struct orm_session *s)
{
    if (!s || s->error.code)
        return false;
    if (s->change_count || s->link_count)
        return error_set(&s->error, ORM_UNSAVED,
            "orm_end: %zu changes are not written; orm_commit() writes them",
            s->change_count + s->link_count);
    return orm_commit(s);
}

bool orm_ok(const struct orm_session *s)
{
    return s && !s->error.code;
}

void orm_rollback(struct orm_session *s)
{
    if (!s)
        return;
    const struct orm_error before = s->error;
    error_clear(&s->error);
    if (s->transaction >= TX_OPEN && pg_alive(s->pg)) {
        const enum transaction open = s->transaction;
        if (flight_begin(s) && flight_command(s, "ROLLBACK"))
            flight_land(s, NULL);
        flight_end(s);
        s->transaction = open;
    }
    undo_all(s);
    scope_settle(s);
    s->transaction = TX_NONE;

    error_clear(&s->error);
    if (!pg_alive(s->pg)) {
        s->error = before;
        error_set(
            &s->error, ORM_LOST, "the connection is lost; orm_reset() makes it anew");
    }
}
