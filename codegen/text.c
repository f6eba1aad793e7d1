/* text.c: growing strings. */
#include "text.h"

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

static void reserve(struct text *t, size_t more)
{
    const size_t need = t->len + more + 1;

    if (need <= t->room)
        return;
    t->room = need > 2 * t->room ? need : 2 * t->room;
    t->at = must(realloc(t->at, t->room));
}

void text_add(struct text *t, const char *bytes, size_t len)
{
    reserve(t, len);
    memcpy(t->at + t->len, bytes, len);
    t->len += len;
    t->at[t->len] = '\0';
}

void text_puts(struct text *t, const char *s)
{
    text_add(t, s, strlen(s));
}

void text_putc(struct text *t, char c)
{
    text_add(t, &c, 1);
}

static void add_formatted(struct text *t, const char *format, va_list arguments)
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

void text_printf(struct text *t, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add_formatted(t, format, arguments);
    va_end(arguments);
}

char *format(const char *format, ...)
{
    struct text t = {0};
    va_list arguments;
    va_start(arguments, format);
    add_formatted(&t, format, arguments);
    va_end(arguments);
    return t.at;
}

void text_clear(struct text *t)
{
    t->len = 0;
    if (t->at)
        t->at[0] = '\0';
}

void text_free(struct text *t)
{
    free(t->at);
    *t = (struct text){0};
}

const char *text_of(const struct text *t)
{
    return t->at ? t->at : "";
}
