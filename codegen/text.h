/* text.h: growing strings.  Out of memory ends the program: ormgen has nothing to save.
 */
#ifndef CODEGEN_TEXT_H
#define CODEGEN_TEXT_H

#include <stdarg.h>
#include <stddef.h>

struct text {
    char *at; /* NUL-terminated once anything was added */
    size_t len;
    size_t room;
};

void text_add(struct text *t, const char *bytes, size_t len);
void text_puts(struct text *t, const char *s);
void text_putc(struct text *t, char c);
void text_printf(struct text *t, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Empty, but allocated still. */
void text_clear(struct text *t);
void text_free(struct text *t);

/* What was written so far, never NULL. */
const char *text_of(const struct text *t);

/* `p`, unless it is NULL: then memory is out and the program ends with status 4. */
void *must(void *p);

/* A new string, to be freed. */
char *format(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
