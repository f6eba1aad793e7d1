/* to_many.c: lists of relations.
 *
 * A loop over owners costs three statements and a single look never pulls in what
 * nobody reads: the first owner asked loads alone, the second for all remaining peers.
 * "Alone" is allowed once per path (group.h), so nested loops do not multiply. */
#include "to_many.h"

#include "fetch.h"
#include "flight.h"
#include "load.h"
#include "relate.h"
#include "scope.h"
#include "slot.h"
#include "write.h"

/* -- Whose lists ------------------------------------------------------------------- */

struct load {
    struct orm_session *s;
    struct orm_scope *scope; /* of who is asked: what is loaded belongs to it */
    const struct orm_to_many *rel;
    struct orm_object **owners; /* those whose lists are loaded now, by their place */
    size_t owner_count;         /* places */
    size_t *counts;             /* rows per owner */
    struct path *path;
    struct orm_object **rows;
    size_t *owner_of; /* per row, a place */
    size_t row_count;
    struct key_columns keyed; /* the owner's columns that rows hold */
    struct idmap by_columns;  /* the owners, if those are not its key */
};

#define NO_OWNER SIZE_MAX

/* Asked for the first time, so its list may come with the others'. */
static bool joins_in(struct orm_object *o, const struct orm_to_many *rel)
{
    return o && object_is_live(o) && !(o->state & OBJECT_NEW) &&
           list_is_unloaded(object_manager(o, rel));
}

/* True if this owner is to be asked without its peers. */
static bool goes_alone(struct orm_object *owner, const struct orm_to_many *rel)
{
    struct path *path = path_of(owner);
    if (!path || !joins_in(owner, rel) || rel->fetch == ORM_FETCH_ONE ||
        fetch_mode(owner) == ORM_FETCH_ONE)
        return true;
    if (rel->fetch == ORM_FETCH_PEERS)
        return false;
    const size_t i = (size_t)(rel - owner->model->to_manys);
    const uint64_t bit = UINT64_C(1) << (i % 64);
    if (path->asked & bit)
        return false;
    path->asked |= bit;
    return true;
}

static bool choose_owners(struct load *l, struct orm_object *owner)
{
    const bool alone = goes_alone(owner, l->rel);
    l->owner_count = alone ? 1 : owner->group->size;
    l->owners = arena_get(&l->s->scratch, l->owner_count * sizeof *l->owners);
    l->counts = arena_get(&l->s->scratch, l->owner_count * sizeof *l->counts);
    if (!l->owners || !l->counts)
        return session_nomem(l->s);
    for (size_t i = 0; i < l->owner_count; i++) {
        struct orm_object *o = alone ? owner : owner->group->members[i];
        l->owners[i] = alone || joins_in(o, l->rel) ? o : NULL;
        l->counts[i] = 0;
    }
    return true;
}

/* The place of a row's owner, found by the key the row holds. */
static size_t place_of(struct load *l, const union orm_value *key)
{
    const struct orm_object *o = l->by_columns.capacity
                                     ? key_find(&l->by_columns, l->keyed, key)
                                     : object_find_any(l->s, l->rel->owner, key);
    if (!o)
        return NO_OWNER;
    if (l->owner_count == 1)
        return l->owners[0] == o ? 0 : NO_OWNER;
    return o->at < l->owner_count && l->owners[o->at] == o ? o->at : NO_OWNER;
}

/* -- The statement ----------------------------------------------------------------- */

/* Columns of the join table, as j.a or (j.a, j.b). */
static void join_columns(struct buffer *sql, const struct orm_join_end *end)
{
    for (unsigned i = 0; i < end->count; i++) {
        buffer_text(sql, i ? ", j." : end->count == 1 ? "j." : "(j.");
        buffer_identifier(sql, end->columns[i]);
    }
    buffer_text(sql, end->count == 1 ? "" : ")");
}

static void write_reverse(struct orm_session *s, const struct orm_to_many *rel)
{
    load_select(s, rel->target);
    load_where_any(s, ref_columns(rel->target, &rel->target->to_ones[rel->ref]));
}

