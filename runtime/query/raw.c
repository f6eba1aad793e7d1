/* raw.c: objects by SQL that the program wrote.
 *
 * The SQL yields a model's columns, by their names and in any order, and perhaps more.
 * It may read any table, so all changes are flushed first. */
#include "objects/object.h"
#include "relations/manager.h"
#include "session/due.h"
#include "session/flight.h"

#include <stdio.h>
#include <string.h>

/* -- Parameters -------------------------------------------------------------------- */

static const struct {
    uint8_t type, element;
} types[] = {
    [ORM_PARAM_INT] = {ORM_INT8, 0},
    [ORM_PARAM_REAL] = {ORM_FLOAT8, 0},
    [ORM_PARAM_TEXT] = {ORM_TEXT, 0},
    [ORM_PARAM_BOOL] = {ORM_BOOL, 0},
    [ORM_PARAM_TIME] = {ORM_TIMESTAMPTZ, 0},
    [ORM_PARAM_DATE] = {ORM_DATE, 0},
    [ORM_PARAM_INTS] = {ORM_ARRAY, ORM_INT8},
    [ORM_PARAM_TEXTS] = {ORM_ARRAY, ORM_TEXT},
};

static bool add_array(struct orm_session *s, const struct orm_model *m,
    const struct orm_column *c, const struct orm_param *p)
{
    const struct orm_int8_array items = {p->value.data, NULL, p->count};
    const union orm_value v = {.data = &items};
    const struct orm_column item = type_element(c);
    if (!type_accepts(m, c, v, &s->error))
        return false;
    params_add_array(&s->params, c, v, type_oids(&item, NULL).oid);
    return true;
}

static bool add_parameter(struct orm_session *s, const struct orm_model *m, size_t i,
    const struct orm_param *p)
{
    char name[32];
    snprintf(name, sizeof name, "$%zu", i + 1);
    struct orm_column c = {.name = name, .field = name};
    if (p->type >= sizeof types / sizeof *types)
        return error_set_field(
            &s->error, ORM_INVALID, m, &c, "a parameter of no type that there is");
    if (p->type == ORM_PARAM_NULL) {
        params_add_null(&s->params);
        return true;
    }
    c.type = types[p->type].type;
    c.element = types[p->type].element;
    if (c.type == ORM_ARRAY) {
        if (!add_array(s, m, &c, p))
            return false;
    } else {
        if (!type_accepts(m, &c, p->value, &s->error))
            return false;
        params_add(&s->params, &c, p->value);
    }
    params_type(&s->params, type_oids(&c, NULL).oid);
    return true;
}

static bool add_parameters(struct orm_session *s, const struct orm_model *m,
    const struct orm_param *params, size_t count)
{
    params_clear(&s->params);
    for (size_t i = 0; i < count; i++)
        if (!add_parameter(s, m, i, &params[i]))
            return false;
    return params_finish(&s->params, &s->error);
}

static struct pg_statement *statement(
    struct orm_session *s, const struct orm_model *m, const char *sql)
{
    const struct params *p = &s->params;
    shape_begin(s, 'Q', m);
    for (int i = 0; i < p->count; i++)
        shape_add(s, p->types[i]);
    buffer_text(&s->shape, sql);
    struct pg_statement *st = shape_known(s);
    if (st)
        return st;
    buffer_text(&s->sql, sql);
    return shape_make(s, p->types, p->count, true);
}

/* What the server says of SQL is its author's to mend, not the table's or the wire's.
 */
static void blame(struct orm_session *s, const struct orm_model *m)
{
    static const struct {
        const char *sqlstate, *hint;
    } hints[] = {
        {"42P01", "only pg_catalog is searched, so write \"public\".\"table\""},
        {"42883", "only pg_catalog is searched, so write \"public\".function()"},
        {"42703", "no table of the SQL has it"},
        {"08P01", "the SQL needs a parameter for each of $1, $2, ..."},
    };
    struct orm_error *e = &s->error;
    char said[sizeof e->message];
    for (size_t i = 0; i < sizeof hints / sizeof *hints; i++) {
        if (strcmp(e->sqlstate, hints[i].sqlstate) != 0 || !pg_alive(s->pg))
            continue;
        memcpy(said, e->message, sizeof said);
        e->code = ORM_INVALID;
        e->retryable = false;
        error_retell(e, m, NULL, "%s; %s", said, hints[i].hint);
        return;
    }
    session_blame(s, m);
}

static const struct pg_result *run(
    struct orm_session *s, const struct orm_model *m, struct pg_statement *st)
{
    if (flight_begin(s) && flight_add(s, st, &s->params) && flight_land(s, NULL))
        return flight_result(s, 0);
    blame(s, m);
    return NULL;
}

/* -- Columns ----------------------------------------------------------------------- */

#define NOWHERE 0xffffu

/* Where the result has a column; several have its name: the error is recorded. */
static uint16_t place_of(struct orm_session *s, const struct orm_model *m,
    const struct orm_column *c, const struct pg_result *r)
{
    uint16_t at = NOWHERE;
    for (size_t i = 0; i < pg_columns(r); i++) {
        if (strcmp(pg_column_name(r, i), c->name) != 0)
            continue;
        if (at != NOWHERE)
            error_set_field(&s->error, ORM_INVALID, m, c,
                "the SQL yields several columns called \"%s\"; select those of one "
                "table",
                c->name);
        at = (uint16_t)i;
    }
    return at;
}

/* False: the error names all that are missing. */
static bool find_columns(struct orm_session *s, const struct orm_model *m,
    const struct pg_result *r, uint16_t *at)
{
    char missing[256] = "";
    size_t length = 0;
    for (unsigned i = 0; i < model_eager_count(m); i++) {
        at[i] = place_of(s, m, &m->columns[i], r);
        if (at[i] == NOWHERE && length < sizeof missing)
            length += (size_t)snprintf(missing + length, sizeof missing - length,
                "%s%s", length ? ", " : "", m->columns[i].name);
    }
    return !s->error.code && (!length || error_set_field(&s->error, ORM_DRIFT, m, NULL,
                                             "the SQL does not yield the column%s %s",
                                             strchr(missing, ',') ? "s" : "", missing));
}

static const void *list_of(
    struct orm_session *s, struct orm_manager *m, const struct pg_result *r)
{
    const struct orm_model *model = manager_relation(m)->target;
    uint16_t *at = arena_get(&s->scratch, model_eager_count(model) * sizeof *at);
    if (!at)
        session_nomem(s);
    const void *list = NULL;
    if (at && find_columns(s, model, r, at))
        list = manager_list(m, ORM_FETCH_DEFAULT, r, at);
    arena_clear(&s->scratch);
    return list;
}

/* -- Calls ------------------------------------------------------------------------- */

const void *orm_from_sql(struct orm_session *s, const struct orm_model *model,
    struct orm_raw sql, const struct orm_param *params, size_t count)
{
    struct orm_manager *m = orm_table(s, model);
    const struct pg_result *r = NULL;
    if (m && !s->error.code &&
        ((!s->change_count && !s->link_count) || due_before_reading(s)) &&
        add_parameters(s, model, params, count)) {
        struct pg_statement *st = statement(s, model, sql.sql_);
        r = st ? run(s, model, st) : NULL;
    }
    const void *list = r ? list_of(s, m, r) : NULL;
    if (m)
        flight_end(s);
    return list ? list : manager_empty_list(m);
}
