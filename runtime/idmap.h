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

/* What to look for.  One number is its own hash, and is found by that alone. */
struct idmap_key {
    uint64_t hash;

    /* Whether the object, whose hash is the same, has the key; NULL: it has. */
    bool (*fits)(const struct idmap_key *key, const struct orm_object *o);
};

uint64_t idmap_hash(const void *bytes, size_t length);

/* The hash of a key of several parts, one after another. */
uint64_t idmap_join(uint64_t hash, uint64_t part);

struct orm_object *idmap_find(struct idmap *m, const struct idmap_key *key);

/* Room for `more` objects: after it so many insertions cannot fail. */
bool idmap_reserve(struct idmap *m, size_t more);

/* The key must be absent and room reserved. */
void idmap_insert(struct idmap *m, uint64_t hash, struct orm_object *o);

void idmap_remove(struct idmap *m, uint64_t hash, const struct orm_object *o);
void idmap_free(struct idmap *m);

#endif
