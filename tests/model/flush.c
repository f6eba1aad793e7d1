/* flush.c: a flush, as one would do it by hand. */
#include "model.h"

#include <string.h>

struct flush {
    struct unit *u;
    const struct base *before;
    bool real;
    bool guessed; /* a reference by a number that a new row may get */
    struct verdict verdict;
};

static void fail(struct flush *f, enum fate fate, enum orm_code code)
{
    if (fate > f->verdict.fate)
        f->verdict.fate = fate;
    f->verdict.codes |= BIT(code);
}

static bool is_written(const struct thing *t)
{
    return t->is == IS_NEW || (t->is == IS_CLEAN && t->changed);
}

static bool ref_is_changed(const struct thing *t, const struct orm_to_one *ref)
{
    for (unsigned i = 0; i < ref->count; i++)
        if (t->changed & BIT(ref->columns[i]))
            return true;
    return false;
}

static void check_given(struct flush *f, const struct thing *t)
{
    const struct orm_model *m = models[t->model];
    for (unsigned i = 0; t->is == IS_NEW && i < m->column_count; i++)
        if (t->v[i] == NIL && !(t->changed & BIT(i)) &&
            !column_may_be_unset(&m->columns[i]))
            fail(f, FAILS, ORM_INVALID);
    for (unsigned k = 0; k < m->to_one_count; k++) {
        const struct orm_to_one *ref = &m->to_ones[k];
        int key[COLUMNS];
        if (ref->reverse || !ref_is_changed(t, ref))
            continue;
        if (t->to[k] != NOBODY && !thing_is_live(&f->u->things[t->to[k]]))
            fail(f, FAILS, ORM_INVALID);
        if (t->to[k] != NOBODY || !ref_key(ref, t->v, key))
            continue;
        /* By its number: its object, if the slot has it by now, is refused. */
        const struct thing *to = thing_find(f->u, number_of(ref->target), key);
        if (to && to->is == IS_DELETED)
            fail(f, MAY_FAIL, ORM_INVALID);
    }
}

static void take_keys(struct flush *f)
{
    for (int i = 0; i < THINGS; i++) {
        struct thing *t = &f->u->things[i];
        const struct orm_model *m = models[t->model];
        const unsigned key = m->key[0];
        if (t->is != IS_NEW || !(m->columns[key].flags & ORM_COLUMN_IDENTITY))
            continue;
        t->v[key] = f->real ? value_of(t->o, key) : 1000000 + i;
    }
}

/* Of keys that are made of references, first: others may refer to those. */
static void resolve(struct flush *f)
{
    for (unsigned i = 0; i < THINGS * 2; i++) {
        struct thing *t = &f->u->things[i % THINGS];
        const struct orm_model *m = models[t->model];
        for (unsigned k = 0; is_written(t) && k < m->to_one_count; k++) {
            const struct orm_to_one *ref = &m->to_ones[k];
            for (unsigned c = 0; t->to[k] != NOBODY && c < ref->count; c++)
                t->v[ref->columns[c]] =
                    f->u->things[t->to[k]].v[ref->target_columns[c]];
        }
    }
}

/* The row is deleted by the same flush. */
static bool is_going(struct flush *f, unsigned model, const int *v)
{
    const struct thing *t = thing_find(f->u, model, v);
    return t && t->is == IS_DELETED;
}

/* The row is there, as the object knows it. */
static bool is_current(struct flush *f, const struct thing *t)
{
    const int version = version_of(models[t->model]);
    const struct row *r = there(row_find(&f->u->base, t->model, t->v));
    return r && (version < 0 || r->v[version] == t->v[version]);
}

static void remove_row(struct flush *f, const struct thing *t)
{
    struct row *r = row_find(&f->u->base, t->model, t->v);
    if (r)
        r->there = false;
}

/* In the way of a new row: if the whole passed, it was deleted first. */
static void make_room(struct flush *f, const struct thing *t)
{
    struct row *r = there(row_find(&f->u->base, t->model, t->v));
    bool first, last;
    if (!r)
        return;
    if (!is_going(f, t->model, t->v)) {
        fail(f, FAILS, ORM_CONSTRAINT);
        return;
    }
    fail(f, MAY_FAIL, ORM_CONSTRAINT);
    r->there = r->murky = false;
    thing_find(f->u, t->model, t->v)->is = IS_GONE;
    base_follow(&f->u->base, &first, &last);
    if (first || last)
        fail(f, MAY_FAIL, ORM_CONSTRAINT);
}

