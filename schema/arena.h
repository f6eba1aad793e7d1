/* arena.h: memory that lives as long as its schema and is freed with it, never singly.
 */
#ifndef SCHEMA_ARENA_H
#define SCHEMA_ARENA_H

#include <stddef.h>

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *a);

/* Zeroed and aligned for anything.  Never NULL: without memory the program ends. */
void *arena_alloc(struct arena *a, size_t size);
void *arena_array(struct arena *a, size_t count, size_t size);

char *arena_copy(struct arena *a, const char *text, size_t length);

__attribute__((format(printf, 2, 3), nonnull)) char *arena_printf(
    struct arena *a, const char *format, ...);

/* Says so and ends the program: exit code 4, environment. */
_Noreturn void out_of_memory(void);

/* The same end for memory that is not an arena's. */
void *must_alloc(size_t size);

#endif
