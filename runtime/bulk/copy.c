/* copy.c: X_load_begin(), X_load_row() and X_load_end(): rows without objects, by COPY.
 *
 * There is one row, which the setters fill in, and no unit of work.  A row is checked
 * and written into a buffer when the next one is asked for; a full buffer goes to the
 * server.  The first row tells the columns, so the COPY begins with it. */
#include "bulk/copy.h"

#include "base/clock.h"
#include "base/memory.h"
#include "bulk/copy_row.h"
#include "bulk/sweep.h"
#include "load/load.h"
#include "objects/undo.h"
#include "session/budget.h"
#include "session/flight.h"
#include "session/watch.h"
#include "write/batch.h"
#include "write/change.h"
#include "write/hooks.h"
#include "write/write.h"

#include <stdio.h>
#include <string.h>

#define BUFFER_FULL  65536 /* bytes: they go to the server */
#define MOST_COLUMNS 1664  /* PostgreSQL's limit is 1,600 */

enum copy_state {
    COPY_WAITS, /* for the first row */
    COPY_OPEN,
    COPY_OVER
};

struct copy {
    struct orm_load *load;
    struct orm_manager *manager; /* a relation's owner is in each row */
    enum copy_state state;
    bool has_row;  /* the program fills one in */
    uint64_t rows; /* checked */
    struct orm_object *row;
    struct orm_scope scope; /* of the row's texts */
    unsigned width;         /* columns of each row */
    uint8_t columns[ORM_BYTES(MOST_COLUMNS)];
    struct buffer bytes;
    struct pg_item item;
    int64_t began;
};

/* -- Failing ----------------------------------------------------------------------- */

/* What was sent is gone with the transaction. */
static bool note_failure(struct orm_session *s)
{
    const enum orm_code code = s->error.code;
    s->error.outcome = ORM_ROLLED_BACK;
    s->error.retryable =
        code == ORM_CONFLICT || code == ORM_LOST || code == ORM_TIMEOUT;
    return false;
}

/* The server refused the rows, or one of them: the `row`th, if it is not 0. */
static bool fail(struct copy *c, uint64_t row)
{
    struct orm_session *s = c->load->session;
    session_blame(s, c->load->model);
    snprintf(
        s->error.statement, sizeof s->error.statement, "%s", c->item.statement->name);
    char *message = s->error.message;
    const size_t length = strlen(message);
    if (row)
        snprintf(message + length, sizeof s->error.message - length,
            " (row %llu of the load)", (unsigned long long)row);
    return note_failure(s);
}

static void end(struct copy *c)
{
    c->load->session->loading = NULL;
    c->state = COPY_OVER;
    c->has_row = false;
    c->row->state = OBJECT_GONE;
}

static void give_up(struct copy *c, const char *why)
{
    struct orm_session *s = c->load->session;
    struct orm_error ignored = {0};
    uint64_t row;
    if (c->state == COPY_OPEN) {
        pg_copy_end(s->pg, why, s->deadline, &ignored, &row);
        watch_end(s, &c->item, 1, c->began, false);
    }
    end(c);
}

static struct copy *open_copy(const struct orm_session *s)
{
    return s->loading ? session_model(s, s->loading)->load.copy : NULL;
}

void copy_give_up(struct orm_session *s, const char *why)
{
    struct copy *c = open_copy(s);
    if (c)
        give_up(c, why);
}

static void free_copy(struct orm_load *l)
{
    if (!l->copy)
        return;
    memory_free(l->copy->row);
    arena_free(&l->copy->scope.arena);
    buffer_free(&l->copy->bytes);
    memory_free(l->copy);
    l->copy = NULL;
}

void copy_free_all(struct orm_session *s)
{
    s->loading = NULL;
    for (unsigned i = 0; i < s->schema->model_count; i++)
        free_copy(&s->models[i].load);
}

/* -- Beginning --------------------------------------------------------------------- */

static bool refuse_relation(struct orm_session *s, const struct orm_to_many *rel)
{
    return error_set(&s->error, ORM_INVALID,
        "%s.%s: rows of a many-to-many relation stand in no column of their own; load "
        "its join table",
        rel->owner->name, rel->name);
}

/* COPY takes bytes for what the columns are: the table is as the model says, on this
 * connection.  And it is in a transaction. */
static bool prepare(struct orm_session *s, const struct orm_model *m)
{
    const bool asks = session_model(s, m)->verified < m->column_count;
    if (s->ahead && !flight_take_in(s))
        return false;
    orm_begin(s);
    if (!asks && !flight_leads(s))
        return true;
    const bool good = flight_begin(s) &&
                      (!asks || flight_describe(s, load_whole_statement(s, m))) &&
                      flight_land(s, NULL);
    if (good && asks)
        load_check_table(s, m, flight_result(s, 0));
    else if (!good)
        session_blame(s, m);
    flight_end(s);
    return !s->error.code;
}

static struct copy *make(struct orm_load *l, struct orm_manager *m)
{
    struct copy *c = memory_get_zeroed(sizeof *c);
    struct orm_object *row = c ? memory_get_zeroed(l->model->size) : NULL;
    if (!row) {
        memory_free(c);
        session_nomem(l->session);
        return NULL;
    }
    c->load = l;
    c->manager = m;
    c->row = row;
    c->scope.session = l->session;
    c->scope.outer = &l->session->own;
    c->scope.is_row = true;
    object_blank(row, &c->scope, l->model);
    return c;
}

