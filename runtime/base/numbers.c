/* numbers.c: the number that a session gives to a generated table. */
#include "base/numbers.h"

#include "base/memory.h"

static struct numbered *find_slot(const struct numbers *n, const void *table)
{
    size_t i = numbers_home(n, table);
    while (n->slots[i].table && n->slots[i].table != table)
        i = (i + 1) & (n->capacity - 1);
    return &n->slots[i];
}

bool numbers_reserve(struct numbers *n, size_t more)
{
    struct numbers larger = {.capacity = n->capacity ? n->capacity : 8};
    while ((n->count + more) * 2 > larger.capacity)
        larger.capacity *= 2;
    if (larger.capacity == n->capacity)
        return true;
    larger.slots = memory_get_zeroed(larger.capacity * sizeof *larger.slots);
    if (!larger.slots)
        return false;
    for (size_t i = 0; i < n->capacity; i++)
        if (n->slots[i].table)
            *find_slot(&larger, n->slots[i].table) = n->slots[i];
    larger.count = n->count;
    memory_free(n->slots);
    *n = larger;
    return true;
}

size_t numbers_add(struct numbers *n, const void *table)
{
    struct numbered *slot = find_slot(n, table);
    if (!slot->table)
        *slot = (struct numbered){table, n->count++};
    return slot->number;
}

void numbers_free(struct numbers *n)
{
    memory_free(n->slots);
    *n = (struct numbers){0};
}
