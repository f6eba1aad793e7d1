/* memory.c: malloc behind a seam.
 *
 * The counter is not synchronised: failing allocations are for tests of one thread, and
 * without them it is never read for a decision. */
#include "base/memory.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static atomic_ulong count;
static unsigned long fail_at;
static bool fail_onward;

void memory_fail_at(unsigned long n, bool onward)
{
    atomic_store(&count, 0);
    fail_at = n;
    fail_onward = onward;
}

unsigned long memory_count(void)
{
    return atomic_load(&count);
}

static bool refused(void)
{
    if (!fail_at)
        return false;
    const unsigned long n = atomic_fetch_add(&count, 1) + 1;
    return n == fail_at || (fail_onward && n > fail_at);
}

void *memory_get(size_t size)
{
    return refused() ? NULL : malloc(size ? size : 1);
}

void *memory_get_zeroed(size_t size)
{
    return refused() ? NULL : calloc(1, size ? size : 1);
}

void *memory_resize(void *block, size_t size)
{
    return refused() ? NULL : realloc(block, size ? size : 1);
}

void memory_free(void *block)
{
    free(block);
}

bool memory_grow(void *items, size_t *capacity, size_t need, size_t size)
{
    if (need <= *capacity)
        return true;
    size_t wanted = *capacity ? *capacity : 16;
    while (wanted < need) {
        if (wanted > SIZE_MAX / 2)
            return false;
        wanted *= 2;
    }
    if (wanted > SIZE_MAX / size)
        return false;

    void *old;
    memcpy(&old, items, sizeof old);
    void *grown = memory_resize(old, wanted * size);
    if (!grown)
        return false;
    memcpy(items, &grown, sizeof grown);
    *capacity = wanted;
    return true;
}
