/* check_lex.h: the words of a condition in SQL. */
#ifndef SCHEMA_CHECK_LEX_H
#define SCHEMA_CHECK_LEX_H

#include <stdbool.h>
#include <stddef.h>

enum check_token_kind {
    CHECK_END,
    CHECK_WORD,   /* in lower case: a keyword or a name */
    CHECK_NAME,   /* in double quotes */
    CHECK_DIGITS, /* 12, 1.5, .5 */
    CHECK_STRING, /* in single quotes */
    CHECK_SIGN,   /* an operator, a bracket or a comma */
    CHECK_STRANGE /* what we do not read */
};

#define CHECK_TOKEN_MOST 256

struct check_token {
    enum check_token_kind kind;
    char text[CHECK_TOKEN_MOST]; /* without quotes */
};

/* Takes the next one; `*at` moves behind it. */
void check_lex(const char **at, struct check_token *t);

#endif
