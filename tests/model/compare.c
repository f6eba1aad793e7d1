/* compare.c: objects and the database against the model. */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *thing_name(const struct thing *t)
{
    static char names[4][64];
    static unsigned last;
    char *name = names[++last % 4];
    const struct orm_model *m = models[t->model];
    snprintf(name, 64, "%s#%d(%d%s%.0d)%s", m->name, (int)(t - w.now.things),
        t->v[m->key[0]], m->key_count > 1 ? "," : "",
        m->key_count > 1 ? t->v[m->key[1]] : 0,
        t->is == IS_NEW       ? " new"
        : t->is == IS_DELETED ? " deleted"
        : t->is == IS_GONE    ? " gone"
                              : "");
    return name;
}

/* -- Meeting ----------------------------------------------------------------------- */

static struct thing *thing_of(const struct orm_object *o)
{
    for (unsigned i = 0; i < THINGS; i++)
        if (w.now.things[i].is != IS_NOTHING && w.now.things[i].o == o)
            return &w.now.things[i];
    return NULL;
}

/* What going back to the mark will make of it; `made` by add(). */
static void mark_met(struct unit *mark, const struct thing *t, bool made)
{
    struct thing *m = &mark->things[t - w.now.things];
    const struct row *r = row_find(&mark->base, t->model, t->v);
    if (made) { /* since, or before */
        m->o = t->o;
        return;
    }
    *m = *t;
    if (!r || !r->there || memcmp(r->v, t->v, sizeof r->v) != 0)
        m->loose = m->expired = true;
}

struct thing *free_thing(void)
{
    struct thing *t = w.now.things;
    while (t < w.now.things + THINGS && t->is != IS_NOTHING)
        t++;
    must(t < w.now.things + THINGS, "too many objects");
    return t;
}

/* What is met for the first time: as its row is. */
static void check_met(const struct thing *t)
{
    const struct orm_model *m = models[t->model];
    const struct row *r = row_find(&w.now.base, t->model, t->v);
    must(r, "%s: no such row", thing_name(t));
    for (unsigned i = 0; i < m->column_count; i++)
        must(r->murky || r->v[i] == t->v[i], "%s.%s is %d, the row has %d",
            thing_name(t), m->columns[i].name, t->v[i], r->v[i]);
}

/* What is loaded through an object goes with it. */
static void find_scope(struct thing *t)
{
    const struct orm_scope *scope = t->o->scope;
    t->doomed = scope->outer && scope->outer->held == scope;
    t->depth = 0;
    for (scope = t->doomed ? scope->outer : scope; scope->outer; scope = scope->outer)
        t->depth++;
}

struct thing *meet(struct orm_object *o, unsigned model)
{
    struct thing *t = thing_of(o);
    must(o->model == models[model], "a %s for a %s", o->model->name,
        models[model]->name);
    if (t) {
        must(t->is == IS_CLEAN, "%s was given", thing_name(t));
        return t;
    }
    struct thing new = {.is = IS_CLEAN, .model = (uint8_t)model};
    memset(new.to, 0xff, sizeof new.to); /* NOBODY */
    for (unsigned i = 0; i < o->model->column_count; i++)
        new.v[i] = value_of(o, i);
    struct thing *other = thing_find(&w.now, model, new.v);
    must(!other || !other->o, "%s is there twice", thing_name(other));
    t = other ? other : free_thing();
    if (!other)
        *t = new;
    memcpy(t->v, new.v, sizeof t->v);
    t->o = o;
    find_scope(t);
    check_met(t);
    for (unsigned i = 0; i < w.mark_count; i++)
        mark_met(&w.marks[i], t, other != NULL);
    return t;
}

/* Another value came from the server.  Going back may undo that, too, if the object was
 * linked, or the transaction had written, or a savepoint is open. */
static void learn(struct thing *t, unsigned column, int value)
{
    for (unsigned i = 0; i < w.mark_count; i++) {
        struct thing *was = &w.marks[i].things[t - w.now.things];
        if (was->is != t->is || was->changed != t->changed ||
            memcmp(was->v, t->v, sizeof t->v) != 0)
            continue;
        if (t->touched || w.mark_count > 1 || w.s->transaction == TX_WROTE)
            was->loose = was->expired = true;
        else
            was->v[column] = value;
    }
    t->v[column] = value;
}

