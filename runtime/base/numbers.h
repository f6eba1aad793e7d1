/* numbers.h: the number that a session gives to a generated table.
 *
 * Generated tables are constant and may be part of several schemas, so a number cannot
 * stand in them: each session keeps its own, found by the table's address.  Open
 * addressing, linear probing, at most half full; nothing is ever removed. */
#ifndef RUNTIME_NUMBERS_H
#define RUNTIME_NUMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NO_NUMBER SIZE_MAX

struct numbered {
    const void *table; /* NULL: empty */
    size_t number;
};

struct numbers {
    struct numbered *slots;
    size_t capacity; /* a power of two, or 0 */
    size_t count;
};

/* Room for `more` tables: after it so many can be added. */
bool numbers_reserve(struct numbers *n, size_t more);

/* The table's number: the next one if it is new.  Room must be reserved. */
size_t numbers_add(struct numbers *n, const void *table);

void numbers_free(struct numbers *n);

static inline size_t numbers_home(const struct numbers *n, const void *table)
{
    const uint64_t scattered = (uintptr_t)table * UINT64_C(0x9e3779b97f4a7c15);
    return (size_t)(scattered >> 32) & (n->capacity - 1);
}

/* Where the table's number stands; NULL: it has none.  Room must have been reserved,
 * were it for none.  Most are where they are looked for first. */
static inline const struct numbered *numbers_at(
    const struct numbers *n, const void *table)
{
    size_t i = numbers_home(n, table);
    while (n->slots[i].table != table) {
        if (!n->slots[i].table)
            return NULL;
        i = (i + 1) & (n->capacity - 1);
    }
    return &n->slots[i];
}

/* NO_NUMBER: it has none. */
static inline size_t numbers_find(const struct numbers *n, const void *table)
{
    const struct numbered *at = numbers_at(n, table);
    return at ? at->number : NO_NUMBER;
}

#endif
