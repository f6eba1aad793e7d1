/* ops.c: what operations have in common, and which there are. */
#include "ops.h"

#include <stdio.h>
#include <string.h>

/* -- Choosing ---------------------------------------------------------------------- */

unsigned chance(unsigned below)
{
    w.random = w.random * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(w.random >> 33) % below;
}

struct thing *any_thing(unsigned model, uint32_t states)
{
    const unsigned from = chance(THINGS);
    for (unsigned i = 0; i < THINGS; i++) {
        struct thing *t = &w.now.things[(from + i) % THINGS];
        if (t->is != IS_NOTHING && t->o && states & BIT(t->is) &&
            (model == ANY_MODEL || t->model == model))
            return t;
    }
    return NULL;
}

struct row *any_row(struct base *b, unsigned model)
{
    const unsigned from = chance(ROWS);
    for (unsigned i = 0; i < ROWS; i++)
        if (b->rows[model][(from + i) % ROWS].there)
            return &b->rows[model][(from + i) % ROWS];
    return NULL;
}

/* There is room for some more of it. */
bool has_room(unsigned model)
{
    unsigned rows = 0, things = 0;
    for (unsigned i = 0; i < ROWS; i++)
        rows += w.now.base.rows[model][i].there || w.now.base.rows[model][i].murky;
    for (unsigned i = 0; i < THINGS; i++) {
        rows += w.now.things[i].is == IS_NEW && w.now.things[i].model == model;
        things += w.now.things[i].is != IS_NOTHING;
    }
    return rows < ROWS / 2 && things < THINGS * 3 / 4;
}

bool is_mourned(unsigned model)
{
    const struct orm_model *m = models[model];
    bool mourned = false;
    for (unsigned i = 0; i < ROWS; i++)
        mourned |= w.now.base.rows[model][i].murky && !w.now.base.rows[model][i].there;
    return mourned && !(m->columns[m->key[0]].flags & ORM_COLUMN_IDENTITY);
}

struct thing *new_thing(unsigned model, struct orm_object *o)
{
    struct thing *t = free_thing();
    *t = (struct thing){.o = o,
        .model = (uint8_t)model,
        .is = IS_NEW,
        .touched = true,
        .depth = (uint8_t)w.depth};
    for (unsigned i = 0; i < COLUMNS; i++)
        t->v[i] = NIL;
    memset(t->to, 0xff, sizeof t->to); /* NOBODY */
    for (unsigned i = 0; i < w.mark_count; i++)
        w.marks[i].things[t - w.now.things].is = IS_NOTHING;
    return t;
}

int16_t at(const struct thing *t)
{
    return (int16_t)(t - w.now.things);
}

/* -- Calls ------------------------------------------------------------------------- */

struct call call_begin(void)
{
    static struct unit trial;
    struct call c = {.dirty = w.s->change_count || w.s->link_count};
    w.wrote = w.s->transaction == TX_WROTE;
    if (c.dirty) {
        trial = w.now;
        c.verdict = unit_flush(&trial, &w.now.base, false);
    }
    if (w.fault)
        memory_fail_at(w.fault, w.fault_onward);
    return c;
}

static void flushed(void)
{
    static struct base before;
    before = w.now.base;
    unit_flush(&w.now, &before, true);
    see_expired();
}

bool call_end(struct call *c, uint32_t codes, const char *what)
{
    const bool struck = w.fault && memory_count() >= w.fault;
    const enum orm_code code = orm_status(w.s);
    memory_fail_at(0, false);
    w.fault = 0;
    c->flushed = c->dirty && !w.s->change_count && !w.s->link_count;
    if (c->flushed) {
        must(c->verdict.fate != FAILS, "%s: was written, and could not be", what);
        flushed();
    }
    if (code == ORM_OK)
        return true;
    w.failed = true;
    w.commit_failed = false;
    say("  failed: %s\n", orm_message(w.s));
    const bool by_fault = (struck && code == ORM_NOMEM) || (w.cuts && code == ORM_LOST);
    const bool by_flush = c->dirty && !c->flushed && c->verdict.fate != PASSES &&
                          c->verdict.codes & BIT(code);
    w.flush_failed = by_flush && !by_fault && !(BIT(code) & codes);
    must(by_fault || by_flush || BIT(code) & codes, "%s: %s: %s", what,
        orm_code_name(code), orm_message(w.s));
    return false;
}

