/* quote.c: the one place where text of the user's becomes part of C or SQL. */
#include "quote.h"

#include <stdbool.h>
#include <string.h>

/* Bytes of the UTF-8 character at `s`, or 0 if there is none. */
static size_t character(const char *s)
{
    const unsigned char *u = (const unsigned char *)s;
    const size_t len = u[0] < 0x80                   ? 1
                       : u[0] >= 0xc2 && u[0] < 0xe0 ? 2
                       : u[0] >= 0xe0 && u[0] < 0xf0 ? 3
                       : u[0] >= 0xf0 && u[0] < 0xf5 ? 4
                                                     : 0;

    for (size_t i = 1; i < len; i++)
        if ((u[i] & 0xc0) != 0x80)
            return 0;
    return len;
}

/* Octal, never \x: that would swallow the digits that follow. */
void quote_c(struct text *out, const char *s)
{
    text_putc(out, '"');
    while (*s) {
        const size_t len = character(s);
        const unsigned char c = (unsigned char)*s;

        if (len > 1) {
            text_add(out, s, len);
            s += len;
            continue;
        }
        if (c == '"' || c == '\\' || c == '?')
            text_printf(out, "\\%c", c); /* \? ends trigraphs */
        else if (len == 0 || c < 0x20 || c == 0x7f)
            text_printf(out, "\\%03o", c);
        else
            text_putc(out, (char)c);
        s++;
    }
    text_putc(out, '"');
}

static bool is_blank(char c)
{
    return (unsigned char)c <= ' ' || c == 0x7f;
}

/* A word as it may stand in a comment: nothing in it ends the comment, looks like a new
 * one, or is a trigraph. */
static void add_word(struct text *out, const char *word, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        const char before = i ? word[i - 1] : ' ';
        const bool joins = (before == '*' && word[i] == '/') ||
                           (before == '/' && word[i] == '*') ||
                           (before == '?' && word[i] == '?');
        if (joins)
            text_putc(out, ' ');
        text_putc(out, word[i]);
    }
}

static size_t columns(const char *s, size_t len)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++)
        n += ((unsigned char)s[i] & 0xc0) != 0x80;
    return n;
}

void quote_comment(struct text *out, const char *s)
{
    struct text word = {0};
    size_t at = 0; /* the column reached; 0: nothing written yet */

    for (;;) {
        unsigned newlines = 0;
        for (; *s && is_blank(*s); s++)
            newlines += *s == '\n';
        if (!*s)
            break;

        /* A word that ends in a backslash takes the next one along: the backslash must
         * not come to stand before a newline. */
        text_clear(&word);
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
            text_putc(&word, ' ');
        }

        const size_t width = columns(word.at, word.len);
        if (at == 0) {
            text_puts(out, "/*");
            at = 2;
        } else if (newlines > 1) {
            text_puts(out, "\n *\n *");
            at = 2;
        } else if (at + 1 + width + strlen(" */") > QUOTE_COLUMNS) {
            text_puts(out, "\n *");
            at = 2;
        }
        text_putc(out, ' ');
        text_add(out, word.at, word.len);
        at += 1 + width;
    }
    if (at)
        text_puts(out, " */");
    text_free(&word);
}

static void quote_sql(struct text *out, const char *s, char quote)
{
    text_putc(out, quote);
    for (; *s; s++) {
        if (*s == quote)
            text_putc(out, quote);
        text_putc(out, *s);
    }
    text_putc(out, quote);
}

void quote_sql_name(struct text *out, const char *name)
{
    quote_sql(out, name, '"');
}

void quote_sql_text(struct text *out, const char *s)
{
    quote_sql(out, s, '\'');
}
