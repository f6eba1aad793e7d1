/* rows.c: rows without objects.
 *
 * Every cell is checked and all memory is taken before the first variable is filled;
 * then nothing can fail. */
#include "load/load.h"
#include "objects/fetch.h"
#include "objects/list.h"
#include "objects/relate.h"
#include "query/language.h"
#include "query/select.h"
#include "session/flight.h"

#include <string.h>

struct orm_rows {
    struct orm_session *session;
    const struct picked *picks;
    size_t pick_count;
    char *
        rows; /* each a value per pick, and then a byte that tells whether it is null */
    size_t row_size;
    size_t count;
    size_t next;
};

/* -- From cells to values ---------------------------------------------------------- */

static size_t round_up(size_t size)
{
    return (size + 7) & ~(size_t)7;
}

/* Where the values of a row are. */
static size_t lay_out(struct selection *sel)
{
    size_t size = 0;
    for (size_t i = 0; i < sel->count; i++) {
        sel->picks[i].offset = size;
        size += round_up(sel->picks[i].pick.what == ORM_PICK_OBJECT
                             ? sizeof(void *)
                             : type_size(&sel->picks[i].as));
    }
    return size + round_up(sel->count);
}

static bool check_columns(
    struct orm_session *s, const struct selection *sel, const struct pg_result *r)
{
    if (pg_columns(r) != sel->columns)
        return error_set(&s->error, ORM_LOST,
            "the server broke the protocol: %zu columns instead of %zu", pg_columns(r),
            sel->columns);
    for (size_t i = 0; i < sel->count; i++) {
        const struct picked *p = &sel->picks[i];
        if (p->pick.what != ORM_PICK_OBJECT &&
            !load_check_type_as(s, p->model, &p->as, r, p->at))
            return false;
    }
    return true;
}

/* Adds what the values take of an arena to `bytes`. */
static bool check_cells(struct orm_session *s, const struct selection *sel,
    const struct pg_result *r, size_t *bytes)
{
    for (size_t row = 0; row < pg_rows(r); row++)
        for (size_t i = 0; i < sel->count; i++) {
            const struct picked *p = &sel->picks[i];
            if (p->pick.what != ORM_PICK_OBJECT &&
                !load_check_cell_as(
                    s, p->model, &p->as, pg_value(r, row, p->at), bytes))
                return false;
        }
    return true;
}

static bool *nulls_of(const struct orm_rows *rows, char *row)
{
    return (bool *)(row + rows->row_size - round_up(rows->pick_count));
}

static void take_cells(
    struct arena *a, struct orm_rows *rows, const struct pg_result *r, size_t row)
{
    char *to = rows->rows + row * rows->row_size;
    bool *nulls = nulls_of(rows, to);
    for (size_t i = 0; i < rows->pick_count; i++) {
        const struct picked *p = &rows->picks[i];
        if (p->pick.what == ORM_PICK_OBJECT)
            continue;
        const struct pg_cell cell = pg_value(r, row, p->at);
        nulls[i] = !cell.data;
        if (nulls[i])
            type_store(&p->as, to + p->offset, type_zero(&p->as));
        else
            type_take(&p->as, to + p->offset, cell, a);
    }
}

static void take_objects(struct orm_rows *rows, struct orm_object *const *objects)
{
    for (size_t row = 0; row < rows->count; row++) {
        char *to = rows->rows + row * rows->row_size;
        for (size_t i = 0; i < rows->pick_count; i++) {
            if (rows->picks[i].pick.what != ORM_PICK_OBJECT)
                continue;
            memcpy(to + rows->picks[i].offset, &objects[row], sizeof objects[row]);
            nulls_of(rows, to)[i] = false;
        }
    }
}

