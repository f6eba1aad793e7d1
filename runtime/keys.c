/* keys.c: keys first.  A sequence gives its numbers outside of any transaction, so what
 * a failed flush took is still ours and is used by the next. */
#include "keys.h"

#include "flight.h"
#include "load.h"
#include "memory.h"

/* The column of a model's key that the server numbers, or NULL. */
static const struct orm_column *numbered(const struct orm_model *m)
{
    for (unsigned i = 0; i < m->key_count; i++)
        if (m->columns[m->key[i]].flags & ORM_COLUMN_IDENTITY)
            return &m->columns[m->key[i]];
    return NULL;
}

static bool wants_key(const struct orm_object *o)
{
    const struct orm_column *key = numbered(o->model);
    return key && bit_is_set(object_null_bits(o), (unsigned)(key - o->model->columns));
}

/* -- Asking ------------------------------------------------------------------------ */

static struct pg_statement *sequence_statement(struct orm_session *s)
{
    static const uint32_t types[] = {25, 25, 20};
    shape_begin(s, 'S', NULL);
    struct pg_statement *st = shape_known(s);
    if (st)
        return st;
    buffer_text(&s->sql, "SELECT nextval(q.s) FROM (SELECT pg_get_serial_sequence($1, "
                         "$2)::regclass AS s "
                         "OFFSET 0) AS q, generate_series(1, $3)");
    return shape_make(s, types, 3, false);
}

struct order {
    const struct orm_model *model;
    size_t wanted;
    bool describes;
    struct params params;
};

static bool add_sequence(struct orm_session *s, struct order *o)
{
    const struct orm_model *m = o->model;
    struct buffer table = {0};
    buffer_table(&table, m->schema, m->table);
    char *name = buffer_copy(&table);
    buffer_free(&table);
    if (!name)
        return session_nomem(s);
    params_add_text(&o->params, name);
    params_add_text(&o->params, numbered(m)->name);
    params_add_int8(&o->params, (int64_t)o->wanted);
    memory_free(name);
    return params_finish(&o->params, &s->error) &&
           flight_add(s, sequence_statement(s), &o->params);
}

static bool add_order(struct orm_session *s, struct order *o)
{
    if (o->describes && !flight_describe(s, load_whole_statement(s, o->model)))
        return false;
    return !o->wanted || add_sequence(s, o);
}

/* -- Receiving --------------------------------------------------------------------- */

static bool take_numbers(struct orm_session *s, const struct orm_model *m,
    const struct pg_result *r, size_t wanted)
{
    struct model_state *state = session_model(s, m);
    const struct orm_column *key = numbered(m);
    const struct orm_column number = {.field = key->field, .type = ORM_INT8};
    const size_t rows = pg_rows(r);
    if (rows != wanted || pg_columns(r) != 1)
        return error_set_field(&s->error, ORM_LOST, m, key,
            "the server broke the protocol: %zu keys came, %zu were asked for", rows,
            wanted);
    if (!memory_grow(&state->spare_keys, &state->spare_capacity,
            state->spare_count + rows, sizeof *state->spare_keys))
        return session_nomem(s);
    for (size_t i = rows; i--;) { /* the last is used first */
        const struct pg_cell cell = pg_value(r, i, 0);
        if (!cell.data)
            return error_set_field(&s->error, ORM_DRIFT, m, key,
                "the table's column has no sequence; the YAML says identity");
        if (!type_check(m, &number, cell, &s->error))
            return false;
        state->spare_keys[state->spare_count++] = type_decode(&number, cell).integer;
    }
    return true;
}

/* Each order made one or two items, in this order. */
static bool take_answers(struct orm_session *s, struct order *orders, size_t count)
{
    size_t item = 0;
    for (size_t i = 0; i < count; i++) {
        const struct orm_model *m = orders[i].model;
        if (orders[i].describes && !load_check_table(s, m, flight_result(s, item++)))
            return false;
        if (orders[i].wanted &&
            !take_numbers(s, m, flight_result(s, item++), orders[i].wanted))
            return false;
    }
    return true;
}

