/* buffer.c: growing strings. */
#include "buffer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *must(void *p)
{
    if (!p) {
        fputs("ormgen: out of memory\n", stderr);
        exit(4);
    }
    return p;
}

static void reserve(struct buffer *t, size_t more)
{
    const size_t need = t->len + more + 1;

    if (need <= t->room)
        return;
    t->room = need > 2 * t->room ? need : 2 * t->room;
    t->at = must(realloc(t->at, t->room));
}

void buffer_add(struct buffer *t, const char *bytes, size_t len)
{
    reserve(t, len);
    memcpy(t->at + t->len, bytes, len);
    t->len += len;
    t->at[t->len] = '\0';
}

void buffer_puts(struct buffer *t, const char *s)
{
    buffer_add(t, s, strlen(s));
}

void buffer_putc(struct buffer *t, char c)
{
    buffer_add(t, &c, 1);
}

static void add_formatted(struct buffer *t, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    const int len = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (len < 0)
        must(NULL);
    reserve(t, (size_t)len);
    vsnprintf(t->at + t->len, (size_t)len + 1, format, arguments);
    t->len += (size_t)len;
}

void buffer_printf(struct buffer *t, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add_formatted(t, format, arguments);
    va_end(arguments);
}

char *format(const char *format, ...)
{
    struct buffer t = {0};
    va_list arguments;
    va_start(arguments, format);
    add_formatted(&t, format, arguments);
    va_end(arguments);
    return t.at;
}

void buffer_clear(struct buffer *t)
{
    t->len = 0;
    if (t->at)
        t->at[0] = '\0';
}

void buffer_free(struct buffer *t)
{
    free(t->at);
    *t = (struct buffer){0};
}

const char *buffer_of(const struct buffer *t)
{
    return t->at ? t->at : "";
}
