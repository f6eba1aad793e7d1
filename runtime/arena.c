/* arena.c: a bump allocator over a list of blocks.
 *
 * Nothing is freed singly.  A request larger than a block gets a block of its own. */
#include "arena.h"

#include "memory.h"

#include <stdint.h>

#define BLOCK_SIZE ((size_t)64 * 1024)

struct arena_block {
    struct arena_block *older;
    size_t size; /* of `bytes` */
    max_align_t bytes[];
};

static bool new_block(struct arena *a, size_t size)
{
    const size_t wanted = size > BLOCK_SIZE ? size : BLOCK_SIZE;
    if (wanted > SIZE_MAX - sizeof(struct arena_block))
        return false;
    struct arena_block *block = memory_get(sizeof *block + wanted);
    if (!block)
        return false;
    block->older = a->blocks;
    block->size = wanted;
    a->blocks = block;
    a->next = (char *)block->bytes;
    a->end = a->next + wanted;
    return true;
}

bool arena_reserve(struct arena *a, size_t size)
{
    return (size_t)(a->end - a->next) >= size || new_block(a, size);
}

char *arena_bytes(struct arena *a, size_t size)
{
    if (!arena_reserve(a, size))
        return NULL;
    char *p = a->next;
    a->next += size;
    return p;
}

void *arena_get(struct arena *a, size_t size)
{
    const size_t skew = (size_t) - (uintptr_t)a->next & (_Alignof(max_align_t) - 1);
    if ((size_t)(a->end - a->next) >= skew &&
        (size_t)(a->end - a->next) - skew >= size) {
        char *p = a->next + skew;
        a->next = p + size;
        return p;
    }
    /* A new block starts aligned. */
    if (!new_block(a, size))
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
            memory_free(b);
    }
    a->blocks = kept;
    a->next = a->end = NULL;
    if (kept) {
        kept->older = NULL;
        a->next = (char *)kept->bytes;
        a->end = a->next + kept->size;
    }
}

void arena_free(struct arena *a)
{
    for (struct arena_block *b = a->blocks, *older; b; b = older) {
        older = b->older;
        memory_free(b);
    }
    *a = (struct arena){0};
}
