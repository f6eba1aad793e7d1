/* buffer.h: growing strings.  Out of memory ends the program: ormgen has nothing to
 * save.
 */
#ifndef CODEGEN_BUFFER_H
#define CODEGEN_BUFFER_H

#include <stdarg.h>
#include <stddef.h>

struct buffer {
    char *at; /* NUL-terminated once anything was added */
    size_t len;
    size_t room;
};

void buffer_add(struct buffer *t, const char *bytes, size_t len);
void buffer_puts(struct buffer *t, const char *s);
void buffer_putc(struct buffer *t, char c);
void buffer_printf(struct buffer *t, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Empty, but allocated still. */
void buffer_clear(struct buffer *t);
void buffer_free(struct buffer *t);

/* What was written so far, never NULL. */
const char *buffer_of(const struct buffer *t);

/* `p`, unless it is NULL: then memory is out and the program ends with status 4. */
void *must(void *p);

/* A new string, to be freed. */
char *format(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
