/* idmap.c: one object per key.  The table and its invariant are told in idmap.h. */
#include "base/idmap.h"

#include "base/memory.h"

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t idmap_hash(const void *bytes, size_t length)
{
    return XXH3_64bits(bytes, length);
}

uint64_t idmap_join(uint64_t hash, uint64_t part)
{
    return idmap_scattered(hash + 0x9e3779b97f4a7c15u) ^ part;
}

static bool is_key(const struct idmap_slot *slot, const struct idmap_key *key)
{
    return slot->hash == key->hash && (!key->fits || key->fits(key, slot->object));
}

static void note_probe(struct idmap *m, size_t probes)
{
    if (probes >= IDMAP_LONG_PROBE && !m->scatters)
        m->limit = 0;
}

struct orm_object *idmap_find(struct idmap *m, const struct idmap_key *key)
{
    if (!m->count)
        return NULL;
    const size_t mask = m->capacity - 1;
    size_t probes = 0;
    for (size_t i = idmap_home(m, key->hash); m->slots[i].object; i = (i + 1) & mask) {
        if (is_key(&m->slots[i], key))
            return m->slots[i].object;
        note_probe(m, ++probes);
    }
    return NULL;
}

static void place(struct idmap *m, uint64_t hash, struct orm_object *o)
{
    const size_t mask = m->capacity - 1;
    size_t probes = 0;
    size_t i = idmap_home(m, hash);
    while (m->slots[i].object) {
        i = (i + 1) & mask;
        note_probe(m, ++probes);
    }
    m->slots[i] = (struct idmap_slot){hash, o};
}

/* Keys at home at their own value meet nobody as long as they are dense. */
static size_t limit_of(size_t capacity, bool scatters)
{
    return scatters ? capacity / 4 * 3 : capacity / 8 * 7;
}

/* The same objects in a table of this capacity. */
static bool rebuild(struct idmap *m, size_t capacity, bool scatters)
{
    struct idmap built = {.capacity = capacity,
        .count = m->count,
        .limit = limit_of(capacity, scatters),
        .scatters = scatters};
    built.slots = memory_get_zeroed(capacity * sizeof *built.slots);
    if (!built.slots)
        return false;
    for (size_t i = 0; i < m->capacity; i++)
        if (m->slots[i].object)
            place(&built, m->slots[i].hash, m->slots[i].object);
    memory_free(m->slots);
    *m = built;
    return true;
}

bool idmap_make_room(struct idmap *m, size_t more)
{
    const bool crowded = m->capacity && !m->limit;
    const bool scatters = m->scatters || crowded;
    size_t capacity = m->capacity ? m->capacity : 16;
    while (m->count + more > limit_of(capacity, scatters))
        capacity *= 2;
    if ((capacity > m->capacity || crowded) && rebuild(m, capacity, scatters))
        return true;
    /* Without memory a crowded one stays slow, and right. */
    return m->count + more <= limit_of(m->capacity, m->scatters);
}

struct orm_object *idmap_find_further(struct idmap *m, int64_t number)
{
    struct orm_object *o = idmap_slot_of(m, number)->object;
    if (!m->limit)
        idmap_make_room(m, 0); /* the next look is shorter */
    return o;
}

/* A result can bring many keys that pile up: not all of them wait for the next one. */
void idmap_insert(struct idmap *m, uint64_t hash, struct orm_object *o)
{
    if (!m->limit)
        idmap_make_room(m, 1);
    place(m, hash, o);
    m->count++;
}

void idmap_remove(struct idmap *m, uint64_t hash, const struct orm_object *o)
{
    if (!m->capacity)
        return;
    const size_t mask = m->capacity - 1;
    size_t hole = idmap_home(m, hash);
    while (m->slots[hole].object != o) {
        if (!m->slots[hole].object)
            return;
        hole = (hole + 1) & mask;
    }
    m->count--;

    /* Whoever may live nearer to where its hash points moves back into the hole. */
    for (size_t i = (hole + 1) & mask; m->slots[i].object; i = (i + 1) & mask) {
        const size_t home = idmap_home(m, m->slots[i].hash);
        if (((i - home) & mask) >= ((i - hole) & mask)) {
            m->slots[hole] = m->slots[i];
            hole = i;
        }
    }
    m->slots[hole].object = NULL;
}

/* A larger one is left to malloc: nobody may need it again. */
#define CLEARED_MOST ((size_t)1 << 18)

void idmap_clear(struct idmap *m)
{
    if (m->count < m->capacity / 4 || m->capacity > CLEARED_MOST) {
        idmap_free(m);
        return;
    }
    if (m->slots)
        memset(m->slots, 0, m->capacity * sizeof *m->slots);
    m->count = 0;
    m->scatters = false;
    m->limit = limit_of(m->capacity, false);
}

void idmap_free(struct idmap *m)
{
    memory_free(m->slots);
    *m = (struct idmap){0};
}
