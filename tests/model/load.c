/* load.c: rows by COPY, which have no objects. */
#include "ops.h"

#include <stdio.h>

#define LOADED_MOST 4

struct loaded {
    unsigned model;
    uint32_t given; /* columns of all rows */
    size_t count;
    int rows[LOADED_MOST][COLUMNS];
};

static bool is_to_be_given(const struct orm_model *m, unsigned column)
{
    const struct orm_column *c = &m->columns[column];
    if (is_foreign(m, column))
        return false;
    return !(c->flags & ORM_COLUMN_NULLABLE) || chance(2);
}

/* Numbers that no sequence has given yet, names that may be there. */
static int any_cell(const struct orm_model *m, unsigned column)
{
    if (m->columns[column].flags & ORM_COLUMN_IDENTITY)
        return 500000 + (int)++w.token;
    if (key_has_column(key_of_model(m), column))
        return (int)chance(9);
    return (int)chance(is_unique(m, column) ? 60 : 9);
}

static struct loaded choose(unsigned model)
{
    const struct orm_model *m = models[model];
    struct loaded l = {.model = model, .count = 1 + chance(LOADED_MOST)};
    for (unsigned i = 0; i < m->column_count; i++)
        if (is_to_be_given(m, i))
            l.given |= BIT(i);
    for (size_t r = 0; r < l.count; r++)
        for (unsigned i = 0; i < COLUMNS; i++)
            l.rows[r][i] = l.given & BIT(i) ? any_cell(m, i) : NIL;
    return l;
}

static bool collide(const struct orm_model *m, const int *a, const int *b)
{
    bool same = key_equal(m, a, b);
    for (unsigned i = 0; i < m->column_count; i++)
        same |= is_unique(m, i) && a[i] != NIL && a[i] == b[i];
    return same;
}

static bool is_refused_load(const struct loaded *l)
{
    const struct orm_model *m = models[l->model];
    bool refused = false;
    for (size_t r = 0; r < l->count; r++) {
        for (size_t other = 0; other < r; other++)
            refused |= collide(m, l->rows[r], l->rows[other]);
        for (unsigned i = 0; i < ROWS; i++)
            refused |= w.now.base.rows[l->model][i].there &&
                       collide(m, l->rows[r], w.now.base.rows[l->model][i].v);
    }
    return refused;
}

static uint64_t send(const struct loaded *l)
{
    struct orm_load *load = orm_load_begin(orm_table(w.s, models[l->model]));
    for (size_t r = 0; r < l->count; r++) {
        struct orm_object *o = orm_load_row(load);
        for (unsigned i = 0; i < models[l->model]->column_count; i++)
            if (l->given & BIT(i))
                put(o, i, l->rows[r][i]);
    }
    return orm_load_end(load);
}

/* Every reference of the model may be null. */
static bool may_load(const struct orm_model *m)
{
    for (unsigned k = 0; k < m->to_one_count; k++)
        if (!m->to_ones[k].reverse && !m->to_ones[k].clears)
            return false;
    return version_of(m) < 0;
}

void op_load(void)
{
    const unsigned model = chance(model_count);
    const unsigned long fault = w.fault;
    if (!may_load(models[model]) || !has_room(model) || is_mourned(model))
        return;
    w.fault = 0;
    op_flush();
    w.fault = fault;
    if (w.failed)
        return;
    const struct loaded l = choose(model);
    const bool refused = is_refused_load(&l);
    say("load %zu of %s\n", l.count, models[model]->name);
    struct call c = call_begin();
    const uint64_t count = send(&l);
    if (!call_end(&c, refused ? BIT(ORM_CONSTRAINT) : 0, "load")) {
        must(count == 0, "%d rows of a load that failed", (int)count);
        return;
    }
    must(!refused && count == l.count, "%d rows were loaded", (int)count);
    for (size_t r = 0; r < l.count; r++) {
        struct row *row = row_add(&w.now.base, model);
        must(row, "too many rows");
        for (unsigned i = 0; i < COLUMNS; i++)
            row->v[i] = l.rows[r][i];
    }
}
