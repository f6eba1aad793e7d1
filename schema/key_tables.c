/* key_tables.c: all tables of keys, for what lists the language. */
#include "keys.h"

const struct key_table key_tables[] = {
    {"top", top_keys},
    {"type", type_keys},
    {"model", model_keys},
    {"field", field_keys},
    {"default", default_keys},
    {"unique", unique_keys},
    {"exclude", exclude_keys},
    {"index", index_keys},
    {"part", part_keys},
    {"mixin", mixin_keys},
    {"value", value_keys},
    {"embed", embed_keys},
    {"view", view_keys},
    {0},
};
