/* sql_text.c: a look at SQL that somebody wrote into a schema: is it one expression?
 *
 * It ends up inside CREATE TABLE, so what could end that statement or hide the rest of
 * it is refused.  Whether it is good SQL is the server's to say. */
#include "draft.h"

#include <string.h>

static bool begins_word(char c)
{
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (unsigned char)c >= 0x80;
}

static bool is_word_byte(char c)
{
    return begins_word(c) || (c >= '0' && c <= '9');
}

/* As PostgreSQL reads them: a$$ is one word, and the $ in it begins no quote. */
static const char *skip_word(const char *s)
{
    while (is_word_byte(*s) || *s == '$')
        s++;
    return s;
}

/* Past the closing quote of 'text', E'text' or "name"; NULL: there is none. */
static const char *skip_quoted(const char *s, bool escapes)
{
    const char quote = *s++;
    for (; *s; s++) {
        if (escapes && *s == '\\' && s[1])
            s++;
        else if (*s == quote && s[1] == quote)
            s++;
        else if (*s == quote)
            return s + 1;
    }
    return NULL;
}

/* Past $tag$...$tag$; NULL: it does not end.  `s` if this dollar begins none. */
static const char *skip_dollars(const char *s)
{
    const char *tag_end = s + 1;
    if (begins_word(*tag_end))
        while (is_word_byte(*tag_end))
            tag_end++;
    if (*tag_end != '$')
        return s;
    const size_t tag = (size_t)(tag_end + 1 - s);
    for (const char *end = tag_end + 1; (end = strchr(end, '$')); end++)
        if (strncmp(end, s, tag) == 0)
            return end + tag;
    return NULL;
}

const char *sql_expression_problem(const char *text)
{
    enum {
        DEEPEST = 64
    };
    char open[DEEPEST];
    size_t depth = 0;
    bool empty = true;
    for (const char *s = text; *s;) {
        const bool escapes = (*s == 'E' || *s == 'e') && s[1] == '\'';
        if (*s == '\'' || *s == '"' || escapes) {
            s = skip_quoted(s + escapes, escapes);
            if (!s)
                return "a quote is not closed";
            empty = false;
            continue;
        }
        if (begins_word(*s)) {
            s = skip_word(s);
            empty = false;
            continue;
        }
        if (*s == '$') {
            const char *after = skip_dollars(s);
            if (!after)
                return "a $$ quote is not closed";
            if (after == s)
                return "$1 and its like have no value here";
            s = after;
            empty = false;
            continue;
        }
        if ((s[0] == '-' && s[1] == '-') || (s[0] == '/' && s[1] == '*'))
            return "comments are not taken; delete it";
        if (*s == ';')
            return "delete the semicolon";
        if (*s == '(' || *s == '[') {
            if (depth == DEEPEST)
                return "brackets nested too deep";
            open[depth++] = *s == '(' ? ')' : ']';
        } else if (*s == ')' || *s == ']') {
            if (depth == 0 || open[--depth] != *s)
                return "a bracket is closed that is not open";
        } else if (*s == ',' && depth == 0) {
            return "a comma outside of brackets";
        }
        empty = empty && strchr(" \t\r\n", *s);
        s++;
    }
    return depth ? "a bracket is not closed" : empty ? "it is empty" : NULL;
}
