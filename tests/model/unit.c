/* unit.c: where units of work and scopes begin and end. */
#include "ops.h"

#include <stdio.h>
#include <string.h>

/* -- The unit of work -------------------------------------------------------------- */

/* Objects whose scope is over, and those that are no rows, are left alone from now on.
 */
void world_begin_unit(void)
{
    for (unsigned i = 0; i < THINGS; i++) {
        struct thing *t = &w.now.things[i];
        if (t->doomed || t->is == IS_GONE)
            t->is = IS_NOTHING;
        t->touched = false;
    }
    w.marks[0] = w.now;
    w.mark_count = 1;
}

void world_forget(void)
{
    w.now.base = w.committed;
    memset(w.now.things, 0, sizeof w.now.things);
    w.now.tie_count = 0;
    for (unsigned m = 0; m < model_count; m++)
        for (unsigned i = 0; i < ROWS; i++)
            w.now.base.rows[m][i].murky = false;
    w.now.base.murky_lists = 0;
    w.committed = w.now.base;
    w.depth = 0;
    w.failed = w.missed = w.adrift = false;
    world_begin_unit();
}

void op_flush(void)
{
    say("flush\n");
    struct call c = call_begin();
    const bool good = orm_flush(w.s);
    must(call_end(&c, 0, "flush") == good, "flush: %d", good);
    must(!good || !c.dirty || c.flushed, "nothing was flushed");
}

/* By which the outcome can be found out. */
static bool leave_token(void)
{
    const unsigned long fault = w.fault;
    unsigned model = 0;
    while (strcmp(models[model]->name, "ledger") != 0)
        model++;
    if (!has_room(model))
        return false;
    w.fault = 0;
    struct call c = call_begin();
    struct orm_object *o = orm_new(orm_table(w.s, models[model]));
    const bool good =
        call_end(&c, 0, "new") && set(new_thing(model, o), 1, (int)++w.token);
    w.fault = fault;
    return good;
}

/* Nobody could tell the key that a commit gave them: it frees them. */
static bool has_doomed_new(void)
{
    for (unsigned i = 0; i < THINGS; i++)
        if (w.now.things[i].doomed && w.now.things[i].is == IS_NEW)
            return true;
    return false;
}

void op_commit(void)
{
    if (has_doomed_new())
        op_flush();
    if (w.failed)
        return;
    const bool hurt = w.fault || w.cuts;
    say("commit\n");
    if (hurt && !leave_token())
        return;
    struct call c = call_begin();
    const bool good = orm_commit(w.s);
    for (unsigned i = 0; good && i < THINGS; i++)
        if (w.now.things[i].doomed)
            w.now.things[i].o = NULL; /* is freed */
    must(call_end(&c, 0, "commit") == good, "commit: %d", good);
    const enum orm_outcome outcome = orm_last_error(w.s)->outcome;
    w.commit_failed = !good;
    if (good) {
        w.committed = w.now.base;
        world_begin_unit();
    } else if (outcome == ORM_COMMITTED || outcome == ORM_UNKNOWN) {
        outcome_find_out(outcome, w.token);
        w.adrift = true;
    }
}

/* A flush that failed is as if it had not been tried. */
void op_retry(void)
{
    const enum orm_code code = orm_status(w.s);
    const bool may = w.flush_failed && !w.wrote;
    hurt_next_connection();
    const bool good = orm_retry(w.s);
    say("retry: %d\n", good);
    must(good || !may || code == ORM_LOST, "nothing to retry: %s", orm_message(w.s));
    if (!good)
        return;
    must(!w.wrote, "a transaction that wrote was tried again");
    must(orm_status(w.s) == ORM_OK, "retry: %s", orm_message(w.s));
    w.now.base = w.marks[0].base;
    w.failed = w.missed = false;
    compare_objects();
}

void op_autoflush(void)
{
    w.keeps = !w.keeps;
    say("changes are %s\n", w.keeps ? "kept" : "flushed");
    must(orm_set_autoflush(w.s, !w.keeps) == w.keeps, "another mode before");
}

void op_begin(void)
{
    say("begin\n");
    orm_begin(w.s);
}

/* A row that memory may have as it was in the meantime. */
static void cloud(struct unit *mark)
{
    for (unsigned m = 0; m < model_count; m++)
        for (unsigned i = 0; i < ROWS; i++) {
            struct row *r = &mark->base.rows[m][i];
            const struct row *other = row_find(&w.now.base, m, r->v);
            const struct thing *t = thing_find(mark, m, r->v);
            if (r->there && !t && (!other || memcmp(other->v, r->v, sizeof r->v) != 0))
                r->murky = true;
        }
}

