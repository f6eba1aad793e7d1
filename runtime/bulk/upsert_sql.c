/* upsert_sql.c: INSERT ... ON CONFLICT, of many rows.
 *
 * It answers with whole rows: what was not set is, of a row that was there, only known
 * to the server.  The constraint's columns are set as well, and so come back in the
 * spelling in which they were sent; those of a key have one only. */
#include "bulk/upsert.h"

/* In one order, whoever else writes the same rows: then none waits for the other. */
static void write_order(struct buffer *sql, const struct batch *b)
{
    const struct key_columns by = upsert_columns(b->model, b->by);
    unsigned given = 0, ordered = 0;
    for (unsigned i = 0; i < b->model->column_count; i++) {
        if (!bit_is_set(b->columns, i))
            continue;
        given++;
        if (!key_has_column(by, i))
            continue;
        buffer_text(sql, ordered++ ? ", u.c" : " ORDER BY u.c");
        buffer_number(sql, given);
    }
}

static void write_target(struct buffer *sql, const struct batch *b)
{
    const struct key_columns by = upsert_columns(b->model, b->by);
    for (unsigned i = 0; i < by.count; i++) {
        buffer_text(sql, i ? ", " : " ON CONFLICT (");
        buffer_identifier(sql, b->model->columns[by.at[i]].name);
    }
    buffer_text(sql, ") DO UPDATE SET ");
}

/* Whether a row that is there takes the column. */
static bool takes(const struct batch *b, unsigned column)
{
    const unsigned flags = b->model->columns[column].flags;
    return !b->keeps && !key_has_column(key_of_model(b->model), column) &&
           (flags & (ORM_COLUMN_VERSION | ORM_COLUMN_UPDATED) ||
               (bit_is_set(b->upserted, column) && bit_is_set(b->columns, column) &&
                   !(flags & COLUMN_IS_OURS)));
}

static void write_assignment(
    struct buffer *sql, const struct orm_column *c, const char *from, const char *more)
{
    buffer_identifier(sql, c->name);
    buffer_text(sql, " = ");
    buffer_text(sql, from);
    buffer_identifier(sql, c->name);
    buffer_text(sql, more);
}

/* Without an assignment the row that is there would not come back. */
static void write_no_change(struct buffer *sql, const struct orm_model *m)
{
    unsigned i = 0;
    while (i + 1 < m->column_count &&
           m->columns[i].flags & (ORM_COLUMN_ALWAYS | ORM_COLUMN_FILLED))
        i++;
    write_assignment(sql, &m->columns[i], "t.", "");
}

static void write_assignments(struct buffer *sql, const struct batch *b)
{
    unsigned n = 0;
    for (unsigned i = 0; i < b->model->column_count; i++) {
        const struct orm_column *c = &b->model->columns[i];
        const bool counts = c->flags & ORM_COLUMN_VERSION;
        if (!takes(b, i))
            continue;
        buffer_text(sql, n++ ? ", " : "");
        write_assignment(sql, c, counts ? "t." : "excluded.", counts ? " + 1" : "");
    }
    if (!n)
        write_no_change(sql, b->model);
}

static void write_returning(struct buffer *sql, const struct batch *b)
{
    const struct orm_model *m = b->model;
    const struct key_columns by = upsert_columns(m, b->by);
    const unsigned eager = model_eager_count(m);
    for (unsigned i = 0; i < m->column_count; i++) {
        if (i >= eager && !key_has_column(by, i))
            continue;
        buffer_text(sql, i ? ", t." : " RETURNING t.");
        buffer_identifier(sql, m->columns[i].name);
    }
}

void batch_write_upsert(struct buffer *sql, const struct batch *b, int arrays)
{
    batch_write_new_rows(sql, b, arrays);
    write_order(sql, b);
    write_target(sql, b);
    write_assignments(sql, b);
    write_returning(sql, b);
}
