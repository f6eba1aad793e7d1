/* idmap.h: one object per key, for one model of a session.
 *
 * Open addressing, linear probing, at most 3/4 full.  Removal shifts the run back, so a
 * slot is empty or holds an object and there are no tombstones.
 *
 * Keys that a sequence gave are dense: at home at their own value they lie side by
 * side, in the order in which rows come, which spares most cache misses.  Keys that
 * would pile up that way show it by a long probe; then the map scatters its keys, for
 * good. */
#ifndef RUNTIME_IDMAP_H
#define RUNTIME_IDMAP_H

#include <ormgen/orm_model.h>

struct idmap_slot {
    uint64_t hash;
    struct orm_object *object; /* NULL: empty */
};

struct idmap {
    struct idmap_slot *slots;
    size_t capacity; /* a power of two, or 0 */
    size_t count;
    bool scatters;
    bool crowded; /* a long probe was seen: idmap_reserve() will scatter */
};

/* A key as the map sees it: integers by value, texts by their hash and bytes. */
struct idmap_key {
    uint64_t hash;
    const char *text; /* NULL for integers: then `hash` tells all */
    size_t length;
};

static inline struct idmap_key idmap_integer(int64_t value)
{
    struct idmap_key key = {(uint64_t)value, NULL, 0};
    return key;
}

struct idmap_key idmap_text(const char *text, size_t length);

/* `text_offset` is where an object keeps its text key. */
struct orm_object *idmap_find(
    struct idmap *m, struct idmap_key key, size_t text_offset);

/* Room for `more` objects: after it so many insertions cannot fail. */
bool idmap_reserve(struct idmap *m, size_t more);

/* The key must be absent and room reserved. */
void idmap_insert(struct idmap *m, struct idmap_key key, struct orm_object *o);

void idmap_remove(struct idmap *m, struct idmap_key key, const struct orm_object *o);
void idmap_free(struct idmap *m);

#endif