static bool load_objects(
    const struct selection *sel, const struct pg_result *r, struct orm_rows *rows)
{
    struct orm_scope *scope = manager_scope(sel->manager);
    struct orm_session *s = scope->session;
    const size_t more = sel->columns - model_eager_count(sel->model);
    struct orm_object **objects =
        arena_get(&s->scratch, (rows->count + 1) * sizeof *objects);
    struct path *path = path_of_query(scope, sel->fetch);
    struct orm_group *g = path ? group_begin(path) : NULL;
    if (!objects || !g)
        return session_nomem(s);
    group_want(path, rows->count);
    if (!load_rows(scope, sel->model, r, more, objects, g))
        return false;
    take_objects(rows, objects);
    group_form(g, objects, rows->count);
    return true;
}

/* With room for all that the cells hold.  NULL: memory is out, and recorded. */
static struct orm_rows *make_rows(
    struct orm_scope *scope, struct selection *sel, size_t count, size_t bytes)
{
    const size_t row_size = lay_out(sel);
    struct orm_rows *rows = arena_get(&scope->arena, sizeof *rows);
    char *cells = rows ? arena_get(&scope->arena, count * row_size) : NULL;
    if (!cells || !arena_reserve(&scope->arena, bytes)) {
        session_nomem(scope->session);
        return NULL;
    }
    *rows = (struct orm_rows){
        scope->session, sel->picks, sel->count, cells, row_size, count, 0};
    return rows;
}

static struct orm_rows *rows_of(struct selection *sel, const struct pg_result *r)
{
    struct orm_scope *scope = manager_scope(sel->manager);
    size_t bytes = 0;
    if (!check_columns(scope->session, sel, r) ||
        !check_cells(scope->session, sel, r, &bytes))
        return NULL;
    struct orm_rows *rows = make_rows(scope, sel, pg_rows(r), bytes);
    for (size_t i = 0; rows && i < rows->count; i++)
        take_cells(&scope->arena, rows, r, i);
    return rows && (!sel->has_object || load_objects(sel, r, rows)) ? rows : NULL;
}

/* -- Calls ------------------------------------------------------------------------- */

struct orm_rows *orm_select(
    struct orm_manager *m, const void *query, const struct orm_pick *picks)
{
    static const struct orm_query all;
    if (!m)
        return NULL;
    struct orm_session *s = manager_session(m);
    struct selection sel = {.manager = m,
        .query = query ? query : &all,
        .model = manager_relation(m)->target};
    struct pg_statement *st = NULL;
    if (!s->error.code && picks_read(s, &sel, picks) &&
        fetch_of_query(m, query, &sel.fetch))
        st = select_compile(s, &sel);
    const struct pg_result *r = st ? flight_one(s, sel.model, st) : NULL;
    if (st && !r)
        language_blame(s, sel.model, sel.query);
    struct orm_rows *rows = r ? rows_of(&sel, r) : NULL;
    flight_end(s);
    arena_clear(&s->scratch);
    return rows;
}

bool orm_next(struct orm_rows *rows)
{
    if (!rows || rows->next >= rows->count)
        return false;
    const char *row = rows->rows + rows->next++ * rows->row_size;
    for (size_t i = 0; i < rows->pick_count; i++) {
        const struct picked *p = &rows->picks[i];
        const size_t size =
            p->pick.what == ORM_PICK_OBJECT ? sizeof(void *) : type_size(&p->as);
        memcpy(p->pick.into, row + p->offset, size);
    }
    return true;
}

bool orm_is_null(const struct orm_rows *rows, const void *into)
{
    if (!rows || !rows->next)
        return true;
    char *row = rows->rows + (rows->next - 1) * rows->row_size;
    for (size_t i = 0; i < rows->pick_count; i++)
        if (rows->picks[i].pick.into == into)
            return nulls_of(rows, row)[i];
    error_set(&rows->session->error, ORM_INVALID,
        "orm_is_null() of a variable that nothing was picked into");
    return true;
}

size_t orm_row_count(const struct orm_rows *rows)
{
    return rows ? rows->count : 0;
}
