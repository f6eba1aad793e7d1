/* blocks.h: the blocks that arenas are made of, and those that wait for the next one.
 *
 * What malloc takes back at the end of a large result it gives back to the system, page
 * by page, and fetches it again for the next one: that can cost as much as the rows.  A
 * session keeps what it gave back last. */
#ifndef RUNTIME_BLOCKS_H
#define RUNTIME_BLOCKS_H

#include <stddef.h>
#include <stdint.h>

struct arena;

/* Nothing that lies in an arena asks for more than one of these. */
union arena_unit {
    uint64_t number;
    double real;
    void *pointer;
};

struct arena_block {
    struct arena_block *older;
    struct arena *heir; /* see arena.h */
    size_t size;        /* of `bytes` */
    union arena_unit bytes[];
};

/* The size of most; smaller ones are left to malloc, larger ones are for what is. */
#define BLOCK_SIZE ((size_t)64 * 1024)

/* Never more than this waits, however much was taken before. */
#define BLOCKS_MOST ((size_t)32 * 1024 * 1024)

struct blocks {
    struct arena_block *ordinary; /* that wait, of BLOCK_SIZE */
    struct arena_block *large;
    size_t waiting;  /* bytes of both */
    size_t out;      /* and of those in use */
    size_t most_out; /* since the last blocks_settle() */
    size_t kept;     /* by it */
};

/* Without `from`, malloc's.  NULL: memory is out. */
struct arena_block *block_get(struct blocks *from, size_t size);
void block_put(struct blocks *to, struct arena_block *b);

/* A large piece of work is over.  What it had most goes on waiting for the next one, or
 * half of what the last one left, if that is more; the rest is freed. */
void blocks_settle(struct blocks *b);

void blocks_free(struct blocks *b);

/* Under a sanitizer what waits is not to be touched. */
#if defined(__SANITIZE_ADDRESS__)
#define ARENA_POISONS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_POISONS 1
#endif
#endif
#ifndef ARENA_POISONS
#define ARENA_POISONS 0
#endif

void arena_poison(void *p, size_t size);
void arena_unpoison(void *p, size_t size);

#endif
