/* arena.h: memory that is given out piece by piece and taken back all at once. */
#ifndef RUNTIME_ARENA_H
#define RUNTIME_ARENA_H

#include "base/blocks.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena {
    struct arena_block *blocks; /* the newest first */
    char *next;
    char *end;
    size_t block_size;      /* of the next ordinary block; 0: a small one */
    struct blocks *waiting; /* where they come from and go to; NULL: malloc */
};

#define ARENA_ALIGN _Alignof(union arena_unit)

/* A block more, of `size` bytes at least. */
bool arena_grow(struct arena *a, size_t size);

/* After it, requests that add up to `size` bytes (each aligned one counted with
 * ARENA_ALIGN - 1 more) cannot fail. */
static inline bool arena_reserve(struct arena *a, size_t size)
{
    return (size_t)(a->end - a->next) >= size || arena_grow(a, size);
}

/* `size` bytes without alignment: for strings. */
static inline char *arena_bytes(struct arena *a, size_t size)
{
    if (!arena_reserve(a, size))
        return NULL;
    char *p = a->next;
    a->next += size;
    return p;
}

/* Aligned for any object; not zeroed.  NULL when memory is out. */
void *arena_get(struct arena *a, size_t size);

/* Takes everything back; keeps one ordinary block for reuse. */
void arena_clear(struct arena *a);

/* Takes back what was given out since the mark; not one from before arena_clear(). */
struct arena_mark {
    struct arena_block *block;
    char *next;
};
struct arena_mark arena_mark(const struct arena *a);
void arena_rewind(struct arena *a, struct arena_mark m);

/* Takes everything back, for good. */
void arena_free(struct arena *a);

/* Of all blocks together. */
size_t arena_size(const struct arena *a);

/* -- Heirs ------------------------------------------------------------------------- */
/* An arena may end while some of what lies in it lives on: blocks then go, whole, to
 * other arenas.  A block that two of them claim goes to the common heir. */

struct arena_will {
    struct arena_block **blocks; /* by address; NULL: memory was out, all are claimed */
    size_t count;
    struct arena *common;
};

void arena_will_make(struct arena_will *w, const struct arena *a, struct arena *common);

/* The block that `p` points into, if it is one of ours, goes to the heir. */
void arena_claim(struct arena_will *w, const void *p, struct arena *heir);

/* Frees what nobody claimed, and the will. */
void arena_share_out(struct arena *a, struct arena_will *w);

#endif
