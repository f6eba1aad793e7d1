/* violation.c: which of the rows of a flush the server refused.
 *
 * It tells by values alone, in the DETAIL of its error: those of a key, or a whole row.
 * An object is named when its values are those, and no other's are; no value is looked
 * at that the server may write in another way than we do. */
#include "violation.h"

#include <string.h>

/* As the server shows the values of a row: so many bytes, and "..." */
#define SHOWN_MOST 64

/* -- Values as the server writes them ---------------------------------------------- */

static bool prints_alike(const struct orm_column *c)
{
    switch (c->type) {
    case ORM_INT2:
    case ORM_INT4:
    case ORM_INT8:
    case ORM_DECIMAL:
    case ORM_ENUM:
    case ORM_TEXT:
    case ORM_VARCHAR:
    case ORM_UUID:
        return true;
    default:
        return false;
    }
}

static void put_value(struct buffer *to, const struct orm_object *o, unsigned column)
{
    if (bit_is_set(object_null_bits(o), column))
        buffer_text(to, "null");
    else
        type_print(&o->model->columns[column], object_value(o, column), to);
}

/* "7, text"; false if the server may write it in another way. */
static bool put_values(
    struct buffer *to, const struct orm_object *o, struct key_columns k)
{
    buffer_clear(to);
    for (unsigned i = 0; i < k.count; i++) {
        if (!prints_alike(&k.model->columns[k.at[i]]))
            return false;
        buffer_text(to, i ? ", " : "");
        put_value(to, o, k.at[i]);
    }
    return !to->failed;
}

/* -- By the values of a key -------------------------------------------------------- */

/* The values in "Key (a, b)=(1, 2) already exists." and all behind them. */
static const char *values_in(const char *detail)
{
    const char *at = strstr(detail, ")=(");
    return at ? at + strlen(")=(") : NULL;
}

static bool has_values(struct buffer *room, const struct orm_object *o,
    struct key_columns k, const char *values)
{
    if (o->model != k.model || !k.count || !put_values(room, o, k) ||
        strncmp(values, room->data, room->length) != 0)
        return false;
    const char *rest = values + room->length;
    return *rest == ')' && !strchr(rest + 1, ')');
}

/* The last that has them: rows are written in order, so it is the second of two.  The
 * first is in `other`. */
static struct orm_object *find_values(struct orm_object *const *objects, size_t count,
    struct key_columns k, const char *detail, struct orm_object **other)
{
    const char *values = values_in(detail);
    struct orm_object *found = NULL;
    struct buffer room = {0};
    for (size_t i = 0; values && i < count; i++) {
        if (!has_values(&room, objects[i], k, values))
            continue;
        if (found && !*other)
            *other = found;
        found = objects[i];
    }
    buffer_free(&room);
    return found;
}

