/* undo.c: rollback in memory.
 *
 * An object is copied whole before its first change, and before the first load into it
 * that a rollback takes back; so going back is copying back, the latest first.  Only
 * its scope and its place in a group stay as they are now.
 *
 * An object has in its state by how many savepoints it was noted last: one more open,
 * and it is noted again.  What was loaded for the first time since the mark has no
 * note: it is found by its stamp, and expires. */
#include "objects/undo.h"

#include "base/memory.h"
#include "objects/alias.h"
#include "objects/group.h"
#include "objects/identity.h"
#include "objects/list.h"
#include "objects/slot.h"
#include "write/link.h"
#include "write/on_update.h"

#include <string.h>

/* -- Noting ------------------------------------------------------------------------ */

#define LEVEL_BITS ((uint32_t)SAVEPOINTS_MOST << OBJECT_LEVEL_AT)

static size_t level_of(uint32_t state)
{
    return (state & LEVEL_BITS) >> OBJECT_LEVEL_AT;
}

static void set_level(struct orm_object *o, size_t level)
{
    o->state =
        (o->state & ~LEVEL_BITS) | (uint32_t)level << OBJECT_LEVEL_AT | OBJECT_UNDO;
}

static bool is_noted(uint32_t state, size_t level)
{
    return state & OBJECT_UNDO && level_of(state) == level;
}

bool undo_note(struct orm_object *o)
{
    struct orm_session *s = object_session(o);
    if (is_noted(o->state, s->savepoint_count) || s->undo_rests)
        return true;
    if (!memory_grow(&s->undos, &s->undo_capacity, s->undo_count + 1, sizeof *s->undos))
        return session_nomem(s);
    void *copy = NULL;
    if (!(o->state & OBJECT_NEW)) {
        copy = arena_get(&s->undo_arena, o->model->size);
        if (!copy)
            return session_nomem(s);
        memcpy(copy, o, o->model->size);
    }
    s->undos[s->undo_count++] = (struct undo){o, copy};
    set_level(o, s->savepoint_count);
    return true;
}

static bool is_inside(const struct orm_object *o, uint64_t mark)
{
    return o->stamp >= mark || o->scope->began >= mark;
}

bool undo_note_older(struct orm_object *o)
{
    return is_inside(o, object_session(o)->mark) || undo_note(o);
}

void undo_leave_scope(struct orm_object *o)
{
    const uint64_t mark = object_session(o)->mark;
    if (mark && is_inside(o, mark) && o->stamp < mark)
        o->stamp = mark;
}

/* What is older than this may have to be given back as it was: by the innermost
 * savepoint, or, where that was opened before anything was written, by a rollback of
 * all. */
static void set_mark(struct orm_session *s)
{
    const size_t n = s->savepoint_count;
    const uint64_t innermost = n ? s->savepoints[n - 1].stamp : 0;
    s->mark = innermost > s->wrote ? innermost : s->wrote;
}

void undo_after_write(struct orm_session *s)
{
    if (s->transaction != TX_OPEN)
        return;
    s->transaction = TX_WROTE;
    s->wrote = s->stamp;
    set_mark(s);
}

/* -- Going back -------------------------------------------------------------------- */

static void forget_unwritten(struct orm_session *s)
{
    for (size_t i = 0; i < s->change_count; i++)
        s->changes[i]->state &= ~OBJECT_QUEUED;
    s->change_count = s->upsert_count = 0;
    s->is_behind = false;
    link_forget(s);
    on_update_forget(s);
    for (unsigned i = 0; i < s->schema->model_count; i++)
        s->models[i].unwritten = 0;
}

/* An object made in what is rolled back. */
static void detach(struct orm_object *o)
{
    list_end_notes(o);
    object_unmap(o);
    for (unsigned i = 0; i < o->model->key_count; i++) {
        const struct orm_column *key = &o->model->columns[o->model->key[i]];
        if (key->flags & ORM_COLUMN_IDENTITY)
            type_put(key, o, type_zero(key));
    }
    o->state = OBJECT_GONE;
}

static bool has_key_of(const struct orm_object *o, const struct orm_object *other)
{
    for (unsigned i = 0; i < o->model->key_count; i++) {
        const unsigned key = o->model->key[i];
        if (!type_equal(&o->model->columns[key], object_value(o, key),
                object_value(other, key)))
            return false;
    }
    return true;
}

