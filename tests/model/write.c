/* write.c: values, references, new objects. */
#include "ops.h"

#include <stdio.h>
#include <string.h>

/* -- Values ------------------------------------------------------------------------ */

#define UNKNOWN (-7) /* a new object's key, before the flush */

void put(struct orm_object *o, unsigned column, int value)
{
    const struct orm_column *c = &o->model->columns[column];
    char text[16];
    const int32_t items[] = {value, value + 1};
    const struct orm_int4_array array = {.items = items, .len = 2};
    if (value == NIL)
        orm_set_null(o, column);
    else if (type_is_number(c))
        orm_set_integer(o, column, value);
    else if (c->type == ORM_ARRAY)
        orm_set_data(o, column, &array);
    else {
        snprintf(text, sizeof text, "t%d", value);
        orm_set_text(o, column, text);
    }
}

static bool is_to_new(const struct thing *t, unsigned column)
{
    const struct orm_model *m = models[t->model];
    for (unsigned k = 0; k < m->to_one_count; k++)
        if (t->to[k] != NOBODY &&
            key_has_column(ref_columns(m, &m->to_ones[k]), column) &&
            w.now.things[t->to[k]].is == IS_NEW)
            return true;
    return false;
}

static bool is_same(const struct thing *t, unsigned column, int value)
{
    if (value == NIL)
        return t->is != IS_NEW && t->v[column] == NIL;
    return t->v[column] == value && !is_to_new(t, column);
}

static void set_model(struct thing *t, unsigned column, int value)
{
    const struct orm_model *m = models[t->model];
    t->changed |= BIT(column);
    t->touched = true;
    t->v[column] = value;
    for (unsigned k = 0; k < m->to_one_count; k++)
        if (key_has_column(ref_columns(m, &m->to_ones[k]), column))
            t->to[k] = NOBODY;
}

/* Sets a column on both sides. */
bool set(struct thing *t, unsigned column, int value)
{
    const bool same = is_same(t, column, value);
    const bool refused = !same && !thing_is_live(t);
    say("set %s.%s = %d\n", thing_name(t), models[t->model]->columns[column].name,
        value);
    struct call c = call_begin();
    put(t->o, column, value);
    if (!call_end(&c, refused ? BIT(ORM_INVALID) : 0, "set"))
        return false;
    must(!refused, "%s was changed", thing_name(t));
    if (!same)
        set_model(t, column, value);
    return true;
}

static int any_value(const struct orm_model *m, unsigned column)
{
    const struct orm_column *c = &m->columns[column];
    if (c->flags & ORM_COLUMN_NULLABLE && !chance(5))
        return NIL;
    if (c->type == ORM_ENUM)
        return (int)chance(3);
    if (strcmp(c->name, "token") == 0)
        return (int)++w.token;
    if (is_foreign(m, column))
        return 1 + (int)chance(12);
    if (strcmp(c->name, "rank") == 0 && !chance(12))
        return -1;
    return (int)chance(is_unique(m, column) ? 40 : 100);
}

bool is_free(const struct orm_model *m, unsigned column)
{
    return !key_has_column(key_of_model(m), column) && (int)column != version_of(m);
}

void op_set(void)
{
    struct thing *t = any_thing(ANY_MODEL, chance(40) ? LIVE : ~LIVE);
    if (!t)
        return;
    const struct orm_model *m = models[t->model];
    for (unsigned n = 1 + chance(3); n && !w.failed; n--) {
        const unsigned column = chance(m->column_count);
        const bool by_id = !is_foreign(m, column) || !chance(6);
        if (is_free(m, column) && by_id && (thing_is_live(t) || !is_foreign(m, column)))
            set(t, column, any_value(m, column));
    }
}

void link_model(struct thing *t, unsigned k, const struct thing *to)
{
    const struct orm_to_one *ref = &models[t->model]->to_ones[k];
    for (unsigned i = 0; i < ref->count; i++) {
        const int value = to->v[ref->target_columns[i]];
        set_model(t, ref->columns[i], value == NIL ? UNKNOWN : value);
    }
    t->to[k] = at(to);
}

/* Linked already or not: both are noted, for a rollback. */
void link_either(struct thing *t, unsigned k, struct thing *to)
{
    if (!is_linked(t, k, to))
        link_model(t, k, to);
    t->touched = true;
    to->touched |= models[t->model]->to_ones[k].unique;
}

bool is_linked(const struct thing *t, unsigned k, const struct thing *to)
{
    const struct orm_to_one *ref = &models[t->model]->to_ones[k];
    if (t->to[k] == at(to))
        return true;
    for (unsigned i = 0; i < ref->count; i++)
        if (!is_same(t, ref->columns[i], to->v[ref->target_columns[i]]))
            return false;
    return to->is != IS_NEW;
}

/* The reference is refused: the target, or else a change, is not possible. */
static bool is_unlinkable(const struct thing *t, unsigned k, const struct thing *to)
{
    return !thing_is_live(to) || (!thing_is_live(t) && !is_linked(t, k, to));
}

bool is_key_of_row(const struct thing *t, const struct orm_to_one *ref)
{
    return t->is != IS_NEW &&
           key_has_column(key_of_model(models[t->model]), ref->columns[0]);
}

void unset_model(struct thing *t, unsigned k)
{
    const struct orm_to_one *ref = &models[t->model]->to_ones[k];
    for (unsigned i = 0; i < ref->count; i++)
        if (ref->clears >> i & 1 && !is_same(t, ref->columns[i], NIL))
            set_model(t, ref->columns[i], NIL);
}