/* What was asked about a model flushed what waited there. */
void must_be_flushed(const struct call *c, unsigned model)
{
    for (unsigned i = 0; i < THINGS && !c->flushed && !w.keeps; i++) {
        const struct thing *t = &w.now.things[i];
        const bool waits = t->is == IS_NEW || t->is == IS_DELETED || t->changed;
        must(t->is == IS_NOTHING || t->is == IS_GONE || t->model != model || !waits,
            "%s waits and was not flushed", thing_name(t));
    }
}

/* -- The whole --------------------------------------------------------------------- */

static const struct {
    void (*run)(void);
    unsigned weight;
    bool may_fault; /* memory may run out in it */
} ops[] = {
    {op_get, 14, true},
    {op_find, 8, true},
    {op_all, 12, true},
    {op_follow, 10, true},
    {op_set, 18, true},
    {op_set_ref, 12, true},
    {op_new, 14, true},
    {op_add, 12, true},
    {op_delete, 4, true},
    {op_refresh, 3, true},
    {op_expire, 2, true},
    {op_flush, 6, true},
    {op_commit, 6, true},
    {op_rollback, 3, false},
    {op_reset, 2, false},
    {op_begin, 2, false},
    {op_scope, 3, false},
    {op_keep, 2, true},
    {op_other, 3, false},
    {op_savepoint, 4, true},
    {op_release, 2, true},
    {op_rollback_to, 2, false},
    {op_set_list, 5, true},
    {op_update_all, 2, true},
    {op_delete_all, 1, true},
    {op_autoflush, 1, false},
    {op_load, 2, true},
    {op_upsert, 3, true},
    {op_get_or_create, 2, true},
};

/* On a failed session: nothing comes, nothing changes. */
static void op_on_failed(void)
{
    struct thing *t = any_thing(ANY_MODEL, LIVE);
    const enum orm_code code = orm_status(w.s);
    if (t && chance(2)) {
        const unsigned column = chance(models[t->model]->column_count);
        if (is_free(models[t->model], column))
            put(t->o, column, 3);
        orm_delete(t->o);
    }
    const union orm_value key[2] = {{.integer = 1}, {.integer = 1}};
    must(!orm_get(orm_table(w.s, models[chance(model_count)]), key), "get on failed");
    must(!orm_flush(w.s) && !orm_commit(w.s), "written on failed");
    must(orm_status(w.s) == code, "another error: %s", orm_message(w.s));
}

static void recover(void)
{
    op_on_failed();
    compare_objects();
    if (!w.adrift && !w.keeps_drafts && chance(4) == 0)
        op_retry();
    for (unsigned n = chance(3); !w.adrift && w.failed && n; n--)
        op_rollback_to();
    if (!w.failed)
        return;
    if (w.adrift || orm_status(w.s) == ORM_LOST || !chance(5))
        op_reset();
    else
        op_rollback();
    compare_database();
}

void op_run(uint64_t number)
{
    w.random = number;
    unsigned total = 0, i = 0;
    for (size_t n = 0; n < sizeof ops / sizeof *ops; n++)
        total += ops[n].weight;
    unsigned pick = chance(total);
    while (pick >= ops[i].weight)
        pick -= ops[i++].weight;
    w.fault = ops[i].may_fault && !chance(60) ? 1 + chance(chance(2) ? 6 : 40) : 0;
    w.fault_onward = w.fault && chance(2);
    ops[i].run();
    w.fault = 0;
    compare_objects();
    if (w.failed)
        recover();
    w.keeps_drafts = false;
}
