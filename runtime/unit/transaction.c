/* transaction.c: where a unit of work begins and ends. */
#include "bulk/copy.h"
#include "objects/scope.h"
#include "objects/undo.h"
#include "relations/stream.h"
#include "session/flight.h"
#include "unit/open.h"
#include "unit/savepoint.h"
#include "unit/snapshot.h"
#include "write/hooks.h"
#include "write/write.h"

#include <stdio.h>
#include <string.h>

/* -- Beginning --------------------------------------------------------------------- */

/* The next transaction is one without options. */
static void begin_plain(struct orm_session *s)
{
    s->begin.command[0] = '\0';
    s->begin.one_snapshot = s->begin.has_settings = false;
}

void orm_begin(struct orm_session *s)
{
    if (s && s->transaction == TX_NONE)
        s->transaction = TX_WANTED;
}

static const struct orm_column text_column = {.type = ORM_TEXT};

static void put_settings(
    struct params *p, const struct orm_begin_options *options, bool values)
{
    params_array_begin(p, type_oids(&text_column, NULL).oid);
    for (size_t i = 0; i < options->setting_count; i++) {
        const struct orm_setting *setting = &options->settings[i];
        params_array_add(p, &text_column,
            (union orm_value){.text = values ? setting->value : setting->name});
    }
    params_array_end(p);
}

static bool check_settings(
    struct orm_session *s, const struct orm_begin_options *options)
{
    for (size_t i = 0; i < options->setting_count; i++)
        if (!options->settings[i].name || !options->settings[i].value)
            return error_set(&s->error, ORM_INVALID,
                "orm_begin_with: setting %zu has no %s", i + 1,
                options->settings[i].name ? "value" : "name");
    return true;
}

static bool take_settings(
    struct orm_session *s, const struct orm_begin_options *options)
{
    struct params *p = &s->begin.settings;
    if (!check_settings(s, options))
        return false;
    params_clear(p);
    put_settings(p, options, false);
    put_settings(p, options, true);
    s->begin.has_settings = options->setting_count != 0;
    return params_finish(p, &s->error);
}

static const char *const isolations[] = {
    [ORM_ISOLATION_DEFAULT] = "",
    [ORM_READ_COMMITTED] = " ISOLATION LEVEL READ COMMITTED",
    [ORM_REPEATABLE_READ] = " ISOLATION LEVEL REPEATABLE READ",
    [ORM_SERIALIZABLE] = " ISOLATION LEVEL SERIALIZABLE",
};

void orm_begin_with(struct orm_session *s, const struct orm_begin_options *options)
{
    if (!s || s->error.code)
        return;
    if (s->transaction != TX_NONE) {
        error_set(&s->error, ORM_INVALID,
            "orm_begin_with: a transaction is open; commit or roll back before");
        return;
    }
    const size_t level = options ? (size_t)options->isolation : 0;
    if (level >= sizeof isolations / sizeof *isolations) {
        error_set(&s->error, ORM_INVALID, "orm_begin_with: no isolation %zu", level);
        return;
    }
    if (options && !take_settings(s, options))
        return;
    s->begin.one_snapshot = level >= ORM_REPEATABLE_READ;
    if (options)
        snprintf(s->begin.command, sizeof s->begin.command, "BEGIN%s%s%s",
            isolations[level], options->read_only ? " READ ONLY" : "",
            options->deferrable ? " DEFERRABLE" : "");
    s->transaction = TX_WANTED;
}

/* -- One flight's own -------------------------------------------------------------- */

bool snapshot_begin(struct orm_session *s, bool *own)
{
    static const struct orm_begin_options reading = {
        .isolation = ORM_REPEATABLE_READ, .read_only = true};
    *own = s->transaction == TX_NONE;
    if (*own)
        orm_begin_with(s, &reading);
    return s->begin.one_snapshot && !s->error.code;
}

void snapshot_end(struct orm_session *s, bool landed)
{
    if (landed) {
        s->transaction = TX_NONE;
        begin_plain(s);
    } else if (s->error.code) {
        s->error.outcome = ORM_NOT_STARTED; /* it only read */
    }
}

/* -- Ending ------------------------------------------------------------------------ */

static void end_unit(struct orm_session *s, enum orm_event event)
{
    s->transaction = TX_NONE;
    s->savepoints_missed = 0;
    s->flush_began = s->flush_failed = false;
    begin_plain(s);
    hooks_after_end(s, event);
    scope_settle(s);
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
        stream_end_all(s);
        undo_forget(s);
        end_unit(s, ORM_AFTER_COMMIT);
    }
    /* The outcome was found out by another; what fails here, the next call tells. */
    if (good && s->resolves && !pg_alive(s->pg) && !session_connect_again(s))
        error_clear(&s->error);
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

/* One statement that the server has forgotten is mended alone, as long as no
 * transaction is lost with it; else all begin anew, or the next transaction would be
 * lost with the next one. */
static bool forget_statements(struct orm_session *s)
{
    if (!s->forgotten)
        return true;
    s->forgotten = false;
    statement_forget_prepared(&s->statements);
    return flight_command(s, "DEALLOCATE ALL");
}

/* False: the connection is lost, and what was open with it. */
static bool roll_back_server(struct orm_session *s)
{
    copy_give_up(s, "rolled back");
    if (s->ahead)
        flight_take_in(s);
    const bool drifted =
        s->error.code == ORM_DRIFT || strcmp(s->error.sqlstate, "0A000") == 0;
    error_clear(&s->error);
    savepoint_set_sent(s, true);
    if (s->transaction >= TX_OPEN && pg_alive(s->pg)) {
        const enum transaction open = s->transaction;
        if (!(flight_begin(s) && flight_command(s, "ROLLBACK") &&
                forget_statements(s) && flight_land(s, NULL)))
            pg_hang_up(s->pg); /* nobody knows what is open there */
        flight_end(s);
        s->transaction = open;
        error_clear(&s->error);
    }
    if (drifted && pg_alive(s->pg))
        open_look_up_types(s);
    error_clear(&s->error);
    stream_end_all(s);
    return pg_alive(s->pg);
}

void orm_rollback(struct orm_session *s)
{
    if (!s || !hooks_allow(s, "orm_rollback"))
        return;
    const struct orm_error before = s->error;
    const bool alive = roll_back_server(s);
    undo_all(s);
    if (before.outcome == ORM_UNKNOWN)
        hooks_forget(s);
    end_unit(s, ORM_AFTER_ROLLBACK);
    if (!alive) {
        if (before.code == ORM_LOST || before.code == ORM_TIMEOUT)
            s->error = before; /* which says more */
        error_set(
            &s->error, ORM_LOST, "the connection is lost; orm_reset() makes it anew");
    }
}

/* Nothing that is written now, or may be, was written before. */
static bool may_retry(const struct orm_session *s)
{
    return s->flush_failed && !s->wrote && s->error.outcome != ORM_UNKNOWN &&
           s->error.outcome != ORM_COMMITTED;
}

bool orm_retry(struct orm_session *s)
{
    if (!s || !s->error.code || !may_retry(s) || !hooks_allow(s, "orm_retry"))
        return false;
    const bool is_ours = s->transaction == TX_NONE || s->flush_began;
    if (!roll_back_server(s) && !session_connect_again(s))
        return false;
    s->transaction = is_ours && !s->savepoint_count ? TX_NONE : TX_WANTED;
    savepoint_set_sent(s, false);
    s->savepoints_missed = 0;
    s->flush_began = s->flush_failed = false;
    return true;
}
