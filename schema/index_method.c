/* index_method.c: one row per kind of index; the types it has operator classes for are
 * those that a server has without extensions, and with btree_gist and btree_gin. */
#include "index_method.h"

#include <string.h>

/* Types that all methods treat alike.  A type without a row is PLAIN. */
enum group {
    PLAIN = 1, /* numbers, times, char(n), bytea, uuid: what has an order and no more */
    FEW = 2,   /* bool and enums */
    TEXT = 4,
    NET = 8,
    JSON = 16,
    JSONB = 32,
    RANGE = 64,
    MULTIRANGE = 128,
    ARRAY = 256,
    ORDERED = PLAIN | FEW | TEXT | NET | JSONB | RANGE | MULTIRANGE | ARRAY
};

static const enum group groups[TYPE_COUNT] = {
    [TYPE_BOOL] = FEW,
    [TYPE_ENUM] = FEW,
    [TYPE_TEXT] = TEXT,
    [TYPE_VARCHAR] = TEXT,
    [TYPE_INET] = NET,
    [TYPE_CIDR] = NET,
    [TYPE_JSON] = JSON,
    [TYPE_JSONB] = JSONB,
    [TYPE_INT4RANGE] = RANGE,
    [TYPE_INT8RANGE] = RANGE,
    [TYPE_NUMRANGE] = RANGE,
    [TYPE_DATERANGE] = RANGE,
    [TYPE_TSRANGE] = RANGE,
    [TYPE_TSTZRANGE] = RANGE,
    [TYPE_INT4MULTIRANGE] = MULTIRANGE,
    [TYPE_INT8MULTIRANGE] = MULTIRANGE,
    [TYPE_NUMMULTIRANGE] = MULTIRANGE,
    [TYPE_DATEMULTIRANGE] = MULTIRANGE,
    [TYPE_TSMULTIRANGE] = MULTIRANGE,
    [TYPE_TSTZMULTIRANGE] = MULTIRANGE,
    [TYPE_ARRAY] = ARRAY,
};

/* An array of what has no order has none either. */
static enum group group_of(const struct field *f)
{
    const enum group group = groups[f->type] ? groups[f->type] : PLAIN;
    return group == ARRAY && groups[f->element] == JSON ? JSON : group;
}

const struct index_method index_methods[] = {
    {.name = "btree",
        .sorts = true,
        .unique = true,
        .several = true,
        .includes = true,
        .excludes = true,
        .takes = ORDERED},
    {.name = "hash", .excludes = true, .takes = ORDERED},
    {.name = "gist",
        .extension = "btree_gist",
        .several = true,
        .includes = true,
        .excludes = true,
        .takes = RANGE | MULTIRANGE,
        .takes_with_extension = PLAIN | FEW | TEXT | NET},
    {.name = "gin",
        .extension = "btree_gin",
        .several = true,
        .takes = JSONB | ARRAY,
        .takes_with_extension = PLAIN | FEW | TEXT | NET},
    {.name = "spgist", .includes = true, .excludes = true, .takes = TEXT | NET | RANGE},
    {.name = "brin", .several = true, .takes = PLAIN | TEXT | NET | RANGE},
    {0},
};

const struct index_method *index_method(const char *name)
{
    for (const struct index_method *m = index_methods; m->name; m++)
        if (strcmp(m->name, name) == 0)
            return m;
    return NULL;
}

enum takes index_takes(const struct index_method *m, const struct field *f)
{
    const unsigned group = group_of(f);
    return m->takes & group                  ? TAKES
           : m->takes_with_extension & group ? TAKES_WITH_EXTENSION
                                             : TAKES_NOT;
}

const char *index_operators(const struct index_method *m, const struct field *f)
{
    const unsigned group = group_of(f);
    const bool is_spatial =
        strcmp(m->name, "gist") == 0 || strcmp(m->name, "spgist") == 0;
    if (is_spatial && group & (RANGE | MULTIRANGE))
        return "= && -|-";
    if (is_spatial && group & NET)
        return strcmp(m->name, "gist") == 0 ? "= <>" : "= && <>";
    return strcmp(m->name, "gist") == 0 ? "= <>" : "=";
}
