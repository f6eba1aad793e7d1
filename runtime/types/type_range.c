/* type_range.c: ranges and multiranges.
 *
 * On the wire (range_send): what enum orm_bounds says, then each bound that there is,
 * with its length; a multirange is a count and so many ranges with their lengths.
 * Ranges of whole numbers and days have one spelling, [from,to), before they are sent.
 */
#include "types/codec.h"

#include <string.h>

#define KNOWN_BOUNDS                                                                   \
    (ORM_EMPTY | ORM_LOWER_IN | ORM_UPPER_IN | ORM_NO_LOWER | ORM_NO_UPPER)

enum {
    MOST_RANGES = INT32_MAX / 32
};

/* Both bounds lie one after the other, then the flags. */
struct range {
    union orm_value lower, upper;
    uint8_t bounds;
};

#define SAME_LAYOUT(type, bound)                                                       \
    _Static_assert(offsetof(struct type, upper) == sizeof(bound) &&                    \
                       offsetof(struct type, bounds) == 2 * sizeof(bound),             \
        "layout")
SAME_LAYOUT(orm_int4_range, int32_t);
SAME_LAYOUT(orm_int8_range, int64_t);
SAME_LAYOUT(orm_numeric_range, const char *);
SAME_LAYOUT(orm_date_range, orm_date);
SAME_LAYOUT(orm_timestamp_range, orm_timestamp);
SAME_LAYOUT(orm_time_range, orm_time);

static struct range range_at(const struct orm_column *bound, const void *at)
{
    const char *from = at;
    const size_t size = type_size(bound);
    struct range r = {.bounds = *((const uint8_t *)from + 2 * size)};
    static const char nothing[2 * sizeof(int64_t)];
    if (!r.bounds && memcmp(from, nothing, 2 * size) == 0)
        r.bounds = ORM_EMPTY;
    const bool has_lower = !(r.bounds & (ORM_EMPTY | ORM_NO_LOWER));
    const bool has_upper = !(r.bounds & (ORM_EMPTY | ORM_NO_UPPER));
    r.lower = has_lower ? type_value(bound, from) : type_zero(bound);
    r.upper = has_upper ? type_value(bound, from + size) : type_zero(bound);
    return r;
}

/* -- One spelling ------------------------------------------------------------------ */

static bool is_discrete(const struct orm_column *bound)
{
    return bound->type == ORM_INT4 || bound->type == ORM_INT8 ||
           bound->type == ORM_DATE;
}

static bool has_successor(const struct orm_column *bound, int64_t value)
{
    return bound->type != ORM_DATE ||
           (value != ORM_DATE_INFINITY && value != ORM_DATE_MINUS_INFINITY);
}

/* Below 0, 0, above 0. */
static int compare(const struct orm_column *bound, union orm_value a, union orm_value b)
{
    if (bound->type == ORM_NUMERIC)
        return numeric_compare(a.text, b.text);
    return (a.integer > b.integer) - (a.integer < b.integer);
}

static struct range empty_range(const struct orm_column *bound)
{
    return (struct range){type_zero(bound), type_zero(bound), ORM_EMPTY};
}

/* As the server keeps it; the bounds are in order and have room to move. */
static struct range canonical(const struct orm_column *bound, struct range r)
{
    const bool lower = !(r.bounds & ORM_NO_LOWER), upper = !(r.bounds & ORM_NO_UPPER);
    if (r.bounds & ORM_EMPTY)
        return empty_range(bound);
    if (!lower)
        r.bounds &= (uint8_t)~ORM_LOWER_IN;
    if (!upper)
        r.bounds &= (uint8_t)~ORM_UPPER_IN;
    if (is_discrete(bound)) {
        if (lower && !(r.bounds & ORM_LOWER_IN) &&
            has_successor(bound, r.lower.integer)) {
            r.lower.integer++;
            r.bounds |= ORM_LOWER_IN;
        }
        if (r.bounds & ORM_UPPER_IN && has_successor(bound, r.upper.integer)) {
            r.upper.integer++;
            r.bounds &= (uint8_t)~ORM_UPPER_IN;
        }
    }
    if (!lower || !upper)
        return r;
    const int order = compare(bound, r.lower, r.upper);
    const uint8_t both = ORM_LOWER_IN | ORM_UPPER_IN;
    return order > 0 || (order == 0 && (r.bounds & both) != both) ? empty_range(bound)
                                                                  : r;
}

/* -- range ------------------------------------------------------------------------- */

