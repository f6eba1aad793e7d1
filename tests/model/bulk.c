/* bulk.c: operations on many objects or rows at once. */
#include "ops.h"

#include <ormgen/orm_changes.h>

#include <stdio.h>
#include <string.h>

/* -- Relations --------------------------------------------------------------------- */

struct some {
    struct thing *things[ROWS];
    size_t count;
};

/* The live things of a relation that the list shows; all are met. */
static struct some meet_all(const struct orm_to_many *rel, const void *list)
{
    struct some found = {.count = list_length(list)};
    must(found.count <= ROWS, "a list too long");
    for (size_t i = 0; i < found.count; i++)
        found.things[i] = meet(list_item(list, i), number_of(rel->target));
    return found;
}

static bool has(const struct some *s, const struct thing *t)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->things[i] == t)
            return true;
    return false;
}

static struct some choose(const struct orm_to_many *rel, const struct some *shown)
{
    struct some chosen = {0};
    for (size_t i = 0; i < shown->count; i++)
        if (chance(2))
            chosen.things[chosen.count++] = shown->things[i];
    for (unsigned n = chance(3); n; n--) {
        struct thing *t = any_thing(number_of(rel->target), LIVE);
        if (t && chosen.count < ROWS)
            chosen.things[chosen.count++] = t;
    }
    return chosen;
}

static void put_list(struct orm_manager *m, const struct some *s)
{
    struct orm_object *objects[ROWS + 1] = {NULL};
    const struct {
        struct orm_object **items;
        size_t len;
    } list = {objects, s->count};
    for (size_t i = 0; i < s->count; i++)
        objects[i] = s->things[i]->o;
    orm_set(m, &list);
}

/* What a relation is to show, by its own words. */
static void set_list(struct thing *owner, const struct orm_to_many *rel,
    const struct some *shown, const struct some *chosen)
{
    struct orm_manager *m = object_manager(owner->o, rel);
    const bool reverse = rel->kind == ORM_MANY_REVERSE;
    bool refused = false;
    for (size_t i = 0; reverse && i < shown->count; i++)
        refused |=
            !rel->target->to_ones[rel->ref].clears && !has(chosen, shown->things[i]);
    say("set %s.%s to %zu instead of %zu\n", thing_name(owner), rel->name,
        chosen->count, shown->count);
    struct call c = call_begin();
    if (chosen->count)
        put_list(m, chosen);
    else
        orm_clear(m);
    if (!call_end(&c, refused ? BIT(ORM_INVALID) : 0, "set"))
        return;
    must(!refused, "%s.%s was set", thing_name(owner), rel->name);
    for (size_t i = 0; i < shown->count; i++)
        if (!has(chosen, shown->things[i]))
            remove_model(owner, rel, shown->things[i]);
    for (size_t i = 0; i < chosen->count; i++)
        if (!has(shown, chosen->things[i])) {
            const struct some before = {{NULL}, i};
            struct some earlier = before;
            memcpy(earlier.things, chosen->things, i * sizeof *earlier.things);
            if (!has(&earlier, chosen->things[i]))
                add_model(owner, rel, chosen->things[i]);
        }
}

void op_set_list(void)
{
    struct thing *owner = any_thing(ANY_MODEL, BIT(IS_CLEAN));
    if (!owner || !models[owner->model]->to_many_count)
        return;
    const struct orm_to_many *rel =
        &models[owner->model]->to_manys[chance(models[owner->model]->to_many_count)];
    if (w.now.base.murky_lists || w.now.tie_count > TIES / 2 ||
        !has_room(number_of(rel->through ? rel->through : rel->target)) ||
        (rel->kind == ORM_MANY_REVERSE &&
            key_has_column(
                key_of_model(rel->target), rel->target->to_ones[rel->ref].columns[0])))
        return;
    op_flush();
    if (w.failed || owner->is != IS_CLEAN)
        return;
    struct call c = call_begin();
    const void *list = orm_all(object_manager(owner->o, rel));
    if (!call_end(&c, 0, "all"))
        return;
    const struct some shown = meet_all(rel, list);
    const struct some chosen = chance(5) ? choose(rel, &shown) : (struct some){0};
    set_list(owner, rel, &shown, &chosen);
}

/* -- Rows by query ----------------------------------------------------------------- */

