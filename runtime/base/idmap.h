/* idmap.h: one object per key, for one model of a session.
 *
 * Open addressing, linear probing, at most 7/8 full.  Removal shifts the run back, so a
 * slot is empty or holds an object and there are no tombstones.
 *
 * Keys that a sequence gave are dense: at home at their own value they lie side by
 * side, in the order in which rows come, which spares most cache misses.  Keys that
 * would pile up that way show it by a long probe; then the map scatters its keys, for
 * good. */
#ifndef RUNTIME_IDMAP_H
#define RUNTIME_IDMAP_H

#include <ormgen/orm_model.h>

/* A dense map has short probes: longer ones mean that keys pile up. */
#define IDMAP_LONG_PROBE 32

struct idmap_slot {
    uint64_t hash;
    struct orm_object *object; /* NULL: empty */
};

struct idmap {
    struct idmap_slot *slots;
    size_t capacity; /* a power of two, or 0 */
    size_t count;
    size_t
        limit; /* of `count`; 0: a long probe was seen, idmap_reserve() will scatter */
    bool scatters;
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
bool idmap_make_room(struct idmap *m, size_t more);
static inline bool idmap_reserve(struct idmap *m, size_t more)
{
    return m->count + more <= m->limit || idmap_make_room(m, more);
}

/* The key must be absent and room reserved. */
void idmap_insert(struct idmap *m, uint64_t hash, struct orm_object *o);

/* -- Numbers ----------------------------------------------------------------------- */
/* Most keys are one, and a look for one is the shortest way from a row to its object:
 * hence inline. */

/* The finaliser of MurmurHash3. */
static inline uint64_t idmap_scattered(uint64_t h)
{
    h ^= h >> 33;
    h *= 0xff51afd7ed558ccdu;
    h ^= h >> 33;
    h *= 0xc4ceb9fe1a85ec53u;
    h ^= h >> 33;
    return h;
}

static inline size_t idmap_home(const struct idmap *m, uint64_t hash)
{
    return (m->scatters ? idmap_scattered(hash) : hash) & (m->capacity - 1);
}

/* Where the number is, or would be: found and to be inserted with one probe.  The slot
 * is good until something else is inserted; room must be reserved. */
static inline struct idmap_slot *idmap_slot_of(struct idmap *m, int64_t number)
{
    const uint64_t hash = (uint64_t)number;
    const size_t mask = m->capacity - 1, home = idmap_home(m, hash);
    size_t i = home;
    while (m->slots[i].object && m->slots[i].hash != hash)
        i = (i + 1) & mask;
    if (((i - home) & mask) >= IDMAP_LONG_PROBE && !m->scatters)
        m->limit = 0;
    return &m->slots[i];
}

/* Into the empty slot that the last look gave. */
static inline void idmap_fill(
    struct idmap *m, struct idmap_slot *slot, int64_t number, struct orm_object *o)
{
    *slot = (struct idmap_slot){(uint64_t)number, o};
    m->count++;
}

/* The object where the number is at home; NULL: somebody else is there, or nobody. */
static inline struct orm_object *idmap_find_at_home(struct idmap *m, int64_t number)
{
    if (!m->count)
        return NULL;
    const struct idmap_slot *home = &m->slots[idmap_home(m, (uint64_t)number)];
    return home->hash == (uint64_t)number ? home->object : NULL;
}

/* The rest of a look that did not end where it began. */
struct orm_object *idmap_find_further(struct idmap *m, int64_t number);

static inline struct orm_object *idmap_find_number(struct idmap *m, int64_t number)
{
    if (!m->count)
        return NULL;
    const struct idmap_slot *home = &m->slots[idmap_home(m, (uint64_t)number)];
    return !home->object || home->hash == (uint64_t)number
               ? home->object
               : idmap_find_further(m, number);
}

void idmap_remove(struct idmap *m, uint64_t hash, const struct orm_object *o);
void idmap_free(struct idmap *m);

/* No objects any more.  A table that was well filled stays, for as many again. */
void idmap_clear(struct idmap *m);

#endif
