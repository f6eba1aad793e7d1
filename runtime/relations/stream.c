/* stream.c: large results in chunks.
 *
 * A stream is a cursor of the open transaction.  Its chunk is a scope, a group and a
 * list, and goes when the next one is asked for.  While the program looks at one, the
 * FETCH of the next is under way; whatever else is sent first takes that in. */
#include "relations/stream.h"

#include "base/memory.h"
#include "load/load.h"
#include "objects/fetch.h"
#include "objects/list.h"
#include "objects/relate.h"
#include "objects/scope.h"
#include "query/query.h"
#include "relations/plan.h"
#include "session/flight.h"
#include "unit/savepoint.h"

#include <stdio.h>
#include <string.h>

enum stream_state {
    STREAM_OPEN, /* there may be more rows */
    STREAM_DONE, /* all came */
    STREAM_OVER  /* its transaction or its scope ended before */
};

struct orm_chunks {
    struct orm_session *session;
    struct orm_chunks *next; /* of the session's */
    const struct orm_model *model;
    enum stream_state state;
    bool has_cursor;
    unsigned cursor;    /* its number, in its name */
    unsigned chunk;     /* rows */
    uint64_t stamp;     /* of the cursor: its rows are as old */
    uint64_t deletions; /* of the model, by then */
    size_t savepoints;  /* in which the cursor was declared */
    struct orm_plan with[ORM_QUERY_WITH];
    struct pg_item fetch;
    char command[64];
    struct path *path;          /* of the chunk at hand */
    struct orm_scope scopes[2]; /* of the last chunk and the next, in turn */
    unsigned turn;
};

/* -- The next rows ----------------------------------------------------------------- */

static bool fetch_now(struct orm_chunks *c)
{
    struct orm_session *s = c->session;
    const bool good =
        flight_begin(s) && flight_command(s, c->command) && flight_land(s, NULL);
    if (good)
        c->fetch.result = flight_keep(s, 0);
    else
        session_blame(s, c->model);
    flight_end(s);
    return good;
}

/* What was sent ahead, or is asked for now.  NULL: the error is recorded. */
static struct pg_result *next_rows(struct orm_chunks *c)
{
    struct orm_session *s = c->session;
    if (s->ahead == &c->fetch)
        flight_take_in(s);
    if (!s->error.code && !c->fetch.result)
        fetch_now(c);
    struct pg_result *r = s->error.code ? NULL : c->fetch.result;
    if (r)
        c->fetch.result = NULL;
    return r;
}

static void close_cursor(struct orm_chunks *c)
{
    struct orm_session *s = c->session;
    c->has_cursor = false;
    snprintf(s->close_command, sizeof s->close_command, "CLOSE orm_%u", c->cursor);
    s->close = (struct pg_item){.command = s->close_command};
    flight_send_ahead(s, &s->close, c->model);
}

/* The server works while we decode. */
static void look_ahead(struct orm_chunks *c, size_t rows)
{
    struct orm_session *s = c->session;
    if (rows < c->chunk) {
        c->state = STREAM_DONE;
        if (s->ahead)
            flight_take_in(s);
        close_cursor(c);
    } else if (!s->ahead && !savepoint_waits(s)) {
        flight_send_ahead(s, &c->fetch, c->model);
    }
}

/* -- Chunks ------------------------------------------------------------------------ */

static struct orm_scope *scope_of(struct orm_chunks *c)
{
    return &c->scopes[c->turn];
}

/* Ends the last chunk.  Its path is gone on with: what has proved to be a loop there is
 * one here. */
static bool turn_over(struct orm_chunks *c)
{
    struct orm_scope *last = scope_of(c);
    c->turn = !c->turn;
    scope_begin_in(scope_of(c), last->outer);
    c->path = path_again(scope_of(c), c->path);
    scope_end(last, last->outer);
    return c->path || session_nomem(c->session);
}

/* The rows are as old as the cursor. */
static bool load(struct orm_chunks *c, const struct pg_result *r,
    struct orm_object **objects, struct orm_group *g)
{
    struct orm_session *s = c->session;
    const uint64_t now = s->stamp;
    s->stamp = c->stamp;
    const bool good = load_rows(scope_of(c), c->model, r, 0, objects, g);
    s->stamp = now;
    return good;
}

