/* type_array.c: arrays of one dimension, of any type that is none itself.
 *
 * On the wire (array_send): how many dimensions, whether there are nulls, the items'
 * type, of each dimension its length and first index; then each item with its length.
 * An empty array has no dimension. */
#include "types/codec.h"

#include <string.h>

/* All views of orm_values.h are laid out like this. */
struct view {
    const void *items;
    const bool *nulls;
    size_t len;
};

#define SAME_LAYOUT(type)                                                              \
    _Static_assert(sizeof(struct type) == sizeof(struct view) &&                       \
                       offsetof(struct type, nulls) == offsetof(struct view, nulls) && \
                       offsetof(struct type, len) == offsetof(struct view, len),       \
        "layout")
SAME_LAYOUT(orm_bool_array);
SAME_LAYOUT(orm_text_array);
SAME_LAYOUT(orm_uuid_array);

enum {
    HEAD = 12, /* bytes, and so on */
    DIMENSION = 8,
    MOST_ITEMS = INT32_MAX / 16
};

static struct view view_of(union orm_value v)
{
    struct view view;
    memcpy(&view, v.data, sizeof view);
    return view;
}

static bool is_null(const struct view *view, size_t i)
{
    return view->nulls && view->nulls[i];
}

static union orm_value item_of(
    const struct orm_column *item, const struct view *view, size_t i)
{
    return type_value(item, (const char *)view->items + i * type_size(item));
}

static bool accepts_array(const struct orm_model *m, const struct orm_column *c,
    union orm_value v, struct orm_error *e)
{
    const struct orm_column item = type_element(c);
    if (!codec_given(m, c, v, e))
        return false;
    const struct view view = view_of(v);
    if (view.len > MOST_ITEMS)
        return error_set_field(
            e, ORM_RANGE, m, c, "%zu items; an array holds %d", view.len, MOST_ITEMS);
    if (view.len && !view.items)
        return error_set_field(
            e, ORM_INVALID, m, c, "%zu items at the address NULL", view.len);
    for (size_t i = 0; i < view.len; i++)
        if (!is_null(&view, i) && !type_accepts(m, &item, item_of(&item, &view, i), e))
            return false;
    return true;
}

/* The items' type is for params_add() to fill in: enums have theirs per connection. */
static void encode_array(
    const struct orm_column *c, union orm_value v, struct buffer *to)
{
    const struct orm_column item = type_element(c);
    const struct view view = view_of(v);
    bool has_nulls = false;
    for (size_t i = 0; i < view.len; i++)
        has_nulls = has_nulls || is_null(&view, i);
    buffer_int32(to, view.len > 0);
    buffer_int32(to, has_nulls);
    buffer_int32(to, 0);
    if (!view.len)
        return;
    buffer_int32(to, (uint32_t)view.len);
    buffer_int32(to, 1);
    for (size_t i = 0; i < view.len; i++) {
        if (is_null(&view, i)) {
            buffer_int32(to, UINT32_MAX);
            continue;
        }
        const size_t at = codec_begin(to);
        type_encode(&item, item_of(&item, &view, i), to);
        codec_end(to, at);
    }
}

/* How many items a cell has; its head is checked. */
static size_t count_items(struct pg_cell cell)
{
    return cell.length == HEAD ? 0 : (size_t)wire32(cell.data + HEAD);
}

static bool check_head(const struct orm_model *m, const struct orm_column *c,
    struct pg_cell cell, struct orm_error *e)
{
    if (cell.length < HEAD)
        return codec_lies(m, c, e, "no array");
    const int32_t dimensions = (int32_t)wire32(cell.data);
    if (dimensions > 1)
        return error_set_field(e, ORM_RANGE, m, c,
            "the array has %d dimensions; only those of one can be read", dimensions);
    const bool fits = dimensions == 0   ? cell.length == HEAD
                      : dimensions == 1 ? cell.length >= HEAD + DIMENSION
                                        : false;
    /* Each item has a length at least: so many bytes must be there. */
    return (fits && count_items(cell) <= (size_t)cell.length / 4) ||
           codec_lies(m, c, e, "no array");
}

