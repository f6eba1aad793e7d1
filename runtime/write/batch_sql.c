/* batch_sql.c: the text of a flush's statements.
 *
 * Whatever the number of rows, a statement has one array parameter per column.  UPDATE
 * and DELETE carry a guard: if a row is not there any more, or not in the version that
 * it was read in, they fail with its key in the message, so the transaction cannot
 * commit, without a round trip to find out. */
#include "write/batch.h"

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

/* A comma each, then the columns that the statement returns. */
static void returned_columns(
    struct buffer *sql, const struct batch *b, const char *qualifier)
{
    for (unsigned i = 0; i < b->model->column_count; i++)
        if (batch_returns(b, i)) {
            buffer_text(sql, ", ");
            buffer_text(sql, qualifier);
            buffer_identifier(sql, b->model->columns[i].name);
        }
}

void batch_write_new_rows(struct buffer *sql, const struct batch *b, int arrays)
{
    const struct orm_model *m = b->model;
    buffer_text(sql, "INSERT INTO ");
    buffer_table(sql, m->schema, m->table);
    buffer_text(sql, b->kind == BATCH_UPSERT ? " AS t" : "");
    bool first = true, overrides = false;
    for (unsigned i = 0; i < m->column_count; i++) {
        if (!bit_is_set(b->columns, i))
            continue;
        buffer_text(sql, first ? " (" : ", ");
        buffer_identifier(sql, m->columns[i].name);
        overrides = overrides || m->columns[i].flags & ORM_COLUMN_ALWAYS;
        first = false;
    }
    buffer_text(sql, ")");
    if (overrides)
        buffer_text(sql, " OVERRIDING SYSTEM VALUE");
    buffer_text(sql, " SELECT ");
    unsigned given = 0;
    for (unsigned i = 0; i < m->column_count; i++)
        if (bit_is_set(b->columns, i)) {
            buffer_text(sql, given++ ? ", " : "");
            write_value(sql, &m->columns[i], given);
        }
    buffer_text(sql, " FROM ");
    params_unnest(sql, (unsigned)arrays);
    for (unsigned i = 1; i <= given; i++)
        number(sql, i > 1 ? ", c" : " AS u(c", i);
    buffer_text(sql, ")");
}

