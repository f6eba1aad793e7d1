/* keys.c: keys first: numbers of sequences, and what an SQL default makes.
 *
 * A sequence gives its numbers outside of any transaction, so what a failed flush took
 * is still ours and is used by the next.  A default's values are made for their rows,
 * and again for the next flush. */
#include "write/keys.h"

#include "base/memory.h"
#include "load/load.h"
#include "objects/scope.h"
#include "session/flight.h"

/* The column of a model's key that the server makes, or NULL: schema/ allows one. */
static const struct orm_column *made_column(const struct orm_model *m)
{
    for (unsigned i = 0; i < m->key_count; i++) {
        const struct orm_column *c = &m->columns[m->key[i]];
        if (c->flags & ORM_COLUMN_IDENTITY || c->made)
            return c;
    }
    return NULL;
}

static bool wants_key(const struct orm_object *o)
{
    const struct orm_column *key = made_column(o->model);
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
    struct orm_object *const *news;
    size_t new_count;
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
    params_add_text(&o->params, made_column(m)->name);
    params_add_int8(&o->params, (int64_t)o->wanted);
    memory_free(name);
    return params_finish(&o->params, &s->error) &&
           flight_add(s, sequence_statement(s), &o->params);
}

/* A row per key, each of a call of its own. */
static bool add_default(struct orm_session *s, struct order *o)
{
    static const uint32_t types[] = {20};
    shape_begin(s, 'V', o->model);
    struct pg_statement *st = shape_known(s);
    if (!st) {
        buffer_text(&s->sql, "SELECT ");
        buffer_text(&s->sql, made_column(o->model)->made);
        buffer_text(&s->sql, " FROM generate_series(1, $1)");
        st = shape_make(s, types, 1, false);
    }
    params_add_int8(&o->params, (int64_t)o->wanted);
    return st && params_finish(&o->params, &s->error) && flight_add(s, st, &o->params);
}

static bool add_order(struct orm_session *s, struct order *o)
{
    if (o->describes && !flight_describe(s, load_whole_statement(s, o->model)))
        return false;
    if (!o->wanted)
        return true;
    return made_column(o->model)->made ? add_default(s, o) : add_sequence(s, o);
}

/* -- Receiving --------------------------------------------------------------------- */

static bool take_numbers(struct orm_session *s, const struct orm_model *m,
    const struct pg_result *r, size_t wanted)
{
    struct model_state *state = session_model(s, m);
    const struct orm_column *key = made_column(m);
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

static void give_value(struct orm_object *o, struct pg_cell cell)
{
    const struct orm_column *key = made_column(o->model);
    type_take(key, (char *)o + key->offset, cell, &o->scope->arena);
    bit_put(object_null_bits(o), (unsigned)(key - o->model->columns), false);
    o->state |= OBJECT_KEYED;
}

/* Whether the answer is a value for each object that waits for one. */
static bool check_values(
    struct orm_session *s, const struct order *o, const struct pg_result *r)
{
    const struct orm_column *key = made_column(o->model);
    if (pg_rows(r) != o->wanted || pg_columns(r) != 1 ||
        pg_column_type(r, 0) != type_oids(key, s->enums).oid)
        return error_set_field(&s->error, ORM_LOST, o->model, key,
            "the server broke the protocol: %zu keys came, %zu were asked for",
            pg_rows(r), o->wanted);
    for (size_t i = 0; i < o->wanted; i++) {
        const struct pg_cell cell = pg_value(r, i, 0);
        if (!cell.data)
            return error_set_field(&s->error, ORM_INVALID, o->model, key,
                "its default made a null; a key always has a value");
        if (!type_check(o->model, key, cell, &s->error))
            return false;
    }
    return true;
}

static bool take_values(
    struct orm_session *s, const struct order *o, const struct pg_result *r)
{
    if (!check_values(s, o, r))
        return false;
    size_t next = 0;
    for (size_t i = 0; i < o->new_count; i++)
        if (o->news[i]->model == o->model && wants_key(o->news[i]))
            scope_want(o->news[i]->scope,
                type_room(made_column(o->model), pg_value(r, next++, 0)));
    if (!scope_reserve(s))
        return session_nomem(s);
    next = 0;
    for (size_t i = 0; i < o->new_count; i++)
        if (o->news[i]->model == o->model && wants_key(o->news[i]))
            give_value(o->news[i], pg_value(r, next++, 0));
    return true;
}

static bool take_keys(
    struct orm_session *s, const struct order *o, const struct pg_result *r)
{
    return made_column(o->model)->made ? take_values(s, o, r)
                                       : take_numbers(s, o->model, r, o->wanted);
}

/* Each order made one or two items, in this order. */
static bool take_answers(struct orm_session *s, struct order *orders, size_t count)
{
    size_t item = 0;
    for (size_t i = 0; i < count; i++) {
        const struct orm_model *m = orders[i].model;
        if (orders[i].describes && !load_check_table(s, m, flight_result(s, item++)))
            return false;
        if (orders[i].wanted && !take_keys(s, &orders[i], flight_result(s, item++)))
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
    const struct orm_column *key = made_column(o->model);
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
            .news = news,
            .new_count = count,
            .wanted =
                wanted[i] > state->spare_count ? wanted[i] - state->spare_count : 0,
            .describes = written[i] &&
                         (state->verified < written[i] || !load_has_witness(state)),
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
        const struct orm_column *key = made_column(o->model);
        if (!key->made) /* it came from there, so there is room */
            state->spare_keys[state->spare_count++] = type_get(key, o).integer;
        type_put(key, o, type_zero(key));
        bit_put(object_null_bits(o), (unsigned)(key - o->model->columns), true);
        o->state &= ~OBJECT_KEYED;
    }
}
