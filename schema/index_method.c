/* index_method.c: one row per kind of index; the types it has operator classes for are
 * those that a server has without extensions, and with btree_gist and btree_gin. */
#include "index_method.h"

#include <string.h>

/* Types that all methods treat alike. */
enum group {
    PLAIN = 1, /* numbers, times, char(n), bytea, uuid: what has an order and no more */
    FEW = 2,   /* bool and enums */
    TEXT = 4
};

static const enum group groups[TYPE_COUNT] = {
    [TYPE_BOOL] = FEW,
    [TYPE_INT2] = PLAIN,
    [TYPE_INT4] = PLAIN,
    [TYPE_INT8] = PLAIN,
    [TYPE_FLOAT4] = PLAIN,
    [TYPE_FLOAT8] = PLAIN,
    [TYPE_TEXT] = TEXT,
    [TYPE_VARCHAR] = TEXT,
    [TYPE_DATE] = PLAIN,
    [TYPE_TIMESTAMPTZ] = PLAIN,
    [TYPE_ENUM] = FEW,
};

const struct index_method index_methods[] = {
    {.name = "btree",
        .sorts = true,
        .unique = true,
        .several = true,
        .includes = true,
        .excludes = true,
        .takes = PLAIN | FEW | TEXT},
    {.name = "hash", .excludes = true, .takes = PLAIN | FEW | TEXT},
    {.name = "gist",
        .extension = "btree_gist",
        .several = true,
        .includes = true,
        .excludes = true,
        .takes_with_extension = PLAIN | FEW | TEXT},
    {.name = "gin",
        .extension = "btree_gin",
        .several = true,
        .takes_with_extension = PLAIN | FEW | TEXT},
    {.name = "spgist", .includes = true, .excludes = true, .takes = TEXT},
    {.name = "brin", .several = true, .takes = PLAIN | TEXT},
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
    const unsigned group = groups[f->type];
    return m->takes & group                  ? TAKES
           : m->takes_with_extension & group ? TAKES_WITH_EXTENSION
                                             : TAKES_NOT;
}
