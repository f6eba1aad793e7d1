/* flight.c: how a session talks: statements by shape, flights, and the second try when
 * server and session see a prepared statement differently. */
#include "session/flight.h"

#include "base/memory.h"
#include "session/budget.h"
#include "session/lead.h"
#include "session/watch.h"

#include <stdio.h>
#include <string.h>

/* -- Statements by shape ----------------------------------------------------------- */

void shape_begin(struct orm_session *s, char kind, const struct orm_model *m)
{
    buffer_clear(&s->shape);
    buffer_clear(&s->sql);
    buffer_add(&s->shape, &kind, 1);
    shape_add(s, m ? (unsigned)session_number(s, m) : 0);
    s->shape_model = m ? m->name : "";
}

struct pg_statement *shape_known(struct orm_session *s)
{
    return s->shape.failed ? NULL : statement_find(&s->statements, &s->shape);
}

struct pg_statement *shape_make(
    struct orm_session *s, const uint32_t *types, int type_count, bool counted)
{
    struct pg_statement *st = NULL;
    if (!s->shape.failed)
        st = statement_add(
            &s->statements, &s->shape, &s->sql, types, type_count, counted);
    if (st)
        st->model = s->shape_model;
    else
        session_nomem(s);
    return st;
}

/* -- Flights ----------------------------------------------------------------------- */

static struct pg_item *new_item(struct orm_session *s)
{
    if (!memory_grow(
            &s->items, &s->item_capacity, s->item_count + 1, sizeof *s->items)) {
        session_nomem(s);
        return NULL;
    }
    struct pg_item *item = &s->items[s->item_count++];
    *item = (struct pg_item){0};
    return item;
}

bool flight_is_free(struct orm_session *s)
{
    return !s->loading ||
           error_set_field(&s->error, ORM_INVALID, s->loading, NULL,
               "its rows are being loaded, and nothing else can be asked until "
               "%s_load_end()",
               s->loading->name);
}

bool flight_begin(struct orm_session *s)
{
    if (!flight_is_free(s))
        return false;
    if (s->ahead && !flight_take_in(s))
        return false;
    if (!watch_allows(s))
        return false;
    s->item_count = 0;
    s->began_not = false;
    s->begins = s->transaction == TX_WANTED;
    if (s->error.code || !lead_add(s))
        return false;
    return true;
}

bool flight_add(
    struct orm_session *s, struct pg_statement *st, const struct params *params)
{
    struct pg_item *item = st ? new_item(s) : NULL;
    if (!item)
        return false;
    item->statement = st;
    item->values = params->values;
    item->lengths = params->lengths;
    return true;
}

bool flight_command(struct orm_session *s, const char *command)
{
    struct pg_item *item = new_item(s);
    if (!item)
        return false;
    item->command = command;
    return true;
}

bool flight_describe(struct orm_session *s, struct pg_statement *st)
{
    struct pg_item *item = st ? new_item(s) : NULL;
    if (!item)
        return false;
    item->statement = st;
    item->describe_only = true;
    return true;
}

bool flight_guard(struct orm_session *s, const struct pg_statement *st)
{
    if (!flight_describe(s, (struct pg_statement *)(uintptr_t)st))
        return false;
    s->items[s->item_count - 1].guards = true;
    return true;
}

const struct pg_statement *flight_source(
    const struct orm_session *s, const struct pg_result *r)
{
    for (size_t i = 0; i < s->item_count; i++)
        if (s->items[i].result == r)
            return s->items[i].statement;
    return NULL;
}

static bool is_commit(const struct pg_item *item)
{
    return item->command && strcmp(item->command, "COMMIT") == 0;
}

/* What is known of the transaction after a failure (PostgreSQL does not commit what an
 * error came before; only silence after COMMIT leaves it open). */
static enum orm_outcome outcome(const struct orm_session *s, const struct pg_failure *f)
{
    for (size_t i = 0; i < s->item_count; i++) {
        if (!is_commit(&s->items[i]))
            continue;
        if (s->items[i].result && strcmp(pg_tag(s->items[i].result), "COMMIT") == 0)
            return ORM_COMMITTED;
        if (i < f->sent && !f->server_said)
            return ORM_UNKNOWN;
    }
    return s->begins || s->transaction >= TX_OPEN ? ORM_ROLLED_BACK : ORM_NOT_STARTED;
}

static void mend(struct orm_session *s, struct pg_statement *st, enum pg_remedy remedy)
{
    if (remedy == PG_PREPARE_AGAIN)
        st->prepared = false;
    else if (remedy == PG_USE_AS_IS)
        st->prepared = true;
    else {
        statement_rename(st);
        session_distrust_tables(s); /* one of them was altered */
    }
}

/* A transaction that was open before this flight is lost with the failure: then the
 * statement is mended for the next one only. */
static bool may_retry(struct orm_session *s, const struct pg_failure *f)
{
    if (!f->remedy || f->item >= s->item_count)
        return false;
    if (lead_spare(s, &s->items[f->item]))
        return true;
    if (!s->items[f->item].statement)
        return false;
    if (s->items[f->item].guards) {
        /* Prepared again it would say yes to whatever is there. */
        struct pg_statement *st = s->items[f->item].statement;
        session_distrust_tables(s);
        s->altered = true;
        error_retell(&s->error, NULL, NULL,
            "%s: the table was altered while the session used it; roll back and run "
            "the unit again",
            st->model);
        s->error.code = ORM_CONFLICT;
        mend(s, st, f->remedy);
        return false;
    }
    mend(s, s->items[f->item].statement, f->remedy);
    if (s->transaction >= TX_OPEN) {
        s->forgotten = s->forgotten || f->remedy == PG_PREPARE_AGAIN;
        s->error.code = ORM_CONFLICT;
        return false;
    }
    return true;
}

