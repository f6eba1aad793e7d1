/* diff_test.c [SEED]: whatever the texts, the diff of two makes one of the other. */
#include "diff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static unsigned long state;

static size_t below(size_t n)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (size_t)(state >> 33) % n;
}

static void random_line(struct buffer *t, size_t words)
{
    buffer_printf(t, "%zu\n", below(words));
}

/* Some lines of `from` gone, some changed, some new. */
static void edit(
    const struct buffer *from, size_t words, size_t rate, struct buffer *to)
{
    const char *at = buffer_of(from);

    while (*at) {
        const char *end = strchr(at, '\n');
        const size_t len = end ? (size_t)(end - at) + 1 : strlen(at);
        const size_t what = below(rate);
        if (what == 1 || what == 2)
            random_line(to, words);
        if (what != 0 && what != 1)
            buffer_add(to, at, len);
        at += len;
    }
}

static void unend(struct buffer *t)
{
    if (t->len > 0 && below(4) == 0)
        t->at[--t->len] = '\0';
}

/* -- A patch that accepts no fuzz -------------------------------------------------- */

static void die(const char *what, const char *diff)
{
    fprintf(stderr, "%s\n%s\n", what, diff);
    exit(1);
}

static size_t line_length(const char *at)
{
    const size_t len = strcspn(at, "\n");
    return len + (at[len] == '\n');
}

/* One line of a hunk, without the mark; `*at` goes behind it. */
static struct buffer hunk_line(const char **at)
{
    struct buffer line = {0};
    const size_t len = line_length(*at);

    buffer_add(&line, *at + 1, len - 1);
    *at += len;
    if (**at == '\\') {
        *at += line_length(*at);
        line.at[--line.len] = '\0';
    }
    return line;
}

static void take(const char **old, const struct buffer *line, const char *diff)
{
    if (strncmp(*old, line->at, line->len) != 0)
        die("a line that is not there:", diff);
    *old += line->len;
}

static void apply(const char *old, const char *diff, struct buffer *new)
{
    const char *at = diff;
    size_t old_line = 1, new_line = 1;

    for (int header = 0; header < 2 && *at; header++)
        at += line_length(at);
    while (*at) {
        size_t from = 0, from_count = 1, to = 0, to_count = 1;
        char *end;
        from = strtoul(at + 4, &end, 10);
        if (*end == ',')
            from_count = strtoul(end + 1, &end, 10);
        to = strtoul(end + 2, &end, 10);
        if (*end == ',')
            to_count = strtoul(end + 1, &end, 10);
        at += line_length(at);
        from += from_count == 0; /* named by the line before */
        to += to_count == 0;
        for (; old_line < from; old_line++, new_line++) {
            const size_t len = line_length(old);
            buffer_add(new, old, len);
            old += len;
        }
        if (new_line != to)
            die("a wrong place in the new text:", diff);
        while (*at == ' ' || *at == '-' || *at == '+') {
            const char mark = *at;
            struct buffer line = hunk_line(&at);
            if (mark != '+') {
                take(&old, &line, diff);
                old_line++;
                from_count--;
            }
            if (mark != '-') {
                buffer_add(new, line.at, line.len);
                new_line++;
                to_count--;
            }
            buffer_free(&line);
        }
        if (from_count != 0 || to_count != 0)
            die("a wrong count:", diff);
    }
    buffer_puts(new, old);
}

static void check(const struct buffer *old, const struct buffer *new)
{
    struct buffer diff = {0}, made = {0};

    diff_unified((struct text){"old", buffer_of(old), old->len},
        (struct text){"new", buffer_of(new), new->len}, &diff);
    apply(buffer_of(old), buffer_of(&diff), &made);
    if (made.len != new->len || strcmp(buffer_of(&made), buffer_of(new)) != 0)
        die("makes something else:", buffer_of(&diff));
    if (strcmp(buffer_of(old), buffer_of(new)) == 0 && diff.len > 0)
        die("differs from itself:", buffer_of(&diff));
    buffer_free(&diff);
    buffer_free(&made);
}

static void once(size_t lines, size_t words, size_t rate)
{
    struct buffer old = {0}, new = {0};

    for (size_t i = 0; i < lines; i++)
        random_line(&old, words);
    edit(&old, words, rate, &new);
    unend(&old);
    unend(&new);
    check(&old, &new);
    check(&new, &old);
    buffer_free(&old);
    buffer_free(&new);
}

int main(int argc, char **argv)
{
    const unsigned long seed =
        argc > 1 ? strtoul(argv[1], NULL, 10) : (unsigned long)time(NULL);

    printf("seed %lu\n", seed);
    state = seed;
    for (int i = 0; i < 3000; i++)
        once(below(60), 1 + below(20), 3 + below(20));
    once(20000, 1000000, 200);
    once(20000, 50, 5);
    once(6000, 1000000, 3); /* little in common: the walk is cut short */
    return 0;
}
