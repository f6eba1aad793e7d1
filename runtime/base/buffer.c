/* buffer.c: bytes that grow. */
#include "base/buffer.h"

#include "base/memory.h"

#include <string.h>

char *buffer_grow(struct buffer *b, size_t length)
{
    if (b->failed || length > SIZE_MAX / 4 - b->length ||
        !memory_grow(&b->data, &b->capacity, b->length + length, 1)) {
        b->failed = true;
        return NULL;
    }
    char *at = b->data + b->length;
    b->length += length;
    return at;
}

void buffer_add(struct buffer *b, const void *bytes, size_t length)
{
    char *at = length ? buffer_extend(b, length) : NULL;
    if (at)
        memcpy(at, bytes, length);
}

void buffer_text(struct buffer *b, const char *text)
{
    buffer_add(b, text, strlen(text));
}

void buffer_number(struct buffer *b, uint64_t n)
{
    char digits[20];
    size_t at = sizeof digits;
    do
        digits[--at] = (char)('0' + n % 10);
    while (n /= 10);
    buffer_add(b, digits + at, sizeof digits - at);
}

void buffer_patch_int32(struct buffer *b, size_t at, uint32_t v)
{
    if (!b->failed)
        buffer_put(b->data + at, v, 4);
}

char *buffer_copy(const struct buffer *b)
{
    char *text = b->failed ? NULL : memory_get(b->length + 1);
    if (text) {
        if (b->length)
            memcpy(text, b->data, b->length);
        text[b->length] = '\0';
    }
    return text;
}

void buffer_clear(struct buffer *b)
{
    b->length = 0;
    b->failed = false;
}

void buffer_free(struct buffer *b)
{
    memory_free(b->data);
    *b = (struct buffer){0};
}
