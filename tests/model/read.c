/* read.c: operations that only read. */
#include "ops.h"

#include <stdio.h>
#include <string.h>

/* -- Reading ----------------------------------------------------------------------- */

/* What came for a row that should be there or not. */
void given(struct orm_object *o, unsigned model, const int *key, bool asked)
{
    struct thing *t = thing_find(&w.now, model, key);
    const struct row *r = row_find(&w.now.base, model, key);
    if (t && t->is == IS_DELETED)
        return;
    if (!r || !r->there) {
        must(!o || (t && t->o == o) || (r && r->murky), "a %s that is not there",
            models[model]->name);
        if (o && !t)
            meet(o, model);
        return;
    }
    must(o || (r->murky && !asked), "%s %d is there, and was not given",
        models[model]->name, key[models[model]->key[0]]);
    if (!o)
        return;
    const struct thing *met = meet(o, model);
    must(key_equal(models[model], met->v, key), "%s is another row", thing_name(met));
}

static void set_key(const struct orm_model *m, const int *v, union orm_value *key)
{
    for (unsigned i = 0; i < m->key_count; i++)
        key[i].integer = v[m->key[i]];
}

/* The server may be asked for the row, and may not have it. */
static bool may_lack(const struct thing *t)
{
    const struct row *r = row_find(&w.now.base, t->model, t->v);
    return t->loose || !r || !r->there || r->murky;
}

void op_get(void)
{
    const unsigned model = chance(model_count);
    const struct row *r = any_row(&w.now.base, model);
    int v[COLUMNS] = {0};
    for (unsigned i = 0; i < models[model]->key_count; i++) {
        const unsigned k = models[model]->key[i];
        v[k] = r && chance(8) ? r->v[k] : (int)chance(20) + 1;
    }
    union orm_value key[KEY_COLUMNS_MOST];
    set_key(models[model], v, key);
    say("get %s %d\n", models[model]->name, v[models[model]->key[0]]);
    struct call c = call_begin();
    struct orm_object *o = orm_get(orm_table(w.s, models[model]), key);
    if (!call_end(&c, 0, "get"))
        return;
    struct thing *t = thing_find(&w.now, model, v);
    if (t && !t->o)
        t = NULL;
    if (t && t->is == IS_DELETED)
        must(!o, "%s was given", thing_name(t));
    else if (t && t->is == IS_CLEAN && !t->expired)
        must(o == t->o || (!o && may_lack(t)), "%s was not given", thing_name(t));
    else
        given(o, model, v, true);
    if (t && t->expired && o)
        fill(t);
}

/* Rows that the list yields, by key; the marks of rows in `rows`. */
static int by_key(const struct orm_model *m, const int *a, const int *b)
{
    for (unsigned i = 0; i < m->key_count; i++)
        if (a[m->key[i]] != b[m->key[i]])
            return a[m->key[i]] < b[m->key[i]] ? -1 : 1;
    return 0;
}

struct expected {
    const int *rows[ROWS];
    size_t count;
};

static void expect(struct expected *e, const struct orm_model *m, const int *v)
{
    size_t i = e->count++;
    for (; i > 0 && by_key(m, e->rows[i - 1], v) > 0; i--)
        e->rows[i] = e->rows[i - 1];
    e->rows[i] = v;
}

static bool list_is(
    const void *list, const struct orm_model *m, const struct expected *e)
{
    if (list_length(list) != e->count)
        return false;
    for (size_t i = 0; i < e->count; i++)
        for (unsigned k = 0; k < m->key_count; k++)
            if (value_of(list_item(list, i), m->key[k]) != e->rows[i][m->key[k]])
                return false;
    return true;
}

