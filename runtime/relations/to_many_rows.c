/* to_many_rows.c: from the rows of a relation to the lists of its owners. */
#include "objects/fetch.h"
#include "objects/slot.h"
#include "objects/undo.h"
#include "relations/follow.h"

#include <stdlib.h>
#include <string.h>

/* Rows of owners on their way into lists; all in scratch memory. */
struct many_rows {
    struct orm_object **owners; /* whose lists are loaded; their index is their place */
    size_t count;
    uint32_t *places; /* by a hash of the owner's address, plus 1; see make_places() */
    size_t place_mask;
    size_t *owner_of;       /* per row: a place */
    size_t *lengths, *next; /* per place */
    struct orm_object **sorted;
};

#define NO_OWNER SIZE_MAX

/* -- Whose lists ------------------------------------------------------------------- */

static bool is_wanted(
    struct orm_session *s, const struct follow *l, struct orm_object *o)
{
    return o && object_is_live(o) && !(o->state & OBJECT_NEW) &&
           (l->alias || !list_of(s, object_manager(o, l->many)));
}

static size_t address_hash(const struct orm_object *o)
{
    return (size_t)(((uintptr_t)o >> 4) * UINT64_C(0x9e3779b97f4a7c15) >> 32);
}

/* The owner of a row is found by its key; this leads on to its place. */
static bool make_places(struct orm_session *s, struct many_rows *m)
{
    size_t size = 4;
    while (size < m->count * 2)
        size *= 2;
    m->places = arena_get(&s->scratch, size * sizeof *m->places);
    if (!m->places)
        return session_nomem(s);
    memset(m->places, 0, size * sizeof *m->places);
    m->place_mask = size - 1;
    for (size_t i = 0; i < m->count; i++) {
        size_t at = address_hash(m->owners[i]) & m->place_mask;
        while (m->places[at])
            at = (at + 1) & m->place_mask;
        m->places[at] = (uint32_t)(i + 1);
    }
    return true;
}

static size_t place_of(const struct follow *l, const union orm_value *key)
{
    struct idmap *asked = &((struct follow *)(uintptr_t)l)->keys.seen;
    const struct orm_object *o = key_find(asked, l->keys.columns, key);
    const struct many_rows *m = l->lists;
    if (!o)
        return NO_OWNER;
    size_t at = address_hash(o) & m->place_mask;
    while (m->owners[m->places[at] - 1] != o)
        at = (at + 1) & m->place_mask;
    return m->places[at] - 1;
}

static bool collect(struct orm_session *s, struct follow *l)
{
    struct many_rows *m = arena_get(&s->scratch, sizeof *m);
    struct orm_object **owners =
        arena_get(&s->scratch, (l->owner_count + 1) * sizeof *owners);
    if (!m || !owners)
        return session_nomem(s);
    *m = (struct many_rows){.owners = owners};
    l->lists = m;
    if (!key_set_begin(s, &l->keys, many_owner_columns(l->many), l->owner_count))
        return false;
    for (size_t i = 0; i < l->owner_count; i++) {
        struct orm_object *o = l->owners[i];
        if (!is_wanted(s, l, o))
            continue;
        owners[m->count++] = o;
        if (!key_is_null(l->keys.columns, o) && !key_set_add(s, &l->keys, o))
            return false;
    }
    l->must_ask = m->count > 0;
    l->waiting = m->count;
    return make_places(s, m);
}

static bool note(struct orm_session *s, struct follow *l)
{
    const struct many_rows *m = l->lists;
    for (size_t i = 0; i < m->count; i++)
        if (!undo_note_load(s, m->owners[i]))
            return false;
    return true;
}

/* -- From rows to lists ------------------------------------------------------------ */

/* The column of the result that holds part `i` of the owner's key. */
static size_t owner_column(const struct orm_to_many *rel, unsigned i)
{
    return rel->kind == ORM_MANY_REVERSE ? rel->target->to_ones[rel->ref].columns[i]
                                         : model_eager_count(rel->target) + i;
}

static bool check_owner_columns(struct orm_session *s, const struct follow *l)
{
    const struct pg_result *r = l->rows.result;
    const struct orm_model *owner = l->many->owner;
    for (unsigned i = 0; i < l->keys.columns.count; i++) {
        const struct orm_column *key = &owner->columns[l->keys.columns.at[i]];
        const size_t column = owner_column(l->many, i);
        const bool there = pg_columns(r) > column;
        const uint32_t is = there ? pg_column_type(r, column) : 0;
        if (there && is == type_oids(key, s->enums).oid)
            continue;
        return error_set(&s->error, ORM_DRIFT,
            "%s.%s: the column that refers to %s has %s, the YAML says %s; migrate the "
            "table or generate again",
            owner->name, l->many->name, owner->name,
            there ? type_name_of_oid(is) : "no value", type_name(key));
    }
    return true;
}

static bool decode_key(
    struct orm_session *s, const struct follow *l, size_t row, union orm_value *key)
{
    const struct orm_model *owner = l->many->owner;
    for (unsigned i = 0; i < l->keys.columns.count; i++) {
        const struct orm_column *column = &owner->columns[l->keys.columns.at[i]];
        const struct pg_cell cell =
            pg_value(l->rows.result, row, owner_column(l->many, i));
        if (!cell.data)
            return error_set(&s->error, ORM_DRIFT, "%s.%s: a row without an owner",
                owner->name, l->many->name);
        if (!type_check(owner, column, cell, &s->error))
            return false;
        key[i] = key_in_cell(column, cell);
    }
    return true;
}