/* What the transaction deleted since: the cursor does not know it. */
static bool find_deleted(struct orm_chunks *c, struct idmap *deleted)
{
    const struct orm_session *s = c->session;
    if (c->deletions == session_model(s, c->model)->deletions)
        return true;
    if (!idmap_reserve(deleted, s->undo_count))
        return session_nomem(c->session);
    for (size_t i = 0; i < s->undo_count; i++) {
        struct orm_object *o = s->undos[i].object;
        if (o->model == c->model && o->state & OBJECT_GONE)
            key_insert(deleted, key_of_model(c->model), o);
    }
    return true;
}

static size_t without_deleted(struct orm_chunks *c, struct idmap *deleted,
    struct orm_object **objects, size_t rows)
{
    const struct key_columns key = key_of_model(c->model);
    size_t left = 0;
    for (size_t i = 0; i < rows; i++) {
        struct orm_object *o = objects[i];
        const bool is_later = o->stamp > c->stamp; /* has the key now */
        if (!deleted->count || is_later || !key_find_like(deleted, key, o, key)) {
            objects[left++] = o;
            continue;
        }
        object_unmap(o);
        o->state = OBJECT_GONE;
    }
    return left;
}

static const void *take_rows(struct orm_chunks *c, const struct pg_result *r)
{
    struct orm_session *s = c->session;
    size_t rows = pg_rows(r);
    struct idmap deleted = {0};
    struct orm_object **objects = arena_get(&s->scratch, (rows + 1) * sizeof *objects);
    const void *list = NULL;
    struct orm_group *g = group_begin(c->path);
    if (!objects || !g)
        session_nomem(s);
    else if (find_deleted(c, &deleted)) {
        group_want(c->path, rows);
        list_want(scope_of(c), rows);
        if (load(c, r, objects, g)) {
            rows = without_deleted(c, &deleted, objects, rows);
            list = list_make(scope_of(c), c->model, objects, rows);
            group_form(g, objects, rows);
            if (plan_is_any(c->with) && !plan_load(scope_of(c), c->path, objects, rows,
                                            c->model, c->with, ORM_QUERY_WITH))
                list = NULL;
        }
    }
    idmap_free(&deleted);
    arena_clear(&s->scratch);
    return list;
}

/* Empty also when all its rows were deleted. */
static const void *next_list(struct orm_chunks *c)
{
    struct pg_result *r = next_rows(c);
    if (!r)
        return NULL;
    look_ahead(c, pg_rows(r));
    const void *list = take_rows(c, r);
    pg_drop_result(r);
    return list;
}

static void refuse_after_end(struct orm_chunks *c)
{
    error_set_field(&c->session->error, ORM_STREAM_ENDED, c->model, NULL,
        "a chunk was asked of a stream that is over: its transaction was committed or "
        "rolled back, or the scope ended that it was begun in");
}

const void *orm_chunk(struct orm_chunks *c)
{
    if (!c)
        return list_none();
    struct orm_session *s = c->session;
    const void *empty = session_model(s, c->model)->empty;
    const bool room = turn_over(c);
    if (c->state == STREAM_OVER && !s->error.code)
        refuse_after_end(c);
    if (!room || s->error.code || c->state != STREAM_OPEN)
        return empty;
    const void *list;
    do
        list = next_list(c);
    while (list && !list_length(list) && c->state == STREAM_OPEN);
    return list ? list : empty;
}

/* -- Beginning --------------------------------------------------------------------- */

unsigned stream_free_cursor(const struct orm_session *s)
{
    unsigned number = 1;
    for (const struct orm_chunks *c = s->streams; c;)
        if (c->has_cursor && c->cursor == number) {
            number++;
            c = s->streams;
        } else {
            c = c->next;
        }
    return number;
}

static bool declare(struct orm_chunks *c, const struct query *q)
{
    struct orm_session *s = c->session;
    struct pg_statement *st = query_compile(s, q);
    if (!st)
        return false;
    orm_begin(s); /* a cursor lasts as long as its transaction */
    snprintf(c->command, sizeof c->command, "FETCH FORWARD %u FROM orm_%u", c->chunk,
        c->cursor);
    c->fetch = (struct pg_item){.command = c->command};
    const bool good = flight_begin(s) && flight_add(s, st, &s->params) &&
                      flight_command(s, c->command) && flight_land(s, NULL);
    if (good) {
        c->fetch.result = flight_keep(s, 1);
        c->stamp = s->stamp;
        c->deletions = session_model(s, c->model)->deletions;
        c->has_cursor = true;
        c->savepoints = s->savepoint_count;
    } else {
        session_blame(s, c->model);
    }
    flight_end(s);
    return good;
}

