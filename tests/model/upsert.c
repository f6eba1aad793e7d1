/* upsert.c: drafts that turn out to be rows that are there, or new ones. */
#include "ops.h"

#include <stdio.h>

#define DRAFTS 3

/* A constraint of the model by which a program can tell its rows, plus 1; 0: none. */
static unsigned constraint_of(const struct orm_model *m)
{
    for (unsigned i = 0; i < m->constraint_count; i++) {
        const struct orm_constraint *c = &m->constraints[i];
        const bool is_ours = !(m->columns[c->columns[0]].flags & ORM_COLUMN_IDENTITY) &&
                             !is_foreign(m, c->columns[0]);
        if ((c->kind == ORM_BY_KEY || c->kind == ORM_UNIQUE) && is_ours)
            return i + 1;
    }
    return 0;
}

static bool is_by(const struct orm_constraint *c, unsigned column)
{
    for (unsigned i = 0; i < c->count; i++)
        if (c->columns[i] == column)
            return true;
    return false;
}

struct draft {
    struct orm_object *o;
    int v[COLUMNS];
    uint32_t given;
};

static bool is_same_row(const struct orm_constraint *c, const int *a, const int *b)
{
    for (unsigned i = 0; i < c->count; i++)
        if (a[c->columns[i]] != b[c->columns[i]])
            return false;
    return true;
}

static struct row *row_of(unsigned model, const struct orm_constraint *c, const int *v)
{
    for (unsigned i = 0; i < ROWS; i++) {
        struct row *r = &w.now.base.rows[model][i];
        if (r->there && is_same_row(c, r->v, v))
            return r;
    }
    return NULL;
}

/* Like some row, or not. */
static struct draft choose_draft(unsigned model, const struct orm_constraint *c)
{
    const struct orm_model *m = models[model];
    const struct row *like = chance(3) ? any_row(&w.now.base, model) : NULL;
    struct draft d = {0};
    for (unsigned i = 0; i < m->column_count; i++) {
        const bool by = is_by(c, i);
        d.v[i] = NIL;
        if (is_foreign(m, i) || m->columns[i].flags & ORM_COLUMN_IDENTITY ||
            (!by && chance(2)))
            continue;
        d.v[i] = by && like ? like->v[i] : 1 + (int)chance(by ? 30 : 3);
        d.given |= BIT(i);
    }
    return d;
}

static bool make_draft(unsigned model, struct draft *d)
{
    struct call c = call_begin();
    d->o = orm_new(orm_table(w.s, models[model]));
    for (unsigned i = 0; i < models[model]->column_count; i++)
        if (d->given & BIT(i))
            put(d->o, i, d->v[i]);
    return call_end(&c, 0, "draft");
}

/* What has the row's values is the row's object. */
static void take_row(unsigned model, const struct draft *d, struct row *r, bool is_new)
{
    struct thing *known = thing_find(&w.now, model, r->v);
    if (known && known->o) {
        must(!is_new && d->o->state & OBJECT_GONE, "%s has two objects",
            thing_name(known));
        fill(known);
        known->touched = true;
        return;
    }
    if (d->o->state & OBJECT_GONE)
        return; /* the session has another, which we have not met */
    struct thing *t = new_thing(model, d->o);
    t->is = IS_CLEAN;
    for (unsigned i = 0; i < COLUMNS; i++)
        t->v[i] = r->v[i];
}

static void inserted(unsigned model, const struct draft *d)
{
    const struct orm_model *m = models[model];
    struct row *r = row_find(&w.now.base, model, d->v);
    r = r && !r->there ? r : row_add(&w.now.base, model);
    r->there = true;
    for (unsigned i = 0; i < COLUMNS; i++)
        r->v[i] = d->v[i];
    if (m->columns[m->key[0]].flags & ORM_COLUMN_IDENTITY)
        r->v[m->key[0]] = value_of(d->o, m->key[0]);
    take_row(model, d, r, true);
}

static void upserted(unsigned model, const struct orm_constraint *c, struct draft *d)
{
    struct row *r = row_of(model, c, d->v);
    if (!r) {
        inserted(model, d);
        return;
    }
    for (unsigned i = 0; i < models[model]->column_count; i++)
        if (d->given & BIT(i))
            r->v[i] = d->v[i];
    take_row(model, d, r, false);
}

static bool is_among(const struct draft *drafts, size_t count,
    const struct orm_constraint *c, const int *v)
{
    for (size_t i = 0; i < count; i++)
        if (is_same_row(c, drafts[i].v, v))
            return true;
    return false;
}

/* Nothing else waits, so that what comes of the flush is known. */
static unsigned begin(unsigned *model)
{
    *model = chance(model_count);
    const unsigned by = constraint_of(models[*model]);
    const unsigned long fault = w.fault;
    bool murky = false;
    for (unsigned i = 0; i < ROWS; i++)
        murky |= w.now.base.rows[*model][i].murky;
    if (!by || murky || !has_room(*model))
        return 0;
    w.fault = 0;
    op_flush();
    w.fault = fault;
    return w.failed ? 0 : by;
}

void op_upsert(void)
{
    struct draft drafts[DRAFTS];
    size_t count = 0;
    unsigned model;
    const unsigned by = begin(&model);
    if (!by)
        return;
    const struct orm_constraint *c = &models[model]->constraints[by - 1];
    struct orm_manager *m = orm_table(w.s, models[model]);
    w.keeps_drafts = true;
    for (unsigned n = 1 + chance(DRAFTS); n; n--) {
        struct draft d = choose_draft(model, c);
        if (is_among(drafts, count, c, d.v))
            continue;
        if (!make_draft(model, &d))
            return;
        say("upsert %s %d\n", models[model]->name, d.v[c->columns[0]]);
        orm_upsert(m, by, d.o);
        drafts[count++] = d;
    }
    struct call call = call_begin();
    const bool good = orm_flush(w.s);
    must(call_end(&call, 0, "upsert") == good, "upsert: %d", good);
    for (size_t i = 0; good && i < count; i++)
        upserted(model, c, &drafts[i]);
    w.keeps_drafts = w.failed;
}

void op_get_or_create(void)
{
    unsigned model;
    const unsigned by = begin(&model);
    if (!by)
        return;
    const struct orm_constraint *c = &models[model]->constraints[by - 1];
    struct draft d = choose_draft(model, c);
    w.keeps_drafts = true;
    if (!make_draft(model, &d))
        return;
    say("get or create %s %d\n", models[model]->name, d.v[c->columns[0]]);
    struct call call = call_begin();
    struct orm_object *o = orm_get_or_create(orm_table(w.s, models[model]), by, d.o);
    must(o, "get or create gave NULL");
    if (!call_end(&call, 0, "get or create"))
        return;
    w.keeps_drafts = false;
    const struct row *r = row_of(model, c, d.v);
    must((o == d.o) == !r, "%s %d is there: %d", models[model]->name,
        d.v[c->columns[0]], r != NULL);
    if (r)
        must(key_equal(models[model], meet(o, model)->v, r->v), "another row");
    else
        inserted(model, &d);
}
