/* buffer.h: bytes that grow: SQL text and parameters are built in these.
 *
 * A failed allocation is remembered, so a builder checks once, at its end. */
#ifndef RUNTIME_BUFFER_H
#define RUNTIME_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buffer {
    char *data;
    size_t length;
    size_t capacity;
    bool failed;
};

void buffer_add(struct buffer *b, const void *bytes, size_t length);
void buffer_text(struct buffer *b, const char *text);
void buffer_number(struct buffer *b, uint64_t n);

/* Room for `length` more bytes; NULL when memory is out. */
char *buffer_grow(struct buffer *b, size_t length);
static inline char *buffer_extend(struct buffer *b, size_t length)
{
    if (b->failed || b->capacity - b->length < length)
        return buffer_grow(b, length);
    char *at = b->data + b->length;
    b->length += length;
    return at;
}

/* Big-endian, as PostgreSQL's wire wants it.  Compilers make one swap and one store of
 * it; parameters and shapes are made of these. */
static inline void buffer_put(char *to, uint64_t v, int size)
{
    for (int i = size; i--; v >>= 8)
        to[i] = (char)(unsigned char)v;
}

static inline void buffer_int16(struct buffer *b, uint16_t v)
{
    char *at = buffer_extend(b, sizeof v);
    if (at)
        buffer_put(at, v, sizeof v);
}

static inline void buffer_int32(struct buffer *b, uint32_t v)
{
    char *at = buffer_extend(b, sizeof v);
    if (at)
        buffer_put(at, v, sizeof v);
}

static inline void buffer_int64(struct buffer *b, uint64_t v)
{
    char *at = buffer_extend(b, sizeof v);
    if (at)
        buffer_put(at, v, sizeof v);
}

void buffer_patch_int32(struct buffer *b, size_t at, uint32_t v);

/* "name", with quotes inside doubled.  In quote.c, the one place of the runtime that
 * quotes. */
void buffer_identifier(struct buffer *b, const char *name);

/* "schema"."table" */
void buffer_table(struct buffer *b, const char *schema, const char *table);

/* The text so far, NUL-terminated, malloc'ed; NULL when memory is or was out. */
char *buffer_copy(const struct buffer *b);

void buffer_clear(struct buffer *b);
void buffer_free(struct buffer *b);

#endif
