/* follow_sql.c: the statement that loads what a relation leads to. */
#include "relations/follow.h"

#include "query/condition.h"
#include "query/order.h"
#include "query/query.h"
#include "session/due.h"

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
            if (r->keys.count)
                key_set_values(&r->keys, i, p);
        params_array_end(p);
        params_type(p, oids.array_oid);
    }
}

/* = ANY($1), or for several columns IN (SELECT * FROM unnest($1, $2)). */
static void are_any(struct compiler *c, unsigned count)
{
    if (count == 1) {
        compile_text(c, " = ANY($1)");
        return;
    }
    compile_text(c, " IN (SELECT * FROM ");
    if (c->writes_sql)
        params_unnest(&c->s->sql, count);
    compile_text(c, ")");
}

/* What the query yields of its rows.  As an array where that can be: then PostgreSQL
 * looks into the index, as it does for keys; of IN (SELECT ...) it makes a join that
 * may read the whole table. */
static bool are_chosen(struct compiler *c, const struct follow *l)
{
    const struct source outside = c->at;
    struct query part = *l->chosen_by;
    part.kind = QUERY_PART;
    part.part = follow_columns(l);
    part.joins = NULL;
    const bool is_array = part.part.count == 1;
    compile_text(c, is_array ? " = ANY (ARRAY(" : " IN (");
    c->at = compile_source(c, l->model);
    const bool good = query_write(c, &part);
    c->at = outside;
    compile_text(c, is_array ? "))" : ")");
    return good;
}

/* The columns have one of the values that are asked for. */
static bool are_asked(struct compiler *c, const struct follow *l, const char *table,
    const char *const *columns, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        compile_text(c, i ? ", " : count > 1 ? "(" : "");
        compile_text(c, table);
        compile_identifier(c, columns[i]);
    }
    compile_text(c, count > 1 ? ")" : "");
    if (l->chosen_by)
        return are_chosen(c, l);
    are_any(c, count);
    return true;
}

static bool model_columns_are_asked(
    struct compiler *c, const struct follow *l, struct key_columns k)
{
    const char *names[KEY_COLUMNS_MOST];
    for (unsigned i = 0; i < k.count; i++)
        names[i] = k.model->columns[k.at[i]].name;
    return are_asked(c, l, "t.", names, k.count);
}

/* -- Which rows -------------------------------------------------------------------- */

struct writing {
    struct compiler *c;
    const struct follow *l;
    const struct orm_query *query; /* never NULL */
    struct via via; /* tables beside t; those of a limited one's inside */
    struct ordering order;
};

/* The columns of the relation's target that hold the asked keys; of a join table's, see
 * there. */
static struct key_columns their_columns(const struct follow *l)
{
    return l->ref
               ? ref_target_columns(l->ref)
               : ref_columns(l->many->target, &l->many->target->to_ones[l->many->ref]);
}

static bool is_by_join_table(const struct follow *l)
{
    return l->many && l->many->kind == ORM_MANY_JOIN;
}

static bool conditions(struct writing *w)
{
    struct clause where;
    clause_begin(&where, w->c, w->c->at, " AND ");
    return clause_conditions(&where, w->query->where);
}

static bool has_order(const struct orm_query *q)
{
    for (size_t i = 0; q && i < ORM_QUERY_ORDER; i++)
        if (q->order[i].column || q->order[i].pick)
            return true;
    return false;
}

/* A list's own order is asked of the server, and so are the first rows of each.  Where
 * targets come once each they are few, and in one order for all lists. */
bool follow_sorts(const struct follow *l)
{
    const struct orm_model *m = l->many ? l->many->target : NULL;
    if (!m || l->once || l->many->order_count || has_order(l->query) ||
        m->key_count != 1 || follow_is_limited(l))
        return false;
    const unsigned type = m->columns[m->key[0]].type;
    return type == ORM_INT2 || type == ORM_INT4 || type == ORM_INT8;
}

/* The key comes last, so that equal rows stand together: see without_repeats(). */
static bool sort(struct writing *w)
{
    const struct orm_to_many *rel = w->l->many;
    order_begin(&w->order, &w->via, 0);
    if (!rel || follow_sorts(w->l))
        return true;
    if (has_order(w->query)
            ? !order_add(w->c, &w->order, w->query->order, ORM_QUERY_ORDER)
            : !order_add(w->c, &w->order, rel->order, rel->order_count))
        return false;
    order_add_key(w->c, &w->order);
    return true;
}