void op_find(void)
{
    const unsigned model = chance(model_count);
    const struct orm_model *m = models[model];
    const unsigned column = chance(m->column_count);
    const struct row *like = any_row(&w.now.base, model);
    struct orm_query q = {.limit = chance(4) ? 0 : 1 + chance(5)};
    for (unsigned i = 0; i < m->key_count; i++)
        q.order[i] = orm_order_by(m->key[i], false);
    const bool filters = like && like->v[column] != NIL && chance(4) &&
                         m->columns[column].type != ORM_ENUM &&
                         type_is_number(&m->columns[column]);
    const int bound = filters ? like->v[column] : 0;
    if (filters)
        q.where[0] = (struct orm_cond){
            .op = ORM_GE, .column = (uint16_t)column, .value.integer = bound};
    say("find %s %s >= %d, limit %u\n", m->name,
        filters ? m->columns[column].name : "all", bound, q.limit);
    struct call c = call_begin();
    const void *list = orm_find(orm_table(w.s, m), &q);
    if (!call_end(&c, 0, "find"))
        return;
    must_be_flushed(&c, model);
    struct expected e = {0};
    for (unsigned i = 0; i < ROWS; i++) {
        const struct row *r = &w.now.base.rows[model][i];
        if (r->there && (!filters || (r->v[column] != NIL && r->v[column] >= bound)))
            expect(&e, m, r->v);
    }
    if (q.limit && e.count > q.limit)
        e.count = q.limit;
    must(list_is(list, m, &e), "find %s: %zu rows, not %zu, or others", m->name,
        list_length(list), e.count);
    for (size_t i = 0; i < e.count; i++) {
        const struct thing *t = thing_find(&w.now, model, e.rows[i]);
        if (!t || t->is != IS_DELETED)
            fill(meet(list_item(list, i), model));
    }
}

/* -- Relations --------------------------------------------------------------------- */

static bool is_joined(struct unit *u, const struct thing *owner,
    const struct orm_to_many *rel, const int *v)
{
    if (rel->kind == ORM_MANY_REVERSE)
        return ref_hits(&rel->target->to_ones[rel->ref], v, owner->v);
    const int mine = owner->v[rel->owner->key[0]], theirs = v[rel->target->key[0]];
    if (!rel->through) {
        const bool turned = pair_is_turned(rel);
        for (size_t i = 0; i < u->base.pair_count; i++)
            if (u->base.pairs[i].owner == (turned ? theirs : mine) &&
                u->base.pairs[i].target == (turned ? mine : theirs))
                return true;
        return false;
    }
    const unsigned model = number_of(rel->through);
    for (unsigned i = 0; i < ROWS; i++) {
        const struct row *r = &u->base.rows[model][i];
        if (r->there &&
            ref_hits(&rel->through->to_ones[rel->through_owner], r->v, owner->v) &&
            ref_hits(&rel->through->to_ones[rel->through_target], r->v, v))
            return true;
    }
    return false;
}

static struct expected expect_list(
    struct unit *u, const struct thing *owner, const struct orm_to_many *rel)
{
    struct expected e = {0};
    const unsigned model = number_of(rel->target);
    for (unsigned i = 0; i < ROWS; i++) {
        const struct row *r = &u->base.rows[model][i];
        if (r->there && is_joined(u, owner, rel, r->v))
            expect(&e, rel->target, r->v);
    }
    return e;
}

/* As the database has it, or will have it when what waits is written. */
static bool list_is_right(struct thing *owner, const struct orm_to_many *rel,
    const void *list, const struct call *c)
{
    static struct unit later;
    struct expected e = expect_list(&w.now, owner, rel);
    if (list_is(list, rel->target, &e))
        return true;
    if (!c->dirty || c->flushed)
        return false;
    later = w.now;
    unit_flush(&later, &w.now.base, false);
    e = expect_list(&later, &later.things[at(owner)], rel);
    return list_is(list, rel->target, &e);
}

static bool is_murky(const struct orm_to_many *rel)
{
    return w.now.base.murky_lists &
           (BIT(number_of(rel->target)) | BIT(number_of(rel->owner)) |
               (rel->through ? BIT(number_of(rel->through)) : 0));
}

/* The list of an owner that is not written yet. */
static bool is_linked_to_new(
    struct thing *owner, const struct orm_to_many *rel, const struct thing *t)
{
    bool linked = false;
    if (rel->kind == ORM_MANY_REVERSE)
        return t->to[rel->ref] == at(owner);
    for (unsigned i = 0; rel->through && i < THINGS; i++) {
        const struct thing *join = &w.now.things[i];
        linked |= join->is == IS_NEW && models[join->model] == rel->through &&
                  join->to[rel->through_owner] == at(owner) &&
                  join->to[rel->through_target] == at(t);
    }
    for (size_t i = 0; !rel->through && i < w.now.tie_count; i++) {
        const struct tie *tie = &w.now.ties[i];
        const bool turned = pair_is_turned(rel);
        if (!tie->through && tie->owner == (turned ? at(t) : at(owner)) &&
            tie->target == (turned ? at(owner) : at(t)))
            linked = tie->add;
    }
    return linked;
}

