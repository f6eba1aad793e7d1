/* pool.h: memory that is given out piece by piece and taken back all at once; it stays
 * with the pool, so that the next round finds it warm. */
#ifndef HAND_POOL_H
#define HAND_POOL_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct hand_block;

struct hand_pool {
    struct hand_block *first;
    struct hand_block *current;
    char *next;
    char *end;
    size_t used; /* bytes in blocks before the current one */
};

/* The slow way of the two below: another block. */
void *hand_pool_more(struct hand_pool *p, size_t size);

void hand_pool_reset(struct hand_pool *p);
void hand_pool_free(struct hand_pool *p);

/* Bytes given out since the last reset. */
size_t hand_pool_used(const struct hand_pool *p);

/* Aligned for any struct of the benchmark. */
static inline void *hand_get(struct hand_pool *p, size_t size)
{
    const size_t gap = -(uintptr_t)p->next & 7u;
    if ((size_t)(p->end - p->next) <= size + gap)
        return hand_pool_more(p, size);
    char *given = p->next + gap;
    p->next = given + size;
    return given;
}

/* A copy with a 0 behind it. */
static inline char *hand_text(struct hand_pool *p, const char *text, size_t len)
{
    char *copy = p->next;
    if ((size_t)(p->end - copy) < len + 1)
        copy = hand_pool_more(p, len + 1);
    else
        p->next = copy + len + 1;
    memcpy(copy, text, len);
    copy[len] = 0;
    return copy;
}

#endif
