/* chunked.c: a large result in parts, for find().
 *
 * One result of 100,000 rows is tens of megabytes that libpq writes and we read once,
 * all of them cold.  A cursor's parts lie in memory that is warm, and while we read one
 * the server makes the next.  What they bring is published after the last one only: a
 * connection that is cut before leaves every object as it was. */
#include "relations/chunked.h"

#include "objects/list.h"
#include "objects/scope.h"
#include "query/language.h"
#include "relations/manager.h"
#include "relations/stream.h"
#include "session/flight.h"

#include <stdio.h>
#include <string.h>

#define PART_ROWS 1000

/* Rows that are claimed, and wait to be published. */
struct part {
    struct part *next;
    struct load_result rows;
    struct pg_result *result; /* NULL: nothing has to be read again */
};

struct parts {
    struct orm_session *s;
    const struct query *q;
    const struct joins *joins;
    struct path *path;
    struct orm_group *group;
    unsigned cursor;
    bool is_alone; /* the transaction is for this cursor, and ends with it */
    struct pg_item fetch;
    char command[64];
    struct part *first, **last; /* in scratch memory */
    size_t total;               /* rows */
};

static const struct orm_model *model_of(const struct parts *p)
{
    return manager_relation(p->q->manager)->target;
}

/* -- The cursor -------------------------------------------------------------------- */

/* All rows are wanted: the plan is to be the best for that, and not for the first ones.
 */
static bool add_options(struct parts *p, size_t *items)
{
    if (!p->is_alone)
        return true;
    ++*items;
    return flight_command(p->s, "SET LOCAL cursor_tuple_fraction = 1");
}

/* With the first rows. */
static struct pg_result *declare(struct parts *p)
{
    struct orm_session *s = p->s;
    struct pg_statement *st = query_compile(s, p->q);
    if (!st)
        return NULL;
    p->is_alone = s->transaction == TX_NONE && !query_locks(p->q);
    orm_begin(s); /* a cursor lasts as long as its transaction */
    snprintf(p->command, sizeof p->command, "FETCH FORWARD %d FROM orm_%u", PART_ROWS,
        p->cursor);
    p->fetch = (struct pg_item){.command = p->command};
    size_t items = 1;
    const bool good = flight_begin(s) && add_options(p, &items) &&
                      flight_add(s, st, &s->params) && flight_command(s, p->command) &&
                      flight_land(s, NULL);
    struct pg_result *r = good ? flight_keep(s, items) : NULL;
    if (!good) {
        session_blame(s, model_of(p));
        language_blame(s, model_of(p), p->q->conditions);
    }
    flight_end(s);
    return r;
}

static void close_cursor(struct parts *p)
{
    struct orm_session *s = p->s;
    snprintf(s->close_command, sizeof s->close_command,
        p->is_alone ? "COMMIT" : "CLOSE orm_%u", p->cursor);
    s->close = (struct pg_item){.command = s->close_command};
    flight_send_ahead(s, &s->close, model_of(p));
    if (p->is_alone && !s->error.code)
        s->transaction = TX_NONE;
}

/* The server works while we decode.  False: these were the last rows. */
static bool look_ahead(struct parts *p, size_t rows)
{
    if (rows < PART_ROWS)
        close_cursor(p);
    else
        flight_send_ahead(p->s, &p->fetch, model_of(p));
    return rows == PART_ROWS;
}

static struct pg_result *next_rows(struct parts *p)
{
    return !p->s->error.code && flight_take_in(p->s) ? p->fetch.result : NULL;
}

/* After a failure: what is still to come is not wanted. */
static void abandon(struct parts *p)
{
    if (p->s->ahead != &p->fetch)
        return;
    if (flight_take_in(p->s))
        pg_drop(&p->fetch, 1);
}

/* -- First pass -------------------------------------------------------------------- */