/* The one after `value`, which may have none. */
static bool accepts_next(const struct orm_model *m, const struct orm_column *bound,
    int64_t value, struct orm_error *e)
{
    if (!has_successor(bound, value))
        return true;
    if (value == INT64_MAX)
        return error_set_field(e, ORM_RANGE, m, bound,
            "nothing comes after %lld: say that there is no bound", (long long)value);
    return type_accepts(m, bound, (union orm_value){.integer = value + 1}, e);
}

static bool accepts_one(const struct orm_model *m, const struct orm_column *bound,
    const struct range *r, struct orm_error *e)
{
    const bool lower = !(r->bounds & ORM_NO_LOWER), upper = !(r->bounds & ORM_NO_UPPER);
    if (r->bounds & ~KNOWN_BOUNDS)
        return error_set_field(e, ORM_INVALID, m, bound,
            "bounds are %u, which is no sum of enum orm_bounds", r->bounds);
    if (r->bounds & ORM_EMPTY)
        return true;
    if ((lower && !type_accepts(m, bound, r->lower, e)) ||
        (upper && !type_accepts(m, bound, r->upper, e)))
        return false;
    if (lower && upper && compare(bound, r->lower, r->upper) > 0)
        return error_set_field(
            e, ORM_RANGE, m, bound, "the lower bound is above the upper bound");
    if (!is_discrete(bound))
        return true;
    const bool lower_moves = lower && !(r->bounds & ORM_LOWER_IN);
    const bool upper_moves = upper && r->bounds & ORM_UPPER_IN;
    return (!lower_moves || accepts_next(m, bound, r->lower.integer, e)) &&
           (!upper_moves || accepts_next(m, bound, r->upper.integer, e));
}

static bool accepts_range(const struct orm_model *m, const struct orm_column *c,
    union orm_value v, struct orm_error *e)
{
    const struct orm_column bound = type_element(c);
    if (!codec_given(m, c, v, e))
        return false;
    const struct range r = range_at(&bound, v.data);
    return accepts_one(m, &bound, &r, e);
}

static void encode_bound(
    const struct orm_column *bound, union orm_value v, struct buffer *to)
{
    const size_t at = codec_begin(to);
    type_encode(bound, v, to);
    codec_end(to, at);
}

static void encode_range(
    const struct orm_column *c, union orm_value v, struct buffer *to)
{
    const struct orm_column bound = type_element(c);
    const struct range r = canonical(&bound, range_at(&bound, v.data));
    const char flags = (char)r.bounds;
    buffer_add(to, &flags, 1);
    if (!(r.bounds & (ORM_EMPTY | ORM_NO_LOWER)))
        encode_bound(&bound, r.lower, to);
    if (!(r.bounds & (ORM_EMPTY | ORM_NO_UPPER)))
        encode_bound(&bound, r.upper, to);
}

/* The parts of a range; absent bounds have no data. */
static bool split(struct pg_cell cell, struct pg_cell bounds[2])
{
    int at = 1;
    bounds[0] = bounds[1] = (struct pg_cell){NULL, 0};
    if (cell.length < 1 || cell.data[0] & ~KNOWN_BOUNDS)
        return false;
    for (int i = 0; i < 2; i++) {
        const int absent = ORM_EMPTY | (i == 0 ? ORM_NO_LOWER : ORM_NO_UPPER);
        if (cell.data[0] & absent)
            continue;
        if (!codec_next(cell, &at, &bounds[i]) || !bounds[i].data)
            return false;
    }
    return at == cell.length;
}

static bool check_range(const struct orm_model *m, const struct orm_column *c,
    struct pg_cell cell, struct orm_error *e)
{
    const struct orm_column bound = type_element(c);
    struct pg_cell parts[2];
    if (!split(cell, parts))
        return codec_lies(m, c, e, "no range");
    for (int i = 0; i < 2; i++)
        if (parts[i].data && !type_check(m, &bound, parts[i], e))
            return false;
    return true;
}

static size_t room_of_range(const struct orm_column *c, struct pg_cell cell)
{
    const struct orm_column bound = type_element(c);
    struct pg_cell parts[2];
    size_t room = 0;
    split(cell, parts);
    for (int i = 0; i < 2; i++)
        room += parts[i].data ? type_room(&bound, parts[i]) : 0;
    return room;
}

