/* explain.c: how the server would find what a query asks for. */
#include "query/query.h"

#include "objects/relate.h"
#include "session/flight.h"

#include <string.h>

/* EXPLAIN of a statement, with the same parameters. */
static struct pg_statement *explaining(
    struct orm_session *s, const struct orm_model *m, const struct pg_statement *st)
{
    shape_begin(s, 'X', m);
    buffer_text(&s->shape, st->name);
    struct pg_statement *known = shape_known(s);
    if (known)
        return known;
    buffer_text(&s->sql, "EXPLAIN ");
    buffer_text(&s->sql, st->sql);
    return shape_make(s, st->types, st->type_count, false);
}

/* The lines of the answer.  NULL: the error is recorded. */
static const char *text_of(struct orm_scope *scope, const struct pg_result *r)
{
    size_t length = 1;
    if (pg_columns(r) != 1) {
        error_set(&scope->session->error, ORM_LOST,
            "the server broke the protocol: EXPLAIN has %zu columns", pg_columns(r));
        return NULL;
    }
    for (size_t i = 0; i < pg_rows(r); i++)
        length += (size_t)pg_value(r, i, 0).length + 1;
    char *text = arena_bytes(&scope->arena, length), *to = text;
    if (!text) {
        session_nomem(scope->session);
        return NULL;
    }
    for (size_t i = 0; i < pg_rows(r); i++) {
        const struct pg_cell line = pg_value(r, i, 0);
        if (line.data)
            memcpy(to, line.data, (size_t)line.length);
        to += line.length;
        *to++ = '\n';
    }
    *to = '\0';
    return text;
}

const char *orm_explain(struct orm_manager *m, const void *query)
{
    if (!m)
        return "";
    struct orm_session *s = manager_session(m);
    const struct orm_model *model = manager_relation(m)->target;
    const struct query q = {.kind = QUERY_OBJECTS, .manager = m, .conditions = query};
    struct pg_statement *st = s->error.code ? NULL : query_compile(s, &q);
    if (st)
        st = explaining(s, model, st);
    const struct pg_result *r = st ? flight_one(s, model, st) : NULL;
    const char *text = r ? text_of(manager_scope(m), r) : NULL;
    flight_end(s);
    return text ? text : "";
}
