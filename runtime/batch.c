/* batch.c: the SQL of a flush.
 *
 * Whatever the number of rows, a statement has one array parameter per column.  UPDATE
 * and DELETE carry a guard: if a row is not there any more, they fail with its key in
 * the message, so the transaction cannot commit, without a round trip to find out. */
#include "batch.h"
#include "flight.h"

bool batch_server_fills(const struct orm_object *o, unsigned column)
{
    return o->model->columns[column].flags & ORM_COLUMN_DEFAULT &&
           bit_is_set(object_null_bits(o), column) &&
           !bit_is_set(object_changed_bits(o), column);
}

bool batch_defers(const struct orm_object *o, const struct orm_to_one *ref)
{
    if (!(o->state & OBJECT_NEW) || !ref->clears || !relate_is_to_new(o, ref))
        return false;
    /* While a flush is under way, the stamp of a new object is its batch. */
    return (*object_slot(o, ref))->stamp > o->stamp;
}

bool batch_is_guarded(const struct batch *b)
{
    return b->kind == BATCH_UPDATE || b->kind == BATCH_UNTIE || b->kind == BATCH_DELETE;
}

/* -- Text -------------------------------------------------------------------------- */

static void number(struct buffer *sql, const char *before, unsigned n)
{
    buffer_text(sql, before);
    buffer_number(sql, n);
}

/* RETURNING, and the columns of the key. */
static void returning_key(
    struct buffer *sql, const struct orm_model *m, const char *qualifier)
{
    for (unsigned i = 0; i < m->key_count; i++) {
        buffer_text(sql, i ? ", " : " RETURNING ");
        buffer_text(sql, qualifier);
        buffer_identifier(sql, m->columns[m->key[i]].name);
    }
}

/* The n-th column of u, of the column's type. */
static void write_value(struct buffer *sql, const struct orm_column *c, unsigned n)
{
    number(sql, "u.c", n);
    if (c->type != ORM_ARRAY)
        return;
    buffer_text(sql, "::");
    type_sql(c, sql);
}

static void write_insert(struct buffer *sql, const struct batch *b, int arrays)
{
    const struct orm_model *m = b->model;
    buffer_text(sql, "INSERT INTO ");
    buffer_table(sql, m->schema, m->table);
    unsigned given = 0;
    bool returns = false;
    for (unsigned i = 0; i < m->column_count; i++) {
        if (!bit_is_set(b->columns, i)) {
            returns = true;
            continue;
        }
        buffer_text(sql, given++ ? ", " : " (");
        buffer_identifier(sql, m->columns[i].name);
    }
    buffer_text(sql, ") SELECT ");
    given = 0;
    for (unsigned i = 0; i < m->column_count; i++)
        if (bit_is_set(b->columns, i)) {
            buffer_text(sql, given++ ? ", " : "");
            write_value(sql, &m->columns[i], given);
        }
    buffer_text(sql, " FROM ");
    params_unnest(sql, (unsigned)arrays);
    buffer_text(sql, " AS u(");
    for (unsigned i = 1; i <= given; i++)
        number(sql, i > 1 ? ", c" : "c", i);
    buffer_text(sql, ")");
    if (!returns)
        return;
    returning_key(sql, m, "");
    for (unsigned i = 0; i < m->column_count; i++)
        if (!bit_is_set(b->columns, i)) {
            buffer_text(sql, ", ");
            buffer_identifier(sql, m->columns[i].name);
        }
}

/* The parts of the key in `from`: "u.k1, u.k2". */
static void key_parts(
    struct buffer *sql, const struct orm_model *m, const char *from, const char *comma)
{
    for (unsigned i = 1; i <= m->key_count; i++) {
        buffer_text(sql, i > 1 ? comma : "");
        buffer_text(sql, from);
        number(sql, "k", i);
    }
}

/* Fails, with the first missing key in the message, unless all rows were there: the
 * cast is made only then. */
static void write_guard(struct buffer *sql, const struct orm_model *m, int count_param)
{
    const bool one = m->key_count == 1;
    number(
        sql, " SELECT CASE WHEN (SELECT count(*) FROM w) <> $", (unsigned)count_param);
    buffer_text(sql, " THEN ('" BATCH_STALE "' || (SELECT ");
    buffer_text(sql, one ? "" : "'(' || ");
    key_parts(sql, m, "u.", " || ', ' || ");
    buffer_text(sql, one ? " FROM u WHERE (" : " || ')' FROM u WHERE (");
    key_parts(sql, m, "u.", ", ");
    buffer_text(sql, ") NOT IN (SELECT ");
    key_parts(sql, m, "w.", ", ");
    buffer_text(sql, " FROM w) LIMIT 1))::int4 END");
}

