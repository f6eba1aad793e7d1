/* memory.h: the one place where the runtime asks for memory, and the seam where tests
 * make it fail. */
#ifndef RUNTIME_MEMORY_H
#define RUNTIME_MEMORY_H

#include <stddef.h>

/* NULL when memory is out. */
void *memory_get(size_t size);
void *memory_get_zeroed(size_t size);

/* As realloc(): on NULL the old block stays. */
void *memory_resize(void *block, size_t size);
void memory_free(void *block);

/* Makes the array `*items` hold at least `need` elements of `size` bytes, doubling it.
 * False when memory is out: the array stays as it was. */
_Bool memory_grow(void *items, size_t *capacity, size_t need, size_t size);

/* For tests: allocation number n (1 is the next) fails, and with `onward` all after it;
 * 0 ends that.  memory_count() tells how many there were since. */
void memory_fail_at(unsigned long n, _Bool onward);
unsigned long memory_count(void);

#endif