static void write_row(struct flush *f, const struct thing *t)
{
    const struct orm_model *m = models[t->model];
    const int version = version_of(m);
    struct row *r;
    if (t->is == IS_NEW) {
        make_room(f, t);
        r = row_find(&f->u->base, t->model, t->v); /* of one that is no more */
        r = r ? r : row_add(&f->u->base, t->model);
        r->there = true;
        memcpy(r->v, t->v, sizeof r->v);
        if (version >= 0)
            r->v[version] = 1;
        return;
    }
    if (!is_current(f, t)) {
        fail(f, FAILS, ORM_STALE);
        return;
    }
    r = row_find(&f->u->base, t->model, t->v);
    for (unsigned i = 0; i < m->column_count; i++)
        if (t->changed & BIT(i))
            r->v[i] = t->v[i];
    if (version >= 0)
        r->v[version]++;
}

/* Another row has the value now, or had it when the flush began. */
static void check_unique(struct flush *f, const struct thing *t, unsigned column)
{
    const int value = t->v[column];
    for (unsigned i = 0; value != NIL && i < ROWS; i++) {
        const struct row *now = &f->u->base.rows[t->model][i];
        const struct row *then = &f->before->rows[t->model][i];
        if (now->there && now->v[column] == value &&
            !key_equal(models[t->model], now->v, t->v))
            fail(f, is_going(f, t->model, now->v) ? MAY_FAIL : FAILS, ORM_CONSTRAINT);
        else if (then->there && then->v[column] == value &&
                 !key_equal(models[t->model], then->v, t->v))
            fail(f, MAY_FAIL, ORM_CONSTRAINT);
    }
}

/* The number may be that of a row made by the same flush. */
static enum fate fate_of_missing(struct flush *f, const struct orm_to_one *ref)
{
    for (unsigned i = 0; i < THINGS; i++)
        if (f->u->things[i].is == IS_NEW &&
            models[f->u->things[i].model] == ref->target)
            f->guessed = true;
    return f->guessed ? MAY_FAIL : FAILS;
}

/* What was changed and then deleted goes first, if another takes such a value: nobody
 * knows which value that was.  What refers to it is in the way. */
static void check_ahead(struct flush *f, const struct thing *t, unsigned column)
{
    for (unsigned i = 0; i < THINGS; i++) {
        const struct thing *other = &f->u->things[i];
        if (other->is == IS_DELETED && other->model == t->model &&
            other->changed & BIT(column))
            fail(f, MAY_FAIL, ORM_CONSTRAINT);
    }
}

static void check_row(struct flush *f, const struct thing *t)
{
    const struct orm_model *m = models[t->model];
    if (is_refused(m, t->v) && (t->is == IS_NEW || t->changed))
        fail(f, FAILS, ORM_CONSTRAINT);
    for (unsigned i = 0; i < m->column_count; i++)
        if (is_unique(m, i) && (t->is == IS_NEW || t->changed & BIT(i)))
            check_unique(f, t, i), check_ahead(f, t, i);
    for (unsigned k = 0; k < m->to_one_count; k++)
        if (ref_is_changed(t, &m->to_ones[k]) &&
            leads_nowhere(&f->u->base, &m->to_ones[k], t->v))
            fail(f, fate_of_missing(f, &m->to_ones[k]), ORM_CONSTRAINT);
}

/* Rows of the join model that remove() asked to delete. */
static void untie_through(struct flush *f)
{
    struct unit *u = f->u;
    for (size_t i = 0; i < u->tie_count; i++) {
        const struct thing *o = &u->things[u->ties[i].owner];
        const struct thing *t = &u->things[u->ties[i].target];
        if (!u->ties[i].through || !thing_is_live(o) || !thing_is_live(t))
            continue;
        const int key[COLUMNS] = {o->v[0], t->v[0]};
        const unsigned model = u->ties[i].through;
        struct row *r = there(row_find(&u->base, model, key));
        if (r && is_going(f, model, key)) {
            fail(f, MAY_FAIL, ORM_STALE);
            thing_find(u, model, key)->is = IS_GONE;
        }
        if (r)
            r->there = false;
    }
}

