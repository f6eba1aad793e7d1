/* plain_sql.c: SQL made comparable. */
#include "lines.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static size_t skip_words(const char *s, const char *const *words)
{
    for (; *words; words++)
        if (strncmp(s, *words, strlen(*words)) == 0)
            return strlen(*words);
    return 0;
}

/* Of a cast, "::" included. */
static size_t cast_length(const char *s)
{
    static const char *const more[] = {
        " varying", " precision", " with time zone", " without time zone", NULL};
    size_t n = 2;
    while (s[n] == ' ')
        n++;
    for (;;) {
        if (s[n] == '"')
            for (n++; s[n] && s[n++] != '"';)
                ;
        else
            while (is_word(s[n]))
                n++;
        if (s[n] != '.')
            break;
        n++;
    }
    n += skip_words(s + n, more);
    if (s[n] == '(')
        n += strcspn(s + n, ")") + 1;
    while (s[n] == '[' && s[n + 1] == ']')
        n += 2;
    return n;
}

void put_plain_sql(struct buffer *out, const char *sql, size_t size)
{
    char quote = 0;
    for (const char *s = sql; s < sql + size;) {
        if (quote || *s == '\'' || *s == '"') {
            quote = !quote ? *s : *s == quote ? 0 : quote;
            if (*s != '"' || quote == '\'')
                buffer_putc(out, *s);
            s++;
        } else if (s[0] == ':' && s[1] == ':') {
            s += cast_length(s);
        } else {
            if (!strchr(" \t\n()", *s))
                buffer_putc(out, (char)tolower((unsigned char)*s));
            s++;
        }
    }
}
