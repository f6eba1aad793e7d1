/* explain.c: what a code means, from docs/errors.md: the section of its name, with the
 * fences of examples turned into indentation. */
#include "explain.h"
#include "embedded.h"

#include <stdlib.h>
#include <string.h>

enum diag_code explain_find(const char *name)
{
    const char *digits = name + (*name == 'E' || *name == 'e');
    const size_t count = strspn(digits, "0123456789");

    if (count == 0 || count > 3 || digits[count])
        return ERR_END;
    const enum diag_code code = (enum diag_code)atoi(digits);
    return diag_title(code) ? code : ERR_END;
}

/* The line after the one at `line`. */
static const char *next_line(const char *line)
{
    const char *end = strchr(line, '\n');
    return end ? end + 1 : line + strlen(line);
}

static bool starts(const char *line, const char *with)
{
    return strncmp(line, with, strlen(with)) == 0;
}

static const char *find_section(const char *title)
{
    const char *line = embedded_text(texts, "errors");
    while (*line && !starts(line, title))
        line = next_line(line);
    return *line ? line : NULL;
}

bool explain_text(enum diag_code code, struct buffer *out)
{
    char *title = format("## E%03d: ", (int)code);
    const char *line = find_section(title);
    free(title);
    if (!line)
        return false;

    bool in_example = false;
    buffer_add(out, line + 3, (size_t)(next_line(line) - line - 3));
    for (line = next_line(line); *line && !starts(line, "## ");
         line = next_line(line)) {
        if (starts(line, "```")) {
            in_example = !in_example;
            continue;
        }
        if (in_example)
            buffer_puts(out, "    ");
        buffer_add(out, line, (size_t)(next_line(line) - line));
    }
    while (
        out->len > 1 && out->at[out->len - 2] == '\n') /* one end of line is enough */
        out->at[--out->len] = '\0';
    return true;
}
