/* array.h: binary arrays, as parameters. */
#ifndef HAND_ARRAY_H
#define HAND_ARRAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hand_array {
    char *bytes;
    size_t size;
    size_t room;
};

/* Types of items, by their number in the server's catalogue. */
enum hand_type {
    HAND_BOOL = 16,
    HAND_INT8 = 20,
    HAND_INT4 = 23,
    HAND_TEXT = 25,
    HAND_DATE = 1082,
    HAND_TIMESTAMPTZ = 1184,
    HAND_NUMERIC = 1700
};

/* Begins an array of so many items; its memory is used again. */
void hand_array_begin(
    struct hand_array *a, enum hand_type type, size_t count, bool nulls);

/* NULL bytes are a null. */
void hand_array_add(struct hand_array *a, const void *bytes, size_t size);

void hand_array_int8s(struct hand_array *a, const int64_t *items, size_t count);
void hand_array_free(struct hand_array *a);

#endif