static void take_range(
    const struct orm_column *c, void *at, struct pg_cell cell, struct arena *a)
{
    const struct orm_column bound = type_element(c);
    const size_t size = type_size(&bound);
    struct pg_cell parts[2];
    char *to = memset(at, 0, type_size(c));
    split(cell, parts);
    for (int i = 0; i < 2; i++, to += size)
        if (parts[i].data)
            type_take(&bound, to, parts[i], a);
        else
            type_store(&bound, to, type_zero(&bound));
    *(uint8_t *)to = (uint8_t)cell.data[0];
}

const struct codec codec_range = {
    .accepts = accepts_range,
    .encode = encode_range,
    .check = check_range,
    .room = room_of_range,
    .take = take_range,
};

/* -- multirange -------------------------------------------------------------------- */

/* All multiranges of orm_values.h are laid out like this. */
struct view {
    const void *items;
    size_t len;
};

_Static_assert(
    sizeof(struct orm_int4_multirange) == sizeof(struct view) &&
        offsetof(struct orm_int4_multirange, len) == offsetof(struct view, len),
    "layout");

static struct view view_of(union orm_value v)
{
    struct view view;
    memcpy(&view, v.data, sizeof view);
    return view;
}

static union orm_value range_of(
    const struct orm_column *range, const struct view *view, size_t i)
{
    return type_value(range, (const char *)view->items + i * type_size(range));
}

static bool accepts_multirange(const struct orm_model *m, const struct orm_column *c,
    union orm_value v, struct orm_error *e)
{
    const struct orm_column range = type_element(c);
    if (!codec_given(m, c, v, e))
        return false;
    const struct view view = view_of(v);
    if (view.len > MOST_RANGES || (view.len && !view.items))
        return error_set_field(e, ORM_INVALID, m, c, "%zu ranges %s", view.len,
            view.items ? "are too many" : "at the address NULL");
    for (size_t i = 0; i < view.len; i++)
        if (!accepts_range(m, &range, range_of(&range, &view, i), e))
            return false;
    return true;
}

static void encode_multirange(
    const struct orm_column *c, union orm_value v, struct buffer *to)
{
    const struct orm_column range = type_element(c);
    const struct view view = view_of(v);
    buffer_int32(to, (uint32_t)view.len);
    for (size_t i = 0; i < view.len; i++) {
        const size_t at = codec_begin(to);
        encode_range(&range, range_of(&range, &view, i), to);
        codec_end(to, at);
    }
}

/* How many ranges a cell says to have; each has a length at least. */
static bool count_ranges(struct pg_cell cell, size_t *count)
{
    *count = cell.length < 4 ? 0 : (size_t)wire32(cell.data);
    return cell.length >= 4 && *count <= (size_t)cell.length / 4;
}

static bool check_multirange(const struct orm_model *m, const struct orm_column *c,
    struct pg_cell cell, struct orm_error *e)
{
    const struct orm_column range = type_element(c);
    size_t count;
    int at = 4;
    if (!count_ranges(cell, &count))
        return codec_lies(m, c, e, "no multirange");
    while (count--) {
        struct pg_cell part;
        if (!codec_next(cell, &at, &part) || !part.data)
            return codec_lies(m, c, e, "a multirange cut short");
        if (!check_range(m, &range, part, e))
            return false;
    }
    return at == cell.length || codec_lies(m, c, e, "bytes behind the multirange");
}

static size_t room_of_multirange(const struct orm_column *c, struct pg_cell cell)
{
    const struct orm_column range = type_element(c);
    size_t count, room;
    struct pg_cell part;
    int at = 4;
    count_ranges(cell, &count);
    room = count * type_size(&range) + ARENA_ALIGN;
    while (count-- && codec_next(cell, &at, &part))
        room += room_of_range(&range, part);
    return room;
}

static void take_multirange(
    const struct orm_column *c, void *at, struct pg_cell cell, struct arena *a)
{
    const struct orm_column range = type_element(c);
    struct view view = {0};
    struct pg_cell part;
    int from = 4;
    count_ranges(cell, &view.len);
    char *items = view.len ? arena_get(a, view.len * type_size(&range)) : NULL;
    for (size_t i = 0; i < view.len && codec_next(cell, &from, &part); i++)
        take_range(&range, items + i * type_size(&range), part, a);
    view.items = items;
    memcpy(at, &view, sizeof view);
}

const struct codec codec_multirange = {
    .accepts = accepts_multirange,
    .encode = encode_multirange,
    .check = check_multirange,
    .room = room_of_multirange,
    .take = take_multirange,
};
