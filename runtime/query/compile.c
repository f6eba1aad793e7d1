/* compile.c: what all that compiles queries writes with. */
#include "query/compile.h"

#include "session/due.h"

static struct source new_source(struct compiler *c, const struct orm_model *m)
{
    if (c->sources == COMPILE_SOURCES)
        compile_refuse(c, "the query reads more than 256 tables");
    else
        c->sources++;
    return (struct source){m, c->sources - 1};
}

struct source compile_source(struct compiler *c, const struct orm_model *m)
{
    c->waits = c->waits || due_in(c->s, m);
    return new_source(c, m);
}

struct source compile_join_source(struct compiler *c, const struct orm_to_many *many)
{
    c->waits = c->waits || due_in_join(c->s, many);
    return new_source(c, NULL);
}

void compile_alias(struct compiler *c, struct source at)
{
    if (!c->writes_sql)
        return;
    buffer_text(&c->s->sql, "t");
    if (at.alias)
        buffer_number(&c->s->sql, at.alias);
}

static void table_as(
    struct compiler *c, const char *schema, const char *table, struct source at)
{
    if (!c->writes_sql)
        return;
    buffer_table(&c->s->sql, schema, table);
    buffer_text(&c->s->sql, " AS ");
    compile_alias(c, at);
}

void compile_table(struct compiler *c, struct source at)
{
    table_as(c, at.model->schema, at.model->table, at);
}

void compile_join_table(
    struct compiler *c, const struct orm_to_many *many, struct source at)
{
    table_as(c, many->join_schema, many->join_table, at);
}

void compile_column_named(struct compiler *c, struct source at, const char *name)
{
    compile_alias(c, at);
    compile_text(c, ".");
    compile_identifier(c, name);
}

void compile_column(struct compiler *c, struct source at, unsigned column)
{
    compile_column_named(c, at, at.model->columns[column].name);
}

void compile_placeholder_again(struct compiler *c, int number)
{
    if (!c->writes_sql)
        return;
    buffer_text(&c->s->sql, "$");
    buffer_number(&c->s->sql, (uint64_t)number);
}

void compile_placeholder(struct compiler *c, uint32_t type)
{
    params_type(&c->s->params, type);
    compile_placeholder_again(c, c->s->params.count);
}

void compile_value(struct compiler *c, const struct orm_column *col, union orm_value v)
{
    if (col->type == ORM_ARRAY) {
        const struct orm_column item = type_element(col);
        params_add_array(&c->s->params, col, v, type_oids(&item, c->s->enums).oid);
    } else {
        params_add(&c->s->params, col, v);
    }
    if (c->writes_sql) /* else the statement knows the type */
        compile_placeholder(c, type_oids(col, c->s->enums).oid);
}

void compile_number(struct compiler *c, int64_t n)
{
    params_add_int8(&c->s->params, n);
    compile_placeholder(c, 20);
}

void compile_cut(struct compiler *c, unsigned limit, unsigned offset)
{
    shape_add(c->s, (limit != 0) | (unsigned)(offset != 0) << 1);
    if (limit) {
        compile_text(c, " LIMIT ");
        compile_number(c, limit);
    }
    if (offset) {
        compile_text(c, " OFFSET ");
        compile_number(c, offset);
    }
}

bool compile_refuse(struct compiler *c, const char *why)
{
    return error_set_field(&c->s->error, ORM_INVALID, c->at.model, NULL, "%s", why);
}

bool compile_refuse_relation(struct compiler *c, const char *relation, const char *why)
{
    const struct orm_column named = {.field = relation};
    return error_set_field(&c->s->error, ORM_INVALID, c->at.model, &named, "%s", why);
}

static bool run(struct compiler *c, struct orm_session *s, char kind,
    const struct orm_model *m, bool (*walk)(struct compiler *c, const void *query),
    const void *query, bool writes_sql)
{
    c->s = s;
    c->writes_sql = writes_sql;
    c->waits = false;
    c->sources = c->depth = 0;
    c->at = compile_source(c, m);
    shape_begin(s, kind, m);
    params_clear(&s->params);
    return walk(c, query) && !s->error.code;
}

/* After a run: the statement it told the shape of. */
static struct pg_statement *statement(struct compiler *c, struct orm_session *s,
    char kind, const struct orm_model *m,
    bool (*walk)(struct compiler *c, const void *query), const void *query)
{
    struct pg_statement *st = shape_known(s);
    if (!st) {
        if (!run(c, s, kind, m, walk, query, true))
            return NULL;
        st = s->params.bytes.failed
                 ? NULL
                 : shape_make(s, s->params.types, s->params.count, true);
    }
    return params_finish(&s->params, &s->error) ? st : NULL;
}

struct pg_statement *compile(struct orm_session *s, char kind,
    const struct orm_model *m, bool (*walk)(struct compiler *c, const void *query),
    const void *query)
{
    struct compiler c;
    if (!run(&c, s, kind, m, walk, query, false))
        return NULL;
    if (c.waits && (!due_before_reading(s) || !run(&c, s, kind, m, walk, query, false)))
        return NULL;
    return statement(&c, s, kind, m, walk, query);
}

struct pg_statement *compile_unflushed(struct orm_session *s, char kind,
    const struct orm_model *m, bool (*walk)(struct compiler *c, const void *query),
    const void *query)
{
    struct compiler c;
    return run(&c, s, kind, m, walk, query, false)
               ? statement(&c, s, kind, m, walk, query)
               : NULL;
}

bool compile_waits(struct orm_session *s, char kind, const struct orm_model *m,
    bool (*walk)(struct compiler *c, const void *query), const void *query, bool *waits)
{
    struct compiler c;
    const bool good = run(&c, s, kind, m, walk, query, false);
    *waits = c.waits;
    return good;
}