void fill(struct thing *t)
{
    const struct row *r = row_find(&w.now.base, t->model, t->v);
    const int version = version_of(models[t->model]);
    for (unsigned i = 0; i < models[t->model]->column_count; i++)
        if (r && !(t->changed & BIT(i)) && !((int)i == version && t->changed) &&
            t->v[i] != r->v[i])
            learn(t, i, r->v[i]);
    t->expired = t->loose = false;
}

void see_expired(void)
{
    for (unsigned i = 0; i < THINGS; i++) {
        struct thing *t = &w.now.things[i];
        if (t->is != IS_CLEAN || !t->o || !(t->o->state & OBJECT_EXPIRED))
            continue;
        t->expired = t->loose = true;
        for (unsigned c = 0; c < models[t->model]->column_count; c++)
            if (!(t->changed & BIT(c)))
                t->v[c] = value_of(t->o, c);
    }
}

/* -- Objects ----------------------------------------------------------------------- */

/* Whether a new object's key will stand in the column. */
static bool is_pending(const struct thing *t, unsigned column)
{
    const struct orm_model *m = models[t->model];
    for (unsigned k = 0; k < m->to_one_count; k++)
        if (t->to[k] != NOBODY &&
            key_has_column(ref_columns(m, &m->to_ones[k]), column))
            return w.now.things[t->to[k]].is != IS_CLEAN;
    return false;
}

static bool may_differ(const struct thing *t, unsigned column)
{
    const struct orm_model *m = models[t->model];
    return is_pending(t, column) ||
           (t->is != IS_CLEAN &&
               ((int)column == version_of(m) ||
                   key_has_column(key_of_model(m), column) || is_foreign(m, column)));
}

static bool is_row(const struct thing *t)
{
    return t->is == IS_CLEAN || t->is == IS_DELETED;
}

/* What another session wrote, or a rollback took back, may be seen or not. */
static bool is_newer(struct thing *t, unsigned column, int value)
{
    const struct row *r = row_find(&w.now.base, t->model, t->v);
    const bool murky = r && r->murky;
    if (!is_row(t) || t->changed & BIT(column) || !(murky || t->loose) ||
        (!murky && r && r->there && r->v[column] != value))
        return false;
    learn(t, column, value);
    return true;
}

static void compare_values(struct thing *t)
{
    const struct orm_model *m = models[t->model];
    for (unsigned i = 0; i < m->column_count; i++) {
        const int value = may_differ(t, i) ? 0 : value_of(t->o, i);
        if (t->is == IS_GONE &&
            !may_differ(t, i)) /* it reads on, as it was some time */
            t->v[i] = value;
        must(may_differ(t, i) || value == t->v[i] || is_newer(t, i, value),
            "%s.%s is %d, not %d", thing_name(t), m->columns[i].name, value, t->v[i]);
        must(!thing_is_live(t) || bit_is_set(object_changed_bits(t->o), i) ==
                                      ((t->changed & BIT(i)) != 0),
            "%s.%s: changed should be %d", thing_name(t), m->columns[i].name,
            (t->changed & BIT(i)) != 0);
    }
}

/* The row went without the object's knowing, and now a flush found out. */
static bool is_found_gone(const struct thing *t)
{
    const struct row *r = row_find(&w.now.base, t->model, t->v);
    return t->is == IS_CLEAN && t->o->state & OBJECT_GONE && (!r || !r->there);
}

static void compare_state(struct thing *t)
{
    if (is_found_gone(t))
        t->is = IS_GONE, t->touched = true;
    /* It went with a row that is not in memory: the next get() finds that out. */
    if (t->is == IS_GONE && t->o->state & OBJECT_EXPIRED && t->o->state & OBJECT_MAPPED)
        t->is = IS_CLEAN, t->expired = t->loose = true;
    static const uint32_t states[] = {
        [IS_NEW] = OBJECT_NEW, [IS_DELETED] = OBJECT_DELETED, [IS_GONE] = OBJECT_GONE};
    const uint32_t all = OBJECT_NEW | OBJECT_DELETED | OBJECT_GONE;
    must((t->o->state & all) == states[t->is], "%s has the state %x", thing_name(t),
        t->o->state & all);
    must(t->is != IS_CLEAN || t->o->state & OBJECT_MAPPED, "%s is not mapped",
        thing_name(t));
}