/* Names that are no columns' but stand for some: k1, k2. */
static void numbered(struct compiler *c, const char *name, unsigned i)
{
    compile_text(c, name);
    if (c->writes_sql)
        buffer_number(&c->s->sql, i + 1);
}

/* `owner`: the join table's columns, or NULL for numbered ones. */
static void select_list(struct writing *w, const char *table, const char *const *owner)
{
    struct compiler *c = w->c;
    compile_text(c, "SELECT ");
    if (c->writes_sql)
        load_columns(c->s, c->at.model);
    for (unsigned i = 0; is_by_join_table(w->l) && i < w->l->many->owner_end.count;
         i++) {
        compile_text(c, ", ");
        compile_text(c, table);
        if (owner)
            compile_identifier(c, owner[i]);
        else
            numbered(c, "k", i);
    }
    join_columns(c, follow_joins(w->l));
    compile_text(c, " FROM ");
}

/* -- All rows of all owners -------------------------------------------------------- */

static void join_table(struct compiler *c, const struct orm_to_many *rel)
{
    if (c->writes_sql)
        buffer_table(&c->s->sql, rel->join_schema, rel->join_table);
    compile_text(c, " AS j");
}

/* Each target's columns of the join table once, with its owners': the other columns of
 * a target are in one row of the result then, however many owners it has.  The casts
 * say that a domain is no type of its own. */
static bool join_table_once(struct compiler *c, const struct follow *l)
{
    const struct orm_to_many *rel = l->many;
    const struct orm_join_end *owner = &rel->owner_end, *target = &rel->target_end;
    for (unsigned i = 0; i < target->count; i++) {
        compile_text(c, i ? ", j." : "(SELECT j.");
        compile_identifier(c, target->columns[i]);
    }
    for (unsigned i = 0; i < owner->count; i++) {
        compile_text(c, ", array_agg(j.");
        compile_identifier(c, owner->columns[i]);
        compile_text(c, "::");
        if (c->writes_sql)
            type_sql(&rel->owner->columns[owner->key[i]], &c->s->sql);
        compile_text(c, ")");
    }
    compile_text(c, " FROM ");
    join_table(c, rel);
    compile_text(c, " WHERE ");
    if (!are_asked(c, l, "j.", owner->columns, owner->count))
        return false;
    for (unsigned i = 0; i < target->count; i++)
        numbered(c, i ? ", " : " GROUP BY ", i);
    for (unsigned i = 0; i < target->count; i++)
        numbered(c, i ? ", r" : ") AS j(r", i);
    for (unsigned i = 0; i < owner->count; i++)
        numbered(c, ", k", i);
    compile_text(c, ")");
    return true;
}

static bool from_join_table(struct compiler *c, const struct follow *l)
{
    const struct orm_join_end *target = &l->many->target_end;
    if (!l->once)
        join_table(c, l->many);
    else if (!join_table_once(c, l))
        return false;
    compile_text(c, " JOIN ");
    compile_table(c, c->at);
    for (unsigned i = 0; i < target->count; i++) {
        compile_text(c, i ? " AND " : " ON ");
        compile_column(c, c->at, target->key[i]);
        compile_text(c, " = j.");
        if (l->once)
            numbered(c, "r", i);
        else
            compile_identifier(c, target->columns[i]);
    }
    return true;
}

static bool rows_are_asked(struct compiler *c, const struct follow *l)
{
    if (!is_by_join_table(l))
        return model_columns_are_asked(c, l, their_columns(l));
    const struct orm_join_end *owner = &l->many->owner_end;
    return are_asked(c, l, "j.", owner->columns, owner->count);
}

static bool write_all(struct writing *w)
{
    struct compiler *c = w->c;
    const bool joined = is_by_join_table(w->l);
    if (!join_reach(follow_joins(w->l), &w->via))
        return false;
    select_list(w, "j.", joined && !w->l->once ? w->l->many->owner_end.columns : NULL);
    if (!joined)
        compile_table(c, c->at);
    else if (!from_join_table(c, w->l))
        return false;
    via_joins(&w->via);
    if (!w->l->once) {
        compile_text(c, " WHERE ");
        if (!rows_are_asked(c, w->l) || !conditions(w))
            return false;
    }
    order_write(c, &w->order);
    return true;
}

/* -- So many rows of each owner ---------------------------------------------------- */

static void are_key(
    struct compiler *c, const char *table, const char *column, unsigned i)
{
    compile_text(c, table);
    compile_identifier(c, column);
    numbered(c, " = k.k", i);
}