static bool set_ref(struct thing *t, unsigned k, struct thing *to)
{
    const struct orm_to_one *ref = &models[t->model]->to_ones[k];
    const bool refused = to && is_unlinkable(t, k, to);
    say("set %s.%s = %s\n", thing_name(t), ref->name, to ? thing_name(to) : "nobody");
    struct call c = call_begin();
    orm_set_ref(t->o, k, to ? to->o : NULL);
    if (!call_end(&c, refused ? BIT(ORM_INVALID) : 0, "set"))
        return false;
    must(!refused, "%s was linked", thing_name(t));
    if (!to)
        unset_model(t, k);
    else
        link_either(t, k, to);
    return true;
}

void op_set_ref(void)
{
    struct thing *t = any_thing(ANY_MODEL, LIVE);
    if (!t || !models[t->model]->to_one_count)
        return;
    const unsigned k = chance(models[t->model]->to_one_count);
    const struct orm_to_one *ref = &models[t->model]->to_ones[k];
    const bool none = ref->clears && !chance(4);
    struct thing *to =
        none ? NULL : any_thing(number_of(ref->target), chance(40) ? LIVE : ~LIVE);
    if (ref->reverse || is_key_of_row(t, ref) || (!to && !none))
        return;
    set_ref(t, k, to);
}

/* -- Making and deleting ----------------------------------------------------------- */

/* Gives a new object most of what it needs. */
static void dress(struct thing *t)
{
    const struct orm_model *m = models[t->model];
    for (unsigned i = 0; i < m->column_count && !w.failed; i++) {
        const struct orm_column *c = &m->columns[i];
        const bool optional = c->flags & ORM_COLUMN_NULLABLE;
        if (c->flags & ORM_COLUMN_IDENTITY || c->flags & ORM_COLUMN_VERSION ||
            is_foreign(m, i) || (optional && chance(2)) || !chance(60))
            continue;
        const bool is_key = key_has_column(key_of_model(m), i);
        set(t, i, is_key ? (int)chance(5) : any_value(m, i));
    }
    for (unsigned k = 0; k < m->to_one_count && !w.failed; k++) {
        const struct orm_to_one *ref = &m->to_ones[k];
        struct thing *to = any_thing(number_of(ref->target), LIVE);
        if (!ref->reverse && t->to[k] == NOBODY && to && (!ref->clears || chance(2)))
            set_ref(t, k, to);
    }
}

/* All that it must refer to has been met. */
static bool has_targets(const struct orm_model *m)
{
    for (unsigned k = 0; k < m->to_one_count; k++)
        if (!m->to_ones[k].reverse && !m->to_ones[k].clears &&
            !any_thing(number_of(m->to_ones[k].target), LIVE))
            return false;
    return true;
}

void op_new(void)
{
    const unsigned model = chance(model_count);
    struct thing *owner = any_thing(ANY_MODEL, LIVE);
    const struct orm_to_many *rel = NULL;
    if (owner && chance(2) && models[owner->model]->to_many_count) {
        rel = &models[owner->model]
                   ->to_manys[chance(models[owner->model]->to_many_count)];
        if (rel->kind != ORM_MANY_REVERSE)
            rel = NULL;
    }
    const unsigned made = rel ? number_of(rel->target) : model;
    if (!has_room(made) || is_mourned(made) ||
        (!has_targets(models[made]) && chance(20)))
        return;
    say("new %s%s%s\n", models[made]->name, rel ? " of " : "",
        rel ? thing_name(owner) : "");
    struct call c = call_begin();
    struct orm_object *o =
        orm_new(rel ? object_manager(owner->o, rel) : orm_table(w.s, models[made]));
    must(o, "new gave NULL");
    if (!call_end(&c, 0, "new"))
        return;
    struct thing *t = new_thing(made, o);
    if (rel)
        link_model(t, rel->ref, owner);
    dress(t);
}

void op_delete(void)
{
    struct thing *t = any_thing(ANY_MODEL, LIVE);
    if (!t)
        return;
    say("delete %s\n", thing_name(t));
    struct call c = call_begin();
    orm_delete(t->o);
    if (call_end(&c, 0, "delete"))
        t->is = t->is == IS_NEW ? IS_GONE : IS_DELETED, t->touched = true;
}

/* -- Anew -------------------------------------------------------------------------- */

void op_refresh(void)
{
    struct thing *t = any_thing(ANY_MODEL, LIVE);
    if (!t)
        return;
    const struct row *r = row_find(&w.now.base, t->model, t->v);
    const bool lacks = t->is == IS_CLEAN && (!r || !r->there);
    say("refresh %s\n", thing_name(t));
    struct call c = call_begin();
    orm_refresh(t->o);
    if (!call_end(&c, lacks ? BIT(ORM_STALE) : 0, "refresh"))
        return;
    must(!lacks, "%s has no row", thing_name(t));
    if (t->is == IS_CLEAN)
        fill(t);
}

void op_expire(void)
{
    struct thing *t = any_thing(ANY_MODEL, LIVE);
    if (!t)
        return;
    say("expire %s\n", thing_name(t));
    struct call c = call_begin();
    orm_expire(t->o);
    if (call_end(&c, 0, "expire") && t->is == IS_CLEAN)
        t->expired = t->loose = true;
}