/* Of a pair the last word counts. */
static bool is_last(const struct unit *u, size_t i)
{
    for (size_t n = i + 1; n < u->tie_count; n++)
        if (u->ties[n].owner == u->ties[i].owner &&
            u->ties[n].target == u->ties[i].target &&
            u->ties[n].through == u->ties[i].through)
            return false;
    return true;
}

static void tie_all(struct flush *f)
{
    struct unit *u = f->u;
    for (size_t i = 0; i < u->tie_count; i++) {
        const struct thing *o = &u->things[u->ties[i].owner];
        const struct thing *t = &u->things[u->ties[i].target];
        if (u->ties[i].through || !thing_is_live(o) || !thing_is_live(t) ||
            !is_last(u, i))
            continue;
        const struct pair p = {
            o->v[models[o->model]->key[0]], t->v[models[t->model]->key[0]]};
        if (u->ties[i].add && !pair_is_whole(&u->base, &p))
            fail(f, FAILS, ORM_CONSTRAINT);
        pair_put(&u->base, p.owner, p.target, u->ties[i].add);
    }
    u->tie_count = 0;
}

static void delete_all(struct flush *f)
{
    bool first, last;
    for (unsigned i = 0; i < THINGS; i++)
        if (f->u->things[i].is == IS_DELETED)
            remove_row(f, &f->u->things[i]);
    base_follow(&f->u->base, &first, &last);
    if (first)
        fail(f, MAY_FAIL, ORM_CONSTRAINT);
    if (last)
        fail(f, f->guessed ? MAY_FAIL : FAILS, ORM_CONSTRAINT);
}

/* All is written: what became of the objects. */
static void settle(struct flush *f, struct thing *t)
{
    const struct row *was = NULL;
    for (unsigned i = 0; t->is == IS_CLEAN && i < ROWS; i++) {
        const struct row *r = &f->before->rows[t->model][i];
        if (r->there && key_equal(models[t->model], r->v, t->v))
            was = r;
    }
    struct row *r = there(row_find(&f->u->base, t->model, t->v));
    const bool written = is_written(t);
    if (t->is == IS_DELETED || (t->is == IS_CLEAN && was && !r) ||
        (t->is == IS_NEW && !r))
        t->is = IS_GONE, t->touched = true;
    if (t->is == IS_NEW) {
        struct thing *old = thing_find(f->u, t->model, t->v);
        if (old)
            old->is = IS_GONE, old->touched = true;
        t->is = IS_CLEAN;
    }
    for (unsigned i = 0; r && thing_is_live(t) && i < models[t->model]->column_count;
         i++)
        if ((written && version_of(models[t->model]) == (int)i) ||
            (was && was->v[i] != r->v[i])) {
            t->v[i] = r->v[i];
            t->touched = true;
        }
    t->changed = 0;
    for (unsigned k = 0; k < SLOTS; k++)
        t->to[k] = NOBODY;
}

void unit_settle(struct unit *u, const struct base *before)
{
    struct flush f = {.u = u, .before = before, .real = true};
    for (unsigned i = 0; i < THINGS; i++)
        if (u->things[i].is != IS_NOTHING)
            settle(&f, &u->things[i]);
}

struct verdict unit_flush(struct unit *u, const struct base *before, bool real)
{
    struct flush f = {.u = u, .before = before, .real = real};
    for (unsigned i = 0; i < THINGS; i++)
        if (is_written(&u->things[i]))
            check_given(&f, &u->things[i]);
    for (unsigned i = 0; i < THINGS; i++)
        if (u->things[i].is == IS_DELETED && !is_current(&f, &u->things[i]))
            fail(&f, FAILS, ORM_STALE);
    take_keys(&f);
    resolve(&f);
    for (unsigned i = 0; i < THINGS; i++)
        if (is_written(&u->things[i]))
            write_row(&f, &u->things[i]);
    for (unsigned i = 0; i < THINGS; i++)
        if (is_written(&u->things[i]))
            check_row(&f, &u->things[i]);
    untie_through(&f);
    tie_all(&f);
    delete_all(&f);
    for (unsigned i = 0; i < THINGS; i++)
        if (u->things[i].is != IS_NOTHING)
            settle(&f, &u->things[i]);
    return f.verdict;
}
