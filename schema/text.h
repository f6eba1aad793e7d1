/* text.h: UTF-8, and the characters that must not reach a terminal or a file as they
 * are. */
#ifndef SCHEMA_TEXT_H
#define SCHEMA_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* The character at `text`, of at most `size` bytes, and how many it has; 0 bytes: not
 * UTF-8 (overlong, surrogate, cut short, past U+10FFFF). */
size_t text_decode(const char *text, size_t size, uint32_t *character);

size_t text_characters(const char *text, size_t size);

/* Why a character is refused, to follow "it": "is a NUL"; NULL if it is not.  Tabs and
 * line ends are no concern of this function. */
const char *text_hazard(uint32_t character);

/* Terminal columns it takes: 0 for what combines, 2 for wide ideographs and emoji. */
int text_width(uint32_t character);

/* Prints a text so that it can do no harm: what is no character, or hides or ends
 * something, becomes <U+202E>. */
void text_show(const char *text, FILE *out);

/* The same for one character, of at most `size` bytes: the terminal columns it takes,
 * and in `length` its bytes.  Without `out` it is only measured. */
int text_show_character(const char *text, size_t size, size_t *length, FILE *out);

#endif