/* `ends`: the unit of work, and with it what a scope has left behind. */
static void go_back(struct unit *mark, bool ends)
{
    cloud(mark);
    for (unsigned i = 0; i < THINGS; i++) {
        struct thing *t = &w.now.things[i], was = mark->things[i];
        const struct thing now = *t;
        if (ends && t->doomed)
            t->is = IS_NOTHING;
        if (t->is == IS_NOTHING)
            continue;
        if (was.is != IS_NOTHING) {
            *t = was;
        } else { /* detached, and nothing holds it beyond its scope */
            t->is = t->o && !t->doomed ? IS_GONE : IS_NOTHING;
            t->touched = false;
        }
        t->depth = now.depth;
        t->doomed = now.doomed;
        t->changed = 0;
        memset(t->to, 0xff, sizeof t->to); /* NOBODY */
    }
    w.now.tie_count = 0;
    w.now.base = mark->base;
    w.failed = w.missed = false;
}

static bool is_cut(void)
{
    return w.cuts && orm_status(w.s) == ORM_LOST;
}

static void end_rolled_back(void)
{
    go_back(&w.marks[0], true);
    w.committed = w.now.base;
    compare_objects();
    world_begin_unit();
}

void op_rollback(void)
{
    say("rollback\n");
    orm_rollback(w.s);
    must(orm_status(w.s) == ORM_OK || is_cut(), "rollback: %s", orm_message(w.s));
    end_rolled_back();
    w.failed = is_cut();
}

/* -- Savepoints -------------------------------------------------------------------- */

void op_savepoint(void)
{
    if (w.mark_count == MARKS)
        return;
    say("savepoint\n");
    struct call c = call_begin();
    orm_savepoint(w.s);
    if (!call_end(&c, 0, "savepoint")) {
        w.missed = true;
        return;
    }
    must(!c.dirty || c.flushed, "a savepoint without a flush");
    w.marks[w.mark_count++] = w.now;
}

void op_release(void)
{
    if (w.mark_count == 1)
        return;
    say("release\n");
    struct call c = call_begin();
    const bool good = orm_release(w.s);
    must(call_end(&c, 0, "release") == good, "release: %d", good);
    w.mark_count -= good;
}

void op_rollback_to(void)
{
    if (w.mark_count == 1 && !w.missed)
        return;
    say("rollback to savepoint\n");
    orm_rollback_to(w.s);
    if (w.missed) { /* it goes back to that which could not be made */
        must(orm_status(w.s) != ORM_OK, "what failed is well again");
        w.missed = false;
        return;
    }
    if (orm_status(w.s) != ORM_OK) {
        must((w.failed && w.commit_failed) || is_cut(), "rollback to: %s",
            orm_message(w.s));
        end_rolled_back(); /* the transaction is over, and so are its savepoints */
        w.failed = true;
        return;
    }
    go_back(&w.marks[--w.mark_count], false);
    compare_objects();
}

/* -- The end of everything --------------------------------------------------------- */

void op_reset(void)
{
    say("reset\n");
    do {
        hurt_next_connection();
        orm_reset(w.s);
    } while (is_cut());
    must(orm_status(w.s) == ORM_OK, "reset: %s", orm_message(w.s));
    world_forget();
}

/* -- Scopes ------------------------------------------------------------------------ */

static bool is_wanted(const struct thing *t)
{
    bool wanted = t->touched;
    for (size_t i = 0; i < w.now.tie_count; i++)
        wanted |= w.now.ties[i].owner == at(t) || w.now.ties[i].target == at(t);
    return wanted;
}

/* Who refers to it knows its key. */
static void forget(struct thing *t)
{
    t->is = IS_NOTHING;
    for (unsigned i = 0; i < THINGS; i++)
        for (unsigned k = 0; k < SLOTS; k++)
            if (w.now.things[i].to[k] == at(t))
                w.now.things[i].to[k] = NOBODY;
}

void op_scope(void)
{
    if (w.depth < 3 && (w.depth == 0 || chance(2))) {
        say("scope begins\n");
        orm_scope_begin(w.s);
        w.depth++;
        return;
    }
    say("scope ends\n");
    orm_scope_end(w.s);
    w.depth--;
    for (unsigned i = 0; i < THINGS; i++) {
        struct thing *t = &w.now.things[i];
        if (t->is == IS_NOTHING || t->depth <= w.depth)
            continue;
        if (is_wanted(t))
            t->doomed = true;
        else
            forget(t);
    }
}

void op_keep(void)
{
    struct thing *t = any_thing(ANY_MODEL, BIT(IS_CLEAN));
    if (!t || !t->depth || t->doomed)
        return;
    say("keep %s\n", thing_name(t));
    struct call c = call_begin();
    orm_keep(t->o);
    if (call_end(&c, 0, "keep"))
        t->depth--;
}
