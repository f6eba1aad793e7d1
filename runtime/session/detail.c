/* detail.c: what the server tells of a row that it refused, in the DETAIL of its error:
 * the values of a key, or of the whole row.
 *
 * An object is it when its values are those; no value is looked at that the server may
 * write in another way than we do. */
#include "session/detail.h"

#include <string.h>

/* As the server shows the values of a row: so many bytes, and "..." */
#define SHOWN_MOST 64

/* -- Values as the server writes them ---------------------------------------------- */

bool detail_prints_alike(const struct orm_column *c)
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

bool detail_put_values(
    struct buffer *to, const struct orm_object *o, struct key_columns k)
{
    buffer_clear(to);
    for (unsigned i = 0; i < k.count; i++) {
        if (!detail_prints_alike(&k.model->columns[k.at[i]]))
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

bool detail_has_values(struct buffer *room, const struct orm_object *o,
    struct key_columns k, const char *detail)
{
    const char *values = values_in(detail);
    if (!values || o->model != k.model || !k.count || !detail_put_values(room, o, k) ||
        strncmp(values, room->data, room->length) != 0)
        return false;
    const char *rest = values + room->length;
    return *rest == ')' && !strchr(rest + 1, ')');
}

struct orm_object *detail_find(struct orm_object *const *objects, size_t count,
    struct key_columns k, const char *detail, struct orm_object **other)
{
    struct orm_object *found = NULL;
    struct buffer room = {0};
    for (size_t i = 0; i < count; i++) {
        if (!detail_has_values(&room, objects[i], k, detail))
            continue;
        if (found && !*other)
            *other = found;
        found = objects[i];
    }
    buffer_free(&room);
    return found;
}

struct orm_object *detail_find_mapped(
    const struct orm_session *s, struct key_columns k, const char *detail)
{
    const struct idmap *map = &session_model(s, k.model)->map;
    struct orm_object *found = NULL;
    struct buffer room = {0};
    for (size_t i = 0; i < map->capacity && !found; i++) {
        struct orm_object *o = map->slots[i].object;
        if (o && detail_has_values(&room, o, k, detail))
            found = o;
    }
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
static bool take_value(const char *row, const struct buffer *text, uint8_t *taken)
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

bool detail_is_row(struct buffer *room, const struct orm_object *o,
    const uint8_t *written, const char *detail)
{
    const char *row = row_in(detail);
    if (!row)
        return false;
    uint8_t taken[ORM_BYTES(sizeof((struct pg_said *)0)->detail)] = {0};
    for (unsigned i = 0; i < o->model->column_count; i++) {
        const struct orm_column *c = &o->model->columns[i];
        const bool is_key = key_has_column(key_of_model(o->model), i);
        if ((!is_key && !bit_is_set(written, i)) || c->flags & COLUMN_IS_OURS)
            continue;
        if (!detail_prints_alike(c)) {
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
