/* map.h: a struct by its key, as one would write it for one program: open addressing,
 * at most half full, sized when it is made. */
#ifndef HAND_MAP_H
#define HAND_MAP_H

#include <stddef.h>
#include <stdint.h>

struct hand_entry {
    int64_t key;
    void *value; /* NULL: empty */
};

struct hand_map {
    struct hand_entry *entries;
    unsigned bits;
};

void hand_map_open(struct hand_map *m, size_t most);
void hand_map_close(struct hand_map *m);

/* Where `key` is, or is to be. */
static inline struct hand_entry *hand_map_at(const struct hand_map *m, int64_t key)
{
    const size_t mask = ((size_t)1 << m->bits) - 1;
    size_t i = (size_t)(((uint64_t)key * 0x9E3779B97F4A7C15u) >> (64 - m->bits));
    while (m->entries[i].value && m->entries[i].key != key)
        i = (i + 1) & mask;
    return &m->entries[i];
}

static inline void *hand_map_find(const struct hand_map *m, int64_t key)
{
    return hand_map_at(m, key)->value;
}

static inline void hand_map_put(struct hand_map *m, int64_t key, void *value)
{
    *hand_map_at(m, key) = (struct hand_entry){key, value};
}

#endif