static void write_insert(struct buffer *sql, const struct batch *b, int arrays)
{
    batch_write_new_rows(sql, b, arrays);
    if (!batch_returns_any(b))
        return;
    returning_key(sql, b->model, "");
    returned_columns(sql, b, "");
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
static void write_check(struct buffer *sql, const struct orm_model *m, int count_param)
{
    const bool one = m->key_count == 1;
    number(sql, "CASE WHEN (SELECT count(*) FROM w) <> $", (unsigned)count_param);
    buffer_text(sql, " THEN ('" BATCH_STALE "' || (SELECT ");
    buffer_text(sql, one ? "" : "'(' || ");
    key_parts(sql, m, "u.", " || ', ' || ");
    buffer_text(sql, one ? " FROM u WHERE (" : " || ')' FROM u WHERE (");
    key_parts(sql, m, "u.", ", ");
    buffer_text(sql, ") NOT IN (SELECT ");
    key_parts(sql, m, "w.", ", ");
    buffer_text(sql, " FROM w) LIMIT 1))::int4 END");
}

/* What the statement answers: nothing to speak of, or a row for each that was written;
 * the check comes first, since without rows there would be nothing to join it to. */
static void write_guard(struct buffer *sql, const struct batch *b, int count_param)
{
    if (!batch_returns_any(b)) {
        buffer_text(sql, " SELECT ");
        write_check(sql, b->model, count_param);
        return;
    }
    buffer_text(sql, " SELECT w.*, g.* FROM (SELECT ");
    write_check(sql, b->model, count_param);
    buffer_text(sql, ") AS g LEFT JOIN w ON true");
}

/* Rows are found by their keys, and by the version if the statement minds it. */
static void write_match(struct buffer *sql, const struct batch *b)
{
    const struct orm_model *m = b->model;
    for (unsigned i = 0; i < m->key_count; i++) {
        buffer_text(sql, i ? " AND t." : " WHERE t.");
        buffer_identifier(sql, m->columns[m->key[i]].name);
        number(sql, " = u.k", i + 1);
    }
    for (unsigned i = 0, n = 0; i < m->column_count; i++) {
        if (!bit_is_set(b->columns, i))
            continue;
        n++;
        if (!(m->columns[i].flags & ORM_COLUMN_VERSION))
            continue;
        buffer_text(sql, " AND t.");
        buffer_identifier(sql, m->columns[i].name);
        number(sql, " = u.c", n);
    }
    buffer_text(sql, " RETURNING ");
    key_parts(sql, m, "u.", ", ");
    returned_columns(sql, b, "t.");
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

static unsigned count_bits(const uint8_t *bits, unsigned count)
{
    unsigned n = 0;
    for (unsigned i = 0; i < count; i++)
        n += bit_is_set(bits, i);
    return n;
}

/* The n-th masked column where its bit is set, else what the row has; the masks stand
 * behind all columns. */
static void write_masked(
    struct buffer *sql, const struct batch *b, unsigned column, unsigned n, unsigned of)
{
    const struct orm_model *m = b->model;
    const unsigned masks = count_bits(b->columns, m->column_count);
    number(sql, "CASE WHEN u.c", masks + 1 + n / BATCH_MASK_BITS);
    buffer_text(sql, " & ");
    buffer_number(sql, UINT64_C(1) << n % BATCH_MASK_BITS);
    buffer_text(sql, " <> 0 THEN ");
    write_value(sql, &m->columns[column], of);
    buffer_text(sql, " ELSE t.");
    buffer_identifier(sql, m->columns[column].name);
    buffer_text(sql, " END");
}

static void write_assignments(struct buffer *sql, const struct batch *b)
{
    const struct orm_model *m = b->model;
    unsigned n = 0, masked = 0;
    for (unsigned i = 0; i < m->column_count; i++) {
        if (!bit_is_set(b->columns, i))
            continue;
        buffer_text(sql, n++ ? ", " : "");
        buffer_identifier(sql, m->columns[i].name);
        buffer_text(sql, " = ");
        if (m->columns[i].flags & ORM_COLUMN_VERSION) {
            buffer_text(sql, "t.");
            buffer_identifier(sql, m->columns[i].name);
            buffer_text(sql, " + 1");
        } else if (batch_masks(b, i))
            write_masked(sql, b, i, masked++, n);
        else
            write_value(sql, &m->columns[i], n);
    }
}

static void write_update(struct buffer *sql, const struct batch *b, int arrays)
{
    const struct orm_model *m = b->model;
    write_rows(sql, m, arrays);
    buffer_text(sql, "UPDATE ");
    buffer_table(sql, m->schema, m->table);
    buffer_text(sql, " AS t SET ");
    write_assignments(sql, b);
    buffer_text(sql, " FROM u");
    write_match(sql, b);
    write_guard(sql, b, arrays + 1);
}

static void write_delete(struct buffer *sql, const struct batch *b, int arrays)
{
    write_rows(sql, b->model, arrays);
    buffer_text(sql, "DELETE FROM ");
    buffer_table(sql, b->model->schema, b->model->table);
    buffer_text(sql, " AS t USING u");
    write_match(sql, b);
    write_guard(sql, b, arrays + 1);
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
    [BATCH_UPSERT] = batch_write_upsert,
    [BATCH_TIE] = write_update,
    [BATCH_UPDATE] = write_update,
    [BATCH_UNLINK] = write_unlink,
    [BATCH_LINK] = write_link,
    [BATCH_UNTIE] = write_update,
    [BATCH_DELETE] = write_delete,
};

void batch_write(struct buffer *sql, const struct batch *b, int arrays)
{
    writers[b->kind](sql, b, arrays);
}