/* What a slot shows is what its columns say. */
static void compare_slots(const struct thing *t)
{
    const struct orm_model *m = models[t->model];
    for (unsigned k = 0; thing_is_live(t) && k < m->to_one_count; k++) {
        const struct orm_to_one *ref = &m->to_ones[k];
        const struct orm_object *shown = *object_slot(t->o, ref);
        if (t->to[k] != NOBODY && w.now.things[t->to[k]].is != IS_GONE)
            must(shown == w.now.things[t->to[k]].o, "%s.%s shows something else",
                thing_name(t), ref->name);
        if (!shown || ref->reverse || t->to[k] != NOBODY)
            continue;
        int key[COLUMNS];
        for (unsigned i = 0; i < ref->target->column_count; i++)
            key[i] = value_of(shown, i);
        const struct row *r = row_find(&w.now.base, number_of(ref->target), key);
        must(!(shown->state & OBJECT_GONE) || (r && r->murky),
            "%s.%s shows what is gone", thing_name(t), ref->name);
        must(ref_hits(ref, t->v, key), "%s.%s shows another", thing_name(t), ref->name);
    }
}

void compare_objects(void)
{
    for (unsigned i = 0; i < THINGS; i++) {
        struct thing *t = &w.now.things[i];
        if (t->is == IS_NOTHING || !t->o)
            continue;
        compare_state(t);
        compare_values(t);
        compare_slots(t);
    }
}

/* -- The database ------------------------------------------------------------------ */

static const char *everything(void)
{
    static char sql[4096];
    int n = 0;
    for (unsigned m = 0; m < model_count; m++) {
        for (unsigned i = 0; i < models[m]->column_count; i++)
            n += snprintf(sql + n, sizeof sql - (size_t)n, "%s%s", i ? "," : "select ",
                models[m]->columns[i].name);
        n += snprintf(sql + n, sizeof sql - (size_t)n, " from %s;", models[m]->table);
    }
    snprintf(sql + n, sizeof sql - (size_t)n, "select book_id, tag_id from book_tags");
    return sql;
}

static void read_rows(struct base *to, unsigned m, const PGresult *r)
{
    for (int i = 0; i < PQntuples(r); i++) {
        struct row *row = row_add(to, m);
        must(row, "too many rows");
        for (int c = 0; c < PQnfields(r); c++)
            row->v[c] = PQgetisnull(r, i, c) ? NIL
                                             : value_of_text(&models[m]->columns[c],
                                                   PQgetvalue(r, i, c));
    }
}

void base_read(struct base *to)
{
    PGresult *r;
    *to = (struct base){0};
    must(PQsendQuery(w.db, everything()), "%s", PQerrorMessage(w.db));
    for (unsigned m = 0; (r = PQgetResult(w.db)) != NULL; m++) {
        must(PQresultStatus(r) == PGRES_TUPLES_OK, "%s", PQerrorMessage(w.db));
        if (m < model_count)
            read_rows(to, m, r);
        for (int i = 0; m == model_count && i < PQntuples(r); i++)
            pair_put(to, atoi(PQgetvalue(r, i, 0)), atoi(PQgetvalue(r, i, 1)), true);
        PQclear(r);
    }
}

static bool has_pair(const struct base *b, struct pair p)
{
    for (size_t i = 0; i < b->pair_count; i++)
        if (b->pairs[i].owner == p.owner && b->pairs[i].target == p.target)
            return true;
    return false;
}

static void compare_table(struct base *is, unsigned m)
{
    unsigned count = 0;
    for (unsigned i = 0; i < ROWS; i++) {
        const struct row *r = &w.committed.rows[m][i];
        count += is->rows[m][i].there;
        count -= r->there;
        const struct row *found = r->there ? row_find(is, m, r->v) : NULL;
        for (unsigned c = 0; r->there && c < models[m]->column_count; c++)
            must(found && found->v[c] == r->v[c],
                "in the database %s(%d).%s is %d, not %d", models[m]->name,
                r->v[models[m]->key[0]], models[m]->columns[c].name,
                found ? found->v[c] : NIL, r->v[c]);
    }
    must(count == 0, "in the database are %d more of %s", (int)count, models[m]->name);
}

void compare_database(void)
{
    static struct base is;
    base_read(&is);
    for (unsigned m = 0; m < model_count; m++)
        compare_table(&is, m);
    must(is.pair_count == w.committed.pair_count, "%zu pairs, not %zu", is.pair_count,
        w.committed.pair_count);
    for (size_t i = 0; i < is.pair_count; i++)
        must(has_pair(&w.committed, is.pairs[i]), "a pair too many");
}
