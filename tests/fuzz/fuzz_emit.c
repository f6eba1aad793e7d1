/* fuzz_emit.c: whatever the checker lets through comes out as C and SQL that are whole:
 * nothing of the user's stands there unquoted.  Built with -Dfuzz=true it is a
 * libFuzzer target; otherwise replay.c runs it over the corpus. */
#include "buffer.h"
#include "ddl.h"
#include "fuzz.h"
#include "render.h"
#include "schema.h"
#include "symbols.h"
#include "tokens.h"
#include "view.h"
#include "wrap.h"

#include <lua.h>
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

static void check_file(struct render *r, const char *template)
{
    struct buffer raw = {0}, wrapped = {0};

    render(r, template, &raw);
    wrap(buffer_of(&raw), &wrapped);
    check_tokens(template, buffer_of(&wrapped), next_c_token);
    buffer_free(&raw);
    buffer_free(&wrapped);
}

static void emit(const struct schema *s)
{
    static struct render *r;
    struct buffer sql = {0};

    if (!r)
        r = render_open();
    view(render_lua(r), s, "fuzz");
    check_file(r, "orm.h");
    check_file(r, "orm.c");
    lua_settop(render_lua(r), 0);

    ddl(s, "fuzz.yaml", &sql);
    check_tokens("sql", buffer_of(&sql), next_sql_token);
    check_statements(buffer_of(&sql));
    buffer_free(&sql);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct diag *d = diag_new();
    struct schema *s = schema_parse("fuzz.yaml", (const char *)data, size, d);

    if (s)
        symbols_check(s, "fuzz", d);
    if (s && diag_count(d) == 0)
        emit(s);
    schema_free(s);
    diag_free(d);
    return 0;
}