static void write_key_match(struct buffer *sql, const struct orm_model *m)
{
    for (unsigned i = 0; i < m->key_count; i++) {
        buffer_text(sql, i ? " AND t." : " WHERE t.");
        buffer_identifier(sql, m->columns[m->key[i]].name);
        number(sql, " = u.k", i + 1);
    }
    buffer_text(sql, " RETURNING ");
    key_parts(sql, m, "u.", ", ");
    buffer_text(sql, ")");
}

/* WITH u AS (the rows that the parameters tell of), w AS ( */
static void write_rows(struct buffer *sql, const struct orm_model *m, int arrays)
{
    buffer_text(sql, "WITH u AS (SELECT * FROM ");
    params_unnest(sql, (unsigned)arrays);
    buffer_text(sql, " AS u(");
    key_parts(sql, m, "", ", ");
    for (int i = m->key_count; i < arrays; i++)
        number(sql, ", c", (unsigned)(i - m->key_count + 1));
    buffer_text(sql, ")), w AS (");
}

static void write_update(struct buffer *sql, const struct batch *b, int arrays)
{
    const struct orm_model *m = b->model;
    write_rows(sql, m, arrays);
    buffer_text(sql, "UPDATE ");
    buffer_table(sql, m->schema, m->table);
    buffer_text(sql, " AS t SET ");
    unsigned n = 0;
    for (unsigned i = 0; i < m->column_count; i++) {
        if (!bit_is_set(b->columns, i))
            continue;
        buffer_text(sql, n++ ? ", " : "");
        buffer_identifier(sql, m->columns[i].name);
        buffer_text(sql, " = ");
        write_value(sql, &m->columns[i], n);
    }
    buffer_text(sql, " FROM u");
    write_key_match(sql, m);
    write_guard(sql, m, arrays + 1);
}

static void write_delete(struct buffer *sql, const struct batch *b, int arrays)
{
    write_rows(sql, b->model, arrays);
    buffer_text(sql, "DELETE FROM ");
    buffer_table(sql, b->model->schema, b->model->table);
    buffer_text(sql, " AS t USING u");
    write_key_match(sql, b->model);
    write_guard(sql, b->model, arrays + 1);
}

static void join_names(struct buffer *sql, const struct orm_join_end *end)
{
    for (unsigned i = 0; i < end->count; i++) {
        buffer_text(sql, i ? ", " : "");
        buffer_identifier(sql, end->columns[i]);
    }
}

static void write_link(struct buffer *sql, const struct batch *b, int arrays)
{
    const struct orm_to_many *rel = b->relation;
    buffer_text(sql, "INSERT INTO ");
    buffer_table(sql, rel->join_schema, rel->join_table);
    buffer_text(sql, " (");
    join_names(sql, &rel->owner_end);
    buffer_text(sql, ", ");
    join_names(sql, &rel->target_end);
    buffer_text(sql, ") SELECT * FROM ");
    params_unnest(sql, (unsigned)arrays);
    buffer_text(sql, " ON CONFLICT DO NOTHING");
}

static void match_end(
    struct buffer *sql, const struct orm_join_end *end, const char *alias)
{
    for (unsigned i = 0; i < end->count; i++) {
        buffer_text(sql, i ? " AND j." : "j.");
        buffer_identifier(sql, end->columns[i]);
        buffer_text(sql, " = u.");
        number(sql, alias, i + 1);
    }
}

static void write_unlink(struct buffer *sql, const struct batch *b, int arrays)
{
    const struct orm_to_many *rel = b->relation;
    buffer_text(sql, "DELETE FROM ");
    buffer_table(sql, rel->join_schema, rel->join_table);
    buffer_text(sql, " AS j USING ");
    params_unnest(sql, (unsigned)arrays);
    for (unsigned i = 1; i <= rel->owner_end.count; i++)
        number(sql, i > 1 ? ", a" : " AS u(a", i);
    for (unsigned i = 1; i <= rel->target_end.count; i++)
        number(sql, ", b", i);
    buffer_text(sql, ") WHERE ");
    match_end(sql, &rel->owner_end, "a");
    buffer_text(sql, " AND ");
    match_end(sql, &rel->target_end, "b");
    if (rel->through)
        returning_key(sql, rel->through, "j.");
}

