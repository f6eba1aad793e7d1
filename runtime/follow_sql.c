/* follow_sql.c: the statement that loads what a relation leads to. */
#include "follow.h"

#include "compile.h"

/* -- Keys -------------------------------------------------------------------------- */

/* An array per column, of all that share the statement. */
static void add_keys(struct compiler *c, const struct follow *l)
{
    struct params *p = &c->s->params;
    const struct key_columns asked = follow_columns(l);
    for (unsigned i = 0; i < asked.count; i++) {
        const struct orm_column *column = &asked.model->columns[asked.at[i]];
        const struct type_oids oids = type_oids(column, c->s->enums);
        params_array_begin(p, oids.oid);
        for (const struct follow *r = l; r; r = r->next)
            key_set_values(&r->keys, i, p);
        params_array_end(p);
        params_type(p, oids.array_oid);
    }
}

/* t.a = ANY($1), or for several columns (t.a, t.b) IN (SELECT * FROM unnest($1, $2)).
 */
static void are_any(
    struct compiler *c, const char *table, const char *const *columns, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        compile_text(c, i ? ", " : count > 1 ? "(" : "");
        compile_text(c, table);
        compile_identifier(c, columns[i]);
    }
    if (count == 1) {
        compile_text(c, " = ANY($1)");
        return;
    }
    compile_text(c, ") IN (SELECT * FROM ");
    if (c->writes_sql)
        params_unnest(&c->s->sql, count);
    compile_text(c, ")");
}

static void model_columns_are_any(struct compiler *c, struct key_columns k)
{
    const char *names[KEY_COLUMNS_MOST];
    for (unsigned i = 0; i < k.count; i++)
        names[i] = k.model->columns[k.at[i]].name;
    are_any(c, "t.", names, k.count);
}

/* -- To-one ------------------------------------------------------------------------ */

static void write_to_one(struct compiler *c, const struct follow *l)
{
    const struct key_columns theirs = ref_target_columns(l->ref);
    shape_add(c->s, theirs.count);
    for (unsigned i = 0; i < theirs.count; i++)
        shape_add(c->s, theirs.at[i]);
    add_keys(c, l);
    if (c->writes_sql)
        load_select(c->s, theirs.model);
    compile_text(c, " WHERE ");
    model_columns_are_any(c, theirs);
}

/* -- To-many ----------------------------------------------------------------------- */

static void select_reverse(struct compiler *c, const struct orm_to_many *rel)
{
    if (c->writes_sql)
        load_select(c->s, rel->target);
    compile_text(c, " WHERE ");
    model_columns_are_any(c, ref_columns(rel->target, &rel->target->to_ones[rel->ref]));
}

static void select_joined(struct compiler *c, const struct orm_to_many *rel)
{
    const struct orm_join_end *owner = &rel->owner_end, *target = &rel->target_end;
    compile_text(c, "SELECT ");
    if (c->writes_sql)
        load_columns(c->s, rel->target);
    for (unsigned i = 0; i < owner->count; i++) {
        compile_text(c, ", j.");
        compile_identifier(c, owner->columns[i]);
    }
    compile_text(c, " FROM ");
    if (c->writes_sql)
        buffer_table(&c->s->sql, rel->join_schema, rel->join_table);
    compile_text(c, " AS j JOIN ");
    compile_table(c, c->at);
    for (unsigned i = 0; i < target->count; i++) {
        compile_text(c, i ? " AND " : " ON ");
        compile_column(c, c->at, target->key[i]);
        compile_text(c, " = j.");
        compile_identifier(c, target->columns[i]);
    }
    compile_text(c, " WHERE ");
    are_any(c, "j.", owner->columns, owner->count);
}

/* The key comes last, so that equal rows stand together: see without_repeats(). */
static void order_list(struct compiler *c, const struct orm_to_many *rel)
{
    compile_text(c, " ORDER BY ");
    for (unsigned i = 0; i < rel->order_count; i++) {
        compile_column(c, c->at, rel->order[i].column - 1u);
        compile_text(c, rel->order[i].descending ? " DESC, " : ", ");
    }
    for (unsigned i = 0; i < rel->target->key_count; i++) {
        compile_text(c, i ? ", " : "");
        compile_column(c, c->at, rel->target->key[i]);
    }
}

static void write_to_many(struct compiler *c, const struct follow *l)
{
    shape_add(c->s, (unsigned)session_number(c->s, l->many->owner));
    shape_add(c->s, l->many->offset);
    add_keys(c, l);
    if (l->many->kind == ORM_MANY_REVERSE)
        select_reverse(c, l->many);
    else
        select_joined(c, l->many);
    order_list(c, l->many);
}

/* -- The whole --------------------------------------------------------------------- */

static bool walk(struct compiler *c, const void *follow)
{
    const struct follow *l = follow;
    if (l->ref)
        write_to_one(c, l);
    else
        write_to_many(c, l);
    return true;
}

struct pg_statement *follow_statement(struct orm_session *s, const struct follow *l)
{
    return compile_unflushed(s, l->ref ? 'R' : 'M', follow_target(l), walk, l);
}
