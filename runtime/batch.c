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
           !bit_is_set(object_changed_bits(o), column);
}

bool batch_defers(const struct orm_object *o, const struct orm_to_one *ref)
{
    if (!(o->state & OBJECT_NEW) || ref->reverse ||
        !(o->model->columns[ref->column].flags & ORM_COLUMN_NULLABLE))
        return false;
    /* While a flush is under way, the stamp of a new object is its batch. */
    const struct orm_object *target = *object_slot(o, ref);
    return target && target->state & OBJECT_NEW && target->stamp > o->stamp;
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

/* unnest($1, $2, ...) */
static void unnest(struct buffer *sql, int count)
{
    buffer_text(sql, "unnest(");
    for (int i = 1; i <= count; i++)
        number(sql, i > 1 ? ", $" : "$", (unsigned)i);
    buffer_text(sql, ")");
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
    unnest(sql, arrays);
    buffer_text(sql, " AS u(");
    for (unsigned i = 1; i <= given; i++)
        number(sql, i > 1 ? ", c" : "c", i);
    buffer_text(sql, ")");
    if (!returns)
        return;
    buffer_text(sql, " RETURNING ");
    buffer_identifier(sql, m->columns[m->key].name);
    for (unsigned i = 0; i < m->column_count; i++)
        if (!bit_is_set(b->columns, i)) {
            buffer_text(sql, ", ");
            buffer_identifier(sql, m->columns[i].name);
        }
}

/* Fails, with the first missing key in the message, unless all rows were there: the
 * cast is made only then. */
static void write_guard(struct buffer *sql, int count_param)
{
    number(
        sql, " SELECT CASE WHEN (SELECT count(*) FROM w) <> $", (unsigned)count_param);
    buffer_text(sql, " THEN ('" BATCH_STALE "' || (SELECT u.k FROM u WHERE u.k NOT IN "
                     "(SELECT w.k FROM w) LIMIT 1))::int4 END");
}

static void write_key_match(struct buffer *sql, const struct orm_model *m)
{
    buffer_text(sql, " WHERE t.");
    buffer_identifier(sql, m->columns[m->key].name);
    buffer_text(sql, " = u.k RETURNING u.k)");
}

static void write_update(struct buffer *sql, const struct batch *b, int arrays)
{
    const struct orm_model *m = b->model;
    buffer_text(sql, "WITH u AS (SELECT * FROM ");
    unnest(sql, arrays);
    buffer_text(sql, " AS u(k");
    for (int i = 1; i < arrays; i++)
        number(sql, ", c", (unsigned)i);
    buffer_text(sql, ")), w AS (UPDATE ");
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
    write_guard(sql, arrays + 1);
}

static void write_delete(struct buffer *sql, const struct batch *b, int arrays)
{
    buffer_text(
        sql, "WITH u AS (SELECT * FROM unnest($1) AS u(k)), w AS (DELETE FROM ");
    buffer_table(sql, b->model->schema, b->model->table);
    buffer_text(sql, " AS t USING u");
    write_key_match(sql, b->model);
    write_guard(sql, arrays + 1);
}

static void write_link(struct buffer *sql, const struct batch *b, int arrays)
{
    const struct orm_to_many *rel = b->relation;
    buffer_text(sql, "INSERT INTO ");
    buffer_table(sql, rel->join_schema, rel->join_table);
    buffer_text(sql, " (");
    buffer_identifier(sql, rel->owner_column);
    buffer_text(sql, ", ");
    buffer_identifier(sql, rel->target_column);
    buffer_text(sql, ") SELECT * FROM ");
    unnest(sql, arrays);
    buffer_text(sql, " ON CONFLICT DO NOTHING");
}

static void write_unlink(struct buffer *sql, const struct batch *b, int arrays)
{
    const struct orm_to_many *rel = b->relation;
    const struct orm_model *through = rel->through;
    buffer_text(sql, "DELETE FROM ");
    buffer_table(sql, rel->join_schema, rel->join_table);
    buffer_text(sql, " AS j USING ");
    unnest(sql, arrays);
    buffer_text(sql, " AS u(a, b) WHERE j.");
    buffer_identifier(sql, rel->owner_column);
    buffer_text(sql, " = u.a AND j.");
    buffer_identifier(sql, rel->target_column);
    buffer_text(sql, " = u.b");
    if (through) {
        buffer_text(sql, " RETURNING j.");
        buffer_identifier(sql, through->columns[through->key].name);
    }
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

static void add_column(
    struct orm_session *s, struct batch *b, unsigned column, struct arrays *a)
{
    const struct orm_column *c = &b->model->columns[column];
    const struct type_oids oids = type_bulk_oids(c, s->enums);
    const struct orm_to_one *ref =
        b->kind == BATCH_INSERT ? relate_slot_of(b->model, column) : NULL;
    params_array_begin(&b->params, oids.oid);
    for (size_t i = 0; i < b->count; i++) {
        const struct orm_object *o = b->objects[i];
        const bool later = ref && batch_defers(o, ref);
        const bool unties = b->kind == BATCH_UNTIE && column != b->model->key;
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
    const struct orm_model *m = owner ? b->relation->owner : b->relation->target;
    const struct orm_column *key = &m->columns[m->key];
    const struct type_oids oids = type_oids(key, s->enums);
    params_array_begin(&b->params, oids.oid);
    for (size_t i = 0; i < b->count; i++) {
        const struct link *l = &b->links[i];
        params_array_add(&b->params, key, type_get(key, owner ? l->owner : l->target));
    }
    params_array_end(&b->params);
    a->types[a->count++] = oids.array_oid;
}

static void add_params(struct orm_session *s, struct batch *b, struct arrays *a)
{
    if (b->links) {
        add_link_end(s, b, true, a);
        add_link_end(s, b, false, a);
        return;
    }
    if (b->kind != BATCH_INSERT)
        add_column(s, b, b->model->key, a);
    if (b->kind != BATCH_DELETE)
        for (unsigned i = 0; i < b->model->column_count; i++)
            if (bit_is_set(b->columns, i))
                add_column(s, b, i, a);
}

/* -- The whole --------------------------------------------------------------------- */

bool batch_compile(struct orm_session *s, struct batch *b)
{
    struct arrays a = {.types = arena_get(&s->scratch,
                           (b->model->column_count + 3u) * sizeof *a.types)};
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
