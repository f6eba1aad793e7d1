/* load_sql.c: the statements that load rows as they are in their table. */
#include "load/load.h"
#include "session/flight.h"

static void first_columns(
    struct orm_session *s, const struct orm_model *m, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        buffer_text(&s->sql, i ? ", t." : "t.");
        buffer_identifier(&s->sql, m->columns[i].name);
    }
}

void load_columns(struct orm_session *s, const struct orm_model *m)
{
    first_columns(s, m, model_eager_count(m));
}

void load_from(struct orm_session *s, const struct orm_model *m)
{
    buffer_text(&s->sql, " FROM ");
    buffer_table(&s->sql, m->schema, m->table);
    buffer_text(&s->sql, " AS t");
}

void load_select(struct orm_session *s, const struct orm_model *m)
{
    buffer_text(&s->sql, "SELECT ");
    load_columns(s, m);
    load_from(s, m);
}

struct pg_statement *load_whole_statement(
    struct orm_session *s, const struct orm_model *m)
{
    if (!m->lazy_count)
        return load_statement(s, key_of_model(m), LOAD_ANY);
    shape_begin(s, 'D', m);
    struct pg_statement *st = shape_known(s);
    if (st)
        return st;
    buffer_text(&s->sql, "SELECT ");
    first_columns(s, m, m->column_count);
    load_from(s, m);
    static const uint32_t none[1];
    return shape_make(s, none, 0, false);
}

static void where_one(struct orm_session *s, struct key_columns k)
{
    for (unsigned i = 0; i < k.count; i++) {
        buffer_text(&s->sql, i ? " AND t." : " WHERE t.");
        buffer_identifier(&s->sql, k.model->columns[k.at[i]].name);
        buffer_text(&s->sql, " = $");
        buffer_number(&s->sql, i + 1);
    }
}

void load_where_any(struct orm_session *s, struct key_columns k)
{
    for (unsigned i = 0; i < k.count; i++) {
        buffer_text(&s->sql, i ? ", t." : k.count == 1 ? " WHERE t." : " WHERE (t.");
        buffer_identifier(&s->sql, k.model->columns[k.at[i]].name);
    }
    if (k.count == 1) {
        buffer_text(&s->sql, " = ANY($1)");
        return;
    }
    buffer_text(&s->sql, ") IN (SELECT * FROM ");
    params_unnest(&s->sql, k.count);
    buffer_text(&s->sql, ")");
}

struct pg_statement *load_statement(
    struct orm_session *s, struct key_columns k, enum load_match match)
{
    uint32_t types[KEY_COLUMNS_MOST];
    shape_begin(s, 'K', k.model);
    shape_add(s, match);
    for (unsigned i = 0; i < k.count; i++) {
        const struct type_oids oids = type_oids(&k.model->columns[k.at[i]], s->enums);
        types[i] = match == LOAD_ONE ? oids.oid : oids.array_oid;
        shape_add(s, k.at[i]);
    }
    struct pg_statement *st = shape_known(s);
    if (st)
        return st;
    load_select(s, k.model);
    if (match == LOAD_ONE)
        where_one(s, k);
    else
        load_where_any(s, k);
    return shape_make(s, types, (int)k.count, true);
}
