/* arena.c: a bump allocator over a list of blocks.
 *
 * Nothing is freed singly.  A request larger than a block gets a block of its own. */
#include "base/arena.h"

#include "base/memory.h"

#include <stdlib.h>

/* They double up to BLOCK_SIZE: a scope of a few objects is small. */
#define FIRST_BLOCK ((size_t)4 * 1024)

bool arena_grow(struct arena *a, size_t size)
{
    const size_t ordinary = a->block_size ? a->block_size : FIRST_BLOCK;
    struct arena_block *block =
        block_get(a->waiting, size > ordinary ? size : ordinary);
    if (!block)
        return false;
    block->older = a->blocks;
    a->blocks = block;
    a->block_size = ordinary < BLOCK_SIZE ? ordinary * 2 : BLOCK_SIZE;
    a->next = (char *)block->bytes;
    a->end = a->next + block->size;
    return true;
}

void *arena_get(struct arena *a, size_t size)
{
    const size_t skew = (size_t) - (uintptr_t)a->next & (ARENA_ALIGN - 1);
    if ((size_t)(a->end - a->next) >= skew &&
        (size_t)(a->end - a->next) - skew >= size) {
        char *p = a->next + skew;
        a->next = p + size;
        return p;
    }
    /* A new block starts aligned. */
    if (!arena_grow(a, size))
        return NULL;
    char *p = a->next;
    a->next += size;
    return p;
}

void arena_clear(struct arena *a)
{
    struct arena_block *kept = NULL;
    for (struct arena_block *b = a->blocks, *older; b; b = older) {
        older = b->older;
        if (!kept && b->size == BLOCK_SIZE)
            kept = b;
        else
            block_put(a->waiting, b);
    }
    a->blocks = kept;
    a->next = a->end = NULL;
    if (kept) {
        kept->older = NULL;
        arena_unpoison(kept->bytes, kept->size);
        a->next = (char *)kept->bytes;
        a->end = a->next + kept->size;
    }
}

struct arena_mark arena_mark(const struct arena *a)
{
    return (struct arena_mark){a->blocks, a->next};
}

void arena_rewind(struct arena *a, struct arena_mark m)
{
    while (a->blocks != m.block) {
        struct arena_block *b = a->blocks;
        a->blocks = b->older;
        block_put(a->waiting, b);
    }
    a->next = m.next;
    a->end = m.block ? (char *)m.block->bytes + m.block->size : NULL;
}

void arena_free(struct arena *a)
{
    for (struct arena_block *b = a->blocks, *older; b; b = older) {
        older = b->older;
        block_put(a->waiting, b);
    }
    *a = (struct arena){.waiting = a->waiting};
}

size_t arena_size(const struct arena *a)
{
    size_t size = 0;
    for (const struct arena_block *b = a->blocks; b; b = b->older)
        size += b->size;
    return size;
}

/* -- Heirs ------------------------------------------------------------------------- */

static int by_address(const void *left, const void *right)
{
    const uintptr_t a = (uintptr_t) * (struct arena_block *const *)left;
    const uintptr_t b = (uintptr_t) * (struct arena_block *const *)right;
    return (a > b) - (a < b);
}

void arena_will_make(struct arena_will *w, const struct arena *a, struct arena *common)
{
    *w = (struct arena_will){.common = common};
    size_t count = 0;
    for (const struct arena_block *b = a->blocks; b; b = b->older)
        count++;
    w->blocks = memory_get(count * sizeof(struct arena_block *));
    if (!w->blocks)
        return;
    for (struct arena_block *b = a->blocks; b; b = b->older)
        w->blocks[w->count++] = b;
    qsort(w->blocks, w->count, sizeof(struct arena_block *), by_address);
}

void arena_claim(struct arena_will *w, const void *p, struct arena *heir)
{
    size_t low = 0, high = w->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if ((uintptr_t)w->blocks[middle] <= (uintptr_t)p)
            low = middle + 1;
        else
            high = middle;
    }
    struct arena_block *b = low ? w->blocks[low - 1] : NULL;
    if (b && (uintptr_t)p - (uintptr_t)b->bytes < b->size)
        b->heir = b->heir && b->heir != heir ? w->common : heir;
}

void arena_share_out(struct arena *a, struct arena_will *w)
{
    for (struct arena_block *b = a->blocks, *older; b; b = older) {
        older = b->older;
        struct arena *heir = w->blocks ? b->heir : w->common;
        b->heir = NULL;
        if (heir) {
            b->older = heir->blocks;
            heir->blocks = b;
        } else {
            block_put(a->waiting, b);
        }
    }
    memory_free(w->blocks);
    *a = (struct arena){.waiting = a->waiting};
}
