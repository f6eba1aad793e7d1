/* array.c: see array.h. */
#include "array.h"

#include "../die.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

static char *extend(struct hand_array *a, size_t size)
{
    if (a->room - a->size < size) {
        a->room = 2 * (a->size + size) + 256;
        a->bytes = realloc(a->bytes, a->room);
        if (!a->bytes)
            die("memory is out");
    }
    char *at = a->bytes + a->size;
    a->size += size;
    return at;
}

static void store32(char *at, uint32_t v)
{
    v = htobe32(v);
    memcpy(at, &v, sizeof v);
}

void hand_array_begin(
    struct hand_array *a, enum hand_type type, size_t count, bool nulls)
{
    const uint32_t head[5] = {1, nulls, type, (uint32_t)count, 1};
    a->size = 0;
    char *at = extend(a, sizeof head);
    for (size_t i = 0; i < 5; i++)
        store32(at + 4 * i, head[i]);
}

void hand_array_add(struct hand_array *a, const void *bytes, size_t size)
{
    char *at = extend(a, 4 + (bytes ? size : 0));
    store32(at, bytes ? (uint32_t)size : UINT32_MAX);
    if (bytes)
        memcpy(at + 4, bytes, size);
}

void hand_array_int8s(struct hand_array *a, const int64_t *items, size_t count)
{
    hand_array_begin(a, HAND_INT8, count, false);
    char *at = extend(a, 12 * count);
    for (size_t i = 0; i < count; i++) {
        const uint64_t v = htobe64((uint64_t)items[i]);
        store32(at + 12 * i, sizeof v);
        memcpy(at + 12 * i + 4, &v, sizeof v);
    }
}

void hand_array_free(struct hand_array *a)
{
    free(a->bytes);
    *a = (struct hand_array){0};
}
