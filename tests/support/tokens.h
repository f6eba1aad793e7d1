/* tokens.h: generated C and SQL as their lexers see them: enough to tell what is quoted
 * from what is not. */
#ifndef TEST_TOKENS_H
#define TEST_TOKENS_H

#include <stdbool.h>
#include <stddef.h>

enum token_kind {
    TOKEN_END,
    TOKEN_WORD,
    TOKEN_NUMBER,
    TOKEN_QUOTED, /* "..." and '...', and $$...$$ in SQL */
    TOKEN_NAME,   /* "..." in SQL */
    TOKEN_MARK,   /* one byte of punctuation */
    TOKEN_BAD     /* a byte that has no business here, or a quote without end */
};

struct token {
    enum token_kind kind;
    const char *at;
    size_t len;
};

typedef struct token next_token(const char **at);

/* The next one, behind blanks and comments. */
next_token next_c_token;
next_token next_sql_token;

/* Where `text` stops to be tokens whose brackets are in pairs; NULL: nowhere. */
const char *tokens_problem(const char *text, next_token *next);

#endif
