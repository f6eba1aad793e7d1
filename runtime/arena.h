/* arena.h: memory that is given out piece by piece and taken back all at once. */
#ifndef RUNTIME_ARENA_H
#define RUNTIME_ARENA_H

#include <stdbool.h>
#include <stddef.h>

struct arena_block;

struct arena {
    struct arena_block *blocks; /* the newest first */
    char *next;
    char *end;
};

/* Aligned for any object; not zeroed.  NULL when memory is out. */
void *arena_get(struct arena *a, size_t size);

/* `size` bytes without alignment: for strings. */
char *arena_bytes(struct arena *a, size_t size);

/* After it, requests that add up to `size` bytes (each aligned one counted with
 * ARENA_ALIGN - 1 more) cannot fail. */
bool arena_reserve(struct arena *a, size_t size);
#define ARENA_ALIGN sizeof(max_align_t)

/* Takes everything back; keeps one ordinary block for reuse. */
void arena_clear(struct arena *a);

/* Takes everything back, for good. */
void arena_free(struct arena *a);

#endif
