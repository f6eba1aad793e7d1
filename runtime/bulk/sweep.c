/* sweep.c: what memory shows of rows that came, changed or went without their objects.
 */
#include "bulk/sweep.h"

#include "objects/relate.h"
#include "objects/undo.h"

/* Calls `fn` for each mapped object of the model. */
static void each_mapped(struct orm_session *s, const struct orm_model *m,
    void (*fn)(struct orm_object *o, const void *relation), const void *relation)
{
    const struct idmap *map = &session_model(s, m)->map;
    for (size_t i = 0; i < map->capacity; i++)
        if (map->slots[i].object)
            fn(map->slots[i].object, relation);
}

static void unload_list(struct orm_object *o, const void *relation)
{
    if (list_is_loaded(object_manager(o, relation)))
        undo_note(o);
    list_unload(object_manager(o, relation));
}

static void unload_slot(struct orm_object *o, const void *relation)
{
    const struct orm_to_one *ref = relation;
    if (*object_slot(o, ref))
        undo_note(o);
    *object_slot(o, ref) = NULL;
    bit_put(object_missing_bits(o), (unsigned)(ref - o->model->to_ones), false);
}

static void forget_missing(struct orm_object *o, const void *relation)
{
    const struct orm_to_one *ref = relation;
    bit_put(object_missing_bits(o), (unsigned)(ref - o->model->to_ones), false);
}

/* -- Relations --------------------------------------------------------------------- */

static bool is_set_by(const struct orm_to_one *ref, const uint8_t *columns)
{
    bool set = !columns;
    for (unsigned i = 0; !set && i < ref->count; i++)
        set = bit_is_set(columns, ref->columns[i]);
    return set;
}

/* Whether rows of `m` show in the list by these columns. */
static bool shows(
    const struct orm_to_many *many, const struct orm_model *m, const uint8_t *columns)
{
    if (many->kind == ORM_MANY_REVERSE)
        return many->target == m && is_set_by(&m->to_ones[many->ref], columns);
    if (!columns && many->target == m)
        return true;
    return many->through == m &&
           (is_set_by(&m->to_ones[many->through_owner], columns) ||
               is_set_by(&m->to_ones[many->through_target], columns));
}

/* The slots of `of` that rows of `m` show in. */
static void sweep_model(struct orm_session *s, const struct orm_model *of,
    const struct orm_model *m, const uint8_t *columns)
{
    for (unsigned i = 0; i < of->to_many_count; i++)
        if (shows(&of->to_manys[i], m, columns))
            each_mapped(s, of, unload_list, &of->to_manys[i]);
    for (unsigned i = 0; i < of->to_one_count; i++) {
        const struct orm_to_one *back = &of->to_ones[i];
        if (back->reverse && back->target == m &&
            is_set_by(&m->to_ones[back->inverse], columns))
            each_mapped(s, of, unload_slot, back);
    }
}

void sweep_relations(
    struct orm_session *s, const struct orm_model *m, const uint8_t *columns)
{
    for (unsigned i = 0; i < s->schema->model_count; i++)
        sweep_model(s, s->schema->models[i], m, columns);
}

void sweep_inserted(struct orm_session *s, const struct orm_model *m)
{
    sweep_relations(s, m, NULL);
    for (unsigned i = 0; i < s->schema->model_count; i++) {
        const struct orm_model *of = s->schema->models[i];
        for (unsigned r = 0; r < of->to_one_count; r++)
            if (of->to_ones[r].target == m)
                each_mapped(s, of, forget_missing, &of->to_ones[r]);
    }
}

/* -- Deleted rows ------------------------------------------------------------------ */

static void expire(struct orm_object *o, const void *relation)
{
    (void)relation;
    undo_note(o);
    orm_expire(o);
}

/* Marks the models whose rows the database changes or deletes with those of `m`. */
static void mark_behind(struct orm_session *s, const struct orm_model *m)
{
    for (unsigned i = 0; i < s->schema->model_count; i++) {
        const struct orm_model *of = s->schema->models[i];
        for (unsigned r = 0; r < of->to_one_count; r++) {
            const struct orm_to_one *ref = &of->to_ones[r];
            if (ref->reverse || ref->target != m || ref->on_delete < ORM_CASCADE ||
                s->models[i].is_swept)
                continue;
            s->models[i].is_swept = true;
            mark_behind(s, of);
        }
    }
}

void sweep_deleted(struct orm_session *s, const struct orm_model *m)
{
    mark_behind(s, m);
    sweep_relations(s, m, NULL);
    for (unsigned i = 0; i < s->schema->model_count; i++) {
        if (!s->models[i].is_swept)
            continue;
        s->models[i].is_swept = false;
        sweep_relations(s, s->models[i].model, NULL);
        each_mapped(s, s->models[i].model, expire, NULL);
    }
}
