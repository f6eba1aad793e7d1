/* pool.c: see pool.h. */
#include "pool.h"

#include "../die.h"

#include <stdlib.h>

#define BLOCK ((size_t)1 << 20)

struct hand_block {
    struct hand_block *next;
    size_t size;
    char bytes[];
};

static void enter(struct hand_pool *p, struct hand_block *b)
{
    p->current = b;
    p->next = b->bytes;
    p->end = b->bytes + b->size;
}

static struct hand_block *block(size_t size)
{
    struct hand_block *b = malloc(sizeof *b + size);
    if (!b)
        die("memory is out");
    b->next = NULL;
    b->size = size;
    return b;
}

/* A kept block that is too small is passed over, and found again after the reset. */
void *hand_pool_more(struct hand_pool *p, size_t size)
{
    if (p->current)
        p->used += (size_t)(p->next - p->current->bytes);
    struct hand_block **link = p->current ? &p->current->next : &p->first;
    while (*link && (*link)->size < size)
        link = &(*link)->next;
    if (!*link)
        *link = block(size > BLOCK ? size : BLOCK);
    enter(p, *link);
    p->next += size;
    return p->current->bytes;
}

void hand_pool_reset(struct hand_pool *p)
{
    p->used = 0;
    if (p->first)
        enter(p, p->first);
}

void hand_pool_free(struct hand_pool *p)
{
    while (p->first) {
        struct hand_block *b = p->first;
        p->first = b->next;
        free(b);
    }
    *p = (struct hand_pool){0};
}

size_t hand_pool_used(const struct hand_pool *p)
{
    return p->current ? p->used + (size_t)(p->next - p->current->bytes) : 0;
}