/* Right or refused before anything is sent. */
static bool take_plans(struct orm_chunks *c, const struct orm_query *q)
{
    if (!q || !plan_is_any(q->with))
        return true;
    memcpy(c->with, q->with, sizeof c->with);
    const struct plan *root = plan_make(c->session, c->model, c->with);
    plan_end(c->session, root);
    return root != NULL;
}

static bool begin(struct orm_chunks *c, struct orm_manager *m, const void *query)
{
    struct orm_session *s = c->session;
    enum orm_fetch mode;
    if (!fetch_of_query(m, query, &mode) || !take_plans(c, query))
        return false;
    scope_begin_in(scope_of(c), s->scope);
    c->path = path_of_query(scope_of(c), mode);
    if (!c->path)
        return session_nomem(s);
    c->cursor = stream_free_cursor(s);
    const struct query q = {
        .kind = QUERY_OBJECTS, .manager = m, .conditions = query, .cursor = c->cursor};
    return declare(c, &q);
}

struct orm_chunks *orm_stream(struct orm_manager *m, const void *query, unsigned chunk)
{
    if (!m)
        return NULL;
    struct orm_session *s = manager_session(m);
    const struct orm_model *model = manager_relation(m)->target;
    if (s->error.code)
        return NULL;
    if (!chunk) {
        error_set_field(&s->error, ORM_INVALID, model, NULL,
            "a stream in chunks of no rows; say how many it gives at a time");
        return NULL;
    }
    struct orm_chunks *c = memory_get_zeroed(sizeof *c);
    if (!c) {
        session_nomem(s);
        return NULL;
    }
    *c = (struct orm_chunks){.session = s, .model = model, .chunk = chunk};
    if (!begin(c, m, query)) {
        arena_free(&scope_of(c)->arena);
        memory_free(c);
        return NULL;
    }
    c->next = s->streams;
    s->streams = c;
    return c;
}

/* -- Ending ------------------------------------------------------------------------ */

static void drop_rows(struct orm_chunks *c)
{
    pg_drop(&c->fetch, 1);
}

void orm_stream_end(struct orm_chunks *c)
{
    if (!c)
        return;
    struct orm_session *s = c->session;
    scope_end(scope_of(c), scope_of(c)->outer);
    if (s->ahead && (s->ahead == &c->fetch || c->has_cursor))
        flight_take_in(s);
    if (c->has_cursor && !s->error.code)
        close_cursor(c);
    drop_rows(c);
    struct orm_chunks **at = &s->streams;
    while (*at != c)
        at = &(*at)->next;
    *at = c->next;
    memory_free(c);
}

static void end(struct orm_chunks *c)
{
    if (c->state == STREAM_OPEN)
        c->state = STREAM_OVER;
    drop_rows(c);
}

void stream_end_all(struct orm_session *s)
{
    stream_end_since(s, 0);
}

void stream_end_since(struct orm_session *s, size_t savepoints)
{
    for (struct orm_chunks *c = s->streams; c; c = c->next) {
        if (c->savepoints < savepoints)
            continue;
        end(c);
        c->has_cursor = false;
    }
}

void stream_keep(struct orm_session *s, size_t savepoints)
{
    for (struct orm_chunks *c = s->streams; c; c = c->next)
        if (c->savepoints > savepoints)
            c->savepoints = savepoints;
}

void stream_leave(struct orm_session *s, const struct orm_scope *scope)
{
    for (struct orm_chunks *c = s->streams; c; c = c->next) {
        struct orm_scope *own = scope_of(c);
        if (own->outer != scope)
            continue;
        scope_end(own, own->outer);
        scope_begin_in(own, &s->own);
        c->path = NULL;
        if (c->state == STREAM_OPEN)
            c->state = STREAM_OVER;
    }
}

void stream_free_all(struct orm_session *s)
{
    while (s->streams) {
        struct orm_chunks *c = s->streams;
        s->streams = c->next;
        drop_rows(c);
        arena_free(&scope_of(c)->arena);
        memory_free(c);
    }
}
