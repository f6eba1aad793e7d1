/* strmap.h: from a text to the first thing that was stored under it. */
#ifndef SCHEMA_STRMAP_H
#define SCHEMA_STRMAP_H

#include "arena.h"

struct strmap {
    struct arena *arena;
    size_t used;
    size_t size; /* a power of two, or 0 */
    struct strmap_entry *entries;
};

/* Stores `value` unless `key` is there already; the value that was there, or NULL.
 * Keeps the pointer `key`. */
void *strmap_add(struct strmap *m, const char *key, void *value);

void *strmap_get(const struct strmap *m, const char *key);

#endif
