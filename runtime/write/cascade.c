/* cascade.c: the database follows on_delete; memory does the same. */
#include "write/cascade.h"

#include "bulk/sweep.h"
#include "objects/relate.h"
#include "objects/slot.h"
#include "objects/undo.h"

static void clear(struct orm_object *o, const struct orm_to_one *ref)
{
    for (unsigned i = 0; i < ref->count; i++) {
        const unsigned column = ref->columns[i];
        const struct orm_column *c = &o->model->columns[column];
        if (!ref_clears(ref, column))
            continue;
        object_reset_slots_of(o, column);
        bit_put(object_null_bits(o), column, true);
        type_put(c, o, type_zero(c));
    }
}

/* The row that `o` refers to was deleted: the database has followed on_delete. */
static bool follow(struct orm_object *o, const struct orm_to_one *ref)
{
    undo_note(o);
    *object_slot(o, ref) = NULL;
    switch (ref->on_delete) {
    case ORM_CASCADE:
        o->state |= OBJECT_DELETED;
        return true;
    case ORM_SET_NULL:
        clear(o, ref);
        return false;
    default:
        o->state |= OBJECT_EXPIRED;
        return false;
    }
}

static bool is_deleted(const struct orm_object *o)
{
    return o->state & (OBJECT_DELETED | OBJECT_GONE);
}

/* One slot of an object.  True if that deleted the object. */
static bool follow_slot(struct orm_object *o, const struct orm_to_one *ref)
{
    if (is_deleted(o))
        return false;
    struct orm_object *target =
        ref->reverse ? *object_slot(o, ref) : relate_target(o, ref);
    if (!target || !is_deleted(target))
        return false;
    if (!ref->reverse)
        return follow(o, ref);
    undo_note(o);
    *object_slot(o, ref) = NULL;
    return false;
}

/* Objects of a model whose targets are deleted.  True if that deleted more. */
static bool follow_deletes_of(
    struct orm_session *s, const struct orm_model *m, struct new_objects news)
{
    const struct idmap *map = &session_model(s, m)->map;
    size_t deleted = 0;
    for (unsigned r = 0; r < m->to_one_count; r++) {
        const struct orm_to_one *ref = &m->to_ones[r];
        if (!session_model(s, ref->target)->deletions)
            continue;
        for (size_t i = 0; i < map->capacity; i++)
            if (map->slots[i].object)
                deleted += follow_slot(map->slots[i].object, ref);
        for (size_t i = 0; i < news.count; i++)
            if (news.objects[i]->model == m)
                deleted += follow_slot(news.objects[i], ref);
    }
    session_model(s, m)->deletions += deleted;
    return deleted;
}

static void end_deleted(struct orm_object *o)
{
    o->state = (o->state & ~OBJECT_DELETED) | OBJECT_GONE;
}

static void remove_deleted(struct orm_session *s, const struct orm_model *m)
{
    struct idmap *map = &session_model(s, m)->map;
    for (size_t i = 0; i < map->capacity;) {
        struct orm_object *o = map->slots[i].object;
        if (o && o->state & OBJECT_DELETED) {
            object_unmap(o); /* another may move into this place */
            end_deleted(o);
        } else {
            i++;
        }
    }
}

/* -- Behind rows that are not in memory -------------------------------------------- */

/* Marks the models whose rows the database deletes with those of `m`. */
static void mark_behind(struct orm_session *s, const struct orm_model *m)
{
    for (unsigned i = 0; i < s->schema->model_count; i++) {
        const struct orm_model *of = s->schema->models[i];
        for (unsigned r = 0; r < of->to_one_count && !s->models[i].is_swept; r++) {
            const struct orm_to_one *ref = &of->to_ones[r];
            if (ref->reverse || ref->target != m || ref->on_delete != ORM_CASCADE)
                continue;
            s->models[i].is_swept = true;
            mark_behind(s, of);
        }
    }
}

/* Whether the object refers to a row that may have gone without our seeing it. */
static bool may_be_behind(const struct orm_session *s, const struct orm_object *o)
{
    for (unsigned r = 0; r < o->model->to_one_count; r++) {
        const struct orm_to_one *ref = &o->model->to_ones[r];
        if (!ref->reverse && ref->on_delete >= ORM_CASCADE &&
            session_model(s, ref->target)->is_swept &&
            !key_is_null(ref_columns(o->model, ref), o) && !relate_target(o, ref))
            return true;
    }
    return false;
}

static bool has_deleted(const struct idmap *map)
{
    for (size_t i = 0; i < map->capacity; i++)
        if (map->slots[i].object && map->slots[i].object->state & OBJECT_DELETED)
            return true;
    return false;
}

static bool expire_if_behind(const struct orm_session *s, struct orm_object *o)
{
    if (!object_is_live(o) || !may_be_behind(s, o))
        return false;
    undo_note(o);
    relate_touch_all(o);
    object_reset_all_slots(o);
    object_unload(o);
    o->state |= OBJECT_EXPIRED;
    return true;
}

static void expire_behind(struct orm_session *s, struct new_objects news)
{
    for (unsigned i = 0; i < s->schema->model_count; i++)
        if (has_deleted(&s->models[i].map))
            mark_behind(s, s->schema->models[i]);
    for (unsigned i = 0; i < s->schema->model_count; i++) {
        const struct idmap *map = &s->models[i].map;
        bool any = false;
        for (size_t k = 0; k < map->capacity; k++)
            if (map->slots[k].object)
                any |= expire_if_behind(s, map->slots[k].object);
        if (any) /* lists by a join table */
            sweep_relations(s, s->schema->models[i], NULL);
    }
    for (size_t i = 0; i < news.count; i++)
        expire_if_behind(s, news.objects[i]);
    for (unsigned i = 0; i < s->schema->model_count; i++)
        s->models[i].is_swept = false;
}

/* -- The whole --------------------------------------------------------------------- */

void cascade_follow(struct orm_session *s, struct new_objects news)
{
    bool more = true;
    while (more) {
        more = false;
        for (unsigned i = 0; i < s->schema->model_count; i++)
            more |= follow_deletes_of(s, s->schema->models[i], news);
    }
    expire_behind(s, news);
    for (unsigned i = 0; i < s->schema->model_count; i++)
        if (s->models[i].deletions)
            remove_deleted(s, s->schema->models[i]);
    for (size_t i = 0; i < news.count; i++)
        if (news.objects[i]->state & OBJECT_DELETED)
            end_deleted(news.objects[i]);
}
