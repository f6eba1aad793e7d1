/* lead.c: what travels before a flight's own statements.
 *
 * DEALLOCATE, BEGIN with its settings, RELEASE and SAVEPOINT cost no round trip of
 * their own. */
#include "session/lead.h"

#include "session/flight.h"
#include "unit/savepoint.h"

#include <stdio.h>

void lead_drop(struct orm_session *s)
{
    statement_free_retired(s->leaving);
    s->leaving = NULL;
}

/* Statements that left the cache leave the server too.  Outside of transactions only:
 * there a server that has forgotten one does no harm.  Nor before a BEGIN with options:
 * PostgreSQL wants an isolation level to be set before anything is run. */
static bool deallocate_retired(struct orm_session *s)
{
    lead_drop(s);
    if (s->transaction > TX_WANTED || (s->begins && s->begin.command[0]))
        return true;
    s->leaving = statement_take_retired(&s->statements);
    for (const struct retired *r = s->leaving; r; r = r->next)
        if (!flight_command(s, r->command))
            return false;
    return true;
}

bool lead_spare(struct orm_session *s, const struct pg_item *failed)
{
    size_t i = 0;
    for (const struct retired *r = s->leaving; r; r = r->next)
        i++;
    if (failed >= s->items + i)
        return false;
    while (i--)
        s->items[i].command = "SELECT";
    return true;
}

/* Names and values are parameters, so a setting cannot be more than that. */
static bool add_settings(struct orm_session *s)
{
    static const uint32_t types[] = {1009, 1009};
    shape_begin(s, 'G', NULL);
    struct pg_statement *st = shape_known(s);
    if (!st) {
        buffer_text(
            &s->sql, "SELECT set_config(n, v, true) FROM unnest($1, $2) AS s(n, v)");
        st = shape_make(s, types, 2, false);
    }
    return st && flight_add(s, st, &s->begin.settings);
}

static bool add_begin(struct orm_session *s)
{
    return flight_command(s, s->begin.command[0] ? s->begin.command : "BEGIN") &&
           (!s->begin.has_settings || add_settings(s));
}

static bool add_savepoints(struct orm_session *s)
{
    if (s->released) {
        snprintf(s->release, sizeof s->release, "RELEASE orm_%zu", s->released);
        if (!flight_command(s, s->release))
            return false;
    }
    for (size_t i = 0; i < s->savepoint_count; i++)
        if (!s->savepoints[i].sent && !flight_command(s, s->savepoints[i].command))
            return false;
    return true;
}

void lead_note_sent(struct orm_session *s)
{
    for (size_t i = 0; i < s->leading; i++) {
        if (!s->items[i].result || !s->items[i].command)
            continue;
        if (s->items[i].command == s->release)
            s->released = 0;
        for (size_t k = 0; k < s->savepoint_count; k++)
            if (s->items[i].command == s->savepoints[k].command)
                s->savepoints[k].sent = true;
    }
}

bool flight_leads(const struct orm_session *s)
{
    bool leads = s->transaction == TX_WANTED || s->released;
    for (size_t i = 0; i < s->savepoint_count; i++)
        leads = leads || !s->savepoints[i].sent;
    return leads;
}

bool lead_add(struct orm_session *s)
{
    const bool good = deallocate_retired(s) && (!s->begins || add_begin(s)) &&
                      (!savepoint_waits(s) || add_savepoints(s));
    s->leading = s->item_count;
    return good;
}