static struct part *new_part(struct parts *p, struct pg_result *r)
{
    struct orm_session *s = p->s;
    const size_t rows = pg_rows(r), columns = model_eager_count(model_of(p));
    struct part *part = arena_get(&s->scratch, sizeof *part);
    struct orm_object **objects = arena_get(&s->scratch, (rows + 1) * sizeof *objects);
    if (!part || !objects)
        return session_nomem(s), NULL;
    const struct load_source of_rows = {
        .model = model_of(p), .objects = objects, .peers = p->group};
    *part = (struct part){.result = r};
    part->rows = (struct load_result){.scope = p->path->scope,
        .result = r,
        .columns = join_width(p->joins, columns),
        .sources = join_sources(s, p->joins, of_rows, rows, columns),
        .source_count = p->joins->count + 1};
    return part->rows.sources ? part : NULL;
}

/* The answer is kept only if rows of it are to be read again. */
static bool claim(struct parts *p, struct pg_result *r)
{
    struct part *part = new_part(p, r);
    if (!part || !load_claim(&part->rows)) {
        pg_drop_result(r);
        return false;
    }
    group_want(p->path, part->rows.row_count);
    list_want(p->path->scope, part->rows.row_count);
    if (!part->rows.found) {
        pg_drop_result(r);
        part->result = NULL;
    }
    p->total += part->rows.row_count;
    *p->last = part;
    p->last = &part->next;
    return true;
}

static bool claim_all(struct parts *p)
{
    bool more = true;
    for (struct pg_result *r = declare(p); more; r = more ? next_rows(p) : NULL) {
        if (!r)
            return false;
        more = look_ahead(p, pg_rows(r));
        if (!claim(p, r))
            return false;
    }
    return !p->s->error.code;
}

/* -- Second pass ------------------------------------------------------------------- */

/* The objects of one source, of all parts. */
static struct orm_object **gather(struct parts *p, size_t source)
{
    struct orm_object **all = arena_get(&p->s->scratch, (p->total + 1) * sizeof *all);
    size_t at = 0;
    for (const struct part *part = p->first; all && part; part = part->next) {
        memcpy(&all[at], part->rows.sources[source].objects,
            part->rows.row_count * sizeof *all);
        at += part->rows.row_count;
    }
    return all;
}

/* As if all rows had come in one result.  NULL: memory is out. */
static struct load_source *gather_all(struct parts *p)
{
    const size_t count = p->joins->count + 1;
    struct load_source *all = arena_get(&p->s->scratch, count * sizeof *all);
    for (size_t i = 0; all && i < count; i++) {
        all[i] = p->first->rows.sources[i];
        all[i].objects = gather(p, i);
        if (!all[i].objects)
            return NULL;
        if (i)
            p->joins->all[i - 1].objects = all[i].objects;
    }
    return all;
}

static void disclaim(struct parts *p)
{
    for (struct part *part = p->first; part; part = part->next)
        load_disclaim(&part->rows);
    scope_want_nothing(p->s);
}

static void publish(struct parts *p)
{
    for (struct part *part = p->first; part; part = part->next)
        load_publish(&part->rows);
}

static void drop_results(struct parts *p)
{
    for (struct part *part = p->first; part; part = part->next)
        pg_drop_result(part->result);
}

static const void *take(struct parts *p, struct plan *plan)
{
    struct load_source *all = gather_all(p);
    if (!all || !plan_reserve(p->s, plan, p->total) || !scope_reserve(p->s)) {
        disclaim(p);
        return session_nomem(p->s), NULL;
    }
    publish(p);
    join_wire(p->joins, all, p->total);
    return manager_take(p->group, plan, model_of(p), all->objects, p->total);
}

const void *chunked_find(
    struct orm_session *s, struct query *q, struct path *path, struct plan *plan)
{
    struct parts p = {.s = s,
        .q = q,
        .joins = plan ? &plan->joined : &join_none,
        .path = path,
        .group = group_begin(path),
        .cursor = stream_free_cursor(s)};
    p.last = &p.first;
    q->cursor = p.cursor;
    const void *list = NULL;
    if (!p.group) {
        session_nomem(s);
    } else if (claim_all(&p)) {
        list = take(&p, plan);
    } else {
        abandon(&p);
        disclaim(&p);
    }
    drop_results(&p);
    arena_clear(&s->scratch);
    return list;
}