static bool roll_back_begun(struct orm_session *s)
{
    struct pg_item item = {.command = "ROLLBACK"};
    struct pg_failure f;
    struct orm_error e = {0};
    const bool done = pg_fly(s->pg, &item, 1, s->deadline, &e, &f);
    pg_drop(&item, 1);
    return done;
}

static bool fly(struct orm_session *s, struct pg_failure *f, bool *retried)
{
    /* Each try mends one statement, so a flight of n needs at most n + 1. */
    for (size_t tries = 0; tries <= s->item_count; tries++) {
        s->stamp++;
        *retried = tries > 0;
        if (pg_fly(s->pg, s->items, s->item_count, s->deadline, &s->error, f))
            return true;
        const struct orm_error first = s->error;
        if (!may_retry(s, f))
            return false;
        pg_drop(s->items, s->item_count);
        if (s->begins && !roll_back_begun(s)) {
            s->error = first;
            return false;
        }
        error_clear(&s->error);
    }
    return error_set(&s->error, ORM_REFUSED, "the server keeps forgetting statements");
}

/* What a setting, say, is refused for is about no model. */
static void explain_begin(struct orm_session *s)
{
    struct orm_error *e = &s->error;
    char said[sizeof e->message];
    if (!e->sqlstate[0] || e->code == ORM_LOST)
        return;
    memcpy(said, e->message, sizeof said);
    error_retell(e, NULL, NULL, "the transaction cannot begin: %s", said);
    if (e->code == ORM_DRIFT)
        e->code = ORM_REFUSED;
}

bool flight_land(struct orm_session *s, size_t *failed_item)
{
    if (s->error.code || !budget_allows(s, s->items, s->item_count))
        return false;
    struct pg_failure f;
    bool retried = false;
    const int64_t began = watch_begin(s);
    const bool good = fly(s, &f, &retried);
    lead_note_sent(s);
    for (size_t i = 0; i < s->item_count; i++)
        if (i < f.sent && flight_counts(&s->items[i]))
            s->statement_count++;
    watch_end(s, s->items, f.sent, began, retried);
    if (good) {
        if (s->begins) {
            s->transaction = TX_OPEN;
            s->began = s->stamp;
        }
        return true;
    }

    if (f.item < s->item_count && s->items[f.item].statement)
        snprintf(s->error.statement, sizeof s->error.statement, "%s",
            s->items[f.item].statement->name);
    s->began_not = f.item < s->leading;
    if (s->began_not)
        explain_begin(s);
    s->error.outcome = outcome(s, &f);
    if (s->error.outcome == ORM_COMMITTED) {
        /* Only the end of the flight is missing: the next flight will see the loss.
         */
        error_clear(&s->error);
        return true;
    }
    const enum orm_code code = s->error.code;
    s->error.retryable =
        s->error.outcome != ORM_UNKNOWN &&
        (code == ORM_CONFLICT || code == ORM_LOST || code == ORM_TIMEOUT);
    if (failed_item)
        *failed_item = f.item > s->leading ? f.item - s->leading : 0;
    /* What the server rolled back it must still be told to leave. */
    if (s->begins)
        s->transaction = TX_OPEN;
    return false;
}

const struct pg_result *flight_result(const struct orm_session *s, size_t n)
{
    return s->items[n + s->leading].result;
}

struct pg_result *flight_keep(struct orm_session *s, size_t n)
{
    struct pg_item *item = &s->items[n + s->leading];
    struct pg_result *r = item->result;
    item->result = NULL;
    return r;
}

void flight_end(struct orm_session *s)
{
    pg_drop(s->items, s->item_count);
    s->item_count = 0;
    lead_drop(s);
}

const struct pg_result *flight_one(
    struct orm_session *s, const struct orm_model *m, struct pg_statement *st)
{
    if (flight_begin(s) && flight_add(s, st, &s->params) && flight_land(s, NULL))
        return flight_result(s, 0);
    session_blame(s, m);
    flight_end(s);
    return NULL;
}

/* -- Ahead ------------------------------------------------------------------------- */

/* A failure of what was sent ahead, in the transaction that is open. */
static bool fail_ahead(struct orm_session *s, const struct orm_error *e)
{
    if (s->error.code)
        return false;
    s->error = *e;
    s->error.outcome = ORM_ROLLED_BACK;
    s->error.retryable =
        e->code == ORM_CONFLICT || e->code == ORM_LOST || e->code == ORM_TIMEOUT;
    session_blame(s, s->ahead_model);
    return false;
}

void flight_send_ahead(
    struct orm_session *s, struct pg_item *item, const struct orm_model *m)
{
    struct orm_error e = {0};
    struct pg_failure failure;
    if (!flight_is_free(s))
        return;
    s->ahead_model = m;
    if (pg_send(s->pg, item, 1, &e, &failure))
        s->ahead = item;
    else
        fail_ahead(s, &e);
}

bool flight_take_in(struct orm_session *s)
{
    struct pg_item *item = s->ahead;
    struct orm_error e = {0};
    struct pg_failure failure = {.item = 1};
    s->ahead = NULL;
    const bool good = pg_receive(s->pg, item, 1, s->deadline, &e, &failure);
    if (!good || item == &s->close)
        pg_drop(item, 1);
    return good || fail_ahead(s, &e);
}
