/* tokens.c: lexers for what ormgen writes. */
#include "tokens.h"

#include <string.h>

static bool is_letter(char c)
{
    return c == '_' || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static struct token take(const char **at, enum token_kind kind, const char *end)
{
    const struct token t = {kind, *at, (size_t)(end - *at)};
    *at = end;
    return t;
}

static const char *word_end(const char *at)
{
    while (is_letter(*at) || is_digit(*at))
        at++;
    return at;
}

static const char *past_line(const char *at)
{
    return at + strcspn(at, "\n");
}

/* Words, numbers and marks, which both languages spell alike. */
static struct token plain_token(const char **at, const char *marks)
{
    const char *s = *at;

    if (!*s)
        return take(at, TOKEN_END, s);
    if (is_letter(*s))
        return take(at, TOKEN_WORD, word_end(s));
    if (is_digit(*s))
        return take(at, TOKEN_NUMBER, word_end(s));
    return take(at, strchr(marks, *s) ? TOKEN_MARK : TOKEN_BAD, s + 1);
}

/* ---- C ---- */

/* Past the closing quote; NULL: the line ends before it. */
static const char *past_c_quote(const char *at)
{
    const char quote = *at++;
    for (; *at && *at != '\n'; at++) {
        if (*at == '\\' && at[1])
            at++;
        else if (*at == quote)
            return at + 1;
    }
    return NULL;
}

/* Trigraphs are seen where they are, so that a comment or a text with one is bad. */
static bool has_trigraph(const char *from, const char *to)
{
    for (; from + 2 < to; from++)
        if (from[0] == '?' && from[1] == '?' && strchr("=/'()!<>-", from[2]))
            return true;
    return false;
}

struct token next_c_token(const char **at)
{
    for (;;) {
        *at += strspn(*at, " \n");
        const char *s = *at;
        if (s[0] == '/' && s[1] == '*') {
            const char *end = strstr(s + 2, "*/");
            const char *nested = end ? strstr(s + 2, "/*") : NULL;
            if (!end || (nested && nested < end) || has_trigraph(s, end))
                return take(at, TOKEN_BAD, s + 1);
            *at = end + 2;
            continue;
        }
        if (*s == '"' || *s == '\'') {
            const char *end = past_c_quote(s);
            const bool bad = !end || has_trigraph(s, end);
            return take(at, bad ? TOKEN_BAD : TOKEN_QUOTED, bad ? s + 1 : end);
        }
        return plain_token(at, "#(){}[]<>=!&|?:;,.+-*/^");
    }
}

/* ---- SQL ---- */

/* Past the closing quote, which a second one escapes; NULL: there is none. */
static const char *past_sql_quote(const char *at, bool escapes)
{
    const char quote = *at++;
    for (; *at; at++) {
        if (escapes && *at == '\\' && at[1])
            at++;
        else if (*at == quote && at[1] == quote)
            at++;
        else if (*at == quote)
            return at + 1;
    }
    return NULL;
}

/* Letters of other alphabets make words, and so does $ inside of one. */
static const char *past_sql_word(const char *at)
{
    while (is_letter(*at) || is_digit(*at) || *at == '$' || (unsigned char)*at >= 0x80)
        at++;
    return at;
}

/* Past $tag$...$tag$; NULL: it has no end, or is none. */
static const char *past_dollars(const char *at)
{
    const char *tag = at + 1;
    if (!is_digit(*tag))
        while (is_letter(*tag) || is_digit(*tag) || (unsigned char)*tag >= 0x80)
            tag++;
    if (*tag != '$')
        return NULL;
    const size_t len = (size_t)(tag + 1 - at);
    for (const char *end = tag + 1; (end = strchr(end, '$')); end++)
        if (strncmp(end, at, len) == 0)
            return end + len;
    return NULL;
}

struct token next_sql_token(const char **at)
{
    for (;;) {
        *at += strspn(*at, " \t\r\n");
        const char *s = *at;
        if (s[0] == '-' && s[1] == '-') {
            *at = past_line(s);
            continue;
        }
        const bool escapes = (*s == 'E' || *s == 'e') && s[1] == '\'';
        if (*s == '"' || *s == '\'' || *s == '$' || escapes) {
            const char *end =
                *s == '$' ? past_dollars(s) : past_sql_quote(s + escapes, escapes);
            return end ? take(at, *s == '"' ? TOKEN_NAME : TOKEN_QUOTED, end)
                       : take(at, TOKEN_BAD, s + 1);
        }
        const char *end = past_sql_word(s);
        if (end > s && !is_digit(*s) && *s != '$')
            return take(at, TOKEN_WORD, end);
        return plain_token(at, "()[]<>=!&|?:;,.+-*/~@#%^`{}\\");
    }
}

/* ---- Both ---- */

const char *tokens_problem(const char *text, next_token *next)
{
    const char *pairs = next == next_c_token ? "()[]{}" : "()[]";
    char open[256];
    size_t depth = 0;

    for (const char *at = text;;) {
        const struct token t = next(&at);
        if (t.kind == TOKEN_BAD)
            return t.at;
        if (t.kind == TOKEN_END)
            return depth ? t.at : NULL;
        if (t.kind != TOKEN_MARK)
            continue;
        const char *pair = strchr(pairs, *t.at);
        if (!pair)
            continue;
        const bool opens = strchr("([{", *t.at) != NULL;
        if (opens && depth < sizeof open)
            open[depth++] = pair[1];
        else if (opens || depth == 0 || open[--depth] != *t.at)
            return t.at;
    }
}
