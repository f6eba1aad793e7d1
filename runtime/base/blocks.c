/* blocks.c: blocks that wait.  Why they do is told in blocks.h. */
#include "base/blocks.h"

#include "base/memory.h"

#if ARENA_POISONS
#include <sanitizer/asan_interface.h>
#endif

void arena_poison(void *p, size_t size)
{
#if ARENA_POISONS
    ASAN_POISON_MEMORY_REGION(p, size);
#else
    (void)p;
    (void)size;
#endif
}

void arena_unpoison(void *p, size_t size)
{
#if ARENA_POISONS
    ASAN_UNPOISON_MEMORY_REGION(p, size);
#else
    (void)p;
    (void)size;
#endif
}

static struct arena_block *take_first(struct arena_block **list)
{
    struct arena_block *b = *list;
    *list = b->older;
    return b;
}

/* One that waits, and is not much too large. */
static struct arena_block *find_waiting(struct blocks *from, size_t size)
{
    if (size == BLOCK_SIZE && from->ordinary)
        return take_first(&from->ordinary);
    struct arena_block **at = size > BLOCK_SIZE ? &from->large : NULL;
    while (at && *at && ((*at)->size < size || (*at)->size / 2 > size))
        at = &(*at)->older;
    return at && *at ? take_first(at) : NULL;
}

static struct arena_block *make(size_t size)
{
    if (size > SIZE_MAX - sizeof(struct arena_block))
        return NULL;
    struct arena_block *b = memory_get(sizeof *b + size);
    if (b)
        b->size = size;
    return b;
}

struct arena_block *block_get(struct blocks *from, size_t size)
{
    struct arena_block *b = from ? find_waiting(from, size) : NULL;
    if (b) {
        from->waiting -= b->size;
        arena_unpoison(b->bytes, b->size);
    } else {
        b = make(size);
    }
    if (!b)
        return NULL;
    b->older = NULL;
    b->heir = NULL;
    if (from && (from->out += b->size) > from->most_out)
        from->most_out = from->out;
    return b;
}

void block_put(struct blocks *to, struct arena_block *b)
{
    if (to)
        to->out -= b->size;
    if (!to || b->size < BLOCK_SIZE || to->waiting + b->size > BLOCKS_MOST) {
        memory_free(b);
        return;
    }
    struct arena_block **list = b->size == BLOCK_SIZE ? &to->ordinary : &to->large;
    b->older = *list;
    *list = b;
    to->waiting += b->size;
    arena_poison(b->bytes, b->size);
}

static void free_down_to(struct blocks *b, struct arena_block **list, size_t most)
{
    while (*list && b->waiting > most) {
        struct arena_block *freed = take_first(list);
        b->waiting -= freed->size;
        arena_unpoison(freed->bytes, freed->size);
        memory_free(freed);
    }
}

void blocks_settle(struct blocks *b)
{
    const size_t needed = b->most_out - b->out;
    b->kept = needed > b->kept / 2 ? needed : b->kept / 2;
    if (b->kept > BLOCKS_MOST)
        b->kept = BLOCKS_MOST;
    b->most_out = b->out;
    free_down_to(b, &b->large, b->kept);
    free_down_to(b, &b->ordinary, b->kept);
}

void blocks_free(struct blocks *b)
{
    free_down_to(b, &b->large, 0);
    free_down_to(b, &b->ordinary, 0);
}