static void write_join(struct orm_session *s, const struct orm_to_many *rel)
{
    const struct orm_model *m = rel->target;
    const struct orm_join_end *owner = &rel->owner_end, *target = &rel->target_end;
    struct buffer *sql = &s->sql;
    buffer_text(sql, "SELECT ");
    load_columns(s, m);
    for (unsigned i = 0; i < owner->count; i++) {
        buffer_text(sql, ", j.");
        buffer_identifier(sql, owner->columns[i]);
    }
    buffer_text(sql, " FROM ");
    buffer_table(sql, rel->join_schema, rel->join_table);
    buffer_text(sql, " AS j JOIN ");
    buffer_table(sql, m->schema, m->table);
    for (unsigned i = 0; i < target->count; i++) {
        buffer_text(sql, i ? " AND t." : " AS t ON t.");
        buffer_identifier(sql, m->columns[target->key[i]].name);
        buffer_text(sql, " = j.");
        buffer_identifier(sql, target->columns[i]);
    }
    buffer_text(sql, " WHERE ");
    join_columns(sql, owner);
    if (owner->count == 1) {
        buffer_text(sql, " = ANY($1)");
        return;
    }
    buffer_text(sql, " IN (SELECT * FROM ");
    params_unnest(sql, owner->count);
    buffer_text(sql, ")");
}

/* The key comes last, so that equal rows stand together: see without_repeats(). */
static void write_order(struct orm_session *s, const struct orm_to_many *rel)
{
    const struct orm_model *m = rel->target;
    buffer_text(&s->sql, " ORDER BY ");
    for (unsigned i = 0; i < rel->order_count; i++) {
        buffer_text(&s->sql, "t.");
        buffer_identifier(&s->sql, m->columns[rel->order[i].column - 1u].name);
        buffer_text(&s->sql, rel->order[i].descending ? " DESC, " : ", ");
    }
    for (unsigned i = 0; i < m->key_count; i++) {
        buffer_text(&s->sql, i ? ", t." : "t.");
        buffer_identifier(&s->sql, m->columns[m->key[i]].name);
    }
}

static struct pg_statement *statement(
    struct orm_session *s, const struct orm_to_many *rel)
{
    shape_begin(s, 'M', rel->owner);
    shape_add(s, rel->offset);
    struct pg_statement *st = shape_known(s);
    if (st)
        return st;
    if (rel->kind == ORM_MANY_REVERSE)
        write_reverse(s, rel);
    else
        write_join(s, rel);
    write_order(s, rel);
    const struct key_columns keyed = many_owner_columns(rel);
    uint32_t types[KEY_COLUMNS_MOST];
    for (unsigned i = 0; i < keyed.count; i++)
        types[i] = type_oids(&rel->owner->columns[keyed.at[i]], s->enums).array_oid;
    return shape_make(s, types, (int)keyed.count, true);
}

/* -- From rows to lists ------------------------------------------------------------ */

/* The column of the result that holds part `i` of the owner's key. */
static size_t owner_column(const struct orm_to_many *rel, unsigned i)
{
    return rel->kind == ORM_MANY_REVERSE ? rel->target->to_ones[rel->ref].columns[i]
                                         : model_eager_count(rel->target) + i;
}

static bool check_owner_columns(const struct load *l, const struct pg_result *r)
{
    for (unsigned i = 0; i < l->keyed.count; i++) {
        const struct orm_column *key = &l->rel->owner->columns[l->keyed.at[i]];
        const size_t column = owner_column(l->rel, i);
        const bool there = pg_columns(r) > column;
        const uint32_t is = there ? pg_column_type(r, column) : 0;
        if (there && is == type_oids(key, l->s->enums).oid)
            continue;
        return error_set(&l->s->error, ORM_DRIFT,
            "%s.%s: the column that refers to %s has %s, the YAML says %s; migrate the "
            "table or generate again",
            l->rel->owner->name, l->rel->name, l->rel->owner->name,
            there ? type_name_of_oid(is) : "no value", type_name(key));
    }
    return true;
}