static const struct orm_model *model_of_item(
    const struct order *orders, size_t count, size_t item)
{
    for (size_t i = 0, at = 0; i < count; i++) {
        at += orders[i].describes + (size_t)(orders[i].wanted != 0);
        if (item < at)
            return orders[i].model;
    }
    return NULL;
}

static bool place_orders(struct orm_session *s, struct order *orders, size_t count)
{
    bool good = flight_begin(s);
    for (size_t i = 0; good && i < count; i++)
        good = add_order(s, &orders[i]);
    size_t failed = 0;
    if (good && !flight_land(s, &failed)) {
        const struct orm_model *m = model_of_item(orders, count, failed);
        if (m)
            session_blame(s, m);
        good = false;
    }
    good = good && take_answers(s, orders, count);
    flight_end(s);
    for (size_t i = 0; i < count; i++)
        params_free(&orders[i].params);
    return good;
}

/* -- Giving out -------------------------------------------------------------------- */

static void give(struct orm_session *s, struct orm_object *o)
{
    struct model_state *state = session_model(s, o->model);
    const struct orm_column *key = numbered(o->model);
    type_put(
        key, o, (union orm_value){.integer = state->spare_keys[--state->spare_count]});
    bit_put(object_null_bits(o), (unsigned)(key - o->model->columns), false);
    o->state |= OBJECT_KEYED;
}

/* The columns, from the first, that must be as the model says before `o` is written. */
static void count_written(
    const struct orm_session *s, const struct orm_object *o, unsigned *written)
{
    const struct orm_model *m = o->model;
    unsigned n = model_eager_count(m);
    for (unsigned i = n; i < m->column_count; i++)
        if (o->state & OBJECT_NEW || bit_is_set(object_changed_bits(o), i))
            n = i + 1;
    unsigned *most = &written[session_number(s, m)];
    *most = n > *most ? n : *most;
}

bool keys_take(struct orm_session *s, struct orm_object **news, size_t count)
{
    const unsigned models = s->schema->model_count;
    struct order *orders = arena_get(&s->scratch, models * sizeof *orders);
    if (!orders)
        return session_nomem(s);
    size_t *wanted = arena_get(&s->scratch, models * sizeof *wanted);
    unsigned *written = arena_get(&s->scratch, models * sizeof *written);
    if (!wanted || !written)
        return session_nomem(s);
    for (unsigned i = 0; i < models; i++)
        wanted[i] = written[i] = 0;
    for (size_t i = 0; i < s->change_count; i++)
        count_written(s, s->changes[i], written);
    for (size_t i = 0; i < count; i++)
        wanted[session_number(s, news[i]->model)] += wants_key(news[i]);

    size_t n = 0;
    for (unsigned i = 0; i < models; i++) {
        const struct model_state *state = &s->models[i];
        const struct order o = {
            .model = s->schema->models[i],
            .wanted =
                wanted[i] > state->spare_count ? wanted[i] - state->spare_count : 0,
            .describes = state->verified < written[i],
        };
        if (o.wanted || o.describes)
            orders[n++] = o;
    }
    if (n && !place_orders(s, orders, n))
        return false;
    for (size_t i = 0; i < count; i++)
        if (wants_key(news[i]))
            give(s, news[i]);
    return true;
}

void keys_give_back(struct orm_session *s, struct orm_object **news, size_t count)
{
    for (size_t i = count; i--;) {
        struct orm_object *o = news[i];
        if (!(o->state & OBJECT_KEYED))
            continue;
        struct model_state *state = session_model(s, o->model);
        const struct orm_column *key = numbered(o->model);
        /* It came from there, so there is room. */
        state->spare_keys[state->spare_count++] = type_get(key, o).integer;
        type_put(key, o, type_zero(key));
        bit_put(object_null_bits(o), (unsigned)(key - o->model->columns), true);
        o->state &= ~OBJECT_KEYED;
    }
}
