/* compile.c: what all that compiles queries writes with. */
#include "compile.h"

struct source compile_source(struct compiler *c, const struct orm_model *m)
{
    return (struct source){m, c->sources++};
}

void compile_alias(struct compiler *c, struct source at)
{
    if (!c->writes_sql)
        return;
    buffer_text(&c->s->sql, "t");
    if (at.alias)
        buffer_number(&c->s->sql, at.alias);
}

void compile_table(struct compiler *c, struct source at)
{
    if (!c->writes_sql)
        return;
    buffer_table(&c->s->sql, at.model->schema, at.model->table);
    buffer_text(&c->s->sql, " AS ");
    compile_alias(c, at);
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

void compile_placeholder(struct compiler *c, uint32_t type)
{
    struct params *p = &c->s->params;
    params_type(p, type);
    if (c->writes_sql) {
        buffer_text(&c->s->sql, "$");
        buffer_number(&c->s->sql, (uint64_t)p->count);
    }
}

void compile_value(struct compiler *c, const struct orm_column *col, union orm_value v)
{
    if (col->type == ORM_ARRAY) {
        const struct orm_column item = type_element(col);
        params_add_array(&c->s->params, col, v, type_oids(&item, c->s->enums).oid);
    } else {
        params_add(&c->s->params, col, v);
    }
    compile_placeholder(c, type_oids(col, c->s->enums).oid);
}

void compile_number(struct compiler *c, int64_t n)
{
    params_add_int8(&c->s->params, n);
    compile_placeholder(c, 20);
}

bool compile_refuse(struct compiler *c, const char *why)
{
    return error_set_field(&c->s->error, ORM_INVALID, c->at.model, NULL, "%s", why);
}

static bool run(struct compiler *c, struct orm_session *s, char kind,
    const struct orm_model *m, bool (*walk)(struct compiler *c, const void *query),
    const void *query, bool writes_sql)
{
    *c = (struct compiler){.s = s, .writes_sql = writes_sql};
    c->at = compile_source(c, m);
    shape_begin(s, kind, m);
    params_clear(&s->params);
    return walk(c, query);
}

struct pg_statement *compile(struct orm_session *s, char kind,
    const struct orm_model *m, bool (*walk)(struct compiler *c, const void *query),
    const void *query)
{
    struct compiler c;
    if (!run(&c, s, kind, m, walk, query, false))
        return NULL;
    struct pg_statement *st = shape_known(s);
    if (!st) {
        if (!run(&c, s, kind, m, walk, query, true))
            return NULL;
        st = s->params.bytes.failed
                 ? NULL
                 : shape_make(s, s->params.types, s->params.count, true);
    }
    return params_finish(&s->params, &s->error) ? st : NULL;
}