struct orm_load *orm_load_begin(struct orm_manager *m)
{
    if (!m)
        return NULL;
    struct orm_session *s = manager_session(m);
    const struct orm_model *model = manager_relation(m)->target;
    struct orm_load *l = &session_model(s, model)->load;
    if (s->error.code || !change_is_written(s, model) || !flight_is_free(s) ||
        !hooks_allow(s, "load_begin"))
        return l;
    if (manager_relation(m)->kind == ORM_MANY_JOIN) {
        refuse_relation(s, manager_relation(m));
        return l;
    }
    free_copy(l);
    if (!write_changes(s, false) || !prepare(s, model))
        return l;
    l->copy = make(l, m);
    if (l->copy)
        s->loading = model;
    s->flush_time = clock_wall();
    return l;
}

/* -- Sending ----------------------------------------------------------------------- */

static void write_command(struct buffer *sql, const struct copy *c)
{
    const struct orm_model *m = c->load->model;
    buffer_text(sql, "COPY ");
    buffer_table(sql, m->schema, m->table);
    bool first = true;
    for (unsigned i = 0; i < m->column_count; i++) {
        if (!bit_is_set(c->columns, i))
            continue;
        buffer_text(sql, first ? " (" : ", ");
        buffer_identifier(sql, m->columns[i].name);
        first = false;
    }
    buffer_text(sql, ") FROM STDIN (FORMAT binary)");
}

static struct pg_statement *command_of(struct orm_session *s, const struct copy *c)
{
    static const uint32_t none[1];
    shape_begin(s, 'P', c->load->model);
    buffer_add(&s->shape, c->columns, ORM_BYTES(c->load->model->column_count));
    struct pg_statement *st = shape_known(s);
    if (st)
        return st;
    write_command(&s->sql, c);
    return shape_make(s, none, 0, true);
}

/* What a COPY in binary begins with: a signature, no flags, no more of a header. */
static const char header[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0";

static bool open(struct copy *c)
{
    struct orm_session *s = c->load->session;
    struct pg_statement *st = command_of(s, c);
    c->item = (struct pg_item){.statement = st};
    if (!st || !budget_allows(s, &c->item, 1))
        return false;
    s->stamp++;
    s->statement_count++;
    c->began = watch_begin(s);
    if (!pg_copy_begin(s->pg, st->sql, s->deadline, &s->error)) {
        watch_end(s, &c->item, 1, c->began, false);
        return fail(c, 0);
    }
    c->state = COPY_OPEN;
    buffer_add(&c->bytes, header, sizeof header);
    return true;
}

static bool send(struct copy *c)
{
    struct orm_session *s = c->load->session;
    if (c->bytes.failed)
        return session_nomem(s);
    if (!pg_copy_send(s->pg, c->bytes.data, c->bytes.length, s->deadline, &s->error))
        return fail(c, 0);
    buffer_clear(&c->bytes);
    return true;
}

/* The row that the program has filled in. */
static bool take_row(struct copy *c)
{
    if (!c->has_row)
        return true;
    c->has_row = false;
    c->rows++;
    if (c->state == COPY_WAITS) {
        c->width = copy_row_choose(c->row, c->columns);
        if (!c->width || !open(c))
            return false;
    } else if (!copy_row_fits(c->row, c->columns, c->rows)) {
        return false;
    }
    copy_row_write(c->row, c->columns, c->width, &c->bytes);
    return c->bytes.length < BUFFER_FULL || send(c);
}

/* -- Rows -------------------------------------------------------------------------- */

static bool next_row(struct copy *c)
{
    const struct orm_model *m = c->load->model;
    struct orm_object *owner = manager_owner(c->manager);
    arena_clear(&c->scope.arena);
    object_blank(c->row, &c->scope, m);
    c->row->state = OBJECT_NEW;
    memset(object_null_bits(c->row), 0xff, ORM_BYTES(m->column_count));
    if (!change_make_uuids(c->load->session, c->row))
        return false;
    if (owner)
        orm_set_ref(c->row, manager_relation(c->manager)->ref, owner);
    c->has_row = true;
    return !c->load->session->error.code;
}

struct orm_object *orm_load_row(struct orm_load *l)
{
    if (!l)
        orm_abort_null("load_row");
    struct orm_session *s = l->session;
    struct copy *c = l->copy;
    if (!s->error.code && (!c || c->state == COPY_OVER))
        error_set_field(&s->error, ORM_INVALID, l->model, NULL,
            "no load is open; %s_load_begin() begins one", l->model->name);
    return !s->error.code && take_row(c) && next_row(c)
               ? c->row
               : object_placeholder(s, l->model);
}

/* -- Ending ------------------------------------------------------------------------ */

static uint64_t finish(struct copy *c)
{
    static const char trailer[] = "\377\377";
    struct orm_session *s = c->load->session;
    buffer_add(&c->bytes, trailer, 2);
    if (!send(c))
        return 0;
    uint64_t row, rows = 0;
    c->item.result = pg_copy_end(s->pg, NULL, s->deadline, &s->error, &row);
    watch_end(s, &c->item, 1, c->began, false);
    end(c);
    if (c->item.result) {
        rows = pg_affected(c->item.result);
        undo_after_write(s);
        sweep_inserted(s, c->load->model);
    } else {
        fail(c, row);
    }
    pg_drop(&c->item, 1);
    return rows;
}

uint64_t orm_load_end(struct orm_load *l)
{
    struct copy *c = l ? l->copy : NULL;
    if (!c)
        return 0;
    struct orm_session *s = l->session;
    uint64_t rows = 0;
    if (!s->error.code && c->state != COPY_OVER && take_row(c) && c->state == COPY_OPEN)
        rows = finish(c);
    if (s->error.code && s->error.outcome == ORM_NOT_STARTED)
        note_failure(s);
    if (c->state != COPY_OVER)
        give_up(c, "the load was given up");
    free_copy(l);
    return rows;
}
