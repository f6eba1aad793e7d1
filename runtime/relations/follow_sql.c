/* follow_sql.c: the statement that loads what a relation leads to. */
#include "relations/follow.h"

#include "query/condition.h"
#include "query/order.h"
#include "query/query.h"
#include "session/due.h"

#include <string.h>

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

/* A list's own order is asked of the server, and so are the first rows of each. */
bool follow_sorts(const struct follow *l)
{
    const struct orm_model *m = l->many ? l->many->target : NULL;
    if (!m || l->many->order_count || has_order(l->query) || m->key_count != 1 ||
        follow_is_limited(l))
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

static void select_list(
    struct writing *w, const char *owner, const char *const *columns)
{
    struct compiler *c = w->c;
    compile_text(c, "SELECT ");
    if (c->writes_sql)
        load_columns(c->s, c->at.model);
    if (is_by_join_table(w->l))
        for (unsigned i = 0; i < w->l->many->owner_end.count; i++) {
            compile_text(c, owner);
            compile_identifier(c, columns[i]);
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

static void from_join_table(struct compiler *c, const struct orm_to_many *rel)
{
    join_table(c, rel);
    compile_text(c, " JOIN ");
    compile_table(c, c->at);
    for (unsigned i = 0; i < rel->target_end.count; i++) {
        compile_text(c, i ? " AND " : " ON ");
        compile_column(c, c->at, rel->target_end.key[i]);
        compile_text(c, " = j.");
        compile_identifier(c, rel->target_end.columns[i]);
    }
}

static bool write_all(struct writing *w)
{
    struct compiler *c = w->c;
    const bool joined = is_by_join_table(w->l);
    const struct orm_join_end *owner = joined ? &w->l->many->owner_end : NULL;
    if (!join_reach(follow_joins(w->l), &w->via))
        return false;
    select_list(w, ", j.", joined ? owner->columns : NULL);
    if (joined)
        from_join_table(c, w->l->many);
    else
        compile_table(c, c->at);
    via_joins(&w->via);
    compile_text(c, " WHERE ");
    if (!(joined ? are_asked(c, w->l, "j.", owner->columns, owner->count)
                 : model_columns_are_asked(c, w->l, their_columns(w->l))) ||
        !conditions(w))
        return false;
    order_write(c, &w->order);
    return true;
}

/* -- So many rows of each owner ---------------------------------------------------- */

static const char *const key_names[] = {"k1", "k2", "k3", "k4", "k5", "k6", "k7", "k8",
    "k9", "k10", "k11", "k12", "k13", "k14", "k15", "k16", "k17", "k18", "k19", "k20",
    "k21", "k22", "k23", "k24", "k25", "k26", "k27", "k28", "k29", "k30", "k31", "k32"};
_Static_assert(sizeof key_names / sizeof *key_names == KEY_COLUMNS_MOST, "a name each");

static void are_key(
    struct compiler *c, const char *table, const char *column, unsigned i)
{
    compile_text(c, table);
    compile_identifier(c, column);
    compile_text(c, " = k.");
    compile_text(c, key_names[i]);
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
    for (unsigned i = 0; i < count; i++) {
        compile_text(c, i ? ", " : " AS k(");
        compile_text(c, key_names[i]);
    }
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
    select_list(w, ", k.", key_names);
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
    shape_add(c->s, l->chosen_by != NULL);
    if (!l->chosen_by)
        add_keys(c, l);
    return sort(&w) && (follow_is_limited(l) ? write_limited(&w) : write_all(&w));
}

static char kind_of(const struct follow *l)
{
    return l->ref ? 'R' : 'M';
}

struct pg_statement *follow_statement(struct orm_session *s, const struct follow *l)
{
    return compile_unflushed(s, kind_of(l), follow_target(l), walk, l);
}

bool follow_waits(struct orm_session *s, const struct follow *l, bool *waits)
{
    return compile_waits(s, kind_of(l), follow_target(l), walk, l, waits);
}

/* What a dry run left: all that the statement depends on, and its values. */
struct print {
    void *shape, *values, *offsets;
    size_t shape_length, values_length, count;
};

static void *copy(struct arena *a, const void *from, size_t size)
{
    void *to = arena_get(a, size);
    return to && size ? memcpy(to, from, size) : to;
}

static bool take_print(struct orm_session *s, const struct follow *l, struct print *p)
{
    const struct params *params = &s->params;
    bool waits;
    if (!follow_waits(s, l, &waits))
        return false;
    if (s->shape.failed || params->bytes.failed)
        return session_nomem(s);
    p->shape_length = s->shape.length;
    p->values_length = params->bytes.length;
    p->count = (size_t)params->count;
    p->shape = copy(&s->planning, s->shape.data, p->shape_length);
    p->values = copy(&s->planning, params->bytes.data, p->values_length);
    p->offsets =
        copy(&s->planning, params->offsets, p->count * sizeof *params->offsets);
    return (p->shape && p->values && p->offsets) || session_nomem(s);
}

bool follow_is_same(
    struct orm_session *s, const struct follow *a, const struct follow *b, bool *same)
{
    struct print x, y;
    if (!take_print(s, a, &x) || !take_print(s, b, &y))
        return false;
    *same = x.shape_length == y.shape_length && x.values_length == y.values_length &&
            x.count == y.count && !memcmp(x.shape, y.shape, x.shape_length) &&
            !memcmp(x.values, y.values, x.values_length) &&
            !memcmp(x.offsets, y.offsets, x.count * sizeof(size_t));
    return true;
}