static bool decode_key(
    const struct load *l, const struct pg_result *r, size_t row, union orm_value *key)
{
    for (unsigned i = 0; i < l->keyed.count; i++) {
        const struct orm_column *column = &l->rel->owner->columns[l->keyed.at[i]];
        const struct pg_cell cell = pg_value(r, row, owner_column(l->rel, i));
        if (!cell.data)
            return error_set(&l->s->error, ORM_DRIFT, "%s.%s: a row without an owner",
                l->rel->owner->name, l->rel->name);
        if (!type_check(l->rel->owner, column, cell, &l->s->error))
            return false;
        key[i] = key_in_cell(column, cell);
    }
    return true;
}

static bool count_rows(struct load *l, const struct pg_result *r)
{
    l->row_count = pg_rows(r);
    l->rows = arena_get(&l->s->scratch, (l->row_count + 1) * sizeof *l->rows);
    l->owner_of = arena_get(&l->s->scratch, (l->row_count + 1) * sizeof *l->owner_of);
    if (!l->rows || !l->owner_of)
        return session_nomem(l->s);
    if (!check_owner_columns(l, r))
        return false;
    for (size_t i = 0; i < l->row_count; i++) {
        union orm_value key[KEY_COLUMNS_MOST];
        if (!decode_key(l, r, i, key))
            return false;
        l->owner_of[i] = place_of(l, key);
        if (l->owner_of[i] != NO_OWNER)
            l->counts[l->owner_of[i]]++;
    }
    return true;
}

static void want_lists(const struct load *l)
{
    for (size_t i = 0; i < l->owner_count; i++)
        if (l->owners[i])
            list_want(l->owners[i]->scope, l->counts[i]);
}

/* Rows of one owner are in order, last of the target's key: equal ones stand together,
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
static void preset_owner(const struct orm_to_many *rel, struct orm_object *owner,
    struct orm_object *const *objects, size_t count)
{
    if (rel->kind != ORM_MANY_REVERSE)
        return;
    const struct orm_to_one *ref = &rel->target->to_ones[rel->ref];
    if (fetch_leaves_empty(object_session(owner), ref))
        return;
    for (size_t i = 0; i < count; i++) {
        if (!*object_slot(objects[i], ref) && !relate_is_changed(objects[i], ref))
            slot_put(objects[i], ref, owner);
    }
}

/* Memory for the lists is reserved; `sorted` has room for all rows. */
static void publish(struct load *l, struct orm_object **sorted, size_t *next)
{
    size_t total = 0;
    for (size_t i = 0; i < l->owner_count; i++) {
        next[i] = total;
        total += l->counts[i];
    }
    for (size_t i = 0; i < l->row_count; i++)
        if (l->owner_of[i] != NO_OWNER)
            sorted[next[l->owner_of[i]]++] = l->rows[i];

    for (size_t i = 0, start = 0; i < l->owner_count; start += l->counts[i++]) {
        if (!l->owners[i])
            continue;
        const size_t n = without_repeats(sorted + start, l->counts[i]);
        preset_owner(l->rel, l->owners[i], sorted + start, n);
        list_keep(object_manager(l->owners[i], l->rel),
            list_make(l->owners[i]->scope, l->rel->target, sorted + start, n));
    }
}

static bool take_rows(struct load *l, const struct pg_result *r)
{
    if (!count_rows(l, r))
        return false;
    struct orm_object **sorted =
        arena_get(&l->s->scratch, (l->row_count + 1) * sizeof *sorted);
    size_t *next = arena_get(&l->s->scratch, l->owner_count * sizeof *next);
    if (!sorted || !next)
        return session_nomem(l->s);
    want_lists(l);
    group_want(l->path, l->row_count);
    if (!load_rows(l->scope, l->rel->target, r,
            l->rel->kind == ORM_MANY_JOIN ? l->keyed.count : 0, l->rows))
        return false;
    publish(l, sorted, next);
    fetch_rows(l->s, l->path->way, l->rows, l->row_count);
    group_form(l->path, l->rows, l->row_count);
    return true;
}

/* -- Loading ----------------------------------------------------------------------- */

