/* fuzz_emit.c: whatever the checker lets through comes out as C and SQL that are whole:
 * nothing of the user's stands there unquoted.  Built with -Dfuzz=true it is a
 * libFuzzer target; otherwise replay.c runs it over the corpus. */
#include "emit.h"
#include "fuzz.h"
#include "tokens.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Ends the run, showing where. */
static void refuse(const char *file, const char *why, const char *text, const char *at)
{
    const char *line = at;
    while (line > text && line[-1] != '\n')
        line--;
    fprintf(stderr, "%s: %s: %.*s\n", file, why, (int)strcspn(line, "\n"), line);
    abort();
}

static void check_tokens(const char *file, const char *text, next_token *next)
{
    const char *wrong = tokens_problem(text, next);
    if (wrong)
        refuse(file, "a stray byte or bracket", text, wrong);
}

/* A quote that ended early would begin a statement of the user's. */
static void check_statements(const char *text)
{
    static const char *const verbs[] = {"CREATE", "ALTER", "COMMENT"};
    bool begins = true;

    for (const char *at = text;;) {
        const struct token t = next_sql_token(&at);
        if (t.kind == TOKEN_END) {
            if (!begins)
                refuse("sql", "no semicolon at the end", text, t.at);
            return;
        }
        bool known = !begins;
        for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
            known = known || (t.kind == TOKEN_WORD && strlen(verbs[i]) == t.len &&
                                 strncmp(verbs[i], t.at, t.len) == 0);
        if (!known)
            refuse("sql", "not a statement of ours", text, t.at);
        begins = *t.at == ';';
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct outputs out;

    if (!emit("fuzz", (const char *)data, size, &out, NULL))
        return 0;
    check_tokens("header", buffer_of(&out.header), next_c_token);
    check_tokens("source", buffer_of(&out.source), next_c_token);
    check_tokens("sql", buffer_of(&out.sql), next_sql_token);
    check_statements(buffer_of(&out.sql));
    outputs_free(&out);
    return 0;
}
