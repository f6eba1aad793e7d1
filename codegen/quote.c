/* quote.c: the one place where text of the user's becomes part of C or SQL. */
#include "quote.h"
#include "text.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Bytes of the UTF-8 character at `s`, or 0 if there is none. */
static size_t character(const char *s)
{
    uint32_t c;
    return text_decode(s, strnlen(s, 4), &c);
}

/* Octal, never \x: that would swallow the digits that follow. */
void quote_c(struct buffer *out, const char *s)
{
    buffer_putc(out, '"');
    while (*s) {
        const size_t len = character(s);
        const unsigned char c = (unsigned char)*s;

        if (len > 1) {
            buffer_add(out, s, len);
            s += len;
            continue;
        }
        if (c == '"' || c == '\\' || c == '?')
            buffer_printf(out, "\\%c", c); /* \? ends trigraphs */
        else if (len == 0 || c < 0x20 || c == 0x7f)
            buffer_printf(out, "\\%03o", c);
        else
            buffer_putc(out, (char)c);
        s++;
    }
    buffer_putc(out, '"');
}

static bool is_blank(char c)
{
    return (unsigned char)c <= ' ' || c == 0x7f;
}

/* A word as it may stand in a comment: nothing in it ends the comment, looks like a new
 * one, or is a trigraph. */
static void add_word(struct buffer *out, const char *word, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        const char before = i ? word[i - 1] : ' ';
        const bool joins = (before == '*' && word[i] == '/') ||
                           (before == '/' && word[i] == '*') ||
                           (before == '?' && word[i] == '?');
        if (joins)
            buffer_putc(out, ' ');
        buffer_putc(out, word[i]);
    }
}

static size_t columns(const char *s)
{
    size_t n = 0;
    uint32_t c = 0;

    for (size_t len; *s; s += len ? len : 1) {
        len = text_decode(s, strnlen(s, 4), &c);
        n += len ? (size_t)text_width(c) : 1;
    }
    return n;
}

void quote_comment(struct buffer *out, const char *s)
{
    struct buffer word = {0};
    size_t at = 0; /* the column reached; 0: nothing written yet */

    for (;;) {
        unsigned newlines = 0;
        for (; *s && is_blank(*s); s++)
            newlines += *s == '\n';
        if (!*s)
            break;

        /* A word that ends in a backslash takes the next one along: the backslash must
         * not come to stand before a newline. */
        buffer_clear(&word);
        for (;;) {
            size_t len = 0;
            while (s[len] && !is_blank(s[len]))
                len++;
            add_word(&word, s, len);
            s += len;
            if (word.at[word.len - 1] != '\\')
                break;
            while (*s && is_blank(*s))
                s++;
            if (!*s)
                break;
            buffer_putc(&word, ' ');
        }

        const size_t width = columns(word.at);
        if (at == 0) {
            buffer_puts(out, "/*");
            at = 2;
        } else if (newlines > 1) {
            buffer_puts(out, "\n *\n *");
            at = 2;
        } else if (at + 1 + width + strlen(" */") > QUOTE_COLUMNS) {
            buffer_puts(out, "\n *");
            at = 2;
        }
        buffer_putc(out, ' ');
        buffer_add(out, word.at, word.len);
        at += 1 + width;
    }
    if (at)
        buffer_puts(out, " */");
    buffer_free(&word);
}

static void quote_sql(struct buffer *out, const char *s, char quote)
{
    buffer_putc(out, quote);
    for (; *s; s++) {
        if (*s == quote)
            buffer_putc(out, quote);
        buffer_putc(out, *s);
    }
    buffer_putc(out, quote);
}

void quote_sql_name(struct buffer *out, const char *name)
{
    quote_sql(out, name, '"');
}

void quote_sql_text(struct buffer *out, const char *s)
{
    quote_sql(out, s, '\'');
}
