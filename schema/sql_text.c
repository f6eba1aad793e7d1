/* sql_text.c: a first look at SQL that somebody wrote into a schema.
 *
 * It ends up inside a statement of ours, so what could end that or hide the rest of it
 * is refused.  Whether it is good SQL is for the grammar to say, and the server. */
#include "sql.h"

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

struct sql_problem sql_text_problem(const char *text, enum sql_kind kind)
{
    enum {
        DEEPEST = 64
    };
    char open[DEEPEST];
    size_t opened[DEEPEST];
    size_t depth = 0;
    bool empty = true;
    for (const char *s = text; *s;) {
        const bool escapes = (*s == 'E' || *s == 'e') && s[1] == '\'';
        if (*s == '\'' || *s == '"' || escapes) {
            const char *closed = skip_quoted(s + escapes, escapes);
            if (!closed)
                return (struct sql_problem){
                    "a quote is not closed", (size_t)(s + escapes - text)};
            s = closed;
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
                return (struct sql_problem){
                    "a $$ quote is not closed", (size_t)(s - text)};
            if (after == s)
                return (struct sql_problem){
                    "$1 and its like have no value here", (size_t)(s - text)};
            s = after;
            empty = false;
            continue;
        }
        if ((s[0] == '-' && s[1] == '-') || (s[0] == '/' && s[1] == '*'))
            return (struct sql_problem){
                "comments are not taken; delete it", (size_t)(s - text)};
        if (*s == ';')
            return (struct sql_problem){"delete the semicolon", (size_t)(s - text)};
        if (*s == '(' || *s == '[') {
            if (depth == DEEPEST)
                return (struct sql_problem){
                    "brackets nested too deep", (size_t)(s - text)};
            opened[depth] = (size_t)(s - text);
            open[depth++] = *s == '(' ? ')' : ']';
        } else if (*s == ')' || *s == ']') {
            if (depth == 0 || open[--depth] != *s)
                return (struct sql_problem){
                    "a bracket is closed that is not open", (size_t)(s - text)};
        } else if (*s == ',' && depth == 0 && kind != SQL_QUERY) {
            return (struct sql_problem){
                "a comma outside of brackets", (size_t)(s - text)};
        }
        empty = empty && strchr(" \t\r\n", *s);
        s++;
    }
    if (depth)
        return (struct sql_problem){"a bracket is not closed", opened[depth - 1]};
    return (struct sql_problem){empty ? "it is empty" : NULL, 0};
}
