/* check_lex.c: the words of a condition in SQL, as PostgreSQL parts them (manual, 4.1
 * "Lexical Structure"); what is seldom met is not read. */
#include "check_lex.h"

#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool begins_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (unsigned char)c >= 0x80;
}

static bool is_of_word(char c)
{
    return begins_word(c) || is_digit(c) || c == '$';
}

/* False: it is too long to be read. */
static bool take(
    struct check_token *t, enum check_token_kind kind, const char *from, size_t length)
{
    t->kind = length < sizeof t->text ? kind : CHECK_STRANGE;
    if (t->kind == CHECK_STRANGE)
        return false;
    memcpy(t->text, from, length);
    t->text[length] = '\0';
    return true;
}

static void take_word(const char **at, struct check_token *t)
{
    const char *from = *at;
    while (is_of_word(**at))
        ++*at;
    /* E'...', B'...', U&"..." */
    if (**at == '\'' || **at == '"' || **at == '&') {
        t->kind = CHECK_STRANGE;
        return;
    }
    take(t, CHECK_WORD, from, (size_t)(*at - from));
    for (char *c = t->text; t->kind == CHECK_WORD && *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
}

static void take_digits(const char **at, struct check_token *t)
{
    const char *from = *at;
    while (is_digit(**at))
        ++*at;
    if (**at == '.')
        for (++*at; is_digit(**at);)
            ++*at;
    take(t, is_of_word(**at) || **at == '.' ? CHECK_STRANGE : CHECK_DIGITS, from,
        (size_t)(*at - from));
}

/* A quote in it is doubled. */
static void take_quoted(const char **at, struct check_token *t)
{
    const char quote = *(*at)++;
    size_t n = 0;
    t->kind = CHECK_STRANGE;
    for (; **at; ++*at) {
        if (**at == quote && *++*at != quote) {
            t->text[n] = '\0';
            t->kind = quote == '"' ? CHECK_NAME : CHECK_STRING;
            return;
        }
        if (n + 1 == sizeof t->text)
            return;
        t->text[n++] = **at;
    }
}

/* The longest that can be one, but a sign may stand right behind another: a=-1. */
static void take_operator(const char **at, struct check_token *t)
{
    static const char signs[] = "+-*/<>=~!@#%^&|`?";
    static const char *const known[] = {
        "=", "<>", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%"};
    const size_t run = strspn(*at, signs);
    size_t n = run;
    if (strcspn(*at, "~!@#%^&|`?") >= run)
        while (n > 1 && ((*at)[n - 1] == '+' || (*at)[n - 1] == '-'))
            n--;
    t->kind = CHECK_STRANGE;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strlen(known[i]) == n && strncmp(known[i], *at, n) == 0)
            take(t, CHECK_SIGN, *at, n);
    for (size_t i = 1; i < run; i++)
        if (((*at)[i - 1] == '-' && (*at)[i] == '-') ||
            ((*at)[i - 1] == '/' && (*at)[i] == '*'))
            t->kind = CHECK_STRANGE; /* a comment */
    *at += n;
}

void check_lex(const char **at, struct check_token *t)
{
    *at += strspn(*at, " \t\n\r\f\v");
    t->text[0] = '\0';
    if (!**at) {
        t->kind = CHECK_END;
    } else if (begins_word(**at)) {
        take_word(at, t);
    } else if (is_digit(**at) || (**at == '.' && is_digit((*at)[1]))) {
        take_digits(at, t);
    } else if (**at == '\'' || **at == '"') {
        take_quoted(at, t);
    } else if (strchr("(),", **at)) {
        take(t, CHECK_SIGN, (*at)++, 1);
    } else if (strchr("+-*/<>=~!@#%^&|`?", **at)) {
        take_operator(at, t);
    } else {
        t->kind = CHECK_STRANGE;
        ++*at;
    }
}