static bool check_array(const struct orm_model *m, const struct orm_column *c,
    struct pg_cell cell, struct orm_error *e)
{
    const struct orm_column item = type_element(c);
    if (!check_head(m, c, cell, e))
        return false;
    int at = cell.length == HEAD ? HEAD : HEAD + DIMENSION;
    for (size_t i = count_items(cell); i--;) {
        struct pg_cell part;
        if (!codec_next(cell, &at, &part))
            return codec_lies(m, c, e, "an array cut short");
        if (part.data && !type_check(m, &item, part, e))
            return false;
    }
    return at == cell.length || codec_lies(m, c, e, "bytes behind the array");
}

/* The items, the nulls, and what items point to. */
static size_t room_of_array(const struct orm_column *c, struct pg_cell cell)
{
    const struct orm_column item = type_element(c);
    const size_t count = count_items(cell);
    size_t room = count * (type_size(&item) + sizeof(bool)) + 2 * ARENA_ALIGN;
    int at = HEAD + DIMENSION;
    struct pg_cell part;
    for (size_t i = 0; i < count && codec_next(cell, &at, &part); i++)
        room += part.data ? type_room(&item, part) : 1;
    return room;
}

static void take_array(
    const struct orm_column *c, void *at, struct pg_cell cell, struct arena *a)
{
    const struct orm_column item = type_element(c);
    const size_t size = type_size(&item);
    struct view view = {.len = count_items(cell)};
    char *items = view.len ? arena_get(a, view.len * size) : NULL;
    bool *nulls = NULL;
    int from = HEAD + DIMENSION;
    struct pg_cell part;
    for (size_t i = 0; i < view.len && codec_next(cell, &from, &part); i++) {
        if (part.data) {
            type_take(&item, items + i * size, part, a);
            continue;
        }
        if (!nulls)
            nulls = memset(arena_bytes(a, view.len), false, view.len);
        nulls[i] = true;
        type_store(&item, items + i * size, type_zero(&item));
    }
    view.items = items;
    view.nulls = nulls;
    memcpy(at, &view, sizeof view);
}

bool array_open(struct pg_cell cell, uint32_t oid, struct array_items *items)
{
    *items = (struct array_items){.cell = cell, .at = HEAD + DIMENSION};
    if (!cell.data || cell.length < HEAD + DIMENSION || wire32(cell.data) != 1 ||
        wire32(cell.data + 8) != oid)
        return false;
    items->count = count_items(cell);
    return items->count <= (size_t)cell.length / 4;
}

bool array_next(struct array_items *items, struct pg_cell *item)
{
    return codec_next(items->cell, &items->at, item) && item->data;
}

bool array_ends(const struct array_items *items)
{
    return items->at == items->cell.length;
}

const struct codec codec_array = {
    .accepts = accepts_array,
    .encode = encode_array,
    .check = check_array,
    .room = room_of_array,
    .take = take_array,
};

/* {"1","a \"quoted\" one",NULL} */
void print_array(const struct orm_column *c, union orm_value v, struct buffer *to)
{
    const struct orm_column item = type_element(c);
    const struct view view = view_of(v);
    struct buffer one = {0};
    buffer_text(to, "{");
    for (size_t i = 0; i < view.len; i++) {
        buffer_text(to, i ? "," : "");
        if (is_null(&view, i)) {
            buffer_text(to, "NULL");
            continue;
        }
        buffer_clear(&one);
        type_print(&item, item_of(&item, &view, i), &one);
        buffer_text(to, "\"");
        for (size_t at = 0; at < one.length; at++) {
            if (one.data[at] == '"' || one.data[at] == '\\')
                buffer_text(to, "\\");
            buffer_add(to, one.data + at, 1);
        }
        buffer_text(to, "\"");
    }
    buffer_text(to, "}");
    to->failed = to->failed || one.failed;
    buffer_free(&one);
}