static bool takes_part(const struct row *r, unsigned column, int bound)
{
    return r->there && r->v[column] != NIL && r->v[column] >= bound;
}

/* The rows of a model whose key is at least so much: `bound` is returned. */
static int choose_rows(unsigned model, struct orm_query *q)
{
    const unsigned key = models[model]->key[0];
    const struct row *r = any_row(&w.now.base, model);
    const int bound = r ? r->v[key] : 1;
    *q = (struct orm_query){0};
    q->where[0] = (struct orm_cond){
        .op = ORM_GE, .column = (uint16_t)key, .value.integer = bound};
    return bound;
}

/* What the server did to the row is so in its object, and with the version all the
 * rest. */
static void take_over(unsigned model, const struct row *r, unsigned column)
{
    struct thing *t = thing_find(&w.now, model, r->v);
    if (!t || t->is != IS_CLEAN)
        return;
    if (version_of(models[model]) >= 0)
        memcpy(t->v, r->v, sizeof t->v);
    t->v[column] = r->v[column];
    t->touched = true;
}

static size_t update_rows(
    struct base *b, unsigned model, int bound, unsigned column, int value)
{
    const int version = version_of(models[model]);
    size_t count = 0;
    for (unsigned i = 0; i < ROWS; i++) {
        struct row *r = &b->rows[model][i];
        if (!takes_part(r, models[model]->key[0], bound))
            continue;
        r->v[column] = value;
        if (version >= 0)
            r->v[version]++;
        take_over(model, r, column);
        count++;
    }
    return count;
}

/* A number that may be given to all. */
static int column_for_all(const struct orm_model *m)
{
    for (int i = 0; i < m->column_count; i++)
        if (is_free(m, (unsigned)i) && !is_foreign(m, (unsigned)i) &&
            !is_unique(m, (unsigned)i) && type_is_number(&m->columns[i]))
            return i;
    return -1;
}

void op_update_all(void)
{
    const unsigned model = chance(model_count);
    const int column = column_for_all(models[model]);
    if (column < 0)
        return;
    const bool refused =
        strcmp(models[model]->columns[column].name, "rank") == 0 && !chance(5);
    const int value = refused ? -1 : (int)chance(3);
    struct orm_query q;
    const int bound = choose_rows(model, &q);
    struct orm_changes changes = {
        .set = {orm_change_integer(ORM_CHANGE_TO, (unsigned)column, value)}};
    say("update all %s from %d on: %s = %d\n", models[model]->name, bound,
        models[model]->columns[column].name, value);
    struct call c = call_begin();
    const size_t count = orm_update_all(orm_table(w.s, models[model]), &q, &changes);
    if (!call_end(&c, refused ? BIT(ORM_CONSTRAINT) : 0, "update all"))
        return;
    const size_t expected =
        update_rows(&w.now.base, model, bound, (unsigned)column, value);
    must(count == expected, "%zu rows changed, not %zu", count, expected);
    must(!refused || !count, "a check was not made");
}

void op_delete_all(void)
{
    static struct unit later;
    static struct base before;
    const unsigned model = chance(model_count);
    struct orm_query q;
    const int bound = choose_rows(model, &q);
    say("delete all %s from %d on\n", models[model]->name, bound);
    struct call c = call_begin();
    const size_t count = orm_delete_all(orm_table(w.s, models[model]), &q);
    const bool good = call_end(&c, BIT(ORM_CONSTRAINT), "delete all");
    bool first, last;
    size_t expected = 0;
    if (!good && (c.dirty && !c.flushed))
        return;
    before = w.now.base;
    later = w.now;
    for (unsigned i = 0; i < ROWS; i++) {
        struct row *r = &later.base.rows[model][i];
        expected += takes_part(r, models[model]->key[0], bound);
        r->there &= !takes_part(r, models[model]->key[0], bound);
    }
    base_follow(&later.base, &first, &last);
    if (!good) {
        must(first || last || orm_status(w.s) != ORM_CONSTRAINT, "delete all: %s",
            orm_message(w.s));
        return;
    }
    must(!last, "what others refer to was deleted");
    must(count == expected, "%zu rows deleted, not %zu", count, expected);
    w.now.base = later.base;
    unit_settle(&w.now, &before);
    see_expired();
}