static bool ask(struct load *l)
{
    struct key_set keys;
    bool good = key_set_begin(l->s, &keys, l->keyed, l->owner_count);
    for (size_t i = 0; good && i < l->owner_count; i++)
        if (l->owners[i] && !key_is_null(l->keyed, l->owners[i]))
            good = key_set_add(l->s, &keys, l->owners[i]);
    good = good && key_set_end(l->s, &keys);
    if (good && !key_columns_equal(l->keyed, key_of_model(l->rel->owner)))
        l->by_columns = keys.seen; /* a unique column, so that each has its own */
    else
        key_set_free(&keys);
    if (!good)
        return false;
    const struct pg_result *r =
        flight_one(l->s, l->rel->target, statement(l->s, l->rel));
    good = r && take_rows(l, r);
    flight_end(l->s);
    return good;
}

static size_t count_owners(const struct load *l)
{
    size_t n = 0;
    for (size_t i = 0; i < l->owner_count; i++)
        n += l->owners[i] != NULL;
    return n;
}

static bool load_lists(
    struct orm_session *s, struct orm_object *owner, const struct orm_to_many *rel)
{
    struct load l = {
        .s = s, .scope = owner->scope, .rel = rel, .keyed = many_owner_columns(rel)};
    l.path = path_beyond(owner, rel);
    if (!l.path)
        return session_nomem(s);
    bool good = choose_owners(&l, owner);
    if (good) {
        fetch_begin(owner, rel->name, l.path->way, count_owners(&l));
        good = ask(&l);
        fetch_end(s);
    }
    idmap_free(&l.by_columns);
    arena_clear(&s->scratch);
    return good;
}

/* -- Owners that are not saved ----------------------------------------------------- */

/* The object that a noted change links to the owner now, or NULL. */
static struct orm_object *linked_by(const struct orm_to_many *rel,
    const struct orm_object *owner, struct orm_object *noted)
{
    if (!object_is_live(noted))
        return NULL;
    if (rel->kind == ORM_MANY_REVERSE)
        return *object_slot(noted, &rel->target->to_ones[rel->ref]) == owner ? noted
                                                                             : NULL;
    if (!rel->through)
        return noted;
    const struct orm_to_one *refs = rel->through->to_ones;
    return *object_slot(noted, &refs[rel->through_owner]) == owner
               ? *object_slot(noted, &refs[rel->through_target])
               : NULL;
}

/* Each linked object once, where it was linked first and not unlinked since. */
static size_t read_notes(const struct orm_manager *m, struct orm_object **found)
{
    struct orm_object *owner = manager_owner((struct orm_manager *)(uintptr_t)m);
    size_t n = 0;
    for (const struct list_note *note = NULL;
         (note = list_next_note(m, note)) != NULL;) {
        struct orm_object *o = linked_by(m->relation, owner, note->object);
        if (!o || (o->state & OBJECT_SEEN) == (note->linked ? OBJECT_SEEN : 0))
            continue;
        o->state ^= OBJECT_SEEN;
        found[n++] = o;
    }
    /* What was linked and unlinked stands twice or more, and is not seen at the end. */
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (found[i]->state & OBJECT_SEEN) {
            found[i]->state &= ~OBJECT_SEEN;
            found[kept++] = found[i];
        }
    return kept;
}

static const void *list_in_memory(struct orm_session *s, struct orm_manager *m)
{
    const size_t most = list_note_count(m) + 1;
    struct orm_object **found = arena_get(&s->scratch, most * sizeof *found);
    const void *list = found ? list_make(manager_owner(m)->scope, m->relation->target,
                                   found, read_notes(m, found))
                             : NULL;
    arena_clear(&s->scratch);
    if (!list)
        session_nomem(s);
    else
        list_keep(m, list);
    return list;
}

const void *to_many_list(struct orm_session *s, struct orm_manager *m)
{
    const struct orm_to_many *rel = m->relation;
    struct orm_object *owner = manager_owner(m);
    const void *list = list_of(s, m);
    if (list)
        return list;
    if (s->error.code || !object_is_live(owner))
        return NULL;
    if (owner->state & OBJECT_NEW)
        return list_in_memory(s, m);
    if (!fetch_allows(owner, rel->name, FETCH_RELATION) ||
        !write_before_reading(s, rel) || !load_lists(s, owner, rel))
        return NULL;
    return m->list;
}