static void check_new_list(
    struct thing *owner, const struct orm_to_many *rel, const void *list)
{
    size_t count = 0;
    for (unsigned i = 0; i < THINGS; i++) {
        const struct thing *t = &w.now.things[i];
        if (!thing_is_live(t) || models[t->model] != rel->target ||
            !is_linked_to_new(owner, rel, t))
            continue;
        count++;
        bool found = false;
        for (size_t n = 0; n < list_length(list); n++)
            found |= list_item(list, n) == t->o;
        must(found || !t->o, "%s.%s: %s is not in the list", thing_name(owner),
            rel->name, thing_name(t));
    }
    must(list_length(list) == count, "%s.%s: %zu, not %zu", thing_name(owner),
        rel->name, list_length(list), count);
}

void op_all(void)
{
    struct thing *t = any_thing(ANY_MODEL, LIVE);
    if (!t || !models[t->model]->to_many_count)
        return;
    const struct orm_to_many *rel =
        &t->o->model->to_manys[chance(t->o->model->to_many_count)];
    struct orm_manager *m = object_manager(t->o, rel);
    const bool counts = !chance(4);
    say("%s %s.%s\n", counts ? "count" : "all", thing_name(t), rel->name);
    struct call c = call_begin();
    const size_t count = counts ? orm_count(m, NULL) : 0;
    const void *list = counts ? NULL : orm_all(m);
    /* An owner that is new, or that this very flush deletes. */
    const bool may_lack = counts && (t->is == IS_NEW || c.dirty);
    if (!call_end(&c, may_lack ? BIT(ORM_UNSAVED) : 0, "all") || !thing_is_live(t)) {
        must(orm_status(w.s) != ORM_UNSAVED || t->is != IS_CLEAN, "%s is there",
            thing_name(t));
        return;
    }
    if (is_murky(rel))
        return;
    if (counts) {
        must(t->is == IS_NEW || (c.dirty && !c.flushed) ||
                 count == expect_list(&w.now, t, rel).count,
            "%s.%s: count is %zu", thing_name(t), rel->name, count);
        return;
    }
    if (t->is == IS_NEW) {
        check_new_list(t, rel, list);
        return;
    }
    must(list_is_right(t, rel, list, &c), "%s.%s: a list of %zu, not %zu, or others",
        thing_name(t), rel->name, list_length(list), expect_list(&w.now, t, rel).count);
    for (size_t i = 0; i < list_length(list); i++) {
        const struct orm_object *o = list_item(list, i);
        int key[COLUMNS];
        for (unsigned k = 0; k < rel->target->key_count; k++)
            key[rel->target->key[k]] = value_of(o, rel->target->key[k]);
        given(list_item(list, i), number_of(rel->target), key, false);
    }
}

static void follow_back(struct thing *t, const struct orm_to_one *ref,
    struct orm_object *o, const struct call *c)
{
    const unsigned model = number_of(ref->target);
    const struct orm_to_one *theirs = &ref->target->to_ones[ref->inverse];
    if (t->is == IS_NEW || w.now.base.murky_lists || (c->dirty && !c->flushed))
        return;
    for (unsigned i = 0; i < ROWS; i++) {
        const struct row *r = &w.now.base.rows[model][i];
        if (r->there && ref_hits(theirs, r->v, t->v)) {
            given(o, model, r->v, false);
            return;
        }
    }
    must(!o, "%s.%s is not there", thing_name(t), ref->name);
}

void op_follow(void)
{
    struct thing *t = any_thing(ANY_MODEL, LIVE);
    if (!t || !models[t->model]->to_one_count)
        return;
    const unsigned k = chance(models[t->model]->to_one_count);
    const struct orm_to_one *ref = &models[t->model]->to_ones[k];
    say("follow %s.%s\n", thing_name(t), ref->name);
    struct call c = call_begin();
    struct orm_object *o = orm_load_ref(t->o, k);
    if (!call_end(&c, 0, "follow") || !thing_is_live(t))
        return;
    int key[COLUMNS] = {0};
    if (ref->reverse)
        follow_back(t, ref, o, &c);
    else if (t->to[k] != NOBODY && thing_is_live(&w.now.things[t->to[k]]))
        must(o == w.now.things[t->to[k]].o, "%s.%s is another", thing_name(t),
            ref->name);
    else if (t->to[k] != NOBODY)
        return;
    else if (!ref_key(ref, t->v, key))
        must(!o, "%s.%s is null", thing_name(t), ref->name);
    else
        given(o, number_of(ref->target), key, false);
}
