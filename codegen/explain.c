/* explain.c: `ormgen explain`: the section of docs/errors.md that is about a code, with
 * the fences of examples turned into indentation. */
#include "buffer.h"
#include "diag_codes.h"
#include "embedded.h"
#include "run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "E012", and what people make of it: "e012", "E12", "12".  ERR_END: there is none. */
static enum diag_code find_code(const char *name)
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

/* The section of a code, NULL if it has none. */
static const char *find_section(enum diag_code code)
{
    char *title = format("## E%03d: ", (int)code);
    const char *line = embedded_text(texts, "errors");

    while (*line && !starts(line, title))
        line = next_line(line);
    free(title);
    return *line ? line : NULL;
}

static void print_section(const char *section)
{
    bool in_example = false;
    bool blank = false; /* held back: none shall be the last line */

    for (const char *line = section; *line; line = next_line(line)) {
        const char *text = line == section ? line + strlen("## ") : line;
        if (text == line && starts(line, "## "))
            break;
        if (*line == '\n') {
            blank = true;
            continue;
        }
        if (starts(line, "```")) {
            in_example = !in_example;
            continue;
        }
        printf("%s%s%.*s", blank ? "\n" : "", in_example ? "    " : "",
            (int)(next_line(text) - text), text);
        blank = false;
    }
}

int run_explain(const struct arguments *a)
{
    if (a->file_count == 0) {
        for (enum diag_code code = 1; code < ERR_END; code++)
            printf("E%03d  %s\n", (int)code, diag_title(code));
        return flush_stdout();
    }

    const enum diag_code code = find_code(a->files[0]);
    if (code == ERR_END)
        return usage_error(a->verb,
            "there is no code \"%s\"; `ormgen explain` lists all", a->files[0]);
    const char *section = find_section(code);
    if (!section) {
        fprintf(
            stderr, "ormgen: internal error: docs/errors.md has no E%03d\n", (int)code);
        return EXIT_INTERNAL;
    }
    print_section(section);
    return flush_stdout();
}
