/* strmap.c: open addressing, linear probing, at most half full; nothing is removed.
 *
 * The hash is FNV-1a: whoever makes all names of a file collide only slows down his own
 * run, and the limits on a file's size and its number of models bound by how much. */
#include "strmap.h"

#include <stdint.h>
#include <string.h>

struct strmap_entry {
    const char *key;
    void *value;
};

static uint64_t hash(const char *text)
{
    uint64_t h = 14695981039346656037u;
    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * 1099511628211u;
    return h ^ h >> 32;
}

static struct strmap_entry *find(const struct strmap *m, const char *key)
{
    for (size_t i = (size_t)hash(key);; i++) {
        struct strmap_entry *e = &m->entries[i & (m->size - 1)];
        if (!e->key || strcmp(e->key, key) == 0)
            return e;
    }
}

static void grow(struct strmap *m)
{
    const struct strmap old = *m;
    m->size = old.size ? old.size * 2 : 16;
    m->entries = arena_array(m->arena, m->size, sizeof *m->entries);
    for (size_t i = 0; i < old.size; i++)
        if (old.entries[i].key)
            *find(m, old.entries[i].key) = old.entries[i];
}

void *strmap_add(struct strmap *m, const char *key, void *value)
{
    if (m->used * 2 >= m->size)
        grow(m);
    struct strmap_entry *e = find(m, key);
    if (e->key)
        return e->value;
    *e = (struct strmap_entry){key, value};
    m->used++;
    return NULL;
}

void *strmap_get(const struct strmap *m, const char *key)
{
    return m->size ? find(m, key)->value : NULL;
}