/* What was mapped, and is not as it was, gets a mark: keys may have gone round. */
static void put_back(struct orm_object *o, const void *copy)
{
    const uint32_t was = ((const struct orm_object *)copy)->state;
    const bool stays = o->state & was & OBJECT_MAPPED && has_key_of(o, copy);
    if (o->state & OBJECT_MAPPED && !stays)
        object_leave_map(o);
    const uint32_t is_written = o->state & OBJECT_WRITTEN;
    struct orm_group *group = o->group;
    const uint32_t at = o->at;
    struct orm_scope *scope = o->scope; /* that of the copy may be over */

    memcpy(o, copy, o->model->size);
    o->group = group;
    o->at = at;
    o->scope = scope;
    o->state &= ~(OBJECT_QUEUED | OBJECT_LINKED | OBJECT_FORMER | OBJECT_WRITTEN);
    o->state |= is_written;
    if (was & OBJECT_MAPPED && !stays)
        o->state = (o->state & ~OBJECT_MAPPED) | OBJECT_SEEN;
}

/* In place of what was loaded with its key meanwhile. */
static void return_to_map(struct orm_object *o)
{
    if (!(o->state & OBJECT_SEEN))
        return;
    o->state &= ~OBJECT_SEEN;
    if (idmap_reserve(&session_model(object_session(o), o->model)->map, 1))
        object_map_anew(o);
    else
        o->state |= OBJECT_GONE;
}

/* What was loaded first since then.  Its row may be there or not: who asks for it asks
 * the server. */
static void unload(struct orm_object *o)
{
    object_reset_all_slots(o);
    for (unsigned i = 0; i < o->model->to_many_count; i++)
        list_unload(object_manager(o, &o->model->to_manys[i]));
    object_unload(o);
    o->state |= OBJECT_EXPIRED;
}

static void unload_all(struct orm_session *s, uint64_t mark)
{
    for (unsigned m = 0; m < s->schema->model_count; m++) {
        const struct idmap *map = &s->models[m].map;
        for (size_t i = 0; i < map->capacity; i++) {
            struct orm_object *o = map->slots[i].object;
            if (o && is_inside(o, mark))
                unload(o);
        }
    }
}

static void go_back(struct orm_session *s, const struct savepoint *p)
{
    forget_unwritten(s);
    s->undo_rests = true;
    for (size_t i = s->undo_count; i-- > p->undos;)
        if (s->undos[i].copy)
            put_back(s->undos[i].object, s->undos[i].copy);
        else
            detach(s->undos[i].object);
    for (size_t i = p->undos; i < s->undo_count; i++)
        return_to_map(s->undos[i].object);
    s->undo_rests = false;
    s->undo_count = p->undos;
    s->unit++; /* scopes count on older notes to stay */
    alias_go_back(s, p->aliases);
    if (p->stamp && s->loads != p->loads)
        unload_all(s, p->stamp);
}

/* -- Savepoints -------------------------------------------------------------------- */

void undo_mark(struct orm_session *s, struct savepoint *p)
{
    p->stamp = s->stamp + 1;
    p->wrote = s->wrote;
    p->loads = s->loads;
    p->undos = s->undo_count;
    p->aliases = s->alias_past_count;
    p->written = s->written_count;
    p->memory = arena_mark(&s->undo_arena);
    set_mark(s);
}

static void leave(struct orm_session *s, const struct savepoint *p)
{
    if (s->undo_count == p->undos)
        arena_rewind(&s->undo_arena, p->memory);
    s->savepoint_count--;
    set_mark(s);
}

/* Notes of objects that the level outside has noted, too, are not needed any more. */
void undo_release(struct orm_session *s, const struct savepoint *p)
{
    const size_t outer = s->savepoint_count - 1;
    size_t left = p->undos;
    for (size_t i = p->undos; i < s->undo_count; i++) {
        const struct undo u = s->undos[i];
        const struct orm_object *was = u.copy;
        if (!was || !is_noted(was->state, outer))
            s->undos[left++] = u;
        set_level(u.object, outer);
    }
    s->undo_count = left;
    s->unit++;
    leave(s, p);
}

void undo_to(struct orm_session *s, const struct savepoint *p)
{
    go_back(s, p);
    s->wrote = p->wrote;
    leave(s, p);
}

/* -- The whole unit of work -------------------------------------------------------- */

static void end(struct orm_session *s)
{
    s->undo_count = 0;
    s->alias_past_count = 0;
    s->savepoint_count = 0;
    s->wrote = s->mark = 0;
    arena_clear(&s->undo_arena);
}

void undo_forget(struct orm_session *s)
{
    for (size_t i = 0; i < s->undo_count; i++)
        s->undos[i].object->state &= ~(OBJECT_UNDO | LEVEL_BITS);
    end(s);
}

void undo_all(struct orm_session *s)
{
    const struct savepoint beginning = {.stamp = s->wrote, .loads = s->loads - 1};
    go_back(s, &beginning);
    end(s);
}