static void (*const writers[])(struct buffer *, const struct batch *, int) = {
    [BATCH_INSERT] = write_insert,
    [BATCH_UPDATE] = write_update,
    [BATCH_UNLINK] = write_unlink,
    [BATCH_LINK] = write_link,
    [BATCH_UNTIE] = write_update,
    [BATCH_DELETE] = write_delete,
};

/* -- Parameters -------------------------------------------------------------------- */

struct arrays {
    uint32_t *types;
    int count;
};

/* Whether some reference makes the column null. */
static bool is_cleared(const struct orm_model *m, unsigned column)
{
    for (unsigned i = 0; i < m->to_one_count; i++)
        if (ref_clears(&m->to_ones[i], column))
            return true;
    return false;
}

/* Whether the column is null until what it refers to is there. */
static bool waits(const struct orm_object *o, unsigned column)
{
    for (unsigned i = 0; i < o->model->to_one_count; i++) {
        const struct orm_to_one *ref = &o->model->to_ones[i];
        if (ref_clears(ref, column) && batch_defers(o, ref))
            return true;
    }
    return false;
}

static void add_column(
    struct orm_session *s, struct batch *b, unsigned column, struct arrays *a)
{
    const struct orm_column *c = &b->model->columns[column];
    const struct type_oids oids = type_bulk_oids(c, s->enums);
    const bool may_wait = b->kind == BATCH_INSERT && is_cleared(b->model, column);
    const bool is_key = key_has_column(key_of_model(b->model), column);
    params_array_begin(&b->params, oids.oid);
    for (size_t i = 0; i < b->count; i++) {
        const struct orm_object *o = b->objects[i];
        const bool later = may_wait && waits(o, column);
        const bool unties = b->kind == BATCH_UNTIE && !is_key;
        if (later || unties || bit_is_set(object_null_bits(o), column))
            params_array_add_null(&b->params);
        else
            params_array_add(&b->params, c, type_get(c, o));
    }
    params_array_end(&b->params);
    a->types[a->count++] = oids.array_oid;
}

static void add_link_end(
    struct orm_session *s, struct batch *b, bool owner, struct arrays *a)
{
    const struct orm_to_many *rel = b->relation;
    const struct orm_model *m = owner ? rel->owner : rel->target;
    const struct orm_join_end *end = owner ? &rel->owner_end : &rel->target_end;
    for (unsigned k = 0; k < end->count; k++) {
        const struct orm_column *c = &m->columns[end->key[k]];
        const struct type_oids oids = type_oids(c, s->enums);
        params_array_begin(&b->params, oids.oid);
        for (size_t i = 0; i < b->count; i++) {
            const struct link *l = &b->links[i];
            params_array_add(&b->params, c, type_get(c, owner ? l->owner : l->target));
        }
        params_array_end(&b->params);
        a->types[a->count++] = oids.array_oid;
    }
}

static void add_params(struct orm_session *s, struct batch *b, struct arrays *a)
{
    if (b->links) {
        add_link_end(s, b, true, a);
        add_link_end(s, b, false, a);
        return;
    }
    for (unsigned i = 0; b->kind != BATCH_INSERT && i < b->model->key_count; i++)
        add_column(s, b, b->model->key[i], a);
    if (b->kind != BATCH_DELETE)
        for (unsigned i = 0; i < b->model->column_count; i++)
            if (bit_is_set(b->columns, i))
                add_column(s, b, i, a);
}

/* -- The whole --------------------------------------------------------------------- */

/* The key, the columns, or both ends of links, and the guard's count. */
static size_t most_params(const struct batch *b)
{
    return b->model->column_count + 2u * KEY_COLUMNS_MOST + 1;
}

bool batch_compile(struct orm_session *s, struct batch *b)
{
    struct arrays a = {
        .types = arena_get(&s->scratch, most_params(b) * sizeof *a.types)};
    if (!a.types)
        return session_nomem(s);
    add_params(s, b, &a);
    const int arrays = a.count;
    if (batch_is_guarded(b)) {
        params_add_int8(&b->params, (int64_t)b->count);
        a.types[a.count++] = 20;
    }
    if (!params_finish(&b->params, &s->error))
        return false;

    shape_begin(s, 'W', b->model);
    shape_add(s, b->kind);
    shape_add(s, b->relation ? b->relation->offset : 0);
    for (unsigned i = 0; b->columns && i < ORM_WORDS(b->model->column_count); i++)
        buffer_int64(&s->shape, b->columns[i]);
    b->statement = shape_known(s);
    if (!b->statement) {
        writers[b->kind](&s->sql, b, arrays);
        b->statement = shape_make(s, a.types, a.count, true);
    }
    return b->statement != NULL;
}