/* Belongs to the owner k. */
static void belongs(struct compiler *c, const struct follow *l)
{
    if (!is_by_join_table(l)) {
        const struct key_columns theirs = their_columns(l);
        for (unsigned i = 0; i < theirs.count; i++)
            are_key(
                c, i ? " AND t." : "t.", theirs.model->columns[theirs.at[i]].name, i);
        return;
    }
    const struct orm_join_end *owner = &l->many->owner_end,
                              *target = &l->many->target_end;
    for (unsigned i = 0; i < target->count; i++) {
        compile_text(c, i ? ", " : target->count > 1 ? "(" : "");
        compile_column(c, c->at, target->key[i]);
    }
    compile_text(c, target->count > 1 ? ") IN (SELECT " : " IN (SELECT ");
    for (unsigned i = 0; i < target->count; i++) {
        compile_text(c, i ? ", j." : "j.");
        compile_identifier(c, target->columns[i]);
    }
    compile_text(c, " FROM ");
    join_table(c, l->many);
    for (unsigned i = 0; i < owner->count; i++)
        are_key(c, i ? " AND j." : " WHERE j.", owner->columns[i], i);
    compile_text(c, ")");
}

static void from_keys(struct compiler *c, unsigned count)
{
    if (c->writes_sql)
        params_unnest(&c->s->sql, count);
    for (unsigned i = 0; i < count; i++)
        numbered(c, i ? ", k" : " AS k(k", i);
    compile_text(c, ") CROSS JOIN LATERAL (");
}

/* The owner's rows, numbered: the whole is sorted by these numbers. */
static bool write_one_owner(struct writing *w)
{
    struct compiler *c = w->c;
    compile_text(c, "SELECT ");
    if (c->writes_sql)
        load_columns(c->s, c->at.model);
    compile_text(c, ", row_number() OVER (");
    order_write(c, &w->order);
    compile_text(c, ") AS row_ FROM ");
    compile_table(c, c->at);
    via_joins(&w->via);
    compile_text(c, " WHERE ");
    belongs(c, w->l);
    if (!conditions(w))
        return false;
    order_write(c, &w->order);
    if (w->query->limit) {
        compile_text(c, " LIMIT ");
        compile_number(c, w->query->limit);
    }
    if (w->query->offset) {
        compile_text(c, " OFFSET ");
        compile_number(c, w->query->offset);
    }
    return true;
}

static bool write_limited(struct writing *w)
{
    struct compiler *c = w->c;
    struct via beside;
    via_begin(&beside, c, c->at);
    if (!join_reach(follow_joins(w->l), &beside))
        return false;
    select_list(w, "k.", NULL);
    from_keys(c, follow_columns(w->l).count);
    if (!write_one_owner(w))
        return false;
    compile_text(c, ") AS t");
    via_joins(&beside);
    compile_text(c, " ORDER BY t.row_");
    return true;
}

/* -- The whole --------------------------------------------------------------------- */

static void shape_relation(struct compiler *c, const struct follow *l)
{
    if (l->many) {
        shape_add(c->s, (unsigned)session_number(c->s, l->many->owner));
        shape_add(c->s, l->many->offset);
        c->waits = c->waits || (is_by_join_table(l) && due_in_join(c->s, l->many));
        return;
    }
    const struct key_columns theirs = their_columns(l);
    shape_add(c->s, theirs.count);
    for (unsigned i = 0; i < theirs.count; i++)
        shape_add(c->s, theirs.at[i]);
}

static bool walk(struct compiler *c, const void *follow)
{
    static const struct orm_query all;
    const struct follow *l = follow;
    struct writing w;
    w.c = c;
    w.l = l;
    w.query = l->query ? l->query : &all;
    via_begin(&w.via, c, c->at);
    shape_relation(c, l);
    shape_add(c->s, (w.query->limit != 0) | (unsigned)(w.query->offset != 0) << 1);
    shape_add(c->s, (l->chosen_by != NULL) | (unsigned)l->once << 1);
    if (!l->chosen_by)
        add_keys(c, l);
    return sort(&w) && (follow_is_limited(l) ? write_limited(&w) : write_all(&w));
}

static char kind_of(const struct follow *l)
{
    return l->ref ? 'R' : 'M';
}

struct pg_statement *follow_statement(struct orm_session *s, struct follow *l)
{
    l->once = follow_wants_once(s, l);
    return compile_unflushed(s, kind_of(l), follow_target(l), walk, l);
}

bool follow_waits(struct orm_session *s, const struct follow *l, bool *waits)
{
    return compile_waits(s, kind_of(l), follow_target(l), walk, l, waits);
}