static bool are_alike(struct key_columns k)
{
    bool alike = k.count != 0;
    for (unsigned i = 0; i < k.count; i++)
        alike = alike && prints_alike(&k.model->columns[k.at[i]]);
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

/* The mapped object that has them. */
static struct orm_object *find_mapped(
    const struct orm_session *s, struct key_columns k, const char *detail)
{
    const struct idmap *map = &session_model(s, k.model)->map;
    const char *values = values_in(detail);
    struct orm_object *found = NULL;
    struct buffer room = {0};
    for (size_t i = 0; values && i < map->capacity && !found; i++) {
        struct orm_object *o = map->slots[i].object;
        if (o && has_values(&room, o, k, values))
            found = o;
    }
    buffer_free(&room);
    return found;
}

struct orm_object *violation_of_key(const struct batch *b, const char *key)
{
    struct orm_object *found = NULL;
    struct buffer room = {0};
    const bool one = b->model->key_count == 1;
    const char *end = one ? "" : ")";
    for (size_t i = 0; b->objects && i < b->count; i++)
        if (put_values(&room, b->objects[i], key_of_model(b->model)) &&
            strncmp(key + !one, room.data, room.length) == 0 &&
            strcmp(key + !one + room.length, end) == 0)
            found = b->objects[i];
    buffer_free(&room);
    return found;
}

/* -- By the values of a row -------------------------------------------------------- */

/* The values in "Failing row contains (1, 2)." or "... (a, b) = (1, 2)." */
static const char *row_in(const char *detail)
{
    const char *at = strstr(detail, ") = (");
    if (at)
        return at + strlen(") = (");
    at = strchr(detail, '(');
    return at ? at + 1 : NULL;
}

static void cut_as_shown(struct buffer *text)
{
    if (text->length <= SHOWN_MOST)
        return;
    size_t n = SHOWN_MOST;
    while (n && ((unsigned char)text->data[n] & 0xc0) == 0x80)
        n--;
    text->length = n;
    buffer_text(text, "...");
}

/* A value of a row that is not taken yet. */
static bool take_value(const char *row, const struct buffer *text, uint64_t *taken)
{
    for (const char *at = row; *at; at++) {
        const size_t place = (size_t)(at - row);
        const bool begins = at == row || (at[-1] == ' ' && at[-2] == ',');
        if (!begins || bit_is_set(taken, (unsigned)place) ||
            strncmp(at, text->data, text->length) != 0)
            continue;
        const char *rest = at + text->length;
        if (*rest != ')' && !(rest[0] == ',' && rest[1] == ' '))
            continue;
        bit_put(taken, (unsigned)place, true);
        return true;
    }
    return false;
}

/* Whether the row has all that was written of the object, in whatever order; what the
 * server changes of it on its way is not looked at. */
static bool is_row(struct buffer *room, const struct batch *b,
    const struct orm_object *o, const char *row)
{
    uint64_t taken[ORM_WORDS(sizeof((struct pg_said *)0)->detail)] = {0};
    for (unsigned i = 0; i < o->model->column_count; i++) {
        const struct orm_column *c = &o->model->columns[i];
        const bool is_key = key_has_column(key_of_model(o->model), i);
        if ((!is_key && !bit_is_set(b->columns, i)) || c->flags & COLUMN_IS_OURS)
            continue;
        if (!prints_alike(c)) {
            if (is_key)
                return false;
            continue;
        }
        buffer_clear(room);
        put_value(room, o, i);
        cut_as_shown(room);
        if (room->failed || !take_value(row, room, taken))
            return false;
    }
    return true;
}

/* The only one that can be it. */
static struct orm_object *find_row(const struct batch *b, const char *detail)
{
    const char *row = row_in(detail);
    struct orm_object *found = NULL;
    struct buffer room = {0};
    size_t count = 0;
    for (size_t i = 0; row && i < b->count && count < 2; i++) {
        if (!is_row(&room, b, b->objects[i], row))
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

/* A mapped row that refers to the object. */
static struct orm_object *find_referring(const struct orm_session *s,
    const struct violation *v, const struct orm_to_one *ref)
{
    const struct idmap *map = &session_model(s, v->of)->map;
    for (size_t i = 0; v->object && i < map->capacity; i++) {
        struct orm_object *o = map->slots[i].object;
        if (!o || !object_is_live(o))
            continue;
        bool refers = true;
        for (unsigned k = 0; refers && k < ref->count; k++)
            refers = !bit_is_set(object_null_bits(o), ref->columns[k]) &&
                     type_equal(&ref->target->columns[ref->target_columns[k]],
                         object_value(o, ref->columns[k]),
                         object_value(v->object, ref->target_columns[k]));
        if (refers)
            return o;
    }
    return NULL;
}

static void find_what_stays(
    const struct orm_session *s, struct violation *v, const char *detail)
{
    const struct orm_to_one *ref = &v->of->to_ones[v->constraint->ref];
    const struct key_columns theirs = {ref->target, ref->target_columns, ref->count};
    v->object = find_mapped(s, theirs, detail);
    v->other = find_referring(s, v, ref);
}

/* Of the two ends of a link, the one that is gone. */
static void find_link(const struct batch *b, struct violation *v, const char *detail)
{
    const struct orm_to_many *rel = b->relation;
    const char *values = values_in(detail);
    struct buffer room = {0};
    v->joined = rel;
    v->of = rel->owner;
    buffer_text(&room, "(");
    buffer_text(&room, rel->target_end.columns[0]);
    buffer_add(&room, "", 1);
    const bool target = !room.failed && strstr(detail, room.data);
    const struct orm_join_end *end = target ? &rel->target_end : &rel->owner_end;
    const struct orm_model *m = target ? rel->target : rel->owner;
    for (size_t i = 0; values && i < b->count && !v->object; i++) {
        struct orm_object *o = target ? b->links[i].target : b->links[i].owner;
        const struct key_columns k = {m, end->key, end->count};
        if (has_values(&room, o, k, values))
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
        v->object = find_values(b->objects, b->count, columns_of(v), detail, &v->other);
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
        find_values(s->changes, s->change_count, columns_of(v), detail, &v->other);
    if (!v->object)
        v->object = find_mapped(s, columns_of(v), detail);
}

void violation_explain(struct orm_session *s, const struct batch *b)
{
    struct violation v;
    if (!violation_find(s, b ? b->model : NULL, &v)) {
        session_blame(s, b ? b->model : NULL);
        return;
    }
    const char *detail = pg_said(s->pg)->detail;
    const bool refers = v.constraint && v.constraint->kind == ORM_REFERENCE;
    if (refers && v.stays)
        find_what_stays(s, &v, detail);
    else if (b && b->links && v.joined)
        find_link(b, &v, detail);
    else if (b)
        find_written(b, &v, detail);
    else
        find_changed(s, &v, detail);
    violation_tell(s, &v);
}
