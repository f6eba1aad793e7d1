/* violation.c: which of the rows of a flush the server refused: the one that its DETAIL
 * fits, if it fits no other. */
#include "write/violation.h"

#include "session/detail.h"

#include <string.h>

static bool are_alike(struct key_columns k)
{
    bool alike = k.count != 0;
    for (unsigned i = 0; i < k.count; i++)
        alike = alike && detail_prints_alike(&k.model->columns[k.at[i]]);
    return alike;
}

/* Two of them that have the same values: where the server tells none, as it does to who
 * may not read the table. */
static struct orm_object *find_twin(struct orm_object *const *objects, size_t count,
    struct key_columns k, struct orm_object **other)
{
    union orm_value values[KEY_COLUMNS_MOST];
    struct orm_object *found = NULL;
    struct idmap map = {0};
    const bool looks = are_alike(k) && idmap_reserve(&map, count);
    for (size_t i = 0; looks && i < count && !found; i++) {
        if (key_is_null(k, objects[i]))
            continue;
        key_read(k, objects[i], values);
        *other = key_find(&map, k, values);
        if (*other)
            found = objects[i];
        else
            key_insert(&map, k, objects[i]);
    }
    idmap_free(&map);
    return found;
}

struct orm_object *violation_of_key(const struct batch *b, const char *key)
{
    struct orm_object *found = NULL;
    struct buffer room = {0};
    const bool one = b->model->key_count == 1;
    const char *end = one ? "" : ")";
    for (size_t i = 0; b->objects && i < b->count; i++)
        if (detail_put_values(&room, b->objects[i], key_of_model(b->model)) &&
            strncmp(key + !one, room.data, room.length) == 0 &&
            strcmp(key + !one + room.length, end) == 0)
            found = b->objects[i];
    buffer_free(&room);
    return found;
}

/* The only one that can be it. */
static struct orm_object *find_row(const struct batch *b, const char *detail)
{
    struct orm_object *found = NULL;
    struct buffer room = {0};
    size_t count = 0;
    for (size_t i = 0; i < b->count && count < 2; i++) {
        if (!detail_is_row(&room, b->objects[i], b->columns, detail))
            continue;
        found = b->objects[i];
        count++;
    }
    buffer_free(&room);
    return count == 1 ? found : NULL;
}

/* -- Of each kind ------------------------------------------------------------------ */

static struct key_columns columns_of(const struct violation *v)
{
    return (struct key_columns){
        v->of, v->constraint->columns, (unsigned)v->constraint->count};
}

/* Of the two ends of a link, the one that is gone. */
static void find_link(const struct batch *b, struct violation *v, const char *detail)
{
    const struct orm_to_many *rel = b->relation;
    struct buffer room = {0};
    v->joined = rel;
    v->of = rel->owner;
    buffer_text(&room, "(");
    buffer_text(&room, rel->target_end.columns[0]);
    buffer_add(&room, "", 1);
    const bool target = !room.failed && strstr(detail, room.data);
    const struct orm_join_end *end = target ? &rel->target_end : &rel->owner_end;
    const struct orm_model *m = target ? rel->target : rel->owner;
    for (size_t i = 0; i < b->count && !v->object; i++) {
        struct orm_object *o = target ? b->links[i].target : b->links[i].owner;
        const struct key_columns k = {m, end->key, end->count};
        if (detail_has_values(&room, o, k, detail))
            v->object = o;
    }
    buffer_free(&room);
}

static bool is_of_row(const struct violation *v)
{
    return v->is_null || (v->constraint && v->constraint->kind == ORM_CHECK);
}

/* For all rows, and as each is written. */
static bool is_unique(const struct violation *v)
{
    return v->constraint && !v->constraint->partial &&
           (v->constraint->kind == ORM_BY_KEY || v->constraint->kind == ORM_UNIQUE);
}

/* Among the objects of the batch. */
static void find_written(const struct batch *b, struct violation *v, const char *detail)
{
    if (!b->objects || b->model != v->of)
        return;
    if (is_of_row(v))
        v->object = find_row(b, detail);
    else if (v->constraint)
        v->object = detail_find(b->objects, b->count, columns_of(v), detail, &v->other);
    if (!v->object && is_unique(v) && !*detail)
        v->object = find_twin(b->objects, b->count, columns_of(v), &v->other);
    if (!v->object && b->count == 1 && (is_of_row(v) || v->constraint))
        v->object = b->objects[0];
}

/* Among all that the transaction flushes, for what COMMIT says. */
static void find_changed(
    const struct orm_session *s, struct violation *v, const char *detail)
{
    if (!v->constraint || is_of_row(v))
        return;
    v->object =
        detail_find(s->changes, s->change_count, columns_of(v), detail, &v->other);
    if (!v->object)
        v->object = detail_find_mapped(s, columns_of(v), detail);
}

void violation_explain(struct orm_session *s, const struct batch *b)
{
    struct violation v;
    if (!violation_find(s, b ? b->model : NULL, &v) || v.stays) {
        session_blame(s, b ? b->model : NULL);
        return;
    }
    const char *detail = pg_said(s->pg)->detail;
    if (b && b->links && v.joined)
        find_link(b, &v, detail);
    else if (b)
        find_written(b, &v, detail);
    else
        find_changed(s, &v, detail);
    violation_tell(s, &v);
}
