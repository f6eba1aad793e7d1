/* to_many_rows.c: from the rows of a relation to the lists of its owners. */
#include "relations/to_many_rows.h"

#include "objects/fetch.h"
#include "objects/slot.h"
#include "objects/undo.h"

#include <stdlib.h>
#include <string.h>

/* -- Whose lists ------------------------------------------------------------------- */

static bool is_wanted(
    struct orm_session *s, const struct follow *l, struct orm_object *o)
{
    return o && object_is_live(o) && !(o->state & OBJECT_NEW) &&
           (l->alias || !list_of(s, object_manager(o, l->many)));
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
    return owners_place(s, m);
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

/* A list in its owner's slot lasts as long as that. */
static struct orm_scope *scope_of_list(
    const struct follow *l, const struct orm_object *owner)
{
    return l->alias ? follow_alias_scope(l) : owner->scope;
}

static bool take_room(struct orm_session *s, struct follow *l)
{
    struct many_rows *m = l->lists;
    const size_t rows = l->row_count;
    m->next = arena_get(&s->scratch, (m->count + 1) * sizeof *m->next);
    m->sorted = arena_get(&s->scratch, (m->listed + 1) * sizeof *m->sorted);
    l->targets = arena_get(&s->scratch, (rows + 1) * sizeof *l->targets);
    l->group = group_begin(l->path);
    return (m->next && m->sorted && l->targets && l->group) || session_nomem(s);
}

static bool want_lists(struct follow *l)
{
    const struct many_rows *m = l->lists;
    group_want(l->path, l->row_count);
    for (size_t i = 0; i < m->count; i++)
        list_want(scope_of_list(l, m->owners[i]), m->lengths[i]);
    return !l->alias || follow_take_alias(l, m->count);
}

static bool claim(struct orm_session *s, struct follow *l)
{
    if (!owners_find(s, l) || !take_room(s, l) || !want_lists(l))
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

static void sort_by_owner(struct follow *l)
{
    struct many_rows *m = l->lists;
    size_t total = 0;
    for (size_t i = 0; i < m->count; i++) {
        m->next[i] = total;
        total += m->lengths[i];
    }
    const size_t *owner = m->owner_of;
    for (size_t i = 0; i < l->row_count; i++)
        for (size_t n = owners_of_row(m, i); n--; owner++)
            if (*owner != NO_OWNER)
                m->sorted[m->next[*owner]++] = l->targets[i];
}

/* Memory for the lists is reserved. */
static void publish(struct orm_session *s, struct follow *l)
{
    struct many_rows *m = l->lists;
    const bool sorts = follow_sorts(l);
    sort_by_owner(l);
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
        fetch_rows(s, l->path->way, l->targets, l->row_count);
    const size_t targets =
        l->group ? group_form(l->group, l->targets, l->row_count) : 0;
    follow_learn_once(s, l, targets, m->listed);
}

const struct follow_steps to_many_steps = {collect, note, claim, publish};