static bool take_room(struct orm_session *s, struct follow *l, size_t rows)
{
    struct many_rows *m = l->lists;
    m->owner_of = arena_get(&s->scratch, (rows + 1) * sizeof *m->owner_of);
    m->lengths = arena_get(&s->scratch, (m->count + 1) * sizeof *m->lengths);
    m->next = arena_get(&s->scratch, (m->count + 1) * sizeof *m->next);
    m->sorted = arena_get(&s->scratch, (rows + 1) * sizeof *m->sorted);
    l->targets = arena_get(&s->scratch, (rows + 1) * sizeof *l->targets);
    if (!m->owner_of || !m->lengths || !m->next || !m->sorted || !l->targets)
        return session_nomem(s);
    memset(m->lengths, 0, (m->count + 1) * sizeof *m->lengths);
    return true;
}

/* A list in its owner's slot lasts as long as that. */
static struct orm_scope *scope_of_list(
    const struct follow *l, const struct orm_object *owner)
{
    return l->alias ? follow_alias_scope(l) : owner->scope;
}

static bool find_owners(struct orm_session *s, struct follow *l, size_t rows)
{
    struct many_rows *m = l->lists;
    for (size_t i = 0; i < rows; i++) {
        union orm_value key[KEY_COLUMNS_MOST];
        if (!decode_key(s, l, i, key))
            return false;
        m->owner_of[i] = place_of(l, key);
        if (m->owner_of[i] != NO_OWNER)
            m->lengths[m->owner_of[i]]++;
    }
    group_want(l->path, rows);
    for (size_t i = 0; i < m->count; i++)
        list_want(scope_of_list(l, m->owners[i]), m->lengths[i]);
    return !l->alias || follow_take_alias(l, m->count);
}

static bool claim(struct orm_session *s, struct follow *l)
{
    const size_t rows = l->row_count;
    if (!take_room(s, l, rows) || !check_owner_columns(s, l) ||
        !find_owners(s, l, rows))
        return false;
    const size_t columns = model_eager_count(l->many->target);
    return follow_claim(s, l, l->targets,
        l->many->kind == ORM_MANY_JOIN ? columns + l->keys.columns.count : columns);
}

/* A list is in order, last of the target's key: equal ones stand together,
 * and a join model can hold a pair more than once. */
static size_t without_repeats(struct orm_object **objects, size_t count)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        if (!n || objects[n - 1] != objects[i])
            objects[n++] = objects[i];
    return n;
}

/* What a row loaded through its owner refers to is known. */
static void preset_owner(const struct follow *l, struct orm_object *owner,
    struct orm_object *const *objects, size_t count)
{
    const struct orm_to_many *rel = l->many;
    if (rel->kind != ORM_MANY_REVERSE)
        return;
    const struct orm_to_one *ref = &rel->target->to_ones[rel->ref];
    if (l->asked && fetch_leaves_empty(object_session(owner), ref))
        return;
    for (size_t i = 0; i < count; i++) {
        if (!*object_slot(objects[i], ref) && !relate_is_changed(objects[i], ref))
            slot_put(objects[i], ref, owner);
    }
}

static int64_t number_of(const struct orm_object *o)
{
    const struct orm_column *key = &o->model->columns[o->model->key[0]];
    return type_get(key, o).integer;
}

static int by_key(const void *a, const void *b)
{
    const int64_t x = number_of(*(struct orm_object *const *)a);
    const int64_t y = number_of(*(struct orm_object *const *)b);
    return (x > y) - (x < y);
}

/* Rows mostly come in order, from the index that found them. */
static void sort_list(struct orm_object **objects, size_t count)
{
    size_t sorted = 1;
    while (sorted < count && by_key(&objects[sorted - 1], &objects[sorted]) <= 0)
        sorted++;
    if (sorted < count)
        qsort(objects, count, sizeof(struct orm_object *), by_key);
}

static void sort_by_owner(struct follow *l, size_t rows)
{
    struct many_rows *m = l->lists;
    size_t total = 0;
    for (size_t i = 0; i < m->count; i++) {
        m->next[i] = total;
        total += m->lengths[i];
    }
    for (size_t i = 0; i < rows; i++)
        if (m->owner_of[i] != NO_OWNER)
            m->sorted[m->next[m->owner_of[i]]++] = l->targets[i];
}

/* Memory for the lists is reserved. */
static void publish(struct orm_session *s, struct follow *l)
{
    struct many_rows *m = l->lists;
    const size_t rows = l->row_count;
    const bool sorts = follow_sorts(l);
    sort_by_owner(l, rows);
    for (size_t i = 0, start = 0; i < m->count; start += m->lengths[i++]) {
        if (sorts)
            sort_list(m->sorted + start, m->lengths[i]);
        const size_t n = without_repeats(m->sorted + start, m->lengths[i]);
        preset_owner(l, m->owners[i], m->sorted + start, n);
        const void *list = list_make(
            scope_of_list(l, m->owners[i]), l->many->target, m->sorted + start, n);
        if (l->alias)
            follow_keep(l, m->owners[i], list);
        else
            list_keep(object_manager(m->owners[i], l->many), list);
    }
    follow_wire_joins(l);
    if (l->asked)
        fetch_rows(s, l->path->way, l->targets, rows);
    group_form(l->path, l->targets, rows);
}

const struct follow_steps to_many_steps = {collect, note, claim, publish};
